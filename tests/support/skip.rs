//! Leaving a test out because the machine lacks something: loudly, and never in continuous integration.

/// Says that a test is left out. Where `CI` is `true` that is a failure: the machine must have what it takes.
#[expect(clippy::print_stderr, reason = "a test that is left out must be seen")]
pub(crate) fn skip(what: &str, why: &str) {
    let in_ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    assert!(!in_ci, "{what} may not be skipped in continuous integration: {why}");
    eprintln!("SKIPPED: {what}: {why}");
}

/// Says that a comparison with another program is left out because the program isn't there, which is fine
/// anywhere: the project doesn't depend on it.
#[expect(clippy::print_stderr, reason = "a test that is left out must be seen")]
pub(crate) fn skip_comparison(what: &str, program: &str) {
    eprintln!("SKIPPED: {what}: the program {program} isn't on this machine");
}
