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
        cloud.server.requests();
        let request = |state: &Value| ReadRequest {
            kind: (*kind).into(),
            state: state.clone(),
            private: Private::from([]),
        };
        let answers = cloud.provider.read_many(made.iter().map(request).collect()).await;
        let calls = cloud.server.requests();
        assert!(calls <= *calls_max, "{kind}: {calls} calls");
        for (answer, state) in answers.iter().zip(&made).take(COUNT - 1) {
            assert!(answer.diagnostics.is_empty(), "{kind}: {:#?}", answer.diagnostics);
            assert_eq!(&answer.state, state, "{kind} {}", text(state, "id"));
        }
        assert!(answers[COUNT - 1].state.is_null(), "{kind}: the deleted one is gone");
    }
}

#[tokio::test]
async fn data_sources_of_iam_read() {
    let cloud = Cloud::start("").await;
    let config = r#"{"statement": [{"actions": ["sts:AssumeRole"], "principals": [
        {"type": "Service", "identifiers": ["ec2.amazonaws.com"]}]}]}"#;
    let (document, told) = cloud.data("aws_iam_policy_document", config).await;
    assert!(told.is_empty(), "{told:#?}");
    let minified = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",\
        "Principal":{"Service":"ec2.amazonaws.com"}}]}"#;
    assert_eq!(text(&document, "minified_json"), minified.replace("\\\n        ", ""));
    assert_eq!(text(&document, "version"), "2012-10-17");
    let role = concat!(
        r#"{"name": "here", "path": "/p/", "description": "d", "tags": {"a": "b"}, "assume_role_policy": "#,
        trust!("ec2"),
        "}"
    );
    let role = cloud.create("aws_iam_role", role).await;
    let (read, told) = cloud.data("aws_iam_role", r#"{"name": "here"}"#).await;
    assert!(told.is_empty(), "{told:#?}");
    for name in
        ["arn", "id", "path", "description", "max_session_duration", "create_date", "tags", "unique_id"]
    {
        assert_eq!(read.get(name), role.get(name), "{name}");
    }
    let policy = concat!(r#"{"name": "here", "path": "/p/", "policy": "#, permit!("s3:*"), "}");
    let policy = cloud.create("aws_iam_policy", policy).await;
    let by_arn = format!(r#"{{"arn": "{}"}}"#, text(&policy, "arn"));
    for config in [by_arn.as_str(), r#"{"name": "here"}"#, r#"{"name": "here", "path_prefix": "/p/"}"#] {
        let (read, told) = cloud.data("aws_iam_policy", config).await;
        assert!(told.is_empty(), "{config}: {told:#?}");
        for name in ["arn", "id", "path", "policy", "policy_id", "name"] {
            assert_eq!(read.get(name), policy.get(name), "{config}: {name}");
        }
    }
    let wrong = [
        ("aws_iam_role", r#"{"name": "nobody"}"#, "no role is called"),
        ("aws_iam_policy", r#"{"name": "none"}"#, "no IAM policy found matching criteria (arn: , name: none"),
        ("aws_iam_policy_document", r#"{"override_json": "{"}"#, "override_json is no policy document"),
    ];
    for (kind, config, words) in wrong {
        let (_, told) = cloud.data(kind, config).await;
        assert!(format!("{told:?}").contains(words), "{kind} {config}: {told:#?}");
    }
}
