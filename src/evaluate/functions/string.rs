//! Functions on text.

use super::definition::{BOOL, STRING, STRINGS, strings};
use super::{Call, Function, FunctionError, Outcome, Parameter, case, regex};
use crate::expression::bounds::{TEXT_BYTES_MAX, WEIGHT_MAX};
use trueup_value::{Kind, Type, Value};
use unicode_segmentation::UnicodeSegmentation;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("chomp", &[STR], STRING, chomp, "Removes line breaks from the end of a string."),
    Function::new(
        "endswith",
        &[STR, Parameter::string("suffix")],
        BOOL,
        endswith,
        "Whether a string ends with another one.",
    ),
    Function::new(
        "indent",
        &[Parameter::number("spaces"), STR],
        STRING,
        indent,
        "Puts spaces before every line of a string but the first.",
    ),
    Function::new(
        "join",
        &[Parameter::string("separator")],
        STRING,
        join,
        "Puts the strings of one or more lists together, with a separator between them.",
    )
    .variadic(Parameter::new("lists", strings)),
    Function::new("lower", &[STR], STRING, lower, "Puts all letters in lower case."),
    Function::new(
        "replace",
        &[STR, Parameter::string("substr"), Parameter::string("replace")],
        STRING,
        replace,
        "Replaces every occurrence of a string, or every match of a regular expression between slashes.",
    ),
    Function::new(
        "split",
        &[Parameter::string("separator"), STR],
        STRINGS,
        split,
        "Cuts a string into a list at every occurrence of a separator.",
    ),
    Function::new(
        "startswith",
        &[STR.unknown(), Parameter::string("prefix")],
        BOOL,
        startswith,
        "Whether a string begins with another one.",
    ),
    Function::new(
        "strcontains",
        &[STR, Parameter::string("substr")],
        BOOL,
        strcontains,
        "Whether a string holds another one.",
    )
    .maybe_null(),
    Function::new("strrev", &[STR], STRING, strrev, "Turns the order of the characters in a string round."),
    Function::new(
        "substr",
        &[STR, Parameter::number("offset"), Parameter::number("length")],
        STRING,
        substr,
        "Takes a part of a string by its offset, from the end if negative, and greatest length, -1 for all the rest.",
    ),
    Function::new("title", &[STR], STRING, title, "Puts the first letter of each word in upper case."),
    Function::new(
        "trim",
        &[STR, Parameter::string("cutset")],
        STRING,
        trim,
        "Removes all of the given characters from both ends of a string.",
    ),
    Function::new(
        "trimprefix",
        &[STR, Parameter::string("prefix")],
        STRING,
        trimprefix,
        "Removes a prefix from the start of a string, if it is there.",
    ),
    Function::new("trimspace", &[STR], STRING, trimspace, "Removes white space from both ends of a string."),
    Function::new(
        "trimsuffix",
        &[STR, Parameter::string("suffix")],
        STRING,
        trimsuffix,
        "Removes a suffix from the end of a string, if it is there.",
    ),
    Function::new("upper", &[STR], STRING, upper, "Puts all letters in upper case."),
];

const STR: Parameter = Parameter::string("str");

fn chomp(call: &Call<'_>) -> Outcome {
    Ok(Value::string(call.text(0).trim_end_matches(['\r', '\n'])))
}

fn endswith(call: &Call<'_>) -> Outcome {
    Ok(call.text(0).ends_with(call.text(1)).into())
}

fn startswith(call: &Call<'_>) -> Outcome {
    let wanted = call.text(1);
    let Kind::Unknown(_, refinement) = call.value(0).kind() else {
        return Ok(call.text(0).starts_with(wanted).into());
    };
    let known = refinement.as_deref().and_then(|known| known.prefix.as_deref()).unwrap_or_default();
    if known.starts_with(wanted) {
        Ok(true.into())
    } else if wanted.starts_with(known) {
        Ok(call.unknown())
    } else {
        Ok(false.into())
    }
}

fn strcontains(call: &Call<'_>) -> Outcome {
    Ok(call.text(0).contains(call.text(1)).into())
}

fn indent(call: &Call<'_>) -> Outcome {
    let spaces = call.whole(0)?;
    let spaces = usize::try_from(spaces)
        .ok()
        .filter(|spaces| *spaces <= SPACES_MAX)
        .ok_or_else(|| FunctionError::call(format!("the number of spaces must be from 0 to {SPACES_MAX}")))?;
    let break_and_spaces = format!("\n{}", " ".repeat(spaces));
    let text = call.text(1);
    room_for(text.len(), text.matches('\n').count(), spaces)?;
    Ok(Value::string(text.replace('\n', &break_and_spaces)))
}

