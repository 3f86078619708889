//! Azure Resource Manager in memory, as far as the types here go, and strict: what its documentation forbids is refused
//! with its own status and code. Writes take their time, lists come in pages, names and ids match in any case.

mod accounts;
mod activity;
mod containers;
mod disks;
mod groups;
mod kinds;
mod machines;
mod roles;
mod rules;
mod shape;
mod signin;
mod store;

use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use store::{Document, Refusal, Target, refuse};
use trueup_provider_walk::{Fake, Meddling, Reply, Request, Store, Trouble, merge};

/// The tenant of every subscription.
pub(crate) const TENANT: &str = "72f988bf-0000-0000-0000-2d7cd011db47";
/// The subscription that there is.
pub(crate) const SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000001";
/// What tokens say: they are those of the application `c`, whose service principal is `o-1`, in the tenant.
const CLAIMS: &str =
    "eyJhcHBpZCI6ImMiLCJvaWQiOiJvLTEiLCJ0aWQiOiI3MmY5ODhiZi0wMDAwLTAwMDAtMDAwMC0yZDdjZDAxMWRiNDcifQ";
/// How many items a page of a list has.
const PAGE: usize = 2;

/// Lists that a caller may not be allowed.
const LISTS: [&str; 3] = ["containers", "networksecuritygroups", "roleassignments"];

/// What exists.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    /// By their ids in small letters.
    documents: BTreeMap<String, Document>,
    operations: BTreeMap<String, Operation>,
    /// So many looks at operations find none.
    forgotten: u32,
    version: u64,
    /// So many looks don't find a new thing.
    delay: u32,
    /// How often tokens were withdrawn.
    withdrawals: u32,
    is_unregistered: bool,
    /// Those of which tokens were asked for.
    tenants: BTreeSet<String>,
    /// How many tokens of further tenants the last call came with.
    others: usize,
    /// Containers that are being deleted.
    going: BTreeSet<String>,
    /// Machines that aren't on, and where they are instead.
    powers: BTreeMap<String, &'static str>,
    /// What the activity log has.
    pub(crate) events: Vec<Json>,
    /// Nobody may read it.
    pub(crate) is_log_closed: bool,
    /// How many writes came while another was under way.
    busy: usize,
    /// The caller may not list.
    pub(crate) is_unlistable: bool,
}

/// A write under way.
#[derive(Clone, Debug)]
struct Operation {
    target: String,
    is_deletion: bool,
    is_doomed: bool,
    /// So many looks find it under way.
    looks: u32,
    is_over: bool,
}

impl Fake for World {
    const FAILURE: Option<&'static str> = Some("InternalExecutionError");

    fn answer(&mut self, request: &Request, is_doomed: bool) -> Reply {
        let reply = self.route(request, is_doomed).unwrap_or_else(|Refusal(reply)| reply);
        // Time passes for those who only try again.
        if reply.status == 409 {
            self.busy +=
                usize::from(String::from_utf8_lossy(&reply.body).contains("AnotherOperationInProgress"));
            self.let_time_pass();
        }
        reply
    }

    fn refusal(_request: &Request, trouble: Trouble) -> Reply {
        match trouble {
            Trouble::Throttled => {
                refuse(429, "TooManyRequests", "Too many requests.").0.with("Retry-After", "0")
            }
            Trouble::Internal => refuse(500, "InternalServerError", "Something went wrong.").0,
        }
    }

    fn things(&self) -> Vec<String> {
        self.documents.iter().map(|(id, document)| format!("{} {id}", document.path)).collect()
    }

    fn delay(&mut self, looks: u32) {
        self.delay = looks;
    }

    fn let_time_pass(&mut self) {
        self.going.clear();
        let running = self.operations.iter().filter(|(_, one)| !one.is_over).map(|(name, _)| name.clone());
        let running: Vec<String> = running.collect();
        running.iter().for_each(|name| self.end(name));
    }
}

