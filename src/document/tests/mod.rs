//! Documents against what Terraform 1.11.4 printed.

mod changes;
mod configuration;
mod diagnostics;
mod drift;
mod events;
mod state;

use serde_json::Value as JsonValue;
use std::sync::Arc;
use trueup_addr::ProviderAddr;
use trueup_evaluate::Schemas;
use trueup_provider::Provider;
use trueup_provider_builtin::Builtin;
use trueup_schema::ProviderSchema;

/// The built-in provider, and no other.
struct OnlyBuiltin(ProviderSchema);

impl OnlyBuiltin {
    fn new() -> OnlyBuiltin {
        OnlyBuiltin(Builtin::new(Arc::new(|| "id".to_owned())).schema().clone())
    }
}

impl Schemas for OnlyBuiltin {
    fn schema(&self, provider: &ProviderAddr) -> Option<&ProviderSchema> {
        if provider.is_builtin() { Some(&self.0) } else { None }
    }
}

fn parsed(text: &str) -> JsonValue {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

/// Both are the same, the order of members aside; says where they differ.
#[track_caller]
fn check_same(ours: &str, expected: &str) {
    let (ours, expected) = (parsed(ours), parsed(expected));
    let pretty = |value| serde_json::to_string_pretty(value).expect("JSON");
    assert!(ours == expected, "ours:\n{}\nexpected:\n{}", pretty(&ours), pretty(&expected));
}
