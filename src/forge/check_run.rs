//! Check runs of GitHub, which stand beside a commit where the token is an app's; other tokens may not write any
//! (docs.github.com/rest/checks/runs, version 2022-11-28).

use crate::api::Api;
use crate::call::Call;
use crate::error::{ForgeError, ForgeErrorKind};
use crate::fields::{id, items, may_text};
use crate::forge::{State, Status};
use crate::kind::Kind;
use serde_json::{Value as Json, json};
use std::time::Duration;

const NEEDS: &str = "checks: write";
const TRIES_MAX: u32 = 4;
/// What a summary and what a text may have at most, in characters.
const CHARS_MAX: usize = 65_535;
/// By this a check run of ours is known from others of the same name.
const OURS: &str = "trueup";

/// Says how something stands: in the check run of the name, where there is one of the commit, otherwise in a new one.
pub(crate) async fn set(api: &Api, path: &str, commit: &str, status: &Status) -> Result<(), ForgeError> {
    let mut tries = 1;
    loop {
        let what = format!("set the check run \"{}\"", status.name);
        if let Some(found) = find(api, path, commit, status).await? {
            let call = Call::patch(format!("{path}/check-runs/{found}"), what, NEEDS).body(fields(status));
            return api.send(&call).await.map(drop);
        }
        let mut new = fields(status);
        new["head_sha"] = json!(commit);
        new["external_id"] = json!(OURS);
        let call = Call::post(format!("{path}/check-runs"), what, NEEDS).body(new);
        match api.send(&call).await {
            Err(error) if error.kind == ForgeErrorKind::Unanswered && tries < TRIES_MAX => {}
            outcome => return outcome.map(drop),
        }
        api.pace.pause(Duration::from_secs(1 << tries)).await;
        tries += 1;
    }
}

/// The id of the check run of a name that was made for this.
async fn find(api: &Api, path: &str, commit: &str, status: &Status) -> Result<Option<String>, ForgeError> {
    let what = format!("look for the check run \"{}\"", status.name);
    let call = Call::get(format!("{path}/commits/{commit}/check-runs"), what, NEEDS)
        .query("check_name", &status.name)
        .query("filter", "latest")
        .query("per_page", "100");
    let is_ours = |one: &&Json| may_text(one, "/external_id").as_deref() == Some(OURS);
    let ours =
        |json: &Json| items(json, "/check_runs").iter().find(is_ours).map(|one| id(one, "/id")).transpose();
    api.read(&call, ours).await
}

fn fields(status: &Status) -> Json {
    let mut output = json!({
        "title": status.text_for(Kind::GitHub),
        "summary": cut(&status.details.summary),
    });
    if !status.details.text.is_empty() {
        output["text"] = json!(cut(&status.details.text));
    }
    let mut fields = json!({ "name": status.name, "output": output });
    match conclusion(status.state) {
        Some(conclusion) => {
            fields["status"] = json!("completed");
            fields["conclusion"] = json!(conclusion);
        }
        None => fields["status"] = json!("in_progress"),
    }
    if let Some(url) = &status.url {
        fields["details_url"] = json!(url);
    }
    fields
}

fn conclusion(state: State) -> Option<&'static str> {
    match state {
        State::Pending => None,
        State::Success => Some("success"),
        State::Failure | State::Error => Some("failure"),
    }
}

fn cut(text: &str) -> String {
    text.chars().take(CHARS_MAX).collect()
}