impl Store for World {
    fn meddle(&mut self, meddling: &Meddling) {
        self.version += 1;
        let etag = json!(format!("W/\"{}\"", self.version));
        match meddling {
            Meddling::Patch(id, tree) => {
                let key = id.to_lowercase();
                let document = self.documents.get_mut(&key).unwrap_or_else(|| panic!("{id} isn't there"));
                merge(&mut document.body, tree);
                if document.body.get("etag").is_some() {
                    document.body["etag"] = etag;
                }
            }
            Meddling::Put(id, tree) => {
                let segments: Vec<String> =
                    id.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
                let target = Target::of(&segments).unwrap_or_else(|| panic!("{id} is of no kind"));
                let mut body = tree.clone();
                body["id"] = json!(id);
                body["etag"] = etag;
                let path = target.kind.path.to_owned();
                self.documents.insert(target.key(), Document { path, body, hidden: 0 });
            }
            Meddling::Call(method, target, _) => panic!("{method} {target} is a request, and made as one"),
            Meddling::Delete(id) => {
                let key = id.to_lowercase();
                assert!(self.documents.contains_key(&key), "{id} isn't there");
                self.documents.retain(|of, _| *of != key && !of.starts_with(&format!("{key}/")));
            }
        }
    }
}

impl World {
    fn route(&mut self, request: &Request, is_doomed: bool) -> Result<Reply, Refusal> {
        let segments = request.segments();
        let low: Vec<String> = segments.iter().map(|part| part.to_lowercase()).collect();
        let words: Vec<&str> = low.iter().map(String::as_str).collect();
        match words.as_slice() {
            [tenant, "oauth2", "v2.0", "token"] => {
                self.tenants.insert((*tenant).to_owned());
                return signin::token(request, &self.token());
            }
            ["metadata", ..] | ["github"] => return signin::machine(request, &words, &self.token()),
            _ => {}
        }
        let bearer = request.header("authorization").and_then(|text| text.strip_prefix("Bearer "));
        // Another client meddles.
        if bearer != Some(&*self.token()) && bearer != Some("another") {
            return Err(refuse(401, "InvalidAuthenticationToken", "The access token is invalid."));
        }
        let others = request.header("x-ms-authorization-auxiliary").unwrap_or_default();
        let others: Vec<&str> = others.split(", ").filter(|one| !one.is_empty()).collect();
        if others.iter().any(|one| one.strip_prefix("Bearer ") != Some(&*self.token())) {
            return Err(refuse(401, "InvalidAuthenticationToken", "An auxiliary token is invalid."));
        }
        self.others = others.len();
        check_query(request)?;
        let is_list = request.method == "GET" && words.last().is_some_and(|last| LISTS.contains(last));
        if self.is_unlistable && is_list {
            let message = "The client does not have authorization to perform the action over the scope.";
            return Err(refuse(403, "AuthorizationFailed", message));
        }
        match words.as_slice() {
            ["subscriptions", SUBSCRIPTION] => Ok(Reply::json(
                200,
                &json!({"id": format!("/subscriptions/{SUBSCRIPTION}"), "subscriptionId": SUBSCRIPTION,
                    "displayName": "Test", "subscriptionPolicies": {"locationPlacementId": "Public_2014-09-01",
                        "quotaId": "PayAsYouGo_2014-09-01", "spendingLimit": "Off"}, "tags": {"a": "b"},
                    "tenantId": TENANT, "state": "Enabled"}),
            )),
            ["subscriptions", other] => Err(refuse(
                404,
                "SubscriptionNotFound",
                format!("The subscription '{other}' could not be found."),
            )),
            ["subscriptions", _, "resourcegroups", ..] if segments.len() <= 5 => {
                self.group(request, &segments, is_doomed)
            }
            ["subscriptions", _, "providers", "microsoft.insights", "eventtypes", "management", "values"] => {
                self.log(request)
            }
            ["subscriptions", _, "providers", _] => Ok(self.registration()),
            ["subscriptions", _, "providers", _, "register"] => {
                self.is_unregistered = false;
                Ok(self.registration())
            }
            [.., "operations", name] => self.status(name),
            [.., "operationresults", name] => self.result(request, name),
            _ => {
                let answered = self.roles(request, &segments);
                let answered = answered.or_else(|| self.account(request, &segments, is_doomed));
                let answered = answered.or_else(|| self.machine(request, &segments, is_doomed));
                answered.unwrap_or_else(|| self.resource(request, &segments, is_doomed))
            }
        }
    }

    /// The token that is taken now.
    fn token(&self) -> String {
        format!("fake-{}.{CLAIMS}.signature", self.withdrawals)
    }

    /// Takes no token any more that was given before.
    pub(crate) fn withdraw_tokens(&mut self) {
        self.withdrawals += 1;
    }

