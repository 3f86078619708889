//! Who wrote to what drifted, as the audit logs of the clouds have it.

use crate::bindings::Bindings;
use crate::session::Session;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trueup_addr::{Mode, ProviderConfigAddr, ResourceInstance};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_drift::{Judged, audit_span, moment};
use trueup_plan::{Plan, ResourceChange};
use trueup_provider::{AuditRequest, Audited, Deed, Provider};

/// Asks the providers of what drifted who wrote to it since the configuration was applied last, each provider once, and
/// puts the answers beside what drifted. What can't be found out is told by warnings.
///
/// # Errors
/// The record beside the state can't be read; the clock says what is no time.
pub async fn audit(
    session: &Session,
    plan: &Plan,
    judged: &mut Judged,
) -> Result<Diagnostics, Box<Diagnostic>> {
    let addresses: BTreeSet<&ResourceInstance> = judged.document.drifted().map(|one| &one.addr).collect();
    if addresses.is_empty() {
        return Ok(Diagnostics::new());
    }
    let (since, until) = audit_span(session.record().await?.as_ref(), moment(plan)?);
    let Looked { found, excused, mut diagnostics } =
        look_up(session, plan, &addresses, (&since, &until)).await;
    diagnostics.extend(judged.take_deeds(found, &since, &excused));
    Ok(diagnostics)
}

/// What the providers answered.
#[derive(Default)]
struct Looked {
    found: BTreeMap<ResourceInstance, Vec<Deed>>,
    /// What is a provider's that said why something couldn't be found out.
    excused: BTreeSet<ResourceInstance>,
    diagnostics: Diagnostics,
}

async fn look_up(
    session: &Session,
    plan: &Plan,
    addresses: &BTreeSet<&ResourceInstance>,
    (since, until): (&str, &str),
) -> Looked {
    let mut bindings = Bindings::default();
    let mut asked: BTreeMap<&ProviderConfigAddr, (Arc<dyn Provider>, Vec<&ResourceChange>)> = BTreeMap::new();
    for change in changes(plan, addresses) {
        let binding = bindings.find(&session.program, &change.provider);
        let provider = binding.and_then(|binding| session.providers.configured(&binding));
        if let Some(provider) = provider.filter(|_| !session.providers.is_stood_in(&change.addr)) {
            asked.entry(&change.provider).or_insert_with(|| (provider, Vec::new())).1.push(change);
        }
    }
    let mut looked = Looked::default();
    for (provider, changes) in asked.into_values() {
        let object = |change: &&ResourceChange| Audited {
            kind: change.addr.resource.kind.clone(),
            state: change.change.before.without_marks(),
        };
        let objects = changes.iter().map(object).collect();
        let request = AuditRequest { objects, since: since.to_owned(), until: until.to_owned() };
        let answer = provider.audit(request).await;
        if !answer.diagnostics.is_empty() {
            looked.excused.extend(changes.iter().map(|change| change.addr.clone()));
        }
        looked.diagnostics.extend(answer.diagnostics);
        looked.found.extend(changes.iter().map(|change| change.addr.clone()).zip(answer.deeds));
    }
    looked
}

/// What the plan has on each, as the state saw it before.
fn changes<'p>(plan: &'p Plan, addresses: &BTreeSet<&ResourceInstance>) -> Vec<&'p ResourceChange> {
    let wanted = |change: &&ResourceChange| {
        let is_object = change.addr.resource.mode == Mode::Managed && change.deposed.is_none();
        is_object && !change.change.before.is_null() && addresses.contains(&change.addr)
    };
    // What was changed outside stands in both, and what the state saw in the latter.
    let all = plan.changes.iter().chain(&plan.drift).filter(wanted);
    all.map(|change| (&change.addr, change)).collect::<BTreeMap<_, _>>().into_values().collect()
}
