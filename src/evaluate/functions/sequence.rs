//! Functions that make lists of lists.

use super::call::whole_number;
use super::definition::{STRINGS, any, depends, list_of_any, numbers, strings};
use super::members::Members;
use super::{Call, Function, FunctionError, Outcome, Parameter, Returns};
use trueup_value::{Kind, Marks, Number, Type, Value, convert, ops, unify_unsafe};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new(
        "chunklist",
        &[Parameter::new("list", list_of_any).marked(), Parameter::number("size").marked()],
        Returns::Depends {
            declared: || Type::list(list_of_any()),
            from: |arguments| Ok(Type::list(arguments[0].ty())),
        },
        chunklist,
        "Cuts a list into lists of a given length, the last of which may be shorter.",
    ),
    Function::new(
        "compact",
        &[Parameter::new("list", strings)],
        STRINGS,
        compact,
        "A list of strings without null and empty ones.",
    ),
    Function::new(
        "concat",
        &[],
        depends(concat_type),
        concat,
        "Puts the elements of lists one after the other.",
    )
    .variadic(Parameter::any("seqs").marked()),
    Function::new(
        "distinct",
        &[Parameter::new("list", list_of_any)],
        Returns::Depends { declared: list_of_any, from: |arguments| Ok(arguments[0].ty()) },
        distinct,
        "A list without the elements that came before.",
    ),
    Function::new(
        "flatten",
        &[LIST.marked()],
        depends(flatten_type),
        flatten,
        "Puts the elements of lists within a list in their place.",
    )
    .maybe_null(),
    Function::new(
        "matchkeys",
        &[
            Parameter::new("values", list_of_any),
            Parameter::new("keys", list_of_any),
            Parameter::new("searchset", list_of_any),
        ],
        Returns::Depends { declared: list_of_any, from: matchkeys_type },
        matchkeys,
        "The elements of one list whose counterparts in another are in a third.",
    ),
    Function::new(
        "range",
        &[],
        Returns::Always(numbers),
        range,
        "The numbers from a start up to, but without, a limit.",
    )
    .variadic(Parameter::number("params")),
    Function::new(
        "reverse",
        &[LIST.marked()],
        depends(reverse_type),
        reverse,
        "A list in the opposite order.",
    ),
    Function::new(
        "slice",
        &[LIST.marked(), Parameter::number("start_index"), Parameter::number("end_index")],
        depends(slice_type),
        slice,
        "The elements of a list from one index up to, but without, another.",
    ),
    Function::new(
        "sort",
        &[Parameter::new("list", strings)],
        STRINGS,
        sort,
        "A list of strings in the order of their characters.",
    ),
];

const LIST: Parameter = Parameter::any("list");

/// The elements of a list, set or tuple; none of anything else.
fn items(value: &Value) -> &[Value] {
    value.as_sequence().unwrap_or_default()
}

fn chunklist(call: &Call<'_>) -> Outcome {
    let list = call.value(0);
    let size = whole_number(call.number(1))
        .map_err(|message| FunctionError::call(format!("bad size: {message}")))?;
    let size = usize::try_from(size).map_err(|_| FunctionError::call("the size must not be negative"))?;
    let items = items(list);
    let element = call.returns.element().cloned().unwrap_or_else(list_of_any);
    let inner = element.element().cloned().unwrap_or_else(any);
    let size = if size == 0 { items.len().max(1) } else { size };
    let chunks = items.chunks(size).map(|chunk| Value::list(inner.clone(), chunk.iter().cloned()));
    Ok(Value::list(element, chunks).mark(list.marks() | call.value(1).marks()))
}

fn compact(call: &Call<'_>) -> Outcome {
    if !call.value(0).is_wholly_known() {
        return Ok(call.unknown());
    }
    let kept = call.items(0).iter().filter(|item| item.as_str().is_some_and(|text| !text.is_empty()));
    Ok(Value::list(Type::String, kept.cloned()))
}

fn concat_type(arguments: &[Value]) -> Result<Type, FunctionError> {
    if arguments.is_empty() {
        return Err(FunctionError::call("at least one argument is needed"));
    }
    let types: Vec<Type> = arguments.iter().map(Value::ty).collect();
    if types.iter().all(|ty| matches!(ty, Type::List(_)))
        && let Some(common) = unify_unsafe(&types)
    {
        return Ok(common);
    }
    let mut elements = Vec::new();
    for (index, (argument, ty)) in arguments.iter().zip(&types).enumerate() {
        match ty {
            Type::Tuple(parts) => elements.extend(parts.iter().cloned()),
            Type::List(_) if !argument.is_known() => return Ok(Type::Dynamic),
            Type::List(element) => {
                elements.extend(std::iter::repeat_n(element.as_ref(), items(argument).len()).cloned());
            }
            _ => {
                let message = format!("all arguments must be lists or tuples, not {}", ty.friendly_name());
                return Err(FunctionError::argument(index, message));
            }
        }
    }
    Ok(Type::tuple(elements))
}

