//! Desired and observed values to changes.
