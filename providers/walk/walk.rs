//! Every type through its life: created, read, changed, tampered with, imported, lost and deleted.

use crate::compare::{changed, differences, is_empty, shown};
use crate::{Case, Cloud, Names, Stand};
use futures::stream::{self, StreamExt};
use std::sync::Arc;
use trueup_provider::PlanAnswer;
use trueup_schema::{Nesting, apply_errors, plan_errors};
use trueup_value::{PathStep, Value};

/// Walks cases, some at a time, and panics with the names of those that failed.
pub async fn walk<S: Stand>(cloud: &Arc<Cloud<S>>, cases: impl Iterator<Item = &'static Case>) {
    let walks = stream::iter(cases.enumerate()).map(|(number, case)| {
        let cloud = cloud.clone();
        let walk = async move { Walk { cloud: &cloud, case, names: Names::numbered(number) }.run().await };
        async move { tokio::spawn(walk).await.err().map(|_| case.kind) }
    });
    let failed: Vec<&str> = walks.buffered(4).filter_map(async |failed| failed).collect().await;
    assert!(failed.is_empty(), "the walks of {} failed: see above", failed.join(", "));
}

/// Panics where a type of the provider has no case.
pub fn assert_every_type_has_a_case<S: Stand>(cases: &[&Case]) {
    let provider = S::provider("");
    let is_walked = |kind: &str| cases.iter().any(|case| case.kind == kind);
    let missing: Vec<&str> =
        provider.schema().resources.keys().map(|kind| &**kind).filter(|kind| !is_walked(kind)).collect();
    assert!(missing.is_empty(), "no case for {}", missing.join(", "));
}

/// A case under way.
pub(crate) struct Walk<'a, S> {
    pub(crate) cloud: &'a Cloud<S>,
    pub(crate) case: &'a Case,
    pub(crate) names: Names,
}

