//! S3: buckets, what is said about them, and objects with their versions.

use super::params::{Params, decode};
use super::world::{Outcome, Refusal, Thing, World, refuse};
use super::xml::{self, Items};
use md5::{Digest, Md5};
use serde_json::{Value as Json, json};
use trueup_provider_walk::{Reply, Request};

/// What a bucket or object says in a document of its own: the part of the query, the document's root, and the code that
/// says that there is none; an empty code where there always is one, which is empty at first.
const DOCUMENTS: &[(&str, &str, &str)] = &[
    ("accelerate", "AccelerateConfiguration", ""),
    ("cors", "CORSConfiguration", "NoSuchCORSConfiguration"),
    ("encryption", "ServerSideEncryptionConfiguration", ""),
    ("lifecycle", "LifecycleConfiguration", "NoSuchLifecycleConfiguration"),
    ("logging", "BucketLoggingStatus", ""),
    ("object-lock", "ObjectLockConfiguration", "ObjectLockConfigurationNotFoundError"),
    ("ownershipControls", "OwnershipControls", "OwnershipControlsNotFoundError"),
    ("publicAccessBlock", "PublicAccessBlockConfiguration", "NoSuchPublicAccessBlockConfiguration"),
    ("requestPayment", "RequestPaymentConfiguration", ""),
    ("tagging", "Tagging", "NoSuchTagSet"),
    ("versioning", "VersioningConfiguration", ""),
    ("website", "WebsiteConfiguration", "NoSuchWebsiteConfiguration"),
];

/// Headers of an object that are kept and told.
const KEPT: [&str; 13] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "x-amz-object-lock-legal-hold",
    "x-amz-object-lock-mode",
    "x-amz-object-lock-retain-until-date",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-bucket-key-enabled",
    "x-amz-storage-class",
    "x-amz-website-redirect-location",
];

/// What protects a version, and what gives it up.
const HOLD: &str = "x-amz-object-lock-legal-hold";
const RETENTION: [&str; 2] = ["x-amz-object-lock-mode", "x-amz-object-lock-retain-until-date"];
const BYPASS: &str = "x-amz-bypass-governance-retention";

/// A request taken apart.
struct Target {
    bucket: String,
    key: String,
    /// The part of the query that says what is meant.
    about: String,
    params: Params,
}

impl Target {
    fn of(request: &Request) -> Target {
        let path = request.path.trim_start_matches('/');
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let mut params = Params::of_form(&request.query);
        params.take("x-id");
        let others = ["acl", "delete", "legal-hold", "policy", "retention", "versions"];
        let mut names = DOCUMENTS.iter().map(|(name, _, _)| *name).chain(others);
        let about = names.find(|name| params.take(name).is_some()).unwrap_or_default();
        Target { bucket: bucket.to_owned(), key: decode(key), about: about.to_owned(), params }
    }
}

/// What a request is called, for scripts: its method, and what it is about.
pub(crate) fn name(request: &Request) -> String {
    let Target { bucket, key, about, .. } = Target::of(request);
    let of = match (bucket.is_empty(), key.is_empty()) {
        (true, _) => "account",
        (false, true) => "bucket",
        (false, false) => "object",
    };
    format!("{} {of} {about}", request.method).trim().to_owned()
}

fn at(status: u16, code: &str, message: &str) -> Refusal {
    Refusal { status, ..refuse(code, message) }
}

fn not_here(code: &str) -> Refusal {
    at(404, code, "The specified thing does not exist")
}

fn bucket_id(name: &str) -> String {
    format!("s3:{name}")
}

fn object_id(target: &Target) -> String {
    format!("s3:{}/{}", target.bucket, target.key)
}

