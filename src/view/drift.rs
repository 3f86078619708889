//! Drift for people: each attribute with what Git says, what the state saw, and what is there.

use super::diff::Differ;
use super::style::{Style, neutral, wrap};
use std::collections::{BTreeMap, BTreeSet};
use trueup_addr::ResourceInstance;
use trueup_diff::Action;
use trueup_drift::{
    AttributeDrift, AttributeKind, Deed, DriftDocument, DriftKind, Judged, Left, Refused, ResourceDrift,
    causes,
};
use trueup_value::{Kind, Value};

/// The whole comparison; where asked to without what Git has that was never applied.
pub fn drift(document: &DriftDocument, world_only: bool, differ: Differ) -> String {
    let style = differ.style;
    let drifted: Vec<&ResourceDrift> = document.drifted().collect();
    let mut out = String::new();
    if drifted.is_empty() {
        let line = format!(
            "No drift: {} compared, and nothing that Git manages was changed behind its back.",
            objects(document.compared)
        );
        out.push_str(&format!("\n{}\n", style.bold(&style.green(&fitted(&line, style)))));
    } else {
        let line =
            format!("Drift: {} of {} changed outside of Git.", drifted.len(), objects(document.compared));
        out.push_str(&format!("\n{}\n", style.bold(&style.yellow(&fitted(&line, style)))));
        groups(&drifted, differ).iter().for_each(|group| out.push_str(&drifted_group(group, differ)));
    }
    let unmanaged: Vec<&ResourceDrift> = document.of(DriftKind::Unmanaged).collect();
    if !unmanaged.is_empty() {
        let line = "Different only where Git leaves it to the cloud or says the same, so there is nothing to correct:";
        out.push_str(&format!("\n{}\n", fitted(line, style)));
        for one in unmanaged {
            out.push_str(&format!("  {} ({})\n", neutral(&one.addr.to_string()), attribute_names(one)));
        }
    }
    let unapplied: Vec<&ResourceDrift> = document.of(DriftKind::Unapplied).collect();
    if !unapplied.is_empty() && !world_only {
        let line =
            format!("Not applied: {} in Git that the cloud doesn't have yet.", changes(unapplied.len()));
        out.push_str(&format!("\n{}\n", style.bold(&fitted(&line, style))));
        unapplied.iter().for_each(|one| out.push_str(&unapplied_resource(one, differ)));
    }
    out
}

/// A line as wide as the screen at most.
fn fitted(line: &str, style: Style) -> String {
    wrap(line, style.width.saturating_sub(1))
}

/// The comparison, and what stands beside what alarms: causes, what is known, what is ignored, rules that ended.
pub fn judged(judged: &Judged, world_only: bool, differ: Differ) -> String {
    let style = differ.style;
    let mut out = drift(&judged.document, world_only, differ);
    let mut section = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            let lines: String = lines.iter().map(|line| format!("  {line}\n")).collect();
            out.push_str(&format!("\n{}\n{lines}", fitted(title, style)));
        }
    };
    let cause = |cause: trueup_drift::Cause| {
        let (before, after) = (super::value::text(&cause.before, 4), super::value::text(&cause.after, 4));
        let change = if before.contains('\n') || after.contains('\n') {
            String::new()
        } else {
            format!(", {before} {} {after}", style.yellow("->"))
        };
        let (count, kind) = (cause.resources.len(), neutral(&cause.kind));
        format!("{} of {count} {kind}{change}", neutral(&cause.attribute))
    };
    let drifted: Vec<&ResourceDrift> = judged.document.drifted().collect();
    let told: BTreeSet<Vec<&ResourceInstance>> = groups(&drifted, differ)
        .iter()
        .map(|group| group.resources.iter().map(|one| &one.addr).collect())
        .collect();
    let is_new = |cause: &trueup_drift::Cause| !told.contains(&cause.resources.iter().collect::<Vec<_>>());
    section(
        "The same change in several places, which has one cause:",
        causes(&judged.document).into_iter().filter(is_new).map(cause).collect(),
    );
    let named = |one: &ResourceDrift| match (one.kind, attribute_names(one)) {
        (DriftKind::Vanished, _) => format!("{} (gone)", neutral(&one.addr.to_string())),
        (_, names) if names.is_empty() => neutral(&one.addr.to_string()),
        (_, names) => format!("{} ({names})", neutral(&one.addr.to_string())),
    };
    section("Known from the baseline:", judged.known.iter().map(named).collect());
    let ignored = judged.ignored.iter().map(|one| {
        let until =
            one.rule.until.as_ref().map(|until| format!(", until {}", until.text)).unwrap_or_default();
        format!("{}: {}{until}", named(&one.drift), neutral(&one.rule.reason))
    });
    section("Ignored, as trueup.hcl says:", ignored.collect());
    let expired = judged.expired.iter().map(|rule| {
        let until = rule.until.as_ref().map(|until| until.text.clone()).unwrap_or_default();
        format!("line {}, ended {until}: {}", rule.line, neutral(&rule.reason))
    });
    section("Rules in trueup.hcl that have expired and no longer hide anything:", expired.collect());
    out
}

