//! What data sources answer.

use super::{GROUP, NETWORK, SECURITY, SUBNET, Setup, TABLE};
use trueup_provider_walk::{DATA_CASE, DataCase};

const GUARDED: Setup = (
    "guarded",
    "azurerm_subnet_network_security_group_association",
    r#"{"subnet_id": "${subnet.id}", "network_security_group_id": "${security.id}"}"#,
);
const ROUTED: Setup = (
    "routed",
    "azurerm_subnet_route_table_association",
    r#"{"subnet_id": "${subnet.id}", "route_table_id": "${table.id}"}"#,
);

pub(crate) const DATA: &[DataCase] = &[
    DataCase {
        kind: "azurerm_client_config",
        expected: &[
            ("client_id", r#""c""#),
            ("object_id", r#""o-1""#),
            ("subscription_id", r#""00000000-0000-0000-0000-000000000001""#),
            ("tenant_id", r#""72f988bf-0000-0000-0000-2d7cd011db47""#),
        ],
        ..DATA_CASE
    },
    DataCase {
        kind: "azurerm_resource_group",
        setup: &[GROUP],
        config: r#"{"name": "g${n}"}"#,
        same: &[("group", &["id", "location", "managed_by", "name"])],
        refused: &[(r#"{"name": "none"}"#, "Resource Group \\\"none\\\" was not found")],
        ..DATA_CASE
    },
    DataCase {
        kind: "azurerm_subnet",
        setup: &[GROUP, NETWORK, SUBNET, SECURITY, TABLE, GUARDED, ROUTED],
        config: r#"{"name": "sub", "virtual_network_name": "net", "resource_group_name": "g${n}"}"#,
        expected: &[
            ("address_prefix", r#""10.0.1.0/24""#),
            ("service_endpoints", "[]"),
            ("network_security_group_id", r#""${security.id}""#),
            ("route_table_id", r#""${table.id}""#),
        ],
        same: &[(
            "subnet",
            &[
                "id",
                "address_prefixes",
                "default_outbound_access_enabled",
                "private_endpoint_network_policies",
            ],
        )],
        refused: &[(
            r#"{"name": "none", "virtual_network_name": "net", "resource_group_name": "g${n}"}"#,
            "Subnet \\\"none\\\" was not found",
        )],
    },
    DataCase {
        kind: "azurerm_subscription",
        expected: &[
            ("display_name", r#""Test""#),
            ("id", r#""/subscriptions/00000000-0000-0000-0000-000000000001""#),
            ("location_placement_id", r#""Public_2014-09-01""#),
            ("quota_id", r#""PayAsYouGo_2014-09-01""#),
            ("spending_limit", r#""Off""#),
            ("state", r#""Enabled""#),
            ("subscription_id", r#""00000000-0000-0000-0000-000000000001""#),
            ("tags", r#"{"a": "b"}"#),
            ("tenant_id", r#""72f988bf-0000-0000-0000-2d7cd011db47""#),
        ],
        refused: &[(r#"{"subscription_id": "none"}"#, "there is no subscription \\\"none\\\"")],
        ..DATA_CASE
    },
    DataCase {
        kind: "azurerm_virtual_network",
        setup: &[GROUP, NETWORK, SUBNET],
        config: r#"{"name": "net", "resource_group_name": "g${n}"}"#,
        expected: &[
            ("address_space", r#"["10.0.0.0/16", "fd00:1::/48"]"#),
            ("subnets", r#"["sub"]"#),
            ("vnet_peerings", "{}"),
            ("vnet_peerings_addresses", "[]"),
        ],
        same: &[("network", &["id", "guid", "location"])],
        refused: &[(
            r#"{"name": "none", "resource_group_name": "g${n}"}"#,
            "Virtual Network \\\"none\\\" was not found",
        )],
    },
];
