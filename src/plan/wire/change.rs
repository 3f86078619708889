//! Changes of resources and outputs.

use super::types::{TypesIn, TypesOut};
use super::value::{PathWire, ValueWire, read_path, write_path};
use crate::model::{Importing, OutputChange, ResourceChange};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use std::str::FromStr;
use trueup_addr::{ConfigResource, InstanceKey, Name, ProviderAddr, ResourceInstance, Target};
use trueup_diff::{Action, Change, Reason};
use trueup_resolve::NodeId;
use trueup_resolve::program::ProviderBinding;

/// One [`ResourceChange`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ChangeWire {
    address: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deposed: Option<String>,
    provider: String,
    binding: BindingWire,
    #[serde(default)]
    schema_version: u64,
    action: ActionWire,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    before: ValueWire,
    /// Absent where it is the same as before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<ValueWire>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    replace_paths: Vec<PathWire>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    private: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    marked: Vec<PathWire>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    dependencies: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    create_before_destroy: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    importing: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    identity: Option<ValueWire>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    generated: Option<String>,
}

/// A [`ProviderBinding`].
#[derive(Debug, Serialize, Deserialize)]
struct BindingWire {
    provider: String,
    node: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alias: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    config: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

/// An [`Action`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ActionWire {
    NoOp,
    Create,
    Read,
    Update,
    Delete,
    DeleteThenCreate,
    CreateThenDelete,
    Forget,
}

const ACTIONS: [(ActionWire, Action); 8] = [
    (ActionWire::NoOp, Action::NoOp),
    (ActionWire::Create, Action::Create),
    (ActionWire::Read, Action::Read),
    (ActionWire::Update, Action::Update),
    (ActionWire::Delete, Action::Delete),
    (ActionWire::DeleteThenCreate, Action::DeleteThenCreate),
    (ActionWire::CreateThenDelete, Action::CreateThenDelete),
    (ActionWire::Forget, Action::Forget),
];

/// Every reason; they are written as in the plan JSON.
const REASONS: [Reason; 14] = [
    Reason::ReplaceBecauseTainted,
    Reason::ReplaceBecauseCannotUpdate,
    Reason::ReplaceByRequest,
    Reason::ReplaceByTriggers,
    Reason::DeleteBecauseNoResourceConfig,
    Reason::DeleteBecauseNoModule,
    Reason::DeleteBecauseWrongRepetition,
    Reason::DeleteBecauseCountIndex,
    Reason::DeleteBecauseEachKey,
    Reason::DeleteBecauseEnabledFalse,
    Reason::DeleteBecauseNoMoveTarget,
    Reason::ReadBecauseConfigUnknown,
    Reason::ReadBecauseDependencyPending,
    Reason::ReadBecauseCheckNested,
];

impl From<Action> for ActionWire {
    fn from(action: Action) -> ActionWire {
        ACTIONS.iter().find(|(_, other)| *other == action).expect("the table has every action").0
    }
}

impl From<ActionWire> for Action {
    fn from(wire: ActionWire) -> Action {
        ACTIONS.iter().find(|(other, _)| *other == wire).expect("the table has every action").1
    }
}

impl ChangeWire {
    /// Writes a change; an error names it.
    pub(crate) fn write(change: &ResourceChange, types: &mut TypesOut) -> Result<ChangeWire, String> {
        ChangeWire::write_plain(change, types).map_err(|reason| format!("{}: {reason}", change.addr))
    }

    fn write_plain(change: &ResourceChange, types: &mut TypesOut) -> Result<ChangeWire, String> {
        let inner = &change.change;
        let after =
            if inner.after == inner.before { None } else { Some(ValueWire::write(&inner.after, types)?) };
        Ok(ChangeWire {
            address: change.addr.to_string(),
            previous: change.previous.as_ref().map(ToString::to_string),
            deposed: change.deposed.clone(),
            provider: change.provider.to_string(),
            binding: BindingWire::write(&change.binding),
            schema_version: change.schema_version,
            action: inner.action.into(),
            reason: inner.reason.map(|reason| reason.as_str().to_owned()),
            before: ValueWire::write(&inner.before, types)?,
            after,
            replace_paths: write_paths(&inner.replace_paths, types)?,
            private: STANDARD.encode(&inner.private),
            marked: write_paths(&change.marked, types)?,
            dependencies: change.dependencies.list().iter().map(ToString::to_string).collect(),
            create_before_destroy: change.create_before_destroy,
            importing: match &change.importing {
                Some(Importing::Id(id)) => Some(id.clone()),
                _ => None,
            },
            identity: match &change.importing {
                Some(Importing::Identity(identity)) => Some(ValueWire::write(identity, types)?),
                _ => None,
            },
            generated: change.generated.clone(),
        })
    }

