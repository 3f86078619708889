//! Many objects with few calls.

use crate::cloud::{Cloud, text};
use futures::stream::{self, StreamExt};
use trueup_provider::{Private, ReadRequest};
use trueup_value::Value;

#[tokio::test]
async fn a_thousand_subnets_are_read_with_at_most_ten_calls() {
    let cloud = Cloud::start("").await;
    let vpc = cloud.create("aws_vpc", r#"{"cidr_block": "10.0.0.0/16"}"#).await;
    let vpc = text(&vpc, "id");
    let config = |n: usize| format!(r#"{{"vpc_id": "{vpc}", "cidr_block": "10.0.{n}.0/24"}}"#);
    // A fifth of the thousand exists; the others ask for ids that don't.
    let made: Vec<Value> = stream::iter(0..200)
        .map(|n| {
            let (cloud, config) = (&cloud, config(n));
            async move { cloud.create("aws_subnet", &config).await }
        })
        .buffered(8)
        .collect()
        .await;
    let request = |state: &Value| ReadRequest {
        kind: "aws_subnet".into(),
        state: state.clone(),
        private: Private::from([]),
    };
    let mut requests: Vec<ReadRequest> = made.iter().map(request).collect();
    for n in 0..800 {
        let gone = made[0].as_mapping().expect("an object").clone();
        let id = Value::from(format!("subnet-gone{n}").as_str());
        let gone = gone
            .into_iter()
            .map(|(name, value)| if &*name == "id" { (name, id.clone()) } else { (name, value) });
        requests.push(request(&Value::object(gone)));
    }
    cloud.moto.requests();
    let answers = cloud.provider.read_many(requests).await;
    let calls = cloud.moto.requests();
    assert!(calls <= 10, "{calls} calls");
    for (answer, state) in answers.iter().zip(&made) {
        assert!(answer.diagnostics.is_empty(), "{:#?}", answer.diagnostics);
        assert_eq!(&answer.state, state);
    }
    assert!(answers[200..].iter().all(|answer| answer.state.is_null()));
}
