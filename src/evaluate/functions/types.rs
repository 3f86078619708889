//! Functions that convert a value to a type, and those that change or tell its marks.

use super::definition::{BOOL, any, boolean, depends, list_of_any, map_of_any, number, set_of_any, string};
use super::{Call, Function, FunctionError, Outcome, Parameter, Returns};
use std::convert::Infallible;
use trueup_value::{Marks, Type, Value, convert};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new(
        "ephemeralasnull",
        &[ANYTHING.unknown()],
        depends(same_type),
        ephemeralasnull,
        "The value with null in place of whatever in it is ephemeral.",
    )
    .maybe_null(),
    Function::new(
        "issensitive",
        &[ANYTHING.unknown()],
        BOOL,
        issensitive,
        "Whether a value is marked as sensitive.",
    )
    .maybe_null(),
    Function::new(
        "nonsensitive",
        &[ANYTHING.unknown()],
        depends(same_type),
        nonsensitive,
        "The value without the mark sensitive.",
    )
    .maybe_null(),
    Function::new(
        "sensitive",
        &[ANYTHING.unknown()],
        depends(same_type),
        sensitive,
        "The value marked as sensitive.",
    )
    .maybe_null(),
    conversion("tobool", BOOL_TYPE, "Converts to a bool."),
    conversion("tolist", LIST_TYPE, "Converts to a list."),
    conversion("tomap", MAP_TYPE, "Converts to a map."),
    conversion("tonumber", NUMBER_TYPE, "Converts to a number."),
    conversion("toset", SET_TYPE, "Converts to a set: without order and duplicates."),
    conversion("tostring", STRING_TYPE, "Converts to a string."),
];

const ANYTHING: Parameter = Parameter::any("value").nullable().dynamic().marked();

const BOOL_TYPE: Returns =
    Returns::Depends { declared: boolean, from: |arguments| target(&arguments[0], Type::Bool) };
const LIST_TYPE: Returns =
    Returns::Depends { declared: list_of_any, from: |arguments| target(&arguments[0], list_of_any()) };
const MAP_TYPE: Returns =
    Returns::Depends { declared: map_of_any, from: |arguments| target(&arguments[0], map_of_any()) };
const NUMBER_TYPE: Returns =
    Returns::Depends { declared: number, from: |arguments| target(&arguments[0], Type::Number) };
const SET_TYPE: Returns =
    Returns::Depends { declared: set_of_any, from: |arguments| target(&arguments[0], set_of_any()) };
const STRING_TYPE: Returns =
    Returns::Depends { declared: string, from: |arguments| target(&arguments[0], Type::String) };

const fn conversion(name: &'static str, returns: Returns, doc: &'static str) -> Function {
    const VALUE: &[Parameter] = &[Parameter::any("v").nullable().dynamic().marked()];
    Function::new(name, VALUE, returns, to_type, doc).maybe_null()
}

/// The type to convert to, unless no value of the argument's type could be converted.
fn target(value: &Value, wanted: Type) -> Result<Type, FunctionError> {
    let own = value.ty();
    if own == wanted {
        return Ok(wanted);
    }
    match convert(&Value::unknown(own.clone()), &wanted) {
        Ok(_) => Ok(wanted),
        Err(_) => Err(FunctionError::argument(0, impossible(&own, &wanted))),
    }
}

fn impossible(own: &Type, wanted: &Type) -> String {
    let wanted = match wanted {
        Type::List(_) => "a list of any one type".to_owned(),
        Type::Set(_) => "a set of any one type".to_owned(),
        Type::Map(_) => "a map of any one type".to_owned(),
        other => other.friendly_name(),
    };
    format!("{} cannot be converted to {wanted}", own.friendly_name())
}

fn to_type(call: &Call<'_>) -> Outcome {
    let value = call.value(0);
    convert(value, call.returns).map_err(|error| {
        let own = value.ty();
        let message = match value.as_str() {
            Some(_) if value.marks().is_sensitive() => {
                format!("this sensitive string cannot be converted to {}", call.returns.friendly_name())
            }
            Some(text) => {
                let rule = match call.returns {
                    Type::Bool => "only \"true\" and \"false\" can",
                    _ => "only a number in decimal notation can",
                };
                format!("{text:?} cannot be converted to {}: {rule}", call.returns.friendly_name())
            }
            None if own.is_primitive() => impossible(&own, call.returns),
            None => error.to_string(),
        };
        FunctionError::argument(0, message)
    })
}

fn same_type(arguments: &[Value]) -> Result<Type, FunctionError> {
    Ok(arguments.first().map_or_else(any, Value::ty))
}

fn sensitive(call: &Call<'_>) -> Outcome {
    Ok(call.value(0).clone().mark(Marks::SENSITIVE))
}

fn nonsensitive(call: &Call<'_>) -> Outcome {
    let (value, marks) = call.value(0).clone().unmark();
    Ok(value.mark(marks.without(Marks::SENSITIVE)))
}

fn issensitive(call: &Call<'_>) -> Outcome {
    let value = call.value(0);
    if value.marks().is_sensitive() {
        return Ok(true.into());
    }
    // What isn't known yet may turn out to be sensitive.
    if value.is_known() { Ok(false.into()) } else { Ok(call.unknown()) }
}

fn ephemeralasnull(call: &Call<'_>) -> Outcome {
    let replaced = call.value(0).transform(&mut |_path, value: Value| -> Result<Value, Infallible> {
        if !value.marks().is_ephemeral() {
            return Ok(value);
        }
        let marks = value.marks().without(Marks::EPHEMERAL);
        Ok(Value::null(value.ty()).mark(marks))
    });
    match replaced {
        Ok(value) => Ok(value),
        Err(never) => match never {},
    }
}
