//! `aws_s3_bucket_public_access_block`: what keeps a bucket from being public.

use crate::account::site::Site;
use crate::fault::{Attempt, found};
use crate::s3::setting::Setting;
use crate::s3::settle;
use async_trait::async_trait;
use aws_sdk_s3::types::PublicAccessBlockConfiguration;
use trueup_provider_kit::{Call, Fault, Fields, Object};

/// `aws_s3_bucket_public_access_block`
pub(crate) struct BucketPublicAccessBlock;

#[async_trait]
impl Setting for BucketPublicAccessBlock {
    async fn read(&self, site: &Site, mut object: Object) -> Result<Option<Object>, Fault> {
        let request = site.s3.get_public_access_block().set_bucket(object.owned("bucket"));
        let answer = found(request.send().await.plain())?;
        let Some(told) = answer.and_then(|answer| answer.public_access_block_configuration) else {
            return Ok(None);
        };
        object.put_flag("block_public_acls", Some(told.block_public_acls().unwrap_or(false)));
        object.put_flag("block_public_policy", Some(told.block_public_policy().unwrap_or(false)));
        object.put_flag("ignore_public_acls", Some(told.ignore_public_acls().unwrap_or(false)));
        object.put_flag("restrict_public_buckets", Some(told.restrict_public_buckets().unwrap_or(false)));
        Ok(Some(object))
    }

    async fn put(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
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

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        if object.flag("skip_destroy") != Some(true) {
            let request = call.site.s3.delete_public_access_block().set_bucket(object.owned("bucket"));
            request.send().await.plain()?;
        }
        Ok(())
    }
}
