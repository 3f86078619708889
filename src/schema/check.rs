//! Whether a provider kept the protocol's promises about its plan.
//!
//! The rules are those of `OpenTofu`'s `docs/resource-instance-change-lifecycle.md`, `PlanResourceChange` and
//! "Handling of Nested Blocks in Configuration".

use crate::compare::{same, show};
use crate::item::{Item, each_has_match, each_item};
use crate::walk::step;
use crate::{Attribute, AttributeType, Block, Nesting};
use trueup_value::{Name, Path, PathStep, Value};

/// What breaks the rules in a plan, each with its place; empty when the plan is valid. All values have the schema's
/// type; `prior` is null on create. What was set must be planned as set (or stay as it was), and only computed
/// attributes may be chosen by the provider. Not for destroy, and only warnings for a provider that answers
/// `legacy`.
pub fn plan_errors(schema: &Block, prior: &Value, config: &Value, planned: &Value) -> Vec<(Path, String)> {
    let mut check = Check::default();
    check.item(Item::Block(schema), &Sides { prior: Some(prior), config, planned });
    check.found
}

#[derive(Default)]
struct Check {
    path: Vec<PathStep>,
    found: Vec<(Path, String)>,
}

/// The same place in the three values.
#[derive(Clone, Copy)]
struct Sides<'a> {
    prior: Option<&'a Value>,
    config: &'a Value,
    planned: &'a Value,
}

impl Check {
    fn item(&mut self, item: Item<'_>, sides: &Sides<'_>) {
        let Sides { prior, config, planned } = *sides;
        if !self.exists(config, planned) {
            return;
        }
        let (Some(wanted), Some(plan)) = (config.as_mapping(), planned.as_mapping()) else { return };
        let prior = prior.and_then(Value::as_mapping);
        let pick = |name: &Name| Some((prior.and_then(|p| p.get(name)), wanted.get(name)?, plan.get(name)?));
        for (name, attribute) in item.attributes() {
            let Some((prior, config, planned)) = pick(name) else { continue };
            self.path.push(PathStep::Attribute(name.clone()));
            self.attribute(attribute, &Sides { prior, config, planned });
            self.path.pop();
        }
        for (name, nesting, inner) in item.blocks() {
            let Some((prior, config, planned)) = pick(name) else { continue };
            self.path.push(PathStep::Attribute(name.clone()));
            self.items((nesting, inner), &Sides { prior, config, planned });
            self.path.pop();
        }
    }

    /// Whether there is an object on both sides to compare; says so when there should be.
    fn exists(&mut self, config: &Value, planned: &Value) -> bool {
        if !config.is_known() || (config.is_null() && planned.is_null()) {
            return false;
        }
        if !planned.is_known() {
            self.error("it is planned as unknown, but only the attributes inside it may be");
        } else if config.is_null() {
            self.error("it is planned to exist, but the configuration has none");
        } else if planned.is_null() {
            self.error("it is planned not to exist, but the configuration has it");
        } else {
            return true;
        }
        false
    }

    fn attribute(&mut self, attribute: &Attribute, sides: &Sides<'_>) {
        let Sides { prior, config, planned } = *sides;
        if attribute.write_only {
            if !planned.is_null() {
                self.error("it is write-only and must be planned as null");
            }
            return;
        }
        if same(planned, config) {
            return;
        }
        if config.is_null() {
            if !attribute.computed {
                self.error(format!(
                    "planned {} for an attribute that is not computed",
                    shown(attribute, planned)
                ));
            }
            return;
        }
        let kept = prior.filter(|p| !p.is_null());
        if kept.is_some_and(|p| same(planned, p)) {
            return;
        }
        match &attribute.ty {
            AttributeType::Nested(object)
                if config.is_known() && planned.is_known() && !planned.is_null() =>
            {
                self.items((object.nesting, Item::Object(object)), sides);
            }
            _ => {
                let before = kept.map(|p| format!(" nor the prior value {}", shown(attribute, p)));
                let (planned, config) = (shown(attribute, planned), shown(attribute, config));
                let before = before.unwrap_or_default();
                self.error(format!("planned {planned} does not match the configured value {config}{before}"));
            }
        }
    }

