//! Machines, and the disks that they have.

use super::{GROUP, NETWORK, SUBNET, Setup, WHO};
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
        {"name": "main", "subnet_id": "${subnet.id}", "private_ip_address_allocation": "Dynamic",
         "public_ip_address_id": "${address.id}"}]}"#,
);
const OTHER_INTERFACE: Setup = (
    "another",
    "azurerm_network_interface",
    r#"{"name": "two", "resource_group_name": "${group.name}", "location": "westeurope", "ip_configuration": [
        {"name": "main", "subnet_id": "${subnet.id}", "private_ip_address_allocation": "Dynamic"}]}"#,
);
const MACHINE: Setup = (
    "machine",
    "azurerm_linux_virtual_machine",
    r#"{"name": "m", "resource_group_name": "${group.name}", "location": "westeurope", "size": "Standard_B1s",
        "admin_username": "me", "network_interface_ids": ["${interface.id}"],
        "admin_ssh_key": [{"username": "me", "public_key": "ssh-ed25519 AAAA me"}],
        "os_disk": [{"caching": "ReadWrite", "storage_account_type": "Standard_LRS"}],
        "source_image_reference": [{"publisher": "P", "offer": "o", "sku": "s", "version": "latest"}]}"#,
);
const OTHER_MACHINE: Setup = (
    "machine2",
    "azurerm_linux_virtual_machine",
    r#"{"name": "n", "resource_group_name": "${group.name}", "location": "westeurope", "size": "Standard_B1s",
        "admin_username": "me", "network_interface_ids": ["${another.id}"],
        "admin_ssh_key": [{"username": "me", "public_key": "ssh-ed25519 AAAA me"}],
        "os_disk": [{"caching": "ReadWrite", "storage_account_type": "Standard_LRS"}],
        "source_image_reference": [{"publisher": "P", "offer": "o", "sku": "s", "version": "latest"}]}"#,
);
const DATA: Setup = (
    "data",
    "azurerm_managed_disk",
    r#"{"name": "data", "resource_group_name": "${group.name}", "location": "westeurope",
        "storage_account_type": "Premium_LRS", "create_option": "Empty", "disk_size_gb": 4}"#,
);
const OTHER_DATA: Setup = (
    "data2",
    "azurerm_managed_disk",
    r#"{"name": "data2", "resource_group_name": "${group.name}", "location": "westeurope",
        "storage_account_type": "Premium_LRS", "create_option": "Empty", "disk_size_gb": 4}"#,
);

/// An attachment with its arguments.
macro_rules! attached {
    ($machine:literal, $disk:literal, $lun:literal, $more:literal) => {
        concat!(
            r#"{"virtual_machine_id": "${"#,
            $machine,
            r#".id}", "managed_disk_id": "${"#,
            $disk,
            r#".id}", "lun": "#,
            $lun,
            $more,
            "}"
        )
    };
}

/// What a machine of the usual sort is made with, besides its disk.
macro_rules! usual {
    () => {
        r#""admin_username": "me", "network_interface_ids": ["${interface.id}"],
            "admin_ssh_key": [{"username": "me", "public_key": "ssh-ed25519 AAAA me"}],
            "source_image_reference": [{"publisher": "P", "offer": "o", "sku": "s", "version": "latest"}]"#
    };
}