fn concat(call: &Call<'_>) -> Outcome {
    let mut marks = Marks::NONE;
    let mut all = Vec::new();
    for (index, argument) in call.rest(0).iter().enumerate() {
        marks |= argument.marks();
        if matches!(call.returns, Type::List(_)) {
            let list = convert(argument, call.returns)
                .map_err(|error| FunctionError::argument(index, error.to_string()))?;
            all.extend(items(&list).iter().cloned());
        } else {
            all.extend(items(argument).iter().cloned());
        }
    }
    let result = match call.returns {
        Type::List(element) => Value::list(element.as_ref().clone(), all),
        _ => Value::tuple(all),
    };
    Ok(result.mark(marks))
}

fn distinct(call: &Call<'_>) -> Outcome {
    let list = call.value(0);
    if !list.is_wholly_known() {
        return Ok(call.unknown());
    }
    let element = call.returns.element().cloned().unwrap_or_else(any);
    let mut seen = Members::default();
    let kept = items(list).iter().filter(|item| seen.insert(item));
    Ok(Value::list(element, kept.cloned()))
}

/// What flattening gives: elements in order, the marks of the lists they were in, and whether all is known.
struct Flat {
    items: Vec<Value>,
    marks: Marks,
    known: bool,
}

fn flat(value: &Value) -> Flat {
    let mut flat = Flat { items: Vec::new(), marks: Marks::NONE, known: true };
    flatten_into(value, &mut flat);
    flat
}

fn flatten_into(value: &Value, flat: &mut Flat) {
    flat.marks |= value.marks();
    if !value.is_known() || !value.length().is_known() {
        flat.known = false;
        return;
    }
    for item in items(value) {
        if is_sequence(item) && !item.is_null() {
            flatten_into(item, flat);
        } else {
            flat.known &= !matches!(item.kind(), Kind::Unknown(Type::Dynamic, _));
            flat.items.push(item.clone());
        }
    }
}

/// Whether it is a list, set or tuple, known or not.
fn is_sequence(value: &Value) -> bool {
    match value.kind() {
        Kind::List(_) | Kind::Set(_) | Kind::Tuple(_) => true,
        Kind::Null(ty) | Kind::Unknown(ty, _) => matches!(ty, Type::List(_) | Type::Set(_) | Type::Tuple(_)),
        _ => false,
    }
}

fn flatten_type(arguments: &[Value]) -> Result<Type, FunctionError> {
    if !is_sequence(&arguments[0]) && arguments[0].is_known() {
        return Err(FunctionError::call("only lists, sets and tuples can be flattened"));
    }
    // The elements are counted once, by the function itself: its value has the type.
    Ok(Type::Dynamic)
}

fn flatten(call: &Call<'_>) -> Outcome {
    let flat = flat(call.value(0));
    let result = if flat.known { Value::tuple(flat.items) } else { call.unknown() };
    Ok(result.mark(flat.marks))
}

fn matchkeys_type(arguments: &[Value]) -> Result<Type, FunctionError> {
    match unify_unsafe(&[arguments[1].ty(), arguments[2].ty()]) {
        Some(_) => Ok(arguments[0].ty()),
        None => Err(FunctionError::call("keys and searchset must have the same type")),
    }
}

fn matchkeys(call: &Call<'_>) -> Outcome {
    let (values, keys, wanted) = (call.value(0), call.value(1), call.value(2));
    if items(values).len() != items(keys).len() {
        return Err(FunctionError::call("there must be as many keys as values"));
    }
    let element = call.returns.element().cloned().unwrap_or_else(any);
    if items(wanted).is_empty() {
        return Ok(Value::list(element, []));
    }
    if !values.is_wholly_known() || !keys.is_wholly_known() {
        return Ok(call.unknown());
    }
    let common = unify_unsafe(&[keys.ty(), wanted.ty()]).unwrap_or_else(list_of_any);
    let to_common = |value| convert(value, &common).map_err(|error| FunctionError::call(error.to_string()));
    let (keys, wanted) = (to_common(keys)?, to_common(wanted)?);
    let pairs = items(values).iter().zip(items(&keys));
    if wanted.is_wholly_known() {
        let wanted = Members::of(items(&wanted));
        let found = pairs.filter(|(_, key)| wanted.contains(key));
        return Ok(Value::list(element, found.map(|(value, _)| value.clone())));
    }
    let mut found = Vec::new();
    for (value, key) in pairs {
        let first = items(&wanted).iter().map(|candidate| ops::equals(key, candidate).as_bool());
        match first.into_iter().find(|same| *same != Some(false)) {
            Some(Some(_)) => found.push(value.clone()),
            Some(None) => return Ok(call.unknown()),
            None => {}
        }
    }
    Ok(Value::list(element, found))
}

/// As many numbers as a range may have.
const RANGE_MAX: usize = 1024;

