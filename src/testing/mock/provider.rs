//! A provider that calls nobody: it has the schema of the real one, and makes up what the real one would answer.

use super::values::Filler;
use super::{MadeUp, MadeUpProvider};
use async_trait::async_trait;
use std::sync::Arc;
use trueup_diag::Diagnostics;
use trueup_engine::Random;
use trueup_provider::{
    ApplyAnswer, ApplyRequest, DataAnswer, DataRequest, ImportAnswer, Imported, MoveAnswer, MoveRequest,
    OpenAnswer, OpenRequest, PlanAnswer, PlanRequest, Private, Provider, ReadAnswer, ReadRequest,
    RecoverAnswer, RecoverRequest, UpgradeAnswer, UpgradeRequest,
};
use trueup_schema::{Block, ProviderSchema, unknown_computed};
use trueup_value::{Kind, Value};

/// Stands in for a provider.
pub(super) struct MockProvider {
    real: Arc<dyn Provider>,
    made_up: Arc<MadeUpProvider>,
    random: Random,
}

fn nothing() -> Private {
    Private::from([])
}

impl MockProvider {
    pub(super) fn new(real: Arc<dyn Provider>, made_up: Arc<MadeUpProvider>, random: Random) -> MockProvider {
        MockProvider { real, made_up, random }
    }

    fn of(&self, data: bool, kind: &str) -> Option<&MadeUp> {
        let all = if data { &self.made_up.data } else { &self.made_up.resources };
        all.get(kind)
    }

    fn block(&self, data: bool, kind: &str) -> &Block {
        let schema = self.real.schema().resource(data, kind);
        &schema.expect("the engine asks only for types that have a schema").block
    }

    fn filled(&self, block: &Block, value: &Value, of: (&str, Option<&MadeUp>)) -> (Value, Diagnostics) {
        let mut filler = Filler { random: &self.random, kind: of.0, diagnostics: Diagnostics::new() };
        let value = filler.block(block, value, of.1.map(|made_up| &made_up.values));
        (value, filler.diagnostics)
    }
}

#[async_trait]
impl Provider for MockProvider {
    fn schema(&self) -> &ProviderSchema {
        self.real.schema()
    }

    async fn validate_config(&self, _config: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    async fn validate_resource(&self, kind: &str, config: &Value) -> Diagnostics {
        self.real.validate_resource(kind, config).await
    }

    async fn validate_data(&self, kind: &str, config: &Value) -> Diagnostics {
        self.real.validate_data(kind, config).await
    }

    async fn configure(&self, _config: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    async fn move_state(&self, request: MoveRequest<'_>) -> MoveAnswer {
        self.real.move_state(request).await
    }

    async fn upgrade(&self, request: UpgradeRequest<'_>) -> UpgradeAnswer {
        self.real.upgrade(request).await
    }

    async fn read(&self, request: ReadRequest) -> ReadAnswer {
        ReadAnswer { state: request.state, private: request.private, diagnostics: Diagnostics::new() }
    }

    async fn plan(&self, request: PlanRequest) -> PlanAnswer {
        let mut answer = PlanAnswer {
            planned: request.proposed,
            requires_replace: Vec::new(),
            private: request.private,
            diagnostics: Diagnostics::new(),
            legacy: false,
        };
        if answer.planned.is_null() || !request.prior.is_null() {
            return answer;
        }
        let block = self.block(false, &request.kind);
        let made_up = self.of(false, &request.kind);
        answer.planned = unknown_computed(block, &answer.planned);
        if made_up.map_or(self.made_up.during_plan, |made_up| made_up.during_plan) {
            (answer.planned, answer.diagnostics) =
                self.computed(block, &request.config, &answer.planned, (&request.kind, made_up));
        }
        answer
    }

    async fn apply(&self, request: ApplyRequest) -> ApplyAnswer {
        let block = self.block(false, &request.kind);
        let made_up = self.of(false, &request.kind);
        let (state, diagnostics) = self.filled(block, &request.planned, (&request.kind, made_up));
        ApplyAnswer { state, private: request.private, diagnostics, legacy: false, end_unknown: false }
    }

    async fn recover(&self, _request: RecoverRequest) -> RecoverAnswer {
        RecoverAnswer::Absent
    }

    async fn import(&self, kind: &str, id: &str) -> ImportAnswer {
        let block = self.block(false, kind);
        let empty = unknown_computed(block, &block.empty_value());
        let (mut state, diagnostics) = self.filled(block, &empty, (kind, self.of(false, kind)));
        if let Kind::Object(attributes) = state.kind()
            && attributes.contains_key("id")
        {
            let mut attributes: std::collections::BTreeMap<_, _> =
                attributes.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
            attributes.insert("id".into(), Value::string(id));
            state = Value::object(attributes);
        }
        ImportAnswer { objects: vec![Imported { kind: kind.into(), state, private: nothing() }], diagnostics }
    }

    async fn read_data(&self, request: DataRequest) -> DataAnswer {
        let block = self.block(true, &request.kind);
        let unknown = unknown_computed(block, &request.config);
        let (state, diagnostics) =
            self.filled(block, &unknown, (&request.kind, self.of(true, &request.kind)));
        DataAnswer { state, diagnostics }
    }

    async fn open(&self, request: OpenRequest) -> OpenAnswer {
        let Some(schema) = self.real.schema().ephemeral.get(&request.kind) else {
            return OpenAnswer::none(&request.kind);
        };
        let unknown = unknown_computed(&schema.block, &request.config);
        let (result, diagnostics) = self.filled(&schema.block, &unknown, (&request.kind, None));
        OpenAnswer { result, private: nothing(), renew_after: None, diagnostics }
    }
}

impl MockProvider {
    /// Makes up what only the provider sets; what the configuration doesn't know yet stays unknown.
    fn computed(
        &self,
        block: &Block,
        config: &Value,
        planned: &Value,
        of: (&str, Option<&MadeUp>),
    ) -> (Value, Diagnostics) {
        let (filled, diagnostics) = self.filled(block, planned, of);
        let (Kind::Object(filled), Kind::Object(planned)) = (filled.kind(), planned.kind()) else {
            return (filled, diagnostics);
        };
        let all = filled.iter().map(|(name, value)| {
            let open = config.get(name).is_some_and(|config| !config.is_wholly_known());
            let value = if open { planned.get(name).unwrap_or(value) } else { value };
            (name.clone(), value.clone())
        });
        (Value::object(all), diagnostics)
    }
}
