//! Whether a value became what was promised.
//!
//! The rules are those of `OpenTofu`'s `docs/resource-instance-change-lifecycle.md`, `ApplyResourceChange`: what was
//! known must stay the same, what was unknown may become anything of its type.

use crate::item::{Item, Place, each_has_match, each_item};
use crate::walk::step;
use crate::{Block, Nesting};
use std::collections::BTreeMap;
use trueup_value::{Kind, Name, Path, PathStep, Refinement, Value};

/// Where an object differs from what was planned, each with its place; empty when it doesn't. Serves for a new
/// state against its plan and for the final plan against the first one. Unknowns that are left in `actual` where
/// the plan knew are reported; for all others see [`crate::unknown_paths`]. Sensitive values aren't quoted.
pub fn apply_errors(schema: &Block, planned: &Value, actual: &Value) -> Vec<(Path, String)> {
    let mut comparison = Comparison::default();
    comparison.item(Item::Block(schema), planned, actual);
    comparison.found
}

/// Where a final plan, made when all of the configuration was known, differs from the first one: as
/// [`apply_errors`], but what the first plan knew may still be unknown in the final one.
pub fn final_plan_errors(schema: &Block, planned: &Value, again: &Value) -> Vec<(Path, String)> {
    let mut comparison = Comparison { leaves_open: true, ..Comparison::default() };
    comparison.item(Item::Block(schema), planned, again);
    comparison.found
}

/// Whether a value is one that another could become: the same where that was known, and anything that an unknown had
/// promised to be. Marks don't count.
pub fn becomes(planned: &Value, actual: &Value) -> bool {
    let mut comparison = Comparison::default();
    comparison.value(&planned.without_marks(), &actual.without_marks());
    comparison.found.is_empty()
}

#[derive(Default)]
struct Comparison {
    path: Vec<PathStep>,
    /// An unknown may stand for anything.
    leaves_open: bool,
    found: Vec<(Path, String)>,
}

impl Comparison {
    fn item(&mut self, item: Item<'_>, planned: &Value, actual: &Value) {
        if planned == actual || !planned.is_known() {
            return;
        }
        match (planned.as_mapping(), actual.as_mapping()) {
            (Some(plan), Some(real)) => self.fields(item, plan, real),
            _ => self.value(planned, actual),
        }
    }

    fn fields(&mut self, item: Item<'_>, plan: &BTreeMap<Name, Value>, real: &BTreeMap<Name, Value>) {
        for (name, attribute) in item.attributes() {
            let Some((planned, actual)) = plan.get(name).zip(real.get(name)) else { continue };
            if planned == actual {
                continue;
            }
            self.path.push(PathStep::Attribute(name.clone()));
            let before = self.found.len();
            self.value(planned, actual);
            if attribute.has_sensitive() && self.found.len() > before {
                self.found.truncate(before);
                self.error("a sensitive value differs from the planned one");
            }
            self.path.pop();
        }
        for (name, nesting, inner) in item.blocks() {
            let Some((planned, actual)) = plan.get(name).zip(real.get(name)) else { continue };
            self.path.push(PathStep::Attribute(name.clone()));
            self.blocks((nesting, inner), planned, actual);
            self.path.pop();
        }
    }

