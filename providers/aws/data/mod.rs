//! The data sources, one file each.

pub(crate) mod ami;
pub(crate) mod availability_zones;
pub(crate) mod caller_identity;
pub(crate) mod iam_policy;
pub(crate) mod iam_policy_document;
pub(crate) mod iam_role;
pub(crate) mod partition;
pub(crate) mod region;
pub(crate) mod s3_bucket;
pub(crate) mod security_group;
pub(crate) mod subnet;
pub(crate) mod subnets;
pub(crate) mod vpc;

use aws_sdk_ec2::types::Filter;
use trueup_provider_kit::{Fault, FaultKind, Fields, Object};

/// The filters that `filter` blocks ask for.
fn filters(object: &Object) -> Vec<Filter> {
    let filter = |block: &trueup_value::Value| {
        crate::ec2::filter(block.text("name").unwrap_or_default(), block.texts("values"))
    };
    object.items("filter").iter().map(filter).collect()
}

/// What a data source of EC2 asks for: the attributes that are set (each with the name of its filter), tags, and
/// `filter` blocks. None where nothing is asked for. A flag that is false asks for nothing.
fn query(object: &Object, names: &[(&str, &str)]) -> Option<Vec<Filter>> {
    let text = |name: &str| match object.flag(name) {
        Some(flag) => flag.then(|| "true".to_owned()),
        None => object.owned(name),
    };
    let given = names.iter().filter_map(|(name, of)| Some(crate::ec2::filter(of, [text(name)?])));
    let tags = object.map("tags");
    let tags = tags.iter().map(|(key, value)| crate::ec2::filter(&format!("tag:{key}"), [value]));
    let all: Vec<Filter> = given.chain(tags).chain(filters(object)).collect();
    (!all.is_empty()).then_some(all)
}

/// The one that was found; `noun` is what it is.
fn single<T>(found: Vec<T>, noun: &str) -> Result<T, Fault> {
    let count = found.len();
    let mut found = found.into_iter();
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(Fault::new(FaultKind::NotFound, format!("no matching {noun} found"))
            .hint("Check the arguments, filters and tags, and that the region is the right one.")),
        (Some(_), Some(_)) => {
            let message = format!(
                "multiple {noun}s matched; use additional constraints to reduce matches to a single {noun}"
            );
            Err(Fault::new(FaultKind::Invalid, message)
                .hint(format!("The query matches {count}: add arguments, filters or tags.")))
        }
    }
}
