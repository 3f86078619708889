//! `aws_iam_role_policy_attachment`: a managed policy attached to a role.

use crate::account::site::Site;
use crate::fault::{Attempt, found};
use crate::iam::{MANY, PATIENCE, details, seen};
use async_trait::async_trait;
use aws_sdk_iam::types::{AttachedPolicy, EntityType};
use futures::stream::{self, StreamExt, TryStreamExt};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object, Readings, Resource, unread};

/// `aws_iam_role_policy_attachment`
pub(crate) struct RolePolicyAttachment;

/// The ARNs of the policies attached to each role.
type Attached = BTreeMap<String, BTreeSet<String>>;

#[async_trait]
impl Resource<Site> for RolePolicyAttachment {
    fn patience(&self) -> Duration {
        PATIENCE
    }

    /// One call for each role, or, where there are many roles, a few for all of the account.
    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        let attached = match attached(site, &objects).await {
            Ok(attached) => attached,
            Err(fault) => return unread(&objects, &fault),
        };
        let is_there = |object: &Object| {
            let policies = attached.get(object.text("role").unwrap_or_default());
            policies.is_some_and(|arns| arns.contains(object.text("policy_arn").unwrap_or_default()))
        };
        objects.into_iter().map(|object| Ok(is_there(&object).then_some(object))).collect()
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let request = call
            .site
            .iam
            .attach_role_policy()
            .set_role_name(object.owned("role"))
            .set_policy_arn(object.owned("policy_arn"));
        seen(call, || async { request.clone().send().await.plain() }).await?;
        name(object);
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
        let request = call
            .site
            .iam
            .detach_role_policy()
            .set_role_name(object.owned("role"))
            .set_policy_arn(object.owned("policy_arn"));
        request.send().await.plain()?;
        Ok(())
    }

    /// `role/arn`
    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        let parts = id.split_once('/').filter(|(role, arn)| !role.is_empty() && arn.starts_with("arn:"));
        let Some((role, arn)) = parts else {
            let message = format!("{id:?} doesn't name a role and a policy");
            let hint = "Write ROLE/ARN, such as web/arn:aws:iam::aws:policy/ReadOnlyAccess.";
            return Err(Fault::new(FaultKind::Invalid, message).hint(hint));
        };
        object.put_text("role", Some(role));
        object.put_text("policy_arn", Some(arn));
        name(object);
        Ok(())
    }

    /// Attaching twice does no harm, and whoever attached it, it is attached.
    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let policies = of_role(call.site, object.text("role").unwrap_or_default()).await?;
        let arn = object.text("policy_arn").unwrap_or_default();
        let is_attached = policies.iter().any(|policy| policy.policy_arn() == Some(arn));
        if is_attached {
            name(object);
        }
        Ok(is_attached)
    }
}

fn name(object: &mut Object) {
    let [role, arn] = ["role", "policy_arn"].map(|name| object.text(name).unwrap_or_default());
    let id = format!("{role}/{arn}");
    object.put_text("id", Some(id));
}

async fn attached(site: &Site, objects: &[Object]) -> Result<Attached, Fault> {
    let roles: BTreeSet<String> = objects.iter().filter_map(|object| object.owned("role")).collect();
    let arns = |policies: &[AttachedPolicy]| {
        policies.iter().filter_map(|policy| policy.policy_arn().map(str::to_owned)).collect()
    };
    if roles.len() >= MANY
        && let Some(details) = details(site, EntityType::Role).await?
    {
        let pairs = details.roles.into_iter().filter_map(|role| {
            let policies = arns(role.attached_managed_policies());
            Some((role.role_name?, policies))
        });
        return Ok(pairs.collect());
    }
    let read = |role: String| async move {
        let policies = of_role(site, &role).await?;
        Ok((role, arns(&policies)))
    };
    stream::iter(roles).map(read).buffer_unordered(8).try_collect().await
}

/// The policies attached to a role; none where the role is gone.
pub(crate) async fn of_role(site: &Site, role: &str) -> Result<Vec<AttachedPolicy>, Fault> {
    let pages = site.iam.list_attached_role_policies().role_name(role).max_items(crate::iam::PAGE_MAX);
    let items: Result<Vec<AttachedPolicy>, _> = pages.into_paginator().items().send().collect().await;
    Ok(found(items.attempt("listing the policies attached to the role"))?.unwrap_or_default())
}
