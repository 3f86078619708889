//! `aws_iam_policy`: a policy that can be attached to users, groups and roles.

use crate::account::site::Site;
use crate::fault::{Attempt, found};
use crate::iam::{MANY, PATIENCE, details, document, foreign, sdk_tags, tags};
use crate::{names, policy};
use async_trait::async_trait;
use aws_sdk_iam::types::{
    EntityType, ManagedPolicyDetail, Policy as Description, PolicyScopeType, PolicyVersion,
};
use std::collections::BTreeMap;
use std::time::Duration;
use trueup_diag::Diagnostics;
use trueup_provider_kit::{Call, Fault, Fields, Object, Readings, Resource, Tags, TagsChange, each, unread};

/// `aws_iam_policy`
pub(crate) struct Policy;

#[async_trait]
impl Resource<Site> for Policy {
    fn patience(&self) -> Duration {
        PATIENCE
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        names::conflict(config, names::NAME).into_iter().collect()
    }

    /// Two calls for each policy; where there are many, a few for all of the account and one for the tags of each.
    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        if objects.len() < MANY {
            return each(objects, |object| read(site, object)).await;
        }
        match details(site, EntityType::LocalManagedPolicy).await {
            Ok(Some(details)) => {
                let policies = details.policies.into_iter();
                let policies = policies.filter_map(|policy| Some((policy.arn.clone()?, policy)));
                let policies: BTreeMap<String, ManagedPolicyDetail> = policies.collect();
                let policies = &policies;
                each(objects, |object| read_detailed(site, object, policies)).await
            }
            Ok(None) => each(objects, |object| read(site, object)).await,
            Err(fault) => unread(&objects, &fault),
        }
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let name = names::made(object, names::NAME, call.token);
        let request = call
            .site
            .iam
            .create_policy()
            .policy_name(&name)
            .set_path(object.owned("path"))
            .set_policy_document(object.owned("policy"))
            .set_description(object.owned("description"))
            .set_tags(sdk_tags(&object.map("tags_all"))?);
        let made = request.send().await.plain()?;
        object.put_text("id", made.policy().and_then(Description::arn));
        object.put_text("name", Some(&name));
        Ok(())
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let (site, arn) = (call.site, prior.id_or_empty());
        if object.differs(prior, "policy") {
            put_version(site, arn, object.text("policy").unwrap_or_default()).await?;
        }
        let change = TagsChange::between(&prior.map("tags_all"), &object.map("tags_all"));
        change_tags(site, arn, change).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let (site, arn) = (call.site, object.id_or_empty());
        for version in versions(site, arn).await? {
            delete_version(site, arn, &version).await?;
        }
        site.iam.delete_policy().policy_arn(arn).send().await.plain()?;
        Ok(())
    }

    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        object.put_text("id", Some(id));
        object.put_text("arn", Some(id));
        Ok(())
    }

    /// The name is the account's own; a policy that isn't as planned isn't what the creation made.
    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let (site, name) = (call.site, names::made(object, names::NAME, call.token));
        let Some(arn) = named(site, &name, object.text("path")).await? else { return Ok(false) };
        let Some(there) = get(site, &arn).await? else { return Ok(false) };
        let text = text(site, &arn, &there).await?.unwrap_or_default();
        object.put_text("id", Some(&arn));
        object.put_text("name", Some(&name));
        let is_own = tags(there.tags()) == object.map("tags_all")
            && there.path() == object.text("path")
            && there.description().filter(|text| !text.is_empty()) == object.text("description")
            && policy::is_same(&text, object.text("policy").unwrap_or_default());
        if is_own { Ok(true) } else { Err(foreign("policy", object)) }
    }
}

/// The ARN of the account's own policy of this name.
pub(crate) async fn named(site: &Site, name: &str, path: Option<&str>) -> Result<Option<String>, Fault> {
    let request = site.iam.list_policies().scope(PolicyScopeType::Local).max_items(crate::iam::PAGE_MAX);
    let mut pages = request.set_path_prefix(path.map(str::to_owned)).into_paginator().items().send();
    while let Some(policy) = pages.next().await {
        let policy = policy.attempt("listing the policies")?;
        if policy.policy_name() == Some(name) {
            return Ok(policy.arn);
        }
    }
    Ok(None)
}

/// Makes a version and the default of it. A policy has at most five versions: the oldest makes room.
async fn put_version(site: &Site, arn: &str, text: &str) -> Result<(), Fault> {
    let request = site.iam.create_policy_version().policy_arn(arn).policy_document(text).set_as_default(true);
    let made = request.clone().send().await.attempt("making a version of the policy");
    match made {
        Err(fault) if fault.code == "LimitExceeded" => {
            let oldest = versions(site, arn).await?.into_iter().min_by_key(created);
            let Some(oldest) = oldest else { return Err(fault) };
            delete_version(site, arn, &oldest).await?;
            request.send().await.attempt("making a version of the policy")?;
        }
        made => drop(made?),
    }
    Ok(())
}

