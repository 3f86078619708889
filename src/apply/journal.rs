//! The journal as the applier sees it.

use async_trait::async_trait;
use trueup_diag::Diagnostic;
use trueup_state::Entry;

/// Takes entries and makes them durable.
#[async_trait]
pub trait Journal: Send + Sync {
    /// When this returns without an error, the entries will be there after a crash.
    async fn append(&self, entries: Vec<Entry>) -> Result<(), Box<Diagnostic>>;
}
