//! `modules -json`: <https://developer.hashicorp.com/terraform/cli/commands/modules>

use super::text;
use serde::Serialize;

/// A module call.
#[derive(Serialize)]
pub struct Declared {
    /// Its name in the calling module.
    pub key: String,
    /// `source`, as written.
    pub source: String,
    /// The version that is installed; empty where the source has none.
    pub version: String,
}

#[derive(Serialize)]
struct ModulesWire {
    format_version: &'static str,
    /// `null` where there are none, as Terraform has it.
    modules: Option<Vec<Declared>>,
}

/// All of them, calling modules before called ones.
pub fn document(modules: Vec<Declared>) -> String {
    let modules = Some(modules).filter(|all| !all.is_empty());
    text(&ModulesWire { format_version: "1.0", modules })
}
