//! Exact numbers: what they are, how they compare, and into what they convert. Arithmetic and text are in
//! `number_arithmetic` and `number_text`.

use num_bigint::{BigInt, BigUint, Sign};
use num_traits::{ToPrimitive, Zero};
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Bits of mantissa of a number that was written as text.
pub(crate) const PRECISION_TEXT: u32 = 512;
/// Bits of mantissa of a number that was a machine integer.
pub(crate) const PRECISION_INTEGER: u32 = 64;
/// Bits of mantissa of a number that was a machine float.
pub(crate) const PRECISION_FLOAT: u32 = 53;
/// Beyond this binary exponent a number is infinite, below its negation zero.
const EXPONENT_MAX: i64 = i32::MAX as i64;

/// A number of the language: a binary float with up to 512 bits of mantissa, small integers kept inline.
///
/// A number knows how many bits of mantissa it carries: 512 when it came from text, 64 when it was counted,
/// 53 when a floating-point function made it. The result of an operation carries the wider of its operands',
/// which decides where a quotient is rounded and how many digits are printed. Equality and order look at the
/// value alone.
#[derive(Clone, Debug)]
pub struct Number(pub(crate) Repr);

/// How a number is kept. Whole numbers of magnitude below 2^63 are always `Small`, so that equal numbers look
/// equal (negative zero apart).
#[derive(Clone, Debug)]
pub(crate) enum Repr {
    Small { value: i64, precision: u32 },
    NegativeZero,
    Infinite { negative: bool },
    Float(Arc<Float>),
}

/// `mantissa * 2^exponent` with an odd mantissa.
#[derive(Clone, Debug)]
pub(crate) struct Float {
    pub(crate) negative: bool,
    pub(crate) mantissa: BigUint,
    pub(crate) exponent: i64,
    pub(crate) precision: u32,
}

impl Float {
    /// The exponent of the first power of two above the magnitude.
    pub(crate) fn top(&self) -> i64 {
        self.exponent.saturating_add(bits_of(&self.mantissa))
    }
}

/// Length in bits.
pub(crate) fn bits_of(mantissa: &BigUint) -> i64 {
    i64::try_from(mantissa.bits()).unwrap_or(i64::MAX)
}

impl Number {
    /// Zero.
    pub fn zero() -> Number {
        Number::from(0)
    }

    /// Positive or negative infinity.
    pub fn infinity(negative: bool) -> Number {
        Number(Repr::Infinite { negative })
    }

    /// The number a float stands for; none for NaN.
    pub fn from_f64(value: f64) -> Option<Number> {
        if value.is_nan() {
            return None;
        }
        if value.is_infinite() {
            return Some(Number::infinity(value < 0.0));
        }
        if value == 0.0 {
            return Some(if value.is_sign_negative() {
                Number(Repr::NegativeZero)
            } else {
                small(0, PRECISION_FLOAT)
            });
        }
        let bits = value.to_bits();
        let raw_exponent = i64::try_from((bits >> 52) & 0x7ff).unwrap_or(0);
        let fraction = bits & ((1 << 52) - 1);
        let (mantissa, exponent) =
            if raw_exponent == 0 { (fraction, -1074) } else { (fraction | (1 << 52), raw_exponent - 1075) };
        Some(Number::rounded(value < 0.0, BigUint::from(mantissa), exponent, PRECISION_FLOAT))
    }

    /// A count, exactly.
    pub fn from_u64(value: u64) -> Number {
        i64::try_from(value).map_or_else(|_| Number::from_bigint(&BigInt::from(value)), Number::from)
    }

    /// A whole number of any size, exactly.
    pub fn from_bigint(value: &BigInt) -> Number {
        let bits = u32::try_from(value.bits()).unwrap_or(u32::MAX);
        let mantissa = value.magnitude().clone();
        Number::rounded(value.sign() == Sign::Minus, mantissa, 0, bits.max(PRECISION_INTEGER))
    }

