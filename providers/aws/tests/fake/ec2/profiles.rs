//! Which instance profile an instance has.

use super::describe::{self, Description};
use crate::fake::Call;
use crate::fake::params::Params;
use crate::fake::world::{Outcome, refuse};
use serde_json::{Value as Json, json};

pub(super) const ASSOCIATIONS: Description = Description {
    kind: "profile-association",
    set: "iamInstanceProfileAssociationSet",
    ids: "AssociationId",
    filters: &[("instance-id", "instanceId"), ("state", "state")],
};

/// The profile that a request names, as it is described. One made a moment ago isn't known here yet.
pub(super) fn named(call: &mut Call<'_>, mut params: Params) -> Outcome<Json> {
    let (name, arn) = (params.take("Name"), params.take("Arn"));
    params.done()?;
    let written = name.clone().or(arn.clone()).unwrap_or_default();
    let is_it = |body: &Json| {
        let is = |part: &str, text: &Option<String>| text.as_ref().is_none_or(|text| body[part] == *text);
        is("InstanceProfileName", &name) && is("Arn", &arn)
    };
    let unknown = |reason: &str| {
        let message = format!("Value ({written}) for parameter iamInstanceProfile.name is invalid. {reason}");
        Err(refuse("InvalidParameterValue", message))
    };
    let found = call.world.all("profile", "global").find(|(_, thing)| is_it(&thing.body));
    let Some(key) = found.map(|(key, _)| key.clone()) else {
        return unknown("Invalid IAM Instance Profile name");
    };
    let Some(profile) = call.world.look("profile", "global", &key) else {
        return unknown("Invalid IAM Instance Profile name");
    };
    let has_role = profile.inner.get("roles").and_then(Json::as_array).is_some_and(|roles| !roles.is_empty());
    if !has_role {
        return unknown("IAM Instance Profile has no associated IAM Roles");
    }
    Ok(json!({"arn": profile.body["Arn"], "id": profile.body["InstanceProfileId"]}))
}

/// Gives an instance a profile.
pub(super) fn give(call: &mut Call<'_>, instance: &str, profile: &Json) -> String {
    call.made_with("profile-association", instance, |id| {
        json!({"associationId": id, "instanceId": instance, "iamInstanceProfile": profile,
            "state": "associated"})
    })
}

pub(super) fn associate(call: &mut Call<'_>) -> Outcome<Json> {
    let instance = call.named("instance", "InstanceId")?;
    let params = call.params.inner("IamInstanceProfile").unwrap_or_default();
    let profile = named(call, params)?;
    call.params.done()?;
    call.at("instance", &instance)?;
    let has_one =
        call.world.all("profile-association", call.region).any(|(_, a)| a.has("instanceId", &instance));
    if has_one {
        let message = format!("There is an existing association for instance {instance}");
        return Err(refuse("IncorrectState", message));
    }
    let id = give(call, &instance, &profile);
    Ok(json!({"iamInstanceProfileAssociation": describe::one(call, &id)?}))
}

pub(super) fn replace(call: &mut Call<'_>) -> Outcome<Json> {
    let id = call.named("profile-association", "AssociationId")?;
    let params = call.params.inner("IamInstanceProfile").unwrap_or_default();
    let profile = named(call, params)?;
    call.params.done()?;
    let instance = call.at("profile-association", &id)?.text("instanceId").to_owned();
    call.world.remove(&id);
    let id = give(call, &instance, &profile);
    Ok(json!({"iamInstanceProfileAssociation": describe::one(call, &id)?}))
}

pub(super) fn disassociate(call: &mut Call<'_>) -> Outcome<Json> {
    let id = call.named("profile-association", "AssociationId")?;
    call.params.done()?;
    call.at("profile-association", &id)?;
    let gone = describe::one(call, &id)?;
    call.world.remove(&id);
    Ok(json!({"iamInstanceProfileAssociation": gone}))
}
