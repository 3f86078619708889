//! `aws_iam_instance_profile`: what gives a role to instances.

use crate::account::site::Site;
use crate::fault::{Attempt, found};
use crate::iam::{PATIENCE, foreign, sdk_tags, seen, tags, time};
use crate::names;
use async_trait::async_trait;
use aws_sdk_iam::types::{InstanceProfile as Description, Role};
use std::time::Duration;
use trueup_diag::Diagnostics;
use trueup_provider_kit::{Call, Fault, Fields, Object, Readings, Resource, TagsChange, each};

/// `aws_iam_instance_profile`
pub(crate) struct InstanceProfile;

#[async_trait]
impl Resource<Site> for InstanceProfile {
    fn patience(&self) -> Duration {
        PATIENCE
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        names::conflict(config, names::NAME).into_iter().collect()
    }

    /// The list of all profiles leaves out tags, so that each is asked for.
    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        each(objects, |object| read(site, object)).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let name = names::made(object, names::NAME, call.token);
        let request = call
            .site
            .iam
            .create_instance_profile()
            .instance_profile_name(&name)
            .set_path(object.owned("path"))
            .set_tags(sdk_tags(&object.map("tags_all"))?);
        request.send().await.plain()?;
        object.put_text("id", Some(&name));
        object.put_text("name", Some(&name));
        add_role(call, &name, object.text("role")).await
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let name = prior.id_or_empty();
        if object.differs(prior, "role") {
            remove_role(call.site, name, prior.text("role")).await?;
            add_role(call, name, object.text("role")).await?;
        }
        let change = TagsChange::between(&prior.map("tags_all"), &object.map("tags_all"));
        change_tags(call.site, name, change).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let name = object.id_or_empty();
        remove_role(call.site, name, object.text("role")).await?;
        call.site.iam.delete_instance_profile().instance_profile_name(name).send().await.plain()?;
        Ok(())
    }

    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        object.put_text("id", Some(id));
        object.put_text("name", Some(id));
        Ok(())
    }

    /// The name is the account's own; a profile of other tags or path isn't what the creation made.
    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let name = names::made(object, names::NAME, call.token);
        let Some(profile) = get(call.site, &name).await? else { return Ok(false) };
        object.put_text("id", Some(&name));
        object.put_text("name", Some(&name));
        if tags(profile.tags()) != object.map("tags_all") || Some(profile.path()) != object.text("path") {
            return Err(foreign("instance profile", object));
        }
        Ok(true)
    }
}

async fn add_role(call: &Call<'_, Site>, name: &str, role: Option<&str>) -> Result<(), Fault> {
    let Some(role) = role else { return Ok(()) };
    let request = call.site.iam.add_role_to_instance_profile().instance_profile_name(name).role_name(role);
    seen(call, || async { request.clone().send().await.attempt("adding the role to the instance profile") })
        .await?;
    Ok(())
}

/// A role that is gone has left the profile already.
async fn remove_role(site: &Site, name: &str, role: Option<&str>) -> Result<(), Fault> {
    let Some(role) = role else { return Ok(()) };
    let request = site.iam.remove_role_from_instance_profile().instance_profile_name(name).role_name(role);
    found(request.send().await.attempt("removing the role from the instance profile"))?;
    Ok(())
}

async fn change_tags(site: &Site, name: &str, change: TagsChange) -> Result<(), Fault> {
    if !change.remove.is_empty() {
        let request = site.iam.untag_instance_profile().instance_profile_name(name);
        request.set_tag_keys(Some(change.remove)).send().await.attempt("removing tags")?;
    }
    if let Some(set) = sdk_tags(&change.set)? {
        let request = site.iam.tag_instance_profile().instance_profile_name(name);
        request.set_tags(Some(set)).send().await.attempt("setting tags")?;
    }
    Ok(())
}

async fn get(site: &Site, name: &str) -> Result<Option<Description>, Fault> {
    let request = site.iam.get_instance_profile().instance_profile_name(name);
    Ok(found(request.send().await.plain())?.and_then(|answer| answer.instance_profile))
}

async fn read(site: &Site, mut object: Object) -> Result<Option<Object>, Fault> {
    let Some(profile) = get(site, object.id_or_empty()).await? else { return Ok(None) };
    object.put_text("arn", Some(profile.arn()));
    object.put_text("create_date", time(profile.create_date()));
    object.put_text("name", Some(profile.instance_profile_name()));
    object.put_text("name_prefix", names::prefix(profile.instance_profile_name()));
    object.put_text("path", Some(profile.path()));
    object.put_text("role", profile.roles().first().map(Role::role_name));
    object.put_map("tags_all", &tags(profile.tags()));
    object.put_text("unique_id", Some(profile.instance_profile_id()));
    Ok(Some(object))
}
