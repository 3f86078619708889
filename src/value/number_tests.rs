//! Numbers held to what the reference prints for them.

use crate::Number;
use num_bigint::BigInt;
use proptest::prelude::*;

fn number(text: &str) -> Number {
    Number::parse(text).unwrap_or_else(|| panic!("{text} is a number"))
}

fn check(number: &Number, printed: &str) {
    assert_eq!(number.to_string(), printed);
}

const THIRD: &str = "0.33333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333335";

#[test]
fn parse_and_print() {
    let cases = [
        ("0", "0"),
        ("-0", "-0"),
        ("-0.0", "-0"),
        ("1.50", "1.5"),
        ("007", "7"),
        ("+5", "5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1e3", "1000"),
        ("-1.5e3", "-1500"),
        ("1E-10", "0.0000000001"),
        ("1e30", "1000000000000000000000000000000"),
        ("1p3", "8"),
        ("1.5p1", "3"),
        ("Inf", "+Inf"),
        ("+Inf", "+Inf"),
        ("-inf", "-Inf"),
        ("9007199254740993", "9007199254740993"),
        ("9223372036854775808", "9223372036854775808"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("12345678901234567890.123456789", "12345678901234567890.123456789"),
        ("0.1234567890123456789012345678901234567890", "0.123456789012345678901234567890123456789"),
        ("3.3000000", "3.3"),
    ];
    for (text, printed) in cases {
        check(&number(text), printed);
    }
    check(&number("1e400"), &format!("1{}", "0".repeat(400)));
    check(&number("1e-400"), &format!("0.{}1", "0".repeat(399)));
    check(&number("-25e99998"), &format!("-25{}", "0".repeat(99_998)));
    check(&number("25e-99999"), &format!("0.{}25", "0".repeat(99_997)));
}

#[test]
fn what_is_no_number() {
    let cases = [
        "",
        "-",
        "+",
        ".",
        "e1",
        "1e",
        "1e+",
        "0x10",
        "1_000",
        " 1",
        "1 ",
        "NaN",
        "infinity",
        "Infinity",
        "--1",
        "1.2.3",
        "1e9999999999",
        "1e99999999999999999999999",
        "١",
        "1p",
        "1e1p1",
        "1ep",
        "-e5",
        "1,5",
    ];
    for text in cases {
        assert_eq!(Number::parse(text), None, "{text:?}");
    }
}

#[test]
fn arithmetic() {
    let n = number;
    let tail = |head: &str, last: &str, length: usize| format!("{head:0<width$}{last}", width = length - 1);
    let cases = [
        (n("0.1").add(&n("0.2")), "0.3".to_string()),
        (n("1.1").mul(&n("3")), tail("3.3", "2", 156)),
        (n("1").sub(&n("0.9")), tail("0.1", "3", 157)),
        (n("4.35").mul(&n("100")), "435".into()),
        (n("1.005").mul(&n("1000")), "1005".into()),
        (
            n("99999999999999999999").mul(&n("99999999999999999999")),
            "9999999999999999999800000000000000000001".into(),
        ),
        (n("9007199254740993").add(&n("1")), "9007199254740994".into()),
        (n("9223372036854775807").add(&n("1")), "9223372036854775808".into()),
        (n("9223372036854775808").sub(&n("1")), "9223372036854775807".into()),
        (n("0").mul(&n("-1")), "-0".into()),
        (n("5").sub(&n("5")), "0".into()),
        (n("1e300").add(&n("1e-300")), format!("1{}", "0".repeat(300))),
        (n("0.1").rem(&n("0")), "0.1".into()),
        (n("7.5").rem(&n("2")), "1.5".into()),
        (n("5").rem(&n("0")), "5".into()),
        (n("5").rem(&n("-3")), "2".into()),
        (n("-5").rem(&n("3")), "-2".into()),
        (n("1.8").floor(), "1".into()),
        (n("-1.2").floor(), "-2".into()),
        (n("1.2").ceil(), "2".into()),
        (n("-1.2").ceil(), "-1".into()),
        (n("-0.5").ceil(), "0".into()),
        (n("-0").floor(), "0".into()),
        (n("3").pow(&n("38")).unwrap(), "1350851717672992000".into()),
        (n("7").pow(&n("30")).unwrap(), "22539340290692256000000000".into()),
        (n("2.5").pow(&n("-3")).unwrap(), "0.064".into()),
        (n("1.0001").pow(&n("12345")).unwrap(), "3.436447654031931".into()),
        (n("1e30").add(&n("0.5")).ceil(), "1000000000000000000000000000001".into()),
        (n("-0.000001").abs(), "0.000001".into()),
        (n("1.1").pow(&n("2")).unwrap(), "1.2100000000000002".into()),
        (n("10").log(&n("2")).unwrap(), "3.3219280948873626".into()),
    ];
    for (result, printed) in cases {
        check(&result, &printed);
    }
}

#[test]
fn division() {
    let cases = [
        ("7", "2", Some("3.5")),
        ("1", "3", Some(THIRD)),
        ("1", "0", Some("+Inf")),
        ("-1", "0", Some("-Inf")),
        ("1", "Inf", Some("0")),
        ("0", "0", None),
        ("Inf", "-Inf", None),
        ("100000000000000000000", "10", Some("10000000000000000000")),
    ];
    for (a, b, printed) in cases {
        assert_eq!(number(a).div(&number(b)).map(|n| n.to_string()).as_deref(), printed, "{a}/{b}");
    }
    // Counted numbers carry 64 bits, computed ones 53, until they meet wider ones.
    check(&Number::from(1).div(&Number::from(3)).unwrap(), "0.33333333333333333334");
    check(&number("1").div(&Number::from(3)).unwrap(), THIRD);
    let root = number("1.1").pow(&number("2")).unwrap();
    check(&root.mul(&root), "1.4641000000000004513722728916037");
    check(
        &number("10").log(&number("2")).unwrap().mul(&number("1")),
        "3.32192809488736262579777758219279348850250244140625",
    );
}

#[test]
fn indeterminate() {
    let (inf, zero) = (number("Inf"), number("0"));
    assert_eq!(inf.checked_sub(&inf), None);
    assert_eq!(inf.checked_add(&inf.neg()), None);
    assert_eq!(inf.checked_mul(&zero), None);
    assert_eq!(inf.checked_add(&inf), Some(inf));
}

#[test]
fn machine_numbers() {
    assert_eq!(number("5").to_i64(), Some(5));
    assert_eq!(number("-9223372036854775808").to_i64(), Some(i64::MIN));
    assert_eq!(Number::from(i64::MIN), number("-9223372036854775808"));
    assert_eq!(number("9223372036854775808").to_i64(), None);
    assert_eq!(number("18446744073709551615").to_u64(), Some(u64::MAX));
    assert_eq!(number("18446744073709551616").to_u64(), None);
    assert_eq!(number("1.5").to_i64(), None);
    assert_eq!(number("-1").to_u64(), None);
    assert_eq!(number("1e30").to_bigint(), Some(BigInt::from(10).pow(30)));
    assert!(number("0.1").to_f64().total_cmp(&0.1).is_eq());
    assert!(number("-1e400").to_f64().is_infinite());
    assert_eq!(Number::from_f64(f64::NAN), None);
    assert_eq!(Number::from_f64(0.5), Some(number("0.5")));
    assert_ne!(Number::from_f64(0.1), Some(number("0.1")));
}

#[test]
fn keys_of_ten_digits() {
    let cases = [
        ("100", "100"),
        ("1.5", "1.5"),
        ("12345678901", "1.23456789e+10"),
        ("12345678956", "1.234567896e+10"),
        ("1e20", "1e+20"),
        ("9999999999.9", "1e+10"),
        ("0.00001234", "1.234e-05"),
        ("0.0001234", "0.0001234"),
        ("-1234567890123", "-1.23456789e+12"),
        ("10000000000", "1e+10"),
        ("1234567890.5", "1234567890"),
        ("1234567891.5", "1234567892"),
    ];
    for (text, key) in cases {
        assert_eq!(number(text).ten_digits(), key, "{text}");
    }
}

proptest! {
    #[test]
    fn printing_parses_back(whole in any::<i64>(), fraction in 0u64.., exponent in -400i32..400) {
        let value = number(&format!("{whole}.{fraction}e{exponent}"));
        prop_assert_eq!(&number(&value.to_string()), &value);
        let third = value.div(&number("3")).unwrap();
        prop_assert_eq!(&number(&third.to_string()), &third);
    }

    #[test]
    fn printing_is_short(digits in 1u64..1_000_000_000_000_000_000, exponent in -300i32..300) {
        let value = number(&format!("{digits}e{exponent}"));
        let printed = value.to_string();
        let kept: String = printed.chars().filter(char::is_ascii_digit).collect();
        let text = digits.to_string();
        prop_assert_eq!(kept.trim_matches('0'), text.trim_matches('0'));
    }

    #[test]
    fn floats_print_as_floats(value in any::<f64>().prop_filter("normal", |f| f.is_normal())) {
        let number = Number::from_f64(value).unwrap();
        prop_assert!(number.to_f64().total_cmp(&value).is_eq());
        // As short as the machine prints it; of two equally near the one with the even digit.
        let printed = number.to_string();
        prop_assert!(printed.parse::<f64>().unwrap().total_cmp(&value).is_eq());
        prop_assert_eq!(printed.len(), format!("{value}").len());
    }

    #[test]
    fn integers_agree_with_machine_arithmetic(a in any::<i64>(), b in any::<i64>()) {
        let (x, y) = (Number::from(a), Number::from(b));
        let (wide_x, wide_y) = (number(&a.to_string()), number(&b.to_string()));
        prop_assert_eq!(x.cmp(&y), a.cmp(&b));
        prop_assert_eq!(wide_x.add(&wide_y).to_string(), (i128::from(a) + i128::from(b)).to_string());
        prop_assert_eq!(wide_x.sub(&wide_y).to_string(), (i128::from(a) - i128::from(b)).to_string());
        prop_assert_eq!(wide_x.mul(&wide_y), number(&(i128::from(a) * i128::from(b)).to_string()));
        if b != 0 {
            prop_assert_eq!(wide_x.rem(&wide_y), number(&(i128::from(a) % i128::from(b)).to_string()));
        }
    }

    #[test]
    fn order_is_that_of_rationals(a in -1000i64..1000, b in 1i64..1000, c in -1000i64..1000, d in 1i64..1000) {
        let quotient = |a: i64, b: i64| number(&a.to_string()).div(&number(&b.to_string())).unwrap();
        prop_assert_eq!(quotient(a, b).cmp(&quotient(c, d)), (a * d).cmp(&(c * b)));
    }

    #[test]
    fn any_text_is_parsed_without_panic(text in "[-+0-9.eEpPiInf_x]{0,24}") {
        if let Some(value) = Number::parse(&text) {
            let _ = value.ten_digits();
            let _ = value.floor();
            let _ = value.to_f64();
        }
    }
}
