//! Options of instances beside the machine itself: as they are asked for, as they are described, and how they change.

use super::describe::Description;
use super::{done, interfaces};
use crate::fake::Call;
use crate::fake::params::{Params, invalid};
use crate::fake::world::{Outcome, Refusal, merge, refuse};
use serde_json::{Value as Json, json};

pub(super) const SPOT_REQUESTS: Description = Description {
    kind: "spot-instances-request",
    set: "spotInstanceRequestSet",
    ids: "SpotInstanceRequestId",
    filters: &[("instance-id", "instanceId"), ("spot-instance-request-id", "spotInstanceRequestId")],
};

/// What an instance is to be given beside the machine.
pub(super) struct Options {
    told: Json,
    capacity: Option<Json>,
    credits: String,
    /// What its spot request says.
    spot: Option<Json>,
}

pub(super) fn read(params: &mut Params) -> Outcome<Options> {
    let capacity = capacity(params)?;
    let mut credits = params.inner("CreditSpecification").unwrap_or_default();
    let mode = credits.word("CpuCredits", &["standard", "unlimited"])?;
    credits.done()?;
    let mut cpu = params.inner("CpuOptions").unwrap_or_default();
    let mut enclave = params.inner("EnclaveOptions").unwrap_or_default();
    let mut hibernation = params.inner("HibernationOptions").unwrap_or_default();
    let mut maintenance = params.inner("MaintenanceOptions").unwrap_or_default();
    let mut names = params.inner("PrivateDnsNameOptions").unwrap_or_default();
    let told = json!({
        "cpuOptions": {"coreCount": cpu.number("CoreCount")?, "threadsPerCore": cpu.number("ThreadsPerCore")?,
            "amdSevSnp": cpu.word("AmdSevSnp", &["disabled", "enabled"])?},
        "enclaveOptions": {"enabled": enclave.flag("Enabled")?},
        "hibernationOptions": {"configured": hibernation.flag("Configured")?},
        "maintenanceOptions": {"autoRecovery": maintenance.word("AutoRecovery", &["default", "disabled"])?},
        "privateDnsNameOptions": {"hostnameType": names.word("HostnameType", &["ip-name", "resource-name"])?,
            "enableResourceNameDnsARecord": names.flag("EnableResourceNameDnsARecord")?,
            "enableResourceNameDnsAAAARecord": names.flag("EnableResourceNameDnsAAAARecord")?},
        "placement": placement(params)?,
    });
    for block in [cpu, enclave, hibernation, maintenance, names] {
        block.done()?;
    }
    let spot = spot(params)?;
    Ok(Options { told: said(told), capacity, credits: mode.unwrap_or_else(|| "unlimited".into()), spot })
}

impl Options {
    /// Puts them into the description of an instance about to be made.
    pub(super) fn describe(&self, body: &mut Json) {
        merge(body, self.told.clone());
        if let Some(capacity) = &self.capacity {
            body["capacityReservationSpecification"] = capacity.clone();
        }
        if self.spot.is_some() {
            body["instanceLifecycle"] = json!("spot");
        }
    }

    /// Keeps what descriptions of the instance don't show.
    pub(super) fn keep(self, call: &mut Call<'_>, id: &str) {
        let request = self.spot.map(|spot| {
            call.made_with("spot-instances-request", id, |request| {
                let mut body = json!({"spotInstanceRequestId": request, "instanceId": id, "state": "active"});
                merge(&mut body, spot);
                body
            })
        });
        let instance = call.world.things.get_mut(id).expect("it was just made");
        instance.body["spotInstanceRequestId"] = json!(request);
        instance.inner.insert("cpuCredits".into(), json!(self.credits));
    }
}

/// A tree without what wasn't said.
fn said(tree: Json) -> Json {
    match tree {
        Json::Object(parts) => {
            let parts = parts.into_iter().map(|(name, part)| (name, said(part)));
            Json::Object(parts.filter(|(_, part)| !part.is_null()).collect())
        }
        other => other,
    }
}

