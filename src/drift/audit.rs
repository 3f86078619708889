//! Who wrote to what drifted: what of their audit logs is asked for, and what is made of the answers.

use crate::judge::Judged;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use trueup_addr::ResourceInstance;
use trueup_diag::Diagnostic;
use trueup_provider::Deed;
use trueup_state::Record;

/// How far back is looked where nobody knows when the configuration was applied last.
const SPAN_USUAL: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Audit logs of clouds keep this much.
const SPAN_MAX: SignedDuration = SignedDuration::from_hours(90 * 24 - 1);
/// More names are counted.
const NAMES_MAX: usize = 10;

/// From when to when is looked: since all of the configuration was applied last. In RFC 3339. An apply of a part, or one
/// that failed, left other drift where it was, which may be older.
pub fn audit_span(record: Option<&Record>, now: Timestamp) -> (String, String) {
    let back = |span: SignedDuration| now.saturating_sub(span).unwrap_or(Timestamp::MIN);
    let whole = record.and_then(|record| record.applied.as_ref().filter(|applied| applied.whole));
    let applied = whole.and_then(|applied| applied.time.parse::<Timestamp>().ok());
    let since = applied.unwrap_or_else(|| back(SPAN_USUAL)).max(back(SPAN_MAX)).min(now);
    (since.to_string(), now.to_string())
}

impl Judged {
    /// Takes in what was found out of what alarms; gives a warning where nothing was, of any of it. What is `excused` is
    /// left out of that: it was told already why nothing could be found.
    pub fn take_deeds(
        &mut self,
        mut found: BTreeMap<ResourceInstance, Vec<Deed>>,
        since: &str,
        excused: &BTreeSet<ResourceInstance>,
    ) -> Option<Diagnostic> {
        let mut unknown = Vec::new();
        for one in self.document.resources.iter_mut().filter(|one| one.is_drift()) {
            one.deeds = found.remove(&one.addr).unwrap_or_default();
            if one.deeds.is_empty() && !excused.contains(&one.addr) {
                unknown.push(one.addr.to_string());
            }
        }
        (!unknown.is_empty()).then(|| silent(&unknown, since))
    }
}

fn silent(unknown: &[String], since: &str) -> Diagnostic {
    let mut names = unknown.iter().take(NAMES_MAX).cloned().collect::<Vec<_>>().join(", ");
    if unknown.len() > NAMES_MAX {
        names.push_str(&format!(" and {} more", unknown.len() - NAMES_MAX));
    }
    let objects = if unknown.len() == 1 { "1 object".into() } else { format!("{} objects", unknown.len()) };
    let detail = format!("Since {since} no audit log has a write by anybody else to: {names}.");
    Diagnostic::warning(format!("Nobody found who changed {objects}"), detail).hint(
        "audit logs lag behind by some minutes, and not every type of object has one: compare again later",
    )
}

#[cfg(test)]
mod tests {
    use super::audit_span;
    use trueup_state::{AppliedCommit, Record};

    #[test]
    fn what_was_written_since_the_last_apply_is_asked_for() {
        let now = "2026-11-21T12:00:00Z".parse().expect("a time");
        let check = |applied: Option<(&str, bool)>, since: &str| {
            let applied = applied.map(|(time, whole)| AppliedCommit {
                time: time.into(),
                whole,
                ..AppliedCommit::default()
            });
            let record = Record { applied, ..Record::default() };
            assert_eq!(audit_span(Some(&record), now), (since.into(), "2026-11-21T12:00:00Z".into()));
        };
        check(Some(("2026-11-20T00:00:00Z", true)), "2026-11-20T00:00:00Z");
        check(Some(("2026-01-01T00:00:00Z", true)), "2026-08-23T13:00:00Z");
        check(Some(("2027-01-01T00:00:00Z", true)), "2026-11-21T12:00:00Z");
        check(Some(("some day", true)), "2026-10-22T12:00:00Z");
        check(Some(("2026-11-20T00:00:00Z", false)), "2026-10-22T12:00:00Z");
        check(None, "2026-10-22T12:00:00Z");
        assert_eq!(audit_span(None, now).0, "2026-10-22T12:00:00Z");
    }
}
