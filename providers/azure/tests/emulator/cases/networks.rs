//! Virtual networks and their subnets.

use super::{GROUP, NETWORK, OTHER_SECURITY, SECURITY, TABLE};
use trueup_provider_walk::{CASE, Case};

const INSIDE: (&str, &str) = ("subnet", "subnets written inside have a case of their own");

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "azurerm_virtual_network",
        setup: &[GROUP],
        create: r#"{"name": "v", "resource_group_name": "${group.name}", "location": "West Europe",
            "address_space": ["10.0.0.0/16"]}"#,
        updates: &[
            r#"{"name": "v", "resource_group_name": "${group.name}", "location": "westeurope",
                "address_space": ["10.0.0.0/16", "10.1.0.0/16"], "tags": {"a": "b"}, "dns_servers": ["10.0.0.4", "10.0.0.5"]}"#,
            r#"{"name": "v", "resource_group_name": "${group.name}", "location": "westeurope",
                "address_space": ["10.1.0.0/16"], "bgp_community": "12076:20000", "flow_timeout_in_minutes": 10,
                "dns_servers": [], "encryption": [{"enforcement": "AllowUnencrypted"}]}"#,
        ],
        replaces: &[
            (
                r#"{"name": "v", "resource_group_name": "${group.name}", "location": "northeurope", "address_space": ["10.0.0.0/16"]}"#,
                "location",
            ),
            (
                r#"{"name": "w", "resource_group_name": "${group.name}", "location": "northeurope", "address_space": ["10.0.0.0/16"]}"#,
                "name",
            ),
            (
                r#"{"name": "w", "resource_group_name": "elsewhere", "location": "northeurope", "address_space": ["10.0.0.0/16"]}"#,
                "resource_group_name",
            ),
            (
                r#"{"name": "w", "resource_group_name": "${group.name}", "location": "northeurope", "address_space": ["10.0.0.0/16"], "edge_zone": "losangeles"}"#,
                "edge_zone",
            ),
        ],
        tampers: &[
            (
                r#"PATCH ${this.id} {"properties": {"addressSpace": {"addressPrefixes": ["10.1.0.0/16", "10.7.0.0/16"]}}}"#,
                "address_space",
            ),
            (r#"PATCH ${this.id} {"properties": {"bgpCommunities": null}}"#, "bgp_community"),
            (
                r#"PATCH ${this.id} {"properties": {"dhcpOptions": {"dnsServers": ["10.0.0.9"]}}}"#,
                "dns_servers",
            ),
            (r#"PATCH ${this.id} {"properties": {"encryption": {"enabled": false}}}"#, "encryption"),
            (r#"PATCH ${this.id} {"properties": {"flowTimeoutInMinutes": 20}}"#, "flow_timeout_in_minutes"),
            (r#"PATCH ${this.id} {"tags": {"who": "me"}}"#, "tags"),
        ],
        lose: &["DELETE ${this.id}"],
        excused: &[
            INSIDE,
            ("resource_group_name", "the other group isn't there: the plan alone is looked at"),
            ("edge_zone", "few subscriptions have edge zones: the plan alone is looked at"),
        ],
        ..CASE
    },
    Case {
        kind: "azurerm_virtual_network",
        setup: &[GROUP, SECURITY, TABLE],
        create: r#"{"name": "v", "resource_group_name": "${group.name}", "location": "westeurope",
            "address_space": ["10.0.0.0/16"], "subnet": [
                {"name": "a", "address_prefixes": ["10.0.1.0/24"]},
                {"name": "b", "address_prefixes": ["10.0.2.0/24"]}]}"#,
        updates: &[
            r#"{"name": "v", "resource_group_name": "${group.name}", "location": "westeurope",
                "address_space": ["10.0.0.0/16"], "subnet": [
                    {"name": "a", "address_prefixes": ["10.0.1.0/24"], "security_group": "${security.id}",
                     "delegation": [{"name": "d", "service_delegation": [{"name": "Microsoft.Web/serverFarms", "actions": ["x"]}]}]},
                    {"name": "b", "address_prefixes": ["10.0.2.0/24"], "route_table_id": "${table.id}",
                     "service_endpoints": ["Microsoft.Storage", "Microsoft.Sql"]}]}"#,
            r#"{"name": "v", "resource_group_name": "${group.name}", "location": "westeurope",
                "address_space": ["10.0.0.0/16"], "subnet": [
                    {"name": "a", "address_prefixes": ["10.0.1.0/24"], "default_outbound_access_enabled": false,
                     "private_endpoint_network_policies": "Enabled",
                     "private_link_service_network_policies_enabled": false},
                    {"name": "c", "address_prefixes": ["10.0.3.0/24", "10.0.4.0/24"]}]}"#,
        ],
        tampers: &[
            (
                r#"PATCH ${this.id}/subnets/a {"properties": {"privateLinkServiceNetworkPolicies": "Enabled"}}"#,
                "subnet",
            ),
            ("DELETE ${this.id}/subnets/c", "subnet"),
        ],
        lose: &["DELETE ${this.id}"],
        excused: &[
            ("subnet.id", "Azure alone sets it"),
            ("subnet.service_endpoint_policy_ids", "shown with pools"),
        ],
        ..CASE
    },
    Case {
        kind: "azurerm_subnet",
        setup: &[GROUP, NETWORK],
        create: r#"{"name": "s", "resource_group_name": "${group.name}", "virtual_network_name": "${network.name}",
            "address_prefixes": ["10.0.1.0/24"]}"#,
        updates: &[
            r#"{"name": "s", "resource_group_name": "${group.name}", "virtual_network_name": "${network.name}",
                "address_prefixes": ["10.0.1.0/24", "fd00:1:0:2::/64"], "service_endpoints": ["Microsoft.Storage", "Microsoft.Sql"],
                "delegation": [{"name": "d", "service_delegation": [{"name": "Microsoft.Web/serverFarms"}]}]}"#,
            r#"{"name": "s", "resource_group_name": "${group.name}", "virtual_network_name": "${network.name}",
                "address_prefixes": ["10.0.3.0/24"], "service_endpoints": ["Microsoft.Sql"],
                "delegation": [{"name": "e", "service_delegation": [{"name": "Microsoft.Sql/managedInstances", "actions": ["x"]}]}]}"#,
            r#"{"name": "s", "resource_group_name": "${group.name}", "virtual_network_name": "${network.name}",
                "address_prefixes": ["10.0.3.0/24"], "default_outbound_access_enabled": false,
                "private_endpoint_network_policies": "NetworkSecurityGroupEnabled", "sharing_scope": "Tenant",
                "private_link_service_network_policies_enabled": false, "service_endpoints": ["Microsoft.Sql"]}"#,
        ],
        replaces: &[
            (
                r#"{"name": "t", "resource_group_name": "${group.name}", "virtual_network_name": "${network.name}", "address_prefixes": ["10.0.1.0/24"]}"#,
                "name",
            ),
            (
                r#"{"name": "t", "resource_group_name": "elsewhere", "virtual_network_name": "${network.name}", "address_prefixes": ["10.0.1.0/24"]}"#,
                "resource_group_name",
            ),
            (
                r#"{"name": "t", "resource_group_name": "${group.name}", "virtual_network_name": "elsewhere", "address_prefixes": ["10.0.1.0/24"]}"#,
                "virtual_network_name",
            ),
        ],
        tampers: &[
            (r#"PATCH ${this.id} {"properties": {"addressPrefix": "10.0.9.0/24"}}"#, "address_prefixes"),
            (
                r#"PATCH ${this.id} {"properties": {"defaultOutboundAccess": true}}"#,
                "default_outbound_access_enabled",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"delegations": [{"name": "x", "properties": {"serviceName": "Microsoft.Web/serverFarms"}}]}}"#,
                "delegation",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"privateEndpointNetworkPolicies": "Enabled"}}"#,
                "private_endpoint_network_policies",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"privateLinkServiceNetworkPolicies": "Enabled"}}"#,
                "private_link_service_network_policies_enabled",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"serviceEndpoints": [{"service": "Microsoft.Web"}]}}"#,
                "service_endpoints",
            ),
            (r#"PATCH ${this.id} {"properties": {"sharingScope": "DelegatedServices"}}"#, "sharing_scope"),
        ],
        lose: &["DELETE ${this.id}"],
        excused: &[
            ("resource_group_name", "the other group isn't there: the plan alone is looked at"),
            ("virtual_network_name", "the other network isn't there: the plan alone is looked at"),
        ],
        ..CASE
    },
    Case {
        kind: "azurerm_subnet_network_security_group_association",
        setup: &[GROUP, NETWORK, super::SUBNET, super::OTHER_SUBNET, SECURITY, OTHER_SECURITY],
        create: r#"{"subnet_id": "${subnet.id}", "network_security_group_id": "${security.id}"}"#,
        replaces: &[
            (
                r#"{"subnet_id": "${subnet.id}", "network_security_group_id": "${second.id}"}"#,
                "network_security_group_id",
            ),
            (r#"{"subnet_id": "${other.id}", "network_security_group_id": "${second.id}"}"#, "subnet_id"),
        ],
        lose: &[r#"PATCH ${subnet.id} {"properties": {"networkSecurityGroup": null}}"#],
        ..CASE
    },
];

/// What an address manager's pool and a policy are called that others made.
macro_rules! there {
    ($what:literal) => {
        concat!(
            "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/them/providers/Microsoft.Network/",
            $what
        )
    };
}

pub(crate) const FURTHER: &[Case] = &[
    Case {
        kind: "azurerm_virtual_network",
        setup: &[GROUP],
        create: concat!(
            r#"{"name": "v", "resource_group_name": "${group.name}", "location": "westeurope", "ip_address_pool": [
                {"id": ""#,
            there!("networkManagers/m/ipamPools/p"),
            r#"", "number_of_ip_addresses": "256"}]}"#
        ),
        updates: &[concat!(
            r#"{"name": "v", "resource_group_name": "${group.name}", "location": "westeurope",
                    "private_endpoint_vnet_policies": "Basic", "ddos_protection_plan": [{"enable": true, "id": ""#,
            there!("ddosProtectionPlans/p"),
            r#""}], "ip_address_pool": [{"id": ""#,
            there!("networkManagers/m/ipamPools/q"),
            r#"", "number_of_ip_addresses": "512"}]}"#
        )],
        tampers: &[
            (
                r#"PATCH ${this.id} {"properties": {"privateEndpointVNetPolicies": "Disabled"}}"#,
                "private_endpoint_vnet_policies",
            ),
            (r#"PATCH ${this.id} {"properties": {"enableDdosProtection": false}}"#, "ddos_protection_plan"),
            (
                concat!(
                    r#"PATCH ${this.id} {"properties": {"addressSpace": {"ipamPoolPrefixAllocations": [{"pool": {"id": ""#,
                    there!("networkManagers/m/ipamPools/q"),
                    r#""}, "numberOfIpAddresses": "1024", "allocatedAddressPrefixes": ["10.200.0.0/24"]}]}}}"#
                ),
                "ip_address_pool",
            ),
        ],
        lose: &["DELETE ${this.id}"],
        ..CASE
    },
    Case {
        kind: "azurerm_subnet",
        setup: &[GROUP, NETWORK],
        create: concat!(
            r#"{"name": "s", "resource_group_name": "${group.name}", "virtual_network_name": "${network.name}",
                "ip_address_pool": [{"id": ""#,
            there!("networkManagers/m/ipamPools/p"),
            r#"", "number_of_ip_addresses": "64"}]}"#
        ),
        updates: &[concat!(
            r#"{"name": "s", "resource_group_name": "${group.name}", "virtual_network_name": "${network.name}",
                    "service_endpoint_policy_ids": [""#,
            there!("serviceEndpointPolicies/p"),
            r#""], "ip_address_pool": [{"id": ""#,
            there!("networkManagers/m/ipamPools/q"),
            r#"", "number_of_ip_addresses": "128"}]}"#
        )],
        tampers: &[
            (
                r#"PATCH ${this.id} {"properties": {"serviceEndpointPolicies": []}}"#,
                "service_endpoint_policy_ids",
            ),
            (
                concat!(
                    r#"PATCH ${this.id} {"properties": {"ipamPoolPrefixAllocations": [{"pool": {"id": ""#,
                    there!("networkManagers/m/ipamPools/q"),
                    r#""}, "numberOfIpAddresses": "256", "allocatedAddressPrefixes": ["10.200.0.0/24"]}]}}"#
                ),
                "ip_address_pool",
            ),
        ],
        lose: &["DELETE ${this.id}"],
        ..CASE
    },
];