/// A usual machine with its disk and more.
macro_rules! plain {
    ($size:literal, $disk:literal, $($more:expr),*) => {
        concat!(
            r#"{"name": "m", "resource_group_name": "${group.name}", "location": "westeurope", "size": ""#,
            $size,
            r#"", "#,
            usual!(),
            r#", "os_disk": [{"#,
            $disk,
            "}]",
            $($more,)*
            "}"
        )
    };
}

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "azurerm_linux_virtual_machine",
        setup: &[GROUP, NETWORK, SUBNET, ADDRESS, INTERFACE, OTHER_INTERFACE],
        create: plain!(
            "Standard_B1s",
            r#""caching": "ReadWrite", "storage_account_type": "Standard_LRS""#,
            ""
        ),
        updates: &[
            plain!(
                "Standard_B2s",
                r#""caching": "ReadOnly", "storage_account_type": "Standard_LRS", "disk_size_gb": 64"#,
                r#", "tags": {"a": "b"}, "allow_extension_operations": false, "extensions_time_budget": "PT1H",
                    "boot_diagnostics": [{}], "license_type": "RHEL_BYOS", "patch_mode": "AutomaticByPlatform",
                    "patch_assessment_mode": "AutomaticByPlatform", "reboot_setting": "IfRequired",
                    "bypass_platform_safety_checks_on_user_schedule_enabled": true, "identity": [{"type": "SystemAssigned"}],
                    "termination_notification": [{"enabled": true}], "os_image_notification": [{}],
                    "additional_capabilities": [{"ultra_ssd_enabled": true, "hibernation_enabled": true}]"#
            ),
            // What was said is said no more.
            plain!(
                "Standard_B2s",
                r#""caching": "ReadOnly", "storage_account_type": "Standard_LRS", "disk_size_gb": 64"#,
                ""
            ),
            plain!(
                "Standard_F16",
                r#""caching": "None", "storage_account_type": "Standard_LRS", "disk_size_gb": 128"#,
                r#", "tags": {"a": "c"}, "extensions_time_budget": "PT2H", "allow_extension_operations": true,
                    "boot_diagnostics": [{"storage_account_uri": "https://a.blob.core.windows.net/"}],
                    "patch_mode": "ImageDefault", "patch_assessment_mode": "ImageDefault", "license_type": "SLES_BYOS",
                    "termination_notification": [{"enabled": false, "timeout": "PT10M"}],
                    "encryption_at_host_enabled": true, "disk_controller_type": "NVMe""#
            ),
        ],
        replaces: &[],
        tampers: &[
            (
                r#"PATCH ${this.id} {"properties": {"osProfile": {"allowExtensionOperations": false}}}"#,
                "allow_extension_operations",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"extensionsTimeBudget": "PT15M"}}"#,
                "extensions_time_budget",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"diagnosticsProfile": {"bootDiagnostics": {"enabled": false}}}}"#,
                "boot_diagnostics",
            ),
            (r#"PATCH ${this.id} {"properties": {"licenseType": "None"}}"#, "license_type"),
            (
                r#"PATCH ${this.id} {"properties": {"osProfile": {"linuxConfiguration": {"patchSettings": {"patchMode": "AutomaticByPlatform"}}}}}"#,
                "patch_mode",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"osProfile": {"linuxConfiguration": {"patchSettings": {"assessmentMode": "AutomaticByPlatform"}}}}}"#,
                "patch_assessment_mode",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"osProfile": {"linuxConfiguration": {"patchSettings": {"automaticByPlatformSettings": {"rebootSetting": "Never"}}}}}}"#,
                "reboot_setting",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"osProfile": {"linuxConfiguration": {"patchSettings": {"automaticByPlatformSettings": {"bypassPlatformSafetyChecksOnUserSchedule": true}}}}}}"#,
                "bypass_platform_safety_checks_on_user_schedule_enabled",
            ),
            (r#"PATCH ${this.id} {"identity": {"type": "SystemAssigned"}}"#, "identity"),
            (
                r#"PATCH ${this.id} {"properties": {"scheduledEventsProfile": {"terminateNotificationProfile": {"enable": true}}}}"#,
                "termination_notification",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"scheduledEventsProfile": {"osImageNotificationProfile": {"enable": true, "notBeforeTimeout": "PT15M"}}}}"#,
                "os_image_notification",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"additionalCapabilities": {"ultraSSDEnabled": true}}}"#,
                "additional_capabilities",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"securityProfile": {"encryptionAtHost": false}}}"#,
                "encryption_at_host_enabled",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"storageProfile": {"diskControllerType": "SCSI"}}}"#,
                "disk_controller_type",
            ),
            (r#"PATCH ${this.id} {"properties": {"hardwareProfile": {"vmSize": "Standard_B1s"}}}"#, "size"),
            (
                r#"PATCH ${this.id} {"properties": {"storageProfile": {"osDisk": {"caching": "ReadWrite"}}}}"#,
                "os_disk",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"networkProfile": {"networkInterfaces": [{"id": "${another.id}", "properties": {"primary": true}}]}}}"#,
                "network_interface_ids",
            ),
            (r#"PATCH ${this.id} {"tags": {"who": "me"}}"#, "tags"),
        ],
        follows: &[
            ("network_interface_ids", "private_ip_address"),
            ("network_interface_ids", "private_ip_addresses"),
            ("network_interface_ids", "public_ip_address"),
            ("network_interface_ids", "public_ip_addresses"),
        ],
        lose: &["DELETE ${this.id}", "DELETE ${this.os_disk.0.id}"],
        ..CASE
    },
    Case {
        kind: "azurerm_virtual_machine_data_disk_attachment",
        setup: &[
            GROUP,
            NETWORK,
            SUBNET,
            ADDRESS,
            INTERFACE,
            OTHER_INTERFACE,
            MACHINE,
            OTHER_MACHINE,
            DATA,
            OTHER_DATA,
        ],
        create: attached!("machine", "data", "1", r#", "caching": "None""#),
        updates: &[
            attached!("machine", "data", "1", r#", "caching": "ReadOnly""#),
            attached!("machine", "data", "1", r#", "caching": "None", "write_accelerator_enabled": true"#),
        ],
        replaces: &[
            (attached!("machine", "data", "2", r#", "caching": "None""#), "lun"),
            (attached!("machine", "data2", "2", r#", "caching": "None""#), "managed_disk_id"),
            (attached!("machine2", "data2", "2", r#", "caching": "None""#), "virtual_machine_id"),
            (
                attached!("machine2", "data2", "2", r#", "caching": "None", "create_option": "Empty""#),
                "create_option",
            ),
        ],
        tampers: &[
            (
                r#"PATCH ${machine.id} {"properties": {"storageProfile": {"dataDisks": [{"lun": 1, "name": "data",
                    "createOption": "Attach", "caching": "ReadWrite", "writeAcceleratorEnabled": true,
                    "managedDisk": {"id": "${data.id}"}}]}}}"#,
                "caching",
            ),
            (
                r#"PATCH ${machine.id} {"properties": {"storageProfile": {"dataDisks": [{"lun": 1, "name": "data",
                    "createOption": "Attach", "caching": "None", "writeAcceleratorEnabled": false,
                    "managedDisk": {"id": "${data.id}"}}]}}}"#,
                "write_accelerator_enabled",
            ),
        ],
        lose: &[r#"PATCH ${machine.id} {"properties": {"storageProfile": {"dataDisks": []}}}"#],
        ..CASE
    },
];

