//! Names of objects whose configuration gives none, or only the start of one.

use trueup_diag::Diagnostic;
use trueup_provider_kit::{Fields, Object};

/// What most types call the two.
pub(crate) const NAME: (&str, &str) = ("name", "name_prefix");
/// How long the part is that makes a name unique.
const UNIQUE: usize = 26;

/// The name to create an object with: the attribute `name` as written, or made from `prefix` and the token, so that
/// another attempt finds the same.
pub(crate) fn made(object: &Object, (name, prefix): (&str, &str), token: &str) -> String {
    let unique = &token[..token.len().min(UNIQUE)];
    match (object.text(name), object.text(prefix)) {
        (Some(name), _) => name.to_owned(),
        (None, Some(prefix)) => format!("{prefix}{unique}"),
        (None, None) => format!("terraform-{unique}"),
    }
}

/// The prefix of a generated name.
pub(crate) fn prefix(name: &str) -> Option<&str> {
    let at = name.len().checked_sub(UNIQUE).filter(|at| name.is_char_boundary(*at))?;
    let (prefix, unique) = name.split_at(at);
    unique.chars().all(|c| c.is_ascii_hexdigit()).then_some(prefix)
}

/// The complaint about a configuration that gives both the name and its start.
pub(crate) fn conflict(config: &Object, (name, prefix): (&str, &str)) -> Option<Diagnostic> {
    let is_both = config.is_set(name) && config.is_set(prefix);
    is_both.then(|| {
        let detail = format!("The arguments {name} and {prefix} exclude each other.");
        Diagnostic::error("Conflicting configuration arguments", detail)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_those_of_generated_names() {
        let cases = [
            ("web-20260101000000000000000001", Some("web-")),
            ("terraform-0123456789abcdef0123456789", Some("terraform-")),
            ("0123456789abcdef0123456789", Some("")),
            ("web", None),
            ("a-name-that-is-longer-than-the-unique-part", None),
            ("ääääääääääääääääääää", None),
        ];
        for (name, expected) in cases {
            assert_eq!(prefix(name), expected, "{name}");
        }
    }
}
