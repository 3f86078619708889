//! Types of Microsoft.ManagedIdentity.

pub(crate) mod user_assigned_identity;
