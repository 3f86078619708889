//! Route tables, their routes, and the subnets that use them.

use super::{GROUP, NETWORK, OTHER_SUBNET, OTHER_TABLE, SUBNET, TABLE};
use trueup_provider_walk::{CASE, Case};

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "azurerm_route_table",
        setup: &[GROUP],
        create: r#"{"name": "t", "resource_group_name": "${group.name}", "location": "West Europe", "route": [
            {"name": "a", "address_prefix": "10.1.0.0/16", "next_hop_type": "VnetLocal"}]}"#,
        updates: &[
            r#"{"name": "t", "resource_group_name": "${group.name}", "location": "westeurope", "tags": {"a": "b"},
                "bgp_route_propagation_enabled": false, "route": [
                {"name": "a", "address_prefix": "10.2.0.0/16", "next_hop_type": "VirtualAppliance", "next_hop_in_ip_address": "10.0.0.4"},
                {"name": "b", "address_prefix": "0.0.0.0/0", "next_hop_type": "Internet"}]}"#,
            r#"{"name": "t", "resource_group_name": "${group.name}", "location": "westeurope", "tags": {"a": "c"},
                "bgp_route_propagation_enabled": false, "route": [
                {"name": "b", "address_prefix": "0.0.0.0/0", "next_hop_type": "None"}]}"#,
        ],
        replaces: &[
            (
                r#"{"name": "t", "resource_group_name": "${group.name}", "location": "northeurope", "route": []}"#,
                "location",
            ),
            (
                r#"{"name": "u", "resource_group_name": "${group.name}", "location": "northeurope", "route": []}"#,
                "name",
            ),
            (
                r#"{"name": "u", "resource_group_name": "elsewhere", "location": "northeurope", "route": []}"#,
                "resource_group_name",
            ),
        ],
        tampers: &[
            (
                r#"PATCH ${this.id} {"properties": {"disableBgpRoutePropagation": false}}"#,
                "bgp_route_propagation_enabled",
            ),
            (r#"PATCH ${this.id}/routes/b {"properties": {"nextHopType": "Internet"}}"#, "route"),
            ("DELETE ${this.id}/routes/b", "route"),
            (r#"PATCH ${this.id} {"tags": {"who": "me"}}"#, "tags"),
        ],
        lose: &["DELETE ${this.id}"],
        excused: &[("resource_group_name", "the other group isn't there: the plan alone is looked at")],
        ..CASE
    },
    Case {
        kind: "azurerm_route",
        setup: &[GROUP, TABLE],
        create: r#"{"name": "r", "resource_group_name": "${group.name}", "route_table_name": "${table.name}",
            "address_prefix": "10.1.0.0/16", "next_hop_type": "VnetLocal"}"#,
        updates: &[
            r#"{"name": "r", "resource_group_name": "${group.name}", "route_table_name": "${table.name}",
                "address_prefix": "10.2.0.0/16", "next_hop_type": "VnetLocal"}"#,
            r#"{"name": "r", "resource_group_name": "${group.name}", "route_table_name": "${table.name}",
                "address_prefix": "10.2.0.0/16", "next_hop_type": "VirtualAppliance", "next_hop_in_ip_address": "10.0.0.4"}"#,
        ],
        replaces: &[
            (
                r#"{"name": "s", "resource_group_name": "${group.name}", "route_table_name": "${table.name}", "address_prefix": "10.2.0.0/16", "next_hop_type": "None"}"#,
                "name",
            ),
            (
                r#"{"name": "s", "resource_group_name": "elsewhere", "route_table_name": "${table.name}", "address_prefix": "10.2.0.0/16", "next_hop_type": "None"}"#,
                "resource_group_name",
            ),
            (
                r#"{"name": "s", "resource_group_name": "${group.name}", "route_table_name": "elsewhere", "address_prefix": "10.2.0.0/16", "next_hop_type": "None"}"#,
                "route_table_name",
            ),
        ],
        tampers: &[
            (r#"PATCH ${this.id} {"properties": {"addressPrefix": "10.3.0.0/16"}}"#, "address_prefix"),
            (
                r#"PATCH ${this.id} {"properties": {"nextHopIpAddress": "10.0.0.5"}}"#,
                "next_hop_in_ip_address",
            ),
            (r#"PATCH ${this.id} {"properties": {"nextHopType": "VirtualNetworkGateway"}}"#, "next_hop_type"),
        ],
        lose: &["DELETE ${this.id}"],
        excused: &[
            ("resource_group_name", "the other group isn't there: the plan alone is looked at"),
            ("route_table_name", "the other table isn't there: the plan alone is looked at"),
        ],
        ..CASE
    },
    Case {
        kind: "azurerm_subnet_route_table_association",
        setup: &[GROUP, NETWORK, SUBNET, OTHER_SUBNET, TABLE, OTHER_TABLE],
        create: r#"{"subnet_id": "${subnet.id}", "route_table_id": "${table.id}"}"#,
        replaces: &[
            (r#"{"subnet_id": "${subnet.id}", "route_table_id": "${second.id}"}"#, "route_table_id"),
            (r#"{"subnet_id": "${other.id}", "route_table_id": "${second.id}"}"#, "subnet_id"),
        ],
        lose: &[r#"PATCH ${subnet.id} {"properties": {"routeTable": null}}"#],
        ..CASE
    },
];
