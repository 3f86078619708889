//! How pauses are made.

use futures::future::BoxFuture;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Makes pauses. The usual one sleeps; a test notes them.
#[derive(Clone)]
pub struct Pace(Arc<dyn Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync>);

impl Pace {
    /// One that makes pauses so.
    pub fn new(pause: impl Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync + 'static) -> Pace {
        Pace(Arc::new(pause))
    }

    /// Waits for so long.
    pub async fn pause(&self, span: Duration) {
        (self.0)(span).await;
    }
}

impl Default for Pace {
    fn default() -> Pace {
        Pace::new(|span| Box::pin(tokio::time::sleep(span)))
    }
}

impl fmt::Debug for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pace")
    }
}
