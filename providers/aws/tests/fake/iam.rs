//! IAM: roles, policies and instance profiles, which are in no region.

use super::params::Params;
use super::world::{ACCOUNT, Outcome, Refusal, Thing, refuse};
use super::{Call, Operation};
use serde_json::{Value as Json, json};

pub(crate) const OPERATIONS: &[Operation] = &[
    ("AddRoleToInstanceProfile", add_role),
    ("AttachRolePolicy", attach),
    ("CreateInstanceProfile", create_profile),
    ("CreatePolicy", create_policy),
    ("CreatePolicyVersion", create_version),
    ("CreateRole", create_role),
    ("DeleteInstanceProfile", delete_profile),
    ("DeletePolicy", delete_policy),
    ("DeletePolicyVersion", delete_version),
    ("DeleteRole", delete_role),
    ("DeleteRolePermissionsBoundary", |call| change_role(call, "PermissionsBoundary", None)),
    ("DeleteRolePolicy", delete_inline),
    ("DetachRolePolicy", detach),
    ("GetInstanceProfile", get_profile),
    ("GetPolicy", |call| get(call, &POLICY)),
    ("GetPolicyVersion", get_version),
    ("GetRole", |call| get(call, &ROLE)),
    ("GetRolePolicy", get_inline),
    ("ListAttachedRolePolicies", list_attached),
    ("ListInstanceProfilesForRole", list_profiles),
    ("ListPolicies", list_policies),
    ("ListPolicyVersions", list_versions),
    ("ListRolePolicies", list_inline),
    ("PutRolePermissionsBoundary", |call| {
        change_role(call, "PermissionsBoundary", Some("PermissionsBoundary"))
    }),
    ("PutRolePolicy", put_inline),
    ("RemoveRoleFromInstanceProfile", remove_role),
    ("TagInstanceProfile", |call| tag(call, &PROFILE)),
    ("TagPolicy", |call| tag(call, &POLICY)),
    ("TagRole", |call| tag(call, &ROLE)),
    ("UntagInstanceProfile", |call| untag(call, &PROFILE)),
    ("UntagPolicy", |call| untag(call, &POLICY)),
    ("UntagRole", |call| untag(call, &ROLE)),
    ("UpdateAssumeRolePolicy", |call| change_role(call, "AssumeRolePolicyDocument", Some("PolicyDocument"))),
    ("UpdateRole", update_role),
    ("UpdateRoleDescription", |call| change_role(call, "Description", Some("Description"))),
];

/// A kind of things: its name in answers, and the parameter that names one.
struct Kind {
    stored: &'static str,
    noun: &'static str,
    parameter: &'static str,
}

const ROLE: Kind = Kind { stored: "role", noun: "Role", parameter: "RoleName" };
const POLICY: Kind = Kind { stored: "policy", noun: "Policy", parameter: "PolicyArn" };
const PROFILE: Kind = Kind { stored: "profile", noun: "InstanceProfile", parameter: "InstanceProfileName" };

const NOWHERE: &str = "global";
const MADE: &str = "2026-01-01T00:00:00Z";

fn no_entity(name: &str) -> Refusal {
    Refusal { status: 404, ..refuse("NoSuchEntity", format!("{name} cannot be found.")) }
}

fn conflict(code: &str, message: &str) -> Refusal {
    Refusal { status: 409, ..refuse(code, message) }
}

fn done() -> Json {
    json!({})
}

impl Kind {
    /// The thing's key in the store. Names are told apart without regard to case.
    fn key(&self, name: &str) -> String {
        format!("iam:{}:{}", self.stored, name.to_lowercase())
    }

    /// The key of the thing that the request names, which is there.
    fn named(&self, call: &mut Call<'_>) -> Outcome<String> {
        let name = call.params.need(self.parameter)?;
        self.there(call, &name)
    }

    fn there(&self, call: &mut Call<'_>, name: &str) -> Outcome<String> {
        let key = self.key(name);
        call.world.look(self.stored, NOWHERE, &key).map(|_| key).ok_or_else(|| no_entity(name))
    }
}

fn thing<'a>(call: &'a mut Call<'_>, key: &str) -> &'a mut Thing {
    call.world.things.get_mut(key).expect("it was found there")
}

/// A JSON document that a policy can be.
fn document(params: &mut Params, name: &str) -> Outcome<String> {
    let text = params.need(name)?;
    let json: Option<Json> = serde_json::from_str(&text).ok();
    if json.is_none_or(|json| json["Statement"].is_null()) {
        return Err(refuse("MalformedPolicyDocument", "Syntax errors in policy."));
    }
    Ok(text)
}

