//! Policies: lists of who has which role on a bucket or project, changed as a whole.
//!
//! A change is read-modify-write under the policy's etag (IAM, "Policy"): who was overtaken reads again. Changes of one
//! policy that come while another is under way wait at a desk and are made together with one call, so that a hundred
//! members of an apply are a handful of calls.

use crate::account::Request;
use crate::account::site::Site;
use crate::iam::grant::Condition;
use crate::links;
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;
use tokio::sync::oneshot::{self, Sender, error::TryRecvError};
use tokio::time::sleep;
use trueup_provider_kit::{Backoff, Call, Deadline, Fault, FaultKind, Meaning};

/// Who has a role: the domains and addresses in it differ in how letters are written and mean the same.
pub(crate) const MEMBER: Meaning = Meaning { name: "member", is_same: is_same_member, complaint: |_| None };

/// How long the first change of a policy waits for others to come along.
const GATHER: Duration = Duration::from_millis(20);
/// How long a policy may refuse a service account that was made a moment ago, as one that does not exist.
const EARLY: Duration = Duration::from_secs(45);
/// The version of policies that may hold conditions.
const VERSION: u8 = 3;

/// What a policy is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    /// A bucket of Cloud Storage.
    Bucket,
    /// A project.
    Project,
}

/// A change of a policy. Made twice it is the same as made once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    /// A member gets a role.
    Grant(Role, String),
    /// A member loses a role.
    Revoke(Role, String),
    /// A role has these members and no others; with none it goes.
    Bind(Role, Vec<String>),
}

/// A role, with the condition that it is given under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Role {
    pub(crate) name: String,
    pub(crate) condition: Option<Condition>,
}

/// Changes that wait, by the policy that they are of.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    waiting: Mutex<BTreeMap<(Subject, String), Vec<Wish>>>,
}

#[derive(Debug)]
struct Wish {
    edit: Edit,
    done: Sender<Result<(), Fault>>,
}

impl Desk {
    fn add(&self, policy: &(Subject, String), wish: Wish) {
        let mut waiting = self.waiting.lock().expect("no holder of this lock panics");
        waiting.entry(policy.clone()).or_default().push(wish);
    }

    fn take(&self, policy: &(Subject, String)) -> Vec<Wish> {
        self.waiting.lock().expect("no holder of this lock panics").remove(policy).unwrap_or_default()
    }
}

impl Subject {
    /// The argument of resources that names the thing.
    pub(crate) fn argument(self) -> &'static str {
        match self {
            Subject::Bucket => "bucket",
            Subject::Project => "project",
        }
    }

    /// The name of the thing, in any of the forms that it is given in: `b/my-bucket`, `projects/my-project`.
    pub(crate) fn bare(self, name: &str) -> &str {
        let start = match self {
            Subject::Bucket => "b/",
            Subject::Project => "projects/",
        };
        name.strip_prefix(start).unwrap_or(name)
    }

    /// The first part of ids of what is in its policy.
    pub(crate) fn id(self, name: &str) -> String {
        match self {
            Subject::Bucket => format!("b/{name}"),
            Subject::Project => name.to_owned(),
        }
    }

    /// The policy as it is.
    pub(crate) async fn policy(self, site: &Site, name: &str) -> Result<Json, Fault> {
        let segment = links::segment(name);
        match self {
            Subject::Bucket => {
                let (path, query) = (format!("b/{segment}/iam"), [("optionsRequestedPolicyVersion", "3")]);
                site.storage.send(&Request { query: &query, ..Request::of(Method::GET, &path) }).await
            }
            Subject::Project => {
                let body = json!({"options": {"requestedPolicyVersion": VERSION}});
                let path = format!("projects/{segment}:getIamPolicy");
                site.resource_manager.put(Method::POST, &path, Some(&body)).await
            }
        }
    }

    /// Puts a policy in place of the one that it was made from. The etag keeps it from doing harm when it comes twice.
    async fn put(self, site: &Site, name: &str, policy: &Json) -> Result<(), Fault> {
        let segment = links::segment(name);
        match self {
            Subject::Bucket => {
                site.storage.put(Method::PUT, &format!("b/{segment}/iam"), Some(policy)).await?;
            }
            Subject::Project => {
                let (path, body) = (format!("projects/{segment}:setIamPolicy"), json!({"policy": policy}));
                site.resource_manager.put(Method::POST, &path, Some(&body)).await?;
            }
        }
        Ok(())
    }
}

