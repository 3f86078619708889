//! `CloudTrail`: the event history (API version 2013-11-01).

use super::world::{Outcome, Refusal, World, refuse};
use serde_json::{Value as Json, json};
use trueup_provider_walk::{Reply, Request};

const TARGET: &str = "CloudTrail_20131101.";
/// Events of a page, so that there is more than one.
const PAGE: usize = 2;

/// Something that was done.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) region: &'static str,
    /// What it was done to.
    pub(crate) names: Vec<String>,
    /// When, in seconds since 1970.
    pub(crate) seconds: i64,
    /// The whole of it.
    pub(crate) record: Json,
}

/// What a request is called.
pub(crate) fn name(request: &Request) -> String {
    let target = request.header("x-amz-target").unwrap_or_default();
    target.strip_prefix(TARGET).unwrap_or_default().to_owned()
}

/// Answers a request.
pub(crate) fn answer(world: &World, region: &str, request: &Request) -> Outcome<Reply> {
    if name(request) != "LookupEvents" {
        return Err(refuse("UnknownOperationException", "The operation is not here"));
    }
    if world.is_trail_closed {
        let message =
            "User: arn:aws:iam::123456789012:user/fake is not authorized to perform: cloudtrail:LookupEvents";
        return Err(refuse("AccessDeniedException", message));
    }
    let body: Json = serde_json::from_slice(&request.body)
        .map_err(|_| refuse("SerializationException", "The body is no JSON object"))?;
    let known = ["EndTime", "LookupAttributes", "MaxResults", "NextToken", "StartTime"];
    let unknown = body.as_object().into_iter().flatten().find(|(name, _)| !known.contains(&name.as_str()));
    if let Some((name, _)) = unknown {
        return Err(refuse("SerializationException", format!("Unknown field {name}")));
    }
    let attributes = body["LookupAttributes"].as_array().map_or(&[][..], Vec::as_slice);
    let [wanted] = attributes else {
        return Err(refuse("InvalidLookupAttributesException", "One attribute at a time"));
    };
    if wanted["AttributeKey"] != "ResourceName" || body["MaxResults"].as_u64() > Some(50) {
        return Err(refuse("InvalidLookupAttributesException", wanted.to_string()));
    }
    let time = |name: &str| body[name].as_f64().ok_or_else(|| refuse("InvalidTimeRangeException", name));
    #[expect(clippy::cast_possible_truncation, reason = "whole seconds")]
    let (since, until) = (time("StartTime")? as i64, time("EndTime")? as i64);
    let is_asked = |event: &&Event| {
        let is_named = event.names.iter().any(|name| wanted["AttributeValue"] == name.as_str());
        event.region == region && is_named && (since..=until).contains(&event.seconds)
    };
    let found: Vec<&Event> = world.trail.iter().filter(is_asked).collect();
    let start: usize = body["NextToken"].as_str().map_or(Ok(0), str::parse).unwrap_or(0);
    let page = found.iter().skip(start).take(PAGE);
    let events: Vec<Json> = page.map(|event| told(event)).collect();
    let next = (found.len() > start + PAGE).then(|| (start + PAGE).to_string());
    Ok(reply(200, &json!({"Events": events, "NextToken": next})))
}

fn told(event: &Event) -> Json {
    let resources: Vec<Json> = event.names.iter().map(|name| json!({"ResourceName": name})).collect();
    json!({
        "EventId": event.record["eventID"], "EventName": event.record["eventName"], "EventTime": event.seconds,
        "Resources": resources, "CloudTrailEvent": event.record.to_string(),
    })
}

/// The answer of a call refused.
pub(crate) fn refused(refusal: &Refusal) -> Reply {
    reply(refusal.status, &json!({"__type": refusal.code, "message": refusal.message}))
}

fn reply(status: u16, body: &Json) -> Reply {
    let kind = ("Content-Type".into(), "application/x-amz-json-1.1".into());
    Reply { status, headers: vec![kind], body: body.to_string().into_bytes() }
}
