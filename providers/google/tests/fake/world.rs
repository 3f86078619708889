//! What exists, and how requests are answered.

use crate::fake::objects::Upload;
use crate::fake::sorts::{LINKS, SORTS, Sort};
use crate::fake::{looks, machines, methods};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use trueup_provider_walk::{Fake, Meddling, Reply, Request, Store, Trouble, merge};

const ROOT: &str = "https://www.googleapis.com/compute/v1/";

/// Words of paths that calls are named by, beside those of sorts.
const OTHERS: [&str; 12] = [
    "b",
    "o",
    "iam",
    "lockRetentionPolicy",
    "operations",
    "wait",
    "serviceAccounts",
    "getIamPolicy",
    "setIamPolicy",
    "disable",
    "enable",
    "upload",
];

/// A refusal: status, reason and message.
pub(crate) type Refusal = (u16, &'static str, String);

/// What a request asked for: method, path and body.
type Asked = (String, String, Vec<u8>);

/// One thing.
#[derive(Clone, Debug)]
pub(crate) struct Thing {
    pub(super) json: Json,
    /// Its making has come to its end.
    pub(super) is_ready: bool,
    /// Looks that don't find it yet.
    pub(super) hidden: u32,
}

/// An operation, by the path of what it is about.
#[derive(Clone, Debug)]
struct Operation {
    json: Json,
    target: String,
}

/// What exists.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub(super) things: BTreeMap<String, Thing>,
    /// By what they are of: `projects/p`, `b/bucket`.
    pub(super) policies: BTreeMap<String, Json>,
    operations: BTreeMap<String, Operation>,
    /// By the ids of requests what each asked for, and the operation that it began.
    requests: BTreeMap<String, (Asked, String)>,
    /// Uploads in parts, by their ids.
    pub(super) uploads: BTreeMap<String, Upload>,
    pub(super) number: u64,
    pub(super) lag: u32,
    /// So many writes of policies come after another's that changed them since they were read.
    pub(crate) overtakes: u32,
    /// So many writes of policies come before service accounts that they name are known there.
    pub(crate) strangers: u32,
    /// The caller may not list.
    pub(crate) is_unlistable: bool,
    failures: usize,
    /// What the audit log has.
    pub(crate) entries: Vec<Json>,
    /// Nobody may read it.
    pub(crate) is_log_closed: bool,
}

pub(crate) fn refuse<T>(status: u16, reason: &'static str, message: impl Into<String>) -> Result<T, Refusal> {
    Err((status, reason, message.into()))
}

impl Fake for World {
    const FAILURE: Option<&'static str> = Some("INTERNAL_ERROR");

    fn name(request: &Request) -> String {
        let sort = request.segments();
        let words: Vec<&str> = sort.iter().map(|word| word.split(':').next_back().unwrap_or(word)).collect();
        let word = |name: &&str| SORTS.iter().any(|sort| sort.plural == *name) || OTHERS.contains(name);
        let named: Vec<&str> = words.iter().copied().filter(|name| word(name)).collect();
        // Waiting is asked for with POST and changes nothing.
        let is_look = ["wait", "getIamPolicy"].iter().any(|verb| words.last() == Some(verb));
        let method = if is_look { "GET" } else { request.method.as_str() };
        format!("{method} {}", named.join("/"))
    }

    fn answer(&mut self, request: &Request, is_doomed: bool) -> Reply {
        if let Some(reply) = self.upload(request) {
            return reply;
        }
        match self.answered_once(request, is_doomed) {
            Ok(Json::Null) => Reply::empty(204),
            Ok(json) => reply(200, &json),
            Err((status, reason, message)) => refusal(status, reason, &message),
        }
    }

    fn refusal(request: &Request, trouble: Trouble) -> Reply {
        match trouble {
            // Cloud Storage has a status of its own for it ("HTTP status and error codes for JSON").
            Trouble::Throttled if request.path.contains("/storage/v1/") => {
                refusal(429, "rateLimitExceeded", "Rate Limit Exceeded")
            }
            Trouble::Throttled => refusal(403, "rateLimitExceeded", "Rate Limit Exceeded"),
            Trouble::Internal => refusal(500, "backendError", "Internal error"),
        }
    }