/// Answers a request.
pub(crate) fn answer(world: &mut World, region: &str, request: &Request) -> Outcome<Reply> {
    let mut target = Target::of(request);
    let method = request.method.as_str();
    if target.bucket.is_empty() {
        return list_buckets(world, &mut target);
    }
    if (method, target.key.as_str(), target.about.as_str()) == ("PUT", "", "") {
        target.params.done()?;
        return create_bucket(world, region, (request, &target.bucket));
    }
    let bucket = bucket_id(&target.bucket);
    let home = world.things.get(&bucket).map(|thing| thing.region.clone());
    if home.is_some_and(|home| home != region) {
        return Err(at(301, "PermanentRedirect", "The bucket must be addressed in its region"));
    }
    world.look("bucket", region, &bucket).ok_or_else(|| not_here("NoSuchBucket"))?;
    match (method, target.about.as_str(), target.key.is_empty()) {
        ("HEAD", "", true) => Ok(Reply {
            status: 200,
            headers: vec![("x-amz-bucket-region".into(), region.into())],
            body: Vec::new(),
        }),
        ("DELETE", "", true) => delete_bucket(world, &bucket),
        ("GET", "versions", true) => list_versions(world, &mut target),
        ("POST", "delete", true) => delete_objects(world, request, &target),
        (_, "", false) => object(world, region, request, &mut target),
        (_, "policy", true) => policy(thing(world, &bucket)?, request),
        ("PUT", "legal-hold" | "retention", false) => lock(world, request, &mut target),
        ("PUT", "acl", _) => Ok(plain(200)),
        (_, "acl" | "delete" | "versions" | "", _) => Err(at(405, "MethodNotAllowed", "Not allowed here")),
        (_, _, true) => document(thing(world, &bucket)?, request, &target.about),
        (_, "tagging", false) => {
            let id = object_id(&target);
            document(thing(world, &id).map_err(|_| not_here("NoSuchKey"))?, request, "tagging")
        }
        _ => Err(at(501, "NotImplemented", "This is not implemented")),
    }
}

fn thing<'a>(world: &'a mut World, id: &str) -> Outcome<&'a mut Thing> {
    world.things.get_mut(id).ok_or_else(|| not_here("NoSuchKey"))
}

fn plain(status: u16) -> Reply {
    Reply { status, ..Reply::default() }
}

fn tree(root: &str, tree: &Json) -> Reply {
    let mut body = String::new();
    xml::write(&mut body, root, tree, Items::Flat);
    Reply {
        status: 200,
        headers: vec![("Content-Type".into(), "application/xml".into())],
        body: body.into_bytes(),
    }
}

fn read(request: &Request, root: &str) -> Outcome<Json> {
    let bad = || at(400, "MalformedXML", "The XML you provided was not well-formed");
    let body = content(request);
    let (name, tree) = xml::read(std::str::from_utf8(&body).map_err(|_| bad())?).ok_or_else(bad)?;
    if name == root { Ok(tree) } else { Err(bad()) }
}

fn list_buckets(world: &World, target: &mut Target) -> Outcome<Reply> {
    let prefix = target.params.take("prefix").unwrap_or_default();
    target.params.take("max-buckets");
    target.params.take("continuation-token");
    target.params.done()?;
    let buckets = world.things.iter().filter(|(_, thing)| thing.kind == "bucket" && thing.hidden == 0);
    let names = buckets.filter_map(|(id, _)| id.strip_prefix("s3:")).filter(|name| name.starts_with(&prefix));
    let list: Vec<Json> = names.map(|name| json!({"Name": name})).collect();
    Ok(tree("ListAllMyBucketsResult", &json!({"Buckets": {"Bucket": list}})))
}

