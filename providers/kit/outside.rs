//! What a provider may know of the process that it is part of: the program hands it over, and tests make their own.

use std::collections::BTreeMap;
use std::fmt;

/// The environment and the clock, for clouds whose clients don't read them for themselves.
#[derive(Clone)]
pub struct Outside {
    /// Environment variables.
    pub environment: BTreeMap<String, String>,
    /// Now, in whole seconds since 1970.
    pub seconds: fn() -> u64,
}

impl Outside {
    /// A variable that isn't empty.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }
}

impl Default for Outside {
    /// No variables, and a clock that stands still.
    fn default() -> Outside {
        Outside { environment: BTreeMap::new(), seconds: || 0 }
    }
}

impl fmt::Debug for Outside {
    /// Variables may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outside({} variables)", self.environment.len())
    }
}
