//! Documents by their ids: writing, reading, listing and deleting them as ARM does.

use super::kinds::{KINDS, Kind};
use super::machines;
use super::rules::prepare;
use super::shape::cleaned;
use super::{Operation, World};
use serde_json::{Map, Value as Json, json};
use trueup_provider_walk::{Reply, Request, merge};

/// A call that is refused.
pub(super) struct Refusal(pub(super) Reply);

pub(super) fn refuse(status: u16, code: &str, message: impl Into<String>) -> Refusal {
    let message: String = message.into();
    Refusal(Reply::json(status, &json!({"error": {"code": code, "message": message}})))
}

/// One thing.
#[derive(Clone, Debug)]
pub(super) struct Document {
    /// `resourceGroup`, or the kind's path.
    pub(super) path: String,
    pub(super) body: Json,
    /// So many looks don't find it yet.
    pub(super) hidden: u32,
}

/// What a path leads to.
pub(super) struct Target {
    /// The id as it was given.
    pub(super) id: String,
    /// The kind's path, as its description writes it.
    pub(super) kind: &'static Kind,
}

impl Target {
    /// Reads `/subscriptions/S/resourceGroups/G/providers/P/T/N…`; None for anything else.
    pub(super) fn of(segments: &[String]) -> Option<Target> {
        let pairs = segments.get(6..)?;
        if !pairs.len().is_multiple_of(2) || pairs.is_empty() {
            return None;
        }
        let collections: Vec<&str> = pairs.iter().step_by(2).map(String::as_str).collect();
        let path = format!("{}/{}", segments[5], collections.join("/"));
        let kind = KINDS.iter().find(|kind| kind.path.eq_ignore_ascii_case(&path))?;
        Some(Target { id: format!("/{}", segments.join("/")), kind })
    }

    pub(super) fn key(&self) -> String {
        self.id.to_lowercase()
    }

    fn name(&self) -> &str {
        self.id.rsplit('/').next().unwrap_or_default()
    }
}

/// The part of an id that a write has to itself.
pub(super) fn root(key: &str) -> String {
    key.split('/').take(9).collect::<Vec<_>>().join("/")
}

fn parent(key: &str) -> Option<String> {
    let parts: Vec<&str> = key.split('/').collect();
    (parts.len() > 9).then(|| parts[..parts.len() - 2].join("/"))
}

impl World {
    pub(super) fn put(
        &mut self,
        request: &Request,
        target: &Target,
        is_doomed: bool,
    ) -> Result<Reply, Refusal> {
        let key = target.key();
        // What is done at once doesn't fail later.
        let is_doomed = is_doomed && target.kind.is_slow;
        self.check_place(&key)?;
        let old = self.documents.get(&key).cloned();
        preconditions(request, old.as_ref())?;
        let body = request.json().ok_or_else(|| refuse(400, "InvalidRequestContent", "no JSON"))?;
        self.check_free(&key)?;
        let wanted = self.judged(target, &body, old.as_ref())?;
        // What fails in the end leaves what was there before.
        if old.is_none() || !is_doomed {
            self.write(target, wanted, old.as_ref());
        }
        if old.is_none() {
            self.documents.get_mut(&key).expect("it was put there").hidden = self.delay;
            self.make_disk(&key);
        }
        let status = if old.is_some() { 200 } else { 201 };
        if !target.kind.is_slow {
            return Ok(Reply::json(status, &self.view(&key)));
        }
        self.documents.get_mut(&key).expect("it was put there").body["properties"]["provisioningState"] =
            json!("Updating");
        let operation =
            Operation { target: key.clone(), is_deletion: false, is_doomed, looks: 1, is_over: false };
        Ok(self.accepted(request, operation, Reply::json(status, &self.view(&key))))
    }

