//! The lifecycle rules of a bucket: what is done to objects when, with conditions that are zero and conditions that are not
//! there told apart by flags.

use serde_json::{Map, Value as Json, json};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Fields, Object};
use trueup_value::Value;

const RULES: &str = "lifecycle_rule";

/// Conditions that are texts or lists of texts, and where they stand in the JSON.
const TEXTS: [(&str, &str); 3] = [
    ("created_before", "createdBefore"),
    ("custom_time_before", "customTimeBefore"),
    ("noncurrent_time_before", "noncurrentTimeBefore"),
];
const LISTS: [(&str, &str); 3] = [
    ("matches_prefix", "matchesPrefix"),
    ("matches_storage_class", "matchesStorageClass"),
    ("matches_suffix", "matchesSuffix"),
];
/// Conditions that are numbers, and the flags that say that zero is meant.
const NUMBERS: [(&str, &str, &str); 4] = [
    ("age", "age", "send_age_if_zero"),
    ("days_since_custom_time", "daysSinceCustomTime", "send_days_since_custom_time_if_zero"),
    ("days_since_noncurrent_time", "daysSinceNoncurrentTime", "send_days_since_noncurrent_time_if_zero"),
    ("num_newer_versions", "numNewerVersions", "send_num_newer_versions_if_zero"),
];
/// Conditions that are numbers of bytes, which the JSON has as texts.
const SIZES: [(&str, &str); 2] =
    [("size_above_bytes", "sizeAboveBytes"), ("size_below_bytes", "sizeBelowBytes")];
/// Whether objects are live, by the words of the configuration.
const STATES: [(&str, Option<bool>); 3] = [("ANY", None), ("ARCHIVED", Some(false)), ("LIVE", Some(true))];
const ACTIONS: [&str; 3] = ["AbortIncompleteMultipartUpload", "Delete", "SetStorageClass"];

/// Judges the rules.
pub(super) fn validate(config: &Object, out: &mut Diagnostics) {
    for rule in config.items(RULES) {
        let action = rule.item("action").and_then(|action| action.text("type"));
        if let Some(action) = action.filter(|action| !ACTIONS.contains(action)) {
            let detail =
                format!("The action {action:?} of a lifecycle_rule is none of {}.", ACTIONS.join(", "));
            out.push(Diagnostic::error("Invalid lifecycle_rule", detail));
        }
        let state = rule.item("condition").and_then(|condition| condition.text("with_state"));
        if let Some(state) = state.filter(|state| STATES.iter().all(|(word, _)| word != state)) {
            let detail =
                format!("with_state of a lifecycle_rule is {state:?}, and must be ANY, ARCHIVED or LIVE.");
            out.push(Diagnostic::error("Invalid lifecycle_rule", detail));
        }
    }
}

/// What a new bucket's request says of them.
pub(super) fn body(object: &Object, body: &mut Json) {
    if !object.items(RULES).is_empty() {
        body["lifecycle"] = json!({"rule": encoded(object)});
    }
}

/// What of a change is about them: all of them, for a list is put in place of another.
pub(super) fn change(prior: &Object, object: &Object, body: &mut Json) {
    if encoded(prior) != encoded(object) {
        body["lifecycle"] = json!({"rule": encoded(object)});
    }
}

fn encoded(object: &Object) -> Vec<Json> {
    object.items(RULES).iter().map(rule).collect()
}

fn rule(rule: &Value) -> Json {
    let mut action = json!({"type": rule.item("action").and_then(|action| action.text("type"))});
    if let Some(class) = rule.item("action").and_then(|action| action.text("storage_class")) {
        action["storageClass"] = class.into();
    }
    json!({"action": action, "condition": rule.item("condition").map(condition).unwrap_or_default()})
}

fn condition(block: &Value) -> Json {
    let mut out = Map::new();
    for (name, at) in TEXTS {
        out.extend(block.text(name).map(|text| (at.to_owned(), text.into())));
    }
    for (name, at) in LISTS {
        let texts = block.texts(name);
        if !texts.is_empty() {
            out.insert(at.to_owned(), json!(texts));
        }
    }
    for (name, at, flag) in NUMBERS {
        let number = block.integer(name).unwrap_or(0);
        if number != 0 || block.flag(flag) == Some(true) {
            out.insert(at.to_owned(), number.into());
        }
    }
    for (name, at) in SIZES {
        let bytes = block.integer(name).filter(|bytes| *bytes != 0);
        out.extend(bytes.map(|bytes| (at.to_owned(), bytes.to_string().into())));
    }
    let state = STATES.iter().find(|(word, _)| block.text("with_state") == Some(word));
    out.extend(state.and_then(|(_, is_live)| *is_live).map(|is_live| ("isLive".to_owned(), is_live.into())));
    Json::Object(out)
}

