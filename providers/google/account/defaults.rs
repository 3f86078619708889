//! What the provider block adds to plans: project and zone, labels, and what deleting means.

use crate::account::settings::{ATTRIBUTION, Attribution, Settings};
use crate::links;
use std::collections::BTreeMap;
use trueup_diag::Diagnostic;
use trueup_provider_kit::{Fields, Object, Planning};
use trueup_value::{Kind, Name, Type, Value};

/// Adds to a plan of any type.
pub(crate) fn plan(settings: &Settings, planning: &mut Planning<'_>) {
    place(planning, "project", settings.project.as_deref(), settings.is_partial);
    place(planning, "zone", settings.zone.as_deref(), settings.is_partial);
    let is_regional = planning.planned.has("region") && !planning.planned.has("zone");
    if is_regional && settings.region.is_none() && !settings.is_partial && planning.prior.is_none() {
        missing(planning, "region");
    }
    deletion(settings, planning);
    labels(settings, planning);
}

/// What an object is in: the provider block's where the configuration doesn't say. Another one than before means another
/// object.
fn place(planning: &mut Planning<'_>, name: &str, own: Option<&str>, is_partial: bool) {
    if !planning.planned.has(name) || !planning.config.field(name).is_some_and(Value::is_null) {
        return;
    }
    match (own, planning.prior) {
        (Some(own), Some(prior))
            if prior.text(name).is_some_and(|before| links::is_same_link(before, own)) =>
        {
            planning.planned.put(name, prior.field(name).cloned().unwrap_or_else(|| own.into()));
        }
        (Some(own), _) => planning.planned.put_text(name, Some(own)),
        (None, Some(_)) => {}
        (None, None) if is_partial => planning.planned.put_unknown(name),
        (None, None) => missing(planning, name),
    }
}

fn missing(planning: &mut Planning<'_>, name: &str) {
    if !planning.config.field(name).is_some_and(Value::is_null) {
        return;
    }
    let detail = format!("Neither the resource nor the provider block nor the environment names a {name}.");
    let hint = format!("Set {name} in the resource or in the provider block.");
    planning.refuse(Diagnostic::error(format!("{name} is needed and nothing sets it"), detail).hint(hint));
}

/// Deleting deletes unless something else is said.
fn deletion(settings: &Settings, planning: &mut Planning<'_>) {
    const NAME: &str = "deletion_policy";
    if !planning.planned.has(NAME) || !planning.config.field(NAME).is_some_and(Value::is_null) {
        return;
    }
    // A state of before the attribute existed says nothing, and means the same.
    let is_old = planning.prior.is_some_and(|prior| !prior.is_set(NAME));
    match settings.deletion_policy.as_deref() {
        None if is_old => planning.planned.put_null(NAME),
        policy => planning.planned.put_text(NAME, Some(policy.unwrap_or("DELETE"))),
    }
}

/// The labels that the configuration gives, over those of the provider block, over those that others have set.
fn labels(settings: &Settings, planning: &mut Planning<'_>) {
    if !planning.planned.has("effective_labels") {
        return;
    }
    let own = planning.planned.field("labels").cloned().unwrap_or_else(|| Value::null(strings()));
    let ours = attributed(settings, planning.prior, settings.labels.planned_all(&own));
    let effective = match (planning.prior, ours.as_mapping()) {
        (Some(prior), Some(ours)) => {
            let before = prior.map("terraform_labels");
            let kept = prior.map("effective_labels").into_iter().filter(|(key, _)| !before.contains_key(key));
            let kept = kept.map(|(key, text)| (Name::from(key.as_str()), Value::from(text)));
            Value::map(Type::String, kept.chain(ours.iter().map(|(key, text)| (key.clone(), text.clone()))))
        }
        _ => ours.clone(),
    };
    let is_changed = planning.prior.is_some_and(|prior| prior.field("effective_labels") != Some(&effective));
    if is_changed && planning.planned.has("label_fingerprint") {
        planning.unsettle(&["label_fingerprint"]);
    }
    for (name, value) in [("terraform_labels", ours), ("effective_labels", effective)] {
        let is_empty = |value: &Value| value.is_null() || value.as_mapping().is_some_and(BTreeMap::is_empty);
        let before = planning.prior.and_then(|prior| prior.field(name));
        match before.filter(|before| is_empty(before) && value.is_known() && is_empty(&value)) {
            Some(before) => planning.planned.put(name, before.clone()),
            None => planning.planned.put(name, value),
        }
    }
}

/// With the label that says that the thing was made from configuration, where it is to have it.
fn attributed(settings: &Settings, prior: Option<&Object>, labels: Value) -> Value {
    let (key, text) = ATTRIBUTION;
    let has = |prior: &Object| prior.map("terraform_labels").contains_key(key);
    let is_wanted = match settings.attribution {
        Attribution::Never => false,
        Attribution::OnCreation => prior.is_none_or(has),
        Attribution::Always => true,
    };
    match labels.kind() {
        Kind::Map(all) if is_wanted => {
            let ours = [(Name::from(key), Value::from(text))].into_iter();
            Value::map(Type::String, ours.chain(all.1.iter().map(|(key, text)| (key.clone(), text.clone()))))
        }
        _ => labels,
    }
}

fn strings() -> Type {
    Type::map(Type::String)
}
