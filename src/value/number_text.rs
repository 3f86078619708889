//! Numbers as decimal text: parsing rounds once, printing gives the fewest digits that parse back.

use crate::Number;
use crate::number::{Float, PRECISION_TEXT, Repr, bits_of};
use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::{Pow, Zero};
use std::fmt;

/// Powers of ten up to this exponent are worked out in full; beyond, with 1,024 bits.
const EXACT_EXPONENT_MAX: u64 = 4_000;
/// Text with a decimal exponent beyond this is refused, because printing it would take as many digits.
const DECIMAL_EXPONENT_MAX: i64 = 1_000_000;

impl Number {
    /// Reads decimal text: `12`, `-1.5e3`, `.5`, `5.`, `Inf`. Rounded half to even at 512 bits. None if it isn't
    /// a number or its exponent is beyond a million.
    pub fn parse(text: &str) -> Option<Number> {
        if let Some(value) = parse_small(text) {
            return Some(value);
        }
        let (negative, unsigned) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        if matches!(unsigned, "Inf" | "inf") {
            return Some(Number::infinity(negative));
        }
        if let Some((mantissa, power)) = unsigned.split_once(['p', 'P']) {
            return scale_by_two(negative, mantissa, parse_exponent(power)?);
        }
        let (digits, exponent) = split_decimal(unsigned)?;
        let mantissa = BigUint::parse_bytes(&digits, 10)?;
        if mantissa.is_zero() {
            return Some(Number::rounded(negative, mantissa, 0, PRECISION_TEXT));
        }
        let length = i64::try_from(digits.len()).ok()?;
        if exponent.checked_add(length)?.abs() > DECIMAL_EXPONENT_MAX || exponent.abs() > DECIMAL_EXPONENT_MAX
        {
            return None;
        }
        Some(from_decimal(negative, mantissa, exponent))
    }

    /// Ten significant digits, as the language keys the elements of sets: `100`, `1.5`, `1.23456789e+10`.
    pub(crate) fn ten_digits(&self) -> String {
        match &self.0 {
            Repr::Small { value, .. } if value.unsigned_abs() < 10_000_000_000 => value.to_string(),
            Repr::NegativeZero | Repr::Infinite { .. } => self.to_string(),
            _ => self.parts().map_or_else(String::new, |parts| {
                let decimal = Decimal::exact(&parts.mantissa, parts.exponent).rounded(10);
                format!("{}{}", if parts.negative { "-" } else { "" }, decimal.general(10))
            }),
        }
    }
}

/// The usual case: up to 18 digits with an optional minus. Minus zero isn't usual.
fn parse_small(text: &str) -> Option<Number> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || digits.len() > 18 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let value: i64 = text.parse().ok()?;
    (value != 0 || !text.starts_with('-')).then(|| crate::number::small(value, PRECISION_TEXT))
}

/// `1p3` is 8: a decimal mantissa times a power of two.
fn scale_by_two(negative: bool, mantissa: &str, power: i64) -> Option<Number> {
    if mantissa.contains(['e', 'E', '+', '-', 'n']) || power.abs() > DECIMAL_EXPONENT_MAX {
        return None;
    }
    let parts = Number::parse(mantissa)?.parts()?;
    Some(Number::rounded(negative, parts.mantissa, parts.exponent + power, PRECISION_TEXT))
}

/// Significant digits and the exponent of ten that they are multiplied by.
fn split_decimal(text: &str) -> Option<(Vec<u8>, i64)> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], parse_exponent(&text[at + 1..])?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut exponent = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
    while digits.len() > 1 && digits.last() == Some(&b'0') {
        digits.pop();
        exponent = exponent.checked_add(1)?;
    }
    Some((digits, exponent))
}

fn parse_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn from_decimal(negative: bool, mantissa: BigUint, exponent: i64) -> Number {
    let steps = exponent.unsigned_abs();
    if exponent >= 0 {
        let (power, shift) = power_of_five(steps);
        return Number::rounded(negative, mantissa * power, exponent.saturating_add(shift), PRECISION_TEXT);
    }
    let (power, power_shift) = power_of_five(steps);
    // Two bits more than are kept, and one that says whether anything is left over.
    let shift = (i64::from(PRECISION_TEXT) + 2 + bits_of(&power) - bits_of(&mantissa)).max(0);
    let (quotient, remainder) = (mantissa << shift.unsigned_abs()).div_rem(&power);
    let sticky = (quotient << 1u32) + u32::from(!remainder.is_zero());
    Number::rounded(negative, sticky, exponent - power_shift - shift - 1, PRECISION_TEXT)
}

