//! State, journal entries and replay; statefile versions.
