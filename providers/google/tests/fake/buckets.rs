//! Buckets, after the reference of the Cloud Storage JSON API.

use crate::fake::methods::known;
use crate::fake::sorts::put;
use crate::fake::world::{Refusal, Thing, World, refuse};
use serde_json::{Value as Json, json};
use trueup_provider_walk::{Request, merge};

const NOW: &str = "2026-01-01T00:00:00.000Z";
const LATER: &str = "2026-01-02T00:00:00.000Z";
/// Pages are small, so that there is more than one.
pub(super) const PAGE: usize = 3;

/// What a request for a bucket may say.
const WRITABLE: &[&str] = &[
    "name",
    "autoclass",
    "billing",
    "cors",
    "customPlacementConfig",
    "defaultEventBasedHold",
    "encryption",
    "hierarchicalNamespace",
    "iamConfiguration",
    "ipFilter",
    "labels",
    "lifecycle",
    "location",
    "logging",
    "retentionPolicy",
    "rpo",
    "softDeletePolicy",
    "storageClass",
    "versioning",
    "website",
];
/// What of it can't be changed.
const FIXED: &[&str] = &["name", "location", "customPlacementConfig", "hierarchicalNamespace"];
/// What the API has as texts, for the numbers may be large.
const LONG: [&str; 4] = ["retentionDurationSeconds", "retentionPeriod", "sizeAboveBytes", "sizeBelowBytes"];
const ENFORCED: [&str; 3] = [
    "customerManagedEncryptionEnforcementConfig",
    "customerSuppliedEncryptionEnforcementConfig",
    "googleManagedEncryptionEnforcementConfig",
];

impl World {
    /// Answers what is asked of buckets: what follows `b` in the path.
    pub(super) fn buckets(&mut self, request: &Request, rest: &[&str]) -> Result<Json, Refusal> {
        let body = || request.json().unwrap_or(Json::Null);
        match (request.method.as_str(), rest) {
            ("GET", []) => self.bucket_list(request),
            ("POST", []) => self.bucket_made(request, body()),
            ("GET", [name]) => self.bucket(name),
            ("PATCH", [name]) => self.bucket_changed(name, &body()),
            ("DELETE", [name]) => self.bucket_gone(name),
            ("GET", [name, "iam"]) => {
                self.bucket(name)?;
                let version = request.parameter("optionsRequestedPolicyVersion");
                self.policy(&format!("b/{name}"), version.and_then(|version| version.parse().ok()))
            }
            ("PUT", [name, "iam"]) => {
                self.bucket(name)?;
                let policy = body();
                known(&policy, &["bindings", "etag", "version", "kind", "resourceId"])?;
                self.put_policy(&format!("b/{name}"), &policy, (412, "conditionNotMet"))
            }
            ("POST", [name, "lockRetentionPolicy"]) => self.bucket_locked(request, name),
            _ => refuse(404, "notFound", format!("no method {} at {}", request.method, request.path)),
        }
    }

    /// A bucket that can be seen.
    pub(super) fn bucket(&mut self, name: &str) -> Result<Json, Refusal> {
        self.seen(&format!("b/{name}"))
            .map_err(|_| (404, "notFound", "The specified bucket does not exist.".to_owned()))
    }

    fn bucket_list(&mut self, request: &Request) -> Result<Json, Refusal> {
        let Some(project) = request.parameter("project") else {
            return refuse(400, "required", "Required parameter: project");
        };
        let asked = |name: &str| request.parameter(name).unwrap_or_default();
        let (from, prefix) = (asked("pageToken"), asked("prefix"));
        let is_it = |(path, thing): &(&String, &Thing)| {
            path.starts_with("b/")
                && !path[2..].contains('/')
                && **path > from
                && path[2..].starts_with(&prefix)
                && thing.json["project"] == project.as_str()
        };
        let all: Vec<String> = self.things.iter().filter(is_it).map(|(path, _)| path.clone()).collect();
        let page: Vec<Json> = all
            .iter()
            .take(PAGE)
            .filter_map(|path| self.bucket(&path[2..]).ok())
            .map(told)
            .map(listed)
            .collect();
        let next = all.get(PAGE - 1).filter(|_| all.len() > PAGE);
        Ok(json!({"items": page, "nextPageToken": next}))
    }

