//! Launch templates and their versions, which don't change.

use super::describe::{self, Description};
use super::{missing, specified, template_data};
use crate::fake::Call;
use crate::fake::params::{decode_base64, invalid};
use crate::fake::world::{ACCOUNT, Outcome, Thing, refuse};
use serde_json::{Value as Json, json};

pub(super) const TEMPLATES: Description = Description {
    kind: "launch-template",
    set: "launchTemplates",
    ids: "LaunchTemplateId",
    filters: &[("create-time", "createTime"), ("launch-template-name", "launchTemplateName")],
};

const CREATOR: &str = "arn:aws:iam::123456789012:user/fake";

/// What a version is to say, and its description.
fn content(call: &mut Call<'_>) -> Outcome<(Json, Option<String>)> {
    let description = call.params.take("VersionDescription");
    let missing = || refuse("MissingParameter", "The request must contain the parameter LaunchTemplateData");
    let mut params = call.params.inner("LaunchTemplateData").ok_or_else(missing)?;
    let data = template_data::read(&mut params)?;
    for (one, other) in [("instanceType", "instanceRequirements"), ("securityGroupIdSet", "securityGroupSet")]
    {
        if !data[one].is_null() && !data[other].is_null() {
            let message = format!("{one} and {other} can't be used together");
            return Err(refuse("InvalidParameterCombination", message));
        }
    }
    let needed = &data["instanceRequirements"];
    if needed.is_object() && ["memoryMiB", "vCpuCount"].iter().any(|name| needed[*name]["min"].is_null()) {
        return Err(refuse("MissingParameter", "InstanceRequirements must have VCpuCount and MemoryMiB"));
    }
    if data["userData"].as_str().is_some_and(|data| decode_base64(data).is_none()) {
        return Err(refuse("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data"));
    }
    if description.as_ref().is_some_and(|text| text.len() > 255) {
        return Err(invalid("VersionDescription", "it is too long"));
    }
    Ok((data, description))
}

fn version(number: usize, (data, description): (Json, Option<String>)) -> Json {
    json!({"versionNumber": number, "versionDescription": description, "launchTemplateData": data,
        "createTime": super::volumes::MADE, "createdBy": CREATOR})
}

pub(super) fn create(call: &mut Call<'_>) -> Outcome<Json> {
    if let Some(id) = call.repeated()? {
        return Ok(json!({"launchTemplate": describe::one(call, &id)?}));
    }
    let name = call.params.need("LaunchTemplateName")?;
    let content = content(call)?;
    let tags = specified(&mut call.params, "launch-template")?;
    call.params.done()?;
    let is_good = |c: char| c.is_ascii_alphanumeric() || "().-/_".contains(c);
    if !(3..=128).contains(&name.len()) || !name.chars().all(is_good) {
        return Err(refuse("InvalidLaunchTemplateName.MalformedException", format!("'{name}' is malformed")));
    }
    if by_name(call, &name).is_some() {
        let message = format!("Launch template name already in use: {name}");
        return Err(refuse("InvalidLaunchTemplateName.AlreadyExistsException", message));
    }
    let body = |id: &str| {
        json!({"launchTemplateId": id, "launchTemplateName": name, "createTime": super::volumes::MADE,
            "createdBy": CREATOR, "defaultVersionNumber": 1, "latestVersionNumber": 1, "ownerId": ACCOUNT})
    };
    let id = call.made("launch-template", body, tags);
    let template = call.world.things.get_mut(&id).expect("it was just made");
    template.inner.insert("versions".into(), json!([version(1, content)]));
    call.remember(&id);
    Ok(json!({"launchTemplate": describe::one(call, &id)?}))
}

fn by_name(call: &Call<'_>, name: &str) -> Option<String> {
    let mut all = call.world.all("launch-template", call.region);
    all.find(|(_, template)| template.text("launchTemplateName") == name).map(|(id, _)| id.clone())
}