    fn things(&self) -> Vec<String> {
        let granted = self.policies.iter().flat_map(|(of, policy)| {
            let bindings = policy["bindings"].as_array().into_iter().flatten();
            bindings.map(move |binding| format!("policy {of} {binding}"))
        });
        let granted = granted.filter(|binding| !binding.contains("legacyBucketOwner"));
        let named = |path: &String| {
            let kind = path.split('/').rev().nth(1).unwrap_or_default();
            format!("{kind} {path}")
        };
        self.things.keys().map(named).chain(granted).collect()
    }

    fn failures(&self) -> usize {
        self.failures
    }

    fn delay(&mut self, looks: u32) {
        self.lag = looks;
    }

    fn let_time_pass(&mut self) {
        let open: Vec<String> = self.operations.keys().cloned().collect();
        for path in open {
            self.end(&path);
        }
        for thing in self.things.values_mut() {
            thing.hidden = 0;
        }
    }
}

impl Store for World {
    fn meddle(&mut self, meddling: &Meddling) {
        match meddling {
            Meddling::Patch(id, tree) => {
                let thing = self.things.get_mut(id).unwrap_or_else(|| panic!("{id} isn't there"));
                merge(&mut thing.json, tree);
            }
            Meddling::Put(id, tree) => {
                let thing = Thing { json: tree.clone(), is_ready: true, hidden: 0 };
                self.things.insert(id.clone(), thing);
            }
            Meddling::Delete(id) => drop(self.things.remove(id)),
            Meddling::Call(..) => panic!("no case meddles by calls"),
        }
    }
}

impl World {
    /// A write whose request id is known is not carried out again: its operation is told.
    fn answered_once(&mut self, request: &Request, is_doomed: bool) -> Result<Json, Refusal> {
        let id = request.parameter("requestId").unwrap_or_default();
        let asked = (request.method.clone(), request.path.clone(), request.body.clone());
        match self.requests.get(&id) {
            Some((before, operation)) if *before == asked => {
                return Ok(self.operations[operation].json.clone());
            }
            Some(_) => {
                let message = format!("Invalid value for field 'requestId': '{id}' is another request's.");
                return refuse(400, "invalid", message);
            }
            None => {}
        }
        let answer = self.answered(request, is_doomed)?;
        if !id.is_empty() {
            let link = answer["selfLink"].as_str().unwrap_or_default();
            let path = link.trim_start_matches(ROOT).to_owned();
            if let Some(operation) = self.operations.get_mut(&path) {
                operation.json["clientOperationId"] = json!(id);
                self.requests.insert(id, (asked, path));
            }
        }
        Ok(answer)
    }

    /// Whether the caller may call at all.
    pub(super) fn admitted(request: &Request) -> Result<(), Refusal> {
        let tokens = ["Bearer secret-token", "Bearer another"];
        if request.header("authorization").is_some_and(|token| tokens.contains(&token)) {
            return Ok(());
        }
        refuse(401, "authError", "Invalid Credentials")
    }

    /// Answers what is asked of Cloud Storage; None where it is about something else.
    fn stored_things(&mut self, request: &Request) -> Option<Result<Json, Refusal>> {
        let parts = request.segments();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        match parts.as_slice() {
            ["storage", "v1", "b", bucket, "o", name @ ..] => {
                Some(self.objects(request, (bucket, name.first().copied())))
            }
            ["storage", "v1", "b", rest @ ..] => Some(self.buckets(request, rest)),
            _ => None,
        }
    }

    fn answered(&mut self, request: &Request, is_doomed: bool) -> Result<Json, Refusal> {
        World::admitted(request)?;
        let is_list = SORTS
            .iter()
            .map(|sort| sort.plural)
            .chain(["b", "o"])
            .any(|of| request.path.ends_with(&format!("/{of}")));
        if self.is_unlistable && is_list && request.method == "GET" {
            return refuse(
                403,
                "forbidden",
                "Permission to list is denied on resource (or it may not exist).",
            );
        }
        if let Some(answer) = looks::look(request) {
            return answer;
        }
        if let Some(answer) = self.identity(request).or_else(|| self.log(request)) {
            return answer;
        }
        if let Some(answer) = self.stored_things(request) {
            return answer;
        }
        match request.path.strip_prefix("/compute/v1/") {
            Some(path) => self.computed(request, path, is_doomed),
            None => refuse(404, "notFound", format!("no API at {}", request.path)),
        }
    }

