//! Prior objects to observed objects, in batches.
