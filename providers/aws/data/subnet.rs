//! `aws_subnet`: one subnet.

use crate::account::site::Site;
use crate::data::{query, single};
use crate::ec2::subnet::fill_attributes;
use crate::ec2::{PAGE_MAX, tags};
use crate::fault::Attempt;
use async_trait::async_trait;
use aws_sdk_ec2::types::Subnet;
use trueup_provider_kit::{DataSource, Fault, Object};

/// `aws_subnet`
pub(crate) struct SubnetData;

/// Attributes that say which one, and the filters for them.
const QUERY: [(&str, &str); 8] = [
    ("availability_zone", "availability-zone"),
    ("availability_zone_id", "availability-zone-id"),
    ("cidr_block", "cidr-block"),
    ("default_for_az", "default-for-az"),
    ("id", "subnet-id"),
    ("ipv6_cidr_block", "ipv6-cidr-block-association.ipv6-cidr-block"),
    ("state", "state"),
    ("vpc_id", "vpc-id"),
];

#[async_trait]
impl DataSource<Site> for SubnetData {
    async fn read(&self, site: &Site, object: &mut Object) -> Result<(), Fault> {
        let request = site.ec2.describe_subnets().set_filters(query(object, &QUERY)).max_results(PAGE_MAX);
        let found: Vec<Subnet> =
            request.into_paginator().items().send().collect::<Result<_, _>>().await.plain()?;
        let subnet = single(found, "EC2 Subnet")?;
        fill_attributes(site, object, &subnet);
        object.put_integer("available_ip_address_count", subnet.available_ip_address_count());
        object.put_flag("default_for_az", subnet.default_for_az());
        object.put_text("id", subnet.subnet_id());
        object.put_text("state", subnet.state());
        object.put_map("tags", &tags(subnet.tags()));
        Ok(())
    }
}
