//! The provider trait. In: requests shaped like the plugin protocol's (tfplugin6). Out: answers with diagnostics.
//!
//! The engine only sees `dyn Provider`: embedded clouds and plugin processes look the same to it.

mod answer;
mod audit;
mod factory;
#[cfg(feature = "fake")]
pub mod fake;
mod identity;
mod published;
mod request;

pub use answer::{
    ApplyAnswer, DataAnswer, ImportAnswer, Imported, MoveAnswer, OpenAnswer, PlanAnswer, ReadAnswer,
    RecoverAnswer, RenewAnswer, UpgradeAnswer,
};
pub use audit::{AuditAnswer, AuditRequest, Audited, Deed};
pub use factory::{Factories, Factory, StartError};
pub use identity::{IdentityAttribute, IdentitySchema};
pub use published::Published;
pub use request::Private;
pub use request::{
    ApplyRequest, DataRequest, MoveRequest, OpenRequest, PlanRequest, ReadRequest, RecoverRequest,
    RenewRequest, SettleRequest, UpgradeRequest,
};

use async_trait::async_trait;
use trueup_diag::Diagnostics;
use trueup_schema::ProviderSchema;
use trueup_value::Value;

/// One provider, configured once and then used from many tasks.
///
/// Values that go in and come out have exactly the schema's implied type and carry no marks.
/// Diagnostics name attributes by hint only; the engine adds the address and the place in the source.
#[async_trait]
pub trait Provider: Send + Sync {
    /// What it offers. Answering needs no configuration.
    fn schema(&self) -> &ProviderSchema;

    /// Judges the provider block; may see unknowns.
    async fn validate_config(&self, config: &Value) -> Diagnostics;

    /// Judges a resource's configuration beyond its schema; may see unknowns.
    async fn validate_resource(&self, kind: &str, config: &Value) -> Diagnostics;

    /// Judges a data source's configuration beyond its schema; may see unknowns.
    async fn validate_data(&self, kind: &str, config: &Value) -> Diagnostics;

    /// Takes the provider block's value; called once, before anything below. May see unknowns while planning.
    async fn configure(&self, config: &Value) -> Diagnostics;

    /// Whether the configuration it was given is enough to call what is behind it. Where a part that this takes was
    /// not known while planning, only plans are asked for: what exists is taken to be as the state has it, and what
    /// would be read is read while applying.
    fn is_reachable(&self) -> bool {
        true
    }

    /// How many calls it has made to what is behind it, those among them that were made again; None where that isn't
    /// counted.
    fn calls(&self) -> Option<u64> {
        None
    }

    /// Brings a stored object up to the schema's version.
    async fn upgrade(&self, request: UpgradeRequest<'_>) -> UpgradeAnswer;

    /// Turns a stored object of another type, its own or another provider's, into one of the type that a `moved` block
    /// gives it. Answering needs no configuration.
    async fn move_state(&self, request: MoveRequest<'_>) -> MoveAnswer {
        MoveAnswer::unsupported(&request)
    }

    /// Reads one object as it really is.
    async fn read(&self, request: ReadRequest) -> ReadAnswer;

    /// Reads many objects of any types, answers in the order asked. The default reads one by one; a provider
    /// whose API can describe many at once overrides it.
    async fn read_many(&self, requests: Vec<ReadRequest>) -> Vec<ReadAnswer> {
        let mut answers = Vec::with_capacity(requests.len());
        for request in requests {
            answers.push(self.read(request).await);
        }
        answers
    }

    /// Says what would become of an object, without doing it.
    async fn plan(&self, request: PlanRequest) -> PlanAnswer;

    /// Creates, updates or deletes an object. Partial success answers the object as it stands and errors.
    async fn apply(&self, request: ApplyRequest) -> ApplyAnswer;

    /// Looks for what a creation may have made that was begun under this request's token and whose end is not known:
    /// its process was killed, or its answer said so ([`ApplyAnswer::end_unknown`]).
    async fn recover(&self, request: RecoverRequest) -> RecoverAnswer;

    /// Takes away what only [`Provider::recover`] needs to find a creation, now that its end is on record. It may be
    /// called again for the same object. What it can't take away is no error of the creation: it warns.
    async fn settle(&self, request: SettleRequest) -> Diagnostics {
        let _ = request;
        Diagnostics::new()
    }

    /// Reads the object (or objects) that an import id names; each is read again before it is stored.
    async fn import(&self, kind: &str, id: &str) -> ImportAnswer;

    /// What the identity of a resource type consists of; none where objects of it have none.
    fn identity(&self, _kind: &str) -> Option<&IdentitySchema> {
        None
    }

    /// Reads the object that an identity names, as [`Provider::import`] does for an id. Only asked for types that
    /// have an identity, with a value that [`IdentitySchema::accept`] gave: a provider that has some overrides this.
    async fn import_by_identity(&self, kind: &str, _identity: &Value) -> ImportAnswer {
        ImportAnswer::without_identity(kind)
    }

    /// Reads a data source.
    async fn read_data(&self, request: DataRequest) -> DataAnswer;

    /// Looks in the audit log of what is behind it for writes to objects. What has no such log knows of none.
    async fn audit(&self, request: AuditRequest) -> AuditAnswer {
        AuditAnswer::none(&request)
    }

    /// Judges an ephemeral resource's configuration beyond its schema; may see unknowns.
    async fn validate_ephemeral(&self, _kind: &str, _config: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    /// Opens an ephemeral resource. Only asked for types of [`ProviderSchema::ephemeral`]: a provider that has some
    /// overrides this.
    async fn open(&self, request: OpenRequest) -> OpenAnswer {
        OpenAnswer::none(&request.kind)
    }

    /// Keeps an open ephemeral resource alive; asked for after the time that [`OpenAnswer::renew_after`] says.
    async fn renew(&self, request: RenewRequest) -> RenewAnswer {
        RenewAnswer { private: request.private, renew_after: None, diagnostics: Diagnostics::new() }
    }

    /// Closes an ephemeral resource: nothing needs its values any more.
    async fn close(&self, _kind: &str, _private: Private) -> Diagnostics {
        Diagnostics::new()
    }
}