    /// The document that a body makes of an old one, with all that the API fills in, or why it is refused.
    fn judged(&self, target: &Target, body: &Json, old: Option<&Document>) -> Result<Json, Refusal> {
        let Target { id, kind } = target;
        let mut body = body.clone();
        let mut parts = Vec::new();
        for (array, path) in kind.parts {
            let items =
                body.get_mut("properties").and_then(Json::as_object_mut).and_then(|all| all.remove(*array));
            parts.push((*array, *path, items));
        }
        let bad = |why: String| refuse(400, "InvalidRequestFormat", why);
        let identity = machines::identity(kind.path, &mut body);
        let mut wanted = cleaned(kind.shape, &body).map_err(bad)?;
        let mut filled: Json = serde_json::from_str(kind.defaults).expect("defaults are JSON");
        merge(&mut filled, &wanted);
        wanted = filled;
        self.check_references(&wanted)?;
        prepare(self, id, kind.path, &mut wanted)?;
        if let Some(identity) = identity {
            wanted["identity"] = self.identity_of(id, identity)?;
        }
        if let Some(location) = wanted["location"].as_str() {
            wanted["location"] = json!(location.to_lowercase().replace(' ', ""));
        }
        if let Some(old) = old {
            for fixed in kind.fixed.iter().chain(&["/location"]) {
                if old.body.pointer(fixed) != wanted.pointer(fixed) {
                    return Err(refuse(
                        409,
                        "PropertyChangeNotAllowed",
                        format!("{fixed} of {id} can't be changed"),
                    ));
                }
            }
        }
        for (array, path, items) in parts {
            let Some(items) = items.filter(|items| !items.is_null()) else { continue };
            wanted["properties"][array] = self.judged_parts(target, (array, path), &items)?;
        }
        Ok(wanted)
    }

    fn judged_parts(
        &self,
        whole: &Target,
        (array, path): (&str, &str),
        items: &Json,
    ) -> Result<Json, Refusal> {
        let kind = KINDS.iter().find(|kind| kind.path == path).expect("parts are kinds");
        let items = items
            .as_array()
            .ok_or_else(|| refuse(400, "InvalidRequestFormat", format!("{array} is no array")))?;
        let mut ids = Vec::new();
        let mut out = Vec::new();
        for item in items {
            let name = item["name"]
                .as_str()
                .ok_or_else(|| refuse(400, "InvalidRequestFormat", "a part has no name"))?;
            let part = Target { id: format!("{}/{array}/{name}", whole.id), kind };
            let mut wanted =
                cleaned(kind.shape, item).map_err(|why| refuse(400, "InvalidRequestFormat", why))?;
            let mut filled: Json = serde_json::from_str(kind.defaults).expect("defaults are JSON");
            merge(&mut filled, &wanted);
            wanted = filled;
            self.check_references(&wanted)?;
            // What the whole is given counts, not what it had: the other parts are judged when they come.
            let mut alone = self.clone();
            alone.documents.retain(|key, _| !key.starts_with(&format!("{}/", whole.key())));
            prepare(&alone, &part.id, kind.path, &mut wanted)?;
            ids.push(part.key());
            out.push(wanted);
        }
        for (key, _) in self.documents.iter().filter(|(key, _)| parent(key).as_deref() == Some(&whole.key()))
        {
            if !ids.contains(key) {
                self.check_unused(key)?;
            }
        }
        Ok(Json::Array(out))
    }

    fn write(&mut self, target: &Target, mut wanted: Json, old: Option<&Document>) {
        let (key, kind) = (target.key(), target.kind);
        let id = old.map_or(target.id.as_str(), |old| old.body["id"].as_str().unwrap_or_default()).to_owned();
        for (array, path) in kind.parts {
            let fields = wanted["properties"].as_object_mut().expect("a document has properties");
            let Some(Json::Array(items)) = fields.remove(*array) else { continue };
            let names: Vec<String> =
                items.iter().filter_map(|item| item["name"].as_str()).map(str::to_lowercase).collect();
            let before = format!("{key}/{}/", array.to_lowercase());
            self.documents.retain(|of, _| {
                of.strip_prefix(&before).is_none_or(|name| names.iter().any(|kept| kept == name))
            });
            let part = KINDS.iter().find(|kind| kind.path == *path).expect("parts are kinds");
            for item in items {
                let name = item["name"].as_str().unwrap_or_default();
                let place = Target { id: format!("{id}/{array}/{name}"), kind: part };
                let there = self.documents.get(&place.key()).cloned();
                self.write(&place, item, there.as_ref());
            }
        }
        self.version += 1;
        wanted["id"] = json!(id);
        wanted["name"] = json!(id.rsplit('/').next());
        wanted["type"] = json!(kind.path);
        if kind.is_slow {
            wanted["properties"]["provisioningState"] = json!("Succeeded");
        }
        if kind.is_slow && kind.shape.contains("~etag") {
            wanted["etag"] = json!(format!("W/\"{}\"", self.version));
        }
        let path = kind.path.to_owned();
        self.documents.insert(key.clone(), Document { path, body: wanted, hidden: 0 });
        // A change of a part is one of the whole.
        if let Some(parent) = parent(&key) {
            let etag = json!(format!("W/\"{}\"", self.version));
            if let Some(whole) = self.documents.get_mut(&parent) {
                whole.body["etag"] = etag;
            }
        }
    }

