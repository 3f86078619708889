//! What is wrong with a provider block, beyond its schema.

use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::Fields;
use trueup_value::Value;

/// What `resource_provider_registrations` may be.
const SETS: [&str; 5] = ["all", "core", "extended", "legacy", "none"];

/// Judges the provider block; may see unknowns.
pub(crate) fn validate(config: &Value) -> Diagnostics {
    let mut out = Diagnostics::new();
    let name = "resource_provider_registrations";
    if let Some(set) = config.text(name).filter(|set| !SETS.contains(set)) {
        let detail = format!(
            "The argument {name} of the provider block must be one of {}, not {set:?}.",
            SETS.join(", ")
        );
        out.push(bad(detail));
    }
    for name in ["subscription_id", "partner_id"] {
        if let Some(id) = config.text(name).filter(|id| uuid::Uuid::parse_str(id).is_err()) {
            out.push(bad(format!("The argument {name} of the provider block must be a UUID, not {id:?}.")));
        }
    }
    let sets_both =
        |one: &str, other: &str| [one, other].iter().all(|name| config.field(name).is_some_and(is_used));
    if sets_both("skip_provider_registration", name) {
        let detail = format!("The arguments skip_provider_registration and {name} exclude each other.");
        out.push(bad(detail).hint(format!("Write {name} = \"none\" alone.")));
    }
    out
}

fn bad(detail: String) -> Diagnostic {
    Diagnostic::error("Invalid provider configuration", detail)
}

fn is_used(value: &Value) -> bool {
    match value.as_sequence() {
        Some(items) => !items.is_empty(),
        None => !value.is_null() && value.as_bool() != Some(false),
    }
}
