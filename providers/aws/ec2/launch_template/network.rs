//! Network interfaces of launch templates, in both directions.

use super::read::put_spelt;
use super::request::{some, spelt};
use aws_sdk_ec2::types::{
    ConnectionTrackingSpecificationRequest as TrackingRequest, EnaSrdSpecificationRequest as SrdRequest,
    EnaSrdUdpSpecificationRequest as SrdUdpRequest, InstanceIpv6AddressRequest as Ipv6,
    Ipv4PrefixSpecificationRequest as Ipv4Prefix, Ipv6PrefixSpecificationRequest as Ipv6Prefix,
    LaunchTemplateInstanceNetworkInterfaceSpecification as Interface,
    LaunchTemplateInstanceNetworkInterfaceSpecificationRequest as InterfaceRequest,
    PrivateIpAddressSpecification as Address,
};
use trueup_provider_kit::{Fields, Object};
use trueup_value::Value;

fn made<T>(texts: Vec<String>, make: impl Fn(String) -> T) -> Option<Vec<T>> {
    let made: Vec<T> = texts.into_iter().map(make).collect();
    (!made.is_empty()).then_some(made)
}

/// An interface as requests carry it.
pub(super) fn interface(block: &Value) -> InterfaceRequest {
    let addresses = addresses(block);
    let alone = block.owned("private_ip_address").filter(|_| addresses.is_none());
    InterfaceRequest::builder()
        .set_associate_carrier_ip_address(spelt(block, "associate_carrier_ip_address"))
        .set_associate_public_ip_address(spelt(block, "associate_public_ip_address"))
        .set_connection_tracking_specification(block.item("connection_tracking_specification").map(tracking))
        .set_delete_on_termination(spelt(block, "delete_on_termination"))
        .set_description(block.owned("description"))
        .set_device_index(block.small("device_index"))
        .set_ena_srd_specification(block.item("ena_srd_specification").map(srd))
        .set_groups(made(block.texts("security_groups"), |id| id))
        .set_interface_type(block.owned("interface_type"))
        .set_secondary_private_ip_address_count(some(block, "ipv4_address_count"))
        .set_private_ip_addresses(addresses)
        .set_ipv4_prefix_count(some(block, "ipv4_prefix_count"))
        .set_ipv4_prefixes(made(block.texts("ipv4_prefixes"), |p| {
            Ipv4Prefix::builder().ipv4_prefix(p).build()
        }))
        .set_ipv6_address_count(some(block, "ipv6_address_count"))
        .set_ipv6_addresses(made(block.texts("ipv6_addresses"), |a| Ipv6::builder().ipv6_address(a).build()))
        .set_ipv6_prefix_count(some(block, "ipv6_prefix_count"))
        .set_ipv6_prefixes(made(block.texts("ipv6_prefixes"), |p| {
            Ipv6Prefix::builder().ipv6_prefix(p).build()
        }))
        .set_network_card_index(block.small("network_card_index"))
        .set_network_interface_id(block.owned("network_interface_id"))
        .set_primary_ipv6(spelt(block, "primary_ipv6"))
        .set_private_ip_address(alone)
        .set_subnet_id(block.owned("subnet_id"))
        .build()
}

/// With further addresses the primary one stands among them.
fn addresses(block: &Value) -> Option<Vec<Address>> {
    let mut all = block.texts("ipv4_addresses");
    if all.is_empty() {
        return None;
    }
    let primary = block.text("private_ip_address");
    all.extend(primary.filter(|primary| !all.iter().any(|address| address == primary)).map(str::to_owned));
    let address = |text: String| {
        let is_primary = primary == Some(text.as_str());
        Address::builder().primary(is_primary).private_ip_address(text).build()
    };
    Some(all.into_iter().map(address).collect())
}

