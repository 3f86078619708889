//! What data sources answer, and what they refuse.

use crate::stand::Google;
use trueup_provider_walk::{Cloud, DATA_CASE, DataCase, assert_every_data_source_has_a_case, read_data};

const CASES: &[DataCase] = &[
    DataCase {
        kind: "google_client_config",
        expected: &[
            ("access_token", r#""secret-token""#),
            ("project", r#""my-project""#),
            ("region", r#""us-central1""#),
            ("zone", r#""us-central1-a""#),
            ("id", r#""projects/my-project/regions/us-central1/zones/us-central1-a""#),
        ],
        ..DATA_CASE
    },
    DataCase {
        kind: "google_compute_image",
        config: r#"{"project": "debian-cloud", "family": "debian-12"}"#,
        expected: &[
            ("name", r#""debian-12-v20260101""#),
            ("disk_size_gb", "10"),
            ("image_id", r#""77""#),
            ("id", r#""projects/debian-cloud/global/images/debian-12-v20260101""#),
            ("project", r#""debian-cloud""#),
            ("labels", r#"{"public": "yes"}"#),
        ],
        refused: &[
            (r#"{"project": "debian-cloud", "name": "none"}"#, "was not found"),
            (r#"{"project": "debian-cloud", "filter": "family = debian-12"}"#, "only one can be taken"),
            (r#"{"project": "debian-cloud", "filter": "family = none"}"#, "no image fits"),
        ],
        ..DATA_CASE
    },
    DataCase {
        kind: "google_compute_image",
        config: r#"{"project": "debian-cloud", "filter": "family = debian-12", "most_recent": true}"#,
        expected: &[("name", r#""debian-12-v20260101""#)],
        ..DATA_CASE
    },
    DataCase {
        kind: "google_compute_image",
        config: r#"{"project": "debian-cloud", "name": "debian-12-v20250101"}"#,
        expected: &[("name", r#""debian-12-v20250101""#), ("family", r#""debian-12""#)],
        ..DATA_CASE
    },
    DataCase {
        kind: "google_compute_zones",
        expected: &[
            ("names", r#"["us-central1-a", "us-central1-b", "us-central1-c"]"#),
            ("region", r#""us-central1""#),
            ("project", r#""my-project""#),
        ],
        ..DATA_CASE
    },
    DataCase {
        kind: "google_compute_zones",
        config: r#"{"region": "us-central1", "status": "UP"}"#,
        expected: &[("names", r#"["us-central1-a", "us-central1-b"]"#)],
        ..DATA_CASE
    },
    DataCase {
        kind: "google_project",
        expected: &[
            ("id", r#""projects/my-project""#),
            ("project_id", r#""my-project""#),
            ("name", r#""My Project""#),
            ("number", r#""123456""#),
            ("org_id", r#""42""#),
            ("billing_account", r#""AB-CD""#),
            ("effective_labels", r#"{"team": "core"}"#),
        ],
        refused: &[
            (r#"{"project_id": "gone-project"}"#, "not active"),
            (r#"{"project_id": "closed-project"}"#, "does not have permission"),
        ],
        ..DATA_CASE
    },
];

#[tokio::test]
async fn data_sources_answer() {
    read_data(&Cloud::<Google>::start("").await, CASES.iter()).await;
}

#[test]
fn every_data_source_has_a_case() {
    assert_every_data_source_has_a_case::<Google>(&CASES.iter().collect::<Vec<_>>());
}
