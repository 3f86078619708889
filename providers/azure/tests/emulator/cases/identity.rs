//! Identities, and the roles that they have.

use super::{GROUP, OTHER_GROUP, OTHER_WHO, WHO};
use trueup_provider_walk::{CASE, Case};

/// An identity with another name, location and group, and tags.
macro_rules! identity {
    ($name:literal, $location:literal, $group:literal) => {
        concat!(
            r#"{"name": ""#,
            $name,
            r#"", "location": ""#,
            $location,
            r#"", "resource_group_name": ""#,
            $group,
            r#"", "tags": {"a": "b"}}"#
        )
    };
}

/// A role assignment at the group with more members.
macro_rules! assignment {
    ($who:literal, $more:literal) => {
        concat!(r#"{"scope": "${group.id}", "principal_id": ""#, $who, r#"", "#, $more, "}")
    };
}

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "azurerm_user_assigned_identity",
        setup: &[GROUP, OTHER_GROUP],
        create: r#"{"name": "i${n}", "location": "West Europe", "resource_group_name": "${group.name}"}"#,
        updates: &[identity!("i${n}", "westeurope", "${group.name}")],
        replaces: &[
            (identity!("j${n}", "westeurope", "${group.name}"), "name"),
            (identity!("i${n}", "northeurope", "${group.name}"), "location"),
            (identity!("i${n}", "westeurope", "${other_group.name}"), "resource_group_name"),
        ],
        tampers: &[(r#"PATCH ${this.id} {"tags": {"a": "c", "d": "e"}}"#, "tags")],
        lose: &["DELETE ${this.id}"],
        ..CASE
    },
    Case {
        kind: "azurerm_role_assignment",
        setup: &[GROUP, OTHER_GROUP, WHO, OTHER_WHO],
        create: assignment!("${who.principal_id}", r#""role_definition_name": "Reader""#),
        replaces: &[
            (
                r#"{"scope": "${other_group.id}", "principal_id": "${who.principal_id}",
                    "role_definition_name": "Reader"}"#,
                "scope",
            ),
            (assignment!("${who2.principal_id}", r#""role_definition_name": "Reader""#), "principal_id"),
            (
                assignment!("${who2.principal_id}", r#""role_definition_name": "Contributor""#),
                "role_definition_name",
            ),
            (
                assignment!(
                    "${who2.principal_id}",
                    r#""role_definition_id":
                        "/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635""#
                ),
                "role_definition_id",
            ),
            (
                assignment!(
                    "${who.principal_id}",
                    r#""role_definition_name": "Reader", "name": "00000000-0000-0000-0000-0000000000a1",
                        "skip_service_principal_aad_check": true"#
                ),
                "name",
            ),
            (
                assignment!(
                    "${who.principal_id}",
                    r#""role_definition_name": "Reader", "name": "00000000-0000-0000-0000-0000000000a1",
                        "skip_service_principal_aad_check": false"#
                ),
                "skip_service_principal_aad_check",
            ),
            (
                assignment!("${who.principal_id}", r#""role_definition_name": "Reader", "description": "d""#),
                "description",
            ),
            (
                assignment!(
                    "${who.principal_id}",
                    r#""role_definition_name": "Reader", "condition": "@Resource[a:b] StringEquals 'c'",
                        "condition_version": "2.0""#
                ),
                "condition",
            ),
            (
                assignment!(
                    "${who.principal_id}",
                    r#""role_definition_name": "Reader", "condition": "@Resource[a:b] StringEquals 'c'",
                        "condition_version": "1.0""#
                ),
                "condition_version",
            ),
            (
                assignment!(
                    "${who.principal_id}",
                    r#""role_definition_name": "Reader", "delegated_managed_identity_resource_id": "${who.id}""#
                ),
                "delegated_managed_identity_resource_id",
            ),
        ],
        lose: &["CALL DELETE ${this.id}?api-version=2022-04-01"],
        unread: &["skip_service_principal_aad_check"],
        excused: &[("principal_type", "the type of a principal is its own: an assignment can't say another")],
        ..CASE
    },
];
