//! `azurerm_user_assigned_identity`: an identity that machines and services take on.

use crate::arm::document::Document;
use crate::arm::id::Kind;
use crate::arm::tracked::Tracked;
use serde_json::Value as Json;
use trueup_provider_kit::Object;

/// `azurerm_user_assigned_identity`
pub(crate) struct UserAssignedIdentity;

/// Identities.
const IDENTITY: Kind =
    Kind { provider: "Microsoft.ManagedIdentity", path: &["userAssignedIdentities"], version: "2023-01-31" };

/// Attributes that Azure fills in, and where documents have them.
const TEXTS: [(&str, &str); 3] = [
    ("client_id", "/properties/clientId"),
    ("principal_id", "/properties/principalId"),
    ("tenant_id", "/properties/tenantId"),
];

impl Tracked for UserAssignedIdentity {
    fn kind(&self) -> Kind {
        IDENTITY
    }

    fn fill(&self, object: &mut Object, identity: &Json) {
        for (name, path) in TEXTS {
            object.put_text(name, identity.word(path));
        }
    }
}
