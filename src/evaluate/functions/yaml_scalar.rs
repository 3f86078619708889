//! What a plain YAML scalar means: the core schema of YAML 1.2, with the truth words, dates and merge keys of 1.1.

use super::instant;
use num_bigint::BigInt;
use trueup_value::{Number, Type, Value};

/// The prefix of the tags that YAML itself defines.
const TAGS: &str = "tag:yaml.org,2002:";

/// The value of a scalar. Only `plain` ones (without quotes) mean anything but text.
pub(super) fn resolve(text: &str, plain: bool, tag: Option<&str>) -> Result<Value, String> {
    let kind = match tag {
        None => "",
        Some(tag) => tag.strip_prefix(TAGS).ok_or_else(|| unsupported(tag))?,
    };
    match kind {
        "str" | "binary" => Ok(Value::string(text)),
        "" | "int" | "float" | "bool" | "null" | "timestamp" if !plain => Ok(Value::string(text)),
        "" => Ok(null(text)
            .or_else(|| truth(text))
            .map_or_else(|| number(text), |value| Ok(Some(value)))?
            .or_else(|| timestamp(text))
            .unwrap_or_else(|| Value::string(text))),
        "null" => Ok(Value::null(Type::Dynamic)),
        "bool" => truth(text).ok_or_else(|| format!("{text:?} is not a bool")),
        "int" | "float" => number(text)?.ok_or_else(|| format!("{text:?} is not a number")),
        "timestamp" => timestamp(text).ok_or_else(|| format!("{text:?} is not a timestamp")),
        _ => Err(unsupported(tag.unwrap_or_default())),
    }
}

pub(super) fn unsupported(tag: &str) -> String {
    format!("there is no value for the tag {tag:?}")
}

/// Whether a collection's tag is the one that every such collection has.
pub(super) fn is_tag(tag: Option<&str>, name: &str) -> bool {
    tag.is_none_or(|tag| tag.strip_prefix(TAGS) == Some(name))
}

fn null(text: &str) -> Option<Value> {
    matches!(text, "" | "~" | "null" | "Null" | "NULL").then(|| Value::null(Type::Dynamic))
}

fn truth(text: &str) -> Option<Value> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Some(true.into())
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Some(false.into())
        }
        _ => None,
    }
}

fn number(text: &str) -> Result<Option<Value>, String> {
    let based = |digits: &str, base: u32| {
        let valid = !digits.is_empty() && digits.chars().all(|c| c.is_digit(base));
        valid.then(|| BigInt::parse_bytes(digits.as_bytes(), base)).flatten()
    };
    if let Some(digits) = text.strip_prefix("0x") {
        return Ok(based(digits, 16).map(|whole| Number::from_bigint(&whole).into()));
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return Ok(based(digits, 8).map(|whole| Number::from_bigint(&whole).into()));
    }
    match text {
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            return Ok(Some(Number::infinity(false).into()));
        }
        "-.inf" | "-.Inf" | "-.INF" => return Ok(Some(Number::infinity(true).into())),
        ".nan" | ".NaN" | ".NAN" => return Err("there is no value for what isn't a number".into()),
        _ => {}
    }
    if !is_decimal(text) {
        return Ok(None);
    }
    let number = Number::parse(text).ok_or_else(|| format!("the number {text} is too large or too small"))?;
    Ok(Some(number.into()))
}

/// An optional sign, digits with at most one point, and an optional exponent.
fn is_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent))
}

/// A date, or a date and time: `2001-12-14`, `2001-12-14t21:59:43.1-05:00`, `2001-12-15 2:59:43`.
fn timestamp(text: &str) -> Option<Value> {
    let at = text.find(['T', 't', ' ']);
    let (date, time) = at.map_or((text, None), |at| (&text[..at], Some((&text[at..=at], &text[at + 1..]))));
    let mut fields = date.split('-');
    let (year, month, day) = (fields.next()?, two_digits(fields.next()?)?, two_digits(fields.next()?)?);
    if year.len() != 4 || fields.next().is_some() {
        return None;
    }
    let (clock, offset) = match time {
        None => ("0:0:0", "Z"),
        Some((" ", clock)) => (clock, "Z"),
        Some((_, clock)) => clock.split_at(clock.find(['Z', '+', '-'])?),
    };
    let mut fields = clock.split(':');
    let (hour, minute, second) = (two_digits(fields.next()?)?, two_digits(fields.next()?)?, fields.next()?);
    let (second, fraction) = second.split_once('.').unwrap_or((second, "0"));
    let second = two_digits(second)?;
    if fields.next().is_some() {
        return None;
    }
    let canonical = format!("{year}-{month}-{day}T{hour}:{minute}:{second}.{fraction}{offset}");
    Some(Value::string(instant::parse(&canonical).ok()?.to_rfc3339()))
}

fn two_digits(text: &str) -> Option<String> {
    let valid = matches!(text.len(), 1 | 2) && text.bytes().all(|b| b.is_ascii_digit());
    valid.then(|| format!("{text:0>2}"))
}
