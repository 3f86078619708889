//! What a cloud's audit log has on objects.

use crate::{Cloud, Fault, Object};
use trueup_diag::{Diagnostics, Severity};
use trueup_provider::{AuditAnswer, AuditRequest, Deed};
use trueup_value::Name;

/// So many writes to an object are told.
const DEEDS_MAX: usize = 5;

/// An object that is asked about.
#[derive(Clone, Debug)]
pub struct Audited {
    /// The resource type.
    pub kind: Name,
    /// As last known.
    pub object: Object,
    /// Its place in what was asked.
    place: usize,
}

/// From when to when, both in RFC 3339.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first moment.
    pub since: String,
    /// The last one.
    pub until: String,
}

/// What was found out.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    /// Writes, each with its object's place in the list that was asked about; in any order.
    pub deeds: Vec<(usize, Deed)>,
    /// Why something couldn't be found out.
    pub faults: Vec<Fault>,
}

impl Audited {
    /// For an object that stands at a place of a list.
    pub(crate) fn new(kind: Name, object: Object, place: usize) -> Audited {
        Audited { kind, object, place }
    }
}

/// Asks a cloud, and puts in order what it says.
pub(crate) async fn audit<C: Cloud>(cloud: &C, request: &AuditRequest) -> AuditAnswer {
    let known = request.objects.iter().enumerate().filter_map(|(place, one)| {
        let object = C::catalog().resource(&one.kind)?.object(&one.state)?;
        Some(Audited::new(one.kind.clone(), object, place))
    });
    let known: Vec<Audited> = known.collect();
    if known.is_empty() {
        return AuditAnswer::none(request);
    }
    let span = Span { since: request.since.clone(), until: request.until.clone() };
    let found = cloud.audit(&known, &span).await;
    let mut deeds = vec![Vec::new(); request.objects.len()];
    for (at, deed) in found.deeds {
        // What calls itself this program is told too: anybody may call theirs so.
        if let Some(one) = known.get(at) {
            deeds[one.place].push(deed.shortened());
        }
    }
    for of_one in &mut deeds {
        of_one.sort_by(|a: &Deed, b| b.time.cmp(&a.time).then_with(|| a.cmp(b)));
        of_one.dedup();
        of_one.truncate(DEEDS_MAX);
    }
    AuditAnswer { deeds, diagnostics: warnings(found.faults) }
}

/// What can't be found out is no failure of what asks.
fn warnings(faults: Vec<Fault>) -> Diagnostics {
    let mut said: Vec<Fault> = Vec::new();
    for fault in faults {
        let words = |fault: &Fault| (fault.code.clone(), fault.attempt.clone(), fault.message.clone());
        let is_new = !said.iter().any(|one| words(one) == words(&fault));
        said.extend(Some(fault).filter(|_| is_new));
    }
    let warning = |fault: Fault| {
        let mut diagnostic = fault.diagnostic();
        diagnostic.severity = Severity::Warning;
        diagnostic
    };
    said.into_iter().map(warning).collect()
}
