//! A fake of GitLab, after docs.gitlab.com/api (version 4).

use super::world::{
    ANN, Answer, FakeComment, FakeIssue, FakePull, MAIN, NAMES, SECRET, World, body, known, linked, refused,
    wants,
};
use serde_json::{Value as Json, json};
use trueup_loopback::{Reply, Request};

pub(super) fn answer(world: &mut World, request: &Request) -> Answer {
    if request.header("private-token") != Some(SECRET) {
        return Err(Reply::json(401, &json!({ "message": "401 Unauthorized" })));
    }
    let parts = request.segments();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let rest = match &parts[..] {
        ["api", "v4", "user"] => return Ok(Reply::json(200, &user(1))),
        ["api", "v4", "projects", "acme/infra", rest @ ..] => rest,
        _ => return Err(refused(404, "404 Project Not Found")),
    };
    match (request.method.as_str(), rest) {
        ("GET", []) => Ok(Reply::json(200, &json!({ "id": 1, "default_branch": "main" }))),
        ("GET", ["merge_requests"]) => {
            known(request, &["state", "source_branch", "target_branch", "per_page", "page"])?;
            wants(request, "state", "opened")?;
            let branch = request.parameter("source_branch");
            let is_it = |one: &&FakePull| branch.as_ref().is_none_or(|branch| *branch == one.branch);
            let all: Vec<Json> = world.pulls.iter().filter(is_it).map(pull).collect();
            linked(request, "per_page", &all)
        }
        ("POST", ["merge_requests"]) => {
            let needed = ["source_branch", "target_branch", "title"];
            let json = body(request, &needed, &["description"])?;
            let (head, base) = (&json["source_branch"], &json["target_branch"]);
            let is_draft = json["title"].as_str().is_some_and(|title| title.starts_with("Draft: "));
            let opened = world.open(head.as_str().unwrap_or(""), base.as_str().unwrap_or(""), is_draft)?;
            Ok(Reply::json(201, &pull(&opened)))
        }
        ("GET", ["merge_requests", number]) => Ok(Reply::json(200, &pull(&world.pull(number)?))),
        ("GET", ["merge_requests", _, "approvals"]) => {
            let approved = world.reviews.iter().filter(|one| one.what == "approved");
            let approved: Vec<Json> = approved.map(|one| json!({ "user": user(one.by) })).collect();
            Ok(Reply::json(200, &json!({ "approved_by": approved })))
        }
        ("GET", ["merge_requests", _, "reviewers"]) => {
            let state = |what: &str| if what == "objected" { "requested_changes" } else { "reviewed" };
            let all: Vec<Json> = world
                .reviews
                .iter()
                .map(|one| json!({ "user": user(one.by), "state": state(one.what) }))
                .collect();
            linked(request, "per_page", &all)
        }
        _ => talk(world, request, rest),
    }
}

fn talk(world: &mut World, request: &Request, rest: &[&str]) -> Answer {
    match (request.method.as_str(), rest) {
        ("GET", [kind @ ("merge_requests" | "issues"), number, "notes"]) => {
            known(request, &["sort", "order_by", "per_page", "page"])?;
            let on = number.parse().unwrap_or(0);
            let mut all: Vec<Json> =
                world.comments_on(*kind == "merge_requests", on).iter().map(comment).collect();
            all.insert(0, json!({ "id": 1, "system": true, "body": "added 1 commit", "author": user(1) }));
            linked(request, "per_page", &all)
        }
        ("POST", [kind @ ("merge_requests" | "issues"), number, "notes"]) => {
            let json = body(request, &["body"], &["internal"])?;
            let on = (*kind == "merge_requests", number.parse().unwrap_or(0));
            Ok(Reply::json(201, &comment(&world.comment(on, 1, json["body"].as_str().unwrap_or("")))))
        }
        ("PUT", ["merge_requests" | "issues", _, "notes", id]) => {
            let json = body(request, &["body"], &[])?;
            Ok(Reply::json(200, &comment(&world.edit(id, json["body"].as_str().unwrap_or(""))?)))
        }
        ("POST", ["statuses", sha]) => {
            let json = body(request, &["state"], &["name", "target_url", "description", "ref", "coverage"])?;
            let name = json["name"].as_str().unwrap_or("default").to_owned();
            let state = json["state"].as_str().unwrap_or("").to_owned();
            if !["pending", "running", "success", "failed", "canceled"].contains(&state.as_str()) {
                return Err(refused(400, "state does not have a valid value"));
            }
            let key = ((*sha).to_owned(), name);
            if state == "running" && world.statuses.get(&key).is_some_and(|(was, _)| was == "running") {
                return Err(refused(400, "Cannot transition status via :run from :running"));
            }
            world.statuses.insert(key, (state, json["description"].as_str().unwrap_or("").to_owned()));
            Ok(Reply::json(201, &json!({ "id": 1 })))
        }
        _ => rest_of(world, request, rest),
    }
}

