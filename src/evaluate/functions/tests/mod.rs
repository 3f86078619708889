//! Calls as text with what they give: see `cases`. And what holds for every function and any text.

mod expression;
mod rsa;
mod world;

use super::{cidr, csv_text, gzip, instant, lookup, suggest, table};
use expression::{evaluate, shown};
use proptest::prelude::*;
use std::collections::BTreeSet;
use trueup_value::Value;
use world::Fake;

const FILES: &[(&str, &[u8])] = &[
    ("files/a.txt", b"plain text\nsecond line\n"),
    ("files/b.txt", b"B"),
    ("files/bin.dat", b"\x00\x01\xff\xfe"),
    ("files/data.csv", b"id,name\n1,\"Ann, A.\"\n2,Bob\n"),
    ("files/data.json", br#"{"k": [1, 2.5, "x", null, true], "n": {"z": 1, "a": 2}}"#),
    ("files/data.yaml", b"a: 1\nb:\n  - x\n  - y: 2\n"),
    ("files/empty.txt", b""),
    ("files/sub/deep/z.txt", b"deep\n"),
    ("files/sub/m.md", b"s"),
    ("main.tf", b""),
];

fn answer(expression: &str, world: &Fake) -> String {
    match evaluate(expression, world) {
        Ok(value) => shown(&value),
        Err(errors) => {
            let summaries: Vec<String> =
                errors.iter().map(|error| format!("error: {}", error.summary())).collect();
            summaries.join("; ")
        }
    }
}

/// Every line that isn't a comment is `expression => answer`.
fn check(cases: &str, planning: bool) {
    let world = Fake { planning, ..Fake::new(FILES) };
    let mut wrong = Vec::new();
    for line in cases.lines().filter(|line| !line.starts_with('#')) {
        let (expression, wanted) = line.rsplit_once(" => ").expect("a case is `expression => answer`");
        let given = answer(expression, &world);
        if given != wanted {
            wrong.push(format!("{expression}\n  wanted {wanted}\n  given  {given}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

macro_rules! cases {
    ($($name:ident $planning:literal,)*) => {
        $(#[test]
        fn $name() {
            check(include_str!(concat!("cases/", stringify!($name), ".txt")), $planning);
        })*
    };
}

cases! {
    collection false,
    crypto false,
    encoding false,
    filesystem false,
    format false,
    hash false,
    mapping false,
    marks false,
    network false,
    numeric false,
    provider false,
    regex false,
    removed true,
    sequence false,
    set false,
    string false,
    time false,
    types false,
    unknowns true,
}

#[test]
fn table_is_sorted_and_documented() {
    let names: Vec<&str> = table().iter().map(|function| function.name).collect();
    let sorted: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(names, sorted.into_iter().collect::<Vec<_>>());
    for function in table() {
        assert!(function.doc.len() > 10 && function.doc.ends_with('.'), "{} isn't documented", function.name);
        assert!(lookup(function.name).is_some());
        let all = function.parameters.iter().chain(&function.variadic);
        let distinct: BTreeSet<&str> = all.clone().map(|parameter| parameter.name).collect();
        assert_eq!(distinct.len(), all.count(), "{} has two parameters of one name", function.name);
    }
}

#[test]
fn unknown_arguments_never_reach_a_body_that_cannot_take_them() {
    let world = Fake { planning: true, ..Fake::default() };
    for function in table() {
        let parameters = function.parameters.iter().chain(&function.variadic);
        let arguments: Vec<Value> = parameters.map(|parameter| Value::unknown((parameter.ty)())).collect();
        let Ok(value) = super::call(function, &arguments, &world) else { continue };
        let known = matches!(function.name, "issensitive") || arguments.is_empty();
        assert!(known || !value.is_wholly_known(), "{} knows {}", function.name, shown(&value));
    }
}

#[test]
fn names_are_suggested() {
    for (slip, wanted) in
        [("upperr", Some("upper")), ("core::uper", Some("upper")), ("tru", Some("try")), ("xyzzy", None)]
    {
        assert_eq!(suggest(slip), wanted, "{slip}");
    }
}

#[test]
fn sensitive_text_is_in_no_message() {
    let world = Fake::new(FILES);
    for call in [
        r#"file(sensitive("zzz"))"#,
        r#"base64decode(sensitive("zzz!"))"#,
        r#"parseint(sensitive("zzz"), 10)"#,
        r#"tonumber(sensitive("zzz"))"#,
        r#"tobool(sensitive("zzz"))"#,
        r#"regex(sensitive("(zzz"), "a")"#,
        r#"replace("a", sensitive("/(zzz/"), "a")"#,
        r#"formatdate("YYYY", sensitive("zzz"))"#,
        r#"timeadd(sensitive("zzz"), "1h")"#,
        r#"timeadd("2017-11-22T00:00:00Z", sensitive("1zzz"))"#,
        r#"cidrhost(sensitive("zzz"), 1)"#,
        r#"csvdecode(sensitive("zzz,zzz"))"#,
        r#"jsondecode(sensitive("zzz"))"#,
        r#"yamldecode(sensitive("a: !zzz 1"))"#,
        r#"uuidv5(sensitive("zzz"), "a")"#,
        r#"fileset(sensitive("zzz["), "*")"#,
        r#"lookup({a = 1}, sensitive("zzz"))"#,
        r#"lookup(tomap({a = 1}), sensitive("zzz"))"#,
        r#"textencodebase64("a", sensitive("zzz"))"#,
        r#"format("%s %s", sensitive("zzz"))"#,
        r#"format(sensitive("%zzz"), "a")"#,
        r#"templatefile("files/a.txt", {sensitive = 1, "1" = sensitive("zzz")})"#,
    ] {
        let errors = evaluate(call, &world).expect_err(call);
        for error in &errors {
            assert!(!error.message.contains("zzz"), "{call}: {}", error.message);
            assert!(!error.message.is_empty(), "{call}");
        }
    }
}

#[test]
fn timestamps_come_from_the_world() {
    let world = Fake::new(&[]);
    for (call, wanted) in [
        ("timestamp()", r#""2025-01-31T12:00:00Z""#),
        ("uuid()", r#""07070707-0707-4707-8707-070707070707""#),
        ("length(bcrypt(\"a\", 4))", "60"),
        ("pathexpand(\"~/x\")", r#""/home/ann/x""#),
        ("pathexpand(\"~bob/x\")", "error: Error in function call"),
        ("abspath(\"a/../b\")", r#""/home/b""#),
        ("plantimestamp()", "unknown(string!)"),
    ] {
        assert_eq!(answer(call, &world), wanted, "{call}");
    }
}

/// Text that is likely to mean something to the readers of it.
fn tricky() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), r#"[-a-z0-9 "'\\\n\t,:;{}\[\]()*+?.^$|&!<%#~/_]{0,40}"#]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_brings_a_reader_down(text in tricky(), other in tricky()) {
        let world = Fake::new(FILES);
        let value = |text: &str| Value::string(text);
        for name in ["yamldecode", "csvdecode", "jsondecode", "base64decode", "base64gunzip", "urldecode"] {
            let _ = super::call(lookup(name).expect(name), &[value(&text)], &world);
        }
        for name in ["regex", "regexall", "format", "formatdate", "timeadd", "fileset", "cidrcontains", "trim", "split"] {
            let _ = super::call(lookup(name).expect(name), &[value(&text), value(&other)], &world);
        }
        let wrapped = format!("/{other}/");
        let _ = super::call(lookup("replace").expect("it exists"), &[value(&text), value(&wrapped), value(&other)], &world);
    }

    #[test]
    fn gzip_comes_back(bytes in prop::collection::vec(0u8..4, 0..3000), times in 1usize..40) {
        let bytes = bytes.repeat(times);
        prop_assert_eq!(gzip::decompress(&gzip::compress(&bytes)), Ok(bytes));
    }

    #[test]
    fn yaml_comes_back(text in tricky(), key in tricky(), flag: bool) {
        let world = Fake::new(&[]);
        let key = Value::string(key);
        let key = key.as_str().expect("it is text");
        // What the reader takes for a merge is a key of its own here.
        prop_assume!(key != "<<");
        let inner = Value::object([(key, Value::tuple([Value::string(text.as_str()), flag.into()]))]);
        let value = Value::object([("a", inner.clone()), ("b", Value::tuple([inner.clone(), Value::tuple([inner])]))]);
        let yaml = super::call(lookup("yamlencode").expect("it exists"), std::slice::from_ref(&value), &world);
        let yaml = yaml.expect("any value can be written");
                let back = super::call(lookup("yamldecode").expect("it exists"), std::slice::from_ref(&yaml), &world);
        prop_assert_eq!(back, Ok(value), "{:?}", yaml);
    }

    #[test]
    fn instants_come_back(seconds in -60_000_000_000i64..250_000_000_000, offset in -1439i64..1440) {
        let instant = instant::Instant { nanos: i128::from(seconds) * 1_000_000_000, offset };
        prop_assert_eq!(instant::parse(&instant.to_rfc3339()), Ok(instant));
    }

    #[test]
    fn prefixes_come_back(base: u128, length in 0u32..=128) {
        let text = format!("{}/{length}", std::net::Ipv6Addr::from_bits(base));
        let prefix = cidr::Prefix::parse(&text).expect("it is a prefix");
        prop_assert_eq!(cidr::Prefix::parse(&prefix.to_string()), Some(prefix));
        prop_assert!(prefix.contains(&prefix) && prefix.last() >= prefix.base);
    }

    #[test]
    fn csv_comes_back(fields in prop::collection::vec(prop::collection::vec("[a-z\",\n ]{0,5}", 3), 1..5)) {
        let quoted = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
        let lines: Vec<String> =
            fields.iter().map(|record| record.iter().map(quoted).collect::<Vec<_>>().join(",")).collect();
        prop_assert_eq!(csv_text::parse(&lines.join("\n")), Ok(fields));
    }
}
