//! Instances: how they are started, and how they are described with their interface, volumes and profile.

use super::describe::{self, Description};
use super::instance_options::{self, Addresses};
use super::interfaces::{self, Wanted};
use super::volumes::{self, MADE};
use super::{profiles, specified_each};
use crate::fake::Call;
use crate::fake::params::{Params, decode_base64, invalid};
use crate::fake::world::{ACCOUNT, Outcome, World, merge, refuse};
use serde_json::{Map, Value as Json, json};

const INSTANCES: Description = Description {
    kind: "instance",
    set: "instancesSet",
    ids: "InstanceId",
    filters: &[
        ("iam-instance-profile.arn", "iamInstanceProfile.arn"),
        ("image-id", "imageId"),
        ("instance-id", "instanceId"),
        ("instance-state-name", "instanceState.name"),
        ("instance-type", "instanceType"),
        ("key-name", "keyName"),
        ("subnet-id", "subnetId"),
        ("vpc-id", "vpcId"),
    ],
};

/// Images: id, root device, and the size of its snapshot in GiB.
const IMAGES: [(&str, &str, i64); 2] = [("ami-12c6146b", "/dev/xvda", 8), ("ami-other", "/dev/sda1", 10)];

/// States by their codes (EC2 API reference, `InstanceState`).
const STATES: [(&str, u8); 6] = [
    ("pending", 0),
    ("running", 16),
    ("shutting-down", 32),
    ("terminated", 48),
    ("stopping", 64),
    ("stopped", 80),
];

/// What instances have in words: parameter, name in descriptions, words, and what they have at first.
const METADATA: [(&str, &str, &[&str], &str); 4] = [
    ("HttpTokens", "httpTokens", &["optional", "required"], "optional"),
    ("HttpEndpoint", "httpEndpoint", &["disabled", "enabled"], "enabled"),
    ("HttpProtocolIpv6", "httpProtocolIpv6", &["disabled", "enabled"], "disabled"),
    ("InstanceMetadataTags", "instanceMetadataTags", &["disabled", "enabled"], "disabled"),
];

/// A state as descriptions show it.
pub(super) fn state(name: &str) -> Json {
    let (_, code) = STATES.iter().find(|(of, _)| *of == name).expect("states stand in the table");
    json!({"instanceState": {"code": code, "name": name}})
}

fn image(id: &str) -> Outcome<(&'static str, i64)> {
    let found = IMAGES.iter().find(|(of, _, _)| *of == id);
    let missing = || refuse("InvalidAMIID.NotFound", format!("The image id '[{id}]' does not exist"));
    found.map(|(_, device, size)| (*device, *size)).ok_or_else(missing)
}

pub(super) fn describe_images(call: &mut Call<'_>) -> Outcome<Json> {
    let ids = call.params.list("ImageId")?;
    call.params.done()?;
    let mut images = Vec::new();
    for id in ids {
        let (device, size) = image(&id)?;
        images.push(json!({"imageId": id, "rootDeviceName": device, "rootDeviceType": "ebs",
            "imageState": "available", "blockDeviceMapping": [{"deviceName": device, "ebs": {"volumeSize": size}}]}));
    }
    Ok(json!({"imagesSet": images}))
}

pub(super) fn describe(call: &mut Call<'_>) -> Outcome<Json> {
    let mut answer = describe::things(call, &INSTANCES)?;
    let instances = answer["instancesSet"].take();
    let reserved =
        |instance: &Json| json!({"reservationId": "r-1", "ownerId": ACCOUNT, "instancesSet": [instance]});
    let all: Vec<Json> = instances.as_array().into_iter().flatten().map(reserved).collect();
    Ok(json!({"reservationSet": all, "nextToken": answer["nextToken"]}))
}

