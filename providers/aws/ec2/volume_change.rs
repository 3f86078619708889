//! Changing the size, type and performance of a volume, as a resource of its own and as part of an instance.

use super::ebs_volume::volumes;
use super::filter;
use crate::account::site::Site;
use crate::fault::Attempt;
use aws_sdk_ec2::primitives::DateTime;
use aws_sdk_ec2::types::{Volume, VolumeModificationState as State, VolumeType};
use trueup_provider_kit::{Call, Fault, FaultKind};

/// What is to be different from now on; the rest stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct VolumeChange {
    /// In GiB.
    pub(crate) size: Option<i32>,
    pub(crate) kind: Option<VolumeType>,
    pub(crate) iops: Option<i32>,
    /// In MiB/s.
    pub(crate) throughput: Option<i32>,
}

impl VolumeChange {
    /// Carries it out and waits until the volume is so; what is left to be done to it then goes on by itself.
    pub(crate) async fn apply(&self, call: &Call<'_, Site>, volume: &str) -> Result<(), Fault> {
        let request = call
            .site
            .ec2
            .modify_volume()
            .volume_id(volume)
            .set_size(self.size)
            .set_volume_type(self.kind.clone())
            .set_iops(self.iops)
            .set_throughput(self.throughput);
        let attempt = || async {
            let what = "changing size, type or performance of the volume";
            match request.clone().send().await.attempt(what) {
                // A change is under way: someone else's, or this one, its first answer lost.
                Err(fault) if is_changing(&fault) => {
                    wait(call, volume).await?;
                    let found = volumes(call.site, vec![volume.to_owned()]).await?;
                    if found.first().is_some_and(|found| self.is_done(found)) { Ok(()) } else { Err(fault) }
                }
                Err(fault) => Err(fault),
                Ok(_) => wait(call, volume).await,
            }
        };
        call.deadline.retry(is_changing, attempt).await
    }

    fn is_done(&self, found: &Volume) -> bool {
        let is = |wanted: Option<i32>, found: Option<i32>| wanted.is_none() || wanted == found;
        is(self.size, found.size())
            && is(self.iops, found.iops())
            && is(self.throughput, found.throughput())
            && self.kind.as_ref().is_none_or(|kind| Some(kind) == found.volume_type())
    }
}

fn is_changing(fault: &Fault) -> bool {
    fault.code == "IncorrectModificationState"
}

async fn wait(call: &Call<'_, Site>, volume: &str) -> Result<(), Fault> {
    let state = || async {
        let request = call.site.ec2.describe_volumes_modifications().filters(filter("volume-id", [volume]));
        let found = request.send().await.attempt("reading how the change of the volume goes")?;
        // The latest comes last in time, whatever the order of the answer.
        let latest =
            found.volumes_modifications().iter().max_by_key(|m| m.start_time().map(DateTime::as_nanos));
        match latest.and_then(|modification| modification.modification_state()) {
            Some(State::Completed | State::Optimizing) => Ok(Some(())),
            Some(State::Failed) => {
                let reason = latest.and_then(|m| m.status_message()).unwrap_or("no reason is told");
                Err(Fault::new(
                    FaultKind::Other,
                    format!("the change of the volume {volume} failed: {reason}"),
                ))
            }
            _ => Ok(None),
        }
    };
    call.deadline.until("the volume to change", state).await
}
