//! `aws_s3_object`: an object in a bucket.

use crate::account::site::Site;
use crate::fault::{Attempt, found};
use crate::s3::locks::{change_locks, delete_versions, fill_locks, lock_end};
use async_trait::async_trait;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumMode, ObjectCannedAcl, ObjectLockLegalHoldStatus, ObjectLockMode,
    ServerSideEncryption, StorageClass, Tag, Tagging,
};
use aws_smithy_types::base64;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object, Planning, Readings, Resource, Tags, each};

/// `aws_s3_object`
pub(crate) struct S3Object;

/// Attributes that a new upload sets.
const UPLOADED: [&str; 18] = [
    "bucket_key_enabled",
    "cache_control",
    "checksum_algorithm",
    "content",
    "content_base64",
    "content_disposition",
    "content_encoding",
    "content_language",
    "content_type",
    "etag",
    "kms_key_id",
    "metadata",
    "server_side_encryption",
    "source",
    "source_hash",
    "storage_class",
    "website_redirect",
    "version_id",
];
/// What the API tells after an upload.
const TOLD: [&str; 8] = [
    "checksum_crc32",
    "checksum_crc32c",
    "checksum_crc64nvme",
    "checksum_sha1",
    "checksum_sha256",
    "content_type",
    "etag",
    "version_id",
];
/// Content that others have changed is fetched up to this size; larger content only reads as changed.
const FETCH_MAX: i64 = 1 << 20;

#[async_trait]
impl Resource<Site> for S3Object {
    fn validate(&self, config: &Object) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let contents = ["content", "content_base64", "source"];
        if contents.iter().filter(|name| config.is_set(name)).count() > 1 {
            let detail = "Only one of content, content_base64 and source can be set.";
            diagnostics.push(Diagnostic::error("Conflicting configuration arguments", detail));
        }
        if !config.items("override_provider").is_empty() {
            let detail = "The embedded aws provider does not honour override_provider in aws_s3_object.";
            diagnostics
                .push(Diagnostic::error("Unsupported argument", detail).hint("Use the provider plugin."));
        }
        diagnostics
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        if planning.changes_any(&UPLOADED) {
            planning.unsettle(&TOLD);
        }
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        each(objects, |object| read(site, object)).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        upload(call.site, object).await?;
        object.put_text("id", object.owned("key"));
        Ok(())
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        if object.differs_in(prior, &UPLOADED) {
            return upload(call.site, object).await;
        }
        change_locks(call.site, prior, object).await?;
        if object.differs(prior, "acl")
            && let Some(acl) = object.text("acl").map(ObjectCannedAcl::from)
        {
            let request = call.site.s3.put_object_acl().set_bucket(object.owned("bucket"));
            request
                .set_key(object.owned("key"))
                .acl(acl)
                .send()
                .await
                .attempt("setting the ACL of the object")?;
        }
        if object.differs(prior, "tags_all") {
            return set_tags(call.site, object).await;
        }
        Ok(())
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let (bucket, key) =
            (object.owned("bucket").unwrap_or_default(), object.owned("key").unwrap_or_default());
        if object.text("version_id").is_some_and(|version| version != "null") {
            let lifts_locks = object.flag("force_destroy") == Some(true);
            return delete_versions(call.site, &bucket, Some(&key), lifts_locks).await;
        }
        call.site.s3.delete_object().bucket(bucket).key(key).send().await.plain()?;
        Ok(())
    }

    /// `bucket/key` or `s3://bucket/key`
    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        let Some((bucket, key)) = id.strip_prefix("s3://").unwrap_or(id).split_once('/') else {
            let message = format!("the import id {id:?} must have the form BUCKET/KEY or s3://BUCKET/KEY");
            return Err(Fault::new(FaultKind::Invalid, message));
        };
        object.put_text("bucket", Some(bucket));
        object.put_text("key", Some(key));
        object.put_text("id", Some(key));
        Ok(())
    }

    /// Uploading twice does no harm; what is there may be older, so it is uploaded again.
    async fn recover(&self, _call: &Call<'_, Site>, _object: &mut Object) -> Result<bool, Fault> {
        Ok(false)
    }
}

async fn upload(site: &Site, object: &Object) -> Result<(), Fault> {
    let metadata = object.map("metadata").into_iter().collect();
    let request = site
        .s3
        .put_object()
        .set_bucket(object.owned("bucket"))
        .set_key(object.owned("key"))
        .body(body(object).await?)
        .set_acl(object.text("acl").map(ObjectCannedAcl::from))
        .set_bucket_key_enabled(object.flag("bucket_key_enabled"))
        .set_cache_control(object.owned("cache_control"))
        .set_checksum_algorithm(object.text("checksum_algorithm").map(ChecksumAlgorithm::from))
        .set_content_disposition(object.owned("content_disposition"))
        .set_content_encoding(object.owned("content_encoding"))
        .set_content_language(object.owned("content_language"))
        .set_content_type(object.owned("content_type"))
        .set_metadata(Some(metadata))
        .set_object_lock_legal_hold_status(
            object.text("object_lock_legal_hold_status").map(ObjectLockLegalHoldStatus::from),
        )
        .set_object_lock_mode(object.text("object_lock_mode").map(ObjectLockMode::from))
        .set_object_lock_retain_until_date(lock_end(object)?)
        .set_server_side_encryption(encryption(object))
        .set_ssekms_key_id(object.owned("kms_key_id"))
        .set_storage_class(object.text("storage_class").map(StorageClass::from))
        .set_tagging(tagging(&object.map("tags_all")))
        .set_website_redirect_location(object.owned("website_redirect"));
    request.send().await.attempt("uploading the object")?;
    Ok(())
}

