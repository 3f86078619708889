//! Addresses.

use super::{NETWORK, OTHER, SUBNET};
use trueup_provider_walk::{CASE, Case};

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "google_compute_address",
        setup: &[NETWORK, SUBNET],
        create: r#"{"name": "a-${n}", "labels": {"a": "1"}}"#,
        updates: &[
            r#"{"name": "a-${n}", "labels": {"a": "2", "b": "3"}}"#,
            r#"{"name": "a-${n}", "labels": {"b": "3"}}"#,
        ],
        replaces: &[
            (r#"{"name": "b-${n}", "labels": {"b": "3"}}"#, "name"),
            (r#"{"name": "a-${n}", "labels": {"b": "3"}, "description": "other"}"#, "description"),
            (r#"{"name": "a-${n}", "labels": {"b": "3"}, "network_tier": "STANDARD"}"#, "network_tier"),
            (
                r#"{"name": "a-${n}", "address_type": "INTERNAL", "subnetwork": "${subnet.self_link}"}"#,
                "address_type",
            ),
            (
                r#"{"name": "a-${n}", "address_type": "INTERNAL", "subnetwork": "${subnet.self_link}", "address": "10.${n}.0.42"}"#,
                "address",
            ),
            (
                r#"{"name": "a-${n}", "address_type": "INTERNAL", "subnetwork": "${subnet.self_link}", "purpose": "SHARED_LOADBALANCER_VIP"}"#,
                "purpose",
            ),
        ],
        tampers: &[(r#"PATCH ${this.id} {"labels": {"b": "4"}}"#, "labels")],
        lose: &["DELETE ${this.id}"],
        import: "a-${n}",
        unread: &["labels", "terraform_labels"],
        unsaid: &["ip_version"],
        excused: &[],
        ..CASE
    },
    Case {
        kind: "google_compute_global_address",
        setup: &[NETWORK, OTHER],
        create: r#"{"name": "g-${n}", "labels": {"a": "1"}}"#,
        updates: &[r#"{"name": "g-${n}", "labels": {"a": "2", "b": "3"}}"#],
        replaces: &[
            (r#"{"name": "h-${n}", "labels": {"b": "3"}}"#, "name"),
            (r#"{"name": "g-${n}", "labels": {"b": "3"}, "description": "other"}"#, "description"),
            (
                r#"{"name": "g-${n}", "address_type": "INTERNAL", "purpose": "VPC_PEERING", "network": "${net.self_link}",
                    "prefix_length": 16, "address": "10.64.0.0"}"#,
                "address_type",
            ),
            (
                r#"{"name": "g-${n}", "address_type": "INTERNAL", "purpose": "VPC_PEERING", "network": "${other.self_link}",
                    "prefix_length": 16, "address": "10.64.0.0"}"#,
                "network",
            ),
            (
                r#"{"name": "g-${n}", "address_type": "INTERNAL", "purpose": "VPC_PEERING", "network": "${other.self_link}",
                    "prefix_length": 20, "address": "10.64.0.0"}"#,
                "prefix_length",
            ),
            (
                r#"{"name": "g-${n}", "address_type": "INTERNAL", "purpose": "VPC_PEERING", "network": "${other.self_link}",
                    "prefix_length": 20, "address": "10.65.0.0"}"#,
                "address",
            ),
        ],
        tampers: &[(r#"PATCH ${this.id} {"labels": {"b": "4"}}"#, "labels")],
        lose: &["DELETE ${this.id}"],
        import: "projects/my-project/global/addresses/g-${n}",
        unread: &["labels", "terraform_labels"],
        unsaid: &["ip_version"],
        excused: &[],
        ..CASE
    },
];
