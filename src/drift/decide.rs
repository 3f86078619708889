//! What a correction may touch.

use crate::document::{AttributeDrift, ResourceDrift};
use crate::judge::{Hidden, Judged, takes_attribute};
use crate::leaves::leaves_that_differ;
use crate::left::{Left, Refused};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::time::Duration;
use trueup_addr::ResourceInstance;
use trueup_diff::Action;
use trueup_plan::Plan;
use trueup_stacks::{CorrectSettings, Measure, Pattern};
use trueup_state::{Commit, Record};
use trueup_value::{Path, Type, Value};

/// What guards a correction: rules, and what whoever runs it asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Guards {
    /// The rules of `trueup.hcl`, where it has some.
    pub rules: Option<CorrectSettings>,
    /// What is asked for by flags. Changes in place need none; where there are no rules, nothing else is done without.
    pub asked: BTreeSet<Measure>,
    /// At most so many objects.
    pub changes_max: Option<usize>,
}

/// What a correction stands on.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// The moment.
    pub now: Timestamp,
    /// The commit of the configuration.
    pub commit: Option<&'a Commit>,
    /// What is kept beside the state.
    pub record: Option<&'a Record>,
    /// The serial of the state.
    pub serial: u64,
}

/// What is to be corrected, and what is left and why.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// To be brought back to what Git says.
    pub correct: BTreeSet<ResourceInstance>,
    /// Left as they are, by address.
    pub left: Vec<(ResourceInstance, Left)>,
    /// Why nothing is corrected.
    pub refused: Option<Refused>,
}

impl Decision {
    /// Nothing may be corrected, and that is for the rules.
    pub fn is_denied(&self) -> bool {
        let by_rules = self.left.iter().any(|(_, why)| why.is_of_rules());
        self.refused.is_some() || (self.correct.is_empty() && by_rules)
    }
}

/// Decides what of what alarms may be corrected.
pub fn decide(judged: &Judged, guards: &Guards, circumstances: Circumstances<'_>) -> Decision {
    let usual = CorrectSettings::default();
    let rules = guards.rules.as_ref().unwrap_or(&usual);
    let mut decision = Decision { refused: refused(rules, circumstances), ..Decision::default() };
    let limits = [rules.changes_max, guards.changes_max];
    let max = limits.into_iter().flatten().min();
    for resource in judged.document.drifted() {
        let why = stays(resource, judged, guards)
            .or_else(|| came_back(&resource.addr, rules, circumstances))
            .or_else(|| max.filter(|max| decision.correct.len() >= *max).map(Left::TooMany));
        match why {
            Some(why) => decision.left.push((resource.addr.clone(), why)),
            None => drop(decision.correct.insert(resource.addr.clone())),
        }
    }
    if decision.refused.is_some() {
        decision.correct.clear();
    }
    decision
}

/// What the plan of a correction would do to whom although it isn't allowed to. The plan may know more than the
/// comparison: an object that was set aside and is still to be deleted.
pub fn forbidden(plan: &Plan, guards: &Guards) -> Option<(ResourceInstance, Measure)> {
    let changes = plan.changes.iter().filter_map(|one| Some((&one.addr, measure(one.change.action)?)));
    changes
        .into_iter()
        .find(|(_, measure)| not_allowed(*measure, guards).is_some())
        .map(|(addr, one)| (addr.clone(), one))
}

/// What the plan of a correction would give another value than the comparison had for it, and with it carry out what Git
/// has and nobody applied: an attribute that was unknown while what it refers to was to be changed, and is known where
/// that is left alone.
pub fn astray(plan: &Plan, compared: &Plan) -> Option<(ResourceInstance, Path)> {
    let done = plan.changes.iter().filter(|one| one.deposed.is_none() && one.change.action.is_change());
    done.into_iter().find_map(|one| {
        let known = compared.changes.iter().find(|other| other.addr == one.addr && other.deposed.is_none());
        let path = match known {
            Some(known) => strays(&known.change.after, &one.change.after, &one.change.before),
            None => Some(Path::default()),
        };
        path.map(|path| (one.addr.clone(), path))
    })
}

/// Where what will be is neither what was compared nor what there is.
pub(crate) fn strays(compared: &Value, planned: &Value, before: &Value) -> Option<Path> {
    let null = || Value::null(Type::Dynamic);
    let is_new = |path: &Path| {
        let at = |value: &Value| value.at_path(path).unwrap_or_else(null).without_marks();
        let (compared, planned, before) = (at(compared), at(planned), at(before));
        let is_open = !compared.is_wholly_known() && !planned.is_wholly_known();
        !is_open && compared != planned && planned != before
    };
    leaves_that_differ(compared, planned).into_iter().find(is_new)
}

