//! Variables, locals and outputs.

use super::checked::inside;
use super::condition::{Verdict, condition_value, error_message, judge};
use super::frame::Repetition;
use super::step::Outcome;
use super::{CellId, FrameId, Mode, Sheet};
use crate::expression::{Cause, Evaluator};
use trueup_diag::{Diagnostic, Span};
use trueup_resolve::program::{Condition, Output, Variable};
use trueup_state::CheckKind;
use trueup_value::{Marks, Value, convert};

impl Sheet {
    pub(super) fn compute_local(&mut self, id: CellId, frame: FrameId, slot: u32) -> Outcome {
        let program = self.program.clone();
        let local = &program.module(self.frame(frame).module).locals[slot as usize];
        let mut attempt = self.attempt(frame, None, None, |e| e.whole(&local.expr));
        if self.forgiving && attempt.missing.is_empty() {
            self.diagnostics.append(std::mem::take(&mut attempt.diagnostics));
        }
        match self.settle(id, attempt) {
            Ok(value) => Outcome::Done(value),
            Err(outcome) => outcome,
        }
    }

    pub(super) fn compute_output(&mut self, id: CellId, frame: FrameId, slot: u32) -> Outcome {
        let program = self.program.clone();
        let output = &program.module(self.frame(frame).module).outputs[slot as usize];
        let waits: Vec<CellId> =
            output.depends_on.iter().filter_map(|d| self.dependency_cell(frame, d.on)).collect();
        if let Some(outcome) = self.need(id, &waits) {
            return outcome;
        }
        let root = self.frame(frame).caller.is_none();
        if let Err(outcome) = self.judge_output(id, frame, output) {
            return outcome;
        }
        let attempt = self.attempt(frame, None, None, |e| {
            let value = e.whole(&output.expr);
            check_output_marks(e, &value, output, root);
            value
        });
        match self.settle(id, attempt) {
            Ok(value) if output.sensitive => Outcome::Done(value.mark(Marks::SENSITIVE)),
            Ok(value) => Outcome::Done(value),
            Err(outcome) => outcome,
        }
    }

    fn judge_output(&mut self, id: CellId, frame: FrameId, output: &Output) -> Result<(), Outcome> {
        if output.preconditions.is_empty() {
            return Ok(());
        }
        let name = format!("output.{}", output.name);
        let of = (CheckKind::Output, &*name, &*name);
        self.expect_conditions(frame, of, output.preconditions.len());
        let object = inside(&self.frame(frame).addr, &name);
        let report =
            |text| Diagnostic::error("Module output value precondition failed", text).condition_of(&*object);
        let attempt = self.attempt(frame, None, None, |e| -> Vec<Verdict> {
            let conditions = output.preconditions.iter();
            conditions.map(|c| judge(e, c, &report)).collect()
        });
        if attempt.missing.is_empty() && !attempt.failed {
            self.note_verdicts(frame, of, attempt.value.clone());
        }
        self.settle(id, attempt).map(drop)
    }

    pub(super) fn compute_variable(&mut self, id: CellId, frame: FrameId, slot: u32) -> Outcome {
        let program = self.program.clone();
        let variable = &program.module(self.frame(frame).module).variables[slot as usize];
        let given = match self.frame(frame).caller.clone() {
            None => self.root_input(variable),
            Some((caller, call, repetition)) => {
                match self.call_input(id, variable, (caller, call), &repetition) {
                    Ok(given) => Ok(given),
                    Err(outcome) => return outcome,
                }
            }
        };
        let warning = given.as_ref().ok().and_then(|given| self.deprecated(frame, variable, given));
        self.diagnostics.extend(warning);
        let value = match given.and_then(|given| settle_variable(variable, given)) {
            Ok(value) => value,
            Err(diagnostic) => {
                self.diagnostics.push(*diagnostic);
                return Outcome::Failed;
            }
        };
        let value = mark_variable(variable, value);
        self.validate_variable(id, frame, slot, value)
    }

