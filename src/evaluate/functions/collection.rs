//! Functions that ask something of a collection, or choose among values.

use super::call::whole_number;
use super::definition::{BOOL, NUMBER, any, boolean, depends};
use super::{Call, Function, FunctionError, Outcome, Parameter, Returns};
use trueup_value::{Kind, Number, Refinement, Type, Value, convert, ops, unify_unsafe};
use unicode_segmentation::UnicodeSegmentation;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new(
        "alltrue",
        &[BOOLS],
        BOOL,
        alltrue,
        "Whether all elements are true; true of an empty collection.",
    ),
    Function::new(
        "anytrue",
        &[BOOLS],
        BOOL,
        anytrue,
        "Whether any element is true; false of an empty collection.",
    ),
    Function::new(
        "coalesce",
        &[],
        depends(coalesce_type),
        coalesce,
        "The first argument that isn't null or an empty string.",
    )
    .variadic(Parameter::any("vals").nullable().unknown().dynamic()),
    Function::new(
        "coalescelist",
        &[],
        depends(coalescelist_type),
        coalescelist,
        "The first list that isn't empty.",
    )
    .variadic(Parameter::any("vals").nullable().unknown().dynamic())
    .maybe_null(),
    Function::new(
        "contains",
        &[LIST, Parameter::any("value")],
        Returns::Depends { declared: any, from: |_| Ok(Type::Bool) },
        contains,
        "Whether a list, tuple or set has a value among its elements.",
    ),
    Function::new(
        "element",
        &[LIST.marked(), Parameter::number("index")],
        depends(element_type),
        element,
        "One element of a list by its index, which starts again at the beginning after the last.",
    )
    .maybe_null(),
    Function::new(
        "index",
        &[LIST, Parameter::any("value")],
        Returns::Depends { declared: any, from: |_| Ok(Type::Number) },
        index,
        "The index of the first element of a list that equals a value.",
    ),
    Function::new(
        "length",
        &[Parameter::any("value").marked().unknown().dynamic()],
        NUMBER,
        length,
        "The number of elements of a collection, or of characters of a string.",
    ),
    Function::new(
        "lookup",
        &[Parameter::any("inputMap").marked(), Parameter::string("key").marked()],
        depends(lookup_type),
        lookup,
        "One element of a map by its key, or a default if the key isn't there.",
    )
    .variadic(Parameter::any("default").nullable().unknown().dynamic().marked())
    .maybe_null(),
    Function::new(
        "one",
        &[LIST],
        depends(one_type),
        one,
        "The element of a collection of one, or null of an empty one.",
    )
    .maybe_null(),
    Function::new(
        "sum",
        &[LIST],
        Returns::Depends { declared: any, from: |_| Ok(Type::Number) },
        sum,
        "The sum of the numbers in a list or set.",
    ),
];

const BOOLS: Parameter = Parameter::new("list", || Type::list(boolean()));
const LIST: Parameter = Parameter::any("list");

fn alltrue(call: &Call<'_>) -> Outcome {
    for item in call.items(0) {
        if !item.is_known() {
            return Ok(call.unknown());
        }
        if item.as_bool() != Some(true) {
            return Ok(false.into());
        }
    }
    Ok(true.into())
}

fn anytrue(call: &Call<'_>) -> Outcome {
    let items = call.items(0);
    if items.iter().any(|item| item.as_bool() == Some(true)) {
        return Ok(true.into());
    }
    if items.iter().all(Value::is_known) { Ok(false.into()) } else { Ok(call.unknown()) }
}

fn coalesce_type(arguments: &[Value]) -> Result<Type, FunctionError> {
    let types: Vec<Type> = arguments.iter().map(Value::ty).collect();
    unify_unsafe(&types)
        .filter(|_| !types.is_empty())
        .ok_or_else(|| FunctionError::call("all arguments must have the same type"))
}

fn coalesce(call: &Call<'_>) -> Outcome {
    for argument in call.rest(0) {
        if !argument.is_known() {
            return Ok(call.unknown());
        }
        if argument.is_null() {
            continue;
        }
        let value = convert(argument, call.returns)
            .map_err(|error| FunctionError::call(format!("an argument has another type: {error}")))?;
        if value.as_str() != Some("") {
            return Ok(value);
        }
    }
    Err(FunctionError::call("every argument is null or an empty string"))
}

