//! What the operating system of a machine is told: names, keys, agents and patches. A machine that starts from a disk
//! that was there before is told nothing.

use crate::compute::model::{choice, models, reference};
use models::{
    LinuxConfiguration, LinuxPatchSettings, LinuxVmGuestPatchAutomaticByPlatformSettings as Automatic,
    OsProfile, SshConfiguration, SshPublicKey, VaultCertificate, VaultSecretGroup,
};
use trueup_provider_kit::{Fault, Fields, Object};
use trueup_value::Value;

pub(super) fn os(object: &Object) -> Result<Option<OsProfile>, Fault> {
    if object.text("admin_username").is_none() {
        return Ok(None);
    }
    Ok(Some(OsProfile {
        computer_name: object.owned("computer_name").or(object.owned("name")),
        admin_username: object.owned("admin_username"),
        admin_password: object.owned("admin_password"),
        custom_data: object.owned("custom_data"),
        linux_configuration: Some(linux(object)?),
        secrets: object.items("secret").iter().map(secret).collect(),
        allow_extension_operations: object.flag("allow_extension_operations"),
        ..OsProfile::default()
    }))
}

fn linux(object: &Object) -> Result<LinuxConfiguration, Fault> {
    let key = |block: &Value| SshPublicKey {
        path: block.text("username").map(|name| format!("/home/{name}/.ssh/authorized_keys")),
        key_data: block.owned("public_key"),
    };
    let keys: Vec<SshPublicKey> = object.items("admin_ssh_key").iter().map(key).collect();
    Ok(LinuxConfiguration {
        disable_password_authentication: object.flag("disable_password_authentication"),
        ssh: (!keys.is_empty()).then_some(SshConfiguration { public_keys: keys }),
        provision_vm_agent: object.flag("provision_vm_agent"),
        patch_settings: patches(object)?,
        enable_vm_agent_platform_updates: None,
    })
}

fn patches(object: &Object) -> Result<Option<LinuxPatchSettings>, Fault> {
    let skips = object.flag("bypass_platform_safety_checks_on_user_schedule_enabled").filter(|on| *on);
    let restarts = object.text("reboot_setting");
    let automatic = Automatic {
        reboot_setting: choice(restarts)?,
        bypass_platform_safety_checks_on_user_schedule: skips,
    };
    let settings = LinuxPatchSettings {
        patch_mode: choice(object.text("patch_mode"))?,
        assessment_mode: choice(object.text("patch_assessment_mode"))?,
        automatic_by_platform_settings: (skips.is_some() || restarts.is_some()).then_some(automatic),
    };
    Ok((settings != LinuxPatchSettings::default()).then_some(settings))
}

fn secret(block: &Value) -> VaultSecretGroup {
    let certificate =
        |block: &Value| VaultCertificate { certificate_url: block.owned("url"), certificate_store: None };
    VaultSecretGroup {
        source_vault: reference(block.text("key_vault_id")),
        vault_certificates: block.items("certificate").iter().map(certificate).collect(),
    }
}
