//! The activity log: who wrote to resources of the subscription (Azure Monitor REST API, "Activity Logs - List", and
//! "Azure activity log event schema").

use crate::account::site::Site;
use crate::arm::document::Document;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use trueup_provider_kit::{Audit, Audited, Deed, Fault, FaultKind, Span};

const VERSION: &str = "2015-04-01";
/// A busy group's log is read so far.
const PAGES_MAX: usize = 25;
const ATTEMPT: &str = "reading the Azure activity log";
const PERMISSION: &str = "Grant the identity Microsoft.Insights/eventtypes/values/read on the subscription; the role Reader has it.";

/// Looks the objects up, those of a resource group by one query.
pub(crate) async fn audit(site: &Site, objects: &[Audited], span: &Span) -> Audit {
    // By the subscription and the group of each, in small letters, and then by its id.
    let mut groups: BTreeMap<(String, String), BTreeMap<String, Vec<usize>>> = BTreeMap::new();
    for (at, one) in objects.iter().enumerate() {
        let Some(id) = one.object.id().and_then(resource_id) else { continue };
        let group = group_of(&id).unwrap_or_else(|| (site.subscription.to_lowercase(), id.clone()));
        groups.entry(group).or_default().entry(id).or_default().push(at);
    }
    let mut audit = Audit::default();
    for ((subscription, group), wanted) in &groups {
        match events(site, subscription, &filter(group, wanted, span)).await {
            Ok((events, is_whole)) => {
                audit.deeds.extend(events.iter().flat_map(|event| deeds(event, wanted)));
                audit.faults.extend((!is_whole).then(|| cut(group)));
            }
            Err(fault) => audit.faults.push(refused(fault)),
        }
    }
    audit
}

/// The id of a resource in small letters. An association's is that of two, one after the other.
fn resource_id(id: &str) -> Option<String> {
    let id = id.split('|').next().unwrap_or(id).trim_end_matches('/').to_lowercase();
    id.starts_with("/subscriptions/").then_some(id)
}

/// The subscription and the resource group that an id is in.
fn group_of(id: &str) -> Option<(String, String)> {
    let parts: Vec<&str> = id.split('/').collect();
    match parts.as_slice() {
        ["", "subscriptions", subscription, "resourcegroups", group, ..] => {
            Some(((*subscription).to_owned(), (*group).to_owned()))
        }
        _ => None,
    }
}

/// The API takes one of few patterns: a group, or a resource.
fn filter(group: &str, wanted: &BTreeMap<String, Vec<usize>>, span: &Span) -> String {
    let quoted = |text: &str| text.replace('\'', "''");
    let place = match wanted.first_key_value() {
        Some((id, _)) if wanted.len() == 1 => format!("resourceUri eq '{}'", quoted(id)),
        _ => format!("resourceGroupName eq '{}'", quoted(group)),
    };
    format!("eventTimestamp ge '{}' and eventTimestamp le '{}' and {place}", span.since, span.until)
}

async fn events(site: &Site, subscription: &str, filter: &str) -> Result<(Vec<Json>, bool), Fault> {
    let path =
        format!("/subscriptions/{subscription}/providers/Microsoft.Insights/eventtypes/management/values");
    site.arm.list_some(path, (VERSION, &[("$filter", filter)][..]), PAGES_MAX).await
}

/// What an event says of the objects that are asked about.
fn deeds<'a>(
    event: &'a Json,
    wanted: &'a BTreeMap<String, Vec<usize>>,
) -> impl Iterator<Item = (usize, Deed)> + 'a {
    let places =
        event.word("/resourceId").and_then(|id| wanted.get(&id.trim_end_matches('/').to_lowercase()));
    let found = deed(event).zip(places);
    found.into_iter().flat_map(|(deed, places)| places.iter().map(move |at| (*at, deed.clone())))
}

/// A write that was carried out.
fn deed(event: &Json) -> Option<Deed> {
    let what = event.word("/operationName/value")?;
    let lower = what.to_lowercase();
    // "Action" is what neither writes nor deletes; some of them only tell something.
    let is_look =
        lower.rsplit('/').nth(1).is_some_and(|verb| verb.starts_with("list") || verb.starts_with("get"));
    let is_write = ["/write", "/delete"].iter().any(|end| lower.ends_with(end))
        || (lower.ends_with("/action") && !is_look);
    if !is_write || event.word("/status/value") != Some("Succeeded") {
        return None;
    }
    let application = event.word("/claims/appid");
    Some(Deed {
        time: event.word("/eventTimestamp")?.to_owned(),
        who: event.word("/caller").filter(|caller| !caller.is_empty()).or(application)?.to_owned(),
        what: what.to_owned(),
        from: event.word("/httpRequest/clientIpAddress").map(str::to_owned),
        with: application.map(|id| format!("application {id}")),
    })
}

fn refused(fault: Fault) -> Fault {
    let is_denied = fault.kind == FaultKind::Denied;
    let fault = fault.during(ATTEMPT);
    if is_denied { Fault { hint: Some(PERMISSION.into()), ..fault } } else { fault }
}

fn cut(group: &str) -> Fault {
    let message = format!("the log of {group} has more events than are read, so older ones are left out");
    Fault::new(FaultKind::Other, message).during(ATTEMPT).hint("Compare more often, or look in the portal.")
}
