//! Types of Microsoft.Authorization, which stand at scopes: subscriptions, groups, single resources.

mod role;
pub(crate) mod role_assignment;
