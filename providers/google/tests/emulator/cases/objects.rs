//! Objects.

use super::Setup;
use trueup_provider_walk::{CASE, Case};

const BUCKET: Setup = ("bucket", "google_storage_bucket", r#"{"name": "objects-${n}", "location": "US"}"#);
const OTHER_BUCKET: Setup =
    ("other", "google_storage_bucket", r#"{"name": "other-objects-${n}", "location": "US"}"#);
const RETAINING: Setup = (
    "bucket",
    "google_storage_bucket",
    r#"{"name": "retaining-${n}", "location": "US", "enable_object_retention": true}"#,
);
/// What follows from what an object holds.
const FOLLOWS: &[(&str, &str)] =
    &[("*", "crc32c"), ("*", "generation"), ("*", "md5hash"), ("*", "md5hexhash"), ("*", "media_link")];
/// Why what it holds isn't tampered with by name.
const UNREAD: &str =
    "what an object holds isn't read: its MD5 tells that it is another, and is tampered with";
const SOURCE: &str = concat!(
    r#"{"bucket": "${bucket.name}", "name": "file", "source": ""#,
    env!("CARGO_MANIFEST_DIR"),
    r#"/lib.rs"}"#
);
const OTHER_SOURCE: &str = concat!(
    r#"{"bucket": "${bucket.name}", "name": "file", "source_md5hash": "x", "source": ""#,
    env!("CARGO_MANIFEST_DIR"),
    r#"/table.rs"}"#
);
const SAME_SOURCE: &str = concat!(
    r#"{"bucket": "${bucket.name}", "name": "file", "source_md5hash": "y", "source": ""#,
    env!("CARGO_MANIFEST_DIR"),
    r#"/table.rs"}"#
);

/// Cases that cloudemu knows all parts of.
pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "google_storage_bucket_object",
        setup: &[BUCKET, OTHER_BUCKET],
        create: r#"{"bucket": "${bucket.name}", "name": "folder/my-object", "content": "one"}"#,
        updates: &[
            r#"{"bucket": "${bucket.name}", "name": "folder/my-object", "content": "two", "event_based_hold": true,
                "temporary_hold": true}"#,
            r#"{"bucket": "${bucket.name}", "name": "folder/my-object", "content": "three", "event_based_hold": false}"#,
            r#"{"bucket": "${bucket.name}", "name": "folder/my-object", "content": "two", "detect_md5hash": "uKn3Fdu2T9XFbneDxoIKYQ=="}"#,
        ],
        replaces: &[
            (r#"{"bucket": "${bucket.name}", "name": "other", "content": "two"}"#, "name"),
            (r#"{"bucket": "${other.name}", "name": "other", "content": "two"}"#, "bucket"),
            (
                r#"{"bucket": "${other.name}", "name": "other", "content": "two", "content_type": "text/html"}"#,
                "content_type",
            ),
            (
                r#"{"bucket": "${other.name}", "name": "other", "content": "two", "content_type": "text/html",
                    "cache_control": "no-store"}"#,
                "cache_control",
            ),
            (
                r#"{"bucket": "${other.name}", "name": "other", "content": "two", "content_type": "text/html",
                    "content_disposition": "attachment"}"#,
                "content_disposition",
            ),
            (
                r#"{"bucket": "${other.name}", "name": "other", "content": "two", "content_type": "text/html",
                    "content_encoding": "identity"}"#,
                "content_encoding",
            ),
            (
                r#"{"bucket": "${other.name}", "name": "other", "content": "two", "content_type": "text/html",
                    "content_language": "de"}"#,
                "content_language",
            ),
            (
                r#"{"bucket": "${other.name}", "name": "other", "content": "two", "content_type": "text/html",
                    "metadata": {"a": "b"}}"#,
                "metadata",
            ),
            (
                r#"{"bucket": "${other.name}", "name": "other", "content": "two", "content_type": "text/html",
                    "storage_class": "NEARLINE"}"#,
                "storage_class",
            ),
        ],
        tampers: &[(
            r#"PATCH b/${bucket.name}/o/${this.name} {"md5Hash": "l7v2PCN2p6Bf7lnbM2wPrw==", "crc32c": "AAAAAA=="}"#,
            "detect_md5hash",
        )],
        lose: &["DELETE b/${bucket.name}/o/${this.name}"],
        import: "${bucket.name}/folder/my-object",
        unread: &["content", "detect_md5hash"],
        follows: FOLLOWS,
        excused: &[
            ("content", UNREAD),
            ("source", UNREAD),
            ("source_md5hash", "it is a wish for another upload, which nothing tells of"),
            ("event_based_hold", "it has a case of its own, for nothing under a hold can be deleted"),
            ("temporary_hold", "it has a case of its own, for nothing under a hold can be deleted"),
        ],
        ..CASE
    },
    Case {
        kind: "google_storage_bucket_object",
        setup: &[BUCKET],
        create: SOURCE,
        updates: &[OTHER_SOURCE, SAME_SOURCE],
        tampers: &[(
            r#"PATCH b/${bucket.name}/o/${this.name} {"md5Hash": "l7v2PCN2p6Bf7lnbM2wPrw=="}"#,
            "md5hash",
        )],
        lose: &["DELETE b/${bucket.name}/o/${this.name}"],
        import: "${bucket.name}/file",
        unread: &["source", "source_md5hash"],
        follows: FOLLOWS,
        ..CASE
    },
];

