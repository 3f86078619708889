//! `aws_partition`: the partition that the provider works in.

use crate::account::partition::Partition as Part;
use crate::account::site::Site;
use async_trait::async_trait;
use trueup_provider_kit::{DataSource, Fault, Object};

/// `aws_partition`
pub(crate) struct Partition;

#[async_trait]
impl DataSource<Site> for Partition {
    async fn read(&self, site: &Site, object: &mut Object) -> Result<(), Fault> {
        let part = Part::of(&site.region);
        object.put_text("dns_suffix", Some(part.domain));
        object.put_text("id", Some(part.name));
        object.put_text("partition", Some(part.name));
        object.put_text("reverse_dns_prefix", Some(part.reverse_domain()));
        Ok(())
    }
}