/// The template that the request names by its id or its name.
fn named(call: &mut Call<'_>) -> Outcome<String> {
    let id = match (call.params.take("LaunchTemplateId"), call.params.take("LaunchTemplateName")) {
        (Some(id), None) => id,
        (None, Some(name)) => {
            let message = format!("The specified launch template, with name {name}, does not exist.");
            let missing = || refuse("InvalidLaunchTemplateName.NotFoundException", message);
            by_name(call, &name).ok_or_else(missing)?
        }
        _ => return Err(refuse("InvalidParameterCombination", "Either a template's id or its name")),
    };
    if !id.starts_with("lt-") {
        return Err(refuse(
            "InvalidLaunchTemplateId.Malformed",
            format!("Invalid launch template ID '{id}'"),
        ));
    }
    call.at("launch-template", &id)?;
    Ok(id)
}

fn versions(template: &Thing) -> Vec<Json> {
    template.inner["versions"].as_array().cloned().unwrap_or_default()
}

pub(super) fn create_version(call: &mut Call<'_>) -> Outcome<Json> {
    if let Some(made) = call.repeated()? {
        let (id, number) = made.split_once(' ').expect("an id and a number");
        let number = number.parse::<usize>().expect("a number");
        let template = call.at("launch-template", id)?;
        let version = told(template, &versions(template)[number - 1]);
        return Ok(json!({"launchTemplateVersion": version}));
    }
    let id = named(call)?;
    let content = content(call)?;
    if let Some(source) = call.params.take("SourceVersion") {
        return Err(invalid("SourceVersion", &source));
    }
    call.params.done()?;
    let template = call.at("launch-template", &id)?;
    let mut all = versions(template);
    let number = all.len() + 1;
    all.push(version(number, content));
    let made = told(template, &all[number - 1]);
    template.inner.insert("versions".into(), json!(all));
    template.body["latestVersionNumber"] = json!(number);
    call.remember(&format!("{id} {number}"));
    Ok(json!({"launchTemplateVersion": made}))
}

fn told(template: &Thing, version: &Json) -> Json {
    let mut told = version.clone();
    told["launchTemplateId"] = template.body["launchTemplateId"].clone();
    told["launchTemplateName"] = template.body["launchTemplateName"].clone();
    told["defaultVersion"] = json!(template.body["defaultVersionNumber"] == version["versionNumber"]);
    told
}

/// The version that a number, `$Default` or `$Latest` means.
fn find(template: &Thing, id: &str, asked: &str) -> Outcome<Json> {
    let number = match asked {
        "$Default" => template.body["defaultVersionNumber"].to_string(),
        "$Latest" => template.body["latestVersionNumber"].to_string(),
        number => number.to_owned(),
    };
    let is_it = |version: &Json| version["versionNumber"].as_u64() == number.parse().ok();
    let found = versions(template).into_iter().find(is_it);
    let missing = || {
        let message = format!("Could not find launch template version {asked} of {id}");
        refuse("InvalidLaunchTemplateId.VersionNotFound", message)
    };
    found.ok_or_else(missing)
}

pub(super) fn describe_versions(call: &mut Call<'_>) -> Outcome<Json> {
    let id = named(call)?;
    let asked = call.params.list("LaunchTemplateVersion")?;
    call.params.number("MaxResults")?;
    call.params.done()?;
    let template = call.at("launch-template", &id)?;
    let found = if asked.is_empty() {
        versions(template)
    } else {
        asked.iter().map(|asked| find(template, &id, asked)).collect::<Outcome<Vec<Json>>>()?
    };
    let found: Vec<Json> = found.iter().map(|version| told(template, version)).collect();
    Ok(json!({"launchTemplateVersionSet": found}))
}

pub(super) fn modify(call: &mut Call<'_>) -> Outcome<Json> {
    let id = named(call)?;
    let asked = call.params.need("SetDefaultVersion")?;
    call.params.take("ClientToken");
    call.params.done()?;
    let template = call.at("launch-template", &id)?;
    template.body["defaultVersionNumber"] = find(template, &id, &asked)?["versionNumber"].clone();
    Ok(json!({"launchTemplate": describe::one(call, &id)?}))
}

pub(super) fn delete(call: &mut Call<'_>) -> Outcome<Json> {
    let id = named(call)?;
    call.params.done()?;
    let gone = call.world.things.get(&id).ok_or_else(|| missing("launch-template", &id))?.body.clone();
    call.world.remove(&id);
    Ok(json!({"launchTemplate": gone}))
}