    fn blocks(&mut self, (nesting, item): (Nesting, Item<'_>), planned: &Value, actual: &Value) {
        if planned == actual || !planned.is_known() {
            return;
        }
        let single = matches!(nesting, Nesting::Single | Nesting::Group);
        match (planned.as_sequence(), actual.as_sequence()) {
            _ if single => self.item(item, planned, actual),
            (Some(plan), Some(real)) if nesting == Nesting::Set => {
                let fits = self.quietly(move |comparison, p, r| comparison.item(item, p, r));
                self.members(plan, real, &fits);
            }
            (Some(plan), Some(real)) if plan.len() != real.len() => {
                self.error(format!("there were {} blocks, but now there are {}", plan.len(), real.len()));
            }
            _ => match (planned.as_mapping(), actual.as_mapping()) {
                (Some(plan), Some(real)) if !plan.keys().eq(real.keys()) => self.keys(plan, real),
                _ => self.pairs((nesting, item), planned, actual),
            },
        }
    }

    /// Blocks under the same indexes or keys on both sides.
    fn pairs(&mut self, (nesting, item): (Nesting, Item<'_>), planned: &Value, actual: &Value) {
        let (listed, keyed) = (actual.as_sequence(), actual.as_mapping());
        if listed.is_none() && keyed.is_none() {
            return self.value(planned, actual);
        }
        each_item(nesting, planned, &mut |place, planned| {
            let actual = match place {
                Place::Index(index) => listed.and_then(|l| l.get(*index)),
                Place::Key(key) => keyed.and_then(|k| k.get(*key)),
                Place::Itself | Place::Member => None,
            };
            if let Some(actual) = actual {
                self.path.extend(step(place, planned));
                self.item(item, planned, actual);
                self.path.pop();
            }
        });
    }

    fn value(&mut self, planned: &Value, actual: &Value) {
        if planned == actual {
            return;
        }
        match (planned.kind(), actual.kind()) {
            (Kind::Unknown(_, refinement), _) => self.promise(refinement.as_deref(), actual),
            (_, Kind::Unknown(..)) if self.leaves_open => {}
            (_, Kind::Unknown(..)) => self.error(format!("was {}, but is now unknown", show(planned))),
            (Kind::List(_), Kind::List(_)) | (Kind::Tuple(_), Kind::Tuple(_)) => {
                let (plan, real) = (planned.as_sequence(), actual.as_sequence());
                self.listed(plan.unwrap_or_default(), real.unwrap_or_default());
            }
            (Kind::Set(plan), Kind::Set(real)) => {
                let fits = self.quietly(Comparison::value);
                self.members(&plan.items, &real.items, &fits);
            }
            (Kind::Map(plan), Kind::Map(real)) => {
                self.keyed((&plan.1, &real.1), &|key| PathStep::Index(Value::string(key.clone())));
            }
            (Kind::Object(plan), Kind::Object(real)) => {
                self.keyed((plan, real), &|name| PathStep::Attribute(name.clone()));
            }
            _ => self.error(format!("was {}, but now {}", show(planned), show(actual))),
        }
    }

    /// What an unknown had promised about itself.
    fn promise(&mut self, refinement: Option<&Refinement>, actual: &Value) {
        let Some(promise) = refinement else { return };
        let short = |prefix: &str| actual.as_str().is_some_and(|s| !s.starts_with(prefix));
        if promise.not_null && actual.is_null() {
            self.error("was promised not to be null, but now null");
        } else if let Some(prefix) = promise.prefix.as_deref().filter(|p| short(p)) {
            self.error(format!("was promised to start with {prefix:?}, but now {}", show(actual)));
        } else if !within(promise, actual) {
            self.error(format!("is outside the promised bounds: now {}", show(actual)));
        }
    }

    fn listed(&mut self, plan: &[Value], real: &[Value]) {
        for (index, (planned, actual)) in (0_i64..).zip(plan.iter().zip(real)) {
            self.path.push(PathStep::Index(index.into()));
            self.value(planned, actual);
            self.path.pop();
        }
        if plan.len() != real.len() {
            self.error(format!("had {} elements, but now {}", plan.len(), real.len()));
        }
    }

    fn keyed(
        &mut self,
        (plan, real): (&BTreeMap<Name, Value>, &BTreeMap<Name, Value>),
        step: &dyn Fn(&Name) -> PathStep,
    ) {
        for (key, planned) in plan {
            if let Some(actual) = real.get(key) {
                self.path.push(step(key));
                self.value(planned, actual);
                self.path.pop();
            }
        }
        self.keys(plan, real);
    }

    fn keys(&mut self, plan: &BTreeMap<Name, Value>, real: &BTreeMap<Name, Value>) {
        for key in plan.keys().filter(|k| !real.contains_key(*k)) {
            self.error(format!("element {key:?} has vanished"));
        }
        for key in real.keys().filter(|k| !plan.contains_key(*k)) {
            self.error(format!("new element {key:?} has appeared"));
        }
    }

    fn members(&mut self, plan: &[Value], real: &[Value], fits: &dyn Fn(&Value, &Value) -> bool) {
        if !each_has_match(plan, real, fits) {
            self.error("a planned element has no match in the result");
        } else if !each_has_match(real, plan, &|r, p| fits(p, r)) {
            self.error("an element has appeared that matches nothing planned");
        } else if plan.len() != real.len() && plan.iter().all(Value::is_wholly_known) {
            self.error(format!("had {} elements, but now {}", plan.len(), real.len()));
        }
    }

    /// Whether two values agree, with nothing found.
    fn quietly<'f, F>(&self, compare: F) -> impl Fn(&Value, &Value) -> bool + use<'f, F>
    where
        F: Fn(&mut Comparison, &Value, &Value) + 'f,
    {
        let leaves_open = self.leaves_open;
        move |planned, actual| {
            let mut comparison = Comparison { leaves_open, ..Comparison::default() };
            compare(&mut comparison, planned, actual);
            comparison.found.is_empty()
        }
    }

    fn error(&mut self, message: impl Into<String>) {
        self.found.push((Path(self.path.clone()), message.into()));
    }
}

fn within(promise: &Refinement, actual: &Value) -> bool {
    let length = actual.as_sequence().map(<[Value]>::len).or(actual.as_mapping().map(BTreeMap::len));
    let length = length.map(|l| u64::try_from(l).expect("lengths fit in 64 bits"));
    let long_enough = length.is_none_or(|l| l >= promise.length_min);
    let short_enough = length.zip(promise.length_max).is_none_or(|(l, max)| l <= max);
    let number = actual.as_number();
    let above = number.zip(promise.number_min.as_ref());
    let below = number.zip(promise.number_max.as_ref());
    long_enough
        && short_enough
        && above.is_none_or(|(n, (min, allowed))| n > min || (*allowed && n == min))
        && below.is_none_or(|(n, (max, allowed))| n < max || (*allowed && n == max))
}

/// Whether two values say the same: equal, except that any unknown is like any other.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    let all = |a: &[Value], b: &[Value]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b));
    match (a.kind(), b.kind()) {
        (Kind::Unknown(..), Kind::Unknown(..)) => true,
        (Kind::List(a), Kind::List(b)) | (Kind::Set(a), Kind::Set(b)) => {
            a.ty == b.ty && all(&a.items, &b.items)
        }
        (Kind::Tuple(a), Kind::Tuple(b)) => all(a, b),
        (Kind::Map(a), Kind::Map(b)) => a.0 == b.0 && same_fields(&a.1, &b.1),
        (Kind::Object(a), Kind::Object(b)) => same_fields(a, b),
        _ => a == b,
    }
}

fn same_fields(a: &BTreeMap<Name, Value>, b: &BTreeMap<Name, Value>) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|((name, a), (other, b))| name == other && same(a, b))
}

