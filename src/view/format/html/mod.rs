//! A page that holds everything it needs and fetches nothing: summary, differences, the graph, search. All that comes from
//! a configuration or a cloud stands in it as text alone; only the style and the script of the page itself are allowed.

mod item;

use super::Section;
use crate::graph::svg::{escaped, picture};
use crate::report::{Cause, Finding, Level, Report, Verb};
use base64::Engine;
use item::{item, pre};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

const STYLE: &str = concat!(include_str!("../../graph/graph.css"), include_str!("page.css"));
const SCRIPT: &str = include_str!("page.js");

/// The page.
pub(super) fn page(sections: &[Section<'_>]) -> String {
    let title = title(sections);
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    );
    let body: String =
        sections.iter().enumerate().map(|(index, section)| one(index, section, sections.len())).collect();
    let (chips, about) = (chips(sections), about(sections));
    format!(
        "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta name=\"referrer\" content=\"no-referrer\">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<header>
<h1>{title}</h1>
{about}{chips}</header>
<div class=\"tools\" hidden><input type=\"search\" placeholder=\"Search (/)\" aria-label=\"Search in addresses and differences\"><button type=\"button\" data-all=\"open\">Open all</button><button type=\"button\" data-all=\"close\">Close all</button><output></output></div>
<main>
{body}</main>
<footer>trueup {}</footer>
<script>{SCRIPT}</script>
</body>
</html>
",
        trueup_document::VERSION
    )
}

/// The source expression of what stands in the page itself: <https://www.w3.org/TR/CSP3/#grammardef-hash-source>.
fn hash(text: &str) -> String {
    format!("sha256-{}", base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text)))
}

