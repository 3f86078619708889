//! Operators, access, sets, marks and paths.

use crate::sample::{Ingredients, typed_values, types, values};
use crate::{IndexError, Kind, Marks, Number, Path, Refinement, Type, Value, json, ops, safe_prefix};
use proptest::prelude::*;
use std::convert::Infallible;

fn from_json(text: &str) -> Value {
    json::decode_implied(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn n(text: &str) -> Value {
    Value::from(Number::parse(text).unwrap())
}

/// Whole numbers known to lie between these.
fn between(min: i64, max: i64) -> Value {
    Value::refined(Type::Number, Refinement::number(Some(min.into()), Some(max.into())))
}

/// Some(answer), or None for an unknown one that won't be null.
fn answer(value: &Value) -> Option<bool> {
    assert!(value.is_definitely_not_null(), "{value:?}");
    value.as_bool()
}

#[test]
fn size() {
    assert!(size_of::<Value>() <= 40, "{}", size_of::<Value>());
    assert!(size_of::<Number>() <= 16, "{}", size_of::<Number>());
}

#[test]
fn equality() {
    let unknown = || Value::unknown(Type::String);
    let list = |items: Vec<Value>| Value::list(Type::Number, items);
    let set = |items: Vec<Value>| Value::set(Type::String, items);
    let prefixed = Value::refined(Type::String, Refinement::prefix("a-"));
    let at_least_one = Value::refined(Type::list(Type::String), Refinement::length(1, None));
    let cases = [
        (n("1"), n("1.0"), Some(true)),
        (n("1"), Value::from("1"), Some(false)),
        (n("0"), n("-0"), Some(true)),
        (Value::null(Type::String), Value::null(Type::Bool), Some(true)),
        (Value::null(Type::String), Value::from(""), Some(false)),
        (from_json("[1]"), list(vec![n("1")]), Some(false)),
        (Value::list(Type::Dynamic, []), from_json("[]"), Some(false)),
        (from_json("[1,2]"), from_json("[2,1]"), Some(false)),
        (from_json("{\"a\":1}"), from_json("{\"a\":\"1\"}"), Some(false)),
        (from_json("{\"a\":null}"), Value::object([("a", Value::null(Type::String))]), Some(false)),
        (from_json("{\"a\":null}"), from_json("{\"a\":null}"), Some(true)),
        (from_json("[null]"), from_json("[1]"), Some(false)),
        (set(vec!["a".into(), "b".into()]), set(vec!["b".into(), "a".into()]), Some(true)),
        (set(vec!["a".into()]), set(vec!["b".into()]), Some(false)),
        (set(vec![unknown()]), set(vec!["b".into()]), None),
        (unknown(), unknown(), None),
        (unknown(), Value::null(Type::Dynamic), None),
        (unknown(), n("5"), Some(false)),
        (unknown().refine_not_null(), Value::null(Type::Dynamic), Some(false)),
        (Value::dynamic(), n("5"), None),
        (prefixed.clone(), "b".into(), Some(false)),
        ("b".into(), prefixed.clone(), Some(false)),
        (prefixed, "a-b".into(), None),
        (between(1, 3), n("4"), Some(false)),
        (between(1, 3), n("3"), None),
        (at_least_one.clone(), Value::list(Type::String, []), Some(false)),
        (at_least_one, Value::list(Type::String, ["x".into()]), None),
        (Value::tuple([unknown(), n("1")]), Value::tuple([unknown(), n("2")]), None),
        (
            Value::object([("a", unknown()), ("b", n("1"))]),
            Value::object([("a", "x".into()), ("b", n("2"))]),
            Some(false),
        ),
        (Value::tuple([Value::dynamic()]), from_json("[1]"), None),
        (Value::tuple([Value::dynamic()]), from_json("[1,2]"), Some(false)),
    ];
    for (a, b, expected) in cases {
        assert_eq!(answer(&ops::equals(&a, &b)), expected, "{a:?} == {b:?}");
        assert_eq!(answer(&ops::equals(&b, &a)), expected, "{b:?} == {a:?}");
        assert_eq!(answer(&ops::not_equals(&a, &b)), expected.map(|x| !x), "{a:?} != {b:?}");
    }
    let secret = Value::tuple([n("1").mark(Marks::SENSITIVE)]);
    assert_eq!(ops::equals(&secret, &from_json("[1]")), Value::from(true).mark(Marks::SENSITIVE));
}

#[test]
fn arithmetic_with_unknowns() {
    let unknown = Value::unknown(Type::Number);
    let cases = [
        (ops::add(&between(1, 3), &n("10")), unknown.clone().refine_not_null()),
        (ops::negate(&between(1, 3)), unknown.clone().refine_not_null()),
        (ops::add(&Value::dynamic(), &n("1")), unknown.clone().refine_not_null()),
        (ops::less(&between(1, 3), &n("4")), true.into()),
        (ops::less(&between(1, 3), &n("0")), false.into()),
        (ops::less_or_equal(&between(1, 3), &n("4")), true.into()),
        (ops::greater(&between(7, 9), &between(1, 5)), true.into()),
        (ops::greater_or_equal(&between(1, 3), &n("0")), true.into()),
        (ops::and(&false.into(), &Value::unknown(Type::Bool)), false.into()),
        (ops::or(&Value::unknown(Type::Bool), &true.into()), true.into()),
    ];
    for (result, expected) in cases {
        assert_eq!(result, Ok(expected));
    }
    for (a, b) in [(between(1, 3), n("2")), (between(1, 3), n("1")), (n("3"), between(3, 5))] {
        assert_eq!(ops::less(&a, &b).map(|v| answer(&v)), Ok(None));
    }
    assert_eq!(ops::and(&true.into(), &Value::unknown(Type::Bool)).map(|v| answer(&v)), Ok(None));
    assert_eq!(ops::add(&n("1"), &Value::null(Type::Number)), Err(ops::OpError::Null));
    assert_eq!(ops::add(&n("1"), &"1".into()), Err(ops::OpError::Type));
    assert_eq!(ops::divide(&n("0"), &n("0")), Err(ops::OpError::Indeterminate));
    let secret = n("1").mark(Marks::SENSITIVE);
    assert_eq!(ops::add(&secret, &n("1")), Ok(n("2").mark(Marks::SENSITIVE)));
}

#[test]
fn one_of_two() {
    let list = |items: &[i64]| Value::list(Type::Number, items.iter().copied().map(Value::from));
    let null = || Value::null(Type::Number);
    let unknown = Value::unknown(Type::Number);
    let cases = [
        (n("1"), n("5"), between(1, 5)),
        (n("1"), n("1"), n("1")),
        (n("1"), null(), unknown.clone()),
        (null(), null(), null()),
        (n("1"), unknown.clone().refine_not_null(), unknown.clone().refine_not_null()),
        ("a".into(), "a".into(), Value::unknown(Type::String).refine_not_null()),
        (list(&[1]), list(&[2]), Value::list(Type::Number, [unknown])),
        (list(&[1]), list(&[]), Value::unknown(Type::list(Type::Number)).refine_not_null()),
        (list(&[1]), list(&[2, 3]), Value::refined(Type::list(Type::Number), Refinement::length(1, Some(2)))),
        (n("1").mark(Marks::SENSITIVE), n("5"), between(1, 5).mark(Marks::SENSITIVE)),
    ];
    for (a, b, expected) in cases {
        assert_eq!(a.either(&b), expected, "{a:?} or {b:?}");
    }
}

#[test]
fn indexing() {
    let map = Value::map(Type::Number, [("a", n("1"))]);
    let object = from_json("{\"a\":1,\"1\":2}");
    let tuple = from_json("[1,\"b\"]");
    let unknown_list = Value::unknown(Type::list(Type::Bool));
    let cases = [
        (&tuple, n("1"), Ok(Value::from("b"))),
        (&tuple, "0".into(), Ok(n("1"))),
        (&tuple, n("2"), Err(IndexError::OutOfRange(2))),
        (&tuple, n("-1"), Err(IndexError::Negative)),
        (&tuple, n("1.5"), Err(IndexError::Fraction)),
        (&tuple, Value::null(Type::Number), Err(IndexError::NullKey)),
        (&tuple, Value::unknown(Type::Number), Ok(Value::dynamic())),
        (&map, "a".into(), Ok(n("1"))),
        (&map, "b".into(), Err(IndexError::NoSuchKey("b".into()))),
        (&map, Value::unknown(Type::String), Ok(Value::unknown(Type::Number))),
        (&object, n("1"), Ok(n("2"))),
        (&object, n("2"), Err(IndexError::NumberOnObject)),
        (&object, "b".into(), Err(IndexError::NoSuchAttribute("b".into()))),
        (&object, Value::from("a").mark(Marks::SENSITIVE), Ok(n("1"))),
        (&unknown_list, n("7"), Ok(Value::unknown(Type::Bool))),
    ];
    for (value, key, expected) in cases {
        assert_eq!(value.index(&key), expected, "{value:?}[{key:?}]");
    }
    let key = n("0").mark(Marks::SENSITIVE);
    assert_eq!(tuple.index(&key), Ok(n("1").mark(Marks::SENSITIVE)));
    assert_eq!(Value::null(Type::Dynamic).index(&key), Err(IndexError::NullValue));
    assert_eq!(Value::set(Type::Number, [n("1")]).index(&n("0")), Err(IndexError::Set));
    assert_eq!(Value::from("x").index(&n("0")), Err(IndexError::NotIndexable(Type::String)));
    assert_eq!(map.attribute("a"), Ok(n("1")));
    assert_eq!(
        Value::dynamic().mark(Marks::SENSITIVE).attribute("x"),
        Ok(Value::dynamic().mark(Marks::SENSITIVE))
    );
}

#[test]
fn lengths() {
    let unknown = || Value::unknown(Type::String);
    assert_eq!(from_json("[1,2]").length(), n("2"));
    assert_eq!(Value::set(Type::String, [unknown(), unknown()]).length(), between(1, 2));
    assert_eq!(Value::set(Type::String, [unknown()]).length(), n("1"));
    let some = Refinement::length(2, Some(4));
    assert_eq!(Value::refined(Type::map(Type::Bool), some).length(), between(2, 4));
    assert_eq!(Value::dynamic().length(), Value::unknown(Type::Number));
}

#[test]
fn order_of_sets() {
    let cases = [
        (r#"["b","a","é","Z"]"#, r#"["Z","a","b","é"]"#),
        ("[3,1,20,1.5,-1]", "[-1,1,1.5,3,20]"),
        ("[true,false,true]", "[false,true]"),
        ("[null,\"a\",null]", "[\"a\",null]"),
        ("[[1,2],[10],[2]]", "[[10],[1,2],[2]]"),
        (
            r#"[{"a":1,"b":"x"},{"a":10,"b":"y"},{"a":2,"b":"z"},{"a":null,"b":"e"},{"a":1.5,"b":"q"}]"#,
            r#"[{"a":1.5,"b":"q"},{"a":10,"b":"y"},{"a":1,"b":"x"},{"a":2,"b":"z"},{"a":null,"b":"e"}]"#,
        ),
        (
            r#"[{"a":12345678901},{"a":12345678902},{"a":3}]"#,
            r#"[{"a":12345678901},{"a":12345678902},{"a":3}]"#,
        ),
        (
            r#"[{"a":12345678901.25},{"a":12345678901.25},{"a":12345678901.5}]"#,
            r#"[{"a":12345678901.25},{"a":12345678901.5}]"#,
        ),
    ];
    for (given, ordered) in cases {
        let set = crate::convert(&from_json(given), &Type::set(Type::Dynamic)).unwrap();
        assert_eq!(json::encode(&set).unwrap(), ordered);
    }
    let secret = Value::from("a").mark(Marks::SENSITIVE);
    let set = Value::set(Type::String, [secret, "a".into()]);
    assert_eq!(set, Value::set(Type::String, ["a".into()]).mark(Marks::SENSITIVE));
}

#[test]
fn refinements_that_say_it_all() {
    let list = Type::list(Type::String);
    assert_eq!(Value::refined(Type::Number, Refinement::number(Some(5.into()), Some(5.into()))), n("5"));
    assert_eq!(
        Value::refined(list.clone(), Refinement::length(2, Some(2))),
        Value::list(Type::String, [Value::unknown(Type::String), Value::unknown(Type::String)])
    );
    assert_eq!(
        Value::refined(Type::map(Type::Bool), Refinement::length(0, Some(0))),
        Value::map::<&str>(Type::Bool, [])
    );
    assert_eq!(Value::refined(Type::Dynamic, Refinement::not_null()), Value::dynamic());
    assert_eq!(
        Value::refined(Type::Bool, Refinement::prefix("x")),
        Value::unknown(Type::Bool).refine_not_null()
    );
    let huge = Value::refined(list, Refinement::length(u64::MAX, Some(u64::MAX)));
    assert!(!huge.is_known());
}

#[test]
fn prefixes() {
    let cases = [
        ("", ""),
        ("id-", "id-"),
        ("abc", "ab"),
        ("ab=", "ab"),
        ("e\u{301}", ""),
        ("a\u{1f1e9}\u{1f1ea}", "a"),
        ("{\"", "{\""),
    ];
    for (text, safe) in cases {
        assert_eq!(safe_prefix(text), safe, "{text:?}");
    }
}

#[test]
fn strings_are_composed() {
    assert_eq!(Value::from("e\u{301}"), Value::from("\u{e9}"));
    assert_eq!(Value::string("plain").as_str(), Some("plain"));
}

#[test]
fn paths() {
    let value = from_json(r#"{"a":[{"b":1}],"c":"x"}"#);
    let inner = Path::root().attribute("a").index(0).attribute("b");
    assert_eq!(inner.to_string(), ".a[0].b");
    assert_eq!(value.at_path(&inner), Some(n("1")));
    assert_eq!(value.at_path(&Path::root().attribute("z")), None);
    let marked = value.mark_paths(&[(inner.clone(), Marks::SENSITIVE)]);
    assert_eq!(marked.at_path(&inner).map(|v| v.marks()), Some(Marks::SENSITIVE));
    assert_eq!(marked.marks(), Marks::NONE);
    assert_eq!(marked.unmark_deep(), (value.clone(), vec![(inner.clone(), Marks::SENSITIVE)]));
    // A path that ends early marks the place where it ends.
    let further = inner.attribute("deeper");
    assert_eq!(value.mark_paths(&[(further, Marks::SENSITIVE)]), marked);
    let keyed = Path::root().index("k");
    let map = Value::map(Type::Number, [("k", n("1"))]).mark_paths(&[(keyed.clone(), Marks::EPHEMERAL)]);
    assert_eq!(map.unmark_deep().1, [(keyed, Marks::EPHEMERAL)]);
    assert_eq!(inner_names(&value), ["", ".a", ".a[0]", ".a[0].b", ".c"]);
}

fn inner_names(value: &Value) -> Vec<String> {
    let mut names = Vec::new();
    value.walk(&mut |path, _| {
        names.push(path.to_string());
        true
    });
    names
}

#[test]
fn sharing() {
    let big = Value::list(Type::Number, (0..1000).map(Value::from));
    let copy = big.clone();
    let (Kind::List(a), Kind::List(b)) = (big.kind(), copy.kind()) else {
        panic!("a list is a list");
    };
    assert!(std::sync::Arc::ptr_eq(a, b));
    let unmarked = big.without_marks();
    let Kind::List(c) = unmarked.kind() else {
        panic!("a list is a list");
    };
    assert!(std::sync::Arc::ptr_eq(a, c));
}

const ALL: Ingredients = Ingredients { nulls: true, unknowns: true, marks: true };
const KNOWN: Ingredients = Ingredients { nulls: true, unknowns: false, marks: false };

proptest! {
    #[test]
    fn marks_come_off_and_go_on((_, value) in typed_values(ALL)) {
        let (bare, marks) = value.unmark_deep();
        prop_assert!(bare.deep_marks().is_empty());
        prop_assert_eq!(bare.mark_paths(&marks), value.clone());
        let same = value.transform(&mut |_, part| Ok::<_, Infallible>(part)).unwrap();
        prop_assert_eq!(same, value);
    }

    #[test]
    fn known_equality_is_decided((_, a) in typed_values(KNOWN), (_, b) in typed_values(KNOWN)) {
        prop_assert_eq!(answer(&ops::equals(&a, &a)), Some(true));
        let equal = answer(&ops::equals(&a, &b));
        prop_assert_eq!(equal, answer(&ops::equals(&b, &a)));
        prop_assert!(equal.is_some());
    }

    #[test]
    fn equality_never_depends_on_order_of_operands(
        (a, b) in types().prop_flat_map(|ty| (values(&ty, ALL), values(&ty, ALL)))
    ) {
        prop_assert_eq!(ops::equals(&a, &b), ops::equals(&b, &a));
    }

    #[test]
    fn sets_do_not_depend_on_the_order_given(
        (ty, mut items) in types().prop_flat_map(|ty| (Just(ty.clone()), proptest::collection::vec(values(&ty, KNOWN), 0..6)))
    ) {
        let set = Value::set(ty.clone(), items.clone());
        items.reverse();
        prop_assert_eq!(answer(&ops::equals(&set, &Value::set(ty.clone(), items))), Some(true));
        let again = Value::set(ty, set.as_sequence().unwrap().to_vec());
        prop_assert_eq!(again, set);
    }

    #[test]
    fn paths_lead_to_what_is_there((_, value) in typed_values(Ingredients { marks: false, ..ALL })) {
        let mut ok = true;
        value.walk(&mut |path, part| {
            ok &= value.at_path(path).as_ref() == Some(part);
            true
        });
        prop_assert!(ok);
    }
}

/// What is worked out when a value is made is what a walk through it finds.
fn walked(value: &Value) -> (Marks, bool, u32, u16) {
    let (mut marks, mut known, mut weight, mut depth) = (Marks::NONE, true, 0, 0);
    value.walk(&mut |path, part| {
        marks |= part.marks();
        known &= part.is_known();
        weight += 1;
        let inside = part.as_sequence().is_some() || part.as_mapping().is_some();
        depth = depth.max(path.0.len() + usize::from(inside));
        true
    });
    (marks, known, weight, u16::try_from(depth).unwrap())
}

proptest! {
    #[test]
    fn the_inside_is_known((_, value) in typed_values(ALL)) {
        // Texts of the samples are short, so each weighs one.
        let found = (value.deep_marks(), value.is_wholly_known(), value.weight(), value.depth());
        prop_assert_eq!(found, walked(&value));
    }
}
