//! What documents come to, as text.

use super::document;
use crate::table::catalog;
use trueup_provider_kit::Object;
use trueup_schema::coerce;
use trueup_value::json;

fn object(config: &str) -> Object {
    let entry = catalog().data("aws_iam_policy_document").expect("it is offered");
    let value = json::decode_implied(config).unwrap_or_else(|e| panic!("{config}: {e}"));
    let value = coerce(&entry.schema.block, &value).unwrap_or_else(|e| panic!("{config}: {e:?}"));
    entry.object(&value).expect("an object")
}

const FULL: &str = r#"{"version": "2012-10-17", "policy_id": "p", "statement": [
    {"sid": "1", "actions": ["s3:ListAllMyBuckets", "s3:GetBucketLocation"], "resources": ["arn:aws:s3:::*"]},
    {"actions": ["s3:ListBucket"], "resources": ["arn:aws:s3:::b"], "effect": "Deny", "condition": [
        {"test": "StringLike", "variable": "s3:prefix", "values": ["", "home/", "home/&{aws:username}/"]},
        {"test": "StringLike", "variable": "aws:UserAgent", "values": ["a<b>&c"]},
        {"test": "Bool", "variable": "aws:SecureTransport", "values": ["true"]}]},
    {"not_actions": ["s3:*"], "not_resources": ["arn:aws:s3:::b/&{aws:username}", "arn:aws:s3:::b"],
        "principals": [{"type": "AWS", "identifiers": ["arn:aws:iam::111122223333:root", "arn:aws:iam::444455556666:root"]},
            {"type": "Service", "identifiers": ["ec2.amazonaws.com"]}],
        "not_principals": [{"type": "*", "identifiers": ["*"]}]},
    {"actions": ["sts:AssumeRole"], "principals": [{"type": "AWS", "identifiers": ["*"]}]}]}"#;

const FULL_TEXT: &str = r#"{
  "Version": "2012-10-17",
  "Id": "p",
  "Statement": [
    {
      "Sid": "1",
      "Effect": "Allow",
      "Action": [
        "s3:ListAllMyBuckets",
        "s3:GetBucketLocation"
      ],
      "Resource": "arn:aws:s3:::*"
    },
    {
      "Effect": "Deny",
      "Action": "s3:ListBucket",
      "Resource": "arn:aws:s3:::b",
      "Condition": {
        "Bool": {
          "aws:SecureTransport": "true"
        },
        "StringLike": {
          "aws:UserAgent": "a\u003cb\u003e\u0026c",
          "s3:prefix": [
            "",
            "home/",
            "home/${aws:username}/"
          ]
        }
      }
    },
    {
      "Effect": "Allow",
      "NotAction": "s3:*",
      "NotResource": [
        "arn:aws:s3:::b/${aws:username}",
        "arn:aws:s3:::b"
      ],
      "Principal": {
        "AWS": [
          "arn:aws:iam::444455556666:root",
          "arn:aws:iam::111122223333:root"
        ],
        "Service": "ec2.amazonaws.com"
      },
      "NotPrincipal": "*"
    },
    {
      "Effect": "Allow",
      "Action": "sts:AssumeRole",
      "Principal": {
        "AWS": "*"
      }
    }
  ]
}"#;

#[test]
fn documents_are_written_as_text() {
    let document = document(&object(FULL)).expect("a good document");
    assert_eq!(document.pretty(), FULL_TEXT);
}

#[test]
fn documents_merge() {
    let cases = [
        (r#"{"version": "2012-10-17"}"#, r#"{"Version":"2012-10-17"}"#),
        // Statements of the same sid are replaced where they stand, others follow; lists stay as the source has them.
        (
            r#"{"version": "2012-10-17", "statement": [
                {"sid": "a", "actions": ["s3:Get*"], "resources": ["*"]}, {"actions": ["s3:Put*"], "resources": ["*"]}],
                "override_policy_documents": ["{\"Statement\": [{\"Sid\": \"a\", \"Effect\": \"Deny\",
                    \"Action\": [\"x\"]}, {\"Sid\": \"b\", \"Effect\": \"Allow\", \"Action\": [\"b\", \"c\"]}]}"]}"#,
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Deny","Action":["x"]},{"Effect":"Allow","Action":"s3:Put*","Resource":"*"},{"Sid":"b","Effect":"Allow","Action":["b","c"]}]}"#,
        ),
        // What is written here wins over the sources, and the later version counts.
        (
            r#"{"version": "2012-10-17", "statement": [{"sid": "a", "actions": ["mine"], "resources": ["*"]}],
                "source_policy_documents": [
                    "{\"Version\": \"2008-10-17\", \"Id\": \"one\", \"Statement\": {\"Sid\": \"a\", \"Action\": \"x\"}}",
                    "{\"Id\": \"two\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"AWS\": [\"1\", \"2\"]},
                        \"Condition\": {\"Bool\": {\"k\": true}, \"StringLike\": {\"v\": [\"z\", \"y\"], \"w\": [\"x\"]}}}]}"]}"#,
            r#"{"Version":"2012-10-17","Id":"two","Statement":[{"Sid":"a","Effect":"Allow","Action":"mine","Resource":"*"},{"Effect":"Allow","Principal":{"AWS":["2","1"]},"Condition":{"Bool":{"k":"true"},"StringLike":{"v":["z","y"],"w":"x"}}}]}"#,
        ),
        // Everyone is a star; other elements are left behind; the last override wins.
        (
            r#"{"version": "2012-10-17", "source_json": "{\"Statement\": [{\"Sid\": \"s\", \"Principal\": \"*\", \"Note\": 1}]}",
                "override_json": "{\"Statement\": [{\"Sid\": \"t\", \"Effect\": \"Deny\"}]}",
                "override_policy_documents": ["{\"Statement\": [{\"Sid\": \"t\", \"Effect\": \"Allow\"}]}"]}"#,
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"s","Principal":"*"},{"Sid":"t","Effect":"Deny"}]}"#,
        ),
    ];
    for (config, expected) in cases {
        let config = config.replace('\n', " ");
        let document = document(&object(&config)).unwrap_or_else(|e| panic!("{config}: {e}"));
        assert_eq!(document.minified(), expected, "{config}");
    }
}

#[test]
fn what_is_wrong_is_said() {
    let cases = [
        (r#"{"statement": [{"sid": "a"}, {"sid": "a"}]}"#, "duplicate Sid (a) in the statements"),
        (
            r#"{"source_policy_documents": ["{\"Statement\": [{\"Sid\": \"a\"}]}", "{\"Statement\": [{\"Sid\": \"a\"}]}"]}"#,
            "duplicate Sid (a) in source_policy_documents (item 1)",
        ),
        (r#"{"override_policy_documents": ["{"]}"#, "override_policy_documents[0] is no policy document"),
        (r#"{"source_json": "[]"}"#, "source_json is no policy document: it is not a JSON object"),
        (
            r#"{"version": "2008-10-17", "statement": [{"resources": ["a/&{aws:username}"]}]}"#,
            "found &{ sequence in (a/&{aws:username}), which is not supported in document version 2008-10-17",
        ),
    ];
    for (config, message) in cases {
        let fault = document(&object(config)).expect_err(config);
        assert!(fault.message.contains(message), "{config}: {fault}");
    }
}