    /// A warning where a call sets what its module would rather not take; once for each place.
    fn deprecated(&mut self, frame: FrameId, variable: &Variable, given: &Given) -> Option<Diagnostic> {
        let (caller, ..) = self.frame(frame).caller.as_ref()?;
        let is_set = given.value.as_ref().is_some_and(|value| !value.is_null());
        let quiet = self.program.node(self.frame(*caller).node).quiet || self.around.mode == Mode::Apply;
        if variable.deprecated.is_empty() || !is_set || quiet {
            return None;
        }
        let at = given.span?;
        let detail = format!(
            "Variable \"{}\" is marked as deprecated with the following message:\n\n{}",
            variable.name, variable.deprecated
        );
        let summary = "Variable marked as deprecated by the module author";
        self.told.insert((at.file, at.start)).then(|| Diagnostic::warning(summary, detail).at(at))
    }

    fn root_input(&self, variable: &Variable) -> Result<Given, Box<Diagnostic>> {
        if self.around.mode == Mode::Validate {
            return Ok(Given {
                value: Some(Value::unknown(variable.ty.clone())),
                span: None,
                source: String::new(),
            });
        }
        match self.around.inputs.get(&variable.name) {
            Some(input) => {
                Ok(Given { value: Some(input.value.clone()), span: input.span, source: input.source.clone() })
            }
            None if variable.default.is_some() => {
                Ok(Given { value: None, span: None, source: String::new() })
            }
            None => Err(Box::new(
                Diagnostic::error(
                    "No value for required variable",
                    format!(
                        "The root module input variable \"{}\" is not set, and has no default value.",
                        variable.name
                    ),
                )
                .at(variable.span)
                .hint(format!(
                    "set it with -var '{0}=...', in a .tfvars file, or in the environment as TF_VAR_{0}",
                    variable.name
                )),
            )),
        }
    }

    fn call_input(
        &mut self,
        id: CellId,
        variable: &Variable,
        (caller, call): (FrameId, u32),
        repetition: &Repetition,
    ) -> Result<Given, Outcome> {
        let program = self.program.clone();
        let call = &program.module(self.frame(caller).module).calls[call as usize];
        let Some(input) = call.inputs.attributes.iter().find(|a| a.name == variable.name) else {
            return Ok(Given { value: None, span: Some(call.span), source: String::new() });
        };
        let attempt = self.attempt(caller, Some(repetition), None, |e| e.whole(&input.expr));
        let value = self.settle(id, attempt)?;
        Ok(Given { value: Some(value), span: Some(input.expr.span), source: String::new() })
    }

    /// Judges `validation` blocks, which may read other cells and the variable itself.
    fn validate_variable(&mut self, id: CellId, frame: FrameId, slot: u32, value: Value) -> Outcome {
        let program = self.program.clone();
        let variable = &program.module(self.frame(frame).module).variables[slot as usize];
        if variable.validations.is_empty() {
            return Outcome::Done(value);
        }
        let name = format!("var.{}", variable.name);
        let of = (CheckKind::Variable, &*name, &*name);
        self.expect_conditions(frame, of, variable.validations.len());
        let own = self.frame(frame).variable(slot as usize);
        let place = self.input_place(frame, variable);
        let object = inside(&self.frame(frame).addr, &name);
        // The variable's own cell is filled for the time of the judgement, so that its conditions can read it.
        let before = std::mem::replace(&mut self.cell_mut(own).state, super::CellState::Done(value.clone()));
        let attempt = self.attempt(frame, None, None, |e| {
            let validations = variable.validations.iter();
            validations.map(|validation| validate(e, validation, &object, place)).collect::<Vec<_>>()
        });
        self.cell_mut(own).state = before;
        let depends_on_itself = |cell: &CellId| *cell != own;
        let mut attempt = attempt;
        attempt.depends.retain(depends_on_itself);
        if attempt.missing.is_empty() && !attempt.failed {
            self.note_verdicts(frame, of, attempt.value.clone());
        }
        match self.settle(id, attempt) {
            Ok(_) => Outcome::Done(value),
            Err(outcome) => outcome,
        }
    }

    /// Where a failed validation points: what gave the value, or the variable itself.
    fn input_place(&self, frame: FrameId, variable: &Variable) -> Span {
        let Some((caller, call, _)) = &self.frame(frame).caller else {
            let given = self.around.inputs.get(&variable.name).and_then(|input| input.span);
            return given.unwrap_or(variable.span);
        };
        let call = &self.program.module(self.frame(*caller).module).calls[*call as usize];
        let input = call.inputs.attributes.iter().find(|a| a.name == variable.name);
        input.map_or(call.span, |a| a.expr.span)
    }
}