fn capacity(params: &mut Params) -> Outcome<Option<Json>> {
    let Some(mut block) = params.inner("CapacityReservationSpecification") else { return Ok(None) };
    let words = ["capacity-reservations-only", "none", "open"];
    let preference = block.word("CapacityReservationPreference", &words)?;
    let target = block.inner("CapacityReservationTarget");
    block.done()?;
    match (preference, target) {
        (Some(preference), None) => Ok(Some(json!({"capacityReservationPreference": preference}))),
        (None, Some(mut target)) => {
            let told = json!({"capacityReservationId": target.take("CapacityReservationId"),
                "capacityReservationResourceGroupArn": target.take("CapacityReservationResourceGroupArn")});
            target.done()?;
            Ok(Some(json!({"capacityReservationTarget": told})))
        }
        _ => Err(refuse("InvalidParameterCombination", "Either a preference or a target")),
    }
}

/// Groups are there whatever they are called: `g` is the name of `pg-g`.
fn placement(params: &mut Params) -> Outcome<Json> {
    let mut block = params.inner("Placement").unwrap_or_default();
    let (name, id) = (block.take("GroupName"), block.take("GroupId"));
    if name.is_some() && id.is_some() {
        return Err(refuse("InvalidParameterCombination", "A group is given by name or id, not both"));
    }
    let name = name.or(id.and_then(|id| id.strip_prefix("pg-").map(str::to_owned)));
    let told = json!({"availabilityZone": block.take("AvailabilityZone"), "groupName": name,
        "groupId": name.as_ref().map(|name| format!("pg-{name}")), "hostId": block.take("HostId"),
        "hostResourceGroupArn": block.take("HostResourceGroupArn"),
        "partitionNumber": block.number("PartitionNumber")?,
        "tenancy": block.word("Tenancy", &["dedicated", "default", "host"])?});
    block.done()?;
    Ok(told)
}

fn spot(params: &mut Params) -> Outcome<Option<Json>> {
    let Some(mut block) = params.inner("InstanceMarketOptions") else { return Ok(None) };
    block.word("MarketType", &["spot"])?;
    let mut options = block.inner("SpotOptions").unwrap_or_default();
    block.done()?;
    let behavior = options.word("InstanceInterruptionBehavior", &["hibernate", "stop", "terminate"])?;
    let kind = options.word("SpotInstanceType", &["one-time", "persistent"])?;
    let is_lasting = kind.as_deref() == Some("persistent");
    if behavior.as_deref().is_some_and(|word| word != "terminate") && !is_lasting {
        return Err(refuse(
            "InvalidParameterCombination",
            "Only persistent requests survive an interruption",
        ));
    }
    let told = json!({"instanceInterruptionBehavior": behavior.as_deref().unwrap_or("terminate"),
        "spotPrice": options.take("MaxPrice").unwrap_or_else(|| "0.0104".into()),
        "type": kind.as_deref().unwrap_or("one-time"), "validUntil": options.take("ValidUntil")});
    options.done()?;
    Ok(Some(told))
}

pub(super) fn cancel_spot(call: &mut Call<'_>) -> Outcome<Json> {
    let ids = call.params.list("SpotInstanceRequestId")?;
    call.params.done()?;
    for id in ids {
        call.at("spot-instances-request", &id)?.body["state"] = json!("cancelled");
    }
    Ok(json!({}))
}

fn not_stopped(id: &str) -> Refusal {
    refuse("IncorrectInstanceState", format!("The instance '{id}' is not in the 'stopped' state."))
}

/// The instance that a request is about, which may have to be stopped.
fn named(call: &mut Call<'_>, is_stopped: bool) -> Outcome<String> {
    let id = call.named("instance", "InstanceId")?;
    let instance = call.at("instance", &id)?;
    if instance.is_leaving() || (is_stopped && !instance.has("instanceState.name", "stopped")) {
        return Err(not_stopped(&id));
    }
    Ok(id)
}

pub(super) fn modify_capacity(call: &mut Call<'_>) -> Outcome<Json> {
    let id = named(call, true)?;
    let capacity = capacity(&mut call.params)?;
    call.params.done()?;
    let missing = || refuse("MissingParameter", "The request must contain CapacityReservationSpecification");
    call.at("instance", &id)?.body["capacityReservationSpecification"] = capacity.ok_or_else(missing)?;
    Ok(done())
}

