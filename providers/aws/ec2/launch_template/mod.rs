//! `aws_launch_template`: how to launch instances, in versions.

mod network;
mod read;
mod request;
mod requirements;

use crate::account::site::Site;
use crate::ec2::{FILTER_MAX, filter, tagged, tags, update_tags};
use crate::fault::{Attempt, found};
use crate::names::{self, NAME};
use async_trait::async_trait;
use aws_sdk_ec2::types::{LaunchTemplate as Description, LaunchTemplateVersion as Version, ResourceType};
use std::collections::BTreeMap;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{
    Call, Fault, FaultKind, Fields, Object, Planning, Readings, Resource, described, each, keyed, unread,
};

/// `aws_launch_template`
pub(crate) struct LaunchTemplate;

/// What isn't part of a version.
const AROUND: [&str; 10] = [
    "arn",
    "default_version",
    "id",
    "latest_version",
    "name",
    "name_prefix",
    "region",
    "tags",
    "tags_all",
    "timeouts",
];
/// A bool about the default version.
const FOLLOWS: &str = "update_default_version";
/// Attributes that are bools in text.
const SPELT: [&str; 1] = ["ebs_optimized"];

#[async_trait]
impl Resource<Site> for LaunchTemplate {
    fn validate(&self, config: &Object) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let pairs = [NAME, ("default_version", FOLLOWS), ("security_group_names", "vpc_security_group_ids")];
        for (one, other) in pairs {
            if config.is_set(one) && config.is_set(other) {
                let detail = format!("The arguments {one} and {other} exclude each other.");
                diagnostics.push(Diagnostic::error("Conflicting configuration arguments", detail));
            }
        }
        if config.is_set("instance_type") && config.item("instance_requirements").is_some() {
            let detail = "The arguments instance_type and instance_requirements exclude each other.";
            diagnostics.push(Diagnostic::error("Conflicting configuration arguments", detail));
        }
        for name in SPELT {
            if let Some(text) = config.text(name).filter(|text| text.parse::<bool>().is_err()) {
                let detail = format!("{name} is true, false or left out, not {text:?}.");
                diagnostics.push(Diagnostic::error("Invalid value", detail));
            }
        }
        diagnostics
    }

    /// What changes in a version is another version.
    fn plan(&self, planning: &mut Planning<'_>) {
        let Some(prior) = planning.prior else { return };
        let follows = planning.planned.flag(FOLLOWS) == Some(true);
        if is_changed(prior, &planning.planned) {
            planning.unsettle(&["latest_version"]);
            if follows {
                planning.unsettle(&["default_version"]);
            }
        } else if follows && prior.differs(&planning.planned, FOLLOWS) {
            let latest = prior.field("latest_version").cloned();
            planning.planned.put("default_version", latest.expect("the schema has it"));
        }
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        let (names, ids) = keys(&objects);
        let found = futures::try_join!(
            described(names, FILTER_MAX, |names| by_name(site, names)),
            described(ids, 1, |ids| by_id(site, ids))
        );
        let found: BTreeMap<String, Description> = match found {
            Ok((named, others)) => named
                .into_values()
                .chain(others.into_values())
                .map(|template| (template.launch_template_id().unwrap_or_default().to_owned(), template))
                .collect(),
            Err(fault) => return unread(&objects, &fault),
        };
        let found = &found;
        each(objects, |mut object| async move {
            let Some(template) = found.get(object.id_or_empty()) else { return Ok(None) };
            // Versions don't change: what is known of the latest one stays true.
            let is_known = object.integer("latest_version") == template.latest_version_number();
            fill(site, &mut object, template);
            if !is_known && !fill_latest(site, &mut object).await? {
                return Ok(None);
            }
            Ok(Some(object))
        })
        .await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let name = names::made(object, NAME, call.token);
        let request = call
            .site
            .ec2
            .create_launch_template()
            .client_token(call.token)
            .launch_template_name(&name)
            .set_version_description(object.owned("description"))
            .launch_template_data(request::data(object)?)
            .set_tag_specifications(tagged(ResourceType::LaunchTemplate, object));
        let made = request.send().await.plain()?;
        let made = made.launch_template();
        object.put_text("id", made.and_then(Description::launch_template_id));
        object.put_text("name", Some(name));
        match object.integer("default_version") {
            Some(version) if version != 1 => set_default(call.site, object, version).await,
            _ => Ok(()),
        }
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let id = prior.id_or_empty();
        let mut latest = prior.integer("latest_version");
        if is_changed(prior, object) {
            let request = call
                .site
                .ec2
                .create_launch_template_version()
                .client_token(call.token)
                .launch_template_id(id)
                .set_version_description(object.owned("description"))
                .launch_template_data(request::data(object)?);
            let made = request.send().await.attempt("adding a version to the launch template")?;
            latest = made.launch_template_version().and_then(Version::version_number);
        }
        let wanted =
            if object.flag(FOLLOWS) == Some(true) { latest } else { object.integer("default_version") };
        if let Some(version) = wanted.filter(|wanted| prior.integer("default_version") != Some(*wanted)) {
            set_default(call.site, prior, version).await?;
        }
        update_tags(call.site, id, prior, object).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        call.site
            .ec2
            .delete_launch_template()
            .launch_template_id(object.id_or_empty())
            .send()
            .await
            .plain()?;
        Ok(())
    }

    /// Names are unique in a region.
    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let made = by_name(call.site, vec![names::made(object, NAME, call.token)]).await?;
        let is_ours = |template: &&Description| crate::ec2::has_planned_tags(object, template.tags());
        let made = made.iter().map(|(_, template)| template).find(is_ours);
        Ok(object.identify(made.and_then(Description::launch_template_id)))
    }
}

