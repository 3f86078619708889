//! What is only looked at: zones, images, projects.

use crate::fake::world::{Refusal, refuse};
use serde_json::{Value as Json, json};
use trueup_provider_walk::Request;

const ROOT: &str = "https://www.googleapis.com/compute/v1/";

/// The answer to a look at something that nobody makes; None where it is about something else.
pub(crate) fn look(request: &Request) -> Option<Result<Json, Refusal>> {
    let answer = match request.path.as_str() {
        "/v1/projects/my-project" => Ok(json!({
            "projectId": "my-project", "name": "My Project", "projectNumber": "123456", "lifecycleState": "ACTIVE",
            "parent": {"type": "organization", "id": "42"}, "labels": {"team": "core"},
        })),
        "/v1/projects/my-project/billingInfo" => Ok(json!({"billingAccountName": "billingAccounts/AB-CD"})),
        "/v1/projects/gone-project" => {
            Ok(json!({"projectId": "gone-project", "lifecycleState": "DELETE_REQUESTED"}))
        }
        "/v1/projects/closed-project" => refuse(403, "forbidden", "The caller does not have permission"),
        path => return compute(request, path.strip_prefix("/compute/v1/projects/")?),
    };
    Some(answer)
}

fn compute(request: &Request, path: &str) -> Option<Result<Json, Refusal>> {
    let zone = |name: &str, region: &str, status: &str| json!({"name": name, "region": format!("{ROOT}projects/my-project/regions/{region}"), "status": status});
    match path {
        "my-project/zones" => Some(Ok(json!({"items": [
            zone("us-central1-b", "us-central1", "UP"),
            zone("us-central1-a", "us-central1", "UP"),
            zone("us-central1-c", "us-central1", "DOWN"),
            zone("us-east1-b", "us-east1", "UP"),
        ]}))),
        "debian-cloud/global/images/family/debian-12" => Some(Ok(image("debian-12-v20260101", "2026-01-01"))),
        "debian-cloud/global/images/debian-12-v20250101" => {
            Some(Ok(image("debian-12-v20250101", "2025-01-01")))
        }
        "debian-cloud/global/images" => {
            let all = match request.parameter("filter").as_deref() {
                Some("family = debian-12") => {
                    vec![
                        image("debian-12-v20260101", "2026-01-01"),
                        image("debian-12-v20250101", "2025-01-01"),
                    ]
                }
                _ => Vec::new(),
            };
            Some(Ok(json!({"items": all})))
        }
        _ if !path.starts_with("my-project/") => {
            Some(refuse(404, "notFound", format!("The resource 'projects/{path}' was not found")))
        }
        _ => None,
    }
}

fn image(name: &str, day: &str) -> Json {
    json!({
        "name": name, "family": "debian-12", "id": "77", "diskSizeGb": "10", "archiveSizeBytes": "1000",
        "creationTimestamp": format!("{day}T00:00:00.000-08:00"), "status": "READY", "labels": {"public": "yes"},
        "selfLink": format!("{ROOT}projects/debian-cloud/global/images/{name}"),
        "licenses": [format!("{ROOT}projects/debian-cloud/global/licenses/debian-12")],
    })
}