/// `5^steps` as mantissa and binary exponent: exact while that is short, else its first 1,024 bits.
fn power_of_five(steps: u64) -> (BigUint, i64) {
    if steps <= EXACT_EXPONENT_MAX {
        return (BigUint::from(5u32).pow(steps), 0);
    }
    let (mut power, mut shift) = power_of_five(steps / 2);
    power = &power * &power;
    shift *= 2;
    if steps % 2 == 1 {
        power *= 5u32;
    }
    let excess = power.bits().saturating_sub(1024);
    (power >> excess, shift + i64::try_from(excess).unwrap_or(0))
}

/// `0.d1d2d3... * 10^point`.
struct Decimal {
    digits: Vec<u8>,
    point: i64,
}

impl Decimal {
    /// All digits of `mantissa * 2^exponent`.
    fn exact(mantissa: &BigUint, exponent: i64) -> Decimal {
        let (whole, point) = scaled(mantissa, exponent);
        let digits = whole.to_string().into_bytes();
        let point = i64::try_from(digits.len()).unwrap_or(i64::MAX).saturating_sub(point);
        Decimal { digits, point }.trimmed()
    }

    /// The fewest digits that lie nearer to the number than to its neighbours of the same precision.
    fn shortest(float: &Float) -> Decimal {
        let spare = (i64::from(float.precision) + 1 - bits_of(&float.mantissa)).max(1);
        let middle = &float.mantissa << spare.unsigned_abs();
        let exponent = float.exponent - spare;
        let (value, places) = scaled(&middle, exponent);
        let (low, _) = scaled(&(&middle - 1u32), exponent);
        let (high, _) = scaled(&(&middle + 1u32), exponent);
        let high = high.to_string().into_bytes();
        // Not by a width in `format!`, which can't be more than 65,535.
        let pad = |x: BigUint| {
            let digits = x.to_string().into_bytes();
            let mut padded = vec![b'0'; high.len().saturating_sub(digits.len())];
            padded.extend(digits);
            padded
        };
        let (value, low) = (pad(value), pad(low));
        let point = i64::try_from(high.len()).unwrap_or(i64::MAX).saturating_sub(places);
        let digits = shorten(value, &low, &high, !middle.bit(1));
        Decimal { digits, point }.trimmed()
    }

    /// Without zeros at either end.
    fn trimmed(mut self) -> Decimal {
        let leading = self.digits.iter().take_while(|d| **d == b'0').count();
        self.digits.drain(..leading);
        self.point -= i64::try_from(leading).unwrap_or(0);
        while self.digits.last() == Some(&b'0') {
            self.digits.pop();
        }
        self
    }

    /// Half to even at `count` digits.
    fn rounded(mut self, count: usize) -> Decimal {
        if self.digits.len() <= count {
            return self;
        }
        let rest = self.digits.split_off(count);
        let exactly_half = rest[0] == b'5' && rest[1..].iter().all(|d| *d == b'0');
        let odd = self.digits[count - 1] % 2 == 1;
        if rest[0] > b'5' || (rest[0] == b'5' && (!exactly_half || odd)) {
            self.digits.insert(0, b'0');
            self.point += 1;
            increment(&mut self.digits);
        }
        self.trimmed()
    }

    /// Positional, or scientific when the exponent is below -4 or at least `precision`.
    fn general(&self, precision: i64) -> String {
        let exponent = self.point - 1;
        let length = i64::try_from(self.digits.len()).unwrap_or(i64::MAX);
        let limit = if precision > length && length >= self.point { length } else { precision };
        if (-4..limit).contains(&exponent) {
            return self.positional();
        }
        let digits = String::from_utf8_lossy(&self.digits);
        let (first, rest) = digits.split_at(1);
        let dot = if rest.is_empty() { "" } else { "." };
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{first}{dot}{rest}e{sign}{:02}", exponent.unsigned_abs())
    }

    /// All digits around the point, no exponent.
    fn positional(&self) -> String {
        let digits = String::from_utf8_lossy(&self.digits);
        if digits.is_empty() {
            return "0".into();
        }
        let Ok(whole) = usize::try_from(self.point) else {
            let zeros = usize::try_from(self.point.unsigned_abs()).unwrap_or(usize::MAX);
            return format!("0.{}{digits}", "0".repeat(zeros));
        };
        match whole {
            0 => format!("0.{digits}"),
            _ if whole >= digits.len() => format!("{digits}{}", "0".repeat(whole - digits.len())),
            _ => format!("{}.{}", &digits[..whole], &digits[whole..]),
        }
    }
}

