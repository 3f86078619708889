//! What a policy says, as resources: one member of a role, or all members of it.

use crate::account::site::Site;
use crate::fault::found;
use crate::iam::policy::{Edit, Role, Subject, change, is_same_member};
use async_trait::async_trait;
use futures::stream::{self, StreamExt};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object, Planning, Readings, Resource};

/// How many policies are read at a time.
const POLICIES_MAX: usize = 8;

/// `…_iam_member`: one member of a role. Others are not its business.
pub(crate) struct Member(pub(crate) Subject);

/// `…_iam_binding`: all members of a role.
pub(crate) struct Binding(pub(crate) Subject);

/// When a role counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) expression: String,
}

impl Condition {
    /// As policies have it; None where there is none.
    pub(crate) fn of(json: &Json) -> Option<Condition> {
        let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
        let condition = || Condition {
            title: text("title"),
            description: text("description"),
            expression: text("expression"),
        };
        json.is_object().then(condition)
    }

    pub(crate) fn json(&self) -> Json {
        let mut json = json!({"title": self.title, "expression": self.expression});
        if !self.description.is_empty() {
            json["description"] = self.description.as_str().into();
        }
        json
    }
}

#[async_trait]
impl Resource<Site> for Member {
    fn is_legacy(&self) -> bool {
        true
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        judged(config.text("member").into_iter())
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        let policies = policies(site, self.0, &objects).await;
        let read = |mut object: Object| {
            let Some(policy) = of(&policies, self.0, &object)? else { return Ok(None) };
            let member = object.owned("member").unwrap_or_default();
            let is_there = role(&object).members(policy).iter().any(|of| is_same_member(of, &member));
            Ok(is_there.then(|| {
                tell(self.0, &mut object, policy);
                object
            }))
        };
        objects.into_iter().map(read).collect()
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let member = object.owned("member").unwrap_or_default();
        change(call, (self.0, &name(self.0, object)), &Edit::Grant(role(object), member)).await?;
        object.put_text("id", Some(id(self.0, object)));
        Ok(())
    }

    async fn update(
        &self,
        _call: &Call<'_, Site>,
        _prior: &Object,
        _object: &mut Object,
    ) -> Result<(), Fault> {
        Ok(())
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let member = object.owned("member").unwrap_or_default();
        change(call, (self.0, &name(self.0, object)), &Edit::Revoke(role(object), member)).await
    }

    async fn import(&self, site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        let words: Vec<&str> = id.splitn(4, ' ').collect();
        let [subject, role, member, title @ ..] = words.as_slice() else {
            return Err(bad(self.0, id, " MEMBER"));
        };
        object.put_text("member", Some(member));
        imported(site, self.0, object, (subject, role, title.first().copied())).await
    }

    /// Who has the role has it, by whoever's doing: the same change again would find nothing to do.
    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let policy = found(self.0.policy(call.site, &name(self.0, object)).await)?.unwrap_or_default();
        let member = object.owned("member").unwrap_or_default();
        let is_there = role(object).members(&policy).iter().any(|of| is_same_member(of, &member));
        Ok(is_there && object.identify(Some(id(self.0, object))))
    }
}

#[async_trait]
impl Resource<Site> for Binding {
    fn is_legacy(&self) -> bool {
        true
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        judged(config.texts("members").iter().map(String::as_str))
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        // Members written in capital letters are those that are there.
        let Some(prior) = planning.prior.filter(|_| !planning.planned.is_unknown("members")) else { return };
        let (before, wanted) = (prior.texts("members"), planning.planned.texts("members"));
        let is_in = |member: &String, all: &[String]| all.iter().any(|of| is_same_member(of, member));
        if before.iter().all(|member| is_in(member, &wanted))
            && wanted.iter().all(|member| is_in(member, &before))
        {
            planning.planned.put_texts("members", before);
        } else {
            planning.unsettle(&["etag"]);
        }
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        let policies = policies(site, self.0, &objects).await;
        let read = |mut object: Object| {
            let Some(policy) = of(&policies, self.0, &object)? else { return Ok(None) };
            let members = role(&object).members(policy);
            if members.is_empty() {
                return Ok(None);
            }
            let before = object.texts("members");
            let written = |member: &str| {
                let same = before.iter().find(|of| is_same_member(of, member));
                same.cloned().unwrap_or_else(|| member.to_owned())
            };
            object.put_texts("members", members.into_iter().map(written));
            tell(self.0, &mut object, policy);
            Ok(Some(object))
        };
        objects.into_iter().map(read).collect()
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let edit = Edit::Bind(role(object), object.texts("members"));
        change(call, (self.0, &name(self.0, object)), &edit).await?;
        object.put_text("id", Some(id(self.0, object)));
        Ok(())
    }

    async fn update(&self, call: &Call<'_, Site>, _prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let edit = Edit::Bind(role(object), object.texts("members"));
        change(call, (self.0, &name(self.0, object)), &edit).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        change(call, (self.0, &name(self.0, object)), &Edit::Bind(role(object), Vec::new())).await
    }

    async fn import(&self, site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        let words: Vec<&str> = id.splitn(3, ' ').collect();
        let [subject, role, title @ ..] = words.as_slice() else { return Err(bad(self.0, id, "")) };
        imported(site, self.0, object, (subject, role, title.first().copied())).await
    }