/// The longest value that a message quotes, in characters.
const SHOWN_MAX: usize = 120;

/// A value as a message quotes it: JSON, cut where it is long.
pub(crate) fn show(value: &Value) -> String {
    if !value.is_wholly_known() {
        return if value.is_known() { "a value with unknowns".into() } else { "an unknown value".into() };
    }
    let text = trueup_value::json::encode_plain(value).unwrap_or_else(|_| value.ty().friendly_name());
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::{Comparison, apply_errors, final_plan_errors};
    use crate::notation::{block, object};
    use trueup_value::{Refinement, Type, Value};

    const SCHEMA: &str = "
        name string optional
        secret string optional sensitive
        ports list(number) optional
        zones set(string) optional
        tags map(string) optional
        any dynamic optional
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
    ";

    /// Planned, actual; then what is found, each `path: message`.
    fn check(planned: &str, actual: &str, wanted: &[&str]) {
        let schema = block(SCHEMA);
        let found = apply_errors(&schema, &object(&schema, planned), &object(&schema, actual));
        let found: Vec<String> = found.iter().map(|(path, what)| format!("{path}: {what}")).collect();
        assert_eq!(found, wanted, "{planned} became {actual}");
    }

    #[test]
    fn promises_kept() {
        check(r#"{"name": "?", "ports": [1]}"#, r#"{"name": "a", "ports": [1]}"#, &[]);
        check(r#"{"ports": ["?", 2]}"#, r#"{"ports": [1, 2]}"#, &[]);
        check(r#"{"rule": [{"port": 1, "id": "?"}]}"#, r#"{"rule": [{"port": 1, "id": "x"}]}"#, &[]);
        check(r#"{"disk": "?"}"#, r#"{"disk": [{}, {}]}"#, &[]);
        check(r#"{"any": "?"}"#, r#"{"any": [1]}"#, &[]);
        check("null", "null", &[]);
    }

    #[test]
    fn final_plans_may_leave_open_what_was_known() {
        let check = |planned: &str, again: &str, wanted: &[&str]| {
            let schema = block(SCHEMA);
            let found = final_plan_errors(&schema, &object(&schema, planned), &object(&schema, again));
            let found: Vec<String> = found.iter().map(|(path, what)| format!("{path}: {what}")).collect();
            assert_eq!(found, wanted, "{planned} became {again}");
        };
        check(r#"{"name": "a"}"#, r#"{"name": "?"}"#, &[]);
        check(r#"{"rule": [{"port": 1}]}"#, r#"{"rule": [{"port": 1, "id": "?"}]}"#, &[]);
        check(r#"{"name": "unknown"}"#, r#"{"name": "b"}"#, &[".name: was \"unknown\", but now \"b\""]);
        check(r#"{"zones": ["a"]}"#, r#"{"zones": ["?"]}"#, &[]);
    }

    #[test]
    fn promises_broken() {
        check(r#"{"name": "a"}"#, r#"{"name": "b"}"#, &[".name: was \"a\", but now \"b\""]);
        check(r#"{"name": "a"}"#, "{}", &[".name: was \"a\", but now null"]);
        check(r#"{"name": "a"}"#, r#"{"name": "?"}"#, &[".name: was \"a\", but is now unknown"]);
        check(
            r#"{"secret": "a"}"#,
            r#"{"secret": "b"}"#,
            &[".secret: a sensitive value differs from the planned one"],
        );
        check(
            r#"{"ports": [1, 2]}"#,
            r#"{"ports": [3]}"#,
            &[".ports[0]: was 1, but now 3", ".ports: had 2 elements, but now 1"],
        );
        check(
            r#"{"tags": {"a": "1"}}"#,
            r#"{"tags": {"b": "1"}}"#,
            &[".tags: element \"a\" has vanished", ".tags: new element \"b\" has appeared"],
        );
        check(
            r#"{"zones": ["a"]}"#,
            r#"{"zones": ["b"]}"#,
            &[".zones: a planned element has no match in the result"],
        );
        check(
            r#"{"rule": [{"port": 1}]}"#,
            r#"{"rule": [{"port": 1}, {"port": 2}]}"#,
            &[".rule: an element has appeared that matches nothing planned"],
        );
        check(r#"{"disk": [{}]}"#, r#"{"disk": []}"#, &[".disk: there were 1 blocks, but now there are 0"]);
        check(
            r#"{"disk": [{"size": 1, "id": "?"}]}"#,
            r#"{"disk": [{"size": 2, "id": "x"}]}"#,
            &[".disk[0].size: was 1, but now 2"],
        );
        check(
            r#"{"by_key": {"k": {"a": "x"}}}"#,
            r#"{"by_key": {"k": {"a": "y"}}}"#,
            &[".by_key[\"k\"].a: was \"x\", but now \"y\""],
        );
    }

    #[test]
    fn refinements_are_promises() {
        let check = |promise: Refinement, actual: Value, kept: bool| {
            let mut comparison = Comparison::default();
            comparison.value(&Value::refined(actual.ty(), promise.clone()), &actual);
            assert_eq!(comparison.found.is_empty(), kept, "{promise:?} {actual:?}");
        };
        let not_null = || Refinement { not_null: true, ..Refinement::default() };
        check(not_null(), Value::null(Type::String), false);
        check(not_null(), "a".into(), true);
        let prefix = || Refinement { prefix: Some("id-".into()), ..Refinement::default() };
        check(prefix(), "id-1".into(), true);
        check(prefix(), "x".into(), false);
        let bounds = || Refinement { number_max: Some((5.into(), false)), ..Refinement::default() };
        check(bounds(), 4.into(), true);
        check(bounds(), 5.into(), false);
        let lengths = || Refinement { length_min: 1, length_max: Some(2), ..Refinement::default() };
        check(lengths(), Value::list(Type::Bool, []), false);
        check(lengths(), Value::list(Type::Bool, [true.into()]), true);
    }
}
