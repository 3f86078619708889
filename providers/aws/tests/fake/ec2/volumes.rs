//! Volumes, how they change and what they are attached to, and snapshots.

use super::describe::{Description, age};
use super::network::zone;
use super::{describe, done, specified};
use crate::fake::Call;
use crate::fake::params::{Params, invalid};
use crate::fake::world::{ACCOUNT, Outcome, Refusal, World, merge, refuse, texts_at};
use serde_json::{Value as Json, json};

pub(super) const VOLUMES: Description = Description {
    kind: "volume",
    set: "volumeSet",
    ids: "VolumeId",
    filters: &[
        ("attachment.device", "attachmentSet.device"),
        ("attachment.instance-id", "attachmentSet.instanceId"),
        ("attachment.status", "attachmentSet.status"),
        ("availability-zone", "availabilityZone"),
        ("encrypted", "encrypted"),
        ("size", "size"),
        ("snapshot-id", "snapshotId"),
        ("status", "status"),
        ("volume-id", "volumeId"),
        ("volume-type", "volumeType"),
    ],
};

pub(super) const MODIFICATIONS: Description = Description {
    kind: "volume-modification",
    set: "volumeModificationSet",
    ids: "VolumeId",
    filters: &[("modification-state", "modificationState"), ("volume-id", "volumeId")],
};

const SNAPSHOTS: Description = Description {
    kind: "snapshot",
    set: "snapshotSet",
    ids: "SnapshotId",
    filters: &[
        ("owner-id", "ownerId"),
        ("snapshot-id", "snapshotId"),
        ("status", "status"),
        ("volume-id", "volumeId"),
    ],
};

pub(super) const MADE: &str = "2026-01-01T00:00:00.123Z";

/// A type of volumes.
struct Kind {
    name: &'static str,
    /// In GiB.
    sizes: (i64, i64),
    /// None can be asked for where the highest is 0.
    iops: (i64, i64),
    iops_each_gib_max: i64,
    /// In MiB/s; as with IOPS.
    throughput: (i64, i64),
}

const fn kind(name: &'static str, sizes: (i64, i64), iops: (i64, i64), iops_each_gib_max: i64) -> Kind {
    Kind { name, sizes, iops, iops_each_gib_max, throughput: (0, 0) }
}

/// EBS user guide, "Amazon EBS volume types".
const KINDS: [Kind; 7] = [
    kind("gp2", (1, 16_384), (0, 0), 0),
    Kind { throughput: (125, 2000), ..kind("gp3", (1, 65_536), (3000, 80_000), 500) },
    kind("io1", (4, 16_384), (100, 64_000), 50),
    kind("io2", (4, 65_536), (100, 256_000), 1000),
    kind("sc1", (125, 16_384), (0, 0), 0),
    kind("st1", (125, 16_384), (0, 0), 0),
    kind("standard", (1, 1024), (0, 0), 0),
];

/// What a volume is to be like.
#[derive(Default)]
struct Shape {
    kind: Option<String>,
    size: Option<i64>,
    iops: Option<i64>,
    throughput: Option<i64>,
}

impl Shape {
    /// Takes it from a request, where the size has this name.
    fn of(params: &mut Params, size: &str) -> Outcome<Shape> {
        Ok(Shape {
            kind: params.take("VolumeType"),
            size: params.number(size)?,
            iops: params.number("Iops")?,
            throughput: params.number("Throughput")?,
        })
    }

    /// As descriptions show it; `before` is how the volume was until now. Where a type takes them, numbers that aren't
    /// given stay as they are.
    fn described(&self, before: &Json) -> Outcome<Json> {
        let name = self.kind.as_deref().or(before["volumeType"].as_str()).unwrap_or("gp2");
        let kind = KINDS.iter().find(|kind| kind.name == name).ok_or_else(|| invalid("volumeType", name))?;
        let Some(size) = self.size.or(before["size"].as_i64()) else {
            return Err(refuse("MissingParameter", "The request must contain the parameter size/snapshot"));
        };
        if !is_in(kind.sizes, size) {
            return Err(invalid("size", &size.to_string()));
        }
        let iops = self.iops(kind, size, before["iops"].as_i64())?;
        if self.throughput.is_some() && kind.throughput.1 == 0 {
            return Err(not_for("throughput", name));
        }
        let throughput = self.throughput.or(before["throughput"].as_i64()).unwrap_or(kind.throughput.0);
        let throughput = (kind.throughput.1 > 0).then_some(throughput);
        let is_bad = |mibps: i64| !is_in(kind.throughput, mibps) || 4 * mibps > iops.unwrap_or_default();
        if let Some(mibps) = throughput.filter(|mibps| is_bad(*mibps)) {
            return Err(refuse("InvalidParameterValue", format!("Throughput of {mibps} is out of range.")));
        }
        Ok(json!({"volumeType": name, "size": size, "iops": iops, "throughput": throughput}))
    }

