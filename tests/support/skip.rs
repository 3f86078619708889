//! Leaving a test out because the machine lacks something: loudly, and never in continuous integration.

use std::io::Write;

/// Says that a test is left out. Where `CI` is `true` that is a failure: the machine must have what it takes.
pub(crate) fn skip(what: &str, why: &str) {
    let in_ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    assert!(!in_ci, "{what} may not be skipped in continuous integration: {why}");
    tell(&format!("{what}: {why}"));
}

/// Says that a comparison with another program is left out because the program isn't there, which is fine
/// anywhere: the project doesn't depend on it.
pub(crate) fn skip_comparison(what: &str, program: &str) {
    tell(&format!("{what}: the program {program} isn't on this machine"));
}

/// Past what the test runner keeps of the output of tests that pass.
fn tell(what: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED: {what}");
}
