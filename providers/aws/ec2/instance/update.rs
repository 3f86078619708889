//! Changing an instance in place.

use super::request::{is_same_user_data, user_data};
use super::volumes::{BLOCKS, attached, change_root, change_shared_tags, change_tags_of_each};
use super::{STOPPING, network, options, shutdown_behavior, start, stop};
use crate::account::site::Site;
use crate::ec2::{change_tags, update_tags};
use crate::fault::Attempt;
use aws_sdk_ec2::primitives::Blob;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, AttributeValue, HttpTokensState, IamInstanceProfileSpecification,
    InstanceCreditSpecificationRequest, InstanceMetadataEndpointState, InstanceMetadataProtocolState,
    InstanceMetadataTagsState, SecureBlobAttributeValue,
};
use aws_smithy_types::base64;
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object, Tags, TagsChange};

/// The first interface of an instance.
const INTERFACE: &str = "primary_network_interface_id";

/// What can't be said when the instance is started.
pub(super) async fn finish_creation(call: &Call<'_, Site>, id: &str, object: &Object) -> Result<(), Fault> {
    if object.flag("source_dest_check") == Some(false) && !network::is_given(object) {
        set_source_dest_check(call.site, id, None, false).await?;
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

/// Brings the instance from `prior` to `object`.
pub(super) async fn update(call: &Call<'_, Site>, prior: &Object, object: &Object) -> Result<(), Fault> {
    let (site, id) = (call.site, prior.id_or_empty());
    // What protects from stopping is taken away before, and given after.
    let is_freed = object.flag("disable_api_stop") == Some(false);
    if is_freed {
        change_attributes(site, prior, object).await?;
    }
    if object.differs_in(prior, &STOPPING) || !is_same_user_data(prior, object) {
        change_stopped(call, prior, object).await?;
    }
    if !is_freed {
        change_attributes(site, prior, object).await?;
    }
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
        change_tags_of_each(site, prior, object).await?;
    }
    if object.differs(prior, "volume_tags") {
        change_shared_tags(site, prior, object).await?;
    }
    if object.differs(prior, "secondary_private_ips") {
        change_addresses(site, prior, object).await?;
    }
    if object.differs(prior, "maintenance_options") {
        change_maintenance(site, id, object).await?;
    }
    update_tags(site, id, prior, object).await
}

/// Changes what can't be changed on an instance that runs. One that ran is started again, whatever came of that.
async fn change_stopped(call: &Call<'_, Site>, prior: &Object, object: &Object) -> Result<(), Fault> {
    let id = prior.id_or_empty();
    let state = prior.text("instance_state");
    let off = async {
        match state {
            Some("stopped") => Ok(()),
            _ => stop(call, id, "stopping the instance to change it").await,
        }
    };
    let runs = state.is_none_or(|state| ["pending", "running"].contains(&state));
    let on = |deadline| start(call, id, deadline);
    call.site.switched_off.during((id, runs), off, change_resting(call, prior, object), on).await
}

/// Changes what takes an instance that is stopped.
async fn change_resting(call: &Call<'_, Site>, prior: &Object, object: &Object) -> Result<(), Fault> {
    let (ec2, id) = (&call.site.ec2, prior.id_or_empty());
    if object.differs(prior, "instance_type") {
        let value = AttributeValue::builder().set_value(object.owned("instance_type")).build();
        let request = ec2.modify_instance_attribute().instance_id(id).instance_type(value);
        request.send().await.attempt("changing the type of the instance")?;
    }
    if !is_same_user_data(prior, object) {
        // The SDK encodes what stands in a blob.
        let data = user_data(object)?.unwrap_or_default();
        let data =
            base64::decode(data).map_err(|_| Fault::new(FaultKind::Invalid, "user data is not base64"))?;
        let value = SecureBlobAttributeValue::builder().value(Blob::new(data)).build();
        let request = ec2.modify_instance_attribute().instance_id(id).user_data(value);
        request.send().await.attempt("changing the user data of the instance")?;
    }
    if let Some(group) = object.text("host_resource_group_arn")
        && object.differs(prior, "host_resource_group_arn")
    {
        let request = ec2.modify_instance_placement().instance_id(id).host_resource_group_arn(group);
        request.send().await.attempt("changing the host resource group of the instance")?;
    }
    if object.differs(prior, "capacity_reservation_specification")
        && let Some(specification) = options::capacity(object)
    {
        let request = ec2.modify_instance_capacity_reservation_attributes().instance_id(id);
        let request = request.capacity_reservation_specification(specification);
        request.send().await.attempt("changing which capacity reservations the instance uses")?;
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
        set_source_dest_check(site, id, prior.text(INTERFACE), is_checked).await?;
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
        set_groups(site, prior, groups).await?;
    }
    Ok(())
}

/// With several interfaces the instance can't be told, and its first interface is.
fn has_several(fault: &Fault) -> bool {
    fault.code == "InvalidInstanceID"
}

async fn set_groups(site: &Site, prior: &Object, groups: Vec<String>) -> Result<(), Fault> {
    let what = "changing the security groups of the instance";
    let request = site.ec2.modify_instance_attribute().instance_id(prior.id_or_empty());
    let outcome = request.set_groups(Some(groups.clone())).send().await.attempt(what).map(drop);
    match (outcome, prior.text(INTERFACE)) {
        (Err(fault), Some(interface)) if has_several(&fault) => {
            let request = site.ec2.modify_network_interface_attribute().network_interface_id(interface);
            request.set_groups(Some(groups)).send().await.attempt(what).map(drop)
        }
        (outcome, _) => outcome,
    }
}

async fn set_source_dest_check(
    site: &Site,
    id: &str,
    interface: Option<&str>,
    is_checked: bool,
) -> Result<(), Fault> {
    let what = "setting source_dest_check of the instance";
    let value = || AttributeBooleanValue::builder().value(is_checked).build();
    let request = site.ec2.modify_instance_attribute().instance_id(id).source_dest_check(value());
    let outcome = request.send().await.attempt(what).map(drop);
    match (outcome, interface) {
        (Err(fault), Some(interface)) if has_several(&fault) => {
            let request = site.ec2.modify_network_interface_attribute().network_interface_id(interface);
            request.source_dest_check(value()).send().await.attempt(what).map(drop)
        }
        (outcome, _) => outcome,
    }
}

/// Gives and takes further addresses of the first interface.
async fn change_addresses(site: &Site, prior: &Object, object: &Object) -> Result<(), Fault> {
    let Some(interface) = prior.text(INTERFACE) else { return Ok(()) };
    let (old, new) = (prior.texts("secondary_private_ips"), object.texts("secondary_private_ips"));
    let without = |one: &[String], other: &[String]| -> Option<Vec<String>> {
        let left: Vec<String> = one.iter().filter(|text| !other.contains(text)).cloned().collect();
        (!left.is_empty()).then_some(left)
    };
    if let Some(gone) = without(&old, &new) {
        let request = site.ec2.unassign_private_ip_addresses().network_interface_id(interface);
        let request = request.set_private_ip_addresses(Some(gone));
        request.send().await.attempt("taking addresses from the instance")?;
    }
    if let Some(added) = without(&new, &old) {
        let request = site.ec2.assign_private_ip_addresses().network_interface_id(interface);
        let request = request.set_private_ip_addresses(Some(added));
        request.send().await.attempt("giving addresses to the instance")?;
    }
    Ok(())
}

async fn change_maintenance(site: &Site, id: &str, object: &Object) -> Result<(), Fault> {
    let Some(recovery) = options::recovery(object) else { return Ok(()) };
    let request = site.ec2.modify_instance_maintenance_options().instance_id(id).auto_recovery(recovery);
    request.send().await.attempt("changing the maintenance options of the instance")?;
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
