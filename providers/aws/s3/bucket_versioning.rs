//! `aws_s3_bucket_versioning`: whether a bucket keeps old versions of its objects.

use crate::account::site::Site;
use crate::fault::{Attempt, found};
use crate::s3::setting::Setting;
use crate::s3::settle;
use async_trait::async_trait;
use aws_sdk_s3::types::{BucketVersioningStatus, MfaDelete, VersioningConfiguration};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Call, Fault, Fields, Object, Planning};

/// `aws_s3_bucket_versioning`
pub(crate) struct BucketVersioning;

/// What a bucket is that never had versioning.
const DISABLED: &str = "Disabled";

#[async_trait]
impl Setting for BucketVersioning {
    fn validate(&self, config: &Object) -> Diagnostics {
        let status = config.item("versioning_configuration").and_then(|block| block.text("status"));
        match status {
            Some(status) if !["Enabled", "Suspended", "Disabled"].contains(&status) => {
                let detail = format!(
                    "The status of versioning must be Enabled, Suspended or Disabled, not {status:?}."
                );
                Diagnostic::error("Invalid argument value", detail).into()
            }
            _ => Diagnostics::new(),
        }
    }

    /// The API has no way back to a bucket that never had versioning.
    fn plan(&self, planning: &mut Planning<'_>) {
        let is_same_bucket = !planning.changes_any(&["bucket", "expected_bucket_owner"]);
        let before = planning.prior.filter(|_| is_same_bucket).and_then(status);
        let before = before.filter(|status| *status != DISABLED);
        if let Some(before) = before.filter(|_| status(&planning.planned) == Some(DISABLED)) {
            let detail = format!(
                "versioning_configuration.status cannot be updated from '{before}' to '{DISABLED}': a bucket that \
                 has had versioning can only suspend it."
            );
            planning.refuse(Diagnostic::error("Invalid change", detail).hint("Set status to \"Suspended\"."));
        }
    }

    async fn read(&self, site: &Site, mut object: Object) -> Result<Option<Object>, Fault> {
        let request = site
            .s3
            .get_bucket_versioning()
            .set_bucket(object.owned("bucket"))
            .set_expected_bucket_owner(object.owned("expected_bucket_owner"));
        let Some(versioning) = found(request.send().await.plain())? else { return Ok(None) };
        let mut block = object.blank_item("versioning_configuration");
        let status = versioning.status().map_or(DISABLED, BucketVersioningStatus::as_str);
        block.put_text("status", Some(status));
        block.put_text("mfa_delete", versioning.mfa_delete());
        object.put_items("versioning_configuration", [block]);
        Ok(Some(object))
    }

    async fn put(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        // A bucket that never had versioning is Disabled by itself; the API can't be told so, and the plan refuses
        // to go back to it.
        if status(object) == Some(DISABLED) {
            return Ok(());
        }
        let block = object.item("versioning_configuration");
        let mfa_delete = block.and_then(|block| block.text("mfa_delete")).map(MfaDelete::from);
        let status = status(object).map(BucketVersioningStatus::from);
        let settings =
            VersioningConfiguration::builder().set_status(status).set_mfa_delete(mfa_delete).build();
        write(call, object, settings).await
    }

    /// Versioning once on can be suspended, never taken back.
    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        if status(object) == Some(DISABLED) {
            return Ok(());
        }
        let suspended = VersioningConfiguration::builder().status(BucketVersioningStatus::Suspended).build();
        write(call, object, suspended).await
    }
}

async fn write(
    call: &Call<'_, Site>,
    object: &Object,
    settings: VersioningConfiguration,
) -> Result<(), Fault> {
    let request = call
        .site
        .s3
        .put_bucket_versioning()
        .set_bucket(object.owned("bucket"))
        .set_expected_bucket_owner(object.owned("expected_bucket_owner"))
        .set_mfa(object.owned("mfa"))
        .versioning_configuration(settings);
    settle(call, || async { request.clone().send().await.plain() }).await?;
    Ok(())
}

fn status(object: &Object) -> Option<&str> {
    object.item("versioning_configuration").and_then(|block| block.text("status"))
}
