//! What of the drift alarms: all but what rules leave out and a baseline knows.

use crate::baseline::{Baseline, marks};
use crate::document::{AttributeDrift, AttributeKind, DriftDocument, DriftKind, ResourceDrift};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use trueup_addr::ResourceInstance;
use trueup_diag::Diagnostic;
use trueup_plan::Plan;
use trueup_stacks::{DriftSettings, IgnoreRule, Pattern};
use trueup_value::{Path, PathStep};

/// What a rule left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Ignored {
    /// The resource, with no other attributes than those that the rule names.
    pub drift: ResourceDrift,
    /// The rule.
    pub rule: IgnoreRule,
}

/// Why a part of a resource doesn't alarm. Correcting the resource would change that part as well.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hidden {
    /// A rule leaves it out, for this reason.
    Ignored(String),
    /// The baseline knows it.
    Known,
}

/// Drift, judged.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judged {
    /// What is left: it alarms.
    pub document: DriftDocument,
    /// What rules left out.
    pub ignored: Vec<Ignored>,
    /// What the baseline knows.
    pub known: Vec<ResourceDrift>,
    /// Rules that no longer hold.
    pub expired: Vec<IgnoreRule>,
    /// Of what is left, those of which a part that a correction would change doesn't alarm.
    pub hidden: BTreeMap<ResourceInstance, Hidden>,
    /// Whether a baseline was given.
    pub compared_with_baseline: bool,
}

/// Judges what differs at a moment. The lineage is that of the state, which hashes in the baseline were made with.
pub fn judge(
    document: DriftDocument,
    settings: &DriftSettings,
    baseline: Option<&Baseline>,
    lineage: &str,
    now: Timestamp,
) -> Judged {
    let holds = |rule: &&IgnoreRule| rule.until.as_ref().is_none_or(|until| now < until.end);
    let (rules, expired): (Vec<&IgnoreRule>, Vec<&IgnoreRule>) = settings.ignore.iter().partition(holds);
    let mut judged = Judged {
        expired: expired.into_iter().cloned().collect(),
        compared_with_baseline: baseline.is_some(),
        ..Judged::default()
    };
    let mut left = Vec::new();
    for resource in document.resources {
        let resource = rules.iter().try_fold(resource, |resource, rule| judged.apply(resource, rule));
        let resource = resource.and_then(|resource| match baseline {
            Some(baseline) => judged.look_up(resource, baseline, lineage),
            None => Some(resource),
        });
        left.extend(resource);
    }
    judged.document = DriftDocument { resources: left, compared: document.compared };
    judged
}

/// When a plan was made, which is when its drift is judged.
///
/// # Errors
/// The clock that it was given says something that is no time.
pub fn moment(plan: &Plan) -> Result<Timestamp, Box<Diagnostic>> {
    plan.timestamp.parse().map_err(|error| {
        let detail = format!("The clock says \"{}\", which is no time: {error}.", plan.timestamp);
        Box::new(Diagnostic::error("Failed to tell the time", detail))
    })
}

impl Judged {
    /// There is nothing to tell.
    pub fn is_silent(&self) -> bool {
        self.document.resources.is_empty()
            && self.ignored.is_empty()
            && self.known.is_empty()
            && self.expired.is_empty()
    }

    /// What is known once this is saved: what alarms, and what the baseline knew already; where asked to without what
    /// Git has that was never applied. The lineage is that of the state.
    pub fn baseline(&self, world_only: bool, lineage: &str) -> Baseline {
        let counts = |kind: DriftKind| match kind {
            DriftKind::Changed | DriftKind::Vanished => true,
            DriftKind::Unapplied => !world_only,
            DriftKind::Unmanaged => false,
        };
        let alarming = self.document.resources.iter().filter(|one| counts(one.kind));
        Baseline::of(alarming.chain(&self.known), lineage)
    }

    /// What a rule leaves of a resource.
    fn apply(&mut self, resource: ResourceDrift, rule: &IgnoreRule) -> Option<ResourceDrift> {
        let takes = |patterns: &[Pattern], text: &str| {
            patterns.is_empty() || patterns.iter().any(|one| one.matches(text))
        };
        if !takes(&rule.types, &resource.addr.resource.kind)
            || !takes(&rule.addresses, &resource.addr.to_string())
        {
            return Some(resource);
        }
        if rule.attributes.is_empty() {
            self.ignored.push(Ignored { drift: resource, rule: rule.clone() });
            return None;
        }
        let (left, hidden) = divide(resource, |_, one| takes_attribute(&rule.attributes, &one.path));
        if let Some(hidden) = hidden {
            self.note(left.as_ref(), &hidden, &Hidden::Ignored(rule.reason.clone()));
            self.ignored.push(Ignored { drift: hidden, rule: rule.clone() });
        }
        left
    }

