//! `aws_iam_role`: something that services, accounts and people can act as.

mod read;

use crate::account::site::Site;
use crate::fault::{Attempt, found};
use crate::iam::{PATIENCE, document, foreign, sdk_tags, seen, tags};
use crate::names;
use crate::policy;
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::time::Duration;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Call, Fault, Fields, Object, Readings, Resource, TagsChange};

pub(crate) use read::get;

/// `aws_iam_role`
pub(crate) struct Role;

/// Texts of policies by their names.
type Policies = BTreeMap<String, String>;

#[async_trait]
impl Resource<Site> for Role {
    fn patience(&self) -> Duration {
        PATIENCE
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        let mut diagnostics: Diagnostics = names::conflict(config, names::NAME).into_iter().collect();
        let duration = config.integer("max_session_duration");
        if duration.is_some_and(|seconds| !(3600..=43200).contains(&seconds)) {
            let summary = "expected max_session_duration to be in the range (3600 - 43200)";
            diagnostics.push(Diagnostic::error(summary, "A session lasts from one hour to twelve."));
        }
        diagnostics
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        read::read_many(site, objects).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let name = names::made(object, names::NAME, call.token);
        let request = call
            .site
            .iam
            .create_role()
            .role_name(&name)
            .set_path(object.owned("path"))
            .set_assume_role_policy_document(object.owned("assume_role_policy"))
            .set_description(object.owned("description"))
            .set_max_session_duration(object.small("max_session_duration"))
            .set_permissions_boundary(object.owned("permissions_boundary"))
            .set_tags(sdk_tags(&object.map("tags_all"))?);
        seen(call, || async { request.clone().send().await.plain() }).await?;
        object.put_text("id", Some(&name));
        object.put_text("name", Some(&name));
        put_inline(call, &name, &Policies::new(), &inline(object)).await?;
        change_attached(call, &name, &[], &object.texts("managed_policy_arns")).await
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let (iam, name) = (&call.site.iam, prior.id_or_empty());
        if object.differs(prior, "assume_role_policy") {
            let request = iam.update_assume_role_policy().role_name(name);
            let request = request.set_policy_document(object.owned("assume_role_policy"));
            let attempt =
                || async { request.clone().send().await.attempt("changing who may assume the role") };
            seen(call, attempt).await?;
        }
        if object.differs_in(prior, &["description", "max_session_duration"]) {
            let request = iam
                .update_role()
                .role_name(name)
                .description(object.text("description").unwrap_or_default())
                .set_max_session_duration(object.small("max_session_duration"));
            request.send().await.attempt("changing description and session duration of the role")?;
        }
        if object.differs(prior, "permissions_boundary") {
            change_boundary(call, name, object.text("permissions_boundary")).await?;
        }
        if object.differs(prior, "inline_policy") {
            put_inline(call, name, &inline(prior), &inline(object)).await?;
        }
        let attached = [prior, object].map(|object| object.texts("managed_policy_arns"));
        change_attached(call, name, &attached[0], &attached[1]).await?;
        let change = TagsChange::between(&prior.map("tags_all"), &object.map("tags_all"));
        change_tags(call.site, name, change).await
    }

    /// A role can be deleted once nothing hangs on it: what the state knows of is taken off, and all there is where
    /// `force_detach_policies` says so.
    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let (site, name) = (call.site, object.id_or_empty());
        leave_profiles(site, name).await?;
        let (mut attached, mut written) = (object.texts("managed_policy_arns"), inline(object));
        if object.flag("force_detach_policies") == Some(true) {
            attached.extend(read::attached(site, name).await?);
            written
                .extend(read::inline_names(site, name).await?.into_iter().map(|name| (name, String::new())));
        }
        attached.sort();
        attached.dedup();
        change_attached(call, name, &attached, &[]).await?;
        put_inline(call, name, &written, &Policies::new()).await?;
        site.iam.delete_role().role_name(name).send().await.plain()?;
        Ok(())
    }

    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        object.put_text("id", Some(id));
        object.put_text("name", Some(id));
        object.put_flag("force_detach_policies", Some(false));
        Ok(())
    }

    /// The name is the account's own; a role that isn't as planned isn't what the creation made.
    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let name = names::made(object, names::NAME, call.token);
        let Some(role) = get(call.site, &name).await? else { return Ok(false) };
        object.put_text("id", Some(&name));
        object.put_text("name", Some(&name));
        let trusted = document(role.assume_role_policy_document().unwrap_or_default());
        let is_own = tags(role.tags()) == object.map("tags_all")
            && Some(role.path()) == object.text("path")
            && role.description().filter(|text| !text.is_empty()) == object.text("description")
            && policy::is_same(&trusted, object.text("assume_role_policy").unwrap_or_default());
        if is_own { Ok(true) } else { Err(foreign("role", object)) }
    }
}

