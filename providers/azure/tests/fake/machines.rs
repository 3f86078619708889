//! Machines (Microsoft.Compute 2024-07-01): their documents, their power, and the disks that are made with them.

use super::store::{Document, Refusal, Target, missing, refuse};
use super::{Operation, TENANT, World};
use serde_json::{Value as Json, json};
use trueup_provider_walk::{Reply, Request};

pub(super) const SHAPE: &str = "~id ~name ~type ~etag !location tags<> zones[] extendedLocation{!name !type=EdgeZone}
    ~managedBy plan{!name !product !publisher promotionCode} !properties{!hardwareProfile{!vmSize
    vmSizeProperties{vCPUsAvailable# vCPUsPerCore#}} !storageProfile{imageReference{id publisher offer sku version
    ~exactVersion sharedGalleryImageId communityGalleryImageId} !osDisk{osType=Linux|Windows name
    caching=None|ReadOnly|ReadWrite writeAcceleratorEnabled? diffDiskSettings{option=Local placement=CacheDisk|ResourceDisk|NvmeDisk}
    !createOption=FromImage|Empty|Attach|Copy|Restore diskSizeGB# managedDisk{id storageAccountType diskEncryptionSet{!id}
    securityProfile{securityEncryptionType=VMGuestStateOnly|DiskWithVMGuestState|NonPersistedTPM diskEncryptionSet{!id}}}
    deleteOption=Delete|Detach} dataDisks[{!lun# name caching=None|ReadOnly|ReadWrite writeAcceleratorEnabled?
    !createOption=FromImage|Empty|Attach|Copy|Restore diskSizeGB# managedDisk{id storageAccountType diskEncryptionSet{!id}}
    toBeDetached? detachOption=ForceDetach deleteOption=Delete|Detach}] diskControllerType=SCSI|NVMe}
    additionalCapabilities{ultraSSDEnabled? hibernationEnabled?} osProfile{computerName adminUsername adminPassword customData
    linuxConfiguration{disablePasswordAuthentication? ssh{publicKeys[{path keyData}]} provisionVMAgent?
    patchSettings{patchMode=ImageDefault|AutomaticByPlatform assessmentMode=ImageDefault|AutomaticByPlatform
    automaticByPlatformSettings{rebootSetting=Unknown|IfRequired|Never|Always bypassPlatformSafetyChecksOnUserSchedule?}}
    ~enableVMAgentPlatformUpdates?} secrets[{!sourceVault{!id} !vaultCertificates[{!certificateUrl}]}]
    allowExtensionOperations? ~requireGuestProvisionSignal?} !networkProfile{networkInterfaces[{!id properties{primary?
    deleteOption=Delete|Detach}}]} securityProfile{uefiSettings{secureBootEnabled? vTpmEnabled?} encryptionAtHost?
    securityType=TrustedLaunch|ConfidentialVM} diagnosticsProfile{bootDiagnostics{enabled? storageUri}} availabilitySet{!id}
    virtualMachineScaleSet{!id} proximityPlacementGroup{!id} priority=Regular|Low|Spot evictionPolicy=Deallocate|Delete
    billingProfile{maxPrice%} host{!id} hostGroup{!id} licenseType extensionsTimeBudget platformFaultDomain#
    scheduledEventsProfile{terminateNotificationProfile{notBeforeTimeout enable?}
    osImageNotificationProfile{notBeforeTimeout enable?}} userData capacityReservation{capacityReservationGroup{!id}}
    applicationProfile{galleryApplications[{tags order# !packageReferenceId configurationReference
    treatFailureAsDeploymentFailure? enableAutomaticUpgrade?}]} ~provisioningState ~vmId ~timeCreated}";

pub(super) const DEFAULTS: &str = r#"{"properties": {}}"#;

