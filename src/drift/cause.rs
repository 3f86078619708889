//! What differs in many places in the same way, and so has one cause.

use crate::document::{AttributeDrift, DriftDocument};
use std::collections::BTreeMap;
use trueup_addr::ResourceInstance;
use trueup_value::{Value, json};

/// The same attribute of the same type went from the same value to the same value.
#[derive(Clone, Debug, PartialEq)]
pub struct Cause {
    /// The type of the resources.
    pub kind: String,
    /// The attribute, as [`AttributeDrift::name`] has it.
    pub attribute: String,
    /// What the state saw.
    pub before: Value,
    /// What the cloud holds.
    pub after: Value,
    /// Where, by address; two at least.
    pub resources: Vec<ResourceInstance>,
}

/// Groups what the world changed, what has the most resources first. Sensitive values are left out: that two are the
/// same is something about them.
pub fn causes(document: &DriftDocument) -> Vec<Cause> {
    let mut groups: BTreeMap<[String; 4], Cause> = BTreeMap::new();
    for resource in document.drifted() {
        let kind = resource.addr.resource.kind.to_string();
        for one in resource.attributes.iter().filter(|one| one.is_correctable() && !one.is_sensitive()) {
            let Some(key) = key(&kind, one) else { continue };
            let cause = groups.entry(key).or_insert_with(|| Cause {
                kind: kind.clone(),
                attribute: one.name(),
                before: one.state.clone(),
                after: one.cloud.clone(),
                resources: Vec::new(),
            });
            cause.resources.push(resource.addr.clone());
        }
    }
    let mut causes: Vec<Cause> = groups.into_values().filter(|cause| cause.resources.len() > 1).collect();
    causes.sort_by_key(|cause| std::cmp::Reverse(cause.resources.len()));
    causes
}

fn key(kind: &str, one: &AttributeDrift) -> Option<[String; 4]> {
    let told = |value: &Value| json::encode_plain(value).ok();
    Some([kind.to_owned(), one.name(), told(&one.state)?, told(&one.cloud)?])
}