/// Takes over what the API tells. Rules that say the same as before stay as they were written, for a zero can be written
/// in several ways.
pub(super) fn fill(object: &mut Object, json: &Json) {
    let rules = json["lifecycle"]["rule"].as_array().map(Vec::as_slice).unwrap_or_default();
    let before: Vec<Value> = object.items(RULES).to_vec();
    let ty = object.type_of(RULES).element().cloned().expect("blocks stand in a list");
    let told = rules.iter().enumerate().map(|(index, told)| {
        let same = before.get(index).filter(|before| means_same(&rule(before), told));
        match same.filter(|before| before.is_wholly_known()) {
            Some(before) => stated(before, told),
            None => decoded(object, told),
        }
    });
    let all: Vec<Value> = told.collect();
    object.put(RULES, Value::list(ty, all));
}

/// A rule as it was written, with the state of objects where that was left open.
fn stated(rule: &Value, told: &Json) -> Value {
    let filled = |block: &Value, name: &str, part: Value| {
        let parts = block.as_mapping().into_iter().flatten();
        Value::object(
            parts.map(|(of, value)| (of.clone(), if &**of == name { part.clone() } else { value.clone() })),
        )
    };
    match rule.item("condition") {
        Some(condition) if !condition.is_set("with_state") => {
            let condition = filled(condition, "with_state", state(told).into());
            filled(rule, "condition", Value::set(condition.ty(), [condition]))
        }
        _ => rule.clone(),
    }
}

/// The word for which versions a rule is about.
fn state(told: &Json) -> &'static str {
    let is_live = told["condition"]["isLive"].as_bool();
    STATES.iter().find(|(_, of)| *of == is_live).map_or("ANY", |(word, _)| word)
}

/// Whether the API's rule is the one that was asked for: numbers of bytes come as texts or numbers, lists may be left out.
fn means_same(asked: &Json, told: &Json) -> bool {
    let plain = |json: &Json| {
        let text = |json: &Json| json.as_str().map_or_else(|| json.to_string(), str::to_owned);
        let parts = |part: &str| -> Vec<(String, String)> {
            let all = json[part].as_object().into_iter().flatten();
            let mut all: Vec<_> = all
                .filter(|(_, json)| !json.as_array().is_some_and(Vec::is_empty) && !json.is_null())
                .map(|(name, json)| (name.clone(), text(json)))
                .collect();
            all.sort();
            all
        };
        (parts("action"), parts("condition"))
    };
    plain(asked) == plain(told)
}

fn decoded(object: &Object, told: &Json) -> Value {
    let mut rule = object.blank_item(RULES);
    let mut action = rule.blank_item("action");
    action.put_text("type", told["action"]["type"].as_str());
    action.put_text("storage_class", told["action"]["storageClass"].as_str());
    let mut condition = rule.blank_item("condition");
    let from = &told["condition"];
    for (name, at) in TEXTS {
        condition.put_text(name, from[at].as_str());
    }
    for (name, at) in LISTS {
        let texts = from[at].as_array().into_iter().flatten().filter_map(Json::as_str);
        let texts: Vec<&str> = texts.collect();
        if texts.is_empty() { condition.put_null(name) } else { condition.put_texts(name, texts) }
    }
    for (name, at, flag) in NUMBERS {
        condition.put_integer(name, number(&from[at]));
        condition.put_flag(flag, (number(&from[at]) == Some(0)).then_some(true));
    }
    for (name, at) in SIZES {
        condition.put_integer(name, number(&from[at]));
    }
    condition.put_text("with_state", Some(state(told)));
    rule.put_items("action", [action]);
    rule.put_items("condition", [condition]);
    rule.value()
}

fn number(json: &Json) -> Option<i64> {
    json.as_i64().or_else(|| json.as_str()?.parse().ok())
}