    /// It is its members: where they are those that were to be made, the creation is done.
    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let policy = found(self.0.policy(call.site, &name(self.0, object)).await)?.unwrap_or_default();
        let (members, wanted) = (role(object).members(&policy), object.texts("members"));
        let is_in = |member: &str| wanted.iter().any(|of| is_same_member(of, member));
        let is_done = members.len() == wanted.len() && members.into_iter().all(is_in);
        Ok(is_done && object.identify(Some(id(self.0, object))))
    }
}

/// What is wrong with members, beyond what the API says.
fn judged<'a>(members: impl Iterator<Item = &'a str>) -> Diagnostics {
    let mut out = Diagnostics::new();
    for member in members {
        let is_whole = member.contains(':') || ["allUsers", "allAuthenticatedUsers"].contains(&member);
        if !is_whole {
            let detail = format!("The member {member:?} doesn't say what sort of member it is.");
            let hint = "Write user:ADDRESS, group:ADDRESS, serviceAccount:ADDRESS, domain:NAME, allUsers or another form that IAM knows.";
            out.push(Diagnostic::error("Invalid IAM member", detail).hint(hint));
        } else if member.starts_with("deleted:") {
            let detail = format!("The member {member:?} was deleted and can't be given a role.");
            out.push(
                Diagnostic::error("Invalid IAM member", detail).hint("Remove it from the configuration."),
            );
        }
    }
    out
}

/// The policies of what objects are about, each read once: nothing where the thing is gone.
async fn policies(
    site: &Site,
    subject: Subject,
    objects: &[Object],
) -> BTreeMap<String, Result<Option<Json>, Fault>> {
    let names: BTreeSet<String> = objects.iter().map(|object| name(subject, object)).collect();
    let read = |name: String| async move {
        let policy = found(subject.policy(site, &name).await);
        (name, policy)
    };
    stream::iter(names).map(read).buffer_unordered(POLICIES_MAX).collect().await
}

fn of<'a>(
    policies: &'a BTreeMap<String, Result<Option<Json>, Fault>>,
    subject: Subject,
    object: &Object,
) -> Result<Option<&'a Json>, Fault> {
    match policies.get(&name(subject, object)) {
        Some(Ok(policy)) => Ok(policy.as_ref()),
        Some(Err(fault)) => Err(fault.clone()),
        None => Ok(None),
    }
}

/// The thing that an object is about.
fn name(subject: Subject, object: &Object) -> String {
    subject.bare(object.text(subject.argument()).unwrap_or_default()).to_owned()
}

fn role(object: &Object) -> Role {
    let condition = object.item("condition").map(|block| {
        let text = |name: &str| block.owned(name).unwrap_or_default();
        Condition { title: text("title"), description: text("description"), expression: text("expression") }
    });
    Role { name: object.owned("role").unwrap_or_default(), condition }
}

/// `b/my-bucket/roles/viewer/user:a@example.com/title`
fn id(subject: Subject, object: &Object) -> String {
    let Role { name: role, condition } = role(object);
    let mut id = format!("{}/{role}", subject.id(&name(subject, object)));
    let title = condition.map(|condition| condition.title);
    for part in [object.owned("member").filter(|_| object.has("member")), title].into_iter().flatten() {
        id.push('/');
        id.push_str(&part);
    }
    id
}

/// Takes over what the policy tells besides. Its etag changes with whatever else is in it: the one of when the object was
/// written stays, so that members of others don't show as a difference here.
fn tell(subject: Subject, object: &mut Object, policy: &Json) {
    object.put_text("id", Some(id(subject, object)));
    if !object.is_set("etag") {
        object.put_text("etag", policy["etag"].as_str());
    }
}

/// Fills in what an import id says: the thing, the role, and the title of a condition, which the policy tells the rest of.
async fn imported(
    site: &Site,
    subject: Subject,
    object: &mut Object,
    (thing, role_name, title): (&str, &str, Option<&str>),
) -> Result<(), Fault> {
    let name = subject.bare(thing);
    object.put_text(subject.argument(), Some(name));
    object.put_text("role", Some(role_name));
    if let Some(title) = title {
        let policy = subject.policy(site, name).await?;
        let bindings = policy["bindings"].as_array().into_iter().flatten();
        let conditions = bindings
            .filter(|binding| binding["role"] == role_name)
            .filter_map(|binding| Condition::of(&binding["condition"]));
        let Some(condition) = conditions.into_iter().find(|condition| condition.title == title) else {
            let message = format!("the policy has no binding of {role_name} with a condition {title:?}");
            return Err(Fault::new(FaultKind::NotFound, message));
        };
        let mut block = object.blank_item("condition");
        block.put_text("title", Some(&condition.title));
        block.put_text("description", Some(&condition.description));
        block.put_text("expression", Some(&condition.expression));
        object.put_items("condition", [block]);
    }
    object.put_text("id", Some(id(subject, object)));
    Ok(())
}

fn bad(subject: Subject, id: &str, member: &str) -> Fault {
    let thing = subject.id(&subject.argument().to_uppercase());
    let message = format!("the import id {id:?} does not have the form that it may have");
    Fault::new(FaultKind::Invalid, message).hint(format!(
        "Write {thing} ROLE{member} with blanks between, and the title of the condition after it where there is one."
    ))
}