    /// The subscription is no longer registered for what is here.
    pub(crate) fn unregister(&mut self) {
        self.is_unregistered = true;
    }

    /// The tenants of which tokens were asked for, and how many tokens of further ones the last call came with.
    pub(crate) fn signed_in(&self) -> (Vec<&str>, usize) {
        (self.tenants.iter().map(String::as_str).collect(), self.others)
    }

    /// How many writes came while another was under way.
    pub(crate) fn refused_as_busy(&self) -> usize {
        self.busy
    }

    /// What is stored under an id.
    pub(crate) fn document(&self, id: &str) -> Json {
        self.documents[&id.to_lowercase()].body.clone()
    }

    /// So many looks at operations will find none.
    pub(crate) fn forget_operations(&mut self, looks: u32) {
        self.forgotten = looks;
    }

    fn registration(&self) -> Reply {
        let state = if self.is_unregistered { "NotRegistered" } else { "Registered" };
        Reply::json(200, &json!({"registrationState": state}))
    }

    fn resource(
        &mut self,
        request: &Request,
        segments: &[String],
        is_doomed: bool,
    ) -> Result<Reply, Refusal> {
        let method = request.method.as_str();
        if method == "GET" && segments.len().is_multiple_of(2) && Target::of(segments).is_none()
            || segments.len() % 2 == 1
        {
            return Ok(self.list(request, segments));
        }
        let target = Target::of(segments)
            .ok_or_else(|| refuse(400, "InvalidResourceType", format!("{segments:?} is of no kind here")))?;
        if self.is_unregistered && method == "PUT" {
            let message = "The subscription is not registered to use namespace 'Microsoft.Network'.";
            return Err(refuse(409, "MissingSubscriptionRegistration", message));
        }
        match method {
            "GET" => self.get(&target),
            "PUT" => self.put(request, &target, is_doomed),
            "PATCH" => self.patch(request, &target),
            "DELETE" => self.delete(request, &target, is_doomed),
            _ => Err(refuse(405, "MethodNotAllowed", method)),
        }
    }

    /// Lists in pages: those of a group, of a subscription, or the parts of a whole.
    fn list(&mut self, request: &Request, segments: &[String]) -> Reply {
        let prefix = format!("/{}", segments.join("/")).to_lowercase();
        let collection = prefix.rsplit('/').next().unwrap_or_default().to_owned();
        let of_subscription = segments.get(2).is_some_and(|part| part.eq_ignore_ascii_case("providers"));
        let is_listed = |key: &str| {
            let parts: Vec<&str> = key.split('/').collect();
            let is_kind = parts.len() >= 3 && parts[parts.len() - 2] == collection;
            let is_there = if of_subscription {
                parts.len() == 9
            } else {
                key.rsplit_once('/').is_some_and(|(of, _)| of == prefix)
            };
            // Lists come to know of things later than those who ask for one.
            is_kind && is_there && !key.contains("/unlisted")
        };
        let keys: Vec<String> = self.documents.keys().filter(|key| is_listed(key)).cloned().collect();
        self.page(request, &keys)
    }

    fn page(&mut self, request: &Request, keys: &[String]) -> Reply {
        let start: usize = request.parameter("$skiptoken").and_then(|text| text.parse().ok()).unwrap_or(0);
        let mut items = Vec::new();
        for key in keys.iter().skip(start).take(PAGE) {
            let document = self.documents.get_mut(key).expect("it was listed");
            if document.hidden > 0 {
                document.hidden -= 1;
            } else {
                items.push(self.view(key));
            }
        }
        let mut body = json!({"value": items});
        if keys.len() > start + PAGE {
            let version = request.parameter("api-version").unwrap_or_default();
            let host = request.header("host").unwrap_or_default();
            let path = &request.path;
            body["nextLink"] =
                json!(format!("http://{host}{path}?api-version={version}&$skiptoken={}", start + PAGE));
        }
        Reply::json(200, &body)
    }

    /// The answer to a write that takes its time: where its status is, and where its outcome will be.
    fn accepted(&mut self, request: &Request, operation: Operation, reply: Reply) -> Reply {
        self.version += 1;
        let name = format!("op{}", self.version);
        let host = request.header("host").unwrap_or_default();
        let at = |what: &str| {
            format!(
                "http://{host}/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Network/locations/here/{what}/{name}?api-version=1"
            )
        };
        let reply = reply.with("Azure-AsyncOperation", &at("operations")).with("Retry-After", "0");
        let reply =
            if operation.is_deletion { reply.with("Location", &at("operationResults")) } else { reply };
        self.operations.insert(name, operation);
        reply
    }

