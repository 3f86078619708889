//! Conditions with their messages: of preconditions, postconditions, validations and checks.

use crate::expression::Evaluator;
use trueup_diag::Diagnostic;
use trueup_resolve::program::Condition;
use trueup_value::{Kind, Type, Value, convert};

/// Judges a pre- or postcondition; whether it holds or can't be told yet. The message is evaluated either way, so
/// that a wrong one is found before it is needed.
pub(super) fn judge(e: &mut Evaluator<'_>, condition: &Condition, summary: &'static str) -> bool {
    let value = e.evaluate(&condition.condition);
    let message = error_message(e, condition, false);
    let Some(holds) = condition_value(e, &value, condition, "Invalid condition result") else { return true };
    if let (false, Some(message)) = (holds, message) {
        e.diagnostics.push(Diagnostic::error(summary, message).at(condition.condition.span));
    }
    holds
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
            condition.condition.span,
            summary,
            "The condition's result must be true or false, and it is null.",
        );
        return None;
    }
    match convert(value, &Type::Bool) {
        Ok(result) => result.as_bool(),
        Err(error) => {
            let detail = format!("The condition's result must be true or false: {error}.");
            e.fail(condition.condition.span, summary, detail);
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
) -> Option<String> {
    let before = e.diagnostics.has_errors();
    let message = e.evaluate(&condition.message);
    if e.diagnostics.has_errors() && !before {
        return None;
    }
    let place = condition.message.span;
    if message.deep_marks().is_sensitive() {
        let detail = "The error message is made from sensitive values, so it is not shown.";
        let summary = "Error message refers to sensitive values";
        let found = if validation {
            Diagnostic::error(summary, detail)
        } else {
            Diagnostic::warning(summary, detail)
        };
        e.diagnostics.push(
            found.at(place).hint("leave them out, or use nonsensitive() where the text discloses nothing"),
        );
        return Some("This condition does not hold; its error message holds sensitive values.".into());
    }
    let wrong = |e: &mut Evaluator<'_>, detail: &str| {
        e.fail(place, "Invalid error message", detail);
        None
    };
    match convert(&message, &Type::String).map(Value::into_kind) {
        Ok(Kind::String(text)) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Ok(Kind::Null(_)) => wrong(e, "The error message must be a string, and it is null."),
        Ok(_) => Some("This condition does not hold; its error message is empty or not known yet.".into()),
        Err(error) => wrong(e, &format!("The error message must be a string: {error}.")),
    }
}
