//! Changes of resources and outputs.

use super::tree::{KeyWire, mode};
use super::{Failure, Json, encode};
use serde::Serialize;
use trueup_diff::Action;
use trueup_plan::{Importing, OutputChange, ResourceChange};

/// An entry of `resource_changes` and `resource_drift`.
#[derive(Serialize)]
pub(crate) struct ResourceChangeWire {
    address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    module_address: Option<String>,
    mode: &'static str,
    #[serde(rename = "type")]
    kind: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<KeyWire>,
    provider_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    deposed: Option<String>,
    change: ChangeWire,
    #[serde(skip_serializing_if = "Option::is_none")]
    action_reason: Option<&'static str>,
}

/// What becomes of an object or an output.
#[derive(Serialize)]
pub(crate) struct ChangeWire {
    actions: &'static [&'static str],
    before: Json,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Json>,
    after_unknown: Json,
    before_sensitive: Json,
    after_sensitive: Json,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    replace_paths: Vec<Vec<Json>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    importing: Option<ImportingWire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    generated_config: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct ImportingWire {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<Json>,
}

impl ImportingWire {
    pub(crate) fn of(change: &ResourceChange) -> Option<ImportingWire> {
        Some(match change.importing.as_ref()? {
            Importing::Id(id) => ImportingWire { id: Some(id.clone()), identity: None },
            Importing::Identity(identity) => {
                ImportingWire { id: None, identity: encode::known(identity).ok() }
            }
        })
    }
}

/// The words for an action.
pub(crate) fn actions(action: Action) -> &'static [&'static str] {
    match action {
        Action::NoOp => &["no-op"],
        Action::Create => &["create"],
        Action::Read => &["read"],
        Action::Update => &["update"],
        Action::Delete => &["delete"],
        Action::DeleteThenCreate => &["delete", "create"],
        Action::CreateThenDelete => &["create", "delete"],
        Action::Forget => &["forget"],
    }
}

/// The change of an object.
pub(crate) fn resource(change: &ResourceChange) -> Result<ResourceChangeWire, Failure> {
    let inner = &change.change;
    let whole = inner.after.is_wholly_known();
    let paths = inner.replace_paths.iter().map(encode::path).collect::<Result<Vec<_>, _>>()?;
    let module = &change.addr.module;
    Ok(ResourceChangeWire {
        address: change.addr.to_string(),
        previous_address: change.previous.as_ref().map(ToString::to_string),
        module_address: (!module.is_root()).then(|| module.to_string()),
        mode: mode(&change.addr.resource),
        kind: change.addr.resource.kind.to_string(),
        name: change.addr.resource.name.to_string(),
        index: KeyWire::of(&change.addr.key),
        provider_name: change.provider.provider.to_string(),
        deposed: change.deposed.clone(),
        change: ChangeWire {
            actions: actions(inner.action),
            before: encode::known(&inner.before)?,
            after: Some(encode::known(&inner.after)?),
            after_unknown: if whole { encode::raw("{}".into()) } else { encode::unknown(&inner.after) },
            before_sensitive: encode::sensitive(&inner.before),
            after_sensitive: encode::sensitive(&inner.after),
            replace_paths: paths,
            importing: ImportingWire::of(change),
            generated_config: change.generated.clone(),
        },
        action_reason: inner.reason.map(trueup_diff::Reason::as_str),
    })
}

/// The change of an output.
pub(crate) fn output(change: &OutputChange) -> Result<ChangeWire, Failure> {
    let whole = change.after.is_wholly_known();
    let sensitive = encode::raw(change.sensitive.to_string());
    let after = if change.after.is_known() { Some(encode::known(&change.after)?) } else { None };
    Ok(ChangeWire {
        actions: actions(change.action),
        before: encode::known(&change.before)?,
        after,
        after_unknown: if whole { encode::raw("false".into()) } else { encode::unknown(&change.after) },
        before_sensitive: sensitive.clone(),
        after_sensitive: sensitive,
        replace_paths: Vec::new(),
        importing: None,
        generated_config: None,
    })
}