    fn status(&mut self, name: &str) -> Result<Reply, Refusal> {
        if self.forgotten > 0 {
            self.forgotten -= 1;
            return Err(refuse(404, "OperationNotFound", name));
        }
        let Some(operation) = self.operations.get_mut(name) else {
            return Err(refuse(404, "OperationNotFound", name));
        };
        if operation.looks > 0 {
            operation.looks -= 1;
            if operation.looks > 0 || !operation.is_doomed {
                let is_over = operation.looks == 0;
                if is_over {
                    self.end(name);
                }
                let status = if is_over { "Succeeded" } else { "InProgress" };
                return Ok(Reply::json(200, &json!({"status": status})).with("Retry-After", "0"));
            }
            self.end(name);
        }
        let is_doomed = self.operations[name].is_doomed;
        if is_doomed {
            let error = json!({"code": World::FAILURE, "message": "An error occurred."});
            return Ok(Reply::json(200, &json!({"status": "Failed", "error": error})));
        }
        Ok(Reply::json(200, &json!({"status": "Succeeded"})))
    }

    fn result(&mut self, request: &Request, name: &str) -> Result<Reply, Refusal> {
        let Some(operation) = self.operations.get_mut(name) else {
            return Err(refuse(404, "OperationNotFound", name));
        };
        if operation.looks > 0 {
            operation.looks -= 1;
            let host = request.header("host").unwrap_or_default();
            let location = format!("http://{host}{}?{}", request.path, request.query);
            return Ok(Reply::empty(202).with("Location", &location).with("Retry-After", "0"));
        }
        self.end(name);
        if self.operations[name].is_doomed {
            return Err(refuse(409, World::FAILURE.unwrap_or_default(), "An error occurred."));
        }
        Ok(Reply::empty(200))
    }

    /// A look at a thing is one at what is under way with it.
    fn look(&mut self, key: &str) {
        let is_its = |one: &Operation| one.looks > 0 && one.target == key;
        let names: Vec<String> =
            self.operations.iter().filter(|(_, one)| is_its(one)).map(|(name, _)| name.clone()).collect();
        for name in names {
            let operation = self.operations.get_mut(&name).expect("it is under way");
            operation.looks -= 1;
            if operation.looks == 0 {
                self.end(&name);
            }
        }
    }

    /// Brings an operation to its end.
    fn end(&mut self, name: &str) {
        let Some(operation) = self.operations.get_mut(name).filter(|one| !one.is_over) else { return };
        (operation.looks, operation.is_over) = (0, true);
        let Operation { target, is_deletion, is_doomed, .. } = operation.clone();
        if is_deletion && !is_doomed {
            self.documents.retain(|key, _| *key != target && !key.starts_with(&format!("{target}/")));
        } else if let Some(document) = self.documents.get_mut(&target) {
            let state = if is_doomed { "Failed" } else { "Succeeded" };
            document.body["properties"]["provisioningState"] = json!(state);
        }
    }

    /// A number that a text always has.
    fn number(&self, text: &str) -> u32 {
        debug_assert!(self.version < u64::MAX);
        text.to_lowercase().bytes().fold(7, |sum: u32, byte| (sum * 31 + u32::from(byte)) % 250)
    }

    fn guid(&self, text: &str) -> String {
        let step = |sum: u64, byte: u8| (sum * 31 + u64::from(byte)) % 999_999_999_989;
        let number = text.to_lowercase().bytes().fold(self.number(text).into(), step);
        format!("00000000-0000-0000-0000-{number:012}")
    }
}

fn check_query(request: &Request) -> Result<(), Refusal> {
    if request.parameter("api-version").is_none() {
        return Err(refuse(
            400,
            "MissingApiVersionParameter",
            "The api-version query parameter is required.",
        ));
    }
    for (name, _) in request.parameters() {
        let known = ["api-version", "$expand", "$filter", "$skiptoken", "forceDeletion", "skipShutdown"];
        if !known.contains(&name.as_str()) {
            return Err(refuse(400, "InvalidQueryParameter", name));
        }
    }
    Ok(())
}
