//! Every type through its life: created, read, changed, tampered with, imported, lost and deleted.

use crate::cases::{Case, cases};
use crate::cloud::{Cloud, text, token};
use std::collections::BTreeMap;
use trueup_provider::PlanAnswer;
use trueup_schema::{Nesting, apply_errors, plan_errors};
use trueup_value::{PathStep, Value};

/// Objects that a case needs, by the name that it gives them; `this` is the one it is about.
type Names = BTreeMap<String, Value>;

#[tokio::test]
async fn every_type_walks_through_its_life() {
    let cloud = Cloud::start(r#""default_tags": [{"tags": {"team": "core", "env": "test"}}]"#).await;
    for case in cases() {
        Walk { cloud: &cloud, case, names: Names::new() }.run().await;
    }
}

#[test]
fn every_type_has_a_case() {
    let provider = crate::cloud::start();
    for kind in provider.schema().resources.keys() {
        // Its only attribute is read in a way that moto answers wrongly; see `versioning`.
        let is_elsewhere = &**kind == "aws_s3_bucket_versioning";
        assert!(is_elsewhere || cases().any(|case| case.kind == &**kind), "no case for {kind}");
    }
}

struct Walk<'a> {
    cloud: &'a Cloud,
    case: &'a Case,
    names: Names,
}

impl Walk<'_> {
    async fn run(&mut self) {
        for (name, kind, config) in self.case.setup {
            let config = self.filled(config);
            let made = self.cloud.create(kind, &config).await;
            self.names.insert((*name).to_owned(), made);
        }
        let mut state = self.create("1").await;
        for config in self.case.updates {
            state = self.update(&state, config).await;
        }
        self.import(&state).await;
        let config = self.case.updates.last().unwrap_or(&self.case.create);
        self.replaces(&state).await;
        for (request, attribute) in self.case.tampers {
            state = self.tamper(&state, config, (request, attribute)).await;
        }
        self.lose(&state).await;
        let state = self.create("2").await;
        self.cloud.delete(self.case.kind, &state).await;
        assert!(self.cloud.read(self.case.kind, &state).await.is_null(), "{} is gone", self.case.kind);
        self.cloud.delete(self.case.kind, &state).await;
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
            out.push_str(text(object, attribute));
            rest = after;
        }
        out + rest
    }

    async fn create(&mut self, attempt: &str) -> Value {
        let kind = self.case.kind;
        let text = self.filled(self.case.create);
        let config = self.cloud.config(kind, &text).await;
        let null = self.cloud.null(kind);
        let plan = self.cloud.plan(kind, &null, &config).await;
        assert!(
            plan.diagnostics.is_empty() && plan.requires_replace.is_empty(),
            "{kind}: {:#?}",
            plan.diagnostics
        );
        self.keeps_rules(&plan, &null, &config);
        let answer = self.cloud.apply(kind, &null, &plan.planned, &token(kind, &(text + attempt))).await;
        assert!(answer.diagnostics.is_empty(), "creating {kind}: {:#?}", answer.diagnostics);
        self.check(&plan.planned, &answer.state, &config).await;
        answer.state
    }

    async fn update(&mut self, state: &Value, template: &str) -> Value {
        let kind = self.case.kind;
        let config = self.cloud.config(kind, &self.filled(template)).await;
        let plan = self.cloud.plan(kind, state, &config).await;
        assert!(plan.diagnostics.is_empty(), "{kind} {template}: {:#?}", plan.diagnostics);
        assert!(plan.requires_replace.is_empty(), "{kind} {template}: {:?}", plan.requires_replace);
        assert_ne!(&plan.planned, state, "{kind} {template} changes something");
        self.keeps_rules(&plan, state, &config);
        let answer = self.cloud.apply(kind, state, &plan.planned, "update").await;
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

    async fn import(&mut self, state: &Value) {
        let kind = self.case.kind;
        let answer = self.cloud.provider.import(kind, &self.filled(self.case.import)).await;
        assert!(answer.diagnostics.is_empty(), "importing {kind}: {:#?}", answer.diagnostics);
        let read = self.cloud.read(kind, &answer.objects[0].state).await;
        let without = |value: &Value| -> BTreeMap<String, Value> {
            let fields = value.as_mapping().unwrap_or_else(|| panic!("importing {kind} finds it"));
            let fields = fields.iter().filter(|(name, _)| !self.case.unread.contains(&&***name));
            fields.map(|(name, value)| (name.to_string(), value.clone())).collect()
        };
        let (state, read) = (without(state), without(&read));
        for (name, value) in &state {
            let both_empty = |a: &Value, b: &Value| is_empty(a) && is_empty(b);
            assert!(
                value == &read[name] || both_empty(value, &read[name]),
                "importing {kind}: {name}: {value:?} / {:?}",
                read[name]
            );
        }
    }

    async fn replaces(&mut self, state: &Value) {
        let kind = self.case.kind;
        for (template, attribute) in self.case.replaces {
            let config = self.cloud.config(kind, &self.filled(template)).await;
            let plan = self.cloud.plan(kind, state, &config).await;
            let is_it = |step: Option<&PathStep>| matches!(step, Some(PathStep::Attribute(name)) if &**name == *attribute);
            let found = plan.requires_replace.iter().any(|path| is_it(path.0.first()));
            assert!(found, "{kind} {template}: {:?}", plan.requires_replace);
        }
    }

    /// Someone changes an attribute: reading finds it, and applying again puts it right.
    async fn tamper(&mut self, state: &Value, config: &str, (request, attribute): (&str, &str)) -> Value {
        let kind = self.case.kind;
        self.cloud.moto.tamper(&self.filled(request)).await;
        let drifted = self.cloud.read(kind, state).await;
        assert_ne!(
            drifted.get(attribute),
            state.get(attribute),
            "{kind}: the change of {attribute} goes unnoticed"
        );
        self.update(&drifted, config).await
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

fn differences(kind: &str, what: &str, one: &Value, other: &Value) {
    let (Some(one), Some(other)) = (one.as_mapping(), other.as_mapping()) else {
        panic!("{kind}, {what}: {one:?} / {other:?}");
    };
    for (name, value) in one {
        assert_eq!(value, &other[name], "{kind}, {what}: {name}");
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null()
        || value.as_str() == Some("")
        || value.as_bool() == Some(false)
        || value.as_sequence().is_some_and(<[Value]>::is_empty)
        || value.as_mapping().is_some_and(BTreeMap::is_empty)
}
