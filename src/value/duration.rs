//! Lengths of time as Go writes them, which is how configurations and flags have them: `1h30m`, `90s`, `-1.5h`.

use std::time::Duration;

/// Nanoseconds in a second.
const SECOND: i128 = 1_000_000_000;

/// A length of time that isn't negative; none where the text isn't one.
pub fn duration(text: &str) -> Option<Duration> {
    let nanoseconds = u64::try_from(nanoseconds(text).ok()?).ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

/// Nanoseconds of a length of time: an optional sign, then numbers with units from `h` to `ns`, like `1h30m` or
/// `-1.5h`. At most about 292 years.
pub fn nanoseconds(text: &str) -> Result<i128, String> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if unsigned == "0" {
        return Ok(0);
    }
    if unsigned.is_empty() {
        return Err("a duration is a number with a unit, like 10m".into());
    }
    let mut rest = unsigned;
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let (part, after) = duration_part(rest)?;
        total += part;
        rest = after;
    }
    if total > i128::from(i64::MAX) {
        return Err("the duration is longer than 292 years".into());
    }
    Ok(if negative { -total } else { total })
}

/// A number with its unit, and what comes after.
fn duration_part(text: &str) -> Result<(i128, &str), String> {
    let number_end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, rest) = text.split_at(number_end);
    let unit_end = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
    let (unit, rest) = rest.split_at(unit_end);
    let nanos: i128 = match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => SECOND,
        "m" => 60 * SECOND,
        "h" => 3600 * SECOND,
        "" => return Err(format!("the number {number:?} has no unit")),
        _ => return Err(format!("{unit:?} is not a unit of time; they are h, m, s, ms, us and ns")),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') || whole.len() > 19 {
        return Err(format!("{number:?} is not a number of {unit}"));
    }
    let whole = whole.parse::<i128>().unwrap_or(0);
    // Fractions of a nanosecond are dropped.
    let mut scale: i128 = 1;
    let mut share: i128 = 0;
    for digit in fraction.bytes().take(18) {
        share = share * 10 + i128::from(digit - b'0');
        scale *= 10;
    }
    Ok((whole * nanos + share * nanos / scale, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_written() {
        let check = |text: &str, seconds: Option<f64>| {
            assert_eq!(duration(text), seconds.map(Duration::from_secs_f64), "{text:?}");
        };
        check("10m", Some(600.0));
        check("1h30m", Some(5400.0));
        check("1.5h", Some(5400.0));
        check("1m30s", Some(90.0));
        check("500ms", Some(0.5));
        check("0s", Some(0.0));
        check("0", Some(0.0));
        check("+5s", Some(5.0));
        check(".5s", Some(0.5));
        check("2µs", Some(0.000_002));
        check("", None);
        check("10", None);
        check("m", None);
        check("10x", None);
        check("5 days", None);
        check("-5m", None);
        check("1..5s", None);
        check("3000000h", None);
        assert_eq!(nanoseconds("-1h30m"), Ok(-5_400_000_000_000));
    }
}