/// What descriptions don't show.
fn inner(params: &mut Params) -> Outcome<Map<String, Json>> {
    let behavior = params.word("InstanceInitiatedShutdownBehavior", &["stop", "terminate"])?;
    let data = params.take("UserData");
    if data.as_deref().is_some_and(|data| decode_base64(data).is_none()) {
        return Err(refuse("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data"));
    }
    let inner = json!({
        "disableApiStop": params.flag("DisableApiStop")?.unwrap_or(false),
        "disableApiTermination": params.flag("DisableApiTermination")?.unwrap_or(false),
        "instanceInitiatedShutdownBehavior": behavior.as_deref().unwrap_or("stop"),
        "userData": data,
    });
    Ok(inner.as_object().cloned().unwrap_or_default())
}

/// Metadata options as they are asked for; what isn't stays as it is `before`.
pub(super) fn metadata(params: &mut Params, before: &Json) -> Outcome<Json> {
    let mut options = json!({"state": "applied"});
    for (parameter, name, words, first) in METADATA {
        let word = params.word(parameter, words)?;
        options[name] = json!(word.as_deref().or(before[name].as_str()).unwrap_or(first));
    }
    let hops = params.number("HttpPutResponseHopLimit")?.or(before["httpPutResponseHopLimit"].as_i64());
    let hops = hops.unwrap_or(1);
    if !(1..=64).contains(&hops) {
        return Err(invalid("HttpPutResponseHopLimit", &hops.to_string()));
    }
    options["httpPutResponseHopLimit"] = json!(hops);
    Ok(options)
}

/// What is described of the machine itself.
fn machine(call: &mut Call<'_>) -> Outcome<Json> {
    let image_id = call.params.need("ImageId")?;
    let (device, _) = image(&image_id)?;
    let kind = call.params.need("InstanceType")?;
    if kind.split_once('.').is_none_or(|(family, size)| family.is_empty() || size.is_empty()) {
        return Err(invalid("InstanceType", &kind));
    }
    let key = call.params.take("KeyName");
    if let Some(key) = &key
        && !call.world.all("key-pair", call.region).any(|(_, pair)| pair.text("keyName") == key)
    {
        return Err(refuse("InvalidKeyPair.NotFound", format!("The key pair '{key}' does not exist")));
    }
    let mut options = call.params.inner("MetadataOptions").unwrap_or_default();
    let metadata = metadata(&mut options, &Json::Null)?;
    options.done()?;
    let mut monitoring = call.params.inner("Monitoring").unwrap_or_default();
    let is_monitored = monitoring.flag("Enabled")?.unwrap_or(false);
    let is_optimized = call.params.flag("EbsOptimized")?.unwrap_or(false);
    Ok(json!({
        "imageId": image_id, "instanceType": kind, "keyName": key, "rootDeviceName": device,
        "instanceState": state("pending")["instanceState"], "amiLaunchIndex": 0, "launchTime": MADE,
        "monitoring": {"state": if is_monitored { "enabled" } else { "disabled" }}, "architecture": "x86_64",
        "rootDeviceType": "ebs", "ebsOptimized": is_optimized, "metadataOptions": metadata,
        "cpuOptions": {"coreCount": 1, "threadsPerCore": 2}, "enclaveOptions": {"enabled": false},
        "hibernationOptions": {"configured": false}, "maintenanceOptions": {"autoRecovery": "default"},
        "capacityReservationSpecification": {"capacityReservationPreference": "open"},
        "privateDnsNameOptions": {"hostnameType": "ip-name", "enableResourceNameDnsARecord": false,
            "enableResourceNameDnsAAAARecord": false},
    }))
}

