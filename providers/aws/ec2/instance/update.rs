//! Changing an instance in place.

use super::request::user_data;
use super::{STOPPING, shutdown_behavior, stop, wait_running};
use crate::account::site::Site;
use crate::ec2::{change_tags, update_tags};
use crate::fault::Attempt;
use aws_sdk_ec2::primitives::Blob;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, AttributeValue, EbsInstanceBlockDeviceSpecification, HttpTokensState,
    IamInstanceProfileSpecification, InstanceBlockDeviceMappingSpecification,
    InstanceCreditSpecificationRequest, InstanceMetadataEndpointState, InstanceMetadataProtocolState,
    InstanceMetadataTagsState, SecureBlobAttributeValue, VolumeType,
};
use aws_smithy_types::base64;
use std::collections::BTreeMap;
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object, Tags, TagsChange};
use trueup_value::Value;

/// The blocks of volumes that are made with the instance.
const BLOCKS: [&str; 2] = ["root_block_device", "ebs_block_device"];

/// What can't be said when the instance is started.
pub(super) async fn finish_creation(call: &Call<'_, Site>, id: &str, object: &Object) -> Result<(), Fault> {
    if object.flag("source_dest_check") == Some(false) {
        set_source_dest_check(call.site, id, false).await?;
    }
    let has_tags = |name: &&str| object.items(name).iter().any(|block| !block.map("tags_all").is_empty());
    if !BLOCKS.iter().any(has_tags) {
        return Ok(());
    }
    let (root, volumes) = attached(call.site, id).await?;
    for name in BLOCKS {
        for block in object.items(name) {
            let device = block.text("device_name").or(root.as_deref()).unwrap_or_default();
            let change = TagsChange::between(&Tags::new(), &block.map("tags_all"));
            if let Some(volume) = volumes.get(device) {
                change_tags(call.site, volume, &change).await?;
            }
        }
    }
    Ok(())
}

