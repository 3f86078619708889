//! Sensitive values by what they are, not only by where they are marked: providers copy what they are given into other
//! attributes, which nobody marks (`terraform_data` has its input in its output).

use std::collections::BTreeSet;
use trueup_plan::Plan;
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

/// The sensitive values of a plan.
#[derive(Clone, Default)]
pub(super) struct Secrets(BTreeSet<String>);

/// Not even by accident.
impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} secrets", self.0.len())
    }
}

impl Secrets {
    pub(super) fn of(plan: &Plan, program: &Program) -> Secrets {
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
        Secrets(found)
    }

    /// The value with all marked sensitive that holds one of them.
    pub(super) fn veiled(&self, value: &Value) -> Value {
        let mut paths: Vec<(Path, Marks)> = Vec::new();
        if !self.0.is_empty() {
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
    pub(super) fn without(&self, text: &str) -> String {
        let long = self.0.iter().filter(|secret| secret.len() >= INSIDE_MIN);
        let mut out = text.to_owned();
        for secret in long.filter(|secret| text.contains(&***secret)) {
            out = out.replace(&**secret, VEIL);
        }
        out
    }

    fn is_in(&self, text: &str) -> bool {
        let inside = |secret: &String| {
            if secret.len() >= INSIDE_MIN { text.contains(&**secret) } else { quoted(text, secret) }
        };
        self.0.contains(text) || self.0.iter().any(inside)
    }
}

/// As a string of its own in JSON or the like.
fn quoted(text: &str, secret: &str) -> bool {
    text.len() > secret.len() + 1 && text.contains(&format!("\"{secret}\""))
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