async fn body(object: &Object) -> Result<ByteStream, Fault> {
    if let Some(text) = object.text("content_base64") {
        let bytes = base64::decode(text);
        let bytes = bytes.map_err(|_| Fault::new(FaultKind::Invalid, "content_base64 is not base64"))?;
        return Ok(ByteStream::from(bytes));
    }
    if let Some(path) = object.text("source") {
        let file = ByteStream::from_path(path).await;
        return file.map_err(|e| {
            let message = format!("the file {path} of the argument source can't be read: {e}");
            Fault::new(FaultKind::Invalid, message)
        });
    }
    Ok(ByteStream::from(object.owned("content").unwrap_or_default().into_bytes()))
}

fn encryption(object: &Object) -> Option<ServerSideEncryption> {
    match (object.text("server_side_encryption"), object.text("kms_key_id")) {
        (Some(name), _) => Some(ServerSideEncryption::from(name)),
        (None, Some(_)) => Some(ServerSideEncryption::AwsKms),
        (None, None) => None,
    }
}

/// Tags as the header carries them: like the query of a URL.
fn tagging(tags: &Tags) -> Option<String> {
    let pairs: Vec<String> =
        tags.iter().map(|(key, value)| format!("{}={}", encode(key), encode(value))).collect();
    (!pairs.is_empty()).then(|| pairs.join("&"))
}

fn encode(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

async fn set_tags(site: &Site, object: &Object) -> Result<(), Fault> {
    let (bucket, key) = (object.owned("bucket"), object.owned("key"));
    let tags: Result<Vec<Tag>, _> = object
        .map("tags_all")
        .iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect();
    let tagging = tags.and_then(|tags| Tagging::builder().set_tag_set(Some(tags)).build());
    let tagging = tagging.map_err(|e| Fault::new(FaultKind::Invalid, e.to_string()))?;
    let request = site.s3.put_object_tagging().set_bucket(bucket).set_key(key).tagging(tagging);
    request.send().await.attempt("setting the tags of the object")?;
    Ok(())
}

async fn read(site: &Site, mut object: Object) -> Result<Option<Object>, Fault> {
    let (bucket, key) = (object.owned("bucket").unwrap_or_default(), object.owned("key").unwrap_or_default());
    let mode = object.is_set("checksum_algorithm").then_some(ChecksumMode::Enabled);
    let head = site.s3.head_object().bucket(&bucket).key(&key).set_checksum_mode(mode).send().await.plain();
    let Some(head) = found(head)? else { return Ok(None) };
    if head.delete_marker() == Some(true) {
        return Ok(None);
    }
    let etag = head.e_tag().map(|etag| etag.trim_matches('"').to_owned());
    if object.is_set("etag") && object.owned("etag") != etag {
        refetch(site, &bucket, &key, (&mut object, &head)).await?;
    }
    object.put_text("arn", Some(format!("arn:{}:s3:::{bucket}/{key}", site.partition())));
    object.put_text("etag", etag);
    fill(&mut object, &head);
    let tags = site.s3.get_object_tagging().bucket(&bucket).key(&key).send().await;
    let Some(tags) = found(tags.attempt("reading the tags of the object"))? else { return Ok(None) };
    let tags = tags.tag_set().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect();
    object.put_map("tags_all", &tags);
    Ok(Some(object))
}

/// Someone else has written the object: what is there now takes the place of what was.
async fn refetch(
    site: &Site,
    bucket: &str,
    key: &str,
    (object, head): (&mut Object, &HeadObjectOutput),
) -> Result<(), Fault> {
    let name = ["content", "content_base64", "source"].into_iter().find(|name| object.is_set(name));
    let Some(name) = name else { return Ok(()) };
    object.put_null(name);
    if name == "source" || head.content_length().is_none_or(|length| length > FETCH_MAX) {
        return Ok(());
    }
    let answer = site.s3.get_object().bucket(bucket).key(key).send().await.attempt("reading the object")?;
    let Ok(bytes) = answer.body.collect().await else { return Ok(()) };
    let bytes = bytes.into_bytes();
    match name {
        "content" => object.put_text(name, std::str::from_utf8(&bytes).ok()),
        _ => object.put_text(name, Some(base64::encode(&bytes))),
    }
    Ok(())
}

fn fill(object: &mut Object, head: &HeadObjectOutput) {
    object.put_flag("bucket_key_enabled", Some(head.bucket_key_enabled().unwrap_or(false)));
    object.put_text("cache_control", head.cache_control());
    object.put_text("checksum_crc32", head.checksum_crc32());
    object.put_text("checksum_crc32c", head.checksum_crc32_c());
    object.put_text("checksum_crc64nvme", head.checksum_crc64_nvme());
    object.put_text("checksum_sha1", head.checksum_sha1());
    object.put_text("checksum_sha256", head.checksum_sha256());
    object.put_text("content_disposition", head.content_disposition());
    // Uploads in pieces add this of their own accord.
    object
        .put_text("content_encoding", head.content_encoding().filter(|encoding| *encoding != "aws-chunked"));
    object.put_text("content_language", head.content_language());
    object.put_text("content_type", head.content_type());
    let metadata: Tags = head.metadata().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect();
    object.put_map("metadata", &metadata);
    object.put_text("kms_key_id", head.ssekms_key_id());
    fill_locks(object, head);
    object.put_text("server_side_encryption", head.server_side_encryption());
    object.put_text("storage_class", Some(head.storage_class().map_or("STANDARD", |class| class.as_str())));
    object.put_text("version_id", head.version_id());
    object.put_text("website_redirect", head.website_redirect_location());
}
