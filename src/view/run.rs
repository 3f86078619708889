//! A run over many stacks for people: a heading before what is told of each, and a table of all at the end.

use crate::stacks::columns;
use crate::style::{Style, neutral};
use std::collections::BTreeMap;
use std::time::Duration;
use trueup_run::{Counts, Failure, Outcome, Report, StackReport};

/// The widest heading.
const WIDTH_MAX: usize = 77;

/// A line with a stack's name, before what is told of it.
pub fn heading(stack: &str, style: Style) -> String {
    let name = neutral(stack);
    let rest = style.width.min(WIDTH_MAX).saturating_sub(name.chars().count() + 4).max(2);
    format!("\n{} {} {}\n", style.dim("──"), style.bold(&name), style.dim(&"─".repeat(rest)))
}

/// What became of a stack, in a few words.
pub fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Unchanged => "no changes".into(),
        Outcome::Changes => "changes".into(),
        Outcome::Drifted => "drift".into(),
        Outcome::Applied => "applied".into(),
        Outcome::Deferred => "later".into(),
        Outcome::Failed(Failure::Error) => "failed".into(),
        Outcome::Failed(Failure::Locked) => "locked".into(),
        Outcome::Failed(Failure::Partly) => "applied in part".into(),
        Outcome::LeftOut(others) => {
            let names: Vec<&str> = others.iter().map(|name| &**name).collect();
            format!("skipped: {}", names.join(", "))
        }
        Outcome::Stopped => "stopped".into(),
        Outcome::Declined => "not applied".into(),
    }
}

/// A line for each stack, and one for all together. Columns of what nowhere happens are left out.
pub fn table(report: &Report, took: &BTreeMap<String, Duration>) -> String {
    let heading =
        ["STACK", "OUTCOME", "ADD", "CHANGE", "REPLACE", "DESTROY", "IMPORT", "FORGET", "DRIFT", "TIME"];
    let mut rows = vec![heading.map(String::from)];
    rows.extend(report.stacks.iter().map(|stack| {
        row(&stack.name, &outcome(&stack.outcome), (stack.counts, stack.drift), took.get(&*stack.name))
    }));
    if report.stacks.len() > 1 {
        let counts = report.stacks.iter().fold(Counts::default(), |all, stack| all.plus(stack.counts));
        let drift = report.stacks.iter().map(|stack| stack.drift).sum();
        let what = format!("{} stacks", report.stacks.len());
        rows.push(row(&what, &summary(&report.stacks), (counts, drift), None));
    }
    format!("\n{}", columns(&rows))
}

fn row(name: &str, outcome: &str, (counts, drift): (Counts, usize), took: Option<&Duration>) -> [String; 10] {
    let number = |number: usize| if number == 0 { String::new() } else { number.to_string() };
    let took = took.map(|took| format!("{:.1}s", took.as_secs_f64())).unwrap_or_default();
    let Counts { add, change, replace, destroy, import, forget } = counts;
    let [add, change, replace, destroy, import, forget, drift] =
        [add, change, replace, destroy, import, forget, drift].map(number);
    [neutral(name), neutral(outcome), add, change, replace, destroy, import, forget, drift, took]
}

/// How many stacks came out how, the worst first.
fn summary(stacks: &[StackReport]) -> String {
    let many = |word: &str, fits: &dyn Fn(&Outcome) -> bool| {
        let count = stacks.iter().filter(|stack| fits(&stack.outcome)).count();
        if count == 0 { None } else { Some(format!("{count} {word}")) }
    };
    let parts = [
        many("failed", &|one| matches!(one, Outcome::Failed(_))),
        many("skipped", &|one| matches!(one, Outcome::LeftOut(_) | Outcome::Stopped)),
        many("not applied", &|one| *one == Outcome::Declined),
        many("applied", &|one| *one == Outcome::Applied),
        many("with drift", &|one| *one == Outcome::Drifted),
        many("with changes", &|one| matches!(one, Outcome::Changes | Outcome::Deferred)),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "no changes".into() } else { parts.join(", ") }
}
