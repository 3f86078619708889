//! A cloud behind the provider trait.

use crate::notes::{self, IMPORTED};
use crate::plan::{Surroundings, plan};
use crate::read::{failed, read_many, unknown_kind};
use crate::upgrade::upgrade;
use crate::{Cloud, Fault, Fields, Object, Outside, Planning};
use async_trait::async_trait;
use std::sync::OnceLock;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider::{
    ApplyAnswer, ApplyRequest, AuditAnswer, AuditRequest, DataAnswer, DataRequest, ImportAnswer, Imported,
    PlanAnswer, PlanRequest, Private, Provider, ReadAnswer, ReadRequest, RecoverAnswer, RecoverRequest,
    SettleRequest, UpgradeAnswer, UpgradeRequest,
};
use trueup_schema::ProviderSchema;
use trueup_value::{Type, Value};

/// A provider that is part of the program.
pub struct Embedded<C: Cloud> {
    cloud: OnceLock<C>,
    outside: Outside,
}

impl<C: Cloud> Default for Embedded<C> {
    fn default() -> Self {
        Embedded::within(Outside::default())
    }
}

impl<C: Cloud> Embedded<C> {
    /// One that takes from outside what the provider block doesn't say.
    pub fn within(outside: Outside) -> Embedded<C> {
        Embedded { cloud: OnceLock::new(), outside }
    }

    /// The provider block with what the environment says where it says nothing.
    fn completed(&self, config: &Value) -> Value {
        let Some(mut block) = Object::of(&C::catalog().config, config) else { return config.clone() };
        for (name, variables) in C::variables() {
            let said = variables.iter().find_map(|variable| self.outside.variable(variable));
            let Some(text) = said else { continue };
            if block.field(name).is_some_and(Value::is_null)
                && let Some(value) = spelled(text, block.type_of(name))
            {
                block.put(name, value);
            }
        }
        block.value()
    }

    fn cloud(&self) -> Result<&C, Diagnostics> {
        self.cloud.get().ok_or_else(|| {
            Diagnostic::error("Provider not configured", "The provider was used before it was configured.")
                .into()
        })
    }

    async fn import_one(&self, kind: &str, id: &str) -> Result<Object, Diagnostics> {
        let cloud = self.cloud()?;
        let entry = C::catalog().resource(kind).ok_or_else(|| Diagnostics::from(unknown_kind(kind)))?;
        let mut object = entry.blank();
        let (id, region) = match id.rsplit_once('@') {
            Some((id, region)) if object.has("region") && is_region(region) => (id, Some(region)),
            _ => (id, None),
        };
        if object.has("region") {
            object.put_text("region", region.or(cloud.region()));
        }
        // What the API doesn't tell is taken to be as the configuration would have it by default.
        for (name, rule) in entry.rules.iter() {
            if let Some(default) = &rule.default {
                object.put(name, default.clone());
            }
        }
        let doing = format!("importing {} ({id})", entry.noun);
        let imported = async {
            let site = cloud.site(region)?;
            entry.code.import(&site, id, &mut object).await
        };
        imported.await.map_err(|fault: Fault| fault.during(doing).diagnostic())?;
        Ok(object)
    }

    async fn read_data_object(&self, request: &DataRequest) -> Result<Value, Diagnostics> {
        let cloud = self.cloud()?;
        let entry =
            C::catalog().data(&request.kind).ok_or_else(|| Diagnostics::from(unknown_kind(&request.kind)))?;
        let mut object = entry.object(&request.config).unwrap_or_else(|| entry.blank());
        for (name, rule) in entry.rules.iter() {
            if let Some(default) = rule.default.as_ref().filter(|_| !object.is_set(name)) {
                object.put(name, default.clone());
            }
        }
        let region = object.owned("region");
        let read = async {
            let site = cloud.site(region.as_deref())?;
            entry.code.read(&site, &mut object).await
        };
        read.await.map_err(|fault: Fault| fault.during(format!("reading {}", entry.noun)).diagnostic())?;
        if object.has("region") && !object.is_set("region") {
            object.put_text("region", cloud.region());
        }
        if object.field("tags").is_some_and(|tags| !tags.is_null() && tags.is_known()) {
            let shown = cloud.tags().shown(object.map("tags"));
            object.put_map("tags", &shown);
        }
        object.settle_unknowns(&entry.empty);
        Ok(object.value())
    }
}

/// What a variable's text says as a value of a type; None where it can't be one.
fn spelled(text: &str, ty: &Type) -> Option<Value> {
    match ty {
        Type::String => Some(Value::from(text)),
        Type::Bool => match text.to_ascii_lowercase().as_str() {
            "1" | "t" | "true" => Some(Value::from(true)),
            "0" | "f" | "false" => Some(Value::from(false)),
            _ => None,
        },
        Type::Number => text.parse::<i64>().ok().map(Value::from),
        Type::List(element) if **element == Type::String => {
            Some(Value::list(Type::String, text.split(',').map(|item| Value::from(item.trim()))))
        }
        _ => None,
    }
}

/// Whether the end of an import id names a region: `us-east-1`.
fn is_region(word: &str) -> bool {
    let parts: Vec<&str> = word.split('-').collect();
    parts.len() >= 3
        && parts.iter().all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric()))
        && parts.last().is_some_and(|part| part.chars().all(|c| c.is_ascii_digit()))
}

#[async_trait]
impl<C: Cloud> Provider for Embedded<C> {
    fn schema(&self) -> &ProviderSchema {
        &C::catalog().schema
    }

    async fn validate_config(&self, config: &Value) -> Diagnostics {
        C::validate(config)
    }

