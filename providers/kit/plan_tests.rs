//! The plan logic on a small type of its own.

use super::*;
use crate::{Call, Catalog, Fault, Offer, Readings, Tags};
use async_trait::async_trait;
use std::sync::OnceLock;
use trueup_provider::{Private, UpgradeRequest};

struct Disk;

#[async_trait]
impl Resource<()> for Disk {
    fn plan(&self, planning: &mut Planning<'_>) {
        if planning.changes("size") {
            planning.unsettle(&["version"]);
        }
    }

    async fn read_many(&self, _site: &(), objects: Vec<Object>) -> Readings {
        objects.into_iter().map(|object| Ok(Some(object))).collect()
    }

    async fn create(&self, _call: &Call<'_, ()>, _object: &mut Object) -> Result<(), Fault> {
        Ok(())
    }

    async fn update(&self, _call: &Call<'_, ()>, _prior: &Object, _object: &mut Object) -> Result<(), Fault> {
        Ok(())
    }

    async fn delete(&self, _call: &Call<'_, ()>, _object: &Object) -> Result<(), Fault> {
        Ok(())
    }

    async fn recover(&self, _call: &Call<'_, ()>, _object: &mut Object) -> Result<bool, Fault> {
        Ok(false)
    }
}

const SCHEMA: &str = r#"{"block": {
    "attributes": {
        "id": {"type": "string", "optional": true, "computed": true},
        "region": {"type": "string", "optional": true, "computed": true, "force_new": true},
        "zone": {"type": "string", "optional": true, "computed": true, "force_new": true},
        "size": {"type": "number", "optional": true, "default": 8},
        "fast": {"type": "bool", "optional": true},
        "notes": {"type": "string", "optional": true, "meaning": "json"},
        "sort": {"type": "string", "optional": true, "unset": "plain", "force_new": true},
        "label": {"type": "string", "optional": true, "computed": true, "configured": true},
        "version": {"type": "string", "computed": true},
        "tags": {"type": ["map", "string"], "optional": true},
        "tags_all": {"type": ["map", "string"], "optional": true, "computed": true}},
    "block_types": {
        "part": {"nesting_mode": "set", "block": {"attributes": {
            "name": {"type": "string", "required": true, "force_new": true},
            "kept": {"type": "bool", "optional": true, "default": true},
            "uuid": {"type": "string", "computed": true}}}},
        "boot": {"nesting_mode": "list", "max_items": 1, "computed_block": true, "block": {"attributes": {
            "label": {"type": "string", "optional": true, "computed": true},
            "way": {"type": "string", "optional": true, "unset": "near", "force_new": true},
            "locked": {"type": "bool", "optional": true, "force_new": true}}}}}}}"#;

fn entry() -> &'static Entry<dyn Resource<()>> {
    static CATALOG: OnceLock<Catalog<()>> = OnceLock::new();
    let offers: [Offer<dyn Resource<()>>; 1] =
        [Offer { kind: "disk", noun: "Disk", schema: SCHEMA, code: &Disk }];
    let catalog = CATALOG.get_or_init(|| Catalog::new(r#"{"block": {}}"#, &offers, &[], &[]));
    catalog.resource("disk").expect("it is offered")
}

fn object(json: &str) -> Value {
    let request = UpgradeRequest { kind: "disk", version: 9, json };
    crate::upgrade::upgrade(entry(), &request).state.expect("a good object")
}

fn planned(prior: Option<&str>, config: &str) -> PlanAnswer {
    let config = object(config);
    let prior = prior.map_or_else(|| entry().null(), object);
    let proposed = trueup_schema::proposed_new(&entry().schema.block, &prior, &config);
    let tags =
        TagPolicy { defaults: Some(Tags::from([("team".into(), "core".into())])), ..TagPolicy::none() };
    let around = Surroundings { region: Some("here"), tags: &tags, adjust: &|_| {} };
    plan(
        entry(),
        &around,
        PlanRequest { kind: "disk".into(), prior, proposed, config, private: Private::from([]) },
    )
}

fn replaced(answer: &PlanAnswer) -> Vec<String> {
    let step = |step: &PathStep| match step {
        PathStep::Attribute(name) => name.to_string(),
        PathStep::Index(_) => "0".into(),
    };
    answer.requires_replace.iter().map(|path| path.0.iter().map(step).collect::<Vec<_>>().join(".")).collect()
}

const STORED: &str = r#"{"id": "d-1", "region": "here", "zone": "a", "size": 8, "fast": false, "version": "1",
    "tags": {}, "tags_all": {"team": "core"}, "part": [{"name": "x", "kept": true, "uuid": "u"}],
    "boot": [{"label": "l", "locked": false}]}"#;

