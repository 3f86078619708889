//! The fake provider.

use super::cloud::{Call, FakeCloud, FakeObject, Refusal};
use super::fault::{Effect, turns};
use super::object::{Creation, foresee};
use super::schema::{SCHEMA, THING_IDENTITY};
use crate::{
    ApplyAnswer, ApplyRequest, AuditAnswer, AuditRequest, Audited, DataAnswer, DataRequest, Deed, Factory,
    IdentitySchema, ImportAnswer, Imported, OpenAnswer, OpenRequest, PlanAnswer, PlanRequest, Private,
    Provider, ReadAnswer, ReadRequest, RecoverAnswer, RecoverRequest, RenewAnswer, RenewRequest,
    SettleRequest, StartError, UpgradeAnswer, UpgradeRequest,
};
use async_trait::async_trait;
use std::sync::{Arc, Mutex, PoisonError};
use trueup_addr::ProviderAddr;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_schema::{Block, ProviderSchema, plan_errors, read_stored, unknown_computed};
use trueup_value::{Name, Number, Path, PathStep, Type, Value};

/// Starts the provider `registry.terraform.io/trueup/fake` on one cloud.
#[derive(Clone, Debug)]
pub struct FakeFactory {
    cloud: FakeCloud,
}

impl FakeFactory {
    /// Starts providers that share this cloud.
    pub fn new(cloud: FakeCloud) -> FakeFactory {
        FakeFactory { cloud }
    }

    /// `registry.terraform.io/trueup/fake`
    pub fn addr() -> ProviderAddr {
        ProviderAddr { namespace: "trueup".into(), ..ProviderAddr::official("fake") }
    }
}

impl Factory for FakeFactory {
    fn start(&self, addr: &ProviderAddr) -> Result<Arc<dyn Provider>, StartError> {
        if *addr == FakeFactory::addr() {
            Ok(Arc::new(FakeProvider::new(self.cloud.clone())))
        } else {
            Err(StartError::unknown(addr, &self.known()))
        }
    }

    fn known(&self) -> Vec<ProviderAddr> {
        vec![FakeFactory::addr()]
    }
}

/// A provider of the fake cloud.
#[derive(Debug)]
pub struct FakeProvider {
    cloud: FakeCloud,
    /// Set by configure, which must come before anything but schema and validation.
    region: Mutex<Region>,
}

/// Where a provider works.
#[derive(Clone, Debug)]
enum Region {
    /// It isn't configured.
    Unset,
    /// Its block doesn't know yet: objects can be planned, nothing can be called.
    Unknown,
    /// There.
    Named(Name),
}

/// The region of a provider block that names none.
const REGION: &str = "main";
/// No thing is larger.
const SIZE_MAX: i64 = 1_000_000;

impl FakeProvider {
    /// A provider that isn't configured yet.
    pub fn new(cloud: FakeCloud) -> FakeProvider {
        FakeProvider { cloud, region: Mutex::new(Region::Unset) }
    }

    fn region(&self) -> Result<Name, Refusal> {
        match self.place() {
            Region::Named(region) => Ok(region),
            Region::Unknown => Err(breach("it was called while its region is not known")),
            Region::Unset => Err(Refusal {
                summary: "Provider not configured",
                detail: "The fake provider was asked to work before configure was called.".into(),
            }),
        }
    }

