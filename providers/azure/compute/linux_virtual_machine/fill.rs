//! What the document of a machine tells, but for its disk and its addresses.

use crate::arm::document::Document;
use crate::arm::id::Id;
use crate::arm::tracked::fill_common;
use crate::compute::linux_virtual_machine::os_disk;
use crate::storage::identity;
use crate::storage::settings::fill_block;
use serde_json::Value as Json;
use trueup_provider_kit::{Fields, Object};
use trueup_value::{Number, Value};

/// The note of a machine whose disk was there before it.
pub(super) const ATTACHED: &str = "os_disk_attached";

/// Attributes that are texts, and where documents have them.
const TEXTS: [(&str, &str); 15] = [
    ("admin_username", "/properties/osProfile/adminUsername"),
    ("availability_set_id", "/properties/availabilitySet/id"),
    ("capacity_reservation_group_id", "/properties/capacityReservation/capacityReservationGroup/id"),
    ("computer_name", "/properties/osProfile/computerName"),
    ("dedicated_host_group_id", "/properties/hostGroup/id"),
    ("dedicated_host_id", "/properties/host/id"),
    ("disk_controller_type", "/properties/storageProfile/diskControllerType"),
    ("eviction_policy", "/properties/evictionPolicy"),
    ("os_managed_disk_id", "/properties/storageProfile/osDisk/managedDisk/id"),
    ("proximity_placement_group_id", "/properties/proximityPlacementGroup/id"),
    (
        "reboot_setting",
        "/properties/osProfile/linuxConfiguration/patchSettings/automaticByPlatformSettings/rebootSetting",
    ),
    ("size", "/properties/hardwareProfile/vmSize"),
    ("virtual_machine_id", "/properties/vmId"),
    ("virtual_machine_scale_set_id", "/properties/virtualMachineScaleSet/id"),
    ("user_data", "/properties/userData"),
];

const LINUX: &str = "/properties/osProfile/linuxConfiguration";

pub(super) fn fill(object: &mut Object, id: &Id, machine: &Json) {
    // Of an import nothing is known yet.
    let is_new = object.text("name").is_none();
    fill_common(object, id, machine);
    for (name, path) in TEXTS {
        object.put_text(name, machine.word(path));
    }
    fill_choices(object, machine);
    fill_system(object, machine);
    fill_image(object, machine);
    fill_notifications(object, machine, is_new);
    fill_applications(object, machine);
    identity::fill(object, machine);
    object.put_text("zone", machine.words("/zones").first());
    let attached = machine.at(os_disk::PLACE).and_then(|disk| disk.word("/createOption"));
    object.put_note(ATTACHED, (attached == Some("Attach")).then(|| "true".to_owned()));
}

/// What has a value of its own where documents don't tell.
fn fill_choices(object: &mut Object, machine: &Json) {
    let flag = |path: &str| Some(machine.switch(path).unwrap_or(false));
    object.put_flag("encryption_at_host_enabled", flag("/properties/securityProfile/encryptionAtHost"));
    let settings = "/properties/securityProfile/uefiSettings";
    object.put_flag("secure_boot_enabled", flag(&format!("{settings}/secureBootEnabled")));
    object.put_flag("vtpm_enabled", flag(&format!("{settings}/vTpmEnabled")));
    let budget = machine.word("/properties/extensionsTimeBudget").unwrap_or("PT1H30M");
    object.put_text("extensions_time_budget", Some(budget));
    let license = machine.word("/properties/licenseType").filter(|word| *word != "None");
    object.put_text("license_type", license);
    object.put_text("priority", Some(machine.word("/properties/priority").unwrap_or("Regular")));
    let domain = machine.count("/properties/platformFaultDomain").unwrap_or(-1);
    object.put_integer("platform_fault_domain", Some(domain));
    let price = machine.at("/properties/billingProfile/maxPrice").map(Json::to_string);
    let price = price.and_then(|text| Number::parse(&text)).unwrap_or_else(|| Number::from(-1));
    object.put("max_bid_price", Value::from(price));
    let boot = machine.at("/properties/diagnosticsProfile/bootDiagnostics");
    let boot = boot.filter(|boot| boot.switch("/enabled") == Some(true));
    fill_block(object, "boot_diagnostics", boot, |block, boot| {
        block.put_text("storage_account_uri", boot.word("/storageUri"));
    });
    let of =
        |name: &str| machine.switch(&format!("/properties/additionalCapabilities/{name}")).unwrap_or(false);
    let (ultra, sleeps) = (of("ultraSSDEnabled"), of("hibernationEnabled"));
    let is_said = ultra || sleeps || object.item("additional_capabilities").is_some();
    fill_block(object, "additional_capabilities", is_said.then_some(machine), |block, _| {
        block.put_flag("ultra_ssd_enabled", Some(ultra));
        block.put_flag("hibernation_enabled", Some(sleeps));
    });
}

