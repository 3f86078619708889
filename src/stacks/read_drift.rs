//! `drift` blocks from text to settings.

use crate::drift::{CorrectSettings, DriftSettings, IgnoreRule, Measure, Quarantine, Until, Window};
use crate::pattern::Pattern;
use crate::read::Reader;
use jiff::civil::{Time, Weekday};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::Duration;
use trueup_diag::{Diagnostic, Span, nearest};
use trueup_parse::ast::Block;
use trueup_parse::{BodySchema, Content};
use trueup_value::{Type, duration};

static DRIFT: LazyLock<BodySchema> =
    LazyLock::new(|| BodySchema::default().block("ignore", &[]).block("correct", &[]));
static IGNORE: LazyLock<BodySchema> = LazyLock::new(|| {
    ["addresses", "types", "attributes", "until"]
        .into_iter()
        .fold(BodySchema::default().required("reason"), BodySchema::optional)
});
static CORRECT: LazyLock<BodySchema> = LazyLock::new(|| {
    [
        "actions",
        "types",
        "addresses",
        "attributes",
        "max_changes",
        "allow_delete",
        "allow_replace",
        "only_at_applied_commit",
    ]
    .into_iter()
    .fold(BodySchema::default().block("window", &[]).block("quarantine", &[]), BodySchema::optional)
});
static WINDOW: LazyLock<BodySchema> =
    LazyLock::new(|| BodySchema::default().optional("days").optional("hours").optional("time_zone"));
static QUARANTINE: LazyLock<BodySchema> =
    LazyLock::new(|| BodySchema::default().optional("corrections").optional("within").optional("back_off"));

/// The time zones of the world as they were when this was built: the machine may have others, or none.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

const ACTIONS: [Measure; 2] = [Measure::Update, Measure::Create];
const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

