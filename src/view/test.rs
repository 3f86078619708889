//! Tests for people, as Terraform lays them out.

use super::style::{Style, neutral, wrap};
use trueup_document::events::test::{counts, word};
use trueup_testing::{FileStage, Left, Status, Totals};

/// `tests/a.tftest.hcl... in progress`
pub fn file(file: &str, stage: FileStage, style: Style) -> String {
    let word = match stage {
        FileStage::Starting => style.dim("in progress"),
        FileStage::Teardown => style.dim("tearing down"),
        FileStage::Complete(status) => dressed(status, style),
    };
    format!("{}... {word}", neutral(file))
}

/// `  run "name"... pass`
pub fn run(run: &str, status: Status, style: Style) -> String {
    format!("  run \"{}\"... {}", neutral(run), dressed(status, style))
}

fn dressed(status: Status, style: Style) -> String {
    match status {
        Status::Pending | Status::Skip => style.dim(word(status)),
        Status::Pass => style.green(word(status)),
        Status::Fail | Status::Error => style.red(word(status)),
    }
}

/// `Success! 2 passed, 0 failed.`
pub fn summary(totals: &Totals, style: Style) -> String {
    let first = match totals.status {
        Status::Fail | Status::Error => style.bold(&style.red("Failure!")),
        _ => style.bold(&style.green("Success!")),
    };
    format!("{first} {}", counts(totals))
}

/// Before the reasons.
pub fn not_destroyed(file: &str, run: &str) -> String {
    let text = format!("trueup could not destroy everything that was made by {file}/{run}.");
    wrap(&neutral(&text), 78)
}

/// What is still there, and where its state is.
pub fn left(file: &str, run: &str, left: &[Left], kept_in: Option<&str>) -> String {
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
