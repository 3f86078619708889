//! What was read, in the form that the object had: texts that mean the same as before and zero values as they were
//! written, in nested blocks as well.

use crate::plan::is_zero;
use crate::{Rule, Rules};
use trueup_schema::{Attribute, Block, NestedBlock};
use trueup_value::{Kind, Name, Value};

/// One attribute or block of a type.
pub(crate) fn kept(block: &Block, rules: &Rules, name: &str, (before, now): (&Value, &Value)) -> Value {
    if before == now || !before.is_known() {
        return now.clone();
    }
    match (block.attributes.get(name), block.blocks.get(name)) {
        (Some(attribute), _) => attribute_kept(attribute, rules.get(name), before, now),
        (None, Some(_)) if is_zero(before) && is_zero(now) => before.clone(),
        (None, Some(nested)) => {
            let none = Rules::default();
            let rules = rules.get(name).map_or(&none, |rule| &rule.inside);
            blocks_kept(nested, rules, before, now)
        }
        (None, None) => now.clone(),
    }
}

fn attribute_kept(attribute: &Attribute, rule: Option<&Rule>, before: &Value, now: &Value) -> Value {
    if rule.is_some_and(|rule| rule.means_same(before, now)) {
        return before.clone();
    }
    // Only the provider sets a computed bool or number: there false and 0 say more than null.
    let is_computed = attribute.computed && !rule.is_some_and(|rule| rule.is_configured);
    let is_told = is_computed && (now.as_bool().is_some() || now.as_number().is_some());
    if is_zero(before) && is_zero(now) && !is_told { before.clone() } else { now.clone() }
}

fn blocks_kept(nested: &NestedBlock, rules: &Rules, before: &Value, now: &Value) -> Value {
    let item = |before: &Value, now: &Value| item_kept(&nested.block, rules, before, now);
    match (before.kind(), now.kind()) {
        (Kind::List(old), Kind::List(new)) => {
            let kept = new.items.iter().enumerate().map(|(index, now)| match old.items.get(index) {
                Some(before) => item(before, now),
                None => now.clone(),
            });
            Value::list(new.ty.clone(), kept)
        }
        (Kind::Set(old), Kind::Set(new)) => {
            let kept = new.items.iter().map(|now| {
                let is_it = |before: &&Value| item(before, now) == **before;
                old.items.iter().find(is_it).unwrap_or(now).clone()
            });
            Value::set(new.ty.clone(), kept)
        }
        (Kind::Object(_), Kind::Object(_)) => item(before, now),
        _ => now.clone(),
    }
}

fn item_kept(block: &Block, rules: &Rules, before: &Value, now: &Value) -> Value {
    let Some(fields) = now.as_mapping() else { return now.clone() };
    let part = |(name, now): (&Name, &Value)| {
        let value = before.get(name).map(|before| kept(block, rules, name, (before, now)));
        (name.clone(), value.unwrap_or_else(|| now.clone()))
    };
    Value::object(fields.iter().map(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SchemaFile;
    use trueup_schema::coerce;
    use trueup_value::json;

    const SCHEMA: &str = r#"{"block": {
        "attributes": {"text": {"type": "string", "optional": true, "meaning": "json"}},
        "block_types": {
            "parts": {"nesting_mode": "set", "block": {"attributes": {
                "name": {"type": "string", "required": true},
                "is_on": {"type": "bool", "optional": true},
                "text": {"type": "string", "optional": true, "meaning": "json"}}}},
            "rules": {"nesting_mode": "list", "block": {
                "attributes": {"prefix": {"type": "string", "optional": true}},
                "block_types": {"days": {"nesting_mode": "list", "block": {"attributes": {
                    "count": {"type": "number", "optional": true, "computed": true}}}}}}}}}}"#;

    fn check(before: &str, now: &str, expected: &str) {
        let SchemaFile { schema, rules } = SchemaFile::parse(SCHEMA, &[]).expect("a good schema");
        let object = |text: &str| {
            let value = json::decode_implied(text).expect("good JSON");
            coerce(&schema.block, &value).expect("it conforms")
        };
        let kept = item_kept(&schema.block, &rules, &object(before), &object(now));
        assert_eq!(kept, object(expected), "{before} / {now}");
    }

    #[test]
    fn what_was_read_is_kept_in_the_form_it_had() {
        let cases = [
            (r#"{"text": "[1, 2]"}"#, r#"{"text": "[1,2]"}"#, true),
            (r#"{"text": "[1, 2]"}"#, r#"{"text": "[2,1]"}"#, false),
            (r#"{"text": ""}"#, r#"{"text": null}"#, true),
            (
                r#"{"parts": [{"name": "a", "text": "{ }"}, {"name": "b", "is_on": false}]}"#,
                r#"{"parts": [{"name": "b"}, {"name": "a", "is_on": false, "text": "{}"}]}"#,
                true,
            ),
            (
                r#"{"parts": [{"name": "a", "text": "{ }"}]}"#,
                r#"{"parts": [{"name": "a", "is_on": true, "text": "{}"}]}"#,
                false,
            ),
            (r#"{"rules": [{"prefix": ""}]}"#, r#"{"rules": [{}]}"#, true),
            (r#"{"rules": [{"prefix": ""}]}"#, r#"{"rules": [{"prefix": "x"}]}"#, false),
            (r#"{"rules": [{"days": [{}]}]}"#, r#"{"rules": [{"days": [{"count": 0}]}]}"#, false),
            (r#"{"rules": [{"days": [{"count": 0}]}]}"#, r#"{"rules": [{"days": [{}]}]}"#, true),
        ];
        for (before, now, is_kept) in cases {
            check(before, now, if is_kept { before } else { now });
        }
        check(
            r#"{"rules": [{"prefix": ""}]}"#,
            r#"{"rules": [{}, {"prefix": "y"}]}"#,
            r#"{"rules": [{"prefix": ""}, {"prefix": "y"}]}"#,
        );
    }
}
