//! Work items of Azure DevOps, which stand for issues. Their states have names of the project's own, but categories that
//! are the same everywhere.

use crate::azure_devops::{AzureDevOps, person};
use crate::call::{Call, Paging};
use crate::error::ForgeError;
use crate::fields::{Gap, id, is, items, may_text, number, text};
use crate::forge::{Comment, Issue, Thread};
use serde_json::{Value as Json, json};

const NEEDS: &str = "Work items (read and write)";
const VERSION: &str = "7.1";
const COMMENTS_VERSION: &str = "7.1-preview.4";
const PATCH: &str = "application/json-patch+json";
/// The type that projects of most processes have.
const TYPE: &str = "Issue";
const TAG: &str = "trueup";
/// How many work items are read at once at most.
const BATCH_MAX: usize = 200;
const COMMENTS_PAGE: &str = "200";

/// The work items with the tag, of one's own.
pub(crate) async fn own(forge: &AzureDevOps) -> Result<Vec<Issue>, ForgeError> {
    let words = format!(
        "SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project AND [System.Tags] CONTAINS '{TAG}'"
    );
    let call = Call::post(format!("{}/_apis/wit/wiql", forge.project), "look through the work items", NEEDS)
        .query("api-version", VERSION)
        .body(json!({ "query": words }))
        .repeatable();
    let found = forge
        .api
        .read(&call, |json| {
            items(json, "/workItems")
                .iter()
                .map(|item| number(item, "/id"))
                .collect::<Result<Vec<u64>, Gap>>()
        })
        .await?;
    let states = states(forge).await?;
    let mut issues = Vec::new();
    for batch in found.chunks(BATCH_MAX) {
        let ids: Vec<String> = batch.iter().map(u64::to_string).collect();
        let call = Call::get(format!("{}/_apis/wit/workitems", forge.project), "read work items", NEEDS)
            .query("ids", ids.join(","))
            .query("api-version", VERSION);
        let read = |json: &Json| Ok(Some((person(json, "/fields/System.CreatedBy")?, issue(json, &states)?)));
        for (author, issue) in forge.api.list(call, Paging::Once, read).await? {
            if forge.is_me(&author).await? {
                issues.push(issue);
            }
        }
    }
    Ok(issues)
}

pub(crate) async fn create(forge: &AzureDevOps, title: &str, body: &str) -> Result<Issue, ForgeError> {
    let (mark, text) = marked(body);
    let tags = mark.map_or(TAG.to_owned(), |mark| format!("{TAG}; {mark}"));
    let path = format!("{}/_apis/wit/workitems/${TYPE}", forge.project);
    let call = Call::post(path, "open a work item", NEEDS).query("api-version", VERSION).content(PATCH).body(
        json!([
            field("System.Title", title),
            field("System.Description", &page_of(text)),
            field("System.Tags", &tags),
        ]),
    );
    let states = states(forge).await?;
    forge.api.read(&call, |json| issue(json, &states)).await
}

pub(crate) async fn set(forge: &AzureDevOps, issue: &Issue) -> Result<(), ForgeError> {
    let what = format!("change work item {}", issue.number);
    let states = states(forge).await?;
    let wanted: &[&str] = if issue.is_open { &["Proposed", "InProgress"] } else { &["Completed"] };
    let of = |category: &&str| states.iter().find(|(_, of)| of == *category);
    let Some((state, _)) = wanted.iter().find_map(of) else {
        let gap = Gap("a state of that category");
        return Err(forge.api.gap(&Call::get("", what, NEEDS), &gap));
    };
    let path = format!("{}/_apis/wit/workitems/{}", forge.project, issue.number);
    let call = Call::patch(path, what, NEEDS).query("api-version", VERSION).content(PATCH).body(json!([
        field("System.Title", &issue.title),
        field("System.Description", &page_of(marked(&issue.body).1)),
        field("System.State", state),
    ]));
    forge.api.send(&call).await.map(drop)
}

pub(crate) async fn comments(forge: &AzureDevOps, number: u64) -> Result<Vec<Comment>, ForgeError> {
    let mut comments = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let mut call =
            Call::get(path(forge, number), format!("read the comments on work item {number}"), NEEDS)
                .query("order", "asc")
                .query("$top", COMMENTS_PAGE)
                .query("api-version", COMMENTS_VERSION);
        if let Some(token) = &next {
            call = call.query("continuationToken", token);
        }
        let (page, token) = forge.api.read(&call, page).await?;
        for (author, id, body) in page {
            let is_own = forge.is_me(&author).await?;
            comments.push(Comment { id, body, author, is_own });
        }
        if token.is_none() || token == next {
            return Ok(comments);
        }
        next = token;
    }
}

