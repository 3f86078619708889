//! Service accounts, and who may do what with projects and buckets.

use super::Setup;
use trueup_provider_walk::{CASE, Case};

const BUCKET: Setup = ("bucket", "google_storage_bucket", r#"{"name": "bucket-${n}", "location": "US"}"#);
const OTHER_BUCKET: Setup =
    ("other", "google_storage_bucket", r#"{"name": "other-bucket-${n}", "location": "US"}"#);

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "google_service_account",
        create: r#"{"account_id": "account-${n}"}"#,
        updates: &[
            r#"{"account_id": "account-${n}", "description": "for tests", "display_name": "Tests", "disabled": true}"#,
            r#"{"account_id": "account-${n}", "description": "for other tests", "disabled": false}"#,
            r#"{"account_id": "account-${n}", "description": "for other tests", "display_name": "Tests", "disabled": true}"#,
        ],
        replaces: &[(r#"{"account_id": "account-b-${n}", "display_name": "Tests"}"#, "account_id")],
        tampers: &[
            (
                r#"CALL PATCH /v1/${this.id} {"serviceAccount": {"description": "mine"}, "updateMask": "description"}"#,
                "description",
            ),
            (
                r#"CALL PATCH /v1/${this.id} {"serviceAccount": {"displayName": "Mine"}, "updateMask": "displayName"}"#,
                "display_name",
            ),
            ("CALL POST /v1/${this.id}:enable {}", "disabled"),
        ],
        lose: &["CALL DELETE /v1/${this.id}"],
        import: "account-${n}@my-project.iam.gserviceaccount.com",
        excused: &[(
            "create_ignore_already_exists",
            "a wish for the creation, which nothing tells of afterwards",
        )],
        ..CASE
    },
    Case {
        kind: "google_project_iam_member",
        create: r#"{"project": "project-${n}", "role": "roles/viewer", "member": "user:Jane@example.com"}"#,
        replaces: &[
            (
                r#"{"project": "project-${n}", "role": "roles/editor", "member": "user:Jane@example.com"}"#,
                "role",
            ),
            (
                r#"{"project": "project-${n}", "role": "roles/editor", "member": "user:joe@example.com"}"#,
                "member",
            ),
            (
                r#"{"project": "projects-${n}", "role": "roles/editor", "member": "user:joe@example.com"}"#,
                "project",
            ),
            (
                r#"{"project": "projects-${n}", "role": "roles/editor", "member": "user:joe@example.com",
                    "condition": [{"title": "soon", "expression": "request.time < timestamp('2030-01-01T00:00:00Z')"}]}"#,
                "condition",
            ),
            (
                r#"{"project": "projects-${n}", "role": "roles/editor", "member": "user:joe@example.com",
                    "condition": [{"title": "late", "expression": "request.time < timestamp('2040-01-01T00:00:00Z')",
                        "description": "not for ever"}]}"#,
                "condition",
            ),
        ],
        lose: &[r#"CALL POST /v1/projects/${this.project}:setIamPolicy {"policy": {"bindings": []}}"#],
        import: "project-${n} roles/viewer user:jane@example.com",
        // The policy says it in small letters.
        unread: &["id", "member"],
        ..CASE
    },
    Case {
        kind: "google_project_iam_member",
        create: r#"{"project": "with-condition-${n}", "role": "roles/viewer", "member": "group:all@example.com",
            "condition": [{"title": "soon", "description": "not for ever", "expression": "true"}]}"#,
        lose: &[r#"CALL POST /v1/projects/${this.project}:setIamPolicy {"policy": {"bindings": []}}"#],
        import: "with-condition-${n} roles/viewer group:all@example.com soon",
        ..CASE
    },
    Case {
        kind: "google_storage_bucket_iam_member",
        setup: &[BUCKET, OTHER_BUCKET],
        create: r#"{"bucket": "${bucket.name}", "role": "roles/storage.objectViewer", "member": "allUsers"}"#,
        replaces: &[
            (r#"{"bucket": "${bucket.name}", "role": "roles/storage.admin", "member": "allUsers"}"#, "role"),
            (
                r#"{"bucket": "${bucket.name}", "role": "roles/storage.admin", "member": "user:joe@example.com"}"#,
                "member",
            ),
            (
                r#"{"bucket": "${other.name}", "role": "roles/storage.admin", "member": "user:joe@example.com"}"#,
                "bucket",
            ),
            (
                r#"{"bucket": "${other.name}", "role": "roles/storage.admin", "member": "user:joe@example.com",
                    "condition": [{"title": "some", "description": "of them", "expression": "resource.name.startsWith('a')"}]}"#,
                "condition",
            ),
        ],
        lose: &[r#"CALL PUT /storage/v1/b/${bucket.name}/iam {"bindings": []}"#],
        import: "b/${bucket.name} roles/storage.objectViewer allUsers",
        ..CASE
    },
    Case {
        kind: "google_storage_bucket_iam_binding",
        setup: &[BUCKET, OTHER_BUCKET],
        create: r#"{"bucket": "${bucket.name}", "role": "roles/storage.objectViewer", "members": ["user:Joe@example.com"]}"#,
        updates: &[
            r#"{"bucket": "${bucket.name}", "role": "roles/storage.objectViewer", "members": ["user:joe@example.com", "allUsers"]}"#,
            r#"{"bucket": "${bucket.name}", "role": "roles/storage.objectViewer", "members": ["user:jane@example.com", "allUsers"]}"#,
        ],
        replaces: &[
            (
                r#"{"bucket": "${bucket.name}", "role": "roles/storage.admin", "members": ["user:jane@example.com"]}"#,
                "role",
            ),
            (
                r#"{"bucket": "${other.name}", "role": "roles/storage.admin", "members": ["user:jane@example.com"]}"#,
                "bucket",
            ),
            (
                r#"{"bucket": "${other.name}", "role": "roles/storage.admin", "members": ["user:jane@example.com"],
                    "condition": [{"title": "some", "description": "of them", "expression": "resource.name.startsWith('a')"}]}"#,
                "condition",
            ),
        ],
        tampers: &[(
            r#"CALL PUT /storage/v1/b/${bucket.name}/iam {"bindings": [{"role": "roles/storage.objectViewer", "members": ["user:other@example.com"]}], "version": 3}"#,
            "members",
        )],
        lose: &[r#"CALL PUT /storage/v1/b/${bucket.name}/iam {"bindings": []}"#],
        import: "b/${bucket.name} roles/storage.objectViewer",
        ..CASE
    },
];
