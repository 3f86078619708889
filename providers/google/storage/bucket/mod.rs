//! `google_storage_bucket`
//!
//! Buckets go by the JSON API and not by google-cloud-storage, whose client for them (`StorageControl`) speaks gRPC alone: it
//! takes no address of plain HTTP, so that no stand-in could be spoken to, and its model has no null, with which parts of a
//! bucket are taken away. Cloud Storage knows no request ids for buckets: a creation whose answer was lost is known by the
//! bucket being as it was to be made, for no two have the same name.

mod empty;
mod lifecycle;
mod parts;

use crate::account::Request;
use crate::account::site::Site;
use crate::codec::{self, Field};
use crate::deletion::{self, is_left};
use crate::fault::found;
use crate::places::Place;
use crate::storage::{CALLS_MAX, LISTING};
use crate::{labels, links};
use async_trait::async_trait;
use futures::stream::{self, StreamExt};
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object, Planning, Readings, Resource, unread};

/// `google_storage_bucket`
pub(crate) struct Bucket;

/// Up to how many buckets of a project are asked for one by one; beyond it all of the project are listed.
const SINGLE_MAX: usize = 3;

static ENFORCED: &[Field] = &[Field::new("effective_time").told(), Field::new("restriction_mode")];

static FIELDS: &[Field] = &[
    Field::one("autoclass", &[Field::new("enabled"), Field::new("terminal_storage_class")]),
    Field::many(
        "cors",
        &[
            Field::new("max_age_seconds"),
            Field::new("method"),
            Field::new("origin"),
            Field::new("response_header"),
        ],
    ),
    Field::one("custom_placement_config", &[Field::new("data_locations")]),
    Field::new("default_event_based_hold"),
    Field::one(
        "encryption",
        &[
            Field::one("customer_managed_encryption_enforcement_config", ENFORCED),
            Field::one("customer_supplied_encryption_enforcement_config", ENFORCED),
            Field::new("default_kms_key_name"),
            Field::one("google_managed_encryption_enforcement_config", ENFORCED),
        ],
    ),
    Field::one("hierarchical_namespace", &[Field::new("enabled")]),
    Field::one(
        "ip_filter",
        &[
            Field::new("allow_all_service_agent_access"),
            Field::new("allow_cross_org_vpcs"),
            Field::new("mode"),
            Field::one("public_network_source", &[Field::new("allowed_ip_cidr_ranges")]),
            Field::many(
                "vpc_network_sources",
                &[Field::new("allowed_ip_cidr_ranges"), Field::new("network")],
            ),
        ],
    ),
    Field::new("location"),
    Field::one("logging", &[Field::new("log_bucket"), Field::new("log_object_prefix")]),
    Field::new("name"),
    Field::new("project_number").told(),
    Field::new("public_access_prevention").at("iamConfiguration.publicAccessPrevention"),
    Field::new("requester_pays").at("billing.requesterPays"),
    Field::one("retention_policy", &[Field::new("is_locked").told(), Field::new("retention_period")]),
    Field::new("rpo"),
    Field::new("self_link").told(),
    Field::one(
        "soft_delete_policy",
        &[Field::new("effective_time").told(), Field::new("retention_duration_seconds")],
    ),
    Field::new("storage_class"),
    Field::new("time_created").told(),
    Field::new("uniform_bucket_level_access").at("iamConfiguration.uniformBucketLevelAccess.enabled"),
    Field::new("updated").told(),
    Field::one("versioning", &[Field::new("enabled")]),
    Field::one("website", &[Field::new("main_page_suffix"), Field::new("not_found_page")]),
];

/// What can't be said in a change.
const FIXED: [&str; 4] = ["custom_placement_config", "hierarchical_namespace", "location", "name"];

#[async_trait]
impl Resource<Site> for Bucket {
    fn is_legacy(&self) -> bool {
        true
    }

