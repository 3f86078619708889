//! Sensitive values by what they are, not only by where they are marked: providers copy what they are given into other
//! attributes, which nobody marks (`terraform_data` has its input in its output).

use crate::model::Plan;
use std::collections::{BTreeMap, BTreeSet};
use trueup_resolve::Program;
use trueup_value::{Kind, Marks, Path, Value};

/// Shorter ones are words and numbers that stand everywhere for reasons of their own.
const WHOLE_MIN: usize = 4;
/// From here on a text that only contains one is as good as the secret.
const INSIDE_MIN: usize = 8;
/// What somebody may mark, and can't keep.
const COMMON: [&str; 3] = ["true", "false", "null"];
/// What stands in the place of one.
const VEIL: &str = "(sensitive value)";

/// The sensitive values of a plan. There may be one in each object, so none is looked for by itself.
#[derive(Clone, Default)]
pub struct Secrets {
    all: BTreeSet<String>,
    /// The long ones by their first bytes.
    long: BTreeMap<[u8; INSIDE_MIN], Vec<String>>,
}

/// Not even by accident.
impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} secrets", self.all.len())
    }
}

impl Secrets {
    /// Those of a plan and of the configuration that it was made from.
    pub fn of(plan: &Plan, program: &Program) -> Secrets {
        let mut found = BTreeSet::new();
        for change in plan.changes.iter().chain(&plan.drift) {
            for value in [&change.change.before, &change.change.after] {
                if value.deep_marks().is_sensitive() {
                    gather(value, false, &mut found);
                }
            }
        }
        for output in plan.outputs.values().filter(|output| output.sensitive) {
            gather(&output.before, true, &mut found);
            gather(&output.after, true, &mut found);
        }
        let root = program.modules.first().into_iter().flat_map(|root| &root.variables);
        for variable in root.filter(|variable| variable.sensitive) {
            let given = plan.variables.get(&variable.name).or(variable.default.as_ref());
            given.into_iter().for_each(|value| gather(value, true, &mut found));
        }
        Secrets::new(found)
    }

    fn new(all: BTreeSet<String>) -> Secrets {
        let mut long: BTreeMap<[u8; INSIDE_MIN], Vec<String>> = BTreeMap::new();
        for secret in &all {
            if let Some(start) = secret.as_bytes().first_chunk() {
                long.entry(*start).or_default().push(secret.clone());
            }
        }
        Secrets { all, long }
    }

    /// The value with all marked sensitive that holds one of them.
    pub fn veiled(&self, value: &Value) -> Value {
        let mut paths: Vec<(Path, Marks)> = Vec::new();
        if !self.all.is_empty() {
            value.walk(&mut |path, inner| {
                let hit = text(inner).is_some_and(|text| self.is_in(&text));
                if hit {
                    paths.push((path.clone(), Marks::SENSITIVE));
                }
                !hit
            });
        }
        if paths.is_empty() { value.clone() } else { value.mark_paths(&paths) }
    }

    /// The text without those of them that are long enough to be told from words.
    pub fn without(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut told = 0;
        // One may begin inside of another: what any of them covers is hidden, at one stroke.
        for (at, secret) in self.inside(text) {
            if at >= told {
                out.push_str(&text[told..at]);
                out.push_str(VEIL);
            }
            told = told.max(at + secret.len());
        }
        out.push_str(&text[told..]);
        out
    }

    fn is_in(&self, text: &str) -> bool {
        // As a string of its own in JSON or the like.
        let quoted = || text.split('"').any(|part| self.all.contains(part));
        self.all.contains(text) || self.inside(text).next().is_some() || quoted()
    }

    /// The long ones that stand in a text, with the places where they begin, in the order of those.
    fn inside<'s>(&'s self, text: &'s str) -> impl Iterator<Item = (usize, &'s str)> {
        let starts = text.as_bytes().windows(INSIDE_MIN).enumerate();
        let found = starts.filter_map(|(at, start)| Some((at, self.long.get(start)?)));
        let is_at = |at: usize, secret: &String| text.as_bytes()[at..].starts_with(secret.as_bytes());
        found.flat_map(move |(at, secrets)| {
            secrets.iter().filter(move |secret| is_at(at, secret)).map(move |secret| (at, secret.as_str()))
        })
    }
}

/// The leaves of what is sensitive; of all of it where the whole is.
fn gather(value: &Value, whole: bool, found: &mut BTreeSet<String>) {
    let mut marked: Vec<Path> = Vec::new();
    value.walk(&mut |path, inner| {
        let sensitive =
            whole || inner.marks().is_sensitive() || marked.iter().any(|outer| outer.contains(path));
        if inner.marks().is_sensitive() {
            marked.push(path.clone());
        }
        if let (true, Some(text)) = (sensitive, text(inner))
            && text.len() >= WHOLE_MIN
            && !COMMON.contains(&&*text)
        {
            found.insert(text);
        }
        true
    });
}

/// A string or a number as text.
fn text(value: &Value) -> Option<String> {
    match value.kind() {
        Kind::String(text) => Some(text.to_string()),
        Kind::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Secrets;
    use trueup_value::{Marks, Type, Value};

    fn secrets(all: &[&str]) -> Secrets {
        let found = all.iter().map(|secret| (*secret).to_owned()).collect();
        Secrets::new(found)
    }

    #[test]
    fn copies_are_found_where_they_are_no_accident() {
        let known = secrets(&["hush", "correct horse", "correct horse battery", "1234"]);
        let check = |value: Value, wanted: bool| {
            let veiled = known.veiled(&value);
            assert_eq!(veiled.deep_marks().contains(Marks::SENSITIVE), wanted, "{veiled:?}");
        };
        check("hush".into(), true);
        check("hush hush".into(), false);
        check("{\"a\":\"hush\"}".into(), true);
        check("a correct horse".into(), true);
        check("a correct hors".into(), false);
        check(1234.into(), true);
        check(12345.into(), false);
        check(Value::set(Type::String, [Value::from("hush"), Value::from("b")]), true);
        check(Value::object([("a", Value::tuple([Value::from("b"), Value::from("hush")]))]), true);
    }

    #[test]
    fn of_those_that_overlap_nothing_is_left() {
        let known =
            secrets(&["hush", "correct horse", "correct horse battery", "admin-user", "tok-admin-user-9f8e"]);
        let check = |text: &str, wanted: &str| assert_eq!(known.without(text), wanted);
        check("hush: ü correct horse battery!", "hush: ü (sensitive value)!");
        check("a tok-admin-user-9f8e b", "a (sensitive value) b");
        check("admin-user and admin-user", "(sensitive value) and (sensitive value)");
        check("correct horsecorrect horse", "(sensitive value)(sensitive value)");
        check("ü", "ü");
    }
}
