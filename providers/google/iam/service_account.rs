//! `google_service_account`
//!
//! IAM knows no request ids. A new account has a mark at the end of its description, which is taken away once its creation
//! is on record: so a creation whose answer was lost is told from an account that was there before.

use crate::account::site::Site;
use crate::account::{Listing, Request};
use crate::deletion::{self, is_left};
use crate::fault::found;
use crate::links;
use async_trait::async_trait;
use futures::stream::{self, StreamExt};
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{
    Call, Deadline, Fault, FaultKind, Fields, Object, Planning, Readings, Resource, unread,
};
use uuid::Uuid;

/// `google_service_account`
pub(crate) struct ServiceAccount;

const LISTING: Listing = Listing { items: "accounts", page: ("pageSize", "100") };
/// Up to how many accounts of a project are asked for one by one; beyond it all of the project are listed.
const SINGLE_MAX: usize = 3;
/// How many accounts are asked for at a time.
const GETS_MAX: usize = 8;
/// How long IAM may refuse what is asked of a new account, as of one that isn't there or that the caller may not see
/// (IAM, "Create service accounts": 60 seconds or more).
const EARLY: Duration = Duration::from_secs(90);
/// How many bytes a description holds at most (IAM API, "Service accounts").
const DESCRIPTION_MAX: usize = 256;
/// What stands before the mark in a description.
const MARK: &str = " [trueup ";
/// What marks are made in.
const MARKS: Uuid = Uuid::from_u128(0x3f1b_6a52_0c7d_4e1f_8a40_9d25_71be_6c03);
/// How many letters a mark has.
const MARK_LETTERS: usize = 20;

/// Accounts that were made a moment ago, by their ids, and until when they may not be known everywhere.
#[derive(Debug, Default)]
pub(crate) struct Newcomers(Mutex<BTreeMap<String, Deadline>>);

impl Newcomers {
    fn add(&self, id: &str) {
        let mut all = self.0.lock().expect("no holder of this lock panics");
        all.insert(id.to_owned(), Deadline::after(EARLY));
    }

    fn get(&self, id: &str) -> Option<Deadline> {
        let all = self.0.lock().expect("no holder of this lock panics");
        all.get(id).filter(|until| !until.is_past()).copied()
    }
}

#[async_trait]
impl Resource<Site> for ServiceAccount {
    fn is_legacy(&self) -> bool {
        true
    }

    fn patience(&self) -> Duration {
        Duration::from_mins(5)
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        let mut out = Diagnostics::new();
        if let Some(id) = config.text("account_id").filter(|id| !is_account(id)) {
            let detail = format!("{id:?} does not have the form of a service account's id.");
            let hint = "Write 6 to 30 small letters, digits and hyphens; the first is a letter, the last is no hyphen.";
            out.push(Diagnostic::error("Invalid account_id", detail).hint(hint));
        }
        if config.text("description").is_some_and(|text| text.len() > DESCRIPTION_MAX) {
            let detail = format!("A description holds at most {DESCRIPTION_MAX} bytes.");
            out.push(Diagnostic::error("Invalid description", detail));
        }
        out
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        // They follow from the id, so that what refers to them can be planned.
        let planned = &mut planning.planned;
        if planned.is_unknown("email")
            && let (Some(id), Some(project)) = (planned.owned("account_id"), planned.owned("project"))
            && !planned.is_unknown("account_id")
            && !planned.is_unknown("project")
        {
            let email = email(&id, &project);
            planned.put_text("member", Some(format!("serviceAccount:{email}")));
            planned.put_text("email", Some(email));
        }
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        let ids: BTreeSet<String> = objects.iter().map(|object| object.id_or_empty().to_owned()).collect();
        let there = match there(site, &ids).await {
            Ok(there) => there,
            Err(fault) => return unread(&objects, &fault),
        };
        let read = |mut object: Object| {
            let json = there.get(object.id_or_empty());
            Ok(json.map(|json| {
                tell(&mut object, json);
                object
            }))
        };
        objects.into_iter().map(read).collect()
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let project = links::segment(object.text("project").unwrap_or_default());
        let path = format!("projects/{project}/serviceAccounts");
        let body = json!({
            "accountId": object.text("account_id"),
            "serviceAccount": {
                "displayName": object.text("display_name").unwrap_or_default(),
                "description": marked(object, call.token),
            },
        });
        let request = Request { body: Some(&body), is_repeatable: false, ..Request::of(Method::POST, &path) };
        let made = match call.site.iam.send(&request).await {
            Err(fault) if fault.kind == FaultKind::Exists && is_adopting(object) => {
                return adopt(call, object).await;
            }
            made => made?,
        };
        let id = made["name"].as_str().map_or_else(|| id(object), str::to_owned);
        call.site.new_accounts.add(&id);
        object.put_text("id", Some(id));
        if object.flag("disabled") == Some(true) {
            switch(call, object).await?;
        }
        Ok(())
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        const TEXTS: [(&str, &str); 2] = [("description", "description"), ("display_name", "displayName")];
        let changed: Vec<&(&str, &str)> =
            TEXTS.iter().filter(|(name, _)| object.differs(prior, name)).collect();
        if !changed.is_empty() {
            let mut account = json!({});
            for (name, at) in &changed {
                account[*at] = object.text(name).unwrap_or_default().into();
            }
            let mask: Vec<&str> = changed.iter().map(|(_, at)| *at).collect();
            patch(call.site, prior.id_or_empty(), account, &mask.join(",")).await?;
        }
        if object.flag("disabled").unwrap_or(false) != prior.flag("disabled").unwrap_or(false) {
            switch(call, object).await?;
        }
        Ok(())
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        if is_left(object)? {
            return Ok(());
        }
        call.site.iam.put(Method::DELETE, object.id_or_empty(), None).await.map(drop)
    }

