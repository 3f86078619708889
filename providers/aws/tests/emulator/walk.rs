//! Every type through its life on the emulator, and on the strict fake, where calls go wrong.

use crate::cases::{all, cases};
use crate::cloud::Cloud;
use crate::moto::Moto;
use std::sync::Arc;
use trueup_provider_walk::{
    Case, Coverage, assert_every_type_has_a_case, every_call_goes_wrong_once, walk, walk_strictly,
};

const DEFAULTS: &str = r#""default_tags": [{"tags": {"team": "core", "env": "test"}}]"#;

/// Where an object is, its identifier, its tags together with the default ones, and how long things may take are tested
/// in the kit or with one type.
const COVERAGE: Coverage = Coverage {
    folder: concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas/aws"),
    everywhere: &["id", "region", "tags_all", "timeouts"],
};

fn every() -> Vec<&'static Case> {
    all().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_type_walks_through_its_life() {
    let cloud = Arc::new(Cloud::start(DEFAULTS).await);
    walk(&cloud, cases()).await;
}

#[tokio::test]
async fn every_type_walks_through_its_life_where_nothing_forbidden_passes() {
    walk_strictly::<Moto>(DEFAULTS, &every()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_type_lives_through_each_call_going_wrong_once() {
    every_call_goes_wrong_once::<Moto>(DEFAULTS, &every()).await;
}

#[test]
fn every_type_has_a_case() {
    assert_every_type_has_a_case::<Moto>(&every());
}

#[test]
fn cases_leave_nothing_out() {
    COVERAGE.assert_complete::<Moto>(&every());
}

#[test]
fn excuses_have_reasons_and_name_attributes() {
    COVERAGE.assert_excused_with_reasons(&every());
}
