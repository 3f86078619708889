//! A fake of Azure DevOps, after learn.microsoft.com/rest/api/azure/devops (version 7.1).

use super::world::{
    ANN, Answer, FakeComment, FakeIssue, FakePull, MAIN, NAMES, SECRET, World, body, known, refused, wants,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use trueup_loopback::{Reply, Request};

pub(super) fn answer(world: &mut World, request: &Request) -> Answer {
    let proof = format!("Basic {}", STANDARD.encode(format!(":{SECRET}")));
    if request.header("authorization") != Some(proof.as_str()) {
        // Who isn't known is sent to a page to sign in.
        return Err(Reply { status: 203, body: b"<html>Sign In</html>".to_vec(), ..Reply::default() });
    }
    if request.parameter("api-version").is_none() {
        return Err(refused(400, "No api-version was supplied"));
    }
    let parts = request.segments();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    match &parts[..] {
        ["org", "_apis", "connectionData"] => {
            wants(request, "api-version", "7.1-preview.1")?;
            Ok(Reply::json(200, &json!({ "authenticatedUser": user(1) })))
        }
        ["org", "acme", "_apis", "git", "repositories", "infra", rest @ ..] => git(world, request, rest),
        ["org", "acme", "_apis", "policy", "evaluations"] => {
            known(request, &["api-version", "artifactId", "$top", "$skip"])?;
            wants(request, "api-version", "7.1-preview.1")?;
            wants(request, "artifactId", "vstfs:///CodeReview/CodeReviewId/6f0e/7")?;
            let one = |(name, status, is_blocking): &(&str, &str, bool)| {
                let configuration =
                    json!({ "isBlocking": is_blocking, "isEnabled": true, "type": { "displayName": name } });
                json!({ "status": status, "configuration": configuration })
            };
            Ok(Reply::json(200, &json!({ "value": world.policies.iter().map(one).collect::<Vec<Json>>() })))
        }
        ["org", "acme", "_apis", "wit", rest @ ..] => work(world, request, rest),
        _ => Err(refused(404, "TF200016: The project does not exist.")),
    }
}

fn git(world: &mut World, request: &Request, rest: &[&str]) -> Answer {
    match (request.method.as_str(), rest) {
        ("GET", []) => Ok(Reply::json(200, &json!({ "name": "infra", "defaultBranch": "refs/heads/main" }))),
        ("GET", ["pullRequests"]) => {
            let names = [
                "api-version",
                "$top",
                "$skip",
                "searchCriteria.status",
                "searchCriteria.sourceRefName",
                "searchCriteria.targetRefName",
            ];
            known(request, &names)?;
            let number = |name: &str| request.parameter(name).and_then(|text| text.parse().ok());
            let branch = request.parameter("searchCriteria.sourceRefName");
            let is_it = |one: &&FakePull| {
                branch.as_ref().is_none_or(|branch| *branch == format!("refs/heads/{}", one.branch))
            };
            let found = world.pulls.iter().filter(is_it).map(pull);
            let page: Vec<Json> =
                found.skip(number("$skip").unwrap_or(0)).take(number("$top").unwrap_or(100)).collect();
            Ok(Reply::json(200, &json!({ "value": page })))
        }
        ("POST", ["pullRequests"]) => {
            let needed = ["sourceRefName", "targetRefName", "title"];
            let json = body(request, &needed, &["description", "isDraft"])?;
            let branch =
                |name: &str| json[name].as_str().unwrap_or("").trim_start_matches("refs/heads/").to_owned();
            let is_draft = json["isDraft"] == json!(true);
            let opened = world.open(&branch("sourceRefName"), &branch("targetRefName"), is_draft)?;
            Ok(Reply::json(201, &pull(&opened)))
        }
        ("GET", ["pullRequests", number]) => Ok(Reply::json(200, &pull(&world.pull(number)?))),
        ("GET", ["pullRequests", _, "reviewers"]) => {
            let vote = |what: &str| match what {
                "approved" => 10,
                "objected" => -10,
                _ => 0,
            };
            let one = |by: u64, what: &str| {
                let mut json = user(by);
                json["vote"] = json!(vote(what));
                json
            };
            let all: Vec<Json> = world.reviews.iter().map(|review| one(review.by, review.what)).collect();
            Ok(Reply::json(200, &json!({ "value": all })))
        }
        _ => talk(world, request, rest),
    }
}

fn talk(world: &mut World, request: &Request, rest: &[&str]) -> Answer {
    match (request.method.as_str(), rest) {
        ("GET", ["pullRequests", number, "threads"]) => {
            let on = number.parse().unwrap_or(0);
            let all: Vec<Json> = world
                .comments_on(true, on)
                .iter()
                .map(|one| json!({ "id": one.id, "isDeleted": false, "comments": [comment(one)] }))
                .collect();
            Ok(Reply::json(200, &json!({ "value": all })))
        }
        ("POST", ["pullRequests", number, "threads"]) => {
            let json = body(request, &["comments"], &["status", "threadContext", "properties"])?;
            let text = json["comments"][0]["content"].as_str().unwrap_or("").to_owned();
            let made = world.comment((true, number.parse().unwrap_or(0)), 1, &text);
            Ok(Reply::json(200, &json!({ "id": made.id, "comments": [comment(&made)] })))
        }
        ("PATCH", ["pullRequests", _, "threads", id, "comments", "1"]) => {
            let json = body(request, &["content"], &[])?;
            Ok(Reply::json(200, &comment(&world.edit(id, json["content"].as_str().unwrap_or(""))?)))
        }
        ("POST", ["commits" | "pullRequests", _, "statuses"]) => {
            let json = body(request, &["state", "context"], &["description", "targetUrl"])?;
            let name = format!(
                "{}/{}",
                json["context"]["genre"].as_str().unwrap_or(""),
                json["context"]["name"].as_str().unwrap_or("")
            );
            let state = json["state"].as_str().unwrap_or("").to_owned();
            let text = json["description"].as_str().unwrap_or("").to_owned();
            let on = if rest[0] == "commits" { rest[1].to_owned() } else { format!("{:040x}", 7) };
            world.statuses.insert((on, name), (state, text));
            Ok(Reply::json(201, &json!({ "id": 1 })))
        }
        _ => rest_of(world, request, rest),
    }
}

fn rest_of(world: &mut World, request: &Request, rest: &[&str]) -> Answer {
    match (request.method.as_str(), rest) {
        ("GET", ["refs"]) => {
            known(request, &["api-version", "filter"])?;
            let wanted = format!("refs/{}", request.parameter("filter").unwrap_or_default());
            let all = [("refs/heads/main", MAIN), ("refs/heads/main2", "2"), ("refs/tags/main", "3")];
            let found = all.into_iter().filter(|(name, _)| name.starts_with(&wanted));
            let found: Vec<Json> = found.map(|(name, id)| json!({ "name": name, "objectId": id })).collect();
            Ok(Reply::json(200, &json!({ "value": found })))
        }
        ("GET", ["items"]) => {
            wants(request, "versionDescriptor.versionType", "commit")?;
            let commit = request.parameter("versionDescriptor.version").unwrap_or_default();
            let path = request.parameter("path").unwrap_or_default();
            match world.files.get(&(commit, path.trim_start_matches('/').to_owned())) {
                Some(text) => Ok(Reply { status: 200, body: text.clone().into_bytes(), ..Reply::default() }),
                None => Err(refused(404, "TF401174: The item could not be found")),
            }
        }
        _ => Err(refused(404, "The controller for the path was not found.")),
    }
}

fn work(world: &mut World, request: &Request, rest: &[&str]) -> Answer {
    match (request.method.as_str(), rest) {
        ("POST", ["wiql"]) => {
            let json = body(request, &["query"], &[])?;
            if !json["query"].as_str().is_some_and(|words| words.contains("CONTAINS 'trueup'")) {
                return Err(refused(400, "TF51006: The query statement is not valid"));
            }
            let found = world.issues.iter().filter(|one| one.tags.split("; ").any(|tag| tag == "trueup"));
            let all: Vec<Json> = found.map(|one| json!({ "id": one.number })).collect();
            Ok(Reply::json(200, &json!({ "workItems": all })))
        }
        ("GET", ["workitems"]) => {
            let ids = request.parameter("ids").unwrap_or_default();
            let is_it = |one: &&FakeIssue| ids.split(',').any(|id| id == one.number.to_string());
            let all: Vec<Json> = world.issues.iter().filter(is_it).map(item).collect();
            Ok(Reply::json(200, &json!({ "value": all })))
        }
        ("GET", ["workitemtypes", "Issue", "states"]) => {
            let state = |name: &str, category: &str| json!({ "name": name, "category": category });
            let all = [state("To Do", "Proposed"), state("Doing", "InProgress"), state("Done", "Completed")];
            Ok(Reply::json(200, &json!({ "value": all })))
        }
        ("POST", ["workitems", "$Issue"]) => {
            let field = fields(request)?;
            let made =
                world.add_issue(&field("System.Title"), &field("System.Description"), &field("System.Tags"));
            Ok(Reply::json(200, &item(&made)))
        }
        ("PATCH", ["workitems", number]) => {
            let field = fields(request)?;
            let found = world.issue(number)?;
            found.title = field("System.Title");
            found.body = field("System.Description");
            found.is_open = match field("System.State").as_str() {
                "To Do" | "Doing" => true,
                "Done" => false,
                _ => return Err(refused(400, "The field State contains a value that is not in the list")),
            };
            Ok(Reply::json(200, &item(found)))
        }
        ("GET", ["workItems", number, "comments"]) => {
            wants(request, "api-version", "7.1-preview.4")?;
            let all = world.comments_on(false, number.parse().unwrap_or(0));
            let start: usize =
                request.parameter("continuationToken").and_then(|text| text.parse().ok()).unwrap_or(0);
            let page: Vec<Json> = all.iter().skip(start).take(1).map(comment).collect();
            let mut json = json!({ "comments": page });
            if start + 1 < all.len() {
                json["continuationToken"] = json!((start + 1).to_string());
            }
            Ok(Reply::json(200, &json))
        }
        ("POST", ["workItems", number, "comments"]) => {
            let json = body(request, &["text"], &[])?;
            let on = (false, number.parse().unwrap_or(0));
            Ok(Reply::json(200, &comment(&world.comment(on, 1, json["text"].as_str().unwrap_or("")))))
        }
        _ => Err(refused(404, "The controller for the path was not found.")),
    }
}

/// The fields that a JSON patch sets.
fn fields(request: &Request) -> Result<impl Fn(&str) -> String + use<>, Reply> {
    if request.header("content-type") != Some("application/json-patch+json") {
        return Err(refused(415, "VS403324: The request indicated a Content-Type that is not supported"));
    }
    let patch = request.json().unwrap_or_default();
    Ok(move |name: &str| {
        let path = format!("/fields/{name}");
        let steps = patch.as_array().cloned().unwrap_or_default();
        let step = steps.iter().find(|step| step["path"] == json!(path) && step["op"] == json!("add"));
        step.and_then(|step| step["value"].as_str()).unwrap_or_default().to_owned()
    })
}

fn user(id: u64) -> Json {
    let name = NAMES[usize::try_from(id).unwrap_or(0)];
    json!({ "id": format!("guid-{id}"), "uniqueName": name, "displayName": name })
}

fn pull(pull: &FakePull) -> Json {
    let labels: Vec<Json> = pull.labels.iter().map(|name| json!({ "name": name, "active": true })).collect();
    let status = match (pull.looks, pull.mergeable) {
        (1.., _) => "queued",
        (_, true) => "succeeded",
        (_, false) => "conflicts",
    };
    let mut json = json!({
        "repository": { "project": { "id": "6f0e" } }, "pullRequestId": pull.number, "title": "A change", "status": "active", "isDraft": pull.is_draft,
        "createdBy": user(ANN), "labels": labels, "mergeStatus": status,
        "sourceRefName": format!("refs/heads/{}", pull.branch), "targetRefName": format!("refs/heads/{}", pull.base),
        "lastMergeSourceCommit": { "commitId": pull.commit },
        "lastMergeTargetCommit": { "commitId": format!("{:040x}", 1) },
    });
    if pull.is_fork {
        json["forkSource"] = json!({ "repository": { "name": "infra" } });
    }
    json
}

fn comment(one: &FakeComment) -> Json {
    let mut json = json!({
        "id": 1, "content": one.body, "author": user(one.author), "commentType": "text", "isDeleted": false,
    });
    if !one.is_pull {
        json = json!({ "id": one.id, "text": one.body, "createdBy": user(one.author), "isDeleted": false });
    }
    json
}

fn item(one: &FakeIssue) -> Json {
    json!({
        "id": one.number, "url": format!("https://h/{}", one.number),
        "fields": {
            "System.Title": one.title, "System.Description": one.body, "System.Tags": one.tags,
            "System.State": if one.is_open { "To Do" } else { "Done" }, "System.CreatedBy": user(one.author),
        },
    })
}
