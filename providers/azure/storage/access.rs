//! How an account is reached: its addresses, its keys, and the connection strings that both make.

use crate::account::site::Site;
use crate::arm::document::Document;
use crate::arm::id::Id;
use crate::storage::VERSION;
use serde_json::Value as Json;
use trueup_provider_kit::{Fault, FaultKind, Fields, Object};

const SIDES: [(&str, &str); 2] =
    [("primary", "/properties/primaryEndpoints"), ("secondary", "/properties/secondaryEndpoints")];
const SERVICES: [&str; 6] = ["blob", "dfs", "file", "queue", "table", "web"];
/// What stands in names for a way there, and where documents have its addresses.
const WAYS: [(&str, &str); 3] =
    [("", ""), ("_internet", "/internetEndpoints"), ("_microsoft", "/microsoftEndpoints")];

/// Fills in locations and addresses.
pub(super) fn fill(object: &mut Object, account: &Json) {
    object.put_text("primary_location", account.word("/properties/primaryLocation"));
    object.put_text("secondary_location", account.word("/properties/secondaryLocation"));
    for (side, place) in SIDES {
        for (way, inner) in WAYS {
            for service in SERVICES {
                let name = format!("{side}_{service}{way}_endpoint");
                // Queues and tables have no address by way of the internet.
                if !object.has(&name) {
                    continue;
                }
                let address = account.word(&format!("{place}{inner}/{service}"));
                object.put_text(&name, address);
                object.put_text(&format!("{side}_{service}{way}_host"), address.map(host));
            }
        }
    }
}

/// The attributes that change with where copies are and how requests are routed.
pub(super) fn addresses(object: &Object) -> Vec<String> {
    let is_address = |name: &&str| {
        name.ends_with("_endpoint")
            || name.ends_with("_host")
            || *name == "secondary_location"
            || name.ends_with("blob_connection_string")
    };
    object.names().map(|name| &**name).filter(is_address).map(str::to_owned).collect()
}

fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.trim_end_matches('/')
}

/// The keys of an account. None where the credentials may not see them or a lock hides them: what is known of them stays.
pub(super) async fn keys(site: &Site, id: &Id) -> Result<Option<Json>, Fault> {
    match site.arm.ask(format!("{id}/listKeys"), VERSION).await {
        Ok(keys) => Ok(Some(keys)),
        Err(fault) if fault.kind == FaultKind::Denied || fault.code == "ScopeLocked" => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// Fills in keys and what is made of them.
pub(super) fn fill_keys(object: &mut Object, keys: &Json) {
    let name = object.owned("name").unwrap_or_default();
    let blob = object.owned("primary_blob_host").unwrap_or_default();
    let suffix = blob.split_once(".blob.").map_or("core.windows.net", |(_, suffix)| suffix).to_owned();
    for (number, (side, _)) in SIDES.into_iter().enumerate() {
        let Some(key) = keys.array("/keys").get(number).and_then(|key| key.word("/value")) else { continue };
        object.put_text(&format!("{side}_access_key"), Some(key));
        let protocol = "DefaultEndpointsProtocol=https";
        let account = format!("AccountName={name};AccountKey={key}");
        let text = format!("{protocol};{account};EndpointSuffix={suffix}");
        object.put_text(&format!("{side}_connection_string"), Some(text));
        let address = object.owned(&format!("{side}_blob_endpoint"));
        let text = address.map(|address| format!("{protocol};BlobEndpoint={address};{account}"));
        object.put_text(&format!("{side}_blob_connection_string"), text);
    }
}
