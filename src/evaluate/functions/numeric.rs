//! Functions on numbers.

use super::definition::NUMBER;
use super::{Call, Function, FunctionError, Outcome, Parameter, Returns, call::whole_number, definition};
use trueup_value::{Number, Type, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("abs", &[NUM], NUMBER, abs, "The distance of a number from zero."),
    Function::new("ceil", &[NUM], NUMBER, ceil, "The nearest whole number that isn't less."),
    Function::new("floor", &[NUM], NUMBER, floor, "The nearest whole number that isn't greater."),
    Function::new(
        "log",
        &[NUM, Parameter::number("base")],
        NUMBER,
        log,
        "The logarithm of a number to a base.",
    ),
    Function::new("max", &[], NUMBER, max, "The greatest of one or more numbers.").variadic(NUMBERS),
    Function::new("min", &[], NUMBER, min, "The least of one or more numbers.").variadic(NUMBERS),
    Function::new(
        "parseint",
        &[Parameter::any("number").marked(), Parameter::number("base").marked()],
        Returns::Depends { declared: definition::any, from: parseint_type },
        parseint,
        "Reads a string as a whole number in a base from 2 to 62.",
    ),
    Function::new("pow", &[NUM, Parameter::number("power")], NUMBER, pow, "A number raised to a power."),
    Function::new("signum", &[NUM], NUMBER, signum, "-1, 0 or 1: the sign of a whole number."),
];

const NUM: Parameter = Parameter::number("num");
const NUMBERS: Parameter = Parameter::number("numbers");

fn abs(call: &Call<'_>) -> Outcome {
    Ok(call.number(0).abs().into())
}

fn ceil(call: &Call<'_>) -> Outcome {
    Ok(call.number(0).ceil().into())
}

fn floor(call: &Call<'_>) -> Outcome {
    Ok(call.number(0).floor().into())
}

fn log(call: &Call<'_>) -> Outcome {
    call.number(0).log(call.number(1)).map(Value::from).ok_or_else(not_a_number)
}

fn pow(call: &Call<'_>) -> Outcome {
    call.number(0).pow(call.number(1)).map(Value::from).ok_or_else(not_a_number)
}

fn not_a_number() -> FunctionError {
    FunctionError::call("the result is not a number")
}

fn max(call: &Call<'_>) -> Outcome {
    numbers(call).max().cloned().map(Value::from).ok_or_else(no_number)
}

fn min(call: &Call<'_>) -> Outcome {
    numbers(call).min().cloned().map(Value::from).ok_or_else(no_number)
}

fn numbers<'a>(call: &'a Call<'_>) -> impl Iterator<Item = &'a Number> {
    call.rest(0).iter().filter_map(Value::as_number)
}

fn no_number() -> FunctionError {
    FunctionError::call("at least one number is needed")
}

fn signum(call: &Call<'_>) -> Outcome {
    Ok(call.whole(0)?.signum().into())
}

fn parseint_type(arguments: &[Value]) -> Result<Type, FunctionError> {
    match arguments[0].ty() {
        Type::String => Ok(Type::Number),
        other => {
            let message = format!("a string is needed, not {}", other.friendly_name());
            Err(FunctionError::argument(0, message))
        }
    }
}

fn parseint(call: &Call<'_>) -> Outcome {
    let base = whole_number(call.number(1)).map_err(|message| FunctionError::argument(1, message))?;
    let base = u32::try_from(base)
        .ok()
        .filter(|base| (2..=62).contains(base))
        .ok_or_else(|| FunctionError::argument(1, "the base must be a whole number from 2 to 62"))?;
    let number = parse_digits(call.text(0), base).ok_or_else(|| {
        FunctionError::argument(0, format!("{} is not a whole number in base {base}", call.shown(0)))
    })?;
    Ok(Value::from(number).mark(call.value(0).marks() | call.value(1).marks()))
}

/// A whole number with an optional sign. Up to base 36 letters of both cases mean the same; above, capitals
/// follow after the small ones.
fn parse_digits(text: &str, base: u32) -> Option<Number> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() {
        return None;
    }
    let values: Option<Vec<u8>> = digits.bytes().map(|digit| digit_value(digit, base)).collect();
    let magnitude = num_bigint::BigUint::from_radix_be(&values?, base)?;
    let sign = if negative { num_bigint::Sign::Minus } else { num_bigint::Sign::Plus };
    Some(Number::from_bigint(&num_bigint::BigInt::from_biguint(sign, magnitude)))
}

fn digit_value(digit: u8, base: u32) -> Option<u8> {
    let value = match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'z' => digit - b'a' + 10,
        b'A'..=b'Z' if base <= 36 => digit - b'A' + 10,
        b'A'..=b'Z' => digit - b'A' + 36,
        _ => return None,
    };
    (u32::from(value) < base).then_some(value)
}
