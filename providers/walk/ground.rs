//! Servers on which calls go wrong, and which go back to how they were.

use crate::{Fake, Ills, Running};
use async_trait::async_trait;
use std::sync::Arc;

/// A server for many lives, one after the other.
#[async_trait]
pub(crate) trait Ground: Send + Sync + 'static {
    /// How everything was.
    type Memory: Clone + Send + 'static;

    /// From now on these things go wrong.
    async fn set(&self, ills: Ills);

    /// The names of the calls since mishaps were set.
    fn calls(&self) -> Vec<String>;

    /// What exists, as `KIND ID`.
    async fn things(&self) -> Vec<String>;

    /// Forgets everything.
    async fn clear(&self);

    /// Everything as it is now.
    async fn remember(&self) -> Self::Memory;

    /// Goes back to how everything was.
    async fn go_back(&self, memory: Self::Memory);

    /// How many long operations have failed, as far as the server tells.
    fn failures(&self) -> usize {
        0
    }

    /// Whether the kinds of what is new are those that a case leaves behind on purpose.
    fn is_meant(new: &[&str], meant: &[&str]) -> bool {
        new == meant
    }
}

#[async_trait]
impl<F: Fake> Ground for Arc<Running<F>> {
    type Memory = Arc<std::sync::Mutex<F>>;

    async fn set(&self, ills: Ills) {
        Running::set(self, ills);
    }

    fn calls(&self) -> Vec<String> {
        Running::calls(self)
    }

    async fn things(&self) -> Vec<String> {
        Running::things(self)
    }

    fn failures(&self) -> usize {
        self.world().failures()
    }

    async fn clear(&self) {
        self.restore(F::default());
    }

    async fn remember(&self) -> Self::Memory {
        Arc::new(std::sync::Mutex::new(self.snapshot()))
    }

    async fn go_back(&self, memory: Self::Memory) {
        self.restore(memory.lock().expect("no holder panics").clone());
    }
}
