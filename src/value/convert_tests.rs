//! Conversion, unification and defaults, held to the reference's answers.

use crate::sample::{Ingredients, typed_values, types, values};
use crate::{
    Defaults, Marks, Number, ObjectType, Refinement, Type, Value, convert, json, unify, unify_unsafe,
};
use proptest::prelude::*;
use std::sync::Arc;

/// A type in its JSON form, primitives without quotes: `["list",string]`.
fn ty(text: &str) -> Type {
    let words = ["string", "number", "bool", "dynamic"];
    let quoted = words.iter().fold(text.to_string(), |text, word| text.replace(word, &format!("\"{word}\"")));
    json::type_from_json(&quoted).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn from_json(text: &str) -> Value {
    json::decode_implied(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Converts JSON; the outcome is JSON with the type, or the error.
fn check(value: &str, to: &str, outcome: &str) {
    let got = match convert(&from_json(value), &ty(to)) {
        Ok(value) => format!("{} {}", json::encode(&value).unwrap(), value.ty()),
        Err(error) => error.to_string(),
    };
    assert_eq!(got, outcome, "{value} to {to}");
}

#[test]
fn primitives() {
    let cases = [
        ("true", "string", "\"true\" string"),
        ("1.50", "string", "\"1.5\" string"),
        ("\"1e2\"", "number", "100 number"),
        ("\"x\"", "number", "a number is required"),
        ("\"\"", "number", "a number is required"),
        ("\"true\"", "bool", "true bool"),
        ("\"0\"", "bool", "false bool"),
        ("\"True\"", "bool", "a bool is required; to convert from string, use lowercase \"true\""),
        ("\"no\"", "bool", "a bool is required"),
        ("1", "bool", "bool required"),
        ("true", "number", "number required"),
        ("[]", "string", "string required"),
        ("{}", "number", "number required"),
        ("null", "string", "null string"),
        ("5", "dynamic", "5 number"),
    ];
    for (value, to, outcome) in cases {
        check(value, to, outcome);
    }
}

#[test]
fn collections() {
    let cases = [
        (r#"["a",1,true]"#, r#"["list",string]"#, r#"["a","1","true"] list(string)"#),
        ("[]", r#"["list",string]"#, "[] list(string)"),
        ("[]", r#"["list",dynamic]"#, "[] list(any)"),
        ("{}", r#"["list",string]"#, "list of string required"),
        (r#"[["a"]]"#, r#"["list",string]"#, "element 0: string required"),
        (r#"["1",2]"#, r#"["list",number]"#, "[1,2] list(number)"),
        (r#"["x"]"#, r#"["list",number]"#, "[0]: a number is required"),
        (
            r#"[{"a":1},{"a":"b"}]"#,
            r#"["list",dynamic]"#,
            r#"[{"a":"1"},{"a":"b"}] list(object({a=string}))"#,
        ),
        ("[1,[2]]", r#"["list",dynamic]"#, "all list elements must have the same type"),
        (r#"["b","a","b"]"#, r#"["set",string]"#, r#"["a","b"] set(string)"#),
        (r#"["2",1,2]"#, r#"["set",number]"#, "[1,2] set(number)"),
        (r#"["a",1]"#, r#"["set",dynamic]"#, r#"["1","a"] set(string)"#),
        (r#"["a"]"#, r#"["map",string]"#, "map of string required"),
        (r#"{"a":"x"}"#, r#"["map",number]"#, "[\"a\"]: a number is required"),
        (r#"{"a":[]}"#, r#"["map",number]"#, "element \"a\": number required"),
        (r#"{"a":1,"b":true}"#, r#"["map",dynamic]"#, "all map elements must have the same type"),
        (r#"{"a":[1],"b":[]}"#, r#"["map",["list",string]]"#, r#"{"a":["1"],"b":[]} map(list(string))"#),
        (r#"{"a":[1],"b":["x"]}"#, r#"["map",dynamic]"#, r#"{"a":["1"],"b":["x"]} map(tuple([string]))"#),
        ("[[1],[1,2]]", r#"["list",dynamic]"#, "[[1],[1,2]] list(list(number))"),
        (r#"[{},{"a":1}]"#, r#"["list",dynamic]"#, r#"[{},{"a":1}] list(map(number))"#),
        ("[null,null]", r#"["list",dynamic]"#, "[null,null] list(any)"),
        ("[null,1]", r#"["list",dynamic]"#, "[null,1] list(number)"),
        (r#"[null,{"a":1}]"#, r#"["list",dynamic]"#, "all list elements must have the same type"),
    ];
    for (value, to, outcome) in cases {
        check(value, to, outcome);
    }
}

#[test]
fn collections_of_any() {
    let cases = [
        (r#"{"a":[1],"b":null}"#, r#"["map",dynamic]"#, r#"{"a":[1],"b":null} map(tuple([number]))"#),
        (
            r#"{"a":false,"b":null,"c":100}"#,
            r#"["map",dynamic]"#,
            "attribute types must all match for conversion to map",
        ),
        (
            r#"[{"a":1},{"a":"x"}]"#,
            r#"["set",["object",{"a":dynamic}]]"#,
            "element types must all match for conversion to set",
        ),
        (
            r#"[{"a":1},{"a":"x"}]"#,
            r#"["list",["object",{"a":dynamic}]]"#,
            r#"[{"a":"1"},{"a":"x"}] list(object({a=string}))"#,
        ),
        (
            r#"{"p":{"a":1},"q":{"a":"x"}}"#,
            r#"["map",["object",{"a":dynamic}]]"#,
            r#"{"p":{"a":"1"},"q":{"a":"x"}} map(object({a=string}))"#,
        ),
        (
            r#"{"p":[1],"q":["x"]}"#,
            r#"["map",["tuple",[dynamic]]]"#,
            "attribute types must all match for conversion to map",
        ),
        (r#"[[],["x"],null]"#, r#"["list",["list",dynamic]]"#, r#"[[],["x"],null] list(list(string))"#),
        (
            r#"[{"a":null},{"a":[1]}]"#,
            r#"["list",["object",{"a":dynamic}]]"#,
            "element types must all match for conversion to list",
        ),
        (
            r#"{"p":{"a":1},"q":{"a":[1]}}"#,
            r#"["map",["object",{"a":dynamic}]]"#,
            "cannot find a common base type for all elements",
        ),
        (
            r#"[{"a":[]},{"a":[1]}]"#,
            r#"["list",["object",{"a":["list",dynamic]}]]"#,
            r#"[{"a":[]},{"a":[1]}] list(object({a=list(number)}))"#,
        ),
        (r#"[null,"a"]"#, r#"["set",string]"#, r#"["a",null] set(string)"#),
    ];
    for (value, to, outcome) in cases {
        check(value, to, outcome);
    }
}

#[test]
fn structures() {
    let cases = [
        (r#"["a",1,2]"#, r#"["tuple",[string,number]]"#, "tuple required"),
        ("[1,[2]]", r#"["tuple",[string,dynamic]]"#, r#"["1",[2]] tuple([string,tuple([number])])"#),
        ("[1]", r#"["tuple",[]]"#, "tuple required"),
        (r#"{"a":1}"#, r#"["object",{}]"#, "{} object({})"),
        (r#"{"a":1}"#, r#"["object",{"a":string}]"#, r#"{"a":"1"} object({a=string})"#),
        ("{}", r#"["object",{"a":string}]"#, "attribute \"a\" is required"),
        ("{}", r#"["object",{"a":string,"b":string}]"#, "attributes \"a\" and \"b\" are required"),
        (
            "{}",
            r#"["object",{"a":string,"b":string,"c":bool}]"#,
            "attributes \"a\", \"b\", and \"c\" are required",
        ),
        (r#"{"a":[]}"#, r#"["object",{"a":string}]"#, "attribute \"a\": string required"),
        (r#"{"a":"x"}"#, r#"["object",{"a":number}]"#, ".a: a number is required"),
        (
            r#"{"b":1}"#,
            r#"["object",{"a":string,"b":number},["a"]]"#,
            r#"{"a":null,"b":1} object({a=string,b=number})"#,
        ),
        ("null", r#"["object",{"a":string},["a"]]"#, "null object({a=string})"),
        (
            r#"[{"a":[{}]}]"#,
            r#"["list",["object",{"a":["list",["object",{"b":bool}]]}]]"#,
            "element 0: attribute \"a\": element 0: attribute \"b\" is required",
        ),
        ("\"x\"", r#"["object",{"a":string}]"#, "object required"),
    ];
    for (value, to, outcome) in cases {
        check(value, to, outcome);
    }
    let map = convert(&from_json(r#"{"a":"1","b":"2"}"#), &ty(r#"["map",string]"#)).unwrap();
    let object = ty(r#"["object",{"a":number,"c":bool},["c"]]"#);
    assert_eq!(json::encode(&convert(&map, &object).unwrap()).unwrap(), r#"{"a":1,"c":null}"#);
    let missing = convert(&map, &ty(r#"["object",{"x":number}]"#)).unwrap_err();
    assert_eq!(missing.to_string(), "map has no element for required attribute \"x\"");
}

#[test]
fn marks_and_unknowns() {
    let secret = Value::from("5").mark(Marks::SENSITIVE);
    let list = convert(&Value::tuple([secret.clone()]), &ty(r#"["list",number]"#)).unwrap();
    assert_eq!(list, Value::list(Type::Number, [Value::from(5).mark(Marks::SENSITIVE)]));
    let set = convert(&Value::tuple([secret]), &ty(r#"["set",number]"#)).unwrap();
    assert_eq!(set, Value::set(Type::Number, [Value::from(5)]).mark(Marks::SENSITIVE));

    let unknown = |ty: Type| Value::unknown(ty).refine_not_null();
    let two = Type::tuple([Type::Number, Type::String]);
    let length = |min, max| Refinement::length(min, Some(max));
    let cases = [
        (unknown(Type::String), "number", unknown(Type::Number)),
        (Value::dynamic(), "number", Value::unknown(Type::Number)),
        (Value::dynamic(), r#"["list",string]"#, Value::unknown(Type::list(Type::String))),
        (
            Value::refined(Type::String, Refinement::prefix("a-")),
            "string",
            Value::refined(Type::String, Refinement::prefix("a-")),
        ),
        (
            Value::unknown(two.clone()),
            r#"["set",string]"#,
            Value::refined(Type::set(Type::String), Refinement { not_null: false, ..length(1, 2) }),
        ),
        (
            unknown(two),
            r#"["list",dynamic]"#,
            Value::list(Type::String, [Value::unknown(Type::String), Value::unknown(Type::String)]),
        ),
        (
            Value::set(Type::String, [Value::unknown(Type::String)]),
            r#"["list",string]"#,
            Value::unknown(Type::list(Type::String)),
        ),
        (
            Value::null(Type::Dynamic),
            r#"["object",{"a":string},["a"]]"#,
            Value::null(Type::object([("a", Type::String)])),
        ),
    ];
    for (value, to, converted) in cases {
        assert_eq!(convert(&value, &ty(to)), Ok(converted), "{value:?} to {to}");
    }
    assert!(convert(&Value::unknown(Type::Bool), &Type::Number).is_err());
    assert!(convert(&Value::null(Type::Bool), &Type::Number).is_err());
}

#[test]
fn unification() {
    let list = |types: &str| match ty(&format!("[\"tuple\",[{types}]]")) {
        Type::Tuple(items) => items.to_vec(),
        _ => unreachable!("a tuple was written"),
    };
    let cases = [
        ("", None, None),
        ("number,string", Some("string"), Some("string")),
        ("number,bool", None, None),
        ("number,dynamic", Some("dynamic"), Some("number")),
        (r#"["tuple",[]],["tuple",[number]]"#, Some(r#"["list",number]"#), None),
        (r#"["tuple",[number,number]],["tuple",[string]]"#, Some(r#"["list",string]"#), None),
        (r#"["object",{"a":number}],["object",{"b":string}]"#, Some(r#"["map",string]"#), None),
        (r#"["object",{"a":number}],["object",{"a":string}]"#, Some(r#"["object",{"a":string}]"#), None),
        (r#"["object",{"a":number}],["object",{}]"#, Some(r#"["map",number]"#), None),
        (
            r#"["object",{"a":["tuple",[number]]}],["object",{"a":["tuple",[string,bool]]}]"#,
            Some(r#"["object",{"a":["list",string]}]"#),
            None,
        ),
        (r#"["object",{"a":number}],["map",string]"#, Some(r#"["map",string]"#), None),
        (r#"["object",{"a":string,"b":["tuple",[]]}],["map",number]"#, None, None),
        (r#"["list",number],["tuple",[string,number]]"#, Some(r#"["list",string]"#), None),
        (r#"["set",number],["list",string]"#, Some(r#"["list",string]"#), None),
        (r#"["set",number],["tuple",[string,number]]"#, None, Some(r#"["set",number]"#)),
        (r#"["tuple",[number]],["list",string],["set",string]"#, Some(r#"["list",string]"#), None),
        (r#"["tuple",[]],["object",{}]"#, None, None),
        (r#"["tuple",[number]],dynamic"#, Some("dynamic"), None),
        (
            r#"["tuple",[number,dynamic]],["tuple",[string,bool]]"#,
            Some(r#"["tuple",[string,dynamic]]"#),
            Some(r#"["tuple",[string,bool]]"#),
        ),
        (r#"["tuple",[number,string]],["tuple",[bool]]"#, Some(r#"["list",string]"#), None),
        (
            r#"["map",["tuple",[number]]],["object",{"b":["tuple",[string,string]]}]"#,
            Some(r#"["map",["list",string]]"#),
            None,
        ),
        ("string,[\"list\",string]", None, None),
    ];
    for (types, safe, other) in cases {
        let types_of = list(types);
        assert_eq!(unify(&types_of), safe.map(ty), "{types}");
        assert_eq!(unify_unsafe(&types_of), other.or(safe).map(ty), "unsafe: {types}");
    }
}

#[test]
fn defaults() {
    let default = |name: &str, value: &str| Defaults {
        values: [(name.into(), from_json(value))].into(),
        ..Defaults::default()
    };
    let elements = |inner: Defaults| Defaults { elements: Some(Box::new(inner)), ..Defaults::default() };
    let within = |name: &str, inner: Defaults| Defaults {
        attributes: [(name.into(), inner)].into(),
        ..Defaults::default()
    };
    let both = Defaults { values: default("n", "{}").values, ..within("n", default("b", "5")) };
    let cases = [
        (default("a", "\"x\""), "{}", r#"{"a":"x"}"#),
        (default("a", "\"x\""), r#"{"a":null,"b":1}"#, r#"{"a":"x","b":1}"#),
        (default("a", "\"x\""), r#"{"a":"y"}"#, r#"{"a":"y"}"#),
        (default("a", "\"x\""), "null", "null"),
        (default("a", "\"x\""), "[1]", "[1]"),
        (elements(default("a", "1")), r#"[{},{"a":2}]"#, r#"[{"a":1},{"a":2}]"#),
        (elements(default("a", "1")), r#"{"k":{},"l":{"a":null}}"#, r#"{"k":{"a":1},"l":{"a":1}}"#),
        (elements(default("a", "1")), "[]", "[]"),
        (within("n", default("b", "5")), r#"{"n":null}"#, r#"{"n":null}"#),
        (within("n", default("b", "5")), r#"{"n":{}}"#, r#"{"n":{"b":5}}"#),
        (both, "{}", r#"{"n":{"b":5}}"#),
        (
            Defaults { positions: [(1, default("a", "1"))].into(), ..Defaults::default() },
            "[{},{}]",
            r#"[{},{"a":1}]"#,
        ),
    ];
    for (defaults, value, outcome) in cases {
        assert_eq!(json::encode(&defaults.apply(&from_json(value))).unwrap(), outcome, "{value}");
    }
    let secret = from_json("{}").mark(Marks::SENSITIVE);
    assert_eq!(default("a", "1").apply(&secret).marks(), Marks::SENSITIVE);
    assert_eq!(default("a", "1").apply(&Value::dynamic()), Value::dynamic());
}

#[test]
fn optional_in_a_set_of_objects() {
    let object = Type::Object(Arc::new(ObjectType {
        attributes: [("a".into(), Type::String), ("b".into(), Type::String)].into(),
        optional: ["a".into()].into(),
    }));
    let defaults = Defaults {
        elements: Some(Box::new(Defaults {
            values: [("a".into(), Value::from("x"))].into(),
            ..Defaults::default()
        })),
        ..Defaults::default()
    };
    let given = from_json(r#"[{"b":"1"},{"a":null,"b":"1"},{"a":"y","b":"1"}]"#);
    let converted = convert(&defaults.apply(&given), &Type::set(object)).unwrap();
    assert_eq!(json::encode(&converted).unwrap(), r#"[{"a":"x","b":"1"},{"a":"y","b":"1"}]"#);
    assert_eq!(Number::from(2), *converted.length().as_number().unwrap());
}

const ALL: Ingredients = Ingredients { nulls: true, unknowns: true, marks: true };

proptest! {
    #[test]
    fn converting_twice_is_converting_once((_, value) in typed_values(ALL), to in types()) {
        if let Ok(once) = convert(&value, &to) {
            prop_assert_eq!(once.ty(), to.clone());
            prop_assert_eq!(convert(&once, &to), Ok(once));
        }
    }

    #[test]
    fn a_value_converts_to_its_own_type((ty, value) in typed_values(ALL)) {
        prop_assert_eq!(value.ty(), ty.clone());
        prop_assert_eq!(convert(&value, &ty), Ok(value.clone()));
        prop_assert_eq!(convert(&value, &Type::Dynamic), Ok(value));
    }

    #[test]
    fn what_unifies_converts(
        (_, a) in typed_values(ALL), (_, b) in typed_values(ALL)
    ) {
        if let Some(common) = unify(&[a.ty(), b.ty()]).filter(|ty| !ty.has_dynamic()) {
            for value in [a, b] {
                prop_assert_eq!(convert(&value, &common).map(|v| v.ty()), Ok(common.clone()));
            }
        }
    }

    #[test]
    fn marks_survive_conversion(to in types(), value in values(&Type::list(Type::String), ALL)) {
        if let Ok(converted) = convert(&value, &to) {
            prop_assert!(converted.deep_marks().contains(value.deep_marks()));
        }
    }
}
