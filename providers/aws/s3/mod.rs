//! The types of S3, and what the settings of a bucket share.

pub(crate) mod bucket;
pub(crate) mod bucket_lifecycle_configuration;
pub(crate) mod bucket_policy;
pub(crate) mod bucket_public_access_block;
pub(crate) mod bucket_server_side_encryption_configuration;
pub(crate) mod bucket_versioning;
mod locks;
pub(crate) mod object;
pub(crate) mod setting;

use crate::account::site::Site;
use std::future::Future;
use std::time::Duration;
use trueup_provider_kit::{Call, Deadline, Fault, FaultKind};

/// How long a new bucket may stay unknown to requests about its settings.
const APPEAR: Duration = Duration::from_secs(20);
/// How long another change of the same bucket may be under way.
const BUSY: Duration = Duration::from_mins(2);

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