fn refused(rules: &CorrectSettings, circumstances: Circumstances<'_>) -> Option<Refused> {
    let inside = rules.windows.iter().any(|window| window.contains(circumstances.now));
    if !rules.windows.is_empty() && !inside {
        return Some(Refused::OutsideWindow(
            rules.windows.iter().map(|window| window.text.clone()).collect(),
        ));
    }
    if !rules.only_at_applied_commit {
        return None;
    }
    let Some(here) = circumstances.commit else { return Some(Refused::NoCommit) };
    if here.dirty {
        return Some(Refused::Dirty(here.hash.clone()));
    }
    let recorded = circumstances.record.and_then(|record| Some((record, record.applied.as_ref()?)));
    let Some((record, applied)) = recorded else { return Some(Refused::NothingApplied) };
    if record.serial != circumstances.serial {
        return Some(Refused::WrittenSince { recorded: record.serial, found: circumstances.serial });
    }
    if applied.commit.dirty || !applied.whole {
        return Some(Refused::AppliedInPart(applied.commit.hash.clone()));
    }
    (applied.commit.hash != here.hash)
        .then(|| Refused::OtherCommit { applied: applied.commit.hash.clone(), here: here.hash.clone() })
}

/// Why a resource is left, by what it is and what the rules say of it.
fn stays(resource: &ResourceDrift, judged: &Judged, guards: &Guards) -> Option<Left> {
    if !resource.is_correctable() {
        return Some(Left::Entangled);
    }
    match judged.hidden.get(&resource.addr) {
        Some(Hidden::Ignored(reason)) => return Some(Left::Ignored(reason.clone())),
        Some(Hidden::Known) => return Some(Left::Known),
        None => {}
    }
    let takes = |patterns: &[Pattern], text: &str| {
        patterns.is_empty() || patterns.iter().any(|one| one.matches(text))
    };
    if let Some(rules) = &guards.rules {
        if !takes(&rules.types, &resource.addr.resource.kind) {
            return Some(Left::Type);
        }
        if !takes(&rules.addresses, &resource.addr.to_string()) {
            return Some(Left::Address);
        }
        let touched = resource.attributes.iter().filter(|one| one.is_correctable());
        let outside = |one: &&AttributeDrift| {
            !rules.attributes.is_empty() && !takes_attribute(&rules.attributes, &one.path)
        };
        if let Some(one) = touched.into_iter().find(outside) {
            return Some(Left::Attribute(one.name()));
        }
    }
    measure(resource.action).and_then(|measure| not_allowed(measure, guards))
}

fn measure(action: Action) -> Option<Measure> {
    match action {
        Action::Update => Some(Measure::Update),
        Action::Create => Some(Measure::Create),
        Action::DeleteThenCreate | Action::CreateThenDelete => Some(Measure::Replace),
        Action::Delete => Some(Measure::Delete),
        Action::NoOp | Action::Read | Action::Forget => None,
    }
}

/// Rules say what may be done at all; what is not undone so easily has to be asked for besides.
fn not_allowed(measure: Measure, guards: &Guards) -> Option<Left> {
    let asked = guards.asked.contains(&measure);
    match (measure, &guards.rules) {
        (measure, Some(rules)) if !rules.actions.contains(&measure) => Some(Left::Forbidden(measure)),
        (Measure::Update, _) | (Measure::Create, Some(_)) => None,
        (measure, _) => (!asked).then_some(Left::Unasked(measure)),
    }
}

/// What was corrected before and drifted again waits, longer each time, and in the end for a person.
fn came_back(
    addr: &ResourceInstance,
    rules: &CorrectSettings,
    circumstances: Circumstances<'_>,
) -> Option<Left> {
    let rule = &rules.quarantine;
    let within = jiff::SignedDuration::try_from(rule.within).ok()?;
    let from = circumstances.now.checked_sub(within).unwrap_or(Timestamp::MIN);
    let times: Vec<Timestamp> = circumstances
        .record?
        .corrections
        .iter()
        .filter(|one| one.address == *addr)
        .filter_map(|one| one.time.parse().ok())
        .filter(|time| *time > from)
        .collect();
    let (since, last) = (*times.iter().min()?, *times.iter().max()?);
    // No more of them than this are kept.
    if times.len() >= rule.corrections.min(Record::CORRECTIONS_MAX) {
        return Some(Left::Quarantined { corrections: times.len(), since });
    }
    let wait =
        rule.back_off.saturating_mul(2u32.saturating_pow(u32::try_from(times.len() - 1).unwrap_or(u32::MAX)));
    let until = last.checked_add(jiff::SignedDuration::try_from(wait).ok()?).ok()?;
    (wait > Duration::ZERO && circumstances.now < until).then_some(Left::BackedOff(until))
}
