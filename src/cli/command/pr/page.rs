//! The comment that shows what is planned. What it says follows from its mark and the plans, so that an apply can tell
//! whether it still says that.

use super::gather::Gathered;
use super::{Stop, plain};
use std::collections::BTreeMap;
use trueup_diag::Diagnostic;
use trueup_forge::{Kind, Mark};
use trueup_pulls::{Shown, plan_key, room_beside};
use trueup_view::format::{BYTES_MIN, Format, Limits, Section, write};
use trueup_view::report::Report;

/// What there is to say where no stack is planned.
pub(super) const UNTOUCHED: &str = "Nothing that the pull request changes touches a stack.";
/// More names than anybody reads.
const NAMES_MAX: usize = 20;

/// The mark of what is shown.
pub(super) fn mark(shown: &Shown, name: Option<&str>) -> Mark {
    Mark { key: plan_key(name), data: shown.write() }
}

/// The comment without its mark, as long as the forge takes it.
pub(super) fn text(
    kind: Kind,
    (shown, mark): (&Shown, &Mark),
    gathered: &BTreeMap<String, Gathered>,
) -> Result<String, Stop> {
    let head = gone(&shown.gone);
    if shown.stacks.is_empty() {
        return Ok(format!("{head}{UNTOUCHED}"));
    }
    // Builds check out the forge's merge, or the last commit, or a branch: which it was makes no difference.
    let report = |one: &Gathered| {
        let mut report = one.report.clone()?;
        report.commit = None;
        Some(report)
    };
    let reports: BTreeMap<&str, Report> =
        gathered.iter().filter_map(|(name, one)| Some((name.as_str(), report(one)?))).collect();
    let sections: Vec<Section<'_>> =
        reports.iter().map(|(stack, report)| Section { stack, report }).collect();
    let foot = format!("\n\n{}\n", planned_at(&shown.commit));
    let room = room_beside(mark, kind).saturating_sub(head.len() + foot.len());
    if room < BYTES_MIN {
        let detail = format!("{} stacks leave no room in a comment of {}.", sections.len(), kind.name());
        let problem = Diagnostic::error("Too many stacks in one pull request", detail);
        return Err(problem.hint("split the pull request").into());
    }
    let limits = Limits { bytes_max: Some(room), link: shown.link.as_deref(), folds: kind.folds() };
    Ok(head + write(&sections, Format::Markdown, limits).trim_end() + &foot)
}

/// Says what was planned.
pub(super) fn planned_at(commit: &str) -> String {
    let short: String = commit.chars().take(12).collect();
    format!("Planned at commit {short}. `trueup pr apply` applies exactly this.")
}

/// Says of stacks that they are gone, at the top.
fn gone(names: &[String]) -> String {
    let mut told: Vec<String> = names.iter().take(NAMES_MAX).map(|name| plain(name)).collect();
    match names.len().saturating_sub(NAMES_MAX) {
        0 => {}
        more => told.push(format!("{more} more")),
    }
    if told.is_empty() {
        return String::new();
    }
    format!(
        "⚠️ **Stacks that are gone: {}.** What they have made stays: nothing destroys it, and nobody looks after it from now on. \
         Bring them back and destroy them first; where one only moved, let its new place keep the same state.\n\n",
        told.join(", ")
    )
}
