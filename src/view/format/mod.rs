//! Reports in the formats of forges, build servers and browsers: one file each. They take what stands in a [`Report`] and
//! nothing else, so what isn't in one can't get out.

mod gitlab;
mod html;
mod junit;
mod markdown;
mod quality;
mod sarif;

use crate::report::{Item, Report};

pub use markdown::proposal;

/// A report with the name of its stack.
#[derive(Clone, Copy)]
pub struct Section<'a> {
    /// The stack; empty where there is but one and it needs no name.
    pub stack: &'a str,
    /// What there is to say of it.
    pub report: &'a Report,
}

/// How reports are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For comments on pull requests: GitHub Flavored Markdown, <https://github.github.com/gfm>.
    Markdown,
    /// A page that holds everything it needs.
    Html,
    /// Test results, as build servers read them: the format of `JUnit`.
    Junit,
    /// Findings with their places: SARIF 2.1.0,
    /// <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.
    Sarif,
    /// GitLab's report of a plan: <https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsterraform>.
    Gitlab,
    /// GitLab's report of findings: <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>.
    CodeQuality,
}

/// What a comment has to keep to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits<'a> {
    /// The most bytes that it may have; at least [`BYTES_MIN`]. None for as many as it takes.
    pub bytes_max: Option<usize>,
    /// Where the whole can be read.
    pub link: Option<&'a str>,
    /// Whether what unfolds (`<details>`) is understood where it is shown.
    pub folds: bool,
}

/// A comment needs as many bytes to say anything.
pub const BYTES_MIN: usize = 1000;

impl Default for Limits<'_> {
    fn default() -> Self {
        Limits { bytes_max: None, link: None, folds: true }
    }
}

/// Writes reports, one for each stack, in a format. The same reports give the same bytes.
pub fn write(sections: &[Section<'_>], format: Format, limits: Limits<'_>) -> String {
    match format {
        Format::Markdown => markdown::comment(sections, limits),
        Format::Html => html::page(sections),
        Format::Junit => junit::results(sections),
        Format::Sarif => sarif::log(sections),
        Format::Gitlab => gitlab::counts(sections),
        Format::CodeQuality => quality::findings(sections),
    }
}

/// Everything that programs are told of, each with a name, a weight and a place.
fn tellings<'a>(section: &Section<'a>) -> Vec<Telling<'a>> {
    let report = section.report;
    let items = report.items.iter().chain(&report.outside).filter(|item| !item.corrected).map(Telling::Item);
    items.chain(report.findings.iter().map(Telling::Finding)).collect()
}

/// Something that programs are told of.
#[derive(Clone, Copy)]
enum Telling<'a> {
    Item(&'a Item),
    Finding(&'a crate::report::Finding),
}

impl<'a> Telling<'a> {
    fn rule(self) -> &'a str {
        match self {
            Telling::Item(item) => item.verb.rule(),
            Telling::Finding(finding) => &finding.rule,
        }
    }

    fn level(self) -> crate::report::Level {
        match self {
            Telling::Item(item) => item.verb.level(),
            Telling::Finding(finding) => finding.level,
        }
    }

    fn address(self) -> Option<&'a str> {
        match self {
            Telling::Item(item) => Some(&item.address),
            Telling::Finding(finding) => finding.address.as_deref(),
        }
    }

    fn place(self) -> Option<&'a crate::report::Place> {
        match self {
            Telling::Item(item) => item.place.as_ref(),
            Telling::Finding(finding) => finding.place.as_ref(),
        }
    }

    /// In one sentence.
    fn sentence(self) -> String {
        match self {
            Telling::Item(item) if item.notes.is_empty() => format!("{} {}", item.address, item.says),
            Telling::Item(item) => format!("{} {} ({})", item.address, item.says, item.notes.join("; ")),
            Telling::Finding(finding) => {
                let about =
                    finding.address.as_ref().map(|address| format!("{address}: ")).unwrap_or_default();
                format!("{about}{}: {}", finding.title, finding.detail)
            }
        }
    }

    /// What stays the same from run to run while it is there: the stack, the rule and what it is about. Of findings
    /// about nothing the text tells them apart.
    fn fingerprint(self, stack: &str) -> String {
        use sha2::{Digest, Sha256};
        let about = match (self, self.address()) {
            (Telling::Finding(finding), address) => {
                format!("{}\0{}\0{}", address.unwrap_or_default(), finding.title, finding.detail)
            }
            (Telling::Item(item), _) => item.address.clone(),
        };
        let hash = Sha256::digest(format!("{stack}\0{}\0{about}", self.rule()));
        hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}
