//! What requests may say, and what methods do.

use crate::fake::sorts::Sort;
use crate::fake::world::{Refusal, refuse};
use serde_json::{Value as Json, json};

/// The body of a request that makes something.
pub(crate) fn checked(sort: &Sort, body: Json) -> Result<Json, Refusal> {
    known(&body, sort.writable)?;
    let name = body["name"].as_str().unwrap_or_default();
    let is_name = name.len() <= 63
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !is_name {
        return refuse(400, "invalid", format!("Invalid value for field 'resource.name': '{name}'."));
    }
    for field in sort.required {
        if body[field].is_null() {
            return refuse(400, "required", format!("Required field 'resource.{field}' not specified"));
        }
    }
    if sort.plural == "firewalls" && body["allowed"].is_null() == body["denied"].is_null() {
        return refuse(400, "invalid", "Exactly one of [allowed, denied] fields should be specified.");
    }
    Ok(body)
}

/// The body of a PATCH.
pub(crate) fn checked_patch(sort: &Sort, there: &Json, body: Json) -> Result<Json, Refusal> {
    let mut body = body;
    if sort.is_marked {
        if body["fingerprint"].is_null() {
            return refuse(400, "required", "Required field 'resource.fingerprint' not specified");
        }
        if body["fingerprint"] != there["fingerprint"] {
            return refuse(412, "conditionNotMet", "Invalid fingerprint.");
        }
        if let Some(body) = body.as_object_mut() {
            body.remove("fingerprint");
        }
    }
    known(&body, sort.patchable)?;
    let nats = body["nats"].as_array().into_iter().flatten().filter_map(Json::as_object);
    match nats.flatten().find(|(_, part)| **part == "") {
        Some((name, _)) => {
            refuse(400, "invalid", format!("Invalid value for field 'resource.nats[].{name}': ''."))
        }
        None => Ok(body),
    }
}

pub(crate) fn known(body: &Json, names: &[&str]) -> Result<(), Refusal> {
    let Some(parts) = body.as_object() else { return refuse(400, "required", "a body is required") };
    match parts.keys().find(|name| !names.contains(&name.as_str())) {
        Some(name) => {
            refuse(400, "invalid", format!("Invalid JSON payload received. Unknown name \"{name}\""))
        }
        None => Ok(()),
    }
}

/// What a method of a thing changes.
pub(crate) fn change(method: &str, there: &Json, body: &Json) -> Result<Json, Refusal> {
    let is_template = there["selfLink"].as_str().is_some_and(|link| link.contains("/instanceTemplates/"));
    match method {
        "setLabels" if !is_template => {
            known(body, &["labels", "labelFingerprint"])?;
            if body["labelFingerprint"] != there["labelFingerprint"] {
                return refuse(
                    412,
                    "conditionNotMet",
                    "Labels fingerprint either invalid or resource labels have changed",
                );
            }
            let mut labels = json!({});
            for name in there["labels"].as_object().into_iter().flatten().map(|(name, _)| name) {
                labels[name] = Json::Null;
            }
            for (name, text) in body["labels"].as_object().into_iter().flatten() {
                labels[name] = text.clone();
            }
            Ok(json!({"labels": labels}))
        }
        "expandIpCidrRange" => {
            known(body, &["ipCidrRange"])?;
            Ok(json!({"ipCidrRange": body["ipCidrRange"]}))
        }
        "setPrivateIpGoogleAccess" => {
            known(body, &["privateIpGoogleAccess"])?;
            Ok(json!({"privateIpGoogleAccess": body["privateIpGoogleAccess"]}))
        }
        "resize" => {
            known(body, &["sizeGb"])?;
            let size = |json: &Json| json.as_i64().or_else(|| json.as_str()?.parse().ok()).unwrap_or(0);
            // The same size again is no harm.
            if size(&body["sizeGb"]) < size(&there["sizeGb"]) {
                return refuse(400, "invalid", "New disk size must be larger than existing size.");
            }
            Ok(json!({"sizeGb": size(&body["sizeGb"]).to_string()}))
        }
        _ => refuse(404, "notFound", format!("no method {method}")),
    }
}

/// Gives a thing the marks of the state that it is in.
pub(crate) fn mark(json: &mut Json) {
    let of = |part: &Json| {
        let hash =
            part.to_string().bytes().fold(5381_u64, |hash, byte| hash.wrapping_mul(33) ^ u64::from(byte));
        Json::String(format!("{hash:016x}"))
    };
    let mut own = json.clone();
    if let Some(own) = own.as_object_mut() {
        for name in ["fingerprint", "labelFingerprint"] {
            own.remove(name);
        }
    }
    json["fingerprint"] = of(&own);
    for part in ["tags", "metadata"] {
        if json[part].is_object() {
            json[part]["fingerprint"] = of(&json[part]["items"]);
        }
    }
    json["labelFingerprint"] = of(&json["labels"]);
}