/// The root volume's device name, and the volumes of an instance by device name.
async fn attached(site: &Site, id: &str) -> Result<(Option<String>, BTreeMap<String, String>), Fault> {
    let request = site.ec2.describe_instances().filters(crate::ec2::filter("instance-id", [id]));
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
async fn change_volume_tags(site: &Site, prior: &Object, object: &Object) -> Result<(), Fault> {
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

/// Brings the instance from `prior` to `object`.
pub(super) async fn update(call: &Call<'_, Site>, prior: &Object, object: &Object) -> Result<(), Fault> {
    let (site, id) = (call.site, prior.id_or_empty());
    if object.differs_in(prior, &STOPPING) {
        change_stopped(call, prior, object).await?;
    }
    change_attributes(site, prior, object).await?;
    if object.differs(prior, "iam_instance_profile") {
        change_profile(site, id, object).await?;
    }
    if object.differs(prior, "monitoring") {
        if object.flag("monitoring") == Some(true) {
            site.ec2
                .monitor_instances()
                .instance_ids(id)
                .send()
                .await
                .attempt("starting detailed monitoring")?;
        } else {
            site.ec2
                .unmonitor_instances()
                .instance_ids(id)
                .send()
                .await
                .attempt("ending detailed monitoring")?;
        }
    }
    if object.differs(prior, "metadata_options") {
        change_metadata(site, id, object).await?;
    }
    if object.differs(prior, "credit_specification") {
        change_credit(site, id, object).await?;
    }
    if object.differs(prior, "root_block_device") {
        change_root(call, prior, object).await?;
    }
    if object.differs_in(prior, &BLOCKS) {
        change_volume_tags(site, prior, object).await?;
    }
    if object.differs(prior, "volume_tags") {
        let change = TagsChange::between(&prior.map("volume_tags"), &object.map("volume_tags"));
        for name in BLOCKS {
            for volume in prior.items(name).iter().filter_map(|block| block.text("volume_id")) {
                change_tags(site, volume, &change).await?;
            }
        }
    }
    update_tags(site, id, prior, object).await
}

async fn change_stopped(call: &Call<'_, Site>, prior: &Object, object: &Object) -> Result<(), Fault> {
    let (ec2, id) = (&call.site.ec2, prior.id_or_empty());
    let was_running = prior.text("instance_state").is_none_or(|state| state == "running");
    if was_running {
        stop(call, id, "stopping the instance to change it").await?;
    }
    if object.differs(prior, "instance_type") {
        let value = AttributeValue::builder().set_value(object.owned("instance_type")).build();
        let request = ec2.modify_instance_attribute().instance_id(id).instance_type(value);
        request.send().await.attempt("changing the type of the instance")?;
    }
    if object.differs_in(prior, &["user_data", "user_data_base64"]) {
        // The SDK encodes what stands in a blob.
        let data = user_data(object)?.unwrap_or_default();
        let data =
            base64::decode(data).map_err(|_| Fault::new(FaultKind::Invalid, "user data is not base64"))?;
        let value = SecureBlobAttributeValue::builder().value(Blob::new(data)).build();
        let request = ec2.modify_instance_attribute().instance_id(id).user_data(value);
        request.send().await.attempt("changing the user data of the instance")?;
    }
    if was_running {
        ec2.start_instances().instance_ids(id).send().await.attempt("starting the instance again")?;
        wait_running(call, id).await?;
    }
    Ok(())
}

async fn change_attributes(site: &Site, prior: &Object, object: &Object) -> Result<(), Fault> {
    let id = prior.id_or_empty();
    let request = || site.ec2.modify_instance_attribute().instance_id(id);
    let flag = |name: &str| {
        let wanted = object.flag(name).filter(|_| object.differs(prior, name));
        wanted.map(|flag| AttributeBooleanValue::builder().value(flag).build())
    };
    if let Some(value) = flag("disable_api_termination") {
        let request = request().disable_api_termination(value);
        request.send().await.attempt("setting disable_api_termination of the instance")?;
    }
    if let Some(value) = flag("disable_api_stop") {
        request().disable_api_stop(value).send().await.attempt("setting disable_api_stop of the instance")?;
    }
    if object.differs(prior, "source_dest_check")
        && let Some(is_checked) = object.flag("source_dest_check")
    {
        set_source_dest_check(site, id, is_checked).await?;
    }
    if let Some(behavior) =
        shutdown_behavior(object).filter(|_| object.differs(prior, "instance_initiated_shutdown_behavior"))
    {
        let value = AttributeValue::builder().value(behavior.as_str()).build();
        let request = request().instance_initiated_shutdown_behavior(value);
        request.send().await.attempt("setting the shutdown behaviour of the instance")?;
    }
    let groups = object.texts("vpc_security_group_ids");
    if object.differs(prior, "vpc_security_group_ids") && !groups.is_empty() {
        let request = request().set_groups(Some(groups));
        request.send().await.attempt("changing the security groups of the instance")?;
    }
    Ok(())
}

async fn set_source_dest_check(site: &Site, id: &str, is_checked: bool) -> Result<(), Fault> {
    let value = AttributeBooleanValue::builder().value(is_checked).build();
    let request = site.ec2.modify_instance_attribute().instance_id(id).source_dest_check(value);
    request.send().await.attempt("setting source_dest_check of the instance")?;
    Ok(())
}

async fn change_profile(site: &Site, id: &str, object: &Object) -> Result<(), Fault> {
    let filter = crate::ec2::filter("instance-id", [id]);
    let answer = site.ec2.describe_iam_instance_profile_associations().filters(filter).send().await;
    let answer = answer.attempt("reading the instance profile of the instance")?;
    let current = answer.iam_instance_profile_associations().iter().find_map(|a| a.association_id());
    let wanted = object.text("iam_instance_profile");
    let wanted = wanted.map(|name| IamInstanceProfileSpecification::builder().name(name).build());
    match (current, wanted) {
        (Some(association), Some(profile)) => {
            let request = site.ec2.replace_iam_instance_profile_association().association_id(association);
            let request = request.iam_instance_profile(profile);
            request.send().await.attempt("replacing the instance profile of the instance").map(drop)
        }
        (None, Some(profile)) => {
            let request =
                site.ec2.associate_iam_instance_profile().instance_id(id).iam_instance_profile(profile);
            request.send().await.attempt("giving the instance a profile").map(drop)
        }
        (Some(association), None) => {
            let request = site.ec2.disassociate_iam_instance_profile().association_id(association);
            request.send().await.attempt("taking the instance profile from the instance").map(drop)
        }
        (None, None) => Ok(()),
    }
}

async fn change_metadata(site: &Site, id: &str, object: &Object) -> Result<(), Fault> {
    let Some(block) = object.item("metadata_options") else { return Ok(()) };
    let request = site
        .ec2
        .modify_instance_metadata_options()
        .instance_id(id)
        .set_http_endpoint(block.text("http_endpoint").map(InstanceMetadataEndpointState::from))
        .set_http_protocol_ipv6(block.text("http_protocol_ipv6").map(InstanceMetadataProtocolState::from))
        .set_http_put_response_hop_limit(block.small("http_put_response_hop_limit"))
        .set_http_tokens(block.text("http_tokens").map(HttpTokensState::from))
        .set_instance_metadata_tags(
            block.text("instance_metadata_tags").map(InstanceMetadataTagsState::from),
        );
    request.send().await.attempt("changing the metadata options of the instance")?;
    Ok(())
}

async fn change_credit(site: &Site, id: &str, object: &Object) -> Result<(), Fault> {
    let credits = object.item("credit_specification").and_then(|block| block.text("cpu_credits"));
    let Some(credits) = credits else { return Ok(()) };
    let wanted = InstanceCreditSpecificationRequest::builder().instance_id(id).cpu_credits(credits).build();
    let request = site.ec2.modify_instance_credit_specification().instance_credit_specifications(wanted);
    request.send().await.attempt("changing the CPU credits of the instance")?;
    Ok(())
}

async fn change_root(call: &Call<'_, Site>, prior: &Object, object: &Object) -> Result<(), Fault> {
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
        let request = ec2
            .modify_volume()
            .volume_id(volume)
            .set_size(number("volume_size"))
            .set_volume_type(kind)
            .set_iops(number("iops"))
            .set_throughput(number("throughput"));
        request.send().await.attempt("changing the root volume of the instance")?;
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
