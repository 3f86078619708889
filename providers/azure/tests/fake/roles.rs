//! Role assignments and role definitions at any scope (Microsoft.Authorization 2022-04-01).

use super::shape::cleaned;
use super::store::{Document, Refusal, refuse};
use super::{SUBSCRIPTION, World};
use serde_json::{Value as Json, json};
use trueup_provider_walk::{Reply, Request};

const PATH: &str = "Microsoft.Authorization/roleAssignments";

/// Names and ids of roles that every tenant has.
const ROLES: [(&str, &str); 4] = [
    ("Contributor", "b24988ac-6180-42a0-ab88-20f7382dd24c"),
    ("Keys & Tags + 100% more", "5d51204f-eb77-4b1c-b86a-2ec626c49413"),
    ("Owner", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"),
    ("Reader", "acdd72a7-3385-48ef-bd42-f606fba81ae7"),
];

const SHAPE: &str =
    "properties{condition conditionVersion=1.0|2.0 delegatedManagedIdentityResourceId description
    !principalId principalType=User|Group|ServicePrincipal|ForeignGroup|Device !roleDefinitionId}";

impl World {
    /// Answers what is asked of roles; None where the path leads elsewhere.
    pub(super) fn roles(&mut self, request: &Request, segments: &[String]) -> Option<Result<Reply, Refusal>> {
        let is_it = |part: &String| part.eq_ignore_ascii_case("Microsoft.Authorization");
        let at = segments.iter().rposition(is_it)?;
        let scope = segments[..at - 1].iter().map(|part| format!("/{part}")).collect::<String>();
        let rest: Vec<String> = segments[at + 1..].iter().map(|part| part.to_lowercase()).collect();
        let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
        Some(match (request.method.as_str(), rest.as_slice()) {
            ("GET", ["roledefinitions"]) => Ok(definitions(request, &scope)),
            ("GET", ["roledefinitions", name]) => definition(name),
            ("GET", ["roleassignments"]) => Ok(self.assignments(request, &scope)),
            (_, ["roleassignments", name]) => self.assignment(request, &scope, name),
            (method, _) => Err(refuse(405, "MethodNotAllowed", method)),
        })
    }

    fn assignment(&mut self, request: &Request, scope: &str, name: &str) -> Result<Reply, Refusal> {
        let id = format!("{scope}/providers/{PATH}/{name}");
        let key = id.to_lowercase();
        let missing = || refuse(404, "RoleAssignmentNotFound", format!("'{name}' is not found."));
        match request.method.as_str() {
            "GET" => {
                let document = self.documents.get_mut(&key).ok_or_else(missing)?;
                if document.hidden > 0 {
                    document.hidden -= 1;
                    return Err(missing());
                }
                Ok(Reply::json(200, &document.body))
            }
            "DELETE" => Ok(match self.documents.remove(&key) {
                Some(document) => Reply::json(200, &document.body),
                None => Reply::empty(204),
            }),
            "PUT" => self.assign(request, scope, &id),
            method => Err(refuse(405, "MethodNotAllowed", method)),
        }
    }

    fn assign(&mut self, request: &Request, scope: &str, id: &str) -> Result<Reply, Refusal> {
        let name = id.rsplit('/').next().unwrap_or_default();
        if name.len() != 36 || !name.chars().all(|c| c.is_ascii_hexdigit() || c == '-') {
            return Err(refuse(400, "InvalidRoleAssignmentId", format!("'{name}' must be a GUID.")));
        }
        if !self.documents.contains_key(&scope.to_lowercase()) {
            return Err(refuse(404, "ResourceNotFound", format!("{scope} was not found")));
        }
        let body = request.json().ok_or_else(|| refuse(400, "InvalidRequestContent", "no JSON"))?;
        let wanted = cleaned(SHAPE, &body).map_err(|why| refuse(400, "InvalidRequestContent", why))?;
        let mut properties = wanted["properties"].clone();
        let role = properties["roleDefinitionId"].as_str().unwrap_or_default().to_lowercase();
        let role = role.rsplit('/').next().unwrap_or_default().to_owned();
        if !ROLES.iter().any(|(_, id)| *id == role) {
            return Err(refuse(400, "RoleDefinitionDoesNotExist", role));
        }
        let is_principal = |of: &&Document| of.body["properties"]["principalId"] == properties["principalId"];
        if !self.documents.values().any(|of| is_principal(&of)) {
            return Err(refuse(
                400,
                "PrincipalNotFound",
                format!("{} was not found", properties["principalId"]),
            ));
        }
        let full =
            format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{role}");
        properties["roleDefinitionId"] = json!(full);
        properties["scope"] = json!(scope);
        let is_same = |of: &&Document| {
            let other = &of.body["properties"];
            of.path == PATH
                && ["scope", "principalId", "roleDefinitionId"]
                    .iter()
                    .all(|name| other[name] == properties[name])
        };
        if self.documents.contains_key(&id.to_lowercase()) || self.documents.values().any(|of| is_same(&of)) {
            return Err(refuse(409, "RoleAssignmentExists", "The role assignment already exists."));
        }
        if properties["principalType"].is_null() {
            properties["principalType"] = json!("ServicePrincipal");
        }
        let body = json!({"id": id, "name": name, "type": PATH, "properties": properties});
        let reply = Reply::json(201, &body);
        let document = Document { path: PATH.into(), body, hidden: self.delay };
        self.documents.insert(id.to_lowercase(), document);
        Ok(reply)
    }

    fn assignments(&mut self, request: &Request, scope: &str) -> Reply {
        let before = format!("{scope}/providers/{PATH}/").to_lowercase();
        let keys: Vec<String> =
            self.documents.keys().filter(|key| key.starts_with(&before)).cloned().collect();
        self.page(request, &keys)
    }
}

fn definition(name: &str) -> Result<Reply, Refusal> {
    let found = ROLES.iter().find(|(_, id)| *id == name);
    let found = found.ok_or_else(|| refuse(404, "RoleDefinitionDoesNotExist", name))?;
    Ok(Reply::json(200, &described("", found)))
}

fn definitions(request: &Request, scope: &str) -> Reply {
    let filter = request.parameter("$filter").unwrap_or_default();
    let wanted = filter.strip_prefix("roleName eq '").and_then(|rest| rest.strip_suffix('\''));
    let found =
        ROLES.iter().filter(|(name, _)| wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(name)));
    let found: Vec<Json> = found.map(|role| described(scope, role)).collect();
    Reply::json(200, &json!({"value": found}))
}

fn described(scope: &str, (name, id): &(&str, &str)) -> Json {
    json!({"id": format!("{scope}/providers/Microsoft.Authorization/roleDefinitions/{id}"), "name": id,
        "properties": {"roleName": name, "type": "BuiltInRole"}})
}
