//! The activity log (Microsoft.Insights 2015-04-01).

use super::store::{Refusal, refuse};
use super::{PAGE, World};
use serde_json::{Value as Json, json};
use trueup_provider_walk::{Reply, Request};

/// What a filter asks for: from when, until when, and of what.
struct Filter {
    since: String,
    until: String,
    place: (String, String),
}

impl World {
    /// Answers what is asked of the log.
    pub(super) fn log(&self, request: &Request) -> Result<Reply, Refusal> {
        if request.method != "GET" || request.parameter("api-version").as_deref() != Some("2015-04-01") {
            return Err(refuse(400, "InvalidApiVersionParameter", "The api-version is another."));
        }
        if self.is_log_closed {
            let message = "The client 'c' with object id 'o-1' does not have authorization to perform action \
                'microsoft.insights/eventtypes/values/read' over the subscription.";
            return Err(refuse(403, "AuthorizationFailed", message));
        }
        let text = request.parameter("$filter").unwrap_or_default();
        let filter =
            parsed(&text).ok_or_else(|| refuse(400, "BadRequest", format!("The filter {text} is none.")))?;
        let found: Vec<&Json> = self.events.iter().filter(|event| filter.takes(event)).collect();
        let start: usize = request.parameter("$skiptoken").and_then(|text| text.parse().ok()).unwrap_or(0);
        let page: Vec<&&Json> = found.iter().skip(start).take(PAGE).collect();
        let mut body = json!({ "value": page });
        if found.len() > start + PAGE {
            let host = request.header("host").unwrap_or_default();
            let query: Vec<&str> =
                request.query.split('&').filter(|pair| !pair.contains("skiptoken")).collect();
            let (path, next) = (&request.path, start + PAGE);
            body["nextLink"] = json!(format!("http://{host}{path}?{}&$skiptoken={next}", query.join("&")));
        }
        Ok(Reply::json(200, &body))
    }
}

/// One of the few patterns that are taken.
fn parsed(text: &str) -> Option<Filter> {
    let parts: Vec<&str> = text.split(" and ").collect();
    let [since, until, place] = parts.as_slice() else { return None };
    let quoted = |text: &str, start: &str| {
        Some(text.strip_prefix(start)?.strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'"))
    };
    let (name, _) = place.split_once(' ')?;
    ["resourceGroupName", "resourceUri"].contains(&name).then_some(())?;
    Some(Filter {
        since: quoted(since, "eventTimestamp ge ")?,
        until: quoted(until, "eventTimestamp le ")?,
        place: (name.to_owned(), quoted(place, &format!("{name} eq "))?.to_lowercase()),
    })
}

impl Filter {
    fn takes(&self, event: &Json) -> bool {
        let text = |name: &str| event[name].as_str().unwrap_or_default().to_lowercase();
        let time = event["eventTimestamp"].as_str().unwrap_or_default();
        let (name, wanted) = &self.place;
        let field = if name == "resourceUri" { "resourceId" } else { "resourceGroupName" };
        *self.since <= *time && *time <= *self.until && text(field) == *wanted
    }
}
