//! Types of Microsoft.Compute.

pub(crate) mod availability_set;

use crate::arm::id::Kind;

/// The version of the API of Microsoft.Compute.
const VERSION: &str = "2024-07-01";

/// A kind of Microsoft.Compute.
pub(crate) const fn kind(path: &'static [&'static str]) -> Kind {
    Kind { provider: "Microsoft.Compute", path, version: VERSION }
}
