//! Findings with their places: SARIF 2.1.0, <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>. A run for
//! each stack, so that a forge keeps the findings of one when those of another come in.

use super::{Section, Telling, tellings};
use crate::report::{Place, Subject};
use serde::Serialize;
use std::collections::BTreeMap;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogWire<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: Vec<RunWire<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RunWire<'a> {
    tool: ToolWire<'a>,
    automation_details: IdWire,
    results: Vec<ResultWire<'a>>,
}

#[derive(Serialize)]
struct IdWire {
    id: String,
}

#[derive(Serialize)]
struct ToolWire<'a> {
    driver: DriverWire<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DriverWire<'a> {
    name: &'static str,
    version: &'static str,
    rules: Vec<RuleWire<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleWire<'a> {
    id: &'a str,
    short_description: TextWire,
    full_description: TextWire,
    help: TextWire,
    default_configuration: LevelWire,
}

#[derive(Serialize)]
struct LevelWire {
    level: &'static str,
}

#[derive(Serialize)]
struct TextWire {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultWire<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: TextWire,
    locations: Vec<LocationWire<'a>>,
    partial_fingerprints: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LocationWire<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<PhysicalWire>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalWire<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalWire {
    artifact_location: ArtifactWire,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<RegionWire>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactWire {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RegionWire {
    start_line: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalWire<'a> {
    fully_qualified_name: &'a str,
    kind: &'static str,
}

/// The log.
pub(super) fn log(sections: &[Section<'_>]) -> String {
    let runs = sections.iter().map(run).collect();
    trueup_document::text(&LogWire { schema: SCHEMA, version: "2.1.0", runs }) + "\n"
}

fn run<'a>(section: &Section<'a>) -> RunWire<'a> {
    let told = tellings(section);
    let mut rules: BTreeMap<&str, Telling<'_>> = BTreeMap::new();
    for one in &told {
        rules.entry(one.rule()).or_insert(*one);
    }
    let index: BTreeMap<&str, usize> = rules.keys().enumerate().map(|(place, rule)| (*rule, place)).collect();
    let results = told.iter().map(|one| result(*one, index[one.rule()], section)).collect();
    let word = match section.report.subject {
        Subject::Plan(_) => "plan",
        Subject::Drift => "drift",
    };
    let stack = if section.stack.is_empty() { String::new() } else { format!("{}/", section.stack) };
    RunWire {
        tool: ToolWire {
            driver: DriverWire {
                name: "trueup",
                version: trueup_document::VERSION,
                rules: rules.into_iter().map(|(id, one)| rule(id, one)).collect(),
            },
        },
        automation_details: IdWire { id: format!("trueup/{word}/{stack}") },
        results,
    }
}

fn rule<'a>(id: &'a str, one: Telling<'_>) -> RuleWire<'a> {
    let about = match one {
        Telling::Item(item) => item.verb.about().to_owned(),
        Telling::Finding(finding) => match id {
            "run/error" => "Something went wrong.".into(),
            "run/warning" => "Something is worth knowing.".into(),
            "check/failed" => "A condition of the configuration doesn't hold.".into(),
            _ => escaped(&finding.title),
        },
    };
    // GitHub wants all three: <https://docs.github.com/en/code-security/reference/code-scanning/sarif-files>.
    let text = || TextWire { text: about.clone() };
    RuleWire {
        id,
        short_description: text(),
        full_description: text(),
        help: text(),
        default_configuration: LevelWire { level: one.level().word() },
    }
}

fn result<'a>(one: Telling<'a>, rule_index: usize, section: &Section<'a>) -> ResultWire<'a> {
    let kind = if matches!(one, Telling::Item(_)) { "resource" } else { "declaration" };
    let logical = one.address().map(|name| LogicalWire { fully_qualified_name: name, kind });
    let location = LocationWire {
        physical_location: one.place().or(section.report.home.as_ref()).map(physical),
        logical_locations: logical.into_iter().collect(),
    };
    let nowhere = location.physical_location.is_none() && location.logical_locations.is_empty();
    ResultWire {
        rule_id: one.rule(),
        rule_index,
        level: one.level().word(),
        message: TextWire { text: escaped(&one.sentence()) },
        locations: if nowhere { Vec::new() } else { vec![location] },
        // Several objects have the same block: GitHub tells findings of one line apart by the second name alone.
        partial_fingerprints: ["trueupFinding/v1", "primaryLocationLineHash"]
            .map(|name| (name, one.fingerprint(section.stack)))
            .into(),
    }
}

fn physical(place: &Place) -> PhysicalWire {
    PhysicalWire {
        artifact_location: ArtifactWire { uri: encoded(&place.file), uri_base_id: "%SRCROOT%" },
        region: place.line.map(|start_line| RegionWire { start_line }),
    }
}

/// A path as a relative reference (RFC 3986).
fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Text in which nothing is a placeholder or a link (3.11.5 and 3.11.6 of the standard).
fn escaped(text: &str) -> String {
    let text = text.replace('{', "{{").replace('}', "}}");
    if text.contains("](") {
        text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{encoded, escaped};

    #[test]
    fn text_and_paths_are_no_more_than_that() {
        let check = |text: &str, wanted: &str| assert_eq!(escaped(text), wanted);
        check("a.b[0] is gone", "a.b[0] is gone");
        check("a.b[\"{0}\"]", "a.b[\"{{0}}\"]");
        check("a[\"[x](http://x)\"]", "a\\[\"\\[x\\](http://x)\"\\]");
        assert_eq!(encoded("a b/ü.tf"), "a%20b/%C3%BC.tf");
    }
}
