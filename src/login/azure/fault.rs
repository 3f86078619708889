//! Answers of ARM and Entra that say what went wrong, as faults.

use crate::Answer;
use serde_json::Value as Json;
use trueup_provider_kit::{Fault, FaultKind};

/// Codes of refusals that pass by themselves: something else is being written, or isn't finished.
const PASSING: [&str; 11] = [
    "AnotherOperationInProgress",
    "AttachDiskWhileBeingDetached",
    "CanceledAndSupersededDueToAnotherOperation",
    "ContainerBeingDeleted",
    "NicReservedForAnotherVm",
    "OperationPreempted",
    "ReferencedResourceNotProvisioned",
    "ResourceGroupBeingDeleted",
    "ResourceNotReady",
    "RetryableError",
    "RetryableErrorDueToAnotherOperation",
];

/// Whether the same call may succeed a little later.
pub fn is_passing(fault: &Fault) -> bool {
    PASSING.contains(&fault.code.as_str())
        || (fault.kind == FaultKind::InUse && fault.code == "Conflict")
        || (fault.code == NOT_ALLOWED && says_one(&fault.message, &UNDER_WAY))
}

/// What may pass, never pass or be about a quota: the message tells.
const NOT_ALLOWED: &str = "OperationNotAllowed";
/// Words of messages about something that is under way and comes to an end.
const UNDER_WAY: [&str; 5] = ["another operation", "currently", "in progress", "is being", "try again"];

fn says_one(message: &str, words: &[&str]) -> bool {
    let message = message.to_lowercase();
    words.iter().any(|word| message.contains(word))
}

/// The answer of success, or what it says went wrong.
pub fn success(answer: Answer) -> Result<Answer, Fault> {
    if (200..300).contains(&answer.status) {
        return Ok(answer);
    }
    Err(refused(answer.status, &answer.body, answer.header("x-ms-request-id")))
}

/// What an answer with a status of failure says.
fn refused(status: u16, body: &[u8], request_id: Option<&str>) -> Fault {
    let json: Json = serde_json::from_slice(body).unwrap_or_default();
    let mut fault = told(&json, status);
    fault.request_id = request_id.map(Into::into);
    fault
}

/// What an operation that failed says of it.
pub fn failed(body: &Json, state: &str) -> Fault {
    let error = body.get("error").or_else(|| body.pointer("/properties/error"));
    let wrapped = error.map(|error| serde_json::json!({"error": error})).unwrap_or_default();
    let fault = told(&wrapped, 0);
    if fault.code.is_empty() {
        return Fault::new(FaultKind::Other, format!("the operation ended as {state} and says nothing more"));
    }
    fault
}

fn told(json: &Json, status: u16) -> Fault {
    let error = json.get("error").unwrap_or(json);
    // Entra says the code itself, with a description beside it.
    let code = error.as_str().or_else(|| error["code"].as_str()).unwrap_or_default();
    let said = error["message"].as_str().or_else(|| json["error_description"].as_str());
    let mut message = said.map_or_else(|| format!("HTTP status {status}"), first_lines);
    for detail in error["details"].as_array().into_iter().flatten() {
        if let Some(more) = detail["message"].as_str().filter(|more| !message.contains(*more)) {
            message.push(' ');
            message.push_str(&first_lines(more));
        }
    }
    let is_short = code == NOT_ALLOWED && says_one(&message, &["quota"]);
    let kind = if is_short { FaultKind::Invalid } else { kind(code, status) };
    let code_of_hint = if is_short { "QuotaExceeded" } else { code };
    let fault = Fault { code: code.to_owned(), ..Fault::new(kind, message) };
    match hint(code_of_hint, kind) {
        Some(hint) => fault.hint(hint),
        None => fault,
    }
}

/// Entra appends traces and times.
fn first_lines(text: &str) -> String {
    let lines = text.lines().map(str::trim);
    let telling =
        lines.take_while(|line| !line.starts_with("Trace ID:") && !line.starts_with("Correlation ID:"));
    let text = telling.collect::<Vec<_>>().join(" ");
    text.split(" Trace ID:").next().unwrap_or_default().trim().to_owned()
}

/// What to do about codes that say more than their sort of failure.
fn hint(code: &str, kind: FaultKind) -> Option<&'static str> {
    match code {
        "AuthorizationFailed" | "LinkedAuthorizationFailed" => Some(
            "Grant the action that the message names at the scope that it names, by a role assignment; new ones take \
             some minutes to act.",
        ),
        "SubscriptionNotFound" | "InvalidSubscriptionId" => {
            Some("Check subscription_id or ARM_SUBSCRIPTION_ID, and that the identity may read it.")
        }
        "MissingSubscriptionRegistration" | "SubscriptionNotRegistered" => Some(
            "Register the resource provider with `az provider register --namespace NAME`, or list it in \
             resource_providers_to_register.",
        ),
        "LocationNotAvailableForResourceType"
        | "LocationNotAvailableForResourceGroup"
        | "InvalidLocation" => Some("Choose one of the locations that `az account list-locations` names."),
        "InvalidAuthenticationTokenTenant" => {
            Some("Check tenant_id: the subscription belongs to another tenant.")
        }
        "RequestDisallowedByPolicy" => Some("An Azure policy forbids it: ask who looks after the policies."),
        "AllocationFailed"
        | "OverconstrainedAllocationRequest"
        | "OverconstrainedZonalAllocationRequest"
        | "SkuNotAvailable"
        | "ZonalAllocationFailed" => Some(
            "Azure has no place for it there now: choose another size, zone or location, or try again later.",
        ),
        "MarketplacePurchaseEligibilityFailed" | "ResourcePurchaseValidationFailed" => Some(
            "Accept the terms of the image with `az vm image terms accept`, and name its plan in a block plan.",
        ),
        "ScopeLocked" => Some("Remove the lock that the message names, if it is yours to remove."),
        _ if is_quota(code) => {
            Some("Remove what isn't needed any more, or ask for a higher quota in the portal (Quotas).")
        }
        _ if kind == FaultKind::Unanswered => Some("Azure itself had trouble: run again."),
        _ => None,
    }
}