    async fn import(&self, site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        let parts: Vec<&str> = id.split('/').collect();
        let own = site.settings.project.as_deref().unwrap_or_default();
        let (project, email) = match parts.as_slice() {
            ["projects", project, "serviceAccounts", email] | [project, email] => (*project, *email),
            [email] => (own, *email),
            _ => ("", ""),
        };
        let Some((account, _)) = email.split_once('@').filter(|_| !project.is_empty()) else {
            let message = format!("the import id {id:?} does not have one of the forms that it may have");
            let hint = "Write projects/PROJECT/serviceAccounts/EMAIL, PROJECT/EMAIL or EMAIL.";
            return Err(Fault::new(FaultKind::Invalid, message).hint(hint));
        };
        object.put_text("id", Some(format!("projects/{project}/serviceAccounts/{email}")));
        object.put_text("account_id", Some(account));
        object.put_text("project", Some(project));
        deletion::import(&site.settings, object);
        Ok(())
    }

    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let id = id(object);
        // It may have been made a moment ago.
        let deadline = call.deadline.within(EARLY);
        let is_denied = |fault: &Fault| fault.kind == FaultKind::Denied;
        let there = deadline.retry(is_denied, || call.site.iam.get(&id)).await;
        let Some(json) = found(there)? else { return Ok(false) };
        let wanted = marked(object, call.token);
        // Where there was no room for the mark, whose it is can't be known.
        let is_marked = wanted != object.text("description").unwrap_or_default();
        let is_ours = (is_marked && json["description"] == wanted.as_str()) || is_adopting(object);
        if is_ours {
            call.site.new_accounts.add(json["name"].as_str().unwrap_or(&id));
        }
        Ok(is_ours && object.identify(json["name"].as_str()))
    }

    async fn settle(&self, site: &Site, object: &Object) -> Result<(), Fault> {
        let description = object.text("description").unwrap_or_default();
        if marked(object, "") == description {
            return Ok(());
        }
        patch(site, object.id_or_empty(), json!({"description": description}), "description").await
    }
}

/// `projects/p/serviceAccounts/a@p.iam.gserviceaccount.com`
fn id(object: &Object) -> String {
    let project = object.text("project").unwrap_or_default();
    let email = email(object.text("account_id").unwrap_or_default(), project);
    format!("projects/{project}/serviceAccounts/{email}")
}

/// Projects of a domain have it after their name: `p.example.com` for `example.com:p`.
fn email(account: &str, project: &str) -> String {
    match project.split_once(':') {
        Some((domain, name)) => format!("{account}@{name}.{domain}.iam.gserviceaccount.com"),
        None => format!("{account}@{project}.iam.gserviceaccount.com"),
    }
}

