//! Fetches module bytes: git, archives, local paths.