fn coalescelist_type(arguments: &[Value]) -> Result<Type, FunctionError> {
    let first = arguments.first().ok_or_else(|| FunctionError::call("at least one argument is needed"))?;
    if !arguments.iter().all(Value::is_known) {
        return Ok(Type::Dynamic);
    }
    let is_list = |value: &Value| value.is_sequence() && !matches!(value.kind(), Kind::Set(_));
    if !arguments.iter().all(is_list) {
        return Err(FunctionError::call("the arguments must be lists or tuples"));
    }
    let ty = first.ty();
    Ok(if arguments.iter().all(|value| value.ty() == ty) { ty } else { Type::Dynamic })
}

fn coalescelist(call: &Call<'_>) -> Outcome {
    for argument in call.rest(0) {
        if !argument.is_known() {
            return Ok(call.unknown());
        }
        if argument.as_sequence().is_some_and(|items| !items.is_empty()) {
            return Ok(argument.clone());
        }
    }
    Err(FunctionError::call("every argument is null or an empty list"))
}

fn contains(call: &Call<'_>) -> Outcome {
    let Some(items) = call.value(0).as_sequence() else {
        return Err(FunctionError::call("the first argument must be a list, tuple or set"));
    };
    let mut undecided = false;
    for item in items {
        match ops::equals(item, call.value(1)).as_bool() {
            Some(true) => return Ok(true.into()),
            Some(false) => {}
            None => undecided = true,
        }
    }
    if undecided { Ok(call.unknown()) } else { Ok(false.into()) }
}

fn element_type(arguments: &[Value]) -> Result<Type, FunctionError> {
    let (list, index) = (&arguments[0], &arguments[1]);
    // The type of one element is enough; that of a whole tuple is as large as the tuple.
    if let (Kind::Tuple(items), true) = (list.kind(), index.is_known()) {
        return Ok(items[place(index, items.len())?].ty());
    }
    match list.ty() {
        Type::List(element) => Ok(element.as_ref().clone()),
        Type::Tuple(_) if !index.is_known() => Ok(Type::Dynamic),
        Type::Tuple(elements) => Ok(elements[place(index, elements.len())?].clone()),
        other => {
            Err(FunctionError::call(format!("{} has no elements to be read by index", other.friendly_name())))
        }
    }
}

/// An index brought into a list of this length.
fn place(index: &Value, length: usize) -> Result<usize, FunctionError> {
    let wanted = index.as_number().ok_or_else(|| FunctionError::call("the index must be a number"))?;
    let wanted =
        whole_number(wanted).map_err(|message| FunctionError::call(format!("bad index: {message}")))?;
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    if length == 0 {
        return Err(FunctionError::call("an empty list has no element"));
    }
    Ok(usize::try_from(wanted.rem_euclid(length)).unwrap_or(0))
}

fn element(call: &Call<'_>) -> Outcome {
    let list = call.value(0);
    let items = list.as_sequence().unwrap_or_default();
    Ok(items[place(call.value(1), items.len())?].clone().mark(list.marks()))
}

fn index(call: &Call<'_>) -> Outcome {
    let items = match call.value(0).kind() {
        Kind::List(list) => &list.items[..],
        Kind::Tuple(items) => items,
        _ => return Err(FunctionError::call("the first argument must be a list or tuple")),
    };
    if items.is_empty() {
        return Err(FunctionError::call("an empty list has no such element"));
    }
    for (place, item) in items.iter().enumerate() {
        match ops::equals(item, call.value(1)).as_bool() {
            Some(true) => return Ok(i64::try_from(place).unwrap_or(i64::MAX).into()),
            Some(false) => {}
            None => return Ok(call.unknown()),
        }
    }
    Err(FunctionError::call("no element equals the value"))
}

fn length(call: &Call<'_>) -> Outcome {
    let value = call.value(0);
    if matches!(plain_type(value), Some(Type::Bool | Type::Number)) {
        return Err(FunctionError::call("only strings, collections, tuples and objects have a length"));
    }
    let length = match value.as_str() {
        // What a reader takes for one character may be several of Unicode's.
        Some(text) => i64::try_from(text.graphemes(true).count()).unwrap_or(i64::MAX).into(),
        None if plain_type(value) == Some(Type::String) => {
            Value::refined(Type::Number, Refinement::number(Some(0.into()), None))
        }
        None => value.length(),
    };
    Ok(length.mark(value.marks()))
}

