//! The data sources, one file each.

pub(crate) mod ami;
pub(crate) mod availability_zones;
pub(crate) mod caller_identity;
pub(crate) mod partition;
pub(crate) mod region;
pub(crate) mod s3_bucket;

use aws_sdk_ec2::types::Filter;
use trueup_provider_kit::{Fields, Object};

/// The filters that `filter` blocks ask for.
fn filters(object: &Object) -> Vec<Filter> {
    let filter = |block: &trueup_value::Value| {
        crate::ec2::filter(block.text("name").unwrap_or_default(), block.texts("values"))
    };
    object.items("filter").iter().map(filter).collect()
}