    async fn validate_resource(&self, kind: &str, config: &Value) -> Diagnostics {
        let Some(entry) = C::catalog().resource(kind) else { return unknown_kind(kind).into() };
        let Some(config) = entry.object(config) else { return Diagnostics::new() };
        let mut diagnostics = entry.code.validate(&config);
        let mut complaints = Vec::new();
        for (name, rule) in entry.rules.iter() {
            rule.complaints(name, config.field(name).unwrap_or(&entry.empty), &mut complaints);
        }
        for complaint in complaints {
            diagnostics.push(
                Diagnostic::error(complaint, "The text can't be sent to the API as it is.")
                    .hint("Write it with jsonencode, or correct it."),
            );
        }
        diagnostics
    }

    async fn validate_data(&self, kind: &str, config: &Value) -> Diagnostics {
        let Some(entry) = C::catalog().data(kind) else { return unknown_kind(kind).into() };
        entry.object(config).map(|config| entry.code.validate(&config)).unwrap_or_default()
    }

    async fn configure(&self, config: &Value) -> Diagnostics {
        let cloud = match C::connect(&self.completed(config), &self.outside).await {
            Ok(cloud) => cloud,
            Err(diagnostics) => return diagnostics,
        };
        match self.cloud.set(cloud) {
            Ok(()) => Diagnostics::new(),
            Err(_) => {
                Diagnostic::error("Provider configured twice", "A provider takes its block once.").into()
            }
        }
    }

    fn is_reachable(&self) -> bool {
        self.cloud.get().is_none_or(Cloud::is_reachable)
    }

    fn calls(&self) -> Option<u64> {
        self.cloud.get().map(Cloud::calls)
    }

    async fn upgrade(&self, request: UpgradeRequest<'_>) -> UpgradeAnswer {
        match C::catalog().resource(request.kind) {
            Some(entry) => upgrade(entry, &request),
            None => UpgradeAnswer { state: Err(unknown_kind(request.kind).into()) },
        }
    }

    async fn read(&self, request: ReadRequest) -> ReadAnswer {
        self.read_many(vec![request]).await.remove(0)
    }

    async fn read_many(&self, requests: Vec<ReadRequest>) -> Vec<ReadAnswer> {
        match self.cloud() {
            Ok(cloud) => read_many(cloud, requests).await,
            Err(diagnostics) => requests.into_iter().map(|r| failed(r, diagnostics.clone())).collect(),
        }
    }

    async fn plan(&self, request: PlanRequest) -> PlanAnswer {
        let entry = C::catalog().resource(&request.kind).ok_or_else(|| unknown_kind(&request.kind).into());
        match (entry, self.cloud()) {
            (Ok(entry), Ok(cloud)) => {
                let adjust = |planning: &mut Planning<'_>| cloud.plan(planning);
                plan(
                    entry,
                    &Surroundings { region: cloud.region(), tags: cloud.tags(), adjust: &adjust },
                    request,
                )
            }
            (Err(diagnostics), _) | (_, Err(diagnostics)) => PlanAnswer {
                planned: request.proposed,
                requires_replace: Vec::new(),
                private: request.private,
                diagnostics,
                legacy: false,
            },
        }
    }

    async fn apply(&self, request: ApplyRequest) -> ApplyAnswer {
        let entry = C::catalog().resource(&request.kind).ok_or_else(|| unknown_kind(&request.kind).into());
        match (entry, self.cloud()) {
            (Ok(entry), Ok(cloud)) => {
                let legacy = entry.is_legacy();
                ApplyAnswer { legacy, ..crate::apply::apply(cloud, entry, request).await }
            }
            (Err(diagnostics), _) | (_, Err(diagnostics)) => {
                let (state, private) = (request.prior, request.private);
                ApplyAnswer { state, private, diagnostics, legacy: false, end_unknown: false }
            }
        }
    }

    async fn recover(&self, request: RecoverRequest) -> RecoverAnswer {
        let entry = C::catalog().resource(&request.kind).ok_or_else(|| unknown_kind(&request.kind).into());
        match (entry, self.cloud()) {
            (Ok(entry), Ok(cloud)) => crate::apply::recover(cloud, entry, request).await,
            (Err(diagnostics), _) | (_, Err(diagnostics)) => RecoverAnswer::Unknown(diagnostics),
        }
    }

    async fn settle(&self, request: SettleRequest) -> Diagnostics {
        match (C::catalog().resource(&request.kind), self.cloud()) {
            (Some(entry), Ok(cloud)) => crate::apply::settle(cloud, entry, request).await,
            _ => Diagnostics::new(),
        }
    }

    async fn import(&self, kind: &str, id: &str) -> ImportAnswer {
        match self.import_one(kind, id).await {
            Ok(mut object) => {
                object.put_note(IMPORTED, Some("true".into()));
                let private = notes::write(&Private::from([]), object.notes());
                let imported = Imported { kind: kind.into(), state: object.value(), private };
                ImportAnswer { objects: vec![imported], diagnostics: Diagnostics::new() }
            }
            Err(diagnostics) => ImportAnswer { objects: Vec::new(), diagnostics },
        }
    }

    async fn audit(&self, request: AuditRequest) -> AuditAnswer {
        match self.cloud() {
            Ok(cloud) => crate::audit::audit(cloud, &request).await,
            Err(diagnostics) => AuditAnswer { diagnostics, ..AuditAnswer::none(&request) },
        }
    }

    async fn read_data(&self, request: DataRequest) -> DataAnswer {
        match self.read_data_object(&request).await {
            Ok(state) => DataAnswer { state, diagnostics: Diagnostics::new() },
            Err(diagnostics) => {
                let ty = C::catalog().data(&request.kind).map(|entry| Type::Object(entry.ty.clone()));
                DataAnswer { state: Value::null(ty.unwrap_or(Type::Dynamic)), diagnostics }
            }
        }
    }
}
