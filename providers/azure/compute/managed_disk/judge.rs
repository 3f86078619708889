//! What configurations of disks may say, and what plans know of them.

use crate::compute::{check_words, complain, is_other, says};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Fields, Object, Planning};

const WORDS: [(&str, &[&str]); 6] = [
    (
        "create_option",
        &[
            "Copy",
            "Empty",
            "FromImage",
            "Import",
            "ImportSecure",
            "Restore",
            "Upload",
            "UploadPreparedSecure",
        ],
    ),
    ("hyper_v_generation", &["V1", "V2"]),
    ("network_access_policy", &["AllowAll", "AllowPrivate", "DenyAll"]),
    ("os_type", &["Linux", "Windows"]),
    (
        "security_type",
        &[
            "ConfidentialVM_DiskEncryptedWithCustomerKey",
            "ConfidentialVM_DiskEncryptedWithPlatformKey",
            "ConfidentialVM_VMGuestStateOnlyEncryptedWithPlatformKey",
        ],
    ),
    (
        "storage_account_type",
        &[
            "PremiumV2_LRS",
            "Premium_LRS",
            "Premium_ZRS",
            "StandardSSD_LRS",
            "StandardSSD_ZRS",
            "Standard_LRS",
            "UltraSSD_LRS",
        ],
    ),
];

/// What a way of creation needs: one of some arguments.
const NEEDS: [(&str, &[&str]); 8] = [
    ("Copy", &["source_resource_id"]),
    ("Empty", &["disk_size_gb"]),
    ("FromImage", &["gallery_image_reference_id", "image_reference_id"]),
    ("Import", &["source_uri"]),
    ("Import", &["storage_account_id"]),
    ("ImportSecure", &["source_uri"]),
    ("Restore", &["source_resource_id"]),
    ("Upload", &["upload_size_bytes"]),
];

/// What goes with disks alone whose performance is told.
const TUNING: [&str; 5] = [
    "disk_iops_read_only",
    "disk_iops_read_write",
    "disk_mbps_read_only",
    "disk_mbps_read_write",
    "logical_sector_size",
];

pub(super) fn validate(config: &Object) -> Diagnostics {
    let mut out = Diagnostics::new();
    check_words(config, "", &WORDS, &mut out);
    for (option, names) in NEEDS {
        let lacks =
            config.text("create_option") == Some(option) && !names.iter().any(|name| says(config, name));
        if lacks {
            let detail = format!("A disk whose create_option is {option} needs {}.", names.join(" or "));
            out.push(Diagnostic::error("Missing required argument", detail));
        }
    }
    let is_plain = is_other(config, "storage_account_type", &["PremiumV2_LRS", "UltraSSD_LRS"]);
    for name in TUNING.iter().filter(|name| is_plain && says(config, name)) {
        let detail =
            format!("{name} goes with the storage_account_type PremiumV2_LRS or UltraSSD_LRS alone.");
        out.push(Diagnostic::error("Invalid combination of arguments", detail));
    }
    let both = |one: &str, other: &str| says(config, one) && says(config, other);
    complain(
        &mut out,
        says(config, "disk_access_id") && is_other(config, "network_access_policy", &["AllowPrivate"]),
        "disk_access_id goes with the network_access_policy AllowPrivate alone.",
    );
    complain(
        &mut out,
        both("disk_encryption_set_id", "secure_vm_disk_encryption_set_id"),
        "A disk has either a disk_encryption_set_id or a secure_vm_disk_encryption_set_id.",
    );
    complain(
        &mut out,
        both("gallery_image_reference_id", "image_reference_id"),
        "A disk is made from an image_reference_id or a gallery_image_reference_id, and not from both.",
    );
    complain(
        &mut out,
        says(config, "security_type") && config.flag("trusted_launch_enabled") == Some(true),
        "security_type is for confidential machines, and trusted_launch_enabled for others.",
    );
    let customer = ["ConfidentialVM_DiskEncryptedWithCustomerKey"];
    let is_customer = config.text("security_type") == Some(customer[0]);
    complain(
        &mut out,
        says(config, "secure_vm_disk_encryption_set_id") && is_other(config, "security_type", &customer),
        "secure_vm_disk_encryption_set_id goes with the security_type ConfidentialVM_DiskEncryptedWithCustomerKey alone.",
    );
    complain(
        &mut out,
        is_customer && !says(config, "secure_vm_disk_encryption_set_id"),
        "The security_type ConfidentialVM_DiskEncryptedWithCustomerKey needs a secure_vm_disk_encryption_set_id.",
    );
    out
}

/// What follows from size and sort where it isn't told.
const FOLLOWING: [&str; 5] =
    ["disk_iops_read_only", "disk_iops_read_write", "disk_mbps_read_only", "disk_mbps_read_write", "tier"];

/// What a disk has from its source where it isn't told.
const INHERITED: [&str; 3] = ["hyper_v_generation", "os_type", "trusted_launch_enabled"];

pub(super) fn plan(planning: &mut Planning<'_>) {
    let Some(prior) = planning.prior else { return };
    if planning.changes("storage_account_type") {
        planning.unsettle(&FOLLOWING);
    } else if planning.changes("disk_size_gb") {
        // What disks of its sort don't tell, it doesn't tell with another size either.
        let told: Vec<&str> = FOLLOWING.into_iter().filter(|name| prior.is_set(name)).collect();
        planning.unsettle(&told);
    }
    let has_source = planning.planned.text("create_option").is_some_and(|option| option != "Empty");
    for name in INHERITED.iter().filter(|name| has_source && !planning.config.is_set(name)) {
        if let Some(inherited) = prior.field(name) {
            planning.planned.put(name, inherited.clone());
        }
    }
    if planning.changes("encryption_settings") && planning.planned.items("encryption_settings").is_empty() {
        planning.replace("encryption_settings");
    }
    let sizes = [prior.integer("disk_size_gb"), planning.planned.integer("disk_size_gb")];
    let keys = [prior.owned("disk_encryption_set_id"), planning.planned.owned("disk_encryption_set_id")];
    let is_told = !planning.config.is_unknown("disk_encryption_set_id");
    refuse_shrinking(planning, "disk_size_gb", sizes);
    if is_told {
        refuse_no_key(planning, "disk_encryption_set_id", &keys);
    }
}

/// Refuses a plan that would make a disk smaller.
pub(in crate::compute) fn refuse_shrinking(planning: &mut Planning<'_>, name: &str, sizes: [Option<i64>; 2]) {
    let [Some(before), Some(after)] = sizes else { return };
    if after < before {
        let detail = format!("{name} would go from {before} to {after}, and disks of Azure don't shrink.");
        let hint = "Give the size that it has or a larger one, or make another disk and copy what is needed.";
        planning.refuse(Diagnostic::error("New size must be greater than original size", detail).hint(hint));
    }
}

/// Refuses a plan that would take a disk's key back to one of Azure.
pub(in crate::compute) fn refuse_no_key(planning: &mut Planning<'_>, name: &str, keys: &[Option<String>; 2]) {
    if let [Some(before), None] = keys {
        let detail = format!(
            "{name} would go from {before} to none, and a disk with a key of a customer can't have one of Azure again."
        );
        let hint =
            "Leave the disk encryption set, name another one, or make another disk and copy what is needed.";
        planning.refuse(Diagnostic::error("Disk encryption can't be taken back", detail).hint(hint));
    }
}
