//! A fake of Bitbucket Cloud, after developer.atlassian.com/cloud/bitbucket/rest.

use super::world::{
    ANN, Answer, FakeComment, FakeIssue, FakePull, MAIN, NAMES, PAGE_MAX, SECRET, World, body, known,
    refused, short,
};
use serde_json::{Value as Json, json};
use trueup_loopback::{Reply, Request};

pub(super) fn answer(world: &mut World, request: &Request) -> Answer {
    if request.header("authorization") != Some(&format!("Bearer {SECRET}")) {
        return Err(wrong(401, "Token is invalid or not supported for this endpoint."));
    }
    let parts = request.segments();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let rest = match &parts[..] {
        ["2.0", "user"] => return Ok(Reply::json(200, &user(1))),
        ["2.0", "repositories", "mallory", "infra", "commit", start] => {
            return Ok(Reply::json(200, &json!({ "hash": format!("{start:0>40}") })));
        }
        ["2.0", "repositories", "acme", "infra", rest @ ..] => rest,
        _ => return Err(wrong(404, "Repository not found")),
    };
    match (request.method.as_str(), rest) {
        ("GET", []) => Ok(Reply::json(
            200,
            &json!({ "full_name": "acme/infra", "mainbranch": { "type": "branch", "name": "main" } }),
        )),
        ("GET", ["pullrequests"]) => {
            known(request, &["state", "q", "pagelen", "page"])?;
            let words = request.parameter("q");
            let is_it = |one: &&FakePull| {
                let branch = format!("source.branch.name=\"{}\" ", one.branch);
                words.as_ref().is_none_or(|words| words.contains(&branch))
            };
            let all: Vec<Json> = world.pulls.iter().filter(is_it).map(pull).collect();
            page(request, &all)
        }
        ("POST", ["pullrequests"]) => {
            let json = body(request, &["title", "source"], &["destination", "description", "draft"])?;
            let branch = |side: &str| json[side]["branch"]["name"].as_str().unwrap_or("").to_owned();
            let opened =
                world.open(&branch("source"), &branch("destination"), json["draft"] == json!(true))?;
            Ok(Reply::json(201, &pull(&opened)))
        }
        ("GET", ["pullrequests", number]) => {
            let found = world.pull(number)?;
            let mut json = pull(&found);
            let reviews = world.reviews.iter().map(|one| {
                let state = match one.what {
                    "approved" => json!("approved"),
                    "objected" => json!("changes_requested"),
                    _ => Json::Null,
                };
                json!({ "user": user(one.by), "approved": one.what == "approved", "state": state, "role": "REVIEWER" })
            });
            json["participants"] = reviews.collect();
            Ok(Reply::json(200, &json))
        }
        ("GET", ["pullrequests", _, "commits"]) => {
            known(request, &["pagelen", "page"])?;
            let made = |by: &(u64, u64)| match by.0 {
                0 => json!({ "hash": "", "author": { "raw": "x <x@example.com>" } }),
                by => json!({ "hash": "", "author": { "raw": "", "user": user(by) } }),
            };
            page(request, &world.commits.iter().map(made).collect::<Vec<Json>>())
        }
        ("GET", ["pullrequests", number, "diffstat"]) => {
            known(request, &["pagelen", "page"])?;
            let status = if world.pull(number)?.mergeable { "modified" } else { "merge conflict" };
            page(request, &[json!({ "status": "added" }), json!({ "status": status })])
        }
        ("GET", ["commit", start]) => Ok(Reply::json(200, &json!({ "hash": format!("{start:0>40}") }))),
        _ => talk(world, request, rest),
    }
}

fn talk(world: &mut World, request: &Request, rest: &[&str]) -> Answer {
    match (request.method.as_str(), rest) {
        ("GET", [kind @ ("pullrequests" | "issues"), number, "comments"]) => {
            known(request, &["sort", "pagelen", "page"])?;
            let on = number.parse().unwrap_or(0);
            let mut all: Vec<Json> =
                world.comments_on(*kind == "pullrequests", on).iter().map(comment).collect();
            all.insert(0, json!({ "id": 1, "deleted": true, "content": { "raw": "" }, "user": user(1) }));
            page(request, &all)
        }
        ("POST", [kind @ ("pullrequests" | "issues"), number, "comments"]) => {
            let json = body(request, &["content"], &["parent", "inline"])?;
            let on = (*kind == "pullrequests", number.parse().unwrap_or(0));
            let made = world.comment(on, 1, json["content"]["raw"].as_str().unwrap_or(""));
            Ok(Reply::json(201, &comment(&made)))
        }
        ("PUT", ["pullrequests" | "issues", _, "comments", id]) => {
            let json = body(request, &["content"], &[])?;
            let made = world.edit(id, json["content"]["raw"].as_str().unwrap_or(""))?;
            Ok(Reply::json(200, &comment(&made)))
        }
        ("POST", ["commit", sha, "statuses", "build"]) => {
            let json = body(request, &["key", "state", "url"], &["name", "description", "refname"])?;
            let key = json["key"].as_str().unwrap_or("");
            if key.chars().count() > 40 {
                return Err(wrong(400, "key: Ensure this value has at most 40 characters"));
            }
            let name = json["name"].as_str().unwrap_or(key).to_owned();
            let state = json["state"].as_str().unwrap_or("").to_owned();
            let text = json["description"].as_str().unwrap_or("").to_owned();
            world.statuses.insert(((*sha).to_owned(), name), (state, text));
            Ok(Reply::json(201, &json!({ "key": key })))
        }
        _ => rest_of(world, request, rest),
    }
}

