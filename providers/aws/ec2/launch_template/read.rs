//! What a version of a launch template says, as it is stored.

use super::{network, requirements};
use crate::ec2::tags;
use crate::time::parsed;
use aws_sdk_ec2::types::{
    LaunchTemplateBlockDeviceMapping as Mapping, LaunchTemplatePlacement as Placement,
    LaunchTemplateSpotMarketOptions as Spot, LaunchTemplateTagSpecification as Specification, ResourceType,
    ResponseLaunchTemplateData as Data,
};
use aws_smithy_types::date_time::Format;
use trueup_provider_kit::{Fields, Object};

/// A bool that is written as text, so that it can be left out.
pub(super) fn put_spelt(item: &mut Object, name: &str, flag: Option<bool>) {
    item.put_text(name, flag.map(|flag| flag.to_string()));
}

/// Puts a block that stands at most once.
fn put_block<T>(object: &mut Object, name: &str, told: Option<&T>, fill: impl Fn(&mut Object, &T)) {
    let item = told.map(|told| {
        let mut item = object.blank_item(name);
        fill(&mut item, told);
        item
    });
    object.put_items(name, item);
}

/// Fills in all that a version says.
pub(super) fn fill(object: &mut Object, data: &Data) {
    object.put_flag("disable_api_stop", data.disable_api_stop());
    object.put_flag("disable_api_termination", data.disable_api_termination());
    put_spelt(object, "ebs_optimized", data.ebs_optimized());
    object.put_text("image_id", data.image_id());
    object.put_text("instance_initiated_shutdown_behavior", data.instance_initiated_shutdown_behavior());
    object.put_text("instance_type", data.instance_type());
    object.put_text("kernel_id", data.kernel_id());
    object.put_text("key_name", data.key_name());
    object.put_text("ram_disk_id", data.ram_disk_id());
    object.put_texts("security_group_names", data.security_groups());
    object.put_text("user_data", data.user_data());
    object.put_texts("vpc_security_group_ids", data.security_group_ids());
    let mappings = data.block_device_mappings().iter();
    let mappings: Vec<Object> = mappings.map(|told| mapping(object, told)).collect();
    object.put_items("block_device_mappings", mappings);
    let interfaces = data.network_interfaces().iter().enumerate().map(|(index, told)| {
        let before = object.items("network_interfaces").get(index);
        network::shown(object.blank_item("network_interfaces"), told, before)
    });
    let interfaces: Vec<Object> = interfaces.collect();
    object.put_items("network_interfaces", interfaces);
    // Tags of the template itself are no part of a version; moto says that they are.
    let is_part = |told: &&Specification| told.resource_type() != Some(&ResourceType::LaunchTemplate);
    let specifications = data.tag_specifications().iter().filter(is_part).map(|told| {
        let mut item = object.blank_item("tag_specifications");
        item.put_text("resource_type", told.resource_type());
        item.put_map("tags", &tags(told.tags()));
        item
    });
    let specifications: Vec<Object> = specifications.collect();
    object.put_items("tag_specifications", specifications);
    let licenses = data.license_specifications().iter().map(|told| {
        let mut item = object.blank_item("license_specification");
        item.put_text("license_configuration_arn", told.license_configuration_arn());
        item
    });
    let licenses: Vec<Object> = licenses.collect();
    object.put_items("license_specification", licenses);
    fill_market(object, data);
    fill_machine(object, data);
    fill_rest(object, data);
}

fn mapping(object: &Object, told: &Mapping) -> Object {
    let mut item = object.blank_item("block_device_mappings");
    item.put_text("device_name", told.device_name());
    item.put_text("no_device", told.no_device());
    item.put_text("virtual_name", told.virtual_name());
    put_block(&mut item, "ebs", told.ebs(), |block, told| {
        put_spelt(block, "delete_on_termination", told.delete_on_termination());
        put_spelt(block, "encrypted", told.encrypted());
        block.put_integer("iops", told.iops());
        block.put_text("kms_key_id", told.kms_key_id());
        block.put_text("snapshot_id", told.snapshot_id());
        block.put_integer("throughput", told.throughput());
        block.put_integer("volume_initialization_rate", told.volume_initialization_rate());
        block.put_integer("volume_size", told.volume_size());
        block.put_text("volume_type", told.volume_type());
    });
    item
}

