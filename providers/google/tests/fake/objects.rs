//! Objects, after the reference of the Cloud Storage JSON API: uploads in one request or in parts, generations, holds and
//! retention.

use crate::fake::buckets::PAGE;
use crate::fake::methods::known;
use crate::fake::world::{Refusal, Thing, World, refusal, refuse};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use md5::{Digest, Md5};
use serde_json::{Value as Json, json};
use trueup_provider_walk::{Reply, Request, merge};

/// What a request for an object may say.
const WRITABLE: &[&str] = &[
    "name",
    "bucket",
    "cacheControl",
    "contentDisposition",
    "contentEncoding",
    "contentLanguage",
    "contentType",
    "contexts",
    "crc32c",
    "customTime",
    "eventBasedHold",
    "md5Hash",
    "metadata",
    "retention",
    "storageClass",
    "temporaryHold",
];
/// What of it can be changed where it is.
const CHANGEABLE: &[&str] = &[
    "cacheControl",
    "contentDisposition",
    "contentEncoding",
    "contentLanguage",
    "contentType",
    "contexts",
    "eventBasedHold",
    "metadata",
    "retention",
    "temporaryHold",
];
const PRECONDITION: &str = "At least one of the pre-conditions you specified did not hold.";

/// An upload in parts.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    bucket: String,
    request: Request,
    meta: Json,
    data: Vec<u8>,
    done: Option<Json>,
}

/// What an upload's request asks for.
type Part = (Json, Vec<u8>);

impl World {
    /// Answers an upload; None where the request is none.
    pub(super) fn upload(&mut self, request: &Request) -> Option<Reply> {
        let bucket = request.path.strip_prefix("/upload/storage/v1/b/")?.strip_suffix("/o")?.to_owned();
        if let Err((status, reason, message)) = World::admitted(request) {
            return Some(refusal(status, reason, &message));
        }
        let outcome = match request.parameter("uploadType").as_deref() {
            _ if request.parameter("upload_id").is_some() => return Some(self.resumed(request)),
            Some("resumable") => return Some(self.begun(request, &bucket)),
            Some("multipart") => multipart(request).and_then(|part| self.stored(request, &bucket, part)),
            Some("media") => {
                let kind = request.header("content-type").unwrap_or_default();
                self.stored(request, &bucket, (json!({"contentType": kind}), request.body.clone()))
            }
            _ => refuse(400, "invalidParameter", "Invalid value for uploadType"),
        };
        Some(match outcome {
            Ok(json) => Reply::json(200, &json),
            Err((status, reason, message)) => refusal(status, reason, &message),
        })
    }

    /// Answers what is asked of objects: what follows the bucket's `o` in the path.
    pub(super) fn objects(
        &mut self,
        request: &Request,
        (bucket, name): (&str, Option<&str>),
    ) -> Result<Json, Refusal> {
        self.bucket(bucket)?;
        let Some(name) = name else { return Ok(self.object_list(request, bucket)) };
        let path = self.object_path(request, bucket, name);
        let mut json = self.seen(&path)?;
        let is_met = request
            .parameter("ifMetagenerationMatch")
            .is_none_or(|mark| json["metageneration"] == mark.as_str())
            && request.parameter("ifGenerationMatch").is_none_or(|mark| json["generation"] == mark.as_str());
        if !is_met {
            return refuse(412, "conditionNotMet", PRECONDITION);
        }
        match request.method.as_str() {
            "GET" => Ok(seen_by(request, json)),
            "PATCH" => {
                let body = request.json().unwrap_or(Json::Null);
                known(&body, CHANGEABLE)?;
                let is_overridden = request.parameter("overrideUnlockedRetention").as_deref() == Some("true");
                if is_eased(&json["retention"], body.get("retention")) && !is_overridden {
                    return refuse(
                        403,
                        "forbidden",
                        "The retention can only be eased with overrideUnlockedRetention.",
                    );
                }
                self.may_be_retained(bucket, &body)?;
                merge(&mut json, &body);
                tidy(&mut json);
                stamp_contexts(&mut json);
                count(&mut json);
                self.things.get_mut(&path).expect("it is there").json = json.clone();
                Ok(seen_by(request, json))
            }
            "DELETE" => {
                held(&json)?;
                self.things.remove(&path);
                Ok(Json::Null)
            }
            _ => refuse(404, "notFound", "no such method"),
        }
    }

