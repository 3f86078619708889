//! The event history of `CloudTrail`: who wrote to things of the account (AWS `CloudTrail` API reference, "`LookupEvents`", and
//! user guide, "`CloudTrail` record contents").

use crate::account::Account;
use crate::account::partition::Partition;
use crate::account::site::Site;
use crate::fault::{Attempt, built};
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use futures::stream::{self, StreamExt};
use serde_json::Value as Json;
use trueup_provider_kit::{Audit, Audited, Cloud, Deed, Fault, FaultKind, Fields, Object, Span};

/// Events of one thing are read so far; a page has 50.
const PAGES_MAX: usize = 3;
/// The API takes two calls a second: with more objects than this the report would wait for minutes.
const OBJECTS_MAX: usize = 200;
/// Lookups that wait at a time.
const CALLS_MAX: usize = 2;
const ATTEMPT: &str = "looking up events of CloudTrail";
const PERMISSION: &str = "Grant the caller cloudtrail:LookupEvents.";

/// What `CloudTrail` knows a thing by, and what has to stand in an event that is about it.
struct Traces<'o> {
    /// Asked for one after the other, until one is known.
    names: Vec<&'o str>,
    /// Events of a thing that it is a part of are about it only where they name it.
    needle: Option<&'o str>,
}

/// Types of things that are told of under the name of another thing: how the type begins, the attribute with that name, and
/// those of which the first that is set tells it from others.
const PARTS: [(&str, &str, &[&str]); 9] = [
    ("aws_iam_role_policy", "role", &["name"]),
    ("aws_iam_role_policy_attachment", "role", &["policy_arn"]),
    ("aws_route_table_association", "route_table_id", &["id"]),
    (
        "aws_route",
        "route_table_id",
        &["destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id"],
    ),
    ("aws_s3_bucket", "bucket", &[]),
    ("aws_security_group_rule", "security_group_id", &[]),
    ("aws_volume_attachment", "volume_id", &["instance_id"]),
    ("aws_vpc_security_group_egress_rule", "security_group_id", &["id"]),
    ("aws_vpc_security_group_ingress_rule", "security_group_id", &["id"]),
];
/// The event history has no events of what is inside of buckets, and other things may have the same names.
const UNTOLD: [&str; 2] = ["aws_s3_bucket_object", "aws_s3_object"];

/// What is known of one object.
#[derive(Default)]
struct Known {
    deeds: Vec<Deed>,
    /// Whether there are events that weren't read.
    is_cut: bool,
}

/// Looks the objects up, each by calls of its own: the API takes one name at a time.
pub(crate) async fn audit(account: &Account, objects: &[Audited], span: &Span) -> Audit {
    let asked = objects.iter().take(OBJECTS_MAX).enumerate();
    let lookups: Vec<_> = asked.map(|(at, one)| looked_up(account, (at, one), span)).collect();
    let mut audit = Audit::default();
    let mut cut_short = 0;
    for (at, found) in stream::iter(lookups).buffered(CALLS_MAX).collect::<Vec<_>>().await {
        match found {
            Ok(known) => {
                cut_short += usize::from(known.is_cut);
                audit.deeds.extend(known.deeds.into_iter().map(|deed| (at, deed)));
            }
            Err(fault) => audit.faults.push(refused(fault)),
        }
    }
    audit.faults.extend((cut_short > 0).then(|| too_many(cut_short)));
    audit.faults.extend((objects.len() > OBJECTS_MAX).then(|| cut(objects.len() - OBJECTS_MAX)));
    audit
}

async fn looked_up(
    account: &Account,
    (at, one): (usize, &Audited),
    span: &Span,
) -> (usize, Result<Known, Fault>) {
    let found = match account.site(region(account, one).as_deref()) {
        Ok(site) => deeds(&site, one, span).await,
        Err(fault) => Err(fault),
    };
    (at, found)
}

/// Where events of an object are; those of services without regions are in one region of the partition.
fn region(account: &Account, one: &Audited) -> Option<String> {
    let region = one.object.owned("region").or_else(|| account.region().map(str::to_owned));
    if !one.kind.starts_with("aws_iam_") {
        return region;
    }
    let global = match Partition::of(region.as_deref()?).name {
        "aws" => "us-east-1",
        "aws-cn" => "cn-north-1",
        "aws-us-gov" => "us-gov-west-1",
        _ => return region,
    };
    Some(global.to_owned())
}

