//! A configured provider, and the steps that an engine takes with it.

use crate::Stand;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use trueup_diag::Diagnostics;
use trueup_provider::{
    ApplyAnswer, ApplyRequest, DataRequest, Imported, PlanAnswer, PlanRequest, Private, Provider,
    ReadRequest, RecoverAnswer, RecoverRequest, SettleRequest, UpgradeRequest,
};
use trueup_schema::{Block, NestedBlock, coerce, proposed_new};
use trueup_value::{Name, Type, Value, json};

/// A provider that speaks to a server. Its steps panic where the provider says that something is wrong, but for those
/// that give an answer with diagnostics.
pub struct Cloud<S> {
    /// The configured provider.
    pub provider: Arc<dyn Provider>,
    /// What it speaks to.
    pub server: S,
}

/// Steps of all providers so far: they share servers, and what servers remember goes from one to the next.
static STEPS: AtomicUsize = AtomicUsize::new(0);

/// JSON as a value of a block.
pub fn value(block: &Block, text: &str) -> Value {
    let value = json::decode_implied(text).unwrap_or_else(|e| panic!("{text}: {e}"));
    coerce(block, &value).unwrap_or_else(|e| panic!("{text}: {e:?}"))
}

/// Configures a provider.
pub async fn configure(provider: &dyn Provider, block: &str) -> Diagnostics {
    let config = value(&provider.schema().provider.block, block);
    let mut diagnostics = provider.validate_config(&config).await;
    if !diagnostics.has_errors() {
        diagnostics.append(provider.configure(&config).await);
    }
    diagnostics
}

impl<S: Stand> Cloud<S> {
    /// On the server that tests run on if they don't name one; `more` are further members of the provider block.
    pub async fn start(more: &str) -> Cloud<S> {
        Cloud::on(S::start().await, more).await
    }

    /// On a server that has been started.
    pub async fn on(server: S, more: &str) -> Cloud<S> {
        let url = server.url().to_owned();
        Cloud::through(server, &url, more).await
    }

    /// On a server that has been started, by way of an address in front of it.
    pub async fn through(server: S, url: &str, more: &str) -> Cloud<S> {
        let provider = S::provider(url);
        let diagnostics = configure(&*provider, &S::block(url, more)).await;
        assert!(diagnostics.is_empty(), "{diagnostics:#?}");
        Cloud { provider, server }
    }

    /// Makes a request behind the provider's back ([`Stand::tamper`]).
    pub async fn tamper(&self, request: &str) -> String {
        self.server.tamper(request).await
    }

    /// A token that no other step has, of whichever provider.
    pub fn token(&self) -> String {
        token("step", &STEPS.fetch_add(1, Ordering::Relaxed).to_string())
    }

    fn block(&self, kind: &str) -> &Block {
        &self.provider.schema().resources[kind].block
    }

    /// A resource's configuration. It is read like a stored object of a newer version: unset parts of nested objects
    /// are null, as attributes written as blocks have them, and names that don't exist are errors.
    pub async fn config(&self, kind: &str, text: &str) -> Value {
        let request = UpgradeRequest { kind, version: u64::MAX, json: text };
        let read = self.provider.upgrade(request).await.state;
        with_blocks(self.block(kind), &read.unwrap_or_else(|e| panic!("{kind} {text}: {e:#?}")))
    }

    /// Null of a resource's type.
    pub fn null(&self, kind: &str) -> Value {
        Value::null(self.block(kind).value_type())
    }

    /// Validates and plans.
    pub async fn plan(&self, kind: &str, prior: &Value, config: &Value) -> PlanAnswer {
        let diagnostics = self.provider.validate_resource(kind, config).await;
        assert!(!diagnostics.has_errors(), "{kind}: {diagnostics:#?}");
        let proposed = proposed_new(self.block(kind), prior, config);
        let request = PlanRequest {
            kind: kind.into(),
            prior: prior.clone(),
            proposed,
            config: config.clone(),
            private: Private::from([]),
        };
        self.provider.plan(request).await
    }

    /// Applies what was planned; null deletes.
    pub async fn apply(&self, kind: &str, prior: &Value, planned: &Value, token: &str) -> ApplyAnswer {
        self.apply_noted(kind, prior, (planned.clone(), Private::from([])), token).await
    }

    /// The same with what was planned to be kept beside the object.
    async fn apply_noted(
        &self,
        kind: &str,
        prior: &Value,
        (planned, private): (Value, Private),
        token: &str,
    ) -> ApplyAnswer {
        let (prior, config) = (prior.clone(), planned.clone());
        let request =
            ApplyRequest { kind: kind.into(), prior, planned, config, private, token: token.into() };
        self.provider.apply(request).await
    }

