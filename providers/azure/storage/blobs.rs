//! What holds for all blobs of an account: the block `blob_properties`, kept by the API as a thing of its own.

use crate::arm::document::Document;
use crate::arm::id::{Id, Kind};
use crate::storage::settings::fill_block;
use crate::storage::{VERSION, cors};
use serde_json::{Value as Json, json};
use trueup_provider_kit::{Fields, Object};
use trueup_value::Value;

const SERVICE: Kind =
    Kind { provider: "Microsoft.Storage", path: &["storageAccounts", "blobServices"], version: VERSION };

/// The service of an account.
pub(super) fn service(account: &Id) -> Id {
    SERVICE.id(&account.subscription, &account.group, &[account.name(), "default"])
}

/// How long something is kept: block, and where documents have it.
const KEPT: [(&str, &str); 3] = [
    ("container_delete_retention_policy", "/properties/containerDeleteRetentionPolicy"),
    ("delete_retention_policy", "/properties/deleteRetentionPolicy"),
    ("restore_policy", "/properties/restorePolicy"),
];
const PERMANENT: &str = "permanent_delete_enabled";

/// Brings the service's document to what the block says.
pub(super) fn edit(block: &Value, service: &mut Json) {
    let feed = block.flag("change_feed_enabled").unwrap_or(false);
    let days = block.integer("change_feed_retention_in_days").filter(|days| *days > 0);
    let feed = if feed { json!({"enabled": true}) } else { json!({"enabled": false}) };
    service.set("/properties/changeFeed", Some(feed));
    service.set("/properties/changeFeed/retentionInDays", days);
    service.set("/properties/defaultServiceVersion", block.text("default_service_version"));
    let tracked = block.flag("last_access_time_enabled").unwrap_or(false);
    let tracking = if tracked {
        json!({"enable": true, "name": "AccessTimeTracking", "trackingGranularityInDays": 1, "blobType": ["blockBlob"]})
    } else {
        json!({"enable": false})
    };
    if service.switch("/properties/lastAccessTimeTrackingPolicy/enable").unwrap_or(false) != tracked {
        service.set("/properties/lastAccessTimeTrackingPolicy", Some(tracking));
    }
    service.set("/properties/isVersioningEnabled", Some(block.flag("versioning_enabled").unwrap_or(false)));
    for (name, path) in KEPT {
        let policy = block.item(name).map(|policy| {
            let mut kept = json!({"enabled": true, "days": policy.integer("days")});
            if let Some(permanent) = policy.flag(PERMANENT) {
                kept["allowPermanentDelete"] = json!(permanent);
            }
            kept
        });
        service.set(path, Some(policy.unwrap_or_else(|| json!({"enabled": false}))));
    }
    cors::edit(block, service);
}

pub(super) fn fill(object: &mut Object, service: &Json) {
    fill_block(object, "blob_properties", Some(service), |block, service| {
        let feed = service.switch("/properties/changeFeed/enabled").unwrap_or(false);
        block.put_flag("change_feed_enabled", Some(feed));
        let days = service.count("/properties/changeFeed/retentionInDays").filter(|days| *days > 0);
        block.put_integer("change_feed_retention_in_days", days);
        block.put_text("default_service_version", service.word("/properties/defaultServiceVersion"));
        let tracked = service.switch("/properties/lastAccessTimeTrackingPolicy/enable").unwrap_or(false);
        block.put_flag("last_access_time_enabled", Some(tracked));
        let versions = service.switch("/properties/isVersioningEnabled").unwrap_or(false);
        block.put_flag("versioning_enabled", Some(versions));
        for (name, path) in KEPT {
            let is_on = |policy: &&Json| policy.switch("/enabled") == Some(true);
            fill_block(block, name, service.at(path).filter(is_on), |kept, policy| {
                kept.put_integer("days", policy.count("/days"));
                if kept.has(PERMANENT) {
                    kept.put_flag(PERMANENT, Some(policy.switch("/allowPermanentDelete").unwrap_or(false)));
                }
            });
        }
        cors::fill(block, service);
    });
}
