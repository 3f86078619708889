//! Things whose configuration writes out what the API does anyway, and parts that come and go: on the fake alone.

use super::routers::ROUTER;
use super::{NETWORK, SUBNET};
use trueup_provider_walk::{CASE, Case};

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "google_compute_disk",
        create: r#"{"name": "x-${n}", "size": 10, "architecture": "X86_64"}"#,
        lose: &["DELETE ${this.id}"],
        import: "x-${n}",
        unread: &["labels", "terraform_labels"],
        ..CASE
    },
    Case {
        kind: "google_compute_address",
        create: r#"{"name": "x-${n}", "ip_version": "IPV4"}"#,
        lose: &["DELETE ${this.id}"],
        import: "x-${n}",
        unread: &["labels", "terraform_labels"],
        ..CASE
    },
    Case {
        kind: "google_compute_global_address",
        create: r#"{"name": "x-${n}", "ip_version": "IPV4"}"#,
        lose: &["DELETE ${this.id}"],
        import: "x-${n}",
        unread: &["labels", "terraform_labels"],
        ..CASE
    },
    Case {
        kind: "google_compute_instance_template",
        setup: &[NETWORK, SUBNET],
        create: r#"{"name": "x-${n}", "machine_type": "e2-medium", "key_revocation_action_type": "NONE",
            "disk": [{"source_image": "debian-cloud/debian-12", "boot": true}],
            "network_interface": [{"subnetwork": "${subnet.self_link}"}]}"#,
        lose: &["DELETE ${this.id}"],
        import: "x-${n}",
        unread: &["disk", "labels", "terraform_labels"],
        ..CASE
    },
    Case {
        kind: "google_compute_instance",
        setup: &[NETWORK, SUBNET],
        create: r#"{"name": "x-${n}", "machine_type": "e2-medium", "key_revocation_action_type": "NONE",
            "boot_disk": [{"interface": "SCSI", "initialize_params": [{"image": "debian-cloud/debian-12"}]}],
            "network_interface": [{"subnetwork": "${subnet.self_link}"}]}"#,
        lose: &["DELETE ${this.id}", "DELETE projects/my-project/zones/us-central1-a/disks/x-${n}"],
        import: "x-${n}",
        unread: &["boot_disk", "labels", "terraform_labels"],
        ..CASE
    },
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
    Case {
        kind: "google_compute_router_nat",
        setup: &[NETWORK, SUBNET, ROUTER],
        create: r#"{"name": "x-${n}", "router": "${router.name}", "nat_ip_allocate_option": "AUTO_ONLY",
            "source_subnetwork_ip_ranges_to_nat": "ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES",
            "source_subnetwork_ip_ranges_to_nat64": "LIST_OF_IPV6_SUBNETWORKS",
            "nat64_subnetwork": [{"name": "${subnet.self_link}"}]}"#,
        updates: &[r#"{"name": "x-${n}", "router": "${router.name}", "nat_ip_allocate_option": "AUTO_ONLY",
            "source_subnetwork_ip_ranges_to_nat": "ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES"}"#],
        lose: &[r#"PATCH projects/my-project/regions/us-central1/routers/router-${n} {"nats": null}"#],
        import: "router-${n}/x-${n}",
        ..CASE
    },
];
