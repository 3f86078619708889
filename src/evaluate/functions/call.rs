//! Calling a function: counts, conversion, null, unknown and marks, the same way for every function.

use super::{ErrorKind, Function, FunctionError, Parameter, Returns, World};
use trueup_value::{Kind, Marks, Number, Type, Value, convert};

/// A call on its way into a function body.
pub struct Call<'a> {
    /// The arguments, converted, without marks where the parameter doesn't allow them.
    pub arguments: &'a [Value],
    /// The type of the result.
    pub returns: &'a Type,
    /// The world outside.
    pub world: &'a dyn World,
    /// The arguments with all their marks, which say what mustn't be quoted in a message.
    pub(super) marked: &'a [Value],
}

/// Calls a function with values: checks their number, converts them to the parameters' types, and applies the
/// rules for null, unknown and marks that the parameters ask for. Every argument that can't be converted is
/// reported; otherwise there is one error.
pub fn call(
    function: &Function,
    arguments: &[Value],
    world: &dyn World,
) -> Result<Value, Vec<FunctionError>> {
    check_count(function, arguments.len()).map_err(|error| vec![error])?;
    let converted = convert_all(function, arguments)?;
    call_converted(function, &converted, world).map_err(|error| vec![error])
}

fn check_count(function: &Function, count: usize) -> Result<(), FunctionError> {
    let wanted = function.parameters.len();
    let kind = if count < wanted {
        ErrorKind::NotEnoughArguments(count)
    } else if count > wanted && function.variadic.is_none() {
        ErrorKind::TooManyArguments(wanted)
    } else {
        return Ok(());
    };
    Err(FunctionError { kind, message: format!("{wanted} wanted, {count} given") })
}

fn convert_all(function: &Function, arguments: &[Value]) -> Result<Vec<Value>, Vec<FunctionError>> {
    let mut errors = Vec::new();
    let mut converted = Vec::with_capacity(arguments.len());
    for (index, (argument, parameter)) in arguments.iter().zip(parameters(function)).enumerate() {
        match convert(argument, &(parameter.ty)()) {
            Ok(value) => converted.push(value),
            Err(error) => errors.push(FunctionError::argument(index, error.to_string())),
        }
    }
    if errors.is_empty() { Ok(converted) } else { Err(errors) }
}

/// The parameter of each argument in turn, for ever if there is a variadic one.
fn parameters(function: &Function) -> impl Iterator<Item = &Parameter> {
    function
        .parameters
        .iter()
        .chain(std::iter::repeat_n(&function.variadic, usize::MAX).map_while(Option::as_ref))
}

fn call_converted(function: &Function, marked: &[Value], world: &dyn World) -> Result<Value, FunctionError> {
    let mut marks = Marks::NONE;
    let mut untyped = false;
    let mut unknown = false;
    let mut arguments = marked.to_vec();
    for (index, (argument, parameter)) in arguments.iter_mut().zip(parameters(function)).enumerate() {
        if argument.is_null() && !parameter.allow_null {
            return Err(FunctionError::argument(index, "the argument must not be null"));
        }
        if !parameter.allow_marked {
            let inner = argument.deep_marks();
            if !inner.is_empty() {
                marks |= inner;
                *argument = argument.without_marks();
            }
        }
        untyped |= !parameter.allow_dynamic && is_untyped(argument);
        unknown |= !parameter.allow_unknown && !argument.is_known();
    }
    if untyped {
        return Ok(Value::dynamic().mark(marks | top_marks(&arguments)));
    }
    let returns = match &function.returns {
        Returns::Always(ty) => ty(),
        Returns::Depends { from, .. } => from(&arguments)?,
    };
    let result = if unknown {
        Value::unknown(returns).mark(top_marks(&arguments))
    } else {
        (function.body)(&Call { arguments: &arguments, returns: &returns, world, marked })?
    };
    let result = if function.not_null { sure_not_null(result) } else { result };
    Ok(result.mark(marks))
}

/// Whether even the type isn't known: an unknown of any type, or a null that was never given one.
fn is_untyped(value: &Value) -> bool {
    matches!(value.kind(), Kind::Unknown(Type::Dynamic, _) | Kind::Null(Type::Dynamic))
}

/// The marks on the arguments themselves, for results that no body had a hand in.
fn top_marks(arguments: &[Value]) -> Marks {
    arguments.iter().fold(Marks::NONE, |marks, argument| marks | argument.marks())
}

/// With what is promised of every result, where the type is known.
fn sure_not_null(value: Value) -> Value {
    match value.kind() {
        Kind::Unknown(ty, _) if *ty != Type::Dynamic => value.refine_not_null(),
        _ => value,
    }
}

impl Call<'_> {
    /// The argument at a place.
    pub(super) fn value(&self, index: usize) -> &Value {
        &self.arguments[index]
    }

    /// The text of a string argument.
    pub(super) fn text(&self, index: usize) -> &str {
        self.arguments[index].as_str().expect("the parameter is a string, known and not null")
    }

    /// A number argument.
    pub(super) fn number(&self, index: usize) -> &Number {
        self.arguments[index].as_number().expect("the parameter is a number, known and not null")
    }

    /// A number argument that must be whole and fit 64 bits.
    pub(super) fn whole(&self, index: usize) -> Result<i64, FunctionError> {
        whole_number(self.number(index)).map_err(FunctionError::call)
    }

    /// The elements of a list, set or tuple argument.
    pub(super) fn items(&self, index: usize) -> &[Value] {
        self.arguments[index].as_sequence().expect("the parameter is a list or set, known and not null")
    }

    /// The arguments from a place on.
    pub(super) fn rest(&self, from: usize) -> &[Value] {
        self.arguments.get(from..).unwrap_or_default()
    }

    /// A text argument as messages may show it: in quotes, or hidden if sensitive.
    pub(super) fn shown(&self, index: usize) -> String {
        self.shown_as(index, self.arguments[index].as_str().unwrap_or_default())
    }

    /// Text that stems from an argument as messages may show it: in quotes, or hidden if that is sensitive.
    pub(super) fn shown_as(&self, index: usize, text: &str) -> String {
        if self.is_secret(index) { "(sensitive value)".into() } else { format!("{text:?}") }
    }

    /// Whether an argument holds something sensitive.
    pub(super) fn is_secret(&self, index: usize) -> bool {
        self.marked.get(index).is_some_and(|value| value.deep_marks().is_sensitive())
    }

    /// An unknown result of the type that this call returns.
    pub(super) fn unknown(&self) -> Value {
        Value::unknown(self.returns.clone())
    }
}

/// A number as a signed 64-bit one, or what messages say of it.
pub(super) fn whole_number(number: &Number) -> Result<i64, String> {
    number
        .to_i64()
        .ok_or_else(|| format!("the value must be a whole number from {} to {}", i64::MIN, i64::MAX))
}
