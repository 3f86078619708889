//! Comments on pull requests: <https://github.github.com/gfm>. A heading with counts, a table, what is destroyed first and
//! unfolded, each object's difference in a fence; cut between lines where there is a limit.

mod escape;
mod piece;
mod proposal;

pub use proposal::proposal;

use super::{BYTES_MIN, Limits, Section};
use crate::report::{Cause, Item, Level, Report, Subject, Verb, objects};
use escape::{code, code_element, target};
use piece::Piece;
use std::collections::BTreeSet;
use trueup_plan::Summary;

/// Rows of a table that anybody reads.
const ROWS_MAX: usize = 100;
/// Too little for a cut piece to be worth showing.
const CUT_MIN: usize = 300;

/// The comment; not longer than its limit.
pub(super) fn comment(sections: &[Section<'_>], limits: Limits<'_>) -> String {
    let written: Vec<Written> = sections.iter().map(|section| Written::of(section, limits)).collect();
    let head = heading(sections);
    let whole: usize = head.len() + written.iter().map(Written::size).sum::<usize>();
    let several = sections.len() > 1;
    let table = if several { stacks(sections, None) } else { String::new() };
    let bytes_max = limits.bytes_max.map_or(usize::MAX, |bytes| bytes.max(BYTES_MIN));
    if whole + table.len() <= bytes_max {
        let all: String = written.iter().map(Written::whole).collect();
        return finished(&format!("{head}{table}{all}"));
    }
    cut(sections, &written, head, (bytes_max, limits))
}

/// What fits, gravest first.
fn cut(
    sections: &[Section<'_>],
    written: &[Written],
    head: String,
    (bytes_max, limits): (usize, Limits<'_>),
) -> String {
    let objects: usize = written.iter().map(Written::objects).sum();
    let link = limits.link.filter(|link| link.len() < bytes_max / 4);
    let reserved = footer(objects, objects, link).len();
    let mut left = bytes_max.saturating_sub(reserved + head.len());
    let table = if sections.len() > 1 { stacks(sections, Some(left / 3)) } else { String::new() };
    left -= table.len();
    // A section that has no room isn't begun; its row in the table is there.
    let mut begun = BTreeSet::new();
    let is_loud = |section: &Written| section.pieces.iter().any(|piece| piece.loud);
    let (loud, calm): (Vec<_>, Vec<_>) =
        written.iter().enumerate().partition(|(_, section)| is_loud(section));
    for (index, section) in loud.into_iter().chain(calm) {
        let frame = section.before.len() + section.after.len();
        if frame <= left {
            left -= frame;
            begun.insert(index);
        }
    }
    let mut texts: Vec<Vec<String>> =
        written.iter().map(|one| vec![String::new(); one.pieces.len()]).collect();
    let mut shown = 0;
    let order = |loud: bool| {
        let pieces = |index: usize| {
            written[index].pieces.iter().enumerate().map(move |(place, piece)| (index, place, piece))
        };
        begun.iter().flat_map(move |index| pieces(*index)).filter(move |(.., piece)| piece.loud == loud)
    };
    for (index, place, piece) in order(true).chain(order(false)) {
        let whole = piece.whole();
        let text = if whole.len() <= left {
            Some(whole)
        } else if left >= CUT_MIN {
            piece.cut(left)
        } else {
            None
        };
        if let Some(text) = text {
            left -= text.len();
            shown += usize::from(piece.object);
            texts[index][place] = text;
        }
    }
    let mut out = head + &table;
    for index in begun {
        let section = &written[index];
        out.push_str(&format!("{}{}{}", section.before, texts[index].concat(), section.after));
    }
    finished(&format!("{}{}", out.trim_end(), footer(shown, objects, link)))
}

fn finished(text: &str) -> String {
    format!("{}\n", text.trim_end())
}

fn footer(shown: usize, objects: usize, link: Option<&str>) -> String {
    let whole = match link {
        Some(link) => format!(" [The whole]({}).", target(link)),
        None => String::new(),
    };
    format!(
        "\n---\n_Cut to what fits here: {shown} of {objects} objects are shown, some maybe in part._{whole}\n"
    )
}

/// One stack's part.
struct Written {
    before: String,
    pieces: Vec<Piece>,
    after: String,
}

impl Written {
    fn of(section: &Section<'_>, limits: Limits<'_>) -> Written {
        let report = section.report;
        let mut before = String::new();
        let named = !section.stack.is_empty();
        let folded = named && limits.folds;
        let loud = report.items.iter().any(|item| item.verb.is_loud());
        if folded {
            let open = if loud || report.errored { " open" } else { "" };
            let (stack, headline) = (code_element(section.stack), report.headline());
            before.push_str(&format!("<details{open}><summary><b>{stack}</b> {headline}</summary>\n\n"));
        } else if named {
            before.push_str(&format!("### {}: {}\n\n", code(section.stack), report.headline()));
        }
        before.push_str(&remarks(report));
        let findings = report.findings.iter().filter(|finding| finding.level != Level::Note);
        let mut pieces = vec![Piece::of_text(table(report)), Piece::of_text(causes(report))];
        pieces.extend(findings.map(Piece::of_finding));
        pieces.extend(report.gravest_first().into_iter().map(|item| Piece::of_item(item, limits.folds)));
        if !report.outputs.is_empty() {
            pieces.push(Piece::of_outputs(&report.outputs));
        }
        pieces.extend(report.outside.iter().map(|item| Piece::of_item(item, limits.folds)));
        pieces.push(Piece::of_text(excused(report)));
        Written { before, pieces, after: if folded { "</details>\n\n".into() } else { String::new() } }
    }

    fn objects(&self) -> usize {
        self.pieces.iter().filter(|piece| piece.object).count()
    }

    fn size(&self) -> usize {
        self.before.len()
            + self.after.len()
            + self.pieces.iter().map(|piece| piece.whole().len()).sum::<usize>()
    }

    fn whole(&self) -> String {
        let pieces: String = self.pieces.iter().map(Piece::whole).collect();
        format!("{}{pieces}{}", self.before, self.after)
    }
}

/// The first line, with counts over all stacks.
fn heading(sections: &[Section<'_>]) -> String {
    match sections {
        [Section { stack: "", report }] => format!("## {}\n\n{}", report.headline(), loud(sections)),
        [] => "## No stacks\n".into(),
        sections => {
            let s = if sections.len() == 1 { "" } else { "s" };
            format!("## {} stack{s}: {}\n\n{}", sections.len(), totals(sections), loud(sections))
        }
    }
}

/// What is lost, so that nobody overlooks it.
fn loud(sections: &[Section<'_>]) -> String {
    let of = |verb: Verb| {
        sections.iter().flat_map(|one| &one.report.items).filter(|item| item.verb == verb).count()
    };
    let told = |(verb, words): (Verb, [&str; 2])| match of(verb) {
        0 => None,
        count => Some(format!("{} {}", objects(count), words[usize::from(count > 1)])),
    };
    let all = [
        (Verb::Destroy, ["will be destroyed"; 2]),
        (Verb::Replace, ["will be destroyed and made anew"; 2]),
        (Verb::Vanished, ["is gone", "are gone"]),
    ];
    let parts: Vec<String> = all.into_iter().filter_map(told).collect();
    if parts.is_empty() { String::new() } else { format!("⚠️ **{}.**\n\n", parts.join(", ")) }
}

/// Sums over all stacks.
fn totals(sections: &[Section<'_>]) -> String {
    let sum = |of: fn(&Summary) -> usize| sections.iter().map(|one| of(&one.report.summary)).sum::<usize>();
    let failed = sections.iter().filter(|one| one.report.errored).count();
    let failed = if failed > 0 { format!(", {failed} failed") } else { String::new() };
    if sections.iter().all(|one| one.report.subject == Subject::Drift) {
        let drifted = |verb| {
            sections.iter().map(|one| one.report.counts().get(&verb).copied().unwrap_or(0)).sum::<usize>()
        };
        let (changed, gone) = (drifted(Verb::Changed), drifted(Verb::Vanished));
        return format!("{changed} changed outside of Git, {gone} gone{failed}");
    }
    let (add, change, destroy) = (sum(|s| s.add), sum(|s| s.change), sum(|s| s.destroy));
    format!("{add} to add, {change} to change, {destroy} to destroy{failed}")
}

/// A row for each stack; as many as fit.
fn stacks(sections: &[Section<'_>], bytes_max: Option<usize>) -> String {
    let mut out = String::from(
        "| Stack | Create | Update | Replace | Destroy | Import | Drift | Failed conditions |\n|:--|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    let reserved = 40;
    for (index, section) in sections.iter().enumerate() {
        let row = row(section);
        let more = sections.len() - index;
        if bytes_max.is_some_and(|bytes| out.len() + row.len() + reserved > bytes) {
            out.push_str(&format!("| … {more} more | | | | | | | |\n"));
            break;
        }
        out.push_str(&row);
    }
    out + "\n"
}

fn row(section: &Section<'_>) -> String {
    let report = section.report;
    let counts = report.counts();
    let number = |count: usize| if count == 0 { String::new() } else { count.to_string() };
    let of = |verb| number(counts.get(&verb).copied().unwrap_or(0));
    let strong = |text: String| if text.is_empty() { text } else { format!("**{text}**") };
    let imported = number(report.summary.import);
    let changed = |verb| counts.get(&verb).copied().unwrap_or(0);
    let drift = number(changed(Verb::Changed) + changed(Verb::Vanished) + report.outside.len());
    let failing =
        report.findings.iter().filter(|one| one.rule != "run/warning" && one.rule != "run/error").count();
    let name = code(section.stack);
    let name = if report.errored { format!("❌ {name}") } else { name };
    format!(
        "| {name} | {} | {} | {} | {} | {imported} | {drift} | {} |\n",
        of(Verb::Create),
        of(Verb::Update),
        strong(of(Verb::Replace)),
        strong(of(Verb::Destroy)),
        number(failing)
    )
}

/// What the reader of a report has to know.
fn remarks(report: &Report) -> String {
    let mut out = String::new();
    if report.errored && !report.items.is_empty() {
        out.push_str("❌ It stopped at an error, so this is not the whole.\n\n");
    }
    if report.partial {
        out.push_str("Only a part of the configuration was looked at (`-target` or `-exclude`).\n\n");
    }
    if let Some(commit) = &report.commit {
        out.push_str(&format!("From {}.\n\n", code(commit)));
    }
    out
}

/// What has one cause, in a line each.
fn causes(report: &Report) -> String {
    if report.causes.is_empty() {
        return String::new();
    }
    let line = |one: &Cause| {
        let change = one.change.as_ref().map(|change| format!(": {}", code(change))).unwrap_or_default();
        format!("- {} of {} {}{change}\n", code(&one.attribute), one.objects, code(&one.kind))
    };
    let lines: String = report.causes.iter().take(ROWS_MAX).map(line).collect();
    format!("The same change in several places, which has one cause:\n\n{lines}\n")
}

/// What differs and alarms nobody, with why.
fn excused(report: &Report) -> String {
    if report.excused.is_empty() {
        return String::new();
    }
    let line = |item: &Item| {
        let excuse = item.excuse.as_deref().unwrap_or_default();
        format!("- {}: {}\n", code(&item.address), code(excuse))
    };
    let lines: String = report.excused.iter().take(ROWS_MAX).map(line).collect();
    let more = report.excused.len().saturating_sub(ROWS_MAX);
    let more = if more > 0 { format!("- … {more} more\n") } else { String::new() };
    format!("Different, and not counted:\n\n{lines}{more}\n")
}

/// A row for each object, gravest first.
fn table(report: &Report) -> String {
    let items = report.gravest_first();
    if items.is_empty() {
        return String::new();
    }
    let mut out = String::from("| | | Object |\n|:--|:--|:--|\n");
    for item in items.iter().take(ROWS_MAX) {
        let word = item.verb.word();
        let word = if item.verb.is_loud() { format!("**{word}**") } else { word.to_owned() };
        out.push_str(&format!("| `{}` | {word} | {} |\n", item.verb.symbol(), code(&item.address)));
    }
    if items.len() > ROWS_MAX {
        out.push_str(&format!("| | | … {} more |\n", items.len() - ROWS_MAX));
    }
    out + "\n"
}
