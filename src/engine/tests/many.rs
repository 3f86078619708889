//! Many objects: what a run costs grows with their number, not with its square.

use crate::stage::{Stage, destroying};
use std::time::{Duration, Instant};
use trueup_engine::PlanOptions;

fn config(count: usize) -> String {
    format!(
        "resource \"terraform_data\" \"a\" {{\n  count = {count}\n  input = count.index\n}}\n\
         resource \"terraform_data\" \"b\" {{\n  count = {count}\n  input = terraform_data.a[count.index].output\n}}\n"
    )
}

#[expect(clippy::disallowed_methods, reason = "the test measures time")]
async fn timed(work: impl Future<Output = ()>) -> Duration {
    let start = Instant::now();
    work.await;
    start.elapsed()
}

/// Plans, applies, plans again and destroys.
async fn lives(count: usize) -> [Duration; 4] {
    let stage = Stage::new(&config(count));
    let plan = async || {
        let planned = stage.plan(&PlanOptions::default()).await;
        assert_eq!(planned.plan.changes.len(), 2 * count);
    };
    let first = timed(plan()).await;
    let apply = timed(stage.apply(&PlanOptions::default())).await;
    let second = timed(plan()).await;
    let destroy = timed(stage.apply(&destroying())).await;
    [first, apply, second, destroy]
}

/// Four times the objects may take four times as long, and twice that for a machine that has other things to do;
/// were it the square, it would be sixteen times.
#[tokio::test]
async fn the_cost_is_linear() {
    let names = ["plan", "apply", "empty plan", "destroy"];
    let (few, many) = (lives(250).await, lives(1000).await);
    for (name, (few, many)) in names.iter().zip(few.into_iter().zip(many)) {
        assert!(many < few * 9 + Duration::from_millis(100), "{name}: {few:?} for 500, {many:?} for 2000");
    }
}