    fn iops(&self, kind: &Kind, size: i64, before: Option<i64>) -> Outcome<Option<i64>> {
        let (low, high) = kind.iops;
        if high == 0 {
            let given = (kind.name == "gp2").then(|| (3 * size).clamp(100, 16_000));
            return if self.iops.is_some() { Err(not_for("iops", kind.name)) } else { Ok(given) };
        }
        let iops = match kind.name {
            "gp3" => self.iops.or(before.filter(|iops| *iops > low)).or(Some(low)),
            _ => self.iops.or(before),
        };
        let missing = || refuse("MissingParameter", "The parameter iops must be specified");
        let iops = iops.ok_or_else(missing)?;
        if !is_in(kind.iops, iops) || (iops > low && iops > kind.iops_each_gib_max * size) {
            let message = format!("Volume iops of {iops} is out of range or too high for {size} GiB.");
            return Err(refuse("InvalidParameterValue", message));
        }
        Ok(Some(iops))
    }
}

fn is_in((low, high): (i64, i64), number: i64) -> bool {
    (low..=high).contains(&number)
}

fn not_for(name: &str, kind: &str) -> Refusal {
    let message = format!("The parameter {name} is not supported for {kind} volumes.");
    refuse("InvalidParameterCombination", message)
}

/// A new volume as the parameters want it; `size` is the parameter with the size, and `smallest` what a snapshot needs.
pub(super) fn wanted(params: &mut Params, size: &str, smallest: Option<i64>) -> Outcome<Json> {
    let mut shape = Shape::of(params, size)?;
    let (is_encrypted, key) = (params.flag("Encrypted")?.unwrap_or(false), params.take("KmsKeyId"));
    if shape.size.zip(smallest).is_some_and(|(size, smallest)| size < smallest) {
        return Err(refuse("InvalidParameterValue", "The volume is smaller than its snapshot"));
    }
    shape.size = shape.size.or(smallest);
    if key.is_some() && !is_encrypted {
        let message = "The parameter KmsKeyId requires the parameter Encrypted to be set.";
        return Err(refuse("InvalidParameterDependency", message));
    }
    let default = || format!("arn:aws:kms:us-east-1:{ACCOUNT}:key/of-ebs");
    let key = is_encrypted.then(|| key.unwrap_or_else(default));
    let mut body = shape.described(&Json::Null)?;
    let more = json!({"encrypted": is_encrypted, "kmsKeyId": key, "createTime": MADE, "attachmentSet": [],
        "multiAttachEnabled": false});
    merge(&mut body, more);
    Ok(body)
}

pub(super) fn create(call: &mut Call<'_>) -> Outcome<Json> {
    if let Some(id) = call.repeated()? {
        return describe::one(call, &id);
    }
    let (name, zone_id) = (call.params.take("AvailabilityZone"), call.params.take("AvailabilityZoneId"));
    let snapshot = call.params.take("SnapshotId");
    let rate = call.params.number("VolumeInitializationRate")?;
    let is_multiple = call.params.flag("MultiAttachEnabled")?.unwrap_or(false);
    let smallest = match &snapshot {
        Some(id) => call.at("snapshot", id)?.body["volumeSize"].as_i64(),
        None => None,
    };
    let mut body = wanted(&mut call.params, "Size", smallest)?;
    let tags = specified(&mut call.params, "volume")?;
    call.params.done()?;
    if name.is_none() && zone_id.is_none() {
        return Err(refuse("MissingParameter", "The request must contain the parameter AvailabilityZone"));
    }
    let (zone, _) = zone(call.region, name.as_deref(), zone_id.as_deref())?;
    if rate.is_some() && snapshot.is_none() {
        return Err(refuse("InvalidParameterCombination", "Only a snapshot is loaded at a rate."));
    }
    if is_multiple && !["io1", "io2"].iter().any(|kind| body["volumeType"] == *kind) {
        return Err(refuse("InvalidParameterCombination", "Only io1 and io2 volumes attach to several."));
    }
    merge(
        &mut body,
        json!({"availabilityZone": zone, "snapshotId": snapshot.unwrap_or_default(), "status": "creating",
            "volumeInitializationRate": rate, "multiAttachEnabled": is_multiple}),
    );
    let id = call.made(
        "volume",
        |id| {
            body["volumeId"] = json!(id);
            body
        },
        tags,
    );
    call.world.things.get_mut(&id).expect("made").later.push_back(json!({"status": "available"}));
    call.remember(&id);
    describe::one(call, &id)
}

