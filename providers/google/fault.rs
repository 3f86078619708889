//! What the APIs answer instead of what was asked, as faults.

use reqwest::StatusCode;
use serde_json::Value as Json;
use trueup_login::google::CREDENTIALS_HINT;
use trueup_provider_kit::{Fault, FaultKind};

/// Nothing instead of a failure that says that the thing isn't there.
pub(crate) fn found<T>(outcome: Result<T, Fault>) -> Result<Option<T>, Fault> {
    match outcome {
        Ok(found) => Ok(Some(found)),
        Err(fault) if fault.is_not_found() => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// An answer that isn't a success.
pub(crate) fn answered(status: StatusCode, body: &Json) -> Fault {
    let error = &body["error"];
    let reason = reason(error).unwrap_or_default();
    let message = error["message"].as_str().filter(|text| !text.is_empty());
    let message = message.map_or_else(|| format!("HTTP status {}", status.as_u16()), str::to_owned);
    let kind = match (kind(reason), status.as_u16()) {
        (FaultKind::Other, 400) => FaultKind::Invalid,
        (FaultKind::Other, 401) => FaultKind::Unauthenticated,
        (FaultKind::Other, 403) => FaultKind::Denied,
        (FaultKind::Other, 404) => FaultKind::NotFound,
        (FaultKind::Other, 409) => FaultKind::Exists,
        (FaultKind::Other, 429) => FaultKind::Throttled,
        // A server that stumbles may have done what it was asked for.
        (FaultKind::Other, 500..) => FaultKind::Unanswered,
        (kind, _) => kind,
    };
    let fault = Fault { code: reason.to_owned(), ..Fault::new(kind, message) };
    match hint(reason, kind) {
        Some(hint) => fault.hint(hint),
        None => fault,
    }
}

/// An operation that came to an end and failed; None where it did not.
pub(crate) fn failed(operation: &Json) -> Option<Fault> {
    let first = operation["error"]["errors"].as_array().and_then(|errors| errors.first())?;
    let code = first["code"].as_str().unwrap_or_default();
    let message = first["message"].as_str().unwrap_or("the operation failed and does not say why");
    let kind = match kind(code) {
        // What the new thing refers to isn't there: the thing itself isn't the question.
        FaultKind::NotFound if operation["operationType"] != "delete" => FaultKind::Invalid,
        kind => kind,
    };
    let fault = Fault { code: code.to_owned(), ..Fault::new(kind, message) };
    Some(match hint(code, kind) {
        Some(hint) => fault.hint(hint),
        None => fault,
    })
}

/// Why, in the word of the API: `alreadyExists`.
pub(crate) fn reason(error: &Json) -> Option<&str> {
    let first = error["errors"].as_array().and_then(|errors| errors.first());
    let detailed =
        error["details"].as_array().into_iter().flatten().find_map(|detail| detail["reason"].as_str());
    first.and_then(|first| first["reason"].as_str()).or(detailed).or_else(|| error["status"].as_str())
}

/// What a reason, or the code of a failed operation, means for the reaction (Compute Engine API, "Handling API errors").
fn kind(reason: &str) -> FaultKind {
    match reason {
        "notFound" | "RESOURCE_NOT_FOUND" | "NOT_FOUND" => FaultKind::NotFound,
        "alreadyExists" | "RESOURCE_ALREADY_EXISTS" | "ALREADY_EXISTS" => FaultKind::Exists,
        "resourceInUseByAnotherResource"
        | "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE"
        | "RESOURCE_IN_USE"
        | "resourceNotReady"
        | "RESOURCE_NOT_READY"
        | "resourceOperationInProgress"
        | "RESOURCE_OPERATION_IN_PROGRESS" => FaultKind::InUse,
        "rateLimitExceeded" | "userRateLimitExceeded" | "RATE_LIMIT_EXCEEDED" | "operationRateExceeded" => {
            FaultKind::Throttled
        }
        "authError" | "UNAUTHENTICATED" | "ACCESS_TOKEN_EXPIRED" => FaultKind::Unauthenticated,
        "forbidden" | "PERMISSION_DENIED" | "PERMISSIONS_ERROR" | "IAM_PERMISSION_DENIED" => {
            FaultKind::Denied
        }
        "invalid"
        | "badRequest"
        | "required"
        | "INVALID_ARGUMENT"
        | "INVALID_USAGE"
        | "INVALID_FIELD_VALUE" => FaultKind::Invalid,
        _ => FaultKind::Other,
    }
}

/// What to do about reasons that say more than their sort of failure.
fn hint(reason: &str, kind: FaultKind) -> Option<&'static str> {
    match reason {
        "quotaExceeded" | "QUOTA_EXCEEDED" | "quotaExceededInRegion" => Some(
            "Remove what isn't needed any more, or ask for a higher quota on the page \"Quotas\" of the console.",
        ),
        "accessNotConfigured" | "SERVICE_DISABLED" => {
            Some("Enable the API that the message names in the project, wait a minute, and run again.")
        }
        "ZONE_RESOURCE_POOL_EXHAUSTED" | "ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS" | "stockout" => Some(
            "The zone has none left at the moment: choose another zone or machine type, or run again later.",
        ),
        "billingNotEnabled" | "BILLING_DISABLED" | "accountDisabled" => {
            Some("Enable billing for the project.")
        }
        _ if kind == FaultKind::Denied => Some(
            "Give the caller a role in the project that holds the permission that the message names, and check that project names the right one.",
        ),
        _ if kind == FaultKind::Unauthenticated => Some(CREDENTIALS_HINT),
        _ if kind == FaultKind::Unanswered => Some("Google Cloud itself had trouble: run again."),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn answers_are_told_apart() {
        let cases = [
            (
                404,
                json!({"error": {"message": "gone", "errors": [{"reason": "notFound"}]}}),
                FaultKind::NotFound,
            ),
            (409, json!({"error": {"errors": [{"reason": "alreadyExists"}]}}), FaultKind::Exists),
            (409, json!({"error": {"errors": [{"reason": "conflict"}]}}), FaultKind::Exists),
            (
                400,
                json!({"error": {"errors": [{"reason": "resourceInUseByAnotherResource"}]}}),
                FaultKind::InUse,
            ),
            (400, json!({"error": {"errors": [{"reason": "resourceNotReady"}]}}), FaultKind::InUse),
            (400, json!({"error": {"errors": [{"reason": "invalid"}]}}), FaultKind::Invalid),
            (403, json!({"error": {"errors": [{"reason": "rateLimitExceeded"}]}}), FaultKind::Throttled),
            (403, json!({"error": {"errors": [{"reason": "forbidden"}]}}), FaultKind::Denied),
            (403, json!({"error": {"errors": [{"reason": "quotaExceeded"}]}}), FaultKind::Denied),
            (401, json!({"error": {"status": "UNAUTHENTICATED"}}), FaultKind::Unauthenticated),
            (500, json!("a proxy's page"), FaultKind::Unanswered),
            (412, json!({"error": {"errors": [{"reason": "conditionNotMet"}]}}), FaultKind::Other),
        ];
        for (status, body, expected) in cases {
            let status = StatusCode::from_u16(status).expect("a status");
            assert_eq!(answered(status, &body).kind, expected, "{status} {body}");
        }
    }

    #[test]
    fn failed_operations_say_why() {
        let failing = |kind: &str, code: &str| {
            failed(
                &json!({"operationType": kind, "error": {"errors": [{"code": code, "message": "because"}]}}),
            )
        };
        let cases = [
            ("insert", "RESOURCE_NOT_FOUND", FaultKind::Invalid),
            ("delete", "RESOURCE_NOT_FOUND", FaultKind::NotFound),
            ("delete", "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", FaultKind::InUse),
            ("insert", "QUOTA_EXCEEDED", FaultKind::Other),
        ];
        for (verb, code, expected) in cases {
            assert_eq!(failing(verb, code).map(|fault| fault.kind), Some(expected), "{verb} {code}");
        }
        assert!(failing("insert", "QUOTA_EXCEEDED").is_some_and(|fault| fault.hint.is_some()));
        assert_eq!(failed(&json!({"status": "DONE"})), None);
    }
}
