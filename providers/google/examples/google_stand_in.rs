//! The fake of Google Cloud's APIs that the tests use, as a program: what examples run against where there is no cloud.

#[path = "../tests/fake/mod.rs"]
mod fake;

#[tokio::main]
async fn main() {
    trueup_provider_walk::stand_in::<fake::World>().await;
}
