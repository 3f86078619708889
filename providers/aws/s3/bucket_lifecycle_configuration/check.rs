//! What is wrong with lifecycle rules, said before S3 answers no more than `MalformedXML`.

use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Fields, Object};
use trueup_value::Value;

/// Ids may be so many characters long (S3 API reference, "`LifecycleRule`").
const ID_MAX: usize = 255;
const STATUSES: [&str; 2] = ["Disabled", "Enabled"];
const SIZES: [&str; 2] = ["all_storage_classes_128K", "varies_by_storage_class"];
const CLASSES: [&str; 6] =
    ["DEEP_ARCHIVE", "GLACIER", "GLACIER_IR", "INTELLIGENT_TIERING", "ONEZONE_IA", "STANDARD_IA"];
/// Blocks of a rule that occur at most once.
const SINGLE: [&str; 4] =
    ["abort_incomplete_multipart_upload", "expiration", "filter", "noncurrent_version_expiration"];
/// Blocks of a rule that say what happens.
const ACTIONS: [&str; 5] = [
    "abort_incomplete_multipart_upload",
    "expiration",
    "noncurrent_version_expiration",
    "noncurrent_version_transition",
    "transition",
];

/// Judges the configuration; unknown parts are left for later.
pub(super) fn check(config: &Object) -> Diagnostics {
    let mut out = Diagnostics::new();
    one_of(config, "transition_default_minimum_object_size", &SIZES, &mut out);
    let is_known = config.field("rule").is_some_and(Value::is_known);
    let rules = config.items("rule");
    if is_known && rules.is_empty() {
        out.push(bad("At least one rule block is needed."));
    }
    for (index, rule) in rules.iter().enumerate() {
        let id = rule.text("id").unwrap_or_default();
        if id.chars().count() > ID_MAX {
            out.push(bad(&format!("The id of rule {index} is longer than {ID_MAX} characters.")));
        }
        if !id.is_empty() && rules[..index].iter().any(|other| other.text("id") == Some(id)) {
            out.push(bad(&format!("Two rules have the id {id:?}.")));
        }
        check_rule(id, rule, &mut out);
    }
    out
}

fn check_rule(id: &str, rule: &Value, out: &mut Diagnostics) {
    one_of(rule, "status", &STATUSES, out);
    for name in SINGLE {
        if rule.items(name).len() > 1 {
            out.push(bad(&format!("Rule {id:?} has more than one {name} block.")));
        }
    }
    let is_decided = ACTIONS.iter().all(|name| rule.field(name).is_some_and(Value::is_known));
    if is_decided && ACTIONS.iter().all(|name| rule.items(name).is_empty()) {
        out.push(bad(&format!("Rule {id:?} says for which objects it is and not what happens to them.")));
    }
    if rule.text("prefix").is_some() && !rule.items("filter").is_empty() {
        out.push(bad(&format!("Rule {id:?} has both prefix and filter.")));
    }
    for block in rule.items("filter") {
        check_filter(id, block, out);
    }
    for block in rule.items("expiration") {
        at_most_one(id, block, &["date", "days", "expired_object_delete_marker"], out);
    }
    for block in rule.items("transition") {
        at_most_one(id, block, &["date", "days"], out);
        one_of(block, "storage_class", &CLASSES, out);
    }
    for block in rule.items("noncurrent_version_transition") {
        one_of(block, "storage_class", &CLASSES, out);
    }
}

fn check_filter(id: &str, block: &Value, out: &mut Diagnostics) {
    let is_given = |name: &&&str| match block.field(name).and_then(Value::as_sequence) {
        Some(items) => !items.is_empty(),
        None => block.is_set(name),
    };
    let names = ["object_size_greater_than", "object_size_less_than", "prefix", "tag", "and"];
    let given: Vec<&str> = names.iter().filter(is_given).copied().collect();
    if given.len() > 1 || ["and", "tag"].iter().any(|name| block.items(name).len() > 1) {
        out.push(
            bad(&format!("The filter of rule {id:?} asks for several things: {}.", given.join(", ")))
                .hint("Put them all into one block `and` inside the filter."),
        );
    }
}

fn at_most_one(id: &str, block: &Value, names: &[&str], out: &mut Diagnostics) {
    let is_given = |name: &&&str| block.is_set(name) && block.flag(name) != Some(false);
    let given: Vec<&str> = names.iter().filter(is_given).copied().collect();
    if given.len() > 1 {
        out.push(bad(&format!(
            "Rule {id:?} sets {} together; they exclude each other.",
            given.join(" and ")
        )));
    }
}

fn one_of(block: &impl Fields, name: &str, words: &[&str], out: &mut Diagnostics) {
    if let Some(word) = block.text(name).filter(|word| !words.contains(word)) {
        out.push(bad(&format!("The argument {name} must be one of {}, not {word:?}.", words.join(", "))));
    }
}

fn bad(detail: &str) -> Diagnostic {
    Diagnostic::error("Invalid lifecycle configuration", detail)
}
