//! What configurations of machines may say.

use crate::compute::{CACHING, check_words, complain, is_other, says};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Fields, Object};
use trueup_value::Value;

const MODES: &[&str] = &["AutomaticByPlatform", "ImageDefault"];
const WORDS: [(&str, &[&str]); 6] = [
    ("disk_controller_type", &["NVMe", "SCSI"]),
    ("eviction_policy", &["Deallocate", "Delete"]),
    ("patch_assessment_mode", MODES),
    ("patch_mode", MODES),
    ("priority", &["Regular", "Spot"]),
    ("reboot_setting", &["Always", "IfRequired", "Never"]),
];
const DISK_WORDS: [(&str, &[&str]); 3] = [
    CACHING,
    ("security_encryption_type", &["DiskWithVMGuestState", "VMGuestStateOnly"]),
    (
        "storage_account_type",
        &["Premium_LRS", "Premium_ZRS", "StandardSSD_LRS", "StandardSSD_ZRS", "Standard_LRS"],
    ),
];
const DIFF_WORDS: [(&str, &[&str]); 2] =
    [("option", &["Local"]), ("placement", &["CacheDisk", "NvmeDisk", "ResourceDisk"])];
const IDENTITY_WORDS: [(&str, &[&str]); 1] =
    [("type", &["SystemAssigned", "SystemAssigned, UserAssigned", "UserAssigned"])];
const UPGRADE_WORDS: [(&str, &[&str]); 1] = [("timeout", &["PT15M"])];

/// What can't be told to an operating system that was there before its machine.
const TOLD: [&str; 12] = [
    "admin_password",
    "admin_ssh_key",
    "admin_username",
    "bypass_platform_safety_checks_on_user_schedule_enabled",
    "computer_name",
    "custom_data",
    "patch_assessment_mode",
    "patch_mode",
    "provision_vm_agent",
    "reboot_setting",
    "source_image_id",
    "source_image_reference",
];

pub(super) fn validate(config: &Object) -> Diagnostics {
    let mut out = Diagnostics::new();
    words(config, &mut out);
    if is_given(config, "os_managed_disk_id") {
        for name in TOLD.iter().filter(|name| is_given(config, name)) {
            let detail = format!(
                "{name} goes with a machine that is made from an image, and not with os_managed_disk_id."
            );
            out.push(Diagnostic::error("Conflicting configuration arguments", detail));
        }
    } else {
        from_image(config, &mut out);
    }
    pairs(config, &mut out);
    spot(config, &mut out);
    disk(config, &mut out);
    encoded(config, &mut out);
    complain(
        &mut out,
        is_given(config, "vm_agent_platform_updates_enabled"),
        "vm_agent_platform_updates_enabled is what Azure's platform decides, and can't be set. Remove it.",
    );
    out
}

fn words(config: &Object, out: &mut Diagnostics) {
    check_words(config, "", &WORDS, out);
    if let Some(disk) = config.item("os_disk") {
        check_words(disk, "os_disk.0.", &DISK_WORDS, out);
        if let Some(settings) = disk.item("diff_disk_settings") {
            check_words(settings, "os_disk.0.diff_disk_settings.0.", &DIFF_WORDS, out);
        }
    }
    for (block, words) in [("identity", &IDENTITY_WORDS), ("os_image_notification", &UPGRADE_WORDS)] {
        if let Some(item) = config.item(block) {
            check_words(item, &format!("{block}.0."), words, out);
        }
    }
}

/// What a machine that is made from an image needs.
fn from_image(config: &Object, out: &mut Diagnostics) {
    let mut need = |is_there: bool, what: &str| {
        if !is_there {
            let detail = format!("A machine that isn't made with os_managed_disk_id needs {what}.");
            out.push(Diagnostic::error("Missing required argument", detail));
        }
    };
    need(is_given(config, "admin_username"), "an admin_username");
    let is_known = |name: &str| !config.items(name).is_empty() || config.is_unknown(name);
    need(
        says(config, "source_image_id") || is_known("source_image_reference"),
        "either a source_image_id or a block source_image_reference",
    );
    need(
        says(config, "admin_password") || is_known("admin_ssh_key"),
        "an admin_password or a block admin_ssh_key",
    );
    let disk = config.item("os_disk");
    need(disk.is_none_or(|disk| says(disk, "storage_account_type")), "a storage_account_type in os_disk");
    complain(
        out,
        says(config, "source_image_id") && is_given(config, "source_image_reference"),
        "A machine is made from a source_image_id or from a source_image_reference, and not from both.",
    );
    complain(
        out,
        says(config, "admin_password") && is_left_or(config, "disable_password_authentication", true),
        "When an admin_password is specified, disable_password_authentication must be set to false.",
    );
    if !says(config, "computer_name")
        && let Some(name) = config.text("name").filter(|name| !is_host_name(name))
    {
        let detail = format!("The name {name:?} can't be the machine's computer_name: give one besides.");
        let hint = "A computer_name has up to 64 letters, digits and hyphens, and doesn't end with a hyphen.";
        out.push(Diagnostic::error("unable to assume default computer name", detail).hint(hint));
    }
    if let Some(name) = config.text("computer_name").filter(|name| !is_host_name(name)) {
        let detail = format!("{name:?} can't be a computer_name.");
        let hint = "A computer_name has up to 64 letters, digits and hyphens, and doesn't end with a hyphen.";
        out.push(Diagnostic::error("Invalid computer_name", detail).hint(hint));
    }
}