    /// The key of an object or of a version of it.
    fn object_path(&self, request: &Request, bucket: &str, name: &str) -> String {
        let live = format!("b/{bucket}/o/{name}");
        let Some(generation) = request.parameter("generation") else { return live };
        let is_live =
            self.things.get(&live).is_some_and(|thing| thing.json["generation"] == generation.as_str());
        if is_live { live } else { format!("b/{bucket}/v/{name}#{generation}") }
    }

    fn object_list(&mut self, request: &Request, bucket: &str) -> Json {
        let asked = |name: &str| request.parameter(name).unwrap_or_default();
        let mut keys = vec![format!("b/{bucket}/o/")];
        if asked("versions") == "true" {
            keys.push(format!("b/{bucket}/v/"));
        }
        let (prefix, start, end, from) =
            (asked("prefix"), asked("startOffset"), asked("endOffset"), asked("pageToken"));
        let is_it = |(path, thing): &(&String, &Thing)| {
            let name = thing.json["name"].as_str().unwrap_or_default();
            keys.iter().any(|key| path.starts_with(key.as_str()))
                && name.starts_with(&prefix)
                && name >= start.as_str()
                && (end.is_empty() || name < end.as_str())
                && **path > from
        };
        let all: Vec<String> = self.things.iter().filter(is_it).map(|(path, _)| path.clone()).collect();
        let page: Vec<Json> = all
            .iter()
            .take(PAGE)
            .filter_map(|path| self.seen(path).ok())
            .map(|json| seen_by(request, json))
            .map(listed)
            .collect();
        let next = all.get(PAGE - 1).filter(|_| all.len() > PAGE);
        json!({"items": page, "nextPageToken": next})
    }

    fn begun(&mut self, request: &Request, bucket: &str) -> Reply {
        let meta = request.json().unwrap_or_else(|| json!({}));
        let name = request
            .parameter("name")
            .or_else(|| meta["name"].as_str().map(str::to_owned))
            .unwrap_or_default();
        if let Err((status, reason, message)) = self.may_be_stored(request, bucket, &name) {
            return refusal(status, reason, &message);
        }
        self.number += 1;
        let upload = Upload {
            bucket: bucket.to_owned(),
            request: request.clone(),
            meta,
            data: Vec::new(),
            done: None,
        };
        self.uploads.insert(self.number.to_string(), upload);
        let host = request.header("host").unwrap_or_default();
        let to = format!("http://{host}{}?uploadType=resumable&upload_id={}", request.path, self.number);
        Reply::empty(200).with("Location", &to)
    }

    fn resumed(&mut self, request: &Request) -> Reply {
        let id = request.parameter("upload_id").unwrap_or_default();
        let Some(mut upload) = self.uploads.get(&id).cloned() else {
            return refusal(404, "notFound", "Upload not found.");
        };
        if let Some(done) = &upload.done {
            return Reply::json(200, done);
        }
        let range =
            request.header("content-range").unwrap_or_default().trim_start_matches("bytes ").to_owned();
        let (part, total) = range.split_once('/').unwrap_or(("*", "*"));
        if let Some(first) = part.split('-').next().and_then(|first| first.parse::<usize>().ok()) {
            upload.data.truncate(first);
            if upload.data.len() != first {
                return refusal(400, "invalid", "Invalid Content-Range");
            }
            upload.data.extend_from_slice(&request.body);
        }
        if total.parse() != Ok(upload.data.len()) {
            let reply = Reply::empty(308);
            let held = upload.data.len();
            self.uploads.insert(id, upload);
            return if held == 0 { reply } else { reply.with("Range", &format!("bytes=0-{}", held - 1)) };
        }
        let (first, bucket, part) =
            (upload.request.clone(), upload.bucket.clone(), (upload.meta.clone(), upload.data.clone()));
        match self.stored(&first, &bucket, part) {
            Ok(json) => {
                upload.done = Some(json.clone());
                self.uploads.insert(id, upload);
                Reply::json(200, &json)
            }
            Err((status, reason, message)) => refusal(status, reason, &message),
        }
    }

    fn may_be_stored(&mut self, request: &Request, bucket: &str, name: &str) -> Result<(), Refusal> {
        self.bucket(bucket)?;
        if name.is_empty() {
            return refuse(400, "required", "Required parameter: name");
        }
        let there = self.things.get(&format!("b/{bucket}/o/{name}")).map(|thing| thing.json.clone());
        let generation = there.as_ref().and_then(|json| json["generation"].as_str()).unwrap_or("0");
        if request.parameter("ifGenerationMatch").is_some_and(|mark| mark != generation) {
            return refuse(412, "conditionNotMet", PRECONDITION);
        }
        there.map_or(Ok(()), |json| held(&json))
    }

