//! Versioning of buckets. moto answers `GetBucketVersioning` with an XML root that isn't the API's and that the SDK
//! rejects, so that no part of this can be walked there; see `second` for another emulator.

use trueup_provider_walk::{CASE, Case};

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "aws_s3_bucket_versioning",
        setup: &[
            ("bucket", "aws_s3_bucket", r#"{"bucket": "walk-versions"}"#),
            ("other", "aws_s3_bucket", r#"{"bucket": "walk-versions-2"}"#),
        ],
        create: r#"{"bucket": "${bucket.id}", "versioning_configuration": [{"status": "Enabled"}]}"#,
        updates: &[
            r#"{"bucket": "${bucket.id}", "versioning_configuration": [{"status": "Suspended"}]}"#,
            r#"{"bucket": "${bucket.id}", "versioning_configuration": [{"status": "Enabled"}]}"#,
            r#"{"bucket": "${bucket.id}", "mfa": "arn:aws:iam::123456789012:mfa/root 123456",
                "versioning_configuration": [{"status": "Enabled", "mfa_delete": "Enabled"}]}"#,
            r#"{"bucket": "${bucket.id}", "mfa": "arn:aws:iam::123456789012:mfa/root 654321",
                "versioning_configuration": [{"status": "Enabled", "mfa_delete": "Disabled"}]}"#,
            r#"{"bucket": "${bucket.id}", "versioning_configuration": [{"status": "Enabled", "mfa_delete": "Disabled"}]}"#,
        ],
        replaces: &[
            (r#"{"bucket": "${other.id}", "versioning_configuration": [{"status": "Disabled"}]}"#, "bucket"),
            (
                r#"{"bucket": "${other.id}", "expected_bucket_owner": "123456789012",
                    "versioning_configuration": [{"status": "Enabled"}]}"#,
                "expected_bucket_owner",
            ),
        ],
        tampers: &[(
            "PUT /${bucket.id}?versioning <VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>",
            "versioning_configuration",
        )],
        excused: &[("mfa", "it proves who asks, and is kept nowhere")],
        ..CASE
    },
    // What was never on can be called off.
    Case {
        kind: "aws_s3_bucket_versioning",
        setup: &[("bucket", "aws_s3_bucket", r#"{"bucket": "walk-versions-off"}"#)],
        create: r#"{"bucket": "${bucket.id}", "versioning_configuration": [{"status": "Disabled"}]}"#,
        updates: &[r#"{"bucket": "${bucket.id}", "versioning_configuration": [{"status": "Enabled"}]}"#],
        ..CASE
    },
];