    /// `±mantissa * 2^exponent`, rounded half to even at `precision` bits.
    pub(crate) fn rounded(negative: bool, mantissa: BigUint, exponent: i64, precision: u32) -> Number {
        if mantissa.is_zero() {
            return if negative { Number(Repr::NegativeZero) } else { small(0, precision) };
        }
        let (mut mantissa, mut exponent) = round_mantissa(mantissa, exponent, precision);
        let zeros = mantissa.trailing_zeros().unwrap_or(0);
        if zeros > 0 {
            mantissa >>= zeros;
            exponent = exponent.saturating_add(i64::try_from(zeros).unwrap_or(i64::MAX));
        }
        let top = exponent.saturating_add(bits_of(&mantissa));
        if top > EXPONENT_MAX {
            return Number::infinity(negative);
        }
        if top < -EXPONENT_MAX {
            return if negative { Number(Repr::NegativeZero) } else { small(0, precision) };
        }
        if exponent >= 0
            && top <= 63
            && let Some(magnitude) = (&mantissa << exponent.unsigned_abs()).to_i64()
        {
            return small(if negative { -magnitude } else { magnitude }, precision);
        }
        Number(Repr::Float(Arc::new(Float { negative, mantissa, exponent, precision })))
    }

    /// Sign, mantissa and exponent of a finite number.
    pub(crate) fn parts(&self) -> Option<Float> {
        match &self.0 {
            Repr::Small { value, precision } => Some(Float {
                negative: *value < 0,
                mantissa: BigUint::from(value.unsigned_abs()),
                exponent: 0,
                precision: *precision,
            }),
            Repr::NegativeZero => Some(Float {
                negative: true,
                mantissa: BigUint::ZERO,
                exponent: 0,
                precision: PRECISION_TEXT,
            }),
            Repr::Infinite { .. } => None,
            Repr::Float(float) => Some(Float::clone(float)),
        }
    }

    /// Bits of mantissa it carries.
    pub(crate) fn precision(&self) -> u32 {
        match &self.0 {
            Repr::Small { precision, .. } => *precision,
            Repr::Float(float) => float.precision,
            Repr::NegativeZero | Repr::Infinite { .. } => PRECISION_TEXT,
        }
    }

    /// Whether it is zero, of either sign.
    pub fn is_zero(&self) -> bool {
        matches!(self.0, Repr::Small { value: 0, .. } | Repr::NegativeZero)
    }

    /// Whether it is below zero or the negative zero.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Small { value, .. } => *value < 0,
            Repr::NegativeZero => true,
            Repr::Infinite { negative } => *negative,
            Repr::Float(float) => float.negative,
        }
    }

    /// Whether it is whole; infinity isn't.
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Repr::Small { .. } | Repr::NegativeZero => true,
            Repr::Infinite { .. } => false,
            Repr::Float(float) => float.exponent >= 0,
        }
    }

    /// Whether it is positive or negative infinity.
    pub fn is_infinite(&self) -> bool {
        matches!(self.0, Repr::Infinite { .. })
    }

    /// -1, 0 or 1.
    pub fn signum(&self) -> Number {
        let sign = match (self.is_zero(), self.is_negative()) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        Number::from(sign)
    }

    /// As a machine integer, if it is whole and in range.
    pub fn to_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Small { value, .. } => Some(*value),
            Repr::NegativeZero => Some(0),
            // The one machine integer that isn't kept small.
            Repr::Float(float) if float.negative && float.exponent == 63 && float.top() == 64 => {
                Some(i64::MIN)
            }
            _ => None,
        }
    }

    /// As an unsigned machine integer, if it is whole and in range.
    pub fn to_u64(&self) -> Option<u64> {
        match &self.0 {
            Repr::Float(float) if !float.negative && float.exponent >= 0 && float.top() <= 64 => {
                (&float.mantissa << float.exponent.unsigned_abs()).to_u64()
            }
            _ => self.to_i64().and_then(|value| u64::try_from(value).ok()),
        }
    }

    /// As an index or count, if it is whole and in range.
    pub fn to_usize(&self) -> Option<usize> {
        self.to_u64().and_then(|value| usize::try_from(value).ok())
    }

    /// The nearest machine float.
    pub fn to_f64(&self) -> f64 {
        let Some(parts) = self.parts() else {
            return if self.is_negative() { f64::NEG_INFINITY } else { f64::INFINITY };
        };
        let (mantissa, exponent) = round_mantissa(parts.mantissa.clone(), parts.exponent, PRECISION_FLOAT);
        let mut magnitude = mantissa.to_f64().unwrap_or(f64::INFINITY);
        let mut left = exponent.clamp(-3000, 3000);
        // Powers of two are exact; in steps, so that no intermediate leaves the range early.
        while left != 0 && magnitude != 0.0 && magnitude.is_finite() {
            let step = left.clamp(-1000, 1000);
            magnitude *= 2f64.powi(i32::try_from(step).unwrap_or(0));
            left -= step;
        }
        if parts.negative { -magnitude } else { magnitude }
    }

    /// The whole number it is; none when it has a fraction or is infinite.
    pub fn to_bigint(&self) -> Option<BigInt> {
        let parts = self.parts().filter(|_| self.is_integer())?;
        let magnitude = parts.mantissa << parts.exponent.unsigned_abs();
        let sign = if parts.negative { Sign::Minus } else { Sign::Plus };
        Some(BigInt::from_biguint(sign, magnitude))
    }
}