/// What a variable was given.
pub(crate) struct Given {
    /// `None`: nothing, the default applies.
    pub(crate) value: Option<Value>,
    pub(crate) span: Option<Span>,
    pub(crate) source: String,
}

/// Converts what was given and applies defaults.
pub(crate) fn settle_variable(variable: &Variable, given: Given) -> Result<Value, Box<Diagnostic>> {
    let Some(value) = given.value else {
        return variable.default.clone().ok_or_else(|| {
            let detail = format!(
                "The module's input variable \"{}\" is required, and the call does not set it.",
                variable.name
            );
            Box::new(Diagnostic::error("Missing required argument", detail).at_opt(given.span))
        });
    };
    if value.deep_marks().is_ephemeral() && !variable.ephemeral {
        let detail = format!(
            "The variable \"{}\" is not declared as ephemeral, so it can't be set to an ephemeral value.",
            variable.name
        );
        let error = Diagnostic::error("Ephemeral value not allowed", detail).at_opt(given.span);
        return Err(Box::new(error.hint("add ephemeral = true to the variable's block")));
    }
    if value.is_null() && !variable.nullable {
        return match &variable.default {
            Some(default) => Ok(default.clone()),
            None => Err(Box::new(
                Diagnostic::error(
                    "Required variable not set",
                    format!(
                        "The variable \"{}\" is required (nullable = false), but the given value is null.",
                        variable.name
                    ),
                )
                .at_opt(given.span.or(Some(variable.span))),
            )),
        };
    }
    let with_defaults = match &variable.defaults {
        Some(defaults) if !value.is_null() => defaults.apply(&value),
        _ => value,
    };
    convert(&with_defaults, &variable.ty).map_err(|error| {
        let from = if given.source.is_empty() { String::new() } else { format!(" (from {})", given.source) };
        Box::new(
            Diagnostic::error(
                "Invalid value for input variable",
                format!(
                    "The given value is not suitable for var.{}{from}, whose type is {}: {error}.",
                    variable.name, variable.ty
                ),
            )
            .at_opt(given.span.or(Some(variable.span))),
        )
    })
}

pub(crate) fn mark_variable(variable: &Variable, value: Value) -> Value {
    let mut marks = Marks::NONE;
    if variable.sensitive {
        marks |= Marks::SENSITIVE;
    }
    if variable.ephemeral {
        marks |= Marks::EPHEMERAL;
    }
    value.mark(marks)
}

fn validate(e: &mut Evaluator<'_>, validation: &Condition, object: &str, place: Span) -> Verdict {
    e.resolved(validation.condition.span);
    let value = e.evaluate(&validation.condition);
    if e.diagnostics.has_errors() {
        e.whole(&validation.message);
        return Verdict::Wrong;
    }
    let message = error_message(e, validation, true);
    match condition_value(e, &value, validation, "Invalid variable validation result") {
        Some(true) => return Verdict::Holds,
        Some(false) => {}
        None => return if value.is_known() { Verdict::Wrong } else { Verdict::Unknown },
    }
    let Some(message) = message else { return Verdict::Fails(None) };
    let text = message.text;
    let name = object.rsplit_once("var.").map_or(object, |(_, name)| name);
    let detail = format!("{text}\n\nThis was checked by the validation rule of variable \"{name}\".");
    let failed = Diagnostic::error("Invalid value for variable", detail);
    let found = e.told(failed.condition_of(object).at(place), &validation.condition, Cause::Plain);
    e.diagnostics.push(found);
    Verdict::Fails(Some(text))
}

fn check_output_marks(e: &mut Evaluator<'_>, value: &Value, output: &Output, root: bool) {
    let marks = value.deep_marks();
    if marks.is_sensitive() && !output.sensitive && root {
        let detail = format!(
            "To reduce the risk of showing sensitive values by accident, a root module output that holds any must say so: add sensitive = true to output \"{}\", or take the sensitivity off with nonsensitive().",
            output.name
        );
        e.fail(output.span, "Output refers to sensitive values", detail);
    }
    if output.ephemeral && root {
        let detail = "Outputs of the root module are stored, so none of them can be ephemeral.";
        e.fail(output.span, "Ephemeral output not allowed", detail);
        return;
    }
    if marks.is_ephemeral() && !output.ephemeral {
        let detail = "This output value holds an ephemeral value, so it can't be stored. Declare the output as ephemeral.";
        e.fail(output.expr.span, "Ephemeral value not allowed", detail);
    }
}
