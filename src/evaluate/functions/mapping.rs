//! Functions on maps and objects.

use super::definition::{depends, strings};
use super::{Call, Function, FunctionError, Outcome, Parameter, Returns};
use std::collections::BTreeMap;
use trueup_value::{Kind, Marks, Name, Type, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new(
        "keys",
        &[Parameter::any("inputMap").marked().unknown()],
        depends(keys_type),
        keys,
        "The keys of a map or attribute names of an object, in order.",
    ),
    Function::new(
        "merge",
        &[],
        depends(merge_type),
        merge,
        "Puts the elements of maps and objects together; later ones replace earlier ones of the same key.",
    )
    .variadic(Parameter::any("maps").nullable().dynamic().marked()),
    Function::new(
        "transpose",
        &[Parameter::new("values", map_of_strings)],
        Returns::Always(map_of_strings),
        transpose,
        "Swaps keys and values of a map of lists of strings.",
    ),
    Function::new(
        "values",
        &[Parameter::any("mapping").marked()],
        depends(values_type),
        values,
        "The values of a map or object, in the order of their keys.",
    ),
    Function::new(
        "zipmap",
        &[Parameter::new("keys", strings).marked(), Parameter::any("values").marked()],
        depends(zipmap_type),
        zipmap,
        "Makes a map of a list of keys and a list of their values.",
    ),
];

fn map_of_strings() -> Type {
    Type::map(strings())
}

fn keys_type(arguments: &[Value]) -> Result<Type, FunctionError> {
    match arguments[0].ty() {
        Type::Map(_) => Ok(strings()),
        Type::Object(object) => Ok(Type::tuple(object.attributes.keys().map(|_| Type::String))),
        _ => Err(FunctionError::argument(0, "a map or object is needed")),
    }
}

fn keys(call: &Call<'_>) -> Outcome {
    let mapping = call.value(0);
    let result = match mapping.ty() {
        // The type of an object names its attributes even if their values aren't known.
        Type::Object(object) => Value::tuple(object.attributes.keys().cloned().map(Value::string)),
        _ => match mapping.as_mapping() {
            Some(elements) => Value::list(Type::String, elements.keys().cloned().map(Value::string)),
            None => call.unknown(),
        },
    };
    Ok(result.mark(mapping.marks()))
}

fn merge_type(arguments: &[Value]) -> Result<Type, FunctionError> {
    let Some(first) = arguments.first() else { return Ok(Type::object::<Name>([])) };
    // What is merged of nothing but known objects says itself what its type is.
    if arguments.iter().all(|argument| matches!(argument.kind(), Kind::Object(_))) {
        return Ok(Type::Dynamic);
    }
    let types: Vec<Type> = arguments.iter().map(Value::ty).collect();
    let first = first.ty();
    if matches!(first, Type::Object(_) | Type::Map(_)) && types.iter().all(|ty| *ty == first) {
        return Ok(first);
    }
    let mut attributes: BTreeMap<Name, Type> = BTreeMap::new();
    let mut predictable = true;
    for (argument, ty) in arguments.iter().zip(&types) {
        match ty {
            Type::Dynamic | Type::Object(_) | Type::Map(_) if argument.is_null() => {}
            Type::Dynamic => return Ok(Type::Dynamic),
            Type::Object(object) => attributes.extend(object.attributes.clone()),
            Type::Map(element) => match argument.as_mapping() {
                Some(elements) => {
                    attributes.extend(elements.keys().map(|key| (key.clone(), element.as_ref().clone())));
                }
                None => predictable = false,
            },
            _ => {
                let message = format!("the arguments must be maps or objects, not {}", ty.friendly_name());
                return Err(FunctionError::call(message));
            }
        }
    }
    Ok(if predictable { Type::object(attributes) } else { Type::Dynamic })
}

