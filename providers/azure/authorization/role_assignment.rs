//! `azurerm_role_assignment`: a role that someone has at a scope. It is an extension of what it is at: its id is that of
//! the scope with `/providers/Microsoft.Authorization/roleAssignments/NAME` behind it, and its name a GUID.

use crate::account::site::Site;
use crate::arm::Condition;
use crate::arm::document::Document;
use crate::arm::id::is_same;
use crate::arm::mark::{exists, resembles};
use crate::arm::write::HALF_HOUR;
use crate::authorization::role;
use async_trait::async_trait;
use futures::stream::{self, StreamExt};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Backoff, Call, Fault, FaultKind, Fields, Object, Readings, Resource};
use uuid::Uuid;

/// `azurerm_role_assignment`
pub(crate) struct RoleAssignment;

/// The version of the API of role assignments.
const VERSION: &str = "2022-04-01";

const MIDDLE: &str = "/providers/Microsoft.Authorization/roleAssignments/";

/// How many calls are under way at a time.
const CALLS_MAX: usize = 8;

/// A principal that was made a moment ago isn't known everywhere for so long.
const PRINCIPAL_LATE: Duration = Duration::from_mins(5);

/// What was made a moment ago may not be shown for so long.
const OWN_LATE: Duration = Duration::from_secs(10);

/// Attributes and where documents have them.
const TEXTS: [(&str, &str); 7] = [
    ("condition", "/properties/condition"),
    ("condition_version", "/properties/conditionVersion"),
    ("delegated_managed_identity_resource_id", "/properties/delegatedManagedIdentityResourceId"),
    ("description", "/properties/description"),
    ("principal_id", "/properties/principalId"),
    ("principal_type", "/properties/principalType"),
    ("role_definition_id", "/properties/roleDefinitionId"),
];

#[async_trait]
impl Resource<Site> for RoleAssignment {
    fn patience(&self) -> Duration {
        HALF_HOUR
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let [id, name] = ["role_definition_id", "role_definition_name"];
        let is_open = config.is_unknown(id) || config.is_unknown(name);
        if !is_open && config.is_set(id) == config.is_set(name) {
            let detail = format!("A role assignment needs either {id} or {name}, and only one of them.");
            diagnostics.push(Diagnostic::error("Invalid combination of arguments", detail));
        }
        if config.is_set("condition")
            && !config.is_set("condition_version")
            && !config.is_unknown("condition_version")
        {
            diagnostics.push(Diagnostic::error(
                "Missing required argument",
                "The condition of a role assignment needs a condition_version, which says how it is to be read.",
            ));
        }
        if let Some(name) = config.text("name").filter(|name| Uuid::parse_str(name).is_err()) {
            let detail = format!("The name {name:?} of a role assignment is no GUID.");
            diagnostics.push(Diagnostic::error("Invalid name", detail).hint("Leave it out: one is made."));
        }
        diagnostics
    }