/// What can't be changed.
pub(super) const FIXED: &[&str] = &[
    "/extendedLocation",
    "/plan",
    "/properties/availabilitySet",
    "/properties/evictionPolicy",
    "/properties/osProfile/adminUsername",
    "/properties/osProfile/computerName",
    "/properties/osProfile/linuxConfiguration/disablePasswordAuthentication",
    "/properties/osProfile/linuxConfiguration/provisionVMAgent",
    "/properties/osProfile/linuxConfiguration/ssh",
    "/properties/platformFaultDomain",
    "/properties/priority",
    "/properties/securityProfile/securityType",
    "/properties/securityProfile/uefiSettings",
    "/properties/storageProfile/imageReference",
    "/properties/storageProfile/osDisk/createOption",
    "/properties/storageProfile/osDisk/diffDiskSettings",
    "/properties/storageProfile/osDisk/managedDisk/id",
    "/properties/storageProfile/osDisk/managedDisk/securityProfile",
    "/properties/storageProfile/osDisk/name",
    "/zones",
];

/// What can't be changed on a machine that has its place on a host.
const RESTING: [&str; 8] = [
    "/properties/additionalCapabilities",
    "/properties/billingProfile",
    "/properties/capacityReservation",
    "/properties/host",
    "/properties/hostGroup",
    "/properties/networkProfile/networkInterfaces",
    "/properties/proximityPlacementGroup",
    "/properties/storageProfile/diskControllerType",
];

/// The sizes that every host has.
const SIZES: [&str; 3] = ["Standard_B1s", "Standard_B2s", "Standard_D2s_v5"];

const OS_DISK: &str = "/properties/storageProfile/osDisk";

fn bad(message: impl Into<String>) -> Refusal {
    refuse(400, "InvalidParameter", message)
}

fn told<'a>(body: &'a Json, path: &str) -> Option<&'a Json> {
    body.pointer(path).filter(|part| !part.is_null())
}

/// Takes out what a machine signs in as, whose shape is a map of objects.
pub(super) fn identity(path: &str, body: &mut Json) -> Option<Json> {
    let is_machine = path == "Microsoft.Compute/virtualMachines";
    let identity = body.as_object_mut().filter(|_| is_machine)?.remove("identity")?;
    (!identity.is_null()).then_some(identity)
}

/// Judges a machine and fills it in.
pub(super) fn judge(world: &World, id: &str, body: &mut Json) -> Result<(), Refusal> {
    let old = world.documents.get(&id.to_lowercase()).map(|document| document.body.clone());
    judge_system(body, old.is_none())?;
    judge_security(body)?;
    judge_money(body)?;
    judge_disks(world, id, body)?;
    judge_interfaces(world, id, body)?;
    let properties = &mut body["properties"];
    properties["vmId"] = json!(world.guid(id));
    let kept = old.as_ref().map_or(Json::Null, |old| old["properties"]["userData"].clone());
    if properties["userData"].is_null() {
        properties["userData"] = kept;
    } else if properties["userData"] == "" {
        properties["userData"] = Json::Null;
    }
    fill_disk(world, id, body, old.as_ref());
    let Some(old) = old else { return Ok(()) };
    judge_change(world, id, (&old, body))
}

fn judge_change(world: &World, id: &str, (old, body): (&Json, &Json)) -> Result<(), Refusal> {
    let is_away = world.powers.get(&id.to_lowercase()) == Some(&"deallocated");
    let differs = |path: &str| told(old, path) != told(body, path);
    let host = "/properties/securityProfile/encryptionAtHost";
    let on = |body: &Json| told(body, host) == Some(&json!(true));
    let size = body["properties"]["hardwareProfile"]["vmSize"].as_str().unwrap_or_default();
    let is_here = SIZES.iter().any(|of| of.eq_ignore_ascii_case(size));
    let moves = differs("/properties/hardwareProfile/vmSize") && !is_here;
    let rests = RESTING.iter().any(|path| differs(path)) || on(old) != on(body) || moves;
    if rests && !is_away {
        let message = format!("{id} has to be deallocated for this change");
        return Err(refuse(409, "OperationNotAllowed", message));
    }
    Ok(())
}

