//! Settings of buckets.

use trueup_provider_walk::{CASE, Case};

const BUCKET: &str = "aws_s3_bucket";

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "aws_s3_bucket_public_access_block",
        setup: &[
            ("bucket", BUCKET, r#"{"bucket": "walk-public"}"#),
            ("other", BUCKET, r#"{"bucket": "walk-public-2"}"#),
        ],
        create: r#"{"bucket": "${bucket.id}", "block_public_acls": true}"#,
        updates: &[
            r#"{"bucket": "${bucket.id}", "block_public_policy": true, "ignore_public_acls": true,
                "restrict_public_buckets": true}"#,
            r#"{"bucket": "${bucket.id}", "block_public_acls": true, "block_public_policy": true,
                "skip_destroy": true}"#,
            r#"{"bucket": "${bucket.id}", "block_public_acls": true, "block_public_policy": true}"#,
        ],
        replaces: &[(r#"{"bucket": "${other.id}", "block_public_acls": true}"#, "bucket")],
        tampers: &[
            (
                "PUT /${bucket.id}?publicAccessBlock <PublicAccessBlockConfiguration><BlockPublicAcls>false</BlockPublicAcls>\
                 <BlockPublicPolicy>true</BlockPublicPolicy></PublicAccessBlockConfiguration>",
                "block_public_acls",
            ),
            (
                "PUT /${bucket.id}?publicAccessBlock <PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>\
                 </PublicAccessBlockConfiguration>",
                "block_public_policy",
            ),
            (
                "PUT /${bucket.id}?publicAccessBlock <PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>\
                 <BlockPublicPolicy>true</BlockPublicPolicy><IgnorePublicAcls>true</IgnorePublicAcls></PublicAccessBlockConfiguration>",
                "ignore_public_acls",
            ),
            (
                "PUT /${bucket.id}?publicAccessBlock <PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>\
                 <BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets>\
                 </PublicAccessBlockConfiguration>",
                "restrict_public_buckets",
            ),
        ],
        lose: &["DELETE /${bucket.id}?publicAccessBlock"],
        excused: &[("skip_destroy", "the bucket doesn't know it")],
        ..CASE
    },
    Case {
        kind: "aws_s3_bucket_server_side_encryption_configuration",
        setup: &[
            ("bucket", BUCKET, r#"{"bucket": "walk-encryption"}"#),
            ("other", BUCKET, r#"{"bucket": "walk-encryption-2"}"#),
        ],
        create: r#"{"bucket": "${bucket.id}",
            "rule": [{"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256"}]}]}"#,
        updates: &[
            r#"{"bucket": "${bucket.id}", "rule": [{"bucket_key_enabled": true,
                "apply_server_side_encryption_by_default": [{"sse_algorithm": "aws:kms", "kms_master_key_id": "k-1"}]}]}"#,
            r#"{"bucket": "${bucket.id}", "rule": [{"bucket_key_enabled": false,
                "apply_server_side_encryption_by_default": [{"sse_algorithm": "aws:kms", "kms_master_key_id": "k-2"}]}]}"#,
        ],
        replaces: &[
            (
                r#"{"bucket": "${other.id}",
                    "rule": [{"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256"}]}]}"#,
                "bucket",
            ),
            (
                r#"{"bucket": "${bucket.id}", "expected_bucket_owner": "123456789012",
                    "rule": [{"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256"}]}]}"#,
                "expected_bucket_owner",
            ),
        ],
        tampers: &[
            (
                "PUT /${bucket.id}?encryption <ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
                 <SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>",
                "rule",
            ),
            (
                "PUT /${bucket.id}?encryption <ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
                 <SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>k-3</KMSMasterKeyID></ApplyServerSideEncryptionByDefault>\
                 </Rule></ServerSideEncryptionConfiguration>",
                "rule",
            ),
        ],
        // It can't be lost: without a document of its own a bucket encrypts with keys of S3 (S3 User Guide, "Default
        // encryption"), which moto doesn't know.
        excused: &[("rule.blocked_encryption_types", "moto forgets it; see `second`")],
        ..CASE
    },
    Case {
        kind: "aws_s3_bucket_policy",
        setup: &[
            ("bucket", BUCKET, r#"{"bucket": "walk-policy"}"#),
            ("other", BUCKET, r#"{"bucket": "walk-policy-2"}"#),
        ],
        create: r#"{"bucket": "${bucket.id}", "policy": "{ \"Version\": \"2012-10-17\", \"Statement\": {\"Effect\": \"Deny\", \"Principal\": \"*\", \"Action\": \"s3:GetObject\", \"Resource\": \"arn:aws:s3:::walk-policy/*\"} }"}"#,
        updates: &[
            r#"{"bucket": "${bucket.id}", "policy": "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Deny\", \"Principal\": \"*\", \"Action\": [\"s3:GetObject\", \"s3:PutObject\"], \"Resource\": \"arn:aws:s3:::walk-policy/*\"}]}"}"#,
        ],
        replaces: &[(
            r#"{"bucket": "${other.id}", "policy": "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Deny\", \"Principal\": \"*\", \"Action\": [\"s3:GetObject\", \"s3:PutObject\"], \"Resource\": \"arn:aws:s3:::walk-policy/*\"}]}"}"#,
            "bucket",
        )],
        tampers: &[(
            r#"PUT /${bucket.id}?policy {"Version": "2012-10-17", "Statement": [{"Sid": "b", "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::walk-policy/*"}]}"#,
            "policy",
        )],
        lose: &["DELETE /${bucket.id}?policy"],
        ..CASE
    },
    // moto forgets sizes of filters and how many old versions stay; `second` has them.
    Case {
        kind: "aws_s3_bucket_lifecycle_configuration",
        setup: &[
            ("bucket", BUCKET, r#"{"bucket": "walk-lifecycle"}"#),
            ("other", BUCKET, r#"{"bucket": "walk-lifecycle-2"}"#),
        ],
        create: r#"{"bucket": "${bucket.id}", "rule": [{"id": "old", "status": "Enabled", "expiration": [{"days": 90}]}]}"#,
        updates: &[
            r#"{"bucket": "${bucket.id}", "rule": [
                {"id": "new", "status": "Disabled", "filter": [{"prefix": "logs/"}],
                 "transition": [{"days": 60, "storage_class": "GLACIER"}, {"days": 30, "storage_class": "STANDARD_IA"}],
                 "noncurrent_version_transition": [{"noncurrent_days": 30, "storage_class": "GLACIER",
                    "newer_noncurrent_versions": 2}],
                 "noncurrent_version_expiration": [{"noncurrent_days": 90}]},
                {"id": "old", "status": "Enabled", "prefix": "tmp/", "expiration": [{"date": "2030-01-01T00:00:00Z"}],
                 "abort_incomplete_multipart_upload": [{"days_after_initiation": 7}]}]}"#,
            r#"{"bucket": "${bucket.id}", "rule": [
                {"id": "tagged", "status": "Enabled", "filter": [{"tag": [{"key": "k", "value": "v"}]}],
                 "expiration": [{"days": 1}]},
                {"id": "dated", "status": "Enabled", "filter": [{"prefix": "b/"}],
                 "transition": [{"date": "2030-01-01T02:00:00+02:00", "storage_class": "GLACIER_IR"}]},
                {"id": "marked", "status": "Enabled", "filter": [{}],
                 "expiration": [{"expired_object_delete_marker": true}]},
                {"id": "all", "status": "Enabled", "expiration": [{"days": 2}], "filter": [{"and": [
                    {"prefix": "a/", "tags": {"k": "v", "l": "w"}}]}]}]}"#,
            r#"{"bucket": "${bucket.id}", "rule": [
                {"id": "last", "status": "Enabled", "filter": [{"prefix": "z/", "and": [], "tag": []}],
                 "abort_incomplete_multipart_upload": [], "expiration": [], "noncurrent_version_expiration": [],
                 "noncurrent_version_transition": [],
                 "transition": [{"days": 1, "storage_class": "INTELLIGENT_TIERING"}]}]}"#,
        ],
        replaces: &[
            (
                r#"{"bucket": "${other.id}", "rule": [{"id": "old", "status": "Enabled", "expiration": [{"days": 90}]}]}"#,
                "bucket",
            ),
            (
                r#"{"bucket": "${bucket.id}", "expected_bucket_owner": "123456789012",
                    "rule": [{"id": "old", "status": "Enabled", "expiration": [{"days": 90}]}]}"#,
                "expected_bucket_owner",
            ),
        ],
        tampers: &[(
            "PUT /${bucket.id}?lifecycle <LifecycleConfiguration><Rule><ID>last</ID><Status>Enabled</Status>\
             <Filter><Prefix>z/</Prefix></Filter>\
             <Transition><Days>2</Days><StorageClass>INTELLIGENT_TIERING</StorageClass></Transition></Rule></LifecycleConfiguration>",
            "rule",
        )],
        lose: &["DELETE /${bucket.id}?lifecycle"],
        excused: &[
            ("rule.filter.and.object_size_greater_than", "moto forgets it; see `second`"),
            ("rule.filter.and.object_size_less_than", "moto forgets it; see `second`"),
            ("rule.filter.object_size_greater_than", "moto forgets it; see `second`"),
            ("rule.filter.object_size_less_than", "moto forgets it; see `second`"),
            ("rule.noncurrent_version_expiration.newer_noncurrent_versions", "moto forgets it; see `second`"),
            ("transition_default_minimum_object_size", "moto always answers all_storage_classes_128K"),
        ],
        ..CASE
    },
];
