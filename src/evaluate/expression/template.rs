//! Templates: parts joined to a string.

use super::Evaluator;
use super::bounds::TEXT_BYTES_MAX;
use trueup_diag::Span;
use trueup_resolve::Expr;
use trueup_resolve::expr::Part;
use trueup_value::{Marks, Refinement, Type, Value, convert};

/// A string being joined.
#[derive(Default)]
struct Joined {
    text: String,
    marks: Marks,
    unknown: bool,
    /// A part was wrong, which was reported: the text ends before it.
    broken: bool,
}

impl Joined {
    fn push(&mut self, text: &str) {
        if !self.unknown {
            self.text.push_str(text);
        }
    }

    /// What comes before the first unknown part is a prefix of the result.
    fn push_unknown(&mut self, value: &Value) {
        if let (false, Some(refinement)) = (self.unknown, value.refinement()) {
            self.text.push_str(refinement.prefix.as_deref().unwrap_or_default());
        }
        self.unknown = true;
    }

    fn finish(self) -> Value {
        if !self.unknown {
            return Value::string(self.text).mark(self.marks);
        }
        let prefix = if self.text.is_empty() { None } else { Some(self.text.into()) };
        let refinement = Refinement { not_null: true, prefix, ..Refinement::default() };
        Value::refined(Type::String, refinement).mark(self.marks)
    }
}

impl Evaluator<'_> {
    pub(super) fn template(&mut self, parts: &[Part]) -> Value {
        let mut joined = Joined::default();
        self.join(parts, &mut joined);
        joined.finish()
    }

    fn join(&mut self, parts: &[Part], joined: &mut Joined) {
        for part in parts {
            if joined.broken {
                return;
            }
            match part {
                Part::Literal(text) => joined.push(text),
                Part::Interpolation(expr) => {
                    let value = self.evaluate(expr);
                    self.interpolate(&value, expr, joined);
                }
                Part::If { condition, then, otherwise } => self.join_if(condition, then, otherwise, joined),
                Part::For { collection, key_slot, body } => {
                    self.join_for(collection, *key_slot, body, joined);
                }
            }
        }
    }

    /// Whether there is more text than any may have, which is reported.
    fn is_too_long(&mut self, joined: &mut Joined, span: Span) -> bool {
        let long = !joined.unknown && joined.text.len() > TEXT_BYTES_MAX;
        if long {
            let unknown = self.too_long(span);
            joined.push_unknown(&unknown);
        }
        long
    }

    fn interpolate(&mut self, value: &Value, expr: &Expr, joined: &mut Joined) {
        joined.marks |= value.marks();
        if self.is_too_long(joined, expr.span) {
            return;
        }
        if value.is_null() {
            let detail = "The expression result is null. Cannot include a null value in a string template.";
            self.fail(expr, "Invalid template interpolation value", detail);
            joined.broken = true;
            return;
        }
        match convert(value, &Type::String) {
            Ok(text) => match text.as_str() {
                Some(known) => joined.push(known),
                None => joined.push_unknown(&text),
            },
            Err(error) => {
                let detail =
                    format!("Cannot include the given value in a string template: {}.", error.message);
                self.fail(expr, "Invalid template interpolation value", detail);
                joined.broken = true;
            }
        }
    }

    fn join_if(&mut self, condition: &Expr, then: &[Part], otherwise: &[Part], joined: &mut Joined) {
        let (then_value, then_found) = self.attempt(|e| e.template(then));
        let (other_value, other_found) = self.attempt(|e| e.template(otherwise));
        let Some(chosen) = self.condition(condition) else { return joined.push_unknown(&Value::dynamic()) };
        joined.marks |= chosen.marks() | then_value.marks() | other_value.marks();
        let Some(yes) = chosen.as_bool() else {
            return joined.push_unknown(&Value::dynamic());
        };
        let (value, found) = if yes { (then_value, then_found) } else { (other_value, other_found) };
        self.diagnostics.append(found);
        self.interpolate(&value, condition, joined);
    }

    fn join_for(&mut self, collection: &Expr, key_slot: u32, body: &[Part], joined: &mut Joined) {
        let value = self.evaluate(collection);
        joined.marks |= value.marks();
        let Some(items) = self.iterate(&value, collection) else {
            return joined.push_unknown(&Value::dynamic());
        };
        let reported = self.diagnostics.len();
        for (key, item) in items.iter_elements() {
            if self.is_too_long(joined, collection.span) {
                break;
            }
            if !self.work(1, collection.span) || !self.goes_on(reported) {
                joined.push_unknown(&Value::dynamic());
                break;
            }
            self.set_symbol(key_slot, key);
            self.set_symbol(key_slot + 1, item);
            self.join(body, joined);
        }
        self.symbols.truncate(key_slot as usize);
    }
}
