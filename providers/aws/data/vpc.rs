//! `aws_vpc`: one virtual network.

use crate::account::site::Site;
use crate::data::{query, single};
use crate::ec2::vpc::{all_flags, ipv6, main_tables};
use crate::ec2::{PAGE_MAX, tags};
use crate::fault::Attempt;
use async_trait::async_trait;
use aws_sdk_ec2::types::Vpc;
use trueup_provider_kit::{DataSource, Fault, Object};

/// `aws_vpc`
pub(crate) struct VpcData;

/// Attributes that say which one, and the filters for them.
const QUERY: [(&str, &str); 5] = [
    ("cidr_block", "cidr"),
    ("default", "is-default"),
    ("dhcp_options_id", "dhcp-options-id"),
    ("id", "vpc-id"),
    ("state", "state"),
];

#[async_trait]
impl DataSource<Site> for VpcData {
    async fn read(&self, site: &Site, object: &mut Object) -> Result<(), Fault> {
        let request = site.ec2.describe_vpcs().set_filters(query(object, &QUERY)).max_results(PAGE_MAX);
        let found: Vec<Vpc> =
            request.into_paginator().items().send().collect::<Result<_, _>>().await.plain()?;
        let vpc = single(found, "EC2 VPC")?;
        let id = vpc.vpc_id().unwrap_or_default().to_owned();
        let ids = [id.clone()];
        let (tables, flags) = futures::try_join!(main_tables(site, &ids), all_flags(site, &ids))?;
        let flags = flags.get(&id).copied().unwrap_or_default();
        object.put_flag("enable_dns_hostnames", flags.dns_hostnames);
        object.put_flag("enable_dns_support", flags.dns_support);
        object.put_flag("enable_network_address_usage_metrics", flags.usage_metrics);
        object.put_text("main_route_table_id", tables.get(&id));
        fill(site, object, &vpc);
        Ok(())
    }
}

fn fill(site: &Site, object: &mut Object, vpc: &Vpc) {
    let id = vpc.vpc_id().unwrap_or_default();
    let owner = vpc.owner_id().unwrap_or_default();
    object.put_text("arn", Some(site.arn("ec2", owner, &format!("vpc/{id}"))));
    object.put_text("cidr_block", vpc.cidr_block());
    object.put_flag("default", Some(vpc.is_default().unwrap_or(false)));
    object.put_text("dhcp_options_id", vpc.dhcp_options_id());
    object.put_text("id", Some(id));
    object.put_text("instance_tenancy", vpc.instance_tenancy());
    object.put_text("ipv6_association_id", ipv6(vpc).and_then(|association| association.association_id()));
    object.put_text("ipv6_cidr_block", ipv6(vpc).and_then(|association| association.ipv6_cidr_block()));
    object.put_text("owner_id", vpc.owner_id());
    object.put_text("state", vpc.state());
    object.put_map("tags", &tags(vpc.tags()));
    let ranges = vpc.cidr_block_association_set().iter().map(|association| {
        let mut item = object.blank_item("cidr_block_associations");
        item.put_text("association_id", association.association_id());
        item.put_text("cidr_block", association.cidr_block());
        item.put_text("state", association.cidr_block_state().and_then(|state| state.state()));
        item
    });
    let ranges: Vec<Object> = ranges.collect();
    object.put_items("cidr_block_associations", ranges);
}
