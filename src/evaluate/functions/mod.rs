//! The functions of the language: one table, one way to call them.
//!
//! In: a function's name and argument values. Out: a value, or what is wrong with the call. Each family of
//! functions is a file with a static slice; [`table`] is all of them in order of name. What a function may learn
//! about the world (files, clock, randomness, templates) it asks of a [`World`].

#![expect(clippy::unnecessary_wraps, reason = "all bodies in the table have one signature")]

mod base64_text;
mod call;
mod case;
mod charset;
mod charset_table;
mod cidr;
mod collection;
mod crypto;
mod csv_text;
mod definition;
mod deflate;
mod deflate_block;
mod encoding;
mod error;
mod filesystem;
mod format;
mod format_number;
mod format_verb;
mod glob;
mod gzip;
mod hash;
mod huffman;
mod instant;
mod mapping;
mod members;
mod network;
mod numeric;
mod path_text;
mod provider;
mod regex;
mod regex_dialect;
mod removed;
mod rsa_key;
mod sequence;
mod set;
mod string;
mod template;
mod time;
mod types;
mod world;
mod yaml_read;
mod yaml_scalar;
mod yaml_write;

#[cfg(test)]
mod tests;

pub use call::{Call, call};
pub use definition::{Function, Outcome, Parameter, Returns};
pub use error::{ErrorKind, FunctionError};
pub use removed::is_removed;
pub use world::{DirectoryEntry, FileKind, World};

use std::sync::LazyLock;

static FAMILIES: &[&[Function]] = &[
    collection::FUNCTIONS,
    crypto::FUNCTIONS,
    encoding::FUNCTIONS,
    filesystem::FUNCTIONS,
    format::FUNCTIONS,
    hash::FUNCTIONS,
    mapping::FUNCTIONS,
    network::FUNCTIONS,
    numeric::FUNCTIONS,
    provider::FUNCTIONS,
    regex::FUNCTIONS,
    removed::FUNCTIONS,
    sequence::FUNCTIONS,
    set::FUNCTIONS,
    string::FUNCTIONS,
    template::FUNCTIONS,
    time::FUNCTIONS,
    types::FUNCTIONS,
];

static TABLE: LazyLock<Vec<Function>> = LazyLock::new(|| {
    let mut all: Vec<Function> = FAMILIES.iter().flat_map(|family| family.iter().copied()).collect();
    all.sort_by_key(|function| function.name);
    all
});

/// Every function, in order of name; `can`, `try` and the console's `type` take expressions rather than values
/// and are the evaluator's.
pub fn table() -> &'static [Function] {
    &TABLE
}

/// The function of that name, which may stand in the namespace `core::`.
pub fn lookup(name: &str) -> Option<&'static Function> {
    let name = name.strip_prefix("core::").unwrap_or(name);
    let at = TABLE.binary_search_by_key(&name, |function| function.name).ok()?;
    TABLE.get(at)
}

/// The names whose meaning isn't in the table but in the evaluator, for suggestions.
const LAZY_NAMES: &[&str] = &["can", "try"];

/// The name nearest to one that doesn't exist, if one is near enough to be a slip of the finger.
pub fn suggest(name: &str) -> Option<&'static str> {
    let plain = name.strip_prefix("core::").unwrap_or(name);
    let offered = TABLE.iter().filter(|function| !is_removed(function));
    let names = offered.map(|function| function.name).chain(LAZY_NAMES.iter().copied());
    names
        .map(|known| (trueup_diag::edit_distance(plain, known), known))
        .filter(|(distance, _)| *distance < 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}
