//! The audit log (Cloud Logging API v2, `entries.list`).

use crate::fake::World;
use crate::fake::methods::known;
use crate::fake::world::{Refusal, refuse};
use serde_json::{Value as Json, json};
use trueup_provider_walk::Request;

/// Entries of a page, so that there is more than one.
const PAGE: usize = 2;

impl World {
    /// Answers what is asked of the log; None where it is about something else.
    pub(super) fn log(&self, request: &Request) -> Option<Result<Json, Refusal>> {
        (request.path == "/v2/entries:list").then(|| self.entries(request))
    }

    fn entries(&self, request: &Request) -> Result<Json, Refusal> {
        let body = request.json().unwrap_or(Json::Null);
        known(&body, &["resourceNames", "filter", "orderBy", "pageSize", "pageToken"])?;
        if request.method != "POST"
            || body["orderBy"] != "timestamp desc"
            || body["pageSize"].as_u64() > Some(1000)
        {
            return refuse(400, "INVALID_ARGUMENT", "the request is not one of those that are taken");
        }
        if self.is_log_closed {
            return refuse(403, "PERMISSION_DENIED", "Permission denied for all log views");
        }
        let filter = body["filter"].as_str().unwrap_or_default();
        let names = body["resourceNames"].as_array().into_iter().flatten();
        let projects: Vec<&str> = names.filter_map(Json::as_str).collect();
        let Some((since, until, wanted)) = parsed(filter).filter(|_| filter.len() <= 20_000) else {
            return refuse(400, "INVALID_ARGUMENT", format!("Unparseable filter: {filter}"));
        };
        let is_asked = |entry: &&Json| {
            let time = entry["timestamp"].as_str().unwrap_or_default();
            let log = entry["logName"].as_str().unwrap_or_default();
            let is_there = projects
                .iter()
                .any(|project| log == format!("{project}/logs/cloudaudit.googleapis.com%2Factivity"));
            is_there
                && since <= time
                && time <= until
                && wanted.contains(&entry["protoPayload"]["resourceName"])
        };
        let found: Vec<&Json> = self.entries.iter().filter(is_asked).collect();
        let start: usize = body["pageToken"].as_str().map_or(Ok(0), str::parse).unwrap_or(0);
        let page: Vec<&&Json> = found.iter().skip(start).take(PAGE).collect();
        let next = (found.len() > start + PAGE).then(|| (start + PAGE).to_string());
        // The field is absent where nothing is in it.
        Ok(if page.is_empty() { json!({}) } else { json!({"entries": page, "nextPageToken": next}) })
    }
}

/// From when, until when, and which names.
fn parsed(filter: &str) -> Option<(&str, &str, Vec<Json>)> {
    let rest = filter.strip_prefix("log_id(\"cloudaudit.googleapis.com/activity\") AND timestamp>=\"")?;
    let (since, rest) = rest.split_once("\" AND timestamp<=\"")?;
    let (until, rest) = rest.split_once("\" AND protoPayload.resourceName=(")?;
    let names = rest.strip_suffix(')')?.split(" OR ").map(serde_json::from_str);
    Some((since, until, names.collect::<Result<_, _>>().ok()?))
}