    /// What Compute Engine answers at a path.
    fn computed(&mut self, request: &Request, path: &str, is_doomed: bool) -> Result<Json, Refusal> {
        let parts: Vec<&str> = path.split('/').collect();
        let (project, area, rest) = match parts.as_slice() {
            ["projects", project, area @ "global", rest @ ..] => (*project, (*area).to_owned(), rest),
            ["projects", project, kind @ ("regions" | "zones"), name, rest @ ..] => {
                (*project, format!("{kind}/{name}"), rest)
            }
            _ => return refuse(404, "notFound", format!("no API at {path}")),
        };
        let parent = format!("projects/{project}/{area}");
        if let ["operations", rest @ ..] = rest {
            return self.operation(request, &parent, rest);
        }
        let Some(sort) =
            SORTS.iter().find(|sort| rest.first() == Some(&sort.plural) && area.starts_with(sort.area))
        else {
            return refuse(404, "notFound", format!("no API at {path}"));
        };
        let body = || request.json().unwrap_or(Json::Null);
        let list = format!("{parent}/{}", sort.plural);
        match (request.method.as_str(), rest) {
            ("GET", [_]) => self.list(request, &list),
            ("POST", [_]) => self.insert(sort, (&list, body(), is_doomed)),
            ("GET", [_, _]) => self.get(path),
            ("DELETE", [_, _]) => self.delete(path, is_doomed),
            ("PATCH", [_, _]) => {
                let patch = methods::checked_patch(sort, &self.seen(path)?, body())?;
                self.change(path, "patch", is_doomed, |json| {
                    merge(json, &patch);
                    (sort.defaults)(json);
                })
            }
            ("PUT", [_, _]) if sort.plural == "instances" => {
                let whole = body();
                self.change(path, "update", is_doomed, |json| merge(json, &whole))
            }
            ("POST" | "PATCH", [_, name, method]) => {
                let path = format!("{list}/{name}");
                let there = self.seen(&path)?;
                let change = match sort.plural {
                    "instances" if *method != "setLabels" => {
                        machines::change(method, &there, &body(), &request.parameters())?
                    }
                    _ => methods::change(method, &there, &body())?,
                };
                self.change(&path, method, is_doomed, |json| {
                    merge(json, &change);
                    (sort.defaults)(json);
                })
            }
            _ => refuse(404, "notFound", format!("no method {} at {path}", request.method)),
        }
    }

    /// A thing that can be seen.
    pub(super) fn seen(&mut self, path: &str) -> Result<Json, Refusal> {
        let missing = || refuse(404, "notFound", format!("The resource '{path}' was not found"));
        let Some(thing) = self.things.get_mut(path).filter(|thing| thing.is_ready) else { return missing() };
        if thing.hidden > 0 {
            thing.hidden -= 1;
            return missing();
        }
        Ok(thing.json.clone())
    }

    fn get(&mut self, path: &str) -> Result<Json, Refusal> {
        self.seen(path)
    }

    fn list(&mut self, request: &Request, parent: &str) -> Result<Json, Refusal> {
        let prefix = format!("{parent}/");
        // Lists come to know of things later than those who ask for one.
        let is_it = |path: &&String| path.starts_with(&prefix) && !path.contains("/unlisted");
        let mut paths: Vec<String> = self.things.keys().filter(is_it).cloned().collect();
        if let Some(filter) = request.parameter("filter") {
            let Some(range) = filter.strip_prefix("destRange = ") else {
                return refuse(400, "invalid", format!("Invalid list filter expression: {filter}"));
            };
            let range = range.trim_matches('"').to_owned();
            paths.retain(|path| self.things[path].json["destRange"] == range.as_str());
        }
        // Pages are small, so that there is more than one.
        let from = request.parameter("pageToken").unwrap_or_default();
        let page: Vec<&String> = paths.iter().filter(|path| **path > from).take(3).collect();
        let last = page.last().filter(|last| paths.last() > Some(**last)).map(|last| (**last).clone());
        let page: Vec<String> = page.into_iter().cloned().collect();
        let items: Vec<Json> = page.iter().filter_map(|path| self.seen(path).ok()).collect();
        Ok(json!({"items": items, "nextPageToken": last}))
    }

