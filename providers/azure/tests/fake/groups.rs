//! Resource groups (Microsoft.Resources 2024-08-01).

use super::shape::cleaned;
use super::store::{Document, Refusal, refuse};
use super::{Operation, World};
use serde_json::json;
use trueup_provider_walk::{Reply, Request, merge};

const SHAPE: &str = "~id ~name ~type !location managedBy tags<> ~properties{}";

impl World {
    /// Answers what is asked of resource groups.
    pub(super) fn group(
        &mut self,
        request: &Request,
        segments: &[String],
        is_doomed: bool,
    ) -> Result<Reply, Refusal> {
        let Some(name) = segments.get(3) else {
            let keys: Vec<String> =
                self.documents.keys().filter(|key| key.split('/').count() == 5).cloned().collect();
            return Ok(self.page(request, &keys));
        };
        let id = format!("/subscriptions/{}/resourceGroups/{name}", segments[1]);
        let key = id.to_lowercase();
        let missing =
            || refuse(404, "ResourceGroupNotFound", format!("Resource group '{name}' could not be found."));
        let old = self.documents.get(&key).cloned();
        if segments.len() == 5 {
            old.ok_or_else(missing)?;
            let inside = self
                .documents
                .keys()
                .filter(|of| of.starts_with(&format!("{key}/")) && of.split('/').count() == 9);
            let inside: Vec<String> = inside.cloned().collect();
            return Ok(self.page(request, &inside));
        }
        match (request.method.as_str(), old) {
            ("GET", Some(_)) => {
                self.look(&key);
                let document = self.documents.get_mut(&key).ok_or_else(missing)?;
                if document.hidden > 0 {
                    document.hidden -= 1;
                    return Err(missing());
                }
                Ok(Reply::json(200, &document.body))
            }
            ("PUT", old) => self.put_group(request, &id, old.as_ref()),
            ("PATCH", Some(mut document)) => {
                let body = request.json().unwrap_or_default();
                let patch = cleaned("managedBy tags<>", &body)
                    .map_err(|why| refuse(400, "InvalidRequestContent", why))?;
                if !patch["tags"].is_null() {
                    document.body["tags"] = json!({});
                }
                merge(&mut document.body, &patch);
                let reply = Reply::json(200, &document.body);
                self.documents.insert(key, document);
                Ok(reply)
            }
            ("DELETE", Some(mut document)) => {
                document.body["properties"]["provisioningState"] = json!("Deleting");
                self.documents.insert(key.clone(), document);
                let operation =
                    Operation { target: key, is_deletion: true, is_doomed, looks: 1, is_over: false };
                let reply = self.accepted(request, operation, Reply::empty(202));
                // Groups tell by their place alone.
                let headers =
                    reply.headers.into_iter().filter(|(name, _)| name != "Azure-AsyncOperation").collect();
                Ok(Reply { headers, ..reply })
            }
            (_, None) => Err(missing()),
            (method, _) => Err(refuse(405, "MethodNotAllowed", method)),
        }
    }

    fn put_group(&mut self, request: &Request, id: &str, old: Option<&Document>) -> Result<Reply, Refusal> {
        if request.header("if-none-match") == Some("*") && old.is_some() {
            return Err(refuse(412, "PreconditionFailed", "Precondition failed."));
        }
        let body = request.json().ok_or_else(|| refuse(400, "InvalidRequestContent", "no JSON"))?;
        let mut wanted = cleaned(SHAPE, &body).map_err(|why| refuse(400, "InvalidRequestContent", why))?;
        let location = wanted["location"].as_str().unwrap_or_default().to_lowercase().replace(' ', "");
        if old.is_some_and(|old| old.body["location"] != json!(location)) {
            return Err(refuse(409, "InvalidResourceGroupLocation", format!("{id} is elsewhere")));
        }
        wanted["location"] = json!(location);
        wanted["id"] = json!(id);
        wanted["name"] = json!(id.rsplit('/').next());
        wanted["type"] = json!("Microsoft.Resources/resourceGroups");
        wanted["properties"] = json!({"provisioningState": "Succeeded"});
        let reply = Reply::json(if old.is_some() { 200 } else { 201 }, &wanted);
        let hidden = if old.is_some() { 0 } else { self.delay };
        self.documents
            .insert(id.to_lowercase(), Document { path: "resourceGroup".into(), body: wanted, hidden });
        Ok(reply)
    }
}
