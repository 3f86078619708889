//! Objects as test cases, in XML that build servers read: the format of `JUnit`. What was changed outside of Git, and
//! conditions and policies that don't hold, are failures; what went wrong is an error.

use super::Section;
use crate::diff::Sign;
use crate::junit::{attribute, cdata};
use crate::report::{Finding, Item, Level, Line, Report, Subject, Verb};

/// How a case came out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Skipped,
    Failed,
    Error,
}

struct Case {
    name: String,
    class: String,
    outcome: Outcome,
    /// The rule, a sentence, and more lines.
    told: Option<(String, String, String)>,
}

/// One suite for each stack, one case for each object.
pub(super) fn results(sections: &[Section<'_>]) -> String {
    let suites: Vec<(String, &Report, Vec<Case>)> =
        sections.iter().map(|section| (named(section), section.report, cases(section.report))).collect();
    let all = || suites.iter().flat_map(|(_, _, cases)| cases);
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"trueup\" {}>\n",
        counted(all().map(|case| case.outcome))
    );
    for (name, report, cases) in &suites {
        let time = report.timestamp.trim_end_matches('Z');
        let time =
            if time.is_empty() { String::new() } else { format!(" timestamp=\"{}\"", attribute(time)) };
        let skipped = cases.iter().filter(|case| case.outcome == Outcome::Skipped).count();
        out.push_str(&format!(
            "  <testsuite name=\"{}\" {} skipped=\"{skipped}\"{time}>\n",
            attribute(name),
            counted(cases.iter().map(|case| case.outcome)),
        ));
        cases.iter().for_each(|one| out.push_str(&case(one)));
        out.push_str("  </testsuite>\n");
    }
    out + "</testsuites>\n"
}

fn named(section: &Section<'_>) -> String {
    let word = match section.report.subject {
        Subject::Plan(_) => "plan",
        Subject::Drift => "drift",
    };
    if section.stack.is_empty() { word.into() } else { format!("{word} of {}", section.stack) }
}

fn counted(outcomes: impl Iterator<Item = Outcome>) -> String {
    let outcomes: Vec<Outcome> = outcomes.collect();
    let of = |wanted| outcomes.iter().filter(|one| **one == wanted).count();
    format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\"",
        outcomes.len(),
        of(Outcome::Failed),
        of(Outcome::Error)
    )
}

fn cases(report: &Report) -> Vec<Case> {
    let mut out: Vec<Case> =
        report.items.iter().chain(&report.outside).chain(&report.excused).map(of_item).collect();
    out.extend(report.unchanged.iter().map(|address| Case {
        name: address.clone(),
        class: class(address),
        outcome: Outcome::Passed,
        told: None,
    }));
    out.sort_by(|a, b| a.name.cmp(&b.name));
    out.extend(report.findings.iter().filter(|one| one.level != Level::Note).map(of_finding));
    if report.errored && !out.iter().any(|case| case.outcome == Outcome::Error) {
        let headline = report.headline();
        let told =
            Some(("run/error".into(), "It stopped at an error, so it is not the whole".into(), headline));
        out.push(Case { name: "the run".into(), class: "run".into(), outcome: Outcome::Error, told });
    }
    out
}

/// The type of the resource at an address.
fn class(address: &str) -> String {
    let bare = address.split(['[', ' ']).next().unwrap_or(address);
    let steps: Vec<&str> = bare.split('.').collect();
    steps.iter().rev().nth(1).map_or_else(|| bare.to_owned(), |kind| (*kind).to_owned())
}

fn of_item(item: &Item) -> Case {
    let outcome = match item.verb {
        _ if item.excuse.is_some() => Outcome::Skipped,
        Verb::Changed | Verb::Vanished if !item.corrected => Outcome::Failed,
        Verb::Unapplied => Outcome::Failed,
        _ => Outcome::Passed,
    };
    let said = match &item.excuse {
        Some(excuse) => excuse.clone(),
        None => format!("{} {}", item.address, item.says),
    };
    let mut more: String = item.notes.iter().map(|note| format!("{note}\n")).collect();
    item.lines.iter().for_each(|line| more.push_str(&signed(line)));
    Case {
        name: item.address.clone(),
        class: item.kind.clone(),
        outcome,
        told: Some((item.verb.rule().into(), said, more)),
    }
}

fn signed(line: &Line) -> String {
    let sign = match line.sign {
        Sign::Add => '+',
        Sign::Remove => '-',
        Sign::Change => '~',
        Sign::Same => ' ',
    };
    format!("{}\n", format!("{sign} {}", line.text).trim_end())
}

fn of_finding(finding: &Finding) -> Case {
    let outcome = match finding.level {
        // A warning of the run is told, but fails nothing.
        _ if finding.rule == "run/warning" => Outcome::Passed,
        Level::Error if finding.rule == "run/error" => Outcome::Error,
        _ => Outcome::Failed,
    };
    let about = finding.address.as_ref().map(|address| format!(" ({address})")).unwrap_or_default();
    Case {
        name: format!("{}{about}", finding.title),
        class: finding.rule.clone(),
        outcome,
        told: Some((finding.rule.clone(), finding.title.clone(), format!("{}\n", finding.detail))),
    }
}

fn case(case: &Case) -> String {
    let head =
        format!("    <testcase name=\"{}\" classname=\"{}\"", attribute(&case.name), attribute(&case.class));
    let Some((rule, message, more)) = &case.told else { return format!("{head}/>\n") };
    let inner = match case.outcome {
        Outcome::Passed => format!("<system-out>{}</system-out>", cdata(&format!("{message}\n{more}"))),
        Outcome::Skipped => format!("<skipped message=\"{}\"/>", attribute(message)),
        Outcome::Failed | Outcome::Error => {
            let name = if case.outcome == Outcome::Failed { "failure" } else { "error" };
            let (message, rule) = (attribute(message), attribute(rule));
            format!("<{name} message=\"{message}\" type=\"{rule}\">{}</{name}>", cdata(more))
        }
    };
    format!("{head}>\n      {inner}\n    </testcase>\n")
}
