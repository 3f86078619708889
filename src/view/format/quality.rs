//! GitLab's report of findings: <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>

use super::{Section, Telling, tellings};
use crate::report::Level;
use serde::Serialize;
use std::collections::BTreeSet;

#[derive(Serialize)]
struct FindingWire<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: LocationWire<'a>,
}

#[derive(Serialize)]
struct LocationWire<'a> {
    path: &'a str,
    lines: LinesWire,
}

#[derive(Serialize)]
struct LinesWire {
    begin: u32,
}

/// The findings of all stacks; each fingerprint once. GitLab wants a path even of what stands in no file: that of the
/// repository then.
pub(super) fn findings(sections: &[Section<'_>]) -> String {
    let mut known = BTreeSet::new();
    let mut out = Vec::new();
    for section in sections {
        for telling in tellings(section) {
            let one = finding(section, telling);
            if known.insert(one.fingerprint.clone()) {
                out.push(one);
            }
        }
    }
    trueup_document::text(&out) + "\n"
}

fn finding<'a>(section: &Section<'a>, telling: Telling<'a>) -> FindingWire<'a> {
    let place = telling.place().or(section.report.home.as_ref());
    FindingWire {
        description: telling.sentence(),
        check_name: telling.rule(),
        fingerprint: telling.fingerprint(section.stack),
        severity: match telling.level() {
            Level::Error => "major",
            Level::Warning => "minor",
            Level::Note => "info",
        },
        location: LocationWire {
            path: place.map_or(".", |place| &place.file),
            lines: LinesWire { begin: place.and_then(|place| place.line).unwrap_or(1) },
        },
    }
}