    fn bucket_made(&mut self, request: &Request, body: Json) -> Result<Json, Refusal> {
        let Some(project) = request.parameter("project") else {
            return refuse(400, "required", "Required parameter: project");
        };
        known(&body, WRITABLE)?;
        let name = body["name"].as_str().unwrap_or_default().to_owned();
        if !(3..=63).contains(&name.len()) || name.contains("google") {
            return refuse(400, "invalid", format!("Invalid bucket name: '{name}'"));
        }
        let path = format!("b/{name}");
        if self.things.contains_key(&path) {
            return refuse(
                409,
                "conflict",
                "Your previous request to create the named bucket succeeded and you already own it.",
            );
        }
        let mut new = body;
        let location = new["location"].as_str().unwrap_or("US").to_uppercase();
        new["location"] = json!(location);
        new["project"] = json!(project);
        for (part, text) in [
            ("id", name.as_str()),
            ("projectNumber", "123456"),
            ("timeCreated", NOW),
            ("metageneration", "0"),
        ] {
            new[part] = json!(text);
        }
        new["selfLink"] = json!(format!("https://www.googleapis.com/storage/v1/{path}"));
        if request.parameter("enableObjectRetention").as_deref() == Some("true") {
            new["objectRetention"] = json!({"mode": "Enabled"});
        }
        completed(&mut new)?;
        self.things.insert(path, Thing { json: new.clone(), is_ready: true, hidden: self.lag });
        Ok(told(new))
    }

    fn bucket_changed(&mut self, name: &str, body: &Json) -> Result<Json, Refusal> {
        let mut json = self.bucket(name)?;
        known(body, WRITABLE)?;
        if let Some(fixed) = FIXED.iter().find(|fixed| body.get(**fixed).is_some()) {
            return refuse(400, "invalid", format!("{fixed} of a bucket cannot be changed."));
        }
        if json["retentionPolicy"]["isLocked"] == true && body.get("retentionPolicy").is_some() {
            return refuse(403, "forbidden", "The retention policy is locked.");
        }
        merge(&mut json, body);
        completed(&mut json)?;
        self.things.get_mut(&format!("b/{name}")).expect("it is there").json = json.clone();
        Ok(told(json))
    }

    fn bucket_gone(&mut self, name: &str) -> Result<Json, Refusal> {
        self.bucket(name)?;
        let inside = format!("b/{name}/");
        if self.things.keys().any(|path| path.starts_with(&inside)) {
            return refuse(409, "conflict", "The bucket you tried to delete is not empty.");
        }
        self.things.remove(&format!("b/{name}"));
        self.policies.remove(&format!("b/{name}"));
        Ok(Json::Null)
    }

    fn bucket_locked(&mut self, request: &Request, name: &str) -> Result<Json, Refusal> {
        let mut json = self.bucket(name)?;
        let Some(mark) = request.parameter("ifMetagenerationMatch") else {
            return refuse(400, "required", "Required parameter: ifMetagenerationMatch");
        };
        if json["metageneration"] != mark.as_str() {
            return refuse(
                412,
                "conditionNotMet",
                "At least one of the pre-conditions you specified did not hold.",
            );
        }
        if json["retentionPolicy"].is_null() {
            return refuse(400, "invalid", "There is no retention policy to lock.");
        }
        json["retentionPolicy"]["isLocked"] = json!(true);
        completed(&mut json)?;
        self.things.get_mut(&format!("b/{name}")).expect("it is there").json = json.clone();
        Ok(told(json))
    }
}

