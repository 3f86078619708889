//! Options of an instance that stand in blocks of their own, in requests and as they are stored.

use crate::ec2::launch::{capacity_target, valid_until};
use crate::time::parsed;
use aws_sdk_ec2::types::{
    CapacityReservationPreference, CapacityReservationSpecification, HostnameType, Instance as Description,
    InstanceAutoRecoveryState, InstanceInterruptionBehavior, InstanceMaintenanceOptionsRequest,
    InstanceMarketOptionsRequest, MarketType, PrivateDnsNameOptionsRequest, SpotInstanceRequest,
    SpotInstanceType, SpotMarketOptions,
};
use aws_smithy_types::date_time::Format;
use trueup_provider_kit::{Fault, Fields, Object};
use trueup_value::Value;

pub(super) fn capacity(object: &Object) -> Option<CapacityReservationSpecification> {
    let block = object.item("capacity_reservation_specification")?;
    let preference = block.text("capacity_reservation_preference").map(CapacityReservationPreference::from);
    let specification = CapacityReservationSpecification::builder()
        .set_capacity_reservation_preference(preference)
        .set_capacity_reservation_target(capacity_target(block));
    Some(specification.build())
}

pub(super) fn market(object: &Object) -> Result<Option<InstanceMarketOptionsRequest>, Fault> {
    let Some(block) = object.item("instance_market_options") else { return Ok(None) };
    let spot = match block.item("spot_options") {
        Some(block) => Some(spot(block)?),
        None => None,
    };
    let kind = block.text("market_type").map(MarketType::from);
    Ok(Some(InstanceMarketOptionsRequest::builder().set_market_type(kind).set_spot_options(spot).build()))
}

fn spot(block: &Value) -> Result<SpotMarketOptions, Fault> {
    let behavior = block.text("instance_interruption_behavior").map(InstanceInterruptionBehavior::from);
    let spot = SpotMarketOptions::builder()
        .set_instance_interruption_behavior(behavior)
        .set_max_price(block.owned("max_price"))
        .set_spot_instance_type(block.text("spot_instance_type").map(SpotInstanceType::from))
        .set_valid_until(valid_until(block)?);
    Ok(spot.build())
}

pub(super) fn recovery(object: &Object) -> Option<InstanceAutoRecoveryState> {
    let block = object.item("maintenance_options")?;
    block.text("auto_recovery").map(InstanceAutoRecoveryState::from)
}

pub(super) fn maintenance(object: &Object) -> Option<InstanceMaintenanceOptionsRequest> {
    let recovery = recovery(object)?;
    Some(InstanceMaintenanceOptionsRequest::builder().auto_recovery(recovery).build())
}

pub(super) fn dns_names(object: &Object) -> Option<PrivateDnsNameOptionsRequest> {
    let block = object.item("private_dns_name_options")?;
    let options = PrivateDnsNameOptionsRequest::builder()
        .set_enable_resource_name_dns_a_record(block.flag("enable_resource_name_dns_a_record"))
        .set_enable_resource_name_dns_aaaa_record(block.flag("enable_resource_name_dns_aaaa_record"))
        .set_hostname_type(block.text("hostname_type").map(HostnameType::from));
    Some(options.build())
}

/// Fills in what the API tells with the instance; `spot` is the request behind it where there is one.
pub(super) fn fill(object: &mut Object, instance: &Description, spot: Option<&SpotInstanceRequest>) {
    if let Some(told) = instance.capacity_reservation_specification() {
        let mut block = object.blank_item("capacity_reservation_specification");
        block.put_text("capacity_reservation_preference", told.capacity_reservation_preference());
        let target = told.capacity_reservation_target().map(|told| {
            let mut target = block.blank_item("capacity_reservation_target");
            target.put_text("capacity_reservation_id", told.capacity_reservation_id());
            let group = told.capacity_reservation_resource_group_arn();
            target.put_text("capacity_reservation_resource_group_arn", group);
            target
        });
        block.put_items("capacity_reservation_target", target);
        object.put_items("capacity_reservation_specification", [block]);
    }
    if let Some(told) = instance.maintenance_options() {
        let mut block = object.blank_item("maintenance_options");
        block.put_text("auto_recovery", told.auto_recovery());
        object.put_items("maintenance_options", [block]);
    }
    if let Some(told) = instance.private_dns_name_options() {
        let mut block = object.blank_item("private_dns_name_options");
        let (a, aaaa) =
            (told.enable_resource_name_dns_a_record(), told.enable_resource_name_dns_aaaa_record());
        block.put_flag("enable_resource_name_dns_a_record", Some(a.unwrap_or(false)));
        block.put_flag("enable_resource_name_dns_aaaa_record", Some(aaaa.unwrap_or(false)));
        block.put_text("hostname_type", told.hostname_type());
        object.put_items("private_dns_name_options", [block]);
    }
    fill_market(object, instance, spot);
}

/// What was bought in a market says so by its lifecycle; how, the spot request tells.
fn fill_market(object: &mut Object, instance: &Description, spot: Option<&SpotInstanceRequest>) {
    let Some(lifecycle) = instance.instance_lifecycle().filter(|kind| kind.as_str() != "scheduled") else {
        return object.put_items("instance_market_options", []);
    };
    let written = object.item("instance_market_options").and_then(|block| block.item("spot_options"));
    let until = written.and_then(|spot| spot.owned("valid_until"));
    let mut block = object.blank_item("instance_market_options");
    block.put_text("market_type", Some(lifecycle.as_str()));
    let spot = spot.map(|told| {
        let mut item = block.blank_item("spot_options");
        item.put_text("instance_interruption_behavior", told.instance_interruption_behavior());
        item.put_text("max_price", told.spot_price());
        item.put_text("spot_instance_type", told.r#type());
        let text = told.valid_until().and_then(|until| until.fmt(Format::DateTime).ok());
        let written = until.filter(|text| parsed(text).as_ref() == told.valid_until());
        item.put_text("valid_until", written.or(text));
        item
    });
    block.put_items("spot_options", spot);
    object.put_items("instance_market_options", [block]);
}