    fn items(&mut self, (nesting, item): (Nesting, Item<'_>), sides: &Sides<'_>) {
        let Sides { prior, config, planned } = *sides;
        match nesting {
            Nesting::Single | Nesting::Group => self.item(item, sides),
            _ if !self.exists(config, planned) => {}
            Nesting::Set => self.members(item, config, planned),
            Nesting::List => self.listed(item, sides),
            Nesting::Map => {
                let Some(plan) = planned.as_mapping() else { return };
                let wanted = config.as_mapping();
                for key in plan.keys().filter(|k| !wanted.is_some_and(|w| w.contains_key(*k))) {
                    self.error(format!(
                        "it is planned with the key {key:?}, which the configuration doesn't have"
                    ));
                }
                each_item(nesting, config, &mut |place, config| {
                    let crate::item::Place::Key(key) = place else { return };
                    let Some(planned) = plan.get(*key) else {
                        return self
                            .error(format!("it is planned without the key {key:?} of the configuration"));
                    };
                    let prior = prior.and_then(|p| p.get(key));
                    self.path.extend(step(place, planned));
                    self.item(item, &Sides { prior, config, planned });
                    self.path.pop();
                });
            }
        }
    }

    fn listed(&mut self, item: Item<'_>, sides: &Sides<'_>) {
        let wanted = sides.config.as_sequence().unwrap_or_default();
        let plan = sides.planned.as_sequence().unwrap_or_default();
        let had = sides.prior.and_then(Value::as_sequence).unwrap_or_default();
        if wanted.len() != plan.len() {
            let message = format!("{} are planned, but the configuration has {}", plan.len(), wanted.len());
            return self.error(message);
        }
        for (index, (config, planned)) in wanted.iter().zip(plan).enumerate() {
            let index_step = PathStep::Index(i64::try_from(index).expect("lists fit in memory").into());
            self.path.push(index_step);
            self.item(item, &Sides { prior: had.get(index), config, planned });
            self.path.pop();
        }
    }

    fn members(&mut self, item: Item<'_>, config: &Value, planned: &Value) {
        let wanted = config.as_sequence().unwrap_or_default();
        let plan = planned.as_sequence().unwrap_or_default();
        let fits = |config: &Value, planned: &Value| {
            let mut check = Check::default();
            check.item(item, &Sides { prior: None, config, planned });
            check.found.is_empty()
        };
        if !each_has_match(plan, wanted, &|p, w| fits(w, p)) {
            self.error("an element is planned that matches nothing in the configuration");
        } else if !each_has_match(wanted, plan, &fits) {
            self.error("an element of the configuration has no match in the plan");
        } else if plan.len() != wanted.len() && config.is_wholly_known() && planned.is_wholly_known() {
            self.error(format!(
                "{} elements are planned, but the configuration has {}",
                plan.len(),
                wanted.len()
            ));
        }
    }

    fn error(&mut self, message: impl Into<String>) {
        self.found.push((Path(self.path.clone()), message.into()));
    }
}

fn shown(attribute: &Attribute, value: &Value) -> String {
    if attribute.has_sensitive() { "a sensitive value".into() } else { show(value) }
}

#[cfg(test)]
mod tests {
    use super::plan_errors;
    use crate::notation::{block, object};

    const SCHEMA: &str = "
        name string optional
        secret string optional sensitive
        once string optional write_only
        label string optional computed
        id string computed
        attribute meta list optional {
            key string optional
            made number computed
        }
        block disk list {
            size number optional
            id string computed
        }
        block rule set {
            port number optional
            id string computed
        }
        block by_key map {
            a string optional
        }
        block one single {
            a string optional
        }
    ";

    /// Prior, config, planned; then the places that break a rule.
    fn check(prior: &str, config: &str, planned: &str, wanted: &[&str]) {
        let schema = block(SCHEMA);
        let read = |json: &str| object(&schema, json);
        let found = plan_errors(&schema, &read(prior), &read(config), &read(planned));
        let places: Vec<String> = found.iter().map(|(path, _)| path.to_string()).collect();
        assert_eq!(places, wanted, "{config} over {prior} planned as {planned}: {found:?}");
        assert!(found.iter().all(|(_, message)| !message.contains("hush")), "a secret is told: {found:?}");
    }

    #[test]
    fn valid_plans() {
        check("null", r#"{"name": "a"}"#, r#"{"name": "a", "label": "?", "id": "?"}"#, &[]);
        check("null", r#"{"name": "?"}"#, r#"{"name": "?", "id": "x"}"#, &[]);
        check(r#"{"name": "A"}"#, r#"{"name": "a"}"#, r#"{"name": "A"}"#, &[]);
        check("null", r#"{"rule": [{"port": 1}]}"#, r#"{"rule": [{"port": 1, "id": "?"}]}"#, &[]);
        check("null", r#"{"rule": "?"}"#, r#"{"rule": [{"port": 7}]}"#, &[]);
        check("null", r#"{"meta": [{"key": "a"}]}"#, r#"{"meta": [{"key": "a", "made": "?"}]}"#, &[]);
        check("null", r#"{"once": "hush"}"#, "{}", &[]);
    }

    #[test]
    fn broken_attributes() {
        check("null", r#"{"name": "a"}"#, r#"{"name": "b"}"#, &[".name"]);
        check("null", r#"{"name": "a"}"#, r#"{"name": "?"}"#, &[".name"]);
        check("null", "{}", r#"{"name": "b"}"#, &[".name"]);
        check(r#"{"name": "b"}"#, "{}", r#"{"name": "b"}"#, &[".name"]);
        check("null", r#"{"label": "a"}"#, r#"{"label": "b"}"#, &[".label"]);
        check("null", r#"{"secret": "hush"}"#, r#"{"secret": "hush2"}"#, &[".secret"]);
        check("null", r#"{"once": "hush"}"#, r#"{"once": "hush"}"#, &[".once"]);
        check("null", r#"{"meta": [{"key": "a"}]}"#, r#"{"meta": [{"key": "b"}]}"#, &[".meta[0].key"]);
        check("null", r#"{"meta": [{"key": "a"}]}"#, r#"{"meta": []}"#, &[".meta"]);
    }

    #[test]
    fn broken_blocks() {
        check("null", r#"{"disk": [{}, {}]}"#, r#"{"disk": [{}]}"#, &[".disk"]);
        check("null", r#"{"disk": [{}]}"#, r#"{"disk": "?"}"#, &[".disk"]);
        check(
            "null",
            r#"{"disk": [{"size": 1}]}"#,
            r#"{"disk": [{"size": 2, "id": "?"}]}"#,
            &[".disk[0].size"],
        );
        check("null", r#"{"rule": [{"port": 1}]}"#, r#"{"rule": [{"port": 2}]}"#, &[".rule"]);
        check("null", r#"{"by_key": {"a": {}}}"#, r#"{"by_key": {"b": {}}}"#, &[".by_key", ".by_key"]);
        check("null", r#"{"one": {}}"#, "{}", &[".one"]);
        check("null", "{}", r#"{"one": {}}"#, &[".one"]);
        check("null", "{}", "null", &[""]);
    }
}
