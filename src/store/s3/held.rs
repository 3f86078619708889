//! Without `use_lockfile` there is no lock, as with Terraform.

use crate::StoreError;
use crate::lock::Held;
use async_trait::async_trait;

/// Nothing is held.
pub(super) struct Unlocked;

#[async_trait]
impl Held for Unlocked {
    async fn check(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn release(self: Box<Self>) -> Result<(), StoreError> {
        Ok(())
    }
}