/// Shows a volume as its last change has made it, once that has been done.
pub(super) fn show(world: &World, id: &str, description: &mut Json) {
    let Some(modification) = world.things.get(&modification_id(id)) else { return };
    if modification.text("modificationState") != "modifying"
        && let Some(target) = modification.inner.get("target")
    {
        merge(description, target.clone());
    }
}

fn modification_id(volume: &str) -> String {
    format!("mod/{volume}")
}

pub(super) fn describe(call: &mut Call<'_>) -> Outcome<Json> {
    let answer = describe::things(call, &VOLUMES)?;
    for id in texts_at(&answer["volumeSet"], "volumeId") {
        age(call.world, &modification_id(&id));
    }
    Ok(answer)
}

/// A volume that is there and not on its way out.
fn living(call: &mut Call<'_>) -> Outcome<String> {
    let id = call.named("volume", "VolumeId")?;
    if call.at("volume", &id)?.is_leaving() {
        return Err(super::missing("volume", &id));
    }
    Ok(id)
}

/// Volumes may be changed a few times a day at most; here as often as one likes, though never while they change.
pub(super) fn modify(call: &mut Call<'_>) -> Outcome<Json> {
    let id = living(call)?;
    let shape = Shape::of(&mut call.params, "Size")?;
    call.params.done()?;
    let key = modification_id(&id);
    if let Some(before) = call.world.things.get(&key)
        && before.text("modificationState") == "modifying"
    {
        let message = format!("The volume '{id}' is currently being modified");
        return Err(refuse("IncorrectModificationState", message));
    }
    let mut now = call.at("volume", &id)?.body.clone();
    show(call.world, &id, &mut now);
    if now["status"] == "creating" {
        return Err(refuse("IncorrectState", format!("Volume '{id}' is not available")));
    }
    if shape.size.zip(now["size"].as_i64()).is_some_and(|(size, before)| size < before) {
        return Err(refuse("InvalidParameterValue", "New size cannot be smaller than existing size"));
    }
    let target = shape.described(&now)?;
    call.world.remove(&key);
    let volume = call.world.things.get_mut(&id).expect("it was found");
    volume.body = now;
    let body = json!({"volumeId": id, "modificationState": "modifying", "startTime": MADE, "progress": 0,
        "targetSize": target["size"], "targetVolumeType": target["volumeType"], "targetIops": target["iops"]});
    let region = call.region.to_owned();
    let modification = call.world.add("volume-modification", &region, &key, body.clone());
    modification.hidden = 0;
    modification.owner = Some(id);
    modification.inner.insert("target".into(), target);
    modification.later.push_back(json!({"modificationState": "optimizing"}));
    modification.later.push_back(json!({"modificationState": "completed", "progress": 100}));
    Ok(json!({"volumeModification": body}))
}

pub(super) fn delete(call: &mut Call<'_>) -> Outcome<Json> {
    let id = living(call)?;
    call.params.done()?;
    let volume = call.at("volume", &id)?;
    match volume.text("status") {
        "available" => {}
        "in-use" => {
            return Err(refuse("VolumeInUse", format!("Volume {id} is currently attached")));
        }
        other => return Err(refuse("IncorrectState", format!("Volume '{id}' is {other}"))),
    }
    volume.body["status"] = json!("deleting");
    volume.later.clear();
    volume.later.push_back(Json::Null);
    Ok(done())
}

fn attachment(volume: &str, instance: &str, device: &str) -> Json {
    json!({"volumeId": volume, "instanceId": instance, "device": device, "status": "attached",
        "attachTime": MADE, "deleteOnTermination": false})
}

/// Gives a new instance a volume of its own.
pub(super) fn make_attached(
    call: &mut Call<'_>,
    (instance, device): (&str, &str),
    mut body: Json,
    tags: super::Tags,
) {
    let goes = body["deleteOnTermination"] == json!(true);
    let id = call.made(
        "volume",
        |id| {
            body["volumeId"] = json!(id);
            body["status"] = json!("in-use");
            body["attachmentSet"] = json!([attachment(id, instance, device)]);
            body["attachmentSet"][0]["deleteOnTermination"] = json!(goes);
            body["deleteOnTermination"] = Json::Null;
            body
        },
        tags,
    );
    let volume = call.world.things.get_mut(&id).expect("it was just made");
    volume.owner = goes.then(|| instance.to_owned());
    volume.hidden = 0;
}

