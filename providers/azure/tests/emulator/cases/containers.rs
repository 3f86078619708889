//! Containers of blobs.

use super::{GROUP, Setup};
use trueup_provider_walk::{CASE, Case};

const ACCOUNT: Setup = (
    "account",
    "azurerm_storage_account",
    r#"{"name": "blobs${n}", "resource_group_name": "${group.name}", "location": "westeurope",
        "account_tier": "Standard", "account_replication_type": "LRS"}"#,
);
const OTHER_ACCOUNT: Setup = (
    "other",
    "azurerm_storage_account",
    r#"{"name": "more${n}", "resource_group_name": "${group.name}", "location": "westeurope",
        "account_tier": "Standard", "account_replication_type": "LRS"}"#,
);

/// A container of the account with more members.
macro_rules! container {
    ($name:literal, $more:literal) => {
        concat!(r#"{"name": ""#, $name, r#"", "storage_account_id": "${account.id}""#, $more, "}")
    };
}

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "azurerm_storage_container",
        setup: &[GROUP, ACCOUNT, OTHER_ACCOUNT],
        create: container!("texts", ""),
        updates: &[
            container!("texts", r#", "container_access_type": "blob", "metadata": {"a": "b"}"#),
            container!(
                "texts",
                r#", "container_access_type": "container", "metadata": {"a": "c", "d": "e"}"#
            ),
        ],
        replaces: &[
            (container!("images", ""), "name"),
            (r#"{"name": "images", "storage_account_id": "${other.id}"}"#, "storage_account_id"),
            (
                r#"{"name": "images", "storage_account_id": "${other.id}", "default_encryption_scope": "own"}"#,
                "default_encryption_scope",
            ),
            (
                r#"{"name": "images", "storage_account_id": "${other.id}", "default_encryption_scope": "own",
                    "encryption_scope_override_enabled": false}"#,
                "encryption_scope_override_enabled",
            ),
        ],
        tampers: &[
            (r#"PATCH ${this.id} {"properties": {"publicAccess": "None"}}"#, "container_access_type"),
            (r#"PATCH ${this.id} {"properties": {"metadata": {"a": "x"}}}"#, "metadata"),
        ],
        lose: &["DELETE ${this.id}"],
        ..CASE
    },
    Case {
        kind: "azurerm_storage_container",
        setup: &[GROUP, ACCOUNT, OTHER_ACCOUNT],
        create: r#"{"name": "logs", "storage_account_name": "${account.name}"}"#,
        updates: &[
            r#"{"name": "logs", "storage_account_name": "${account.name}", "container_access_type": "blob"}"#,
        ],
        replaces: &[(r#"{"name": "logs", "storage_account_name": "${other.name}"}"#, "storage_account_name")],
        tampers: &[(
            r#"PATCH ${this.resource_manager_id} {"properties": {"publicAccess": "None"}}"#,
            "container_access_type",
        )],
        lose: &["DELETE ${this.resource_manager_id}"],
        ..CASE
    },
    Case {
        kind: "azurerm_storage_container",
        setup: &[GROUP, ACCOUNT],
        create: r#"{"name": "moved", "storage_account_name": "${account.name}"}"#,
        // Named by its id from here on, it stays the same container.
        updates: &[container!("moved", "")],
        lose: &["DELETE ${this.resource_manager_id}"],
        excused: &[
            ("storage_account_id", "a container doesn't go to another account"),
            ("storage_account_name", "a container doesn't go to another account"),
        ],
        ..CASE
    },
];

/// cloudemu merges metadata where the API takes them whole, so that none can be taken away there.
pub(crate) const FURTHER: &[Case] = &[Case {
    kind: "azurerm_storage_container",
    setup: &[GROUP, ACCOUNT],
    create: container!("notes", r#", "metadata": {"a": "b", "c": "d"}"#),
    updates: &[
        container!("notes", r#", "metadata": {"c": "d"}"#),
        container!("notes", r#", "metadata": {}"#),
    ],
    lose: &["DELETE ${this.id}"],
    ..CASE
}];
