//! Results of tests in XML, as build servers read them: the format of `JUnit`.

use crate::diagnostic::human;
use crate::style::Style;
use std::time::Duration;
use trueup_diag::{Diagnostics, Sources};
use trueup_testing::Status;

/// What an assertion that doesn't hold is reported as.
const ASSERTION: &str = "Test assertion failed";

/// All results.
#[derive(Debug, Default)]
pub struct Junit {
    suites: Vec<(String, Vec<Case>)>,
}

/// One run.
#[derive(Debug)]
pub struct Case {
    /// The run's name.
    pub name: String,
    /// How it came out.
    pub status: Status,
    /// How many assertions it has.
    pub asserts: usize,
    /// How long it took and when it began; none where it was left out.
    pub took: Option<(Duration, String)>,
    /// What was found: error or not, summary, detail, and the whole as text.
    pub found: Vec<Found>,
}

/// One diagnostic.
#[derive(Debug)]
pub struct Found {
    error: bool,
    assertion: bool,
    detail: String,
    text: String,
}

impl Junit {
    /// A file, whose runs follow.
    pub fn begin(&mut self, file: &str) {
        self.suites.push((file.to_owned(), Vec::new()));
    }

    fn cases(&mut self, file: &str) -> Option<&mut Vec<Case>> {
        self.suites.iter_mut().find(|(name, _)| name == file).map(|(_, cases)| cases)
    }

    /// A run of a file.
    pub fn add(&mut self, file: &str, case: Case) {
        if let Some(cases) = self.cases(file) {
            cases.push(case);
        }
    }

    /// What was found in a run that was added.
    pub fn found(&mut self, (file, run): (&str, &str), diagnostics: &Diagnostics, sources: &Sources) {
        let style = Style::document(false);
        let Some(cases) = self.cases(file) else { return };
        let Some(case) = cases.iter_mut().find(|case| case.name == run) else { return };
        case.found.extend(diagnostics.clone().sorted().iter().map(|one| Found {
            error: one.is_error(),
            assertion: one.summary == ASSERTION,
            detail: one.detail.clone(),
            text: human(one, sources, style),
        }));
    }

    /// The document.
    pub fn text(&self) -> String {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?><testsuites>");
        for (file, cases) in &self.suites {
            let count = |status| cases.iter().filter(|case| case.status == status).count();
            out.push_str(&format!(
                "\n  <testsuite name=\"{}\" tests=\"{}\" skipped=\"{}\" failures=\"{}\" errors=\"{}\">",
                attribute(file),
                cases.len(),
                count(Status::Skip),
                count(Status::Fail),
                count(Status::Error),
            ));
            cases.iter().for_each(|case| out.push_str(&self::case(file, case, cases)));
            out.push_str("\n  </testsuite>");
        }
        let end = if self.suites.is_empty() { "" } else { "\n" };
        format!("{out}{end}</testsuites>")
    }
}

fn case(file: &str, case: &Case, all: &[Case]) -> String {
    let took = case
        .took
        .as_ref()
        .map(|(took, began)| format!(" time=\"{}\" timestamp=\"{}\"", took.as_secs_f64(), attribute(began)));
    let mut out = format!(
        "\n    <testcase name=\"{}\" classname=\"{}\"{}>",
        attribute(&case.name),
        attribute(file),
        took.unwrap_or_default()
    );
    let inner = inner(case, all);
    out.push_str(&inner);
    out.push_str(if inner.is_empty() { "</testcase>" } else { "\n    </testcase>" });
    out
}

fn inner(case: &Case, all: &[Case]) -> String {
    let errors =
        || case.found.iter().filter(|found| found.error).map(|found| &*found.text).collect::<String>();
    let element = |name: &str, message: &str, text: &str| {
        format!("\n      <{name} message=\"{}\">{}</{name}>", attribute(message), cdata(text))
    };
    match case.status {
        Status::Pending | Status::Pass => {
            let warnings: String = case.found.iter().map(|found| &*found.text).collect();
            if warnings.is_empty() {
                return String::new();
            }
            format!("\n      <system-err>{}</system-err>", cdata(&warnings))
        }
        Status::Skip => {
            let before = all.iter().find(|case| case.status == Status::Error);
            let why = match before {
                Some(before) => format!(
                    "Previous testcase \"{}\" ended in error, which caused the remaining tests in the file to be skipped",
                    before.name
                ),
                None => "The tests were stopped before this one".into(),
            };
            element("skipped", "Testcase skipped due to a previous testcase error", &why)
        }
        Status::Fail => {
            let failed: Vec<&str> =
                case.found.iter().filter(|found| found.assertion).map(|found| &*found.detail).collect();
            let message =
                format!("{} of {} assertions failed: {}", failed.len(), case.asserts, failed.join(", "));
            element("failure", &message, &errors())
        }
        Status::Error => element("error", "Encountered an error", &errors()),
    }
}

/// Text in an attribute.
pub(crate) fn attribute(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in valid(text) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&#34;"),
            '\n' => out.push_str("&#xA;"),
            c => out.push(c),
        }
    }
    out
}

/// Text of an element, as it is.
pub(crate) fn cdata(text: &str) -> String {
    let text: String = valid(text).collect();
    format!("<![CDATA[{}]]>", text.replace("]]>", "]]]]><![CDATA[>"))
}

/// What can't stand in XML at all is left out.
fn valid(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars()
        .filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}') && (!c.is_control() || matches!(c, '\n' | '\t')))
}

#[cfg(test)]
mod tests {
    use super::{Case, Junit};
    use trueup_diag::{Diagnostic, Sources};
    use trueup_testing::Status;

    #[test]
    fn text_is_told_from_markup() {
        let mut junit = Junit::default();
        junit.begin("a&b.tftest.hcl");
        let (name, status) = ("one".to_owned(), Status::Fail);
        junit.add("a&b.tftest.hcl", Case { name, status, asserts: 2, took: None, found: Vec::new() });
        let found = Diagnostic::error("Test assertion failed", "x ]]> <b> \u{1}\u{fffe}\u{ffff}").into();
        junit.found(("a&b.tftest.hcl", "one"), &found, &Sources::default());
        let text = junit.text();
        for wanted in [
            "<testsuite name=\"a&amp;b.tftest.hcl\" tests=\"1\" skipped=\"0\" failures=\"1\" errors=\"0\">",
            "<failure message=\"1 of 2 assertions failed: x ]]&gt; &lt;b&gt; \">",
            "x ]]]]><![CDATA[> <b>",
        ] {
            assert!(text.contains(wanted), "{wanted} in {text}");
        }
        assert!(!text.contains(['\u{1}', '\u{fffe}', '\u{ffff}']), "{text}");
    }

    #[test]
    fn nothing_run_is_an_empty_document() {
        let wanted = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><testsuites></testsuites>";
        assert_eq!(Junit::default().text(), wanted);
    }
}
