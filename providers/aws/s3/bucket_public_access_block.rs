//! `aws_s3_bucket_public_access_block`: what keeps a bucket from being public.

use crate::account::site::Site;
use crate::fault::{Attempt, found};
use crate::s3::settle;
use async_trait::async_trait;
use aws_sdk_s3::types::PublicAccessBlockConfiguration;
use trueup_provider_kit::{Call, Fault, Fields, Object, Readings, Resource, each};

/// `aws_s3_bucket_public_access_block`
pub(crate) struct BucketPublicAccessBlock;

#[async_trait]
impl Resource<Site> for BucketPublicAccessBlock {
    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        each(objects, |object| read(site, object)).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        put(call, object).await?;
        object.put_text("id", object.owned("bucket"));
        Ok(())
    }

    async fn update(&self, call: &Call<'_, Site>, _prior: &Object, object: &mut Object) -> Result<(), Fault> {
        put(call, object).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        if object.flag("skip_destroy") != Some(true) {
            call.site.s3.delete_public_access_block().bucket(object.id_or_empty()).send().await.plain()?;
        }
        Ok(())
    }

    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        object.put_text("id", Some(id));
        object.put_text("bucket", Some(id));
        Ok(())
    }

    /// Setting it twice does no harm, so that nothing needs to be found.
    async fn recover(&self, _call: &Call<'_, Site>, _object: &mut Object) -> Result<bool, Fault> {
        Ok(false)
    }
}

async fn put(call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
    let settings = PublicAccessBlockConfiguration::builder()
        .set_block_public_acls(object.flag("block_public_acls"))
        .set_block_public_policy(object.flag("block_public_policy"))
        .set_ignore_public_acls(object.flag("ignore_public_acls"))
        .set_restrict_public_buckets(object.flag("restrict_public_buckets"))
        .build();
    let request = call.site.s3.put_public_access_block().set_bucket(object.owned("bucket"));
    let request = request.public_access_block_configuration(settings);
    settle(call, || async { request.clone().send().await.plain() }).await?;
    Ok(())
}

async fn read(site: &Site, mut object: Object) -> Result<Option<Object>, Fault> {
    let name = object.id_or_empty().to_owned();
    let answer = site.s3.get_public_access_block().bucket(&name).send().await.plain();
    let Some(settings) = found(answer)?.and_then(|answer| answer.public_access_block_configuration) else {
        return Ok(None);
    };
    object.put_text("bucket", Some(&name));
    object.put_flag("block_public_acls", Some(settings.block_public_acls().unwrap_or(false)));
    object.put_flag("block_public_policy", Some(settings.block_public_policy().unwrap_or(false)));
    object.put_flag("ignore_public_acls", Some(settings.ignore_public_acls().unwrap_or(false)));
    object.put_flag("restrict_public_buckets", Some(settings.restrict_public_buckets().unwrap_or(false)));
    Ok(Some(object))
}
