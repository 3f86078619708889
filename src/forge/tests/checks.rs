//! Check runs of GitHub: a fake of them, after docs.github.com/rest/checks/runs, and what is asked of them.

use super::world::{APP, Act, Answer, Stand, World, body, known, refused};
use crate::{Details, ForgeErrorKind, Kind, State, Status};
use serde_json::{Value as Json, json};
use trueup_loopback::{Reply, Request};

const STATES: [&str; 3] = ["queued", "in_progress", "completed"];
const ENDS: [&str; 7] =
    ["action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out"];
const MAY: [&str; 7] =
    ["details_url", "external_id", "status", "started_at", "conclusion", "completed_at", "output"];

pub(super) fn answer(world: &mut World, request: &Request, (rest, is_app): (&[&str], bool)) -> Answer {
    match (request.method.as_str(), rest) {
        ("GET", ["commits", commit, "check-runs"]) => {
            known(request, &["check_name", "status", "filter", "per_page", "page", "app_id"])?;
            let name = request.parameter("check_name").unwrap_or_default();
            let is_it = |one: &&Json| one["head_sha"] == json!(commit) && one["name"] == json!(name);
            let found: Vec<&Json> = world.checks.iter().filter(is_it).collect();
            Ok(Reply::json(200, &json!({ "total_count": found.len(), "check_runs": found })))
        }
        _ if !is_app => Err(refused(403, "You must authenticate via a GitHub App.")),
        ("POST", ["check-runs"]) => {
            let mut json = body(request, &["name", "head_sha"], &MAY)?;
            judge(&json)?;
            json["id"] = json!(world.id());
            world.checks.push(json.clone());
            Ok(Reply::json(201, &json))
        }
        ("PATCH", ["check-runs", id]) => {
            let json = body(request, &[], &[&MAY[..], &["name"]].concat())?;
            judge(&json)?;
            let found = world.checks.iter_mut().find(|one| one["id"] == json!(id.parse::<u64>().ok()));
            let Some(found) = found else { return Err(refused(404, "Not Found")) };
            if found["external_id"] == json!("theirs") {
                return Err(refused(
                    403,
                    "Invalid app_id `1` - check run can only be modified by the GitHub App that created it.",
                ));
            }
            for (name, field) in json.as_object().into_iter().flatten() {
                found[name] = field.clone();
            }
            Ok(Reply::json(200, found))
        }
        _ => Err(refused(404, "Not Found")),
    }
}

fn judge(json: &Json) -> Result<(), Reply> {
    let state = json["status"].as_str().unwrap_or("queued");
    let end = json["conclusion"].as_str();
    let is_ended = state == "completed";
    let is_fine = STATES.contains(&state)
        && is_ended == end.is_some()
        && end.is_none_or(|end| ENDS.contains(&end))
        && json["head_sha"].as_str().is_none_or(|commit| commit.len() == 40);
    let fits = |name: &str| {
        let text = json["output"][name].as_str().unwrap_or_default();
        text.chars().count() <= 65_535
    };
    let has_output = json["output"]["title"].is_string() && json["output"]["summary"].is_string();
    if is_fine && has_output && fits("summary") && fits("text") {
        Ok(())
    } else {
        Err(refused(422, "Invalid request."))
    }
}

fn status(state: State, text: &str) -> Status {
    Status {
        name: "trueup/plan: live/net & more".into(),
        state,
        text: text.into(),
        url: Some("https://ci.example/1".into()),
        pull: Some(7),
        details: Details { summary: "Planned.".into(), text: "é".repeat(70_000) },
    }
}

#[tokio::test]
async fn an_app_writes_one_check_run_and_no_status() {
    let stand = Stand::with_token(Kind::GitHub, APP).await;
    let commit = format!("{:040x}", 7);
    // Another app's has the same name.
    let theirs = json!({ "id": 1, "name": status(State::Pending, "").name, "head_sha": commit, "external_id": "theirs" });
    stand.world().checks.push(theirs);
    for (state, text) in [(State::Pending, "…"), (State::Error, "failed"), (State::Success, "1 to add")] {
        let set = stand.forge.set_status(&commit, &status(state, text)).await;
        set.unwrap_or_else(|error| panic!("{state:?}: {error}"));
        assert_eq!(stand.world().checks.len(), 2, "{state:?}");
    }
    {
        let world = stand.world();
        assert_eq!(world.statuses.len(), 0);
        let ours = &world.checks[1];
        assert_eq!((&ours["status"], &ours["conclusion"]), (&json!("completed"), &json!("success")));
        assert_eq!(
            (&ours["output"]["title"], &ours["output"]["summary"]),
            (&json!("1 to add"), &json!("Planned."))
        );
        assert_eq!(ours["details_url"], "https://ci.example/1");
    }
    // Another commit has one of its own, also where the answer is lost.
    for (at, act) in [Act::CutBefore, Act::CutAfter, Act::FailAfter].into_iter().enumerate() {
        stand.trouble("POST", "check-runs", act);
        let other = format!("{:040x}", 100 + at);
        stand.forge.set_status(&other, &status(State::Success, "x")).await.expect("it is set in the end");
        assert_eq!(stand.world().checks.len(), 3 + at);
    }
    stand.trouble("POST", "check-runs", Act::Say(refused(403, "Resource not accessible by integration")));
    let wrong = stand.forge.set_status(&"a".repeat(40), &status(State::Success, "x")).await;
    let error = wrong.expect_err("it isn't permitted");
    assert_eq!(
        (error.kind, error.hint.as_deref()),
        (ForgeErrorKind::Forbidden, Some("grant the token: checks: write"))
    );
}

#[tokio::test]
async fn another_token_sets_a_status_and_no_check_run() {
    let stand = Stand::start(Kind::GitHub).await;
    stand.forge.set_status(&format!("{:040x}", 7), &status(State::Success, "x")).await.expect("it is set");
    let world = stand.world();
    assert_eq!((world.checks.len(), world.statuses.len()), (0, 1));
}
