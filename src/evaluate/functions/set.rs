//! Functions on sets.

use super::definition::{any, depends, set_of_any};
use super::members::Members;
use super::{Call, Function, FunctionError, Outcome, Parameter, Returns};
use trueup_value::{Marks, Type, Value, convert, unify_unsafe};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new(
        "setintersection",
        &[FIRST],
        COMMON,
        setintersection,
        "The elements that all the sets have.",
    )
    .variadic(OTHERS),
    Function::new(
        "setproduct",
        &[],
        depends(setproduct_type),
        setproduct,
        "Every combination of one element from each of the sets or lists.",
    )
    .variadic(Parameter::any("sets").marked()),
    Function::new(
        "setsubtract",
        &[Parameter::new("a", set_of_any), Parameter::new("b", set_of_any)],
        COMMON,
        setsubtract,
        "The elements of the first set that the second one doesn't have.",
    ),
    Function::new("setunion", &[FIRST], COMMON, setunion, "The elements that any of the sets have.")
        .variadic(OTHERS),
];

const FIRST: Parameter = Parameter::new("first_set", set_of_any);
const OTHERS: Parameter = Parameter::new("other_sets", set_of_any);
const COMMON: Returns = Returns::Depends { declared: set_of_any, from: common_type };

/// A set of the type that all elements can be converted to; sets that are empty and untyped don't count.
fn common_type(arguments: &[Value]) -> Result<Type, FunctionError> {
    let mut elements = Vec::new();
    for argument in arguments {
        let element = argument.ty().element().cloned().unwrap_or_else(any);
        let empty = argument.as_sequence().is_some_and(<[Value]>::is_empty);
        if !(empty && element == Type::Dynamic) {
            elements.push(element);
        }
    }
    if elements.is_empty() {
        return Ok(set_of_any());
    }
    unify_unsafe(&elements)
        .map(Type::set)
        .ok_or_else(|| FunctionError::call("the sets must have elements of compatible types"))
}

/// The elements of each argument as the common type.
fn converted(call: &Call<'_>) -> Result<Vec<Value>, FunctionError> {
    let to_common = |(index, argument)| {
        convert(argument, call.returns).map_err(|error| FunctionError::argument(index, error.to_string()))
    };
    call.arguments.iter().enumerate().map(to_common).collect()
}

fn items(value: &Value) -> &[Value] {
    value.as_sequence().unwrap_or_default()
}

fn set_of(call: &Call<'_>, elements: impl IntoIterator<Item = Value>) -> Value {
    Value::set(call.returns.element().cloned().unwrap_or_else(any), elements)
}

fn setunion(call: &Call<'_>) -> Outcome {
    let sets = converted(call)?;
    Ok(set_of(call, sets.iter().flat_map(items).cloned()))
}

fn setintersection(call: &Call<'_>) -> Outcome {
    let sets = converted(call)?;
    if !sets.iter().all(Value::is_wholly_known) {
        return Ok(call.unknown());
    }
    let (first, others) = sets.split_first().expect("the first set is a parameter");
    let others: Vec<Members<'_>> = others.iter().map(|set| Members::of(items(set))).collect();
    let common = items(first).iter().filter(|item| others.iter().all(|set| set.contains(item)));
    Ok(set_of(call, common.cloned()))
}

fn setsubtract(call: &Call<'_>) -> Outcome {
    let sets = converted(call)?;
    if !sets.iter().all(Value::is_wholly_known) {
        return Ok(call.unknown());
    }
    let taken = Members::of(items(&sets[1]));
    let left = items(&sets[0]).iter().filter(|item| !taken.contains(item));
    Ok(set_of(call, left.cloned()))
}

fn setproduct_type(arguments: &[Value]) -> Result<Type, FunctionError> {
    if arguments.len() < 2 {
        return Err(FunctionError::call("at least two arguments are needed"));
    }
    let mut ordered = true;
    let mut elements = Vec::new();
    for (index, argument) in arguments.iter().enumerate() {
        elements.push(match argument.ty() {
            Type::Set(element) => {
                ordered = false;
                element.as_ref().clone()
            }
            Type::List(element) => element.as_ref().clone(),
            Type::Tuple(parts) if parts.is_empty() => Type::Dynamic,
            Type::Tuple(parts) => unify_unsafe(&parts)
                .ok_or_else(|| FunctionError::argument(index, "all elements must have the same type"))?,
            _ => return Err(FunctionError::argument(index, "a set or a list is needed")),
        });
    }
    let combination = Type::tuple(elements);
    Ok(if ordered { Type::list(combination) } else { Type::set(combination) })
}

/// A product of more elements than this would fill memory.
const COMBINATIONS_MAX: usize = 1 << 24;

fn setproduct(call: &Call<'_>) -> Outcome {
    let marks = call.arguments.iter().fold(Marks::NONE, |marks, argument| marks | argument.marks());
    if !call.arguments.iter().all(|argument| argument.length().is_known()) {
        return Ok(call.unknown().mark(marks));
    }
    let Some(Type::Tuple(types)) = call.returns.element() else {
        return Err(FunctionError::call("the elements have no common type"));
    };
    let total =
        call.arguments.iter().try_fold(1usize, |total, argument| total.checked_mul(items(argument).len()));
    if total.is_none_or(|total| total > COMBINATIONS_MAX) {
        return Err(FunctionError::call(format!("there are more than {COMBINATIONS_MAX} combinations")));
    }
    let mut combinations: Vec<Vec<Value>> = vec![Vec::new()];
    for (index, (argument, ty)) in call.arguments.iter().zip(types.iter()).enumerate() {
        let elements: Vec<Value> = items(argument)
            .iter()
            .map(|item| convert(item, ty))
            .collect::<Result<_, _>>()
            .map_err(|error| FunctionError::argument(index, error.to_string()))?;
        combinations = combinations
            .iter()
            .flat_map(|before| {
                elements.iter().map(|element| [&before[..], std::slice::from_ref(element)].concat())
            })
            .collect();
    }
    let element = Type::Tuple(types.clone());
    let tuples = combinations.into_iter().map(Value::tuple);
    let product = match call.returns {
        Type::List(_) => Value::list(element, tuples),
        _ => Value::set(element, tuples),
    };
    Ok(product.mark(marks))
}