fn is_quota(code: &str) -> bool {
    code.contains("Quota") || code.ends_with("LimitReached") || code.ends_with("LimitExceeded")
}

/// What code and status mean for the reaction (ARM reference, "Common deployment errors", and those of the services).
fn kind(code: &str, status: u16) -> FaultKind {
    let is_one = |words: &[&str]| words.contains(&code);
    if is_quota(code) {
        return FaultKind::Invalid;
    }
    if is_one(&PASSING)
        || code.starts_with("InUse")
        || code.ends_with("InUse")
        || code.ends_with("CannotBeDeleted")
        || is_one(&["CannotDeleteResource", "ResourceGroupDeletionBlocked"])
    {
        return FaultKind::InUse;
    }
    match status {
        404 => FaultKind::NotFound,
        401 => FaultKind::Unauthenticated,
        403 => FaultKind::Denied,
        412 => FaultKind::Exists,
        429 | 503 => FaultKind::Throttled,
        // A server that stumbles may have done what it was asked for.
        408 | 500.. => FaultKind::Unanswered,
        409 if is_one(&["Conflict", NOT_ALLOWED]) => FaultKind::InUse,
        409 if code.contains("Exist") || code.ends_with("Taken") => FaultKind::Exists,
        _ if is_one(&["invalid_client", "unauthorized_client", "invalid_grant", "access_denied"]) => {
            FaultKind::Unauthenticated
        }
        _ if code.ends_with("NotFound") && status == 0 => FaultKind::NotFound,
        400 | 409 | 422 => FaultKind::Invalid,
        _ => FaultKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart() {
        let cases = [
            ("ResourceNotFound", 404, FaultKind::NotFound),
            ("AnotherOperationInProgress", 409, FaultKind::InUse),
            ("InUseSubnetCannotBeDeleted", 400, FaultKind::InUse),
            ("NicInUse", 400, FaultKind::InUse),
            ("AuthorizationFailed", 403, FaultKind::Denied),
            ("PreconditionFailed", 412, FaultKind::Exists),
            ("ExpiredAuthenticationToken", 401, FaultKind::Unauthenticated),
            ("InvalidRequestFormat", 400, FaultKind::Invalid),
            ("PublicIPCountLimitReached", 400, FaultKind::Invalid),
            ("StorageAccountAlreadyTaken", 409, FaultKind::Exists),
            ("TooManyRequests", 429, FaultKind::Throttled),
            ("InternalServerError", 500, FaultKind::Unanswered),
            ("invalid_client", 401, FaultKind::Unauthenticated),
        ];
        for (code, status, expected) in cases {
            assert_eq!(kind(code, status), expected, "{code} {status}");
        }
    }

    #[test]
    fn what_is_not_allowed_passes_or_is_short_by_its_message() {
        let cases = [
            ("Disk d is attached to VM m.", false, FaultKind::InUse),
            ("The machine is being deallocated.", true, FaultKind::InUse),
            ("It results in exceeding approved Total Regional Cores quota.", false, FaultKind::Invalid),
        ];
        for (message, passes, kind) in cases {
            let body = serde_json::json!({"error": {"code": NOT_ALLOWED, "message": message}});
            let fault = refused(409, body.to_string().as_bytes(), None);
            assert_eq!((is_passing(&fault), fault.kind), (passes, kind), "{message}");
        }
    }

    #[test]
    fn messages_say_all_and_nothing_twice() {
        let body = br#"{"error": {"code": "InvalidRequestFormat", "message": "Cannot parse the request.",
            "details": [{"code": "x", "message": "Value is missing."}, {"message": "Cannot parse the request."}]}}"#;
        let fault = refused(400, body, Some("r-1"));
        assert_eq!(fault.to_string(), "InvalidRequestFormat: Cannot parse the request. Value is missing.");
        let entra = br#"{"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided. Trace ID: a Correlation ID: b"}"#;
        assert_eq!(
            refused(401, entra, None).to_string(),
            "invalid_client: AADSTS7000215: Invalid client secret provided."
        );
        assert_eq!(refused(502, b"<html>", None).to_string(), "HTTP status 502");
        let operation =
            serde_json::json!({"status": "Failed", "error": {"code": "AllocationFailed", "message": "no"}});
        assert_eq!(failed(&operation, "Failed").to_string(), "AllocationFailed: no");
    }
}