    fn insert(&mut self, sort: &Sort, (list, body, is_doomed): (&str, Json, bool)) -> Result<Json, Refusal> {
        let mut new = methods::checked(sort, body)?;
        let name = new["name"].as_str().unwrap_or_default().to_owned();
        let path = format!("{list}/{name}");
        if self.things.contains_key(&path) {
            return refuse(409, "alreadyExists", format!("The resource '{path}' already exists"));
        }
        let made =
            if sort.plural == "instances" { machines::disks(&mut new, parent_of(list)) } else { Vec::new() };
        // What a doomed request would make isn't there to be linked to.
        if !is_doomed {
            self.furnish(list, made)?;
            self.link(&mut new)?;
        }
        (sort.defaults)(&mut new);
        self.number += 1;
        new["id"] = json!((7_000_000_000_000_000_000 + self.number).to_string());
        new["selfLink"] = json!(format!("{ROOT}{path}"));
        new["creationTimestamp"] = json!("2026-01-01T00:00:00.000-08:00");
        methods::mark(&mut new);
        if !is_doomed {
            let hidden = self.lag;
            self.things.insert(path.clone(), Thing { json: new, is_ready: false, hidden });
        }
        Ok(self.begin(&path, "insert", is_doomed))
    }

    /// Makes the disks that a machine comes with.
    fn furnish(&mut self, list: &str, made: Vec<(String, Json)>) -> Result<(), Refusal> {
        let disks = SORTS.iter().find(|sort| sort.plural == "disks").expect("disks are a sort");
        for (name, mut disk) in made {
            let path = format!("{}/disks/{name}", parent_of(list));
            if self.things.contains_key(&path) {
                return refuse(409, "alreadyExists", format!("The resource '{path}' already exists"));
            }
            (disks.defaults)(&mut disk);
            disk["selfLink"] = json!(format!("{ROOT}{path}"));
            methods::mark(&mut disk);
            self.things.insert(path, Thing { json: disk, is_ready: true, hidden: 0 });
        }
        Ok(())
    }

