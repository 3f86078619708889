//! `google_compute_instance_template`

use crate::account::site::Site;
use crate::codec::{self, Field};
use crate::compute::change::Change;
use crate::compute::disk::DISK_TYPES;
use crate::compute::machine::{
    self, ADVANCED, CONFIDENTIAL, NETWORK_INTERFACE, PERFORMANCE, SCHEDULING, SERVICE_ACCOUNT, SHIELDED,
    WORKLOAD,
};
use crate::compute::{DISKS, Kind, image};
use crate::labels;
use crate::links;
use crate::places::{Collection, Place};
use async_trait::async_trait;
use serde_json::{Value as Json, json};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Call, Fault, Fields, Object, Planning};
use trueup_value::{Type, Value};

/// `google_compute_instance_template`
pub(crate) struct InstanceTemplate;

static TEMPLATES: Collection = Collection::global("instanceTemplates");
static SNAPSHOTS: Collection = Collection::global("snapshots");

static FIELDS: &[Field] = &[
    Field::new("creation_timestamp").told(),
    Field::new("description"),
    Field::new("numeric_id").at("id").told(),
];

/// What a template says of machines.
static PROPERTIES: &[Field] = &[
    ADVANCED,
    Field::new("can_ip_forward"),
    CONFIDENTIAL,
    Field::many(
        "guest_accelerator",
        &[Field::new("count").at("acceleratorCount"), Field::new("type").at("acceleratorType")],
    )
    .at("guestAccelerators"),
    Field::new("instance_description").at("description"),
    Field::new("key_revocation_action_type"),
    Field::new("machine_type"),
    Field::new("metadata_fingerprint").at("metadata.fingerprint").told(),
    Field::new("min_cpu_platform"),
    NETWORK_INTERFACE,
    PERFORMANCE,
    Field::new("resource_manager_tags").sent(),
    Field::new("resource_policies"),
    SCHEDULING,
    SERVICE_ACCOUNT,
    SHIELDED,
    Field::new("tags").at("tags.items"),
    Field::new("tags_fingerprint").at("tags.fingerprint").told(),
    WORKLOAD,
];

static KEY: &[Field] = &[
    Field::new("kms_key_self_link").at("kmsKeyName"),
    Field::new("kms_key_service_account"),
    Field::new("raw_key").sent(),
    Field::new("rsa_encrypted_key").sent(),
];

static DISK: &[Field] = &[Field::many(
    "disk",
    &[
        Field::new("architecture"),
        Field::new("auto_delete"),
        Field::new("boot"),
        Field::new("device_name"),
        Field::one("disk_encryption_key", KEY),
        Field::new("disk_name").at("initializeParams.diskName"),
        Field::new("disk_size_gb").at("initializeParams.diskSizeGb"),
        Field::new("disk_type").at("initializeParams.diskType").short(&DISK_TYPES),
        Field::new("interface"),
        Field::new("labels").at("initializeParams.labels"),
        Field::new("mode"),
        Field::new("provisioned_iops").at("initializeParams.provisionedIops"),
        Field::new("provisioned_throughput").at("initializeParams.provisionedThroughput"),
        Field::new("resource_manager_tags").at("initializeParams.resourceManagerTags").sent(),
        Field::new("resource_policies").at("initializeParams.resourcePolicies"),
        Field::new("source").short(&DISKS),
        Field::new("source_image").at("initializeParams.sourceImage"),
        Field::one("source_image_encryption_key", KEY).at("initializeParams.sourceImageEncryptionKey"),
        Field::new("source_snapshot").at("initializeParams.sourceSnapshot").link(&SNAPSHOTS),
        Field::one("source_snapshot_encryption_key", KEY).at("initializeParams.sourceSnapshotEncryptionKey"),
        Field::new("storage_pool").at("initializeParams.storagePool"),
        Field::new("type"),
    ],
)];

/// How long the part is that makes a name unique, and how long a name may be.
const UNIQUE: usize = 26;
const PREFIX_MAX: usize = 37;