impl<S: Stand> Walk<'_, S> {
    async fn run(&mut self) {
        let kind = self.case.kind;
        self.set_up().await;
        let mut state = self.create(self.case.create).await;
        for config in self.case.updates {
            state = self.update(&state, config).await;
        }
        let config = self.case.updates.last().unwrap_or(&self.case.create);
        self.import(&state, config).await;
        state = self.replaces(state, config).await;
        for (request, attribute) in self.case.tampers {
            state = self.tamper(&state, config, (request, attribute)).await;
        }
        if self.case.lose.is_empty() {
            // It can't be made or deleted: it was taken over, and is left behind.
            self.cloud.delete(kind, &state).await;
        } else {
            self.lose(&state).await;
            let state = self.create(self.case.create).await;
            self.cloud.delete(kind, &state).await;
            assert!(self.cloud.read(kind, &state).await.is_null(), "{kind} is gone");
            self.cloud.delete(kind, &state).await;
        }
        self.tear_down().await;
    }

    pub(crate) async fn set_up(&mut self) {
        for (name, kind, config) in self.case.setup {
            let config = self.names.filled(config);
            let made = self.cloud.create(kind, &config).await;
            self.names.put(name, made);
        }
    }

    pub(crate) async fn tear_down(&self) {
        for (name, kind, _) in self.case.setup.iter().rev() {
            self.cloud.delete(kind, self.names.object(name)).await;
        }
    }

    pub(crate) async fn create(&mut self, template: &str) -> Value {
        let kind = self.case.kind;
        let text = self.names.filled(template);
        let config = self.cloud.config(kind, &text).await;
        let null = self.cloud.null(kind);
        let plan = self.cloud.plan(kind, &null, &config).await;
        assert!(
            plan.diagnostics.is_empty() && plan.requires_replace.is_empty(),
            "{kind}: {:#?}",
            plan.diagnostics
        );
        self.keeps_rules(&plan, &null, &config);
        let answer = self.cloud.apply(kind, &null, &plan.planned, &self.cloud.token()).await;
        assert!(answer.diagnostics.is_empty(), "creating {kind}: {:#?}", answer.diagnostics);
        self.cloud.settle(kind, &answer.state).await;
        self.check(&plan.planned, &answer.state, &config).await;
        answer.state
    }

    pub(crate) async fn update(&mut self, state: &Value, template: &str) -> Value {
        let kind = self.case.kind;
        let config = self.cloud.config(kind, &self.names.filled(template)).await;
        let plan = self.cloud.plan(kind, state, &config).await;
        assert!(plan.diagnostics.is_empty(), "{kind} {template}: {:#?}", plan.diagnostics);
        assert!(plan.requires_replace.is_empty(), "{kind} {template}: {:?}", plan.requires_replace);
        assert!(plan.planned != *state, "{kind} {template} changes something");
        self.keeps_rules(&plan, state, &config);
        let answer = self.cloud.apply(kind, state, &plan.planned, &self.cloud.token()).await;
        assert!(answer.diagnostics.is_empty(), "updating {kind} {template}: {:#?}", answer.diagnostics);
        self.check(&plan.planned, &answer.state, &config).await;
        answer.state
    }

    /// A plan says nothing that the configuration contradicts, as the protocol demands.
    fn keeps_rules(&self, plan: &PlanAnswer, prior: &Value, config: &Value) {
        let kind = self.case.kind;
        let schema = &self.cloud.provider.schema().resources[kind].block;
        if !plan.legacy {
            assert_eq!(plan_errors(schema, prior, config, &plan.planned), vec![], "{kind}");
        }
    }

    /// What was applied is what was planned, reads the same again, and plans to no change.
    pub(crate) async fn check(&mut self, planned: &Value, state: &Value, config: &Value) {
        let kind = self.case.kind;
        self.names.put("this", state.clone());
        let schema = &self.cloud.provider.schema().resources[kind].block;
        assert!(state.is_wholly_known(), "{kind}");
        let repeated = schema.blocks.iter().filter(|(_, block)| block.nesting != Nesting::Single);
        for (name, _) in repeated {
            assert!(
                !state.get(name).is_none_or(Value::is_null),
                "{kind}: blocks of {name} are none or some, never null"
            );
        }
        let errors = apply_errors(schema, planned, state);
        for (path, error) in &errors {
            let Some(PathStep::Attribute(name)) = path.0.first() else { continue };
            panic!(
                "{kind}: {name} applied is not as planned: {error}: {:#?} {:#?}",
                planned.get(name),
                state.get(name)
            );
        }
        differences(kind, "read again", state, &self.cloud.read(kind, state).await);
        let plan = self.cloud.plan(kind, state, config).await;
        differences(kind, "planned again", state, &plan.planned);
    }

    /// What import and the next read tell is what is in the state, and plans to no change.
    async fn import(&mut self, state: &Value, template: &str) {
        let kind = self.case.kind;
        let read = self.cloud.import(kind, &self.names.filled(self.case.import)).await;
        assert!(!read.is_null(), "importing {kind} finds it");
        let is_told = |name: &&str| !self.case.unread.contains(name);
        let wrong: Vec<&str> = changed(state, &read)
            .into_iter()
            .filter(|name| ![state, &read].iter().all(|object| object.get(name).is_none_or(is_empty)))
            .filter(is_told)
            .filter(|name| !(self.case.unsaid.contains(name) && state.get(name).is_none_or(is_empty)))
            .collect();
        assert!(wrong.is_empty(), "importing {kind}: {}", shown(&wrong, state, &read));
        let config = self.cloud.config(kind, &self.names.filled(template)).await;
        let plan = self.cloud.plan(kind, &read, &config).await;
        let planned = changed(&read, &plan.planned);
        // What the API doesn't tell is written once more, and what follows from it is known after that.
        let is_written = planned.iter().any(|name| !is_told(name));
        let follows = |name: &str| is_written && !plan.planned.get(name).is_some_and(Value::is_known);
        let wrong: Vec<&str> = planned.into_iter().filter(|name| is_told(name) && !follows(name)).collect();
        assert!(wrong.is_empty(), "planned after importing {kind}: {}", shown(&wrong, &read, &plan.planned));
    }

    /// Each replacement is planned for the attribute named and carried out; the last goes back to `config`.
    async fn replaces(&mut self, mut state: Value, config: &str) -> Value {
        let kind = self.case.kind;
        for (template, attribute) in self.case.replaces {
            let config = self.cloud.config(kind, &self.names.filled(template)).await;
            let plan = self.cloud.plan(kind, &state, &config).await;
            let is_it = |step: Option<&PathStep>| matches!(step, Some(PathStep::Attribute(name)) if &**name == *attribute);
            let found = plan.requires_replace.iter().any(|path| is_it(path.0.first()));
            assert!(found, "{kind} {template} replaces by {attribute}: {:?}", plan.requires_replace);
            if self.case.excused.iter().any(|(name, _)| name == attribute) {
                continue;
            }
            self.cloud.delete(kind, &state).await;
            state = self.create(template).await;
        }
        if !self.case.replaces.is_empty() {
            self.cloud.delete(kind, &state).await;
            state = self.create(config).await;
        }
        state
    }

    /// Someone changes an attribute: reading finds that and nothing else, and applying again puts it right.
    async fn tamper(&mut self, state: &Value, config: &str, (request, attribute): (&str, &str)) -> Value {
        let kind = self.case.kind;
        for request in self.names.filled(request).split(" then ") {
            self.cloud.tamper(request).await;
        }
        let drifted = self.cloud.read(kind, state).await;
        let found = changed(state, &drifted);
        assert!(found.contains(attribute), "{kind}: the change of {attribute} goes unnoticed: {request}");
        let follows = |name: &str| {
            let is_it = |(of, follower): &&(&str, &str)| ["*", attribute].contains(of) && *follower == name;
            self.case.follows.iter().chain(S::FOLLOWS).any(|follows| is_it(&follows))
        };
        let wrong: Vec<&str> =
            found.into_iter().filter(|name| *name != attribute && !follows(name)).collect();
        assert!(
            wrong.is_empty(),
            "{kind}: {request} is to change {attribute} alone (or name what follows in `follows`), not {}",
            shown(&wrong, state, &drifted)
        );
        let corrected = self.update(&drifted, config).await;
        let wrong: Vec<&str> = changed(state, &corrected).into_iter().filter(|name| !follows(name)).collect();
        assert!(wrong.is_empty(), "{kind}: {request} is put right: {}", shown(&wrong, state, &corrected));
        corrected
    }

    /// Someone deletes it: reading finds it gone, and deleting it is no error.
    async fn lose(&mut self, state: &Value) {
        let kind = self.case.kind;
        for request in self.case.lose {
            self.cloud.tamper(&self.names.filled(request)).await;
        }
        assert!(self.cloud.read(kind, state).await.is_null(), "{kind} was lost");
        self.cloud.delete(kind, state).await;
    }
}
