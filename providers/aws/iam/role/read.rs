//! Reading roles: each by itself, or all of the account where many are asked for.

use super::Policies;
use crate::account::site::Site;
use crate::fault::{Attempt, found};
use crate::iam::role_policy_attachment::of_role;
use crate::iam::{MANY, PAGE_MAX, details, document, tags, time};
use crate::names;
use aws_sdk_iam::types::{EntityType, PolicyDetail, Role as Description, RoleDetail};
use std::collections::BTreeMap;
use trueup_provider_kit::{Fault, FaultKind, Fields, Object, Readings, each, unread};

/// What several calls tell about one role.
struct Found {
    role: Description,
    inline: Policies,
    attached: Vec<String>,
}

pub(super) async fn read_many(site: &Site, objects: Vec<Object>) -> Readings {
    if objects.len() >= MANY {
        match all(site).await {
            Ok(Some(roles)) => {
                let read = |mut object: Object| {
                    Ok(roles.get(object.id_or_empty()).map(|found| {
                        fill(&mut object, found);
                        object
                    }))
                };
                return objects.into_iter().map(read).collect();
            }
            Ok(None) => {}
            Err(fault) => return unread(&objects, &fault),
        }
    }
    each(objects, |object| read(site, object)).await
}

async fn read(site: &Site, mut object: Object) -> Result<Option<Object>, Fault> {
    let name = object.id_or_empty().to_owned();
    let Some(role) = get(site, &name).await? else { return Ok(None) };
    let (inline, attached) = futures::try_join!(inline(site, &name), attached(site, &name))?;
    fill(&mut object, &Found { role, inline, attached });
    Ok(Some(object))
}

/// A role by its name.
pub(crate) async fn get(site: &Site, name: &str) -> Result<Option<Description>, Fault> {
    let answer = found(site.iam.get_role().role_name(name).send().await.plain())?;
    Ok(answer.and_then(|answer| answer.role))
}

pub(super) async fn inline_names(site: &Site, role: &str) -> Result<Vec<String>, Fault> {
    let pages = site.iam.list_role_policies().role_name(role).max_items(PAGE_MAX).into_paginator();
    let names: Result<Vec<String>, _> = pages.items().send().collect().await;
    Ok(found(names.attempt("listing the inline policies of the role"))?.unwrap_or_default())
}

async fn inline(site: &Site, role: &str) -> Result<Policies, Fault> {
    let mut policies = Policies::new();
    for name in inline_names(site, role).await? {
        let request = site.iam.get_role_policy().role_name(role).policy_name(&name);
        if let Some(policy) = found(request.send().await.attempt("reading an inline policy of the role"))? {
            policies.insert(name, document(policy.policy_document()));
        }
    }
    Ok(policies)
}

pub(super) async fn attached(site: &Site, role: &str) -> Result<Vec<String>, Fault> {
    Ok(of_role(site, role).await?.into_iter().filter_map(|policy| policy.policy_arn).collect())
}

/// All roles of the account by name; None where the credentials don't allow it. The list tells what the
/// authorization details leave out, description and session duration, and the details tell the rest.
async fn all(site: &Site) -> Result<Option<BTreeMap<String, Found>>, Fault> {
    let Some(details) = details(site, EntityType::Role).await? else { return Ok(None) };
    let pages = site.iam.list_roles().max_items(PAGE_MAX).into_paginator().items();
    let listed: Result<Vec<Description>, _> = pages.send().collect().await;
    let listed = match listed.attempt("listing the roles") {
        Ok(listed) => listed,
        Err(fault) if fault.kind == FaultKind::Denied => return Ok(None),
        Err(fault) => return Err(fault),
    };
    let mut listed: BTreeMap<String, Description> =
        listed.into_iter().map(|role| (role.role_name.clone(), role)).collect();
    let join = |detail: RoleDetail| {
        let role = listed.remove(detail.role_name()?)?;
        Some((role.role_name.clone(), joined(role, detail)))
    };
    Ok(Some(details.roles.into_iter().filter_map(join).collect()))
}

fn joined(mut role: Description, detail: RoleDetail) -> Found {
    let text = |policy: &PolicyDetail| {
        Some((policy.policy_name()?.to_owned(), document(policy.policy_document().unwrap_or_default())))
    };
    let inline = detail.role_policy_list().iter().filter_map(text).collect();
    let attached = detail.attached_managed_policies().iter();
    let attached = attached.filter_map(|policy| policy.policy_arn().map(str::to_owned)).collect();
    role.permissions_boundary = detail.permissions_boundary;
    role.tags = detail.tags;
    Found { role, inline, attached }
}

fn fill(object: &mut Object, found: &Found) {
    let Found { role, inline, attached } = found;
    let boundary = role.permissions_boundary().and_then(|boundary| boundary.permissions_boundary_arn());
    object.put_text("arn", Some(role.arn()));
    let trusted = document(role.assume_role_policy_document().unwrap_or_default());
    object.put_text("assume_role_policy", Some(trusted));
    object.put_text("create_date", time(role.create_date()));
    object.put_text("description", role.description());
    object.put_texts("managed_policy_arns", attached);
    object.put_integer("max_session_duration", role.max_session_duration());
    object.put_text("name", Some(role.role_name()));
    object.put_text("name_prefix", names::prefix(role.role_name()));
    object.put_text("path", Some(role.path()));
    object.put_text("permissions_boundary", boundary);
    object.put_map("tags_all", &tags(role.tags()));
    object.put_text("unique_id", Some(role.role_id()));
    // An empty block says that there are no policies.
    let says_none = object.items("inline_policy").iter().all(|block| !block.is_set("name"));
    if inline.is_empty() && says_none && object.is_set("inline_policy") {
        return;
    }
    let block = |(name, text): (&String, &String)| {
        let mut block = object.blank_item("inline_policy");
        block.put_text("name", Some(name));
        block.put_text("policy", Some(text));
        block
    };
    let blocks: Vec<Object> = inline.iter().map(block).collect();
    object.put_items("inline_policy", blocks);
}
