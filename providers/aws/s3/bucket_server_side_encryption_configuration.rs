//! `aws_s3_bucket_server_side_encryption_configuration`: how a bucket encrypts what is put into it.

use crate::account::site::Site;
use crate::fault::{Attempt, found};
use crate::s3::setting::Setting;
use crate::s3::settle;
use async_trait::async_trait;
use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types::{
    BlockedEncryptionTypes, EncryptionType, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object};
use trueup_value::Value;

/// `aws_s3_bucket_server_side_encryption_configuration`
pub(crate) struct BucketServerSideEncryptionConfiguration;

const ALGORITHMS: [&str; 4] = ["AES256", "aws:fsx", "aws:kms", "aws:kms:dsse"];
const BLOCKABLE: [&str; 2] = ["NONE", "SSE-C"];

#[async_trait]
impl Setting for BucketServerSideEncryptionConfiguration {
    fn validate(&self, config: &Object) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        for rule in config.items("rule") {
            let algorithm = rule.item("apply_server_side_encryption_by_default");
            let algorithm = algorithm.and_then(|block| block.text("sse_algorithm"));
            let algorithm = algorithm.filter(|word| !ALGORITHMS.contains(word));
            diagnostics.extend(algorithm.map(|word| invalid("sse_algorithm", word, &ALGORITHMS)));
            let blocked = rule.texts("blocked_encryption_types");
            let blocked = blocked.iter().filter(|word| !BLOCKABLE.contains(&word.as_str()));
            diagnostics.extend(blocked.map(|word| invalid("blocked_encryption_types", word, &BLOCKABLE)));
        }
        diagnostics
    }

    async fn read(&self, site: &Site, mut object: Object) -> Result<Option<Object>, Fault> {
        let request = site
            .s3
            .get_bucket_encryption()
            .set_bucket(object.owned("bucket"))
            .set_expected_bucket_owner(object.owned("expected_bucket_owner"));
        let answer = found(request.send().await.plain())?;
        let Some(settings) = answer.and_then(|answer| answer.server_side_encryption_configuration) else {
            return Ok(None);
        };
        // AWS decides what is blocked where the configuration doesn't: its choice is no drift.
        let before = object.items("rule");
        let is_left = before.iter().any(|rule| rule.texts("blocked_encryption_types").is_empty());
        let rules: Vec<Object> = settings.rules().iter().map(|rule| item(&object, rule, is_left)).collect();
        object.put_items("rule", rules);
        Ok(Some(object))
    }

    async fn put(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let rules: Result<Vec<_>, BuildError> = object.items("rule").iter().map(rule).collect();
        let settings = rules
            .and_then(|rules| ServerSideEncryptionConfiguration::builder().set_rules(Some(rules)).build());
        let settings = settings.map_err(|e| Fault::new(FaultKind::Invalid, e.to_string()))?;
        let request = call
            .site
            .s3
            .put_bucket_encryption()
            .set_bucket(object.owned("bucket"))
            .set_expected_bucket_owner(object.owned("expected_bucket_owner"))
            .server_side_encryption_configuration(settings);
        settle(call, || async { request.clone().send().await.plain() }).await?;
        Ok(())
    }

    /// The bucket encrypts with keys of S3 from then on, as new ones do.
    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let request = call.site.s3.delete_bucket_encryption().set_bucket(object.owned("bucket"));
        let request = request.set_expected_bucket_owner(object.owned("expected_bucket_owner"));
        request.send().await.plain()?;
        Ok(())
    }
}

fn invalid(name: &str, word: &str, words: &[&str]) -> Diagnostic {
    let detail = format!("The argument {name} must be one of {}, not {word:?}.", words.join(", "));
    Diagnostic::error("Invalid argument value", detail)
}

fn rule(block: &Value) -> Result<ServerSideEncryptionRule, BuildError> {
    let default = block.item("apply_server_side_encryption_by_default").map(|block| {
        ServerSideEncryptionByDefault::builder()
            .set_sse_algorithm(block.text("sse_algorithm").map(ServerSideEncryption::from))
            .set_kms_master_key_id(block.owned("kms_master_key_id"))
            .build()
    });
    let blocked = block.texts("blocked_encryption_types");
    let blocked: Vec<_> = blocked.iter().map(|word| EncryptionType::from(word.as_str())).collect();
    let blocked = Some(blocked).filter(|blocked| !blocked.is_empty());
    let blocked =
        blocked.map(|types| BlockedEncryptionTypes::builder().set_encryption_type(Some(types)).build());
    Ok(ServerSideEncryptionRule::builder()
        .set_apply_server_side_encryption_by_default(default.transpose()?)
        .set_bucket_key_enabled(block.flag("bucket_key_enabled"))
        .set_blocked_encryption_types(blocked)
        .build())
}

fn item(object: &Object, rule: &ServerSideEncryptionRule, leaves_blocking: bool) -> Object {
    let mut item = object.blank_item("rule");
    if let Some(default) = rule.apply_server_side_encryption_by_default() {
        let mut block = item.blank_item("apply_server_side_encryption_by_default");
        block.put_text("kms_master_key_id", default.kms_master_key_id());
        block.put_text("sse_algorithm", Some(default.sse_algorithm().as_str()));
        item.put_items("apply_server_side_encryption_by_default", [block]);
    } else {
        item.put_items("apply_server_side_encryption_by_default", []);
    }
    item.put_flag("bucket_key_enabled", Some(rule.bucket_key_enabled().unwrap_or(false)));
    let blocked = rule.blocked_encryption_types().filter(|_| !leaves_blocking);
    if let Some(blocked) = blocked.filter(|blocked| !blocked.encryption_type().is_empty()) {
        item.put_texts(
            "blocked_encryption_types",
            blocked.encryption_type().iter().map(EncryptionType::as_str),
        );
    }
    item
}