    fn place(&self) -> Region {
        self.region.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn deeds(&self, one: &Audited) -> Vec<Deed> {
        let cloud = self.cloud.lock();
        let found = id_of(&one.state).and_then(|id| cloud.deeds.get(&(one.kind.clone(), id.into())));
        found.cloned().unwrap_or_default()
    }

    /// Counts a call that changes nothing: an error where a fault says so.
    async fn observe(&self, call: Call) -> Result<(), Refusal> {
        let _busy = (call != Call::Renew).then(|| self.cloud.busy());
        let effect = self.cloud.enter(call).await;
        self.cloud.leave(effect).await;
        match effect {
            Some(Effect::ErrorBefore | Effect::ErrorAfter | Effect::Unanswered | Effect::Partial) => {
                Err(told_to_fail(call))
            }
            _ => Ok(()),
        }
    }

    fn read_now(&self, request: ReadRequest) -> ReadAnswer {
        let found = self.region().map(|_| id_of(&request.state).and_then(|id| self.find(&request.kind, id)));
        match found {
            Ok(Some(object)) => ReadAnswer {
                private: private_of(&object.id),
                state: object.value,
                diagnostics: Diagnostics::new(),
            },
            Ok(None) => ReadAnswer {
                state: Value::null(block(&request.kind).value_type()),
                private: request.private,
                diagnostics: Diagnostics::new(),
            },
            Err(refusal) => read_failed(request, &refusal),
        }
    }

    fn find(&self, kind: &Name, id: &str) -> Option<FakeObject> {
        self.cloud.lock().objects.get(&(kind.clone(), id.into())).cloned()
    }

    fn change(&self, request: &ApplyRequest) -> Result<Option<FakeObject>, Refusal> {
        let region = self.region()?;
        let mut cloud = self.cloud.lock();
        if request.planned.is_null() {
            let id = id_of(&request.prior).ok_or_else(|| breach("an object without id is to be deleted"))?;
            return cloud.delete(&request.kind, id).map(|()| None);
        }
        check_apply(request)?;
        let (kind, planned) = (request.kind.clone(), request.planned.clone());
        let creation = Creation { kind, planned, region, token: request.token.clone() };
        match id_of(&request.prior) {
            None => cloud.create(creation).map(Some),
            Some(id) => cloud.update(id, &creation).map(Some),
        }
    }

    fn look_up(&self, request: &DataRequest) -> Result<Value, Refusal> {
        self.region()?;
        if !request.config.is_wholly_known() {
            return Err(breach("a data source is read with unknowns in its configuration"));
        }
        let name = request.config.get("name").and_then(Value::as_str).unwrap_or_default();
        let cloud = self.cloud.lock();
        let named = |o: &&FakeObject| {
            &*o.kind == "fake_thing" && o.value.get("name").and_then(Value::as_str) == Some(name)
        };
        let found: Vec<&FakeObject> = cloud.objects.values().filter(named).collect();
        let [object] = found[..] else {
            let detail =
                format!("{} things in the fake cloud are named {name:?}; one is needed.", found.len());
            return Err(Refusal { summary: "No such thing", detail });
        };
        let schema = &SCHEMA.data_sources["fake_lookup"];
        let pick = |name: &Name| (name.clone(), object.value.get(name).expect("a thing has it too").clone());
        Ok(Value::object(schema.block.attributes.keys().map(pick)))
    }
}

#[async_trait]
impl Provider for FakeProvider {
    fn schema(&self) -> &ProviderSchema {
        &SCHEMA
    }

    async fn validate_config(&self, _config: &Value) -> Diagnostics {
        diagnostics(self.observe(Call::ValidateConfig).await)
    }

    async fn validate_resource(&self, _kind: &str, config: &Value) -> Diagnostics {
        let mut found = diagnostics(self.observe(Call::ValidateResource).await);
        let size = config.get("size").and_then(Value::as_number);
        if size.is_some_and(|size| !(0..=SIZE_MAX).contains(&size.to_i64().unwrap_or(-1))) {
            let detail = format!("size must be a whole number from 0 to {SIZE_MAX}.");
            found.push(Diagnostic::error("Invalid size", detail));
        }
        if config.get("name").and_then(Value::as_str) == Some("") {
            found.push(Diagnostic::error("Invalid name", "name must not be empty."));
        }
        found
    }

    async fn validate_data(&self, _kind: &str, _config: &Value) -> Diagnostics {
        diagnostics(self.observe(Call::ValidateData).await)
    }

    async fn configure(&self, config: &Value) -> Diagnostics {
        let observed = self.observe(Call::Configure).await;
        if observed.is_ok() {
            let region = match config.get("region") {
                Some(region) if !region.is_known() => Region::Unknown,
                region => Region::Named(region.and_then(Value::as_str).unwrap_or(REGION).into()),
            };
            *self.region.lock().unwrap_or_else(PoisonError::into_inner) = region;
        }
        diagnostics(observed)
    }

    fn is_reachable(&self) -> bool {
        !matches!(self.place(), Region::Unknown)
    }

    async fn upgrade(&self, request: UpgradeRequest<'_>) -> UpgradeAnswer {
        if let Err(refusal) = self.observe(Call::Upgrade).await {
            return UpgradeAnswer { state: Err(refusal.into()) };
        }
        let read = read_stored(block(request.kind), request.json);
        let unreadable =
            |error: trueup_schema::CoerceError| Diagnostic::error("Unreadable object", error.to_string());
        UpgradeAnswer { state: read.map_err(|errors| errors.into_iter().map(unreadable).collect()) }
    }

    async fn read(&self, request: ReadRequest) -> ReadAnswer {
        match self.observe(Call::Read).await {
            Ok(()) => self.read_now(request),
            Err(refusal) => read_failed(request, &refusal),
        }
    }

    async fn read_many(&self, requests: Vec<ReadRequest>) -> Vec<ReadAnswer> {
        let observed = self.observe(Call::ReadMany).await;
        let answer = |request| match &observed {
            Ok(()) => self.read_now(request),
            Err(refusal) => read_failed(request, refusal),
        };
        requests.into_iter().map(answer).collect()
    }

