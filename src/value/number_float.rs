//! Powers of machine floats by repeated squaring, and logarithms as fdlibm takes them, which is where the
//! language's last digits come from.

/// `base` to the `exponent`; NaN where there is none.
pub(crate) fn power(base: f64, exponent: f64) -> f64 {
    let plain = base.powf(exponent);
    let regular = plain.is_finite() && plain != 0.0 && base > 0.0 && exponent != 0.0 && exponent.abs() < 1e9;
    if regular && exponent.fract() == 0.0 && exponent.abs() > 1.0 {
        whole_power(base, exponent)
    } else {
        plain
    }
}

fn whole_power(base: f64, exponent: f64) -> f64 {
    let (mut factor, mut factor_exponent) = split(base);
    let (mut result, mut result_exponent) = (1.0, 0i64);
    let mut left = i64_of(exponent.abs());
    while left != 0 {
        if left & 1 == 1 {
            result *= factor;
            result_exponent += factor_exponent;
        }
        factor *= factor;
        factor_exponent <<= 1;
        if factor < 0.5 {
            factor += factor;
            factor_exponent -= 1;
        }
        left >>= 1;
    }
    if exponent < 0.0 {
        result = 1.0 / result;
        result_exponent = -result_exponent;
    }
    scale(result, result_exponent)
}

#[expect(clippy::cast_possible_truncation, reason = "whole and below 1e9, checked by the caller")]
fn i64_of(whole: f64) -> i64 {
    whole as i64
}

/// A fraction from 0.5 up to 1 and the power of two it is multiplied by; `value` is positive and finite.
fn split(value: f64) -> (f64, i64) {
    if value < f64::MIN_POSITIVE {
        let (fraction, exponent) = split(value * 2f64.powi(64));
        return (fraction, exponent - 64);
    }
    let bits = value.to_bits();
    let exponent = i64::try_from(bits >> 52).unwrap_or(0) - 1022;
    (f64::from_bits((bits & ((1 << 52) - 1)) | (1022 << 52)), exponent)
}

fn scale(mut value: f64, exponent: i64) -> f64 {
    let mut left = exponent.clamp(-4000, 4000);
    while left != 0 {
        let step = left.clamp(-1000, 1000);
        value *= 2f64.powi(i32::try_from(step).unwrap_or(0));
        left -= step;
    }
    value
}

/// ln(2) in two parts, of which the first has zeros at its end.
const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// The natural logarithm, after fdlibm's `e_log.c`: `value` is `2^k * (1 + f)` with `1 + f` about 1, and the
/// logarithm of that is an odd polynomial of `f / (2 + f)`.
pub(crate) fn natural_log(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return value.ln();
    }
    let (mut fraction, mut exponent) = split(value);
    if fraction < std::f64::consts::FRAC_1_SQRT_2 {
        fraction *= 2.0;
        exponent -= 1;
    }
    let f = fraction - 1.0;
    let k = f64::from(i32::try_from(exponent).unwrap_or(0));
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let odd = s2
        * (6.666_666_666_666_735e-1
            + s4 * (2.857_142_874_366_239e-1
                + s4 * (1.818_357_216_161_805e-1 + s4 * 1.479_819_860_511_658_6e-1)));
    let even =
        s4 * (3.999_999_999_940_942e-1 + s4 * (2.222_219_843_214_978_4e-1 + s4 * 1.531_383_769_920_937_3e-1));
    let half_square = 0.5 * f * f;
    k * LN2_HIGH - ((half_square - (s * (half_square + (odd + even)) + k * LN2_LOW)) - f)
}