pub(crate) async fn add_comment(
    forge: &AzureDevOps,
    thread: Thread,
    body: &str,
) -> Result<Comment, ForgeError> {
    let (Thread::Issue(number) | Thread::Pull(number)) = thread;
    let call = Call::post(path(forge, number), format!("comment on work item {number}"), NEEDS)
        .query("format", "markdown")
        .query("api-version", COMMENTS_VERSION)
        .body(json!({ "text": body }));
    let (author, id, body) = forge.api.read(&call, comment).await?;
    Ok(Comment { id, body, author, is_own: true })
}

pub(crate) async fn edit_comment(
    forge: &AzureDevOps,
    thread: Thread,
    id: &str,
    body: &str,
) -> Result<(), ForgeError> {
    let (Thread::Issue(number) | Thread::Pull(number)) = thread;
    let path = format!("{}/{id}", path(forge, number));
    let call = Call::patch(path, format!("edit a comment on work item {number}"), NEEDS)
        .query("format", "markdown")
        .query("api-version", COMMENTS_VERSION)
        .body(json!({ "text": body }));
    forge.api.send(&call).await.map(drop)
}

/// The states of the type with their categories, in the project's order.
async fn states(forge: &AzureDevOps) -> Result<Vec<(String, String)>, ForgeError> {
    let path = format!("{}/_apis/wit/workitemtypes/{TYPE}/states", forge.project);
    let call = Call::get(path, format!("read the states of the work item type {TYPE}"), NEEDS)
        .query("api-version", VERSION);
    forge
        .api
        .list(call, Paging::Once, |json| Ok(Some((text(json, "/name")?, text(json, "/category")?))))
        .await
}

fn path(forge: &AzureDevOps, number: u64) -> String {
    format!("{}/_apis/wit/workItems/{number}/comments", forge.project)
}

fn field(name: &str, value: &str) -> Json {
    json!({ "op": "add", "path": format!("/fields/{name}"), "value": value })
}

/// The mark in the first line, without the brackets of a comment, and the rest. Descriptions are HTML that is cleaned of
/// comments, so a mark is kept as a tag.
fn marked(body: &str) -> (Option<&str>, &str) {
    let (first, rest) = body.split_once('\n').unwrap_or((body, ""));
    match first.strip_prefix("<!-- ").and_then(|mark| mark.strip_suffix(" -->")) {
        Some(mark) => (Some(mark), rest),
        None => (None, body),
    }
}

/// Text as HTML.
fn page_of(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<pre>{escaped}</pre>")
}

/// The text of such HTML.
fn text_of(page: &str) -> String {
    let inside = page.trim().trim_start_matches("<pre>").trim_end_matches("</pre>");
    inside.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// The body as it was given: the mark out of the tags, the text out of the description.
fn body(json: &Json) -> String {
    let text = text_of(&may_text(json, "/fields/System.Description").unwrap_or_default());
    let tags = may_text(json, "/fields/System.Tags").unwrap_or_default();
    match tags.split(';').map(str::trim).find(|tag| tag.starts_with("trueup:")) {
        Some(mark) => format!("<!-- {mark} -->\n{text}"),
        None => text,
    }
}

fn issue(json: &Json, states: &[(String, String)]) -> Result<Issue, Gap> {
    let state = text(json, "/fields/System.State")?;
    let category = states.iter().find(|(name, _)| *name == state).map(|(_, category)| category.as_str());
    Ok(Issue {
        number: number(json, "/id")?,
        title: text(json, "/fields/System.Title")?,
        body: body(json),
        is_open: !matches!(category, Some("Completed" | "Removed" | "Resolved")),
        url: may_text(json, "/_links/html/href").or(may_text(json, "/url")).unwrap_or_default(),
    })
}

type Written = (crate::forge::Person, String, String);

fn comment(json: &Json) -> Result<Written, Gap> {
    let body = may_text(json, "/text").unwrap_or_default();
    Ok((person(json, "/createdBy")?, id(json, "/id")?, body))
}

fn page(json: &Json) -> Result<(Vec<Written>, Option<String>), Gap> {
    let there = items(json, "/comments").iter().filter(|one| !is(one, "/isDeleted"));
    let comments = there.map(comment).collect::<Result<Vec<_>, Gap>>()?;
    Ok((comments, may_text(json, "/continuationToken").filter(|token| !token.is_empty())))
}
