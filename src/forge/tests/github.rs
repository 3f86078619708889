//! A fake of GitHub, after docs.github.com/rest (version 2022-11-28).

use super::checks;
use super::world::{
    ANN, APP, Answer, FakeComment, FakeIssue, FakePull, MAIN, MALLORY, NAMES, SECRET, World, body, known,
    linked, refused,
};
use serde_json::{Value as Json, json};
use trueup_loopback::{Reply, Request};

pub(super) fn answer(world: &mut World, request: &Request) -> Answer {
    let bearer = request.header("authorization").and_then(|text| text.strip_prefix("Bearer "));
    if ![Some(SECRET), Some(APP)].contains(&bearer) {
        return Err(refused(401, "Bad credentials"));
    }
    let is_app = bearer == Some(APP);
    if request.header("x-github-api-version") != Some("2022-11-28") || request.header("user-agent").is_none()
    {
        return Err(refused(400, "no version or no agent"));
    }
    let parts = request.segments();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let rest = match &parts[..] {
        ["user"] if is_app => return Err(refused(403, "Resource not accessible by integration")),
        ["repos", "acme", "infra", "check-runs", ..]
        | ["repos", "acme", "infra", "commits", _, "check-runs"] => {
            return checks::answer(world, request, (&parts[3..], is_app));
        }
        ["graphql"] => return viewer(request),
        ["user"] => return Ok(Reply::json(200, &user(1))),
        ["repos", "acme", "infra", rest @ ..] => rest,
        _ => return Err(refused(404, "Not Found")),
    };
    match (request.method.as_str(), rest) {
        ("GET", []) => Ok(Reply::json(200, &json!({ "full_name": "acme/infra", "default_branch": "main" }))),
        ("GET", ["pulls"]) => {
            known(request, &["state", "head", "base", "per_page", "page"])?;
            let head = request.parameter("head");
            let is_it =
                |one: &&FakePull| head.as_ref().is_none_or(|head| *head == format!("acme:{}", one.branch));
            let all: Vec<Json> = world.pulls.iter().filter(is_it).map(|one| pull(one, false)).collect();
            linked(request, "per_page", &all)
        }
        ("POST", ["pulls"]) => {
            let json = body(request, &["title", "head", "base"], &["body", "draft"])?;
            let (head, base) = (json["head"].as_str().unwrap_or(""), json["base"].as_str().unwrap_or(""));
            let opened = world.open(head, base, json["draft"] == json!(true));
            let opened = opened.map_err(|_| refused(422, "A pull request already exists"))?;
            Ok(Reply::json(201, &pull(&opened, true)))
        }
        ("GET", ["pulls", number]) => Ok(Reply::json(200, &pull(&world.pull(number)?, true))),
        ("GET", ["pulls", _, "reviews"]) => {
            let state = |what: &str| match what {
                "approved" => "APPROVED",
                "objected" => "CHANGES_REQUESTED",
                "dismissed" => "DISMISSED",
                _ => "COMMENTED",
            };
            let reviews: Vec<Json> = world
                .reviews
                .iter()
                .map(|one| json!({ "id": 1, "user": user(one.by), "state": state(one.what), "commit_id": format!("{:040x}", 7) }))
                .collect();
            linked(request, "per_page", &reviews)
        }
        ("GET", ["collaborators", name, "permission"]) => {
            let may = if ["ann", "bob"].contains(name) { "write" } else { "read" };
            Ok(Reply::json(200, &json!({ "permission": may, "role_name": may })))
        }
        _ => talk(world, request, rest),
    }
}

/// GraphQL, where it tells whose a token is.
fn viewer(request: &Request) -> Answer {
    let asked = body(request, &["query"], &[])?["query"] == json!("query { viewer { databaseId } }");
    let said =
        if asked { json!({ "data": { "viewer": { "databaseId": 1 } } }) } else { json!({ "errors": [] }) };
    Ok(Reply::json(200, &said))
}

