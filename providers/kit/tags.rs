//! Tags: an object's own, the provider block's defaults, and those that others look after.

use std::collections::BTreeMap;
use trueup_value::{Type, Value};

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// What the provider block says about tags.
#[derive(Clone, Debug, Default)]
pub struct TagPolicy {
    /// Given to every object that can have tags; unknown while the provider block isn't wholly known.
    pub defaults: Option<Tags>,
    /// Keys to leave alone.
    pub ignored_keys: Vec<String>,
    /// Prefixes of keys to leave alone, those of the cloud itself among them.
    pub ignored_prefixes: Vec<String>,
}

/// What to do to get from some tags to others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagsChange {
    /// Keys to take away.
    pub remove: Vec<String>,
    /// Tags to set.
    pub set: Tags,
}

impl TagsChange {
    /// From `old` to `new`.
    pub fn between(old: &Tags, new: &Tags) -> TagsChange {
        TagsChange {
            remove: old.keys().filter(|key| !new.contains_key(*key)).cloned().collect(),
            set: new
                .iter()
                .filter(|(key, v)| old.get(*key) != Some(v))
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect(),
        }
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.remove.is_empty() && self.set.is_empty()
    }
}

impl TagPolicy {
    /// No defaults, nothing ignored.
    pub fn none() -> TagPolicy {
        TagPolicy { defaults: Some(Tags::new()), ..TagPolicy::default() }
    }

    /// What all tags of an object will be, from its own as planned; unknown parts stay unknown.
    pub fn planned_all(&self, own: &Value) -> Value {
        let all = Type::map(Type::String);
        let Some(defaults) = &self.defaults else { return Value::unknown(all) };
        if !own.is_known() {
            return Value::unknown(all);
        }
        let defaults = defaults.iter().map(|(key, text)| (key.clone(), Value::from(text.as_str())));
        let mut merged: BTreeMap<String, Value> = defaults.collect();
        let own = own.as_mapping().into_iter().flatten().filter(|(_, text)| !text.is_null());
        merged.extend(own.map(|(key, text)| (key.to_string(), text.clone())));
        merged.retain(|key, _| !self.ignores(key));
        Value::map(Type::String, merged)
    }

    /// Splits the tags found on an object into (its own, all): a tag is a default's when the defaults say exactly
    /// the same and the object wasn't given it itself.
    pub fn split(&self, found: Tags, given: &Tags) -> (Tags, Tags) {
        let all = self.shown(found);
        let none = Tags::new();
        let defaults = self.defaults.as_ref().unwrap_or(&none);
        let is_own =
            |(key, text): &(&String, &String)| given.contains_key(*key) || defaults.get(*key) != Some(text);
        let own = all.iter().filter(is_own).map(|(key, text)| (key.clone(), text.clone())).collect();
        (own, all)
    }

    /// The tags found on an object that aren't to be left alone.
    pub fn shown(&self, mut found: Tags) -> Tags {
        found.retain(|key, _| !self.ignores(key));
        found
    }

    fn ignores(&self, key: &str) -> bool {
        self.ignored_keys.iter().any(|ignored| ignored == key)
            || self.ignored_prefixes.iter().any(|prefix| key.starts_with(prefix.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(text: &str) -> Tags {
        let pairs = text.split_whitespace().filter_map(|pair| pair.split_once('='));
        pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn changes_lead_from_old_to_new() {
        let change = TagsChange::between(&tags("a=1 b=2 c=3"), &tags("b=2 c=4 d=5"));
        assert_eq!(change, TagsChange { remove: vec!["a".into()], set: tags("c=4 d=5") });
        assert!(TagsChange::between(&tags("a=1"), &tags("a=1")).is_empty());
    }

    #[test]
    fn found_tags_are_split_into_own_and_default() {
        let policy = TagPolicy {
            defaults: Some(tags("team=x env=prod")),
            ignored_keys: vec!["seen".into()],
            ignored_prefixes: vec!["aws:".into()],
        };
        let cases = [
            ("team=x env=prod", "", "", "team=x env=prod"),
            ("team=x env=prod Name=n", "Name=n", "Name=n", "team=x env=prod Name=n"),
            ("team=x env=prod", "team=x", "team=x", "team=x env=prod"),
            ("team=y env=prod", "", "team=y", "team=y env=prod"),
            ("aws:x=1 seen=2 team=x", "", "", "team=x"),
        ];
        for (found, given, own, all) in cases {
            assert_eq!(policy.split(tags(found), &tags(given)), (tags(own), tags(all)), "{found} / {given}");
        }
    }

    #[test]
    fn planned_tags_merge_over_the_defaults() {
        let policy = TagPolicy { defaults: Some(tags("team=x env=prod")), ..TagPolicy::none() };
        let own =
            Value::map(Type::String, [("env", Value::from("dev")), ("id", Value::unknown(Type::String))]);
        let all = policy.planned_all(&own);
        assert_eq!(all.get("env").and_then(Value::as_str), Some("dev"));
        assert_eq!(all.get("team").and_then(Value::as_str), Some("x"));
        assert!(all.get("id").is_some_and(|id| !id.is_known()));
        let unknown = TagPolicy::default();
        assert!(!unknown.planned_all(&Value::null(Type::map(Type::String))).is_known());
    }
}