    /// Creates a resource and gives it as it stands then.
    pub async fn create(&self, kind: &str, config: &str) -> Value {
        self.create_noted(kind, config).await.0
    }

    /// The same with what is kept beside it.
    pub async fn create_noted(&self, kind: &str, config: &str) -> (Value, Private) {
        let null = self.null(kind);
        let wanted = self.config(kind, config).await;
        let plan = self.plan(kind, &null, &wanted).await;
        assert!(!plan.diagnostics.has_errors(), "{kind}: {:#?}", plan.diagnostics);
        let answer = self.apply_noted(kind, &null, (plan.planned, plan.private), &self.token()).await;
        assert!(answer.diagnostics.is_empty(), "creating {kind}: {:#?}", answer.diagnostics);
        self.settle(kind, &answer.state).await;
        (answer.state, answer.private)
    }

    /// Says that a creation is on record.
    pub async fn settle(&self, kind: &str, state: &Value) {
        let request = SettleRequest { kind: kind.into(), state: state.clone(), token: "".into() };
        let diagnostics = self.provider.settle(request).await;
        assert!(diagnostics.is_empty(), "settling {kind}: {diagnostics:#?}");
    }

    /// Deletes a resource.
    pub async fn delete(&self, kind: &str, state: &Value) {
        let answer = self.apply(kind, state, &self.null(kind), "0").await;
        assert!(answer.diagnostics.is_empty(), "deleting {kind}: {:#?}", answer.diagnostics);
        assert!(answer.state.is_null());
    }

    /// Reads; null where it is gone.
    pub async fn read(&self, kind: &str, state: &Value) -> Value {
        let request = ReadRequest { kind: kind.into(), state: state.clone(), private: Private::from([]) };
        let answer = self.provider.read(request).await;
        assert!(answer.diagnostics.is_empty(), "reading {kind}: {:#?}", answer.diagnostics);
        answer.state
    }

    /// Imports and reads.
    pub async fn import(&self, kind: &str, id: &str) -> Value {
        let mut answer = self.provider.import(kind, id).await;
        assert!(answer.diagnostics.is_empty(), "importing {kind} {id}: {:#?}", answer.diagnostics);
        let Imported { state, private, .. } = answer.objects.remove(0);
        let answer = self.provider.read(ReadRequest { kind: kind.into(), state, private }).await;
        assert!(answer.diagnostics.is_empty(), "reading {kind} {id}: {:#?}", answer.diagnostics);
        answer.state
    }

    /// Looks for what a creation under this token may have made.
    pub async fn recover(&self, kind: &str, planned: &Value, token: &str) -> RecoverAnswer {
        let request = RecoverRequest { kind: kind.into(), planned: planned.clone(), token: token.into() };
        self.provider.recover(request).await
    }

    /// Reads a data source.
    pub async fn data(&self, kind: &str, config: &str) -> (Value, Diagnostics) {
        let config = value(&self.provider.schema().data_sources[kind].block, config);
        let answer = self.provider.read_data(DataRequest { kind: kind.into(), config }).await;
        (answer.state, answer.diagnostics)
    }
}

/// The value with empty collections where blocks inside blocks aren't written, as configurations have them.
fn with_blocks(block: &Block, value: &Value) -> Value {
    let Some(fields) = value.as_mapping() else { return value.clone() };
    let part = |(name, value): (&Name, &Value)| {
        let filled = match block.blocks.get(name) {
            Some(nested) => blocks_of(nested, value),
            None => value.clone(),
        };
        (name.clone(), filled)
    };
    Value::object(fields.iter().map(part))
}

fn blocks_of(nested: &NestedBlock, value: &Value) -> Value {
    let ty = value.ty();
    let items =
        || value.as_sequence().unwrap_or_default().iter().map(|item| with_blocks(&nested.block, item));
    match (&ty, value.is_known()) {
        (Type::List(element), true) => Value::list((**element).clone(), items()),
        (Type::Set(element), true) => Value::set((**element).clone(), items()),
        _ => value.clone(),
    }
}

/// A token that differs where type or configuration do.
pub fn token(kind: &str, config: &str) -> String {
    let step = |hash: u128, byte: u8| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013B)
    };
    let hash = kind.bytes().chain(config.bytes()).fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, step);
    format!("{hash:032x}")
}

/// A string inside an object.
pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_else(|| panic!("no {name} in {value:?}"))
}