/// A whole number below 2^63 in magnitude.
pub(crate) fn small(value: i64, precision: u32) -> Number {
    Number(Repr::Small { value, precision })
}

/// Rounds half to even at `precision` bits.
fn round_mantissa(mantissa: BigUint, exponent: i64, precision: u32) -> (BigUint, i64) {
    let excess = mantissa.bits().saturating_sub(u64::from(precision));
    if excess == 0 {
        return (mantissa, exponent);
    }
    let half = mantissa.bit(excess - 1);
    let above_half = half && mantissa.trailing_zeros().is_some_and(|zeros| zeros < excess - 1);
    let mut rounded = &mantissa >> excess;
    if half && (above_half || rounded.bit(0)) {
        rounded += 1u32;
    }
    (rounded, exponent.saturating_add(i64::try_from(excess).unwrap_or(i64::MAX)))
}

impl From<i64> for Number {
    fn from(value: i64) -> Number {
        if value == i64::MIN {
            return Number::from_bigint(&BigInt::from(value));
        }
        small(value, PRECISION_INTEGER)
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Number) -> Ordering {
        if let (Repr::Small { value: a, .. }, Repr::Small { value: b, .. }) = (&self.0, &other.0) {
            return a.cmp(b);
        }
        let sign = |n: &Number| i8::from(!n.is_zero()) * if n.is_negative() { -1 } else { 1 };
        let (a_sign, b_sign) = (sign(self), sign(other));
        if a_sign != b_sign || a_sign == 0 {
            return a_sign.cmp(&b_sign);
        }
        let magnitudes = match (self.parts(), other.parts()) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(a), Some(b)) => compare_magnitudes(&a, &b),
        };
        if a_sign < 0 { magnitudes.reverse() } else { magnitudes }
    }
}

/// Orders two finite numbers other than zero, signs aside.
fn compare_magnitudes(a: &Float, b: &Float) -> Ordering {
    a.top().cmp(&b.top()).then_with(|| {
        // Same first bit: the shifts are at most as long as the mantissas.
        let low = a.exponent.min(b.exponent);
        let lift = |x: &Float| &x.mantissa << (x.exponent - low).unsigned_abs();
        lift(a).cmp(&lift(b))
    })
}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Repr::Small { value, .. } => (0u8, *value).hash(state),
            Repr::NegativeZero => (0u8, 0i64).hash(state),
            Repr::Infinite { negative } => (1u8, *negative).hash(state),
            Repr::Float(float) => (2u8, float.negative, &float.mantissa, float.exponent).hash(state),
        }
    }
}
