//! How much one evaluation may make and do, so that a few lines can't fill the memory or go on for ever.

use super::Evaluator;
use trueup_diag::{Diagnostic, Span};
use trueup_value::Value;

/// More parts than this are in no value that is meant: they would take gigabytes.
pub(crate) const WEIGHT_MAX: u32 = 1 << 24;
/// More collections within one another than this, and whoever goes through them runs out of stack.
pub(crate) const DEPTH_MAX: u16 = 1000;
/// So many elements are gone through for one argument, all loops taken together: minutes of work.
const STEPS_MAX: u64 = 1 << 28;
/// More bytes than this are in no text that is meant.
pub(crate) const TEXT_BYTES_MAX: usize = 1 << 28;
/// A loop that failed for so many elements fails for all of them.
const FAILURES_MAX: usize = 100;

/// What was used up so far.
#[derive(Default)]
pub(super) struct Used {
    steps: u64,
}

impl Evaluator<'_> {
    /// The value, or a report in its place where it is more than any value may be.
    pub(super) fn bounded(&mut self, value: Value, span: Span) -> Value {
        if value.weight() > WEIGHT_MAX {
            return self.too_large(span);
        }
        if value.depth() > DEPTH_MAX {
            let detail = format!(
                "The value is nested more than {DEPTH_MAX} levels deep, which is the most there can be. Build it with fewer collections inside of one another."
            );
            return self.fail(span, "Value nested too deep", detail);
        }
        value
    }

    /// Reports a value of too many parts.
    pub(super) fn too_large(&mut self, span: Span) -> Value {
        let detail = format!(
            "The result would have more than {WEIGHT_MAX} parts (elements at any depth, and each 64 bytes of text), which is the most a value can have. Filter the collections before they are combined, or build less of them."
        );
        self.fail(span, "Value too large", detail)
    }

    /// Reports a text that is longer than any text may be.
    pub(super) fn too_long(&mut self, span: Span) -> Value {
        let detail = format!(
            "The text would be longer than {TEXT_BYTES_MAX} bytes, which is the most a text can have."
        );
        self.fail(span, "Text too long", detail)
    }

    /// Counts work; false, with a report the first time, once it is more than one evaluation may take.
    pub(super) fn work(&mut self, steps: u64, span: Span) -> bool {
        let before = self.used.steps;
        self.used.steps = before.saturating_add(steps);
        if self.used.steps <= STEPS_MAX {
            return true;
        }
        if before <= STEPS_MAX {
            let detail = format!(
                "The loops of this expression go through more than {STEPS_MAX} elements in all, which is the most they can. Look things up in a map by their key instead of searching for them in a loop."
            );
            self.diagnostics.push(Diagnostic::error("Expression too expensive", detail).at(span));
        }
        false
    }

    /// Whether a loop that began with so many reports goes on: not if element after element fails.
    pub(super) fn goes_on(&self, before: usize) -> bool {
        self.diagnostics.len() < before + FAILURES_MAX
    }
}

/// What a function's look at its arguments counts: little for small ones, and nothing where it only looks one up.
pub(super) fn cost(function: &str, arguments: &[Value]) -> u64 {
    const ONE_LOOK: [&str; 11] = [
        "can",
        "coalesce",
        "element",
        "issensitive",
        "length",
        "lookup",
        "nonsensitive",
        "sensitive",
        "slice",
        "try",
        "type",
    ];
    if ONE_LOOK.contains(&function) {
        return 0;
    }
    arguments.iter().map(|argument| u64::from(argument.weight()) / 8).sum()
}
