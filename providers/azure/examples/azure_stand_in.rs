//! The fake of Azure's APIs that the tests use, as a program: what examples run against where there is no cloud.

#[expect(dead_code, reason = "tests look at more than a program does")]
#[path = "../tests/fake/mod.rs"]
mod fake;

#[tokio::main]
async fn main() {
    trueup_provider_walk::stand_in::<fake::World>().await;
}
