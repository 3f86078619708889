//! What is wrong with a provider block, beyond its schema.

use crate::account::settings::SERVICES;
use crate::links;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Fields, duration};
use trueup_value::Value;

/// Arguments that the embedded provider doesn't honour: using them is an error, never ignored.
const NOT_HONOURED: [&str; 2] = ["prefer_global_endpoints", "prefer_regional_endpoints"];
/// Arguments that take one of a few words.
const WORDS: [(&str, &[&str]); 2] = [
    ("deletion_policy", &["ABANDON", "DELETE", "PREVENT"]),
    ("terraform_attribution_label_addition_strategy", &["CREATION_ONLY", "PROACTIVE"]),
];

/// Judges the provider block; may see unknowns.
pub(crate) fn validate(config: &Value) -> Diagnostics {
    let mut out = Diagnostics::new();
    for name in NOT_HONOURED {
        if config.flag(name) == Some(true) {
            let detail = format!(
                "The embedded google provider does not honour the argument {name:?} of the provider block."
            );
            let hint = "Remove it, or use the provider plugin.";
            out.push(Diagnostic::error("Unsupported argument", detail).hint(hint));
        }
    }
    for (name, words) in WORDS {
        if let Some(word) = config.text(name).filter(|word| !words.contains(word)) {
            let all = words.join(", ");
            out.push(bad(format!(
                "The argument {name} of the provider block must be one of {all}, not {word:?}."
            )));
        }
    }
    for name in ["request_timeout", "poll_interval"] {
        if let Some(text) = config.text(name).filter(|text| duration(text).is_none()) {
            let detail =
                format!("The argument {name} of the provider block is {text:?}, which is not a duration.");
            out.push(bad(detail).hint("Write durations as numbers with units, such as 30s or 2m."));
        }
    }
    if config.text("access_token").is_some() && config.text("credentials").is_some() {
        let detail = "The arguments access_token and credentials of the provider block exclude each other.";
        out.push(Diagnostic::error("Conflicting configuration arguments", detail));
    }
    places(config, &mut out);
    endpoints(config, &mut out);
    out
}

fn places(config: &Value, out: &mut Diagnostics) {
    if let Some(project) = config.text("project").filter(|project| !is_project(project)) {
        let detail = format!(
            "The project {project:?} of the provider block does not have the form of a project's id."
        );
        let hint = "Write the id, such as my-project-123, not the name that the console shows.";
        out.push(bad(detail).hint(hint));
    }
    let region = config.text("region").map(links::name);
    let zone = config.text("zone").map(links::name);
    if let Some(region) = region.filter(|region| !is_area(region)) {
        let detail =
            format!("The region {region:?} of the provider block does not have the form of a region's name.");
        out.push(bad(detail).hint("Regions are called like europe-west3."));
    }
    let is_zone = |zone: &str| links::region_of(zone).is_some_and(is_area);
    if let Some(zone) = zone.filter(|zone| !is_zone(zone)) {
        let detail =
            format!("The zone {zone:?} of the provider block does not have the form of a zone's name.");
        out.push(bad(detail).hint("Zones are called like europe-west3-a."));
    }
}

fn endpoints(config: &Value, out: &mut Diagnostics) {
    for service in SERVICES {
        let Some(url) = config.text(service.argument) else { continue };
        let is_url = reqwest::Url::parse(url)
            .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let is_versioned =
            service.version == "v1" || url.trim_end_matches('/').ends_with(&format!("/{}", service.version));
        if !(is_url && is_versioned) {
            let detail = format!("The argument {} of the provider block is {url:?}.", service.argument);
            let hint =
                format!("Write an address like https://{}.example.com/{}/.", service.host, service.version);
            out.push(bad(detail).hint(hint));
        }
    }
}

/// Whether a text has the form of a project's id or number; those of organizations of old begin with a domain.
pub(crate) fn is_project(text: &str) -> bool {
    let name = text.rsplit_once(':').map_or(text, |(_, name)| name);
    let is_number = name.len() <= 19 && name.chars().all(|c| c.is_ascii_digit());
    let is_id = name.len() <= 63
        && name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && !name.ends_with('-')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    !name.is_empty() && (is_number || is_id)
}

/// Whether a text has the form of a region's name: `europe-west3`.
fn is_area(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let is_part = |part: &&str| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    let is_numbered = text.ends_with(|c: char| c.is_ascii_digit());
    parts.len() >= 2 && parts.iter().all(is_part) && is_numbered
}

fn bad(detail: String) -> Diagnostic {
    Diagnostic::error("Invalid provider configuration", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_known() {
        let projects = [
            ("my-project-123", true),
            ("example.com:my-project", true),
            ("123456", true),
            ("My Project", false),
            ("project-", false),
            ("", false),
        ];
        for (text, expected) in projects {
            assert_eq!(is_project(text), expected, "{text}");
        }
        for (text, expected) in [
            ("europe-west3", true),
            ("us-central1", true),
            ("europe", false),
            ("us-central1-a", false),
            ("EU-1", false),
        ] {
            assert_eq!(is_area(text), expected, "{text}");
        }
    }
}
