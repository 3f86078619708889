//! Version numbers and the constraints that module calls put on them.

use std::cmp::Ordering;
use std::fmt;

/// A version such as `1.2.3-beta.1`; missing numbers are zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    numbers: [u64; 3],
    /// How many numbers were written, which decides what `~>` leaves free.
    written: usize,
    prerelease: Vec<String>,
}

impl Version {
    pub(crate) fn parse(text: &str) -> Option<Version> {
        let text = text.trim();
        let text = text.strip_prefix('v').unwrap_or(text).split('+').next().unwrap_or_default();
        let (numbers, prerelease) = text.split_once('-').unwrap_or((text, ""));
        let parts: Vec<u64> = numbers.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        if parts.is_empty() || parts.len() > 3 {
            return None;
        }
        let number = |at: usize| parts.get(at).copied().unwrap_or(0);
        let plain = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let prerelease: Vec<String> = match prerelease {
            "" if text.ends_with('-') => return None,
            "" => Vec::new(),
            parts => {
                parts.split('.').map(|part| plain(part).then(|| part.to_owned())).collect::<Option<_>>()?
            }
        };
        Some(Version { numbers: [number(0), number(1), number(2)], written: parts.len(), prerelease })
    }

    fn same_as(&self, other: &Version) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(f, "{major}.{minor}.{patch}")?;
        if self.prerelease.is_empty() { Ok(()) } else { write!(f, "-{}", self.prerelease.join(".")) }
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Version) -> Ordering {
        let release = |version: &Version| version.prerelease.is_empty();
        self.numbers
            .cmp(&other.numbers)
            .then_with(|| release(self).cmp(&release(other)))
            .then_with(|| compare_prereleases(&self.prerelease, &other.prerelease))
    }
}

