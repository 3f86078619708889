//! Resource groups.

use trueup_provider_walk::{CASE, Case};

pub(crate) const CASES: &[Case] = &[Case {
    kind: "azurerm_resource_group",
    create: r#"{"name": "g${n}", "location": "West Europe", "tags": {"a": "b"}}"#,
    updates: &[
        r#"{"name": "g${n}", "location": "westeurope", "tags": {"c": "d"}}"#,
        r#"{"name": "g${n}", "location": "westeurope", "managed_by": "/subscriptions/x/resourceGroups/y"}"#,
    ],
    replaces: &[
        (r#"{"name": "g${n}", "location": "northeurope"}"#, "location"),
        (r#"{"name": "other${n}", "location": "northeurope"}"#, "name"),
    ],
    tampers: &[
        (r#"PATCH ${this.id} {"tags": {"who": "me"}}"#, "tags"),
        (r#"PATCH ${this.id} {"managedBy": null}"#, "managed_by"),
    ],
    lose: &["DELETE ${this.id}"],
    ..CASE
}];
