//! A setting of a bucket: there once, the same however often it is written, and named by its bucket.

use crate::account::site::Site;
use async_trait::async_trait;
use std::time::Duration;
use trueup_diag::Diagnostics;
use trueup_provider_kit::{Call, Fault, Fields, Object, Planning, Readings, Resource, each};

/// What is its own in a setting.
#[async_trait]
pub(crate) trait Setting: Send + Sync {
    /// How long writes may take where a `timeouts` block doesn't say.
    fn patience(&self) -> Duration {
        Duration::from_mins(20)
    }

    /// Judges a configuration beyond its schema; may see unknowns.
    fn validate(&self, config: &Object) -> Diagnostics {
        let _ = config;
        Diagnostics::new()
    }

    /// Adds to the plan what the common logic can't know.
    fn plan(&self, planning: &mut Planning<'_>) {
        let _ = planning;
    }

    /// Reads what the bucket named by `bucket` has; None where it has no such setting.
    async fn read(&self, site: &Site, object: Object) -> Result<Option<Object>, Fault>;

    /// Writes it.
    async fn put(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault>;

    /// Waits until reads show what was written, where they may not for long.
    async fn wait_shown(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let _ = (call, object);
        Ok(())
    }

    /// Takes it back.
    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault>;
}

/// A setting as a type of resource.
pub(crate) struct OfBucket<T>(pub(crate) T);

#[async_trait]
impl<T: Setting> Resource<Site> for OfBucket<T> {
    fn patience(&self) -> Duration {
        self.0.patience()
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        self.0.validate(config)
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        self.0.plan(planning);
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        each(objects, |object| self.0.read(site, object)).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        self.0.put(call, object).await?;
        object.put_text("id", Some(id(object)));
        self.0.wait_shown(call, object).await
    }

    async fn update(&self, call: &Call<'_, Site>, _prior: &Object, object: &mut Object) -> Result<(), Fault> {
        self.0.put(call, object).await?;
        self.0.wait_shown(call, object).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        self.0.delete(call, object).await
    }

    /// `bucket`, or `bucket,owner` where the owner can be checked
    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        let (bucket, owner) = id.split_once(',').map_or((id, None), |(bucket, owner)| (bucket, Some(owner)));
        object.put_text("id", Some(id));
        object.put_text("bucket", Some(bucket));
        if object.has("expected_bucket_owner") {
            object.put_text("expected_bucket_owner", owner);
        }
        Ok(())
    }

    /// Writing it twice does no harm, so that nothing needs to be found.
    async fn recover(&self, _call: &Call<'_, Site>, _object: &mut Object) -> Result<bool, Fault> {
        Ok(false)
    }
}

/// `bucket`, or `bucket,owner` where the owner is checked.
fn id(object: &Object) -> String {
    let bucket = object.text("bucket").unwrap_or_default();
    match object.text("expected_bucket_owner") {
        Some(owner) => format!("{bucket},{owner}"),
        None => bucket.to_owned(),
    }
}
