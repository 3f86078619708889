//! `aws_security_group`: one security group.

use crate::account::site::Site;
use crate::data::{query, single};
use crate::ec2::{PAGE_MAX, tags};
use crate::fault::Attempt;
use async_trait::async_trait;
use aws_sdk_ec2::types::SecurityGroup;
use trueup_provider_kit::{DataSource, Fault, Object};

/// `aws_security_group`
pub(crate) struct SecurityGroupData;

/// Attributes that say which one, and the filters for them.
const QUERY: [(&str, &str); 3] = [("id", "group-id"), ("name", "group-name"), ("vpc_id", "vpc-id")];

#[async_trait]
impl DataSource<Site> for SecurityGroupData {
    async fn read(&self, site: &Site, object: &mut Object) -> Result<(), Fault> {
        let request =
            site.ec2.describe_security_groups().set_filters(query(object, &QUERY)).max_results(PAGE_MAX);
        let found: Vec<SecurityGroup> =
            request.into_paginator().items().send().collect::<Result<_, _>>().await.plain()?;
        let group = single(found, "EC2 Security Group")?;
        let (id, owner) = (group.group_id().unwrap_or_default(), group.owner_id().unwrap_or_default());
        let arn = site.arn("ec2", owner, &format!("security-group/{id}"));
        object.put_text("arn", Some(group.security_group_arn().unwrap_or(&arn)));
        object.put_text("description", group.description());
        object.put_text("id", Some(id));
        object.put_text("name", group.group_name());
        object.put_text("vpc_id", group.vpc_id());
        object.put_map("tags", &tags(group.tags()));
        Ok(())
    }
}
