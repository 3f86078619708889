//! `aws_subnets`: the ids of subnets.

use crate::account::site::Site;
use crate::data::query;
use crate::ec2::PAGE_MAX;
use crate::fault::Attempt;
use async_trait::async_trait;
use aws_sdk_ec2::types::Subnet;
use trueup_provider_kit::{DataSource, Fault, Object};

/// `aws_subnets`
pub(crate) struct Subnets;

#[async_trait]
impl DataSource<Site> for Subnets {
    async fn read(&self, site: &Site, object: &mut Object) -> Result<(), Fault> {
        let request = site.ec2.describe_subnets().set_filters(query(object, &[])).max_results(PAGE_MAX);
        let found: Vec<Subnet> =
            request.into_paginator().items().send().collect::<Result<_, _>>().await.plain()?;
        object.put_text("id", Some(&site.region));
        object.put_texts("ids", found.iter().filter_map(Subnet::subnet_id));
        Ok(())
    }
}
