//! What holds for all file shares of an account: the block `share_properties`, kept by the API as a thing of its own.

use crate::arm::document::Document;
use crate::arm::id::{Id, Kind};
use crate::storage::settings::fill_block;
use crate::storage::{VERSION, cors};
use serde_json::{Value as Json, json};
use trueup_provider_kit::{Fields, Object};
use trueup_value::Value;

const SERVICE: Kind =
    Kind { provider: "Microsoft.Storage", path: &["storageAccounts", "fileServices"], version: VERSION };

/// The service of an account.
pub(super) fn service(account: &Id) -> Id {
    SERVICE.id(&account.subscription, &account.group, &[account.name(), "default"])
}

const KEPT: &str = "/properties/shareDeleteRetentionPolicy";
const CHANNELS: &str = "/properties/protocolSettings/smb/multichannel/enabled";
/// What clients of SMB may use: attribute, and where documents have the words with semicolons between.
const SMB: [(&str, &str); 4] = [
    ("authentication_types", "/properties/protocolSettings/smb/authenticationMethods"),
    ("channel_encryption_type", "/properties/protocolSettings/smb/channelEncryption"),
    ("kerberos_ticket_encryption_type", "/properties/protocolSettings/smb/kerberosTicketEncryption"),
    ("versions", "/properties/protocolSettings/smb/versions"),
];

/// Brings the service's document to what the block says.
pub(super) fn edit(block: &Value, service: &mut Json) {
    cors::edit(block, service);
    let kept = match block.item("retention_policy") {
        Some(policy) => json!({"enabled": true, "days": policy.integer("days")}),
        None => json!({"enabled": false}),
    };
    service.set(KEPT, Some(kept));
    let smb = block.item("smb");
    for (name, path) in SMB {
        let words = smb.map(|smb| smb.texts(name)).unwrap_or_default();
        let is_same = |text: &str| {
            let (mut there, mut wanted) = (words_of(text), words.clone());
            there.sort();
            wanted.sort();
            there == wanted
        };
        if !service.word(path).is_some_and(is_same) {
            service.set(path, (!words.is_empty()).then(|| words.join(";")));
        }
    }
    // Accounts of the standard tier don't know the property.
    let channels = smb.and_then(|smb| smb.flag("multichannel_enabled")).unwrap_or(false);
    if channels || service.switch(CHANNELS) == Some(true) {
        service.set(CHANNELS, Some(channels));
    }
}

pub(super) fn fill(object: &mut Object, service: &Json) {
    fill_block(object, "share_properties", Some(service), |block, service| {
        cors::fill(block, service);
        let kept = service.at(KEPT).filter(|policy| policy.switch("/enabled") == Some(true));
        fill_block(block, "retention_policy", kept, |out, policy| {
            out.put_integer("days", policy.count("/days"));
        });
        let is_limited = SMB.iter().any(|(_, path)| service.word(path).is_some_and(|text| !text.is_empty()));
        let has_channels = service.switch(CHANNELS) == Some(true);
        let smb = (is_limited || has_channels).then_some(service);
        fill_block(block, "smb", smb, |out, service| {
            for (name, path) in SMB {
                if let Some(text) = service.word(path).filter(|text| !text.is_empty()) {
                    out.put_texts(name, words_of(text));
                }
            }
            out.put_flag("multichannel_enabled", Some(has_channels));
        });
    });
}

fn words_of(text: &str) -> Vec<String> {
    text.split(';').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}
