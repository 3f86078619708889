//! What the engine asks.

use std::sync::Arc;
use trueup_addr::ProviderAddr;
use trueup_value::{Name, Value};

/// Bytes a provider keeps beside an object; opaque to everyone else.
pub type Private = Arc<[u8]>;

/// A stored object of an older schema version.
#[derive(Clone, Debug)]
pub struct UpgradeRequest<'a> {
    /// The resource type.
    pub kind: &'a str,
    /// The schema version it was stored with.
    pub version: u64,
    /// Its attributes as JSON.
    pub json: &'a str,
}

/// A stored object that a `moved` block makes one of another type.
#[derive(Clone, Debug)]
pub struct MoveRequest<'a> {
    /// The resource type that it becomes one of.
    pub kind: &'a str,
    /// Who looked after it.
    pub from_provider: &'a ProviderAddr,
    /// The resource type that it was one of.
    pub from_kind: &'a str,
    /// The version of that type's schema that it was stored with.
    pub version: u64,
    /// Its attributes as JSON, in that schema.
    pub json: &'a str,
    /// What that provider kept beside it.
    pub private: &'a [u8],
}

/// Read one object.
#[derive(Clone, Debug)]
pub struct ReadRequest {
    /// The resource type.
    pub kind: Name,
    /// The object as last known.
    pub state: Value,
    /// What the provider keeps beside it.
    pub private: Private,
}

/// Plan one object.
#[derive(Clone, Debug)]
pub struct PlanRequest {
    /// The resource type.
    pub kind: Name,
    /// The object as it is; null to create.
    pub prior: Value,
    /// The configuration merged over the prior object (`schema::proposed_new`); null to destroy.
    pub proposed: Value,
    /// The configuration alone, null where it sets nothing; null to destroy.
    pub config: Value,
    /// What the provider keeps beside the prior object.
    pub private: Private,
}

/// Carry one object over from prior to planned.
#[derive(Clone, Debug)]
pub struct ApplyRequest {
    /// The resource type.
    pub kind: Name,
    /// The object as it is; null to create.
    pub prior: Value,
    /// As planned; null to destroy.
    pub planned: Value,
    /// The configuration; null to destroy.
    pub config: Value,
    /// What the plan answered.
    pub private: Private,
    /// The same for every attempt at one step and for no other step: 32 hexadecimal digits, fit to be a
    /// client token where the API has them.
    pub token: Arc<str>,
}

/// Look for an object whose creation was begun and never seen to end.
#[derive(Clone, Debug)]
pub struct RecoverRequest {
    /// The resource type.
    pub kind: Name,
    /// As it was planned; unknown where only the provider could say.
    pub planned: Value,
    /// The token of the step.
    pub token: Arc<str>,
}

/// A creation's end is on record.
#[derive(Clone, Debug)]
pub struct SettleRequest {
    /// The resource type.
    pub kind: Name,
    /// The object as it was recorded.
    pub state: Value,
    /// The token of the step that created it.
    pub token: Arc<str>,
}

/// Read one data source.
#[derive(Clone, Debug)]
pub struct DataRequest {
    /// The data source's type.
    pub kind: Name,
    /// Its configuration, wholly known.
    pub config: Value,
}

/// Open an ephemeral resource.
#[derive(Clone, Debug)]
pub struct OpenRequest {
    /// The ephemeral resource's type.
    pub kind: Name,
    /// Its configuration, wholly known.
    pub config: Value,
}

/// Keep an ephemeral resource alive.
#[derive(Clone, Debug)]
pub struct RenewRequest {
    /// The ephemeral resource's type.
    pub kind: Name,
    /// What opening it, or the last renewal, answered.
    pub private: Private,
}
