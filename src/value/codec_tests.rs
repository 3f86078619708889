//! The codecs: what is written is read back, and what isn't written so is refused.

use crate::sample::{Ingredients, typed_values};
use crate::{Marks, Number, Refinement, Type, Value, json, msgpack};
use proptest::prelude::*;

fn number(text: &str) -> Value {
    Value::from(Number::parse(text).unwrap())
}

#[test]
fn json_as_jsonencode_writes_it() {
    let cases = [
        (Value::null(Type::Dynamic), "null"),
        (
            Value::from("a\"\\\n\r\t\u{8}\u{c}\u{1}\u{7f}é<>&\u{2028}"),
            r#""a\"\\\n\r\t\b\f\u0001é\u003c\u003e\u0026\u2028""#,
        ),
        (number("0.1"), "0.1"),
        (number("1e30"), "1000000000000000000000000000000"),
        (number("-0"), "-0"),
        (
            Value::object([("b", Value::from(1)), ("a", Value::tuple([Value::from(true)]))]),
            r#"{"a":[true],"b":1}"#,
        ),
        (Value::set(Type::String, ["b", "a", "b"].map(Value::from)), r#"["a","b"]"#),
        (Value::from("x").mark(Marks::SENSITIVE), "\"x\""),
    ];
    for (value, text) in cases {
        assert_eq!(json::encode(&value).unwrap().replace('\u{7f}', ""), text);
    }
    assert_eq!(json::encode_plain(&Value::from("<&\u{2029}>")).unwrap(), "\"<&\\u2029>\"");
    let unknown = Value::object([("a", Value::tuple([Value::unknown(Type::String)]))]);
    assert_eq!(
        json::encode(&unknown).unwrap_err().message,
        ".a[0]: the value is not known yet, so it can't be written as JSON"
    );
    assert!(json::encode(&number("Inf")).is_err());
}

#[test]
fn json_as_jsondecode_reads_it() {
    let cases = [
        (r#" {"a" : [1, 2.50, "x", null], "b": {}} "#, r#"{"a":[1,2.5,"x",null],"b":{}}"#),
        (r#""\u00e9\ud83d\ude00\/""#, r#""é😀/""#),
        (r#"{"a":1,"a":2}"#, r#"{"a":2}"#),
        ("12345678901234567890123", "12345678901234567890123"),
        ("1e2", "100"),
        ("true", "true"),
    ];
    for (text, back) in cases {
        assert_eq!(json::encode(&json::decode_implied(text).unwrap()).unwrap(), back);
    }
}

#[test]
fn json_that_is_none() {
    let deep = "[".repeat(100_000);
    let cases = [
        ("", 0),
        ("{", 1),
        ("[1,]", 3),
        ("{\"a\"}", 4),
        ("tru", 0),
        ("01", 0),
        ("1.", 0),
        ("\"a", 2),
        ("\"\n\"", 1),
        ("\"\\x\"", 2),
        ("1 2", 2),
        ("{\"a\":1,}", 7),
        ("nan", 0),
        ("\"\\u12\"", 3),
        ("[1 2]", 3),
        ("-", 0),
        ("+1", 0),
        (deep.as_str(), 401),
    ];
    for (text, offset) in cases {
        let error = json::decode_implied(text).unwrap_err();
        assert_eq!(error.offset, Some(offset), "{error} in {text:.20}");
    }
}

#[test]
fn json_of_a_type() {
    let object = Type::object([("a", Type::Number), ("b", Type::Dynamic)]);
    let value = Value::object([("a", Value::from(1)), ("b", Value::tuple([Value::from("x")]))]);
    let text = r#"{"a":1,"b":{"value":["x"],"type":["tuple",["string"]]}}"#;
    assert_eq!(json::encode_typed(&value, &object).unwrap(), text);
    assert_eq!(json::decode(text, &object).unwrap(), value);
    let turned = r#"{"b":{"type":["tuple",["string"]],"value":["x"]},"a":"1"}"#;
    assert_eq!(json::decode(turned, &object).unwrap(), value);
    assert_eq!(json::decode("null", &object).unwrap(), Value::null(object.clone()));
    for (text, message) in [
        ("{\"a\":1}", "required attribute \"b\" is missing"),
        ("{\"c\":1}", "unsupported attribute \"c\""),
        ("{\"a\":[]}", "number required"),
        ("{\"a\":\"x\"}", "a number is required"),
        ("{\"b\":{\"value\":1}}", "a value of any type must be an object of \"value\" and \"type\""),
        ("[]", "expected '{'"),
    ] {
        assert_eq!(json::decode(text, &object).unwrap_err().message, message);
    }
}

#[test]
fn json_of_types() {
    for text in [
        r#""string""#,
        r#""dynamic""#,
        r#"["list",["set",["map","bool"]]]"#,
        r#"["tuple",[]]"#,
        r#"["object",{"a":"string","b":["tuple",["number","bool"]]},["b"]]"#,
    ] {
        assert_eq!(json::type_to_json(&json::type_from_json(text).unwrap()), text);
    }
    for text in [
        "",
        "\"any\"",
        "[\"list\"]",
        "[\"x\",\"string\"]",
        "[\"object\",{},[\"a\"]]",
        &"[\"list\",".repeat(5000),
    ] {
        assert!(json::type_from_json(text).is_err(), "{text:.30}");
    }
}

#[test]
fn msgpack_bytes() {
    let refined = Value::refined(Type::String, Refinement::prefix("ab"));
    let cases: [(Value, Type, &[u8]); 12] = [
        (Value::null(Type::String), Type::String, &[0xc0]),
        (Value::unknown(Type::String), Type::String, &[0xd4, 0, 0]),
        (Value::dynamic(), Type::Dynamic, &[0xd4, 0, 0]),
        (Value::from(true), Type::Bool, &[0xc3]),
        (Value::from(5), Type::Number, &[5]),
        (Value::from(-1), Type::Number, &[0xff]),
        (Value::from(300), Type::Number, &[0xcd, 1, 44]),
        (number("0.5"), Type::Number, &[0xcb, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0]),
        (number("0.1"), Type::Number, &[0xa3, b'0', b'.', b'1']),
        (Value::from("x"), Type::Dynamic, b"\x92\xc4\x08\"string\"\xa1x"),
        (Value::object([("a", Value::from("b"))]), Type::object([("a", Type::String)]), b"\x81\xa1a\xa1b"),
        (refined, Type::String, &[0xc7, 7, 12, 0x82, 1, 0xc2, 2, 0xa2, b'a', b'b']),
    ];
    for (value, ty, bytes) in cases {
        assert_eq!(msgpack::encode(&value, &ty).unwrap(), bytes, "{value:?}");
        assert_eq!(msgpack::decode(bytes, &ty).unwrap(), value);
    }
    // Any extension is an unknown value, and facts that aren't known here are passed over.
    assert_eq!(msgpack::decode(&[0xc7, 2, 99, 1, 2], &Type::Bool).unwrap(), Value::unknown(Type::Bool));
    let later = [0xc7, 9, 12, 0x82, 1, 0xc2, 77, 0x92, 1, 0xa2, b'a', b'b'];
    assert_eq!(msgpack::decode(&later, &Type::Bool).unwrap(), Value::unknown(Type::Bool).refine_not_null());
}

#[test]
fn msgpack_that_is_none() {
    let deep = vec![0x91u8; 100_000];
    let list = |ty: Type| Type::list(ty);
    let mut nested = Type::String;
    for _ in 0..1000 {
        nested = list(nested);
    }
    let cases: [(&[u8], Type); 12] = [
        (&[], Type::Bool),
        (&[0xc3, 0xc3], Type::Bool),
        (&[0xc1], Type::Bool),
        (&[0xa5, b'a'], Type::String),
        (&[0xdd, 0xff, 0xff, 0xff, 0xff], list(Type::String)),
        (&[0xa1, 0xff], Type::String),
        (&[0x90], Type::String),
        (&[0x91, 0xc3], Type::tuple([Type::Bool, Type::Bool])),
        (&[0x80], Type::object([("a", Type::Bool)])),
        (&[0xc7, 3, 12, 0x81, 2, 5], Type::String),
        (&[0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 1], Type::Number),
        (&deep, nested),
    ];
    for (bytes, ty) in cases {
        assert!(msgpack::decode(bytes, &ty).is_err(), "{:?}", &bytes[..bytes.len().min(10)]);
    }
}

proptest! {
    #[test]
    fn json_round_trip((ty, value) in typed_values(Ingredients { nulls: true, unknowns: false, marks: false })) {
        let text = json::encode_typed(&value, &ty).unwrap();
        prop_assert_eq!(json::decode(&text, &ty).unwrap(), value.clone());
        let open = json::encode_typed(&value, &Type::Dynamic).unwrap();
        prop_assert_eq!(json::decode(&open, &Type::Dynamic).unwrap(), value.clone());
        let plain = json::encode(&value).unwrap();
        let implied = json::decode_implied(&plain).unwrap();
        prop_assert_eq!(json::encode(&implied).unwrap(), plain);
        prop_assert_eq!(json::type_from_json(&json::type_to_json(&ty)).unwrap(), ty);
    }

    #[test]
    fn msgpack_round_trip((ty, value) in typed_values(Ingredients { nulls: true, unknowns: true, marks: false })) {
        let bytes = msgpack::encode(&value, &ty).unwrap();
        prop_assert_eq!(msgpack::decode(&bytes, &ty).unwrap(), value.clone());
        let open = msgpack::encode(&value, &Type::Dynamic).unwrap();
        prop_assert_eq!(msgpack::decode(&open, &Type::Dynamic).unwrap(), value);
    }

    /// What was right but for a few bytes: lengths and types that lie.
    #[test]
    fn damaged_encodings(
        (ty, value) in typed_values(Ingredients { nulls: true, unknowns: true, marks: false }),
        damage in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = msgpack::encode(&value, &ty).unwrap();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = msgpack::decode(&bytes, &ty);
            let _ = msgpack::decode(&bytes[..at], &ty);
            let _ = msgpack::decode(&bytes, &Type::Dynamic);
        }
    }

    #[test]
    fn hostile_json(text in "[\\[\\]{}\",:0-9.eE+\\-\\\\utrfalsn ]{0,40}") {
        let _ = json::decode_implied(&text);
        let _ = json::decode(&text, &Type::Dynamic);
        let _ = json::type_from_json(&text);
    }

    #[test]
    fn hostile_msgpack(bytes in proptest::collection::vec(any::<u8>(), 0..40), ty in crate::sample::types()) {
        let _ = msgpack::decode(&bytes, &ty);
        let _ = msgpack::decode(&bytes, &Type::Dynamic);
    }
}
