//! Types of Azure Resource Manager itself.

pub(crate) mod resource_group;