    /// Puts whole links in place of paths, to things that are there and ready.
    fn link(&self, json: &mut Json) -> Result<(), Refusal> {
        match json {
            Json::Array(items) => items.iter_mut().try_for_each(|item| self.link(item)),
            Json::Object(parts) => {
                for (name, part) in parts {
                    let Json::String(link) = part else {
                        self.link(part)?;
                        continue;
                    };
                    if !LINKS.contains(&name.as_str()) {
                        continue;
                    }
                    let path = link.trim_start_matches(ROOT).to_owned();
                    // Templates name disks by their names alone.
                    if name == "source" && !path.contains('/') {
                        continue;
                    }
                    if !path.starts_with("projects/") {
                        return refuse(
                            400,
                            "invalid",
                            format!("Invalid value for field '{name}': '{link}'. The URL is malformed."),
                        );
                    }
                    match self.things.get(&path) {
                        None => {
                            return refuse(404, "notFound", format!("The resource '{path}' was not found"));
                        }
                        Some(thing) if !thing.is_ready => {
                            return refuse(
                                400,
                                "resourceNotReady",
                                format!("The resource '{path}' is not ready"),
                            );
                        }
                        Some(_) => *link = format!("{ROOT}{path}"),
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn delete(&mut self, path: &str, is_doomed: bool) -> Result<Json, Refusal> {
        if !self.things.contains_key(path) {
            return refuse(404, "notFound", format!("The resource '{path}' was not found"));
        }
        if !self.things[path].is_ready {
            // Time passes for those who only try again.
            self.let_time_pass();
            return refuse(400, "resourceNotReady", format!("The resource '{path}' is not ready"));
        }
        let link = json!(format!("{ROOT}{path}"));
        let user = self.things.iter().find(|(of, thing)| of.as_str() != path && names(&thing.json, &link));
        if let Some((user, _)) = user {
            let message = format!("The resource '{path}' is already being used by '{user}'");
            return refuse(400, "resourceInUseByAnotherResource", message);
        }
        if self.things[path].json["deletionProtection"] == true {
            return refuse(
                400,
                "invalid",
                format!("Resource cannot be deleted if it's protected against deletion: {path}"),
            );
        }
        if !is_doomed && let Some(gone) = self.things.remove(path) {
            for disk in
                gone.json["disks"].as_array().into_iter().flatten().filter(|disk| disk["autoDelete"] == true)
            {
                self.things.remove(disk["source"].as_str().unwrap_or_default().trim_start_matches(ROOT));
            }
        }
        Ok(self.begin(path, "delete", is_doomed))
    }

    fn change(
        &mut self,
        path: &str,
        kind: &str,
        is_doomed: bool,
        change: impl FnOnce(&mut Json),
    ) -> Result<Json, Refusal> {
        let mut json = self.seen(path)?;
        change(&mut json);
        self.link(&mut json)?;
        methods::mark(&mut json);
        if !is_doomed && let Some(thing) = self.things.get_mut(path) {
            thing.json = json;
        }
        Ok(self.begin(path, kind, is_doomed))
    }

    fn begin(&mut self, target: &str, kind: &str, is_doomed: bool) -> Json {
        self.number += 1;
        let parts: Vec<&str> = target.split('/').collect();
        let area = parts[..parts.len() - 2].join("/");
        let path = format!("{area}/operations/operation-{}", self.number);
        let mut json = json!({
            "name": format!("operation-{}", self.number), "operationType": kind, "status": "RUNNING",
            "selfLink": format!("{ROOT}{path}"), "targetLink": format!("{ROOT}{target}"),
        });
        if is_doomed {
            self.failures += 1;
            json["doomed"] = json!(true);
        }
        self.operations.insert(path, Operation { json: json.clone(), target: target.to_owned() });
        if let Some(json) = json.as_object_mut() {
            json.remove("doomed");
        }
        json
    }

    fn operation(&mut self, request: &Request, parent: &str, rest: &[&str]) -> Result<Json, Refusal> {
        match (request.method.as_str(), rest) {
            ("GET", []) => {
                let filter = request.parameter("filter").unwrap_or_default();
                let id = filter
                    .strip_prefix("clientOperationId = ")
                    .unwrap_or_default()
                    .trim_matches('"')
                    .to_owned();
                let prefix = format!("{parent}/operations/");
                let all = self.operations.iter().filter(|(path, _)| path.starts_with(&prefix));
                let all: Vec<&Json> = all
                    .map(|(_, of)| &of.json)
                    .filter(|json| json["clientOperationId"] == id.as_str())
                    .collect();
                Ok(json!({"items": all}))
            }
            ("GET", [name]) | ("POST", [name, "wait"]) => {
                let path = format!("{parent}/operations/{name}");
                if request.method == "POST" {
                    self.end(&path);
                }
                match self.operations.get(&path) {
                    Some(operation) => Ok(operation.json.clone()),
                    None => refuse(404, "notFound", format!("The resource '{path}' was not found")),
                }
            }
            _ => refuse(404, "notFound", "no such method"),
        }
    }

    /// An operation comes to its end.
    fn end(&mut self, path: &str) {
        let Some(operation) = self.operations.get_mut(path) else { return };
        operation.json["status"] = json!("DONE");
        if operation.json["doomed"] == true {
            operation.json["error"] =
                json!({"errors": [{"code": World::FAILURE, "message": "The test wants it to fail."}]});
            return;
        }
        if let Some(thing) = self.things.get_mut(&operation.target) {
            thing.is_ready = true;
        }
    }
}

/// `projects/p/zones/z`
fn parent_of(list: &str) -> &str {
    list.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// Whether something inside is this link, but for what only tells who uses it.
fn names(json: &Json, link: &Json) -> bool {
    match json {
        Json::Array(items) => items.iter().any(|item| names(item, link)),
        Json::Object(parts) => parts
            .iter()
            .any(|(name, part)| !["users", "selfLink"].contains(&name.as_str()) && names(part, link)),
        other => other == link,
    }
}

fn reply(status: u16, json: &Json) -> Reply {
    Reply {
        status,
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body: json.to_string().into_bytes(),
    }
}

pub(super) fn refusal(status: u16, reason: &str, message: &str) -> Reply {
    let mut error = json!({"code": status, "message": message, "errors": [{"reason": reason, "message": message, "domain": "global"}]});
    if reason == "aborted" {
        error["status"] = json!("ABORTED");
    }
    reply(status, &json!({"error": error}))
}