/// An error where some bytes and `count` texts of `each` bytes are more than a text may have.
pub(super) fn room_for(bytes: usize, count: usize, each: usize) -> Result<(), FunctionError> {
    let total = count.checked_mul(each).and_then(|more| more.checked_add(bytes));
    let fits = total.is_some_and(|total| total <= TEXT_BYTES_MAX);
    if fits { Ok(()) } else { Err(FunctionError::too_long()) }
}

/// More than this is a mistake that would fill memory.
const SPACES_MAX: usize = 1 << 20;

fn join(call: &Call<'_>) -> Outcome {
    let lists = call.rest(1);
    if lists.is_empty() {
        return Err(FunctionError::call("at least one list is needed"));
    }
    if !lists.iter().all(Value::is_wholly_known) {
        return Ok(call.unknown());
    }
    let mut parts = Vec::new();
    for (at, list) in lists.iter().enumerate() {
        for (index, item) in list.as_sequence().unwrap_or_default().iter().enumerate() {
            let Some(text) = item.as_str() else {
                let message = format!("element {index} is null, which cannot be joined");
                return Err(FunctionError::argument(at + 1, message));
            };
            parts.push(text);
        }
    }
    let bytes = parts.iter().map(|part| part.len()).fold(0, usize::saturating_add);
    room_for(bytes, parts.len(), call.text(0).len())?;
    Ok(Value::string(parts.join(call.text(0))))
}

fn lower(call: &Call<'_>) -> Outcome {
    Ok(Value::string(case::lower(call.text(0))))
}

fn upper(call: &Call<'_>) -> Outcome {
    Ok(Value::string(case::upper(call.text(0))))
}

fn title(call: &Call<'_>) -> Outcome {
    Ok(Value::string(case::title(call.text(0))))
}

fn replace(call: &Call<'_>) -> Outcome {
    let (text, wanted, replacement) = (call.text(0), call.text(1), call.text(2));
    let pattern = wanted.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    let Some(pattern) = pattern else {
        room_for(text.len(), text.matches(wanted).count(), replacement.len())?;
        return Ok(Value::string(text.replace(wanted, replacement)));
    };
    let compiled = regex::compile(pattern).map_err(|reason| {
        FunctionError::call(format!("{} is not a regular expression: {reason}", call.shown(1)))
    })?;
    let mut out = String::new();
    let mut from = 0;
    for found in compiled.captures_iter(text) {
        let whole = found.get_match();
        out.push_str(&text[from..whole.start()]);
        found.expand(replacement, &mut out);
        from = whole.end();
        room_for(out.len(), 1, text.len() - from)?;
    }
    out.push_str(&text[from..]);
    Ok(Value::string(out))
}

fn split(call: &Call<'_>) -> Outcome {
    let (separator, text) = (call.text(0), call.text(1));
    let count = text.matches(separator).count();
    if count > WEIGHT_MAX as usize {
        return Err(FunctionError::call(format!("the text has more than {WEIGHT_MAX} parts")));
    }
    let parts: Vec<Value> = if separator.is_empty() {
        text.chars().map(|c| Value::string(c.to_string())).collect()
    } else {
        text.split(separator).map(Value::string).collect()
    };
    Ok(Value::list(Type::String, parts))
}

fn strrev(call: &Call<'_>) -> Outcome {
    Ok(Value::string(call.text(0).graphemes(true).rev().collect::<String>()))
}

fn substr(call: &Call<'_>) -> Outcome {
    let text = call.text(0);
    let (mut offset, length) = (call.whole(1)?, call.whole(2)?);
    if offset < 0 {
        let total = i64::try_from(text.graphemes(true).count()).unwrap_or(i64::MAX);
        offset = offset.saturating_add(total);
    } else if length == 0 {
        return Ok(Value::string(""));
    }
    let skipped = usize::try_from(offset.max(0)).unwrap_or(usize::MAX);
    // A negative offset with length 0 takes the rest, which is how the reference has it.
    let taken = if length <= 0 { usize::MAX } else { usize::try_from(length).unwrap_or(usize::MAX) };
    Ok(Value::string(text.graphemes(true).skip(skipped).take(taken).collect::<String>()))
}

fn trim(call: &Call<'_>) -> Outcome {
    let cutset = call.text(1);
    Ok(Value::string(call.text(0).trim_matches(|c| cutset.contains(c))))
}

fn trimprefix(call: &Call<'_>) -> Outcome {
    let text = call.text(0);
    Ok(Value::string(text.strip_prefix(call.text(1)).unwrap_or(text)))
}

fn trimsuffix(call: &Call<'_>) -> Outcome {
    let text = call.text(0);
    Ok(Value::string(text.strip_suffix(call.text(1)).unwrap_or(text)))
}

fn trimspace(call: &Call<'_>) -> Outcome {
    Ok(Value::string(call.text(0).trim()))
}
