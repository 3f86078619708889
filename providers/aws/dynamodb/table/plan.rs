//! What a plan of a table says beyond its schema.

use super::index::by;
use std::collections::BTreeSet;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Fields, Object, Planning};
use trueup_value::{Name, Value};

const CAPACITY: [&str; 2] = ["read_capacity", "write_capacity"];
const INDEXES: &str = "global_secondary_index";

/// Judges a configuration.
pub(super) fn validate(config: &Object) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let has = |name: &str| config.field(name).is_some_and(|value| !value.is_null());
    let mut say = |is_wrong: bool, summary: &'static str, detail: &'static str| {
        if is_wrong {
            diagnostics.push(Diagnostic::error(summary, detail));
        }
    };
    let conflict = "Conflicting configuration arguments";
    let missing = "Missing required argument";
    let is_restored = has("restore_source_name") || has("restore_source_table_arn");
    let has_moment = has("restore_date_time") || has("restore_to_latest_time");
    let is_imported = config.item("import_table").is_some();
    say(
        has("restore_source_name") && has("restore_source_table_arn"),
        conflict,
        "The arguments restore_source_name and restore_source_table_arn exclude each other.",
    );
    say(is_restored && is_imported, conflict, "A table is either restored or imported, not both.");
    say(is_restored && !has_moment, missing, "A restore needs restore_date_time or restore_to_latest_time.");
    say(
        !is_restored && has_moment,
        missing,
        "A moment to restore to needs restore_source_name or restore_source_table_arn.",
    );
    say(
        !is_restored && !has("hash_key"),
        missing,
        "The argument hash_key is required unless a table is restored.",
    );
    say(
        is_imported && !config.items("local_secondary_index").is_empty(),
        "Unsupported argument",
        "The API imports no table with local secondary indexes: import without them, or restore.",
    );
    let ttl = config.item("ttl").filter(|ttl| ttl.flag("enabled") == Some(true));
    say(
        ttl.and_then(|ttl| ttl.field("attribute_name"))
            .is_some_and(|name| name.is_null() || name.as_str() == Some("")),
        missing,
        "A ttl block that is enabled needs attribute_name.",
    );
    if !is_restored {
        validate_attributes(config, &mut diagnostics);
    }
    diagnostics
}

/// Attributes are those that keys are made of, and no others.
fn validate_attributes(config: &Object, diagnostics: &mut Diagnostics) {
    let blocks = ["attribute", INDEXES, "local_secondary_index"];
    let parts = ["hash_key", "range_key"].into_iter().chain(blocks);
    if parts.into_iter().any(|name| config.is_unknown(name)) {
        return;
    }
    let names = |of: &Value| ["hash_key", "range_key"].map(|name| of.owned(name));
    let mut keys: BTreeSet<String> =
        ["hash_key", "range_key"].iter().filter_map(|name| config.owned(name)).collect();
    for index in config.items(INDEXES).iter().chain(config.items("local_secondary_index")) {
        keys.extend(names(index).into_iter().flatten());
    }
    let attributes: BTreeSet<String> =
        config.items("attribute").iter().filter_map(|attribute| attribute.owned("name")).collect();
    let unused: Vec<&String> = attributes.difference(&keys).collect();
    if !unused.is_empty() {
        let summary = format!("all attributes must be indexed. Unused attributes: {unused:?}");
        let detail = "DynamoDB takes only attributes that are keys of the table or of an index.";
        diagnostics
            .push(Diagnostic::error(summary, detail).hint("Remove these attribute blocks, or add indexes."));
    }
    let missing: Vec<&String> = keys.difference(&attributes).collect();
    if !missing.is_empty() {
        let summary = format!("all indexes must match a defined attribute. Unmatched indexes: {missing:?}");
        let detail = "Every key of the table and its indexes needs an attribute block with its type.";
        diagnostics.push(Diagnostic::error(summary, detail).hint("Add attribute blocks for these keys."));
    }
}

/// Adds to the plan what follows.
pub(super) fn plan(planning: &mut Planning<'_>) {
    plan_capacity(planning);
    plan_parts(planning, INDEXES, "name");
    plan_parts(planning, "replica", "region_name");
    // Without a block items go on expiring as they do.
    if planning.config.items("ttl").is_empty()
        && let Some(ttl) = planning.prior.and_then(|prior| prior.field("ttl")).cloned()
    {
        planning.planned.put("ttl", ttl);
    }
    if planning.changes_any(&["stream_enabled", "stream_view_type"]) {
        planning.unsettle(&["stream_arn", "stream_label"]);
    }
    unsettle_inside(planning, "point_in_time_recovery", "recovery_period_in_days");
    unsettle_inside(planning, "server_side_encryption", "kms_key_arn");
    if is_retyped(planning) {
        planning.replace("attribute");
    }
    let warmth =
        |object: &Object, name: &str| object.item("warm_throughput").and_then(|block| block.integer(name));
    let cools = |name: &str| {
        let before = planning.prior.and_then(|prior| warmth(prior, name));
        warmth(&planning.planned, name).is_some_and(|wanted| before.is_some_and(|before| wanted < before))
    };
    if cools("read_units_per_second") || cools("write_units_per_second") {
        planning.replace("warm_throughput");
    }
}