fn create_bucket(world: &mut World, region: &str, (request, name): (&Request, &str)) -> Outcome<Reply> {
    let is_good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    if !(3..=63).contains(&name.len()) || !name.chars().all(is_good) {
        return Err(at(400, "InvalidBucketName", "The specified bucket is not valid."));
    }
    let place =
        if request.body.is_empty() { Json::Null } else { read(request, "CreateBucketConfiguration")? };
    let place = place["LocationConstraint"].as_str().unwrap_or("us-east-1");
    if place != region {
        let message = "The location constraint is incompatible with the region";
        return Err(at(400, "IllegalLocationConstraintException", message));
    }
    let id = bucket_id(name);
    if world.things.contains_key(&id) {
        let message = "Your previous request to create the named bucket succeeded and you already own it.";
        return if region == "us-east-1" {
            Ok(plain(200))
        } else {
            Err(at(409, "BucketAlreadyOwnedByYou", message))
        };
    }
    let bucket = world.add("bucket", region, &id, json!({}));
    if request.header("x-amz-bucket-object-lock-enabled") == Some("true") {
        bucket.inner.insert("object-lock".into(), json!({"ObjectLockEnabled": "Enabled"}));
        bucket.inner.insert("versioning".into(), json!({"Status": "Enabled"}));
    }
    Ok(plain(200))
}

fn delete_bucket(world: &mut World, id: &str) -> Outcome<Reply> {
    if world.things.values().any(|thing| thing.owner.as_deref() == Some(id)) {
        return Err(at(409, "BucketNotEmpty", "The bucket you tried to delete is not empty"));
    }
    world.remove(id);
    Ok(plain(204))
}

/// Versioning as it is from now on. Whoever switches the deletion by device on or off, or changes what it guards, needs
/// the device.
fn versioning(thing: &Thing, request: &Request, mut document: Json) -> Outcome<Json> {
    let is_one_of = |name: &str, words: [&str; 2]| words.iter().any(|word| document[name] == *word);
    let has_mfa = !document["MfaDelete"].is_null();
    if !is_one_of("Status", ["Enabled", "Suspended"])
        || (has_mfa && !is_one_of("MfaDelete", ["Enabled", "Disabled"]))
    {
        return Err(at(400, "MalformedXML", "The XML you provided was not well-formed"));
    }
    let before = thing.inner.get("versioning").map_or(Json::Null, |before| before["MfaDelete"].clone());
    if (has_mfa && document["MfaDelete"] != before || before == "Enabled")
        && request.header("x-amz-mfa").is_none()
    {
        return Err(at(403, "AccessDenied", "Mfa Authentication must be used for this request"));
    }
    if !has_mfa {
        document["MfaDelete"] = before;
    }
    Ok(document)
}

fn document(thing: &mut Thing, request: &Request, about: &str) -> Outcome<Reply> {
    let (_, root, missing) =
        DOCUMENTS.iter().find(|(name, _, _)| *name == about).expect("it was found there");
    let is_object = thing.kind == "object";
    match request.method.as_str() {
        "PUT" => {
            let document = read(request, root)?;
            if about == "tagging" {
                check_tags(&document)?;
            }
            let document =
                if about == "versioning" { versioning(thing, request, document)? } else { document };
            thing.inner.insert(about.to_owned(), document);
            Ok(plain(if about == "tagging" && !is_object { 204 } else { 200 }))
        }
        "GET" => match thing.inner.get(about) {
            Some(document) => Ok(tree(root, document)),
            None if is_object => Ok(tree(root, &json!({"TagSet": {}}))),
            None if missing.is_empty() => Ok(tree(root, &initial(about))),
            None => Err(not_here(missing)),
        },
        "DELETE" => {
            thing.inner.remove(about);
            Ok(plain(204))
        }
        _ => Err(at(405, "MethodNotAllowed", "Not allowed here")),
    }
}

/// What a new bucket says where nothing was said.
fn initial(about: &str) -> Json {
    match about {
        "encryption" => json!({"Rule": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
            "BucketKeyEnabled": false}]}),
        "requestPayment" => json!({"Payer": "BucketOwner"}),
        _ => json!({}),
    }
}

fn list(tree: &Json) -> Vec<Json> {
    match tree {
        Json::Null => Vec::new(),
        Json::Array(items) => items.clone(),
        one => vec![one.clone()],
    }
}

