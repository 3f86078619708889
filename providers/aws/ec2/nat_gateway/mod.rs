//! `aws_nat_gateway`: the way out of private subnets, in one zone or in all zones of a VPC.

mod addresses;
mod read;

use crate::account::site::Site;
use crate::ec2::{PAGE_MAX, by_id, filter, mark_filter, marked, tags, unmark, update_tags};
use crate::fault::{Attempt, found};
use addresses::{change_private, change_public, change_zones, zones};
use async_trait::async_trait;
use aws_sdk_ec2::types::{
    AvailabilityMode, ConnectivityType, NatGateway as Description, NatGatewayState as State, ResourceType,
};
use std::time::Duration;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object, Planning, Readings, Resource, keyed};

/// `aws_nat_gateway`
pub(crate) struct NatGateway;

/// What only zonal gateways have.
const ZONAL: [&str; 6] = [
    "allocation_id",
    "private_ip",
    "secondary_allocation_ids",
    "secondary_private_ip_address_count",
    "secondary_private_ip_addresses",
    "subnet_id",
];

#[async_trait]
impl Resource<Site> for NatGateway {
    fn patience(&self) -> Duration {
        Duration::from_mins(30)
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        if ["availability_mode", "connectivity_type"].iter().any(|name| config.is_unknown(name)) {
            return Diagnostics::new();
        }
        let complaint = if config.text("availability_mode") == Some("regional") {
            regional_complaint(config)
        } else {
            zonal_complaint(config)
        };
        let detail = complaint.map(|text| format!("{text}."));
        detail.map(|text| Diagnostic::error("Invalid combination of arguments", text)).into_iter().collect()
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        if planning.prior.is_none() && !planning.config.is_set("availability_mode") {
            if !planning.config.is_unknown("availability_mode") {
                planning.planned.put_text("availability_mode", Some("zonal"));
            }
            return;
        }
        if planning.changes("secondary_allocation_ids") {
            planning.unsettle(&["secondary_private_ip_addresses", "secondary_private_ip_address_count"]);
        }
        if planning.changes("secondary_private_ip_addresses") {
            planning.unsettle(&["secondary_private_ip_address_count"]);
        }
        if planning.changes("availability_zone_address") {
            planning.unsettle(&["regional_nat_gateway_address"]);
            let name = "availability_zone_address";
            // Who looks after the zones, AWS or the configuration, is settled when the gateway is made.
            let is_manual = |object: &Object| !object.items(name).is_empty();
            if planning.prior.is_some_and(|prior| is_manual(prior) != is_manual(&planning.planned)) {
                planning.replace(name);
            }
        }
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        let describe = |ids: Vec<String>| async move {
            let mut found = describe(site, ids).await?;
            found.retain(|(_, gateway)| !is_gone(gateway));
            Ok(found)
        };
        by_id(objects, describe, read::fill).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let some = |texts: Vec<String>| (!texts.is_empty()).then_some(texts);
        let request = call
            .site
            .ec2
            .create_nat_gateway()
            .client_token(call.token)
            .set_allocation_id(object.owned("allocation_id"))
            .set_availability_mode(mode(object).filter(|mode| *mode == AvailabilityMode::Regional))
            .set_availability_zone_addresses(zones(object))
            .set_connectivity_type(object.text("connectivity_type").map(ConnectivityType::from))
            .set_private_ip_address(object.owned("private_ip"))
            .set_secondary_allocation_ids(some(object.texts("secondary_allocation_ids")))
            .set_secondary_private_ip_address_count(object.small("secondary_private_ip_address_count"))
            .set_secondary_private_ip_addresses(some(object.texts("secondary_private_ip_addresses")))
            .set_subnet_id(object.owned("subnet_id"))
            .set_vpc_id(object.owned("vpc_id"))
            .set_tag_specifications(marked(ResourceType::Natgateway, object, call.token));
        let made = request.send().await.plain()?;
        object.put_text("id", made.nat_gateway().and_then(Description::nat_gateway_id));
        let id = object.id_or_empty().to_owned();
        wait_available(call, &id).await
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let id = prior.id_or_empty();
        let is_regional = mode(object) == Some(AvailabilityMode::Regional);
        if is_regional && object.differs(prior, "availability_zone_address") {
            change_zones(call, id, object).await?;
        }
        let secondary = ["secondary_allocation_ids", "secondary_private_ip_addresses"];
        if !is_regional && object.differs_in(prior, &secondary) {
            if object.text("connectivity_type") == Some("private") {
                change_private(call, id, object).await?;
            } else {
                change_public(call, id, object).await?;
            }
        }
        update_tags(call.site, id, prior, object).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let id = object.id_or_empty();
        let request = call.site.ec2.delete_nat_gateway().nat_gateway_id(id);
        if found(request.send().await.plain())?.is_none() {
            return Ok(());
        }
        let gone = || async {
            let left = describe(call.site, vec![id.to_owned()]).await?;
            let is_left = left.iter().any(|(_, gateway)| gateway.state() != Some(&State::Deleted));
            Ok((!is_left).then_some(()))
        };
        call.deadline.until("the NAT gateway to go", gone).await
    }

    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let request = call.site.ec2.describe_nat_gateways().filter(mark_filter(call.token));
        let made = request.send().await.plain()?.nat_gateways.unwrap_or_default();
        let is_ours = |gateway: &&Description| {
            !is_gone(gateway)
                && tags(gateway.tags()).get(crate::ec2::STEP_TAG).is_some_and(|mark| mark == call.token)
        };
        let Some(id) = made.iter().find(is_ours).and_then(Description::nat_gateway_id) else {
            return Ok(false);
        };
        object.put_text("id", Some(id));
        wait_available(call, id).await?;
        Ok(true)
    }

    async fn settle(&self, site: &Site, object: &Object) -> Result<(), Fault> {
        unmark(site, object.id_or_empty()).await
    }
}