/// Arguments that exclude or need each other.
fn pairs(config: &Object, out: &mut Diagnostics) {
    let both = |one: &str, other: &str| says(config, one) && says(config, other);
    for (one, other) in [
        ("availability_set_id", "capacity_reservation_group_id"),
        ("availability_set_id", "virtual_machine_scale_set_id"),
        ("availability_set_id", "zone"),
        ("capacity_reservation_group_id", "proximity_placement_group_id"),
        ("dedicated_host_group_id", "dedicated_host_id"),
    ] {
        complain(out, both(one, other), &format!("{one} and {other} exclude each other."));
    }
    let automatic = ["AutomaticByPlatform"];
    let is_automatic = config.text("patch_mode") == Some(automatic[0]);
    let by_platform = !is_other(config, "patch_mode", &automatic);
    complain(
        out,
        config.flag("bypass_platform_safety_checks_on_user_schedule_enabled") == Some(true) && !by_platform,
        "bypass_platform_safety_checks_on_user_schedule_enabled goes with the patch_mode AutomaticByPlatform alone.",
    );
    complain(
        out,
        says(config, "reboot_setting") && !by_platform,
        "reboot_setting goes with the patch_mode AutomaticByPlatform alone.",
    );
    let has_no_agent = config.flag("provision_vm_agent") == Some(false);
    complain(
        out,
        has_no_agent && is_left_or(config, "allow_extension_operations", true),
        "Extensions need an agent: with provision_vm_agent = false goes allow_extension_operations = false.",
    );
    let looks = config.text("patch_assessment_mode") == Some(automatic[0]);
    complain(
        out,
        has_no_agent && (is_automatic || looks),
        "Patching by the platform needs an agent: provision_vm_agent must be true.",
    );
    if let Some(identity) = config.item("identity") {
        let kind = identity.text("type").unwrap_or_default();
        let has_ids = identity.is_unknown("identity_ids") || !identity.texts("identity_ids").is_empty();
        complain(
            out,
            kind.contains("UserAssigned") && !has_ids,
            "An identity of the type UserAssigned needs identity_ids.",
        );
        complain(
            out,
            kind == "SystemAssigned" && has_ids,
            "identity_ids go with an identity of the type UserAssigned alone.",
        );
    }
}

fn spot(config: &Object, out: &mut Diagnostics) {
    let is_plain = is_other(config, "priority", &["Spot"]);
    let price = config.field("max_bid_price").and_then(Value::as_number).map(trueup_value::Number::to_f64);
    let is_dear = price.is_some_and(|price| (price + 1.0).abs() > f64::EPSILON);
    complain(out, is_dear && is_plain, "max_bid_price goes with the priority Spot alone.");
    complain(
        out,
        says(config, "eviction_policy") && is_plain,
        "eviction_policy goes with the priority Spot alone.",
    );
    complain(
        out,
        config.text("priority") == Some("Spot") && !says(config, "eviction_policy"),
        "A machine with the priority Spot needs an eviction_policy.",
    );
}

fn disk(config: &Object, out: &mut Diagnostics) {
    let Some(disk) = config.item("os_disk") else { return };
    complain(
        out,
        disk.item("diff_disk_settings").is_some() && is_other(disk, "caching", &["ReadOnly"]),
        "diff_disk_settings go with the caching ReadOnly alone.",
    );
    let is_fast = disk.flag("write_accelerator_enabled") == Some(true);
    complain(
        out,
        is_fast
            && (is_other(disk, "caching", &["None"])
                || is_other(disk, "storage_account_type", &["Premium_LRS"])),
        "write_accelerator_enabled goes with the storage_account_type Premium_LRS and the caching None alone.",
    );
    complain(
        out,
        says(disk, "disk_encryption_set_id") && says(disk, "secure_vm_disk_encryption_set_id"),
        "A disk has either a disk_encryption_set_id or a secure_vm_disk_encryption_set_id.",
    );
    complain(
        out,
        says(disk, "secure_vm_disk_encryption_set_id")
            && is_other(disk, "security_encryption_type", &["DiskWithVMGuestState"]),
        "secure_vm_disk_encryption_set_id goes with the security_encryption_type DiskWithVMGuestState alone.",
    );
    complain(
        out,
        says(disk, "security_encryption_type") && is_left_or(config, "vtpm_enabled", false),
        "A security_encryption_type needs vtpm_enabled = true.",
    );
    let is_existing = is_given(config, "os_managed_disk_id");
    complain(
        out,
        is_existing && says(disk, "name"),
        "An existing disk has its name: leave os_disk.name out.",
    );
    complain(
        out,
        is_existing && disk.item("diff_disk_settings").is_some(),
        "diff_disk_settings go with a machine that is made from an image, and not with os_managed_disk_id.",
    );
}

/// What is sent as base64 is not shown: what is wrong with it is.
fn encoded(config: &Object, out: &mut Diagnostics) {
    for name in ["custom_data", "user_data"] {
        let is_wrong = config.text(name).is_some_and(|text| STANDARD.decode(text).is_err());
        if is_wrong {
            let detail = format!("{name} isn't text in base64.");
            let hint = "Encode it, as with base64encode or filebase64.";
            out.push(
                Diagnostic::error(format!("expected {name:?} to be a base64 string"), detail).hint(hint),
            );
        }
    }
}

/// Whether something is given, as an argument or as blocks.
fn is_given(config: &Object, name: &str) -> bool {
    says(config, name)
        && config.field(name).and_then(Value::as_sequence).is_none_or(|items| !items.is_empty())
}

/// Whether a switch stands so, or isn't given.
fn is_left_or(config: &Object, name: &str, state: bool) -> bool {
    match config.field(name) {
        Some(value) if !value.is_known() => false,
        value => value.and_then(Value::as_bool).is_none_or(|on| on == state),
    }
}

fn is_host_name(name: &str) -> bool {
    let is_fine = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    name.len() <= 64
        && name.chars().all(is_fine)
        && !name.starts_with(['-', '.'])
        && !name.ends_with(['-', '.'])
}
