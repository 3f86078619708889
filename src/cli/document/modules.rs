//! `modules -json`: <https://developer.hashicorp.com/terraform/cli/commands/modules>

use super::text;
use serde::Serialize;

/// A module call.
#[derive(Serialize)]
pub(crate) struct Declared {
    /// Its name in the calling module.
    pub(crate) key: String,
    /// `source`, as written.
    pub(crate) source: String,
    /// The version that is installed; empty where the source has none.
    pub(crate) version: String,
}

#[derive(Serialize)]
struct ModulesWire {
    format_version: &'static str,
    /// `null` where there are none, as Terraform has it.
    modules: Option<Vec<Declared>>,
}

/// All of them, calling modules before called ones.
pub(crate) fn document(modules: Vec<Declared>) -> String {
    let modules = Some(modules).filter(|all| !all.is_empty());
    text(&ModulesWire { format_version: "1.0", modules })
}
