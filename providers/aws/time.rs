//! Times as attributes hold them: RFC 3339, the same however the zone is written.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use trueup_provider_kit::Meaning;

/// The meaning of attributes that hold a time.
pub(crate) const TIME: Meaning = Meaning { name: "time", is_same, complaint };

/// The time that a text names.
pub(crate) fn parsed(text: &str) -> Option<DateTime> {
    DateTime::from_str(text, Format::DateTimeWithOffset).ok()
}

/// `2026-01-01T00:00:00Z`
pub(crate) fn written(time: &DateTime) -> Option<String> {
    time.fmt(Format::DateTime).ok()
}

fn is_same(one: &str, other: &str) -> bool {
    one == other || parsed(one).is_some_and(|time| Some(time) == parsed(other))
}

fn complaint(text: &str) -> Option<String> {
    let example = "2026-01-01T00:00:00Z";
    parsed(text).is_none().then(|| format!("no time of RFC 3339, such as {example}: {text:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_the_same_in_any_zone() {
        let cases = [
            ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z", true),
            ("2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", true),
            ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", false),
            ("soon", "soon", true),
            ("soon", "later", false),
        ];
        for (one, other, same) in cases {
            assert_eq!(is_same(one, other), same, "{one} / {other}");
        }
        assert_eq!(complaint("2026-01-01T00:00:00Z"), None);
        assert!(complaint("2026-01-01").is_some());
    }
}
