//! `aws_s3_bucket_policy`: who may do what with a bucket.

use crate::account::site::Site;
use crate::fault::{Attempt, found};
use crate::s3::settle;
use async_trait::async_trait;
use std::time::Duration;
use trueup_provider_kit::{Call, Fault, Fields, Object, Readings, Resource, each};

/// `aws_s3_bucket_policy`
pub(crate) struct BucketPolicy;

/// How long a role or user made a moment ago may stay unknown to S3.
const PRINCIPALS_APPEAR: Duration = Duration::from_mins(1);

#[async_trait]
impl Resource<Site> for BucketPolicy {
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
        call.site.s3.delete_bucket_policy().bucket(object.id_or_empty()).send().await.plain()?;
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
    let request = call.site.s3.put_bucket_policy().set_bucket(object.owned("bucket"));
    let request = request.set_policy(object.owned("policy"));
    let is_new = |fault: &Fault| {
        fault.code == "MalformedPolicy" && fault.message.to_lowercase().contains("invalid principal")
    };
    let deadline = call.deadline.within(PRINCIPALS_APPEAR);
    deadline.retry(is_new, || settle(call, || async { request.clone().send().await.plain() })).await?;
    Ok(())
}

async fn read(site: &Site, mut object: Object) -> Result<Option<Object>, Fault> {
    let name = object.id_or_empty().to_owned();
    let Some(answer) = found(site.s3.get_bucket_policy().bucket(&name).send().await.plain())? else {
        return Ok(None);
    };
    object.put_text("bucket", Some(&name));
    object.put_text("policy", answer.policy());
    Ok(Some(object))
}
