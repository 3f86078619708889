//! Volumes of an instance: their tags, and changes of the root volume.

use super::volume_tags;
use crate::account::site::Site;
use crate::ec2::volume_change::VolumeChange;
use crate::ec2::{change_tags, filter};
use crate::fault::Attempt;
use aws_sdk_ec2::types::{
    EbsInstanceBlockDeviceSpecification, InstanceBlockDeviceMappingSpecification, VolumeType,
};
use std::collections::BTreeMap;
use trueup_provider_kit::{Call, Fault, Fields, Object, TagsChange};
use trueup_value::Value;

/// The blocks of volumes that are made with the instance.
pub(super) const BLOCKS: [&str; 2] = ["root_block_device", "ebs_block_device"];

/// The root volume's device name, and the volumes of an instance by device name.
pub(super) async fn attached(
    site: &Site,
    id: &str,
) -> Result<(Option<String>, BTreeMap<String, String>), Fault> {
    let request = site.ec2.describe_instances().filters(filter("instance-id", [id]));
    let answer = request.send().await.attempt("reading the volumes of the instance")?;
    let Some(instance) =
        answer.reservations().iter().flat_map(aws_sdk_ec2::types::Reservation::instances).next()
    else {
        return Ok((None, BTreeMap::new()));
    };
    let volume = |mapping: &aws_sdk_ec2::types::InstanceBlockDeviceMapping| {
        Some((mapping.device_name()?.to_owned(), mapping.ebs()?.volume_id()?.to_owned()))
    };
    let volumes = instance.block_device_mappings().iter().filter_map(volume).collect();
    Ok((instance.root_device_name().map(str::to_owned), volumes))
}

/// Volumes made with the instance can have tags of their own.
pub(super) async fn change_tags_of_each(site: &Site, prior: &Object, object: &Object) -> Result<(), Fault> {
    for name in BLOCKS {
        for before in prior.items(name) {
            let is_it = |block: &&Value| block.field("device_name") == before.field("device_name");
            let wanted = object.items(name).iter().find(is_it);
            if let (Some(volume), Some(wanted)) = (before.text("volume_id"), wanted) {
                let change = TagsChange::between(&before.map("tags_all"), &wanted.map("tags_all"));
                change_tags(site, volume, &change).await?;
            }
        }
    }
    Ok(())
}

/// Tags that all volumes share.
pub(super) async fn change_shared_tags(site: &Site, prior: &Object, object: &Object) -> Result<(), Fault> {
    let change = TagsChange::between(&volume_tags(prior), &volume_tags(object));
    for name in BLOCKS {
        for volume in prior.items(name).iter().filter_map(|block| block.text("volume_id")) {
            change_tags(site, volume, &change).await?;
        }
    }
    Ok(())
}

pub(super) async fn change_root(call: &Call<'_, Site>, prior: &Object, object: &Object) -> Result<(), Fault> {
    let (Some(before), Some(wanted)) = (prior.item("root_block_device"), object.item("root_block_device"))
    else {
        return Ok(());
    };
    let ec2 = &call.site.ec2;
    let Some(volume) = before.text("volume_id") else { return Ok(()) };
    let differs = |name: &str| wanted.field(name) != before.field(name);
    if ["volume_size", "volume_type", "iops", "throughput"].into_iter().any(differs) {
        let number = |name: &str| wanted.small(name).filter(|_| differs(name)).filter(|number| *number > 0);
        let kind = wanted.text("volume_type").filter(|_| differs("volume_type")).map(VolumeType::from);
        let change = VolumeChange {
            size: number("volume_size"),
            kind,
            iops: number("iops"),
            throughput: number("throughput"),
        };
        change.apply(call, volume).await?;
    }
    if differs("delete_on_termination") {
        let ebs = EbsInstanceBlockDeviceSpecification::builder()
            .set_delete_on_termination(wanted.flag("delete_on_termination"))
            .build();
        let mapping = InstanceBlockDeviceMappingSpecification::builder()
            .set_device_name(before.owned("device_name"))
            .ebs(ebs)
            .build();
        let request =
            ec2.modify_instance_attribute().instance_id(prior.id_or_empty()).block_device_mappings(mapping);
        request.send().await.attempt("setting delete_on_termination of the root volume")?;
    }
    Ok(())
}
