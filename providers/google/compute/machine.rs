//! What machines and templates of machines have in common.

use crate::codec::{self, Field};
use crate::compute::{NETWORKS, SUBNETWORKS};
use crate::links;
use crate::places::{Collection, Place};
use serde_json::{Map, Value as Json, json};
use trueup_provider_kit::{Fields, Object, Tags};
use trueup_value::{Name, Type, Value};

pub(crate) static ACCELERATORS: Collection = Collection::zonal("acceleratorTypes");
static ATTACHMENTS: Collection = Collection::regional("networkAttachments");

/// The key of the metadata that holds the script to run at the start.
const SCRIPT_KEY: &str = "startup-script";
const SCRIPT: &str = "metadata_startup_script";

pub(crate) static ADVANCED: Field = Field::one(
    "advanced_machine_features",
    &[
        Field::new("enable_nested_virtualization"),
        Field::new("enable_uefi_networking"),
        Field::new("performance_monitoring_unit"),
        Field::new("threads_per_core"),
        Field::new("turbo_mode"),
        Field::new("visible_core_count"),
    ],
);

pub(crate) static CONFIDENTIAL: Field = Field::one(
    "confidential_instance_config",
    &[Field::new("confidential_instance_type"), Field::new("enable_confidential_compute")],
);

pub(crate) static PERFORMANCE: Field =
    Field::one("network_performance_config", &[Field::new("total_egress_bandwidth_tier")]);

pub(crate) static SHIELDED: Field = Field::one(
    "shielded_instance_config",
    &[Field::new("enable_integrity_monitoring"), Field::new("enable_secure_boot"), Field::new("enable_vtpm")],
);

pub(crate) static SERVICE_ACCOUNT: Field =
    Field::many("service_account", &[Field::new("email"), Field::new("scopes")]).at("serviceAccounts");

pub(crate) static WORKLOAD: Field = Field::one(
    "workload_identity_config",
    &[Field::new("identity"), Field::new("identity_certificate_enabled")],
);

static SPAN: &[Field] = &[Field::new("nanos"), Field::new("seconds")];

pub(crate) static SCHEDULING: Field = Field::one(
    "scheduling",
    &[
        Field::new("automatic_restart"),
        Field::new("availability_domain"),
        Field::new("instance_termination_action"),
        Field::one("local_ssd_recovery_timeout", SPAN),
        Field::one("max_run_duration", SPAN),
        Field::new("min_node_cpus"),
        Field::many("node_affinities", &[Field::new("key"), Field::new("operator"), Field::new("values")]),
        Field::new("on_host_maintenance"),
        Field::one("on_instance_stop_action", &[Field::new("discard_local_ssd")]).at("onInstanceStopAction"),
        Field::new("preemptible"),
        Field::new("provisioning_model"),
        Field::new("termination_time"),
    ],
);

pub(crate) static NETWORK_INTERFACE: Field = Field::many(
    "network_interface",
    &[
        Field::many(
            "access_config",
            &[
                Field::new("nat_ip").at("natIP"),
                Field::new("network_tier"),
                Field::new("public_ptr_domain_name"),
            ],
        )
        .at("accessConfigs"),
        Field::many("alias_ip_range", &[Field::new("ip_cidr_range"), Field::new("subnetwork_range_name")])
            .at("aliasIpRanges"),
        Field::new("igmp_query"),
        Field::new("internal_ipv6_prefix_length"),
        Field::many(
            "ipv6_access_config",
            &[
                Field::new("external_ipv6"),
                Field::new("external_ipv6_prefix_length"),
                Field::new("name"),
                Field::new("network_tier"),
                Field::new("public_ptr_domain_name"),
            ],
        )
        .at("ipv6AccessConfigs"),
        Field::new("ipv6_access_type").told(),
        Field::new("ipv6_address"),
        Field::new("name").told(),
        Field::new("network").link(&NETWORKS),
        Field::new("network_attachment").link(&ATTACHMENTS),
        Field::new("network_ip").at("networkIP"),
        Field::new("nic_type"),
        Field::new("parent_nic_name").told(),
        Field::new("queue_count"),
        Field::new("stack_type"),
        Field::new("subnetwork").link(&SUBNETWORKS),
        Field::new("vlan"),
    ],
)
.at("networkInterfaces");

/// Adds to the request for a machine what tables can't say: `machine` is what describes it.
pub(crate) fn body(object: &Object, machine: &mut Json) {
    interfaces(object, machine);
    let metadata = metadata(object);
    if metadata.as_array().is_some_and(|items| !items.is_empty()) {
        machine["metadata"] = json!({"items": metadata});
    }
    if let Some(reservation) = object.item("reservation_affinity") {
        let mut out = json!({"consumeReservationType": reservation.text("type")});
        if let Some(specific) = reservation.item("specific_reservation") {
            out["key"] = json!(specific.text("key"));
            out["values"] = json!(specific.texts("values"));
        }
        machine["reservationAffinity"] = out;
    }
    // What is zero means that nothing is wanted.
    if let Some(scheduling) = machine.get_mut("scheduling").and_then(Json::as_object_mut) {
        scheduling.retain(|_, value| value != 0);
    }
}

