//! What a cloud says of itself to be walked through: how its provider starts, and how someone meddles.

use crate::{Fake, Running};
use async_trait::async_trait;
use serde_json::Value as Json;
use std::sync::Arc;
use trueup_provider::Provider;

/// A server on loopback that stands in for a cloud: a fake of our own, or an emulator.
#[async_trait]
pub trait Stand: Send + Sync + Sized + 'static {
    /// The cloud's fake.
    type Fake: Fake;

    /// For every type: an attribute that someone changes, and one that follows from it (a map of all labels from the map
    /// of labels).
    const FOLLOWS: &'static [(&'static str, &'static str)] = &[];

    /// Starts the server that tests run on if they don't name one.
    async fn start() -> Self {
        Self::of(Running::start().await)
    }

    /// The fake as a server.
    fn of(fake: Arc<Running<Self::Fake>>) -> Self;

    /// Where it listens: `http://127.0.0.1:PORT`.
    fn url(&self) -> &str;

    /// A provider that isn't configured yet; where its environment and not its block names the server, with this address (an
    /// empty one where only its schemas are looked at).
    fn provider(url: &str) -> Arc<dyn Provider>;

    /// A provider block, as JSON, for a server at this address; `more` are further members.
    fn block(url: &str, more: &str) -> String;

    /// Makes a request behind the provider's back, with its references filled in; gives what the server answers.
    async fn tamper(&self, request: &str) -> String;
}

/// What someone does behind the provider's back, in words that fit each cloud whose objects are JSON with ids:
/// `PATCH ID JSON`, `PUT ID JSON` and `DELETE ID`; and, where something isn't kept as such an object, a request to the
/// cloud's own API as another client makes it: `CALL METHOD TARGET [JSON]`. Ids and targets hold no blanks.
#[derive(Clone, Debug, PartialEq)]
pub enum Meddling {
    /// Puts the parts of a tree over an object's; null takes a part away.
    Patch(String, Json),
    /// Puts a tree in an object's place.
    Put(String, Json),
    /// Takes an object away.
    Delete(String),
    /// A request of another client: method, path with its query, body (null for none).
    Call(String, String, Json),
}

impl Meddling {
    /// Reads one; panics, as a test that asks for something else is wrong.
    pub fn parse(text: &str) -> Meddling {
        let mut words = text.trim().splitn(3, ' ');
        let (verb, id, tree) = (words.next(), words.next(), words.next());
        let json = |tree: &str| serde_json::from_str(tree).unwrap_or_else(|e| panic!("{text}: {e}"));
        match (verb, id, tree) {
            (Some("PATCH"), Some(id), Some(tree)) => Meddling::Patch(id.to_owned(), json(tree)),
            (Some("PUT"), Some(id), Some(tree)) => Meddling::Put(id.to_owned(), json(tree)),
            (Some("DELETE"), Some(id), None) => Meddling::Delete(id.to_owned()),
            (Some("CALL"), Some(method), Some(rest)) => {
                let (target, tree) = rest.split_once(' ').unwrap_or((rest, "null"));
                Meddling::Call(method.to_owned(), target.to_owned(), json(tree))
            }
            _ => panic!("neither PATCH ID JSON, PUT ID JSON, DELETE ID nor CALL METHOD TARGET JSON: {text}"),
        }
    }
}

/// Puts the parts of a tree over another's; null takes a part away (RFC 7396).
pub fn merge(into: &mut Json, patch: &Json) {
    let Json::Object(parts) = patch else {
        *into = patch.clone();
        return;
    };
    if !into.is_object() {
        *into = Json::Object(serde_json::Map::new());
    }
    let Json::Object(into) = into else { return };
    for (name, part) in parts {
        if part.is_null() {
            into.remove(name);
        } else {
            merge(into.entry(name).or_insert(Json::Null), part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn meddling_is_read() {
        let cases = [
            (r#"PATCH /a/b {"c": "d e"}"#, Meddling::Patch("/a/b".into(), json!({"c": "d e"}))),
            ("PUT a {}", Meddling::Put("a".into(), json!({}))),
            ("DELETE a", Meddling::Delete("a".into())),
            ("CALL DELETE /a?b=c", Meddling::Call("DELETE".into(), "/a?b=c".into(), json!(null))),
            (r#"CALL POST /a {"b": 1}"#, Meddling::Call("POST".into(), "/a".into(), json!({"b": 1}))),
        ];
        for (text, expected) in cases {
            assert_eq!(Meddling::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn trees_are_put_over_trees() {
        let cases = [
            (json!({"a": 1, "b": {"c": 2}}), json!({"b": {"d": 3}}), json!({"a": 1, "b": {"c": 2, "d": 3}})),
            (json!({"a": 1, "b": 2}), json!({"b": null}), json!({"a": 1})),
            (json!({"a": [1]}), json!({"a": [2, 3]}), json!({"a": [2, 3]})),
            (json!({"a": 1}), json!({"a": {"b": 2}}), json!({"a": {"b": 2}})),
        ];
        for (mut tree, patch, expected) in cases {
            merge(&mut tree, &patch);
            assert_eq!(tree, expected, "{patch}");
        }
    }
}