/// The interface that is asked for, and whether it is to have a public address: in parameters of the instance or in
/// those of its first interface, never in both.
fn interface(call: &mut Call<'_>) -> Outcome<(Wanted, bool, Addresses)> {
    let listed = call.params.items("NetworkInterface")?;
    let mut own = Params::default();
    std::mem::swap(&mut own, &mut call.params);
    let (mut params, mut rest) = match <[Params; 1]>::try_from(listed) {
        Ok([params]) => (params, Some(own)),
        Err(listed) if listed.is_empty() => (own, None),
        Err(_) => return Err(refuse("InvalidParameterCombination", "Instances here have one interface")),
    };
    let (subnet, address) = (params.take("SubnetId"), params.take("PrivateIpAddress"));
    let further = instance_options::addresses(&mut params)?;
    let groups = params.list("SecurityGroupId")?;
    let is_public = params.flag("AssociatePublicIpAddress")?;
    if let Some(rest) = &mut rest {
        if params.need("DeviceIndex")? != "0" || params.flag("DeleteOnTermination")? == Some(false) {
            return Err(refuse("InvalidParameterCombination", "The first interface goes with the instance"));
        }
        params.done()?;
        if rest.take("SubnetId").is_some() || !rest.list("SecurityGroupId")?.is_empty() {
            let message = "Network interfaces and an instance-level subnet ID may not be specified together";
            return Err(refuse("InvalidParameterCombination", message));
        }
    }
    call.params = rest.unwrap_or(params);
    let no_default = || refuse("VPCIdNotSpecified", "No default VPC for this user");
    let subnet = subnet.ok_or_else(no_default)?;
    let gives = call.at("subnet", &subnet)?.has("mapPublicIpOnLaunch", "true");
    let address = address.or(further.primary.clone());
    let wanted = Wanted { subnet, groups, address, description: String::new() };
    Ok((wanted, is_public.unwrap_or(gives), further))
}

/// The volumes that the instance is to start with, by device.
fn devices(call: &mut Call<'_>, root: &str, size: i64) -> Outcome<Vec<(String, Json)>> {
    let mut volumes = Vec::new();
    for mut mapping in call.params.items("BlockDeviceMapping")? {
        let device = mapping.need("DeviceName")?;
        let (local, none) = (mapping.take("VirtualName"), mapping.take("NoDevice"));
        if local.is_some() || none.is_some() {
            mapping.done()?;
            continue;
        }
        let mut ebs = mapping.inner("Ebs").unwrap_or_default();
        mapping.done()?;
        let goes = ebs.flag("DeleteOnTermination")?.unwrap_or(device == root);
        let smallest = (device == root).then_some(size);
        let mut body = volumes::wanted(&mut ebs, "VolumeSize", smallest)?;
        ebs.done()?;
        body["deleteOnTermination"] = json!(goes);
        volumes.push((device, body));
    }
    if !volumes.iter().any(|(device, _)| device == root) {
        let mut body = volumes::wanted(&mut Params::default(), "VolumeSize", Some(size))?;
        body["deleteOnTermination"] = json!(true);
        volumes.push((root.to_owned(), body));
    }
    Ok(volumes)
}

pub(super) fn run(call: &mut Call<'_>) -> Outcome<Json> {
    if let Some(id) = call.repeated()? {
        return reservation(call, &id);
    }
    for name in ["MinCount", "MaxCount"] {
        let count = call.params.need(name)?;
        if count != "1" {
            return Err(invalid(name, &count));
        }
    }
    instance_options::fill_from_template(call)?;
    let mut body = machine(call)?;
    let options = instance_options::read(&mut call.params)?;
    let (interface, is_public, further) = interface(call)?;
    let (root, size) = image(body["imageId"].as_str().unwrap_or_default())?;
    let volumes = devices(call, root, size)?;
    let profile = call.params.inner("IamInstanceProfile");
    let profile = profile.map(|params| profiles::named(call, params)).transpose()?;
    let inner = inner(&mut call.params)?;
    let mut tags = specified_each(&mut call.params, &["instance", "volume"])?;
    call.params.done()?;
    let subnet = call.at("subnet", &interface.subnet)?.body.clone();
    merge(
        &mut body,
        json!({"subnetId": subnet["subnetId"], "vpcId": subnet["vpcId"],
            "placement": {"availabilityZone": subnet["availabilityZone"], "tenancy": "default", "groupName": ""}}),
    );
    let own = tags.remove("instance").unwrap_or_default();
    options.describe(&mut body);
    let id = call.made(
        "instance",
        |id| {
            body["instanceId"] = json!(id);
            body
        },
        own,
    );
    let instance = call.world.things.get_mut(&id).expect("it was just made");
    instance.inner = inner;
    instance.later.push_back(state("running"));
    let eni = interfaces::make(call, &id, interface)?;
    instance_options::give(call, &eni, further)?;
    let eni = call.world.things.get_mut(&eni).expect("it was just made");
    eni.inner.insert("isPublic".into(), json!(is_public));
    eni.body["attachment"] = json!({"attachmentId": format!("eni-attach-{id}"), "instanceId": id,
        "deviceIndex": 0, "networkCardIndex": 0, "status": "attached", "deleteOnTermination": true});
    let of_volumes = tags.remove("volume").unwrap_or_default();
    for (device, mut body) in volumes {
        merge(&mut body, json!({"availabilityZone": subnet["availabilityZone"], "snapshotId": ""}));
        volumes::make_attached(call, (&id, &device), body, of_volumes.clone());
    }
    if let Some(profile) = profile {
        profiles::give(call, &id, &profile);
    }
    options.keep(call, &id);
    call.remember(&id);
    reservation(call, &id)
}