/// Looks one object up.
async fn deeds(site: &Site, one: &Audited, span: &Span) -> Result<Known, Fault> {
    let traces = traces(&one.kind, &one.object);
    let mut known = Known::default();
    for name in &traces.names {
        let (events, is_whole) = events(site, name, span).await?;
        known.is_cut |= !is_whole;
        let is_about = |event: &Json| traces.needle.is_none_or(|needle| has_text(event, needle));
        known.deeds = events.iter().filter(|event| is_about(event)).filter_map(deed).collect();
        if !known.deeds.is_empty() {
            break;
        }
    }
    Ok(known)
}

/// Whether a text stands somewhere in an event, by itself: names begin with other names.
fn has_text(event: &Json, wanted: &str) -> bool {
    match event {
        Json::String(text) => text == wanted,
        Json::Array(all) => all.iter().any(|one| has_text(one, wanted)),
        Json::Object(all) => all.values().any(|one| has_text(one, wanted)),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

fn traces<'o>(kind: &str, object: &'o Object) -> Traces<'o> {
    let nothing = Traces { names: Vec::new(), needle: None };
    if UNTOLD.contains(&kind) {
        return nothing;
    }
    // The longest beginning that fits.
    let part =
        PARTS.iter().filter(|(start, ..)| kind.starts_with(start)).max_by_key(|(start, ..)| start.len());
    let of = |name: &str| object.text(name).filter(|text| !text.is_empty());
    if let Some((_, carrier, needles)) = part
        && let Some(name) = of(carrier)
    {
        let needle = needles.iter().find_map(|needle| of(needle));
        // Without it everything that was done to the other thing would be told of this one.
        let is_told_apart = needle.is_some() || needles.is_empty();
        return if is_told_apart { Traces { names: vec![name], needle } } else { nothing };
    }
    let mut names: Vec<&str> = [object.id(), of("arn")].into_iter().flatten().collect();
    names.dedup();
    Traces { names, needle: None }
}

/// What `CloudTrail` recorded of a thing, latest first: each event as the record that it is. And whether that is
/// all.
async fn events(site: &Site, name: &str, span: &Span) -> Result<(Vec<Json>, bool), Fault> {
    let time = |text: &str| {
        DateTime::from_str(text, Format::DateTimeWithOffset)
            .map_err(|error| Fault::new(FaultKind::Invalid, format!("{text:?} is no time: {error}")))
    };
    let wanted =
        LookupAttribute::builder().attribute_key(LookupAttributeKey::ResourceName).attribute_value(name);
    let wanted = built(wanted.build())?;
    let (since, until) = (time(&span.since)?, time(&span.until)?);
    let mut all = Vec::new();
    let mut token = None;
    for _ in 0..PAGES_MAX {
        let call = site.cloudtrail.lookup_events().lookup_attributes(wanted.clone());
        let call = call.start_time(since).end_time(until).max_results(50).set_next_token(token.take());
        let page = call.send().await.attempt(ATTEMPT)?;
        let records = page.events().iter().filter_map(|event| event.cloud_trail_event());
        all.extend(records.filter_map(|text| serde_json::from_str::<Json>(text).ok()));
        token = page.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    Ok((all, token.is_none()))
}

/// A write that was carried out.
fn deed(event: &Json) -> Option<Deed> {
    let text = |at: &str| event.pointer(at)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    if event["readOnly"] == Json::Bool(true) || text("/errorCode").is_some() {
        return None;
    }
    let who = [
        "/userIdentity/arn",
        "/userIdentity/userName",
        "/userIdentity/invokedBy",
        "/userIdentity/principalId",
    ];
    Some(Deed {
        time: text("/eventTime")?,
        who: who.into_iter().find_map(text).unwrap_or_else(|| "somebody that CloudTrail doesn't name".into()),
        what: text("/eventName")?,
        from: text("/sourceIPAddress"),
        with: text("/userAgent"),
    })
}

fn refused(fault: Fault) -> Fault {
    let is_denied = fault.kind == FaultKind::Denied;
    let fault = fault.during(ATTEMPT);
    if is_denied { Fault { hint: Some(PERMISSION.into()), ..fault } } else { fault }
}

fn too_many(objects: usize) -> Fault {
    let message = format!(
        "of {objects} objects there are more events than are read, so earlier writes to them may be missing"
    );
    Fault::new(FaultKind::Other, message).during(ATTEMPT).hint("Look them up in the event history.")
}

fn cut(left_out: usize) -> Fault {
    let message = format!("CloudTrail takes two calls a second, so {left_out} objects were not asked for");
    Fault::new(FaultKind::Other, message).during(ATTEMPT).hint("Look them up in the event history.")
}