pub(super) fn modify_maintenance(call: &mut Call<'_>) -> Outcome<Json> {
    let id = named(call, false)?;
    let word = call.params.word("AutoRecovery", &["default", "disabled"])?;
    call.params.done()?;
    let word = word.ok_or_else(|| invalid("AutoRecovery", ""))?;
    call.at("instance", &id)?.body["maintenanceOptions"]["autoRecovery"] = json!(word);
    Ok(json!({"instanceId": id, "autoRecovery": word}))
}

pub(super) fn modify_placement(call: &mut Call<'_>) -> Outcome<Json> {
    let id = named(call, true)?;
    let group = call.params.need("HostResourceGroupArn")?;
    call.params.done()?;
    call.at("instance", &id)?.body["placement"]["hostResourceGroupArn"] = json!(group);
    Ok(done())
}

pub(super) fn modify_credits(call: &mut Call<'_>) -> Outcome<Json> {
    for mut item in call.params.items("InstanceCreditSpecification")? {
        let (id, credits) = (item.need("InstanceId")?, item.word("CpuCredits", &["standard", "unlimited"])?);
        item.done()?;
        call.at("instance", &id)?.inner.insert("cpuCredits".into(), json!(credits));
    }
    call.params.done()?;
    Ok(json!({}))
}

pub(super) fn describe_credits(call: &mut Call<'_>) -> Outcome<Json> {
    let mut all = Vec::new();
    for mut filter in call.params.items("Filter")? {
        if filter.need("Name")? != "instance-id" {
            return Err(invalid("Filter.Name", "it must be instance-id"));
        }
        for id in filter.list("Value")? {
            if let Ok(instance) = call.at("instance", &id) {
                all.push(json!({"instanceId": id, "cpuCredits": instance.inner.get("cpuCredits")}));
            }
        }
    }
    call.params.done()?;
    Ok(json!({"instanceCreditSpecificationSet": all}))
}

/// `MonitorInstances` and `UnmonitorInstances`
pub(super) fn monitor(call: &mut Call<'_>, is_on: bool) -> Outcome<Json> {
    let ids = call.params.list("InstanceId")?;
    call.params.done()?;
    for id in ids {
        let state = if is_on { "enabled" } else { "disabled" };
        call.at("instance", &id)?.body["monitoring"]["state"] = json!(state);
    }
    Ok(json!({}))
}

/// No instance here runs Windows.
pub(super) fn password(call: &mut Call<'_>) -> Outcome<Json> {
    let id = named(call, false)?;
    call.params.done()?;
    Ok(json!({"instanceId": id, "passwordData": ""}))
}

/// Addresses of an instance's interface beside its own.
pub(super) struct Addresses {
    /// Its own, where that is told among the others.
    pub(super) primary: Option<String>,
    secondary: Vec<String>,
    v6: Vec<String>,
    v6_count: usize,
    is_v6_primary: bool,
}

pub(super) fn addresses(params: &mut Params) -> Outcome<Addresses> {
    let (mut primary, mut secondary) = (None, Vec::new());
    for mut item in params.items("PrivateIpAddresses")? {
        let address = item.need("PrivateIpAddress")?;
        if item.flag("Primary")? == Some(true) {
            primary = Some(address);
        } else {
            secondary.push(address);
        }
        item.done()?;
    }
    let mut v6 = Vec::new();
    for mut item in params.items("Ipv6Address")? {
        v6.push(item.need("Ipv6Address")?);
        item.done()?;
    }
    let count = params.number("Ipv6AddressCount")?.unwrap_or(0);
    let is_v6_primary = params.flag("EnablePrimaryIpv6")?.unwrap_or(false);
    let v6_count = usize::try_from(count).map_err(|_| invalid("Ipv6AddressCount", &count.to_string()))?;
    Ok(Addresses { primary, secondary, v6, v6_count, is_v6_primary })
}

