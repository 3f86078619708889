//! Buckets and objects.

use trueup_provider_walk::{CASE, Case};

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "aws_s3_bucket",
        create: r#"{"bucket": "walk-bucket", "tags": {"a": "b"}}"#,
        updates: &[
            r#"{"bucket": "walk-bucket", "tags": {"a": "c"}, "force_destroy": true}"#,
            r#"{"bucket": "walk-bucket"}"#,
        ],
        replaces: &[
            (r#"{"bucket": "other-bucket"}"#, "bucket"),
            (r#"{"bucket_prefix": "other-"}"#, "bucket_prefix"),
            (r#"{"bucket": "walk-bucket", "object_lock_enabled": true}"#, "object_lock_enabled"),
        ],
        tampers: &[(
            "PUT /${this.id}?tagging <Tagging><TagSet><Tag><Key>x</Key><Value>y</Value></Tag></TagSet></Tagging>",
            "tags",
        )],
        lose: &["DELETE /${this.id}"],
        excused: &[("force_destroy", "the state alone has it")],
        ..CASE
    },
    Case {
        kind: "aws_s3_object",
        setup: &[("bucket", "aws_s3_bucket", r#"{"bucket": "walk-objects"}"#)],
        create: r#"{"bucket": "${bucket.id}", "key": "a/b.txt", "content": "hello"}"#,
        updates: &[
            r#"{"bucket": "${bucket.id}", "key": "a/b.txt", "content": "hello", "tags": {"a": "b"}}"#,
            r#"{"bucket": "${bucket.id}", "key": "a/b.txt", "content": "world", "content_type": "text/plain",
                "metadata": {"k": "v"}, "cache_control": "no-store"}"#,
        ],
        replaces: &[(r#"{"bucket": "${bucket.id}", "key": "c", "content": "hello"}"#, "key")],
        tampers: &[
            ("PUT /${bucket.id}/a/b.txt tampered", "content"),
            (
                "PUT /${bucket.id}/a/b.txt?tagging \
                 <Tagging><TagSet><Tag><Key>x</Key><Value>y</Value></Tag></TagSet></Tagging>",
                "tags",
            ),
        ],
        lose: &["DELETE /${bucket.id}/a/b.txt"],
        import: "${bucket.id}/a/b.txt",
        unread: &["content"],
        // Who writes an object anew writes all of it.
        follows: &[
            ("content", "cache_control"),
            ("content", "etag"),
            ("content", "metadata"),
            ("content", "tags_all"),
        ],
        ..CASE
    },
];
