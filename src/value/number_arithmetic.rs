//! Arithmetic on numbers: each result is rounded once, half to even, at the wider operand's precision.

use crate::Number;
use crate::number::{Float, PRECISION_INTEGER, PRECISION_TEXT, Repr, bits_of, small};
use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer;
use num_traits::Zero;

impl Number {
    /// The sum; none for infinities of opposite sign.
    pub fn checked_add(&self, other: &Number) -> Option<Number> {
        let precision = self.precision().max(other.precision());
        if let (Repr::Small { value: a, .. }, Repr::Small { value: b, .. }) = (&self.0, &other.0)
            && let Some(sum) = a.checked_add(*b).filter(|sum| fits(*sum, precision))
        {
            return Some(small(sum, precision));
        }
        match (self.parts(), other.parts()) {
            (Some(a), Some(b)) => Some(add_finite(a, b, precision)),
            (Some(_), None) => Some(other.clone()),
            (None, Some(_)) => Some(self.clone()),
            (None, None) => (self.is_negative() == other.is_negative()).then(|| self.clone()),
        }
    }

    /// The sum. Infinities of opposite sign have none; zero stands for it (see [`Number::checked_add`]).
    pub fn add(&self, other: &Number) -> Number {
        self.checked_add(other).unwrap_or_else(Number::zero)
    }

    /// The difference; none for infinities of the same sign.
    pub fn checked_sub(&self, other: &Number) -> Option<Number> {
        self.checked_add(&other.neg())
    }

    /// The difference. Infinities of the same sign have none; zero stands for it (see [`Number::checked_sub`]).
    pub fn sub(&self, other: &Number) -> Number {
        self.checked_sub(other).unwrap_or_else(Number::zero)
    }

    /// The product; none for zero times infinity.
    pub fn checked_mul(&self, other: &Number) -> Option<Number> {
        let precision = self.precision().max(other.precision());
        if let (Repr::Small { value: a, .. }, Repr::Small { value: b, .. }) = (&self.0, &other.0)
            && let Some(product) = a.checked_mul(*b).filter(|p| *p != 0 && fits(*p, precision))
        {
            return Some(small(product, precision));
        }
        let negative = self.is_negative() != other.is_negative();
        let (Some(a), Some(b)) = (self.parts(), other.parts()) else {
            return (!self.is_zero() && !other.is_zero()).then(|| Number::infinity(negative));
        };
        let product = a.mantissa * b.mantissa;
        let exponent = a.exponent.saturating_add(b.exponent);
        // A product keeps all its bits up to the widest mantissa, so that short factors multiply exactly.
        let exact = Number::rounded(negative, product, exponent, PRECISION_TEXT.max(precision));
        let kept =
            exact.parts().map_or(0, |parts| u32::try_from(bits_of(&parts.mantissa)).unwrap_or(u32::MAX));
        Some(exact.with_precision(precision.max(kept)))
    }

    /// The product. Zero times infinity has none; zero stands for it (see [`Number::checked_mul`]).
    pub fn mul(&self, other: &Number) -> Number {
        self.checked_mul(other).unwrap_or_else(Number::zero)
    }

    /// The quotient; none for 0/0 and infinity by infinity. Anything else by zero is infinite.
    pub fn div(&self, other: &Number) -> Option<Number> {
        let precision = self.precision().max(other.precision());
        let negative = self.is_negative() != other.is_negative();
        if let (Repr::Small { value: a, .. }, Repr::Small { value: b, .. }) = (&self.0, &other.0)
            && *a != 0
            && *b != 0
            && a % b == 0
        {
            return Some(small(a / b, precision));
        }
        match (self.parts(), other.parts()) {
            (None, None) => None,
            (None, Some(_)) => Some(Number::infinity(negative)),
            (Some(_), None) => Some(zero_of(negative, precision)),
            (Some(a), Some(b)) if b.mantissa.is_zero() => {
                (!a.mantissa.is_zero()).then(|| Number::infinity(negative))
            }
            (Some(a), Some(b)) => Some(divide_finite(&a, &b, negative, precision)),
        }
    }

    /// What is left over after dividing a whole number of times, towards zero. By zero it is the number itself.
    pub fn rem(&self, other: &Number) -> Number {
        if self.is_infinite() || other.is_infinite() {
            return self.mul(other);
        }
        if other.is_zero() {
            return self.clone();
        }
        if let (Repr::Small { value: a, .. }, Repr::Small { value: b, .. }) = (&self.0, &other.0) {
            return small(a % b, self.precision().max(other.precision()));
        }
        let times = self.div(other).map_or_else(Number::zero, |quotient| quotient.truncate());
        self.sub(&other.mul(&times))
    }

