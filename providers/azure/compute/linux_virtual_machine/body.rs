//! The request that makes a machine, of which changes carry over what they may.

use crate::arm::document::Document;
use crate::arm::place::edge_zone;
use crate::compute::linux_virtual_machine::{network, os_disk, profile};
use crate::compute::model::{self, choice, models, reference};
use models::{
    AdditionalCapabilities, ApplicationProfile, BillingProfile, BootDiagnostics, CapacityReservationProfile,
    DiagnosticsProfile, HardwareProfile, ImageReference, OsImageNotificationProfile, Plan, Resource,
    ScheduledEventsProfile, SecurityProfile, StorageProfile, TerminateNotificationProfile, UefiSettings,
    VirtualMachine, VirtualMachineProperties, VmGalleryApplication,
};
use serde_json::{Map, Value as Json, json};
use trueup_provider_kit::{Fault, Fields, Object};
use trueup_value::Value;

/// Images that no subscription holds.
const COMMUNITY: &str = "/communitygalleries/";
const SHARED: &str = "/sharedgalleries/";

/// The request, but for tags.
pub(super) fn document(object: &Object) -> Result<Json, Fault> {
    let mut machine =
        VirtualMachine::new(Resource::new(object.text("location").unwrap_or_default().to_owned()));
    machine.plan = object.item("plan").map(plan);
    machine.zones = object.owned("zone").into_iter().collect();
    machine.properties = Some(properties(object)?);
    let mut body = model::document(&machine);
    body.set("/extendedLocation", edge_zone(object));
    body.set("/identity", identity(object));
    Ok(body)
}

fn properties(object: &Object) -> Result<VirtualMachineProperties, Fault> {
    let at = |name: &str| reference(object.text(name));
    let group = at("capacity_reservation_group_id");
    Ok(VirtualMachineProperties {
        hardware_profile: Some(HardwareProfile {
            vm_size: choice(object.text("size"))?,
            ..HardwareProfile::default()
        }),
        storage_profile: Some(storage(object)?),
        additional_capabilities: capabilities(object),
        os_profile: profile::os(object)?,
        network_profile: Some(network::profile(object)),
        security_profile: security(object)?,
        diagnostics_profile: object.item("boot_diagnostics").map(diagnostics),
        availability_set: at("availability_set_id"),
        virtual_machine_scale_set: at("virtual_machine_scale_set_id"),
        proximity_placement_group: at("proximity_placement_group_id"),
        priority: choice(object.text("priority"))?,
        eviction_policy: choice(object.text("eviction_policy"))?,
        billing_profile: bid(object),
        host: at("dedicated_host_id"),
        host_group: at("dedicated_host_group_id"),
        license_type: object.owned("license_type"),
        extensions_time_budget: object.owned("extensions_time_budget"),
        platform_fault_domain: object.small("platform_fault_domain").filter(|domain| *domain >= 0),
        scheduled_events_profile: notifications(object),
        user_data: object.owned("user_data"),
        capacity_reservation: group
            .map(|group| CapacityReservationProfile { capacity_reservation_group: Some(group) }),
        application_profile: applications(object),
        ..VirtualMachineProperties::default()
    })
}

fn plan(block: &Value) -> Plan {
    Plan {
        name: block.owned("name"),
        publisher: block.owned("publisher"),
        product: block.owned("product"),
        promotion_code: None,
    }
}

fn storage(object: &Object) -> Result<StorageProfile, Fault> {
    Ok(StorageProfile {
        image_reference: image(object),
        os_disk: Some(os_disk::disk(object)?),
        data_disks: Vec::new(),
        disk_controller_type: choice(object.text("disk_controller_type"))?,
    })
}

fn image(object: &Object) -> Option<ImageReference> {
    let mut image = ImageReference::default();
    if let Some(block) = object.item("source_image_reference") {
        image.publisher = block.owned("publisher");
        image.offer = block.owned("offer");
        image.sku = block.owned("sku");
        image.version = block.owned("version");
        return Some(image);
    }
    let id = object.owned("source_image_id")?;
    let low = id.to_lowercase();
    if low.starts_with(COMMUNITY) {
        image.community_gallery_image_id = Some(id);
    } else if low.starts_with(SHARED) {
        image.shared_gallery_image_id = Some(id);
    } else {
        image.sub_resource.id = Some(id);
    }
    Some(image)
}