#[async_trait]
impl Kind for InstanceTemplate {
    fn collection(&self) -> &'static Collection {
        &TEMPLATES
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn labels_at(&self) -> &'static str {
        "properties.labels"
    }

    /// As written, or made from its start and the token, so that another attempt makes the same.
    fn name(&self, call: &Call<'_, Site>, object: &Object) -> String {
        let unique: String = call.token.chars().filter(char::is_ascii_alphanumeric).take(UNIQUE).collect();
        match (object.text("name"), object.text("name_prefix")) {
            (Some(name), _) => name.to_owned(),
            (None, Some(prefix)) => format!("{prefix}{}", unique.to_lowercase()),
            (None, None) => format!("terraform-{}", unique.to_lowercase()),
        }
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        let mut out = Diagnostics::new();
        if config.is_set("name") && config.is_set("name_prefix") {
            let detail = "The arguments name and name_prefix exclude each other.";
            out.push(Diagnostic::error("Conflicting configuration arguments", detail));
        }
        if config.text("name_prefix").is_some_and(|prefix| prefix.len() > PREFIX_MAX) {
            let detail = format!("The argument name_prefix can't have more than {PREFIX_MAX} letters.");
            out.push(Diagnostic::error("Invalid value for name_prefix", detail));
        }
        out
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        // Also where only the apply will tell them: there is no call that gives a template other labels.
        if planning.prior.is_some() && planning.planned.is_unknown(labels::ALL) {
            planning.replace(labels::ALL);
        }
    }

    async fn body(&self, site: &Site, object: &Object, body: &mut Json) -> Result<(), Fault> {
        let place = Place { zone: String::new(), region: site.place().region, ..Place::of(object) };
        let mut properties = Json::Object(machine::table(object, PROPERTIES, &place));
        machine::body(object, &mut properties);
        let mut disks = codec::body(object, DISK, &place)["disk"].take();
        for (index, disk) in disks.as_array_mut().into_iter().flatten().enumerate() {
            if disk["boot"].is_null() {
                disk["boot"] = (index == 0).into();
            }
            let block = &object.items("disk")[index];
            if let Some(name) = block.text("source_image") {
                disk["initializeParams"]["sourceImage"] =
                    image::resolve(site, &place.project, name).await?.into();
            }
            if let Some(name) = block.text("source") {
                disk["source"] = links::name(name).into();
            }
            if let Some(kind) = block.text("disk_type") {
                disk["initializeParams"]["diskType"] = links::name(kind).into();
            }
            let features = block.texts("guest_os_features");
            if !features.is_empty() {
                disk["guestOsFeatures"] = features.iter().map(|name| json!({"type": name})).collect();
            }
        }
        properties["disks"] = disks;
        if let Some(properties) = properties.as_object_mut() {
            properties.retain(|_, value| !value.is_null());
        }
        for (name, value) in properties.as_object().into_iter().flatten() {
            body["properties"][name] = value.clone();
        }
        Ok(())
    }

    /// Nothing of it can be changed.
    async fn update(&self, _change: &Change<'_>) -> Result<(), Fault> {
        Ok(())
    }

    fn fill(&self, object: &mut Object, json: &Json) {
        let properties = &json["properties"];
        codec::fill(object, properties, PROPERTIES);
        machine::fill(object, properties);
        codec::fill(object, &json!({"disk": properties["disks"]}), DISK);
        features(object, &properties["disks"]);
        let (link, id) =
            (json["selfLink"].as_str().unwrap_or_default(), json["id"].as_str().unwrap_or_default());
        object.put_text("self_link_unique", Some(format!("{link}?uniqueId={id}")));
        if object.text("name_prefix").is_none() {
            let prefix = object.text("name").and_then(prefix).map(str::to_owned);
            object.put_text("name_prefix", prefix);
        }
    }
}

/// The features of what is on each disk are objects in the JSON and names here.
fn features(object: &mut Object, disks: &Json) {
    let names = disks.as_array().into_iter().flatten().map(|disk| {
        let all = disk["guestOsFeatures"].as_array().into_iter().flatten();
        let names: Vec<Value> = all.filter_map(|feature| feature["type"].as_str()).map(Value::from).collect();
        if names.is_empty() {
            Value::null(Type::list(Type::String))
        } else {
            Value::list(Type::String, names)
        }
    });
    let blocks = object.items("disk").iter().zip(names);
    let blocks: Vec<Value> =
        blocks.map(|(block, names)| machine::with(block, "guest_os_features", &names)).collect();
    let element = object.type_of("disk").element().cloned().unwrap_or(Type::Dynamic);
    object.put("disk", Value::list(element, blocks));
}

/// The start of a name that was made.
fn prefix(name: &str) -> Option<&str> {
    let at = name.len().checked_sub(UNIQUE).filter(|at| name.is_char_boundary(*at))?;
    let (prefix, unique) = name.split_at(at);
    let is_made = unique.chars().all(|c| c.is_ascii_hexdigit());
    (is_made && !prefix.is_empty()).then_some(prefix)
}
