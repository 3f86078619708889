//! A small cloud that rents shelves: `PUT`, `GET` and `DELETE /shelves/NAME`, and `GET /shelves`. A new shelf is built in
//! a long operation.

use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use trueup_provider_walk::{Fake, Meddling, Reply, Request, Store, Trouble, merge};

/// The shelves that there are.
#[derive(Clone, Default)]
pub(crate) struct World {
    shelves: BTreeMap<String, Shelf>,
    lag: u32,
    failures: usize,
}

#[derive(Clone)]
struct Shelf {
    body: Json,
    /// How many more looks don't find it.
    hidden: u32,
    /// How its building ends, and after how many looks.
    later: Option<(u32, &'static str)>,
}

fn refused(status: u16, code: &str) -> Reply {
    Reply::json(status, &json!({"code": code, "message": "The cloud says no"}))
}

impl Shelf {
    fn settle(&mut self) {
        if let Some((_, state)) = self.later.take() {
            self.body["state"] = state.into();
        }
    }
}

impl World {
    fn put(&mut self, name: &str, body: Json, is_doomed: bool) -> Reply {
        let known = ["label", "token", "width"];
        if body.as_object().is_none_or(|body| body.keys().any(|key| !known.contains(&key.as_str()))) {
            return refused(400, "BadField");
        }
        if let Some(shelf) = self.shelves.get_mut(name) {
            if shelf.body["width"] != body["width"] {
                return refused(400, "FixedWidth");
            }
            shelf.body["label"] = body["label"].clone();
            return Reply::json(200, &shelf.body);
        }
        let mut body = body;
        body["name"] = name.into();
        body["state"] = "building".into();
        let later = Some((3, if is_doomed { "NoRoom" } else { "ready" }));
        self.failures += usize::from(is_doomed);
        let reply = Reply::json(201, &body);
        self.shelves.insert(name.to_owned(), Shelf { body, hidden: self.lag, later });
        reply
    }

    fn look(&mut self, name: &str) -> Option<Json> {
        let shelf = self.shelves.get_mut(name)?;
        if shelf.hidden > 0 {
            shelf.hidden -= 1;
            return None;
        }
        let body = shelf.body.clone();
        match &mut shelf.later {
            Some((looks @ 1.., _)) => *looks -= 1,
            _ => shelf.settle(),
        }
        Some(body)
    }
}

impl Fake for World {
    const FAILURE: Option<&'static str> = Some("NoRoom");

    fn answer(&mut self, request: &Request, is_doomed: bool) -> Reply {
        let segments = request.segments();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match (request.method.as_str(), segments.as_slice()) {
            ("GET", ["shelves"]) => {
                let names: Vec<String> = self.shelves.keys().cloned().collect();
                let seen: Vec<Json> = names.iter().filter_map(|name| self.look(name)).collect();
                Reply::json(200, &seen.into())
            }
            ("GET", ["shelves", name]) => {
                self.look(name).map_or_else(|| refused(404, "NotFound"), |body| Reply::json(200, &body))
            }
            ("PUT", ["shelves", name]) => match request.json() {
                Some(body) => self.put(name, body, is_doomed),
                None => refused(400, "BadBody"),
            },
            ("DELETE", ["shelves", name]) => match self.shelves.remove(*name) {
                Some(_) => Reply::empty(204),
                None => refused(404, "NotFound"),
            },
            _ => refused(405, "BadRoute"),
        }
    }

    fn refusal(_request: &Request, trouble: Trouble) -> Reply {
        match trouble {
            Trouble::Throttled => refused(429, "Slower").with("Retry-After", "0"),
            Trouble::Internal => refused(500, "Oops"),
        }
    }

    fn things(&self) -> Vec<String> {
        self.shelves.keys().map(|name| format!("shelf {name}")).collect()
    }

    fn failures(&self) -> usize {
        self.failures
    }

    fn delay(&mut self, looks: u32) {
        self.lag = looks;
    }

    fn let_time_pass(&mut self) {
        for shelf in self.shelves.values_mut() {
            shelf.settle();
        }
    }
}

impl Store for World {
    fn meddle(&mut self, meddling: &Meddling) {
        match meddling {
            Meddling::Patch(id, tree) => {
                merge(&mut self.shelves.get_mut(id).expect("it is there").body, tree);
            }
            Meddling::Put(id, tree) => self.shelves.get_mut(id).expect("it is there").body = tree.clone(),
            Meddling::Delete(id) => drop(self.shelves.remove(id).expect("it is there")),
            Meddling::Call(..) => unreachable!("calls are made over HTTP"),
        }
    }
}