    fn may_be_retained(&mut self, bucket: &str, body: &Json) -> Result<(), Refusal> {
        let is_enabled = self.bucket(bucket)?["objectRetention"]["mode"] == "Enabled";
        if body["retention"].is_object() && !is_enabled {
            return refuse(400, "invalid", "The bucket is not enabled for object retention.");
        }
        Ok(())
    }

    fn stored(&mut self, request: &Request, bucket: &str, (meta, data): Part) -> Result<Json, Refusal> {
        known(&meta, WRITABLE)?;
        let name = request
            .parameter("name")
            .or_else(|| meta["name"].as_str().map(str::to_owned))
            .unwrap_or_default();
        self.may_be_stored(request, bucket, &name)?;
        self.may_be_retained(bucket, &meta)?;
        let path = format!("b/{bucket}/o/{name}");
        self.number += 1;
        let generation = (1_700_000_000_000_000 + self.number).to_string();
        let mut new = meta.clone();
        for (part, hash) in
            [("crc32c", crc32c(&data)), ("md5Hash", BASE64_STANDARD.encode(Md5::digest(&data)))]
        {
            if meta[part].as_str().is_some_and(|given| given != hash) {
                return refuse(400, "invalid", format!("Provided {part} doesn't match the calculated one"));
            }
            new[part] = json!(hash);
        }
        let class = self.bucket(bucket)?["storageClass"].clone();
        for (part, json) in [
            ("name", json!(name)),
            ("bucket", json!(bucket)),
            ("generation", json!(generation)),
            ("metageneration", json!("0")),
            ("size", json!(data.len().to_string())),
            (
                "selfLink",
                json!(format!(
                    "https://www.googleapis.com/storage/v1/b/{bucket}/o/{}",
                    name.replace('/', "%2F")
                )),
            ),
            (
                "mediaLink",
                json!(format!(
                    "https://storage.googleapis.com/download/storage/v1/b/{bucket}/o/{}?generation={generation}&alt=media",
                    name.replace('/', "%2F")
                )),
            ),
        ] {
            new[part] = json;
        }
        if new["storageClass"].is_null() {
            new["storageClass"] = class;
        }
        if let Some(key) = request.parameter("kmsKeyName") {
            new["kmsKeyName"] = json!(format!("{key}/cryptoKeyVersions/1"));
        }
        if let Some(hash) = request.header("x-goog-encryption-key-sha256") {
            new["customerEncryption"] = json!({"encryptionAlgorithm": "AES256", "keySha256": hash});
        }
        tidy(&mut new);
        stamp_contexts(&mut new);
        count(&mut new);
        let before = self.things.remove(&path);
        // What is written in another's place is seen at once.
        let hidden = if before.is_some() { 0 } else { self.lag };
        let is_versioned = self.bucket(bucket)?["versioning"]["enabled"] == true;
        if let Some(before) = before.filter(|_| is_versioned) {
            let generation = before.json["generation"].as_str().unwrap_or_default().to_owned();
            self.things.insert(format!("b/{bucket}/v/{name}#{generation}"), before);
        }
        self.things.insert(path, Thing { json: new.clone(), is_ready: true, hidden });
        Ok(new)
    }
}

/// What of an object is told to this caller: checksums of one that is encrypted with a key of the caller's only with that.
fn seen_by(request: &Request, json: Json) -> Json {
    let mut json = json;
    let key = json["customerEncryption"]["keySha256"].as_str().map(str::to_owned);
    if key.is_some() && key.as_deref() != request.header("x-goog-encryption-key-sha256") {
        for part in ["md5Hash", "crc32c"] {
            drop(json.as_object_mut().map(|json| json.remove(part)));
        }
    }
    json
}

/// What of an object lists tell: no checksums of one that is encrypted with a key of Cloud KMS.
fn listed(mut json: Json) -> Json {
    if let Some(parts) = json.as_object_mut().filter(|parts| parts.contains_key("kmsKeyName")) {
        parts.retain(|part, _| !["md5Hash", "crc32c"].contains(&part.as_str()));
    }
    json
}

