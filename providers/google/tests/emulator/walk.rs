//! Every type through its life on cloudemu, and on the strict fake, where calls go wrong.

use crate::cases::{all, emulated};
use crate::stand::Google;
use trueup_provider_walk::{
    Case, Coverage, assert_every_type_has_a_case, every_call_goes_wrong_once,
    every_call_goes_wrong_once_on_cloudemu, walk_on_cloudemu, walk_strictly,
};

/// The build directory.
const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");

const DEFAULTS: &str = r#""default_labels": {"team": "core"}"#;

/// Where an object is, its identifier, its labels together with the default ones, and how long things may take are tested
/// in the kit or with one type.
const COVERAGE: Coverage = Coverage {
    folder: concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas/google"),
    everywhere: &[
        "deletion_policy",
        "effective_labels",
        "id",
        "project",
        "region",
        "terraform_labels",
        "timeouts",
        "zone",
    ],
};

fn every() -> Vec<&'static Case> {
    all().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_type_walks_through_its_life_on_cloudemu() {
    walk_on_cloudemu::<Google>((FOLDER, DEFAULTS), &emulated().collect::<Vec<_>>()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_type_lives_through_each_call_going_wrong_once_on_cloudemu() {
    every_call_goes_wrong_once_on_cloudemu::<Google>((FOLDER, DEFAULTS), &emulated().collect::<Vec<_>>())
        .await;
}

#[tokio::test]
async fn every_type_walks_through_its_life_where_nothing_forbidden_passes() {
    walk_strictly::<Google>(DEFAULTS, &every()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_type_lives_through_each_call_going_wrong_once() {
    every_call_goes_wrong_once::<Google>(DEFAULTS, &every()).await;
}

#[test]
fn every_type_has_a_case() {
    assert_every_type_has_a_case::<Google>(&every());
}

#[test]
fn excuses_have_reasons_and_name_attributes() {
    COVERAGE.assert_excused_with_reasons(&every());
}

#[test]
fn cases_leave_nothing_out() {
    COVERAGE.assert_complete::<Google>(&every());
}
