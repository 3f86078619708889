//! The cases that every type walks through, as data: one file for each family of types.

mod compute;
mod containers;
mod data;
mod disks;
mod groups;
mod identity;
mod interfaces;
mod machines;
mod networks;
mod public_ips;
mod routes;
mod security;
mod storage;

pub(crate) use data::DATA;
use trueup_provider_walk::Case;

/// Those that run on the fake and on cloudemu.
pub(crate) const CASES: &[&[Case]] = &[
    compute::CASES,
    containers::CASES,
    disks::CASES,
    groups::CASES,
    identity::CASES,
    interfaces::CASES,
    machines::CASES,
    networks::CASES,
    public_ips::CASES,
    routes::CASES,
    security::CASES,
    storage::CASES,
];

/// Those with things that cloudemu doesn't have: it speaks an older version of the network's API, and knows neither pools
/// of addresses nor the plans, policies and prefixes that others make.
pub(crate) const FURTHER: &[&[Case]] = &[
    containers::FURTHER,
    disks::FURTHER,
    interfaces::FURTHER,
    machines::FURTHER,
    networks::FURTHER,
    public_ips::FURTHER,
    security::FURTHER,
    storage::FURTHER,
];

type Setup = (&'static str, &'static str, &'static str);

const GROUP: Setup = ("group", "azurerm_resource_group", r#"{"name": "g${n}", "location": "westeurope"}"#);
const OTHER_GROUP: Setup =
    ("other_group", "azurerm_resource_group", r#"{"name": "h${n}", "location": "westeurope"}"#);
const WHO: Setup = (
    "who",
    "azurerm_user_assigned_identity",
    r#"{"name": "who", "resource_group_name": "${group.name}", "location": "westeurope"}"#,
);
const OTHER_WHO: Setup = (
    "who2",
    "azurerm_user_assigned_identity",
    r#"{"name": "who2", "resource_group_name": "${group.name}", "location": "westeurope"}"#,
);
const NETWORK: Setup = (
    "network",
    "azurerm_virtual_network",
    r#"{"name": "net", "resource_group_name": "${group.name}", "location": "westeurope",
        "address_space": ["10.0.0.0/16", "fd00:1::/48"]}"#,
);
const SUBNET: Setup = (
    "subnet",
    "azurerm_subnet",
    r#"{"name": "sub", "resource_group_name": "${group.name}", "virtual_network_name": "${network.name}",
        "address_prefixes": ["10.0.1.0/24", "fd00:1:0:1::/64"]}"#,
);
const OTHER_SUBNET: Setup = (
    "other",
    "azurerm_subnet",
    r#"{"name": "other", "resource_group_name": "${group.name}", "virtual_network_name": "${network.name}",
        "address_prefixes": ["10.0.2.0/24"]}"#,
);
const SECURITY: Setup = (
    "security",
    "azurerm_network_security_group",
    r#"{"name": "nsg", "resource_group_name": "${group.name}", "location": "westeurope"}"#,
);
const OTHER_SECURITY: Setup = (
    "second",
    "azurerm_network_security_group",
    r#"{"name": "nsg2", "resource_group_name": "${group.name}", "location": "westeurope"}"#,
);
const TABLE: Setup = (
    "table",
    "azurerm_route_table",
    r#"{"name": "table", "resource_group_name": "${group.name}", "location": "westeurope"}"#,
);
const OTHER_TABLE: Setup = (
    "second",
    "azurerm_route_table",
    r#"{"name": "table2", "resource_group_name": "${group.name}", "location": "westeurope"}"#,
);