    /// One list for all of a scope, and one look at each role.
    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        let mut scopes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for object in &objects {
            if let Some((scope, _)) = parts(object.id_or_empty()) {
                scopes.entry(scope.to_lowercase()).or_default().insert(object.id_or_empty().to_lowercase());
            }
        }
        let looks = scopes.into_iter().map(|(scope, ids)| documents(site, scope, ids));
        let found: Vec<_> = stream::iter(looks).buffered(CALLS_MAX).collect().await;
        let found: BTreeMap<String, Result<Json, Fault>> = found.into_iter().flatten().collect();
        let role = |one: &Json| one.word("/properties/roleDefinitionId").map(str::to_lowercase);
        let roles: BTreeSet<String> = found.values().flatten().filter_map(role).collect();
        let looks = roles.into_iter().map(|id| async move {
            let name = role::name_of(site, &id).await;
            (id, name)
        });
        let names: BTreeMap<String, _> = stream::iter(looks).buffered(CALLS_MAX).collect().await;
        let read = |mut object: Object| {
            let id = object.owned("id").unwrap_or_default();
            let Some(document) = found.get(&id.to_lowercase()) else { return Ok(None) };
            let document = document.as_ref().map_err(Clone::clone)?;
            fill(&mut object, &id, document);
            let role = object.text("role_definition_id").unwrap_or_default().to_lowercase();
            if let Some(name) = names.get(&role) {
                object.put_text("role_definition_name", name.as_ref().map_err(Clone::clone)?.as_ref());
            }
            Ok(Some(object))
        };
        objects.into_iter().map(read).collect()
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let id = id(object, call.token);
        if call.site.arm.get(&id, VERSION).await?.is_some() {
            return Err(exists(&id));
        }
        let scope = object.text("scope").unwrap_or_default();
        let role = match (object.text("role_definition_id"), object.text("role_definition_name")) {
            (Some(id), _) => id.to_owned(),
            (None, name) => role::id_of(call.site, scope, name.unwrap_or_default()).await?,
        };
        let mut body = json!({"properties": {}});
        for (name, path) in TEXTS {
            body.set(path, object.text(name));
        }
        body.set("/properties/roleDefinitionId", Some(role));
        if object.flag("skip_service_principal_aad_check") == Some(true) {
            body.set("/properties/principalType", Some("ServicePrincipal"));
        }
        assign(call, &id, &body).await?;
        object.put_text("id", Some(&id));
        Ok(())
    }

    /// Nothing of it can be changed in place.
    async fn update(
        &self,
        _call: &Call<'_, Site>,
        _prior: &Object,
        _object: &mut Object,
    ) -> Result<(), Fault> {
        Ok(())
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let path = (object.id_or_empty(), VERSION);
        if let Some(underway) = call.site.arm.delete(path).await? {
            underway.settle(&call.site.arm, path, call.deadline).await?;
        }
        Ok(())
    }

    /// The id; one of another tenant has `|TENANT` behind it.
    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        let plain = id.split('|').next().unwrap_or_default();
        if parts(plain).is_none() {
            let message = format!("{id:?} is not an id of the form SCOPE{MIDDLE}GUID");
            return Err(Fault::new(FaultKind::Invalid, message)
                .hint("`az role assignment list --scope SCOPE --query '[].id'` tells the ids at a scope."));
        }
        object.put_text("id", Some(plain));
        Ok(())
    }

    /// The name comes from the step's token where the configuration gives none: what has it was made by the step. One
    /// with a name of its own is known by being just as planned.
    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let id = id(object, call.token);
        let Some(document) = call.site.arm.get(&id, VERSION).await? else { return Ok(false) };
        let mut found = object.clone();
        fill(&mut found, &id, &document);
        let is_ours = object.text("name").is_none() || resembles(object, &found);
        Ok(object.identify(is_ours.then_some(id)))
    }
}

/// Makes it. A principal that was made a moment ago is waited for; an answer that was lost and came again finds it there.
async fn assign(call: &Call<'_, Site>, id: &str, body: &Json) -> Result<(), Fault> {
    let arm = &call.site.arm;
    let early = call.deadline.within(PRINCIPAL_LATE);
    let mut backoff = Backoff::short();
    loop {
        let fault = match arm.put((id, VERSION), body, Condition::Unchanged(None)).await {
            Ok(underway) => return underway.settle(arm, (id, VERSION), call.deadline).await.map(drop),
            Err(fault) => fault,
        };
        if fault.code.starts_with("RoleAssignment") {
            return if appears(call, id).await? { Ok(()) } else { Err(fault) };
        }
        if fault.code != "PrincipalNotFound" || early.is_past() {
            return Err(fault);
        }
        backoff.pause().await;
    }
}

