//! `aws_s3_bucket_lifecycle_configuration`: when objects of a bucket move to other storage and when they expire.

mod check;
mod read;
mod request;

use crate::account::site::Site;
use crate::fault::{Attempt, found};
use crate::s3::setting::Setting;
use crate::s3::settle;
use async_trait::async_trait;
use aws_sdk_s3::operation::get_bucket_lifecycle_configuration::GetBucketLifecycleConfigurationOutput;
use aws_sdk_s3::types::{BucketLifecycleConfiguration, TransitionDefaultMinimumObjectSize};
use std::time::Duration;
use trueup_diag::Diagnostics;
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object};

/// `aws_s3_bucket_lifecycle_configuration`
pub(crate) struct BucketLifecycle;

#[async_trait]
impl Setting for BucketLifecycle {
    fn patience(&self) -> Duration {
        Duration::from_mins(3)
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        check::check(config)
    }

    async fn read(&self, site: &Site, mut object: Object) -> Result<Option<Object>, Fault> {
        let Some(answer) = get(site, &object).await? else { return Ok(None) };
        let rules = read::items(&object, answer.rules());
        object.put_items("rule", rules);
        if let Some(size) = answer.transition_default_minimum_object_size() {
            object.put_text("transition_default_minimum_object_size", Some(size));
        }
        Ok(Some(object))
    }

    async fn put(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let settings = request::rules(object)
            .and_then(|rules| BucketLifecycleConfiguration::builder().set_rules(Some(rules)).build());
        let settings = settings.map_err(|e| Fault::new(FaultKind::Invalid, e.to_string()))?;
        let size = object.text("transition_default_minimum_object_size");
        let request = call
            .site
            .s3
            .put_bucket_lifecycle_configuration()
            .set_bucket(object.owned("bucket"))
            .set_expected_bucket_owner(object.owned("expected_bucket_owner"))
            .set_transition_default_minimum_object_size(size.map(TransitionDefaultMinimumObjectSize::from))
            .lifecycle_configuration(settings);
        settle(call, || async { request.clone().send().await.plain() }).await?;
        Ok(())
    }

    /// Rules take a while to be the same at all of S3: until then reads may show the old ones.
    async fn wait_shown(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let wanted = request::rules(object).map_err(|e| Fault::new(FaultKind::Invalid, e.to_string()))?;
        let wanted = read::items(object, &wanted);
        let shown = || async {
            let Some(answer) = get(call.site, object).await? else { return Ok(None) };
            Ok((read::items(object, answer.rules()) == wanted).then_some(()))
        };
        call.deadline.until("the lifecycle rules to show", shown).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let request = call.site.s3.delete_bucket_lifecycle().set_bucket(object.owned("bucket"));
        let request = request.set_expected_bucket_owner(object.owned("expected_bucket_owner"));
        request.send().await.plain()?;
        let gone = || async { Ok(get(call.site, object).await?.is_none().then_some(())) };
        call.deadline.until("the lifecycle rules to be gone", gone).await
    }
}

async fn get(site: &Site, object: &Object) -> Result<Option<GetBucketLifecycleConfigurationOutput>, Fault> {
    let request = site
        .s3
        .get_bucket_lifecycle_configuration()
        .set_bucket(object.owned("bucket"))
        .set_expected_bucket_owner(object.owned("expected_bucket_owner"));
    found(request.send().await.plain())
}
