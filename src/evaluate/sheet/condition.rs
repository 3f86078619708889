//! Conditions with their messages: of preconditions, postconditions, validations and checks.

use crate::expression::{Cause, Evaluator};
use trueup_diag::Diagnostic;
use trueup_resolve::program::Condition;
use trueup_value::{Kind, Type, Value, convert};

/// How one condition came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Holds,
    /// It doesn't; what its message says, where that can be shown.
    Fails(Option<String>),
    /// It can't be told yet.
    Unknown,
    /// It could not be evaluated, which is reported.
    Wrong,
}

/// What a condition says when it doesn't hold.
pub(super) struct Message {
    pub(super) text: String,
    /// It is what the author wrote, not what stands for something that can't be shown.
    fit: bool,
}

/// Judges a pre- or postcondition or an assertion; one that doesn't hold is reported with `report`. The message is evaluated either way, so that a wrong one is found before it is needed.
pub(super) fn judge(
    e: &mut Evaluator<'_>,
    condition: &Condition,
    report: &impl Fn(String) -> Diagnostic,
) -> Verdict {
    // Each condition comes out on its own: what is wrong with another one doesn't count.
    let others = std::mem::take(&mut e.diagnostics);
    let verdict = judge_alone(e, condition, report);
    let found = std::mem::replace(&mut e.diagnostics, others);
    e.diagnostics.append(found);
    verdict
}

fn judge_alone(
    e: &mut Evaluator<'_>,
    condition: &Condition,
    report: &impl Fn(String) -> Diagnostic,
) -> Verdict {
    e.resolved(condition.condition.span);
    let value = e.evaluate(&condition.condition);
    if e.diagnostics.has_errors() {
        e.whole(&condition.message);
        return Verdict::Wrong;
    }
    let message = error_message(e, condition, false);
    if e.diagnostics.has_errors() {
        return Verdict::Wrong;
    }
    match condition_value(e, &value, condition, "Invalid condition result") {
        Some(true) => Verdict::Holds,
        Some(false) => {
            let Some(message) = message else { return Verdict::Fails(None) };
            let found = report(message.text.clone()).at(condition.condition.span);
            let found = e.told(found, &condition.condition, Cause::Plain);
            e.diagnostics.push(found);
            Verdict::Fails(message.fit.then_some(message.text))
        }
        None if value.is_known() => Verdict::Wrong,
        None => Verdict::Unknown,
    }
}

/// A condition's result; `None` when it isn't known yet or after a report.
pub(super) fn condition_value(
    e: &mut Evaluator<'_>,
    value: &Value,
    condition: &Condition,
    summary: &'static str,
) -> Option<bool> {
    if value.is_null() {
        e.fail(
            &condition.condition,
            summary,
            "The condition's result must be true or false, and it is null.",
        );
        return None;
    }
    match convert(value, &Type::Bool) {
        Ok(result) => result.as_bool(),
        Err(error) => {
            let detail = format!("The condition's result must be true or false: {error}.");
            e.fail(&condition.condition, summary, detail);
            None
        }
    }
}

/// The message of a condition, or what stands for one that can't be shown; `None` after the report of an error
/// that leaves nothing to say. A validation's secret message is an error, others' a warning.
pub(super) fn error_message(
    e: &mut Evaluator<'_>,
    condition: &Condition,
    validation: bool,
) -> Option<Message> {
    let before = e.diagnostics.has_errors();
    e.resolved(condition.message.span);
    let message = e.evaluate(&condition.message);
    if e.diagnostics.has_errors() && !before {
        return None;
    }
    let place = condition.message.span;
    let stand_in = |text: &str| Some(Message { text: text.into(), fit: false });
    let marks = message.deep_marks();
    if marks.is_sensitive() || marks.is_ephemeral() {
        let what = if marks.is_sensitive() { "sensitive" } else { "ephemeral" };
        let summary = format!("Error message refers to {what} values");
        let detail = format!("The error message is made from {what} values, so it is not shown.");
        let found = if validation {
            Diagnostic::error(summary, detail)
        } else {
            Diagnostic::warning(summary, detail)
        };
        let hint = match what {
            "sensitive" => "leave them out, or use nonsensitive() where the text discloses nothing",
            _ => "leave them out: what is ephemeral is kept nowhere, not even in a message",
        };
        e.diagnostics.push(found.at(place).hint(hint));
        return stand_in("This condition does not hold; its error message holds values that are not shown.");
    }
    let wrong = |e: &mut Evaluator<'_>, detail: &str| {
        e.fail(place, "Invalid error message", detail);
        None
    };
    match convert(&message, &Type::String).map(Value::into_kind) {
        Ok(Kind::String(text)) if !text.trim().is_empty() => {
            Some(Message { text: text.trim().to_owned(), fit: true })
        }
        Ok(Kind::Null(_)) => wrong(e, "The error message must be a string, and it is null."),
        Ok(_) => stand_in("This condition does not hold; its error message is empty or not known yet."),
        Err(error) => wrong(e, &format!("The error message must be a string: {error}.")),
    }
}
