//! What exists in the fake cloud: things with trees, tags and owners, and how they are looked up.

use super::cloudtrail::Event;
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, VecDeque};

/// The account that everything belongs to.
pub(crate) const ACCOUNT: &str = "123456789012";

/// Where things of different kinds say how they are.
const STATES: [&str; 4] = ["TableStatus", "instanceState.name", "state", "status"];

/// A call refused.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
}

pub(crate) type Outcome<T> = Result<T, Refusal>;

/// Refuses with status 400.
pub(crate) fn refuse(code: impl Into<String>, message: impl Into<String>) -> Refusal {
    Refusal { status: 400, code: code.into(), message: message.into() }
}

/// One thing.
#[derive(Clone, Debug)]
pub(crate) struct Thing {
    pub(crate) kind: &'static str,
    pub(crate) region: String,
    /// As it is described, but for its tags.
    pub(crate) body: Json,
    /// What descriptions don't show.
    pub(crate) inner: Map<String, Json>,
    pub(crate) tags: BTreeMap<String, String>,
    /// The thing that it goes with: deleting that deletes this too.
    pub(crate) owner: Option<String>,
    /// How many more looks don't find it.
    pub(crate) hidden: u32,
    /// What becomes of its body with each look at it, merged in one after the other; null where it goes.
    pub(crate) later: VecDeque<Json>,
}

/// Everything that exists. Cloned before a call, so that a refused call leaves no trace.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub(crate) things: BTreeMap<String, Thing>,
    /// Creations by their client token: a digest of the request and what it made.
    pub(crate) tokens: BTreeMap<String, (String, String)>,
    /// How many looks don't find a new thing.
    pub(crate) lag: u32,
    /// What `CloudTrail` recorded.
    pub(crate) trail: Vec<Event>,
    /// Nobody may look at it.
    pub(crate) is_trail_closed: bool,
    count: u32,
}

impl World {
    /// Changes a thing behind everyone's back.
    pub(crate) fn meddle(&mut self, id: &str, change: impl FnOnce(&mut Thing)) {
        change(self.things.get_mut(id).unwrap_or_else(|| panic!("{id} is there")));
    }

    /// A new identifier, `prefix-` and 17 digits.
    pub(crate) fn new_id(&mut self, prefix: &str) -> String {
        self.count += 1;
        format!("{prefix}-{:017x}", self.count)
    }

    /// Adds a thing that no one finds until looked for a few times.
    pub(crate) fn add(&mut self, kind: &'static str, region: &str, id: &str, body: Json) -> &mut Thing {
        let thing = Thing {
            kind,
            region: region.to_owned(),
            body,
            inner: Map::new(),
            tags: BTreeMap::new(),
            owner: None,
            hidden: self.lag,
            later: VecDeque::new(),
        };
        let before = self.things.insert(id.to_owned(), thing);
        assert!(before.is_none(), "{id} is new");
        self.things.get_mut(id).expect("it was put there")
    }

    /// Things of a kind in a region, whether they can be found yet or not.
    pub(crate) fn all<'a>(
        &'a self,
        kind: &'a str,
        region: &'a str,
    ) -> impl Iterator<Item = (&'a String, &'a Thing)> {
        self.things.iter().filter(move |(_, thing)| thing.kind == kind && thing.region == region)
    }

    /// A thing that is there and can be found; a look that doesn't find it brings it nearer.
    pub(crate) fn look(&mut self, kind: &str, region: &str, id: &str) -> Option<&mut Thing> {
        let thing = self.things.get_mut(id)?;
        if thing.kind != kind || thing.region != region {
            return None;
        }
        if thing.hidden > 0 {
            thing.hidden -= 1;
            return None;
        }
        Some(thing)
    }

    /// Takes a thing away with all that goes with it.
    pub(crate) fn remove(&mut self, id: &str) {
        self.things.remove(id);
        let with_it: Vec<String> = self
            .things
            .iter()
            .filter(|(_, t)| t.owner.as_deref() == Some(id))
            .map(|(id, _)| id.clone())
            .collect();
        with_it.iter().for_each(|id| self.remove(id));
    }

    /// A thing that has `id` somewhere in its body, other than those that go with it.
    pub(crate) fn user_of(&self, id: &str, excepted: &[&str]) -> Option<(&String, &Thing)> {
        let uses = |(user, thing): &(&String, &Thing)| {
            *user != id
                && !thing.is_over()
                && thing.owner.as_deref() != Some(id)
                && !excepted.contains(&thing.kind)
                && mentions(&thing.body, id)
        };
        self.things.iter().find(uses)
    }
}

impl Thing {
    /// Whether its body has this text at this path.
    pub(crate) fn has(&self, path: &str, text: &str) -> bool {
        texts_at(&self.body, path).iter().any(|found| found == text)
    }

    /// A text of its body.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_default()
    }

    /// The body as it is described, with tags.
    pub(crate) fn described(&self) -> Json {
        let mut body = self.body.clone();
        let pair = |(key, text): (&String, &String)| serde_json::json!({"key": key, "value": text});
        body["tagSet"] = self.tags.iter().map(pair).collect();
        body
    }

    /// Whether it is only told of, and no longer there.
    pub(crate) fn is_over(&self) -> bool {
        self.is_in(&["deleted", "terminated"])
    }

    /// Whether it is going or has gone.
    pub(crate) fn is_leaving(&self) -> bool {
        self.is_over() || self.is_in(&["DELETING", "deleting", "shutting-down"])
    }

    fn is_in(&self, states: &[&str]) -> bool {
        let state = STATES.iter().flat_map(|path| texts_at(&self.body, path));
        state.into_iter().any(|state| states.contains(&state.as_str()))
    }
}

/// Puts the parts of a tree over another.
pub(crate) fn merge(into: &mut Json, patch: Json) {
    match (into, patch) {
        (Json::Object(into), Json::Object(patch)) => {
            for (name, tree) in patch {
                merge(into.entry(name).or_insert(Json::Null), tree);
            }
        }
        (into, patch) => *into = patch,
    }
}

/// The texts at a path such as `associationSet.main`; lists are gone through.
pub(crate) fn texts_at(tree: &Json, path: &str) -> Vec<String> {
    if let Json::Array(items) = tree {
        return items.iter().flat_map(|item| texts_at(item, path)).collect();
    }
    match path.split_once('.') {
        Some((name, rest)) => texts_at(&tree[name], rest),
        None if path.is_empty() => text_of(tree).into_iter().collect(),
        None => texts_at(&tree[path], ""),
    }
}

fn text_of(tree: &Json) -> Option<String> {
    match tree {
        Json::String(text) => Some(text.clone()),
        Json::Bool(_) | Json::Number(_) => Some(tree.to_string()),
        _ => None,
    }
}

fn mentions(tree: &Json, id: &str) -> bool {
    match tree {
        Json::String(text) => text == id,
        Json::Array(items) => items.iter().any(|item| mentions(item, id)),
        Json::Object(parts) => parts.values().any(|part| mentions(part, id)),
        _ => false,
    }
}
