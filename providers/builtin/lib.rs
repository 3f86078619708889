//! The provider terraform.io/builtin/terraform. In: requests about `terraform_data` and `terraform_remote_state`. Out:
//! answers; the only world behind them is whoever reads other configurations' states.

mod data;
mod remote;

pub use remote::RemoteStates;

use async_trait::async_trait;
use std::fmt;
use std::sync::{Arc, LazyLock};
use trueup_addr::ProviderAddr;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider::{
    ApplyAnswer, ApplyRequest, DataAnswer, DataRequest, Factory, ImportAnswer, MoveAnswer, MoveRequest,
    PlanAnswer, PlanRequest, Provider, ReadAnswer, ReadRequest, RecoverAnswer, RecoverRequest, StartError,
    UpgradeAnswer, UpgradeRequest,
};
use trueup_schema::{ProviderSchema, read_stored};
use trueup_value::{Type, Value};

/// Makes a new id, never the same twice: a UUID in its usual text form.
pub type Ids = Arc<dyn Fn() -> String + Send + Sync>;

/// The built-in provider.
#[derive(Clone)]
pub struct Builtin {
    ids: Ids,
    states: Option<Arc<dyn RemoteStates>>,
}

impl Builtin {
    /// The provider, with the source of new objects' ids.
    pub fn new(ids: Ids) -> Builtin {
        Builtin { ids, states: None }
    }

    /// Reads other configurations' states there.
    #[must_use]
    pub fn with_states(mut self, states: Arc<dyn RemoteStates>) -> Builtin {
        self.states = Some(states);
        self
    }

    fn states(&self, kind: &str) -> Result<&dyn RemoteStates, Diagnostics> {
        if kind != remote::KIND {
            return Err(unsupported("data source", kind).into());
        }
        self.states.as_deref().ok_or_else(|| {
            let detail = "Nothing is set up to read the states of other configurations with.";
            Diagnostic::error("Unable to find remote state", detail).into()
        })
    }
}

impl fmt::Debug for Builtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Builtin")
    }
}

/// Starts it: it is its own factory.
impl Factory for Builtin {
    fn start(&self, addr: &ProviderAddr) -> Result<Arc<dyn Provider>, StartError> {
        if *addr == ProviderAddr::builtin() {
            Ok(Arc::new(self.clone()))
        } else {
            Err(StartError::unknown(addr, &self.known()))
        }
    }

    fn known(&self) -> Vec<ProviderAddr> {
        vec![ProviderAddr::builtin()]
    }
}

static SCHEMA: LazyLock<ProviderSchema> = LazyLock::new(|| ProviderSchema {
    resources: [(data::KIND.into(), Arc::new(data::schema()))].into(),
    data_sources: [(remote::KIND.into(), Arc::new(remote::schema()))].into(),
    ..ProviderSchema::default()
});

#[async_trait]
impl Provider for Builtin {
    fn schema(&self) -> &ProviderSchema {
        &SCHEMA
    }

    async fn validate_config(&self, _config: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    async fn validate_resource(&self, _kind: &str, _config: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    async fn validate_data(&self, kind: &str, config: &Value) -> Diagnostics {
        match self.states(kind) {
            Ok(states) => remote::validate(states, config),
            Err(diagnostics) => diagnostics,
        }
    }

    async fn configure(&self, _config: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    async fn upgrade(&self, request: UpgradeRequest<'_>) -> UpgradeAnswer {
        let Some(schema) = SCHEMA.resources.get(request.kind) else {
            return UpgradeAnswer { state: Err(unsupported("resource", request.kind).into()) };
        };
        let detail = |error: trueup_schema::CoerceError| {
            let detail = format!("The stored object doesn't fit the schema of {}: {error}.", request.kind);
            Diagnostic::error("Invalid stored object", detail)
        };
        let read = read_stored(&schema.block, request.json);
        UpgradeAnswer { state: read.map_err(|errors| errors.into_iter().map(detail).collect()) }
    }

    async fn move_state(&self, request: MoveRequest<'_>) -> MoveAnswer {
        data::moved(&request)
    }

    async fn read(&self, request: ReadRequest) -> ReadAnswer {
        as_stored(request)
    }

    async fn read_many(&self, requests: Vec<ReadRequest>) -> Vec<ReadAnswer> {
        requests.into_iter().map(as_stored).collect()
    }

    async fn plan(&self, request: PlanRequest) -> PlanAnswer {
        data::plan(request)
    }

    async fn apply(&self, request: ApplyRequest) -> ApplyAnswer {
        data::apply(request, &self.ids)
    }

    /// Making an object leaves no trace outside the state: one that the state doesn't have was not made.
    async fn recover(&self, _request: RecoverRequest) -> RecoverAnswer {
        RecoverAnswer::Absent
    }

    async fn import(&self, kind: &str, id: &str) -> ImportAnswer {
        if kind == data::KIND {
            return data::import(id);
        }
        ImportAnswer { objects: Vec::new(), diagnostics: unsupported("resource", kind).into() }
    }

    async fn read_data(&self, request: DataRequest) -> DataAnswer {
        match self.states(&request.kind) {
            Ok(states) => remote::read(states, request).await,
            Err(diagnostics) => DataAnswer { state: Value::null(Type::Dynamic), diagnostics },
        }
    }
}

fn as_stored(request: ReadRequest) -> ReadAnswer {
    ReadAnswer { state: request.state, private: request.private, diagnostics: Diagnostics::new() }
}

fn unsupported(what: &str, kind: &str) -> Diagnostic {
    let summary = if what == "resource" { "Invalid resource type" } else { "Invalid data source" };
    Diagnostic::error(summary, format!("The built-in provider has no {what} type {kind:?}."))
}

#[cfg(test)]
mod tests;
