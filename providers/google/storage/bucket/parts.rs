//! Parts of a bucket that the table of fields can't say: what unset blocks mean, locks, and times that follow from other
//! parts.

use crate::account::Request;
use crate::account::site::Site;
use crate::storage::bucket::path;
use reqwest::Method;
use serde_json::{Value as Json, json};
use trueup_provider_kit::{Call, Fault, Fields, Object, Planning};
use trueup_value::{Kind, Name, Type, Value};

/// Blocks of which the API tells one that is off where there is none.
const SWITCHES: [&str; 3] = ["autoclass", "hierarchical_namespace", "versioning"];
/// What takes these away: they are switched off.
const SWITCHED_OFF: [(&str, &str); 2] = [("autoclass", "autoclass"), ("versioning", "versioning")];
/// Times within blocks, which follow from what else is in them.
const TIMES: [&str; 1] = ["effective_time"];

/// Adds to the plan.
pub(super) fn plan(planning: &mut Planning<'_>) {
    let Some(prior) = planning.prior else { return };
    // States of the reference provider hold what is off although nobody has written it: that is no wish to change it.
    for name in SWITCHES {
        let is_off = prior.item(name).is_some_and(|block| block.flag("enabled") != Some(true));
        if let Some(before) = prior.field(name).filter(|_| is_off && planning.config.items(name).is_empty()) {
            planning.planned.put(name, before.clone());
        }
    }
    let is_locked =
        |object: &Object| object.item("retention_policy").and_then(|block| block.flag("is_locked"));
    if is_locked(prior) == Some(true) && is_locked(&planning.planned) != Some(true) {
        planning.replace("retention_policy");
    }
    for name in ["encryption", "soft_delete_policy"] {
        let (Some(before), Some(after)) = (prior.field(name), planning.planned.field(name)) else { continue };
        if before != after {
            let after = unsettled(before, after);
            planning.planned.put(name, after);
        }
    }
    let is_changed = planning.planned.names().any(|name| {
        !["deletion_policy", "force_destroy", "timeouts", "updated"].contains(&&**name)
            && planning.planned.differs(prior, name)
    });
    if is_changed {
        planning.unsettle(&["updated"]);
    }
}

/// Blocks with their times unknown where something else in them changes.
fn unsettled(before: &Value, after: &Value) -> Value {
    if let (Some(old), Some(new)) = (before.as_sequence(), after.as_sequence()) {
        let none = Value::null(Type::Dynamic);
        let items =
            new.iter().enumerate().map(|(index, new)| unsettled(old.get(index).unwrap_or(&none), new));
        return match after.ty() {
            Type::List(element) => Value::list((*element).clone(), items),
            _ => after.clone(),
        };
    }
    let Kind::Object(fields) = after.kind() else { return after.clone() };
    if before == after {
        return after.clone();
    }
    let part = |(name, value): (&Name, &Value)| {
        let old = before.get(name);
        let value = if TIMES.contains(&&**name) {
            Value::unknown(value.ty())
        } else {
            old.map_or_else(|| value.clone(), |old| unsettled(old, value))
        };
        (name.clone(), value)
    };
    Value::object(fields.iter().map(part))
}

/// In a change a part is taken away by null, not by an empty text.
pub(super) fn clear(body: &mut Json) {
    match body {
        Json::String(text) if text.is_empty() => *body = Json::Null,
        Json::Object(parts) => parts.values_mut().for_each(clear),
        _ => {}
    }
}

/// What the table can't say of a change.
pub(super) fn change(prior: &Object, object: &Object, body: &mut Json) {
    for (name, at) in SWITCHED_OFF {
        if object.items(name).is_empty() && !prior.items(name).is_empty() {
            body[at] = json!({"enabled": false});
        }
    }
}

/// Locks the retention policy where it is to be locked: nobody can unlock it ever.
pub(super) async fn lock(call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
    let wanted = object.item("retention_policy").and_then(|block| block.flag("is_locked"));
    if wanted != Some(true) {
        return Ok(());
    }
    let bucket = call.site.storage.get(&path(object)).await?;
    if bucket["retentionPolicy"]["isLocked"] == true {
        return Ok(());
    }
    // The mark of the state that was seen: what someone else makes of the policy meanwhile isn't locked.
    let query = [("ifMetagenerationMatch", bucket["metageneration"].as_str().unwrap_or_default())];
    let lock = format!("{}/lockRetentionPolicy", path(object));
    let request = Request { query: &query, is_repeatable: false, ..Request::of(Method::POST, &lock) };
    call.site
        .storage
        .send(&request)
        .await
        .map(drop)
        .map_err(|fault| fault.during("locking the retention policy"))
}

/// Takes over what the table can't say.
pub(super) fn fill(object: &mut Object, before: &Object, json: &Json) {
    for name in SWITCHES {
        let is_off = object.item(name).is_some_and(|block| block.flag("enabled") != Some(true));
        if is_off && before.items(name).is_empty() {
            object.put_items(name, []);
        }
    }
    let is_said = |name: &str, at: &str| {
        !before.items(name).is_empty() || json[at].as_object().is_some_and(|parts| !parts.is_empty())
    };
    for (name, at) in [("encryption", "encryption"), ("custom_placement_config", "customPlacementConfig")] {
        if !is_said(name, at) {
            object.put_items(name, []);
        }
    }
    keep_locations(object, before);
}

/// Locations in the letters that the configuration has them in.
fn keep_locations(object: &mut Object, before: &Object) {
    let locations = |of: &Object| -> Vec<String> {
        of.item("custom_placement_config").map(|block| block.texts("data_locations")).unwrap_or_default()
    };
    let upper = |texts: Vec<String>| {
        let mut texts: Vec<String> = texts.iter().map(|text| text.to_uppercase()).collect();
        texts.sort();
        texts
    };
    if upper(locations(object)) == upper(locations(before))
        && let Some(kept) = before.field("custom_placement_config")
    {
        object.put("custom_placement_config", kept.clone());
    }
}