fn check_tags(document: &Json) -> Outcome<()> {
    let mut keys: Vec<String> = Vec::new();
    for tag in list(&document["TagSet"]["Tag"]) {
        let (Some(key), Some(_)) = (tag["Key"].as_str(), tag["Value"].as_str()) else {
            return Err(at(400, "MalformedXML", "A tag has a key and a value"));
        };
        if key.starts_with("aws:") || keys.iter().any(|other| other == key) {
            return Err(at(400, "InvalidTag", "A tag is reserved or given twice"));
        }
        keys.push(key.to_owned());
    }
    Ok(())
}

fn policy(bucket: &mut Thing, request: &Request) -> Outcome<Reply> {
    match request.method.as_str() {
        "PUT" => {
            let text = String::from_utf8(content(request)).unwrap_or_default();
            let policy: Option<Json> = serde_json::from_str(&text).ok();
            if policy.is_none_or(|policy| policy["Statement"].is_null()) {
                return Err(at(400, "MalformedPolicy", "This policy contains invalid Json"));
            }
            bucket.inner.insert("policy".into(), json!(text));
            Ok(plain(204))
        }
        "GET" => {
            let policy = bucket.inner.get("policy").and_then(Json::as_str);
            let body = policy.ok_or_else(|| not_here("NoSuchBucketPolicy"))?.as_bytes().to_vec();
            Ok(Reply { status: 200, headers: vec![("Content-Type".into(), "application/json".into())], body })
        }
        _ => {
            bucket.inner.remove("policy");
            Ok(plain(204))
        }
    }
}

/// The body without the chunks that signed uploads come in.
fn content(request: &Request) -> Vec<u8> {
    let is_chunked =
        request.header("content-encoding").is_some_and(|encoding| encoding.contains("aws-chunked"));
    if !is_chunked {
        return request.body.clone();
    }
    let (mut out, mut rest) = (Vec::new(), request.body.as_slice());
    while let Some(at) = rest.windows(2).position(|pair| pair == b"\r\n") {
        let head = String::from_utf8_lossy(&rest[..at]).into_owned();
        let length = usize::from_str_radix(head.split(';').next().unwrap_or_default(), 16).unwrap_or(0);
        if length == 0 {
            break;
        }
        out.extend_from_slice(&rest[at + 2..at + 2 + length]);
        rest = &rest[at + 4 + length..];
    }
    out
}

fn object(world: &mut World, region: &str, request: &Request, target: &mut Target) -> Outcome<Reply> {
    let version = target.params.take("versionId");
    target.params.done()?;
    let (bucket, id) = (bucket_id(&target.bucket), object_id(target));
    let versioning = world.things[&bucket].inner.get("versioning").cloned().unwrap_or_default();
    let is_versioned = versioning["Status"] == "Enabled";
    match request.method.as_str() {
        "PUT" => {
            let number = if is_versioned { world.new_id("v") } else { "null".into() };
            let entry = entry(request, &number)?;
            let reply = head(&entry);
            if !world.things.contains_key(&id) {
                // An upload is there at once: S3 is consistent.
                let thing = world.add("object", region, &id, json!({"key": target.key, "versions": []}));
                thing.hidden = 0;
                thing.owner = Some(bucket);
            }
            let thing = world.things.get_mut(&id).expect("it is there now");
            thing.inner.remove("tagging");
            if let Some(tags) = request.header("x-amz-tagging") {
                let pairs = tags.split('&').filter_map(|pair| pair.split_once('='));
                let tags: Vec<Json> =
                    pairs.map(|(k, v)| json!({"Key": decode(k), "Value": decode(v)})).collect();
                thing.inner.insert("tagging".into(), json!({"TagSet": {"Tag": tags}}));
            }
            push(thing, entry);
            Ok(Reply {
                headers: reply.headers.into_iter().filter(|(n, _)| n != "Content-Length").collect(),
                ..reply
            })
        }
        "DELETE" => {
            delete_object(world, &id, (version.as_deref(), is_versioned), request)?;
            Ok(plain(204))
        }
        method => {
            let versions =
                world.things.get(&id).map(|thing| list(&thing.body["versions"])).unwrap_or_default();
            let latest = versions.last().filter(|entry| entry["marker"] != json!(true));
            let entry = latest.ok_or_else(|| not_here("NoSuchKey"))?;
            let body = entry["content"].as_str().unwrap_or_default().as_bytes().to_vec();
            let reply = head(entry);
            Ok(if method == "GET" { Reply { body, ..reply } } else { reply })
        }
    }
}