/// Whether what a version says differs.
fn is_changed(prior: &Object, object: &Object) -> bool {
    let is_content = |name: &&trueup_value::Name| !AROUND.contains(&&***name) && ***name != *FOLLOWS;
    object.names().filter(is_content).any(|name| prior.differs(object, name))
}

/// The names to ask for, and the ids of those whose name isn't known: with ids, one that doesn't exist fails a call.
fn keys(objects: &[Object]) -> (Vec<String>, Vec<String>) {
    let (named, others): (Vec<&Object>, Vec<&Object>) =
        objects.iter().partition(|object| object.is_set("name"));
    let names = named.into_iter().filter_map(|object| object.owned("name")).collect();
    (names, others.into_iter().filter_map(Object::id).map(str::to_owned).collect())
}

async fn by_name(site: &Site, names: Vec<String>) -> Result<Vec<(String, Description)>, Fault> {
    let request = site.ec2.describe_launch_templates().filters(filter("launch-template-name", names));
    let pages = request.into_paginator();
    let found: Vec<Description> = pages.items().send().collect::<Result<_, _>>().await.plain()?;
    Ok(keyed(found, |template| template.launch_template_name.clone()))
}

async fn by_id(site: &Site, ids: Vec<String>) -> Result<Vec<(String, Description)>, Fault> {
    let answer = site.ec2.describe_launch_templates().set_launch_template_ids(Some(ids)).send().await.plain();
    let templates = found(answer)?.and_then(|answer| answer.launch_templates).unwrap_or_default();
    Ok(keyed(templates, |template| template.launch_template_id.clone()))
}

async fn set_default(site: &Site, object: &Object, version: i64) -> Result<(), Fault> {
    let request = site.ec2.modify_launch_template().launch_template_id(object.id_or_empty());
    let request = request.default_version(version.to_string());
    request.send().await.attempt("setting the default version of the launch template")?;
    Ok(())
}

fn fill(site: &Site, object: &mut Object, template: &Description) {
    let id = template.launch_template_id().unwrap_or_default();
    // The API tells no owner; templates belong to the account of who made them.
    let account = template.created_by().and_then(|arn| arn.split(':').nth(4)).unwrap_or_default();
    let arn = site.arn("ec2", account, &format!("launch-template/{id}"));
    object.put_text("arn", Some(arn));
    object.put_integer("default_version", template.default_version_number());
    object.put_integer("latest_version", template.latest_version_number());
    object.put_text("name", template.launch_template_name());
    object.put_text("name_prefix", template.launch_template_name().and_then(names::prefix));
    object.put_map("tags_all", &tags(template.tags()));
}

/// Fills in what the latest version says; false when the template is gone by now.
async fn fill_latest(site: &Site, object: &mut Object) -> Result<bool, Fault> {
    let request = site.ec2.describe_launch_template_versions().launch_template_id(object.id_or_empty());
    let answer = request.versions("$Latest").send().await.attempt("reading the latest version");
    let Some(answer) = found(answer)? else { return Ok(false) };
    let Some(version) = answer.launch_template_versions().first() else {
        return Err(Fault::new(FaultKind::Other, "the API tells no version of the launch template"));
    };
    object.put_text("description", version.version_description());
    if let Some(data) = version.launch_template_data() {
        read::fill(object, data);
    }
    Ok(true)
}
