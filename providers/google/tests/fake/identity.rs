//! Service accounts, and the policies of projects and buckets, after the references of the IAM API, the Resource Manager API
//! and the Cloud Storage JSON API.

use crate::fake::methods::known;
use crate::fake::world::{Refusal, Thing, World, refuse};
use serde_json::{Value as Json, json};
use trueup_provider_walk::Request;

/// What sorts of members there are.
const MEMBERS: [&str; 8] = [
    "user",
    "serviceAccount",
    "group",
    "domain",
    "principal",
    "principalSet",
    "projectOwner",
    "projectEditor",
];
/// The pages of a list of accounts are small, so that there is more than one.
const PAGE: usize = 3;

impl World {
    /// Answers what is asked of IAM and Resource Manager; None where it is about something else.
    pub(super) fn identity(&mut self, request: &Request) -> Option<Result<Json, Refusal>> {
        let path = request.path.strip_prefix("/v1/projects/")?;
        let body = request.json().unwrap_or(Json::Null);
        let parts: Vec<&str> = path.split('/').collect();
        let answer = match (request.method.as_str(), parts.as_slice()) {
            ("POST", [target]) => {
                let (project, verb) = target.split_once(':')?;
                self.project_policy((project, verb), &body)
            }
            ("GET", [project, "serviceAccounts"]) => Ok(self.accounts(request, project)),
            ("POST", [project, "serviceAccounts"]) => self.account_made(project, &body),
            (method, [project, "serviceAccounts", email]) => self.account((method, project, email), &body),
            _ => refuse(404, "notFound", format!("no API at {path}")),
        };
        Some(answer)
    }

    fn project_policy(&mut self, (project, verb): (&str, &str), body: &Json) -> Result<Json, Refusal> {
        let key = format!("projects/{project}");
        match verb {
            "getIamPolicy" => {
                known(body, &["options"])?;
                self.policy(&key, body["options"]["requestedPolicyVersion"].as_u64())
            }
            "setIamPolicy" => {
                known(body, &["policy", "updateMask"])?;
                known(&body["policy"], &["bindings", "etag", "version", "auditConfigs"])?;
                self.put_policy(&key, &body["policy"], (409, "aborted"))
            }
            _ => refuse(404, "notFound", format!("no method {verb}")),
        }
    }

    /// The policy of something; conditions are told to those alone who ask for a version that has them.
    pub(super) fn policy(&mut self, key: &str, version: Option<u64>) -> Result<Json, Refusal> {
        let policy = self.policies.entry(key.to_owned()).or_insert_with(|| {
            let editors = json!({"role": "roles/storage.legacyBucketOwner", "members": ["projectEditor:my-project"]});
            json!({"version": 1, "etag": "e0", "bindings": if key.starts_with("b/") { json!([editors]) } else { json!([]) }})
        });
        let mut told = policy.clone();
        let has_condition = |binding: &Json| binding["condition"].is_object();
        let bindings = told["bindings"].as_array_mut().expect("policies have bindings");
        if bindings.iter().any(has_condition) && version != Some(3) {
            return refuse(400, "invalid", "the policy has conditions: ask for version 3");
        }
        // Where there are none they aren't told.
        if bindings.is_empty()
            && let Some(told) = told.as_object_mut()
        {
            told.remove("bindings");
        }
        Ok(told)
    }

