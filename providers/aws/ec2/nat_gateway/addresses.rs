//! The addresses of NAT gateways, and how they change in place.

use super::describe;
use crate::account::site::Site;
use crate::fault::{Attempt, found};
use aws_sdk_ec2::types::{
    AvailabilityZoneAddress, NatGatewayAddress as Address, NatGatewayAddressStatus as Status,
};
use std::collections::BTreeSet;
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object};
use trueup_value::Value;

/// A zone by its name or its id, with addresses to take up there.
#[derive(Debug, PartialEq, Eq)]
struct Joining {
    name: Option<String>,
    id: Option<String>,
    allocations: Vec<String>,
}

/// Addresses to let go, by what the API knows them by.
type Leaving = Vec<String>;

/// Whether an address is the one that a zonal gateway was made with: where the API doesn't say, the first.
pub(super) fn is_primary(all: &[Address], address: &Address) -> bool {
    if all.iter().any(|address| address.is_primary().is_some()) {
        return address.is_primary() == Some(true);
    }
    all.first() == Some(address)
}

/// The further addresses that a zonal gateway has or is about to have.
pub(super) fn secondary(all: &[Address]) -> impl Iterator<Item = &Address> {
    all.iter().filter(|address| !is_primary(all, address) && !is_leaving(address))
}

/// Whether an address is on its way in and can't be used yet.
pub(super) fn is_joining(address: &Address) -> bool {
    matches!(address.status(), Some(Status::Associating | Status::Assigning))
}

/// Whether an address is no longer the gateway's, or never became so.
pub(super) fn is_leaving(address: &Address) -> bool {
    matches!(address.status(), Some(Status::Disassociating | Status::Unassigning | Status::Failed))
}

/// The zones that the configuration of a regional gateway looks after; None where AWS does.
pub(super) fn zones(object: &Object) -> Option<Vec<AvailabilityZoneAddress>> {
    let zone = |block: &Value| {
        let zone = joining(block);
        AvailabilityZoneAddress::builder()
            .set_availability_zone(zone.name)
            .set_availability_zone_id(zone.id)
            .set_allocation_ids(Some(zone.allocations))
            .build()
    };
    let blocks = object.items("availability_zone_address");
    (!blocks.is_empty()).then(|| blocks.iter().map(zone).collect())
}

/// A zone as written; the API takes its name or its id, not both.
fn joining(block: &Value) -> Joining {
    let name = block.owned("availability_zone");
    let id = block.owned("availability_zone_id").filter(|_| name.is_none());
    Joining { name, id, allocations: block.texts("allocation_ids") }
}

/// Brings the further addresses of a public zonal gateway to what the object says.
pub(super) async fn change_public(call: &Call<'_, Site>, id: &str, object: &Object) -> Result<(), Fault> {
    let (leaving, allocations, private) = public_changes(&addresses(call, id).await?, object);
    disassociate(call, id, leaving).await?;
    if allocations.is_empty() {
        return wait_settled(call, id).await;
    }
    let request = call
        .site
        .ec2
        .associate_nat_gateway_address()
        .nat_gateway_id(id)
        .set_allocation_ids(Some(allocations))
        .set_private_ip_addresses((!private.is_empty()).then_some(private));
    request.send().await.attempt("giving the NAT gateway further addresses")?;
    wait_settled(call, id).await
}

/// Associations to end, and allocations and private addresses to take up. An Elastic IP address whose private address
/// isn't wanted is let go and taken up with another one.
fn public_changes(all: &[Address], object: &Object) -> (Leaving, Vec<String>, Vec<String>) {
    let wanted: BTreeSet<String> = object.texts("secondary_allocation_ids").into_iter().collect();
    let private: BTreeSet<String> = object.texts("secondary_private_ip_addresses").into_iter().collect();
    let is_wanted = |address: &&Address| {
        let has = |set: &BTreeSet<String>, text: Option<&str>| text.is_some_and(|text| set.contains(text));
        has(&wanted, address.allocation_id()) && (private.is_empty() || has(&private, address.private_ip()))
    };
    let (kept, leaving): (Vec<&Address>, Vec<&Address>) = secondary(all).partition(is_wanted);
    let lacks = |set: &BTreeSet<String>, of: fn(&Address) -> Option<&str>| -> Vec<String> {
        set.iter()
            .filter(|text| !kept.iter().any(|address| of(address) == Some(text.as_str())))
            .cloned()
            .collect()
    };
    let leaving = leaving.iter().filter_map(|address| address.association_id().map(str::to_owned)).collect();
    (leaving, lacks(&wanted, Address::allocation_id), lacks(&private, Address::private_ip))
}