    /// What of a resource is new.
    fn look_up(
        &mut self,
        resource: ResourceDrift,
        baseline: &Baseline,
        lineage: &str,
    ) -> Option<ResourceDrift> {
        if resource.kind == DriftKind::Unmanaged {
            return Some(resource);
        }
        let marks = marks(&resource, lineage);
        let count = marks.len();
        let known = marks.into_iter().filter(|(_, mark)| baseline.known.contains(mark));
        let places: BTreeSet<Option<usize>> = known.map(|(place, _)| place).collect();
        let whole = places.contains(&None);
        if whole && count == 1 {
            self.known.push(resource);
            return None;
        }
        let resource = ResourceDrift { of_its_own: resource.of_its_own && !whole, ..resource };
        let (left, hidden) = divide(resource, |place, _| places.contains(&Some(place)));
        if let Some(hidden) = hidden {
            self.note(left.as_ref(), &hidden, &Hidden::Known);
            self.known.push(hidden);
        }
        left
    }

    fn note(&mut self, left: Option<&ResourceDrift>, hidden: &ResourceDrift, why: &Hidden) {
        if let Some(left) = left.filter(|_| hidden.attributes.iter().any(AttributeDrift::is_correctable)) {
            self.hidden.entry(left.addr.clone()).or_insert_with(|| why.clone());
        }
    }
}

/// Whether one of the patterns takes in an attribute or something that it is inside of. Indexes are read as they are
/// printed (`tags["Name"]`) and as steps (`tags.Name`).
pub(crate) fn takes_attribute(patterns: &[Pattern], path: &Path) -> bool {
    let whole = 1..=path.0.len();
    let mut texts = whole.flat_map(|length| {
        let printed = Path(path.0[..length].to_vec()).to_string().trim_start_matches('.').to_owned();
        let steps: Vec<String> = path.0[..length].iter().map(step).collect();
        [printed, steps.join(".")]
    });
    texts.any(|text| patterns.iter().any(|pattern| pattern.matches(&text)))
}

fn step(step: &PathStep) -> String {
    match step {
        PathStep::Attribute(name) => name.to_string(),
        PathStep::Index(key) => match key.as_str() {
            Some(text) => text.to_owned(),
            None => key.as_number().map_or_else(|| "*".into(), ToString::to_string),
        },
    }
}

/// A resource in two: what is left of it, and what is taken out.
fn divide(
    resource: ResourceDrift,
    mut out: impl FnMut(usize, &AttributeDrift) -> bool,
) -> (Option<ResourceDrift>, Option<ResourceDrift>) {
    let places = resource.attributes.iter().enumerate();
    let taken: Vec<bool> = places.map(|(place, attribute)| out(place, attribute)).collect();
    if !taken.contains(&true) {
        return (Some(resource), None);
    }
    let part = |wanted: bool| {
        let pairs = resource.attributes.iter().zip(&taken).filter(|(_, taken)| **taken == wanted);
        let attributes: Vec<AttributeDrift> = pairs.map(|(attribute, _)| attribute.clone()).collect();
        ResourceDrift { attributes, ..resource.clone() }
    };
    (remains(part(false)), Some(part(true)))
}

/// What a resource is with fewer attributes than it had; nothing where none is left that it was there for.
fn remains(resource: ResourceDrift) -> Option<ResourceDrift> {
    let any = |kinds: &[AttributeKind]| resource.attributes.iter().any(|one| kinds.contains(&one.kind));
    let kind = if resource.kind == DriftKind::Vanished {
        DriftKind::Vanished
    } else if any(&[AttributeKind::Changed, AttributeKind::Conflicting]) {
        DriftKind::Changed
    } else if any(&[AttributeKind::Unapplied]) || resource.of_its_own {
        DriftKind::Unapplied
    } else if resource.attributes.is_empty() {
        return None;
    } else {
        DriftKind::Unmanaged
    };
    Some(ResourceDrift { kind, ..resource })
}
