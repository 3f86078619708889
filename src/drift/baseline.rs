//! A baseline: drift that is known, by address, attribute and a hash of the values.

use crate::document::{AttributeKind, DriftKind, ResourceDrift};
use std::collections::BTreeSet;
use trueup_state::wire::hex_digest;
use trueup_value::{Value, json};

/// One thing that is known to differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Known {
    /// The resource instance.
    pub address: String,
    /// The attribute; none for the resource as a whole, such as one that is gone.
    pub attribute: Option<String>,
    /// What tells its values from others. It is made with the lineage of the state, which only those know who may
    /// read the state: nobody else can find out a value by trying.
    pub hash: String,
}

/// All that was known when it was saved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Each once, in order.
    pub known: BTreeSet<Known>,
}

impl Baseline {
    /// Of all that alarms.
    pub fn of<'d>(drifted: impl IntoIterator<Item = &'d ResourceDrift>, lineage: &str) -> Baseline {
        let known = drifted.into_iter().flat_map(|one| marks(one, lineage)).map(|(_, known)| known).collect();
        Baseline { known }
    }
}

/// What alarms in a resource: the place of the attribute in its list, or none for the whole.
pub(crate) fn marks(drift: &ResourceDrift, lineage: &str) -> Vec<(Option<usize>, Known)> {
    let alarms =
        |kind| matches!(kind, AttributeKind::Changed | AttributeKind::Conflicting | AttributeKind::Unapplied);
    let address = drift.addr.to_string();
    let mut out = Vec::new();
    let gone = drift.kind == DriftKind::Vanished;
    for (place, attribute) in drift.attributes.iter().enumerate().filter(|(_, one)| !gone && alarms(one.kind))
    {
        let name = attribute.name();
        let values = [&attribute.state, &attribute.cloud, &attribute.git].map(told);
        let hash = hash(&[lineage, &address, &name, &values[0], &values[1], &values[2]]);
        let known = Known { address: address.clone(), attribute: Some(name), hash };
        out.push((Some(place), known));
    }
    let of_its_own = drift.of_its_own && !gone;
    if out.is_empty() || of_its_own {
        // The same with attributes that others changed besides and without.
        let kind = if of_its_own { DriftKind::Unapplied } else { drift.kind };
        let hash = hash(&[lineage, &address, &format!("{kind:?} {:?}", drift.action)]);
        out.push((None, Known { address, attribute: None, hash }));
    }
    out
}

/// Parts of which none can run into the next.
fn hash(parts: &[&str]) -> String {
    let whole: String = parts.iter().map(|part| format!("{}:{part}", part.len())).collect();
    format!("sha256:{}", hex_digest(whole.as_bytes()))
}

/// A value as text that is the same for the same value. What isn't known yet is nothing.
fn told(value: &Value) -> String {
    let plain = value.without_marks();
    if !plain.is_wholly_known() {
        return String::new();
    }
    json::encode_plain(&plain).unwrap_or_default()
}