/// Numbers by value and before words, words by letters, a longer one after its own beginning.
fn compare_prereleases(left: &[String], right: &[String]) -> Ordering {
    for (left, right) in left.iter().zip(right) {
        let order = match (left.parse::<u64>(), right.parse::<u64>()) {
            (Ok(left), Ok(right)) => left.cmp(&right),
            (Ok(_), Err(_)) => Ordering::Less,
            (Err(_), Ok(_)) => Ordering::Greater,
            (Err(_), Err(_)) => left.cmp(right),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    left.len().cmp(&right.len())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Pessimistic,
}

/// Longer spellings first, so that `>=` isn't read as `>`.
const OPERATORS: &[(&str, Operator)] = &[
    (">=", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    ("!=", Operator::NotEqual),
    ("~>", Operator::Pessimistic),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("=", Operator::Equal),
];

/// Conditions that all have to hold, such as `>= 1.0, < 2.0`; none at all allows every release.
#[derive(Clone, Debug, Default)]
pub(crate) struct Constraint {
    conditions: Vec<(Operator, Version)>,
}

impl Constraint {
    pub(crate) fn parse(text: &str) -> Option<Constraint> {
        let conditions = text.split(',').map(parse_condition).collect::<Option<_>>()?;
        Some(Constraint { conditions })
    }

    /// Whether a version is allowed. A prerelease is allowed only if it is asked for by its exact name.
    pub(crate) fn allows(&self, version: &Version) -> bool {
        let named = |(operator, wanted): &(Operator, Version)| {
            *operator == Operator::Equal && wanted.same_as(version)
        };
        let release = version.prerelease.is_empty() || self.conditions.iter().any(named);
        release && self.conditions.iter().all(|(operator, wanted)| holds(*operator, wanted, version))
    }
}

fn parse_condition(text: &str) -> Option<(Operator, Version)> {
    let text = text.trim();
    let (operator, rest) = OPERATORS
        .iter()
        .find_map(|(spelling, operator)| text.strip_prefix(spelling).map(|rest| (*operator, rest)))
        .unwrap_or((Operator::Equal, text));
    Version::parse(rest).map(|version| (operator, version))
}

fn holds(operator: Operator, wanted: &Version, version: &Version) -> bool {
    let order = version.cmp(wanted);
    match operator {
        Operator::Equal => order == Ordering::Equal,
        Operator::NotEqual => order != Ordering::Equal,
        Operator::Greater => order == Ordering::Greater,
        Operator::GreaterOrEqual => order != Ordering::Less,
        Operator::Less => order == Ordering::Less,
        Operator::LessOrEqual => order != Ordering::Greater,
        Operator::Pessimistic => {
            let fixed = wanted.written.saturating_sub(1).max(1);
            order != Ordering::Less && version.numbers[..fixed] == wanted.numbers[..fixed]
        }
    }
}

/// The newest of the versions that the constraint allows, as it was written.
pub(crate) fn newest<'a>(versions: &'a [String], constraint: &Constraint) -> Option<&'a str> {
    let parsed = versions.iter().filter_map(|text| Version::parse(text).map(|version| (version, text)));
    let allowed = parsed.filter(|(version, _)| constraint.allows(version));
    allowed.max_by(|(left, _), (right, _)| left.cmp(right)).map(|(_, text)| text.as_str())
}

/// Whether an installed version, if any, is one that a call's constraint, if any, allows.
pub(crate) fn fits(version: Option<&str>, constraint: Option<&str>) -> bool {
    match (version, constraint) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(version), Some(constraint)) => Version::parse(version)
            .zip(Constraint::parse(constraint))
            .is_some_and(|(version, constraint)| constraint.allows(&version)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Constraint, Version, newest};
    use proptest::prelude::*;

    #[test]
    fn constraints_allow_what_they_say() {
        let cases = [
            ("1.2.3", "1.2.3", true),
            ("= 1.2", "1.2.0", true),
            ("!= 1.2.3", "1.2.3", false),
            (">= 1.0, < 2.0", "1.9.9", true),
            (">= 1.0, < 2.0", "2.0.0", false),
            ("~> 1.2", "1.9.0", true),
            ("~> 1.2", "2.0.0", false),
            ("~> 1.2", "1.1.9", false),
            ("~> 1.2.3", "1.2.9", true),
            ("~> 1.2.3", "1.3.0", false),
            ("~> 1", "1.9.0", true),
            ("~>1.2.3,!=1.2.5", "1.2.5", false),
            (">= 1.0", "2.0.0-beta", false),
            ("2.0.0-beta", "2.0.0-beta", true),
            ("> 1.0.0", "1.0.0", false),
            ("<= 1.0.0", "1.0.0", true),
        ];
        for (constraint, version, expected) in cases {
            let allowed = Constraint::parse(constraint).expect(constraint);
            assert_eq!(
                allowed.allows(&Version::parse(version).expect(version)),
                expected,
                "{constraint} {version}"
            );
        }
    }

    #[test]
    fn versions_are_in_order() {
        let order =
            ["0.9.9", "1.0.0-1", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-beta", "1.0.0", "1.2.0", "1.10.0"];
        for (at, text) in order.iter().enumerate() {
            for (other_at, other) in order.iter().enumerate() {
                assert_eq!(
                    Version::parse(text).cmp(&Version::parse(other)),
                    at.cmp(&other_at),
                    "{text} {other}"
                );
            }
        }
    }

    #[test]
    fn the_newest_allowed_is_chosen() {
        let versions = ["1.0.0", "1.10.0", "1.9.0", "2.0.0-rc1", "nonsense"].map(str::to_owned);
        let newest = |text: &str| newest(&versions, &Constraint::parse(text).expect(text)).map(str::to_owned);
        assert_eq!(newest("~> 1.0"), Some("1.10.0".to_owned()));
        assert_eq!(newest("< 1.10"), Some("1.9.0".to_owned()));
        assert_eq!(newest("> 2"), None);
    }

    #[test]
    fn what_is_no_constraint_is_refused() {
        for text in ["", "x", "1.2.3.4", ">= ", "1,,2", "=> 1", "1.-2", "1.0-"] {
            assert!(Constraint::parse(text).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_printed_version_is_itself(a in 0_u64..99, b in 0_u64..99, c in 0_u64..99, pre in "(-[a-z0-9]{1,5})?") {
            let text = format!("{a}.{b}.{c}{pre}");
            prop_assert_eq!(Version::parse(&text).expect("a version").to_string(), text);
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,30}") {
            let _ = Constraint::parse(&text);
        }
    }
}