/// Documents are told with everything but letters and digits in percent encoding.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

fn path(params: &mut Params) -> Outcome<String> {
    let path = params.take("Path").unwrap_or_else(|| "/".into());
    if path.starts_with('/') && path.ends_with('/') {
        return Ok(path);
    }
    Err(refuse("ValidationError", "The path must begin and end with a slash"))
}

fn tags(params: &mut Params) -> Outcome<Vec<(String, String)>> {
    let mut tags = Vec::new();
    for mut tag in params.items("Tags.member")? {
        tags.push((tag.need("Key")?, tag.take("Value").unwrap_or_default()));
        tag.done()?;
    }
    if tags.iter().any(|(key, _)| key.starts_with("aws:")) || tags.len() > 50 {
        return Err(refuse("InvalidInput", "Tags are reserved or too many"));
    }
    Ok(tags)
}

/// Adds a thing with tags; refused where one of its name is there.
fn add(
    call: &mut Call<'_>,
    kind: &Kind,
    (key, name): (&str, &str),
    tags: Vec<(String, String)>,
    body: Json,
) -> Outcome<Json> {
    let is_good = |c: char| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c);
    if name.len() > 128 || !name.chars().all(is_good) {
        return Err(refuse("ValidationError", format!("{name} is not a name")));
    }
    let key = kind.key(key);
    if call.world.things.contains_key(&key) {
        let message = format!("{} with name {name} already exists.", kind.noun);
        return Err(conflict("EntityAlreadyExists", &message));
    }
    call.world.add(kind.stored, NOWHERE, &key, body).tags = tags.into_iter().collect();
    Ok(json!({kind.noun: shown(call, &key)}))
}

fn shown(call: &Call<'_>, key: &str) -> Json {
    let thing = &call.world.things[key];
    let mut body = thing.body.clone();
    let pair = |(key, value): (&String, &String)| json!({"Key": key, "Value": value});
    body["Tags"] = thing.tags.iter().map(pair).collect();
    match thing.kind {
        "role" => body["AssumeRolePolicyDocument"] = json!(encoded(thing.text("AssumeRolePolicyDocument"))),
        "policy" => body["AttachmentCount"] = json!(users_of(call, thing.text("Arn"), "attached").len()),
        _ => {
            let roles = thing.inner.get("roles").and_then(Json::as_array).cloned().unwrap_or_default();
            body["Roles"] = roles.iter().filter_map(Json::as_str).map(|role| shown(call, role)).collect();
        }
    }
    body
}

/// The things that have a text in a list.
fn users_of(call: &Call<'_>, text: &str, list: &str) -> Vec<String> {
    let uses = |thing: &Thing| {
        thing.inner.get(list).and_then(Json::as_array).is_some_and(|list| list.contains(&json!(text)))
    };
    call.world.things.iter().filter(|(_, thing)| uses(thing)).map(|(key, _)| key.clone()).collect()
}

fn list<'a>(thing: &'a mut Thing, name: &str) -> &'a mut Vec<Json> {
    thing.inner.entry(name).or_insert_with(|| json!([])).as_array_mut().expect("a list")
}

fn get(call: &mut Call<'_>, kind: &Kind) -> Outcome<Json> {
    let key = kind.named(call)?;
    call.params.done()?;
    Ok(json!({kind.noun: shown(call, &key)}))
}

fn tag(call: &mut Call<'_>, kind: &Kind) -> Outcome<Json> {
    let key = kind.named(call)?;
    let tags = tags(&mut call.params)?;
    call.params.done()?;
    thing(call, &key).tags.extend(tags);
    Ok(done())
}

fn untag(call: &mut Call<'_>, kind: &Kind) -> Outcome<Json> {
    let key = kind.named(call)?;
    let names = call.params.list("TagKeys.member")?;
    call.params.done()?;
    thing(call, &key).tags.retain(|name, _| !names.contains(name));
    Ok(done())
}

fn create_role(call: &mut Call<'_>) -> Outcome<Json> {
    let (name, path) = (call.params.need("RoleName")?, path(&mut call.params)?);
    let trust = document(&mut call.params, "AssumeRolePolicyDocument")?;
    let description = call.params.take("Description");
    let duration = call.params.number("MaxSessionDuration")?.unwrap_or(3600);
    let boundary = boundary(call, "PermissionsBoundary")?;
    let tags = tags(&mut call.params)?;
    call.params.done()?;
    if !(3600..=43200).contains(&duration) {
        return Err(refuse("ValidationError", "A session lasts from one hour to twelve"));
    }
    let id = call.world.new_id("AROA");
    let body = json!({"RoleName": name, "RoleId": id, "Path": path, "CreateDate": MADE,
        "Arn": format!("arn:aws:iam::{ACCOUNT}:role{path}{name}"), "AssumeRolePolicyDocument": trust,
        "Description": description, "MaxSessionDuration": duration, "PermissionsBoundary": boundary});
    add(call, &ROLE, (&name, &name), tags, body)
}

