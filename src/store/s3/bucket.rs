//! One bucket: objects got, put on a condition, listed and deleted.

use super::S3Settings;
use super::failure;
use super::held::Unlocked;
use crate::objects::{self, Condition, Got, LockObjects, Objects, Put};
use crate::{DEFAULT_WORKSPACE, ErrorKind, Lock, LockInfo, StoreError};
use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder as ConfigBuilder;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::builders::GetObjectFluentBuilder;
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ObjectCannedAcl, ServerSideEncryption};
use aws_smithy_types::timeout::TimeoutConfig;
use std::sync::Arc;
use std::time::Duration;

/// The slowest upload that is put up with, in bytes a second, on top of the time any operation has.
const UPLOAD_RATE_MIN: usize = 128 * 1024;

pub(super) struct Bucket {
    client: Client,
    pub(super) settings: S3Settings,
}

impl Bucket {
    pub(super) fn new(client: Client, settings: S3Settings) -> Bucket {
        Bucket { client, settings }
    }

    async fn remove(&self, key: &str, tag: Option<String>) -> Result<(), StoreError> {
        let request = self.client.delete_object().bucket(&self.settings.bucket).key(key).set_if_match(tag);
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(failure::of(&self.settings, "delete", &self.object(key), &error)),
        }
    }

    fn with_customer_key_get(&self, request: GetObjectFluentBuilder) -> GetObjectFluentBuilder {
        match &self.settings.customer_key {
            Some(key) => request
                .sse_customer_algorithm("AES256")
                .sse_customer_key(&key.base64.0)
                .sse_customer_key_md5(&key.md5),
            None => request,
        }
    }

    fn with_encryption(&self, request: PutObjectFluentBuilder) -> PutObjectFluentBuilder {
        let settings = &self.settings;
        let request = match &settings.acl {
            Some(acl) => request.acl(ObjectCannedAcl::from(acl.as_str())),
            None => request,
        };
        if let Some(key) = &settings.customer_key {
            return request
                .sse_customer_algorithm("AES256")
                .sse_customer_key(&key.base64.0)
                .sse_customer_key_md5(&key.md5);
        }
        match &settings.kms_key_id {
            _ if !settings.encrypt => request,
            Some(key) => request.server_side_encryption(ServerSideEncryption::AwsKms).ssekms_key_id(key),
            None => request.server_side_encryption(ServerSideEncryption::Aes256),
        }
    }
}

#[async_trait]
impl Objects for Bucket {
    fn object(&self, key: &str) -> String {
        format!("the object s3://{}/{key}", self.settings.bucket)
    }

    async fn get(&self, verb: &'static str, key: &str) -> Result<Option<Got>, StoreError> {
        let request = self.client.get_object().bucket(&self.settings.bucket).key(key);
        let got = match self.with_customer_key_get(request).send().await {
            Ok(got) => got,
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(failure::of(&self.settings, verb, &self.object(key), &error)),
        };
        let tag = got.e_tag().unwrap_or_default().to_owned();
        let body = tokio::time::timeout(self.settings.patience * 20, got.body.collect()).await;
        let late = |_| {
            StoreError::new(ErrorKind::Timeout, verb, self.object(key), "the object's bytes stopped coming")
        };
        let bytes = body.map_err(late)?.map_err(|error| {
            StoreError::new(ErrorKind::Io, verb, self.object(key), format!("its bytes broke off: {error}"))
        })?;
        Ok(Some(Got { bytes: bytes.to_vec(), tag }))
    }

    async fn put(&self, put: Put<'_>) -> Result<String, StoreError> {
        let seconds = u64::try_from(put.bytes.len() / UPLOAD_RATE_MIN).unwrap_or(u64::MAX);
        let limit = self.settings.patience + Duration::from_secs(seconds);
        let timeouts = TimeoutConfig::builder().operation_timeout(limit).build();
        let request = self
            .client
            .put_object()
            .bucket(&self.settings.bucket)
            .key(put.key)
            .content_type("application/json")
            .body(ByteStream::from(put.bytes));
        let request = match put.condition {
            Condition::None => request,
            Condition::Absent => request.if_none_match("*"),
            Condition::Unchanged(tag) => request.if_match(tag),
        };
        let request = self.with_encryption(request).customize();
        let answer = request.config_override(ConfigBuilder::new().timeout_config(timeouts)).send().await;
        let answer =
            answer.map_err(|error| failure::of(&self.settings, put.verb, &self.object(put.key), &error))?;
        Ok(answer.e_tag().unwrap_or_default().to_owned())
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.remove(key, None).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let request = self.client.list_objects_v2().bucket(&self.settings.bucket).prefix(prefix);
        let mut pages = request.into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let what = format!("the objects s3://{}/{prefix}*", self.settings.bucket);
            let page = page.map_err(|error| failure::of(&self.settings, "list", &what, &error))?;
            keys.extend(page.contents().iter().filter_map(|object| object.key().map(str::to_owned)));
        }
        keys.sort();
        Ok(keys)
    }

    fn state_key(&self, workspace: &str) -> String {
        let S3Settings { key, workspace_key_prefix: prefix, .. } = &self.settings;
        match (workspace, prefix.as_str()) {
            (DEFAULT_WORKSPACE, _) => key.clone(),
            (_, "") => format!("{workspace}/{key}"),
            _ => format!("{prefix}/{workspace}/{key}"),
        }
    }

    fn record_key(&self, key: &str) -> String {
        format!("{key}.trueup.json")
    }

    fn place(&self, key: &str) -> String {
        format!("{}/{key}", self.settings.bucket)
    }

    async fn workspaces(&self) -> Result<Vec<String>, StoreError> {
        let prefix = match self.settings.workspace_key_prefix.as_str() {
            "" => String::new(),
            prefix => format!("{prefix}/"),
        };
        let suffix = format!("/{}", self.settings.key);
        let keys = self.list(&prefix).await?;
        let name = |key: &String| Some(key.strip_prefix(&prefix)?.strip_suffix(&suffix)?.to_owned());
        Ok(keys.iter().filter_map(name).filter(|name| !name.is_empty() && !name.contains('/')).collect())
    }

    async fn lock(self: Arc<Self>, key: &str, info: LockInfo) -> Result<Lock, StoreError> {
        if !self.settings.use_lockfile {
            return Ok(Lock::new(info, Box::new(Unlocked)));
        }
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
        format!("{key}.tflock")
    }

    fn lock_id(&self, info: &LockInfo, _tag: &str) -> String {
        info.id.clone()
    }

    async fn delete_unchanged(&self, key: &str, tag: String) -> Result<(), StoreError> {
        self.remove(key, Some(tag)).await
    }
}

fn is_missing<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    matches!(error, SdkError::ServiceError(service) if service.err().code() == Some("NoSuchKey"))
}