/// What the operating system was told. A machine whose disk was there before it tells nothing of that.
fn fill_system(object: &mut Object, machine: &Json) {
    let is_told = machine.at("/properties/osProfile").is_some();
    let flag = |path: &str, otherwise: bool| is_told.then(|| machine.switch(path).unwrap_or(otherwise));
    let linux = |path: &str| format!("{LINUX}/{path}");
    let extensions = flag("/properties/osProfile/allowExtensionOperations", true);
    object.put_flag("allow_extension_operations", extensions);
    let keys_alone = flag(&linux("disablePasswordAuthentication"), false);
    object.put_flag("disable_password_authentication", keys_alone);
    object.put_flag("provision_vm_agent", flag(&linux("provisionVMAgent"), true));
    let updates = machine.switch(&linux("enableVMAgentPlatformUpdates")).unwrap_or(false);
    object.put_flag("vm_agent_platform_updates_enabled", Some(updates));
    let skips = linux("patchSettings/automaticByPlatformSettings/bypassPlatformSafetyChecksOnUserSchedule");
    let skips = machine.switch(&skips).unwrap_or(false);
    object.put_flag("bypass_platform_safety_checks_on_user_schedule_enabled", Some(skips));
    for (name, path) in [("patch_mode", "patchMode"), ("patch_assessment_mode", "assessmentMode")] {
        let mode = machine.word(&linux(&format!("patchSettings/{path}"))).unwrap_or("ImageDefault");
        object.put_text(name, is_told.then_some(mode));
    }
    let keys = machine.array(&linux("ssh/publicKeys")).iter().map(|key| {
        let mut block = object.blank_item("admin_ssh_key");
        let path = key.word("/path").unwrap_or_default();
        block.put_text("username", path.strip_prefix("/home/").and_then(|path| path.split('/').next()));
        block.put_text("public_key", key.word("/keyData"));
        block
    });
    let keys: Vec<Object> = keys.collect();
    object.put_items("admin_ssh_key", keys);
    let secrets = machine.array("/properties/osProfile/secrets").iter().map(|secret| {
        let mut block = object.blank_item("secret");
        block.put_text("key_vault_id", secret.word("/sourceVault/id"));
        let certificates = secret.array("/vaultCertificates").iter().map(|certificate| {
            let mut inner = block.blank_item("certificate");
            inner.put_text("url", certificate.word("/certificateUrl"));
            inner
        });
        let certificates: Vec<Object> = certificates.collect();
        block.put_items("certificate", certificates);
        block
    });
    let secrets: Vec<Object> = secrets.collect();
    object.put_items("secret", secrets);
}

fn fill_image(object: &mut Object, machine: &Json) {
    let image = machine.at("/properties/storageProfile/imageReference");
    let place = ["/id", "/sharedGalleryImageId", "/communityGalleryImageId"];
    let id = place.iter().find_map(|place| image?.word(place));
    object.put_text("source_image_id", id);
    let named = image.filter(|image| image.at("/publisher").is_some());
    fill_block(object, "source_image_reference", named, |block, image| {
        for name in ["offer", "publisher", "sku", "version"] {
            block.put_text(name, image.word(&format!("/{name}")));
        }
    });
    fill_block(object, "plan", machine.at("/plan"), |block, plan| {
        for name in ["name", "product", "publisher"] {
            block.put_text(name, plan.word(&format!("/{name}")));
        }
    });
}

/// What is off is none, unless it may be written.
fn fill_notifications(object: &mut Object, machine: &Json, is_new: bool) {
    let deletion = machine.at("/properties/scheduledEventsProfile/terminateNotificationProfile");
    let is_on = |profile: &&Json| profile.switch("/enable") == Some(true);
    let is_written = is_new || object.item("termination_notification").is_some();
    let deletion = deletion.filter(|profile| is_on(profile) || is_written);
    fill_block(object, "termination_notification", deletion, |block, profile| {
        block.put_flag("enabled", Some(profile.switch("/enable").unwrap_or(false)));
        block.put_text("timeout", Some(profile.word("/notBeforeTimeout").unwrap_or("PT5M")));
    });
    let upgrade = machine.at("/properties/scheduledEventsProfile/osImageNotificationProfile").filter(is_on);
    fill_block(object, "os_image_notification", upgrade, |block, profile| {
        block.put_text("timeout", Some(profile.word("/notBeforeTimeout").unwrap_or("PT15M")));
    });
}

fn fill_applications(object: &mut Object, machine: &Json) {
    let all = machine.array("/properties/applicationProfile/galleryApplications").iter().map(|application| {
        let mut block = object.blank_item("gallery_application");
        let flag = |path: &str| Some(application.switch(path).unwrap_or(false));
        block.put_flag("automatic_upgrade_enabled", flag("/enableAutomaticUpgrade"));
        block.put_text("configuration_blob_uri", application.word("/configurationReference"));
        block.put_integer("order", Some(application.count("/order").unwrap_or(0)));
        block.put_text("tag", application.word("/tags"));
        let fails = flag("/treatFailureAsDeploymentFailure");
        block.put_flag("treat_failure_as_deployment_failure_enabled", fails);
        block.put_text("version_id", application.word("/packageReferenceId"));
        block
    });
    let all: Vec<Object> = all.collect();
    object.put_items("gallery_application", all);
}