fn mode(object: &Object) -> Option<AvailabilityMode> {
    object.text("availability_mode").map(AvailabilityMode::from)
}

/// What a regional gateway can't have, or lacks.
fn regional_complaint(config: &Object) -> Option<String> {
    if let Some(name) = ZONAL.iter().find(|name| config.is_set(name)) {
        return Some(format!("A regional NAT gateway has no {name}; set availability_zone_address instead"));
    }
    if config.text("connectivity_type") == Some("private") {
        return Some("A regional NAT gateway can't be private".into());
    }
    let has_vpc = config.is_set("vpc_id") || config.is_unknown("vpc_id");
    (!has_vpc).then(|| "A regional NAT gateway needs vpc_id".into())
}

/// What a zonal gateway can't have, or lacks.
fn zonal_complaint(config: &Object) -> Option<String> {
    let has = |name: &str| config.is_set(name) || config.is_unknown(name);
    if !config.items("availability_zone_address").is_empty() {
        return Some("Only a regional NAT gateway has availability_zone_address".into());
    }
    if !has("subnet_id") {
        return Some("A zonal NAT gateway needs subnet_id".into());
    }
    if config.text("connectivity_type") == Some("private") {
        let public = ["allocation_id", "secondary_allocation_ids"];
        let wrong = public.into_iter().find(|name| config.is_set(name));
        return wrong.map(|name| format!("A private NAT gateway has no {name}"));
    }
    if config.is_set("secondary_private_ip_address_count") {
        return Some("Only a private NAT gateway has secondary_private_ip_address_count".into());
    }
    (!has("allocation_id")).then(|| "A public NAT gateway needs allocation_id".into())
}

/// Deleted gateways are told for about an hour; they are gone all the same.
fn is_gone(gateway: &Description) -> bool {
    matches!(gateway.state(), Some(State::Deleted | State::Deleting))
}

async fn wait_available(call: &Call<'_, Site>, id: &str) -> Result<(), Fault> {
    let state = || async {
        let found = describe(call.site, vec![id.to_owned()]).await?;
        let Some((_, gateway)) = found.first() else { return Ok(None) };
        match gateway.state() {
            Some(State::Available) => Ok(Some(())),
            Some(State::Failed | State::Deleted | State::Deleting) => Err(failure(gateway)),
            _ => Ok(None),
        }
    };
    call.deadline.until("the NAT gateway to become available", state).await
}

/// Why a gateway didn't come up.
fn failure(gateway: &Description) -> Fault {
    let message = gateway.failure_message().unwrap_or("the NAT gateway could not be made");
    let code = gateway.failure_code().unwrap_or_default().to_owned();
    Fault { code, ..Fault::new(FaultKind::Other, message) }
}

/// Describes gateways by their ids, those that were deleted among them.
async fn describe(site: &Site, ids: Vec<String>) -> Result<Vec<(String, Description)>, Fault> {
    let request = site.ec2.describe_nat_gateways().filter(filter("nat-gateway-id", ids));
    let pages = request.max_results(PAGE_MAX).into_paginator();
    let found: Vec<Description> = pages.items().send().collect::<Result<_, _>>().await.plain()?;
    Ok(keyed(found, |gateway| gateway.nat_gateway_id.clone()))
}
