//! Functions on points in time.

use super::definition::{NUMBER, STRING};
use super::instant::{self, Fields, Instant};
use super::{Call, Function, FunctionError, Outcome, Parameter};
use trueup_value::Value;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new(
        "formatdate",
        &[Parameter::string("format"), Parameter::string("time")],
        STRING,
        formatdate,
        "Writes a timestamp in another format, like \"DD MMM YYYY hh:mm ZZZ\".",
    ),
    Function::new(
        "plantimestamp",
        &[],
        STRING,
        plantimestamp,
        "The time of the plan in UTC as RFC 3339, the same throughout a plan and its apply.",
    ),
    Function::new(
        "timeadd",
        &[Parameter::string("timestamp"), Parameter::string("duration")],
        STRING,
        timeadd,
        "Adds a duration like \"1h30m\" to a timestamp.",
    )
    .maybe_null(),
    Function::new(
        "timecmp",
        &[Parameter::string("timestamp_a"), Parameter::string("timestamp_b")],
        NUMBER,
        timecmp,
        "-1, 0 or 1 as the first timestamp is before, at or after the second.",
    ),
    Function::new(
        "timestamp",
        &[],
        STRING,
        timestamp,
        "The current time in UTC as RFC 3339, known when applying.",
    ),
];

fn instant(call: &Call<'_>, index: usize) -> Result<Instant, FunctionError> {
    instant::parse(call.text(index)).map_err(|reason| {
        let message = format!("{} is not a timestamp as in RFC 3339", call.shown(index));
        // The reason quotes the text.
        if call.is_secret(index) {
            FunctionError::argument(index, message)
        } else {
            FunctionError::argument(index, format!("{message}: {reason}"))
        }
    })
}

fn timestamp(call: &Call<'_>) -> Outcome {
    if call.world.impure_unknown() {
        return Ok(call.unknown());
    }
    Ok(Value::string(call.world.now()))
}

fn plantimestamp(call: &Call<'_>) -> Outcome {
    match call.world.plan_timestamp() {
        Some(time) => Ok(Value::string(time)),
        None => Ok(call.unknown()),
    }
}

fn timeadd(call: &Call<'_>) -> Outcome {
    let instant = instant(call, 0).map_err(|error| FunctionError::call(error.message))?;
    let duration = trueup_value::nanoseconds(call.text(1)).map_err(|reason| {
        let reason = if call.is_secret(1) { String::new() } else { format!(": {reason}") };
        FunctionError::call(format!("{} is not a duration{reason}", call.shown(1)))
    })?;
    let later = Instant { nanos: instant.nanos + duration, ..instant };
    Ok(Value::string(later.to_rfc3339()))
}

fn timecmp(call: &Call<'_>) -> Outcome {
    let (a, b) = (instant(call, 0)?, instant(call, 1)?);
    Ok((a.nanos.cmp(&b.nanos) as i64).into())
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

fn formatdate(call: &Call<'_>) -> Outcome {
    let instant = instant(call, 1)?;
    let mut out = String::new();
    let mut rest = call.text(0);
    while let Some(first) = rest.chars().next() {
        let length = if first == '\'' {
            quoted(rest, &mut out)
                .ok_or_else(|| FunctionError::argument(0, "a quoted part isn't closed by '"))?
        } else if first.is_ascii_alphabetic() {
            let length = rest.chars().take_while(|c| *c == first).count();
            out.push_str(
                &field(&instant, &rest[..length]).map_err(|reason| FunctionError::argument(0, reason))?,
            );
            length
        } else {
            out.push(first);
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    Ok(Value::string(out))
}

/// Writes a part in quotes, in which a doubled quote means one, and gives its length.
fn quoted(text: &str, out: &mut String) -> Option<usize> {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        if c != '\'' {
            out.push(c);
        } else if characters.next_if(|(_, next)| *next == '\'').is_some() {
            out.push('\'');
        } else {
            return Some(at + 1);
        }
    }
    None
}

fn field(instant: &Instant, verb: &str) -> Result<String, String> {
    let Fields { year, month, day, hour, minute, second, weekday } = instant.fields();
    let month_name = MONTHS[usize::try_from(month - 1).unwrap_or(0)];
    let weekday_name = WEEKDAYS[usize::try_from(weekday).unwrap_or(0)];
    let hour_of_half = if hour % 12 == 0 { 12 } else { hour % 12 };
    Ok(match verb {
        "YYYY" => format!("{year:04}"),
        "YY" => format!("{:02}", year % 100),
        "M" => month.to_string(),
        "MM" => format!("{month:02}"),
        "MMM" => month_name[..3].to_owned(),
        "MMMM" => month_name.to_owned(),
        "D" => day.to_string(),
        "DD" => format!("{day:02}"),
        "EEE" => weekday_name[..3].to_owned(),
        "EEEE" => weekday_name.to_owned(),
        "h" => hour.to_string(),
        "hh" => format!("{hour:02}"),
        "H" => hour_of_half.to_string(),
        "HH" => format!("{hour_of_half:02}"),
        "AA" => if hour < 12 { "AM" } else { "PM" }.to_owned(),
        "aa" => if hour < 12 { "am" } else { "pm" }.to_owned(),
        "m" => minute.to_string(),
        "mm" => format!("{minute:02}"),
        "s" => second.to_string(),
        "ss" => format!("{second:02}"),
        "Z" => instant.offset_text(true, ":"),
        "ZZZ" if instant.offset == 0 => "UTC".to_owned(),
        "ZZZ" | "ZZZZ" => instant.offset_text(false, ""),
        "ZZZZZ" => instant.offset_text(false, ":"),
        _ => {
            return Err(format!(
                "{verb:?} has no meaning in a date format; there are YYYY, YY, MMMM, MMM, MM, M, DD, D, EEEE, EEE, \
                 hh, h, HH, H, AA, aa, mm, m, ss, s, ZZZZZ, ZZZZ, ZZZ and Z, and other letters go in single quotes"
            ));
        }
    })
}
