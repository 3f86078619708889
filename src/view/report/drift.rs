//! What was changed outside of Git, told.

use super::lines::{labelled, lines};
use super::place::Places;
use super::{
    Cause, Finding, Item, Level, Line, Report, Scene, Subject, Verb, findings, place, plan::drawing,
};
use crate::diff::{Differ, Sign, sign};
use crate::drift::{deed, git, is_as_git_says, is_long, note, path, shown};
use crate::style::{Style, neutral};
use std::collections::{BTreeMap, BTreeSet};
use trueup_addr::{Mode, ResourceInstance};
use trueup_diag::Diagnostic;
use trueup_diff::Action;
use trueup_document::drift::Told;
use trueup_drift::{
    AttributeDrift, AttributeKind, Correction, DriftDocument, DriftKind, Ignored, Judged, Left, ResourceDrift,
};
use trueup_plan::Secrets;
use trueup_value::Value;

impl Report {
    /// A report on what was changed outside of Git, and on what Git has that was never applied.
    ///
    /// # Errors
    /// Results of conditions that can't be read.
    pub fn of_drift(told: &Told<'_>, scene: &Scene<'_>) -> Result<Report, Box<Diagnostic>> {
        let Told { document, plan, .. } = told;
        let places = Places::new(scene.program, scene.sources, scene.directory);
        let secrets = Secrets::of(plan, scene.program);
        let wanted = |one: &&ResourceDrift| one.kind != DriftKind::Unapplied || !told.world_only;
        let shown = document.resources.iter().filter(wanted);
        let items: Vec<Item> = shown.map(|one| item(one, &places, &secrets)).collect();
        let findings = findings::failed(plan, &places, &secrets)?;
        let shown: BTreeSet<&String> = items.iter().map(|item| &item.address).collect();
        let compared = plan.changes.iter().filter(|change| change.addr.resource.mode == Mode::Managed);
        let addresses =
            compared.filter(|change| change.deposed.is_none()).map(|one| neutral(&one.addr.to_string()));
        let mut report = Report {
            subject: Subject::Drift,
            outside: Vec::new(),
            excused: Vec::new(),
            compared: document.compared,
            unchanged: addresses.filter(|address| !shown.contains(address)).collect(),
            findings,
            home: place::home((scene.sources, scene.directory)),
            outputs: Vec::new(),
            summary: plan.summary(),
            commit: plan.commit.as_ref().map(|commit| neutral(&crate::commit(commit))),
            workspace: neutral(&plan.workspace),
            timestamp: plan.timestamp.to_string(),
            errored: plan.errored,
            partial: plan.is_partial(),
            graph: if items.is_empty() { None } else { drawing(plan, scene) },
            causes: causes(document, &secrets),
            secrets,
            items,
        };
        told.correction.into_iter().for_each(|correction| report.correct(correction));
        Ok(report)
    }

    /// Takes in what became of a correction: what was brought back, and why the rest was left.
    pub fn correct(&mut self, correction: &Correction) {
        let name = |addr: &ResourceInstance| neutral(&addr.to_string());
        let corrected: BTreeSet<String> = correction.corrected.iter().map(name).collect();
        let left: BTreeMap<String, &Left> =
            correction.left.iter().map(|(addr, why)| (name(addr), why)).collect();
        for item in &mut self.items {
            item.corrected = corrected.contains(&item.address);
            if let Some(why) = left.get(&item.address) {
                item.notes.retain(|note| note != ENTANGLED);
                item.notes.push(neutral(&format!("left as it is: {why}")));
            }
        }
        self.findings.extend(refused(correction));
    }

    /// Takes in what differs and alarms nobody: what rules leave out, and what a baseline knows.
    pub fn excuse(&mut self, judged: &Judged, scene: &Scene<'_>) {
        let places = Places::new(scene.program, scene.sources, scene.directory);
        let excused = |drift: &ResourceDrift, excuse: String| Item {
            excuse: Some(neutral(&excuse)),
            ..item(drift, &places, &self.secrets)
        };
        let ignored = |one: &Ignored| {
            let until = one.rule.until.as_ref().map(|until| format!(", until {}", until.text));
            excused(&one.drift, format!("ignored: {}{}", one.rule.reason, until.unwrap_or_default()))
        };
        let mut found: Vec<Item> = judged.ignored.iter().map(ignored).collect();
        found.extend(judged.known.iter().map(|one| excused(one, "known from the baseline".into())));
        found.sort_by(|a, b| a.address.cmp(&b.address));
        let addresses: BTreeSet<&String> = found.iter().map(|item| &item.address).collect();
        self.unchanged.retain(|address| !addresses.contains(address));
        self.excused = found;
    }
}

/// Why nothing at all was corrected.
fn refused(correction: &Correction) -> Option<Finding> {
    correction.refused.as_ref().map(|why| Finding {
        level: Level::Warning,
        rule: "drift/refused".into(),
        address: None,
        title: "Nothing was corrected".into(),
        detail: neutral(&why.to_string()),
        place: None,
    })
}

/// Beside what drifted and was changed in Git as well.
const ENTANGLED: &str = "Git has changes of it that were never applied, so correcting leaves it";