    pub(super) fn patch(&mut self, request: &Request, target: &Target) -> Result<Reply, Refusal> {
        let key = target.key();
        if !self.documents.contains_key(&key) {
            return Err(missing(target));
        }
        self.check_free(&key)?;
        let body = request.json().unwrap_or_default();
        let tags = cleaned("!tags<>", &body).map_err(|why| refuse(400, "InvalidRequestContent", why))?;
        self.version += 1;
        let document = self.documents.get_mut(&key).expect("it is there");
        document.body["tags"] = tags["tags"].clone();
        if document.body.get("etag").is_some() {
            document.body["etag"] = json!(format!("W/\"{}\"", self.version));
        }
        Ok(Reply::json(200, &self.view(&key)))
    }

    pub(super) fn delete(
        &mut self,
        request: &Request,
        target: &Target,
        is_doomed: bool,
    ) -> Result<Reply, Refusal> {
        let key = target.key();
        let Some(document) = self.documents.get(&key) else { return Ok(Reply::empty(204)) };
        preconditions(request, Some(document))?;
        self.check_free(&key)?;
        self.check_unused(&key)?;
        let inside: Vec<String> =
            self.documents.keys().filter(|of| of.starts_with(&format!("{key}/"))).cloned().collect();
        for part in inside {
            self.check_unused(&part)?;
        }
        if !target.kind.is_slow {
            self.documents.remove(&key);
            return Ok(Reply::empty(200));
        }
        self.documents.get_mut(&key).expect("it is there").body["properties"]["provisioningState"] =
            json!("Deleting");
        let operation = Operation { target: key, is_deletion: true, is_doomed, looks: 1, is_over: false };
        Ok(self.accepted(request, operation, Reply::empty(202)))
    }

    pub(super) fn get(&mut self, target: &Target) -> Result<Reply, Refusal> {
        let key = target.key();
        self.look(&key);
        let Some(document) = self.documents.get_mut(&key) else { return Err(missing(target)) };
        if document.hidden > 0 {
            document.hidden -= 1;
            return Err(missing(target));
        }
        Ok(Reply::json(200, &self.view(&key)))
    }

    /// A document with its parts, and with what refers to it.
    pub(super) fn view(&self, key: &str) -> Json {
        let Some(document) = self.documents.get(key) else { return Json::Null };
        let mut body = document.body.clone();
        let Some(kind) = KINDS.iter().find(|kind| kind.path == document.path) else { return body };
        for (array, _) in kind.parts {
            let before = format!("{key}/{}/", array.to_lowercase());
            let parts =
                self.documents.keys().filter(|of| of.starts_with(&before)).map(|part| self.view(part));
            body["properties"][*array] = parts.collect();
        }
        let users = |of: &str| -> Vec<Json> {
            let all = self.documents.values().filter(|user| user.path.ends_with(of));
            all.filter(|user| refers(&user.body, key)).map(|user| json!({"id": user.body["id"]})).collect()
        };
        let is_table = kind.path.ends_with("routeTables") || kind.path.ends_with("networkSecurityGroups");
        if is_table && !users("/subnets").is_empty() {
            body["properties"]["subnets"] = Json::Array(users("/subnets"));
        }
        let machine = users("/virtualMachines").pop();
        if let Some(machine) = machine.filter(|_| kind.path.ends_with("/networkInterfaces")) {
            body["properties"]["virtualMachine"] = machine;
        } else if kind.path.ends_with("/disks") {
            body["managedBy"] = users("/virtualMachines").pop().map_or(Json::Null, |user| user["id"].clone());
        }
        self.view_machine(key, &mut body);
        body
    }

