//! `aws_s3_bucket_versioning`: whether a bucket keeps old versions of its objects.

use crate::account::site::Site;
use crate::fault::{Attempt, found};
use crate::s3::{import_setting, setting_id};
use async_trait::async_trait;
use aws_sdk_s3::types::{BucketVersioningStatus, MfaDelete, VersioningConfiguration};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Call, Fault, Fields, Object, Readings, Resource, each};

/// `aws_s3_bucket_versioning`
pub(crate) struct BucketVersioning;

#[async_trait]
impl Resource<Site> for BucketVersioning {
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

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        each(objects, |object| read(site, object)).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        // A bucket that never had versioning is Disabled by itself; the API can't be told so.
        if status(object) != Some("Disabled") {
            put(call.site, object).await?;
        }
        object.put_text("id", Some(setting_id(object)));
        Ok(())
    }

    async fn update(&self, call: &Call<'_, Site>, _prior: &Object, object: &mut Object) -> Result<(), Fault> {
        put(call.site, object).await
    }

    /// Versioning once on can be suspended, never taken back.
    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        if status(object) == Some("Disabled") {
            return Ok(());
        }
        let suspended = VersioningConfiguration::builder().status(BucketVersioningStatus::Suspended).build();
        let request = call.site.s3.put_bucket_versioning().set_bucket(object.owned("bucket"));
        let request = request
            .set_expected_bucket_owner(object.owned("expected_bucket_owner"))
            .set_mfa(object.owned("mfa"))
            .versioning_configuration(suspended);
        request.send().await.plain()?;
        Ok(())
    }

    /// `bucket` or `bucket,owner`
    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        import_setting(id, object);
        Ok(())
    }

    /// Setting it twice does no harm, so that nothing needs to be found.
    async fn recover(&self, _call: &Call<'_, Site>, _object: &mut Object) -> Result<bool, Fault> {
        Ok(false)
    }
}

fn status(object: &Object) -> Option<&str> {
    object.item("versioning_configuration").and_then(|block| block.text("status"))
}

async fn put(site: &Site, object: &Object) -> Result<(), Fault> {
    let block = object.item("versioning_configuration");
    let mfa_delete = block.and_then(|block| block.text("mfa_delete")).map(MfaDelete::from);
    let status = status(object).map(BucketVersioningStatus::from);
    let configuration =
        VersioningConfiguration::builder().set_status(status).set_mfa_delete(mfa_delete).build();
    let request = site
        .s3
        .put_bucket_versioning()
        .set_bucket(object.owned("bucket"))
        .set_expected_bucket_owner(object.owned("expected_bucket_owner"))
        .set_mfa(object.owned("mfa"))
        .versioning_configuration(configuration);
    request.send().await.plain()?;
    Ok(())
}

async fn read(site: &Site, mut object: Object) -> Result<Option<Object>, Fault> {
    let request = site
        .s3
        .get_bucket_versioning()
        .set_bucket(object.owned("bucket"))
        .set_expected_bucket_owner(object.owned("expected_bucket_owner"));
    let Some(versioning) = found(request.send().await.plain())? else { return Ok(None) };
    let mut block = object.blank_item("versioning_configuration");
    let status = versioning.status().map_or("Disabled", BucketVersioningStatus::as_str);
    block.put_text("status", Some(status));
    block.put_text("mfa_delete", versioning.mfa_delete());
    object.put_items("versioning_configuration", [block]);
    Ok(Some(object))
}
