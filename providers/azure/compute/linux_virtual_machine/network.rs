//! The network interfaces of a machine, and the addresses that it has by them.

use crate::arm::bulk::Found;
use crate::arm::document::Document;
use crate::arm::id::{Id, Kind, is_same};
use crate::compute::model::{document, models};
use crate::network::kind;
use crate::network::network_interface::INTERFACE;
use models::{NetworkInterfaceReference, NetworkInterfaceReferenceProperties, NetworkProfile, SubResource};
use serde_json::Value as Json;
use trueup_provider_kit::{Fault, Fields, Object};

/// Public addresses.
pub(super) const ADDRESS: Kind = kind(&["publicIPAddresses"]);

const INTERFACES: &str = "/properties/networkProfile/networkInterfaces";

/// What the request for a machine says: the first interface is primary.
pub(super) fn profile(object: &Object) -> NetworkProfile {
    let interface = |(index, id): (usize, String)| NetworkInterfaceReference {
        sub_resource: SubResource { id: Some(id) },
        properties: Some(NetworkInterfaceReferenceProperties {
            primary: Some(index == 0),
            delete_option: None,
        }),
    };
    let interfaces = object.texts("network_interface_ids").into_iter().enumerate().map(interface);
    NetworkProfile { network_interfaces: interfaces.collect(), ..NetworkProfile::default() }
}

/// Brings the interfaces of a machine to what the attributes say; what else is said of one stays.
pub(super) fn edit(object: &Object, machine: &mut Json) {
    let there = machine.array(INTERFACES).to_vec();
    let edited = |wanted: &NetworkInterfaceReference| {
        let id = wanted.sub_resource.id.as_deref().unwrap_or_default();
        let is_it = |one: &&Json| one.word("/id").is_some_and(|own| is_same(own, id));
        let mut one = there.iter().find(is_it).cloned().unwrap_or_else(|| document(wanted));
        let is_primary = wanted.properties.as_ref().and_then(|properties| properties.primary);
        one.set("/properties/primary", is_primary);
        one
    };
    let all: Json = profile(object).network_interfaces.iter().map(edited).collect();
    machine.set(INTERFACES, Some(all));
}

/// The interfaces of a machine in their order.
pub(super) fn interfaces(machine: &Json) -> Vec<Id> {
    machine.words_in(INTERFACES, "/id").iter().filter_map(|id| INTERFACE.parse(id)).collect()
}

/// The public addresses of an interface.
pub(super) fn addresses(interface: &Json) -> Vec<Id> {
    let ids = interface.words_in("/properties/ipConfigurations", "/properties/publicIPAddress/id");
    ids.iter().filter_map(|id| ADDRESS.parse(id)).collect()
}

/// Fills interfaces and addresses in.
pub(super) fn fill(
    object: &mut Object,
    machine: &Json,
    (interfaces_found, addresses_found): (&Found, &Found),
) -> Result<(), Fault> {
    // Ids come back in another case at times.
    let known = object.texts("network_interface_ids");
    let told = machine.words_in(INTERFACES, "/id");
    let ids = told.iter().map(|id| known.iter().find(|of| is_same(of, id)).unwrap_or(id));
    object.put_texts("network_interface_ids", ids.collect::<Vec<_>>());
    let (mut private, mut public) = (Vec::new(), Vec::new());
    for id in interfaces(machine) {
        let Some(interface) = interfaces_found.get(&id.key()) else { continue };
        let interface = interface.as_ref().map_err(Clone::clone)?;
        private.extend(interface.words_in("/properties/ipConfigurations", "/properties/privateIPAddress"));
        for id in addresses(interface) {
            let Some(address) = addresses_found.get(&id.key()) else { continue };
            let address = address.as_ref().map_err(Clone::clone)?;
            public.extend(address.word("/properties/ipAddress").map(str::to_owned));
        }
    }
    object.put_text("private_ip_address", private.first());
    object.put_texts("private_ip_addresses", private);
    object.put_text("public_ip_address", public.first());
    object.put_texts("public_ip_addresses", public);
    Ok(())
}
