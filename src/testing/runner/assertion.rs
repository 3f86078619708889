//! `assert`: conditions on what a run came to.

use crate::file::Assert;
use crate::report::Status;
use crate::values::Sight;
use trueup_diag::{Diagnostic, Diagnostics, Span};
use trueup_engine::Session;
use trueup_evaluate::FunctionNames;
use trueup_parse::ast;
use trueup_resolve::{Expr, ExprKind, NodeId, Reference, compile_assertion};
use trueup_value::{Kind, Name, Type, Value, convert};

/// Judges the assertions of a run, and notes what is wrong.
pub(crate) fn judge(
    session: &mut Session,
    asserts: &[Assert],
    sight: &Sight,
    diagnostics: &mut Diagnostics,
) -> Status {
    let mut judge = Judge { session, sight, diagnostics };
    asserts.iter().fold(Status::Pass, |worst, assert| worst.max(judge.one(assert)))
}

/// The values of the root module's variables, as far as they came to one.
pub(crate) fn variables(session: &mut Session) -> Vec<(Name, Value)> {
    let program = session.program().clone();
    let variables = program.module_at(NodeId::ROOT).variables.iter().zip(0..);
    let values = variables.map(|(variable, slot)| {
        let value = root_value(session, Reference::Variable(slot), variable.span);
        (variable.name.clone(), value.unwrap_or_else(|| Value::unknown(variable.ty.clone())))
    });
    values.collect()
}

/// The root module's outputs as one object.
pub(crate) fn outputs(session: &mut Session) -> Value {
    let program = session.program().clone();
    let outputs = program.module_at(NodeId::ROOT).outputs.iter().zip(0..);
    let values: Vec<(Name, Value)> = outputs
        .map(|(output, slot)| {
            let value = root_value(session, Reference::Output(slot), output.span);
            (output.name.clone(), value.unwrap_or_else(Value::dynamic))
        })
        .collect();
    Value::object(values)
}

fn root_value(session: &mut Session, reference: Reference, span: Span) -> Option<Value> {
    let expr = Expr { kind: ExprKind::Reference(reference), span };
    session.examine(&expr, &[]).ok().map(|(value, _)| value)
}

struct Judge<'a> {
    session: &'a mut Session,
    sight: &'a Sight,
    diagnostics: &'a mut Diagnostics,
}

impl Judge<'_> {
    fn one(&mut self, assert: &Assert) -> Status {
        let before = self.diagnostics.len();
        let condition = self.value(&assert.condition);
        let message = self.value(&assert.message);
        let message = message.and_then(|(value, _)| self.message(&value, assert.message.span));
        let Some((condition, compiled)) = condition else { return Status::Error };
        let place = assert.condition.span;
        match self.condition((&condition, &compiled), place) {
            Some(false) => {
                let text = message.unwrap_or_default();
                let failed = Diagnostic::error("Test assertion failed", text).at(place);
                self.diagnostics.push(self.session.told(failed, &compiled));
                Status::Fail
            }
            Some(true) if self.failed_since(before) => Status::Error,
            Some(true) => Status::Pass,
            None => Status::Error,
        }
    }

    fn failed_since(&self, before: usize) -> bool {
        self.diagnostics.iter().skip(before).any(Diagnostic::is_error)
    }

    /// What an expression comes to, with its compiled form.
    fn value(&mut self, expr: &ast::Expr) -> Option<(Value, Expr)> {
        let program = self.session.program().clone();
        let module = program.module_at(NodeId::ROOT);
        let (compiled, mut found) =
            compile_assertion(expr, module, &FunctionNames::default(), &Sight::names());
        found.append(self.sight.missing(&compiled));
        let wrong = found.has_errors();
        self.diagnostics.append(found);
        if wrong {
            return None;
        }
        match self.session.examine(&compiled, &self.sight.symbols()) {
            Ok((value, found)) => {
                self.diagnostics.append(found);
                Some((value, compiled))
            }
            Err(found) => {
                self.diagnostics.append(found);
                None
            }
        }
    }

    fn condition(&mut self, (value, compiled): (&Value, &Expr), at: Span) -> Option<bool> {
        const SUMMARY: &str = "Invalid condition run";
        let problem = if value.is_null() {
            Diagnostic::error(SUMMARY, "The condition's result must be true or false, and it is null.")
        } else if !value.is_known() {
            let detail = "What the condition depends on is only known once the plan is applied.";
            Diagnostic::error("Unknown condition value", detail).hint(
                "leave it out of the condition, let the run apply its plan, or give it a value in an override with override_during = plan",
            )
        } else {
            match convert(value, &Type::Bool) {
                Ok(result) => return result.as_bool(),
                Err(error) => {
                    let detail = format!("The condition's result must be true or false: {error}.");
                    Diagnostic::error(SUMMARY, detail)
                }
            }
        };
        self.diagnostics.push(self.session.told(problem.at(at), compiled));
        None
    }

    fn message(&mut self, value: &Value, at: Span) -> Option<String> {
        let marks = value.deep_marks();
        if marks.is_sensitive() || marks.is_ephemeral() {
            let what = if marks.is_sensitive() { "sensitive" } else { "ephemeral" };
            let summary = format!("Error message refers to {what} values");
            let detail = format!("The error message is made from {what} values, so it is not shown.");
            let hint = "leave them out, or use nonsensitive() where the text discloses nothing";
            self.diagnostics.push(Diagnostic::warning(summary, detail).at(at).hint(hint));
            return None;
        }
        let detail = match convert(value, &Type::String).map(Value::into_kind) {
            Ok(Kind::String(text)) => return Some(text.trim().to_owned()),
            Ok(Kind::Null(_)) => "The error message must be a string, and it is null.".to_owned(),
            Ok(_) => "The error message depends on what is only known once the plan is applied.".to_owned(),
            Err(error) => format!("The error message must be a string: {error}."),
        };
        self.diagnostics.push(Diagnostic::error("Invalid error message", detail).at(at));
        None
    }
}
