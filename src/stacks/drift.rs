//! What `drift` blocks in `trueup.hcl` say: what isn't reported, and what may be corrected.

use crate::pattern::Pattern;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use std::collections::BTreeSet;
use std::time::Duration;

/// The `drift` blocks that hold for a stack.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DriftSettings {
    /// What isn't reported, in the order it is written.
    pub ignore: Vec<IgnoreRule>,
    /// What may be corrected; the defaults hold where nothing is said.
    pub correct: Option<CorrectSettings>,
}

impl DriftSettings {
    /// These with those of a stack: what it ignores comes on top, and what it says of correction stands instead.
    #[must_use]
    pub fn and(mut self, of_stack: DriftSettings) -> DriftSettings {
        self.ignore.extend(of_stack.ignore);
        self.correct = of_stack.correct.or(self.correct);
        self
    }
}

/// One `ignore` block. A list that is empty takes in everything; there is none of which all three are.
#[derive(Clone, Debug, PartialEq)]
pub struct IgnoreRule {
    /// Addresses of resource instances.
    pub addresses: Vec<Pattern>,
    /// Types of resources.
    pub types: Vec<Pattern>,
    /// Paths of attributes. Without any the whole resource is left out, though it be gone.
    pub attributes: Vec<Pattern>,
    /// Why, for people.
    pub reason: String,
    /// Until when it holds.
    pub until: Option<Until>,
    /// Where it stands in `trueup.hcl`, counted from 1.
    pub line: u32,
}

/// The end of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Until {
    /// As it was written.
    pub text: String,
    /// The first moment at which the rule no longer holds.
    pub end: Timestamp,
}

impl Until {
    /// From a day (the rule holds through its end in UTC) or a time in RFC 3339.
    pub(crate) fn parse(text: &str) -> Option<Until> {
        let end = match text.parse::<jiff::civil::Date>() {
            Ok(day) if !text.contains('T') => {
                day.checked_add(1.day()).ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp()
            }
            _ => text.parse().ok()?,
        };
        Some(Until { text: text.to_owned(), end })
    }
}

/// What a correction does to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Changes it in place.
    Update,
    /// Makes it again where it is gone.
    Create,
    /// Makes another one in its place.
    Replace,
    /// Destroys it.
    Delete,
}

impl Measure {
    /// As it is written in `actions`.
    pub fn word(self) -> &'static str {
        match self {
            Measure::Update => "update",
            Measure::Create => "create",
            Measure::Replace => "replace",
            Measure::Delete => "delete",
        }
    }
}

/// A `correct` block.
#[derive(Clone, Debug, PartialEq)]
pub struct CorrectSettings {
    /// What may be done.
    pub actions: BTreeSet<Measure>,
    /// Types of resources that may be corrected; all where there are none.
    pub types: Vec<Pattern>,
    /// Addresses that may be corrected; all where there are none.
    pub addresses: Vec<Pattern>,
    /// Attributes that may be corrected; all where there are none. An object has to be made again as a whole.
    pub attributes: Vec<Pattern>,
    /// At most so many objects in one run.
    pub changes_max: Option<usize>,
    /// Only of the commit that was applied last.
    pub only_at_applied_commit: bool,
    /// When; at any time where there are none.
    pub windows: Vec<Window>,
    /// What is left alone because it comes back.
    pub quarantine: Quarantine,
}

impl Default for CorrectSettings {
    /// In place, at any time, as much as there is.
    fn default() -> CorrectSettings {
        CorrectSettings {
            actions: BTreeSet::from([Measure::Update]),
            types: Vec::new(),
            addresses: Vec::new(),
            attributes: Vec::new(),
            changes_max: None,
            only_at_applied_commit: false,
            windows: Vec::new(),
            quarantine: Quarantine::default(),
        }
    }
}

/// When something that drifts again and again is left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantine {
    /// After so many corrections,
    pub corrections: usize,
    /// within so long a time.
    pub within: Duration,
    /// How long to wait after the first correction within that time; twice as long after each that follows.
    pub back_off: Duration,
}

impl Default for Quarantine {
    /// Three corrections within a week, and no waiting.
    fn default() -> Quarantine {
        Quarantine { corrections: 3, within: Duration::from_hours(7 * 24), back_off: Duration::ZERO }
    }
}

/// A `window` block: days and hours in a time zone.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// The days on which it begins; each day where there are none.
    pub days: Vec<Weekday>,
    /// When it begins and ends on the clock; the end isn't part of it, and may lie on the next day. The whole day
    /// where nothing is said.
    pub hours: Option<(Time, Time)>,
    /// Whose clock.
    pub zone: TimeZone,
    /// As it is told to people.
    pub text: String,
}

impl Window {
    /// Whether a moment lies inside.
    pub fn contains(&self, now: Timestamp) -> bool {
        let there = now.to_zoned(self.zone.clone());
        let begins = |day: Weekday| self.days.is_empty() || self.days.contains(&day);
        let (today, time) = (there.weekday(), there.time());
        match self.hours {
            None => begins(today),
            Some((from, to)) if from < to => begins(today) && from <= time && time < to,
            Some((from, to)) => (begins(today) && from <= time) || (begins(today.previous()) && time < to),
        }
    }
}
