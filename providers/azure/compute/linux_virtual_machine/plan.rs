//! What plans know of machines.

use crate::arm::place::plan_location;
use crate::compute::managed_disk::{refuse_no_key, refuse_shrinking};
use crate::storage::identity;
use trueup_provider_kit::{Fields, Object, Planning};

/// What the operating system is told where the configuration doesn't say, unless its disk was there before.
const FLAGS: [&str; 3] =
    ["allow_extension_operations", "disable_password_authentication", "provision_vm_agent"];
const MODES: [&str; 2] = ["patch_assessment_mode", "patch_mode"];

pub(super) fn plan(planning: &mut Planning<'_>) {
    plan_location(planning);
    identity::plan(planning);
    let Some(prior) = planning.prior else { return plan_new(planning) };
    if planning.changes("network_interface_ids") {
        planning.unsettle(&[
            "private_ip_address",
            "private_ip_addresses",
            "public_ip_address",
            "public_ip_addresses",
        ]);
    }
    let of = |object: &Object, name: &str| object.item("os_disk").and_then(|disk| disk.owned(name));
    let size = |object: &Object| object.item("os_disk").and_then(|disk| disk.integer("disk_size_gb"));
    let sizes = [size(prior), size(&planning.planned)];
    let key = "disk_encryption_set_id";
    let keys = [of(prior, key), of(&planning.planned, key)];
    let is_told = !planning.config.is_unknown("os_disk");
    refuse_shrinking(planning, "os_disk.disk_size_gb", sizes);
    if is_told {
        refuse_no_key(planning, "os_disk.disk_encryption_set_id", &keys);
    }
}

fn plan_new(planning: &mut Planning<'_>) {
    if planning.config.field("os_managed_disk_id").is_some_and(|id| !id.is_null()) {
        return;
    }
    let is_left = |planning: &Planning<'_>, name: &str| {
        planning.config.field(name).is_some_and(trueup_value::Value::is_null)
    };
    for name in FLAGS {
        if is_left(planning, name) {
            planning.planned.put_flag(name, Some(true));
        }
    }
    for name in MODES {
        if is_left(planning, name) {
            planning.planned.put_text(name, Some("ImageDefault"));
        }
    }
    if is_left(planning, "computer_name") {
        let name = planning.planned.field("name").cloned();
        if let Some(name) = name {
            planning.planned.put("computer_name", name);
        }
    }
}
