//! `google_storage_bucket_object`
//!
//! What an object holds is written by google-cloud-storage (`upload.rs`); what is known of it is read, changed and deleted
//! by the JSON client for all services, for the crate does that over gRPC alone. A new object is written under the condition
//! that none of its name is there; a changed one under the condition that it still is of the generation that was read.

mod content;
mod upload;

pub(crate) use upload::Uploads;

use crate::account::Request;
use crate::account::site::Site;
use crate::codec::{self, Field};
use crate::deletion::{self, is_left};
use crate::fault::found;
use crate::links;
use crate::places::Place;
use crate::storage::bucket_object::content::{Digests, Held};
use crate::storage::{CALLS_MAX, LISTING};
use async_trait::async_trait;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures::stream::{self, StreamExt};
use reqwest::Method;
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object, Planning, Readings, Resource};

/// `google_storage_bucket_object`
pub(crate) struct BucketObject;

/// Up to how many objects of a bucket are asked for one by one; beyond it those from the first to the last are listed.
const SINGLE_MAX: usize = 3;

/// How long a new object may be invisible.
const APPEAR: Duration = Duration::from_mins(1);

static FIELDS: &[Field] = &[
    Field::new("cache_control"),
    Field::new("content_disposition"),
    Field::new("content_encoding"),
    Field::new("content_language"),
    Field::new("content_type"),
    Field::new("crc32c").told(),
    Field::new("event_based_hold"),
    Field::new("generation").told(),
    Field::new("kms_key_name"),
    Field::new("md5hash").at("md5Hash").told(),
    Field::new("media_link").told(),
    Field::new("metadata"),
    Field::new("name"),
    Field::new("output_name").at("name").told(),
    Field::one("retention", &[Field::new("mode"), Field::new("retain_until_time")]),
    Field::new("self_link").told(),
    Field::new("storage_class"),
    Field::new("temporary_hold"),
];

/// What can be changed without writing the object again.
const CHANGEABLE: [&str; 3] = ["event_based_hold", "retention", "temporary_hold"];
/// What follows from what it holds.
const FOLLOWING: [&str; 5] = ["crc32c", "generation", "md5hash", "md5hexhash", "media_link"];
/// What tells an object that a creation of ours made from another of its name.
const OWN: [&str; 6] = [
    "cache_control",
    "content_disposition",
    "content_encoding",
    "content_language",
    "content_type",
    "storage_class",
];

#[async_trait]
impl Resource<Site> for BucketObject {
    fn is_legacy(&self) -> bool {
        true
    }

    fn patience(&self) -> Duration {
        Duration::from_mins(4)
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        let mut out = Diagnostics::new();
        let is_said = |name: &str| config.field(name).is_some_and(|value| !value.is_null());
        match (is_said("content"), is_said("source")) {
            (false, false) => {
                let detail = "An object needs content or source.";
                out.push(Diagnostic::error("Missing required argument", detail));
            }
            (true, true) => {
                let detail = "An object has content or source, and not both.";
                out.push(Diagnostic::error("Conflicting configuration arguments", detail));
            }
            _ => {}
        }
        if is_said("kms_key_name") && !config.items("customer_encryption").is_empty() {
            let detail = "An object is encrypted with kms_key_name or customer_encryption, and not both.";
            out.push(Diagnostic::error("Conflicting configuration arguments", detail));
        }
        if config.flag("force_empty_content_type") == Some(true) && is_said("content_type") {
            let detail = "force_empty_content_type is for objects without a content_type.";
            out.push(Diagnostic::error("Conflicting configuration arguments", detail));
        }
        let key = config.item("customer_encryption").and_then(|block| block.text("encryption_key"));
        if key.is_some_and(|key| BASE64_STANDARD.decode(key).is_ok_and(|key| key.len() == 32))
            == key.is_none()
        {
            let detail = "encryption_key of customer_encryption is not a key of 32 bytes, written as Base64.";
            out.push(Diagnostic::error("Invalid encryption key", detail));
        }
        out
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        content::plan(planning);
        let planned = &mut planning.planned;
        if planning.config.flag("force_empty_content_type") == Some(true) {
            planned.put_null("content_type");
        }
        if planned.is_unknown("output_name") && !planned.is_unknown("name") {
            let name = planned.owned("name");
            planned.put_text("output_name", name);
        }
        content::unsettle_contexts(planning);
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        let mut buckets: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for object in objects.iter().filter(|object| key(object).is_none()) {
            let text = |name: &str| object.owned(name).unwrap_or_default();
            buckets.entry(text("bucket")).or_default().insert(text("name"));
        }
        let mut there: BTreeMap<String, Result<BTreeMap<String, Json>, Fault>> = BTreeMap::new();
        for (bucket, names) in buckets {
            let listed = listed(site, &bucket, &names).await;
            there.insert(bucket, listed);
        }
        let read = async |mut object: Object| {
            let text = |name: &str| object.owned(name).unwrap_or_default();
            let json = match there.get(&text("bucket")).filter(|_| key(&object).is_none()) {
                Some(Ok(found)) => found.get(&text("name")).cloned(),
                Some(Err(fault)) => return Err(fault.clone()),
                None => found(get(site, &object).await)?,
            };
            Ok(json.map(|json| {
                tell(&mut object, &json);
                object
            }))
        };
        stream::iter(objects).map(read).buffered(CALLS_MAX).collect().await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        write(call, object, 0).await.map_err(|fault| taken(object, fault))?;
        object.put_text("id", Some(id(object)));
        complete(call, object).await
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        if !content::is_changed(prior, object).await? {
            return change(call, prior, object).await;
        }
        ease(call, prior, object).await?;
        write(call, object, prior.integer("generation").unwrap_or(0)).await?;
        complete(call, object).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        if is_left(object)? {
            return Ok(());
        }
        call.site.storage.put(Method::DELETE, &path(object), None).await.map(drop)
    }