/// Whether there is one of the id, which wasn't there before: made by a write whose answer was lost.
async fn appears(call: &Call<'_, Site>, id: &str) -> Result<bool, Fault> {
    let deadline = call.deadline.within(OWN_LATE);
    let mut backoff = Backoff::short();
    loop {
        if call.site.arm.get(id, VERSION).await?.is_some() {
            return Ok(true);
        }
        if deadline.is_past() {
            return Ok(false);
        }
        backoff.pause().await;
    }
}

/// The id that a creation gives.
fn id(object: &Object, token: &str) -> String {
    let made = || Uuid::new_v5(&Uuid::NAMESPACE_OID, token.as_bytes()).to_string();
    let name = object.owned("name").unwrap_or_else(made);
    format!("{}{MIDDLE}{name}", object.text("scope").unwrap_or_default().trim_end_matches('/'))
}

/// The scope in an id, and the name.
fn parts(id: &str) -> Option<(&str, &str)> {
    let at = id.to_lowercase().rfind(&MIDDLE.to_lowercase())?;
    let (scope, name) = (id.get(..at)?, id.get(at + MIDDLE.len()..)?);
    (!name.is_empty() && !name.contains('/')).then_some((scope, name))
}

/// The documents of ids at a scope by their keys: a single one is read by itself, and so is what the list of several
/// doesn't show (it is new, or the caller may not list).
async fn documents(
    site: &Site,
    scope: String,
    ids: BTreeSet<String>,
) -> BTreeMap<String, Result<Json, Fault>> {
    let path = format!("{scope}/providers/Microsoft.Authorization/roleAssignments");
    let at_scope = (VERSION, &[("$filter", "atScope()")][..]);
    let listed = if ids.len() > 1 { site.arm.list(path, at_scope).await } else { Ok(Vec::new()) };
    let all = match listed {
        Err(fault) if fault.kind == FaultKind::Denied => Vec::new(),
        Err(fault) => return ids.into_iter().map(|id| (id, Err(fault.clone()))).collect(),
        Ok(all) => all,
    };
    let keyed = |one: Json| Some((one.word("/id")?.to_lowercase(), Ok(one)));
    let mut found: BTreeMap<String, Result<Json, Fault>> =
        all.into_iter().filter_map(keyed).filter(|(id, _)| ids.contains(id)).collect();
    let missing: Vec<String> = ids.into_iter().filter(|id| !found.contains_key(id)).collect();
    let looks = missing.into_iter().map(|id| async move {
        let document = site.arm.get(&id, VERSION).await.transpose()?;
        Some((id, document))
    });
    found.extend(
        stream::iter(looks).buffered(CALLS_MAX).filter_map(async |found| found).collect::<Vec<_>>().await,
    );
    found
}

fn fill(object: &mut Object, id: &str, document: &Json) {
    object.put_text("id", Some(id));
    object.put_text("name", document.word("/name").or(parts(id).map(|(_, name)| name)));
    let scope = document.word("/properties/scope").or(parts(id).map(|(scope, _)| scope));
    // A scope is told with or without a slash at its end.
    let same = object
        .text("scope")
        .zip(scope)
        .is_some_and(|(one, other)| is_same(one.trim_end_matches('/'), other.trim_end_matches('/')));
    if !same {
        object.put_text("scope", scope);
    }
    for (name, path) in TEXTS {
        object.put_text(name, document.word(path));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_taken_apart() {
        let name = "00000000-0000-0000-0000-000000000001";
        for scope in ["", "/subscriptions/s", "/subscriptions/s/resourceGroups/g/providers/A.B/c/d"] {
            let id = format!("{scope}{MIDDLE}{name}");
            assert_eq!(parts(&id), Some((scope, name)), "{id}");
            assert_eq!(parts(&id.to_lowercase()).map(|(_, name)| name), Some(name), "{id}");
        }
        for id in ["", "/subscriptions/s", &format!("/s{MIDDLE}"), &format!("/s{MIDDLE}a/b")] {
            assert_eq!(parts(id), None, "{id}");
        }
    }
}