/// Cases of what cloudemu doesn't do: keys, holds and retention that hold, contexts one by one.
pub(crate) const MORE: &[Case] = &[
    Case {
        kind: "google_storage_bucket_object",
        setup: &[BUCKET],
        create: r#"{"bucket": "${bucket.name}", "name": "held", "content": "one",
            "contexts": [{"custom": [{"key": "b", "value": "1"}, {"key": "a", "value": "2"}]}]}"#,
        updates: &[
            r#"{"bucket": "${bucket.name}", "name": "held", "content": "two",
                "contexts": [{"custom": [{"key": "c", "value": "333"}, {"key": "a", "value": "22"}]}]}"#,
            r#"{"bucket": "${bucket.name}", "name": "held", "content": "two", "event_based_hold": true, "temporary_hold": true}"#,
            r#"{"bucket": "${bucket.name}", "name": "held", "content": "three", "contexts": [{"custom": [{"key": "a", "value": "4444"}]}]}"#,
        ],
        tampers: &[
            (r#"PATCH b/${bucket.name}/o/held {"eventBasedHold": true}"#, "event_based_hold"),
            (r#"PATCH b/${bucket.name}/o/held {"temporaryHold": true}"#, "temporary_hold"),
            (
                r#"PATCH b/${bucket.name}/o/held {"contexts": {"custom": {"a": {"value": "55555"}}}}"#,
                "contexts",
            ),
        ],
        lose: &["DELETE b/${bucket.name}/o/held"],
        import: "${bucket.name}/held",
        unread: &["content"],
        follows: FOLLOWS,
        ..CASE
    },
    Case {
        kind: "google_storage_bucket_object",
        setup: &[RETAINING],
        create: r#"{"bucket": "${bucket.name}", "name": "kept", "content": "one"}"#,
        updates: &[
            r#"{"bucket": "${bucket.name}", "name": "kept", "content": "two",
                "retention": [{"mode": "Unlocked", "retain_until_time": "2050-01-01T00:00:00Z"}]}"#,
            r#"{"bucket": "${bucket.name}", "name": "kept", "content": "two",
                "retention": [{"mode": "Locked", "retain_until_time": "2040-01-01T00:00:00Z"}]}"#,
            r#"{"bucket": "${bucket.name}", "name": "kept", "content": "two"}"#,
        ],
        tampers: &[(
            r#"PATCH b/${bucket.name}/o/kept {"retention": {"mode": "Unlocked", "retainUntilTime": "2060-01-01T00:00:00Z"}}"#,
            "retention",
        )],
        lose: &["DELETE b/${bucket.name}/o/kept"],
        import: "${bucket.name}/kept",
        unread: &["content"],
        follows: FOLLOWS,
        ..CASE
    },
    Case {
        kind: "google_storage_bucket_object",
        setup: &[BUCKET],
        create: r#"{"bucket": "${bucket.name}", "name": "secret", "content": "one"}"#,
        replaces: &[
            (
                r#"{"bucket": "${bucket.name}", "name": "secret", "content": "one", "kms_key_name": "projects/p/locations/l/keyRings/r/cryptoKeys/k"}"#,
                "kms_key_name",
            ),
            (
                r#"{"bucket": "${bucket.name}", "name": "secret", "content": "one",
                    "customer_encryption": [{"encryption_key": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="}]}"#,
                "customer_encryption",
            ),
            (
                r#"{"bucket": "${bucket.name}", "name": "secret", "content": "one",
                    "customer_encryption": [{"encryption_key": "MTEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "encryption_algorithm": "AES256"}]}"#,
                "customer_encryption",
            ),
            (
                r#"{"bucket": "${bucket.name}", "name": "secret", "content": "one", "force_empty_content_type": true}"#,
                "force_empty_content_type",
            ),
        ],
        lose: &["DELETE b/${bucket.name}/o/secret"],
        import: "${bucket.name}/secret",
        unread: &["content"],
        follows: FOLLOWS,
        ..CASE
    },
];