/// What the cloud adds to a block is told anew when the block is switched on or off.
fn unsettle_inside(planning: &mut Planning<'_>, block: &str, name: &str) {
    let is_on = |of: Option<&Value>| of.and_then(|of| of.flag("enabled"));
    let before = planning.prior.and_then(|prior| prior.item(block));
    let (Some(planned), Some(config)) = (planning.planned.item(block), planning.config.item(block)) else {
        return;
    };
    if before.is_none() || is_on(before) == is_on(Some(planned)) || config.is_set(name) {
        return;
    }
    let Some(fields) = planned.as_mapping() else { return };
    let field = |(of, value): (&Name, &Value)| {
        (of.clone(), if &**of == name { Value::unknown(value.ty()) } else { value.clone() })
    };
    let filled = Value::object(fields.iter().map(field));
    planning.planned.put(block, Value::list(filled.ty(), [filled.clone()]));
}

/// A table paid for by request has no capacity; one paid for by capacity needs it.
fn plan_capacity(planning: &mut Planning<'_>) {
    let Some(mode) = planning.planned.owned("billing_mode") else { return };
    let is_restored =
        ["restore_source_name", "restore_source_table_arn"].iter().any(|name| planning.config.is_set(name));
    for name in CAPACITY {
        if planning.config.is_unknown(name) {
            continue;
        }
        let written = planning.config.integer(name);
        if mode == "PAY_PER_REQUEST" {
            if written.is_some_and(|units| units > 0) {
                let summary = format!("{name} can not be set when billing_mode is {mode:?}");
                let detail = "A table that is paid for by request has no capacity of its own.";
                planning.refuse(
                    Diagnostic::error(summary, detail).hint("Remove it, or set billing_mode to PROVISIONED."),
                );
            }
            planning.planned.put_integer(name, Some(0));
            continue;
        }
        let before = planning.prior.and_then(|prior| prior.integer(name)).filter(|units| *units > 0);
        match written.or(before) {
            Some(units) if units > 0 => {}
            None if is_restored && planning.prior.is_none() => {}
            _ => {
                let summary = format!("{name} must be at least 1 when billing_mode is {mode:?}");
                let detail = "A table that is paid for by capacity needs some.";
                planning.refuse(
                    Diagnostic::error(summary, detail)
                        .hint("Set it, or set billing_mode to PAY_PER_REQUEST."),
                );
            }
        }
    }
}

/// Blocks of a set are told apart by one attribute: what the cloud has told of the block of the same name stays.
fn plan_parts(planning: &mut Planning<'_>, blocks: &str, key: &str) {
    let is_on_demand = planning.planned.text("billing_mode") == Some("PAY_PER_REQUEST");
    let Some(planned) = planning.planned.field(blocks).filter(|value| value.is_known()) else { return };
    let before = planning.prior.map(|prior| by(key, prior.items(blocks))).unwrap_or_default();
    let settled = |block: &Value| {
        let Some(fields) = block.as_mapping() else { return block.clone() };
        let before = block.text(key).and_then(|name| before.get(name));
        let field = |(name, value): (&Name, &Value)| {
            let is_capacity = CAPACITY.contains(&&**name);
            // Warmth that isn't written is the cloud's.
            let is_left = &**name == "warm_throughput" && block.items(name).is_empty();
            if value.is_known() && !is_left {
                return (name.clone(), value.clone());
            }
            if is_capacity && is_on_demand {
                return (name.clone(), Value::from(0));
            }
            let told = before.and_then(|before| before.field(name));
            let told = told.filter(|told| !is_capacity || **told != Value::from(0));
            (name.clone(), told.cloned().unwrap_or_else(|| Value::unknown(value.ty())))
        };
        Value::object(fields.iter().map(field))
    };
    let element = planned.ty().element().cloned().expect("blocks are a set");
    let blocks_settled: Vec<Value> = planned.as_sequence().unwrap_or_default().iter().map(settled).collect();
    planning.planned.put(blocks, Value::set(element, blocks_settled));
}

/// Whether a key that can't be changed gets another type.
fn is_retyped(planning: &Planning<'_>) -> bool {
    let Some(prior) = planning.prior else { return false };
    let (before, wanted) =
        (by("name", prior.items("attribute")), by("name", planning.planned.items("attribute")));
    let local = prior.items("local_secondary_index").iter().filter_map(|index| index.text("range_key"));
    let keys = [prior.text("hash_key"), prior.text("range_key")].into_iter().flatten().chain(local);
    let kind = |attributes: &std::collections::BTreeMap<&str, &Value>, key: &str| {
        attributes.get(key).and_then(|attribute| attribute.owned("type"))
    };
    let mut keys = keys.filter(|key| wanted.contains_key(key));
    keys.any(|key| kind(&before, key) != kind(&wanted, key))
}
