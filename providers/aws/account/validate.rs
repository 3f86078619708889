//! What is wrong with a provider block, beyond its schema.

use std::time::Duration;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Fields, duration};
use trueup_value::Value;

/// Arguments that the embedded provider doesn't honour: using them is an error, never ignored.
const NOT_HONOURED: [&str; 2] = ["insecure", "tag_policy_compliance"];
/// Arguments that take one of a few words.
const WORDS: [(&str, &[&str]); 3] = [
    ("ec2_metadata_service_endpoint_mode", &["IPv4", "IPv6"]),
    ("retry_mode", &["standard", "adaptive"]),
    ("s3_us_east_1_regional_endpoint", &["regional"]),
];
/// How long the session of a role may last (STS API reference, "`AssumeRole`").
const SESSION_MIN: Duration = Duration::from_mins(15);
const SESSION_MAX: Duration = Duration::from_hours(12);

/// Judges the provider block; may see unknowns.
pub(crate) fn validate(config: &Value) -> Diagnostics {
    let mut out = Diagnostics::new();
    for name in NOT_HONOURED {
        if config.field(name).is_some_and(is_used) {
            let detail = format!(
                "The embedded aws provider does not honour the argument {name:?} of the provider block."
            );
            let hint = "Remove it, or use the provider plugin.";
            out.push(Diagnostic::error("Unsupported argument", detail).hint(hint));
        }
    }
    for (name, words) in WORDS {
        if let Some(word) = config.text(name).filter(|word| !words.contains(word)) {
            let all = words.join(" or ");
            out.push(bad(format!("The argument {name} of the provider block must be {all}, not {word:?}.")));
        }
    }
    let has = |name: &str| config.field(name).is_some_and(is_used);
    if has("access_key") != has("secret_key") {
        let detail = "The provider block sets only one of access_key and secret_key; both are needed.";
        out.push(bad(detail.to_owned()));
    }
    if has("allowed_account_ids") && has("forbidden_account_ids") {
        let detail = "The arguments allowed_account_ids and forbidden_account_ids exclude each other.";
        out.push(bad(detail.to_owned()));
    }
    if has("no_proxy") && !has("http_proxy") && !has("https_proxy") {
        let detail = "The argument no_proxy of the provider block says what goes around http_proxy and https_proxy, \
            and neither is set.";
        out.push(bad(detail.to_owned()).hint("For proxies of the environment set NO_PROXY there."));
    }
    for name in ["max_retries", "token_bucket_rate_limiter_capacity"] {
        if config.integer(name).is_some_and(|number| number < 0) {
            out.push(bad(format!("The argument {name} of the provider block can't be less than 0.")));
        }
    }
    roles(config, &mut out);
    out
}

fn roles(config: &Value, out: &mut Diagnostics) {
    for name in ["assume_role", "assume_role_with_web_identity"] {
        for role in config.items(name) {
            if role.field("role_arn").is_none_or(Value::is_null) {
                let detail = format!("A block {name} of the provider block needs role_arn.");
                out.push(Diagnostic::error("Cannot assume IAM Role", detail));
            }
            let given = role.text("duration").map(|text| (text, duration(text)));
            let is_good = |span: Duration| (SESSION_MIN..=SESSION_MAX).contains(&span);
            if let Some((text, _)) = given.filter(|(_, span)| !span.is_some_and(is_good)) {
                let detail = format!("The duration {text:?} of {name} is not between 15m and 12h.");
                let hint = "Write durations as numbers with units, such as 30m or 1h.";
                out.push(bad(detail).hint(hint));
            }
        }
    }
    for identity in config.items("assume_role_with_web_identity") {
        let (token, file) = ("web_identity_token", "web_identity_token_file");
        let has = |name: &str| identity.field(name).is_some_and(|value| !value.is_null());
        if has(token) == has(file) {
            let detail = format!(
                "The block assume_role_with_web_identity needs {token} or {file}, and only one of them."
            );
            out.push(bad(detail));
        }
    }
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
