//! `aws_s3_bucket_policy`: who may do what with a bucket.

use crate::account::site::Site;
use crate::fault::{Attempt, found};
use crate::s3::setting::Setting;
use crate::s3::settle;
use async_trait::async_trait;
use std::time::Duration;
use trueup_provider_kit::{Call, Fault, Fields, Object};

/// `aws_s3_bucket_policy`
pub(crate) struct BucketPolicy;

/// How long a role or user made a moment ago may stay unknown to S3.
const PRINCIPALS_APPEAR: Duration = Duration::from_mins(1);

#[async_trait]
impl Setting for BucketPolicy {
    async fn read(&self, site: &Site, mut object: Object) -> Result<Option<Object>, Fault> {
        let request = site.s3.get_bucket_policy().set_bucket(object.owned("bucket"));
        let Some(answer) = found(request.send().await.plain())? else { return Ok(None) };
        object.put_text("policy", answer.policy());
        Ok(Some(object))
    }

    async fn put(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let request = call.site.s3.put_bucket_policy().set_bucket(object.owned("bucket"));
        let request = request.set_policy(object.owned("policy"));
        let is_new = |fault: &Fault| {
            fault.code == "MalformedPolicy" && fault.message.to_lowercase().contains("invalid principal")
        };
        let deadline = call.deadline.within(PRINCIPALS_APPEAR);
        deadline.retry(is_new, || settle(call, || async { request.clone().send().await.plain() })).await?;
        Ok(())
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let request = call.site.s3.delete_bucket_policy().set_bucket(object.owned("bucket"));
        request.send().await.plain()?;
        Ok(())
    }
}
