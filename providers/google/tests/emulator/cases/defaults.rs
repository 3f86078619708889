//! Things whose configuration writes out what the API does anyway, and parts that come and go: on the fake alone.

use super::NETWORK;
use trueup_provider_walk::{CASE, Case};

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "google_compute_firewall",
        setup: &[NETWORK],
        create: r#"{"name": "x-${n}", "network": "${net.self_link}", "allow": [{"protocol": "tcp"}],
            "source_ranges": ["0.0.0.0/0"]}"#,
        lose: &["DELETE ${this.id}"],
        import: "x-${n}",
        ..CASE
    },
    Case {
        kind: "google_compute_firewall",
        setup: &[NETWORK],
        create: r#"{"name": "y-${n}", "network": "${net.self_link}", "allow": [{"protocol": "tcp"}]}"#,
        updates: &[
            r#"{"name": "y-${n}", "network": "${net.self_link}", "allow": [{"protocol": "tcp"}],
                "source_service_accounts": ["a@my-project.iam.gserviceaccount.com"]}"#,
            r#"{"name": "y-${n}", "network": "${net.self_link}", "allow": [{"protocol": "tcp"}], "priority": 900}"#,
            r#"{"name": "y-${n}", "network": "${net.self_link}", "allow": [{"protocol": "tcp"}], "priority": 900,
                "source_tags": ["front"]}"#,
        ],
        tampers: &[(r#"PATCH ${this.id} {"sourceRanges": ["0.0.0.0/0"]}"#, "source_ranges")],
        lose: &["DELETE ${this.id}"],
        import: "y-${n}",
        unsaid: &["source_ranges"],
        ..CASE
    },
];
