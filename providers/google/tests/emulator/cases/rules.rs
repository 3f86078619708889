//! Firewalls and routes.

use super::{NETWORK, OTHER, TAGS};
use trueup_provider_walk::{CASE, Case};

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "google_compute_firewall",
        setup: &[NETWORK],
        create: r#"{"name": "f-${n}", "network": "${net.self_link}", "allow": [{"protocol": "TCP", "ports": ["22"]}],
            "source_ranges": ["10.0.0.0/8"]}"#,
        updates: &[
            r#"{"name": "f-${n}", "network": "${net.self_link}", "description": "web", "priority": 900, "disabled": true,
                "allow": [{"protocol": "tcp", "ports": ["80", "443"]}, {"protocol": "icmp"}],
                "source_tags": ["front"], "target_tags": ["web"], "destination_ranges": ["10.3.0.0/16"],
                "log_config": [{"metadata": "EXCLUDE_ALL_METADATA"}]}"#,
            r#"{"name": "f-${n}", "network": "${net.self_link}", "priority": 800,
                "deny": [{"protocol": "udp", "ports": ["53"]}],
                "source_service_accounts": ["a@my-project.iam.gserviceaccount.com"],
                "target_service_accounts": ["b@my-project.iam.gserviceaccount.com"],
                "log_config": [{"metadata": "INCLUDE_ALL_METADATA"}]}"#,
            r#"{"name": "f-${n}", "network": "${net.self_link}", "description": "web", "priority": 900,
                "allow": [{"protocol": "tcp", "ports": ["80"]}], "enable_logging": true,
                "source_ranges": ["10.0.0.0/8", "192.168.0.0/16"], "source_tags": ["front"], "target_tags": ["web"]}"#,
            r#"{"name": "f-${n}", "network": "${net.self_link}", "description": "web", "priority": 900, "disabled": true,
                "allow": [{"protocol": "tcp", "ports": ["80"]}], "destination_ranges": ["10.3.0.0/16"],
                "source_ranges": ["10.0.0.0/8"], "source_tags": ["front"], "target_tags": ["web"],
                "log_config": [{"metadata": "INCLUDE_ALL_METADATA"}]}"#,
        ],
        replaces: &[
            (
                r#"{"name": "f-${n}", "network": "${net.self_link}", "direction": "EGRESS", "allow": [{"protocol": "tcp"}]}"#,
                "direction",
            ),
            (
                r#"{"name": "g-${n}", "network": "${net.self_link}", "source_ranges": ["10.0.0.0/8"],
                    "allow": [{"protocol": "tcp"}]}"#,
                "name",
            ),
        ],
        tampers: &[
            (r#"PATCH ${this.id} {"allowed": [{"IPProtocol": "tcp", "ports": ["8080"]}]}"#, "allow"),
            (r#"PATCH ${this.id} {"description": "other"}"#, "description"),
            (r#"PATCH ${this.id} {"destinationRanges": ["10.4.0.0/16"]}"#, "destination_ranges"),
            (r#"PATCH ${this.id} {"disabled": false}"#, "disabled"),
            (r#"PATCH ${this.id} {"priority": 7}"#, "priority"),
            (r#"PATCH ${this.id} {"sourceRanges": ["0.0.0.0/0"]}"#, "source_ranges"),
            (r#"PATCH ${this.id} {"sourceTags": ["back"]}"#, "source_tags"),
            (r#"PATCH ${this.id} {"targetTags": ["back"]}"#, "target_tags"),
            (r#"PATCH ${this.id} {"logConfig": {"enable": false}}"#, "log_config"),
        ],
        lose: &["DELETE ${this.id}"],
        import: "my-project/f-${n}",
        excused: &[
            TAGS,
            ("direction", "the API has no call that changes it"),
            ("name", "the API has no call that changes it"),
            ("network", "the API has no call that changes it"),
            ("deny", "a rule that allows has none, and it can't have both"),
            ("enable_logging", "log_config says the same, and is tampered with"),
            ("source_service_accounts", "accounts and tags exclude each other, and tags are tampered with"),
            ("target_service_accounts", "accounts and tags exclude each other, and tags are tampered with"),
        ],
        ..CASE
    },
    Case {
        kind: "google_compute_route",
        setup: &[NETWORK, OTHER],
        create: r#"{"name": "r-${n}", "network": "${net.self_link}", "dest_range": "15.0.0.0/24",
            "next_hop_gateway": "https://www.googleapis.com/compute/v1/projects/my-project/global/gateways/default-internet-gateway"}"#,
        replaces: &[
            (
                r#"{"name": "r-${n}", "network": "${net.self_link}", "dest_range": "15.1.0.0/24",
                    "next_hop_gateway": "https://www.googleapis.com/compute/v1/projects/my-project/global/gateways/default-internet-gateway"}"#,
                "dest_range",
            ),
            (
                r#"{"name": "q-${n}", "network": "${net.self_link}", "dest_range": "15.1.0.0/24",
                    "next_hop_gateway": "https://www.googleapis.com/compute/v1/projects/my-project/global/gateways/default-internet-gateway"}"#,
                "name",
            ),
            (
                r#"{"name": "r-${n}", "network": "${other.self_link}", "dest_range": "15.1.0.0/24",
                    "next_hop_gateway": "https://www.googleapis.com/compute/v1/projects/my-project/global/gateways/default-internet-gateway"}"#,
                "network",
            ),
            (
                r#"{"name": "r-${n}", "network": "${net.self_link}", "dest_range": "15.0.0.0/24", "description": "other",
                    "next_hop_gateway": "https://www.googleapis.com/compute/v1/projects/my-project/global/gateways/default-internet-gateway"}"#,
                "description",
            ),
            (
                r#"{"name": "r-${n}", "network": "${net.self_link}", "dest_range": "15.0.0.0/24", "priority": 90,
                    "next_hop_gateway": "https://www.googleapis.com/compute/v1/projects/my-project/global/gateways/default-internet-gateway"}"#,
                "priority",
            ),
            (
                r#"{"name": "r-${n}", "network": "${net.self_link}", "dest_range": "15.0.0.0/24", "tags": ["x"],
                    "next_hop_gateway": "https://www.googleapis.com/compute/v1/projects/my-project/global/gateways/default-internet-gateway"}"#,
                "tags",
            ),
        ],
        lose: &["DELETE ${this.id}"],
        import: "${this.self_link}",
        excused: &[
            TAGS,
            ("next_hop_ilb", "load balancers are none of the types here"),
            ("next_hop_vpn_tunnel", "tunnels are none of the types here"),
        ],
        ..CASE
    },
];
