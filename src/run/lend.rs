//! Providers that stacks share: each is started once for its schema, and once for each configuration that is not the
//! same as another's. A client keeps nothing of one object for another, so that many stacks can use it at once.

use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tokio::sync::OnceCell;
use trueup_addr::ProviderAddr;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider::{
    ApplyAnswer, ApplyRequest, AuditAnswer, AuditRequest, DataAnswer, DataRequest, Factory, IdentitySchema,
    ImportAnswer, MoveAnswer, MoveRequest, OpenAnswer, OpenRequest, PlanAnswer, PlanRequest, Private,
    Provider, ReadAnswer, ReadRequest, RecoverAnswer, RecoverRequest, RenewAnswer, RenewRequest,
    SettleRequest, StartError, UpgradeAnswer, UpgradeRequest,
};
use trueup_schema::ProviderSchema;
use trueup_value::Value;

/// A configured provider, and what its configuration told.
type Client = (Arc<dyn Provider>, Diagnostics);

/// The clients of one provider, each with the configuration that it was given.
type Clients = Vec<(Value, Arc<OnceCell<Client>>)>;

/// Lends providers that another factory makes.
pub struct Lending {
    pool: Arc<Pool>,
}

struct Pool {
    inner: Arc<dyn Factory>,
    plain: Mutex<BTreeMap<ProviderAddr, Arc<dyn Provider>>>,
    clients: Mutex<BTreeMap<ProviderAddr, Clients>>,
}

impl Lending {
    /// Lends what `inner` starts.
    pub fn new(inner: Arc<dyn Factory>) -> Lending {
        Lending { pool: Arc::new(Pool { inner, plain: Mutex::default(), clients: Mutex::default() }) }
    }
}

impl Factory for Lending {
    fn start(&self, addr: &ProviderAddr) -> Result<Arc<dyn Provider>, StartError> {
        let plain = self.pool.plain(addr)?;
        Ok(Arc::new(Lent { pool: self.pool.clone(), addr: addr.clone(), plain, client: OnceLock::new() }))
    }

    fn known(&self) -> Vec<ProviderAddr> {
        self.pool.inner.known()
    }
}

impl Pool {
    /// The provider without a configuration, which answers what needs none.
    fn plain(&self, addr: &ProviderAddr) -> Result<Arc<dyn Provider>, StartError> {
        let mut plain = self.plain.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = plain.get(addr) {
            return Ok(known.clone());
        }
        let started = self.inner.start(addr)?;
        plain.insert(addr.clone(), started.clone());
        Ok(started)
    }

    /// The place of the client with this configuration.
    fn client(&self, addr: &ProviderAddr, config: &Value) -> Arc<OnceCell<Client>> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let of = clients.entry(addr.clone()).or_default();
        if let Some((_, known)) = of.iter().find(|(with, _)| with == config) {
            return known.clone();
        }
        let cell = Arc::new(OnceCell::new());
        of.push((config.clone(), cell.clone()));
        cell
    }

    async fn configured(&self, addr: &ProviderAddr, config: &Value) -> Result<Client, Diagnostics> {
        let started = self.inner.start(addr).map_err(|error| {
            Diagnostics::from(Diagnostic::error("Provider not available", format!("{error}.")))
        })?;
        let found = started.configure(config).await;
        if found.has_errors() { Err(found) } else { Ok((started, found)) }
    }
}

/// A provider for one stack: nobody's before it is configured, shared with others afterwards.
struct Lent {
    pool: Arc<Pool>,
    addr: ProviderAddr,
    plain: Arc<dyn Provider>,
    client: OnceLock<Arc<dyn Provider>>,
}

impl Lent {
    fn client(&self) -> &dyn Provider {
        &**self.client.get().unwrap_or(&self.plain)
    }
}

#[async_trait]
impl Provider for Lent {
    fn schema(&self) -> &ProviderSchema {
        self.plain.schema()
    }

    async fn validate_config(&self, config: &Value) -> Diagnostics {
        self.plain.validate_config(config).await
    }

    async fn validate_resource(&self, kind: &str, config: &Value) -> Diagnostics {
        self.client().validate_resource(kind, config).await
    }

    async fn validate_data(&self, kind: &str, config: &Value) -> Diagnostics {
        self.client().validate_data(kind, config).await
    }

    async fn configure(&self, config: &Value) -> Diagnostics {
        let make = || self.pool.configured(&self.addr, config);
        // A configuration that is not known yet says nothing of being the same as another.
        let made = if config.is_wholly_known() {
            let cell = self.pool.client(&self.addr, config);
            cell.get_or_try_init(make).await.cloned()
        } else {
            make().await
        };
        match made {
            Ok((client, found)) => {
                assert!(self.client.set(client).is_ok(), "a provider is configured once");
                found
            }
            Err(found) => found,
        }
    }

    fn is_reachable(&self) -> bool {
        self.client().is_reachable()
    }

    async fn upgrade(&self, request: UpgradeRequest<'_>) -> UpgradeAnswer {
        self.plain.upgrade(request).await
    }

    async fn move_state(&self, request: MoveRequest<'_>) -> MoveAnswer {
        self.plain.move_state(request).await
    }

    async fn read(&self, request: ReadRequest) -> ReadAnswer {
        self.client().read(request).await
    }

    async fn read_many(&self, requests: Vec<ReadRequest>) -> Vec<ReadAnswer> {
        self.client().read_many(requests).await
    }

    async fn plan(&self, request: PlanRequest) -> PlanAnswer {
        self.client().plan(request).await
    }

    async fn apply(&self, request: ApplyRequest) -> ApplyAnswer {
        self.client().apply(request).await
    }

    async fn recover(&self, request: RecoverRequest) -> RecoverAnswer {
        self.client().recover(request).await
    }

    async fn settle(&self, request: SettleRequest) -> Diagnostics {
        self.client().settle(request).await
    }

    async fn import(&self, kind: &str, id: &str) -> ImportAnswer {
        self.client().import(kind, id).await
    }

    fn identity(&self, kind: &str) -> Option<&IdentitySchema> {
        self.plain.identity(kind)
    }

    async fn import_by_identity(&self, kind: &str, identity: &Value) -> ImportAnswer {
        self.client().import_by_identity(kind, identity).await
    }

    async fn read_data(&self, request: DataRequest) -> DataAnswer {
        self.client().read_data(request).await
    }

    async fn audit(&self, request: AuditRequest) -> AuditAnswer {
        self.client().audit(request).await
    }

    async fn validate_ephemeral(&self, kind: &str, config: &Value) -> Diagnostics {
        self.client().validate_ephemeral(kind, config).await
    }

    async fn open(&self, request: OpenRequest) -> OpenAnswer {
        self.client().open(request).await
    }

    async fn renew(&self, request: RenewRequest) -> RenewAnswer {
        self.client().renew(request).await
    }

    async fn close(&self, kind: &str, private: Private) -> Diagnostics {
        self.client().close(kind, private).await
    }
}
