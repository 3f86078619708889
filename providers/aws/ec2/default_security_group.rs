//! `aws_default_security_group`: the group that each VPC comes with. It is taken over, and left behind as it is.

use crate::account::site::Site;
use crate::ec2::security_group::{describe, fill, plan_rules, replace_rules, update_rules, validate_rules};
use crate::ec2::{by_id, change_tags, filter, tags, update_tags};
use crate::fault::Attempt;
use async_trait::async_trait;
use aws_sdk_ec2::types::{SecurityGroup as Description, Vpc};
use std::time::Duration;
use trueup_diag::Diagnostics;
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object, Planning, Readings, Resource, TagsChange};

/// `aws_default_security_group`
pub(crate) struct DefaultSecurityGroup;

#[async_trait]
impl Resource<Site> for DefaultSecurityGroup {
    /// Rules are an attribute written as blocks: unset parts are empty.
    fn is_legacy(&self) -> bool {
        true
    }

    fn patience(&self) -> Duration {
        Duration::from_mins(15)
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        validate_rules(config)
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        plan_rules(planning);
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        by_id(objects, |ids| describe(site, ids), |object, found| fill(site, object, found)).await
    }

    /// Takes the group over: its rules and tags become those of the configuration.
    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let group = find(call.site, object.text("vpc_id")).await?;
        object.put_text("id", group.group_id());
        object.put_text("vpc_id", group.vpc_id());
        replace_rules(call, &group, object).await?;
        let mut found = tags(group.tags());
        found.retain(|key, _| !key.starts_with("aws:"));
        let change = TagsChange::between(&found, &object.map("tags_all"));
        change_tags(call.site, group.group_id().unwrap_or_default(), &change).await
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        update_rules(call, prior, object).await?;
        update_tags(call.site, prior.id_or_empty(), prior, object).await
    }

    /// It goes with its VPC; until then it stays as it is.
    async fn delete(&self, _call: &Call<'_, Site>, _object: &Object) -> Result<(), Fault> {
        Ok(())
    }

    /// Nothing is made: taking the group over again comes to the same.
    async fn recover(&self, _call: &Call<'_, Site>, _object: &mut Object) -> Result<bool, Fault> {
        Ok(false)
    }
}

/// The default group of a VPC, or of the default VPC.
async fn find(site: &Site, vpc: Option<&str>) -> Result<Description, Fault> {
    let vpc = match vpc {
        Some(vpc) => vpc.to_owned(),
        None => default_vpc(site).await?,
    };
    let request = site.ec2.describe_security_groups();
    let request = request.filters(filter("vpc-id", [&vpc])).filters(filter("group-name", ["default"]));
    let answer = request.send().await.attempt("looking for the default security group")?;
    answer.security_groups.unwrap_or_default().into_iter().next().ok_or_else(|| {
        Fault::new(FaultKind::NotFound, format!("the VPC {vpc:?} has no default security group"))
            .hint("Check vpc_id and the region.")
    })
}

async fn default_vpc(site: &Site) -> Result<String, Fault> {
    let answer = site.ec2.describe_vpcs().filters(filter("is-default", ["true"])).send().await;
    let answer = answer.attempt("looking for the default VPC")?;
    answer
        .vpcs()
        .first()
        .and_then(Vpc::vpc_id)
        .map(str::to_owned)
        .ok_or_else(|| Fault::new(FaultKind::NotFound, "the region has no default VPC").hint("Set vpc_id."))
}