/// Why some of what drifted isn't corrected.
pub fn left(left: &[(ResourceInstance, Left)]) -> String {
    let names = left
        .iter()
        .map(|(addr, why)| format!("  {}: {}\n", neutral(&addr.to_string()), neutral(&why.to_string())));
    let names: String = names.collect();
    let entangled = left.iter().any(|(_, why)| *why == Left::Entangled);
    let note = "A plan shows changes of Git together with what drifted; applying it corrects both.\n";
    format!("\nLeft as they are:\n{names}{}", if entangled { note } else { "" })
}

/// Why nothing is corrected.
pub fn refused(why: &Refused, style: Style) -> String {
    format!(
        "\n{}\n",
        style.bold(&fitted(&format!("Nothing is corrected: {}", neutral(&why.to_string())), style))
    )
}

/// The top-level attributes of a resource that differ, each once.
fn attribute_names(drift: &ResourceDrift) -> String {
    let top = |attribute: &AttributeDrift| {
        let path = path(attribute);
        path.split(['.', '[']).next().unwrap_or_default().to_owned()
    };
    let names: BTreeSet<String> = drift.attributes.iter().map(top).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

fn objects(count: usize) -> String {
    format!("{count} object{}", if count == 1 { "" } else { "s" })
}

fn changes(count: usize) -> String {
    format!("{count} change{}", if count == 1 { "" } else { "s" })
}

/// What was changed in the same way.
struct Group<'a> {
    resources: Vec<&'a ResourceDrift>,
    /// What is the same of all of them.
    told: String,
}

/// Resources of one type of which the same is to be told, in the order of the first of each. What is sensitive stands
/// alone: that two are the same is something about them.
fn groups<'a>(drifted: &[&'a ResourceDrift], differ: Differ) -> Vec<Group<'a>> {
    let mut places: BTreeMap<(&str, String), usize> = BTreeMap::new();
    let mut groups: Vec<Group<'a>> = Vec::new();
    for one in drifted {
        let told = drifted_resource(one, differ);
        let alone = one.attributes.iter().any(AttributeDrift::is_sensitive);
        let key = (&*one.addr.resource.kind, told.clone());
        if let Some(place) = places.get(&key).filter(|_| !alone) {
            groups[*place].resources.push(one);
            continue;
        }
        if !alone {
            places.insert(key, groups.len());
        }
        groups.push(Group { resources: vec![one], told });
    }
    groups
}

fn drifted_group(group: &Group<'_>, differ: Differ) -> String {
    let addr = |one: &ResourceDrift| differ.style.bold(&neutral(&one.addr.to_string()));
    let gone = group.resources[0].kind == DriftKind::Vanished;
    // These are each object's own, whatever it has in common with others.
    let deeds = |one: &ResourceDrift| {
        one.deeds.iter().map(|one| format!("      {}\n", deed(one))).collect::<String>()
    };
    match (&group.resources[..], gone) {
        ([one], true) => format!("\n  {} is gone\n{}{}", addr(one), deeds(one), group.told),
        ([one], false) => format!("\n  {} was changed\n{}{}", addr(one), deeds(one), group.told),
        (several, gone) => {
            let kind = neutral(&several[0].addr.resource.kind);
            let what = if gone { "are gone" } else { "were changed in the same way" };
            let names: String =
                several.iter().map(|one| format!("    {}\n{}", addr(one), deeds(one))).collect();
            format!("\n  {} {kind} {what}:\n{names}{}", several.len(), group.told)
        }
    }
}

/// What there is to say of a resource below its address.
fn drifted_resource(drift: &ResourceDrift, differ: Differ) -> String {
    let mut out = match (drift.kind, drift.action) {
        (DriftKind::Vanished, Action::Create) => "    (-correct -allow-create creates it again)\n".into(),
        (DriftKind::Vanished, _) => "    (Git doesn't have it either)\n".into(),
        _ => String::new(),
    };
    drift.attributes.iter().for_each(|one| out.push_str(&drifted_attribute(one, differ)));
    out
}

/// Programs tell more of themselves than anybody reads.
const PROGRAM_CHARS_MAX: usize = 60;

/// Who did what and when.
pub(crate) fn deed(deed: &Deed) -> String {
    let from = deed.from.as_ref().map(|from| format!(", from {from}")).unwrap_or_default();
    let program = |with: &String| match with.char_indices().nth(PROGRAM_CHARS_MAX) {
        Some((end, _)) => format!(", with {}…", &with[..end]),
        None => format!(", with {with}"),
    };
    let with = deed.with.as_ref().map(program).unwrap_or_default();
    neutral(&format!("{} by {}: {}{from}{with}", deed.time, deed.who, deed.what))
}

