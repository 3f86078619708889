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
        Outcome::Corrected => "corrected".into(),
        Outcome::CorrectedInPart => "corrected in part".into(),
        Outcome::Denied => "not allowed".into(),
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
    let heading = [
        "STACK",
        "OUTCOME",
        "ADD",
        "CHANGE",
        "REPLACE",
        "DESTROY",
        "IMPORT",
        "FORGET",
        "DRIFT",
        "CORRECTED",
        "LEFT",
        "TIME",
    ];
    let mut rows = vec![heading.map(String::from)];
    rows.extend(report.stacks.iter().map(|stack| {
        let (counts, drift) = (stack.counts, drift(stack));
        row(&stack.name, &outcome(&stack.outcome), (counts, drift), took.get(&*stack.name))
    }));
    if report.stacks.len() > 1 {
        let counts = report.stacks.iter().fold(Counts::default(), |all, stack| all.plus(stack.counts));
        let all = report.stacks.iter().map(drift);
        let drift = all.fold([0; 3], |all, one| std::array::from_fn(|at| all[at] + one[at]));
        let what = format!("{} stacks", report.stacks.len());
        rows.push(row(&what, &summary(&report.stacks), (counts, drift), None));
    }
    format!("\n{}", columns(&rows))
}

/// What was to be brought back and is left, stack by stack, and why; nothing where there is none.
pub fn left(report: &Report) -> String {
    let mut lines = String::new();
    for stack in &report.stacks {
        let Some(correction) = &stack.correction else { continue };
        let name = neutral(&stack.name);
        if let Some(why) = &correction.refused {
            lines.push_str(&format!("  {name}: all of it. {}\n", neutral(&why.to_string())));
        }
        for (addr, why) in &correction.left {
            lines.push_str(&format!("  {name}: {}\n", neutral(&format!("{addr}: {why}"))));
        }
    }
    if lines.is_empty() { lines } else { format!("\nLeft as they are:\n{lines}") }
}

/// How many objects drifted, how many of them were brought back, and how many were left.
fn drift(stack: &StackReport) -> [usize; 3] {
    let correction = stack.correction.as_ref();
    let corrected = correction.map_or(0, |correction| correction.corrected.len());
    [stack.drift, corrected, correction.map_or(0, |_| stack.drift.saturating_sub(corrected))]
}

fn row(
    name: &str,
    outcome: &str,
    (counts, drift): (Counts, [usize; 3]),
    took: Option<&Duration>,
) -> [String; 12] {
    let number = |number: usize| if number == 0 { String::new() } else { number.to_string() };
    let took = took.map(|took| format!("{:.1}s", took.as_secs_f64())).unwrap_or_default();
    let Counts { add, change, replace, destroy, import, forget } = counts;
    let [add, change, replace, destroy, import, forget] =
        [add, change, replace, destroy, import, forget].map(number);
    let [drift, corrected, left] = drift.map(number);
    let (name, outcome) = (neutral(name), neutral(outcome));
    [name, outcome, add, change, replace, destroy, import, forget, drift, corrected, left, took]
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
        many("corrected", &|one| *one == Outcome::Corrected),
        many("corrected in part", &|one| *one == Outcome::CorrectedInPart),
        many("not allowed", &|one| *one == Outcome::Denied),
        many("with drift", &|one| *one == Outcome::Drifted),
        many("with changes", &|one| matches!(one, Outcome::Changes | Outcome::Deferred)),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "no changes".into() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::{left, table};
    use std::collections::{BTreeMap, BTreeSet};
    use trueup_drift::{Correction, Left, Refused};
    use trueup_run::{Counts, Outcome, Report, StackReport};

    fn stack(name: &str, outcome: Outcome, drift: usize, correction: Option<Correction>) -> StackReport {
        StackReport {
            name: name.into(),
            outcome,
            counts: Counts::default(),
            drift,
            correction,
            plan_file: None,
            awaits: BTreeSet::new(),
        }
    }

    #[test]
    fn a_table_says_what_was_brought_back_and_what_was_left() {
        let addr = |name: &str| format!("x_a.{name}").parse().expect("an address");
        let mut part = Correction { corrected: vec![addr("a"), addr("b")], ..Correction::default() };
        part.leave([&addr("c")], &Left::Known);
        let denied = Correction { refused: Some(Refused::NoCommit), ..Correction::default() };
        let stacks = vec![
            stack("app", Outcome::CorrectedInPart, 3, Some(part)),
            stack("base", Outcome::Denied, 2, Some(denied)),
            stack("net", Outcome::Unchanged, 0, None),
        ];
        let report = Report { stacks };
        let lines = |text: &str| {
            let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
            text.lines().map(words).filter(|line| !line.is_empty()).collect::<Vec<_>>()
        };
        assert_eq!(
            lines(&table(&report, &BTreeMap::new())),
            [
                "STACK OUTCOME DRIFT CORRECTED LEFT",
                "app corrected in part 3 2 1",
                "base not allowed 2 2",
                "net no changes",
                "3 stacks 1 corrected in part, 1 not allowed 5 2 3",
            ]
        );
        let told = left(&report);
        let told = lines(&told);
        assert_eq!(told[..2], ["Left as they are:", "app: x_a.c: the baseline knows a part of it"]);
        assert!(told[2].starts_with("base: all of it. trueup.hcl allows corrections only"), "{told:?}");
        assert_eq!(left(&Report { stacks: report.stacks[2..].to_vec() }), "");
    }
}
