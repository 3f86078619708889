//! Cloud Audit Logs: who wrote to things of projects (Cloud Logging API, "entries.list", and "Understand audit logs").

use crate::account::site::Site;
use crate::account::{Api, Request};
use crate::links;
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use trueup_provider_kit::{Audit, Audited, Deed, Fault, FaultKind, Fields, Object, Span};

/// A filter may have 20,000 characters.
const NAMES_CHARS_MAX: usize = 18_000;
/// A call may name so many projects.
const PROJECTS_MAX: usize = 100;
const PAGE: usize = 1000;
const PAGES_MAX: usize = 10;
const ATTEMPT: &str = "reading Cloud Audit Logs";
const PERMISSION: &str =
    "Grant the caller logging.logEntries.list on the project; the role roles/logging.viewer has it.";

/// By the names that the log knows things by: the places of objects that are asked about.
type Wanted = BTreeMap<String, Vec<usize>>;

/// Looks the objects up, as many by one query as fit in.
pub(crate) async fn audit(site: &Site, objects: &[Audited], span: &Span) -> Audit {
    let own = site.settings.project.as_deref().unwrap_or_default();
    let mut audit = Audit::default();
    for (projects, wanted) in &batches(objects, own) {
        match entries(&site.logging, (projects, wanted), span).await {
            Ok((entries, is_whole)) => {
                audit.deeds.extend(entries.iter().flat_map(|entry| deeds(entry, wanted)));
                audit.faults.extend((!is_whole).then(cut));
            }
            Err(fault) => audit.faults.push(refused(fault)),
        }
    }
    audit
}

/// Projects and names, in parts that a query has room for.
fn batches(objects: &[Audited], own: &str) -> Vec<(BTreeSet<String>, Wanted)> {
    let mut all: Vec<(BTreeSet<String>, Wanted)> = Vec::new();
    let mut room = 0;
    for (at, one) in objects.iter().enumerate() {
        let (project, names) = names(&one.kind, &one.object, own);
        if project.is_empty() || names.is_empty() {
            continue;
        }
        let size: usize = names.iter().map(|name| name.len() + 6).sum();
        let is_full = all.last().is_none_or(|(projects, _)| size > room || projects.len() == PROJECTS_MAX);
        if is_full {
            all.push(Default::default());
            room = NAMES_CHARS_MAX;
        }
        room = room.saturating_sub(size);
        let (projects, wanted) = all.last_mut().expect("one was pushed");
        projects.insert(project);
        for name in names {
            wanted.entry(name).or_default().push(at);
        }
    }
    all
}

/// The project whose log tells of an object, and what it calls it.
fn names(kind: &str, object: &Object, own: &str) -> (String, Vec<String>) {
    let id = object.id_or_empty().trim_start_matches('/');
    let project = object.text("project").or(links::after(id, "projects")).unwrap_or(own).to_owned();
    let names = if kind.starts_with("google_storage_bucket") {
        let bucket = object.text("bucket").or(object.text("name")).unwrap_or_default();
        vec![format!("projects/_/buckets/{}", bucket.trim_start_matches("b/"))]
    } else if kind.starts_with("google_service_account") {
        let texts = [object.text("unique_id"), object.text("email")];
        let known = texts.into_iter().flatten().flat_map(|name| {
            [
                format!("projects/-/serviceAccounts/{name}"),
                format!("projects/{project}/serviceAccounts/{name}"),
            ]
        });
        known.collect()
    } else if kind.starts_with("google_project_iam") {
        vec![format!("projects/{project}")]
    } else if id.starts_with("projects/") {
        vec![id.to_owned()]
    } else {
        Vec::new()
    };
    (project, names)
}

/// The entries, latest first, and whether that is all.
async fn entries(
    api: &Api,
    (projects, wanted): (&BTreeSet<String>, &Wanted),
    span: &Span,
) -> Result<(Vec<Json>, bool), Fault> {
    let quoted: Vec<String> = wanted.keys().map(|name| json!(name).to_string()).collect();
    let filter = format!(
        "log_id(\"cloudaudit.googleapis.com/activity\") AND timestamp>=\"{}\" AND timestamp<=\"{}\" AND protoPayload.resourceName=({})",
        span.since,
        span.until,
        quoted.join(" OR ")
    );
    let projects: Vec<String> = projects.iter().map(|project| format!("projects/{project}")).collect();
    let mut body = json!({
        "resourceNames": projects, "filter": filter, "orderBy": "timestamp desc", "pageSize": PAGE,
    });
    let mut all = Vec::new();
    for _ in 0..PAGES_MAX {
        let request = Request { body: Some(&body), ..Request::of(Method::POST, "entries:list") };
        let mut page = api.send(&request).await?;
        if let Json::Array(entries) = page["entries"].take() {
            all.extend(entries);
        }
        match page["nextPageToken"].as_str().filter(|token| !token.is_empty()) {
            // A page may be empty and still not be the last.
            Some(token) => body["pageToken"] = json!(token),
            None => return Ok((all, true)),
        }
    }
    Ok((all, false))
}

/// What an entry says of the objects that are asked about.
fn deeds<'a>(entry: &'a Json, wanted: &'a Wanted) -> impl Iterator<Item = (usize, Deed)> + 'a {
    let places = entry["protoPayload"]["resourceName"].as_str().and_then(|name| wanted.get(name));
    let found = deed(entry).zip(places);
    found.into_iter().flat_map(|(deed, places)| places.iter().map(move |at| (*at, deed.clone())))
}

/// A write that was carried out. Of an operation that takes its time the first entry says who began it.
fn deed(entry: &Json) -> Option<Deed> {
    let payload = &entry["protoPayload"];
    let text = |at: &str| payload.pointer(at)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let is_end = entry["operation"]["last"] == json!(true) && entry["operation"]["first"] != json!(true);
    let has_failed = payload["status"]["code"].as_i64().is_some_and(|code| code != 0);
    if is_end || has_failed {
        return None;
    }
    let who =
        text("/authenticationInfo/principalEmail").or_else(|| text("/authenticationInfo/principalSubject"));
    Some(Deed {
        time: entry["timestamp"].as_str()?.to_owned(),
        who: who.unwrap_or_else(|| "somebody that the log doesn't name".into()),
        what: text("/methodName")?,
        from: text("/requestMetadata/callerIp"),
        with: text("/requestMetadata/callerSuppliedUserAgent"),
    })
}

fn refused(fault: Fault) -> Fault {
    let is_denied = fault.kind == FaultKind::Denied;
    let fault = fault.during(ATTEMPT);
    if is_denied { Fault { hint: Some(PERMISSION.into()), ..fault } } else { fault }
}

fn cut() -> Fault {
    let message = "there are more entries than are read, so older ones are left out";
    Fault::new(FaultKind::Other, message)
        .during(ATTEMPT)
        .hint("Compare more often, or look in Logs Explorer.")
}
