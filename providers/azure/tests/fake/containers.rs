//! Containers of blobs, as the management API has them (Microsoft.Storage 2023-05-01).

use super::World;
use super::shape::cleaned;
use super::store::{Document, Refusal, refuse};
use serde_json::{Value as Json, json};
use trueup_provider_walk::{Reply, Request};

const PATH: &str = "Microsoft.Storage/storageAccounts/blobServices/containers";

const SHAPE: &str = "~id ~name ~type ~etag properties{publicAccess=None|Blob|Container metadata<> defaultEncryptionScope
    denyEncryptionScopeOverride? ~hasImmutabilityPolicy? ~hasLegalHold? ~lastModifiedTime ~leaseState ~leaseStatus}";
/// What a change may bring.
const CHANGE: &str = "properties{publicAccess=None|Blob|Container metadata<>}";
/// What lists don't tell.
const UNLISTED: [&str; 3] = ["metadata", "defaultEncryptionScope", "denyEncryptionScopeOverride"];

impl World {
    /// Answers what is asked of the containers of an account.
    pub(super) fn container(&mut self, request: &Request, segments: &[String]) -> Result<Reply, Refusal> {
        let account = format!("/{}", segments[..8].join("/"));
        if !self.documents.contains_key(&account.to_lowercase()) {
            return Err(refuse(404, "ParentResourceNotFound", account));
        }
        let id = format!("/{}", segments.join("/"));
        let key = id.to_lowercase();
        match request.method.as_str() {
            "GET" if segments.len() == 11 => Ok(self.containers(&key)),
            "GET" => {
                let document = self.documents.get_mut(&key).ok_or_else(missing)?;
                if document.hidden > 0 {
                    document.hidden -= 1;
                    return Err(missing());
                }
                Ok(Reply::json(200, &document.body))
            }
            "PUT" => self.put_container(request, &account, &id),
            "PATCH" => self.patch_container(request, &account, &key),
            "DELETE" => {
                let status = if self.documents.remove(&key).is_some() { 200 } else { 204 };
                // Its name is free a little later.
                self.going.insert(key);
                Ok(Reply::empty(status))
            }
            method => Err(refuse(405, "MethodNotAllowed", method)),
        }
    }

    /// All in one page: this API has no others.
    fn containers(&mut self, key: &str) -> Reply {
        let within = format!("{key}/");
        let mut items = Vec::new();
        for (_, document) in self.documents.iter_mut().filter(|(of, _)| of.starts_with(&within)) {
            if document.hidden > 0 {
                document.hidden -= 1;
                continue;
            }
            let mut item = document.body.clone();
            if let Some(fields) = item["properties"].as_object_mut() {
                fields.retain(|name, _| !UNLISTED.contains(&name.as_str()));
            }
            items.push(item);
        }
        Reply::json(200, &json!({"value": items}))
    }

    fn put_container(&mut self, request: &Request, account: &str, id: &str) -> Result<Reply, Refusal> {
        let key = id.to_lowercase();
        if self.going.contains(&key) {
            return Err(refuse(409, "ContainerBeingDeleted", "The specified container is being deleted."));
        }
        let name = id.rsplit('/').next().unwrap_or_default();
        let is_good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !(3..=63).contains(&name.len()) || !name.chars().all(is_good) {
            return Err(refuse(400, "InvalidResourceName", name));
        }
        let body = request.json().ok_or_else(|| refuse(400, "InvalidRequestContent", "no JSON"))?;
        let wanted = cleaned(SHAPE, &body).map_err(|why| refuse(400, "InvalidRequestFormat", why))?;
        let mut properties = json!({"publicAccess": "None", "defaultEncryptionScope": "$account-encryption-key",
            "denyEncryptionScopeOverride": false, "hasImmutabilityPolicy": false, "hasLegalHold": false,
            "leaseState": "Available", "leaseStatus": "Unlocked"});
        for (name, value) in wanted["properties"].as_object().into_iter().flatten() {
            properties[name] = value.clone();
        }
        if properties["denyEncryptionScopeOverride"] == true
            && wanted["properties"]["defaultEncryptionScope"].is_null()
        {
            return Err(refuse(400, "InvalidRequestPropertyValue", "There is no scope to keep to."));
        }
        self.judge(account, &properties)?;
        self.version += 1;
        let body = json!({"id": id, "name": name, "type": PATH, "etag": format!("\"0x{}\"", self.version),
            "properties": properties});
        let was_there = self.documents.contains_key(&key);
        let hidden = if was_there { 0 } else { self.delay };
        self.documents.insert(key, Document { path: PATH.into(), body: body.clone(), hidden });
        Ok(Reply::json(if was_there { 200 } else { 201 }, &body))
    }

    /// What a change says nothing of stays; metadata are given whole.
    fn patch_container(&mut self, request: &Request, account: &str, key: &str) -> Result<Reply, Refusal> {
        let mut wanted = self.documents.get(key).ok_or_else(missing)?.body.clone();
        let body = request.json().ok_or_else(|| refuse(400, "InvalidRequestContent", "no JSON"))?;
        let change = cleaned(CHANGE, &body).map_err(|why| refuse(400, "InvalidRequestFormat", why))?;
        for (name, value) in change["properties"].as_object().into_iter().flatten() {
            wanted["properties"][name] = value.clone();
        }
        self.judge(account, &wanted["properties"])?;
        self.version += 1;
        wanted["etag"] = json!(format!("\"0x{}\"", self.version));
        self.documents.get_mut(key).expect("it is there").body = wanted.clone();
        Ok(Reply::json(200, &wanted))
    }

    fn judge(&self, account: &str, properties: &Json) -> Result<(), Refusal> {
        let account = &self.documents[&account.to_lowercase()].body;
        if properties["publicAccess"] != "None" && account["properties"]["allowBlobPublicAccess"] == false {
            return Err(refuse(409, "PublicAccessNotPermitted", "Public access is not permitted."));
        }
        let is_name = |key: &str| {
            let is_good = |c: char| c.is_ascii_alphanumeric() || c == '_';
            key.chars().all(is_good) && !key.starts_with(|c: char| c.is_ascii_digit())
        };
        let bad = properties["metadata"].as_object().into_iter().flatten().find(|(key, _)| !is_name(key));
        match bad {
            Some((key, _)) => Err(refuse(400, "InvalidMetadata", key.as_str())),
            None => Ok(()),
        }
    }
}

fn missing() -> Refusal {
    refuse(404, "ContainerNotFound", "The specified container does not exist.")
}
