//! Many objects. What they cost is measured in `benches/`.

use crate::stage::{Stage, destroying};
use trueup_engine::PlanOptions;

fn config(count: usize) -> String {
    format!(
        "resource \"terraform_data\" \"a\" {{\n  count = {count}\n  input = count.index\n}}\n\
         resource \"terraform_data\" \"b\" {{\n  count = {count}\n  input = terraform_data.a[count.index].output\n}}\n"
    )
}

#[tokio::test]
async fn thousands_of_objects_come_and_go() {
    let count = 1000;
    let stage = Stage::new(&config(count));
    let changes = async || {
        let planned = stage.plan(&PlanOptions::default()).await.plan;
        (planned.changes.len(), planned.has_changes())
    };
    assert_eq!(changes().await, (2 * count, true));
    stage.apply(&PlanOptions::default()).await;
    assert_eq!(stage.state().objects().count(), 2 * count);
    assert_eq!(changes().await, (2 * count, false));
    stage.apply(&destroying()).await;
    assert_eq!(stage.state().objects().count(), 0);
}
