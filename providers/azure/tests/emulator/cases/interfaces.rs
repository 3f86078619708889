//! Network interfaces and their security groups.

use super::{GROUP, NETWORK, OTHER_SECURITY, OTHER_SUBNET, SECURITY, SUBNET, Setup};
use trueup_provider_walk::{CASE, Case};

const ADDRESS: Setup = (
    "address",
    "azurerm_public_ip",
    r#"{"name": "address", "resource_group_name": "${group.name}", "location": "westeurope", "allocation_method": "Static"}"#,
);
const INTERFACE: Setup = (
    "interface",
    "azurerm_network_interface",
    r#"{"name": "one", "resource_group_name": "${group.name}", "location": "westeurope", "ip_configuration": [
        {"name": "main", "subnet_id": "${subnet.id}", "private_ip_address_allocation": "Dynamic"}]}"#,
);
const OTHER_INTERFACE: Setup = (
    "another",
    "azurerm_network_interface",
    r#"{"name": "two", "resource_group_name": "${group.name}", "location": "westeurope", "ip_configuration": [
        {"name": "main", "subnet_id": "${subnet.id}", "private_ip_address_allocation": "Dynamic"}]}"#,
);

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "azurerm_network_interface",
        setup: &[GROUP, NETWORK, SUBNET, OTHER_SUBNET, ADDRESS],
        create: r#"{"name": "i", "resource_group_name": "${group.name}", "location": "West Europe", "ip_configuration": [
            {"name": "main", "subnet_id": "${subnet.id}", "private_ip_address_allocation": "Dynamic"}]}"#,
        updates: &[
            r#"{"name": "i", "resource_group_name": "${group.name}", "location": "westeurope", "tags": {"a": "b"},
                "accelerated_networking_enabled": true, "dns_servers": ["10.0.0.4"], "ip_configuration": [
                {"name": "main", "subnet_id": "${subnet.id}", "private_ip_address_allocation": "Static",
                 "private_ip_address": "10.0.1.9", "public_ip_address_id": "${address.id}"}]}"#,
            r#"{"name": "i", "resource_group_name": "${group.name}", "location": "westeurope", "tags": {"a": "c"},
                "accelerated_networking_enabled": true, "ip_forwarding_enabled": true, "internal_dns_name_label": "inside",
                "auxiliary_mode": "AcceleratedConnections", "auxiliary_sku": "A2", "dns_servers": ["10.0.0.5"], "ip_configuration": [
                {"name": "main", "primary": true, "subnet_id": "${other.id}", "private_ip_address_allocation": "Dynamic"},
                {"name": "six", "subnet_id": "${subnet.id}", "private_ip_address_allocation": "Dynamic", "private_ip_address_version": "IPv6"}]}"#,
            r#"{"name": "i", "resource_group_name": "${group.name}", "location": "westeurope", "tags": {"a": "c"},
                "accelerated_networking_enabled": true, "ip_forwarding_enabled": true, "internal_dns_name_label": "inside",
                "auxiliary_mode": "AcceleratedConnections", "auxiliary_sku": "A2", "dns_servers": ["10.0.0.5"], "ip_configuration": [
                {"name": "first", "primary": true, "subnet_id": "${subnet.id}", "private_ip_address_allocation": "Static",
                 "private_ip_address": "10.0.1.9"}]}"#,
        ],
        replaces: &[
            (
                r#"{"name": "j", "resource_group_name": "${group.name}", "location": "westeurope", "ip_configuration": [
                    {"name": "main", "subnet_id": "${subnet.id}", "private_ip_address_allocation": "Dynamic"}]}"#,
                "name",
            ),
            (
                r#"{"name": "j", "resource_group_name": "${group.name}", "location": "northeurope", "ip_configuration": [
                    {"name": "main", "subnet_id": "${subnet.id}", "private_ip_address_allocation": "Dynamic"}]}"#,
                "location",
            ),
            (
                r#"{"name": "j", "resource_group_name": "elsewhere", "location": "westeurope", "ip_configuration": [
                    {"name": "main", "subnet_id": "${subnet.id}", "private_ip_address_allocation": "Dynamic"}]}"#,
                "resource_group_name",
            ),
            (
                r#"{"name": "j", "resource_group_name": "${group.name}", "location": "westeurope", "edge_zone": "losangeles", "ip_configuration": [
                    {"name": "main", "subnet_id": "${subnet.id}", "private_ip_address_allocation": "Dynamic"}]}"#,
                "edge_zone",
            ),
        ],
        tampers: &[
            (
                r#"PATCH ${this.id} {"properties": {"enableAcceleratedNetworking": false}}"#,
                "accelerated_networking_enabled",
            ),
            (r#"PATCH ${this.id} {"properties": {"auxiliaryMode": "Floating"}}"#, "auxiliary_mode"),
            (r#"PATCH ${this.id} {"properties": {"auxiliarySku": "A1"}}"#, "auxiliary_sku"),
            (
                r#"PATCH ${this.id} {"properties": {"dnsSettings": {"dnsServers": ["10.0.0.9"]}}}"#,
                "dns_servers",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"dnsSettings": {"internalDnsNameLabel": "x"}}}"#,
                "internal_dns_name_label",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"ipConfigurations": [{"name": "first", "properties": {"primary": true,
                    "privateIPAllocationMethod": "Dynamic", "privateIPAddress": "10.0.1.9", "privateIPAddressVersion": "IPv4",
                    "subnet": {"id": "${subnet.id}"}}}]}}"#,
                "ip_configuration",
            ),
            (r#"PATCH ${this.id} {"properties": {"enableIPForwarding": false}}"#, "ip_forwarding_enabled"),
            (r#"PATCH ${this.id} {"tags": {"who": "me"}}"#, "tags"),
        ],
        lose: &["DELETE ${this.id}"],
        excused: &[
            ("location", "an interface is where its network is: the plan alone is looked at"),
            ("resource_group_name", "the other group isn't there: the plan alone is looked at"),
            ("edge_zone", "few subscriptions have edge zones: the plan alone is looked at"),
            (
                "ip_configuration.gateway_load_balancer_frontend_ip_configuration_id",
                "shown in a case of its own",
            ),
        ],
        ..CASE
    },
    Case {
        kind: "azurerm_network_interface_security_group_association",
        setup: &[GROUP, NETWORK, SUBNET, SECURITY, OTHER_SECURITY, INTERFACE, OTHER_INTERFACE],
        create: r#"{"network_interface_id": "${interface.id}", "network_security_group_id": "${security.id}"}"#,
        replaces: &[
            (
                r#"{"network_interface_id": "${interface.id}", "network_security_group_id": "${second.id}"}"#,
                "network_security_group_id",
            ),
            (
                r#"{"network_interface_id": "${another.id}", "network_security_group_id": "${second.id}"}"#,
                "network_interface_id",
            ),
        ],
        lose: &[r#"PATCH ${interface.id} {"properties": {"networkSecurityGroup": null}}"#],
        ..CASE
    },
];

/// What a frontend is called that others made.
macro_rules! there {
    ($what:literal) => {
        concat!(
            "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/them/providers/Microsoft.Network/loadBalancers/l/frontendIPConfigurations/",
            $what
        )
    };
}

pub(crate) const FURTHER: &[Case] = &[Case {
    kind: "azurerm_network_interface",
    setup: &[GROUP, NETWORK, SUBNET],
    create: r#"{"name": "i", "resource_group_name": "${group.name}", "location": "westeurope", "ip_configuration": [
        {"name": "main", "subnet_id": "${subnet.id}", "private_ip_address_allocation": "Dynamic"}]}"#,
    updates: &[concat!(
        r#"{"name": "i", "resource_group_name": "${group.name}", "location": "westeurope", "ip_configuration": [
            {"name": "main", "subnet_id": "${subnet.id}", "private_ip_address_allocation": "Dynamic",
             "gateway_load_balancer_frontend_ip_configuration_id": ""#,
        there!("a"),
        r#""}]}"#
    )],
    lose: &["DELETE ${this.id}"],
    ..CASE
}];