    /// Reads a change; an error names it.
    pub(crate) fn read(self, types: &TypesIn) -> Result<ResourceChange, String> {
        let address = self.address.clone();
        self.read_plain(types).map_err(|reason| format!("the change of {address}: {reason}"))
    }

    fn read_plain(self, types: &TypesIn) -> Result<ResourceChange, String> {
        let before = self.before.read(types)?;
        let after = match &self.after {
            Some(after) => after.read(types)?,
            None => before.clone(),
        };
        let dependencies: Result<Vec<_>, String> =
            self.dependencies.iter().map(|text| dependency(text)).collect();
        let private = STANDARD.decode(&self.private).map_err(|error| format!("private data: {error}"))?;
        Ok(ResourceChange {
            addr: parse(&self.address)?,
            previous: self.previous.as_deref().map(parse::<ResourceInstance>).transpose()?,
            deposed: self.deposed,
            provider: parse(&self.provider)?,
            binding: self.binding.read()?,
            schema_version: self.schema_version,
            change: Change {
                action: self.action.into(),
                reason: self.reason.as_deref().map(reason).transpose()?,
                before,
                after,
                replace_paths: read_paths(&self.replace_paths, types)?,
                private: private.into(),
            },
            marked: read_paths(&self.marked, types)?,
            dependencies: dependencies?.into(),
            create_before_destroy: self.create_before_destroy,
            importing: match &self.identity {
                Some(identity) => Some(Importing::Identity(identity.read(types)?)),
                None => self.importing.map(Importing::Id),
            },
            generated: self.generated,
        })
    }
}

impl BindingWire {
    fn write(binding: &ProviderBinding) -> BindingWire {
        BindingWire {
            provider: binding.provider.to_string(),
            node: binding.node.0,
            alias: binding.alias.as_ref().map(ToString::to_string),
            config: binding.config,
            key: match &binding.key {
                InstanceKey::Text(key) => Some(key.to_string()),
                _ => None,
            },
        }
    }

    fn read(self) -> Result<ProviderBinding, String> {
        Ok(ProviderBinding {
            provider: ProviderAddr::parse(&self.provider).map_err(|error| error.to_string())?,
            node: NodeId(self.node),
            alias: self.alias.map(Name::from),
            config: self.config,
            key: self.key.map_or(InstanceKey::None, |key| InstanceKey::Text(key.into())),
        })
    }
}

fn write_paths(paths: &[trueup_value::Path], types: &mut TypesOut) -> Result<Vec<PathWire>, String> {
    paths.iter().map(|path| write_path(path, types)).collect()
}

fn read_paths(paths: &[PathWire], types: &TypesIn) -> Result<Vec<trueup_value::Path>, String> {
    paths.iter().map(|path| read_path(path, types)).collect()
}

/// An address of any kind.
pub(crate) fn parse<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

fn reason(text: &str) -> Result<Reason, String> {
    let found = REASONS.iter().find(|reason| reason.as_str() == text);
    found.copied().ok_or_else(|| format!("{text:?} is not a known reason"))
}

fn dependency(text: &str) -> Result<ConfigResource, String> {
    match parse::<Target>(text)? {
        Target::Resource(node) => Ok(node.config()),
        Target::Instance(_) | Target::Module(_) => Err(format!("the dependency {text:?} is not a resource")),
    }
}

/// One [`OutputChange`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct OutputWire {
    action: ActionWire,
    before: ValueWire,
    after: ValueWire,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    sensitive: bool,
}

impl OutputWire {
    /// Writes the change of an output.
    pub(crate) fn write(output: &OutputChange, types: &mut TypesOut) -> Result<OutputWire, String> {
        Ok(OutputWire {
            action: output.action.into(),
            before: ValueWire::write(&output.before, types)?,
            after: ValueWire::write(&output.after, types)?,
            sensitive: output.sensitive,
        })
    }

    /// Reads the change of an output.
    pub(crate) fn read(&self, types: &TypesIn) -> Result<OutputChange, String> {
        Ok(OutputChange {
            action: self.action.into(),
            before: self.before.read(types)?,
            after: self.after.read(types)?,
            sensitive: self.sensitive,
        })
    }
}
