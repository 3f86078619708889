//! Every type through its life: created, read, changed, tampered with, imported, lost and deleted.

use crate::cases::{Case, all, cases};
use crate::cloud::Cloud;
use futures::stream::{self, StreamExt};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trueup_provider::PlanAnswer;
use trueup_schema::{Nesting, apply_errors, plan_errors};
use trueup_value::{PathStep, Value};

/// Objects that a case needs, by the name that it gives them; `this` is the one it is about.
type Names = BTreeMap<String, Value>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_type_walks_through_its_life() {
    let defaults = r#""default_tags": [{"tags": {"team": "core", "env": "test"}}]"#;
    let cloud = Arc::new(Cloud::start(defaults).await);
    walk(&cloud, cases()).await;
}

/// Walks cases, some at a time, and says which of them failed.
pub(crate) async fn walk(cloud: &Arc<Cloud>, cases: impl Iterator<Item = &'static Case>) {
    let walks = stream::iter(cases).map(|case| {
        let cloud = cloud.clone();
        let walk = async move { Walk { cloud: &cloud, case, names: Names::new() }.run().await };
        async move { tokio::spawn(walk).await.err().map(|_| case.kind) }
    });
    let failed: Vec<&str> = walks.buffered(4).filter_map(async |failed| failed).collect().await;
    assert!(failed.is_empty(), "the walks of {} failed: see above", failed.join(", "));
}

/// A case with what it needs set up.
#[derive(Clone)]
pub(crate) struct Scene {
    case: &'static Case,
    names: Names,
}

impl Scene {
    pub(crate) async fn set(cloud: &Cloud, case: &'static Case) -> Scene {
        let mut walk = Walk { cloud, case, names: Names::new() };
        walk.set_up().await;
        Scene { case, names: walk.names }
    }

    /// What its life leaves behind on purpose.
    pub(crate) fn leaves(&self) -> &'static [&'static str] {
        self.case.leaves
    }

    /// The case's life without people meddling: created, changed in place, and deleted.
    pub(crate) async fn life(self, cloud: &Cloud) {
        let mut walk = Walk { cloud, case: self.case, names: self.names };
        let mut state = walk.create(self.case.create).await;
        for config in self.case.updates {
            state = walk.update(&state, config).await;
        }
        cloud.delete(self.case.kind, &state).await;
    }
}

#[test]
fn every_type_has_a_case() {
    let provider = crate::cloud::start();
    for kind in provider.schema().resources.keys() {
        assert!(all().any(|case| case.kind == &**kind), "no case for {kind}");
    }
}

struct Walk<'a> {
    cloud: &'a Cloud,
    case: &'a Case,
    names: Names,
}

impl Walk<'_> {
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

    async fn set_up(&mut self) {
        for (name, kind, config) in self.case.setup {
            let config = self.filled(config);
            let made = self.cloud.create(kind, &config).await;
            self.names.insert((*name).to_owned(), made);
        }
    }

    async fn tear_down(&self) {
        for (name, kind, _) in self.case.setup.iter().rev() {
            self.cloud.delete(kind, &self.names[*name]).await;
        }
    }

    /// Puts `${name.attribute}` in.
    fn filled(&self, template: &str) -> String {
        let mut out = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("${") {
            let (reference, after) = after.split_once('}').expect("a reference ends");
            let (name, attribute) = reference.split_once('.').expect("a reference has two parts");
            let object = self.names.get(name).unwrap_or_else(|| panic!("{name} is not set up"));
            out.push_str(before);
            out.push_str(part(object, attribute));
            rest = after;
        }
        out + rest
    }

    async fn create(&mut self, template: &str) -> Value {
        let kind = self.case.kind;
        let text = self.filled(template);
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

    async fn update(&mut self, state: &Value, template: &str) -> Value {
        let kind = self.case.kind;
        let config = self.cloud.config(kind, &self.filled(template)).await;
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
    async fn check(&mut self, planned: &Value, state: &Value, config: &Value) {
        let kind = self.case.kind;
        self.names.insert("this".into(), state.clone());
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
        let read = self.cloud.import(kind, &self.filled(self.case.import)).await;
        assert!(!read.is_null(), "importing {kind} finds it");
        let is_told = |name: &&str| !self.case.unread.contains(name);
        let wrong: Vec<&str> = changed(state, &read)
            .into_iter()
            .filter(|name| ![state, &read].iter().all(|object| object.get(name).is_none_or(is_empty)))
            .filter(is_told)
            .collect();
        assert!(wrong.is_empty(), "importing {kind}: {}", shown(&wrong, state, &read));
        let config = self.cloud.config(kind, &self.filled(template)).await;
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
            let config = self.cloud.config(kind, &self.filled(template)).await;
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
        for request in self.filled(request).split(" then ") {
            self.cloud.moto.tamper(request).await;
        }
        let drifted = self.cloud.read(kind, state).await;
        let found = changed(state, &drifted);
        assert!(found.contains(attribute), "{kind}: the change of {attribute} goes unnoticed: {request}");
        let follows = |name: &str| {
            let is_it = |(of, follower): &&(&str, &str)| ["*", attribute].contains(of) && *follower == name;
            (attribute == "tags" && name == "tags_all") || self.case.follows.iter().any(|f| is_it(&f))
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
            self.cloud.moto.tamper(&self.filled(request)).await;
        }
        assert!(self.cloud.read(kind, state).await.is_null(), "{kind} was lost");
        self.cloud.delete(kind, state).await;
    }
}

/// A text inside an object: `name`, or `name.0.part` for a part of the first in a list or set.
fn part<'a>(object: &'a Value, path: &str) -> &'a str {
    let step = |value: Option<&'a Value>, step: &str| match step.parse::<usize>() {
        Ok(index) => value?.as_sequence()?.get(index),
        Err(_) => value?.get(step),
    };
    let found = path.split('.').fold(Some(object), step);
    found.and_then(Value::as_str).unwrap_or_else(|| panic!("no {path} in {object:?}"))
}

fn differences(kind: &str, what: &str, one: &Value, other: &Value) {
    let names: Vec<&str> = changed(one, other).into_iter().collect();
    assert!(names.is_empty(), "{kind}, {what}: {}", shown(&names, one, other));
}

/// The attributes in which two objects differ; all where one of them is gone.
fn changed<'a>(one: &'a Value, other: &Value) -> BTreeSet<&'a str> {
    let fields = one.as_mapping().expect("an object");
    let is_changed =
        |(name, value): (&'a trueup_value::Name, &Value)| (other.get(name) != Some(value)).then_some(&**name);
    fields.iter().filter_map(is_changed).collect()
}

/// Attributes with their values in both objects.
fn shown(names: &[&str], one: &Value, other: &Value) -> String {
    let pair = |name: &&str| format!("\n  {name}: {:?} / {:?}", one.get(name), other.get(name));
    names.iter().map(pair).collect()
}

fn is_empty(value: &Value) -> bool {
    value.is_null()
        || value.as_str() == Some("")
        || value.as_bool() == Some(false)
        || value.as_sequence().is_some_and(<[Value]>::is_empty)
        || value.as_mapping().is_some_and(BTreeMap::is_empty)
}
