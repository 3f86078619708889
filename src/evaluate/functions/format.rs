//! `format` and `formatlist`.

use super::definition::{any, string, strings};
use super::format_verb::{Part, Verb, parse};
use super::{Call, Function, FunctionError, Outcome, Parameter, Returns, format_number};
use crate::expression::bounds::TEXT_BYTES_MAX;
use trueup_value::{Kind, Refinement, Type, Value, convert, json, safe_prefix};
use unicode_segmentation::UnicodeSegmentation;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new(
        "format",
        &[FORMAT],
        Returns::Depends { declared: any, from: |_| Ok(string()) },
        format,
        "Writes values into a string in the places and ways that a format string says.",
    )
    .variadic(ARGUMENTS),
    Function::new(
        "formatlist",
        &[FORMAT],
        Returns::Depends { declared: any, from: |_| Ok(strings()) },
        formatlist,
        "Writes the elements of lists into strings, one string for each round of elements.",
    )
    .variadic(ARGUMENTS),
];

const FORMAT: Parameter = Parameter::string("format");
const ARGUMENTS: Parameter = Parameter::any("args").nullable().unknown();

/// Why a format string doesn't go with its arguments.
struct Mismatch {
    message: String,
    /// The arguments are more than the format string uses; the first one too many.
    surplus: Option<usize>,
}

impl From<String> for Mismatch {
    fn from(message: String) -> Mismatch {
        Mismatch { message, surplus: None }
    }
}

fn format(call: &Call<'_>) -> Outcome {
    let pattern = call.text(0);
    let arguments = call.rest(1);
    if !arguments.iter().all(Value::is_wholly_known) {
        return Ok(unknown_text(pattern));
    }
    match formatted(pattern, arguments) {
        Ok(text) => Ok(Value::string(text)),
        Err(Mismatch { message, surplus: Some(at) }) => Err(FunctionError::argument(at + 1, message)),
        Err(Mismatch { message, .. }) => Err(FunctionError::call(message)),
    }
}

/// An unknown string of which the text before the first verb is known.
fn unknown_text(pattern: &str) -> Value {
    let literal = pattern.split('%').next().unwrap_or_default();
    let prefix = safe_prefix(literal);
    let prefix = (!prefix.is_empty()).then(|| prefix.into());
    Value::refined(Type::String, Refinement { not_null: true, prefix, ..Refinement::default() })
}

fn formatted(pattern: &str, arguments: &[Value]) -> Result<String, Mismatch> {
    let mut out = String::new();
    let mut next = 0;
    let mut used = 0;
    let mut any_verb = false;
    for part in parse(pattern)? {
        let verb = match part {
            Part::Literal(text) => {
                out.push_str(text);
                continue;
            }
            Part::Verb(verb) => verb,
        };
        any_verb = true;
        let at = verb.argument.map_or(next, |argument| argument - 1);
        let Some(argument) = arguments.get(at) else {
            let message = format!(
                "{:?} at offset {} wants argument {} but there are only {}",
                verb.text,
                verb.offset,
                at + 1,
                arguments.len()
            );
            return Err(message.into());
        };
        next = at + 1;
        used = used.max(next);
        let text = written(&verb, argument).map_err(|reason| {
            format!("{:?} at offset {} can't take its argument: {reason}", verb.text, verb.offset)
        })?;
        out.push_str(&text);
        if out.len() > TEXT_BYTES_MAX {
            return Err(FunctionError::too_long().message.into());
        }
    }
    if used < arguments.len() {
        let message = if any_verb {
            format!("there are too many arguments: the format string uses only {used}")
        } else {
            "there are too many arguments: the format string has no verbs".to_owned()
        };
        return Err(Mismatch { message, surplus: Some(used) });
    }
    Ok(out)
}