/// The values; where one of them takes several lines only what differs.
fn drifted_attribute(attribute: &AttributeDrift, differ: Differ) -> String {
    let style = differ.style;
    let mut out = format!("    {}\n", style.bold(&path(attribute)));
    let three = values(attribute);
    let rows = if is_long(attribute, &three.each_ref().map(String::as_str), differ) {
        folded(attribute, differ)
    } else {
        let [git, state, cloud] = three;
        let mut rows = vec![("Git says    ", git), ("state saw   ", state), ("cloud holds ", cloud)];
        if is_as_git_says(attribute) {
            rows.remove(1);
        }
        rows
    };
    rows.iter().for_each(|(label, value)| out.push_str(&format!("      {label} {value}\n")));
    if let Some(note) = note(attribute.kind) {
        out.push_str(&format!("      {}\n", style.dim(note)));
    }
    out
}

/// The state saw what Git says, so that it needn't be told twice.
pub(crate) fn is_as_git_says(attribute: &AttributeDrift) -> bool {
    attribute.git.without_marks() == attribute.state.without_marks()
}

/// What Git says, what the state saw and what the cloud holds; nothing of it where any of it is sensitive: where only one
/// side is marked, the others are most often the same secret.
fn values(attribute: &AttributeDrift) -> [String; 3] {
    if attribute.is_sensitive() {
        return std::array::from_fn(|_| "(sensitive value)".into());
    }
    [git(attribute), shown(&attribute.state), shown(&attribute.cloud)]
}

/// One of the values would take several lines, be it as JSON that is opened up.
pub(crate) fn is_long(attribute: &AttributeDrift, three: &[&str; 3], differ: Differ) -> bool {
    let opened = || differ.value(Some(&attribute.state), Some(&attribute.cloud), 4, false);
    !attribute.is_sensitive() && (three.iter().any(|text| text.contains('\n')) || opened().contains('\n'))
}

/// What was changed outside as a plan would show it, and what Git says of it.
fn folded(attribute: &AttributeDrift, differ: Differ) -> Vec<(&'static str, String)> {
    let AttributeDrift { git: wanted, state, cloud, .. } = attribute;
    let known = wanted.is_wholly_known();
    let said = match () {
        () if !known => git(attribute),
        () if is_as_git_says(attribute) => "what the state saw".into(),
        () if wanted.without_marks() == cloud.without_marks() => "what the cloud holds".into(),
        () => differ.value(Some(state), Some(wanted), 4, true),
    };
    vec![("Git says    ", said), ("changed to  ", differ.value(Some(state), Some(cloud), 4, true))]
}

pub(crate) fn note(kind: AttributeKind) -> Option<&'static str> {
    match kind {
        AttributeKind::Changed => None,
        AttributeKind::Unapplied => {
            Some("(what Git says was never applied; the cloud is as the state saw it)")
        }
        AttributeKind::Conflicting => Some("(changed in Git and outside of it, and not to the same)"),
        AttributeKind::Converged => Some("(the cloud already is as Git says: nothing to correct)"),
        AttributeKind::Unmanaged => Some("(Git leaves this to the cloud: nothing to correct)"),
    }
}

fn unapplied_resource(drift: &ResourceDrift, differ: Differ) -> String {
    let symbol = super::resource::action_symbol(drift.action, differ).trim_start().to_owned();
    let mut out = format!("  {symbol} {}\n", neutral(&drift.addr.to_string()));
    for attribute in drift.attributes.iter().filter(|one| one.kind == AttributeKind::Unapplied) {
        let [wanted, _, cloud] = values(attribute);
        let change = format!("{cloud} -> {wanted}");
        let opened = differ.value(Some(&attribute.cloud), Some(&attribute.git), 4, true);
        let long = !attribute.is_sensitive() && (change.contains('\n') || opened.contains('\n'));
        out.push_str(&format!("      {}: {}\n", path(attribute), if long { opened } else { change }));
    }
    out
}

pub(crate) fn path(attribute: &AttributeDrift) -> String {
    neutral(&attribute.name())
}

pub(crate) fn git(attribute: &AttributeDrift) -> String {
    match attribute.git.kind() {
        Kind::Unknown(..) if attribute.kind == AttributeKind::Unmanaged => "(left to the cloud)".into(),
        Kind::Unknown(..) => "(known after apply)".into(),
        _ => shown(&attribute.git),
    }
}

pub(crate) fn shown(value: &Value) -> String {
    if value.marks().is_sensitive() {
        return "(sensitive value)".into();
    }
    match value.kind() {
        Kind::Null(_) => "(nothing)".into(),
        _ => super::value::text(value, 6),
    }
}
