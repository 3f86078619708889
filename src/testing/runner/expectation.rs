//! `expect_failures`: conditions that should not hold.

use crate::file::Expected;
use trueup_addr::ResourceInstance;
use trueup_diag::{Diagnostic, Diagnostics, Severity};

/// What is left of a run's diagnostics once the expected ones are taken out. In a test a check that doesn't hold is an
/// error like any other, and what was expected and did not come is one too.
pub(crate) fn settle(found: Diagnostics, expected: &[Expected]) -> Diagnostics {
    let mut met = vec![false; expected.len()];
    let mut left = Diagnostics::new();
    for one in found {
        let Some(object) = one.condition_of.clone() else {
            left.push(one);
            continue;
        };
        match position(expected, &object) {
            Some(at) => met[at] = true,
            None => left.push(Diagnostic { severity: Severity::Error, ..one }),
        }
    }
    for (one, _) in expected.iter().zip(met).filter(|(_, met)| !met) {
        let detail =
            format!("{} was expected to fail one of its conditions, but none of them failed.", one.object);
        left.push(Diagnostic::error("Missing expected failure", detail).at(one.span));
    }
    left
}

/// What is left of a plan's diagnostics where the plan is to be applied. Conditions that can't be told yet are judged
/// then; an expected failure that comes now keeps the plan from being applied.
pub(crate) fn before_apply(found: Diagnostics, expected: &[Expected]) -> Diagnostics {
    let mut left = Diagnostics::new();
    for one in found {
        match &one.condition_of {
            Some(_) if !one.is_error() => {}
            Some(object) if position(expected, object).is_some() => {
                left.push(too_early(object));
                left.push(one);
            }
            _ => left.push(one),
        }
    }
    left
}

fn too_early(object: &str) -> Diagnostic {
    let detail = format!(
        "A condition of {object} failed while planning, so there was nothing to apply. The failure was expected, but it came before the apply that the run asks for."
    );
    Diagnostic::warning("Expected failure while planning", detail)
        .hint("if the failure belongs to the plan, set command = plan in the run block")
}

/// An expectation without a key is about all instances.
fn position(expected: &[Expected], object: &str) -> Option<usize> {
    let whole = object.parse::<ResourceInstance>().ok().map(|addr| addr.node().to_string());
    let fits = |one: &Expected| one.object == object || whole.as_ref() == Some(&one.object);
    expected.iter().position(fits)
}

#[cfg(test)]
mod tests {
    use super::{before_apply, settle};
    use crate::file::Expected;
    use trueup_diag::{Diagnostic, FileId, Span};

    fn expected(objects: &[&str]) -> Vec<Expected> {
        let span = Span::new(FileId(0), 0, 1);
        objects.iter().map(|object| Expected { object: (*object).into(), span }).collect()
    }

    #[test]
    fn what_was_expected_is_taken_out() {
        let check = |objects: &[&str], failed: &str, wanted: &[&str]| {
            let found = Diagnostic::warning("failed", "").condition_of(failed);
            let left = settle(found.into(), &expected(objects));
            let left: Vec<&str> = left.iter().map(|one| &*one.summary).collect();
            assert_eq!(left, wanted, "{objects:?} {failed}");
        };
        check(&["var.a"], "var.a", &[]);
        check(&["a.b"], "a.b[1]", &[]);
        check(&["a.b[1]"], "a.b[1]", &[]);
        check(&["a.b[0]"], "a.b[1]", &["failed", "Missing expected failure"]);
        check(&[], "check.c", &["failed"]);
        check(&["var.a"], "module.m.var.a", &["failed", "Missing expected failure"]);
    }

    #[test]
    fn what_a_plan_finds_too_early_is_told() {
        let check = |object: &str, error: bool, wanted: usize| {
            let new = if error { Diagnostic::error } else { Diagnostic::warning };
            let found = new("failed".to_owned(), String::new()).condition_of(object);
            assert_eq!(before_apply(found.into(), &expected(&["var.a"])).len(), wanted, "{object}");
        };
        check("var.a", true, 2);
        check("var.b", true, 1);
        check("check.c", false, 0);
    }
}
