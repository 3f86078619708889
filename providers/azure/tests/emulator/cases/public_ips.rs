//! Public addresses.

use super::GROUP;
use trueup_provider_walk::{CASE, Case};

pub(crate) const CASES: &[Case] = &[Case {
    kind: "azurerm_public_ip",
    setup: &[GROUP],
    create: r#"{"name": "p", "resource_group_name": "${group.name}", "location": "West Europe", "allocation_method": "Dynamic", "sku": "Basic"}"#,
    updates: &[
        r#"{"name": "p", "resource_group_name": "${group.name}", "location": "westeurope", "allocation_method": "Static", "sku": "Basic",
            "domain_name_label": "label${n}", "domain_name_label_scope": "TenantReuse", "idle_timeout_in_minutes": 10, "tags": {"a": "b"}}"#,
        r#"{"name": "p", "resource_group_name": "${group.name}", "location": "westeurope", "allocation_method": "Static", "sku": "Basic",
            "domain_name_label": "other${n}", "domain_name_label_scope": "NoReuse", "reverse_fqdn": "a.example.com.",
            "ddos_protection_mode": "Disabled"}"#,
    ],
    replaces: &[
        (
            r#"{"name": "p", "resource_group_name": "${group.name}", "location": "northeurope", "allocation_method": "Static", "sku": "Basic"}"#,
            "location",
        ),
        (
            r#"{"name": "q", "resource_group_name": "${group.name}", "location": "northeurope", "allocation_method": "Static", "sku": "Basic"}"#,
            "name",
        ),
        (
            r#"{"name": "q", "resource_group_name": "${group.name}", "location": "northeurope", "allocation_method": "Static"}"#,
            "sku",
        ),
        (
            r#"{"name": "q", "resource_group_name": "${group.name}", "location": "northeurope", "allocation_method": "Static", "sku_tier": "Global"}"#,
            "sku_tier",
        ),
        (
            r#"{"name": "q", "resource_group_name": "${group.name}", "location": "northeurope", "allocation_method": "Static", "ip_version": "IPv6"}"#,
            "ip_version",
        ),
        (
            r#"{"name": "q", "resource_group_name": "${group.name}", "location": "northeurope", "allocation_method": "Static", "zones": ["1", "2"]}"#,
            "zones",
        ),
        (
            r#"{"name": "q", "resource_group_name": "${group.name}", "location": "northeurope", "allocation_method": "Static",
                "ip_tags": {"RoutingPreference": "Internet"}}"#,
            "ip_tags",
        ),
        (
            r#"{"name": "q", "resource_group_name": "elsewhere", "location": "northeurope", "allocation_method": "Static"}"#,
            "resource_group_name",
        ),
        (
            r#"{"name": "q", "resource_group_name": "${group.name}", "location": "northeurope", "allocation_method": "Static", "edge_zone": "losangeles"}"#,
            "edge_zone",
        ),
        (
            r#"{"name": "q", "resource_group_name": "${group.name}", "location": "northeurope", "allocation_method": "Static",
                "public_ip_prefix_id": "/subscriptions/x/resourceGroups/y/providers/Microsoft.Network/publicIPPrefixes/z"}"#,
            "public_ip_prefix_id",
        ),
    ],
    tampers: &[
        (r#"PATCH ${this.id} {"properties": {"publicIPAllocationMethod": "Dynamic"}}"#, "allocation_method"),
        (
            r#"PATCH ${this.id} {"properties": {"ddosSettings": {"protectionMode": "VirtualNetworkInherited"}}}"#,
            "ddos_protection_mode",
        ),
        (
            r#"PATCH ${this.id} {"properties": {"dnsSettings": {"domainNameLabel": "third"}}}"#,
            "domain_name_label",
        ),
        (
            r#"PATCH ${this.id} {"properties": {"dnsSettings": {"domainNameLabelScope": "TenantReuse"}}}"#,
            "domain_name_label_scope",
        ),
        (r#"PATCH ${this.id} {"properties": {"idleTimeoutInMinutes": 20}}"#, "idle_timeout_in_minutes"),
        (
            r#"PATCH ${this.id} {"properties": {"dnsSettings": {"reverseFqdn": "b.example.com."}}}"#,
            "reverse_fqdn",
        ),
        (r#"PATCH ${this.id} {"tags": {"who": "me"}}"#, "tags"),
    ],
    lose: &["DELETE ${this.id}"],
    follows: &[("allocation_method", "ip_address")],
    excused: &[
        ("resource_group_name", "the other group isn't there: the plan alone is looked at"),
        ("edge_zone", "few subscriptions have edge zones: the plan alone is looked at"),
        ("public_ip_prefix_id", "the prefix isn't there: the plan alone is looked at"),
        ("ddos_protection_plan_id", "shown in a case of its own"),
    ],
    ..CASE
}];

/// What a plan is called that others made.
macro_rules! there {
    ($what:literal) => {
        concat!(
            "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/them/providers/Microsoft.Network/ddosProtectionPlans/",
            $what
        )
    };
}

pub(crate) const FURTHER: &[Case] = &[Case {
    kind: "azurerm_public_ip",
    setup: &[GROUP],
    create: r#"{"name": "p", "resource_group_name": "${group.name}", "location": "westeurope", "allocation_method": "Static"}"#,
    updates: &[concat!(
        r#"{"name": "p", "resource_group_name": "${group.name}", "location": "westeurope", "allocation_method": "Static",
            "ddos_protection_mode": "Enabled", "ddos_protection_plan_id": ""#,
        there!("p"),
        r#""}"#
    )],
    tampers: &[(
        concat!(
            r#"PATCH ${this.id} {"properties": {"ddosSettings": {"ddosProtectionPlan": {"id": ""#,
            there!("q"),
            r#""}}}}"#
        ),
        "ddos_protection_plan_id",
    )],
    lose: &["DELETE ${this.id}"],
    ..CASE
}];
