//! What the embedded clouds share: waiters, retry, batching, tags.