fn merge(call: &Call<'_>) -> Outcome {
    let mut merged: BTreeMap<Name, Value> = BTreeMap::new();
    let mut marks = Marks::NONE;
    for argument in call.rest(0) {
        if argument.is_null() {
            continue;
        }
        marks |= argument.marks();
        let Some(elements) = argument.as_mapping() else { continue };
        // The smaller one is put into the larger: a chain of merges adds a little to much.
        if elements.len() > merged.len() {
            let before = std::mem::replace(&mut merged, elements.clone());
            for (key, value) in before {
                merged.entry(key).or_insert(value);
            }
        } else {
            merged.extend(elements.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
    }
    let result = match call.returns {
        Type::Map(element) => Value::map_of(element.as_ref().clone(), merged),
        Type::Object(object) if merged.is_empty() && !object.attributes.is_empty() => {
            Value::null(call.returns.clone())
        }
        _ => Value::object_of(merged),
    };
    Ok(result.mark(marks))
}

fn transpose(call: &Call<'_>) -> Outcome {
    let input = call.value(0);
    if !input.is_wholly_known() {
        return Ok(call.unknown());
    }
    let mut turned: BTreeMap<Name, Vec<Value>> = BTreeMap::new();
    for (key, list) in input.as_mapping().into_iter().flatten() {
        let items = list.as_sequence().ok_or_else(|| FunctionError::call("a list in the map is null"))?;
        for item in items {
            let Kind::String(text) = item.kind() else {
                return Err(FunctionError::call("a string in a list of the map is null"));
            };
            turned.entry(text.clone()).or_default().push(Value::string(key.clone()));
        }
    }
    let lists = turned.into_iter().map(|(key, items)| (key, Value::list(Type::String, items)));
    Ok(Value::map(strings(), lists))
}

fn values_type(arguments: &[Value]) -> Result<Type, FunctionError> {
    match arguments[0].ty() {
        Type::Map(element) => Ok(Type::List(element)),
        Type::Object(object) => Ok(Type::tuple(object.attributes.values().cloned())),
        _ => Err(FunctionError::call("a map or object is needed")),
    }
}

fn values(call: &Call<'_>) -> Outcome {
    let mapping = call.value(0);
    let elements = mapping.as_mapping().into_iter().flatten().map(|(_, value)| value.clone());
    let result = match call.returns {
        Type::List(element) => Value::list(element.as_ref().clone(), elements),
        _ => Value::tuple(elements),
    };
    Ok(result.mark(mapping.marks()))
}

fn zipmap_type(arguments: &[Value]) -> Result<Type, FunctionError> {
    match arguments[1].ty() {
        Type::List(element) => Ok(Type::Map(element)),
        Type::Tuple(elements) => {
            if !arguments[0].is_wholly_known() {
                return Ok(Type::Dynamic);
            }
            let keys = arguments[0].as_sequence().unwrap_or_default();
            check_lengths(keys.len(), elements.len())?;
            let attributes: Result<Vec<_>, _> = keys
                .iter()
                .enumerate()
                .zip(elements.iter())
                .map(|((at, key), ty)| Ok((name(at, key)?, ty.clone())))
                .collect();
            Ok(Type::object(attributes?))
        }
        _ => Err(FunctionError::call("the values must be a list or tuple")),
    }
}

fn check_lengths(keys: usize, values: usize) -> Result<(), FunctionError> {
    if keys == values {
        return Ok(());
    }
    Err(FunctionError::call(format!("there are {keys} keys but {values} values")))
}

fn name(at: usize, key: &Value) -> Result<Name, FunctionError> {
    match key.kind() {
        Kind::String(text) => Ok(text.clone()),
        _ => Err(FunctionError::call(format!("the key at index {at} is null"))),
    }
}

fn zipmap(call: &Call<'_>) -> Outcome {
    let (keys, values) = (call.value(0), call.value(1));
    let mut marks = keys.marks() | values.marks();
    if !keys.is_wholly_known() {
        return Ok(call.unknown().mark(marks | keys.deep_marks()));
    }
    let (names, items) = (keys.as_sequence().unwrap_or_default(), values.as_sequence().unwrap_or_default());
    check_lengths(names.len(), items.len())?;
    let mut zipped: BTreeMap<Name, Value> = BTreeMap::new();
    for (at, (key, value)) in names.iter().zip(items).enumerate() {
        marks |= key.marks();
        zipped.insert(name(at, key)?, value.clone());
    }
    let result = match call.returns {
        Type::Map(element) => Value::map_of(element.as_ref().clone(), zipped),
        _ => Value::object_of(zipped),
    };
    Ok(result.mark(marks))
}