    async fn import(&self, site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        let Some((bucket, name)) =
            id.split_once('/').filter(|(bucket, name)| !bucket.is_empty() && !name.is_empty())
        else {
            let message = format!("the import id {id:?} does not have the form that it may have");
            return Err(Fault::new(FaultKind::Invalid, message).hint("Write BUCKET/NAME."));
        };
        object.put_text("bucket", Some(bucket));
        object.put_text("name", Some(name));
        object.put_text("id", Some(self::id(object)));
        deletion::import(&site.settings, object);
        Ok(())
    }

    /// An object of this name that holds just what it was to hold and is just as planned is what the creation has made.
    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let Some(json) = found(get(call.site, object).await)? else { return Ok(false) };
        let Digests { md5, .. } = Held::of(object).digests().await?;
        let mut told = object.clone();
        tell(&mut told, &json);
        let is_said = |name: &&&str| object.is_set(name);
        let is_same = OWN.iter().filter(is_said).all(|name| !told.differs(object, name))
            && told.map("metadata") == object.map("metadata")
            && is_under_same_key(object, &json)
            // What was put together of others has none, and is none of ours.
            && json["md5Hash"].as_str() == Some(&md5);
        if !is_same {
            let message = format!("the object {} already exists and is not as planned", id(object));
            return Err(Fault::new(FaultKind::Exists, message).hint(IMPORT));
        }
        // What is said of an object after it is written may not have been said.
        complete(call, object).await?;
        Ok(object.identify(Some(id(object))))
    }
}

const IMPORT: &str = "Choose another name, remove what is there, or import it as BUCKET/NAME.";

/// `my-bucket-my-object`
fn id(object: &Object) -> String {
    let text = |name: &str| object.text(name).unwrap_or_default();
    format!("{}-{}", text("bucket"), text("name"))
}

/// `b/my-bucket/o/my-object`
fn path(object: &Object) -> String {
    let segment = |name: &str| links::segment(object.text(name).unwrap_or_default());
    format!("b/{}/o/{}", segment("bucket"), segment("name"))
}

/// The key of the caller's that it is encrypted with.
fn key(object: &Object) -> Option<&str> {
    object.item("customer_encryption").and_then(|block| block.field("encryption_key")?.as_str())
}