    fn patience(&self) -> Duration {
        Duration::from_mins(10)
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        let mut out = Diagnostics::new();
        if let Some(name) = config.text("name").filter(|name| !is_bucket(name)) {
            let detail = format!("{name:?} does not have the form of a bucket's name.");
            let hint = "Write 3 to 63 small letters, digits, hyphens, underscores and points; the first and the last are letters or digits, and it neither begins with goog nor holds google.";
            out.push(Diagnostic::error("Invalid bucket name", detail).hint(hint));
        }
        if config.item("website").is_some_and(|site| {
            site.as_mapping().is_some_and(|parts| parts.values().all(trueup_value::Value::is_null))
        }) {
            let detail = "The block website needs main_page_suffix or not_found_page.";
            out.push(Diagnostic::error("Missing required argument", detail));
        }
        lifecycle::validate(config, &mut out);
        out
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        if planning.planned.is_unknown("url") && !planning.planned.is_unknown("name") {
            let url = planning.planned.text("name").map(|name| format!("gs://{name}"));
            planning.planned.put_text("url", url);
        }
        parts::plan(planning);
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        let there = match there(site, &objects).await {
            Ok(there) => there,
            Err(fault) => return unread(&objects, &fault),
        };
        let read = |mut object: Object| {
            let json = there.get(&name(&object));
            Ok(json.map(|json| {
                tell(&mut object, json);
                object
            }))
        };
        objects.into_iter().map(read).collect()
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        labels::complete(call.site, None, object);
        let body = body(object);
        let project = object.text("project").unwrap_or_default();
        let mut query = vec![("project", project)];
        if object.flag("enable_object_retention") == Some(true) {
            query.push(("enableObjectRetention", "true"));
        }
        let request = Request {
            query: &query,
            body: Some(&body),
            is_repeatable: false,
            ..Request::of(Method::POST, "b")
        };
        let name = object.owned("name").unwrap_or_default();
        call.site.storage.send(&request).await.map_err(|fault| taken(&name, fault))?;
        object.put_text("id", Some(name));
        parts::lock(call, object).await
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        labels::complete(call.site, Some(prior), object);
        let fields: Vec<Field> =
            FIELDS.iter().filter(|field| !FIXED.contains(&field.name())).copied().collect();
        let mut body = codec::changes(prior, object, &fields, &Place::default()).unwrap_or_else(|| json!({}));
        parts::clear(&mut body);
        parts::change(prior, object, &mut body);
        lifecycle::change(prior, object, &mut body);
        for (key, text) in changed_labels(prior, object) {
            body["labels"][key] = text;
        }
        if body.as_object().is_some_and(|body| !body.is_empty()) {
            call.site.storage.put(Method::PATCH, &path(object), Some(&body)).await?;
        }
        parts::lock(call, object).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        if is_left(object)? {
            return Ok(());
        }
        empty::delete(call, object).await
    }

    async fn import(&self, site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        let (project, name) = match id.split('/').collect::<Vec<_>>().as_slice() {
            [name] => (site.settings.project.clone().unwrap_or_default(), (*name).to_owned()),
            [project, name] => ((*project).to_owned(), (*name).to_owned()),
            _ => Default::default(),
        };
        if name.is_empty() || project.is_empty() {
            let message = format!("the import id {id:?} does not have one of the forms that it may have");
            let hint = "Write PROJECT/BUCKET, or BUCKET for one of the provider block's project.";
            return Err(Fault::new(FaultKind::Invalid, message).hint(hint));
        }
        object.put_text("id", Some(&name));
        object.put_text("name", Some(&name));
        object.put_text("project", Some(project));
        deletion::import(&site.settings, object);
        Ok(())
    }

    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        labels::complete(call.site, None, object);
        let there = match found(call.site.storage.get(&path(object)).await) {
            Err(fault) if fault.kind == FaultKind::Denied => {
                return Err(other(object, "a bucket of this name is there that the caller may not see"));
            }
            there => there?,
        };
        let Some(there) = there else { return Ok(false) };
        if !is_as_planned(object, &there) {
            return Err(other(
                object,
                "a bucket of this name that is not as planned is there; it may have been there before",
            ));
        }
        let project = object.text("project").unwrap_or_default();
        match is_of(call.site, project, &name(object)).await {
            Ok(true) => Ok(object.identify(there["name"].as_str())),
            Ok(false) => Err(other(object, "a bucket of this name is there, in another project")),
            Err(fault) if fault.kind == FaultKind::Denied => Err(other(
                object,
                "a bucket of this name is there, and the caller may not list those of the project to see whether it is one",
            )),
            Err(fault) => Err(fault),
        }
    }
}

