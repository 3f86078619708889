//! Operators and conditionals.

use super::{Evaluator, Place};
use trueup_diag::{Diagnostics, Span};
use trueup_parse::ast::{BinaryOp, UnaryOp};
use trueup_resolve::{Expr, ExprKind};
use trueup_value::{Kind, Type, Value, convert, ops, unify_unsafe};

impl Evaluator<'_> {
    /// A chain of binary operators, its left spine walked without recursion.
    pub(super) fn binary(&mut self, expr: &Expr) -> Value {
        let mut pending = Vec::new();
        let mut first = expr;
        while let ExprKind::Binary { op, left, right } = &first.kind {
            pending.push((*op, right, first, &**left));
            first = left;
        }
        let mut value = self.evaluate(first);
        while let Some((op, right, whole, left)) = pending.pop() {
            value = match op {
                BinaryOp::And | BinaryOp::Or => self.logical((op, whole), (&value, left), right),
                BinaryOp::Equal | BinaryOp::NotEqual => {
                    let right = self.evaluate(right);
                    if op == BinaryOp::Equal {
                        ops::equals(&value, &right)
                    } else {
                        ops::not_equals(&value, &right)
                    }
                }
                _ => self.arithmetic((op, whole), (&value, left), right),
            };
        }
        value
    }

    fn logical(
        &mut self,
        (op, whole): (BinaryOp, &Expr),
        (left, left_expr): (&Value, &Expr),
        right: &Expr,
    ) -> Value {
        let left = self.operand(left, &Type::Bool, "left", left_expr);
        if let Some(left) = &left
            && left.as_bool() == Some(op == BinaryOp::Or)
        {
            return left.clone();
        }
        let right_value = self.evaluate(right);
        let right = self.operand(&right_value, &Type::Bool, "right", right);
        let (Some(left), Some(right)) = (left, right) else { return Value::unknown(Type::Bool) };
        if self.refuses_null(&left, whole) || self.refuses_null(&right, whole) {
            return Value::unknown(Type::Bool);
        }
        let result = if op == BinaryOp::And { ops::and(&left, &right) } else { ops::or(&left, &right) };
        self.operated(result, whole, &Type::Bool)
    }

    fn arithmetic(&mut self, (op, whole): (BinaryOp, &Expr), left: (&Value, &Expr), right: &Expr) -> Value {
        let right_value = self.evaluate(right);
        let left = self.operand(left.0, &Type::Number, "left", left.1);
        let right = self.operand(&right_value, &Type::Number, "right", right);
        let compares = matches!(
            op,
            BinaryOp::Less | BinaryOp::LessOrEqual | BinaryOp::Greater | BinaryOp::GreaterOrEqual
        );
        let ty = if compares { Type::Bool } else { Type::Number };
        let (Some(left), Some(right)) = (left, right) else { return Value::unknown(ty) };
        if self.refuses_null(&left, whole) || self.refuses_null(&right, whole) {
            return Value::unknown(ty);
        }
        let result = match op {
            BinaryOp::Less => ops::less(&left, &right),
            BinaryOp::LessOrEqual => ops::less_or_equal(&left, &right),
            BinaryOp::Greater => ops::greater(&left, &right),
            BinaryOp::GreaterOrEqual => ops::greater_or_equal(&left, &right),
            BinaryOp::Add => ops::add(&left, &right),
            BinaryOp::Subtract => ops::subtract(&left, &right),
            BinaryOp::Multiply => ops::multiply(&left, &right),
            BinaryOp::Divide => ops::divide(&left, &right),
            BinaryOp::Modulo => ops::modulo(&left, &right),
            _ => unreachable!("logical and equality operators are handled by the caller"),
        };
        self.operated(result, whole, &ty)
    }

    /// The result of an operator, or a report of why there is none.
    fn operated(&mut self, result: Result<Value, ops::OpError>, expr: &Expr, ty: &Type) -> Value {
        result.unwrap_or_else(|error| {
            self.fail(expr, "Operation failed", format!("Error during operation: {error}."));
            Value::unknown(ty.clone())
        })
    }

    /// An operand converted to the type its operator works on, which may be null; `None` after a report.
    fn operand(&mut self, value: &Value, ty: &Type, side: &str, expr: &Expr) -> Option<Value> {
        match convert(value, ty) {
            Ok(converted) => Some(converted),
            Err(error) => {
                let detail = format!("Unsuitable value for {side} operand: {}.", error.message);
                self.fail(expr, "Invalid operand", detail);
                None
            }
        }
    }

    /// Whether an operand is null, which is reported: no operator but equality works on it.
    fn refuses_null(&mut self, value: &Value, expr: &Expr) -> bool {
        if value.is_null() {
            self.fail(expr, "Operation failed", "Error during operation: argument must not be null.");
        }
        value.is_null()
    }

    pub(super) fn unary(&mut self, op: UnaryOp, operand: &Expr, whole: &Expr) -> Value {
        let ty = if op == UnaryOp::Not { Type::Bool } else { Type::Number };
        let value = self.evaluate(operand);
        let Some(converted) = self.operand(&value, &ty, "unary", operand) else {
            return Value::unknown(ty);
        };
        if self.refuses_null(&converted, whole) {
            return Value::unknown(ty);
        }
        let result = if op == UnaryOp::Not { ops::not(&converted) } else { ops::negate(&converted) };
        self.operated(result, whole, &ty)
    }

    /// Conditions that follow one another behind the colon are judged from the last to the first, in a loop: there
    /// may be thousands.
    pub(super) fn conditional(&mut self, expr: &Expr) -> Value {
        let mut links = Vec::new();
        let mut rest = expr;
        while let ExprKind::Conditional { condition, then, otherwise } = &rest.kind {
            links.push((&**condition, &**then, (rest, then.span.to(otherwise.span))));
            rest = otherwise;
        }
        let mut last = self.attempt(|e| e.evaluate(rest));
        while let Some((condition, then, place)) = links.pop() {
            let then = self.attempt(|e| e.evaluate(then));
            last = self.attempt(|e| e.choose(condition, then, last, place));
        }
        self.diagnostics.append(last.1);
        last.0
    }

    /// One of two results, of which each comes with what was found on the way to it.
    fn choose(
        &mut self,
        condition: &Expr,
        (then_value, then_found): (Value, Diagnostics),
        (other_value, other_found): (Value, Diagnostics),
        (whole, branches): (&Expr, Span),
    ) -> Value {
        let Some(ty) = branch_type(&then_value, &other_value) else {
            let detail = mismatch(&then_value.ty(), &other_value.ty());
            return self.fail(
                Place::within(branches, whole),
                "Inconsistent conditional result types",
                format!("The true and false result expressions must have consistent types. {detail}"),
            );
        };
        let Some(chosen) = self.condition(condition) else { return Value::dynamic() };
        // What isn't chosen marks the result too: else its secrecy would tell which one was.
        let marks = chosen.marks() | then_value.marks() | other_value.marks();
        let Some(yes) = chosen.as_bool() else {
            self.diagnostics.append(then_found);
            self.diagnostics.append(other_found);
            return undecided(&then_value, &other_value, ty).mark(marks);
        };
        let (value, found) = if yes { (then_value, then_found) } else { (other_value, other_found) };
        self.diagnostics.append(found);
        match convert(&value, &ty) {
            Ok(converted) => converted.mark(marks),
            Err(error) => self.fail(
                whole,
                "Inconsistent conditional result types",
                format!("The chosen result can't become {}: {}.", ty.friendly_name(), error.message),
            ),
        }
    }

    /// A condition as a bool that isn't null; `None` after a report.
    pub(super) fn condition(&mut self, condition: &Expr) -> Option<Value> {
        let value = self.evaluate(condition);
        if value.is_null() {
            self.fail(
                condition,
                "Null condition",
                "The condition value is null. Conditions must either be true or false.",
            );
            return None;
        }
        let converted = convert(&value, &Type::Bool);
        if let Err(error) = &converted {
            self.fail(
                condition,
                "Incorrect condition type",
                format!("The condition expression must be of type bool: {}.", error.message),
            );
        }
        converted.ok()
    }
}

/// The type both branches can have; an untyped null takes the other's.
fn branch_type(then: &Value, otherwise: &Value) -> Option<Type> {
    let untyped_null = |v: &Value| matches!(v.kind(), Kind::Null(Type::Dynamic));
    match (untyped_null(then), untyped_null(otherwise)) {
        (true, true) => Some(Type::Dynamic),
        (true, false) => Some(otherwise.ty()),
        (false, true) => Some(then.ty()),
        (false, false) => unify_unsafe(&[then.ty(), otherwise.ty()]),
    }
}

fn mismatch(then: &Type, otherwise: &Type) -> String {
    format!(
        "The 'true' value is {}, but the 'false' value is {}.",
        then.friendly_name(),
        otherwise.friendly_name()
    )
}

/// The result while the condition is unknown: what both branches agree on is known.
fn undecided(then: &Value, otherwise: &Value, ty: Type) -> Value {
    let marks = then.marks() | otherwise.marks();
    let (Ok(then), Ok(otherwise)) = (convert(then, &ty), convert(otherwise, &ty)) else {
        return Value::unknown(ty).mark(marks);
    };
    then.either(&otherwise).mark(marks)
}
