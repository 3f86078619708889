//! What the API tells about a NAT gateway.

use super::addresses::{is_joining, is_leaving, is_primary, secondary};
use crate::ec2::tags;
use aws_sdk_ec2::types::{
    AutoProvisionZonesState, AvailabilityMode, NatGateway as Description, NatGatewayAddress as Address,
};
use std::collections::BTreeMap;
use trueup_provider_kit::{Fields, Object};
use trueup_value::Value;

/// Fills in an object from a description.
pub(super) fn fill(object: &mut Object, gateway: &Description) {
    let is_regional = gateway.availability_mode() == Some(&AvailabilityMode::Regional);
    object.put_text("auto_provision_zones", gateway.auto_provision_zones());
    object.put_text("auto_scaling_ips", gateway.auto_scaling_ips());
    object.put_text("availability_mode", Some(if is_regional { "regional" } else { "zonal" }));
    object.put_text("connectivity_type", gateway.connectivity_type());
    object.put_text("route_table_id", gateway.route_table_id());
    object.put_text("subnet_id", gateway.subnet_id());
    object.put_text("vpc_id", gateway.vpc_id());
    object.put_map("tags_all", &tags(gateway.tags()));
    fill_zonal(object, if is_regional { &[] } else { gateway.nat_gateway_addresses() });
    fill_regional(object, if is_regional { gateway.nat_gateway_addresses() } else { &[] });
    let is_manual = gateway.auto_provision_zones() == Some(&AutoProvisionZonesState::Disabled);
    let auto = is_regional.then_some(if is_manual { "disabled" } else { "enabled" });
    object.put_text("regional_nat_gateway_auto_mode", auto);
    let zones =
        if is_regional && is_manual { by_zone(object, gateway.nat_gateway_addresses()) } else { Vec::new() };
    object.put_items("availability_zone_address", zones);
}

fn fill_zonal(object: &mut Object, addresses: &[Address]) {
    let primary = addresses.iter().find(|address| is_primary(addresses, address));
    object.put_text("allocation_id", primary.and_then(Address::allocation_id));
    object.put_text("association_id", primary.and_then(Address::association_id));
    object.put_text("network_interface_id", primary.and_then(Address::network_interface_id));
    object.put_text("private_ip", primary.and_then(Address::private_ip));
    object.put_text("public_ip", primary.and_then(Address::public_ip));
    let others: Vec<&Address> = secondary(addresses).filter(|address| !is_joining(address)).collect();
    object.put_texts("secondary_allocation_ids", others.iter().filter_map(|address| address.allocation_id()));
    object.put_texts(
        "secondary_private_ip_addresses",
        others.iter().filter_map(|address| address.private_ip()),
    );
    object.put_integer("secondary_private_ip_address_count", i64::try_from(others.len()).ok());
}

fn fill_regional(object: &mut Object, addresses: &[Address]) {
    let item = |address: &Address| {
        let mut item = object.blank_item("regional_nat_gateway_address");
        item.put_text("allocation_id", address.allocation_id());
        item.put_text("association_id", address.association_id());
        item.put_text("availability_zone", address.availability_zone());
        item.put_text("availability_zone_id", address.availability_zone_id());
        item.put_text("network_interface_id", address.network_interface_id());
        item.put_text("public_ip", address.public_ip());
        item.put_text("status", address.status());
        item
    };
    let items: Vec<Object> = addresses.iter().map(item).collect();
    object.put_items("regional_nat_gateway_address", items);
}

/// The addresses of a gateway whose zones the configuration looks after. A zone written by its id stays so.
fn by_zone(object: &Object, addresses: &[Address]) -> Vec<Object> {
    let mut zones: BTreeMap<(Option<&str>, Option<&str>), Vec<&str>> = BTreeMap::new();
    for address in addresses.iter().filter(|address| !is_leaving(address) && !is_joining(address)) {
        let zone = (address.availability_zone(), address.availability_zone_id());
        zones.entry(zone).or_default().extend(address.allocation_id());
    }
    let written = object.items("availability_zone_address");
    let item = |((name, id), allocations): ((Option<&str>, Option<&str>), Vec<&str>)| {
        let by_id =
            |block: &Value| !block.is_set("availability_zone") && block.text("availability_zone_id") == id;
        let mut item = object.blank_item("availability_zone_address");
        item.put_texts("allocation_ids", allocations);
        item.put_text("availability_zone", name.filter(|_| !written.iter().any(by_id)));
        item.put_text("availability_zone_id", id);
        item
    };
    zones.into_iter().map(item).collect()
}