    async fn plan(&self, request: PlanRequest) -> PlanAnswer {
        let observed = self.observe(Call::Plan).await.and_then(|()| match self.place() {
            Region::Unknown => Ok(REGION.into()),
            _ => self.region(),
        });
        let (planned, requires_replace) = plan(&request);
        PlanAnswer {
            planned,
            requires_replace,
            private: request.private,
            diagnostics: diagnostics(observed.map(|_| ())),
            legacy: false,
        }
    }

    async fn apply(&self, request: ApplyRequest) -> ApplyAnswer {
        let call = match (request.prior.is_null(), request.planned.is_null()) {
            (true, _) => Call::Create,
            (false, true) => Call::Delete,
            (false, false) => Call::Update,
        };
        let _busy = self.cloud.busy();
        let effect = self.cloud.enter(call).await;
        let unanswered = call == Call::Create;
        match effect {
            Some(Effect::ErrorBefore) => return apply_failed(request, &told_to_fail(call), false),
            Some(Effect::Unanswered) => return apply_failed(request, &told_to_fail(call), unanswered),
            _ => {}
        }
        let wait = request.planned.get("turns").and_then(Value::as_number).and_then(Number::to_u64);
        turns(wait.unwrap_or(0)).await;
        let changed = self.change(&request);
        self.cloud.leave(effect).await;
        let object = match changed {
            Err(refusal) => return apply_failed(request, &refusal, false),
            Ok(_) if effect == Some(Effect::ErrorAfter) => {
                return apply_failed(request, &told_to_fail(call), unanswered);
            }
            Ok(object) => object,
        };
        let partial = effect == Some(Effect::Partial);
        ApplyAnswer {
            private: object.as_ref().map_or(request.private, |o| private_of(&o.id)),
            state: object.map_or_else(|| Value::null(block(&request.kind).value_type()), |o| o.value),
            diagnostics: if partial { told_to_fail(call).into() } else { Diagnostics::new() },
            legacy: false,
            end_unknown: false,
        }
    }

    async fn open(&self, request: OpenRequest) -> OpenAnswer {
        if let Err(refusal) = self.observe(Call::Open).await {
            return OpenAnswer { diagnostics: refusal.into(), ..OpenAnswer::none(&request.kind) };
        }
        let mut result = request.config.as_mapping().expect("a block is an object").clone();
        let name = result["name"].as_str().unwrap_or_default().to_owned();
        let lives = result["lives"].as_bool() == Some(true);
        result.insert("value".into(), Value::string(format!("secret of {name}")));
        OpenAnswer {
            result: Value::object(result),
            private: name.as_bytes().into(),
            renew_after: lives.then_some(std::time::Duration::from_secs(1)),
            diagnostics: Diagnostics::new(),
        }
    }

    async fn renew(&self, request: RenewRequest) -> RenewAnswer {
        let found = diagnostics(self.observe(Call::Renew).await);
        RenewAnswer { private: request.private, renew_after: None, diagnostics: found }
    }

    async fn close(&self, _kind: &str, _private: Private) -> Diagnostics {
        diagnostics(self.observe(Call::Close).await)
    }

    async fn recover(&self, request: RecoverRequest) -> RecoverAnswer {
        if let Err(refusal) = self.observe(Call::Recover).await {
            return RecoverAnswer::Unknown(refusal.into());
        }
        let made = |o: &&FakeObject| o.kind == request.kind && o.token == request.token;
        match self.cloud.lock().objects.values().find(made) {
            Some(object) => RecoverAnswer::Found(Box::new(object.value.clone()), private_of(&object.id)),
            None => RecoverAnswer::Absent,
        }
    }

    async fn settle(&self, request: SettleRequest) -> Diagnostics {
        let made = |o: &&mut FakeObject| o.kind == request.kind && o.token == request.token;
        if let Some(object) = self.cloud.lock().objects.values_mut().find(made) {
            object.token = "".into();
        }
        Diagnostics::new()
    }

    async fn import(&self, kind: &str, id: &str) -> ImportAnswer {
        let observed = self.observe(Call::Import).await.and_then(|()| self.region());
        let found = observed.map(|_| self.find(&kind.into(), id));
        let refusal = match found {
            Ok(Some(object)) => {
                let imported =
                    Imported { private: private_of(&object.id), kind: object.kind, state: object.value };
                return ImportAnswer { objects: vec![imported], diagnostics: Diagnostics::new() };
            }
            Ok(None) => Refusal {
                summary: "Cannot import non-existent remote object",
                detail: format!("The fake cloud has no {kind} with the id {id:?}."),
            },
            Err(refusal) => refusal,
        };
        ImportAnswer { objects: Vec::new(), diagnostics: refusal.into() }
    }

