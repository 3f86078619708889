//! Operations: what writes answer, and how they end.

use crate::account::Request;
use crate::account::site::Site;
use crate::fault::failed;
use crate::links;
use crate::places::{Place, Scope};
use reqwest::Method;
use serde_json::Value as Json;
use trueup_provider_kit::{Backoff, Call, Fault, FaultKind};

/// Waits for the end of an operation; the server holds each call until then, or for two minutes.
pub(crate) async fn finish(call: &Call<'_, Site>, operation: Json) -> Result<(), Fault> {
    let mut operation = operation;
    let mut backoff = Backoff::short();
    while operation["status"] != "DONE" {
        let link = operation["selfLink"].as_str().unwrap_or_default();
        let kind = operation["operationType"].as_str().unwrap_or("operation");
        if link.is_empty() {
            let message = "the API's answer is no operation: it can't be told how the write ended";
            return Err(Fault::new(FaultKind::Unanswered, message));
        }
        if call.deadline.is_past() {
            let message = format!("the {kind} is still {} at the end of the timeout", operation["status"]);
            return Err(Fault::new(FaultKind::TimedOut, message));
        }
        let path = format!("{}/wait", links::path(link));
        let request = Request::of(Method::POST, &path);
        operation = call.site.compute.send(&request).await?;
        if operation["status"] != "DONE" {
            backoff.pause().await;
        }
    }
    failed(&operation).map_or(Ok(()), Err)
}

/// Waits for the end of the operation that a request with this id began, where there is one, and says whether there is one
/// that did what it was to do.
pub(crate) async fn settled(call: &Call<'_, Site>, place: &Place, request_id: &str) -> Result<bool, Fault> {
    let filter = format!("clientOperationId = \"{request_id}\"");
    let scope = if !place.zone.is_empty() {
        Scope::Zone
    } else if !place.region.is_empty() {
        Scope::Region
    } else {
        Scope::Global
    };
    let operations = crate::places::Collection { plural: "operations", scope }.parent(place)?;
    let mut is_done = false;
    for operation in call.site.compute.list(&operations, &[("filter", &filter)]).await? {
        match finish(call, operation).await {
            Ok(()) => is_done = true,
            Err(fault) if matches!(fault.kind, FaultKind::Unanswered | FaultKind::TimedOut) => {
                return Err(fault);
            }
            // How it ended shows in what is there.
            Err(_) => {}
        }
    }
    Ok(is_done)
}
