//! Prior objects to observed objects. In: objects as last known. Out: [`Observed`], in the order asked.
//!
//! All objects of one provider configuration go in one call, so that a provider can describe many at once.

use std::collections::BTreeMap;
use trueup_addr::ResourceInstance;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider::{Private, Provider, ReadRequest};
use trueup_value::Value;

/// An object in the state: an instance's current object, or a deposed one by its key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    /// The instance.
    pub addr: ResourceInstance,
    /// The key of a deposed object.
    pub deposed: Option<String>,
}

/// An object as last known.
#[derive(Clone, Debug)]
pub struct Prior {
    /// Which.
    pub id: ObjectId,
    /// Its value, of the schema's type.
    pub value: Value,
    /// What the provider keeps beside it.
    pub private: Private,
}

/// An object as it really is.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// Its value; null when it is gone.
    pub value: Value,
    /// What the provider keeps beside it.
    pub private: Private,
}

/// Reads all objects of one provider configuration. One that can't be read is left out and reported.
pub async fn refresh(
    provider: &dyn Provider,
    priors: &[Prior],
) -> (BTreeMap<ObjectId, Observed>, Diagnostics) {
    let requests = priors.iter().map(|prior| ReadRequest {
        kind: prior.id.addr.resource.kind.clone(),
        state: prior.value.clone(),
        private: prior.private.clone(),
    });
    let answers = provider.read_many(requests.collect()).await;
    assert_eq!(answers.len(), priors.len(), "read_many answers every request");
    let mut observed = BTreeMap::new();
    let mut diagnostics = Diagnostics::new();
    for (prior, answer) in priors.iter().zip(answers) {
        let failed = answer.diagnostics.has_errors();
        diagnostics.extend(answer.diagnostics.into_iter().map(|d| name(d, prior)));
        if !failed {
            observed.insert(prior.id.clone(), Observed { value: answer.state, private: answer.private });
        }
    }
    (observed, diagnostics)
}

fn name(mut diagnostic: Diagnostic, prior: &Prior) -> Diagnostic {
    diagnostic.address.get_or_insert_with(|| prior.id.addr.to_string());
    diagnostic
}
