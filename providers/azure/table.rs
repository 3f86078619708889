//! Everything the provider offers: one line a type.

use crate::account::site::Site;
use crate::arm::tracked::Tracking;
use crate::authorization::role_assignment::RoleAssignment;
use crate::compute::availability_set::AvailabilitySet;
use crate::compute::data_disk_attachment::DataDiskAttachment;
use crate::compute::linux_virtual_machine::LinuxVirtualMachine;
use crate::compute::managed_disk::ManagedDisk;
use crate::data::client_config::ClientConfigData;
use crate::data::resource_group::ResourceGroupData;
use crate::data::subnet::SubnetData;
use crate::data::subscription::SubscriptionData;
use crate::data::virtual_network::VirtualNetworkData;
use crate::identity::user_assigned_identity::UserAssignedIdentity;
use crate::meaning::{ID, LOCATION, ROLE, SSH_KEY};
use crate::network::network_interface::NetworkInterface;
use crate::network::network_interface_security_group_association::InterfaceSecurity;
use crate::network::network_security_group::NetworkSecurityGroup;
use crate::network::network_security_rule::NetworkSecurityRule;
use crate::network::public_ip::PublicIp;
use crate::network::route::Route;
use crate::network::route_table::RouteTable;
use crate::network::subnet::Subnet;
use crate::network::subnet_association::{ROUTING, SECURITY};
use crate::network::virtual_network::VirtualNetwork;
use crate::resources::resource_group::ResourceGroup;
use crate::storage::storage_account::StorageAccount;
use crate::storage::storage_container::StorageContainer;
use std::sync::OnceLock;
use trueup_provider_kit::{Catalog, DataSource, Offer, Resource};

macro_rules! schema {
    ($name:literal) => {
        include_str!(concat!("../../schemas/azure/", $name, ".json"))
    };
}

static RESOURCES: &[Offer<dyn Resource<Site>>] = &[
    Offer {
        kind: "azurerm_availability_set",
        noun: "Availability Set",
        schema: schema!("azurerm_availability_set"),
        code: &Tracking(AvailabilitySet),
    },
    Offer {
        kind: "azurerm_linux_virtual_machine",
        noun: "Linux Virtual Machine",
        schema: schema!("azurerm_linux_virtual_machine"),
        code: &LinuxVirtualMachine,
    },
    Offer {
        kind: "azurerm_managed_disk",
        noun: "Managed Disk",
        schema: schema!("azurerm_managed_disk"),
        code: &Tracking(ManagedDisk),
    },
    Offer {
        kind: "azurerm_network_interface",
        noun: "Network Interface",
        schema: schema!("azurerm_network_interface"),
        code: &Tracking(NetworkInterface),
    },
    Offer {
        kind: "azurerm_network_interface_security_group_association",
        noun: "Network Interface Security Group Association",
        schema: schema!("azurerm_network_interface_security_group_association"),
        code: &InterfaceSecurity,
    },
    Offer {
        kind: "azurerm_network_security_group",
        noun: "Network Security Group",
        schema: schema!("azurerm_network_security_group"),
        code: &Tracking(NetworkSecurityGroup),
    },
    Offer {
        kind: "azurerm_network_security_rule",
        noun: "Network Security Rule",
        schema: schema!("azurerm_network_security_rule"),
        code: &NetworkSecurityRule,
    },
    Offer {
        kind: "azurerm_public_ip",
        noun: "Public IP",
        schema: schema!("azurerm_public_ip"),
        code: &Tracking(PublicIp),
    },
    Offer {
        kind: "azurerm_resource_group",
        noun: "Resource Group",
        schema: schema!("azurerm_resource_group"),
        code: &Tracking(ResourceGroup),
    },
    Offer {
        kind: "azurerm_role_assignment",
        noun: "Role Assignment",
        schema: schema!("azurerm_role_assignment"),
        code: &RoleAssignment,
    },
    Offer { kind: "azurerm_route", noun: "Route", schema: schema!("azurerm_route"), code: &Route },
    Offer {
        kind: "azurerm_route_table",
        noun: "Route Table",
        schema: schema!("azurerm_route_table"),
        code: &Tracking(RouteTable),
    },
    Offer {
        kind: "azurerm_storage_account",
        noun: "Storage Account",
        schema: schema!("azurerm_storage_account"),
        code: &StorageAccount,
    },
    Offer {
        kind: "azurerm_storage_container",
        noun: "Storage Container",
        schema: schema!("azurerm_storage_container"),
        code: &StorageContainer,
    },
    Offer { kind: "azurerm_subnet", noun: "Subnet", schema: schema!("azurerm_subnet"), code: &Subnet },
    Offer {
        kind: "azurerm_subnet_network_security_group_association",
        noun: "Subnet Network Security Group Association",
        schema: schema!("azurerm_subnet_network_security_group_association"),
        code: &SECURITY,
    },
    Offer {
        kind: "azurerm_subnet_route_table_association",
        noun: "Subnet Route Table Association",
        schema: schema!("azurerm_subnet_route_table_association"),
        code: &ROUTING,
    },
    Offer {
        kind: "azurerm_user_assigned_identity",
        noun: "User Assigned Identity",
        schema: schema!("azurerm_user_assigned_identity"),
        code: &Tracking(UserAssignedIdentity),
    },
    Offer {
        kind: "azurerm_virtual_machine_data_disk_attachment",
        noun: "Virtual Machine Data Disk Attachment",
        schema: schema!("azurerm_virtual_machine_data_disk_attachment"),
        code: &DataDiskAttachment,
    },
    Offer {
        kind: "azurerm_virtual_network",
        noun: "Virtual Network",
        schema: schema!("azurerm_virtual_network"),
        code: &Tracking(VirtualNetwork),
    },
];

