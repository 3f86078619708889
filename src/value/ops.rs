//! The operators of the language on values that were already converted to the operand type. Each carries the
//! marks of its operands and answers as much as can be said about unknowns.

use crate::{Kind, Number, Refinement, Type, Value};
use std::fmt;

pub use crate::equality::{equals, not_equals};

/// Why an operator has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpError {
    /// An operand is null.
    Null,
    /// An operand is of another type than the operator takes; it wasn't converted.
    Type,
    /// Infinities of opposite sign were added.
    OpposingInfinities,
    /// An infinity was taken from itself.
    InfinityFromItself,
    /// Zero was multiplied by infinity.
    ZeroTimesInfinity,
    /// Zero was divided by zero or infinity by infinity.
    Indeterminate,
}

/// The reason, to follow "error during operation: ".
impl fmt::Display for OpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            OpError::Null => "argument must not be null",
            OpError::Type => "argument is of the wrong type",
            OpError::OpposingInfinities => "positive and negative infinity have no sum",
            OpError::InfinityFromItself => "can't subtract infinity from itself",
            OpError::ZeroTimesInfinity => "can't multiply zero by infinity",
            OpError::Indeterminate => "can't divide zero by zero or infinity by infinity",
        })
    }
}

impl std::error::Error for OpError {}

type Arithmetic = fn(&Number, &Number) -> Result<Number, OpError>;

/// `a + b`
pub fn add(a: &Value, b: &Value) -> Result<Value, OpError> {
    arithmetic(a, b, |a, b| a.checked_add(b).ok_or(OpError::OpposingInfinities))
}

/// `a - b`
pub fn subtract(a: &Value, b: &Value) -> Result<Value, OpError> {
    arithmetic(a, b, |a, b| a.checked_sub(b).ok_or(OpError::InfinityFromItself))
}

/// `a * b`
pub fn multiply(a: &Value, b: &Value) -> Result<Value, OpError> {
    arithmetic(a, b, |a, b| a.checked_mul(b).ok_or(OpError::ZeroTimesInfinity))
}

/// `a / b`
pub fn divide(a: &Value, b: &Value) -> Result<Value, OpError> {
    arithmetic(a, b, |a, b| a.div(b).ok_or(OpError::Indeterminate))
}

/// `a % b`
pub fn modulo(a: &Value, b: &Value) -> Result<Value, OpError> {
    arithmetic(a, b, |a, b| Ok(a.rem(b)))
}

/// `-a`
pub fn negate(a: &Value) -> Result<Value, OpError> {
    let value = match a.kind() {
        Kind::Number(number) => Value::from(number.neg()),
        Kind::Unknown(Type::Number | Type::Dynamic, _) => unknown_number(),
        Kind::Null(_) => return Err(OpError::Null),
        _ => return Err(OpError::Type),
    };
    Ok(value.mark(a.marks()))
}

/// `a < b`
pub fn less(a: &Value, b: &Value) -> Result<Value, OpError> {
    compare(a, b, |a, b| a < b)
}

/// `a <= b`
pub fn less_or_equal(a: &Value, b: &Value) -> Result<Value, OpError> {
    compare(a, b, |a, b| a <= b)
}

/// `a > b`
pub fn greater(a: &Value, b: &Value) -> Result<Value, OpError> {
    less(b, a)
}

/// `a >= b`
pub fn greater_or_equal(a: &Value, b: &Value) -> Result<Value, OpError> {
    less_or_equal(b, a)
}

/// `a && b`. An unknown operand leaves the result open unless the other decides it.
pub fn and(a: &Value, b: &Value) -> Result<Value, OpError> {
    logic(a, b, false)
}

/// `a || b`. An unknown operand leaves the result open unless the other decides it.
pub fn or(a: &Value, b: &Value) -> Result<Value, OpError> {
    logic(a, b, true)
}

/// `!a`
pub fn not(a: &Value) -> Result<Value, OpError> {
    let value = match a.kind() {
        Kind::Bool(value) => Value::from(!value),
        Kind::Unknown(Type::Bool | Type::Dynamic, _) => unknown_bool(),
        Kind::Null(_) => return Err(OpError::Null),
        _ => return Err(OpError::Type),
    };
    Ok(value.mark(a.marks()))
}

/// An answer that isn't known yet but will be true or false.
pub(crate) fn unknown_bool() -> Value {
    Value::refined(Type::Bool, Refinement::not_null())
}

fn check(operands: [&Value; 2], ty: &Type) -> Result<(), OpError> {
    if operands.iter().any(|v| v.is_null()) {
        return Err(OpError::Null);
    }
    let fits = |v: &Value| {
        let actual = v.ty();
        actual == *ty || actual == Type::Dynamic
    };
    if operands.into_iter().all(fits) { Ok(()) } else { Err(OpError::Type) }
}

/// A number that isn't known yet but won't be null. Bounds of operands don't carry over, as in the reference.
fn unknown_number() -> Value {
    Value::refined(Type::Number, Refinement::not_null())
}

fn arithmetic(a: &Value, b: &Value, apply: Arithmetic) -> Result<Value, OpError> {
    check([a, b], &Type::Number)?;
    let value = match (a.as_number(), b.as_number()) {
        (Some(a), Some(b)) => Value::from(apply(a, b)?),
        _ => unknown_number(),
    };
    Ok(value.mark(a.marks() | b.marks()))
}

/// Of an unknown operand its bounds may decide; ones that merely touch don't, as in the reference.
fn compare(a: &Value, b: &Value, known: fn(&Number, &Number) -> bool) -> Result<Value, OpError> {
    check([a, b], &Type::Number)?;
    let value = match (a.as_number(), b.as_number()) {
        (Some(a), Some(b)) => known(a, b).into(),
        _ => match (a.number_bounds(), b.number_bounds()) {
            (Some(a), Some(b)) if a.1 < b.0 => true.into(),
            (Some(a), Some(b)) if a.0 > b.1 => false.into(),
            _ => unknown_bool(),
        },
    };
    Ok(value.mark(a.marks() | b.marks()))
}

/// `decisive` is the operand that alone decides: false for and, true for or.
fn logic(a: &Value, b: &Value, decisive: bool) -> Result<Value, OpError> {
    check([a, b], &Type::Bool)?;
    let value = match (a.as_bool(), b.as_bool()) {
        (x, y) if x == Some(decisive) || y == Some(decisive) => decisive.into(),
        (Some(_), Some(_)) => (!decisive).into(),
        _ => unknown_bool(),
    };
    Ok(value.mark(a.marks() | b.marks()))
}
