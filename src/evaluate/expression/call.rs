//! Function calls. `try`, `can` and `type` are here because they look at expressions; the rest is in `functions`.

use super::{Cause, Evaluator};
use crate::functions::{self, ErrorKind, Function, FunctionError, Outcome, Parameter, Returns};
use crate::special::Special;
use trueup_diag::{CalledFunction, Diagnostic, Diagnostics, FunctionParameter, Span};
use trueup_resolve::{Expr, ExprKind, PROVIDER_FUNCTION, UNKNOWN_FUNCTION};
use trueup_value::json::type_to_json;
use trueup_value::{Name, Type, Value};

/// What `try` and `can` look like from outside; they are called on expressions, here.
static TRY: Function = Function::new("try", &[], Returns::Always(|| Type::Dynamic), never, "")
    .variadic(Parameter::any("expressions"));
static CAN: Function =
    Function::new("can", &[Parameter::any("expression")], Returns::Always(|| Type::Bool), never, "");

static TYPE: Function =
    Function::new("type", &[Parameter::any("value")], Returns::Always(|| Type::Dynamic), never, "");

fn never(_: &functions::Call<'_>) -> Outcome {
    unreachable!("the evaluator calls these itself")
}

/// A call taken apart.
struct Call<'e> {
    expr: &'e Expr,
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
            expr,
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
        let function = match call.function {
            PROVIDER_FUNCTION => functions::lookup(call.name),
            UNKNOWN_FUNCTION => {
                let detail = format!("No function is called \"{}\".", call.name);
                let mut found = Diagnostic::error("Call to unknown function", detail).at(call.name_span);
                if let Some(near) = functions::suggest(call.name) {
                    found = found.hint(format!("Did you mean \"{near}\"?"));
                }
                self.diagnostics.push(found);
                return Value::dynamic();
            }
            slot => functions::table().get(slot as usize),
        };
        let Some(function) = function else {
            if self.scope.is_unseen_function(call.name, call.name_span) {
                call.args.iter().for_each(|arg| drop(self.evaluate(arg)));
                return Value::dynamic();
            }
            let detail = format!("There is no provider function named \"{}\".", call.name);
            return self.fail(call.name_span, "Unknown provider function", detail);
        };
        let reported = self.diagnostics.len();
        let mut values = Vec::with_capacity(call.args.len());
        let last = call.args.len().wrapping_sub(1);
        for (i, arg) in call.args.iter().enumerate() {
            let value = self.evaluate(arg);
            if call.expand_last && i == last {
                match self.expand(&value, call, function) {
                    Some(items) => values.extend(items),
                    None => return Value::dynamic().mark(value.marks()),
                }
            } else {
                values.push(value);
            }
        }
        // What is left of a wrong argument isn't worth a second report.
        let wrong = self.diagnostics.iter().skip(reported).any(Diagnostic::is_error);
        if wrong || !self.work(super::bounds::cost(function.name, &values), call.span) {
            return Value::dynamic();
        }
        match functions::call(function, &values, self.scope.world()) {
            Ok(value) => value,
            Err(errors) => {
                for error in &errors {
                    self.report(call, function, error);
                }
                Value::dynamic()
            }
        }
    }

    fn not_expanded(&mut self, call: &Call<'_>, function: &Function, detail: &str) {
        let arg = call.args.last().unwrap_or(call.expr);
        let found = Diagnostic::error("Invalid expanding argument value", detail)
            .at(arg.span)
            .within(call.name_span.to(call.span))
            .calling(called(call, function));
        let found = self.told(found, arg, Cause::Plain);
        self.diagnostics.push(found);
    }

    /// Reports a problem of a call at the argument to blame, or at the call.
    fn report(&mut self, call: &Call<'_>, function: &Function, error: &FunctionError) {
        let last = call.args.len().saturating_sub(1);
        let argument = error.place().and_then(|index| call.args.get(index.min(last)));
        let about = argument.unwrap_or(call.expr);
        let spread = call.expand_last && error.place().is_some_and(|index| index >= last);
        let found = Diagnostic::error(error.summary(), error.detail(function))
            .within(call.name_span.to(call.span))
            .calling(called(call, function));
        let found = match error.kind {
            ErrorKind::NotEnoughArguments(_) => found.at(closing(call)),
            _ if spread => found.at(about.span),
            _ => self.told(found.at_head(about.span), about, Cause::Plain),
        };
        self.diagnostics.push(found);
    }

    fn expand(&mut self, value: &Value, call: &Call<'_>, function: &Function) -> Option<Vec<Value>> {
        if value.is_null() {
            self.not_expanded(
                call,
                function,
                "What the three dots spread out over parameters must not be null.",
            );
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
                self.not_expanded(call, function, &detail);
                None
            }
        }
    }

    /// The first argument that evaluates without an error. While references in one aren't known, neither is
    /// whether it will fail.
    fn call_try(&mut self, call: &Call<'_>) -> Value {
        if call.args.is_empty() {
            return self.special_failed(call, &FunctionError::call("at least one argument is needed"));
        }
        if let Some(first) = self.spread(call, &TRY) {
            return first;
        }
        let mut reasons = Vec::new();
        for arg in call.args {
            let (value, found) = self.quietly(|e| e.evaluate(arg));
            if found.has_errors() {
                reasons.push(first_reason(&found));
                continue;
            }
            if self.depends_on_unknown(arg) {
                return Value::dynamic();
            }
            return value;
        }
        let message = format!("no expression succeeded:\n- {}", reasons.join("\n- "));
        self.special_failed(call, &FunctionError::call(message))
    }

    /// What three dots behind the last argument of `try` or `can` come to: nothing where there are none, or where they
    /// spread out behind other arguments.
    fn spread(&mut self, call: &Call<'_>, function: &Function) -> Option<Value> {
        let last = call.args.last().filter(|_| call.expand_last)?;
        let value = self.evaluate(last);
        let Some(items) = self.expand(&value, call, function) else { return Some(Value::dynamic()) };
        items.into_iter().next().filter(|_| call.args.len() == 1)
    }

    /// Reports what is wrong with a call of `try` or `can`.
    fn special_failed(&mut self, call: &Call<'_>, error: &FunctionError) -> Value {
        let function = match Special::of(call.function) {
            Some(Special::Can) => &CAN,
            Some(Special::Type) => &TYPE,
            _ => &TRY,
        };
        self.report(call, function, error);
        Value::dynamic()
    }

    fn call_can(&mut self, call: &Call<'_>) -> Value {
        let [arg] = call.args else {
            let kind = match call.args {
                [] => ErrorKind::NotEnoughArguments(0),
                _ => ErrorKind::TooManyArguments(1),
            };
            return self.special_failed(call, &FunctionError { kind, message: String::new() });
        };
        if let Some(first) = self.spread(call, &CAN) {
            return if first.is_known() { Value::from(true) } else { Value::unknown(Type::Bool) };
        }
        let (_, found) = self.quietly(|e| e.evaluate(arg));
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
        if call.args.len() > 1 {
            let kind = ErrorKind::TooManyArguments(1);
            return self.special_failed(call, &FunctionError { kind, message: String::new() });
        }
        let detail = "The console-only \"type\" function gives a type, not a value: it stands alone, around the expression whose type is asked for.";
        self.fail(call.span, "Invalid use of type function", detail)
    }

    /// Whether a reference in the expression holds something unknown, local symbols of inner `for`s aside.
    fn depends_on_unknown(&mut self, expr: &Expr) -> bool {
        let mut open = vec![expr];
        while let Some(expr) = open.pop() {
            let depends = match &expr.kind {
                ExprKind::Reference(_) | ExprKind::Attribute { .. } | ExprKind::Index { .. } => {
                    let (value, _) = self.quietly(|e| e.evaluate(expr));
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

/// What is said about a function whose call went wrong.
fn called(call: &Call<'_>, function: &Function) -> CalledFunction {
    let parameter = |parameter: &Parameter| FunctionParameter {
        name: parameter.name.to_owned(),
        ty: type_to_json(&(parameter.ty)()),
    };
    CalledFunction {
        called_as: call.name.to_string(),
        name: call.name.rsplit("::").next().unwrap_or(call.name).to_owned(),
        parameters: function.parameters.iter().map(parameter).collect(),
        variadic: function.variadic.as_ref().map(parameter),
        returns: type_to_json(&function.returns.declared()),
    }
}

/// The place of the parenthesis that closes a call.
fn closing(call: &Call<'_>) -> Span {
    Span { start: call.span.end.saturating_sub(1), ..call.span }
}