    /// With the sign turned; zero becomes negative zero.
    pub fn neg(&self) -> Number {
        match &self.0 {
            Repr::Small { value: 0, .. } => Number(Repr::NegativeZero),
            Repr::Small { value, precision } => small(-value, *precision),
            Repr::NegativeZero => small(0, PRECISION_TEXT),
            Repr::Infinite { negative } => Number::infinity(!negative),
            Repr::Float(float) => {
                let turned = Float { negative: !float.negative, ..Float::clone(float) };
                Number(Repr::Float(turned.into()))
            }
        }
    }

    /// The magnitude.
    pub fn abs(&self) -> Number {
        if self.is_negative() { self.neg() } else { self.clone() }
    }

    /// The whole part, towards zero.
    pub fn truncate(&self) -> Number {
        match &self.0 {
            Repr::Float(float) if float.exponent < 0 => {
                let whole = &float.mantissa >> float.exponent.unsigned_abs();
                whole_number(float.negative, whole)
            }
            Repr::NegativeZero => small(0, PRECISION_INTEGER),
            _ => self.clone(),
        }
    }

    /// The greatest whole number that isn't above it.
    pub fn floor(&self) -> Number {
        let whole = self.truncate();
        if whole > *self { whole.sub(&Number::from(1)) } else { whole }
    }

    /// The least whole number that isn't below it.
    pub fn ceil(&self) -> Number {
        let whole = self.truncate();
        if whole < *self { whole.add(&Number::from(1)) } else { whole }
    }

    /// The power, computed in machine floats as the language does; none where that has no value.
    pub fn pow(&self, exponent: &Number) -> Option<Number> {
        Number::from_f64(crate::number_float::power(self.to_f64(), exponent.to_f64()))
    }

    /// The logarithm to a base, computed in machine floats as the language does; none where that has no value.
    pub fn log(&self, base: &Number) -> Option<Number> {
        let logarithm = |number: &Number| crate::number_float::natural_log(number.to_f64());
        Number::from_f64(logarithm(self) / logarithm(base))
    }

    /// The same value carrying another precision, no narrower than its mantissa.
    fn with_precision(self, precision: u32) -> Number {
        match self.0 {
            Repr::Small { value, .. } => small(value, precision),
            Repr::Float(float) if float.precision != precision => {
                Number(Repr::Float(Float { precision, ..Float::clone(&float) }.into()))
            }
            other => Number(other),
        }
    }
}

/// Whether a machine integer has no more significant bits than `precision`.
fn fits(value: i64, precision: u32) -> bool {
    value != i64::MIN && (precision >= PRECISION_INTEGER || value.unsigned_abs() < 1 << precision.min(63))
}

fn zero_of(negative: bool, precision: u32) -> Number {
    if negative { Number(Repr::NegativeZero) } else { small(0, precision) }
}

/// A whole number with room for all its bits.
fn whole_number(negative: bool, magnitude: BigUint) -> Number {
    let sign = if negative { Sign::Minus } else { Sign::Plus };
    Number::from_bigint(&BigInt::from_biguint(sign, magnitude))
}

fn add_finite(mut a: Float, mut b: Float, precision: u32) -> Number {
    if a.mantissa.is_zero() && b.mantissa.is_zero() {
        return zero_of(a.negative && b.negative, precision);
    }
    if a.mantissa.is_zero() || (!b.mantissa.is_zero() && b.top() > a.top()) {
        std::mem::swap(&mut a, &mut b);
    }
    if b.mantissa.is_zero() {
        return Number::rounded(a.negative, a.mantissa, a.exponent, precision);
    }
    // When the lesser lies wholly below the last bit that rounding looks at, only its sign matters: a single
    // bit far below stands for it, which keeps the shift short whatever the exponents.
    let floor = a.exponent.min(a.top() - i64::from(precision)) - 4;
    if b.top() < floor {
        b.mantissa = BigUint::from(1u32);
        b.exponent = floor - 1;
    }
    let low = a.exponent.min(b.exponent);
    let lift = |x: &Float| {
        let sign = if x.negative { Sign::Minus } else { Sign::Plus };
        BigInt::from_biguint(sign, &x.mantissa << (x.exponent - low).unsigned_abs())
    };
    let sum = lift(&a) + lift(&b);
    Number::rounded(sum.sign() == Sign::Minus, sum.magnitude().clone(), low, precision)
}

fn divide_finite(a: &Float, b: &Float, negative: bool, precision: u32) -> Number {
    if a.mantissa.is_zero() {
        return zero_of(negative, precision);
    }
    // Two bits more than are kept, and one that says whether anything is left over.
    let shift = (i64::from(precision) + 2 + bits_of(&b.mantissa) - bits_of(&a.mantissa)).max(0);
    let (quotient, remainder) = (&a.mantissa << shift.unsigned_abs()).div_rem(&b.mantissa);
    let sticky = (quotient << 1u32) + u32::from(!remainder.is_zero());
    Number::rounded(
        negative,
        sticky,
        a.exponent.saturating_sub(b.exponent).saturating_sub(shift + 1),
        precision,
    )
}