fn fill_market(object: &mut Object, data: &Data) {
    let until = object.item("instance_market_options").and_then(|block| block.item("spot_options"));
    let until = until.and_then(|block| block.owned("valid_until"));
    put_block(object, "instance_market_options", data.instance_market_options(), |block, told| {
        block.put_text("market_type", told.market_type());
        put_block(block, "spot_options", told.spot_options(), |spot, told| {
            fill_spot(spot, told, until.as_deref());
        });
    });
}

/// A moment is kept as written for as long as it is the same.
fn fill_spot(spot: &mut Object, told: &Spot, until: Option<&str>) {
    spot.put_integer("block_duration_minutes", told.block_duration_minutes());
    spot.put_text("instance_interruption_behavior", told.instance_interruption_behavior());
    spot.put_text("max_price", told.max_price());
    spot.put_text("spot_instance_type", told.spot_instance_type());
    let text = told.valid_until().and_then(|until| until.fmt(Format::DateTime).ok());
    let written = until.filter(|text| parsed(text).as_ref() == told.valid_until());
    spot.put_text("valid_until", written.map(str::to_owned).or(text));
}

fn fill_machine(object: &mut Object, data: &Data) {
    put_block(object, "cpu_options", data.cpu_options(), |block, told| {
        block.put_text("amd_sev_snp", told.amd_sev_snp());
        block.put_integer("core_count", told.core_count());
        block.put_integer("threads_per_core", told.threads_per_core());
    });
    put_block(object, "credit_specification", data.credit_specification(), |block, told| {
        block.put_text("cpu_credits", told.cpu_credits());
    });
    put_block(object, "enclave_options", data.enclave_options(), |block, told| {
        block.put_flag("enabled", told.enabled());
    });
    put_block(object, "hibernation_options", data.hibernation_options(), |block, told| {
        block.put_flag("configured", Some(told.configured().unwrap_or(false)));
    });
    put_block(object, "maintenance_options", data.maintenance_options(), |block, told| {
        block.put_text("auto_recovery", told.auto_recovery());
    });
    put_block(object, "metadata_options", data.metadata_options(), |block, told| {
        block.put_text("http_endpoint", told.http_endpoint());
        block.put_text("http_protocol_ipv6", told.http_protocol_ipv6());
        block.put_integer("http_put_response_hop_limit", told.http_put_response_hop_limit());
        block.put_text("http_tokens", told.http_tokens());
        block.put_text("instance_metadata_tags", told.instance_metadata_tags());
    });
    put_block(object, "monitoring", data.monitoring(), |block, told| {
        block.put_flag("enabled", told.enabled());
    });
    let blank = object.blank_item("instance_requirements");
    let requirements = data.instance_requirements().map(|told| requirements::shown(blank, told));
    object.put_items("instance_requirements", requirements);
}

fn fill_rest(object: &mut Object, data: &Data) {
    let capacity = data.capacity_reservation_specification();
    put_block(object, "capacity_reservation_specification", capacity, |block, told| {
        block.put_text("capacity_reservation_preference", told.capacity_reservation_preference());
        put_block(
            block,
            "capacity_reservation_target",
            told.capacity_reservation_target(),
            |target, told| {
                target.put_text("capacity_reservation_id", told.capacity_reservation_id());
                let group = told.capacity_reservation_resource_group_arn();
                target.put_text("capacity_reservation_resource_group_arn", group);
            },
        );
    });
    put_block(object, "iam_instance_profile", data.iam_instance_profile(), |block, told| {
        block.put_text("arn", told.arn());
        block.put_text("name", told.name());
    });
    put_block(object, "placement", data.placement(), fill_placement);
    put_block(object, "private_dns_name_options", data.private_dns_name_options(), |block, told| {
        block.put_flag("enable_resource_name_dns_a_record", told.enable_resource_name_dns_a_record());
        block.put_flag("enable_resource_name_dns_aaaa_record", told.enable_resource_name_dns_aaaa_record());
        block.put_text("hostname_type", told.hostname_type());
    });
}

fn fill_placement(block: &mut Object, told: &Placement) {
    block.put_text("affinity", told.affinity());
    block.put_text("availability_zone", told.availability_zone());
    block.put_text("group_id", told.group_id());
    block.put_text("group_name", told.group_name());
    block.put_text("host_id", told.host_id());
    block.put_text("host_resource_group_arn", told.host_resource_group_arn());
    block.put_integer("partition_number", told.partition_number());
    block.put_text("spread_domain", told.spread_domain());
    block.put_text("tenancy", told.tenancy());
}