/// The policy that a parameter names, as the boundary of a role.
fn boundary(call: &mut Call<'_>, parameter: &str) -> Outcome<Json> {
    let Some(arn) = call.params.take(parameter) else { return Ok(Json::Null) };
    POLICY.there(call, &arn)?;
    Ok(json!({"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}))
}

/// Sets an attribute of a role to what a parameter says, or takes it away.
fn change_role(call: &mut Call<'_>, name: &str, parameter: Option<&str>) -> Outcome<Json> {
    let key = ROLE.named(call)?;
    let value = match (name, parameter) {
        (_, None) => Json::Null,
        ("PermissionsBoundary", Some(parameter)) => boundary(call, parameter)?,
        ("AssumeRolePolicyDocument", Some(parameter)) => json!(document(&mut call.params, parameter)?),
        (_, Some(parameter)) => json!(call.params.take(parameter)),
    };
    call.params.done()?;
    if parameter.is_none() && thing(call, &key).body[name].is_null() {
        return Err(no_entity(name));
    }
    thing(call, &key).body[name] = value;
    Ok(done())
}

fn update_role(call: &mut Call<'_>) -> Outcome<Json> {
    let key = ROLE.named(call)?;
    let (description, duration) =
        (call.params.take("Description"), call.params.number("MaxSessionDuration")?);
    call.params.done()?;
    // What isn't given goes back to how it is at first.
    thing(call, &key).body["Description"] = json!(description.filter(|text| !text.is_empty()));
    thing(call, &key).body["MaxSessionDuration"] = json!(duration.unwrap_or(3600));
    Ok(done())
}

fn delete_role(call: &mut Call<'_>) -> Outcome<Json> {
    let key = ROLE.named(call)?;
    call.params.done()?;
    let role = thing(call, &key);
    let has_policies = ["attached", "inline"].iter().any(|name| !list(role, name).is_empty());
    if has_policies || !users_of(call, &key, "roles").is_empty() {
        let message = "Cannot delete entity, must detach all policies and leave all profiles first.";
        return Err(conflict("DeleteConflict", message));
    }
    call.world.remove(&key);
    Ok(done())
}

fn attach(call: &mut Call<'_>) -> Outcome<Json> {
    let (key, arn) = (ROLE.named(call)?, call.params.need("PolicyArn")?);
    call.params.done()?;
    POLICY.there(call, &arn)?;
    let attached = list(thing(call, &key), "attached");
    if !attached.contains(&json!(arn)) {
        attached.push(json!(arn));
    }
    Ok(done())
}

fn detach(call: &mut Call<'_>) -> Outcome<Json> {
    let (key, arn) = (ROLE.named(call)?, call.params.need("PolicyArn")?);
    call.params.done()?;
    let attached = list(thing(call, &key), "attached");
    if !attached.contains(&json!(arn)) {
        return Err(no_entity(&arn));
    }
    attached.retain(|other| *other != json!(arn));
    Ok(done())
}

/// Pages are asked for and never needed.
fn paged(call: &mut Call<'_>) -> Outcome<()> {
    call.params.take("MaxItems");
    call.params.done()
}

fn list_attached(call: &mut Call<'_>) -> Outcome<Json> {
    let key = ROLE.named(call)?;
    paged(call)?;
    let policies: Vec<Json> = list(thing(call, &key), "attached").clone();
    let told = |arn: &Json| {
        let name = arn.as_str().and_then(|arn| arn.rsplit('/').next());
        json!({"PolicyArn": arn, "PolicyName": name})
    };
    let policies: Vec<Json> = policies.iter().map(told).collect();
    Ok(json!({"AttachedPolicies": policies, "IsTruncated": false}))
}

fn put_inline(call: &mut Call<'_>) -> Outcome<Json> {
    let (key, name) = (ROLE.named(call)?, call.params.need("PolicyName")?);
    let text = document(&mut call.params, "PolicyDocument")?;
    call.params.done()?;
    let policies = list(thing(call, &key), "inline");
    policies.retain(|policy| policy["name"] != name.as_str());
    policies.push(json!({"name": name, "text": text}));
    Ok(done())
}

/// An inline policy by the names that the request gives.
fn inline(call: &mut Call<'_>) -> Outcome<(String, Json)> {
    let (key, name) = (ROLE.named(call)?, call.params.need("PolicyName")?);
    call.params.done()?;
    let policies = list(thing(call, &key), "inline");
    let policy = policies.iter().find(|policy| policy["name"] == name.as_str()).cloned();
    Ok((key, policy.ok_or_else(|| no_entity(&name))?))
}

fn get_inline(call: &mut Call<'_>) -> Outcome<Json> {
    let (key, policy) = inline(call)?;
    let role = thing(call, &key).body["RoleName"].clone();
    let text = encoded(policy["text"].as_str().unwrap_or_default());
    Ok(json!({"RoleName": role, "PolicyName": policy["name"], "PolicyDocument": text}))
}

fn delete_inline(call: &mut Call<'_>) -> Outcome<Json> {
    let (key, policy) = inline(call)?;
    list(thing(call, &key), "inline").retain(|other| *other != policy);
    Ok(done())
}

fn list_inline(call: &mut Call<'_>) -> Outcome<Json> {
    let key = ROLE.named(call)?;
    paged(call)?;
    let names: Vec<Json> =
        list(thing(call, &key), "inline").iter().map(|policy| policy["name"].clone()).collect();
    Ok(json!({"PolicyNames": names, "IsTruncated": false}))
}

fn create_policy(call: &mut Call<'_>) -> Outcome<Json> {
    let (name, path) = (call.params.need("PolicyName")?, path(&mut call.params)?);
    let text = document(&mut call.params, "PolicyDocument")?;
    let description = call.params.take("Description");
    let tags = tags(&mut call.params)?;
    call.params.done()?;
    let arn = format!("arn:aws:iam::{ACCOUNT}:policy{path}{name}");
    // Names are unique whatever the path.
    let is_taken = call
        .world
        .all("policy", NOWHERE)
        .any(|(_, policy)| policy.text("PolicyName").eq_ignore_ascii_case(&name));
    if is_taken {
        return Err(conflict("EntityAlreadyExists", &format!("A policy called {name} already exists.")));
    }
    let id = call.world.new_id("ANPA");
    let body = json!({"PolicyName": name, "PolicyId": id, "Path": path, "Arn": arn, "CreateDate": MADE,
        "Description": description, "IsAttachable": true, "DefaultVersionId": "v1"});
    let made = add(call, &POLICY, (&arn, &name), tags, body)?;
    list(thing(call, &POLICY.key(&arn)), "versions").push(json!({"id": "v1", "text": text}));
    Ok(made)
}

fn told(version: &Json, policy: &Thing) -> Json {
    let text = encoded(version["text"].as_str().unwrap_or_default());
    let is_default = policy.body["DefaultVersionId"] == version["id"];
    json!({"VersionId": version["id"], "Document": text, "IsDefaultVersion": is_default, "CreateDate": MADE})
}

fn create_version(call: &mut Call<'_>) -> Outcome<Json> {
    let key = POLICY.named(call)?;
    let text = document(&mut call.params, "PolicyDocument")?;
    let is_default = call.params.flag("SetAsDefault")?.unwrap_or(false);
    call.params.done()?;
    let policy = thing(call, &key);
    let versions = list(policy, "versions");
    if versions.len() >= 5 {
        return Err(conflict("LimitExceeded", "A managed policy can have up to 5 versions."));
    }
    let number = |version: &Json| version["id"].as_str().and_then(|id| id[1..].parse::<u32>().ok());
    let next = versions.iter().filter_map(number).max().unwrap_or(0) + 1;
    let version = json!({"id": format!("v{next}"), "text": text});
    versions.push(version.clone());
    if is_default {
        policy.body["DefaultVersionId"] = version["id"].clone();
    }
    Ok(json!({"PolicyVersion": told(&version, policy)}))
}

/// A version by the names that the request gives.
fn version(call: &mut Call<'_>) -> Outcome<(String, Json)> {
    let (key, id) = (POLICY.named(call)?, call.params.need("VersionId")?);
    call.params.done()?;
    let found =
        list(thing(call, &key), "versions").iter().find(|version| version["id"] == id.as_str()).cloned();
    Ok((key, found.ok_or_else(|| no_entity(&id))?))
}

fn get_version(call: &mut Call<'_>) -> Outcome<Json> {
    let (key, version) = version(call)?;
    Ok(json!({"PolicyVersion": told(&version, thing(call, &key))}))
}

fn delete_version(call: &mut Call<'_>) -> Outcome<Json> {
    let (key, version) = version(call)?;
    let policy = thing(call, &key);
    if policy.body["DefaultVersionId"] == version["id"] {
        return Err(conflict("DeleteConflict", "Cannot delete the default version of a policy."));
    }
    list(policy, "versions").retain(|other| *other != version);
    Ok(done())
}

fn list_versions(call: &mut Call<'_>) -> Outcome<Json> {
    let key = POLICY.named(call)?;
    paged(call)?;
    let policy = thing(call, &key);
    let versions = list(policy, "versions").clone();
    let versions: Vec<Json> = versions.iter().map(|version| told(version, policy)).collect();
    Ok(json!({"Versions": versions, "IsTruncated": false}))
}

fn list_policies(call: &mut Call<'_>) -> Outcome<Json> {
    call.params.word("Scope", &["All", "AWS", "Local"])?;
    let prefix = call.params.take("PathPrefix").unwrap_or_default();
    paged(call)?;
    let keys: Vec<String> = call.world.all("policy", NOWHERE).map(|(key, _)| key.clone()).collect();
    let mut policies = Vec::new();
    for key in keys {
        let is_found = call
            .world
            .look("policy", NOWHERE, &key)
            .is_some_and(|policy| policy.text("Path").starts_with(&prefix));
        policies.extend(is_found.then(|| shown(call, &key)));
    }
    Ok(json!({"Policies": policies, "IsTruncated": false}))
}

fn delete_policy(call: &mut Call<'_>) -> Outcome<Json> {
    let key = POLICY.named(call)?;
    call.params.done()?;
    let arn = thing(call, &key).text("Arn").to_owned();
    let has_versions = list(thing(call, &key), "versions").len() > 1;
    let is_boundary = call
        .world
        .all("role", NOWHERE)
        .any(|(_, role)| role.has("PermissionsBoundary.PermissionsBoundaryArn", &arn));
    if has_versions || is_boundary || !users_of(call, &arn, "attached").is_empty() {
        return Err(conflict(
            "DeleteConflict",
            "Cannot delete a policy attached to entities or with versions.",
        ));
    }
    call.world.remove(&key);
    Ok(done())
}

fn create_profile(call: &mut Call<'_>) -> Outcome<Json> {
    let (name, path) = (call.params.need("InstanceProfileName")?, path(&mut call.params)?);
    let tags = tags(&mut call.params)?;
    call.params.done()?;
    let id = call.world.new_id("AIPA");
    let body = json!({"InstanceProfileName": name, "InstanceProfileId": id, "Path": path, "CreateDate": MADE,
        "Arn": format!("arn:aws:iam::{ACCOUNT}:instance-profile{path}{name}")});
    add(call, &PROFILE, (&name, &name), tags, body)
}

fn get_profile(call: &mut Call<'_>) -> Outcome<Json> {
    get(call, &PROFILE)
}

fn add_role(call: &mut Call<'_>) -> Outcome<Json> {
    let (key, role) = (PROFILE.named(call)?, ROLE.named(call)?);
    call.params.done()?;
    let roles = list(thing(call, &key), "roles");
    if !roles.is_empty() {
        return Err(conflict(
            "LimitExceeded",
            "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
        ));
    }
    roles.push(json!(role));
    Ok(done())
}

fn remove_role(call: &mut Call<'_>) -> Outcome<Json> {
    let (key, role) = (PROFILE.named(call)?, ROLE.named(call)?);
    call.params.done()?;
    let roles = list(thing(call, &key), "roles");
    if !roles.contains(&json!(role)) {
        return Err(no_entity(&role));
    }
    roles.clear();
    Ok(done())
}

fn delete_profile(call: &mut Call<'_>) -> Outcome<Json> {
    let key = PROFILE.named(call)?;
    call.params.done()?;
    if !list(thing(call, &key), "roles").is_empty() {
        return Err(conflict(
            "DeleteConflict",
            "Cannot delete entity, must remove roles from instance profile first.",
        ));
    }
    call.world.remove(&key);
    Ok(done())
}

fn list_profiles(call: &mut Call<'_>) -> Outcome<Json> {
    let key = ROLE.named(call)?;
    paged(call)?;
    let profiles: Vec<Json> =
        users_of(call, &key, "roles").iter().map(|profile| shown(call, profile)).collect();
    Ok(json!({"InstanceProfiles": profiles, "IsTruncated": false}))
}
