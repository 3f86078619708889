//! `google_compute_instance`

mod disks;
mod power;
mod update;

use crate::account::site::Site;
use crate::codec::Field;
use crate::compute::change::Change;
use crate::compute::machine::{
    ACCELERATORS, ADVANCED, CONFIDENTIAL, NETWORK_INTERFACE, PERFORMANCE, SCHEDULING, SERVICE_ACCOUNT,
    SHIELDED, WORKLOAD, body, fill,
};
use crate::compute::{INSTANCES, Kind, operation};
use crate::places::Collection;
use async_trait::async_trait;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use trueup_diag::Diagnostic;
use trueup_provider_kit::{Call, Fault, Fields, Object, Planning};

/// `google_compute_instance`
pub(crate) struct Instance;

static MACHINE_TYPES: Collection = Collection::zonal("machineTypes");
static POLICIES: Collection = Collection::regional("resourcePolicies");

static FIELDS: &[Field] = &[
    ADVANCED,
    Field::new("can_ip_forward"),
    CONFIDENTIAL,
    Field::new("cpu_platform").told(),
    Field::new("creation_timestamp").told(),
    Field::new("current_status").at("status").told(),
    Field::new("deletion_protection"),
    Field::new("description"),
    Field::new("enable_display").at("displayDevice.enableDisplay"),
    Field::many(
        "guest_accelerator",
        &[
            Field::new("count").at("acceleratorCount"),
            Field::new("type").at("acceleratorType").link(&ACCELERATORS),
        ],
    )
    .at("guestAccelerators"),
    Field::new("hostname"),
    Field::one(
        "instance_encryption_key",
        &[
            Field::new("kms_key_self_link").at("kmsKeyName"),
            Field::new("kms_key_service_account"),
            Field::new("sha256").told(),
        ],
    ),
    Field::new("instance_id").at("id").told(),
    Field::new("key_revocation_action_type"),
    Field::new("label_fingerprint").told(),
    Field::new("machine_type").short(&MACHINE_TYPES),
    Field::new("metadata_fingerprint").at("metadata.fingerprint").told(),
    Field::new("min_cpu_platform"),
    NETWORK_INTERFACE,
    PERFORMANCE,
    Field::one("params", &[Field::new("resource_manager_tags")]).sent(),
    Field::new("resource_policies").link(&POLICIES),
    SCHEDULING,
    SERVICE_ACCOUNT,
    SHIELDED,
    Field::new("tags").at("tags.items"),
    Field::new("tags_fingerprint").at("tags.fingerprint").told(),
    WORKLOAD,
];

#[async_trait]
impl Kind for Instance {
    fn collection(&self) -> &'static Collection {
        &INSTANCES
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        if planning.prior.is_some_and(|prior| update::is_other_interface(prior, &planning.planned)) {
            planning.replace("network_interface");
        }
        if planning.changes_any(&["metadata", "metadata_startup_script"]) {
            planning.unsettle(&["metadata_fingerprint"]);
        }
        if planning.changes("tags") {
            planning.unsettle(&["tags_fingerprint"]);
        }
        if planning.changes("min_cpu_platform") || planning.changes("machine_type") {
            planning.unsettle(&["cpu_platform"]);
        }
        if planning.changes(power::WANTED) || update::STOPPED.iter().any(|name| planning.changes(name)) {
            planning.unsettle(&["current_status"]);
        }
        if let Some(prior) = planning.prior
            && let Some(name) = update::STOPPED.iter().find(|name| planning.changes(name))
            && !update::may_stop(prior, &planning.planned)
        {
            let detail = format!(
                "Changing {name} of a started machine takes stopping it, and the configuration doesn't allow that."
            );
            planning.refuse(
                Diagnostic::error(format!("{name} can't be changed while the machine runs"), detail)
                    .hint("Set allow_stopping_for_update to true, or desired_status to TERMINATED."),
            );
        }
    }

    async fn body(&self, site: &Site, object: &Object, out: &mut Json) -> Result<(), Fault> {
        body(object, out);
        disks::body(site, object, out).await
    }

    async fn made(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let method = match object.text(power::WANTED) {
            Some("TERMINATED") => "stop",
            Some("SUSPENDED") => "suspend",
            _ => return Ok(()),
        };
        let path = format!("{}/{method}", object.id_or_empty());
        let operation = call.site.compute.put(reqwest::Method::POST, &path, None).await?;
        operation::finish(call, operation).await
    }

    async fn update(&self, change: &Change<'_>) -> Result<(), Fault> {
        update::update(change).await
    }

    async fn gather(&self, site: &Site, found: &mut BTreeMap<String, Json>) -> Result<(), Fault> {
        disks::gather(site, found).await
    }

    fn fill(&self, object: &mut Object, json: &Json) {
        fill(object, json);
        disks::fill(object, json);
        if object.is_set(power::WANTED) {
            object.put_text(power::WANTED, json["status"].as_str());
        }
    }
}