fn created(version: &PolicyVersion) -> Option<i64> {
    version.create_date().map(aws_smithy_types::DateTime::secs)
}

/// The versions that aren't the default; none where the policy is gone.
async fn versions(site: &Site, arn: &str) -> Result<Vec<PolicyVersion>, Fault> {
    let pages = site.iam.list_policy_versions().policy_arn(arn).into_paginator().items();
    let versions: Result<Vec<PolicyVersion>, _> = pages.send().collect().await;
    let mut versions = found(versions.attempt("listing the versions of the policy"))?.unwrap_or_default();
    versions.retain(|version| !version.is_default_version());
    Ok(versions)
}

async fn delete_version(site: &Site, arn: &str, version: &PolicyVersion) -> Result<(), Fault> {
    let id = version.version_id().unwrap_or_default();
    let request = site.iam.delete_policy_version().policy_arn(arn).version_id(id);
    found(request.send().await.attempt("deleting a version of the policy"))?;
    Ok(())
}

async fn change_tags(site: &Site, arn: &str, change: TagsChange) -> Result<(), Fault> {
    if !change.remove.is_empty() {
        let request = site.iam.untag_policy().policy_arn(arn).set_tag_keys(Some(change.remove));
        request.send().await.attempt("removing tags")?;
    }
    if let Some(set) = sdk_tags(&change.set)? {
        site.iam.tag_policy().policy_arn(arn).set_tags(Some(set)).send().await.attempt("setting tags")?;
    }
    Ok(())
}

/// A policy by its ARN.
pub(crate) async fn get(site: &Site, arn: &str) -> Result<Option<Description>, Fault> {
    let answer = found(site.iam.get_policy().policy_arn(arn).send().await.plain())?;
    Ok(answer.and_then(|answer| answer.policy))
}

/// The text of the default version; None where it has just been replaced.
pub(crate) async fn text(site: &Site, arn: &str, policy: &Description) -> Result<Option<String>, Fault> {
    let request = site.iam.get_policy_version().policy_arn(arn);
    let request = request.set_version_id(policy.default_version_id().map(str::to_owned));
    let answer = found(request.send().await.attempt("reading the default version of the policy"))?;
    Ok(answer.and_then(|answer| answer.policy_version?.document).as_deref().map(document))
}

async fn read(site: &Site, object: Object) -> Result<Option<Object>, Fault> {
    let arn = object.id_or_empty().to_owned();
    let Some(policy) = get(site, &arn).await? else { return Ok(None) };
    let text = text(site, &arn, &policy).await?;
    Ok(Some(filled(object, &policy, text)))
}

/// The details leave out tags, and the policies that AWS keeps.
async fn read_detailed(
    site: &Site,
    object: Object,
    policies: &BTreeMap<String, ManagedPolicyDetail>,
) -> Result<Option<Object>, Fault> {
    let arn = object.id_or_empty().to_owned();
    if arn.contains(":iam::aws:") {
        return read(site, object).await;
    }
    let Some(detail) = policies.get(&arn) else { return Ok(None) };
    let pages = site.iam.list_policy_tags().policy_arn(&arn).into_paginator().items();
    let tags: Result<Vec<_>, _> = pages.send().collect().await;
    let Some(tags) = found(tags.attempt("reading the tags of the policy"))? else { return Ok(None) };
    let policy = Description::builder()
        .arn(&arn)
        .set_attachment_count(detail.attachment_count)
        .set_description(detail.description.clone())
        .set_path(detail.path.clone())
        .set_policy_id(detail.policy_id.clone().or_else(|| object.owned("policy_id")))
        .set_policy_name(detail.policy_name.clone().or_else(|| object.owned("name")))
        .set_tags(Some(tags))
        .build();
    let default = detail.policy_version_list().iter().find(|version| version.is_default_version());
    let text = default.and_then(PolicyVersion::document).map(document);
    Ok(Some(filled(object, &policy, text)))
}

fn filled(mut object: Object, policy: &Description, text: Option<String>) -> Object {
    object.put_text("arn", policy.arn());
    object.put_integer("attachment_count", policy.attachment_count());
    object.put_text("description", policy.description());
    object.put_text("name", policy.policy_name());
    object.put_text("name_prefix", policy.policy_name().and_then(names::prefix));
    object.put_text("path", policy.path());
    object.put_text("policy", text);
    object.put_text("policy_id", policy.policy_id());
    let tags: Tags = tags(policy.tags());
    object.put_map("tags_all", &tags);
    object
}
