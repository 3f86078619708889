//! The request that starts an instance.

use super::{network, options, shutdown_behavior, volume_tags};
use crate::account::site::Site;
use crate::ec2::{marked, specification};
use crate::fault::Attempt;
use aws_sdk_ec2::operation::run_instances::builders::RunInstancesFluentBuilder;
use aws_sdk_ec2::types::{
    AmdSevSnpSpecification, BlockDeviceMapping, CpuOptionsRequest, CreditSpecificationRequest,
    EbsBlockDevice, EnclaveOptionsRequest, HibernationOptionsRequest, HttpTokensState,
    IamInstanceProfileSpecification, InstanceMetadataEndpointState, InstanceMetadataOptionsRequest,
    InstanceMetadataProtocolState, InstanceMetadataTagsState, InstanceType, LaunchTemplateSpecification,
    Placement, ResourceType, RunInstancesMonitoringEnabled, TagSpecification, Tenancy, VolumeType,
};
use aws_smithy_types::base64;
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object};
use trueup_value::Value;

/// The request for one instance as planned; `root` is the device name of the image's root volume.
pub(super) fn run(
    call: &Call<'_, Site>,
    object: &Object,
    root: Option<&str>,
) -> Result<RunInstancesFluentBuilder, Fault> {
    let request = call
        .site
        .ec2
        .run_instances()
        .min_count(1)
        .max_count(1)
        .client_token(call.token)
        .set_image_id(object.owned("ami"))
        .set_instance_type(object.text("instance_type").map(InstanceType::from))
        .set_key_name(object.owned("key_name"))
        .set_user_data(user_data(object)?)
        .set_ebs_optimized(object.flag("ebs_optimized"))
        .set_disable_api_termination(object.flag("disable_api_termination"))
        .set_disable_api_stop(object.flag("disable_api_stop"))
        .set_instance_initiated_shutdown_behavior(shutdown_behavior(object))
        .set_iam_instance_profile(profile(object))
        .set_monitoring(monitoring(object))
        .set_placement(placement(object))
        .set_launch_template(launch_template(object))
        .set_metadata_options(object.item("metadata_options").map(metadata))
        .set_credit_specification(credit(object))
        .set_cpu_options(object.item("cpu_options").map(cpu))
        .set_enclave_options(enclave(object))
        .set_capacity_reservation_specification(options::capacity(object))
        .set_instance_market_options(options::market(object)?)
        .set_maintenance_options(options::maintenance(object))
        .set_private_dns_name_options(options::dns_names(object))
        .set_hibernation_options(hibernation(object))
        .set_tag_specifications(tag_specifications(object, call.token));
    Ok(devices(network::attach(request, object), object, root))
}

/// The device name of the image's root volume, which a mapping of that volume must use.
pub(super) async fn root_device(site: &Site, object: &Object) -> Result<Option<String>, Fault> {
    let (Some(_), Some(image)) = (object.item("root_block_device"), object.text("ami")) else {
        return Ok(None);
    };
    let answer = site.ec2.describe_images().image_ids(image).send().await;
    let answer = answer.attempt(&format!("looking up the root volume of the image {image}"))?;
    let device = answer.images().first().and_then(|image| image.root_device_name());
    Ok(device.map(str::to_owned))
}

/// User data as the API takes it: in base64.
pub(super) fn user_data(object: &Object) -> Result<Option<String>, Fault> {
    if let Some(encoded) = object.text("user_data_base64") {
        base64::decode(encoded)
            .map_err(|_| Fault::new(FaultKind::Invalid, "user_data_base64 is not base64"))?;
        return Ok(Some(encoded.to_owned()));
    }
    Ok(object.text("user_data").map(base64::encode))
}

/// Whether two instances have the same user data, as text or in base64.
pub(super) fn is_same_user_data(one: &Object, other: &Object) -> bool {
    let is_known =
        |object: &Object| !object.is_unknown("user_data") && !object.is_unknown("user_data_base64");
    let bytes = |object: &Object| {
        let encoded = object.text("user_data_base64").map(|text| base64::decode(text).unwrap_or_default());
        encoded.unwrap_or_else(|| object.text("user_data").unwrap_or_default().into())
    };
    is_known(one) && is_known(other) && bytes(one) == bytes(other)
}

fn profile(object: &Object) -> Option<IamInstanceProfileSpecification> {
    let name = object.text("iam_instance_profile")?;
    Some(IamInstanceProfileSpecification::builder().name(name).build())
}

fn monitoring(object: &Object) -> Option<RunInstancesMonitoringEnabled> {
    let is_on = object.flag("monitoring")?;
    Some(RunInstancesMonitoringEnabled::builder().enabled(is_on).build())
}

