//! `aws_volume_attachment`: a volume that an instance sees as a device.

use crate::account::site::Site;
use crate::ec2::FILTER_MAX;
use crate::ec2::ebs_volume::volumes;
use crate::ec2::instance::stop;
use crate::fault::{Attempt, found};
use async_trait::async_trait;
use aws_sdk_ec2::types::{VolumeAttachment as Description, VolumeAttachmentState as State};
use std::time::Duration;
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object, Readings, Resource, described, unread};

/// `aws_volume_attachment`
pub(crate) struct VolumeAttachment;

#[async_trait]
impl Resource<Site> for VolumeAttachment {
    fn patience(&self) -> Duration {
        Duration::from_mins(5)
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        let asked = objects.iter().filter_map(|object| object.owned("volume_id"));
        let all = described(asked, FILTER_MAX, |ids| attachments(site, ids)).await;
        let all = match all {
            Ok(all) => all,
            Err(fault) => return unread(&objects, &fault),
        };
        let read = |mut object: Object| {
            let list = all.get(object.text("volume_id").unwrap_or_default());
            let is_there = list.into_iter().flatten().any(|attachment| is_ours(&object, attachment));
            let id = identifier(&object);
            Ok(is_there.then(|| {
                object.put_text("id", Some(id));
                object
            }))
        };
        objects.into_iter().map(read).collect()
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        attach(call, object).await?;
        object.put_text("id", Some(identifier(object)));
        let object = &*object;
        let attached = || async {
            let state = state(call.site, object).await?;
            Ok((state == Some(State::Attached)).then_some(()))
        };
        call.deadline.until("the volume to be attached", attached).await
    }

    /// Only how it ends can change, and that is kept in the state alone.
    async fn update(&self, _: &Call<'_, Site>, _: &Object, _: &mut Object) -> Result<(), Fault> {
        Ok(())
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        if object.flag("skip_destroy") == Some(true) {
            return Ok(());
        }
        if state(call.site, object).await?.is_none() {
            return Ok(());
        }
        if object.flag("stop_instance_before_detaching") == Some(true) {
            let instance = object.text("instance_id").unwrap_or_default();
            found(stop(call, instance, "stopping the instance to detach the volume").await)?;
        }
        let request = call
            .site
            .ec2
            .detach_volume()
            .set_device(object.owned("device_name"))
            .set_instance_id(object.owned("instance_id"))
            .set_volume_id(object.owned("volume_id"))
            .set_force(object.flag("force_detach"));
        match request.send().await.plain() {
            // It was let go meanwhile, or is being so.
            Err(fault)
                if fault.code == "IncorrectState"
                    && matches!(state(call.site, object).await?, None | Some(State::Detaching)) => {}
            outcome => {
                found(outcome)?;
            }
        }
        let gone = || async { Ok(state(call.site, object).await?.is_none().then_some(())) };
        call.deadline.until("the volume to be detached", gone).await
    }

    /// `/dev/sdh:vol-1:i-1`
    async fn import(&self, _: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        let parts: Vec<&str> = id.split(':').collect();
        let [device, volume, instance] = parts[..] else {
            let message =
                format!("the import id {id:?} must have the form DEVICE_NAME:VOLUME_ID:INSTANCE_ID");
            return Err(Fault::new(FaultKind::Invalid, message));
        };
        object.put_text("device_name", Some(device));
        object.put_text("volume_id", Some(volume));
        object.put_text("instance_id", Some(instance));
        object.put_text("id", Some(identifier(object)));
        Ok(())
    }

    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let is_there = state(call.site, object).await?.is_some();
        if is_there {
            object.put_text("id", Some(identifier(object)));
        }
        Ok(is_there)
    }
}

/// Attaches the volume. An attachment has no identity of its own: one that is there just so is this one.
async fn attach(call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
    // The instance may still be starting, and neither may be known everywhere yet.
    let is_early = |fault: &Fault| fault.code == "IncorrectState" || fault.is_not_found();
    let deadline = call.deadline.within(Duration::from_mins(2));
    let attempt = || async {
        let request = call
            .site
            .ec2
            .attach_volume()
            .set_device(object.owned("device_name"))
            .set_instance_id(object.owned("instance_id"))
            .set_volume_id(object.owned("volume_id"));
        match request.send().await.plain() {
            Err(fault) if fault.code == "VolumeInUse" && state(call.site, object).await?.is_some() => Ok(()),
            outcome => outcome.map(drop),
        }
    };
    deadline.retry(is_early, attempt).await
}

/// The state of the attachment; None where there is none.
async fn state(site: &Site, object: &Object) -> Result<Option<State>, Fault> {
    let volume = object.owned("volume_id").unwrap_or_default();
    let all = attachments(site, vec![volume]).await?;
    let ours = all.into_iter().flat_map(|(_, list)| list).find(|attachment| is_ours(object, attachment));
    // Some answers leave the state out; the volume is attached then.
    Ok(ours.map(|attachment| attachment.state.unwrap_or(State::Attached)))
}

/// The attachments of volumes, those that have ended left out.
async fn attachments(site: &Site, ids: Vec<String>) -> Result<Vec<(String, Vec<Description>)>, Fault> {
    let all = volumes(site, ids).await?.into_iter();
    let named = all.filter_map(|volume| {
        let mut list = volume.attachments.unwrap_or_default();
        list.retain(|attachment| attachment.state() != Some(&State::Detached));
        Some((volume.volume_id?, list))
    });
    Ok(named.collect())
}

fn is_ours(object: &Object, attachment: &Description) -> bool {
    attachment.instance_id() == object.text("instance_id")
        && attachment.device() == object.text("device_name")
}

/// The identifier that the Terraform provider gives an attachment: a checksum of what it joins.
fn identifier(object: &Object) -> String {
    let part = |name: &str| object.text(name).unwrap_or_default();
    let joined = format!("{}-{}-{}-", part("device_name"), part("instance_id"), part("volume_id"));
    format!("vai-{}", crc32fast::hash(joined.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::catalog;

    #[test]
    fn identifiers_are_those_of_the_terraform_provider() {
        let cases = [
            ("/dev/xvde", "i-0bbced25e", "vol-0f43568a8", "vai-3314652726"),
            ("sdb", "i-06b214cd786d4df49", "vol-0e3e280c0b5cbfd9a", "vai-2917963461"),
        ];
        for (device, instance, volume, expected) in cases {
            let mut object = catalog().resource("aws_volume_attachment").expect("the catalog has it").blank();
            object.put_text("device_name", Some(device));
            object.put_text("instance_id", Some(instance));
            object.put_text("volume_id", Some(volume));
            assert_eq!(identifier(&object), expected);
        }
    }
}