pub(super) fn attach(call: &mut Call<'_>) -> Outcome<Json> {
    let (id, instance) = (living(call)?, call.named("instance", "InstanceId")?);
    let device = call.params.need("Device")?;
    call.params.done()?;
    let machine = call.at("instance", &instance)?;
    if !["running", "stopped"].iter().any(|state| machine.has("instanceState.name", state)) {
        return Err(refuse("IncorrectState", format!("Instance '{instance}' is not 'running'.")));
    }
    let zone = machine.body["placement"]["availabilityZone"].clone();
    let is_taken = call.world.all("volume", call.region).any(|(_, volume)| {
        let list = volume.body["attachmentSet"].as_array().map(Vec::as_slice).unwrap_or_default();
        list.iter().any(|a| a["instanceId"] == instance.as_str() && a["device"] == device.as_str())
    });
    let volume = call.at("volume", &id)?;
    if volume.text("status") == "in-use" {
        return Err(refuse("VolumeInUse", format!("{id} is already attached to an instance")));
    }
    if volume.text("status") != "available" {
        return Err(refuse("IncorrectState", format!("Volume '{id}' is not 'available'.")));
    }
    if volume.body["availabilityZone"] != zone {
        return Err(refuse("InvalidVolume.ZoneMismatch", format!("{id} is not in the zone of {instance}")));
    }
    if is_taken {
        let message = format!("Invalid value '{device}' for unixDevice. It is already in use");
        return Err(refuse("InvalidParameterValue", message));
    }
    let attached = attachment(&id, &instance, &device);
    let mut joining = attached.clone();
    joining["status"] = json!("attaching");
    volume.body["status"] = json!("in-use");
    volume.body["attachmentSet"] = json!([joining]);
    volume.later.push_back(json!({"attachmentSet": [attached]}));
    Ok(joining)
}

pub(super) fn detach(call: &mut Call<'_>) -> Outcome<Json> {
    let id = living(call)?;
    let (instance, device) = (call.params.take("InstanceId"), call.params.take("Device"));
    call.params.flag("Force")?;
    call.params.done()?;
    let volume = call.at("volume", &id)?;
    let mut attached = volume.body["attachmentSet"][0].clone();
    let is_it = |name: &str, text: &Option<String>| text.as_ref().is_none_or(|text| attached[name] == *text);
    if attached.is_null() || attached["status"] == "detaching" {
        return Err(refuse("IncorrectState", format!("Volume '{id}' is in the 'available' state.")));
    }
    if !is_it("instanceId", &instance) || !is_it("device", &device) {
        let message = format!("The volume '{id}' is not attached there");
        return Err(refuse("InvalidAttachment.NotFound", message));
    }
    attached["status"] = json!("detaching");
    volume.body["attachmentSet"] = json!([attached]);
    volume.later.clear();
    volume.later.push_back(json!({"attachmentSet": [], "status": "available"}));
    let of = attached["instanceId"].as_str().unwrap_or_default().to_owned();
    let machine = &call.world.things[&of];
    if machine.has("instanceState.name", "running") && attached["device"] == machine.text("rootDeviceName") {
        let message = format!("Unable to detach root volume '{id}' from instance '{of}'");
        return Err(refuse("OperationNotPermitted", message));
    }
    Ok(attached)
}

/// An instance has gone: the volumes that stay are free.
pub(super) fn let_go(world: &mut World, instance: &str) {
    for thing in world.things.values_mut().filter(|thing| thing.kind == "volume") {
        if thing.has("attachmentSet.instanceId", instance) {
            merge(&mut thing.body, json!({"attachmentSet": [], "status": "available"}));
        }
    }
}

pub(super) fn create_snapshot(call: &mut Call<'_>) -> Outcome<Json> {
    let volume = living(call)?;
    let description = call.params.take("Description").unwrap_or_default();
    let tags = specified(&mut call.params, "snapshot")?;
    call.params.done()?;
    let of = call.at("volume", &volume)?.body.clone();
    let body = |id: &str| {
        json!({"snapshotId": id, "volumeId": volume, "status": "pending", "startTime": MADE, "progress": "",
            "ownerId": ACCOUNT, "volumeSize": of["size"], "encrypted": of["encrypted"],
            "description": description})
    };
    let id = call.made("snapshot", body, tags);
    let snapshot = call.world.things.get_mut(&id).expect("it was just made");
    snapshot.later.push_back(json!({"status": "completed", "progress": "100%"}));
    describe::one(call, &id)
}

pub(super) fn describe_snapshots(call: &mut Call<'_>) -> Outcome<Json> {
    let owners = call.params.list("Owner")?;
    if owners.iter().any(|owner| owner != "self" && owner != ACCOUNT) {
        return Err(refuse("InvalidUserID.Malformed", "There is one account here"));
    }
    describe::things(call, &SNAPSHOTS)
}

pub(super) fn delete_snapshot(call: &mut Call<'_>) -> Outcome<Json> {
    let id = call.named("snapshot", "SnapshotId")?;
    call.params.done()?;
    call.at("snapshot", &id)?;
    call.world.remove(&id);
    Ok(done())
}
