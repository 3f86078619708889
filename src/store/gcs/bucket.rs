//! One bucket: objects got, put on a condition, listed and deleted. What an object's tag is, is its generation ("Request
//! preconditions" of the documentation of Cloud Storage).

use super::GcsSettings;
use super::client::{Call, Client};
use super::failure::{self, Attempt};
use crate::objects::{self, Condition, Got, LockObjects, Objects, Put};
use crate::{ErrorKind, Lock, LockInfo, StoreError};
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use serde_json::Value as Json;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;
use trueup_login::{Answer, Method};

/// The slowest upload that is put up with, in bytes a second, on top of the time any call has.
const UPLOAD_RATE_MIN: usize = 128 * 1024;
const STATE: &str = ".tfstate";
const LOCK: &str = ".tflock";

/// A bucket.
pub(super) struct Bucket {
    client: Client,
    settings: GcsSettings,
}

/// A name as one part of a path.
fn encoded(name: &str) -> String {
    name.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            write!(text, "%{byte:02X}").expect("a text takes what is written");
        }
        text
    })
}

impl Bucket {
    pub(super) fn new(client: Client, settings: GcsSettings) -> Bucket {
        Bucket { client, settings }
    }

    fn attempt(&self, verb: &'static str, key: &str) -> Attempt<'_> {
        Attempt { verb, object: self.object(key), bucket: &self.settings.bucket }
    }

    fn path(&self, key: &str) -> String {
        format!("b/{}/o/{}", self.settings.bucket, encoded(key))
    }

    async fn send(&self, (verb, key): (&'static str, &str), call: &Call<'_>) -> Result<Answer, StoreError> {
        self.client.send(call).await.map_err(|fault| failure::unanswered(&self.attempt(verb, key), &fault))
    }

    async fn succeed(&self, of: (&'static str, &str), call: &Call<'_>) -> Result<Answer, StoreError> {
        let answer = self.send(of, call).await?;
        match answer.status {
            200..300 => Ok(answer),
            _ => Err(failure::refused(&self.attempt(of.0, of.1), &answer)),
        }
    }

    /// The key that the server encrypts with goes along with all that holds values; others read locks without it.
    fn customer_headers(&self, key: &str) -> Vec<(&'static str, &str)> {
        match &self.settings.customer_key {
            Some(customer) if !key.ends_with(LOCK) => vec![
                ("x-goog-encryption-algorithm", "AES256"),
                ("x-goog-encryption-key", &customer.base64.0),
                ("x-goog-encryption-key-sha256", &customer.sha256),
            ],
            _ => Vec::new(),
        }
    }

    async fn remove(&self, key: &str, generation: Option<&str>) -> Result<(), StoreError> {
        let mut call = Call::new(Method::DELETE, self.path(key));
        call.query.extend(generation.map(|generation| ("ifGenerationMatch", generation)));
        let answer = self.send(("delete", key), &call).await?;
        match answer.status {
            200..300 => Ok(()),
            404 if generation.is_none() || answer.is_doubtful => Ok(()),
            404 => {
                let cause = "it is gone";
                Err(StoreError::new(ErrorKind::Conflict, "delete", self.object(key), cause))
            }
            _ => Err(failure::refused(&self.attempt("delete", key), &answer)),
        }
    }

    /// A page of names that start with a prefix, and the token of the next; `delimiter` may be empty.
    async fn page(
        &self,
        verb: &'static str,
        prefix: &str,
        (delimiter, token): (&str, &str),
    ) -> Result<(Vec<String>, String), StoreError> {
        let mut call = Call::new(Method::GET, format!("b/{}/o", self.settings.bucket));
        call.query = vec![("prefix", prefix), ("fields", "items(name),nextPageToken")];
        let more = [("delimiter", delimiter), ("pageToken", token)];
        call.query.extend(more.into_iter().filter(|(_, text)| !text.is_empty()));
        let what = format!("{prefix}*");
        let answer = self.succeed((verb, &what), &call).await?;
        let page: Json = serde_json::from_slice(&answer.body).map_err(|error| {
            let cause = format!("the list can't be understood: {error}");
            StoreError::new(ErrorKind::Io, verb, self.object(&what), cause)
        })?;
        let items = page["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        let names = items.iter().filter_map(|item| item["name"].as_str().map(str::to_owned)).collect();
        Ok((names, page["nextPageToken"].as_str().unwrap_or_default().to_owned()))
    }

    async fn pages(&self, prefix: &str, delimiter: &str) -> Result<Vec<String>, StoreError> {
        let (mut all, mut token) = (Vec::new(), String::new());
        loop {
            let (names, next) = self.page("list", prefix, (delimiter, &token)).await?;
            all.extend(names);
            token = next;
            if token.is_empty() {
                all.sort();
                return Ok(all);
            }
        }
    }

    /// The body of an upload: what the object is to be like, and what it holds ("Multipart upload").
    fn upload(key: &str, bytes: &[u8], digest: &str) -> (String, Vec<u8>) {
        let boundary = format!("trueup-{}", digest.replace(['+', '/', '='], "-"));
        let metadata = serde_json::json!({"name": key, "contentType": "application/json", "md5Hash": digest})
            .to_string();
        let mut body = format!(
            "--{boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{metadata}\r\n\
             --{boundary}\r\nContent-Type: application/json\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        (format!("multipart/related; boundary={boundary}"), body)
    }
}

/// The MD5 that an answer tells, where it tells one.
fn told(answer: &Answer) -> Option<String> {
    let hashes = answer.headers.get_all("x-goog-hash").iter();
    let hashes: Vec<&str> = hashes.filter_map(|value| value.to_str().ok()).collect();
    let hash =
        hashes.iter().flat_map(|text| text.split(',')).find_map(|hash| hash.trim().strip_prefix("md5="));
    hash.map(str::to_owned)
}

#[async_trait]
impl Objects for Bucket {
    fn object(&self, key: &str) -> String {
        format!("the object gs://{}/{key}", self.settings.bucket)
    }

    async fn get(&self, verb: &'static str, key: &str) -> Result<Option<Got>, StoreError> {
        let mut call = Call::new(Method::GET, self.path(key));
        call.query = vec![("alt", "media")];
        call.headers = self.customer_headers(key);
        call.answer_max = Some(self.settings.patience * 20);
        let answer = self.send((verb, key), &call).await?;
        if answer.status == 404 {
            // It may be the bucket that isn't there, and the answer may not say so.
            if !failure::message(&answer).starts_with("No such object") {
                self.page(verb, key, ("/", "")).await?;
            }
            return Ok(None);
        }
        if answer.status != 200 {
            return Err(failure::refused(&self.attempt(verb, key), &answer));
        }
        let broken =
            |cause: &str| StoreError::new(ErrorKind::Io, verb, self.object(key), cause).hint("Run again.");
        if told(&answer).is_some_and(|told| told != STANDARD.encode(Md5::digest(&answer.body))) {
            return Err(broken("the bytes that came are not those that were put: their MD5 differs"));
        }
        let generation = answer.header("x-goog-generation").map(str::to_owned);
        let tag = generation.ok_or_else(|| broken("the answer doesn't say of which generation it is"))?;
        Ok(Some(Got { bytes: answer.body, tag }))
    }

    async fn put(&self, put: Put<'_>) -> Result<String, StoreError> {
        let Put { verb, key, bytes, condition } = put;
        let digest = STANDARD.encode(Md5::digest(&bytes));
        let (kind, body) = Bucket::upload(key, &bytes, &digest);
        let seconds = u64::try_from(bytes.len() / UPLOAD_RATE_MIN).unwrap_or(u64::MAX);
        let mut call = Call::new(Method::POST, format!("/upload/storage/v1/b/{}/o", self.settings.bucket));
        call.query = vec![("uploadType", "multipart"), ("name", key)];
        match &condition {
            Condition::None => {}
            Condition::Absent => call.query.push(("ifGenerationMatch", "0")),
            Condition::Unchanged(generation) => call.query.push(("ifGenerationMatch", generation)),
        }
        if let Some(name) = self.settings.kms_key.as_deref().filter(|_| !key.ends_with(LOCK)) {
            call.query.push(("kmsKeyName", name));
        }
        call.headers = self.customer_headers(key);
        call.headers.push(("content-type", &kind));
        call.body = Some(body);
        call.answer_max = Some(self.settings.patience + Duration::from_secs(seconds));
        let answer = self.succeed((verb, key), &call).await?;
        let made: Json = serde_json::from_slice(&answer.body).unwrap_or_default();
        made["generation"].as_str().map(str::to_owned).ok_or_else(|| {
            let cause = "the answer doesn't say which generation was made";
            StoreError::new(ErrorKind::Io, verb, self.object(key), cause).hint("Run again.")
        })
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.remove(key, None).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        self.pages(prefix, "").await
    }

    fn state_key(&self, workspace: &str) -> String {
        format!("{}{workspace}{STATE}", self.settings.prefix)
    }

    fn record_key(&self, key: &str) -> String {
        format!("{key}.trueup.json")
    }

    fn place(&self, key: &str) -> String {
        format!("gs://{}/{}", self.settings.bucket, self.lock_key(key))
    }

    async fn workspaces(&self) -> Result<Vec<String>, StoreError> {
        let prefix = &self.settings.prefix;
        let keys = self.pages(prefix, "/").await?;
        let name = |key: &String| Some(key.strip_prefix(prefix)?.strip_suffix(STATE)?.to_owned());
        Ok(keys.iter().filter_map(name).filter(|name| !name.is_empty()).collect())
    }

    async fn lock(self: Arc<Self>, key: &str, info: LockInfo) -> Result<Lock, StoreError> {
        objects::lock(self, key, info).await
    }

    async fn holder(&self, key: &str) -> Result<Option<LockInfo>, StoreError> {
        objects::holder(self, key).await
    }

    async fn unlock(&self, key: &str, id: &str) -> Result<(), StoreError> {
        objects::unlock(self, key, id).await
    }
}

#[async_trait]
impl LockObjects for Bucket {
    fn lock_key(&self, key: &str) -> String {
        format!("{}{LOCK}", key.strip_suffix(STATE).unwrap_or(key))
    }

    /// As Terraform has it: what breaks a lock is the generation of its object.
    fn lock_id(&self, _info: &LockInfo, tag: &str) -> String {
        tag.to_owned()
    }

    async fn delete_unchanged(&self, key: &str, tag: String) -> Result<(), StoreError> {
        self.remove(key, Some(&tag)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_one_part_of_a_path() {
        assert_eq!(encoded("net/a b:ä.tfstate"), "net%2Fa%20b%3A%C3%A4.tfstate");
    }
}
