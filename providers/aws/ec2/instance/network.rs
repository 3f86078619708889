//! Network interfaces of an instance, in requests and as they are stored.

use aws_sdk_ec2::operation::run_instances::builders::RunInstancesFluentBuilder;
use aws_sdk_ec2::types::{
    Instance as Description, InstanceIpv6Address, InstanceNetworkInterface as Interface,
    InstanceNetworkInterfaceAttachment as Attachment, InstanceNetworkInterfaceSpecification as Specification,
    PrivateIpAddressSpecification as Address,
};
use trueup_provider_kit::{Fields, Object};
use trueup_value::Value;

/// Interfaces that exist: an instance is made with them instead of making one.
const GIVEN: [&str; 2] = ["network_interface", "primary_network_interface"];
/// What is said of an interface that is made, and so of none that exists.
pub(super) const MADE: [&str; 9] = [
    "associate_public_ip_address",
    "enable_primary_ipv6",
    "ipv6_address_count",
    "ipv6_addresses",
    "private_ip",
    "secondary_private_ips",
    "security_groups",
    "subnet_id",
    "vpc_security_group_ids",
];

/// Whether the instance stands on interfaces that exist.
pub(super) fn is_given(object: &Object) -> bool {
    GIVEN.iter().any(|name| !object.items(name).is_empty())
}

fn some<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}

/// Where the instance is attached. What can't be said of an instance is said in the specification of its first
/// interface, and then everything else of it stands there too.
pub(super) fn attach(request: RunInstancesFluentBuilder, object: &Object) -> RunInstancesFluentBuilder {
    if is_given(object) {
        let primary = object.item("primary_network_interface").map(|block| (block, Some(0)));
        let others = object.items("network_interface").iter().map(|block| (block, None));
        let given = primary.into_iter().chain(others).map(|(block, index)| given(block, index));
        return request.set_network_interfaces(Some(given.collect()));
    }
    let groups = some(object.texts("vpc_security_group_ids"));
    let addresses = object.texts("ipv6_addresses").into_iter();
    let addresses = some(addresses.map(|a| InstanceIpv6Address::builder().ipv6_address(a).build()).collect());
    let count = object.small("ipv6_address_count").filter(|count| addresses.is_none() && *count > 0);
    let primary_ipv6 = object.flag("enable_primary_ipv6").filter(|is_on| *is_on);
    let private = private_addresses(object);
    if !object.is_set("associate_public_ip_address") && private.is_none() {
        return request
            .set_subnet_id(object.owned("subnet_id"))
            .set_security_group_ids(groups)
            .set_security_groups(some(object.texts("security_groups")))
            .set_private_ip_address(object.owned("private_ip"))
            .set_enable_primary_ipv6(primary_ipv6)
            .set_ipv6_address_count(count)
            .set_ipv6_addresses(addresses);
    }
    let alone = object.owned("private_ip").filter(|_| private.is_none());
    let interface = Specification::builder()
        .device_index(0)
        .delete_on_termination(true)
        .set_associate_public_ip_address(object.flag("associate_public_ip_address"))
        .set_subnet_id(object.owned("subnet_id"))
        .set_groups(groups)
        .set_private_ip_address(alone)
        .set_private_ip_addresses(private)
        .set_primary_ipv6(primary_ipv6)
        .set_ipv6_address_count(count)
        .set_ipv6_addresses(addresses);
    request.network_interfaces(interface.build())
}

fn given(block: &Value, index: Option<i32>) -> Specification {
    Specification::builder()
        .set_network_interface_id(block.owned("network_interface_id"))
        .set_device_index(index.or(block.small("device_index")))
        .set_network_card_index(block.small("network_card_index").filter(|index| *index > 0))
        .set_delete_on_termination(block.flag("delete_on_termination"))
        .build()
}

/// With further addresses the primary one stands among them.
fn private_addresses(object: &Object) -> Option<Vec<Address>> {
    let others = some(object.texts("secondary_private_ips"))?.into_iter().map(|address| (address, false));
    let primary = object.owned("private_ip").map(|address| (address, true));
    let address =
        |(address, is_primary)| Address::builder().private_ip_address(address).primary(is_primary).build();
    Some(primary.into_iter().chain(others).map(address).collect())
}