/// The type of what isn't a collection, tuple or object; the types of those can be large.
fn plain_type(value: &Value) -> Option<Type> {
    let compound = value.as_sequence().is_some() || value.as_mapping().is_some();
    (!compound).then(|| value.ty())
}

fn lookup_type(arguments: &[Value]) -> Result<Type, FunctionError> {
    if arguments.len() > 3 {
        return Err(FunctionError::call(format!(
            "two or three arguments are taken, not {}",
            arguments.len()
        )));
    }
    let default = arguments.get(2);
    // The type of one attribute is enough; that of a whole object is as large as the object.
    if let (Kind::Object(attributes), Some(key)) = (arguments[0].kind(), arguments[1].as_str()) {
        let chosen = attributes.get(key).or(default);
        return chosen
            .map(Value::ty)
            .ok_or_else(|| FunctionError::argument(0, missing_attribute(&arguments[1])));
    }
    match arguments[0].ty() {
        Type::Object(_) => Ok(Type::Dynamic),
        Type::Map(element) => {
            if default.is_some_and(|default| convert(default, &element).is_err()) {
                return Err(FunctionError::argument(
                    2,
                    "the default must have the type of the map's elements",
                ));
            }
            Ok(element.as_ref().clone())
        }
        _ => Err(FunctionError::argument(0, "a map or object is needed")),
    }
}

fn missing_attribute(key: &Value) -> String {
    let shown = if key.marks().is_sensitive() {
        "(sensitive value)".to_owned()
    } else {
        format!("{:?}", key.as_str().unwrap_or_default())
    };
    format!("the object has no attribute {shown}, and there is no default")
}

fn lookup(call: &Call<'_>) -> Outcome {
    let marks = call.value(0).marks() | call.value(1).marks();
    if let Some(found) = call.value(0).get(call.text(1)) {
        return Ok(found.clone().mark(marks));
    }
    let Some(default) = call.rest(2).first() else {
        return Err(FunctionError::call(format!(
            "the map has no key {}, and there is no default",
            call.shown(1)
        )));
    };
    let default = convert(default, call.returns)
        .map_err(|error| FunctionError::argument(2, format!("the default has another type: {error}")))?;
    Ok(default.mark(marks))
}

fn not_one() -> FunctionError {
    FunctionError::argument(0, "it must be a list, set or tuple of no or one element")
}

fn one_type(arguments: &[Value]) -> Result<Type, FunctionError> {
    match arguments[0].ty() {
        Type::List(element) | Type::Set(element) => Ok(element.as_ref().clone()),
        Type::Tuple(elements) if elements.len() <= 1 => {
            Ok(elements.first().cloned().unwrap_or(Type::Dynamic))
        }
        _ => Err(not_one()),
    }
}

fn one(call: &Call<'_>) -> Outcome {
    if !call.value(0).length().is_known() {
        return Ok(call.unknown());
    }
    match call.items(0) {
        [] => Ok(Value::null(call.returns.clone())),
        [single] => Ok(single.clone()),
        _ => Err(not_one()),
    }
}

fn sum(call: &Call<'_>) -> Outcome {
    let list = call.value(0);
    if list.ty().is_primitive() {
        return Err(FunctionError::argument(0, "it has no elements to add up"));
    }
    if list.length().as_number() == Some(&Number::from(0)) {
        return Err(FunctionError::argument(0, "an empty list has no sum"));
    }
    let Some(items) = list.as_sequence() else {
        let message = format!("a list, set or tuple is needed, not {}", list.ty().friendly_name());
        return Err(FunctionError::argument(0, message));
    };
    if !list.is_wholly_known() {
        return Ok(call.unknown());
    }
    let not_number = || FunctionError::argument(0, "every element must be a number");
    let mut total = Number::from(0);
    for item in items {
        let item = convert(item, &Type::Number).map_err(|_| not_number())?;
        let number = item.as_number().ok_or_else(not_number)?;
        total = total
            .checked_add(number)
            .ok_or_else(|| FunctionError::call("opposite infinities have no sum"))?;
    }
    Ok(total.into())
}