    fn identity(&self, kind: &str) -> Option<&IdentitySchema> {
        (kind == "fake_thing").then(|| &*THING_IDENTITY)
    }

    async fn import_by_identity(&self, kind: &str, identity: &Value) -> ImportAnswer {
        let wanted = identity.get("region").and_then(Value::as_str);
        match (id_of(identity), self.region()) {
            (Some(id), Ok(region)) if wanted.is_none_or(|wanted| *wanted == *region) => {
                self.import(kind, id).await
            }
            _ => ImportAnswer { objects: Vec::new(), diagnostics: Diagnostics::new() },
        }
    }

    async fn audit(&self, request: AuditRequest) -> AuditAnswer {
        match self.observe(Call::Audit).await {
            Ok(()) => {
                let deeds = request.objects.iter().map(|one| self.deeds(one)).collect();
                AuditAnswer { deeds, diagnostics: Diagnostics::new() }
            }
            Err(refusal) => {
                let warning = Diagnostic::warning(refusal.summary, refusal.detail);
                AuditAnswer { diagnostics: warning.into(), ..AuditAnswer::none(&request) }
            }
        }
    }

    async fn read_data(&self, request: DataRequest) -> DataAnswer {
        match self.observe(Call::ReadData).await.and_then(|()| self.look_up(&request)) {
            Ok(state) => DataAnswer { state, diagnostics: Diagnostics::new() },
            Err(refusal) => {
                let ty = SCHEMA.data_sources["fake_lookup"].block.value_type();
                DataAnswer { state: Value::null(ty), diagnostics: refusal.into() }
            }
        }
    }
}

fn plan(request: &PlanRequest) -> (Value, Vec<Path>) {
    if request.proposed.is_null() {
        return (request.proposed.clone(), Vec::new());
    }
    let planned = foresee(&unknown_computed(block(&request.kind), &request.proposed));
    if request.prior.is_null() || planned == request.prior {
        return (planned, Vec::new());
    }
    let mut fields = planned.as_mapping().cloned().unwrap_or_default();
    if let Some(revision) = fields.get_mut("revision") {
        *revision = Value::unknown(Type::Number);
    }
    let moved = request.prior.get("zone") != request.proposed.get("zone");
    let zone = Path(vec![PathStep::Attribute("zone".into())]);
    (Value::object(fields), if moved { vec![zone] } else { Vec::new() })
}

/// Holds whoever drives the provider to the protocol.
fn check_apply(request: &ApplyRequest) -> Result<(), Refusal> {
    if !request.config.is_wholly_known() {
        return Err(breach("apply got a configuration with unknowns"));
    }
    let block = block(&request.kind);
    if let Some((path, message)) =
        plan_errors(block, &request.prior, &request.config, &request.planned).into_iter().next()
    {
        return Err(breach(&format!(
            "the planned object doesn't follow from the configuration at {path}: {message}"
        )));
    }
    if request.token.is_empty() {
        return Err(breach("apply got no token"));
    }
    Ok(())
}

fn block(kind: &str) -> &'static Block {
    &SCHEMA.resources.get(kind).expect("the engine asks for kinds of the schema only").block
}

fn id_of(object: &Value) -> Option<&str> {
    object.get("id").and_then(Value::as_str)
}

/// Something for the engine to keep beside the object.
fn private_of(id: &str) -> Private {
    format!("fake:{id}").into_bytes().into()
}

fn breach(what: &str) -> Refusal {
    Refusal { summary: "Provider protocol broken", detail: format!("The fake provider was misused: {what}.") }
}

fn told_to_fail(call: Call) -> Refusal {
    let detail = format!("The fake cloud was told to let this {call:?} call fail.");
    Refusal { summary: "Fake failure", detail }
}

fn read_failed(request: ReadRequest, refusal: &Refusal) -> ReadAnswer {
    ReadAnswer { state: request.state, private: request.private, diagnostics: refusal.clone().into() }
}

fn apply_failed(request: ApplyRequest, refusal: &Refusal, end_unknown: bool) -> ApplyAnswer {
    ApplyAnswer {
        state: request.prior,
        private: request.private,
        diagnostics: refusal.clone().into(),
        legacy: false,
        end_unknown,
    }
}

fn diagnostics(result: Result<(), Refusal>) -> Diagnostics {
    result.err().map_or_else(Diagnostics::new, Diagnostics::from)
}

impl From<Refusal> for Diagnostics {
    fn from(refusal: Refusal) -> Diagnostics {
        Diagnostic::error(refusal.summary, refusal.detail).into()
    }
}