/// The policies written inside the role; an empty block says that there are none.
fn inline(object: &Object) -> Policies {
    let pair = |block: &trueup_value::Value| Some((block.owned("name")?, block.owned("policy")?));
    object.items("inline_policy").iter().filter_map(pair).collect()
}

async fn put_inline(call: &Call<'_, Site>, role: &str, old: &Policies, new: &Policies) -> Result<(), Fault> {
    for (name, text) in new.iter().filter(|(name, text)| old.get(*name) != Some(text)) {
        let request = call.site.iam.put_role_policy().role_name(role).policy_name(name).policy_document(text);
        let attempt =
            || async { request.clone().send().await.attempt("setting an inline policy of the role") };
        seen(call, attempt).await?;
    }
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        let request = call.site.iam.delete_role_policy().role_name(role).policy_name(name);
        found(request.send().await.attempt("deleting an inline policy of the role"))?;
    }
    Ok(())
}

async fn change_attached(
    call: &Call<'_, Site>,
    role: &str,
    old: &[String],
    new: &[String],
) -> Result<(), Fault> {
    for arn in new.iter().filter(|arn| !old.contains(arn)) {
        let request = call.site.iam.attach_role_policy().role_name(role).policy_arn(arn);
        let attempt = || async { request.clone().send().await.attempt("attaching a policy to the role") };
        seen(call, attempt).await?;
    }
    for arn in old.iter().filter(|arn| !new.contains(arn)) {
        let request = call.site.iam.detach_role_policy().role_name(role).policy_arn(arn);
        found(request.send().await.attempt("detaching a policy from the role"))?;
    }
    Ok(())
}

async fn change_boundary(call: &Call<'_, Site>, role: &str, boundary: Option<&str>) -> Result<(), Fault> {
    let iam = &call.site.iam;
    if let Some(arn) = boundary {
        let request = iam.put_role_permissions_boundary().role_name(role).permissions_boundary(arn);
        let attempt = || async { request.clone().send().await.attempt("setting the boundary of the role") };
        seen(call, attempt).await?;
    } else {
        let request = iam.delete_role_permissions_boundary().role_name(role);
        found(request.send().await.attempt("removing the boundary of the role"))?;
    }
    Ok(())
}

async fn change_tags(site: &Site, role: &str, change: TagsChange) -> Result<(), Fault> {
    if !change.remove.is_empty() {
        let request = site.iam.untag_role().role_name(role).set_tag_keys(Some(change.remove));
        request.send().await.attempt("removing tags")?;
    }
    if let Some(set) = sdk_tags(&change.set)? {
        site.iam.tag_role().role_name(role).set_tags(Some(set)).send().await.attempt("setting tags")?;
    }
    Ok(())
}

async fn leave_profiles(site: &Site, role: &str) -> Result<(), Fault> {
    let pages = site.iam.list_instance_profiles_for_role().role_name(role).into_paginator().items();
    let profiles: Result<Vec<_>, _> = pages.send().collect().await;
    let profiles = found(profiles.attempt("listing the instance profiles of the role"))?.unwrap_or_default();
    for profile in profiles {
        let request = site.iam.remove_role_from_instance_profile().role_name(role);
        let request = request.instance_profile_name(profile.instance_profile_name());
        found(request.send().await.attempt("removing the role from an instance profile"))?;
    }
    Ok(())
}