/// A version of an object as it was uploaded.
fn entry(request: &Request, version: &str) -> Outcome<Json> {
    let known = [
        "x-amz-date",
        "x-amz-user-agent",
        "x-amz-tagging",
        "x-amz-trailer",
        "x-amz-acl",
        "x-amz-sdk-checksum-algorithm",
    ];
    let is_known = |name: &str| {
        known.contains(&name)
            || KEPT.contains(&name)
            || ["x-amz-meta-", "x-amz-checksum-", "x-amz-content-", "x-amz-decoded-"]
                .iter()
                .any(|p| name.starts_with(p))
    };
    if let Some(name) = request.headers.keys().find(|name| name.starts_with("x-amz-") && !is_known(name)) {
        return Err(at(501, "NotImplemented", &format!("The header {name} is not implemented")));
    }
    let is_told = |name: &str| KEPT.contains(&name) || name.starts_with("x-amz-meta-");
    let mut headers = serde_json::Map::new();
    for (name, text) in request.headers.iter().filter(|(name, _)| is_told(name)) {
        let text = text.replace("aws-chunked,", "").replace("aws-chunked", "");
        if !text.is_empty() {
            headers.insert(name.clone(), json!(text));
        }
    }
    headers.entry("x-amz-server-side-encryption").or_insert(json!("AES256"));
    headers.entry("content-type").or_insert(json!("binary/octet-stream"));
    let content = String::from_utf8_lossy(&content(request)).into_owned();
    let is_by_kms = headers["x-amz-server-side-encryption"] != "AES256";
    let etag: String = if is_by_kms {
        crate::cloud::token("etag", &content)
    } else {
        Md5::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect()
    };
    Ok(json!({"version": version, "headers": headers, "content": content, "etag": etag}))
}

fn head(entry: &Json) -> Reply {
    let text = |tree: &Json| tree.as_str().unwrap_or_default().to_owned();
    let kept = entry["headers"].as_object().into_iter().flatten();
    let mut headers: Vec<(String, String)> = kept.map(|(name, value)| (name.clone(), text(value))).collect();
    headers.push(("ETag".into(), format!("\"{}\"", text(&entry["etag"]))));
    headers.push(("Content-Length".into(), text(&entry["content"]).len().to_string()));
    headers.push(("Last-Modified".into(), "Sat, 01 Nov 2025 00:00:00 GMT".into()));
    if entry["version"] != "null" {
        headers.push(("x-amz-version-id".into(), text(&entry["version"])));
    }
    Reply { status: 200, headers, body: Vec::new() }
}

/// Adds a version; one without a number of its own takes the place of the other such one.
fn push(thing: &mut Thing, entry: Json) {
    let versions = thing.body["versions"].as_array_mut().expect("a list");
    if entry["version"] == "null" {
        versions.retain(|other| other["version"] != "null");
    }
    versions.push(entry);
}

