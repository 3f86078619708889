//! Disks.

use super::{GROUP, Setup};
use trueup_provider_walk::{CASE, Case};

/// A disk in the group with more members.
macro_rules! disk {
    ($more:literal) => {
        concat!(
            r#"{"name": "d", "resource_group_name": "${group.name}", "location": "westeurope", "#,
            $more,
            "}"
        )
    };
}

/// What others made, by its path.
macro_rules! there {
    ($what:literal) => {
        concat!(
            "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/them/providers/Microsoft.",
            $what
        )
    };
}

const SOURCE: Setup = (
    "source",
    "azurerm_managed_disk",
    r#"{"name": "source", "resource_group_name": "${group.name}", "location": "westeurope",
        "storage_account_type": "Standard_LRS", "create_option": "Empty", "disk_size_gb": 4}"#,
);
const OTHER_SOURCE: Setup = (
    "second",
    "azurerm_managed_disk",
    r#"{"name": "second", "resource_group_name": "${group.name}", "location": "westeurope",
        "storage_account_type": "Standard_LRS", "create_option": "Empty", "disk_size_gb": 4}"#,
);

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "azurerm_managed_disk",
        setup: &[GROUP],
        create: r#"{"name": "d", "resource_group_name": "${group.name}", "location": "West Europe",
            "storage_account_type": "Premium_LRS", "create_option": "Empty", "disk_size_gb": 16}"#,
        updates: &[
            disk!(
                r#""storage_account_type": "Premium_LRS", "create_option": "Empty", "disk_size_gb": 200, "tier": "P30",
                    "tags": {"a": "b"}, "max_shares": 2, "network_access_policy": "DenyAll",
                    "on_demand_bursting_enabled": true, "optimized_frequent_attach_enabled": true, "os_type": "Linux",
                    "public_network_access_enabled": false"#
            ),
            disk!(
                r#""storage_account_type": "StandardSSD_LRS", "create_option": "Empty", "disk_size_gb": 200,
                    "tags": {"a": "c"}, "max_shares": 2, "network_access_policy": "DenyAll", "os_type": "Linux",
                    "on_demand_bursting_enabled": true, "optimized_frequent_attach_enabled": true,
                    "public_network_access_enabled": false"#
            ),
        ],
        replaces: &[
            (
                r#"{"name": "e", "resource_group_name": "${group.name}", "location": "westeurope",
                    "storage_account_type": "Standard_LRS", "create_option": "Empty", "disk_size_gb": 4}"#,
                "name",
            ),
            (
                r#"{"name": "e", "resource_group_name": "${group.name}", "location": "northeurope",
                    "storage_account_type": "Standard_LRS", "create_option": "Empty", "disk_size_gb": 4}"#,
                "location",
            ),
            (
                r#"{"name": "e", "resource_group_name": "elsewhere", "location": "northeurope",
                    "storage_account_type": "Standard_LRS", "create_option": "Empty", "disk_size_gb": 4}"#,
                "resource_group_name",
            ),
            (
                r#"{"name": "e", "resource_group_name": "${group.name}", "location": "northeurope", "zone": "1",
                    "storage_account_type": "Standard_LRS", "create_option": "Empty", "disk_size_gb": 4}"#,
                "zone",
            ),
            (
                r#"{"name": "e", "resource_group_name": "${group.name}", "location": "northeurope", "edge_zone": "losangeles",
                    "storage_account_type": "Standard_LRS", "create_option": "Empty", "disk_size_gb": 4}"#,
                "edge_zone",
            ),
            (
                disk!(
                    r#""storage_account_type": "Premium_LRS", "create_option": "Empty", "disk_size_gb": 600,
                        "performance_plus_enabled": true"#
                ),
                "performance_plus_enabled",
            ),
            (
                disk!(
                    r#""storage_account_type": "Standard_LRS", "create_option": "Upload", "upload_size_bytes": 20972032,
                        "hyper_v_generation": "V1""#
                ),
                "create_option",
            ),
            (
                disk!(
                    r#""storage_account_type": "Standard_LRS", "create_option": "Upload", "upload_size_bytes": 20972544,
                        "hyper_v_generation": "V1""#
                ),
                "upload_size_bytes",
            ),
            (
                disk!(
                    r#""storage_account_type": "Standard_LRS", "create_option": "Upload", "upload_size_bytes": 20972544,
                        "hyper_v_generation": "V2""#
                ),
                "hyper_v_generation",
            ),
        ],
        tampers: &[
            (r#"PATCH ${this.id} {"properties": {"diskSizeGB": 100}}"#, "disk_size_gb"),
            (r#"PATCH ${this.id} {"properties": {"maxShares": 1}}"#, "max_shares"),
            (
                r#"PATCH ${this.id} {"properties": {"networkAccessPolicy": "AllowAll"}}"#,
                "network_access_policy",
            ),
            (r#"PATCH ${this.id} {"properties": {"burstingEnabled": false}}"#, "on_demand_bursting_enabled"),
            (
                r#"PATCH ${this.id} {"properties": {"optimizedForFrequentAttach": false}}"#,
                "optimized_frequent_attach_enabled",
            ),
            (r#"PATCH ${this.id} {"properties": {"osType": "Windows"}}"#, "os_type"),
            (
                r#"PATCH ${this.id} {"properties": {"publicNetworkAccess": "Enabled"}}"#,
                "public_network_access_enabled",
            ),
            (r#"PATCH ${this.id} {"sku": {"name": "Standard_LRS"}}"#, "storage_account_type"),
            (r#"PATCH ${this.id} {"tags": {"who": "me"}}"#, "tags"),
        ],
        lose: &["DELETE ${this.id}"],
        excused: &[
            ("resource_group_name", "the other group isn't there: the plan alone is looked at"),
            ("edge_zone", "few subscriptions have edge zones: the plan alone is looked at"),
        ],
        ..CASE
    },
    Case {
        kind: "azurerm_managed_disk",
        setup: &[GROUP, SOURCE, OTHER_SOURCE],
        create: disk!(
            r#""storage_account_type": "Standard_LRS", "create_option": "Copy", "disk_size_gb": 8,
                "source_resource_id": "${source.id}""#
        ),
        replaces: &[(
            disk!(
                r#""storage_account_type": "Standard_LRS", "create_option": "Copy", "disk_size_gb": 8,
                    "source_resource_id": "${second.id}""#
            ),
            "source_resource_id",
        )],
        lose: &["DELETE ${this.id}"],
        ..CASE
    },
];

/// An encrypted disk.
macro_rules! encrypted {
    ($set:literal, $access:literal, $secret:literal, $vault:literal, $key:literal) => {
        concat!(
            r#"{"name": "d", "resource_group_name": "${group.name}", "location": "westeurope",
                "storage_account_type": "Premium_LRS", "create_option": "Empty", "disk_size_gb": 16,
                "network_access_policy": "AllowPrivate", "disk_access_id": ""#,
            there!($access),
            r#"", "disk_encryption_set_id": ""#,
            there!($set),
            r#"", "encryption_settings": [{"disk_encryption_key": [{"secret_url": "https://v.vault.azure.net/secrets/"#,
            $secret,
            r#"", "source_vault_id": ""#,
            there!($vault),
            r#""}], "key_encryption_key": [{"key_url": "https://v.vault.azure.net/keys/"#,
            $key,
            r#"", "source_vault_id": ""#,
            there!($vault),
            r#""}]}]}"#
        )
    };
}

/// A disk that is made from something, with more members.
macro_rules! made {
    ($option:literal, $name:literal, $what:literal, $more:literal) => {
        concat!(
            r#"{"name": "d", "resource_group_name": "${group.name}", "location": "westeurope",
                "storage_account_type": "Standard_LRS", "create_option": ""#,
            $option,
            r#"", ""#,
            $name,
            r#"": ""#,
            $what,
            r#"""#,
            $more,
            "}"
        )
    };
}

pub(crate) const FURTHER: &[Case] = &[
    Case {
        kind: "azurerm_managed_disk",
        setup: &[GROUP],
        create: disk!(
            r#""storage_account_type": "Premium_LRS", "create_option": "Empty", "disk_size_gb": 16, "tier": "P10""#
        ),
        updates: &[
            disk!(
                r#""storage_account_type": "Premium_LRS", "create_option": "Empty", "disk_size_gb": 16, "tier": "P15""#
            ),
            encrypted!(
                "Compute/diskEncryptionSets/one",
                "Compute/diskAccesses/one",
                "a/1",
                "KeyVault/vaults/one",
                "a/1"
            ),
            encrypted!(
                "Compute/diskEncryptionSets/two",
                "Compute/diskAccesses/two",
                "b/2",
                "KeyVault/vaults/two",
                "b/2"
            ),
        ],
        replaces: &[(
            concat!(
                r#"{"name": "d", "resource_group_name": "${group.name}", "location": "westeurope",
                    "storage_account_type": "Premium_LRS", "create_option": "Empty", "disk_size_gb": 16,
                    "disk_encryption_set_id": ""#,
                there!("Compute/diskEncryptionSets/two"),
                r#""}"#
            ),
            "encryption_settings",
        )],
        tampers: &[
            (
                concat!(
                    r#"PATCH ${this.id} {"properties": {"encryption": {"diskEncryptionSetId": ""#,
                    there!("Compute/diskEncryptionSets/three"),
                    r#""}}}"#
                ),
                "disk_encryption_set_id",
            ),
            (
                concat!(
                    r#"PATCH ${this.id} {"properties": {"diskAccessId": ""#,
                    there!("Compute/diskAccesses/three"),
                    r#""}}"#
                ),
                "disk_access_id",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"encryptionSettingsCollection": {"encryptionSettings": [
                    {"diskEncryptionKey": {"secretUrl": "https://x", "sourceVault": {"id": "/x"}}}]}}}"#,
                "encryption_settings",
            ),
        ],
        lose: &["DELETE ${this.id}"],
        ..CASE
    },
    Case {
        kind: "azurerm_managed_disk",
        setup: &[GROUP],
        create: disk!(
            r#""storage_account_type": "UltraSSD_LRS", "create_option": "Empty", "disk_size_gb": 16, "zone": "1",
                "disk_iops_read_write": 1000, "disk_mbps_read_write": 10"#
        ),
        updates: &[disk!(
            r#""storage_account_type": "UltraSSD_LRS", "create_option": "Empty", "disk_size_gb": 16, "zone": "1",
                "disk_iops_read_write": 2000, "disk_mbps_read_write": 20, "max_shares": 2,
                "disk_iops_read_only": 1000, "disk_mbps_read_only": 10"#
        )],
        replaces: &[(
            disk!(
                r#""storage_account_type": "UltraSSD_LRS", "create_option": "Empty", "disk_size_gb": 16, "zone": "1",
                    "logical_sector_size": 512"#
            ),
            "logical_sector_size",
        )],
        tampers: &[
            (r#"PATCH ${this.id} {"properties": {"diskIOPSReadWrite": 3000}}"#, "disk_iops_read_write"),
            (r#"PATCH ${this.id} {"properties": {"diskMBpsReadWrite": 30}}"#, "disk_mbps_read_write"),
            (r#"PATCH ${this.id} {"properties": {"diskIOPSReadOnly": 3000}}"#, "disk_iops_read_only"),
            (r#"PATCH ${this.id} {"properties": {"diskMBpsReadOnly": 30}}"#, "disk_mbps_read_only"),
        ],
        lose: &["DELETE ${this.id}"],
        ..CASE
    },
    Case {
        kind: "azurerm_managed_disk",
        setup: &[GROUP],
        create: disk!(
            r#""storage_account_type": "Premium_LRS", "create_option": "Empty", "disk_size_gb": 16, "tier": "P20""#
        ),
        updates: &[disk!(
            r#""storage_account_type": "Premium_LRS", "create_option": "Empty", "disk_size_gb": 16, "tier": "P30""#
        )],
        tampers: &[(r#"PATCH ${this.id} {"properties": {"tier": "P50"}}"#, "tier")],
        lose: &["DELETE ${this.id}"],
        ..CASE
    },
    Case {
        kind: "azurerm_managed_disk",
        setup: &[GROUP],
        create: made!("FromImage", "image_reference_id", "/subscriptions/x/Providers/a", ""),
        replaces: &[
            (
                made!("FromImage", "image_reference_id", "/subscriptions/x/Providers/b", ""),
                "image_reference_id",
            ),
            (
                made!(
                    "FromImage",
                    "gallery_image_reference_id",
                    "/communityGalleries/g/images/i/versions/1",
                    ""
                ),
                "gallery_image_reference_id",
            ),
            (
                made!(
                    "FromImage",
                    "gallery_image_reference_id",
                    "/sharedGalleries/g/images/i/versions/1",
                    r#", "trusted_launch_enabled": true"#
                ),
                "trusted_launch_enabled",
            ),
            (
                made!(
                    "FromImage",
                    "image_reference_id",
                    "/subscriptions/x/Providers/b",
                    r#", "security_type": "ConfidentialVM_DiskEncryptedWithPlatformKey""#
                ),
                "security_type",
            ),
            (
                made!(
                    "FromImage",
                    "secure_vm_disk_encryption_set_id",
                    "/subscriptions/x/sets/s",
                    r#", "security_type": "ConfidentialVM_DiskEncryptedWithCustomerKey",
                        "image_reference_id": "/subscriptions/x/Providers/b""#
                ),
                "secure_vm_disk_encryption_set_id",
            ),
            (
                made!(
                    "Import",
                    "source_uri",
                    "https://x.blob.core.windows.net/c/a.vhd",
                    r#", "storage_account_id": "/x/a""#
                ),
                "source_uri",
            ),
            (
                made!(
                    "Import",
                    "source_uri",
                    "https://x.blob.core.windows.net/c/a.vhd",
                    r#", "storage_account_id": "/x/b""#
                ),
                "storage_account_id",
            ),
        ],
        lose: &["DELETE ${this.id}"],
        ..CASE
    },
];
