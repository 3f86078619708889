//! A fake of Gitea and Forgejo, after the description that both give of their API (version 1).

use super::world::{
    ANN, Answer, FakeComment, FakeIssue, FakePull, MAIN, MALLORY, NAMES, SECRET, World, body, known, linked,
    refused, wants,
};
use serde_json::{Value as Json, json};
use trueup_loopback::{Reply, Request};

pub(super) fn answer(world: &mut World, request: &Request) -> Answer {
    if request.header("authorization") != Some(&format!("token {SECRET}")) {
        return Err(refused(401, "token is required"));
    }
    let parts = request.segments();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let rest = match &parts[..] {
        ["api", "v1", "user"] => return Ok(Reply::json(200, &user(1))),
        ["api", "v1", "repos", "acme", "infra", rest @ ..] => rest,
        _ => return Err(refused(404, "The target couldn't be found.")),
    };
    match (request.method.as_str(), rest) {
        ("GET", []) => Ok(Reply::json(200, &json!({ "full_name": "acme/infra", "default_branch": "main" }))),
        ("GET", ["pulls"]) => {
            known(request, &["state", "limit", "page"])?;
            let all: Vec<Json> = world.pulls.iter().map(pull).collect();
            linked(request, "limit", &all)
        }
        ("POST", ["pulls"]) => {
            let json = body(request, &["title", "head", "base"], &["body", "labels"])?;
            let (head, base) = (json["head"].as_str().unwrap_or(""), json["base"].as_str().unwrap_or(""));
            let is_draft = json["title"].as_str().is_some_and(|title| title.starts_with("WIP: "));
            Ok(Reply::json(201, &pull(&world.open(head, base, is_draft)?)))
        }
        ("GET", ["pulls", number]) => Ok(Reply::json(200, &pull(&world.pull(number)?))),
        ("GET", ["pulls", _, "reviews"]) => {
            known(request, &["limit", "page"])?;
            let review = |by: u64, what: &str| {
                let state = match what {
                    "approved" | "dismissed" => "APPROVED",
                    "objected" => "REQUEST_CHANGES",
                    _ => "COMMENT",
                };
                json!({
                    "id": 1, "user": user(by), "state": state, "commit_id": format!("{:040x}", 7),
                    "official": by != MALLORY, "dismissed": what == "dismissed", "stale": false,
                })
            };
            let all: Vec<Json> = world.reviews.iter().map(|one| review(one.by, one.what)).collect();
            linked(request, "limit", &all)
        }
        ("GET", ["pulls", _, "commits"]) => {
            known(request, &["limit", "page"])?;
            let made =
                |by: &(u64, u64)| json!({ "sha": "", "author": maker(by.0), "committer": maker(by.1) });
            linked(request, "limit", &world.commits.iter().map(made).collect::<Vec<Json>>())
        }
        _ => talk(world, request, rest),
    }
}

fn talk(world: &mut World, request: &Request, rest: &[&str]) -> Answer {
    match (request.method.as_str(), rest) {
        ("GET", ["issues", number, "comments"]) => {
            known(request, &["since", "before", "limit", "page"])?;
            let on = number.parse().unwrap_or(0);
            let is_pull = world.pulls.iter().any(|pull| pull.number == on);
            let all: Vec<Json> = world.comments_on(is_pull, on).iter().map(comment).collect();
            linked(request, "limit", &all)
        }
        ("POST", ["issues", number, "comments"]) => {
            let json = body(request, &["body"], &[])?;
            let on = number.parse().unwrap_or(0);
            let is_pull = world.pulls.iter().any(|pull| pull.number == on);
            let made = world.comment((is_pull, on), 1, json["body"].as_str().unwrap_or(""));
            Ok(Reply::json(201, &comment(&made)))
        }
        ("PATCH", ["issues", "comments", id]) => {
            let json = body(request, &["body"], &[])?;
            Ok(Reply::json(200, &comment(&world.edit(id, json["body"].as_str().unwrap_or(""))?)))
        }
        ("POST", ["statuses", sha]) => {
            let json = body(request, &["state"], &["target_url", "description", "context"])?;
            let name = json["context"].as_str().unwrap_or("default").to_owned();
            let state = json["state"].as_str().unwrap_or("").to_owned();
            let text = json["description"].as_str().unwrap_or("").to_owned();
            world.statuses.insert(((*sha).to_owned(), name), (state, text));
            Ok(Reply::json(201, &json!({ "id": 1 })))
        }
        _ => rest_of(world, request, rest),
    }
}

fn rest_of(world: &mut World, request: &Request, rest: &[&str]) -> Answer {
    match (request.method.as_str(), rest) {
        ("GET", ["issues"]) => {
            known(request, &["state", "type", "limit", "page"])?;
            wants(request, "type", "issues")?;
            let all: Vec<Json> = world.issues.iter().map(issue).collect();
            linked(request, "limit", &all)
        }
        ("POST", ["issues"]) => {
            let json = body(request, &["title"], &["body", "labels"])?;
            let (title, text) = (json["title"].as_str().unwrap_or(""), json["body"].as_str().unwrap_or(""));
            Ok(Reply::json(201, &issue(&world.add_issue(title, text, ""))))
        }
        ("PATCH", ["issues", number]) => {
            let json = body(request, &[], &["title", "body", "state"])?;
            let found = world.issue(number)?;
            json["title"].as_str().unwrap_or("").clone_into(&mut found.title);
            json["body"].as_str().unwrap_or("").clone_into(&mut found.body);
            found.is_open = json["state"] == json!("open");
            Ok(Reply::json(201, &issue(found)))
        }
        ("GET", ["branches", "main"]) => {
            Ok(Reply::json(200, &json!({ "name": "main", "commit": { "id": MAIN } })))
        }
        ("GET", ["raw", path @ ..]) => {
            known(request, &["ref"])?;
            let key = (request.parameter("ref").unwrap_or_default(), path.join("/"));
            match world.files.get(&key) {
                Some(text) => Ok(Reply { status: 200, body: text.clone().into_bytes(), ..Reply::default() }),
                None => Err(refused(404, "The target couldn't be found.")),
            }
        }
        _ => Err(refused(404, "The target couldn't be found.")),
    }
}

fn user(id: u64) -> Json {
    json!({ "id": id, "login": NAMES[usize::try_from(id).unwrap_or(0)] })
}

/// Nobody has the address of 0.
fn maker(id: u64) -> Json {
    if id == 0 { Json::Null } else { user(id) }
}

fn pull(pull: &FakePull) -> Json {
    let from = if pull.is_fork { "mallory/infra" } else { "acme/infra" };
    let labels: Vec<Json> = pull.labels.iter().map(|name| json!({ "name": name })).collect();
    json!({
        "number": pull.number, "title": "A change", "html_url": format!("https://h/{}", pull.number), "state": "open",
        "merged": false, "draft": pull.is_draft, "user": user(ANN), "labels": labels,
        "head": { "ref": pull.branch, "sha": pull.commit, "repo": { "full_name": from } },
        "base": { "ref": pull.base, "sha": format!("{:040x}", 1), "repo": { "full_name": "acme/infra" } },
        "mergeable": pull.mergeable,
    })
}

fn comment(one: &FakeComment) -> Json {
    json!({ "id": one.id, "body": one.body, "user": user(one.author) })
}

fn issue(one: &FakeIssue) -> Json {
    json!({
        "number": one.number, "title": one.title, "body": one.body, "user": user(one.author),
        "state": if one.is_open { "open" } else { "closed" }, "html_url": format!("https://h/{}", one.number),
    })
}
