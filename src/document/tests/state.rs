//! `show -json` of a state and `output -json`.

use super::{OnlyBuiltin, check_same};
use crate::{output, state};
use trueup_state::{State, wire};

fn prior() -> State {
    wire::read(include_bytes!("../testdata/state/prior.tfstate")).expect("a state")
}

#[test]
fn a_state_is_shown_as_terraform_shows_it() {
    let ours = state::document(&prior(), &OnlyBuiltin::new()).expect("a document");
    check_same(&ours, include_str!("../testdata/state/expected.json"));
    assert!(ours.contains("0.1234567890123456789012345"), "no digit is lost");
    let empty = state::document(&State::default(), &OnlyBuiltin::new()).expect("a document");
    assert_eq!(empty, "{\"format_version\":\"1.0\"}");
}

#[test]
fn outputs_are_listed_byte_for_byte() {
    let ours = output::document(&prior().outputs).expect("a document");
    assert_eq!(format!("{ours}\n"), include_str!("../testdata/state/output.json"));
    let value = output::value(&prior().outputs["o"]).expect("a value");
    assert_eq!(value, "{\"n\":null,\"x\":[1,\"a\"]}");
    assert_eq!(output::document(&State::default().outputs).expect("a document"), "{}");
}

#[test]
fn an_unknown_type_is_named() {
    let mut state = prior();
    let text = wire::v4::write(&state).replace("terraform_data", "terraform_nothing");
    state = wire::read(text.as_bytes()).expect("a state");
    let error = state::document(&state, &OnlyBuiltin::new()).expect_err("there is no schema");
    assert!(error.detail.contains("terraform_nothing.first"), "{}", error.detail);
}