/// Whether a project has a bucket of a name: buckets themselves tell their projects by numbers alone.
async fn is_of(site: &Site, project: &str, name: &str) -> Result<bool, Fault> {
    // They come in order, and so it first.
    let query = [("project", project), ("prefix", name)];
    let (buckets, _) = site.storage.page("b", &query, (&LISTING, None)).await?;
    Ok(buckets.iter().any(|bucket| bucket["name"] == name))
}

/// All that is said of a new one.
fn body(object: &Object) -> Json {
    let mut body = codec::body(object, FIELDS, &Place::default());
    lifecycle::body(object, &mut body);
    labels::body(object, &mut body, "labels");
    body
}

/// What no bucket has without being told.
const ASKED_FOR: [&str; 5] = ["cors", "lifecycle", "logging", "retentionPolicy", "website"];

/// Whether a bucket is what a creation was to make: it has all that was said of it, and nothing that has to be said.
fn is_as_planned(object: &Object, there: &Json) -> bool {
    let mut told = object.clone();
    tell(&mut told, there);
    let (wanted, found) = (body(object), body(&told));
    let is_empty = |part: &Json| part.is_null() || part.as_array().is_some_and(Vec::is_empty);
    let is_unasked = |part: &&str| is_empty(&wanted[*part]) && !is_empty(&there[*part]);
    let is_versioned = |of: &Json| of["versioning"]["enabled"] == true;
    told.map(labels::ALL) == object.map(labels::ALL)
        && is_within(&wanted, &found)
        && is_versioned(&wanted) == is_versioned(there)
        && !ASKED_FOR.iter().any(is_unasked)
}

/// Whether a document has all that another says. Names of places and classes are the same in small letters.
fn is_within(wanted: &Json, found: &Json) -> bool {
    match (wanted, found) {
        (Json::Object(wanted), _) => wanted.iter().all(|(name, part)| is_within(part, &found[name])),
        (Json::Array(wanted), Json::Array(found)) => {
            wanted.len() == found.len() && wanted.iter().zip(found).all(|(one, other)| is_within(one, other))
        }
        (Json::Array(wanted), Json::Null) => wanted.is_empty(),
        (Json::String(wanted), Json::String(found)) => wanted.eq_ignore_ascii_case(found),
        (Json::Bool(false), Json::Null) => true,
        _ => wanted == found,
    }
}

fn other(object: &Object, message: &str) -> Fault {
    let message = format!("{}: {message}", name(object));
    Fault::new(FaultKind::Exists, message).hint("Look whose it is, then import or rename it.")
}

/// Says of a name that is taken which one it is.
fn taken(name: &str, fault: Fault) -> Fault {
    if fault.kind != FaultKind::Exists {
        return fault;
    }
    let message = format!("the bucket {name} already exists: {}", fault.message);
    Fault { message, ..fault }.hint(
        "Names of buckets are shared by everyone: choose another, or import the bucket where it is yours.",
    )
}

/// The name, of an imported one as its id.
fn name(object: &Object) -> String {
    object.text("name").or(object.id()).unwrap_or_default().to_owned()
}

/// `b/my-bucket`
fn path(object: &Object) -> String {
    format!("b/{}", links::segment(&name(object)))
}

/// The form of names (Cloud Storage, "Bucket names"). Those with points are domains, whose parts have 63 letters each.
fn is_bucket(name: &str) -> bool {
    let is_end = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let is_inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    let length_max = if name.contains('.') { 222 } else { 63 };
    (3..=length_max).contains(&name.len())
        && name.split('.').all(|part| part.len() <= 63)
        && is_end(name.chars().next())
        && is_end(name.chars().last())
        && name.chars().all(is_inner)
        && !name.starts_with("goog")
        && !name.contains("google")
}

