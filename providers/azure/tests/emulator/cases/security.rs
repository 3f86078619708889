//! Network security groups and their rules.

use super::{GROUP, SECURITY};
use trueup_provider_walk::{CASE, Case};

const GROUPS: [(&str, &str); 2] = [
    ("destination_application_security_group_ids", "shown in a case of its own"),
    ("source_application_security_group_ids", "shown in a case of its own"),
];

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "azurerm_network_security_group",
        setup: &[GROUP],
        create: r#"{"name": "n", "resource_group_name": "${group.name}", "location": "West Europe", "security_rule": [
            {"name": "ssh", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp",
             "source_port_range": "*", "destination_port_range": "22", "source_address_prefix": "*", "destination_address_prefix": "*"}]}"#,
        updates: &[
            r#"{"name": "n", "resource_group_name": "${group.name}", "location": "westeurope", "tags": {"a": "b"}, "security_rule": [
                {"name": "ssh", "priority": 110, "direction": "Outbound", "access": "Deny", "protocol": "Udp", "description": "why",
                 "source_port_ranges": ["1", "2-3"], "destination_port_ranges": ["22", "80"],
                 "source_address_prefixes": ["10.0.0.0/8"], "destination_address_prefixes": ["10.1.0.0/16", "10.2.0.0/16"]},
                {"name": "web", "priority": 120, "direction": "Inbound", "access": "Allow", "protocol": "Tcp",
                 "source_port_range": "*", "destination_port_range": "80", "source_address_prefix": "Internet", "destination_address_prefix": "*"}]}"#,
            r#"{"name": "n", "resource_group_name": "${group.name}", "location": "westeurope", "tags": {"a": "b"}, "security_rule": [
                {"name": "web", "priority": 120, "direction": "Inbound", "access": "Allow", "protocol": "*",
                 "source_port_range": "99", "destination_port_range": "443", "source_address_prefix": "Internet", "destination_address_prefix": "VirtualNetwork"}]}"#,
        ],
        replaces: &[
            (
                r#"{"name": "n", "resource_group_name": "${group.name}", "location": "northeurope", "security_rule": []}"#,
                "location",
            ),
            (
                r#"{"name": "o", "resource_group_name": "${group.name}", "location": "northeurope", "security_rule": []}"#,
                "name",
            ),
            (
                r#"{"name": "o", "resource_group_name": "elsewhere", "location": "northeurope", "security_rule": []}"#,
                "resource_group_name",
            ),
        ],
        tampers: &[
            (r#"PATCH ${this.id}/securityRules/web {"properties": {"access": "Deny"}}"#, "security_rule"),
            ("DELETE ${this.id}/securityRules/web", "security_rule"),
            (r#"PATCH ${this.id} {"tags": {"who": "me"}}"#, "tags"),
        ],
        lose: &["DELETE ${this.id}"],
        excused: &[
            ("resource_group_name", "the other group isn't there: the plan alone is looked at"),
            ("security_rule.destination_application_security_group_ids", "shown in a case of its own"),
            ("security_rule.source_application_security_group_ids", "shown in a case of its own"),
        ],
        ..CASE
    },
    Case {
        kind: "azurerm_network_security_rule",
        setup: &[GROUP, SECURITY],
        create: r#"{"name": "r", "resource_group_name": "${group.name}", "network_security_group_name": "${security.name}",
            "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "source_port_range": "*",
            "destination_port_range": "22", "source_address_prefix": "*", "destination_address_prefix": "*"}"#,
        updates: &[
            r#"{"name": "r", "resource_group_name": "${group.name}", "network_security_group_name": "${security.name}",
                "priority": 110, "direction": "Outbound", "access": "Deny", "protocol": "Udp", "description": "why",
                "source_port_ranges": ["1", "2-3"], "destination_port_ranges": ["22", "80"],
                "source_address_prefixes": ["10.0.0.0/8"], "destination_address_prefixes": ["10.1.0.0/16"]}"#,
            r#"{"name": "r", "resource_group_name": "${group.name}", "network_security_group_name": "${security.name}",
                "priority": 110, "direction": "Outbound", "access": "Deny", "protocol": "Udp", "description": "why not",
                "source_port_range": "*", "destination_port_ranges": ["22", "443"], "source_address_prefix": "VirtualNetwork",
                "destination_address_prefixes": ["10.1.0.0/16"]}"#,
        ],
        replaces: &[
            (
                r#"{"name": "s", "resource_group_name": "${group.name}", "network_security_group_name": "${security.name}",
                    "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "source_port_range": "*",
                    "destination_port_range": "22", "source_address_prefix": "*", "destination_address_prefix": "*"}"#,
                "name",
            ),
            (
                r#"{"name": "s", "resource_group_name": "elsewhere", "network_security_group_name": "${security.name}",
                    "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "source_port_range": "*",
                    "destination_port_range": "22", "source_address_prefix": "*", "destination_address_prefix": "*"}"#,
                "resource_group_name",
            ),
            (
                r#"{"name": "s", "resource_group_name": "${group.name}", "network_security_group_name": "elsewhere",
                    "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "source_port_range": "*",
                    "destination_port_range": "22", "source_address_prefix": "*", "destination_address_prefix": "*"}"#,
                "network_security_group_name",
            ),
        ],
        tampers: &[
            (r#"PATCH ${this.id} {"properties": {"access": "Allow"}}"#, "access"),
            (r#"PATCH ${this.id} {"properties": {"description": "because"}}"#, "description"),
            (
                r#"PATCH ${this.id} {"properties": {"destinationAddressPrefix": "10.9.0.0/16"}}"#,
                "destination_address_prefix",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"destinationAddressPrefixes": ["10.9.0.0/16"]}}"#,
                "destination_address_prefixes",
            ),
            (r#"PATCH ${this.id} {"properties": {"destinationPortRange": "99"}}"#, "destination_port_range"),
            (
                r#"PATCH ${this.id} {"properties": {"destinationPortRanges": ["99"]}}"#,
                "destination_port_ranges",
            ),
            (r#"PATCH ${this.id} {"properties": {"direction": "Inbound"}}"#, "direction"),
            (r#"PATCH ${this.id} {"properties": {"priority": 300}}"#, "priority"),
            (r#"PATCH ${this.id} {"properties": {"protocol": "Icmp"}}"#, "protocol"),
            (
                r#"PATCH ${this.id} {"properties": {"sourceAddressPrefix": "10.9.0.0/16"}}"#,
                "source_address_prefix",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"sourceAddressPrefixes": ["10.9.0.0/16"]}}"#,
                "source_address_prefixes",
            ),
            (r#"PATCH ${this.id} {"properties": {"sourcePortRange": "99"}}"#, "source_port_range"),
            (r#"PATCH ${this.id} {"properties": {"sourcePortRanges": ["99"]}}"#, "source_port_ranges"),
        ],
        lose: &["DELETE ${this.id}"],
        excused: &[
            ("resource_group_name", "the other group isn't there: the plan alone is looked at"),
            (
                "network_security_group_name",
                "the other security group isn't there: the plan alone is looked at",
            ),
            GROUPS[0],
            GROUPS[1],
        ],
        ..CASE
    },
];

/// What an application security group is called that others made.
macro_rules! there {
    ($what:literal) => {
        concat!(
            "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/them/providers/Microsoft.Network/applicationSecurityGroups/",
            $what
        )
    };
}

pub(crate) const FURTHER: &[Case] = &[Case {
    kind: "azurerm_network_security_rule",
    setup: &[GROUP, SECURITY],
    create: concat!(
        r#"{"name": "r", "resource_group_name": "${group.name}", "network_security_group_name": "${security.name}",
            "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "source_port_range": "*",
            "destination_port_range": "22", "source_application_security_group_ids": [""#,
        there!("a"),
        r#""], "destination_application_security_group_ids": [""#,
        there!("b"),
        r#""]}"#
    ),
    updates: &[concat!(
        r#"{"name": "r", "resource_group_name": "${group.name}", "network_security_group_name": "${security.name}",
            "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "source_port_range": "*",
            "destination_port_range": "22", "source_application_security_group_ids": [""#,
        there!("c"),
        r#""], "destination_application_security_group_ids": [""#,
        there!("d"),
        r#""]}"#
    )],
    tampers: &[
        (
            concat!(
                r#"PATCH ${this.id} {"properties": {"sourceApplicationSecurityGroups": [{"id": ""#,
                there!("x"),
                r#""}]}}"#
            ),
            "source_application_security_group_ids",
        ),
        (
            concat!(
                r#"PATCH ${this.id} {"properties": {"destinationApplicationSecurityGroups": [{"id": ""#,
                there!("x"),
                r#""}]}}"#
            ),
            "destination_application_security_group_ids",
        ),
    ],
    lose: &["DELETE ${this.id}"],
    ..CASE
}];
