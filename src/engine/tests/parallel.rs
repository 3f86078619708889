//! `-parallelism`: never more calls at once than it says, and that many where there is work.

use crate::stage::{Stage, destroying, errors};
use trueup_engine::PlanOptions;
use trueup_provider::fake::Call;

const WIDE: &str = r#"
provider "fake" {
  alias = "a"
}
provider "fake" {
  alias = "b"
}
resource "fake_thing" "one" {
  count = 12
  name  = "one${count.index}"
  size  = var.size
}
resource "fake_slow" "two" {
  count    = 12
  provider = fake.a
  name     = "two${count.index}"
  turns    = var.size + 3
}
data "fake_lookup" "seed" {
  count    = 6
  provider = fake.b
  name     = "seed"
}
ephemeral "fake_secret" "key" {
  count = 6
  name  = "key${count.index}"
}
resource "fake_thing" "sealed" {
  count = 6
  name  = "sealed${count.index}"
  token = ephemeral.fake_secret.key[count.index].value
}
variable "size" {
  default = 1
}
"#;

#[tokio::test]
async fn no_more_calls_are_in_flight_than_allowed() {
    for parallelism in [1, 2, 3, 10, 100] {
        let stage = Stage::new(WIDE);
        stage.cloud.insert("fake_thing", [("name", "seed".into())]);
        stage.cloud.slow_down(5);
        let run = async |told: &str, options: PlanOptions, least: usize| {
            let options = PlanOptions { parallelism, ..options };
            stage.cloud.peak();
            let outcome = stage.try_apply(&options).await;
            assert_eq!(errors(&outcome.diagnostics), Vec::<String>::new(), "{told}");
            let peak = stage.cloud.peak();
            assert!(peak <= parallelism, "{told}: {peak} calls at once with {parallelism} allowed");
            assert!(
                peak >= least.min(parallelism),
                "{told}: {peak} calls at once with {parallelism} allowed"
            );
        };
        run("create", PlanOptions::default(), 12).await;
        run("nothing to do", PlanOptions::default(), 3).await;
        stage.configure(&WIDE.replace("default = 1", "default = 2"));
        run("update", PlanOptions::default(), 12).await;
        run("destroy", destroying(), 12).await;
        assert_eq!(stage.names(), ["seed"], "with {parallelism}");
        assert!(stage.cloud.count(Call::Open) > 0 && stage.cloud.count(Call::Close) > 0);
    }
}