impl Reader<'_> {
    /// Adds what a `drift` block says.
    pub(crate) fn drift(&mut self, block: &Block, settings: &mut DriftSettings) {
        let content = self.content(block, &DRIFT);
        for block in content.blocks("ignore") {
            settings.ignore.extend(self.ignore(block));
        }
        for block in content.blocks("correct") {
            if settings.correct.is_some() {
                let detail = "What may be corrected stands in one block here.";
                self.fail("Duplicate correct block", detail, block.header_span);
                continue;
            }
            settings.correct = Some(self.correct(block));
        }
    }

    fn ignore(&mut self, block: &Block) -> Option<IgnoreRule> {
        let content = self.content(block, &IGNORE);
        let file = self.sources.file(block.header_span.file);
        let line = file.position(block.header_span.start).line;
        let reason = self.text(&content, "reason")?;
        if reason.trim().is_empty() {
            let detail = "A rule that hides drift says why, for whoever reads the report.";
            self.fail("Rule without a reason", detail, block.header_span);
        }
        let rule = IgnoreRule {
            addresses: self.patterns(&content, "addresses"),
            types: self.patterns(&content, "types"),
            attributes: self.patterns(&content, "attributes"),
            reason,
            until: self.until(&content),
            line,
        };
        if rule.addresses.is_empty() && rule.types.is_empty() && rule.attributes.is_empty() {
            let detail =
                "A rule names addresses, types or attributes; one that names none would hide all drift.";
            self.fail("Rule that hides everything", detail, block.header_span);
            return None;
        }
        Some(rule)
    }

    fn until(&mut self, content: &Content<'_>) -> Option<Until> {
        let text = self.text(content, "until")?;
        let until = Until::parse(&text);
        if until.is_none() {
            let detail =
                format!("\"{text}\" is neither a day (2027-01-31) nor a time (2027-01-31T18:00:00Z).");
            self.fail_in(content, "until", "Invalid end of a rule", detail);
        }
        until
    }

    fn correct(&mut self, block: &Block) -> CorrectSettings {
        let content = self.content(block, &CORRECT);
        let mut settings = CorrectSettings {
            types: self.patterns(&content, "types"),
            addresses: self.patterns(&content, "addresses"),
            attributes: self.patterns(&content, "attributes"),
            changes_max: self.count(&content, "max_changes"),
            only_at_applied_commit: self.truth(&content, "only_at_applied_commit"),
            ..CorrectSettings::default()
        };
        if content.attribute("actions").is_some() {
            settings.actions = self.actions(&content);
        }
        for (name, measure) in [("allow_delete", Measure::Delete), ("allow_replace", Measure::Replace)] {
            if self.truth(&content, name) {
                settings.actions.insert(measure);
            }
        }
        for block in content.blocks("window") {
            settings.windows.extend(self.window(block));
        }
        for block in content.blocks("quarantine") {
            settings.quarantine = self.quarantine(block);
        }
        settings
    }

    fn actions(&mut self, content: &Content<'_>) -> BTreeSet<Measure> {
        let mut actions = BTreeSet::new();
        for text in self.texts(content, "actions") {
            if let Some(action) = ACTIONS.into_iter().find(|action| action.word() == text) {
                actions.insert(action);
                continue;
            }
            let detail = match &*text {
                "delete" | "replace" => format!("\"{text}\" has a switch of its own: allow_{text} = true."),
                _ => {
                    format!("\"{text}\" is none of the actions of a correction, which are update and create.")
                }
            };
            self.fail_in(content, "actions", "Invalid action", detail);
        }
        actions
    }

    fn window(&mut self, block: &Block) -> Option<Window> {
        let content = self.content(block, &WINDOW);
        let texts = self.texts(&content, "days");
        let mut days = Vec::new();
        for text in &texts {
            let short = |(day, _): &&(&str, Weekday)| text.to_lowercase() == *day;
            if let Some((_, day)) = DAYS.iter().find(short) {
                days.push(*day);
                continue;
            }
            let detail = format!("\"{text}\" is no day: they are mon, tue, wed, thu, fri, sat and sun.");
            self.fail_in(&content, "days", "Invalid day", detail);
        }
        let hours_text = self.text(&content, "hours");
        let hours = hours_text.as_deref().map(hours);
        if let Some(None) = hours {
            let detail = "Hours are a beginning and an end on the clock: \"08:00-17:30\".";
            self.fail_in(&content, "hours", "Invalid hours", detail);
        }
        let name = self.text(&content, "time_zone").unwrap_or_else(|| "UTC".into());
        let zone = self.zone(&content, &name)?;
        let days_text = if texts.is_empty() { "each day".into() } else { texts.join(", ") };
        let text = match &hours_text {
            Some(hours) => format!("{days_text} {hours} {name}"),
            None => format!("{days_text} {name}"),
        };
        Some(Window { days, hours: hours.flatten(), zone, text })
    }

    fn zone(&mut self, content: &Content<'_>, name: &str) -> Option<TimeZone> {
        if let Ok(zone) = ZONES.get(name) {
            return Some(zone);
        }
        let detail = format!("There is no time zone \"{name}\" in the tz database.");
        let problem = Diagnostic::error("Invalid time zone", detail)
            .at_opt(content.attribute("time_zone").map(|attribute| attribute.expr.span));
        let known: Vec<String> = ZONES.available().map(|zone| zone.to_string()).collect();
        self.diagnostics.push(match nearest(name, known.iter().map(String::as_str)) {
            Some(near) => problem.hint(format!("did you mean \"{near}\"?")),
            None => problem.hint("name it by its place: \"Europe/Berlin\", or \"UTC\""),
        });
        None
    }

    fn quarantine(&mut self, block: &Block) -> Quarantine {
        let content = self.content(block, &QUARANTINE);
        let usual = Quarantine::default();
        Quarantine {
            corrections: self.count(&content, "corrections").unwrap_or(usual.corrections),
            within: self.time(&content, "within").unwrap_or(usual.within),
            back_off: self.time(&content, "back_off").unwrap_or(usual.back_off),
        }
    }

    fn time(&mut self, content: &Content<'_>, name: &str) -> Option<Duration> {
        let text = self.text(content, name)?;
        let time = duration(&text);
        if time.is_none() {
            let detail =
                format!("\"{text}\" is no length of time: numbers with units, as in \"90m\" or \"168h\".");
            self.fail_in(content, name, "Invalid duration", detail);
        }
        time
    }

    pub(crate) fn count(&mut self, content: &Content<'_>, name: &str) -> Option<usize> {
        let value = self.constant(&content.attribute(name)?.expr, &Type::Number)?;
        let count = value.as_number().and_then(|number| number.to_string().parse().ok());
        if count.is_none_or(|count: usize| count == 0) {
            self.fail_in(content, name, "Invalid number", "A whole number from 1 on stands here.");
            return None;
        }
        count
    }

    pub(crate) fn truth(&mut self, content: &Content<'_>, name: &str) -> bool {
        let Some(attribute) = content.attribute(name) else { return false };
        let value = self.constant(&attribute.expr, &Type::Bool);
        value.and_then(|value| value.as_bool()).unwrap_or(false)
    }

    fn patterns(&mut self, content: &Content<'_>, name: &str) -> Vec<Pattern> {
        self.texts(content, name).into_iter().map(Pattern::new).collect()
    }

    fn fail_in(
        &mut self,
        content: &Content<'_>,
        name: &str,
        summary: &'static str,
        detail: impl Into<String>,
    ) {
        let at: Option<Span> = content.attribute(name).map(|attribute| attribute.expr.span);
        self.diagnostics.push(Diagnostic::error(summary, detail).at_opt(at));
    }
}

/// `08:00-17:30`; an end of 24:00 is midnight.
fn hours(text: &str) -> Option<(Time, Time)> {
    let (from, to) = text.split_once('-')?;
    let to = if to.trim() == "24:00" { "00:00" } else { to };
    let (from, to) = (clock(from)?, clock(to)?);
    (from != to).then_some((from, to))
}

fn clock(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}
