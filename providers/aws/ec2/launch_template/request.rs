//! What a launch template says, as requests carry it.

use super::network::interface;
use super::requirements::requirements;
use crate::ec2::launch::{capacity_target, valid_until};
use crate::ec2::sdk_tag;
use aws_sdk_ec2::types::{
    AmdSevSnpSpecification, CapacityReservationPreference, CreditSpecificationRequest, HostnameType,
    InstanceInterruptionBehavior, InstanceType, LaunchTemplateAutoRecoveryState,
    LaunchTemplateBlockDeviceMappingRequest as Mapping,
    LaunchTemplateCapacityReservationSpecificationRequest as Capacity,
    LaunchTemplateCpuOptionsRequest as Cpu, LaunchTemplateEbsBlockDeviceRequest as Ebs,
    LaunchTemplateEnclaveOptionsRequest as Enclave, LaunchTemplateHibernationOptionsRequest as Hibernation,
    LaunchTemplateHttpTokensState, LaunchTemplateIamInstanceProfileSpecificationRequest as Profile,
    LaunchTemplateInstanceMaintenanceOptionsRequest as Maintenance,
    LaunchTemplateInstanceMarketOptionsRequest as Market, LaunchTemplateInstanceMetadataEndpointState,
    LaunchTemplateInstanceMetadataOptionsRequest as Metadata, LaunchTemplateInstanceMetadataProtocolIpv6,
    LaunchTemplateInstanceMetadataTagsState, LaunchTemplateLicenseConfigurationRequest as License,
    LaunchTemplatePlacementRequest as Placement, LaunchTemplatePrivateDnsNameOptionsRequest as DnsNames,
    LaunchTemplateSpotMarketOptionsRequest as Spot,
    LaunchTemplateTagSpecificationRequest as TagSpecification,
    LaunchTemplatesMonitoringRequest as Monitoring, MarketType, RequestLaunchTemplateData, ResourceType,
    ShutdownBehavior, SpotInstanceType, Tenancy, VolumeType,
};
use trueup_provider_kit::{Fault, Fields, Object};
use trueup_value::Value;

/// A bool that is written as text, so that it can be left out.
pub(super) fn spelt(block: &impl Fields, name: &str) -> Option<bool> {
    block.text(name)?.parse().ok()
}

/// A number that counts when it is more than nothing.
pub(super) fn some(block: &impl Fields, name: &str) -> Option<i32> {
    block.small(name).filter(|number| *number != 0)
}

fn all<T>(items: &[Value], make: impl Fn(&Value) -> T) -> Option<Vec<T>> {
    let made: Vec<T> = items.iter().filter(|item| !item.is_null()).map(make).collect();
    (!made.is_empty()).then_some(made)
}

fn texts(object: &Object, name: &str) -> Option<Vec<String>> {
    Some(object.texts(name)).filter(|texts| !texts.is_empty())
}

/// The content of a version.
pub(super) fn data(object: &Object) -> Result<RequestLaunchTemplateData, Fault> {
    let block = |name: &str| object.item(name);
    let market = match block("instance_market_options") {
        Some(block) => Some(market(block)?),
        None => None,
    };
    let data = RequestLaunchTemplateData::builder()
        .set_kernel_id(object.owned("kernel_id"))
        .set_ebs_optimized(spelt(object, "ebs_optimized"))
        .set_iam_instance_profile(block("iam_instance_profile").map(profile))
        .set_block_device_mappings(all(object.items("block_device_mappings"), mapping))
        .set_network_interfaces(all(object.items("network_interfaces"), interface))
        .set_image_id(object.owned("image_id"))
        .set_instance_type(object.text("instance_type").map(InstanceType::from))
        .set_key_name(object.owned("key_name"))
        .set_monitoring(block("monitoring").map(monitoring))
        .set_placement(block("placement").map(placement))
        .set_ram_disk_id(object.owned("ram_disk_id"))
        .set_disable_api_stop(object.flag("disable_api_stop"))
        .set_disable_api_termination(object.flag("disable_api_termination"))
        .set_instance_initiated_shutdown_behavior(
            object.text("instance_initiated_shutdown_behavior").map(ShutdownBehavior::from),
        )
        .set_user_data(object.owned("user_data"))
        .set_tag_specifications(all(object.items("tag_specifications"), tags))
        .set_security_group_ids(texts(object, "vpc_security_group_ids"))
        .set_security_groups(texts(object, "security_group_names"))
        .set_instance_market_options(market)
        .set_credit_specification(block("credit_specification").map(credit))
        .set_cpu_options(block("cpu_options").map(cpu))
        .set_capacity_reservation_specification(block("capacity_reservation_specification").map(capacity))
        .set_license_specifications(all(object.items("license_specification"), license))
        .set_hibernation_options(block("hibernation_options").map(hibernation))
        .set_metadata_options(block("metadata_options").map(metadata))
        .set_enclave_options(block("enclave_options").map(enclave))
        .set_instance_requirements(block("instance_requirements").map(requirements))
        .set_private_dns_name_options(block("private_dns_name_options").map(dns_names))
        .set_maintenance_options(block("maintenance_options").map(maintenance));
    Ok(data.build())
}

fn profile(block: &Value) -> Profile {
    Profile::builder().set_arn(block.owned("arn")).set_name(block.owned("name")).build()
}