/// Gives a new interface its further addresses.
pub(super) fn give(call: &mut Call<'_>, eni: &str, wanted: Addresses) -> Outcome<()> {
    let subnet = call.world.things[eni].text("subnetId").to_owned();
    let ranges = crate::fake::world::texts_at(
        &call.at("subnet", &subnet)?.body,
        "ipv6CidrBlockAssociationSet.ipv6CidrBlock",
    );
    let mut v6 = wanted.v6;
    let prefix = ranges.first().and_then(|range| range.split_once("::"));
    for number in 0..wanted.v6_count {
        let (prefix, _) =
            prefix.ok_or_else(|| invalid("Ipv6AddressCount", "the subnet has no IPv6 range"))?;
        v6.push(format!("{prefix}::{:x}", number + 10));
    }
    let told: Vec<Json> = v6
        .iter()
        .enumerate()
        .map(|(at, v6)| json!({"ipv6Address": v6, "isPrimaryIpv6": at == 0 && wanted.is_v6_primary}))
        .collect();
    call.world.things.get_mut(eni).expect("it was just made").body["ipv6AddressesSet"] = json!(told);
    assign_all(call, eni, wanted.secondary)
}

fn assign_all(call: &mut Call<'_>, eni: &str, asked: Vec<String>) -> Outcome<()> {
    let subnet = call.world.things[eni].text("subnetId").to_owned();
    for address in asked {
        let address = interfaces::address(call, &subnet, Some(&address), &[])?;
        let eni = call.world.things.get_mut(eni).expect("it is there");
        let list = eni.body["privateIpAddressesSet"].as_array_mut().expect("a list");
        list.push(json!({"privateIpAddress": address, "primary": false}));
    }
    Ok(())
}

pub(super) fn assign(call: &mut Call<'_>) -> Outcome<Json> {
    let eni = call.named("network-interface", "NetworkInterfaceId")?;
    let asked = call.params.list("PrivateIpAddress")?;
    call.params.done()?;
    call.at("network-interface", &eni)?;
    assign_all(call, &eni, asked)?;
    Ok(done())
}

pub(super) fn unassign(call: &mut Call<'_>) -> Outcome<Json> {
    let eni = call.named("network-interface", "NetworkInterfaceId")?;
    let gone = call.params.list("PrivateIpAddress")?;
    call.params.done()?;
    let list =
        call.at("network-interface", &eni)?.body["privateIpAddressesSet"].as_array_mut().expect("a list");
    let is_gone = |item: &Json| gone.iter().any(|address| item["privateIpAddress"] == address.as_str());
    if list.iter().any(|item| item["primary"] == json!(true) && is_gone(item)) {
        return Err(refuse("InvalidParameterValue", "The primary address stays"));
    }
    list.retain(|item| !is_gone(item));
    Ok(done())
}

/// What a launch template says and the request doesn't.
pub(super) fn fill_from_template(call: &mut Call<'_>) -> Outcome<()> {
    let Some(mut block) = call.params.inner("LaunchTemplate") else { return Ok(()) };
    let (id, name) = (block.take("LaunchTemplateId"), block.take("LaunchTemplateName"));
    let version = block.take("Version").unwrap_or_else(|| "$Default".into());
    block.done()?;
    let is_it = |thing: &crate::fake::world::Thing| match &name {
        Some(name) => thing.text("launchTemplateName") == name,
        None => id.as_deref() == Some(thing.text("launchTemplateId")),
    };
    let missing = || refuse("InvalidLaunchTemplateId.NotFound", "The launch template does not exist");
    let mut all = call.world.all("launch-template", call.region);
    let (_, template) = all.find(|(_, thing)| is_it(thing)).ok_or_else(missing)?;
    let number = match version.as_str() {
        "$Default" => template.body["defaultVersionNumber"].as_i64(),
        "$Latest" => template.body["latestVersionNumber"].as_i64(),
        number => number.parse().ok(),
    };
    let versions = template.inner["versions"].as_array().cloned().unwrap_or_default();
    let told =
        versions.iter().find(|version| version["versionNumber"].as_i64() == number).ok_or_else(missing)?;
    let data = &told["launchTemplateData"];
    for (parameter, name) in [("ImageId", "imageId"), ("InstanceType", "instanceType")] {
        if let Some(text) = data[name].as_str() {
            call.params.or(parameter, text);
        }
    }
    Ok(())
}
