//! Tests for people, as Terraform lays them out.

use super::style::{Style, neutral, wrap};
use trueup_testing::{FileStage, Left, Status, Totals};

/// `tests/a.tftest.hcl... in progress`
pub(crate) fn file(file: &str, stage: FileStage, style: Style) -> String {
    let word = match stage {
        FileStage::Starting => style.dim("in progress"),
        FileStage::Teardown => style.dim("tearing down"),
        FileStage::Complete(status) => dressed(status, style),
    };
    format!("{}... {word}", neutral(file))
}

/// `  run "name"... pass`
pub(crate) fn run(run: &str, status: Status, style: Style) -> String {
    format!("  run \"{}\"... {}", neutral(run), dressed(status, style))
}

/// The word for how something came out: what could not be carried out has failed too.
pub(crate) fn word(status: Status) -> &'static str {
    match status {
        Status::Pending => "pending",
        Status::Skip => "skip",
        Status::Pass => "pass",
        Status::Fail | Status::Error => "fail",
    }
}

fn dressed(status: Status, style: Style) -> String {
    match status {
        Status::Pending | Status::Skip => style.dim(word(status)),
        Status::Pass => style.green(word(status)),
        Status::Fail | Status::Error => style.red(word(status)),
    }
}

/// `Success! 2 passed, 0 failed.`
pub(crate) fn summary(totals: &Totals, style: Style) -> String {
    let first = match totals.status {
        Status::Fail | Status::Error => style.bold(&style.red("Failure!")),
        _ => style.bold(&style.green("Success!")),
    };
    format!("{first} {}", counts(totals))
}

/// `2 passed, 0 failed.`
pub(crate) fn counts(totals: &Totals) -> String {
    let skipped = if totals.skipped > 0 { format!(", {} skipped", totals.skipped) } else { String::new() };
    format!("{} passed, {} failed{skipped}.", totals.passed, totals.failed + totals.errored)
}

/// Before the reasons.
pub(crate) fn not_destroyed(file: &str, run: &str) -> String {
    let text = format!("trueup could not destroy everything that was made by {file}/{run}.");
    wrap(&neutral(&text), 78)
}

/// What is still there, and where its state is.
pub(crate) fn left(file: &str, run: &str, left: &[Left], kept_in: Option<&str>) -> String {
    if left.is_empty() {
        return String::new();
    }
    let text = format!(
        "trueup left the following resources in state after executing {file}/{run}, and they need to be cleaned up manually:"
    );
    let mut out = format!("\n{}\n", wrap(&neutral(&text), 78));
    for one in left {
        let deposed = one.deposed.as_ref().map(|key| format!(" ({key})")).unwrap_or_default();
        let id = one.id.as_ref().map(|id| format!(" [id={id}]")).unwrap_or_default();
        out.push_str(&neutral(&format!("  - {}{deposed}{id}\n", one.instance)));
    }
    if let Some(kept_in) = kept_in {
        let file = neutral(kept_in);
        out.push_str(&format!(
            "\nTheir state is kept in {file}. Once the cause is gone, this destroys them:\n  trueup destroy -state={file}\n"
        ));
    }
    out
}
