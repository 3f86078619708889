//! Types of Microsoft.Compute.

pub(crate) mod availability_set;
pub(crate) mod data_disk_attachment;
pub(crate) mod linux_virtual_machine;
pub(crate) mod managed_disk;
mod model;
mod power;

use crate::arm::document::Document;
use crate::arm::id::Kind;
use serde_json::{Map, Value as Json};
use trueup_diag::{Diagnostic, Diagnostics, nearest};
use trueup_provider_kit::Fields;
use trueup_value::Value;

/// The version of the API of machines.
const VERSION: &str = "2024-07-01";
/// That of the API of disks.
const DISKS_VERSION: &str = "2024-03-02";

/// A kind of Microsoft.Compute.
pub(crate) const fn kind(path: &'static [&'static str]) -> Kind {
    Kind { provider: "Microsoft.Compute", path, version: VERSION }
}

/// Disks.
const DISK: Kind = Kind { provider: "Microsoft.Compute", path: &["disks"], version: DISKS_VERSION };
/// Machines.
const MACHINE: Kind = kind(&["virtualMachines"]);

/// What disks of machines may be kept in the memory of the host.
const CACHING: (&str, &[&str]) = ("caching", &["None", "ReadOnly", "ReadWrite"]);

/// Complaints about words that are none of those that an attribute may be; `prefix` names the block that it is in.
fn check_words(config: &impl Fields, prefix: &str, words: &[(&str, &[&str])], out: &mut Diagnostics) {
    for (name, allowed) in words {
        let Some(word) = config.text(name).filter(|word| !allowed.contains(word)) else { continue };
        let all: Vec<String> = allowed.iter().map(|word| format!("{word:?}")).collect();
        let summary = format!("expected {prefix}{name} to be one of [{}], got {word}", all.join(" "));
        let detail = format!("{word:?} is not something that {prefix}{name} can be.");
        let complaint = Diagnostic::error(summary, detail);
        out.push(match nearest(word, allowed.iter().copied()) {
            Some(near) => complaint.hint(format!("Did you mean {near:?}?")),
            None => complaint,
        });
    }
}

/// What Azure alone says of machines.
const TOLD_OF_MACHINES: [&str; 7] = [
    "/identity/principalId",
    "/identity/tenantId",
    "/properties/instanceView",
    "/properties/provisioningState",
    "/properties/timeCreated",
    "/properties/vmId",
    "/resources",
];
/// What Azure alone says of disks.
const TOLD_OF_DISKS: [&str; 8] = [
    "/managedBy",
    "/managedByExtended",
    "/properties/diskSizeBytes",
    "/properties/diskState",
    "/properties/provisioningState",
    "/properties/shareInfo",
    "/properties/timeCreated",
    "/properties/uniqueId",
];

/// Makes what was read of a machine or disk fit to be sent, without what Azure alone says of it. Identities are named,
/// and nothing more.
fn sendable(told: &[&str], document: &mut Json) {
    for place in told {
        document.set(place, None::<Json>);
    }
    let users = document.pointer_mut("/identity/userAssignedIdentities").and_then(Json::as_object_mut);
    for (_, user) in users.into_iter().flatten() {
        *user = Json::Object(Map::new());
    }
}

/// The complaint where a configuration says something that goes with something else alone.
fn complain(out: &mut Diagnostics, is_wrong: bool, detail: &str) {
    if is_wrong {
        out.push(Diagnostic::error("Invalid combination of arguments", detail));
    }
}

/// Whether a configuration says something there, known or not.
fn says(config: &impl Fields, name: &str) -> bool {
    config.field(name).is_some_and(|value| !value.is_null() && value.as_str() != Some(""))
}

/// Whether a configuration says something other than one of some words there; what isn't known yet may be one.
fn is_other(config: &impl Fields, name: &str, words: &[&str]) -> bool {
    match config.field(name) {
        Some(value) if !value.is_known() => false,
        value => !value.and_then(Value::as_str).is_some_and(|word| words.contains(&word)),
    }
}
