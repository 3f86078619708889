//! Numbers in the formats that verbs ask for, rounded from their exact digits.

use super::format_verb::Verb;
use num_bigint::{BigInt, BigUint, Sign};
use trueup_value::Number;

/// A whole number in base 2, 8, 10 or 16; none if it has a fraction.
pub(super) fn integer(verb: &Verb<'_>, number: &Number) -> Option<String> {
    let whole = number.to_bigint()?;
    let (base, prefix) = match verb.mode {
        'b' => (2, "0b"),
        'o' => (8, "0"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        _ => (10, ""),
    };
    let mut digits = whole.magnitude().to_str_radix(base);
    if verb.mode == 'X' {
        digits.make_ascii_uppercase();
    }
    match verb.precision {
        Some(0) if digits == "0" => digits.clear(),
        Some(least) => digits = format!("{digits:0>least$}"),
        None => {}
    }
    let sign = sign(verb, whole.sign() == Sign::Minus);
    let prefix = if verb.sharp { prefix } else { "" };
    let zeros = verb.zero && verb.precision.is_none();
    Some(aligned(verb, &format!("{sign}{prefix}"), &digits, zeros))
}

/// Any number with a fraction, an exponent, or whichever is shorter.
pub(super) fn fraction(verb: &Verb<'_>, number: &Number) -> String {
    let sign = sign(verb, number.is_negative());
    if number.is_infinite() {
        let sign = if sign.is_empty() { "+" } else { sign };
        return aligned(verb, sign, "Inf", false);
    }
    let mut text = match verb.mode {
        'f' => exact(number).fixed(verb.precision.unwrap_or(6)),
        'e' | 'E' => {
            let places = verb.precision.unwrap_or(6);
            exact(number).rounded_to(places + 1).scientific(places)
        }
        _ => general(verb, number),
    };
    if verb.mode.is_ascii_uppercase() {
        text.make_ascii_uppercase();
    }
    aligned(verb, sign, &text, verb.zero)
}

/// The shortest digits that mean the number, or so many, with an exponent if that is far from zero.
fn general(verb: &Verb<'_>, number: &Number) -> String {
    let (digits, limit) = match verb.precision {
        None => (shortest(number), 6),
        Some(precision) => (exact(number).rounded_to(precision.max(1)), precision.max(1)),
    };
    let count = i64::try_from(digits.digits.len()).unwrap_or(i64::MAX);
    let mut limit = i64::try_from(limit).unwrap_or(i64::MAX);
    if verb.precision.is_some() && limit > count && count >= digits.point {
        limit = count;
    }
    let exponent = digits.point - 1;
    if digits.digits.is_empty() {
        "0".into()
    } else if exponent < -4 || exponent >= limit {
        digits.scientific(digits.digits.len() - 1)
    } else {
        let places = usize::try_from(count - digits.point).unwrap_or(0);
        digits.fixed(places)
    }
}

fn sign(verb: &Verb<'_>, negative: bool) -> &'static str {
    match (negative, verb.plus, verb.space) {
        (true, ..) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        (false, false, false) => "",
    }
}

fn aligned(verb: &Verb<'_>, prefix: &str, digits: &str, zeros: bool) -> String {
    let missing = verb.width.unwrap_or(0).saturating_sub(prefix.len() + digits.len());
    if verb.minus {
        format!("{prefix}{digits}{}", " ".repeat(missing))
    } else if zeros {
        format!("{prefix}{}{digits}", "0".repeat(missing))
    } else {
        format!("{}{prefix}{digits}", " ".repeat(missing))
    }
}

/// The magnitude `0.d1d2d3... * 10^point`, without zeros at either end of the digits.
struct Decimal {
    digits: Vec<u8>,
    point: i64,
}

/// All decimal digits of a finite number: a binary fraction always has an end.
fn exact(number: &Number) -> Decimal {
    let step = Number::from_bigint(&(BigInt::from(1) << 64u32));
    let mut scaled = number.clone();
    let mut places: u64 = 0;
    // Scaling by a power of two is exact: it only moves the exponent.
    while !scaled.is_integer() {
        scaled = scaled.mul(&step);
        places += 64;
    }
    let whole = scaled.to_bigint().unwrap_or_default();
    let lifted = whole.magnitude() * BigUint::from(5u32).pow(u32::try_from(places).unwrap_or(u32::MAX));
    decimal(lifted.to_str_radix(10).as_bytes(), places)
}

/// The fewest digits that mean the number.
fn shortest(number: &Number) -> Decimal {
    let text = number.abs().to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digits = [whole.as_bytes(), fraction.as_bytes()].concat();
    decimal(&digits, fraction.len() as u64)
}

/// Digits of which the last `places` are behind the point.
fn decimal(digits: &[u8], places: u64) -> Decimal {
    let leading = digits.iter().take_while(|digit| **digit == b'0').count();
    let digits = &digits[leading..];
    let trailing = digits.iter().rev().take_while(|digit| **digit == b'0').count();
    let length = i64::try_from(digits.len()).unwrap_or(i64::MAX);
    let point = if digits.is_empty() { 0 } else { length - i64::try_from(places).unwrap_or(i64::MAX) };
    Decimal { digits: digits[..digits.len() - trailing].to_vec(), point }
}

impl Decimal {
    /// Rounded half to even to so many digits.
    fn rounded_to(&self, count: usize) -> Decimal {
        if self.digits.len() <= count {
            return Decimal { digits: self.digits.clone(), point: self.point };
        }
        let (kept, dropped) = self.digits.split_at(count);
        let odd = kept.last().is_some_and(|digit| digit % 2 == 1);
        let up = dropped[0] > b'5' || (dropped[0] == b'5' && (dropped.len() > 1 || odd));
        let mut digits = [b"0", kept].concat();
        if up {
            let nines = digits.iter().rev().take_while(|digit| **digit == b'9').count();
            let end = digits.len() - nines;
            digits[end - 1] += 1;
            digits[end..].fill(b'0');
        }
        let places = i64::try_from(count).unwrap_or(i64::MAX) - self.point;
        let mut rounded = decimal(&digits, 0);
        rounded.point -= places;
        rounded
    }

    /// With so many digits behind the point.
    fn fixed(&self, places: usize) -> String {
        let wanted = self.point.saturating_add(i64::try_from(places).unwrap_or(i64::MAX));
        let rounded = match usize::try_from(wanted) {
            Ok(count) => self.rounded_to(count),
            Err(_) => Decimal { digits: Vec::new(), point: 0 },
        };
        let mut text = String::new();
        if rounded.digits.is_empty() || rounded.point <= 0 {
            text.push('0');
        }
        (0..rounded.point.max(0)).for_each(|at| text.push(rounded.digit(at)));
        if places > 0 {
            text.push('.');
            let first = if rounded.digits.is_empty() { 0 } else { rounded.point };
            let places = i64::try_from(places).unwrap_or(i64::MAX);
            (first..first + places).for_each(|at| text.push(rounded.digit(at)));
        }
        text
    }

    /// With one digit before the point, so many behind it, and an exponent.
    fn scientific(&self, places: usize) -> String {
        let exponent = if self.digits.is_empty() { 0 } else { self.point - 1 };
        let places = i64::try_from(places).unwrap_or(i64::MAX);
        let mut text = String::from(self.digit(0));
        if places > 0 {
            text.push('.');
            (1..=places).for_each(|at| text.push(self.digit(at)));
        }
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{text}e{sign}{:02}", exponent.unsigned_abs())
    }

    /// The digit at a place, zero outside the digits.
    fn digit(&self, at: i64) -> char {
        usize::try_from(at).ok().and_then(|at| self.digits.get(at)).map_or('0', |digit| char::from(*digit))
    }
}