/// Interfaces say what sort their external addresses are of, and where their subnetwork is when that is elsewhere.
fn interfaces(object: &Object, machine: &mut Json) {
    let blocks = object.items("network_interface").iter();
    let interfaces = machine["networkInterfaces"].as_array_mut().into_iter().flatten();
    for (block, interface) in blocks.zip(interfaces) {
        for (name, kind, default) in [
            ("accessConfigs", "ONE_TO_ONE_NAT", "External NAT"),
            ("ipv6AccessConfigs", "DIRECT_IPV6", "external-ipv6"),
        ] {
            for config in interface[name].as_array_mut().into_iter().flatten() {
                config["type"] = kind.into();
                if config["name"].is_null() {
                    config["name"] = default.into();
                }
                if !config["publicPtrDomainName"].is_null() {
                    config["setPublicPtr"] = true.into();
                }
            }
            if interface[name].is_null() {
                drop(interface.as_object_mut().and_then(|interface| interface.remove(name)));
            }
        }
        if let (Some(project), Some(name)) = (block.text("subnetwork_project"), block.text("subnetwork"))
            && !name.contains('/')
        {
            let place = Place { project: project.to_owned(), ..Place::of(object) };
            interface["subnetwork"] = SUBNETWORKS.linked(&place, name).into();
        }
    }
}

/// Metadata as the API has them.
pub(crate) fn metadata(object: &Object) -> Json {
    let mut all = object.map("metadata");
    if let Some(script) = object.owned(SCRIPT) {
        all.insert(SCRIPT_KEY.to_owned(), script);
    }
    all.into_iter().map(|(key, value)| json!({"key": key, "value": value})).collect()
}

/// Takes over what tables can't say.
pub(crate) fn fill(object: &mut Object, machine: &Json) {
    let items = machine["metadata"]["items"].as_array().into_iter().flatten();
    let pair = |item: &Json| {
        Some((item["key"].as_str()?.to_owned(), item["value"].as_str().unwrap_or_default().to_owned()))
    };
    let mut metadata: Tags = items.filter_map(pair).collect();
    // The script stands where the configuration has it.
    if object.is_set(SCRIPT) && !object.map("metadata").contains_key(SCRIPT_KEY) {
        let script = metadata.remove(SCRIPT_KEY);
        object.put_text(SCRIPT, script);
    }
    object.put_map("metadata", &metadata);
    fill_reservation(object, &machine["reservationAffinity"]);
    fill_projects(object, &machine["networkInterfaces"]);
}

fn fill_reservation(object: &mut Object, reservation: &Json) {
    let kind = reservation["consumeReservationType"].as_str();
    let Some(kind) = kind else { return object.put_items("reservation_affinity", []) };
    let mut block = object.blank_item("reservation_affinity");
    block.put_text("type", Some(kind));
    let mut specific = block.blank_item("specific_reservation");
    let key = reservation["key"].as_str();
    specific.put_text("key", key);
    specific
        .put_texts("values", reservation["values"].as_array().into_iter().flatten().filter_map(Json::as_str));
    block.put_items("specific_reservation", key.map(|_| specific));
    object.put_items("reservation_affinity", [block]);
}

/// The project of each subnetwork is that of its link.
fn fill_projects(object: &mut Object, interfaces: &Json) {
    let projects = interfaces.as_array().into_iter().flatten().map(|interface| {
        let link = interface["subnetwork"].as_str().unwrap_or_default();
        links::after(link, "projects").map(str::to_owned)
    });
    let blocks = object.items("network_interface").iter().zip(projects);
    let blocks: Vec<Value> = blocks
        .map(|(block, project)| {
            with(block, "subnetwork_project", &project.map_or(Value::null(Type::String), Value::from))
        })
        .collect();
    let element = object.type_of("network_interface").element().cloned().unwrap_or(Type::Dynamic);
    object.put("network_interface", Value::list(element, blocks));
}

/// A block with one attribute replaced.
pub(crate) fn with(block: &Value, name: &str, value: &Value) -> Value {
    let parts = block.as_mapping().into_iter().flatten();
    let part =
        |(of, old): (&Name, &Value)| (of.clone(), if &**of == name { value.clone() } else { old.clone() });
    Value::object(parts.map(part))
}

/// What a table says of an object, as an object of JSON.
pub(crate) fn table(object: &Object, fields: &[Field], place: &Place) -> Map<String, Json> {
    match codec::body(object, fields, place) {
        Json::Object(map) => map,
        _ => Map::new(),
    }
}