/// The interface that the instance's own address is on.
fn primary(instance: &Description) -> Option<&Interface> {
    let is_first = |interface: &&Interface| {
        interface.attachment().is_some_and(|attachment| {
            attachment.device_index() == Some(0) && attachment.network_card_index().unwrap_or(0) == 0
        })
    };
    instance.network_interfaces().iter().find(is_first)
}

/// Fills in how the instance is attached.
pub(super) fn fill(object: &mut Object, instance: &Description) {
    object.put_text("private_dns", instance.private_dns_name());
    object.put_text("private_ip", instance.private_ip_address());
    object.put_text("public_dns", instance.public_dns_name());
    object.put_text("public_ip", instance.public_ip_address());
    object.put_text("subnet_id", instance.subnet_id());
    let primary = primary(instance);
    object.put_text("primary_network_interface_id", primary.and_then(|p| p.network_interface_id()));
    // Asked for and not given yet is not the same as not asked for: an instance that is stopped has no address.
    if !object.is_set("associate_public_ip_address") {
        object.put_flag("associate_public_ip_address", Some(instance.public_ip_address().is_some()));
    }
    // Of an interface that exists, its own resource says whether it checks.
    if !is_given(object) {
        let is_checked = instance.source_dest_check().or(primary.and_then(Interface::source_dest_check));
        object.put_flag("source_dest_check", is_checked.or(object.flag("source_dest_check")));
    }
    let ipv6 = primary.map(Interface::ipv6_addresses).unwrap_or_default();
    object.put_flag("enable_primary_ipv6", Some(ipv6.iter().any(|a| a.is_primary_ipv6() == Some(true))));
    let addresses: Vec<&str> = ipv6.iter().filter_map(|address| address.ipv6_address()).collect();
    object.put_integer("ipv6_address_count", i32::try_from(addresses.len()).ok());
    put_in_order(object, "ipv6_addresses", &addresses);
    let addresses = primary.map(Interface::private_ip_addresses).unwrap_or_default();
    let secondary = addresses.iter().filter(|address| address.primary() != Some(true));
    object.put_texts("secondary_private_ips", secondary.filter_map(|address| address.private_ip_address()));
    let groups = instance.security_groups();
    object.put_texts("vpc_security_group_ids", groups.iter().filter_map(|group| group.group_id()));
    let by_name = !object.texts("security_groups").is_empty();
    let names = groups.iter().filter_map(|group| group.group_name()).filter(|_| by_name);
    object.put_texts("security_groups", names);
    fill_given(object, instance);
}

/// The order in which the API tells addresses means nothing: those that were there stay where they were.
fn put_in_order(object: &mut Object, name: &str, told: &[&str]) {
    let mut ordered: Vec<String> = object.texts(name);
    ordered.retain(|text| told.contains(&text.as_str()));
    let new: Vec<&str> = told.iter().copied().filter(|text| !ordered.iter().any(|old| old == text)).collect();
    ordered.extend(new.into_iter().map(str::to_owned));
    object.put_texts(name, ordered);
}

/// Interfaces that the instance was made with, as far as they are attached. Others are attached by others.
fn fill_given(object: &mut Object, instance: &Description) {
    for name in GIVEN {
        let mut items = Vec::new();
        for before in object.items(name) {
            let is_it =
                |told: &&Interface| told.network_interface_id() == before.text("network_interface_id");
            let Some(told) = instance.network_interfaces().iter().find(is_it) else { continue };
            let attachment = told.attachment();
            let is_deleted = attachment.and_then(Attachment::delete_on_termination);
            let mut item = object.blank_item(name);
            item.put_text("network_interface_id", told.network_interface_id());
            item.put_flag("delete_on_termination", Some(is_deleted.unwrap_or(false)));
            if item.has("device_index") {
                item.put_integer("device_index", attachment.and_then(Attachment::device_index));
                let card = attachment.and_then(Attachment::network_card_index);
                item.put_integer("network_card_index", Some(card.unwrap_or(0)));
            }
            items.push(item);
        }
        object.put_items(name, items);
    }
}