fn title(sections: &[Section<'_>]) -> String {
    match sections {
        [Section { stack: "", report }] => escaped(&report.headline()),
        [Section { stack, report }] => escaped(&format!("{stack}: {}", report.headline())),
        sections => format!("{} stacks", sections.len()),
    }
}

/// Of which commit, when, in which workspace; where that is the same for all.
fn about(sections: &[Section<'_>]) -> String {
    let same = |of: fn(&Report) -> Option<String>| {
        let mut all = sections.iter().map(|one| of(one.report));
        let first = all.next()??;
        all.all(|other| other.as_ref() == Some(&first)).then_some(first)
    };
    let parts = [
        same(|report| report.commit.clone()),
        same(|report| (report.workspace != "default").then(|| format!("workspace {}", report.workspace))),
        same(|report| Some(report.timestamp.clone()).filter(|time| !time.is_empty())),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().map(|part| escaped(&part)).collect();
    if parts.is_empty() { String::new() } else { format!("<p class=\"about\">{}</p>\n", parts.join(" · ")) }
}

/// The counts; each shows only its own when it is pressed.
fn chips(sections: &[Section<'_>]) -> String {
    let mut counts: BTreeMap<Verb, usize> = BTreeMap::new();
    for section in sections {
        for (verb, count) in section.report.counts() {
            *counts.entry(verb).or_default() += count;
        }
    }
    let unchanged: usize = sections.iter().map(|section| section.report.unchanged.len()).sum();
    let mut out: String = counts
        .iter()
        .map(|(verb, count)| {
            let (class, word) = (class(*verb), verb.word());
            format!("<button type=\"button\" class=\"chip {class}\" data-verb=\"{class}\" aria-pressed=\"false\"><b>{count}</b> {word}</button>")
        })
        .collect();
    if unchanged > 0 {
        out.push_str(&format!("<span class=\"chip\"><b>{unchanged}</b> unchanged</span>"));
    }
    format!("<div class=\"chips\">{out}</div>\n")
}

/// The verb as a class.
fn class(verb: Verb) -> String {
    verb.word().replace(' ', "-")
}

fn one(index: usize, section: &Section<'_>, of: usize) -> String {
    let report = section.report;
    let mut out = String::new();
    if of > 1 {
        let (stack, headline) = (escaped(section.stack), escaped(&report.headline()));
        out.push_str(&format!(
            "<section class=\"stack\" id=\"stack-{index}\"><h2>{stack} <small>{headline}</small></h2>\n"
        ));
    }
    for (is, remark) in [
        (report.errored, "It stopped at an error, so this is not the whole."),
        (report.partial, "Only a part of the configuration was looked at (-target or -exclude)."),
    ] {
        if is {
            out.push_str(&format!("<p class=\"remark\">{remark}</p>\n"));
        }
    }
    report.findings.iter().for_each(|one| out.push_str(&finding(one)));
    let items = report.gravest_first();
    if items.is_empty() && report.outputs.is_empty() && !report.errored {
        out.push_str("<p class=\"calm\">Nothing to tell.</p>\n");
    }
    out.push_str(&causes(report));
    items.into_iter().for_each(|one| out.push_str(&item(one)));
    if !report.outputs.is_empty() {
        let lines = pre(&[], &report.outputs);
        out.push_str(&format!("<h3>Outputs</h3>\n<div class=\"outputs\">{lines}</div>\n"));
    }
    if !report.outside.is_empty() {
        out.push_str("<h3>Changed outside of Git</h3>\n");
        report.outside.iter().for_each(|one| out.push_str(&item(one)));
    }
    if !report.excused.is_empty() {
        out.push_str("<h3>Different, and not counted</h3>\n");
        report.excused.iter().for_each(|one| out.push_str(&item(one)));
    }
    out.push_str(&graph(index, report));
    if of > 1 { out + "</section>\n" } else { out }
}

/// What has one cause, in a line each.
fn causes(report: &Report) -> String {
    let line = |one: &Cause| {
        let change = one.change.as_ref().map(|change| format!(": <code>{}</code>", escaped(change)));
        let (attribute, kind) = (escaped(&one.attribute), escaped(&one.kind));
        format!(
            "<li><code>{attribute}</code> of {} <code>{kind}</code>{}</li>\n",
            one.objects,
            change.unwrap_or_default()
        )
    };
    let lines: String = report.causes.iter().map(line).collect();
    if lines.is_empty() {
        return lines;
    }
    format!(
        "<section class=\"causes\"><h3>The same change in several places</h3><ul>\n{lines}</ul></section>\n"
    )
}

fn finding(finding: &Finding) -> String {
    let level = finding.level.word();
    let word = match finding.level {
        Level::Error => "Error",
        Level::Warning => "Warning",
        Level::Note => "Note",
    };
    let place = finding.place.as_ref().map(|place| match place.line {
        Some(line) => format!("{}:{line}", place.file),
        None => place.file.clone(),
    });
    let under: Vec<String> = finding
        .address
        .iter()
        .cloned()
        .chain(place)
        .map(|text| format!("<code>{}</code>", escaped(&text)))
        .collect();
    let under = if under.is_empty() { String::new() } else { format!("<p>{}</p>", under.join(" · ")) };
    let detail = lines(&finding.detail);
    format!(
        "<section class=\"finding {level}\"><h3>{word}: {}</h3>{under}<p class=\"detail\">{detail}</p></section>\n",
        escaped(&finding.title)
    )
}

/// Text over several lines; line ends stay.
fn lines(text: &str) -> String {
    text.lines().map(escaped).collect::<Vec<_>>().join("\n")
}

fn graph(index: usize, report: &Report) -> String {
    let Some(drawing) = &report.graph else { return String::new() };
    let (width, height, inner) = picture(drawing);
    // Several pictures on a page have arrow heads of their own.
    let tip = format!("tip{index}");
    let inner =
        inner.replace("id=\"tip\"", &format!("id=\"{tip}\"")).replace("url(#tip)", &format!("url(#{tip})"));
    format!(
        "<details class=\"picture\"><summary>What depends on what</summary><div class=\"scroll\"><svg xmlns=\"http://www.w3.org/2000/svg\" class=\"graph\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"Resources and what depends on what\">\n{inner}</svg></div></details>\n"
    )
}