fn item(drift: &ResourceDrift, places: &Places<'_>, secrets: &Secrets) -> Item {
    let (says, also) = match drift.kind {
        DriftKind::Changed => ("was changed outside of Git", None),
        DriftKind::Vanished if drift.action == Action::Create => {
            ("is gone", Some("-correct -allow-create creates it again"))
        }
        DriftKind::Vanished => ("is gone", Some("Git doesn't have it either")),
        DriftKind::Unapplied => ("is not as Git says, which was never applied", None),
        DriftKind::Unmanaged => ("differs where Git leaves it to the cloud or says the same", None),
    };
    let entangled = drift.entangled && matches!(drift.kind, DriftKind::Changed | DriftKind::Vanished);
    let left = entangled.then_some(ENTANGLED);
    let deeds = drift.deeds.iter().map(|one| secrets.without(&deed(one)));
    Item {
        address: neutral(&drift.addr.to_string()),
        kind: neutral(&drift.addr.resource.kind),
        verb: Verb::of_drift(drift.kind),
        says: says.into(),
        notes: also.into_iter().chain(left).map(str::to_owned).chain(deeds).collect(),
        lines: drift.attributes.iter().flat_map(|one| attribute(one, secrets)).collect(),
        place: places.of(&drift.addr.config()),
        corrected: false,
        excuse: None,
    }
}

/// What should be goes before what is; what Git has and nobody applied before what it will take the place of.
fn attribute(drift: &AttributeDrift, secrets: &Secrets) -> Vec<Line> {
    let hidden = is_hidden(drift, secrets);
    let [git, state, cloud] = values(drift, hidden);
    let notes = note(drift.kind).filter(|_| drift.kind != AttributeKind::Unapplied).into_iter();
    let notes = notes.flat_map(|note| labelled(Sign::Same, "  # ", note.trim_matches(['(', ')'])));
    if !hidden && is_long(drift, &[&git, &state, &cloud], DIFFER) {
        return folded(drift).into_iter().chain(notes).collect();
    }
    let mut out = labelled(Sign::Change, &path(drift), "");
    if drift.kind == AttributeKind::Unapplied {
        out.extend(labelled(Sign::Remove, "  cloud holds  ", &cloud));
        out.extend(labelled(Sign::Add, "  Git says     ", &git));
        return out;
    }
    out.extend(labelled(Sign::Remove, "  Git says     ", &git));
    if !is_as_git_says(drift) {
        out.extend(labelled(Sign::Remove, "  state saw    ", &state));
    }
    out.extend(labelled(Sign::Add, "  cloud holds  ", &cloud));
    out.extend(notes);
    out
}

const DIFFER: Differ = Differ { style: Style::document(true), whole: false };

/// What was changed as a plan would show it, for a value of several lines; below it what Git says where that is something
/// else.
fn folded(drift: &AttributeDrift) -> Vec<Line> {
    let AttributeDrift { git: wanted, state, cloud, .. } = drift;
    let difference = |before: &Value, after: &Value| {
        let symbol = DIFFER.symbol(sign(Some(before), Some(after)));
        lines(&format!("{symbol} {} = {}\n", path(drift), DIFFER.value(Some(before), Some(after), 0, true)))
    };
    let says = |what: &str| labelled(Sign::Same, "  # Git says ", what);
    if drift.kind == AttributeKind::Unapplied && wanted.is_wholly_known() {
        return difference(cloud, wanted);
    }
    let mut out = difference(state, cloud);
    match () {
        () if !wanted.is_wholly_known() => out.extend(says(&git(drift))),
        () if is_as_git_says(drift) => {}
        () if wanted.without_marks() == cloud.without_marks() => out.extend(says("what the cloud holds")),
        () => {
            out.extend(labelled(Sign::Same, "  # Git says, where the state saw the first:", ""));
            out.extend(difference(state, wanted));
        }
    }
    out
}

/// What has one cause: the same change of several objects.
fn causes(document: &DriftDocument, secrets: &Secrets) -> Vec<Cause> {
    let drifted = document.drifted().flat_map(|one| one.attributes.iter().map(move |of| (&one.addr, of)));
    let hidden: BTreeSet<(&ResourceInstance, String)> =
        drifted.filter(|(_, of)| is_hidden(of, secrets)).map(|(addr, of)| (addr, of.name())).collect();
    let cause = |one: trueup_drift::Cause| {
        let change = format!("{} -> {}", shown(&one.before), shown(&one.after));
        let is_hidden = one.resources.iter().any(|addr| hidden.contains(&(addr, one.attribute.clone())));
        let change = Some(change).filter(|change| !is_hidden && !change.contains('\n'));
        Cause {
            attribute: neutral(&one.attribute),
            kind: neutral(&one.kind),
            objects: one.resources.len(),
            change,
        }
    };
    trueup_drift::causes(document).into_iter().map(cause).collect()
}

/// Any of its values is sensitive: none of them is shown then. Where only one side is marked, the others are most often
/// the same secret.
fn is_hidden(drift: &AttributeDrift, secrets: &Secrets) -> bool {
    let all = [&drift.git, &drift.state, &drift.cloud];
    all.into_iter().any(|value| secrets.veiled(value).deep_marks().is_sensitive())
}

/// What Git says, what the state saw and what the cloud holds.
fn values(drift: &AttributeDrift, hidden: bool) -> [String; 3] {
    if hidden {
        return std::array::from_fn(|_| "(sensitive value)".into());
    }
    [git(drift), shown(&drift.state), shown(&drift.cloud)]
}