    fn check_place(&self, key: &str) -> Result<(), Refusal> {
        let group: String = key.split('/').take(5).collect::<Vec<_>>().join("/");
        if !self.documents.contains_key(&group) {
            return Err(refuse(404, "ResourceGroupNotFound", format!("{group} could not be found")));
        }
        match parent(key).filter(|parent| !self.documents.contains_key(parent)) {
            Some(parent) => {
                Err(refuse(404, "ParentResourceNotFound", format!("{parent} could not be found")))
            }
            None => Ok(()),
        }
    }

    /// Writes to a thing and to what it is part of come one after the other.
    pub(super) fn check_free(&self, key: &str) -> Result<(), Refusal> {
        let is_busy = self.operations.values().any(|one| one.looks > 0 && root(&one.target) == root(key));
        if is_busy {
            return Err(refuse(
                409,
                "AnotherOperationInProgress",
                "Another operation on this or dependent resource is in progress.",
            ));
        }
        Ok(())
    }

    fn check_unused(&self, key: &str) -> Result<(), Refusal> {
        let document = &self.documents[key];
        let within = format!("{key}/");
        let user = self
            .documents
            .iter()
            .find(|(of, user)| *of != key && !of.starts_with(&within) && refers(&user.body, key));
        let Some((user, _)) = user else { return Ok(()) };
        let kind = KINDS.iter().find(|kind| kind.path == document.path);
        let code = kind.map_or("InUse", |kind| kind.in_use);
        let status = if code == "OperationNotAllowed" { 409 } else { 400 };
        Err(refuse(status, code, format!("{key} is in use by {user}")))
    }

    /// What a document refers to has to be there; kinds that the fake doesn't have are taken to be.
    fn check_references(&self, body: &Json) -> Result<(), Refusal> {
        let mut ids = Vec::new();
        references(body, &mut ids);
        for id in ids {
            let segments: Vec<String> =
                id.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
            let Some(target) = Target::of(&segments) else { continue };
            let Some(found) = self.documents.get(&target.key()) else {
                return Err(refuse(
                    400,
                    "InvalidResourceReference",
                    format!("{id} referenced was not found"),
                ));
            };
            if found.body["properties"]["provisioningState"] == json!("Deleting") {
                return Err(refuse(
                    409,
                    "ReferencedResourceNotProvisioned",
                    format!("{id} is being deleted"),
                ));
            }
        }
        Ok(())
    }

    /// The other parts of the same whole.
    pub(super) fn parts_of(&self, id: &str) -> Vec<&Json> {
        let key = id.to_lowercase();
        let whole = parent(&key);
        let is_other = |of: &&String| **of != key && parent(of) == whole;
        self.documents.iter().filter(|(of, _)| is_other(of)).map(|(_, document)| &document.body).collect()
    }
}

pub(super) fn missing(target: &Target) -> Refusal {
    refuse(404, "ResourceNotFound", format!("The Resource '{}' was not found.", target.name()))
}

fn preconditions(request: &Request, old: Option<&Document>) -> Result<(), Refusal> {
    let failed = || Err(refuse(412, "PreconditionFailed", "Precondition failed."));
    if request.header("if-none-match") == Some("*") && old.is_some() {
        return failed();
    }
    match (request.header("if-match"), old) {
        (Some(etag), Some(old)) if old.body["etag"].as_str() != Some(etag) => failed(),
        (Some(_), None) => failed(),
        _ => Ok(()),
    }
}

/// The ids at which something refers to other things.
fn references(body: &Json, out: &mut Vec<String>) {
    match body {
        Json::Object(fields) => {
            let own = fields.get("id").and_then(Json::as_str).filter(|_| is_reference(fields));
            out.extend(own.map(str::to_owned));
            fields.values().for_each(|part| references(part, out));
        }
        Json::Array(items) => items.iter().for_each(|item| references(item, out)),
        _ => {}
    }
}

/// Whether an object is `{"id": …}` and nothing more, or what a machine says of its disks and interfaces.
fn is_reference(fields: &Map<String, Json>) -> bool {
    let says = |name: &str| fields.get("properties").is_some_and(|of| !of[name].is_null());
    let is_interface = fields.len() == 2 && says("primary") && fields["properties"]["subnet"].is_null();
    fields.len() == 1 || fields.contains_key("storageAccountType") || is_interface
}

fn refers(body: &Json, key: &str) -> bool {
    let mut ids = Vec::new();
    references(body, &mut ids);
    ids.iter().any(|id| id.eq_ignore_ascii_case(key))
}