fn placement(object: &Object) -> Option<Placement> {
    let names = [
        "availability_zone",
        "host_id",
        "host_resource_group_arn",
        "placement_group",
        "placement_group_id",
        "placement_partition_number",
        "tenancy",
    ];
    if !names.iter().any(|name| object.is_set(name)) {
        return None;
    }
    let placement = Placement::builder()
        .set_availability_zone(object.owned("availability_zone"))
        .set_host_id(object.owned("host_id"))
        .set_host_resource_group_arn(object.owned("host_resource_group_arn"))
        .set_group_id(object.owned("placement_group_id"))
        .set_group_name(object.owned("placement_group"))
        .set_partition_number(object.small("placement_partition_number").filter(|number| *number > 0))
        .set_tenancy(object.text("tenancy").map(Tenancy::from));
    Some(placement.build())
}

fn launch_template(object: &Object) -> Option<LaunchTemplateSpecification> {
    let block = object.item("launch_template")?;
    let id = block.owned("id");
    let name = block.owned("name").filter(|_| id.is_none());
    let template = LaunchTemplateSpecification::builder()
        .set_launch_template_id(id)
        .set_launch_template_name(name)
        .set_version(block.owned("version"));
    Some(template.build())
}

fn metadata(block: &Value) -> InstanceMetadataOptionsRequest {
    InstanceMetadataOptionsRequest::builder()
        .set_http_endpoint(block.text("http_endpoint").map(InstanceMetadataEndpointState::from))
        .set_http_protocol_ipv6(block.text("http_protocol_ipv6").map(InstanceMetadataProtocolState::from))
        .set_http_put_response_hop_limit(block.small("http_put_response_hop_limit"))
        .set_http_tokens(block.text("http_tokens").map(HttpTokensState::from))
        .set_instance_metadata_tags(block.text("instance_metadata_tags").map(InstanceMetadataTagsState::from))
        .build()
}

fn credit(object: &Object) -> Option<CreditSpecificationRequest> {
    let credits = object.item("credit_specification")?.text("cpu_credits")?;
    Some(CreditSpecificationRequest::builder().cpu_credits(credits).build())
}

fn cpu(block: &Value) -> CpuOptionsRequest {
    CpuOptionsRequest::builder()
        .set_amd_sev_snp(block.text("amd_sev_snp").map(AmdSevSnpSpecification::from))
        .set_core_count(block.small("core_count"))
        .set_threads_per_core(block.small("threads_per_core"))
        .build()
}

fn enclave(object: &Object) -> Option<EnclaveOptionsRequest> {
    let is_on = object.item("enclave_options")?.flag("enabled")?;
    Some(EnclaveOptionsRequest::builder().enabled(is_on).build())
}

fn hibernation(object: &Object) -> Option<HibernationOptionsRequest> {
    let is_on = object.flag("hibernation")?;
    Some(HibernationOptionsRequest::builder().configured(is_on).build())
}

fn tag_specifications(object: &Object, token: &str) -> Option<Vec<TagSpecification>> {
    let mut all = marked(ResourceType::Instance, object, token).unwrap_or_default();
    all.extend(specification(ResourceType::Volume, &volume_tags(object)).unwrap_or_default());
    (!all.is_empty()).then_some(all)
}

fn devices(
    mut request: RunInstancesFluentBuilder,
    object: &Object,
    root: Option<&str>,
) -> RunInstancesFluentBuilder {
    for block in object.items("ebs_block_device") {
        request = request.block_device_mappings(mapping(block, block.text("device_name")));
    }
    for block in object.items("ephemeral_block_device") {
        let mapping = BlockDeviceMapping::builder().set_device_name(block.owned("device_name"));
        // An empty string leaves the device out (EC2 API reference, BlockDeviceMapping).
        let none = (block.flag("no_device") == Some(true)).then(String::new);
        let mapping = mapping.set_no_device(none).set_virtual_name(block.owned("virtual_name"));
        request = request.block_device_mappings(mapping.build());
    }
    match (object.item("root_block_device"), root) {
        (Some(block), Some(name)) => request.block_device_mappings(mapping(block, Some(name))),
        _ => request,
    }
}

fn mapping(block: &Value, name: Option<&str>) -> BlockDeviceMapping {
    let ebs = EbsBlockDevice::builder()
        .set_delete_on_termination(block.flag("delete_on_termination"))
        .set_encrypted(block.flag("encrypted").filter(|is_encrypted| *is_encrypted))
        .set_iops(block.small("iops").filter(|iops| *iops > 0))
        .set_kms_key_id(block.owned("kms_key_id"))
        .set_snapshot_id(block.owned("snapshot_id"))
        .set_throughput(block.small("throughput").filter(|throughput| *throughput > 0))
        .set_volume_size(block.small("volume_size").filter(|size| *size > 0))
        .set_volume_type(block.text("volume_type").map(VolumeType::from));
    BlockDeviceMapping::builder().set_device_name(name.map(str::to_owned)).ebs(ebs.build()).build()
}