/// Whether an object is encrypted with the keys that were said, and with the caller's where one was.
fn is_under_same_key(object: &Object, json: &Json) -> bool {
    let there = json["kmsKeyName"].as_str().unwrap_or_default();
    // Objects tell which version of it.
    let is_under = |wanted: &str| {
        there.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    object.text("kms_key_name").is_none_or(is_under)
        && key(object).is_some() == json["customerEncryption"].is_object()
}

/// Says of a name that is taken which one it is.
fn taken(object: &Object, fault: Fault) -> Fault {
    if fault.code != upload::UNMET {
        return fault;
    }
    let message = format!("the object {} already exists in the bucket", id(object));
    Fault { kind: FaultKind::Exists, message, ..fault }.hint(IMPORT)
}

/// Asks for what is known of an object, with its key where it has one: checksums are told to those alone who have it.
async fn get(site: &Site, object: &Object) -> Result<Json, Fault> {
    let Some(key) = key(object) else { return site.storage.get(&path(object)).await };
    let hash = BASE64_STANDARD
        .decode(key)
        .map(|key| BASE64_STANDARD.encode(Sha256::digest(key)))
        .unwrap_or_default();
    let headers = [
        ("x-goog-encryption-algorithm", "AES256"),
        ("x-goog-encryption-key", key),
        ("x-goog-encryption-key-sha256", &hash),
    ];
    site.storage.send(&Request { headers: &headers, ..Request::of(Method::GET, &path(object)) }).await
}

/// The objects of these names in a bucket, as far as they are there: by a list where they are more than a few, and what that
/// doesn't tell by asking for each.
async fn listed(
    site: &Site,
    bucket: &str,
    names: &BTreeSet<String>,
) -> Result<BTreeMap<String, Json>, Fault> {
    let list = format!("b/{}/o", links::segment(bucket));
    let (mut all, left) = if names.len() > SINGLE_MAX {
        ranged(site, &list, names).await?
    } else {
        (BTreeMap::new(), names.iter().cloned().collect())
    };
    let get = |name: String| {
        let path = format!("{list}/{}", links::segment(&name));
        async move { Ok::<_, Fault>((found(site.storage.get(&path).await)?, name)) }
    };
    let mut answers = stream::iter(left).map(get).buffered(CALLS_MAX);
    while let Some(answer) = answers.next().await {
        let (json, name) = answer?;
        all.extend(json.map(|json| (name, json)));
    }
    Ok(all)
}

/// Lists objects from the first to the last, for as long as that takes fewer calls than asking for each. Besides what it
/// found it answers the names that are to be asked for: what it didn't come to, and what lists don't tell in full.
async fn ranged(
    site: &Site,
    list: &str,
    names: &BTreeSet<String>,
) -> Result<(BTreeMap<String, Json>, Vec<String>), Fault> {
    let (mut all, mut left) = (BTreeMap::new(), Vec::new());
    let (Some(first), Some(last)) = (names.first(), names.last()) else { return Ok((all, left)) };
    // The end is not among what is listed.
    let end = format!("{last}!");
    let range = [("startOffset", first.as_str()), ("endOffset", end.as_str())];
    let (mut passed, mut token) = (None, None);
    for _ in 0..names.len().div_ceil(2) {
        let (objects, next) = match site.storage.page(list, &range, (&LISTING, token.as_deref())).await {
            // Who may read objects may not list them for that.
            Err(fault) if fault.kind == FaultKind::Denied => break,
            page => found(page)?.unwrap_or_default(),
        };
        let named = objects.into_iter().filter_map(|json| Some((json["name"].as_str()?.to_owned(), json)));
        for (name, json) in named {
            passed = Some(name.clone());
            if !names.contains(&name) {
                continue;
            }
            if is_told_in_part(&json) {
                left.push(name);
            } else {
                all.insert(name, json);
            }
        }
        token = next;
        if token.is_none() {
            return Ok((all, left));
        }
    }
    let is_left = |name: &&String| passed.as_ref().is_none_or(|passed| *name > passed);
    left.extend(names.iter().filter(is_left).cloned());
    Ok((all, left))
}

/// Lists leave out the checksums of what is encrypted with keys of Cloud KMS (Cloud Storage, "Customer-managed encryption
/// keys").
fn is_told_in_part(json: &Json) -> bool {
    json["kmsKeyName"].is_string() && json["md5Hash"].is_null()
}

/// Writes what the object holds; `generation` is the one that it replaces, 0 where it is to be new.
async fn write(call: &Call<'_, Site>, object: &Object, generation: i64) -> Result<(), Fault> {
    call.site.uploads.write(&call.site.storage, object, (generation, call.deadline)).await
}

/// Changes what is known of an object, and leaves what it holds.
async fn change(call: &Call<'_, Site>, prior: &Object, object: &Object) -> Result<(), Fault> {
    let fields: Vec<Field> = CHANGEABLE.map(|name| *codec::field(FIELDS, name)).to_vec();
    let mut body = codec::changes(prior, object, &fields, &Place::default()).unwrap_or_else(|| json!({}));
    // The part is put in the place of the old one.
    if body.get("retention").is_some() {
        body["retention"] = codec::body(object, &fields, &Place::default())["retention"].clone();
    }
    if contexts(prior) != contexts(object) {
        body["contexts"] = changed_contexts(prior, object);
    }
    patch(call, object, (&body, !prior.items("retention").is_empty())).await
}

/// Takes away what keeps an object from being written again and is to go.
async fn ease(call: &Call<'_, Site>, prior: &Object, object: &Object) -> Result<(), Fault> {
    let mut body = json!({});
    for (name, at) in [("event_based_hold", "eventBasedHold"), ("temporary_hold", "temporaryHold")] {
        if prior.flag(name) == Some(true) && object.flag(name) != Some(true) {
            body[at] = false.into();
        }
    }
    let is_retained = !prior.items("retention").is_empty();
    if is_retained && object.items("retention").is_empty() {
        body["retention"] = Json::Null;
    }
    patch(call, object, (&body, is_retained)).await
}

/// Says of an object that was written what can't be said while that is done.
async fn complete(call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
    let mut body = json!({});
    if object.flag("force_empty_content_type") == Some(true) {
        body["contentType"] = Json::Null;
    }
    if !object.items("retention").is_empty() {
        let fields = [*codec::field(FIELDS, "retention")];
        body["retention"] = codec::body(object, &fields, &Place::default())["retention"].clone();
    }
    if !contexts(object).is_empty() {
        body["contexts"] = changed_contexts(object, object);
    }
    // A new object may not be there for each server yet.
    let deadline = call.deadline.within(APPEAR);
    deadline.retry(Fault::is_not_found, || patch(call, object, (&body, false))).await
}

/// Makes a change of what is known of an object, where there is one; `is_eased` says that it has retention, which may be made less.
async fn patch(call: &Call<'_, Site>, object: &Object, (body, is_eased): (&Json, bool)) -> Result<(), Fault> {
    if body.as_object().is_none_or(Map::is_empty) {
        return Ok(());
    }
    let query = [("overrideUnlockedRetention", "true")];
    let is_eased = is_eased && body.get("retention").is_some();
    let path = path(object);
    let request = Request {
        query: if is_eased { &query } else { &[] },
        body: Some(body),
        ..Request::of(Method::PATCH, &path)
    };
    call.site.storage.send(&request).await.map(drop)
}

/// Contexts by their names.
fn contexts(object: &Object) -> BTreeMap<String, String> {
    let all = object.item("contexts").map(|block| block.items("custom")).unwrap_or_default();
    all.iter()
        .filter_map(|item| Some((item.owned("key")?, item.owned("value").unwrap_or_default())))
        .collect()
}

/// Contexts as a change has them: those that are gone are null.
fn changed_contexts(prior: &Object, object: &Object) -> Json {
    let (before, after) = (contexts(prior), contexts(object));
    if after.is_empty() {
        return Json::Null;
    }
    let gone = before.keys().filter(|key| !after.contains_key(*key)).map(|key| (key.clone(), Json::Null));
    let new = after.iter().map(|(key, text)| (key.clone(), json!({"value": text})));
    let custom: Map<String, Json> = gone.chain(new).collect();
    json!({"custom": custom})
}

/// Takes over what the API tells.
fn tell(object: &mut Object, json: &Json) {
    let before = object.clone();
    object.put_text("id", Some(id(object)));
    codec::fill(object, json, FIELDS);
    let hex = json["md5Hash"].as_str().and_then(|hash| BASE64_STANDARD.decode(hash).ok());
    object.put_text(
        "md5hexhash",
        hex.map(|hash| hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>()),
    );
    // What was said of it stays for as long as it holds what it held then.
    let is_same = before.text("md5hash").is_none_or(|hash| json["md5Hash"] == hash);
    if !is_same && before.is_set("detect_md5hash") {
        object.put_text("detect_md5hash", json["md5Hash"].as_str());
    }
    content::tell_contexts(object, &before, json);
}

#[cfg(test)]
mod tests {
    use super::FOLLOWING;

    #[test]
    fn what_follows_stands_in_order() {
        assert!(FOLLOWING.is_sorted());
    }
}
