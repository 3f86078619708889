//! What is wrong or worth knowing beside what becomes of objects.

use super::place::{Places, place};
use super::{Place, Report};
use crate::style::neutral;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_document::checks::Failed;
use trueup_plan::{Plan, Secrets};

/// How grave something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It should not be.
    Error,
    /// Somebody should look at it.
    Warning,
    /// It is to be known.
    Note,
}

impl Level {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "note",
        }
    }
}

/// One thing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// How grave it is.
    pub level: Level,
    /// The name that programs know it by, such as `policy/no-public-buckets`.
    pub rule: String,
    /// What it is about; none where that is the whole.
    pub address: Option<String>,
    /// One line.
    pub title: String,
    /// Whole sentences.
    pub detail: String,
    /// Where.
    pub place: Option<Place>,
}

/// A condition of the configuration that doesn't hold.
const CHECK: &str = "check/failed";

impl Report {
    /// Takes in what was reported while it was made. A condition that is told already isn't told again.
    pub fn diagnose(&mut self, diagnostics: &Diagnostics, (sources, directory): (&Sources, &str)) {
        for one in &diagnostics.clone().sorted() {
            let detail = self.secrets.without(&detail(one));
            let level = if one.is_error() { Level::Error } else { Level::Warning };
            let about = one.condition_of.as_deref().map(|object| self.secrets.without(&neutral(object)));
            let is_told = |known: &&mut Finding| {
                known.rule == CHECK && known.address == about && detail.starts_with(&known.detail)
            };
            let told = self.findings.iter_mut().find(is_told).filter(|_| about.is_some());
            if let Some(told) = told {
                // A condition that stops the plan is no mere warning.
                told.level = told.level.min(level);
                continue;
            }
            self.findings.push(Finding {
                level,
                rule: if one.is_error() { "run/error".into() } else { "run/warning".into() },
                address: one.address.as_deref().map(|address| self.secrets.without(&neutral(address))),
                title: self.secrets.without(&neutral(&one.summary)),
                detail,
                place: one.subject.and_then(|span| place(span, (sources, directory))),
            });
        }
        self.findings.sort();
    }
}

fn detail(diagnostic: &Diagnostic) -> String {
    let hint = diagnostic.hint.as_ref().map(|hint| format!("\n\nHint: {hint}")).unwrap_or_default();
    neutral(&format!("{}{hint}", diagnostic.detail))
}

/// Conditions that don't hold.
pub(super) fn failed(
    plan: &Plan,
    places: &Places<'_>,
    secrets: &Secrets,
) -> Result<Vec<Finding>, Box<Diagnostic>> {
    let finding = |check: Failed| Finding {
        level: Level::Warning,
        rule: CHECK.into(),
        title: "A condition doesn't hold".into(),
        detail: if check.message.is_empty() {
            "It could not be evaluated.".into()
        } else {
            secrets.without(&neutral(&check.message))
        },
        place: places.of_condition(&check.address),
        address: Some(secrets.without(&neutral(&check.address))),
    };
    let failed = trueup_document::checks::failed(plan.checks.as_deref())?;
    Ok(failed.into_iter().map(finding).collect())
}