/// Secrets are taken and never told.
fn judge_system(body: &mut Json, is_new: bool) -> Result<(), Refusal> {
    let storage = &body["properties"]["storageProfile"];
    let is_attached = storage["osDisk"]["createOption"] == "Attach";
    if is_attached != storage["imageReference"].is_null() {
        return Err(bad("A machine is made from an image or from a disk."));
    }
    let system = &mut body["properties"]["osProfile"];
    if system.is_null() {
        let fields = body["properties"].as_object_mut().expect("properties are an object");
        fields.remove("osProfile");
        return if is_attached {
            Ok(())
        } else {
            Err(bad("Required parameter 'osProfile' is missing (null)."))
        };
    }
    if is_attached {
        return Err(bad("osProfile isn't allowed with an attached disk."));
    }
    for name in ["adminUsername", "computerName"] {
        if system[name].is_null() {
            return Err(bad(format!("Required parameter 'osProfile.{name}' is missing (null).")));
        }
    }
    let linux = &system["linuxConfiguration"];
    let keys_alone = linux["disablePasswordAuthentication"] == true;
    let has_keys = linux.pointer("/ssh/publicKeys/0").is_some();
    let has_password = !system["adminPassword"].is_null();
    let takes_both = keys_alone && has_password;
    let takes_neither = !has_keys && (keys_alone || !has_password);
    if is_new && (takes_both || takes_neither) {
        return Err(bad("A machine takes a password or keys."));
    }
    let patches = &linux["patchSettings"];
    if !patches["automaticByPlatformSettings"].is_null() && patches["patchMode"] != "AutomaticByPlatform" {
        return Err(bad("automaticByPlatformSettings go with the patch mode AutomaticByPlatform."));
    }
    // Keys are kept without the space around them.
    let keys = system.pointer_mut("/linuxConfiguration/ssh/publicKeys").and_then(Json::as_array_mut);
    for key in keys.into_iter().flatten() {
        key["keyData"] = json!(key["keyData"].as_str().map(str::trim));
    }
    let fields = system.as_object_mut().expect("a profile is an object");
    fields.remove("adminPassword");
    fields.remove("customData");
    for (name, value) in [("secrets", json!([])), ("allowExtensionOperations", json!(true))] {
        fields.entry(name).or_insert(value);
    }
    Ok(())
}

fn judge_security(body: &Json) -> Result<(), Refusal> {
    let security = &body["properties"]["securityProfile"];
    let needs_type = !security["uefiSettings"].is_null();
    if needs_type && security["securityType"].is_null() {
        return Err(bad("uefiSettings need a security type."));
    }
    let disk = &body["properties"]["storageProfile"]["osDisk"]["managedDisk"]["securityProfile"];
    let is_confidential = security["securityType"] == "ConfidentialVM";
    if is_confidential == disk["securityEncryptionType"].is_null() {
        return Err(bad("Machines that are confidential have a disk with a security profile."));
    }
    Ok(())
}

fn judge_money(body: &Json) -> Result<(), Refusal> {
    let properties = &body["properties"];
    let is_spot = properties["priority"] == "Spot";
    let has_terms = ["evictionPolicy", "billingProfile"].iter().any(|name| !properties[*name].is_null());
    if has_terms && !is_spot {
        return Err(bad("evictionPolicy and billingProfile go with the priority Spot."));
    }
    let [host, group] = ["host", "hostGroup"].map(|name| !properties[name].is_null());
    if host && group {
        return Err(bad("host and hostGroup exclude each other."));
    }
    Ok(())
}