/// Makes a change, together with those that others want of the same policy.
pub(crate) async fn change(
    call: &Call<'_, Site>,
    (subject, name): (Subject, &str),
    edit: &Edit,
) -> Result<(), Fault> {
    let policy = (subject, name.to_owned());
    loop {
        let (done, mut outcome) = oneshot::channel();
        call.site.policies.add(&policy, Wish { edit: edit.clone(), done });
        sleep(GATHER).await;
        let alone = call.site.alone(&subject.id(name)).await;
        match outcome.try_recv() {
            Ok(outcome) => return outcome,
            // Who had taken it left before it was done: once more.
            Err(TryRecvError::Closed) => continue,
            Err(TryRecvError::Empty) => {}
        }
        carry_out(call, (subject, name), call.site.policies.take(&policy)).await;
        drop(alone);
        if let Ok(outcome) = outcome.try_recv() {
            return outcome;
        }
    }
}

/// Makes changes with one call; where they are refused each with one of its own, so that each has its own outcome.
async fn carry_out(call: &Call<'_, Site>, of: (Subject, &str), wishes: Vec<Wish>) {
    let edits: Vec<&Edit> = wishes.iter().map(|wish| &wish.edit).collect();
    // One time for all of them: what is refused by itself has been waited for.
    let deadlines = (call.deadline, call.deadline.within(EARLY));
    let outcome = edit(call.site, deadlines, of, &edits).await;
    let is_one_to_blame = wishes.len() > 1
        && outcome.as_ref().is_err_and(|fault| {
            matches!(fault.kind, FaultKind::Invalid | FaultKind::Denied | FaultKind::Other)
        });
    for wish in wishes {
        let outcome = if is_one_to_blame {
            edit(call.site, deadlines, of, &[&wish.edit]).await
        } else {
            outcome.clone()
        };
        // Who has left doesn't hear of it.
        drop(wish.done.send(outcome));
    }
}

async fn edit(
    site: &Site,
    (deadline, early): (Deadline, Deadline),
    (subject, name): (Subject, &str),
    edits: &[&Edit],
) -> Result<(), Fault> {
    let mut backoff = Backoff::short();
    loop {
        let before = subject.policy(site, name).await?;
        let mut bindings = before["bindings"].as_array().cloned().unwrap_or_default();
        for edit in edits {
            apply(edit, &mut bindings);
        }
        if Some(&bindings) == before["bindings"].as_array()
            || (bindings.is_empty() && before["bindings"].is_null())
        {
            return Ok(());
        }
        let mut after = json!({"bindings": bindings, "etag": before["etag"], "version": VERSION});
        for kept in ["kind", "resourceId"] {
            if !before[kept].is_null() {
                after[kept] = before[kept].clone();
            }
        }
        match subject.put(site, name, &after).await {
            Err(fault) if is_overtaken(&fault) && !deadline.is_past() => backoff.pause().await,
            Err(fault) if is_unknown(&fault) && !early.is_past() => backoff.pause().await,
            outcome => return outcome,
        }
    }
}

/// Whether something else has changed the policy since it was read. Resource Manager writes the word in small letters where
/// it is the reason, and in capital ones where it is the status.
fn is_overtaken(fault: &Fault) -> bool {
    let words = ["aborted", "conditionNotMet", "concurrentPolicyChange"];
    words.iter().any(|word| word.eq_ignore_ascii_case(&fault.code))
}

/// Whether a service account that the policy names isn't there, or not yet.
fn is_unknown(fault: &Fault) -> bool {
    let message = fault.message.to_lowercase();
    fault.kind == FaultKind::Invalid
        && message.contains("service account")
        && message.contains("does not exist")
}

/// Makes a change in a list of bindings.
fn apply(edit: &Edit, bindings: &mut Vec<Json>) {
    match edit {
        Edit::Grant(role, member) => match bindings.iter_mut().find(|binding| role.is_of(binding)) {
            Some(binding) if has(binding, member) => {}
            Some(binding) => match &mut binding["members"] {
                Json::Array(members) => members.push(member.as_str().into()),
                none => *none = json!([member]),
            },
            None => bindings.push(role.binding(std::slice::from_ref(member))),
        },
        Edit::Revoke(role, member) => {
            for binding in bindings.iter_mut().filter(|binding| role.is_of(binding)) {
                if let Json::Array(members) = &mut binding["members"] {
                    members.retain(|of| of.as_str().is_none_or(|of| !is_same_member(of, member)));
                }
            }
            bindings.retain(|binding| !role.is_of(binding) || !members(binding).is_empty());
        }
        Edit::Bind(role, wanted) => {
            let there: Vec<&str> = bindings.iter().filter(|of| role.is_of(of)).flat_map(members).collect();
            if is_same_group(&there, wanted) {
                return;
            }
            bindings.retain(|binding| !role.is_of(binding));
            if !wanted.is_empty() {
                bindings.push(role.binding(wanted));
            }
        }
    }
}