fn reservation(call: &Call<'_>, id: &str) -> Outcome<Json> {
    let instance = describe::one(call, id)?;
    Ok(json!({"reservationId": "r-1", "ownerId": ACCOUNT, "instancesSet": [instance]}))
}

/// Shows what belongs to an instance and is kept elsewhere.
pub(super) fn show(world: &World, id: &str, description: &mut Json) {
    let of = |kind: &'static str, path: &'static str| {
        world.things.values().filter(move |thing| thing.kind == kind && thing.has(path, id))
    };
    let profile = of("profile-association", "instanceId").next();
    description["iamInstanceProfile"] = profile.map_or(Json::Null, |p| p.body["iamInstanceProfile"].clone());
    let volume = |volume: &crate::fake::world::Thing| {
        let attachment = &volume.body["attachmentSet"][0];
        json!({"deviceName": attachment["device"], "ebs": {"volumeId": attachment["volumeId"],
            "status": attachment["status"], "attachTime": attachment["attachTime"],
            "deleteOnTermination": attachment["deleteOnTermination"]}})
    };
    description["blockDeviceMapping"] = of("volume", "attachmentSet.instanceId").map(volume).collect();
    let Some(eni) = of("network-interface", "attachment.instanceId").next() else { return };
    let private = eni.text("privateIpAddress");
    let is_up = ["pending", "running"].iter().any(|name| description["instanceState"]["name"] == *name);
    let is_public = eni.inner["isPublic"] == json!(true) && is_up;
    let elastic = &eni.body["privateIpAddressesSet"][0]["association"];
    let public = match elastic["publicIp"].as_str() {
        Some(elastic) => Some(elastic.to_owned()),
        None => is_public.then(|| private.replacen("10", "54", 1)),
    };
    let mut interface = eni.body.clone();
    interface["association"] =
        public.as_ref().map_or(Json::Null, |ip| json!({"publicIp": ip, "ipOwnerId": "amazon"}));
    let vpc = world.things.get(eni.text("vpcId"));
    let is_named = vpc.is_some_and(|vpc| vpc.inner["enableDnsHostnames"] == json!(true));
    let name = public
        .as_ref()
        .filter(|_| is_named)
        .map(|ip| format!("ec2-{}.compute-1.amazonaws.com", ip.replace('.', "-")));
    let more = json!({
        "networkInterfaceSet": [interface], "groupSet": eni.body["groupSet"], "privateIpAddress": private,
        "privateDnsName": format!("ip-{}.ec2.internal", private.replace('.', "-")),
        "ipAddress": public, "dnsName": name.unwrap_or_default(), "sourceDestCheck": eni.body["sourceDestCheck"],
    });
    merge(description, more);
}