/// A whole number and a count of decimal places that together are `mantissa * 2^exponent`. For exponents in the
/// many thousands the places below the first few hundred digits are dropped.
fn scaled(mantissa: &BigUint, exponent: i64) -> (BigUint, i64) {
    let steps = exponent.unsigned_abs();
    if exponent < 0 {
        let (power, shift) = power_of_five(steps);
        // power is 5^steps / 2^shift; with shift the whole isn't in tens any more and is brought back below.
        return if shift == 0 {
            (mantissa * power, exponent.saturating_neg())
        } else {
            approximate(mantissa, exponent)
        };
    }
    if steps <= EXACT_EXPONENT_MAX * 4 { (mantissa << steps, 0) } else { approximate(mantissa, exponent) }
}

/// As [`scaled`] with about 300 digits, whatever the exponent.
fn approximate(mantissa: &BigUint, exponent: i64) -> (BigUint, i64) {
    // log10(2) as a fraction, good to ten digits.
    let magnitude = (i128::from(exponent) + i128::from(bits_of(mantissa))) * 3_010_299_957 / 10_000_000_000;
    let places = 300 - i64::try_from(magnitude).unwrap_or(0);
    let (power, shift) = power_of_five(places.unsigned_abs());
    let lift = exponent.saturating_add(places);
    if places >= 0 {
        return (shifted(mantissa * power, lift.saturating_add(shift)), places);
    }
    let numerator = mantissa << 2048u32;
    (shifted(numerator / power, lift.saturating_sub(shift).saturating_sub(2048)), places)
}

fn shifted(value: BigUint, by: i64) -> BigUint {
    if by >= 0 { value << by.unsigned_abs() } else { value >> by.unsigned_abs() }
}

/// The shortest prefix of `value`, rounded down or up, that lies between `low` and `high`; all of one length.
fn shorten(mut value: Vec<u8>, low: &[u8], high: &[u8], inclusive: bool) -> Vec<u8> {
    let zeros_from = |digits: &[u8]| digits.len() - digits.iter().rev().take_while(|d| **d == b'0').count();
    let (low_ends, high_ends) = (zeros_from(low), zeros_from(high));
    let mut above_low = false;
    let mut room = 0u8;
    for at in 0..value.len() {
        above_low |= value[at] != low[at];
        room = room.saturating_mul(10).saturating_add(high[at]).saturating_sub(value[at]).min(20);
        let down = above_low || (inclusive && low_ends <= at + 1);
        let up = room > 1 || (room == 1 && (inclusive || high_ends > at + 1));
        if !down && !up {
            continue;
        }
        let rest = &value[at + 1..];
        let half_up = rest.first().is_some_and(|d| {
            let exactly_half = *d == b'5' && rest[1..].iter().all(|d| *d == b'0');
            *d > b'5' || (*d == b'5' && (!exactly_half || value[at] % 2 == 1))
        });
        let length = value.len();
        value.truncate(at + 1);
        if up && (!down || half_up) {
            increment(&mut value);
        }
        value.resize(length, b'0');
        return value;
    }
    value
}

/// Adds one in the last place; the first digit never carries, because a neighbour above has the same length.
fn increment(digits: &mut [u8]) {
    for digit in digits.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return;
        }
        *digit = b'0';
    }
}

/// In full, without exponent, with the fewest digits that parse back: `0.3`, `1000000`, `-0`, `+Inf`.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            // A whole number may have more digits than its precision vouches for.
            Repr::Small { value, precision } if *precision < 63 && value.unsigned_abs() >> precision != 0 => {
                let sign = if *value < 0 { "-" } else { "" };
                let digits =
                    self.parts().map_or_else(String::new, |parts| Decimal::shortest(&parts).positional());
                write!(f, "{sign}{digits}")
            }
            Repr::Small { value, .. } => write!(f, "{value}"),
            Repr::NegativeZero => f.write_str("-0"),
            Repr::Infinite { negative } => f.write_str(if *negative { "-Inf" } else { "+Inf" }),
            Repr::Float(float) => {
                let sign = if float.negative { "-" } else { "" };
                write!(f, "{sign}{}", Decimal::shortest(float).positional())
            }
        }
    }
}
