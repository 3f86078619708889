//! Storage accounts.

use super::{GROUP, NETWORK, OTHER_GROUP, OTHER_WHO, SUBNET, WHO};
use trueup_provider_walk::{CASE, Case};

/// An account of the usual sort with more members.
macro_rules! account {
    ($name:literal, $more:literal) => {
        concat!(
            r#"{"name": ""#,
            $name,
            r#"${n}", "resource_group_name": "${group.name}", "location": "westeurope", "account_tier": "Standard", "#,
            $more,
            "}"
        )
    };
}

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "azurerm_storage_account",
        setup: &[GROUP, OTHER_GROUP, NETWORK, SUBNET, WHO, OTHER_WHO],
        create: r#"{"name": "acct${n}", "resource_group_name": "${group.name}", "location": "West Europe",
            "account_tier": "Standard", "account_replication_type": "LRS"}"#,
        updates: &[
            account!(
                "acct",
                r#""account_replication_type": "GRS", "access_tier": "Cool", "allow_nested_items_to_be_public": false,
                    "allowed_copy_scope": "AAD", "cross_tenant_replication_enabled": true,
                    "default_to_oauth_authentication": true, "https_traffic_only_enabled": false,
                    "large_file_share_enabled": true, "local_user_enabled": false, "min_tls_version": "TLS1_1",
                    "public_network_access_enabled": false, "shared_access_key_enabled": false, "tags": {"a": "b"},
                    "blob_properties": [{"change_feed_enabled": true, "change_feed_retention_in_days": 9,
                        "default_service_version": "2020-06-12", "last_access_time_enabled": true,
                        "versioning_enabled": true, "container_delete_retention_policy": [{"days": 3}],
                        "delete_retention_policy": [{"days": 8}], "restore_policy": [{"days": 4}],
                        "cors_rule": [{"allowed_headers": ["x"], "allowed_methods": ["GET"], "allowed_origins": ["*"],
                            "exposed_headers": ["y"], "max_age_in_seconds": 60}]}],
                    "identity": [{"type": "SystemAssigned, UserAssigned", "identity_ids": ["${who.id}"]}],
                    "network_rules": [{"default_action": "Deny", "bypass": ["Logging"],
                        "ip_rules": ["20.1.2.3"], "virtual_network_subnet_ids": ["${subnet.id}"],
                        "private_link_access": [{"endpoint_resource_id": "${group.id}",
                            "endpoint_tenant_id": "72f988bf-0000-0000-0000-2d7cd011db47"}]}],
                    "routing": [{"choice": "InternetRouting", "publish_internet_endpoints": true,
                        "publish_microsoft_endpoints": true}],
                    "sas_policy": [{"expiration_action": "Log", "expiration_period": "1.00:00:00"}]"#
            ),
            account!(
                "acct",
                r#""account_replication_type": "GRS", "access_tier": "Cool", "allowed_copy_scope": "AAD",
                    "large_file_share_enabled": true, "tags": {"a": "b"},
                    "blob_properties": [{"change_feed_enabled": true,
                        "delete_retention_policy": [{"days": 9, "permanent_delete_enabled": true}]}],
                    "identity": [{"type": "UserAssigned", "identity_ids": ["${who2.id}"]}],
                    "network_rules": [{"default_action": "Allow", "bypass": ["AzureServices"],
                        "ip_rules": ["20.1.2.4"], "virtual_network_subnet_ids": []}],
                    "routing": [{"choice": "MicrosoftRouting", "publish_internet_endpoints": true}],
                    "sas_policy": [{"expiration_action": "Block", "expiration_period": "2.00:00:00"}]"#
            ),
        ],
        replaces: &[
            (account!("bcct", r#""account_replication_type": "LRS""#), "name"),
            (
                r#"{"name": "acct${n}", "resource_group_name": "${other_group.name}", "location": "westeurope",
                    "account_tier": "Standard", "account_replication_type": "LRS"}"#,
                "resource_group_name",
            ),
            (
                r#"{"name": "acct${n}", "resource_group_name": "${group.name}", "location": "northeurope",
                    "account_tier": "Standard", "account_replication_type": "LRS"}"#,
                "location",
            ),
            (
                r#"{"name": "acct${n}", "resource_group_name": "${group.name}", "location": "westeurope",
                    "account_tier": "Premium", "account_replication_type": "LRS"}"#,
                "account_tier",
            ),
            (account!("acct", r#""account_replication_type": "ZRS""#), "account_replication_type"),
            (
                account!("acct", r#""account_replication_type": "ZRS", "dns_endpoint_type": "AzureDnsZone""#),
                "dns_endpoint_type",
            ),
            (
                account!(
                    "acct",
                    r#""account_replication_type": "ZRS", "infrastructure_encryption_enabled": true"#
                ),
                "infrastructure_encryption_enabled",
            ),
            (
                account!("acct", r#""account_replication_type": "ZRS", "is_hns_enabled": true"#),
                "is_hns_enabled",
            ),
            (
                account!(
                    "acct",
                    r#""account_replication_type": "ZRS", "is_hns_enabled": true, "nfsv3_enabled": true"#
                ),
                "nfsv3_enabled",
            ),
            (
                account!(
                    "acct",
                    r#""account_replication_type": "ZRS", "queue_encryption_key_type": "Account""#
                ),
                "queue_encryption_key_type",
            ),
            (
                account!(
                    "acct",
                    r#""account_replication_type": "ZRS", "table_encryption_key_type": "Account""#
                ),
                "table_encryption_key_type",
            ),
        ],
        tampers: &[
            (r#"PATCH ${this.id} {"tags": {"c": "d"}}"#, "tags"),
            (r#"PATCH ${this.id} {"sku": {"name": "Standard_RAGRS"}}"#, "account_replication_type"),
            (r#"PATCH ${this.id} {"properties": {"accessTier": "Hot"}}"#, "access_tier"),
            (
                r#"PATCH ${this.id} {"properties": {"allowBlobPublicAccess": false}}"#,
                "allow_nested_items_to_be_public",
            ),
            (r#"PATCH ${this.id} {"properties": {"allowedCopyScope": "PrivateLink"}}"#, "allowed_copy_scope"),
            (
                r#"PATCH ${this.id} {"properties": {"allowCrossTenantReplication": true}}"#,
                "cross_tenant_replication_enabled",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"defaultToOAuthAuthentication": true}}"#,
                "default_to_oauth_authentication",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"supportsHttpsTrafficOnly": false}}"#,
                "https_traffic_only_enabled",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"largeFileSharesState": "Disabled"}}"#,
                "large_file_share_enabled",
            ),
            (r#"PATCH ${this.id} {"properties": {"isLocalUserEnabled": false}}"#, "local_user_enabled"),
            (r#"PATCH ${this.id} {"properties": {"minimumTlsVersion": "TLS1_0"}}"#, "min_tls_version"),
            (
                r#"PATCH ${this.id} {"properties": {"publicNetworkAccess": "Disabled"}}"#,
                "public_network_access_enabled",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"allowSharedKeyAccess": false}}"#,
                "shared_access_key_enabled",
            ),
            (
                r#"PATCH ${this.id}/blobServices/default {"properties": {"isVersioningEnabled": true}}"#,
                "blob_properties",
            ),
            (r#"PATCH ${this.id} {"identity": null}"#, "identity"),
            (
                r#"PATCH ${this.id} {"properties": {"networkAcls": {"defaultAction": "Deny"}}}"#,
                "network_rules",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"routingPreference": {"publishMicrosoftEndpoints": true}}}"#,
                "routing",
            ),
            (r#"PATCH ${this.id} {"properties": {"sasPolicy": {"expirationAction": "Log"}}}"#, "sas_policy"),
        ],
        lose: &["DELETE ${this.id}"],
        excused: &[("edge_zone", "edge zones are given to a subscription, and no stand-in has one")],
        ..CASE
    },
    Case {
        kind: "azurerm_storage_account",
        setup: &[GROUP],
        create: account!("old", r#""account_replication_type": "LRS", "account_kind": "Storage""#),
        updates: &[account!("old", r#""account_replication_type": "LRS", "account_kind": "StorageV2""#)],
        replaces: &[(
            account!("old", r#""account_replication_type": "LRS", "account_kind": "BlobStorage""#),
            "account_kind",
        )],
        lose: &["DELETE ${this.id}"],
        excused: &[("account_kind", "nothing but its owner turns one kind of account into another")],
        ..CASE
    },
    Case {
        kind: "azurerm_storage_account",
        setup: &[GROUP],
        create: account!("lake", r#""account_replication_type": "LRS", "is_hns_enabled": true"#),
        updates: &[account!(
            "lake",
            r#""account_replication_type": "LRS", "is_hns_enabled": true, "sftp_enabled": true"#
        )],
        tampers: &[(r#"PATCH ${this.id} {"properties": {"isSftpEnabled": false}}"#, "sftp_enabled")],
        lose: &["DELETE ${this.id}"],
        ..CASE
    },
    Case {
        kind: "azurerm_storage_account",
        setup: &[GROUP, WHO],
        create: account!("mine", r#""account_replication_type": "LRS""#),
        updates: &[
            account!(
                "mine",
                r#""account_replication_type": "LRS", "custom_domain": [{"name": "files.example.com"}],
                    "identity": [{"type": "UserAssigned", "identity_ids": ["${who.id}"]}],
                    "customer_managed_key": [{"key_vault_key_id": "https://v.vault.azure.net/keys/k/1",
                        "user_assigned_identity_id": "${who.id}"}],
                    "azure_files_authentication": [{"directory_type": "AADKERB"}]"#
            ),
            account!(
                "mine",
                r#""account_replication_type": "LRS",
                    "custom_domain": [{"name": "more.example.com", "use_subdomain": true}],
                    "identity": [{"type": "UserAssigned", "identity_ids": ["${who.id}"]}],
                    "customer_managed_key": [{"managed_hsm_key_id": "https://h.managedhsm.azure.net/keys/k",
                        "user_assigned_identity_id": "${who.id}"}],
                    "azure_files_authentication": [{"directory_type": "AD",
                        "default_share_level_permission": "StorageFileDataSmbShareReader",
                        "active_directory": [{"domain_guid": "00000000-0000-0000-0000-000000000001",
                            "domain_name": "example.com", "domain_sid": "S-1", "forest_name": "example.com",
                            "netbios_domain_name": "example", "storage_sid": "S-2"}]}]"#
            ),
            account!(
                "mine",
                r#""account_replication_type": "LRS",
                    "identity": [{"type": "UserAssigned", "identity_ids": ["${who.id}"]}]"#
            ),
            account!(
                "mine",
                r#""account_replication_type": "LRS", "custom_domain": [{"name": "files.example.com"}],
                    "identity": [{"type": "UserAssigned", "identity_ids": ["${who.id}"]}],
                    "customer_managed_key": [{"key_vault_key_id": "https://v.vault.azure.net/keys/k",
                        "user_assigned_identity_id": "${who.id}"}],
                    "azure_files_authentication": [{"directory_type": "AADDS"}]"#
            ),
        ],
        replaces: &[(
            account!(
                "mine",
                r#""account_replication_type": "LRS", "immutability_policy": [{"allow_protected_append_writes": true,
                    "period_since_creation_in_days": 3, "state": "Unlocked"}]"#
            ),
            "immutability_policy",
        )],
        tampers: &[
            (
                r#"PATCH ${this.id} {"properties": {"customDomain": {"name": "other.example.com"}}}"#,
                "custom_domain",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"encryption": {"keyvaultproperties": {"keyname": "l"}}}}"#,
                "customer_managed_key",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"azureFilesIdentityBasedAuthentication": {
                    "defaultSharePermission": "StorageFileDataSmbShareContributor"}}}"#,
                "azure_files_authentication",
            ),
        ],
        lose: &["DELETE ${this.id}"],
        ..CASE
    },
];

/// cloudemu doesn't have what holds for file shares.
pub(crate) const FURTHER: &[Case] = &[
    Case {
        kind: "azurerm_storage_account",
        setup: &[GROUP],
        create: account!("shares", r#""account_replication_type": "LRS""#),
        updates: &[
            account!(
                "shares",
                r#""account_replication_type": "LRS", "share_properties": [{"retention_policy": [{"days": 5}],
                    "cors_rule": [{"allowed_headers": ["x"], "allowed_methods": ["GET"], "allowed_origins": ["*"],
                        "exposed_headers": ["y"], "max_age_in_seconds": 60}],
                    "smb": [{"authentication_types": ["Kerberos"], "channel_encryption_type": ["AES-256-GCM"],
                        "kerberos_ticket_encryption_type": ["AES-256"], "versions": ["SMB3.0", "SMB3.1.1"]}]}]"#
            ),
            account!(
                "shares",
                r#""account_replication_type": "LRS", "share_properties": [{"smb": [{"versions": ["SMB3.1.1"]}]}]"#
            ),
        ],
        tampers: &[(
            r#"PATCH ${this.id}/fileServices/default {"properties": {"protocolSettings": {"smb": {"versions": "SMB2.1;"}}}}"#,
            "share_properties",
        )],
        lose: &["DELETE ${this.id}"],
        ..CASE
    },
    Case {
        kind: "azurerm_storage_account",
        setup: &[GROUP],
        create: r#"{"name": "fast${n}", "resource_group_name": "${group.name}", "location": "westeurope",
            "account_tier": "Premium", "account_kind": "FileStorage", "account_replication_type": "LRS",
            "share_properties": [{"smb": [{"multichannel_enabled": true}]}]}"#,
        updates: &[r#"{"name": "fast${n}", "resource_group_name": "${group.name}", "location": "westeurope",
                "account_tier": "Premium", "account_kind": "FileStorage", "account_replication_type": "LRS",
                "share_properties": [{"retention_policy": [{"days": 9}]}]}"#],
        lose: &["DELETE ${this.id}"],
        ..CASE
    },
];
