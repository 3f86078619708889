//! The types of S3, and what the settings of a bucket share.

pub(crate) mod bucket;
pub(crate) mod bucket_lifecycle_configuration;
pub(crate) mod bucket_policy;
pub(crate) mod bucket_public_access_block;
pub(crate) mod bucket_server_side_encryption_configuration;
pub(crate) mod bucket_versioning;
pub(crate) mod object;

use crate::account::site::Site;
use std::future::Future;
use std::time::Duration;
use trueup_provider_kit::{Call, Deadline, Fault, FaultKind, Fields, Object};

/// How long a new bucket may stay unknown to requests about its settings.
const APPEAR: Duration = Duration::from_secs(20);
/// How long another change of the same bucket may be under way.
const BUSY: Duration = Duration::from_mins(2);

/// The id of a setting: `bucket`, or `bucket,owner` where the owner is checked.
fn setting_id(object: &Object) -> String {
    let bucket = object.text("bucket").unwrap_or_default();
    match object.text("expected_bucket_owner") {
        Some(owner) => format!("{bucket},{owner}"),
        None => bucket.to_owned(),
    }
}

/// Takes `bucket` or `bucket,owner` apart.
fn import_setting(id: &str, object: &mut Object) {
    let (bucket, owner) = id.split_once(',').map_or((id, None), |(bucket, owner)| (bucket, Some(owner)));
    object.put_text("id", Some(id));
    object.put_text("bucket", Some(bucket));
    object.put_text("expected_bucket_owner", owner);
}

/// Changes a setting: again while the bucket is new and not yet seen everywhere, and while another change of it is
/// under way.
async fn settle<T, F>(call: &Call<'_, Site>, change: impl FnMut() -> F) -> Result<T, Fault>
where
    F: Future<Output = Result<T, Fault>>,
{
    let appears = Deadline::after(APPEAR);
    let is_early = |fault: &Fault| {
        fault.kind == FaultKind::InUse || (fault.code == "NoSuchBucket" && !appears.is_past())
    };
    call.deadline.within(BUSY).retry(is_early, change).await
}
