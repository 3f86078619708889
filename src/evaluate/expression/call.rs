//! Function calls. `try`, `can` and `type` are here because they look at expressions; the rest is in `functions`.

use super::Evaluator;
use crate::functions::{self, ErrorKind, Function, FunctionError};
use crate::special::Special;
use trueup_diag::{Diagnostic, Diagnostics, Span};
use trueup_resolve::{Expr, ExprKind, PROVIDER_FUNCTION, UNKNOWN_FUNCTION};
use trueup_value::{Name, Type, Value};

/// A call taken apart.
struct Call<'e> {
    function: u32,
    name: &'e Name,
    name_span: Span,
    args: &'e [Expr],
    expand_last: bool,
    span: Span,
}

impl Evaluator<'_> {
    pub(super) fn call(&mut self, expr: &Expr) -> Value {
        let ExprKind::Call { function, name, name_span, args, expand_last } = &expr.kind else {
            unreachable!("only calls are dispatched here")
        };
        let call = Call {
            function: *function,
            name,
            name_span: *name_span,
            args,
            expand_last: *expand_last,
            span: expr.span,
        };
        match Special::of(call.function) {
            Some(Special::Try) => self.call_try(&call),
            Some(Special::Can) => self.call_can(&call),
            Some(Special::Type) => self.call_type(&call),
            None => self.call_function(&call),
        }
    }

    fn call_function(&mut self, call: &Call<'_>) -> Value {
        let mut values = Vec::with_capacity(call.args.len());
        let last = call.args.len().wrapping_sub(1);
        for (i, arg) in call.args.iter().enumerate() {
            let value = self.evaluate(arg);
            if call.expand_last && i == last {
                match self.expand(&value, arg.span) {
                    Some(items) => values.extend(items),
                    None => return Value::dynamic().mark(value.marks()),
                }
            } else {
                values.push(value);
            }
        }
        let function = match call.function {
            PROVIDER_FUNCTION => functions::lookup(call.name),
            UNKNOWN_FUNCTION => {
                let detail = format!("No function is called \"{}\".", call.name);
                return self.fail(call.name_span, "Call to unknown function", detail);
            }
            slot => functions::table().get(slot as usize),
        };
        let Some(function) = function else {
            let detail = format!("There is no provider function named \"{}\".", call.name);
            return self.fail(call.name_span, "Unknown provider function", detail);
        };
        if !self.work(super::bounds::cost(function.name, &values), call.span) {
            return Value::dynamic();
        }
        match functions::call(function, &values, self.scope.world()) {
            Ok(value) => value,
            Err(errors) => {
                self.diagnostics.extend(errors.iter().map(|error| call_problem(call, function, error)));
                Value::dynamic()
            }
        }
    }

    fn expand(&mut self, value: &Value, span: Span) -> Option<Vec<Value>> {
        let wrong = "Invalid expanding argument value";
        if value.is_null() {
            self.fail(span, wrong, "The expanding argument (indicated by ...) must not be null.");
            return None;
        }
        match value.ty() {
            Type::Dynamic => None,
            Type::List(_) | Type::Set(_) | Type::Tuple(_) => {
                let marks = value.marks();
                Some(value.as_sequence()?.iter().map(|item| item.clone().mark(marks)).collect())
            }
            ty => {
                let detail = format!(
                    "The expanding argument (indicated by ...) must be of a tuple, list, or set type, and this is {}.",
                    ty.friendly_name()
                );
                self.fail(span, wrong, detail);
                None
            }
        }
    }

    /// The first argument that evaluates without an error. While references in one aren't known, neither is
    /// whether it will fail.
    fn call_try(&mut self, call: &Call<'_>) -> Value {
        if call.args.is_empty() {
            return self.fail(call.span, "Error in function call", "try needs at least one argument.");
        }
        let mut reasons = Vec::new();
        for arg in call.args {
            let (value, found) = self.attempt(|e| e.evaluate(arg));
            if found.has_errors() {
                reasons.push(first_reason(&found));
                continue;
            }
            if self.depends_on_unknown(arg) {
                return Value::dynamic();
            }
            return value;
        }
        let detail =
            format!("Call to function \"try\" failed: no expression succeeded:\n- {}", reasons.join("\n- "));
        self.fail(call.span, "Error in function call", detail)
    }

    fn call_can(&mut self, call: &Call<'_>) -> Value {
        let [arg] = call.args else {
            return self.fail(call.span, "Error in function call", "can takes exactly one argument.");
        };
        let (_, found) = self.attempt(|e| e.evaluate(arg));
        if found.has_errors() {
            return Value::from(false);
        }
        if self.depends_on_unknown(arg) {
            return Value::unknown(Type::Bool);
        }
        Value::from(true)
    }

    /// The console takes `type` at the top apart itself; what a type is can't be worked with any further.
    fn call_type(&mut self, call: &Call<'_>) -> Value {
        let detail = "The console-only \"type\" function gives a type, not a value: it stands alone, around the expression whose type is asked for.";
        self.fail(call.span, "Invalid use of type function", detail)
    }

    /// Whether a reference in the expression holds something unknown, local symbols of inner `for`s aside.
    fn depends_on_unknown(&mut self, expr: &Expr) -> bool {
        let mut open = vec![expr];
        while let Some(expr) = open.pop() {
            let depends = match &expr.kind {
                ExprKind::Reference(_) | ExprKind::Attribute { .. } | ExprKind::Index { .. } => {
                    let (value, _) = self.attempt(|e| e.evaluate(expr));
                    !value.is_wholly_known()
                }
                ExprKind::Symbol(slot) => {
                    self.symbols.get(*slot as usize).is_some_and(|value| !value.is_wholly_known())
                }
                ExprKind::For(inner) => {
                    open.push(&inner.collection);
                    false
                }
                ExprKind::Splat { on, .. } => {
                    open.push(on);
                    false
                }
                _ => {
                    open.extend(crate::special::children(expr));
                    false
                }
            };
            if depends {
                return true;
            }
        }
        false
    }
}

fn first_reason(found: &Diagnostics) -> String {
    found.iter().find(|d| d.is_error()).map_or_else(String::new, |d| d.detail.clone())
}

/// Each problem of a call as a diagnostic at the argument to blame, or at the call.
fn call_problem(call: &Call<'_>, function: &Function, error: &FunctionError) -> Diagnostic {
    let argument =
        error.place().and_then(|index| call.args.get(index.min(call.args.len().saturating_sub(1))));
    let place = match error.kind {
        ErrorKind::NotEnoughArguments(_) => call.span.at_end(),
        _ => argument.map_or(call.span, |arg| arg.span),
    };
    Diagnostic::error(error.summary(), error.detail(function)).at(place).within(call.name_span.to(call.span))
}