/// `PutObjectLegalHold` and `PutObjectRetention`
fn lock(world: &mut World, request: &Request, target: &mut Target) -> Outcome<Reply> {
    let version = target.params.take("versionId");
    target.params.done()?;
    let id = object_id(target);
    let is_locked = world.things[&bucket_id(&target.bucket)].inner.contains_key("object-lock");
    if !is_locked {
        return Err(at(400, "InvalidRequest", "Bucket is missing Object Lock Configuration"));
    }
    let entries = thing(world, &id)?.body["versions"].as_array_mut().expect("a list");
    let is_it = |entry: &&mut Json| version.as_deref().is_none_or(|version| entry["version"] == version);
    let entry = entries.iter_mut().rev().find(is_it).ok_or_else(|| not_here("NoSuchVersion"))?;
    let headers = entry["headers"].as_object_mut().expect("versions have headers");
    if target.about == "legal-hold" {
        headers.insert(HOLD.into(), read(request, "LegalHold")?["Status"].clone());
        return Ok(plain(200));
    }
    let retention = read(request, "Retention")?;
    let before = headers.get(RETENTION[1]).and_then(Json::as_str).unwrap_or_default();
    let is_less = retention["RetainUntilDate"].as_str().unwrap_or_default() < before;
    let may =
        request.header(BYPASS) == Some("true") && headers.get(RETENTION[0]) == Some(&json!("GOVERNANCE"));
    if is_less && !may {
        return Err(at(403, "AccessDenied", "Access Denied because object protected by object lock."));
    }
    for (header, name) in RETENTION.into_iter().zip(["Mode", "RetainUntilDate"]) {
        match &retention[name] {
            Json::Null => drop(headers.remove(header)),
            text => drop(headers.insert(header.into(), text.clone())),
        }
    }
    Ok(plain(200))
}

/// Whether a version may be deleted; the dates of locks are all to come.
fn is_protected(entry: &Json, bypasses: bool) -> bool {
    let mode = entry["headers"][RETENTION[0]].as_str();
    entry["headers"][HOLD] == "ON" || mode.is_some_and(|mode| mode != "GOVERNANCE" || !bypasses)
}

/// Deletes a version, or puts a marker where versions are kept.
fn delete_object(
    world: &mut World,
    id: &str,
    (version, is_versioned): (Option<&str>, bool),
    request: &Request,
) -> Outcome<()> {
    let number = world.new_id("v");
    let Some(thing) = world.things.get_mut(id) else { return Ok(()) };
    match version {
        None if is_versioned => push(thing, json!({"version": number, "marker": true})),
        version => {
            let number = version.unwrap_or("null");
            let bypasses = request.header(BYPASS) == Some("true");
            let mut these =
                list(&thing.body["versions"]).into_iter().filter(|entry| entry["version"] == number);
            if these.any(|entry| is_protected(&entry, bypasses)) {
                return Err(at(
                    403,
                    "AccessDenied",
                    "Access Denied because object protected by object lock.",
                ));
            }
            thing.body["versions"].as_array_mut().expect("a list").retain(|entry| entry["version"] != number);
        }
    }
    if list(&thing.body["versions"]).is_empty() {
        world.remove(id);
    }
    Ok(())
}

fn list_versions(world: &World, target: &mut Target) -> Outcome<Reply> {
    let prefix = target.params.take("prefix").unwrap_or_default();
    target.params.done()?;
    let bucket = bucket_id(&target.bucket);
    let (mut versions, mut markers) = (Vec::new(), Vec::new());
    for thing in world.things.values().filter(|thing| thing.owner.as_deref() == Some(&bucket)) {
        let key = thing.text("key");
        for entry in list(&thing.body["versions"]).iter().filter(|_| key.starts_with(&prefix)) {
            let told = json!({"Key": key, "VersionId": entry["version"]});
            if entry["marker"] == json!(true) { markers.push(told) } else { versions.push(told) }
        }
    }
    Ok(tree(
        "ListVersionsResult",
        &json!({"Version": versions, "DeleteMarker": markers, "IsTruncated": false}),
    ))
}

fn delete_objects(world: &mut World, request: &Request, target: &Target) -> Outcome<Reply> {
    let mut errors = Vec::new();
    for object in list(&read(request, "Delete")?["Object"]) {
        let key = object["Key"].as_str().ok_or_else(|| at(400, "MalformedXML", "An object has a key"))?;
        let id = format!("s3:{}/{key}", target.bucket);
        let version = object["VersionId"].as_str();
        if let Err(refusal) = delete_object(world, &id, (version, false), request) {
            errors.push(
                json!({"Key": key, "VersionId": version, "Code": refusal.code, "Message": refusal.message}),
            );
        }
    }
    Ok(tree("DeleteResult", &json!({"Error": errors})))
}