fn is_account(id: &str) -> bool {
    (6..=30).contains(&id.len())
        && id.starts_with(|c: char| c.is_ascii_lowercase())
        && !id.ends_with('-')
        && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn is_adopting(object: &Object) -> bool {
    object.flag("create_ignore_already_exists") == Some(true)
}

/// The mark of a step: the same at each of its attempts, different for all others.
fn mark(token: &str) -> String {
    let mark = Uuid::new_v5(&MARKS, token.as_bytes()).simple().to_string();
    mark.chars().take(MARK_LETTERS).collect()
}

/// The description with the mark of a step; without it where there is no room for it.
fn marked(object: &Object, token: &str) -> String {
    let description = object.text("description").unwrap_or_default();
    let marked = format!("{description}{MARK}{}]", mark(token));
    if marked.len() <= DESCRIPTION_MAX { marked } else { description.to_owned() }
}

/// A description without a mark.
fn unmarked(description: &str) -> &str {
    match description.rsplit_once(MARK) {
        Some((own, rest)) if rest.len() == MARK_LETTERS + 1 && rest.ends_with(']') => own,
        _ => description,
    }
}

/// Takes over the account that is there, as the configuration asks for, and brings it to what that says.
async fn adopt(call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
    let json = call.site.iam.get(&id(object)).await?;
    let mut there = object.clone();
    tell(&mut there, &json);
    object.put_text("id", there.id());
    ServiceAccount.update(call, &there, object).await
}

/// Enables or disables it.
async fn switch(call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
    let verb = if object.flag("disabled") == Some(true) { "disable" } else { "enable" };
    let (path, body) = (format!("{}:{verb}", object.id_or_empty()), json!({}));
    early(call.site, object.id_or_empty(), || call.site.iam.put(Method::POST, &path, Some(&body)))
        .await
        .map(drop)
}

/// Asks something of an account, for a while again where it is new and each server may not know it yet.
async fn early<F>(site: &Site, id: &str, attempt: impl FnMut() -> F) -> Result<Json, Fault>
where
    F: Future<Output = Result<Json, Fault>>,
{
    let mut attempt = attempt;
    match site.new_accounts.get(id) {
        Some(deadline) => deadline.retry(is_unknown, attempt).await,
        None => attempt().await,
    }
}

/// Whether the answer is one that IAM gives of what it doesn't know: it tells nobody what isn't there.
fn is_unknown(fault: &Fault) -> bool {
    fault.is_not_found() || fault.kind == FaultKind::Denied
}

async fn patch(site: &Site, id: &str, account: Json, mask: &str) -> Result<(), Fault> {
    let body = json!({"serviceAccount": account, "updateMask": mask});
    early(site, id, || site.iam.put(Method::PATCH, id, Some(&body))).await.map(drop)
}

/// The accounts of these ids, as far as they are there: one by one where they are few, and else all of their project. What
/// the list doesn't show (it is new, its id names the project in another way, or the caller may not list) is asked for itself.
async fn there(site: &Site, ids: &BTreeSet<String>) -> Result<BTreeMap<String, Json>, Fault> {
    let mut projects: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    for id in ids {
        projects.entry(id.rsplit_once('/').map_or("", |(list, _)| list)).or_default().push(id);
    }
    let (mut all, mut singles) = (BTreeMap::new(), Vec::new());
    for (list, wanted) in projects {
        if wanted.len() > SINGLE_MAX {
            let listed = listed(site, list).await?;
            let named = listed.into_iter().filter_map(|json| Some((json["name"].as_str()?.to_owned(), json)));
            all.extend(named.filter(|(name, _)| ids.contains(name)));
        }
        singles.extend(wanted.into_iter().filter(|id| !all.contains_key(*id)));
    }
    let get = |id: &String| {
        let id = id.clone();
        async move {
            let is_new = site.new_accounts.get(&id).is_some();
            match site.iam.get(&id).await {
                Err(fault) if is_new && is_unknown(&fault) => Ok((None, id)),
                answer => Ok::<_, Fault>((found(answer)?, id)),
            }
        }
    };
    let mut answers = stream::iter(singles).map(get).buffered(GETS_MAX);
    while let Some(answer) = answers.next().await {
        let (json, id) = answer?;
        all.extend(json.map(|json| (id, json)));
    }
    Ok(all)
}

/// All accounts of a project; none where the caller may not list them.
async fn listed(site: &Site, list: &str) -> Result<Vec<Json>, Fault> {
    let (mut all, mut token) = (Vec::new(), None);
    loop {
        let (accounts, next) = match site.iam.page(list, &[], (&LISTING, token.as_deref())).await {
            Err(fault) if is_unknown(&fault) => return Ok(Vec::new()),
            page => page?,
        };
        all.extend(accounts);
        token = next;
        if token.is_none() {
            return Ok(all);
        }
    }
}

fn tell(object: &mut Object, json: &Json) {
    let text = |name: &str| json[name].as_str();
    object.put_text("id", text("name"));
    object.put_text("name", text("name"));
    object.put_text("email", text("email"));
    object.put_text("member", text("email").map(|email| format!("serviceAccount:{email}")));
    object.put_text("unique_id", text("uniqueId"));
    object.put_text("account_id", text("email").and_then(|email| email.split('@').next()));
    object.put_text("project", text("projectId"));
    object.put_text("description", text("description").map(unmarked));
    object.put_text("display_name", text("displayName"));
    object.put_flag("disabled", Some(json["disabled"] == true));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_known() {
        let cases = [
            ("my-account", true),
            ("short", false),
            ("My-account", false),
            ("account-", false),
            ("1account", false),
        ];
        for (id, expected) in cases {
            assert_eq!(is_account(id), expected, "{id}");
        }
        assert_eq!(email("a", "p"), "a@p.iam.gserviceaccount.com");
        assert_eq!(email("a", "example.com:p"), "a@p.example.com.iam.gserviceaccount.com");
    }

    #[test]
    fn marks_are_taken_off_descriptions() {
        let marked = format!("words{MARK}{}]", mark("step"));
        let cases = [
            (marked.as_str(), "words"),
            ("words", "words"),
            ("words [trueup x]", "words [trueup x]"),
            ("", ""),
        ];
        for (description, expected) in cases {
            assert_eq!(unmarked(description), expected);
        }
    }
}
