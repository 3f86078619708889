//! `google_compute_firewall`

use crate::account::site::Site;
use crate::codec::Field;
use crate::compute::change::Change;
use crate::compute::{Kind, NETWORKS};
use crate::places::Collection;
use async_trait::async_trait;
use reqwest::Method;
use serde_json::{Value as Json, json};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Fault, Fields, Object, Planning};

/// `google_compute_firewall`
pub(crate) struct Firewall;

static FIREWALLS: Collection = Collection::global("firewalls");

static RULE: &[Field] = &[Field::new("ports"), Field::new("protocol").at("IPProtocol")];

static FIELDS: &[Field] = &[
    Field::many("allow", RULE).at("allowed"),
    Field::new("creation_timestamp").told(),
    Field::many("deny", RULE).at("denied"),
    Field::new("description"),
    Field::new("destination_ranges"),
    Field::new("direction"),
    Field::new("disabled"),
    Field::one("log_config", &[Field::new("metadata")]),
    Field::new("network").link(&NETWORKS),
    Field::one("params", &[Field::new("resource_manager_tags")]).sent(),
    Field::new("priority"),
    // Told by `fill`.
    Field::new("source_ranges").sent(),
    Field::new("source_service_accounts"),
    Field::new("source_tags"),
    Field::new("target_service_accounts"),
    Field::new("target_tags"),
];

/// What can be changed in place, in one call.
const CHANGEABLE: [&str; 13] = [
    "allow",
    "deny",
    "description",
    "destination_ranges",
    "disabled",
    "log_config",
    "network",
    "priority",
    "source_ranges",
    "source_service_accounts",
    "source_tags",
    "target_service_accounts",
    "target_tags",
];
/// Switches logging on in the way of old.
const LOGGING: &str = "enable_logging";
/// Ranges that traffic comes from, and what else sources are named by.
const RANGES: &str = "source_ranges";
const SELECTORS: [&str; 2] = ["source_service_accounts", "source_tags"];
/// The range that the API puts down where a rule names no sources.
const ANY: &str = "0.0.0.0/0";

#[async_trait]
impl Kind for Firewall {
    fn collection(&self) -> &'static Collection {
        &FIREWALLS
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        let mut out = Diagnostics::new();
        let has = |name: &str| config.is_unknown(name) || !config.items(name).is_empty();
        if !has("allow") && !has("deny") {
            let detail = "A firewall rule needs blocks allow or blocks deny.";
            out.push(Diagnostic::error("Missing required argument", detail));
        }
        if !config.items("allow").is_empty() && !config.items("deny").is_empty() {
            let detail = "A firewall rule has blocks allow or blocks deny, and not both.";
            out.push(Diagnostic::error("Conflicting configuration arguments", detail));
        }
        let sources = ["source_ranges", "source_tags", "source_service_accounts"];
        if config.text("direction") == Some("EGRESS") && sources.iter().any(|name| config.is_set(name)) {
            let detail = "Rules of the direction EGRESS have destination_ranges, and no sources.";
            out.push(Diagnostic::error("Conflicting configuration arguments", detail));
        }
        out
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        // Unset it says nothing: log_config does.
        if !planning.config.is_set(LOGGING) && !planning.config.is_unknown(LOGGING) {
            planning.planned.put_null(LOGGING);
        }
        // No sources at all and any address are the same.
        if let Some(prior) = planning.prior
            && [prior, &planning.planned].into_iter().all(is_open)
            && let Some(as_it_was) = prior.field(RANGES)
        {
            planning.planned.put(RANGES, as_it_was.clone());
        }
    }

    async fn body(&self, _site: &Site, object: &Object, body: &mut Json) -> Result<(), Fault> {
        if let Some(log) = logging(object) {
            body["logConfig"] = log;
        }
        Ok(())
    }

    async fn update(&self, change: &Change<'_>) -> Result<(), Fault> {
        let mut body = change.of(&CHANGEABLE);
        if change.has(&["log_config", LOGGING]) {
            let log = logging(change.object).unwrap_or_else(|| json!({"enable": false}));
            body.get_or_insert_default()["logConfig"] = log;
        }
        // Any address, which the API has put down where there were no sources, stays beside the first of them otherwise.
        if change.has(&SELECTORS) && !is_open(change.object) && change.object.items(RANGES).is_empty() {
            body.get_or_insert_default()["sourceRanges"] = json!([]);
        }
        match body {
            Some(body) => change.send(Method::PATCH, "", &body).await,
            None => Ok(()),
        }
    }

    fn fill(&self, object: &mut Object, json: &Json) {
        let told = json["sourceRanges"].as_array().into_iter().flatten().filter_map(Json::as_str);
        let was_unsaid = object.items(RANGES).is_empty() && !object.is_imported();
        let before = object.field(RANGES).cloned();
        object.put_texts(RANGES, told);
        if let Some(before) = before.filter(|_| was_unsaid && is_open(object)) {
            object.put(RANGES, before);
        }
        let is_logged = json["logConfig"]["enable"] == true;
        let is_old = object.is_set(LOGGING);
        if is_old {
            object.put_flag(LOGGING, Some(is_logged));
        }
        if !is_logged || is_old {
            object.put_items("log_config", []);
        }
    }
}

/// Whether traffic may come from any address: by the range that says so, or because no sources are named.
fn is_open(rule: &Object) -> bool {
    let names_none = |name: &str| rule.items(name).is_empty() && !rule.is_unknown(name);
    let names_any = rule.texts(RANGES) == [ANY] && !rule.is_unknown(RANGES);
    SELECTORS.into_iter().all(names_none) && (names_any || names_none(RANGES))
}

/// What is logged.
fn logging(object: &Object) -> Option<Json> {
    match object.item("log_config") {
        Some(block) => Some(json!({"enable": true, "metadata": block.text("metadata")})),
        None => object.flag(LOGGING).map(|on| json!({"enable": on})),
    }
}