fn judge_disks(world: &World, id: &str, body: &Json) -> Result<(), Refusal> {
    let disks = body["properties"]["storageProfile"]["dataDisks"].as_array().cloned().unwrap_or_default();
    let own = id.to_lowercase();
    for (index, disk) in disks.iter().enumerate() {
        if disks[..index].iter().any(|other| other["lun"] == disk["lun"]) {
            return Err(bad(format!("The LUN {} is taken.", disk["lun"])));
        }
        let key = disk["managedDisk"]["id"].as_str().unwrap_or_default().to_lowercase();
        let holder = world.holder(&key).filter(|holder| *holder != own);
        if let Some(holder) = holder {
            let message = format!("Disk {key} is already owned by {holder}");
            return Err(refuse(409, "ConflictingUserInput", message));
        }
    }
    Ok(())
}

fn judge_interfaces(world: &World, id: &str, body: &mut Json) -> Result<(), Refusal> {
    let own = id.to_lowercase();
    let all = body["properties"]["networkProfile"]["networkInterfaces"].as_array_mut();
    let all = all.filter(|all| !all.is_empty());
    let all = all.ok_or_else(|| bad("Required parameter 'networkInterfaces' is missing (null)."))?;
    let primaries = all.iter().filter(|one| one["properties"]["primary"] == true).count();
    if all.len() > 1 && primaries != 1 {
        return Err(bad("One network interface is primary."));
    }
    for one in all.iter() {
        let key = one["id"].as_str().unwrap_or_default().to_lowercase();
        if let Some(holder) = world.holder(&key).filter(|holder| *holder != own) {
            return Err(refuse(400, "NicInUse", format!("{key} is used by {holder}")));
        }
    }
    Ok(())
}

/// The disk that a machine is made with has a name and an id from the start.
fn fill_disk(world: &World, id: &str, body: &mut Json, old: Option<&Json>) {
    let name = id.rsplit('/').next().unwrap_or_default().to_owned();
    let given = format!("{name}_OsDisk_1_{}", world.number(id));
    let group = id.split('/').take(5).collect::<Vec<_>>().join("/");
    let disk = &mut body["properties"]["storageProfile"]["osDisk"];
    if disk["createOption"] == "FromImage" {
        if disk["name"].is_null() {
            disk["name"] =
                old.map_or(json!(given), |old| old.pointer(OS_DISK).expect("a disk")["name"].clone());
        }
        let name = disk["name"].as_str().unwrap_or_default();
        disk["managedDisk"]["id"] = json!(format!("{group}/providers/Microsoft.Compute/disks/{name}"));
    } else {
        let id = disk["managedDisk"]["id"].as_str().unwrap_or_default();
        let sort = world.documents.get(&id.to_lowercase()).map(|disk| disk.body["sku"]["name"].clone());
        disk["name"] = json!(id.rsplit('/').next());
        disk["managedDisk"]["storageAccountType"] = sort.unwrap_or_default();
    }
    if disk["managedDisk"]["storageAccountType"].is_null() {
        disk["managedDisk"]["storageAccountType"] = json!("Standard_LRS");
    }
    if disk["diskSizeGB"].is_null() {
        disk["diskSizeGB"] =
            old.map_or(json!(30), |old| old.pointer(OS_DISK).expect("a disk")["diskSizeGB"].clone());
    }
    if body["properties"]["storageProfile"]["dataDisks"].is_null() {
        body["properties"]["storageProfile"]["dataDisks"] = json!([]);
    }
}

impl World {
    /// The machine that has a disk or an interface.
    pub(super) fn holder(&self, key: &str) -> Option<String> {
        let machines =
            self.documents.iter().filter(|(_, one)| one.path == "Microsoft.Compute/virtualMachines");
        let has = |body: &Json| {
            let storage = &body["properties"]["storageProfile"];
            let disks = storage["dataDisks"].as_array().into_iter().flatten().chain([&storage["osDisk"]]);
            let interfaces = body["properties"]["networkProfile"]["networkInterfaces"].as_array();
            let ids = disks.map(|disk| &disk["managedDisk"]["id"]);
            let mut ids = ids.chain(interfaces.into_iter().flatten().map(|one| &one["id"]));
            ids.any(|id| id.as_str().is_some_and(|id| id.eq_ignore_ascii_case(key)))
        };
        machines.filter(|(_, one)| has(&one.body)).map(|(of, _)| of.clone()).next()
    }

