//! Cases for `paths` and `walk`.

use crate::notation::{block, object};
use crate::{
    Block, attribute_at, block_counts, deprecated_set, read_only_set, required_missing, sensitive_paths,
};
use crate::{unknown_paths, without_write_only, write_only_set};
use trueup_value::{Path, PathStep, Value};

const SCHEMA: &str = "
    name string required
    secret string optional sensitive
    once string optional write_only
    old string optional deprecated
    id string computed
    attribute meta list optional {
        key string required
        token string optional sensitive
        once string optional write_only
    }
    block disk list min=1 max=2 {
        size number required
        pin string optional sensitive
        once string optional write_only
    }
    block rule set {
        port number required
        pin string optional sensitive
        other string optional sensitive
    }
";

fn check(find: impl Fn(&Block, &Value) -> Vec<Path>, value: &str, wanted: &[&str]) {
    let schema = block(SCHEMA);
    let found: Vec<String> = find(&schema, &object(&schema, value)).iter().map(ToString::to_string).collect();
    assert_eq!(found, wanted, "{value}");
}

const FULL: &str = r#"{"name": "n", "once": "w", "old": "o",
    "meta": [{"key": "k", "token": "t"}, {"once": "w"}],
    "disk": [{"pin": "p"}, {"size": 1, "once": "w"}],
    "rule": [{"port": 1}, {"pin": "x"}]}"#;

#[test]
fn sensitive() {
    let wanted = [".meta[0].token", ".meta[1].token", ".secret", ".disk[0].pin", ".disk[1].pin", ".rule"];
    check(sensitive_paths, FULL, &wanted);
    check(sensitive_paths, "null", &[]);
}

#[test]
fn flags() {
    check(required_missing, FULL, &[".meta[1].key", ".disk[0].size", ".rule[...].port"]);
    check(deprecated_set, FULL, &[".old"]);
    check(read_only_set, r#"{"id": "x"}"#, &[".id"]);
    check(write_only_set, FULL, &[".meta[1].once", ".once", ".disk[1].once"]);
    check(
        |_, value| unknown_paths(value),
        r#"{"name": "?", "disk": [{"size": "?"}]}"#,
        &[".disk[0].size", ".name"],
    );
    let schema = block(SCHEMA);
    let stripped = without_write_only(&schema, &object(&schema, FULL));
    assert!(write_only_set(&schema, &stripped).is_empty());
    assert_eq!(stripped, object(&schema, &FULL.replace("\"w\"", "null")));
}

#[test]
fn counts() {
    let schema = block(SCHEMA);
    let count = |json: &str| {
        block_counts(&schema, &object(&schema, json)).iter().map(|c| c.count).collect::<Vec<_>>()
    };
    assert_eq!(count("{}"), [0]);
    assert_eq!(count(r#"{"disk": [{}]}"#), Vec::<u64>::new());
    assert_eq!(count(r#"{"disk": [{}, {}, {}]}"#), [3]);
    assert_eq!(count(r#"{"disk": "?"}"#), Vec::<u64>::new());
}

#[test]
fn attributes_are_found_by_path() {
    let schema = block(SCHEMA);
    let find = |steps: &[&str]| {
        let step = |text: &&str| match text.parse::<i64>() {
            Ok(index) => PathStep::Index(index.into()),
            Err(_) => PathStep::Attribute((*text).into()),
        };
        attribute_at(&schema, &Path(steps.iter().map(step).collect()))
    };
    assert!(find(&["meta", "0", "token"]).is_some_and(|a| a.sensitive));
    assert!(find(&["meta"]).is_some_and(|a| a.optional));
    assert!(find(&["disk", "1", "pin"]).is_some_and(|a| a.sensitive));
    assert!(find(&["id", "0"]).is_some_and(|a| a.computed));
    assert!(find(&["disk", "1"]).is_none());
    assert!(find(&["nope"]).is_none());
}
