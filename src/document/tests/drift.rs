//! Documents of comparisons and corrections.

use super::changes::sample;
use super::{OnlyBuiltin, check_same, parsed};
use crate::drift::{Told, document};
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_drift::{Correction, Left, drift_document};

#[test]
fn a_correction_that_breaks_off_says_what_was_done_and_why_no_more() {
    let plan = sample();
    let compared = drift_document(&plan, &OnlyBuiltin::new());
    let addr = |name: &str| format!("terraform_data.{name}").parse().expect("an address");
    let mut correction = Correction { left: vec![(addr("m"), Left::Known)], ..Correction::default() };
    correction.broke_off(&[addr("a"), addr("z")].into(), &[addr("a"), addr("not_wanted")].into());
    let (found, sources) = (Diagnostics::from(Diagnostic::error("No", "It failed.")), Sources::default());
    let told = |reported| Told {
        document: &compared,
        plan: &plan,
        world_only: false,
        correction: Some(&correction),
        reported,
    };
    let text = document(&told(Some((&found, &sources)))).expect("a document");
    let ours = parsed(&text);
    let check = |pointer: &str, expected: &str| {
        let found = ours.pointer(pointer).map_or("null".to_owned(), ToString::to_string);
        check_same(&found, expected);
    };
    check("/correction/corrected", r#"["terraform_data.a"]"#);
    check("/correction/left_out", r#"["terraform_data.m", "terraform_data.z"]"#);
    check("/correction/left/0/reason", r#""known""#);
    check("/correction/left/1/reason", r#""failed""#);
    check("/diagnostics/0/summary", r#""No""#);
    check("/diagnostics/0/severity", r#""error""#);
    let text = document(&told(None)).expect("a document");
    assert_eq!(parsed(&text).get("diagnostics"), None, "they are told elsewhere");
}