/// Brings the further addresses of a private zonal gateway to what the object says.
pub(super) async fn change_private(call: &Call<'_, Site>, id: &str, object: &Object) -> Result<(), Fault> {
    let all = addresses(call, id).await?;
    let wanted: BTreeSet<String> = object.texts("secondary_private_ip_addresses").into_iter().collect();
    let present: BTreeSet<String> =
        secondary(&all).filter_map(|address| address.private_ip().map(str::to_owned)).collect();
    let (leaving, joining): (Vec<_>, Vec<_>) =
        (present.difference(&wanted).cloned().collect(), wanted.difference(&present).cloned().collect());
    if !leaving.is_empty() {
        let request = call.site.ec2.unassign_private_nat_gateway_address().nat_gateway_id(id);
        let outcome = request.set_private_ip_addresses(Some(leaving)).send().await;
        outcome.attempt("taking private addresses from the NAT gateway")?;
        wait_settled(call, id).await?;
    }
    if !joining.is_empty() {
        let request = call.site.ec2.assign_private_nat_gateway_address().nat_gateway_id(id);
        let outcome = request.set_private_ip_addresses(Some(joining)).send().await;
        outcome.attempt("giving the NAT gateway further private addresses")?;
    }
    wait_settled(call, id).await
}

/// Brings the zones of a regional gateway to what the object says. New addresses come before old ones go, so that
/// there is always a way out; those that move to another zone have to go first.
pub(super) async fn change_zones(call: &Call<'_, Site>, id: &str, object: &Object) -> Result<(), Fault> {
    let (moving, joining, leaving) = zone_changes(&addresses(call, id).await?, object);
    disassociate(call, id, moving).await?;
    for zone in joining {
        let request = call
            .site
            .ec2
            .associate_nat_gateway_address()
            .nat_gateway_id(id)
            .set_allocation_ids(Some(zone.allocations))
            .set_availability_zone(zone.name)
            .set_availability_zone_id(zone.id);
        request.send().await.attempt("giving the NAT gateway addresses in a zone")?;
        wait_settled(call, id).await?;
    }
    disassociate(call, id, leaving).await
}

/// Associations that end because their address is wanted in another zone, what is to be taken up, and associations that
/// end for good.
fn zone_changes(all: &[Address], object: &Object) -> (Leaving, Vec<Joining>, Leaving) {
    let wanted: Vec<Joining> = object.items("availability_zone_address").iter().map(joining).collect();
    let is_in = |address: &Address, zone: &Joining| match (&zone.name, &zone.id) {
        (Some(name), _) => address.availability_zone() == Some(name),
        (None, id) => address.availability_zone_id() == id.as_deref(),
    };
    let has = |zone: &Joining, address: &Address| {
        zone.allocations.iter().any(|allocation| address.allocation_id() == Some(allocation))
    };
    let present: Vec<&Address> = all.iter().filter(|address| !is_leaving(address)).collect();
    let mut moving = Leaving::new();
    let mut leaving = Leaving::new();
    for address in &present {
        let Some(association) = address.association_id().map(str::to_owned) else { continue };
        if wanted.iter().any(|zone| is_in(address, zone) && has(zone, address)) {
            continue;
        }
        let moves = wanted.iter().any(|zone| has(zone, address));
        if moves { moving.push(association) } else { leaving.push(association) }
    }
    let lacking = |zone: Joining| {
        let is_there = |allocation: &String| {
            present.iter().any(|a| is_in(a, &zone) && a.allocation_id() == Some(allocation))
        };
        let allocations: Vec<String> = zone.allocations.iter().filter(|a| !is_there(a)).cloned().collect();
        (!allocations.is_empty()).then_some(Joining { allocations, ..zone })
    };
    (moving, wanted.into_iter().filter_map(lacking).collect(), leaving)
}

/// Ends associations; waits for those that are ending or beginning in any case, for the call that started it may have
/// been left without an answer.
async fn disassociate(call: &Call<'_, Site>, id: &str, associations: Leaving) -> Result<(), Fault> {
    if !associations.is_empty() {
        let request = call.site.ec2.disassociate_nat_gateway_address().nat_gateway_id(id);
        let outcome = request.set_association_ids(Some(associations)).send().await;
        found(outcome.attempt("taking addresses from the NAT gateway"))?;
    }
    wait_settled(call, id).await
}

async fn addresses(call: &Call<'_, Site>, id: &str) -> Result<Vec<Address>, Fault> {
    let found = describe(call.site, vec![id.to_owned()]).await?;
    Ok(found.into_iter().next().and_then(|(_, gateway)| gateway.nat_gateway_addresses).unwrap_or_default())
}

/// Waits until no address is on its way in or out.
async fn wait_settled(call: &Call<'_, Site>, id: &str) -> Result<(), Fault> {
    let state = || async {
        let all = addresses(call, id).await?;
        if let Some(failed) = all.iter().find(|address| address.status() == Some(&Status::Failed)) {
            let message = failed.failure_message().unwrap_or("an address could not be taken up");
            return Err(Fault::new(FaultKind::Other, message));
        }
        let is_settled =
            |address: &Address| address.status().is_none_or(|status| *status == Status::Succeeded);
        Ok(all.iter().all(is_settled).then_some(()))
    };
    call.deadline.until("the addresses of the NAT gateway to change", state).await
}
