//! The calls that are under way, never more of them at once than was asked for.

use crate::run::Came;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Calls, each of which waits for its turn.
pub(crate) struct Calls<'a> {
    pub(crate) under_way: FuturesUnordered<BoxFuture<'a, Came>>,
    permits: Arc<Semaphore>,
}

impl<'a> Calls<'a> {
    /// None yet; at most so many at once.
    pub(crate) fn new(parallelism: usize) -> Calls<'a> {
        Calls { under_way: FuturesUnordered::new(), permits: Arc::new(Semaphore::new(parallelism.max(1))) }
    }

    pub(crate) fn extend(&mut self, calls: impl IntoIterator<Item = BoxFuture<'a, Came>>) {
        for call in calls {
            let permits = self.permits.clone();
            self.under_way.push(Box::pin(async move {
                let _permit = permits.acquire().await;
                call.await
            }));
        }
    }
}
