//! Objects with all that can be said about them: moto forgets some of it, and has ideas of its own about locks.

use trueup_provider_walk::{CASE, Case};

const BUCKET: &str = "aws_s3_bucket";
const IN_STATE: &str = "the state alone has it";
/// Who writes an object anew writes all of it.
const REWRITTEN: &[(&str, &str)] = &[
    ("*", "bucket_key_enabled"),
    ("*", "cache_control"),
    ("*", "content_disposition"),
    ("*", "content_encoding"),
    ("*", "content_language"),
    ("*", "content_type"),
    ("*", "kms_key_id"),
    ("*", "metadata"),
    ("*", "server_side_encryption"),
    ("*", "storage_class"),
    ("*", "website_redirect"),
    ("*", "content"),
    ("*", "content_base64"),
    ("*", "source"),
    ("*", "etag"),
    ("*", "tags_all"),
];

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "aws_s3_object",
        setup: &[
            ("bucket", BUCKET, r#"{"bucket": "walk-whole"}"#),
            ("other", BUCKET, r#"{"bucket": "walk-whole-2"}"#),
        ],
        create: r#"{"bucket": "${bucket.id}", "key": "a/b.txt", "content": "hello"}"#,
        updates: &[
            r#"{"bucket": "${bucket.id}", "key": "a/b.txt", "content": "hello", "content_type": "text/html",
                "cache_control": "no-store", "content_disposition": "inline", "content_encoding": "gzip",
                "content_language": "de", "website_redirect": "/other", "storage_class": "STANDARD_IA",
                "metadata": {"k": "v"}, "server_side_encryption": "aws:kms", "bucket_key_enabled": true,
                "kms_key_id": "arn:aws:kms:us-east-1:123456789012:key/1"}"#,
        ],
        replaces: &[(r#"{"bucket": "${other.id}", "key": "a/b.txt", "content": "hello"}"#, "bucket")],
        tampers: &[
            ("PUT /${bucket.id}/a/b.txt hello", "bucket_key_enabled"),
            ("PUT /${bucket.id}/a/b.txt hello", "cache_control"),
            ("PUT /${bucket.id}/a/b.txt hello", "content_disposition"),
            ("PUT /${bucket.id}/a/b.txt hello", "content_encoding"),
            ("PUT /${bucket.id}/a/b.txt hello", "content_language"),
            ("PUT /${bucket.id}/a/b.txt hello", "content_type"),
            ("PUT /${bucket.id}/a/b.txt hello", "kms_key_id"),
            ("PUT /${bucket.id}/a/b.txt hello", "metadata"),
            ("PUT /${bucket.id}/a/b.txt hello", "server_side_encryption"),
            ("PUT /${bucket.id}/a/b.txt hello", "storage_class"),
            ("PUT /${bucket.id}/a/b.txt hello", "website_redirect"),
        ],
        lose: &["DELETE /${bucket.id}/a/b.txt"],
        import: "${bucket.id}/a/b.txt",
        unread: &["content"],
        follows: REWRITTEN,
        ..CASE
    },
    Case {
        kind: "aws_s3_object",
        setup: &[("bucket", BUCKET, r#"{"bucket": "walk-changing"}"#)],
        create: r#"{"bucket": "${bucket.id}", "key": "c", "source": "Cargo.toml", "source_hash": "1"}"#,
        updates: &[
            r#"{"bucket": "${bucket.id}", "key": "c", "source": "Cargo.toml", "source_hash": "2", "acl": "public-read",
                "force_destroy": true}"#,
            r#"{"bucket": "${bucket.id}", "key": "c", "content_base64": "aGVsbG8=", "acl": "private"}"#,
            r#"{"bucket": "${bucket.id}", "key": "c", "content": "world", "checksum_algorithm": "SHA256",
                "etag": "7d793037a0760186574b0282f2f435e7"}"#,
        ],
        tampers: &[("PUT /${bucket.id}/c tampered", "etag")],
        lose: &["DELETE /${bucket.id}/c"],
        import: "s3://${bucket.id}/c",
        unread: &["acl", "checksum_algorithm", "checksum_sha256", "content"],
        follows: REWRITTEN,
        excused: &[
            ("acl", "the API tells the grants that it stood for"),
            ("checksum_algorithm", "the API tells the checksums that it asked for"),
            ("force_destroy", IN_STATE),
            ("source_hash", IN_STATE),
        ],
        ..CASE
    },
    Case {
        kind: "aws_s3_object",
        setup: &[("bucket", BUCKET, r#"{"bucket": "walk-bytes"}"#)],
        create: r#"{"bucket": "${bucket.id}", "key": "d", "content_base64": "aGVsbG8="}"#,
        tampers: &[("PUT /${bucket.id}/d tampered", "content_base64")],
        lose: &["DELETE /${bucket.id}/d"],
        import: "${bucket.id}/d",
        unread: &["content_base64"],
        follows: REWRITTEN,
        ..CASE
    },
    Case {
        kind: "aws_s3_object",
        setup: &[("bucket", BUCKET, r#"{"bucket": "walk-file"}"#)],
        create: r#"{"bucket": "${bucket.id}", "key": "e", "source": "Cargo.toml"}"#,
        tampers: &[("PUT /${bucket.id}/e tampered", "source")],
        lose: &["DELETE /${bucket.id}/e"],
        import: "${bucket.id}/e",
        unread: &["source"],
        follows: REWRITTEN,
        ..CASE
    },
    Case {
        kind: "aws_s3_object",
        setup: &[("bucket", BUCKET, r#"{"bucket": "walk-locked", "object_lock_enabled": true}"#)],
        create: r#"{"bucket": "${bucket.id}", "key": "f", "content": "hello", "force_destroy": true,
            "object_lock_legal_hold_status": "ON"}"#,
        updates: &[
            r#"{"bucket": "${bucket.id}", "key": "f", "content": "hello", "force_destroy": true,
                "object_lock_mode": "GOVERNANCE", "object_lock_retain_until_date": "2099-01-01T00:00:00Z"}"#,
            r#"{"bucket": "${bucket.id}", "key": "f", "content": "hello", "force_destroy": true,
                "object_lock_mode": "GOVERNANCE", "object_lock_retain_until_date": "2098-01-01T00:00:00Z",
                "object_lock_legal_hold_status": "ON"}"#,
            r#"{"bucket": "${bucket.id}", "key": "f", "content": "hello", "force_destroy": true,
                "object_lock_legal_hold_status": "OFF"}"#,
        ],
        tampers: &[
            (
                "PUT /${bucket.id}/f?legal-hold <LegalHold><Status>ON</Status></LegalHold>",
                "object_lock_legal_hold_status",
            ),
            (
                "PUT /${bucket.id}/f?retention <Retention><Mode>GOVERNANCE</Mode>\
                 <RetainUntilDate>2099-01-01T00:00:00Z</RetainUntilDate></Retention>",
                "object_lock_mode",
            ),
            (
                "PUT /${bucket.id}/f?retention <Retention><Mode>GOVERNANCE</Mode>\
                 <RetainUntilDate>2099-01-01T00:00:00Z</RetainUntilDate></Retention>",
                "object_lock_retain_until_date",
            ),
        ],
        lose: &["DELETE /${bucket.id}/f"],
        import: "${bucket.id}/f",
        unread: &["content", "force_destroy", "object_lock_legal_hold_status"],
        follows: &[
            ("object_lock_mode", "object_lock_retain_until_date"),
            ("object_lock_retain_until_date", "object_lock_mode"),
        ],
        ..CASE
    },
];