fn rest_of(world: &mut World, request: &Request, rest: &[&str]) -> Answer {
    match (request.method.as_str(), rest) {
        ("GET", ["issues"]) => {
            known(request, &["q", "pagelen", "page"])?;
            let words = request.parameter("q").unwrap_or_default();
            let words: String = serde_json::from_str(words.trim_start_matches("content.raw ~ "))
                .map_err(|_| wrong(400, "Invalid query"))?;
            let found = world.issues.iter().filter(|one| one.body.contains(&words));
            let all: Vec<Json> = found.map(issue).collect();
            page(request, &all)
        }
        ("POST", ["issues"]) => {
            let json = body(request, &["title"], &["content", "kind", "priority"])?;
            let (title, text) = (&json["title"], &json["content"]["raw"]);
            let made = world.add_issue(title.as_str().unwrap_or(""), text.as_str().unwrap_or(""), "");
            Ok(Reply::json(201, &issue(&made)))
        }
        ("PUT", ["issues", number]) => {
            let json = body(request, &[], &["title", "content", "state"])?;
            let found = world.issue(number)?;
            json["title"].as_str().unwrap_or("").clone_into(&mut found.title);
            json["content"]["raw"].as_str().unwrap_or("").clone_into(&mut found.body);
            found.is_open = json["state"] == json!("open");
            Ok(Reply::json(200, &issue(found)))
        }
        ("GET", ["refs", "branches", "main"]) => {
            Ok(Reply::json(200, &json!({ "target": { "hash": short(MAIN) } })))
        }
        ("GET", ["src", commit, path @ ..]) => {
            match world.files.get(&((*commit).to_owned(), path.join("/"))) {
                Some(text) => Ok(Reply { status: 200, body: text.clone().into_bytes(), ..Reply::default() }),
                None => Err(wrong(404, "No such file or directory")),
            }
        }
        _ => Err(wrong(404, "Not found")),
    }
}

fn wrong(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({ "type": "error", "error": { "message": message } }))
}

fn page(request: &Request, all: &[Json]) -> Answer {
    let number = |name: &str, otherwise: usize| {
        request.parameter(name).map_or(Ok(otherwise), |text| text.parse().map_err(|_| refused(400, name)))
    };
    let (at, asked) = (number("page", 1)?, number("pagelen", 10)?);
    if asked > 100 {
        return Err(wrong(400, "Invalid pagelen"));
    }
    let top = asked.min(PAGE_MAX);
    let shown: Vec<&Json> = all.iter().skip((at - 1) * top).take(top).collect();
    let mut json = json!({ "pagelen": top, "values": shown, "page": at });
    if at * top < all.len() {
        let others: Vec<&str> = request.query.split('&').filter(|pair| !pair.starts_with("page=")).collect();
        json["next"] =
            json!(format!("https://api.bitbucket.org{}?{}&page={}", request.path, others.join("&"), at + 1));
    }
    Ok(Reply::json(200, &json))
}

fn user(id: u64) -> Json {
    let name = NAMES[usize::try_from(id).unwrap_or(0)];
    let account = format!("557058:{id}");
    json!({ "uuid": format!("{{{id}}}"), "account_id": account, "nickname": name, "display_name": name, "type": "user" })
}

fn pull(pull: &FakePull) -> Json {
    let from = if pull.is_fork { "mallory/infra" } else { "acme/infra" };
    json!({
        "id": pull.number, "title": "A change", "links": { "html": { "href": format!("https://h/{}", pull.number) } },
        "state": "OPEN", "draft": pull.is_draft, "author": user(ANN),
        "source": {
            "branch": { "name": pull.branch }, "commit": { "hash": short(&pull.commit) },
            "repository": { "full_name": from },
        },
        "destination": {
            "branch": { "name": pull.base }, "commit": { "hash": "000000000001" },
            "repository": { "full_name": "acme/infra" },
        },
    })
}

fn comment(one: &FakeComment) -> Json {
    json!({ "id": one.id, "content": { "raw": one.body }, "user": user(one.author), "deleted": false })
}

fn issue(one: &FakeIssue) -> Json {
    json!({
        "id": one.number, "title": one.title, "content": { "raw": one.body }, "reporter": user(one.author),
        "state": if one.is_open { "new" } else { "closed" },
        "links": { "html": { "href": format!("https://h/{}", one.number) } },
    })
}
