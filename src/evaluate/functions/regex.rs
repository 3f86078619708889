//! Functions on regular expressions.

use super::definition::{any, depends, list_of_any};
use super::{Call, Function, FunctionError, Outcome, Parameter, Returns, regex_dialect};
use ::regex::{Captures, Regex, RegexBuilder};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use trueup_value::{Type, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new(
        "regex",
        &[PATTERN, STRING],
        depends(regex_type),
        regex,
        "The first match of a regular expression in a string: the text, or what its groups captured.",
    ),
    Function::new(
        "regexall",
        &[PATTERN, STRING],
        Returns::Depends { declared: list_of_any, from: regexall_type },
        regexall,
        "All matches of a regular expression in a string, in order.",
    ),
];

const PATTERN: Parameter = Parameter::string("pattern");
const STRING: Parameter = Parameter::string("string");

/// The compiled form of a pattern in the dialect of the reference, or why it isn't one.
pub(super) fn compile(pattern: &str) -> Result<Regex, String> {
    let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(compiled) = cache.get(pattern) {
        return Ok(compiled.clone());
    }
    let translated = regex_dialect::translate(pattern)?;
    let compiled =
        RegexBuilder::new(&translated).size_limit(SIZE_MAX_BYTES).build().map_err(|error| reason(&error))?;
    if cache.len() >= CACHED_MAX {
        cache.clear();
    }
    cache.insert(pattern.to_owned(), compiled.clone());
    Ok(compiled)
}

/// Compiled patterns: configurations use few, but call them once per instance.
static CACHE: Mutex<BTreeMap<String, Regex>> = Mutex::new(BTreeMap::new());
const CACHED_MAX: usize = 256;
const SIZE_MAX_BYTES: usize = 64 << 20;

/// The last line of the library's message, which doesn't repeat the pattern.
fn reason(error: &::regex::Error) -> String {
    let text = error.to_string();
    let line = text.lines().last().unwrap_or_default().trim();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

fn pattern_argument(pattern: &Value) -> Result<Regex, FunctionError> {
    compile(pattern.as_str().unwrap_or_default())
        .map_err(|reason| FunctionError::argument(0, format!("not a regular expression: {reason}")))
}

/// The shape of one match: text, a tuple or an object of the captures.
fn match_type(pattern: &Value) -> Result<Type, FunctionError> {
    if !pattern.is_known() {
        return Ok(Type::Dynamic);
    }
    let compiled = pattern_argument(pattern)?;
    let groups: Vec<Option<&str>> = compiled.capture_names().skip(1).collect();
    let named: Vec<&str> = groups.iter().filter_map(|name| *name).collect();
    if groups.is_empty() {
        Ok(Type::String)
    } else if named.is_empty() {
        Ok(Type::tuple(groups.iter().map(|_| Type::String)))
    } else if named.len() == groups.len() {
        Ok(Type::object(named.into_iter().map(|name| (name, Type::String))))
    } else {
        Err(FunctionError::argument(0, "capture groups must be all named or all unnamed"))
    }
}

fn regex_type(arguments: &[Value]) -> Result<Type, FunctionError> {
    match_type(&arguments[0])
}

fn regexall_type(arguments: &[Value]) -> Result<Type, FunctionError> {
    Ok(Type::list(match_type(&arguments[0])?))
}

fn match_value(shape: &Type, compiled: &Regex, captures: &Captures<'_>) -> Value {
    let group = |index: usize| match captures.get(index) {
        Some(found) => Value::string(found.as_str()),
        None => Value::null(Type::String),
    };
    match shape {
        Type::Tuple(groups) => Value::tuple((1..=groups.len()).map(group)),
        Type::Object(_) => {
            let names = compiled.capture_names().enumerate();
            Value::object(names.filter_map(|(index, name)| Some((name?, group(index)))))
        }
        _ => group(0),
    }
}

fn regex(call: &Call<'_>) -> Outcome {
    let compiled = pattern_argument(call.value(0))?;
    match compiled.captures(call.text(1)) {
        Some(captures) => Ok(match_value(call.returns, &compiled, &captures)),
        None => Err(FunctionError::call("the pattern matches no part of the string")),
    }
}

fn regexall(call: &Call<'_>) -> Outcome {
    let compiled = pattern_argument(call.value(0))?;
    let shape = call.returns.element().cloned().unwrap_or_else(any);
    let matches: Vec<Value> = compiled
        .captures_iter(call.text(1))
        .map(|captures| match_value(&shape, &compiled, &captures))
        .collect();
    Ok(Value::list(shape, matches))
}
