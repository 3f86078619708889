//! IAM's many objects with few calls.

use crate::cases::{permit, trust};
use crate::cloud::{Cloud, text};
use trueup_provider::{Private, ReadRequest};
use trueup_value::Value;

/// Type, configuration with `$n` for a number, and the most calls that reading all of them may take.
const CASES: &[(&str, &str, usize)] = &[
    (
        "aws_iam_role",
        concat!(
            r#"{"name": "role-$n", "description": "number $n", "max_session_duration": 7200, "tags": {"n": "$n"},
                "inline_policy": [{"name": "p", "policy": "#,
            permit!("s3:*"),
            r#"}], "assume_role_policy": "#,
            trust!("ec2"),
            "}"
        ),
        2,
    ),
    // moto leaves name and id out of what it tells of policies here; they stay as known.
    (
        "aws_iam_policy",
        concat!(
            r#"{"name": "policy-$n", "description": "number $n", "tags": {"n": "$n"}, "policy": "#,
            permit!("s3:*"),
            "}"
        ),
        21,
    ),
    (
        "aws_iam_role_policy",
        concat!(r#"{"role": "other-$n", "name": "q", "policy": "#, permit!("ec2:*"), "}"),
        1,
    ),
    (
        "aws_iam_role_policy_attachment",
        r#"{"role": "other-$n", "policy_arn": "arn:aws:iam::123456789012:policy/policy-0"}"#,
        1,
    ),
];

const COUNT: usize = 20;

#[tokio::test]
async fn many_objects_of_iam_are_read_with_few_calls() {
    let cloud = Cloud::start("").await;
    let numbered = |template: &str, n: usize| template.replace("$n", &n.to_string());
    for n in 0..COUNT {
        let role = concat!(r#"{"name": "other-$n", "assume_role_policy": "#, trust!("ec2"), "}");
        cloud.create("aws_iam_role", &numbered(role, n)).await;
    }
    for (kind, template, calls_max) in CASES {
        let mut made: Vec<Value> = Vec::new();
        for n in 0..COUNT {
            made.push(cloud.create(kind, &numbered(template, n)).await);
        }
        let gone = numbered(template, COUNT - 1);
        cloud.delete(kind, made.last().unwrap_or_else(|| panic!("{gone} was made"))).await;
        cloud.moto.requests();
        let request = |state: &Value| ReadRequest {
            kind: (*kind).into(),
            state: state.clone(),
            private: Private::from([]),
        };
        let answers = cloud.provider.read_many(made.iter().map(request).collect()).await;
        let calls = cloud.moto.requests();
        assert!(calls <= *calls_max, "{kind}: {calls} calls");
        for (answer, state) in answers.iter().zip(&made).take(COUNT - 1) {
            assert!(answer.diagnostics.is_empty(), "{kind}: {:#?}", answer.diagnostics);
            assert_eq!(&answer.state, state, "{kind} {}", text(state, "id"));
        }
        assert!(answers[COUNT - 1].state.is_null(), "{kind}: the deleted one is gone");
    }
}