    /// Puts a policy in place of the one that it was made from.
    pub(super) fn put_policy(
        &mut self,
        key: &str,
        policy: &Json,
        (status, reason): (u16, &'static str),
    ) -> Result<Json, Refusal> {
        if self.overtakes > 0 {
            self.overtakes -= 1;
            self.number += 1;
            let etag = json!(format!("e{}", self.number));
            self.policies.get_mut(key).expect("it was read")["etag"] = etag;
        }
        let before = self.policy(key, Some(3))?;
        if !policy["etag"].is_null() && policy["etag"] != before["etag"] {
            return refuse(status, reason, "There were concurrent policy changes. Please retry.");
        }
        let mut bindings = Vec::new();
        for binding in policy["bindings"].as_array().into_iter().flatten() {
            known(binding, &["role", "members", "condition"])?;
            if !binding["role"].as_str().is_some_and(|role| role.contains("roles/")) {
                return refuse(400, "invalid", format!("Role {} is not supported", binding["role"]));
            }
            if binding["condition"].is_object() {
                known(&binding["condition"], &["title", "description", "expression"])?;
                if policy["version"] != 3 {
                    return refuse(400, "invalid", "a policy with conditions needs version 3");
                }
            }
            let members = binding["members"].as_array().map(Vec::as_slice).unwrap_or_default();
            for member in members.iter().filter_map(Json::as_str) {
                let kind = member.split(':').next().unwrap_or_default();
                if !MEMBERS.contains(&kind) && !["allUsers", "allAuthenticatedUsers"].contains(&member) {
                    return refuse(400, "invalid", format!("Invalid member: {member}"));
                }
                if self.is_hidden(member) {
                    let email = member.split(':').next_back().unwrap_or_default();
                    return refuse(400, "badRequest", format!("Service account {email} does not exist."));
                }
                if member.contains("@gone") {
                    return refuse(400, "invalid", format!("The member {member} does not exist"));
                }
            }
            // Addresses are told in small letters, and roles without members not at all.
            let members: Vec<String> = members.iter().filter_map(Json::as_str).map(address).collect();
            if !members.is_empty() {
                let mut binding = binding.clone();
                binding["members"] = json!(members);
                bindings.push(binding);
            }
        }
        self.number += 1;
        let after =
            json!({"version": policy["version"], "etag": format!("e{}", self.number), "bindings": bindings});
        self.policies.insert(key.to_owned(), after.clone());
        Ok(after)
    }

    /// Whether a member is a service account that isn't known everywhere yet; with each look it is known a little more.
    fn is_hidden(&mut self, member: &str) -> bool {
        let Some(email) = member.strip_prefix("serviceAccount:") else { return false };
        if self.strangers > 0 {
            self.strangers -= 1;
            return true;
        }
        let end = format!("/serviceAccounts/{email}");
        let hidden = self.things.iter_mut().find(|(path, thing)| path.ends_with(&end) && thing.hidden > 0);
        hidden.map(|(_, thing)| thing.hidden -= 1).is_some()
    }

    /// The account of an address, whether its project is named by its id, its number or not at all.
    fn account_path(&self, project: &str, email: &str) -> String {
        let end = format!("/serviceAccounts/{email}");
        let is_any = project == "-" || project.chars().all(|c| c.is_ascii_digit());
        let there = self.things.keys().find(|path| is_any && path.ends_with(&end)).cloned();
        there.unwrap_or_else(|| format!("projects/{project}{end}"))
    }

    fn accounts(&mut self, request: &Request, project: &str) -> Json {
        let prefix = format!("projects/{project}/serviceAccounts/");
        let from = request.parameter("pageToken").unwrap_or_default();
        // Lists come to know of accounts later than those who ask for one.
        let is_it =
            |path: &&String| path.starts_with(&prefix) && **path > from && !path.contains("/unlisted");
        let all: Vec<String> = self.things.keys().filter(is_it).cloned().collect();
        let page: Vec<Json> = all.iter().take(PAGE).filter_map(|path| self.seen(path).ok()).collect();
        let next = all.get(PAGE - 1).filter(|_| all.len() > PAGE);
        json!({"accounts": page, "nextPageToken": next})
    }

    fn account_made(&mut self, project: &str, body: &Json) -> Result<Json, Refusal> {
        known(body, &["accountId", "serviceAccount"])?;
        known(&body["serviceAccount"], &["displayName", "description"])?;
        let account = body["accountId"].as_str().unwrap_or_default();
        if !(6..=30).contains(&account.len()) {
            return refuse(
                400,
                "INVALID_ARGUMENT",
                format!("The account ID \"{account}\" does not have a length between 6 and 30."),
            );
        }
        if body["serviceAccount"]["description"].as_str().is_some_and(|text| text.len() > 256) {
            return refuse(400, "INVALID_ARGUMENT", "The description is too long");
        }
        let email = format!("{account}@{project}.iam.gserviceaccount.com");
        let name = format!("projects/{project}/serviceAccounts/{email}");
        if self.things.contains_key(&name) {
            return refuse(
                409,
                "ALREADY_EXISTS",
                format!("Service account {account} already exists within project projects/{project}."),
            );
        }
        self.number += 1;
        let mut json = json!({"name": name, "projectId": project, "email": email, "uniqueId": format!("1{:020}", self.number), "etag": "MDEw"});
        for part in ["displayName", "description"] {
            if body["serviceAccount"][part].as_str().is_some_and(|text| !text.is_empty()) {
                json[part] = body["serviceAccount"][part].clone();
            }
        }
        self.things.insert(name, Thing { json: json.clone(), is_ready: true, hidden: self.lag });
        Ok(json)
    }

    fn account(
        &mut self,
        (method, project, email): (&str, &str, &str),
        body: &Json,
    ) -> Result<Json, Refusal> {
        let (email, verb) = email.split_once(':').unwrap_or((email, ""));
        let path = self.account_path(project, email);
        // What isn't known may be said to be forbidden as well.
        if self.things.get(&path).is_some_and(|thing| thing.hidden % 2 == 1) {
            drop(self.seen(&path));
            return refuse(
                403,
                "forbidden",
                "Permission 'iam.serviceAccounts.get' denied on resource (or it may not exist).",
            );
        }
        let mut json = self.seen(&path)?;
        match (method, verb) {
            ("GET", "") => return Ok(json),
            ("DELETE", "") => {
                self.things.remove(&path);
                return Ok(json!({}));
            }
            ("POST", "disable") => json["disabled"] = json!(true),
            ("POST", "enable") => drop(json.as_object_mut().and_then(|json| json.remove("disabled"))),
            ("PATCH", "") => {
                known(body, &["serviceAccount", "updateMask"])?;
                for part in body["updateMask"].as_str().unwrap_or_default().split(',') {
                    if !["displayName", "description"].contains(&part) {
                        return refuse(400, "INVALID_ARGUMENT", format!("The mask names {part:?}"));
                    }
                    json[part] = body["serviceAccount"][part].clone();
                }
            }
            _ => return refuse(404, "NOT_FOUND", "Method not found."),
        }
        if let Some(thing) = self.things.get_mut(&path) {
            thing.json = json.clone();
        }
        Ok(if method == "POST" { json!({}) } else { json })
    }
}

/// A member as policies tell it.
fn address(member: &str) -> String {
    match member.split_once(':') {
        Some((kind, name)) if ["user", "group", "serviceAccount", "domain"].contains(&kind) => {
            format!("{kind}:{}", name.to_lowercase())
        }
        _ => member.to_owned(),
    }
}