fn tracking(block: &Value) -> TrackingRequest {
    TrackingRequest::builder()
        .set_tcp_established_timeout(some(block, "tcp_established_timeout"))
        .set_udp_stream_timeout(some(block, "udp_stream_timeout"))
        .set_udp_timeout(some(block, "udp_timeout"))
        .build()
}

fn srd(block: &Value) -> SrdRequest {
    let udp = block.item("ena_srd_udp_specification").map(|block| {
        SrdUdpRequest::builder().set_ena_srd_udp_enabled(block.flag("ena_srd_udp_enabled")).build()
    });
    SrdRequest::builder()
        .set_ena_srd_enabled(block.flag("ena_srd_enabled"))
        .set_ena_srd_udp_specification(udp)
        .build()
}

/// An interface as it is stored; `before` is what was stored in its place.
pub(super) fn shown(mut item: Object, told: &Interface, before: Option<&Value>) -> Object {
    put_spelt(&mut item, "associate_carrier_ip_address", told.associate_carrier_ip_address());
    put_spelt(&mut item, "associate_public_ip_address", told.associate_public_ip_address());
    put_spelt(&mut item, "delete_on_termination", told.delete_on_termination());
    item.put_text("description", told.description());
    item.put_integer("device_index", told.device_index());
    item.put_texts("security_groups", told.groups());
    item.put_text("interface_type", told.interface_type());
    item.put_integer("ipv4_address_count", told.secondary_private_ip_address_count());
    item.put_integer("ipv4_prefix_count", told.ipv4_prefix_count());
    item.put_texts("ipv4_prefixes", told.ipv4_prefixes().iter().filter_map(|prefix| prefix.ipv4_prefix()));
    item.put_integer("ipv6_address_count", told.ipv6_address_count());
    item.put_texts(
        "ipv6_addresses",
        told.ipv6_addresses().iter().filter_map(|address| address.ipv6_address()),
    );
    item.put_integer("ipv6_prefix_count", told.ipv6_prefix_count());
    item.put_texts("ipv6_prefixes", told.ipv6_prefixes().iter().filter_map(|prefix| prefix.ipv6_prefix()));
    item.put_integer("network_card_index", told.network_card_index());
    item.put_text("network_interface_id", told.network_interface_id());
    put_spelt(&mut item, "primary_ipv6", told.primary_ipv6());
    item.put_text("subnet_id", told.subnet_id());
    let addresses = told.private_ip_addresses();
    let primary = addresses.iter().find(|address| address.primary() == Some(true));
    let primary = told.private_ip_address().or(primary.and_then(|address| address.private_ip_address()));
    item.put_text("private_ip_address", primary);
    // The primary one is written among the others or beside them.
    let written = before.map(|before| before.texts("ipv4_addresses")).unwrap_or_default();
    let is_beside = |text: &str| Some(text) == primary && !written.iter().any(|other| other == text);
    let others = addresses.iter().filter_map(|address| address.private_ip_address());
    item.put_texts("ipv4_addresses", others.filter(|text| !is_beside(text)));
    let tracking = told.connection_tracking_specification().map(|told| {
        let mut block = item.blank_item("connection_tracking_specification");
        block.put_integer("tcp_established_timeout", told.tcp_established_timeout());
        block.put_integer("udp_stream_timeout", told.udp_stream_timeout());
        block.put_integer("udp_timeout", told.udp_timeout());
        block
    });
    item.put_items("connection_tracking_specification", tracking);
    let srd = told.ena_srd_specification().map(|told| {
        let mut block = item.blank_item("ena_srd_specification");
        block.put_flag("ena_srd_enabled", told.ena_srd_enabled());
        let udp = told.ena_srd_udp_specification().map(|told| {
            let mut udp = block.blank_item("ena_srd_udp_specification");
            udp.put_flag("ena_srd_udp_enabled", told.ena_srd_udp_enabled());
            udp
        });
        block.put_items("ena_srd_udp_specification", udp);
        block
    });
    item.put_items("ena_srd_specification", srd);
    item
}
