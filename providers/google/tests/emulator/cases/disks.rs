//! Disks.

use super::TAGS;
use trueup_provider_walk::{CASE, Case};

pub(crate) const CASES: &[Case] = &[Case {
    kind: "google_compute_disk",
    create: r#"{"name": "d-${n}", "size": 10, "labels": {"a": "1"}}"#,
    updates: &[
        r#"{"name": "d-${n}", "size": 20, "labels": {"a": "2", "b": "3"}}"#,
        r#"{"name": "d-${n}", "size": 20, "labels": {"b": "3"}}"#,
    ],
    replaces: &[
        (r#"{"name": "e-${n}", "size": 20}"#, "name"),
        (r#"{"name": "e-${n}", "size": 10}"#, "size"),
        (r#"{"name": "d-${n}", "size": 20, "type": "pd-ssd"}"#, "type"),
        (r#"{"name": "d-${n}", "size": 20, "description": "other"}"#, "description"),
        (r#"{"name": "d-${n}", "size": 20, "image": "debian-cloud/debian-12"}"#, "image"),
        (
            r#"{"name": "d-${n}", "size": 20, "physical_block_size_bytes": 16384}"#,
            "physical_block_size_bytes",
        ),
        (r#"{"name": "d-${n}", "size": 20, "guest_os_features": [{"type": "GVNIC"}]}"#, "guest_os_features"),
    ],
    tampers: &[(r#"PATCH ${this.id} {"labels": {"b": "4"}}"#, "labels")],
    lose: &["DELETE ${this.id}"],
    import: "us-central1-a/d-${n}",
    unread: &["labels", "terraform_labels"],
    unsaid: &["architecture"],
    excused: &[TAGS],
    ..CASE
}];