fn written(verb: &Verb<'_>, value: &Value) -> Result<String, String> {
    match verb.mode {
        'v' => as_is(verb, value),
        't' => {
            let truth = converted(value, &Type::Bool)?.as_bool().unwrap_or_default();
            Ok(truth.to_string())
        }
        'b' | 'd' | 'o' | 'x' | 'X' => {
            let value = converted(value, &Type::Number)?;
            let number = value.as_number().ok_or("a number is needed")?;
            format_number::integer(verb, number).ok_or_else(|| "a whole number is needed".to_owned())
        }
        'e' | 'E' | 'f' | 'g' | 'G' => {
            let value = converted(value, &Type::Number)?;
            let number = value.as_number().ok_or("a number is needed")?;
            Ok(format_number::fraction(verb, number))
        }
        's' => {
            let value = converted(value, &Type::String)?;
            Ok(padded(verb, cut(verb, value.as_str().unwrap_or_default())))
        }
        'q' => {
            let value = converted(value, &Type::String)?;
            let text = cut(verb, value.as_str().unwrap_or_default());
            Ok(padded(verb, encoded(&Value::string(text))?))
        }
        other => Err(format!("there is no verb {other:?}")),
    }
}

fn converted(value: &Value, ty: &Type) -> Result<Value, String> {
    if value.is_null() {
        return Err("it is null".into());
    }
    convert(value, ty).map_err(|error| error.to_string())
}

fn encoded(value: &Value) -> Result<String, String> {
    json::encode(value).map_err(|error| error.to_string())
}

fn as_is(verb: &Verb<'_>, value: &Value) -> Result<String, String> {
    let text = match value.kind() {
        Kind::String(text) if !verb.sharp => text.to_string(),
        Kind::Number(number) if !verb.sharp => {
            let plain = Verb { mode: 'g', ..Verb::default() };
            format_number::fraction(&plain, number)
        }
        _ => encoded(value)?,
    };
    Ok(padded(verb, text))
}

/// At most as many characters as the precision says; a precision of none counts as not given.
fn cut(verb: &Verb<'_>, text: &str) -> String {
    match verb.precision {
        Some(most) if most > 0 => text.graphemes(true).take(most).collect(),
        _ => text.to_owned(),
    }
}

fn padded(verb: &Verb<'_>, text: String) -> String {
    let missing = verb.width.unwrap_or(0).saturating_sub(text.graphemes(true).count());
    if missing == 0 {
        text
    } else {
        let padding = if verb.zero { "0" } else { " " }.repeat(missing);
        if verb.minus { text + &padding } else { padding + &text }
    }
}

/// One argument of `formatlist`: the same in every round, or a different element in each.
enum Column<'v> {
    Same(&'v Value),
    Each(&'v [Value]),
}

/// The arguments as columns; none if the length of one isn't known.
fn columns(arguments: &[Value]) -> Option<Vec<Column<'_>>> {
    arguments
        .iter()
        .map(|argument| match argument.ty() {
            Type::List(_) | Type::Set(_) | Type::Tuple(_) if !argument.is_null() => {
                if argument.length().is_known() { argument.as_sequence().map(Column::Each) } else { None }
            }
            _ => Some(Column::Same(argument)),
        })
        .collect()
}

/// The number of rounds: the length of all lists, or 1 if there are none.
fn rounds(columns: &[Column<'_>]) -> Result<usize, FunctionError> {
    let mut first: Option<(usize, usize)> = None;
    for (at, column) in columns.iter().enumerate() {
        let Column::Each(items) = column else { continue };
        let (leader, length) = *first.get_or_insert((at, items.len()));
        if items.len() != length {
            let message = format!(
                "argument {} has {} elements, but argument {} has {length}",
                at + 1,
                items.len(),
                leader + 1
            );
            return Err(FunctionError::argument(at + 1, message));
        }
    }
    Ok(first.map_or(1, |(_, length)| length))
}

fn formatlist(call: &Call<'_>) -> Outcome {
    let pattern = call.text(0);
    let Some(columns) = columns(call.rest(1)) else { return Ok(call.unknown()) };
    let mut made = Vec::new();
    let mut bytes = 0_usize;
    for round in 0..rounds(&columns)? {
        let arguments: Vec<Value> = columns
            .iter()
            .map(|column| match column {
                Column::Same(value) => (*value).clone(),
                Column::Each(items) => items[round].clone(),
            })
            .collect();
        if !arguments.iter().all(Value::is_wholly_known) {
            made.push(Value::unknown(Type::String));
            continue;
        }
        let text = formatted(pattern, &arguments)
            .map_err(|mismatch| FunctionError::call(format!("in round {round}: {}", mismatch.message)))?;
        bytes = bytes.saturating_add(text.len());
        if bytes > TEXT_BYTES_MAX {
            return Err(FunctionError::too_long());
        }
        made.push(Value::string(text));
    }
    Ok(Value::list(Type::String, made))
}