static DATA: &[Offer<dyn DataSource<Site>>] = &[
    Offer {
        kind: "azurerm_client_config",
        noun: "Client Config",
        schema: schema!("data_azurerm_client_config"),
        code: &ClientConfigData,
    },
    Offer {
        kind: "azurerm_resource_group",
        noun: "Resource Group",
        schema: schema!("data_azurerm_resource_group"),
        code: &ResourceGroupData,
    },
    Offer {
        kind: "azurerm_subnet",
        noun: "Subnet",
        schema: schema!("data_azurerm_subnet"),
        code: &SubnetData,
    },
    Offer {
        kind: "azurerm_subscription",
        noun: "Subscription",
        schema: schema!("data_azurerm_subscription"),
        code: &SubscriptionData,
    },
    Offer {
        kind: "azurerm_virtual_network",
        noun: "Virtual Network",
        schema: schema!("data_azurerm_virtual_network"),
        code: &VirtualNetworkData,
    },
];

/// The catalog, its schema files read when it is first needed.
pub(crate) fn catalog() -> &'static Catalog<Site> {
    static CATALOG: OnceLock<Catalog<Site>> = OnceLock::new();
    CATALOG.get_or_init(|| Catalog::new(schema!("provider"), RESOURCES, DATA, &[ID, LOCATION, ROLE, SSH_KEY]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_stand_in_order_and_are_documented() {
        assert!(RESOURCES.iter().map(|offer| offer.kind).is_sorted());
        assert!(DATA.iter().map(|offer| offer.kind).is_sorted());
        trueup_provider_walk::assert_documented(&catalog().schema);
    }

    /// The page of each type says how long it waits.
    #[test]
    fn patience_is_documented() {
        let mut wrong = Vec::new();
        for offer in RESOURCES {
            let entry = catalog().resource(offer.kind).expect("every offer is in the catalog");
            let file: serde_json::Value = serde_json::from_str(offer.schema).expect("a schema file is JSON");
            let minutes = file["page"]["patience_minutes"].as_u64().unwrap_or(20);
            let patience = entry.code.patience().as_secs();
            if patience != minutes * 60 {
                wrong.push(format!("{}: \"page.patience_minutes\" is {}", offer.kind, patience / 60));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
