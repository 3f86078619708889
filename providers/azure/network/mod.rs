//! What the types of Microsoft.Network share.

pub(crate) mod network_interface;
pub(crate) mod network_interface_security_group_association;
pub(crate) mod network_security_group;
pub(crate) mod network_security_rule;
pub(crate) mod public_ip;
pub(crate) mod route;
pub(crate) mod route_table;
mod rule;
pub(crate) mod subnet;
pub(crate) mod subnet_association;
pub(crate) mod virtual_network;

use crate::arm::document::Document;
use crate::arm::id::Kind;
use crate::element::normal;
use serde_json::{Value as Json, json};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Fields, Object, Planning};

/// The version of the API of Microsoft.Network.
pub(crate) const VERSION: &str = "2025-01-01";

/// A kind of Microsoft.Network.
pub(crate) const fn kind(path: &'static [&'static str]) -> Kind {
    Kind { provider: "Microsoft.Network", path, version: VERSION }
}

/// The complaint where a configuration doesn't give just one of two arguments; `noun` is what needs it.
pub(crate) fn either(config: &Object, names: [&str; 2], noun: &str) -> Diagnostics {
    let is_given = |name: &&str| config.is_set(name) && !config.items(name).is_empty();
    if names.iter().any(|name| config.is_unknown(name)) || names.iter().filter(|n| is_given(n)).count() == 1 {
        return Diagnostics::new();
    }
    let [one, other] = names;
    let detail = format!("{noun} needs either {one} or a block {other}, and only one of them.");
    Diagnostic::error("Invalid combination of arguments", detail).into()
}

/// Elements that the configuration writes stand in plans as states hold them, with nothing left unsaid.
pub(crate) fn plan_elements(planning: &mut Planning<'_>, name: &str) {
    let is_told = planning.config.field(name).is_some_and(|told| !told.is_null());
    if is_told && let Some(planned) = planning.planned.field(name) {
        let planned = normal(planned, &[]);
        let before = planning.prior.and_then(|prior| prior.field(name));
        let same = before.filter(|before| normal(before, &[]) == planned);
        planning.planned.put(name, same.cloned().unwrap_or(planned));
    }
}

/// Whether an array of words holds just these, in any order.
pub(crate) fn holds(document: &Json, (path, inner): (&str, &str), words: &[String]) -> bool {
    let sorted = |mut words: Vec<String>| {
        words.sort();
        words
    };
    sorted(document.words_in(path, inner)) == sorted(words.to_vec())
}

/// Sets an array of words, unless it holds just these already.
pub(crate) fn set_words(document: &mut Json, path: &str, words: &[String]) {
    if !holds(document, (path, ""), words) {
        document.set(path, Some(json!(words)));
    }
}