/// Whether retention is taken away, ends earlier, or is of another mode.
fn is_eased(there: &Json, wanted: Option<&Json>) -> bool {
    let Some(wanted) = wanted.filter(|_| there.is_object()) else { return false };
    let until = |json: &Json| json["retainUntilTime"].as_str().unwrap_or_default().to_owned();
    wanted.is_null() || until(wanted) < until(there) || wanted["mode"] != there["mode"]
}

fn held(json: &Json) -> Result<(), Refusal> {
    if json["temporaryHold"] == true || json["eventBasedHold"] == true {
        return refuse(
            403,
            "forbidden",
            "Object is under active hold and cannot be deleted, overwritten or archived.",
        );
    }
    if json["retention"].is_object() {
        return refuse(
            403,
            "retentionPolicyNotMet",
            "Object is subject to its retention and cannot be deleted or overwritten.",
        );
    }
    Ok(())
}

/// Parts that are null or empty texts aren't there.
fn tidy(json: &mut Json) {
    if let Json::Object(parts) = json {
        parts.retain(|_, part| !part.is_null() && part.as_str() != Some(""));
        parts.values_mut().for_each(tidy);
    }
}

fn stamp_contexts(json: &mut Json) {
    for (_, context) in json["contexts"]["custom"].as_object_mut().into_iter().flatten() {
        let stamp = format!("2026-01-01T00:00:0{}.000Z", context["value"].as_str().map_or(0, str::len) % 10);
        context["updateTime"] = json!(stamp);
        if context["createTime"].is_null() {
            context["createTime"] = json!("2026-01-01T00:00:00.000Z");
        }
    }
    if json["contexts"].is_null() {
        drop(json.as_object_mut().map(|json| json.remove("contexts")));
    }
}

fn count(json: &mut Json) {
    let number: u64 = json["metageneration"].as_str().and_then(|text| text.parse().ok()).unwrap_or(0);
    json["metageneration"] = json!((number + 1).to_string());
}

/// The parts of a body of `multipart/related`: what the object is like, and what it holds.
fn multipart(request: &Request) -> Result<Part, Refusal> {
    let bad = || refuse(400, "badContent", "Malformed multipart body.");
    let kind = request.header("content-type").unwrap_or_default();
    let Some((_, boundary)) = kind.split_once("boundary=") else { return bad() };
    let mark = format!("--{}", boundary.trim_matches('"')).into_bytes();
    let mut parts = Vec::new();
    let mut rest = request.body.as_slice();
    while let Some(at) = find(rest, &mark) {
        parts.push(&rest[..at]);
        rest = &rest[at + mark.len()..];
    }
    // Google's own client tells checksums that it has worked out on the way in a part after the data.
    let (meta, data, sums) = match parts.as_slice() {
        [_, meta, data] => (meta, data, None),
        [_, meta, data, sums] => (meta, data, halves(sums)),
        _ => return bad(),
    };
    let (Some((_, meta)), Some((head, data))) = (halves(meta), halves(data)) else { return bad() };
    let Ok(mut meta) = serde_json::from_slice::<Json>(meta) else { return bad() };
    if let Some((_, sums)) = sums {
        let Ok(sums) = serde_json::from_slice::<Json>(sums) else { return bad() };
        known(&sums, &["crc32c", "md5Hash"])?;
        merge(&mut meta, &sums);
    }
    let head = String::from_utf8_lossy(head).to_lowercase();
    let kind =
        head.lines().find_map(|line| line.strip_prefix("content-type:")).map(|kind| kind.trim().to_owned());
    if meta["contentType"].is_null() {
        meta["contentType"] = json!(kind);
    }
    Ok((meta, data.strip_suffix(b"\r\n").unwrap_or(data).to_vec()))
}

fn halves(part: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = find(part, b"\r\n\r\n")?;
    Some((&part[..at], &part[at + 4..]))
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// CRC32C (RFC 3720, B.4), as Base64 of its bytes from the highest.
fn crc32c(data: &[u8]) -> String {
    let mut table = [0_u32; 256];
    for (entry, number) in table.iter_mut().zip(0_u32..) {
        *entry = (0..8).fold(number, |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0x82f6_3b78 } else { crc >> 1 });
    }
    let mut crc = u32::MAX;
    for byte in data {
        crc = (crc >> 8) ^ table[((crc ^ u32::from(*byte)) & 0xff) as usize];
    }
    BASE64_STANDARD.encode((!crc).to_be_bytes())
}
