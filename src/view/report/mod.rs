//! One account of a plan, or of what was changed outside of Git, that every format is written from. Nothing in it is
//! sensitive, and all of it is plain text without control characters.

mod drift;
mod findings;
mod lines;
mod place;
mod plan;
mod verb;

pub use findings::{Finding, Level};
pub use verb::Verb;

use crate::diff::Sign;
use std::collections::BTreeMap;
use trueup_diag::{Diagnostics, Sources};
use trueup_engine::{Drawing, Schemas};
use trueup_plan::{PlanMode, Secrets, Summary};
use trueup_resolve::Program;

/// What a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// What will be done.
    Plan(PlanMode),
    /// What was done by others.
    Drift,
}

/// What is needed to read a plan.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The configuration.
    pub program: &'a Program,
    /// Its files, under names relative to the root module's directory.
    pub sources: &'a Sources,
    /// What objects look like.
    pub schemas: &'a dyn Schemas,
    /// Where the root module lies in its repository, with forward slashes; empty at the top or outside of one.
    pub directory: &'a str,
}

/// A plan or a drift, told.
#[derive(Clone, Debug)]
pub struct Report {
    /// What it is about.
    pub subject: Subject,
    /// What becomes, or became, of objects; sorted by address.
    pub items: Vec<Item>,
    /// In a plan: what others changed that has to do with it.
    pub outside: Vec<Item>,
    /// What differs, and nobody is to be alarmed by: each with an excuse.
    pub excused: Vec<Item>,
    /// What has one cause: the same change of several objects.
    pub causes: Vec<Cause>,
    /// How many objects were compared.
    pub compared: usize,
    /// The objects that nothing becomes of.
    pub unchanged: Vec<String>,
    /// What is wrong or worth knowing, sorted: diagnostics, conditions that don't hold, and what callers add.
    pub findings: Vec<Finding>,
    /// The changes of root outputs.
    pub outputs: Vec<Line>,
    /// How many objects are added, changed, destroyed by what is planned.
    pub summary: Summary,
    /// The configuration's commit, for people.
    pub commit: Option<String>,
    /// The workspace.
    pub workspace: String,
    /// When it was made, RFC 3339 in UTC.
    pub timestamp: String,
    /// Whether making it stopped at an error.
    pub errored: bool,
    /// Whether it is about a part of the configuration only.
    pub partial: bool,
    /// A file of the root module, for what stands in no file; none where the configuration isn't at hand.
    pub home: Option<Place>,
    /// The resources and what depends on what; none where there is nothing to draw.
    pub graph: Option<Drawing>,
    /// What may not stand in what is added to it.
    secrets: Secrets,
}

/// One object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its address, with the key of a deposed object.
    pub address: String,
    /// The resource type.
    pub kind: String,
    /// What becomes, or became, of it.
    pub verb: Verb,
    /// The same in words that follow the address: `will be created`.
    pub says: String,
    /// Why, and what else there is to say.
    pub notes: Vec<String>,
    /// The difference.
    pub lines: Vec<Line>,
    /// Where its block stands.
    pub place: Option<Place>,
    /// It was brought back to what Git says since.
    pub corrected: bool,
    /// Why it alarms nobody: a rule, a baseline.
    pub excuse: Option<String>,
}

/// The same change of several objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The attribute.
    pub attribute: String,
    /// The type of the objects.
    pub kind: String,
    /// How many there are.
    pub objects: usize,
    /// From what to what, where that fits into a line.
    pub change: Option<String>,
}

/// One line of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What the line says of its value.
    pub sign: Sign,
    /// The text without the symbol, indented.
    pub text: String,
}

/// A place in a file of the repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The path from the top of the repository, with forward slashes.
    pub file: String,
    /// The line, from 1; none where it is the file as a whole.
    pub line: Option<u32>,
}

impl Report {
    /// A report on what could not be planned or compared at all.
    pub fn failed(
        subject: Subject,
        diagnostics: &Diagnostics,
        (sources, directory): (&Sources, &str),
    ) -> Report {
        let mut report = Report {
            subject,
            items: Vec::new(),
            outside: Vec::new(),
            excused: Vec::new(),
            causes: Vec::new(),
            compared: 0,
            unchanged: Vec::new(),
            findings: Vec::new(),
            outputs: Vec::new(),
            summary: Summary::default(),
            commit: None,
            workspace: String::new(),
            timestamp: String::new(),
            errored: true,
            partial: false,
            home: place::home((sources, directory)),
            graph: None,
            secrets: Secrets::default(),
        };
        report.diagnose(diagnostics, (sources, directory));
        report
    }

    /// Whether it tells of anything.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.outputs.is_empty() && self.findings.is_empty() && !self.errored
    }

    /// How many objects there are of each verb, gravest first.
    pub fn counts(&self) -> BTreeMap<Verb, usize> {
        let mut counts = BTreeMap::new();
        for item in &self.items {
            *counts.entry(item.verb).or_default() += 1;
        }
        counts
    }

    /// The items with those first that something is lost by.
    pub fn gravest_first(&self) -> Vec<&Item> {
        let mut items: Vec<&Item> = self.items.iter().collect();
        items.sort_by_key(|item| item.verb);
        items
    }

    /// The whole in a line, such as `Plan: 1 to add, 0 to change, 2 to destroy`.
    pub fn headline(&self) -> String {
        match self.subject {
            _ if self.errored && self.items.is_empty() => match self.subject {
                Subject::Plan(_) => "Planning failed".into(),
                Subject::Drift => "Comparing failed".into(),
            },
            Subject::Plan(PlanMode::RefreshOnly) => match self.items.len() {
                0 => "Refresh: no changes".into(),
                count => format!("Refresh: {} changed outside of Git", objects(count)),
            },
            Subject::Plan(_) => self.planned(),
            Subject::Drift => self.drifted(),
        }
    }

    fn planned(&self) -> String {
        if self.items.is_empty() {
            return match self.outputs.iter().filter(|line| line.sign != Sign::Same).count() {
                0 => "Plan: no changes".into(),
                _ => "Plan: outputs change, and no objects".into(),
            };
        }
        let s = &self.summary;
        let import = if s.import > 0 { format!("{} to import, ", s.import) } else { String::new() };
        let forget = if s.forget > 0 { format!(", {} to forget", s.forget) } else { String::new() };
        format!("Plan: {import}{} to add, {} to change, {} to destroy{forget}", s.add, s.change, s.destroy)
    }

    fn drifted(&self) -> String {
        let compared = objects(self.compared);
        let of = |verb| self.items.iter().filter(|item| item.verb == verb).count();
        let (changed, unapplied) = (of(Verb::Changed) + of(Verb::Vanished), of(Verb::Unapplied));
        let later = if unapplied > 0 { format!(", {unapplied} not applied yet") } else { String::new() };
        match changed {
            0 => format!("No drift: {compared} compared{later}"),
            count => format!("Drift: {count} of {compared} changed outside of Git{later}"),
        }
    }
}

/// `1 object`, `2 objects`
pub(crate) fn objects(count: usize) -> String {
    format!("{count} object{}", if count == 1 { "" } else { "s" })
}
