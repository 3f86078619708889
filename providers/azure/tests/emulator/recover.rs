//! What a killed process may have made, and what others made before it.

use crate::cases::{CASES, FURTHER};
use crate::cloud::Cloud;
use trueup_provider::RecoverAnswer;
use trueup_provider_walk::{Case, every_type_recovers, token};

/// Types whose creations carry a mark.
const MARKED: &[&str] = &[
    "azurerm_availability_set",
    "azurerm_linux_virtual_machine",
    "azurerm_managed_disk",
    "azurerm_network_interface",
    "azurerm_network_security_group",
    "azurerm_public_ip",
    "azurerm_resource_group",
    "azurerm_route_table",
    "azurerm_storage_account",
    "azurerm_storage_container",
    "azurerm_user_assigned_identity",
    "azurerm_virtual_network",
];

#[tokio::test]
async fn every_type_recovers_what_it_made() {
    let cases: Vec<&'static Case> = CASES.iter().chain(FURTHER).flat_map(|family| family.iter()).collect();
    every_type_recovers(&Cloud::start("").await, &cases, MARKED).await;
}

/// What was there before is neither taken over nor changed, whether the name is marked or not.
#[tokio::test]
async fn what_others_made_is_refused() {
    let cloud = Cloud::start("").await;
    let group = r#"{"name": "g", "location": "westeurope"}"#;
    let network = r#"{"name": "v", "resource_group_name": "g", "location": "westeurope", "address_space": ["10.0.0.0/16"]}"#;
    let subnet = |range: &str| {
        format!(
            r#"{{"name": "s", "resource_group_name": "g", "virtual_network_name": "v", "address_prefixes": ["{range}"]}}"#
        )
    };
    let (first, other) = (subnet("10.0.1.0/24"), subnet("10.0.2.0/24"));
    cloud.create("azurerm_resource_group", group).await;
    cloud.create("azurerm_virtual_network", network).await;
    cloud.create("azurerm_subnet", &first).await;
    let account = r#"{"name": "acct", "resource_group_name": "g", "location": "westeurope", "account_tier": "Standard",
        "account_replication_type": "LRS"}"#;
    let container = r#"{"name": "texts", "storage_account_name": "acct"}"#;
    cloud.create("azurerm_storage_account", account).await;
    cloud.create("azurerm_storage_container", container).await;
    for (kind, config) in [
        ("azurerm_resource_group", group),
        ("azurerm_virtual_network", network),
        ("azurerm_subnet", first.as_str()),
        ("azurerm_subnet", other.as_str()),
        ("azurerm_storage_account", account),
        ("azurerm_storage_container", container),
    ] {
        let null = cloud.null(kind);
        let plan = cloud.plan(kind, &null, &cloud.config(kind, config).await).await;
        let answer = cloud.apply(kind, &null, &plan.planned, &cloud.token()).await;
        let told = format!("{:?}", answer.diagnostics);
        assert!(told.contains("already exists") && told.contains("import"), "{kind}: {told}");
        assert!(answer.state.is_null(), "{kind} isn't taken over");
        if kind != "azurerm_subnet" || config != first {
            let found = cloud.recover(kind, &plan.planned, &token(kind, config)).await;
            assert!(matches!(found, RecoverAnswer::Absent), "{kind}: {found:?}");
        }
    }
}