/// What others made, by its path.
macro_rules! there {
    ($what:literal) => {
        concat!(
            "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/them/providers/Microsoft.Compute/",
            $what
        )
    };
}

/// A machine with things of others.
macro_rules! rich {
    ($interfaces:literal, $host:literal, $host_id:literal, $group:literal, $group_id:literal, $set:literal, $key:literal,
     $data:literal, $identity:literal, $application:literal, $secret:literal) => {
        concat!(
            r#"{"name": "m", "resource_group_name": "${group.name}", "location": "westeurope", "size": "Standard_B1s",
                "admin_username": "me", "network_interface_ids": ["#,
            $interfaces,
            r#"], "admin_ssh_key": [{"username": "me", "public_key": "ssh-ed25519 AAAA me"}],
                "source_image_reference": [{"publisher": "P", "offer": "o", "sku": "s", "version": "latest"}],
                "os_disk": [{"caching": "None", "storage_account_type": "Premium_LRS", "write_accelerator_enabled": true,
                "disk_encryption_set_id": ""#,
            there!($key),
            r#""}], ""#,
            $host,
            r#"": ""#,
            there!($host_id),
            r#"", ""#,
            $group,
            r#"": ""#,
            there!($group_id),
            r#"", "virtual_machine_scale_set_id": ""#,
            there!($set),
            r#"", "user_data": ""#,
            $data,
            r#"", "identity": ["#,
            $identity,
            r#"], "gallery_application": ["#,
            $application,
            r#"], "secret": ["#,
            $secret,
            r#"], "os_image_notification": [{"timeout": "PT15M"}]}"#
        )
    };
}

/// A machine that runs where a place is free, at a price.
macro_rules! spot {
    ($price:literal) => {
        plain!(
            "Standard_B1s",
            r#""caching": "ReadWrite", "storage_account_type": "Standard_LRS""#,
            r#", "priority": "Spot", "eviction_policy": "Deallocate", "max_bid_price": "#,
            $price
        )
    };
}

/// A disk with an operating system.
const SYSTEM: Setup = (
    "system",
    "azurerm_managed_disk",
    r#"{"name": "system", "resource_group_name": "${group.name}", "location": "westeurope", "os_type": "Linux",
        "storage_account_type": "Standard_LRS", "create_option": "FromImage", "image_reference_id": "/subscriptions/x/i"}"#,
);
const SET: Setup = (
    "set",
    "azurerm_availability_set",
    r#"{"name": "set", "resource_group_name": "${group.name}", "location": "westeurope"}"#,
);

pub(crate) const FURTHER: &[Case] = &[
    Case {
        kind: "azurerm_linux_virtual_machine",
        setup: &[GROUP, WHO, NETWORK, SUBNET, ADDRESS, INTERFACE, OTHER_INTERFACE],
        create: plain!("Standard_B1s", r#""caching": "None", "storage_account_type": "Premium_LRS""#, ""),
        updates: &[
            rich!(
                r#""${interface.id}", "${another.id}""#,
                "dedicated_host_group_id",
                "hostGroups/g",
                "proximity_placement_group_id",
                "proximityPlacementGroups/p",
                "virtualMachineScaleSets/one",
                "diskEncryptionSets/one",
                "YQ==",
                r#"{"type": "UserAssigned", "identity_ids": ["${who.id}"]}"#,
                r#"{"version_id": "/a/1"}"#,
                r#"{"key_vault_id": "/v/1", "certificate": [{"url": "https://v/1"}]}"#
            ),
            plain!(
                "Standard_B1s",
                r#""caching": "None", "storage_account_type": "Premium_LRS", "disk_encryption_set_id":
                    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/them/providers/Microsoft.Compute/diskEncryptionSets/one""#,
                ""
            ),
            rich!(
                r#""${another.id}", "${interface.id}""#,
                "dedicated_host_id",
                "hostGroups/g/hosts/h",
                "capacity_reservation_group_id",
                "capacityReservationGroups/c",
                "virtualMachineScaleSets/two",
                "diskEncryptionSets/two",
                "Yg==",
                r#"{"type": "SystemAssigned, UserAssigned", "identity_ids": ["${who.id}"]}"#,
                r#"{"version_id": "/a/2", "order": 1, "tag": "t", "configuration_blob_uri": "https://b/c",
                    "automatic_upgrade_enabled": true, "treat_failure_as_deployment_failure_enabled": true}"#,
                r#"{"key_vault_id": "/v/2", "certificate": [{"url": "https://v/2"}, {"url": "https://v/3"}]}"#
            ),
        ],
        tampers: &[
            (
                r#"PATCH ${this.id} {"properties": {"capacityReservation": {"capacityReservationGroup": {"id": "/x"}}}}"#,
                "capacity_reservation_group_id",
            ),
            (r#"PATCH ${this.id} {"properties": {"host": {"id": "/x"}}}"#, "dedicated_host_id"),
            (r#"PATCH ${this.id} {"properties": {"hostGroup": {"id": "/x"}}}"#, "dedicated_host_group_id"),
            (
                r#"PATCH ${this.id} {"properties": {"proximityPlacementGroup": {"id": "/x"}}}"#,
                "proximity_placement_group_id",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"virtualMachineScaleSet": {"id": "/x"}}}"#,
                "virtual_machine_scale_set_id",
            ),
            (
                r#"PATCH ${this.id} {"properties": {"applicationProfile": {"galleryApplications": []}}}"#,
                "gallery_application",
            ),
            (r#"PATCH ${this.id} {"properties": {"osProfile": {"secrets": []}}}"#, "secret"),
            (r#"PATCH ${this.id} {"properties": {"userData": "Yw=="}}"#, "user_data"),
        ],
        lose: &["DELETE ${this.id}", "DELETE ${this.os_disk.0.id}"],
        ..CASE
    },
    Case {
        kind: "azurerm_linux_virtual_machine",
        setup: &[GROUP, NETWORK, SUBNET, ADDRESS, INTERFACE],
        create: spot!("0.5"),
        updates: &[spot!("0.75"), spot!("-1"), spot!("0.1")],
        tampers: &[(
            r#"PATCH ${this.id} {"properties": {"billingProfile": {"maxPrice": 0.3}}}"#,
            "max_bid_price",
        )],
        lose: &["DELETE ${this.id}", "DELETE ${this.os_disk.0.id}"],
        ..CASE
    },
    Case {
        kind: "azurerm_linux_virtual_machine",
        setup: &[GROUP, NETWORK, SUBNET, ADDRESS, INTERFACE, SYSTEM, SET],
        create: plain!(
            "Standard_B1s",
            r#""caching": "ReadWrite", "storage_account_type": "Standard_LRS""#,
            ""
        ),
        replaces: REPLACES,
        lose: &["DELETE ${this.id}", "DELETE ${this.os_disk.0.id}"],
        excused: &[
            ("resource_group_name", "the other group isn't there: the plan alone is looked at"),
            ("edge_zone", "few subscriptions have edge zones: the plan alone is looked at"),
        ],
        ..CASE
    },
];

const REPLACES: &[(&str, &str)] = &[
    (
        r#"{"name": "n", "resource_group_name": "${group.name}", "location": "westeurope", "size": "Standard_B1s", "network_interface_ids": ["${interface.id}"],
            "admin_username": "me", "admin_ssh_key": [{"username": "me", "public_key": "ssh-ed25519 AAAA me"}],
            "source_image_reference": [{"publisher": "P", "offer": "o", "sku": "s", "version": "latest"}], "os_disk": [{"caching": "ReadWrite", "storage_account_type": "Standard_LRS"}]}"#,
        "name",
    ),
    (
        r#"{"name": "n", "resource_group_name": "${group.name}", "location": "northeurope", "size": "Standard_B1s", "network_interface_ids": ["${interface.id}"],
            "admin_username": "me", "admin_ssh_key": [{"username": "me", "public_key": "ssh-ed25519 AAAA me"}],
            "source_image_reference": [{"publisher": "P", "offer": "o", "sku": "s", "version": "latest"}], "os_disk": [{"caching": "ReadWrite", "storage_account_type": "Standard_LRS"}]}"#,
        "location",
    ),
    (
        r#"{"name": "m", "resource_group_name": "elsewhere", "location": "westeurope", "size": "Standard_B1s", "network_interface_ids": ["${interface.id}"],
            "admin_username": "me", "admin_ssh_key": [{"username": "me", "public_key": "ssh-ed25519 AAAA me"}],
            "source_image_reference": [{"publisher": "P", "offer": "o", "sku": "s", "version": "latest"}], "os_disk": [{"caching": "ReadWrite", "storage_account_type": "Standard_LRS"}]}"#,
        "resource_group_name",
    ),
    (
        r#"{"name": "m", "resource_group_name": "${group.name}", "location": "westeurope", "size": "Standard_B1s", "network_interface_ids": ["${interface.id}"],
            "admin_username": "me", "admin_ssh_key": [{"username": "me", "public_key": "ssh-ed25519 AAAA me"}],
            "source_image_reference": [{"publisher": "P", "offer": "o", "sku": "s", "version": "latest"}], "os_disk": [{"caching": "ReadWrite", "storage_account_type": "Standard_LRS"}],
            "edge_zone": "losangeles"}"#,
        "edge_zone",
    ),
    (
        r#"{"name": "m", "resource_group_name": "${group.name}", "location": "westeurope", "size": "Standard_B1s", "network_interface_ids": ["${interface.id}"],
            "admin_username": "me", "admin_ssh_key": [{"username": "me", "public_key": "ssh-ed25519 AAAA me"}],
            "source_image_reference": [{"publisher": "P", "offer": "o", "sku": "s", "version": "latest"}], "os_disk": [{"caching": "ReadWrite", "storage_account_type": "Standard_LRS"}],
            "zone": "1"}"#,
        "zone",
    ),
    (
        r#"{"name": "m", "resource_group_name": "${group.name}", "location": "westeurope", "size": "Standard_B1s", "network_interface_ids": ["${interface.id}"],
            "admin_username": "you", "admin_ssh_key": [{"username": "you", "public_key": "ssh-ed25519 AAAA me"}],
            "source_image_reference": [{"publisher": "P", "offer": "o", "sku": "s", "version": "latest"}], "os_disk": [{"caching": "ReadWrite", "storage_account_type": "Standard_LRS"}]}"#,
        "admin_username",
    ),
    (
        r#"{"name": "m", "resource_group_name": "${group.name}", "location": "westeurope", "size": "Standard_B1s", "network_interface_ids": ["${interface.id}"],
            "admin_username": "me", "admin_ssh_key": [{"username": "you", "public_key": "ssh-ed25519 BBBB you"}],
            "source_image_reference": [{"publisher": "P", "offer": "o", "sku": "s", "version": "latest"}], "os_disk": [{"caching": "ReadWrite", "storage_account_type": "Standard_LRS"}]}"#,
        "admin_ssh_key",
    ),
    (
        r#"{"name": "m", "resource_group_name": "${group.name}", "location": "westeurope", "size": "Standard_B1s", "network_interface_ids": ["${interface.id}"],
            "admin_username": "me", "admin_password": "Secret-1", "disable_password_authentication": false,
            "source_image_reference": [{"publisher": "P", "offer": "o", "sku": "s", "version": "latest"}], "os_disk": [{"caching": "ReadWrite", "storage_account_type": "Standard_LRS"}]}"#,
        "admin_password",
    ),
    (
        r#"{"name": "m", "resource_group_name": "${group.name}", "location": "westeurope", "size": "Standard_B1s", "network_interface_ids": ["${interface.id}"],
            "admin_username": "me", "admin_ssh_key": [{"username": "me", "public_key": "ssh-ed25519 AAAA me"}],
            "source_image_reference": [{"publisher": "P", "offer": "o", "sku": "s", "version": "latest"}], "os_disk": [{"caching": "ReadWrite", "storage_account_type": "Standard_LRS"}],
            "disable_password_authentication": true}"#,
        "disable_password_authentication",
    ),
    (
        r#"{"name": "m", "resource_group_name": "${group.name}", "location": "westeurope", "size": "Standard_B1s", "network_interface_ids": ["${interface.id}"],
            "admin_username": "me", "admin_ssh_key": [{"username": "me", "public_key": "ssh-ed25519 AAAA me"}],
            "source_image_reference": [{"publisher": "P", "offer": "o", "sku": "s", "version": "latest"}], "os_disk": [{"caching": "ReadWrite", "storage_account_type": "Standard_LRS"}],
            "computer_name": "host"}"#,
        "computer_name",
    ),
    (
        r#"{"name": "m", "resource_group_name": "${group.name}", "location": "westeurope", "size": "Standard_B1s", "network_interface_ids": ["${interface.id}"],
            "admin_username": "me", "admin_ssh_key": [{"username": "me", "public_key": "ssh-ed25519 AAAA me"}],
            "source_image_reference": [{"publisher": "P", "offer": "o", "sku": "s", "version": "latest"}], "os_disk": [{"caching": "ReadWrite", "storage_account_type": "Standard_LRS"}],
            "custom_data": "YQ=="}"#,
        "custom_data",
    ),
    (
        r#"{"name": "m", "resource_group_name": "${group.name}", "location": "westeurope", "size": "Standard_B1s", "network_interface_ids": ["${interface.id}"],
            "admin_username": "me", "admin_ssh_key": [{"username": "me", "public_key": "ssh-ed25519 AAAA me"}],
            "source_image_reference": [{"publisher": "P", "offer": "o", "sku": "s", "version": "latest"}], "os_disk": [{"caching": "ReadWrite", "storage_account_type": "Standard_LRS"}],
            "priority": "Spot", "eviction_policy": "Deallocate"}"#,
        "priority",
    ),
    (
        r#"{"name": "m", "resource_group_name": "${group.name}", "location": "westeurope", "size": "Standard_B1s", "network_interface_ids": ["${interface.id}"],
            "admin_username": "me", "admin_ssh_key": [{"username": "me", "public_key": "ssh-ed25519 AAAA me"}],
            "source_image_reference": [{"publisher": "P", "offer": "o", "sku": "s", "version": "latest"}], "os_disk": [{"caching": "ReadWrite", "storage_account_type": "Standard_LRS"}],
            "priority": "Spot", "eviction_policy": "Delete"}"#,
        "eviction_policy",
    ),
    (
        r#"{"name": "m", "resource_group_name": "${group.name}", "location": "westeurope", "size": "Standard_B1s", "network_interface_ids": ["${interface.id}"],
            "admin_username": "me", "admin_ssh_key": [{"username": "me", "public_key": "ssh-ed25519 AAAA me"}],
            "source_image_reference": [{"publisher": "P", "offer": "o", "sku": "s", "version": "latest"}], "os_disk": [{"caching": "ReadWrite", "storage_account_type": "StandardSSD_LRS", "name": "osd"}]}"#,
        "os_disk",
    ),
    (
        r#"{"name": "m", "resource_group_name": "${group.name}", "location": "westeurope", "size": "Standard_B1s", "network_interface_ids": ["${interface.id}"],
            "admin_username": "me", "admin_ssh_key": [{"username": "me", "public_key": "ssh-ed25519 AAAA me"}],
            "source_image_reference": [{"publisher": "P", "offer": "o", "sku": "s", "version": "latest"}], "os_disk": [{"caching": "ReadOnly", "storage_account_type": "Standard_LRS",
                "diff_disk_settings": [{"option": "Local", "placement": "ResourceDisk"}]}]}"#,
        "os_disk",
    ),
    (
        r#"{"name": "m", "resource_group_name": "${group.name}", "location": "westeurope", "size": "Standard_B1s", "network_interface_ids": ["${interface.id}"],
            "admin_username": "me", "admin_ssh_key": [{"username": "me", "public_key": "ssh-ed25519 AAAA me"}],
            "source_image_reference": [{"publisher": "P", "offer": "o", "sku": "s", "version": "latest"}], "os_disk": [{"caching": "ReadOnly", "storage_account_type": "Standard_LRS",
                "security_encryption_type": "DiskWithVMGuestState", "secure_vm_disk_encryption_set_id": "/x/set"}],
            "vtpm_enabled": true, "secure_boot_enabled": true}"#,
        "os_disk",
    ),
    (
        r#"{"name": "m", "resource_group_name": "${group.name}", "location": "westeurope", "size": "Standard_B1s", "network_interface_ids": ["${interface.id}"],
            "admin_username": "me", "admin_ssh_key": [{"username": "me", "public_key": "ssh-ed25519 AAAA me"}],
            "source_image_reference": [{"publisher": "P", "offer": "o", "sku": "s", "version": "latest"}], "os_disk": [{"caching": "ReadWrite", "storage_account_type": "Standard_LRS"}],
            "plan": [{"name": "n", "product": "p", "publisher": "u"}]}"#,
        "plan",
    ),
    (
        r#"{"name": "m", "resource_group_name": "${group.name}", "location": "westeurope", "size": "Standard_B1s", "network_interface_ids": ["${interface.id}"],
            "admin_username": "me", "admin_ssh_key": [{"username": "me", "public_key": "ssh-ed25519 AAAA me"}],
            "source_image_reference": [{"publisher": "P", "offer": "o", "sku": "s", "version": "latest"}], "os_disk": [{"caching": "ReadWrite", "storage_account_type": "Standard_LRS"}],
            "virtual_machine_scale_set_id": "/x/set", "platform_fault_domain": 1}"#,
        "platform_fault_domain",
    ),
    (
        r#"{"name": "m", "resource_group_name": "${group.name}", "location": "westeurope", "size": "Standard_B1s", "network_interface_ids": ["${interface.id}"],
            "admin_username": "me", "admin_ssh_key": [{"username": "me", "public_key": "ssh-ed25519 AAAA me"}],
            "source_image_reference": [{"publisher": "P", "offer": "o", "sku": "s", "version": "latest"}], "os_disk": [{"caching": "ReadWrite", "storage_account_type": "Standard_LRS"}],
            "provision_vm_agent": false, "allow_extension_operations": false}"#,
        "provision_vm_agent",
    ),
    (
        r#"{"name": "m", "resource_group_name": "${group.name}", "location": "westeurope", "size": "Standard_B1s", "network_interface_ids": ["${interface.id}"],
            "admin_username": "me", "admin_ssh_key": [{"username": "me", "public_key": "ssh-ed25519 AAAA me"}],
            "source_image_reference": [{"publisher": "P", "offer": "o", "sku": "s", "version": "latest"}], "os_disk": [{"caching": "ReadWrite", "storage_account_type": "Standard_LRS"}],
            "secure_boot_enabled": true}"#,
        "secure_boot_enabled",
    ),
    (
        r#"{"name": "m", "resource_group_name": "${group.name}", "location": "westeurope", "size": "Standard_B1s", "network_interface_ids": ["${interface.id}"],
            "admin_username": "me", "admin_ssh_key": [{"username": "me", "public_key": "ssh-ed25519 AAAA me"}],
            "source_image_reference": [{"publisher": "P", "offer": "o", "sku": "s", "version": "latest"}], "os_disk": [{"caching": "ReadWrite", "storage_account_type": "Standard_LRS"}],
            "vtpm_enabled": true}"#,
        "vtpm_enabled",
    ),
    (
        r#"{"name": "m", "resource_group_name": "${group.name}", "location": "westeurope", "size": "Standard_B1s", "network_interface_ids": ["${interface.id}"],
            "admin_username": "me", "admin_ssh_key": [{"username": "me", "public_key": "ssh-ed25519 AAAA me"}],
            "source_image_id": "/communityGalleries/g/images/i/versions/1", "os_disk": [{"caching": "ReadWrite", "storage_account_type": "Standard_LRS"}]}"#,
        "source_image_id",
    ),
    (
        r#"{"name": "m", "resource_group_name": "${group.name}", "location": "westeurope", "size": "Standard_B1s", "network_interface_ids": ["${interface.id}"],
            "admin_username": "me", "admin_ssh_key": [{"username": "me", "public_key": "ssh-ed25519 AAAA me"}],
            "source_image_reference": [{"publisher": "Q", "offer": "p", "sku": "t", "version": "1.0.0"}], "os_disk": [{"caching": "ReadWrite", "storage_account_type": "Standard_LRS"}]}"#,
        "source_image_reference",
    ),
    (
        r#"{"name": "m", "resource_group_name": "${group.name}", "location": "westeurope", "size": "Standard_B1s", "network_interface_ids": ["${interface.id}"],
            "os_disk": [{"caching": "ReadWrite"}],
            "os_managed_disk_id": "${system.id}"}"#,
        "os_managed_disk_id",
    ),
    (
        r#"{"name": "m", "resource_group_name": "${group.name}", "location": "westeurope", "size": "Standard_B1s", "network_interface_ids": ["${interface.id}"],
            "admin_username": "me", "admin_ssh_key": [{"username": "me", "public_key": "ssh-ed25519 AAAA me"}],
            "source_image_reference": [{"publisher": "P", "offer": "o", "sku": "s", "version": "latest"}], "os_disk": [{"caching": "ReadWrite", "storage_account_type": "Standard_LRS"}],
            "availability_set_id": "${set.id}"}"#,
        "availability_set_id",
    ),
];