fn rest_of(world: &mut World, request: &Request, rest: &[&str]) -> Answer {
    match (request.method.as_str(), rest) {
        ("GET", ["issues"]) => {
            known(request, &["scope", "state", "per_page", "page"])?;
            wants(request, "scope", "created_by_me")?;
            let own = world.issues.iter().filter(|one| one.author == 1);
            let all: Vec<Json> = own.map(issue).collect();
            linked(request, "per_page", &all)
        }
        ("POST", ["issues"]) => {
            let json = body(request, &["title"], &["description", "labels"])?;
            let text = json["description"].as_str().unwrap_or("");
            Ok(Reply::json(201, &issue(&world.add_issue(json["title"].as_str().unwrap_or(""), text, ""))))
        }
        ("PUT", ["issues", number]) => {
            let json = body(request, &[], &["title", "description", "state_event", "labels"])?;
            let found = world.issue(number)?;
            json["title"].as_str().unwrap_or("").clone_into(&mut found.title);
            json["description"].as_str().unwrap_or("").clone_into(&mut found.body);
            found.is_open = json["state_event"] == json!("reopen");
            Ok(Reply::json(200, &issue(found)))
        }
        ("GET", ["repository", "branches", "main"]) => {
            Ok(Reply::json(200, &json!({ "name": "main", "commit": { "id": MAIN } })))
        }
        ("GET", ["repository", "files", path, "raw"]) => {
            known(request, &["ref"])?;
            let key = (request.parameter("ref").unwrap_or_default(), (*path).to_owned());
            match world.files.get(&key) {
                Some(text) => Ok(Reply { status: 200, body: text.clone().into_bytes(), ..Reply::default() }),
                None => Err(refused(404, "404 File Not Found")),
            }
        }
        _ => Err(refused(404, "404 Not Found")),
    }
}

fn user(id: u64) -> Json {
    json!({ "id": id, "username": NAMES[usize::try_from(id).unwrap_or(0)], "state": "active" })
}

fn pull(pull: &FakePull) -> Json {
    let status = match (pull.looks, pull.mergeable) {
        (1.., _) => "checking",
        (_, true) => pull.pipeline.unwrap_or("mergeable"),
        // The first of several reasons, and not the conflict.
        (_, false) => "not_approved",
    };
    json!({
        "iid": pull.number, "title": "A change", "web_url": format!("https://h/{}", pull.number), "state": "opened",
        "draft": pull.is_draft, "author": user(ANN), "labels": pull.labels, "sha": pull.commit,
        "source_branch": pull.branch, "target_branch": pull.base,
        "source_project_id": if pull.is_fork { 9 } else { 5 }, "target_project_id": 5,
        "diff_refs": { "base_sha": format!("{:040x}", 1) },
        "has_conflicts": !pull.mergeable && pull.looks == 0, "detailed_merge_status": status,
    })
}

fn comment(one: &FakeComment) -> Json {
    json!({ "id": one.id, "body": one.body, "author": user(one.author), "system": false })
}

fn issue(one: &FakeIssue) -> Json {
    json!({
        "iid": one.number, "title": one.title, "description": one.body, "author": user(one.author),
        "state": if one.is_open { "opened" } else { "closed" }, "web_url": format!("https://h/{}", one.number),
    })
}
