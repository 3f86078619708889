//! Machines and what belongs to them.

use super::GROUP;
use trueup_provider_walk::{CASE, Case};

pub(crate) const CASES: &[Case] = &[Case {
    kind: "azurerm_availability_set",
    setup: &[GROUP],
    create: r#"{"name": "a", "resource_group_name": "${group.name}", "location": "West Europe", "platform_fault_domain_count": 2}"#,
    updates: &[
        r#"{"name": "a", "resource_group_name": "${group.name}", "location": "westeurope", "platform_fault_domain_count": 2, "tags": {"a": "b"}}"#,
    ],
    replaces: &[
        (
            r#"{"name": "b", "resource_group_name": "${group.name}", "location": "westeurope", "platform_fault_domain_count": 2}"#,
            "name",
        ),
        (
            r#"{"name": "b", "resource_group_name": "${group.name}", "location": "northeurope", "platform_fault_domain_count": 2}"#,
            "location",
        ),
        (
            r#"{"name": "b", "resource_group_name": "${group.name}", "location": "northeurope", "platform_fault_domain_count": 1}"#,
            "platform_fault_domain_count",
        ),
        (
            r#"{"name": "b", "resource_group_name": "${group.name}", "location": "northeurope", "platform_fault_domain_count": 1, "platform_update_domain_count": 4}"#,
            "platform_update_domain_count",
        ),
        (
            r#"{"name": "b", "resource_group_name": "${group.name}", "location": "northeurope", "platform_fault_domain_count": 1, "managed": false}"#,
            "managed",
        ),
        (
            r#"{"name": "b", "resource_group_name": "elsewhere", "location": "northeurope", "platform_fault_domain_count": 1}"#,
            "resource_group_name",
        ),
        (
            r#"{"name": "b", "resource_group_name": "${group.name}", "location": "northeurope", "platform_fault_domain_count": 1,
                "proximity_placement_group_id": "/subscriptions/x/resourceGroups/y/providers/Microsoft.Compute/proximityPlacementGroups/z"}"#,
            "proximity_placement_group_id",
        ),
    ],
    tampers: &[(r#"PATCH ${this.id} {"tags": {"who": "me"}}"#, "tags")],
    lose: &["DELETE ${this.id}"],
    excused: &[
        ("resource_group_name", "the other group isn't there: the plan alone is looked at"),
        ("proximity_placement_group_id", "the placement group isn't there: the plan alone is looked at"),
    ],
    ..CASE
}];
