//! Machines and templates of machines.

use super::{NETWORK, SUBNET, Setup, TAGS};
use trueup_provider_walk::{CASE, Case};

pub(super) const DISK: Setup = ("disk", "google_compute_disk", r#"{"name": "data-${n}", "size": 10}"#);
const BOOT: Setup = (
    "boot",
    "google_compute_disk",
    r#"{"name": "boot-${n}", "size": 10, "image": "debian-cloud/debian-12"}"#,
);

const ADDRESS: Setup = ("address", "google_compute_address", r#"{"name": "address-${n}"}"#);
const STANDARD: Setup =
    ("standard", "google_compute_address", r#"{"name": "standard-${n}", "network_tier": "STANDARD"}"#);

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "google_compute_instance",
        setup: &[NETWORK, SUBNET, DISK, ADDRESS],
        create: r#"{"name": "m-${n}", "machine_type": "e2-medium",
            "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12"}]}],
            "network_interface": [{"subnetwork": "${subnet.self_link}"}]}"#,
        updates: &[
            r#"{"name": "m-${n}", "machine_type": "e2-medium", "labels": {"a": "1"}, "tags": ["web"],
                "metadata": {"k": "v"}, "deletion_protection": true,
                "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12"}]}],
                "attached_disk": [{"source": "${disk.self_link}", "device_name": "data"}],
                "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [{"nat_ip": "${address.address}"}]}]}"#,
            r#"{"name": "m-${n}", "machine_type": "e2-small", "labels": {"a": "2"}, "tags": ["web", "front"],
                "metadata": {"k": "w", "l": "x"}, "allow_stopping_for_update": true,
                "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12"}]}],
                "service_account": [{"email": "a@my-project.iam.gserviceaccount.com",
                    "scopes": ["https://www.googleapis.com/auth/cloud-platform"]}],
                "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": []}]}"#,
            r#"{"name": "m-${n}", "machine_type": "e2-small", "allow_stopping_for_update": true,
                "desired_status": "TERMINATED", "metadata": {"k": "w"}, "tags": ["web"],
                "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12"}]}],
                "network_interface": [{"subnetwork": "${subnet.self_link}"}]}"#,
            r#"{"name": "m-${n}", "machine_type": "e2-small", "allow_stopping_for_update": true,
                "desired_status": "RUNNING", "metadata": {"k": "w"}, "tags": ["web"], "labels": {"a": "2"},
                "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12"}]}],
                "network_interface": [{"subnetwork": "${subnet.self_link}"}]}"#,
        ],
        replaces: &[
            (
                r#"{"name": "o-${n}", "machine_type": "e2-small",
                    "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12"}]}],
                    "network_interface": [{"subnetwork": "${subnet.self_link}"}]}"#,
                "name",
            ),
            (
                r#"{"name": "o-${n}", "machine_type": "e2-small", "description": "other",
                    "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12"}]}],
                    "network_interface": [{"subnetwork": "${subnet.self_link}"}]}"#,
                "description",
            ),
            (
                r#"{"name": "o-${n}", "machine_type": "e2-small", "description": "other",
                    "boot_disk": [{"device_name": "root", "initialize_params": [{"image": "debian-cloud/debian-12", "size": 30}]}],
                    "network_interface": [{"subnetwork": "${subnet.self_link}"}]}"#,
                "boot_disk",
            ),
        ],
        tampers: &[
            (r#"PATCH ${this.id} {"labels": {"a": "4"}}"#, "labels"),
            (r#"PATCH ${this.id} {"metadata": {"items": [{"key": "k", "value": "other"}]}}"#, "metadata"),
            (r#"PATCH ${this.id} {"tags": {"items": ["other"]}}"#, "tags"),
        ],
        lose: &["DELETE ${this.id}", "DELETE projects/my-project/zones/us-central1-a/disks/m-${n}"],
        import: "us-central1-a/m-${n}",
        // Blocks inside these that aren't written are null in a case's configuration, and none in one of people.
        unread: &[
            "labels",
            "terraform_labels",
            "allow_stopping_for_update",
            "desired_status",
            "boot_disk",
            "network_interface",
        ],
        follows: &[("tags", "tags_fingerprint"), ("metadata", "metadata_fingerprint")],
        excused: &[TAGS],
        unsaid: &["key_revocation_action_type"],
        ..CASE
    },
    Case {
        kind: "google_compute_instance_template",
        setup: &[NETWORK, SUBNET],
        create: r#"{"name": "t-${n}", "machine_type": "e2-medium", "labels": {"a": "1"}, "metadata": {"k": "v"}, "tags": ["web"],
            "disk": [{"source_image": "debian-cloud/debian-12", "boot": true}],
            "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": []}]}"#,
        replaces: &[(
            r#"{"name_prefix": "u-", "machine_type": "e2-small", "labels": {"a": "1"}, "metadata": {"k": "v"}, "tags": ["web"],
                "disk": [{"source_image": "debian-cloud/debian-12", "boot": true}],
                "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": []}]}"#,
            "machine_type",
        )],
        lose: &["DELETE ${this.id}"],
        import: "t-${n}",
        // Blocks inside these that aren't written are null in a case's configuration, and none in one of people.
        unread: &["labels", "terraform_labels", "disk", "network_interface"],
        excused: &[],
        unsaid: &["key_revocation_action_type"],
        ..CASE
    },
    Case {
        kind: "google_compute_instance",
        setup: &[NETWORK, SUBNET, BOOT, STANDARD],
        create: r#"{"name": "m-${n}", "machine_type": "e2-medium", "metadata_startup_script": "echo up",
            "boot_disk": [{"source": "${boot.self_link}", "auto_delete": false, "initialize_params": []}],
            "network_interface": [{"subnetwork": "${subnet.self_link}", "access_config": [{"network_tier": "STANDARD", "nat_ip": "${standard.address}"}]}]}"#,
        lose: &["DELETE ${this.id}"],
        import: "us-central1-a/m-${n}",
        unread: &[
            "metadata",
            "metadata_startup_script",
            "terraform_labels",
            "boot_disk",
            "network_interface",
        ],
        unsaid: &["key_revocation_action_type"],
        ..CASE
    },
];