/// A bucket with what it is where nothing is said, and with what follows from the rest.
fn completed(json: &mut Json) -> Result<(), Refusal> {
    judged(json)?;
    put(json, "storageClass", json!("STANDARD"));
    put(json, "rpo", json!("DEFAULT"));
    put(&mut json["iamConfiguration"], "publicAccessPrevention", json!("inherited"));
    put(&mut json["iamConfiguration"], "uniformBucketLevelAccess", json!({"enabled": false}));
    put(json, "softDeletePolicy", json!({"retentionDurationSeconds": "604800"}));
    put(&mut json["softDeletePolicy"], "effectiveTime", json!(NOW));
    if json["autoclass"]["enabled"] == true {
        put(&mut json["autoclass"], "terminalStorageClass", json!("NEARLINE"));
        json["autoclass"]["toggleTime"] = json!(NOW);
    }
    if json["logging"].is_object() {
        let name = json["name"].clone();
        put(&mut json["logging"], "logObjectPrefix", name);
    }
    if json["retentionPolicy"].is_object() {
        put(&mut json["retentionPolicy"], "effectiveTime", json!(NOW));
    }
    for part in ENFORCED {
        if json["encryption"][part].is_object() {
            let is_strict = json["encryption"][part]["restrictionMode"] == "FullyRestricted";
            json["encryption"][part]["effectiveTime"] = json!(if is_strict { LATER } else { NOW });
        }
    }
    long(json);
    tidy(json);
    let number: u64 = json["metageneration"].as_str().and_then(|text| text.parse().ok()).unwrap_or(0);
    json["metageneration"] = json!((number + 1).to_string());
    json["updated"] = json!(format!("2026-01-01T00:00:{:02}.000Z", (number + 1) % 60));
    Ok(())
}

/// What the API refuses.
fn judged(json: &Json) -> Result<(), Refusal> {
    for (key, text) in json["labels"].as_object().into_iter().flatten() {
        let is_label = |text: &str| {
            text.len() <= 63
                && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c))
        };
        if !is_label(key) || !text.as_str().is_some_and(is_label) {
            return refuse(400, "invalid", format!("Invalid label {key}: {text}"));
        }
    }
    let rules = json["lifecycle"]["rule"].as_array().map(Vec::as_slice).unwrap_or_default();
    for rule in rules {
        known(rule, &["action", "condition"])?;
        known(&rule["action"], &["type", "storageClass"])?;
        let has_class = rule["action"]["storageClass"].is_string();
        if has_class != (rule["action"]["type"] == "SetStorageClass") {
            return refuse(400, "invalid", "storageClass is for SetStorageClass, and needed there.");
        }
        known(
            &rule["condition"],
            &[
                "age",
                "createdBefore",
                "customTimeBefore",
                "daysSinceCustomTime",
                "daysSinceNoncurrentTime",
                "isLive",
                "matchesPrefix",
                "matchesStorageClass",
                "matchesSuffix",
                "noncurrentTimeBefore",
                "numNewerVersions",
                "sizeAboveBytes",
                "sizeBelowBytes",
            ],
        )?;
        if rule["condition"].as_object().is_none_or(serde_json::Map::is_empty) {
            return refuse(400, "invalid", "A rule needs a condition.");
        }
    }
    if json["hierarchicalNamespace"]["enabled"] == true
        && json["iamConfiguration"]["uniformBucketLevelAccess"]["enabled"] != true
    {
        return refuse(400, "invalid", "Hierarchical namespace needs uniform bucket level access.");
    }
    if json["versioning"]["enabled"] == true
        && json["retentionPolicy"].is_object()
        && json["hierarchicalNamespace"]["enabled"] == true
    {
        return refuse(400, "invalid", "Versioning can't be had with a hierarchical namespace.");
    }
    Ok(())
}

/// Numbers of 64 bits as texts.
fn long(json: &mut Json) {
    match json {
        Json::Array(items) => items.iter_mut().for_each(long),
        Json::Object(parts) => {
            for (name, part) in parts {
                match part.as_i64().filter(|_| LONG.contains(&name.as_str())) {
                    Some(number) => *part = json!(number.to_string()),
                    None => long(part),
                }
            }
        }
        _ => {}
    }
}

/// Parts that are null, and lists with nothing in them, aren't there.
fn tidy(json: &mut Json) {
    if let Json::Object(parts) = json {
        parts.retain(|_, part| !part.is_null());
        parts.values_mut().for_each(tidy);
        parts.retain(|name, part| !(name == "rule" && part.as_array().is_some_and(Vec::is_empty)));
        parts.retain(|name, part| {
            !(name == "lifecycle" && part.as_object().is_some_and(serde_json::Map::is_empty))
        });
    }
}

/// What of a bucket lists tell: of its filter of addresses only whether it is on.
fn listed(mut json: Json) -> Json {
    if let Some(filter) = json["ipFilter"].as_object_mut() {
        filter.retain(|part, _| part == "mode");
    }
    json
}

/// What is told of a bucket.
fn told(json: Json) -> Json {
    let mut json = json;
    if let Some(json) = json.as_object_mut() {
        json.remove("project");
    }
    json
}