fn mapping(block: &Value) -> Mapping {
    Mapping::builder()
        .set_device_name(block.owned("device_name"))
        .set_no_device(block.owned("no_device"))
        .set_virtual_name(block.owned("virtual_name"))
        .set_ebs(block.item("ebs").map(ebs))
        .build()
}

fn ebs(block: &Value) -> Ebs {
    Ebs::builder()
        .set_delete_on_termination(spelt(block, "delete_on_termination"))
        .set_encrypted(spelt(block, "encrypted"))
        .set_iops(some(block, "iops"))
        .set_kms_key_id(block.owned("kms_key_id"))
        .set_snapshot_id(block.owned("snapshot_id"))
        .set_throughput(some(block, "throughput"))
        .set_volume_initialization_rate(some(block, "volume_initialization_rate"))
        .set_volume_size(some(block, "volume_size"))
        .set_volume_type(block.text("volume_type").map(VolumeType::from))
        .build()
}

fn monitoring(block: &Value) -> Monitoring {
    Monitoring::builder().set_enabled(block.flag("enabled")).build()
}

fn placement(block: &Value) -> Placement {
    Placement::builder()
        .set_affinity(block.owned("affinity"))
        .set_availability_zone(block.owned("availability_zone"))
        .set_group_id(block.owned("group_id"))
        .set_group_name(block.owned("group_name"))
        .set_host_id(block.owned("host_id"))
        .set_host_resource_group_arn(block.owned("host_resource_group_arn"))
        .set_partition_number(some(block, "partition_number"))
        .set_spread_domain(block.owned("spread_domain"))
        .set_tenancy(block.text("tenancy").map(Tenancy::from))
        .build()
}

fn tags(block: &Value) -> TagSpecification {
    let tags = block.map("tags").iter().map(|(key, value)| sdk_tag(key, value)).collect();
    TagSpecification::builder()
        .set_resource_type(block.text("resource_type").map(ResourceType::from))
        .set_tags(Some(tags))
        .build()
}

fn market(block: &Value) -> Result<Market, Fault> {
    let spot = match block.item("spot_options") {
        Some(block) => Some(spot(block)?),
        None => None,
    };
    let kind = block.text("market_type").map(MarketType::from);
    Ok(Market::builder().set_market_type(kind).set_spot_options(spot).build())
}

fn spot(block: &Value) -> Result<Spot, Fault> {
    let behavior = block.text("instance_interruption_behavior").map(InstanceInterruptionBehavior::from);
    let spot = Spot::builder()
        .set_block_duration_minutes(some(block, "block_duration_minutes"))
        .set_instance_interruption_behavior(behavior)
        .set_max_price(block.owned("max_price"))
        .set_spot_instance_type(block.text("spot_instance_type").map(SpotInstanceType::from))
        .set_valid_until(valid_until(block)?);
    Ok(spot.build())
}

fn credit(block: &Value) -> CreditSpecificationRequest {
    CreditSpecificationRequest::builder().set_cpu_credits(block.owned("cpu_credits")).build()
}

fn cpu(block: &Value) -> Cpu {
    Cpu::builder()
        .set_amd_sev_snp(block.text("amd_sev_snp").map(AmdSevSnpSpecification::from))
        .set_core_count(some(block, "core_count"))
        .set_threads_per_core(some(block, "threads_per_core"))
        .build()
}

fn capacity(block: &Value) -> Capacity {
    let preference = block.text("capacity_reservation_preference").map(CapacityReservationPreference::from);
    Capacity::builder()
        .set_capacity_reservation_preference(preference)
        .set_capacity_reservation_target(capacity_target(block))
        .build()
}

fn license(block: &Value) -> License {
    License::builder().set_license_configuration_arn(block.owned("license_configuration_arn")).build()
}

fn hibernation(block: &Value) -> Hibernation {
    Hibernation::builder().set_configured(block.flag("configured")).build()
}

fn metadata(block: &Value) -> Metadata {
    Metadata::builder()
        .set_http_endpoint(block.text("http_endpoint").map(LaunchTemplateInstanceMetadataEndpointState::from))
        .set_http_protocol_ipv6(
            block.text("http_protocol_ipv6").map(LaunchTemplateInstanceMetadataProtocolIpv6::from),
        )
        .set_http_put_response_hop_limit(some(block, "http_put_response_hop_limit"))
        .set_http_tokens(block.text("http_tokens").map(LaunchTemplateHttpTokensState::from))
        .set_instance_metadata_tags(
            block.text("instance_metadata_tags").map(LaunchTemplateInstanceMetadataTagsState::from),
        )
        .build()
}

fn enclave(block: &Value) -> Enclave {
    Enclave::builder().set_enabled(block.flag("enabled")).build()
}

fn dns_names(block: &Value) -> DnsNames {
    DnsNames::builder()
        .set_enable_resource_name_dns_a_record(block.flag("enable_resource_name_dns_a_record"))
        .set_enable_resource_name_dns_aaaa_record(block.flag("enable_resource_name_dns_aaaa_record"))
        .set_hostname_type(block.text("hostname_type").map(HostnameType::from))
        .build()
}

fn maintenance(block: &Value) -> Maintenance {
    let recovery = block.text("auto_recovery").map(LaunchTemplateAutoRecoveryState::from);
    Maintenance::builder().set_auto_recovery(recovery).build()
}