    /// Where a machine is between on and off: `running`, `stopped` or `deallocated`.
    pub(crate) fn power(&self, id: &str) -> &'static str {
        self.powers.get(&id.to_lowercase()).copied().unwrap_or("running")
    }

    /// Whether a disk is at a machine that has its place on a host.
    pub(super) fn is_on_with(&self, disk: &str) -> bool {
        let holder = self.holder(&disk.to_lowercase());
        holder.is_some_and(|holder| self.powers.get(&holder) != Some(&"deallocated"))
    }

    /// What a machine is signed in as, with the identities that it names.
    pub(super) fn identity_of(&self, id: &str, mut identity: Json) -> Result<Json, Refusal> {
        let kind = identity["type"].as_str().unwrap_or_default().to_owned();
        if !["None", "SystemAssigned", "UserAssigned", "SystemAssigned, UserAssigned"].contains(&&*kind) {
            return Err(bad(format!("{kind} is no type of identities.")));
        }
        let is_own = kind.contains("System");
        for (field, value) in [("principalId", self.guid(id)), ("tenantId", TENANT.to_owned())] {
            identity[field] = if is_own { json!(value) } else { Json::Null };
        }
        for user in identity["userAssignedIdentities"].as_object().into_iter().flatten() {
            if !self.documents.contains_key(&user.0.to_lowercase()) {
                return Err(refuse(400, "FailedIdentityOperation", format!("{} was not found", user.0)));
            }
            if *user.1 != json!({}) {
                return Err(bad(format!("An identity is named by {} alone", user.0)));
            }
        }
        Ok(identity)
    }

    /// Makes the disk of a machine that was made from an image.
    pub(super) fn make_disk(&mut self, key: &str) {
        let Some(machine) = self.documents.get(key).map(|document| document.body.clone()) else { return };
        let Some(own) = machine.pointer(OS_DISK).filter(|disk| disk["createOption"] == "FromImage") else {
            return;
        };
        self.powers.remove(key);
        if !own["diffDiskSettings"].is_null() {
            return;
        }
        let mut body = json!({"location": machine["location"], "properties": {
            "creationData": {"createOption": "FromImage"}, "diskSizeGB": own["diskSizeGB"], "osType": "Linux",
            "networkAccessPolicy": "AllowAll", "publicNetworkAccess": "Enabled", "provisioningState": "Succeeded",
            "encryption": {"type": "EncryptionAtRestWithPlatformKey"}},
            "sku": {"name": own["managedDisk"]["storageAccountType"]}, "tags": machine["tags"],
            "id": own["managedDisk"]["id"], "name": own["name"], "type": "Microsoft.Compute/disks"});
        if let Some(set) = told(own, "/managedDisk/diskEncryptionSet/id") {
            body["properties"]["encryption"] =
                json!({"type": "EncryptionAtRestWithCustomerKey", "diskEncryptionSetId": set});
        }
        let place = own["managedDisk"]["id"].as_str().unwrap_or_default().to_lowercase();
        let document = Document { path: "Microsoft.Compute/disks".into(), body, hidden: 0 };
        self.documents.insert(place, document);
    }

    /// What a machine doesn't tell: what users gave it, and while it is deallocated size and sort of its disk.
    pub(super) fn view_machine(&self, key: &str, body: &mut Json) {
        if body["type"] != "Microsoft.Compute/virtualMachines" {
            return;
        }
        if let Some(fields) = body["properties"].as_object_mut() {
            fields.remove("userData");
        }
        // What a machine signs in as is told with numbers, and what is installed on it besides.
        let users = body.pointer_mut("/identity/userAssignedIdentities").and_then(Json::as_object_mut);
        for (id, user) in users.into_iter().flatten() {
            *user = json!({"clientId": self.guid(&format!("client of {id}")), "principalId": self.guid(id)});
        }
        let is_away = self.powers.get(key) == Some(&"deallocated");
        if let Some(disk) = body.pointer_mut(OS_DISK).and_then(Json::as_object_mut).filter(|_| is_away) {
            disk.remove("diskSizeGB");
            if let Some(managed) = disk.get_mut("managedDisk").and_then(Json::as_object_mut) {
                managed.remove("storageAccountType");
            }
        }
    }

    /// Answers what is asked of a machine besides its document; None where the path leads elsewhere.
    pub(super) fn machine(
        &mut self,
        request: &Request,
        segments: &[String],
        is_doomed: bool,
    ) -> Option<Result<Reply, Refusal>> {
        let is_machine = segments.get(6).is_some_and(|part| part.eq_ignore_ascii_case("virtualMachines"));
        if !is_machine || segments.len() < 8 {
            return None;
        }
        let target = Target::of(&segments[..8])?;
        let method = request.method.as_str();
        match (method, segments.get(8).map(|part| part.to_lowercase()).as_deref()) {
            ("GET", None) if request.parameter("$expand").is_some() => Some(self.expanded(&target)),
            (_, None) => None,
            ("GET", Some("instanceview")) => Some(self.about(&target, |world, key| {
                let power = world.powers.get(key).unwrap_or(&"running");
                json!({"statuses": [{"code": "ProvisioningState/succeeded", "level": "Info"},
                    {"code": format!("PowerState/{power}"), "level": "Info"}]})
            })),
            ("GET", Some("vmsizes")) => Some(self.about(
                &target,
                |_, _| json!({"value": SIZES.map(|name| json!({"name": name, "numberOfCores": 1}))}),
            )),
            ("POST", Some("poweroff")) => Some(self.switch(request, &target, ("stopped", is_doomed))),
            ("POST", Some("deallocate")) => Some(self.switch(request, &target, ("deallocated", is_doomed))),
            ("POST", Some("start")) => Some(self.switch(request, &target, ("running", is_doomed))),
            _ => Some(Err(refuse(405, "MethodNotAllowed", method))),
        }
    }

    fn about(&self, target: &Target, tell: impl Fn(&World, &str) -> Json) -> Result<Reply, Refusal> {
        let key = target.key();
        let is_there = self.documents.get(&key).is_some_and(|document| document.hidden == 0);
        if is_there { Ok(Reply::json(200, &tell(self, &key))) } else { Err(missing(target)) }
    }

    fn expanded(&mut self, target: &Target) -> Result<Reply, Refusal> {
        let reply = self.get(target)?;
        let mut body: Json = serde_json::from_slice(&reply.body).expect("an answer is JSON");
        body["properties"]["userData"] = self.documents[&target.key()].body["properties"]["userData"].clone();
        Ok(Reply::json(200, &body))
    }

    fn switch(
        &mut self,
        request: &Request,
        target: &Target,
        (power, is_doomed): (&'static str, bool),
    ) -> Result<Reply, Refusal> {
        let key = target.key();
        let document = self.documents.get(&key).ok_or_else(|| missing(target))?;
        let is_ephemeral = told(&document.body, &format!("{OS_DISK}/diffDiskSettings")).is_some();
        if is_ephemeral && power == "deallocated" {
            let message = "A machine with an ephemeral disk can't be deallocated.";
            return Err(refuse(409, "OperationNotAllowed", message));
        }
        self.check_free(&key)?;
        let is_away = self.powers.get(&key) == Some(&"deallocated");
        // A deallocation that fails may have taken the machine from its host by then.
        let stays = (is_doomed && power != "deallocated") || (is_away && power == "stopped");
        if !stays {
            self.powers.insert(key.clone(), power);
        }
        let operation = Operation { target: key, is_deletion: false, is_doomed, looks: 1, is_over: false };
        Ok(self.accepted(request, operation, Reply::empty(202)))
    }
}