impl Role {
    /// Whether a binding is of this role under this condition.
    pub(crate) fn is_of(&self, binding: &Json) -> bool {
        binding["role"] == self.name.as_str() && Condition::of(&binding["condition"]) == self.condition
    }

    fn binding(&self, members: &[String]) -> Json {
        let mut binding = json!({"role": self.name, "members": members});
        if let Some(condition) = &self.condition {
            binding["condition"] = condition.json();
        }
        binding
    }

    /// Who has it by a policy.
    pub(crate) fn members<'a>(&self, policy: &'a Json) -> Vec<&'a str> {
        let bindings = policy["bindings"].as_array().into_iter().flatten();
        bindings.filter(|binding| self.is_of(binding)).flat_map(members).collect()
    }
}

fn members(binding: &Json) -> Vec<&str> {
    binding["members"].as_array().into_iter().flatten().filter_map(Json::as_str).collect()
}

fn has(binding: &Json, member: &str) -> bool {
    members(binding).iter().any(|of| is_same_member(of, member))
}

fn is_same_group(some: &[&str], others: &[String]) -> bool {
    some.iter().all(|member| others.iter().any(|other| is_same_member(member, other)))
        && others.iter().all(|member| some.iter().any(|other| is_same_member(member, other)))
}

/// Whether two texts name the same member: addresses are the same in capital letters, principals of pools are not.
pub(crate) fn is_same_member(one: &str, other: &str) -> bool {
    let is_address =
        ["user:", "group:", "serviceAccount:", "domain:"].iter().any(|kind| one.starts_with(kind));
    one == other || (is_address && one.eq_ignore_ascii_case(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(condition: Option<&str>) -> Role {
        let condition = condition.map(|title| Condition {
            title: title.into(),
            description: String::new(),
            expression: "true".into(),
        });
        Role { name: "roles/viewer".into(), condition }
    }

    #[test]
    fn edits_change_what_they_are_about_and_nothing_else() {
        let other = json!({"role": "roles/owner", "members": ["user:o@x"]});
        let conditional = json!({"role": "roles/viewer", "members": ["user:a@x"],
            "condition": {"title": "t", "expression": "true"}});
        let of = |members: &[&str]| json!({"role": "roles/viewer", "members": members});
        let cases = [
            (Edit::Grant(role(None), "user:a@x".into()), vec![], vec![of(&["user:a@x"])]),
            (Edit::Grant(role(None), "user:A@x".into()), vec![of(&["user:a@x"])], vec![of(&["user:a@x"])]),
            (
                Edit::Grant(role(None), "user:b@x".into()),
                vec![conditional.clone(), of(&["user:a@x"])],
                vec![conditional.clone(), of(&["user:a@x", "user:b@x"])],
            ),
            (Edit::Grant(role(Some("t")), "user:a@x".into()), vec![], vec![conditional.clone()]),
            (
                Edit::Revoke(role(None), "user:A@x".into()),
                vec![conditional.clone(), of(&["user:a@x", "user:b@x"])],
                vec![conditional.clone(), of(&["user:b@x"])],
            ),
            (Edit::Revoke(role(Some("t")), "user:a@x".into()), vec![conditional.clone()], vec![]),
            (
                Edit::Bind(role(None), vec!["user:b@x".into()]),
                vec![of(&["user:a@x"])],
                vec![of(&["user:b@x"])],
            ),
            (
                Edit::Bind(role(None), vec!["user:b@x".into(), "user:A@x".into()]),
                vec![of(&["user:a@x", "user:b@x"])],
                vec![of(&["user:a@x", "user:b@x"])],
            ),
            (Edit::Bind(role(None), vec![]), vec![of(&["user:a@x"]), conditional.clone()], vec![conditional]),
        ];
        for (edit, before, after) in cases {
            let with_other = |bindings: Vec<Json>| [vec![other.clone()], bindings].concat();
            let mut bindings = with_other(before);
            apply(&edit, &mut bindings);
            assert_eq!(bindings, with_other(after), "{edit:?}");
        }
    }

    #[test]
    fn members_are_told_apart() {
        let cases = [
            ("user:a@x.com", "user:A@X.com", true),
            ("user:a@x.com", "group:a@x.com", false),
            ("principal://iam/p/A", "principal://iam/p/a", false),
            ("allUsers", "allUsers", true),
        ];
        for (one, other, expected) in cases {
            assert_eq!(is_same_member(one, other), expected, "{one} {other}");
        }
    }
}