fn talk(world: &mut World, request: &Request, rest: &[&str]) -> Answer {
    match (request.method.as_str(), rest) {
        ("GET", ["issues", number, "comments"]) => {
            known(request, &["per_page", "page", "since"])?;
            let on = number.parse().unwrap_or(0);
            let is_pull = world.pulls.iter().any(|pull| pull.number == on);
            let all: Vec<Json> = world.comments_on(is_pull, on).iter().map(comment).collect();
            linked(request, "per_page", &all)
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
            let text = json["description"].as_str().unwrap_or("").to_owned();
            if text.chars().count() > 140 || sha.len() != 40 {
                return Err(refused(422, "description is too long (maximum is 140 characters)"));
            }
            let name = json["context"].as_str().unwrap_or("default").to_owned();
            let state = json["state"].as_str().unwrap_or("").to_owned();
            world.statuses.insert(((*sha).to_owned(), name), (state, text));
            Ok(Reply::json(201, &json!({ "id": 1 })))
        }
        ("GET", ["issues"]) => {
            known(request, &["state", "per_page", "page"])?;
            let mut all: Vec<Json> = world.issues.iter().map(issue).collect();
            // Pull requests are issues, too.
            all.push(json!({ "number": 7, "pull_request": { "url": "" } }));
            linked(request, "per_page", &all)
        }
        ("POST", ["issues"]) => {
            let json = body(request, &["title"], &["body", "labels"])?;
            let (title, text) = (json["title"].as_str().unwrap_or(""), json["body"].as_str().unwrap_or(""));
            Ok(Reply::json(201, &issue(&world.add_issue(title, text, ""))))
        }
        ("PATCH", ["issues", number]) => {
            let json = body(request, &[], &["title", "body", "state", "state_reason", "labels"])?;
            let found = world.issue(number)?;
            json["title"].as_str().unwrap_or("").clone_into(&mut found.title);
            json["body"].as_str().unwrap_or("").clone_into(&mut found.body);
            found.is_open = json["state"] == json!("open");
            Ok(Reply::json(200, &issue(found)))
        }
        _ => rest_of(world, request, rest),
    }
}

fn rest_of(world: &mut World, request: &Request, rest: &[&str]) -> Answer {
    match (request.method.as_str(), rest) {
        ("GET", ["pulls", _, "commits"]) => {
            known(request, &["per_page", "page"])?;
            let made =
                |by: &(u64, u64)| json!({ "sha": "", "author": maker(by.0), "committer": maker(by.1) });
            linked(request, "per_page", &world.commits.iter().map(made).collect::<Vec<Json>>())
        }
        ("GET", ["git", "ref", "heads", "main"]) => Ok(Reply::json(
            200,
            &json!({ "ref": "refs/heads/main", "object": { "type": "commit", "sha": MAIN } }),
        )),
        ("GET", ["contents", path @ ..]) => {
            known(request, &["ref"])?;
            if request.header("accept") != Some("application/vnd.github.raw+json") {
                return Err(refused(406, "only raw here"));
            }
            let key = (request.parameter("ref").unwrap_or_default(), path.join("/"));
            match world.files.get(&key) {
                Some(text) => Ok(Reply { status: 200, body: text.clone().into_bytes(), ..Reply::default() }),
                None => Err(refused(404, "Not Found")),
            }
        }
        _ => Err(refused(404, "Not Found")),
    }
}

fn user(id: u64) -> Json {
    let kind = if id == MALLORY { "Bot" } else { "User" };
    json!({ "id": id, "login": NAMES[usize::try_from(id).unwrap_or(0)], "type": kind })
}

/// Nobody has the address of 0.
fn maker(id: u64) -> Json {
    if id == 0 { Json::Null } else { user(id) }
}

fn pull(pull: &FakePull, whole: bool) -> Json {
    let from = if pull.is_fork {
        json!({ "full_name": "mallory/infra" })
    } else {
        json!({ "full_name": "acme/infra" })
    };
    let labels: Vec<Json> = pull.labels.iter().map(|name| json!({ "name": name })).collect();
    let mut json = json!({
        "number": pull.number, "title": "A change", "html_url": format!("https://h/{}", pull.number), "state": "open",
        "draft": pull.is_draft, "merged_at": null, "user": user(ANN), "labels": labels,
        "head": { "ref": pull.branch, "sha": pull.commit, "repo": from },
        "base": { "ref": pull.base, "sha": format!("{:040x}", 1), "repo": { "full_name": "acme/infra" } },
    });
    if whole {
        let (mergeable, state) = match (pull.looks, pull.mergeable) {
            (1.., _) => (Json::Null, "unknown"),
            (_, true) => (json!(true), "clean"),
            (_, false) => (json!(false), "dirty"),
        };
        json["mergeable"] = mergeable;
        json["mergeable_state"] = json!(state);
    }
    json
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