fn capabilities(object: &Object) -> Option<AdditionalCapabilities> {
    let block = object.item("additional_capabilities")?;
    Some(AdditionalCapabilities {
        ultra_ssd_enabled: Some(block.flag("ultra_ssd_enabled").unwrap_or(false)),
        hibernation_enabled: Some(block.flag("hibernation_enabled").unwrap_or(false)),
    })
}

/// Confidential machines and those with trusted launch are of a type of their own; of others nothing is said.
fn security(object: &Object) -> Result<Option<SecurityProfile>, Fault> {
    let [boot, tpm, host] = ["secure_boot_enabled", "vtpm_enabled", "encryption_at_host_enabled"]
        .map(|name| object.flag(name).filter(|on| *on));
    let disk = object.item("os_disk");
    let is_confidential = disk.and_then(|disk| disk.text("security_encryption_type")).is_some();
    if !is_confidential && boot.or(tpm).or(host).is_none() {
        return Ok(None);
    }
    let is_trusted = boot.or(tpm).is_some();
    let word = is_trusted.then_some("TrustedLaunch");
    let settings = UefiSettings {
        secure_boot_enabled: Some(boot.unwrap_or(false)),
        v_tpm_enabled: Some(tpm.unwrap_or(false)),
    };
    Ok(Some(SecurityProfile {
        uefi_settings: (is_confidential || is_trusted).then_some(settings),
        encryption_at_host: host,
        security_type: choice(if is_confidential { Some("ConfidentialVM") } else { word })?,
        ..SecurityProfile::default()
    }))
}

/// Without an account the output is kept in one of Azure.
fn diagnostics(block: &Value) -> DiagnosticsProfile {
    let boot = BootDiagnostics { enabled: Some(true), storage_uri: block.owned("storage_account_uri") };
    DiagnosticsProfile { boot_diagnostics: Some(boot) }
}

/// Prices are for Spot machines alone.
fn bid(object: &Object) -> Option<BillingProfile> {
    let price = object.field("max_bid_price").and_then(Value::as_number)?;
    (object.text("priority") == Some("Spot")).then(|| BillingProfile { max_price: Some(price.to_f64()) })
}

fn notifications(object: &Object) -> Option<ScheduledEventsProfile> {
    let deletion = object.item("termination_notification").map(|block| TerminateNotificationProfile {
        not_before_timeout: block.owned("timeout"),
        enable: block.flag("enabled"),
    });
    let upgrade = object.item("os_image_notification").map(|block| OsImageNotificationProfile {
        not_before_timeout: block.owned("timeout"),
        enable: Some(true),
    });
    (deletion.is_some() || upgrade.is_some()).then_some(ScheduledEventsProfile {
        terminate_notification_profile: deletion,
        os_image_notification_profile: upgrade,
    })
}

fn applications(object: &Object) -> Option<ApplicationProfile> {
    let application = |block: &Value| VmGalleryApplication {
        tags: block.owned("tag"),
        order: block.small("order"),
        package_reference_id: block.owned("version_id").unwrap_or_default(),
        configuration_reference: block.owned("configuration_blob_uri"),
        treat_failure_as_deployment_failure: block.flag("treat_failure_as_deployment_failure_enabled"),
        enable_automatic_upgrade: block.flag("automatic_upgrade_enabled"),
    };
    let blocks = object.items("gallery_application");
    (!blocks.is_empty())
        .then(|| ApplicationProfile { gallery_applications: blocks.iter().map(application).collect() })
}

/// What the machine itself signs in as.
fn identity(object: &Object) -> Option<Json> {
    let block = object.item("identity")?;
    let mut identity = json!({});
    identity.set("/type", block.owned("type"));
    let users: Map<String, Json> =
        block.texts("identity_ids").into_iter().map(|id| (id, json!({}))).collect();
    identity.set("/userAssignedIdentities", (!users.is_empty()).then_some(Json::Object(users)));
    Some(identity)
}