#[test]
fn a_creation_has_defaults_and_unknowns() {
    let answer = planned(None, r#"{"part": [{"name": "x"}], "tags": {"a": "b"}}"#);
    let get = |name: &str| answer.planned.get(name).expect("the schema has it").clone();
    assert_eq!(get("size"), Value::from(8));
    assert_eq!(get("region"), Value::from("here"));
    for name in ["id", "zone", "version", "boot"] {
        assert!(!get(name).is_known(), "{name}");
    }
    let part = &get("part");
    let part = &part.as_sequence().expect("a set")[0];
    assert_eq!(part.get("kept"), Some(&Value::from(true)));
    assert!(part.get("uuid").is_some_and(|uuid| !uuid.is_known()));
    assert_eq!(get("tags_all").get("team"), Some(&Value::from("core")));
    assert_eq!(get("tags_all").get("a"), Some(&Value::from("b")));
    assert!(answer.requires_replace.is_empty());
}

#[test]
fn what_means_the_same_is_no_change() {
    let configs = [
        r#"{"part": [{"name": "x"}]}"#,
        r#"{"part": [{"name": "x", "kept": true}], "size": 8, "fast": false}"#,
        r#"{"part": [{"name": "x"}], "zone": "a", "tags": {}, "boot": [{}]}"#,
    ];
    for config in configs {
        let answer = planned(Some(STORED), config);
        assert_eq!(answer.planned, object(STORED), "{config}");
        assert_eq!(replaced(&answer), Vec::<String>::new(), "{config}");
    }
}

#[test]
fn texts_change_with_their_meaning() {
    let stored = STORED.replace(r#""size": 8,"#, r#""size": 8, "notes": "{\"a\": [1], \"b\": 2}","#);
    let config = |notes: &str| format!(r#"{{"part": [{{"name": "x"}}], "notes": "{notes}"}}"#);
    let same = planned(Some(&stored), &config(r#"{\"b\":2,\"a\":[1]}"#));
    assert_eq!(same.planned, object(&stored));
    let other = planned(Some(&stored), &config(r#"{\"b\":2}"#));
    assert_eq!(other.planned.get("notes"), Some(&Value::from(r#"{"b":2}"#)));
}

/// What a cloud tells where nothing was said is no change, whether the configuration or the state has it.
#[test]
fn what_was_not_said_is_what_the_cloud_then_tells() {
    let cases = [
        ("null", "null", true),
        ("null", r#""plain""#, true),
        (r#""plain""#, "null", true),
        (r#""plain""#, r#""plain""#, true),
        ("null", r#""odd""#, false),
        (r#""odd""#, r#""plain""#, false),
        (r#""odd""#, "null", false),
    ];
    for (before, wanted, is_same) in cases {
        let stored = STORED.replace(r#""size": 8,"#, &format!(r#""size": 8, "sort": {before},"#));
        let config = format!(r#"{{"part": [{{"name": "x"}}], "sort": {wanted}}}"#);
        let answer = planned(Some(&stored), &config);
        assert_eq!(answer.planned == object(&stored), is_same, "{before} / {wanted}");
        let expected: &[&str] = if is_same { &[] } else { &["sort"] };
        assert_eq!(replaced(&answer), expected, "{before} / {wanted}");
    }
    let stored = STORED.replace(r#""locked": false"#, r#""locked": false, "way": "near""#);
    let answer = planned(Some(&stored), r#"{"part": [{"name": "x"}], "boot": [{}]}"#);
    assert_eq!(replaced(&answer), Vec::<String>::new());
    assert_eq!(answer.planned, object(&stored));
}

#[test]
fn what_is_computed_in_name_only_is_empty_where_unset() {
    let part = r#"{"part": [{"name": "x"}]}"#;
    let label = |answer: PlanAnswer| answer.planned.get("label").cloned();
    let null = Some(Value::null(Type::String));
    assert_eq!(label(planned(None, part)), null);
    let stored = |label: &str| STORED.replace(r#""size": 8,"#, &format!(r#""size": 8, "label": "{label}","#));
    assert_eq!(label(planned(Some(&stored("old")), part)), null);
    assert_eq!(label(planned(Some(&stored("")), part)), Some(Value::from("")));
}

#[test]
fn what_cannot_change_in_place_replaces() {
    let cases: [(&str, &[&str]); 6] = [
        (r#"{"part": [{"name": "x"}], "size": 9}"#, &[]),
        (r#"{"part": [{"name": "x"}], "zone": "b"}"#, &["zone"]),
        (r#"{"part": [{"name": "y"}]}"#, &["part"]),
        (r#"{"part": [{"name": "x", "kept": false}]}"#, &[]),
        (r#"{"part": [{"name": "x"}], "boot": [{"locked": true}]}"#, &["boot.0.locked"]),
        (r#"{"part": [{"name": "x"}], "region": "there"}"#, &["region"]),
    ];
    for (config, paths) in cases {
        let answer = planned(Some(STORED), config);
        assert_ne!(answer.planned, object(STORED), "{config}");
        assert_eq!(replaced(&answer), paths, "{config}");
    }
}

#[test]
fn an_element_changed_in_place_keeps_what_the_cloud_gave_it() {
    let stored = STORED.replace(
        r#"{"name": "x", "kept": true, "uuid": "u"}"#,
        r#"{"name": "x", "kept": true, "uuid": "u"}, {"name": "y", "kept": true, "uuid": "v"}"#,
    );
    let answer = planned(Some(&stored), r#"{"part": [{"name": "y"}, {"name": "x", "kept": false}]}"#);
    assert_eq!(answer.planned, object(&stored.replace(r#""x", "kept": true"#, r#""x", "kept": false"#)));
    assert!(answer.requires_replace.is_empty());
}

#[test]
fn a_change_unsettles_what_the_type_says() {
    let answer = planned(Some(STORED), r#"{"part": [{"name": "x"}], "size": 9}"#);
    assert!(answer.planned.get("version").is_some_and(|version| !version.is_known()));
    let answer = planned(Some(STORED), r#"{"part": [{"name": "x"}], "tags": {"a": "b"}}"#);
    assert_eq!(answer.planned.get("version"), Some(&Value::from("1")));
}