fn range(call: &Call<'_>) -> Outcome {
    let number = |index| call.number(index).clone();
    let (zero, one) = (Number::from(0), Number::from(1));
    let toward = |start: &Number, end: &Number| if end < start { one.neg() } else { one.clone() };
    let (start, end, step) = match call.arguments.len() {
        1 => (zero.clone(), number(0), toward(&zero, &number(0))),
        2 => (number(0), number(1), toward(&number(0), &number(1))),
        3 => (number(0), number(1), number(2)),
        _ => return Err(FunctionError::call("one, two or three arguments are taken")),
    };
    let down = step < zero;
    if down && end > start {
        return Err(FunctionError::argument(
            1,
            "the end must be less than the start if the step is negative",
        ));
    }
    if !down && end < start {
        return Err(FunctionError::argument(
            1,
            "the end must be greater than the start if the step is positive",
        ));
    }
    let mut made = Vec::new();
    let mut next = start;
    while if down { next > end } else { next < end } {
        if made.len() >= RANGE_MAX {
            let message =
                format!("there are more than {RANGE_MAX} numbers in this range; use a greater step");
            return Err(FunctionError::call(message));
        }
        made.push(Value::from(next.clone()));
        next = next.add(&step);
    }
    Ok(Value::list(Type::Number, made))
}

fn reverse_type(arguments: &[Value]) -> Result<Type, FunctionError> {
    match arguments[0].ty() {
        Type::Tuple(elements) => Ok(Type::tuple(elements.iter().rev().cloned())),
        Type::List(element) | Type::Set(element) => Ok(Type::List(element)),
        other => {
            let message = format!("only lists and tuples have an order, not {}", other.friendly_name());
            Err(FunctionError::argument(0, message))
        }
    }
}

fn reverse(call: &Call<'_>) -> Outcome {
    let list = call.value(0);
    let turned = items(list).iter().rev().cloned();
    let result = match call.returns {
        Type::List(element) => Value::list(element.as_ref().clone(), turned),
        _ => Value::tuple(turned),
    };
    Ok(result.mark(list.marks()))
}

/// One bound of a slice, if it is known.
fn bound(arguments: &[Value], at: usize, name: &str) -> Result<Option<usize>, FunctionError> {
    let Some(number) = arguments[at].as_number() else { return Ok(None) };
    let wanted = whole_number(number)
        .map_err(|message| FunctionError::argument(at, format!("bad {name} index: {message}")))?;
    let wanted = usize::try_from(wanted)
        .map_err(|_| FunctionError::argument(at, format!("the {name} index must not be less than zero")))?;
    let list = &arguments[0];
    let length = match list.kind() {
        Kind::Unknown(Type::Tuple(elements), _) | Kind::Null(Type::Tuple(elements)) => Some(elements.len()),
        _ => list.as_sequence().map(<[Value]>::len),
    };
    if length.is_some_and(|length| wanted > length) {
        let message = format!("the {name} index must not be greater than the length of the list");
        return Err(FunctionError::argument(at, message));
    }
    Ok(Some(wanted))
}

/// Both bounds of a slice, if both are known.
fn bounds(arguments: &[Value]) -> Result<Option<(usize, usize)>, FunctionError> {
    let (start, end) = (bound(arguments, 1, "start")?, bound(arguments, 2, "end")?);
    let (Some(start), Some(end)) = (start, end) else { return Ok(None) };
    if start > end {
        return Err(FunctionError::argument(1, "the start index must not be greater than the end index"));
    }
    Ok(Some((start, end)))
}

fn slice_type(arguments: &[Value]) -> Result<Type, FunctionError> {
    // The types of the part are enough; that of a whole tuple is as large as the tuple.
    if let Kind::Tuple(items) = arguments[0].kind() {
        let bounds = bounds(arguments)?;
        let part = bounds.map(|(start, end)| Type::tuple(items[start..end].iter().map(Value::ty)));
        return Ok(part.unwrap_or(Type::Dynamic));
    }
    match arguments[0].ty() {
        Type::Set(_) => Err(FunctionError::argument(
            0,
            "the elements of a set have no indices; convert it to a list if the order of the result doesn't matter",
        )),
        list @ Type::List(_) => bounds(arguments).map(|_| list),
        Type::Tuple(elements) => Ok(match bounds(arguments)? {
            Some((start, end)) => Type::tuple(elements[start..end].iter().cloned()),
            None => Type::Dynamic,
        }),
        _ => Err(FunctionError::argument(0, "a list or tuple is needed")),
    }
}

fn slice(call: &Call<'_>) -> Outcome {
    let list = call.value(0);
    let Some((start, end)) = bounds(call.arguments)? else { return Ok(call.unknown()) };
    let part = items(list)[start..end].iter().cloned();
    let result = match call.returns {
        Type::List(element) => Value::list(element.as_ref().clone(), part),
        _ => Value::tuple(part),
    };
    Ok(result.mark(list.marks()))
}

fn sort(call: &Call<'_>) -> Outcome {
    let list = call.value(0);
    let items = items(list);
    if !list.is_wholly_known() {
        // The order isn't known yet, but the length is.
        return Ok(Value::list(Type::String, items.iter().map(|_| Value::unknown(Type::String))));
    }
    if let Some(index) = items.iter().position(Value::is_null) {
        return Err(FunctionError::call(format!("element {index} is null, which has no place in the order")));
    }
    let mut sorted = items.to_vec();
    sorted.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    Ok(Value::list(Type::String, sorted))
}