/// The buckets that objects are, as far as they are there: one by one where they are few, and else all of their project.
/// What a list doesn't show (it is of another project than its object says, or the caller may not list), or not in full, is
/// asked for itself.
async fn there(site: &Site, objects: &[Object]) -> Result<BTreeMap<String, Json>, Fault> {
    let mut wanted: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for object in objects {
        wanted.entry(object.text("project").unwrap_or_default()).or_default().insert(name(object));
    }
    let (mut all, mut singles) = (BTreeMap::new(), Vec::new());
    for (project, names) in wanted {
        if names.len() > SINGLE_MAX && !project.is_empty() {
            let mut listed = listed(site, project).await?;
            listed.retain(|json| !is_told_in_part(json));
            let named = listed.into_iter().filter_map(|json| Some((json["name"].as_str()?.to_owned(), json)));
            all.extend(named.filter(|(name, _)| names.contains(name)));
        }
        singles.extend(names.into_iter().filter(|name| !all.contains_key(name)));
    }
    let get = |name: String| async move {
        let path = format!("b/{}", links::segment(&name));
        Ok::<_, Fault>((found(site.storage.get(&path).await)?, name))
    };
    let mut answers = stream::iter(singles).map(get).buffered(CALLS_MAX);
    while let Some(answer) = answers.next().await {
        let (json, name) = answer?;
        all.extend(json.map(|json| (name, json)));
    }
    Ok(all)
}

/// Lists say of a filter of addresses only whether it is on, and not what it lets pass (Cloud Storage, "List bucket IP
/// filtering rules").
fn is_told_in_part(json: &Json) -> bool {
    json["ipFilter"].is_object()
}

/// All buckets of a project; none where the caller may not list them.
async fn listed(site: &Site, project: &str) -> Result<Vec<Json>, Fault> {
    let (mut all, mut token) = (Vec::new(), None);
    loop {
        let page = site.storage.page("b", &[("project", project)], (&LISTING, token.as_deref())).await;
        let (buckets, next) = match page {
            Err(fault) if matches!(fault.kind, FaultKind::Denied | FaultKind::NotFound) => {
                return Ok(Vec::new());
            }
            page => page?,
        };
        all.extend(buckets);
        token = next;
        if token.is_none() {
            return Ok(all);
        }
    }
}

/// Labels that differ; those that are to go are null.
fn changed_labels(prior: &Object, object: &Object) -> Vec<(String, Json)> {
    let (before, after) = (prior.map(labels::ALL), object.map(labels::ALL));
    let gone = before.keys().filter(|key| !after.contains_key(*key)).map(|key| (key.clone(), Json::Null));
    let new = after.iter().filter(|(key, text)| before.get(*key) != Some(text));
    gone.chain(new.map(|(key, text)| (key.clone(), text.as_str().into()))).collect()
}

/// Takes over what the API tells.
fn tell(object: &mut Object, json: &Json) {
    object.put_text("id", json["name"].as_str());
    object.put_text("url", json["name"].as_str().map(|name| format!("gs://{name}")));
    object.put_flag("enable_object_retention", Some(json["objectRetention"]["mode"] == "Enabled"));
    let before = object.clone();
    codec::fill(object, json, FIELDS);
    // It changes with the policy of the bucket too, and with what isn't managed: which is no difference of this object.
    if before.is_set("updated") {
        object.put_text("updated", before.text("updated"));
    }
    parts::fill(object, &before, json);
    lifecycle::fill(object, json);
    labels::fill(object, &json["labels"]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_what_is_none() {
        let cases = [
            ("my-bucket", true),
            ("my_bucket.example.com", true),
            ("a1", false),
            ("My-bucket", false),
            ("-bucket", false),
            ("bucket.", false),
            ("goog-bucket", false),
            ("my-google-bucket", false),
        ];
        for (name, expected) in cases {
            assert_eq!(is_bucket(name), expected, "{name}");
        }
        assert!(!is_bucket(&"a".repeat(64)));
    }
}
