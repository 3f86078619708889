//! Every type through its life on the strict fake, where calls go wrong, and on cloudemu.

use crate::cases::{CASES, DATA, FURTHER};
use crate::cloud::{Azure, Cloud};
use trueup_provider_walk::{
    Case, Coverage, DataCase, assert_every_data_source_has_a_case, assert_every_type_has_a_case,
    every_call_goes_wrong_once, every_call_goes_wrong_once_on_cloudemu, read_data, walk_on_cloudemu,
    walk_strictly,
};

/// Identifiers and how long things may take are tested in the kit or with one type.
const COVERAGE: Coverage = Coverage {
    folder: concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas/azure"),
    everywhere: &["id", "timeouts"],
};

fn every() -> Vec<&'static Case> {
    CASES.iter().chain(FURTHER).flat_map(|family| family.iter()).collect()
}

/// What cloudemu knows enough for.
fn known() -> Vec<&'static Case> {
    CASES.iter().flat_map(|family| family.iter()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_type_walks_through_its_life_where_nothing_forbidden_passes() {
    walk_strictly::<Azure>("", &every()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_type_walks_through_its_life_on_cloudemu() {
    walk_on_cloudemu::<Azure>((env!("CARGO_TARGET_TMPDIR"), ""), &known()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_type_lives_through_each_call_going_wrong_once_on_cloudemu() {
    every_call_goes_wrong_once_on_cloudemu::<Azure>((env!("CARGO_TARGET_TMPDIR"), ""), &known()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_type_lives_through_each_call_going_wrong_once() {
    every_call_goes_wrong_once::<Azure>("", &every()).await;
}

#[tokio::test]
async fn every_data_source_answers() {
    let cloud = Cloud::start("").await;
    read_data(&cloud, DATA.iter()).await;
}

#[test]
fn every_type_has_a_case() {
    assert_every_type_has_a_case::<Azure>(&every());
    let data: Vec<&DataCase> = DATA.iter().collect();
    assert_every_data_source_has_a_case::<Azure>(&data);
}

#[test]
fn cases_leave_nothing_out() {
    COVERAGE.assert_complete::<Azure>(&every());
}

#[test]
fn excuses_have_reasons_and_name_attributes() {
    COVERAGE.assert_excused_with_reasons(&every());
}
