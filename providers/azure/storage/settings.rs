//! The plain settings of an account: attributes and where documents have them.

use crate::arm::document::Document;
use serde_json::{Value as Json, json};
use trueup_provider_kit::{Fields, Object};

/// Switches: attribute, place, and whether they are on where documents don't tell.
const SWITCHES: [(&str, &str, bool); 10] = [
    ("allow_nested_items_to_be_public", "/properties/allowBlobPublicAccess", true),
    ("cross_tenant_replication_enabled", "/properties/allowCrossTenantReplication", true),
    ("default_to_oauth_authentication", "/properties/defaultToOAuthAuthentication", false),
    ("https_traffic_only_enabled", "/properties/supportsHttpsTrafficOnly", true),
    ("infrastructure_encryption_enabled", "/properties/encryption/requireInfrastructureEncryption", false),
    ("is_hns_enabled", "/properties/isHnsEnabled", false),
    ("local_user_enabled", "/properties/isLocalUserEnabled", true),
    ("nfsv3_enabled", "/properties/isNfsV3Enabled", false),
    ("sftp_enabled", "/properties/isSftpEnabled", false),
    ("shared_access_key_enabled", "/properties/allowSharedKeyAccess", true),
];

/// Switches that only a creation may set.
const FIXED_SWITCHES: [&str; 3] = ["infrastructure_encryption_enabled", "is_hns_enabled", "nfsv3_enabled"];

/// Choices: attribute and place.
const CHOICES: [(&str, &str); 3] = [
    ("access_tier", "/properties/accessTier"),
    ("allowed_copy_scope", "/properties/allowedCopyScope"),
    ("min_tls_version", "/properties/minimumTlsVersion"),
];

/// Which key queues and tables are encrypted with: `Service`, which documents don't tell, or `Account`.
const KEY_TYPES: [(&str, &str); 2] = [
    ("queue_encryption_key_type", "/properties/encryption/services/queue/keyType"),
    ("table_encryption_key_type", "/properties/encryption/services/table/keyType"),
];

const DOMAIN: &str = "/properties/customDomain";
const LOCK: &str = "/properties/immutableStorageWithVersioning";

/// What can be changed in place, as a change of a document.
pub(super) fn edit(object: &Object, prior: Option<&Object>, account: &mut Json) {
    for (name, path, _) in SWITCHES.iter().filter(|(name, _, _)| !FIXED_SWITCHES.contains(name)) {
        account.set(path, object.flag(name));
    }
    // What stays as it is isn't said: of kinds the API takes one alone in a change, whatever the account is of.
    let changes = |names: &[&str]| prior.is_none_or(|prior| object.differs_in(prior, names));
    for (name, path) in CHOICES.iter().filter(|(name, _)| changes(&[name])) {
        account.set(path, object.text(name));
    }
    let public = object.flag("public_network_access_enabled");
    let public = public.map(|on| if on { "Enabled" } else { "Disabled" });
    account.set("/properties/publicNetworkAccess", public);
    if object.flag("large_file_share_enabled") == Some(true) {
        account.set("/properties/largeFileSharesState", Some("Enabled"));
    }
    if changes(&["account_kind"]) {
        account.set("/kind", object.text("account_kind"));
    }
    if changes(&["account_tier", "account_replication_type"]) {
        let word = |name| object.text(name).unwrap_or_default();
        let sku = format!("{}_{}", word("account_tier"), word("account_replication_type"));
        account.set("/sku/name", Some(sku));
    }
    account.set("/properties/sasPolicy", Some(Json::Null).filter(|_| object.item("sas_policy").is_none()));
    if let Some(policy) = object.item("sas_policy") {
        account.set("/properties/sasPolicy/expirationAction", policy.text("expiration_action"));
        account.set("/properties/sasPolicy/sasExpirationPeriod", policy.text("expiration_period"));
    }
    let has_domain = prior.is_some_and(|prior| prior.item("custom_domain").is_some());
    match object.item("custom_domain") {
        Some(domain) => {
            let is_below = domain.flag("use_subdomain").unwrap_or(false);
            let name = domain.text("name");
            account.set(DOMAIN, Some(json!({"name": name, "useSubDomainName": is_below})));
        }
        // The API takes a domain away by an empty name.
        None => account.set(DOMAIN, has_domain.then(|| json!({"name": ""}))),
    }
    let routing = object.item("routing");
    let choice = routing.and_then(|routing| routing.text("choice")).unwrap_or("MicrosoftRouting");
    account.set("/properties/routingPreference/routingChoice", Some(choice));
    for (name, path) in PUBLISHED {
        account.set(path, Some(routing.and_then(|routing| routing.flag(name)).unwrap_or(false)));
    }
}

const PUBLISHED: [(&str, &str); 2] = [
    ("publish_internet_endpoints", "/properties/routingPreference/publishInternetEndpoints"),
    ("publish_microsoft_endpoints", "/properties/routingPreference/publishMicrosoftEndpoints"),
];

/// What only a creation may set.
pub(super) fn edit_new(object: &Object, account: &mut Json) {
    for (name, path, _) in SWITCHES.iter().filter(|(name, _, _)| FIXED_SWITCHES.contains(name)) {
        // What is off isn't said: not every kind of account takes it.
        account.set(path, object.flag(name).filter(|on| *on));
    }
    account.set("/properties/dnsEndpointType", object.text("dns_endpoint_type"));
    for (name, path) in KEY_TYPES {
        account.set(path, object.text(name).filter(|kind| *kind != "Service"));
    }
    if let Some(policy) = object.item("immutability_policy") {
        let policy = json!({
            "allowProtectedAppendWrites": policy.flag("allow_protected_append_writes"),
            "immutabilityPeriodSinceCreationInDays": policy.integer("period_since_creation_in_days"),
            "state": policy.text("state"),
        });
        account.set(LOCK, Some(json!({"enabled": true, "immutabilityPolicy": policy})));
    }
    if account.at("/properties/encryption").is_some() {
        account.set("/properties/encryption/keySource", Some("Microsoft.Storage"));
    }
}

/// Fills them in.
pub(super) fn fill(object: &mut Object, account: &Json) {
    for (name, path, default) in SWITCHES {
        object.put_flag(name, Some(account.switch(path).unwrap_or(default)));
    }
    for (name, path) in CHOICES {
        object.put_text(name, account.word(path));
    }
    for (name, path) in KEY_TYPES {
        object.put_text(name, Some(account.word(path).unwrap_or("Service")));
    }
    let public = account.word("/properties/publicNetworkAccess");
    object.put_flag("public_network_access_enabled", Some(public.is_none_or(|word| word == "Enabled")));
    let large = account.word("/properties/largeFileSharesState") == Some("Enabled");
    object.put_flag("large_file_share_enabled", Some(large));
    object.put_text("account_kind", account.word("/kind"));
    object.put_text(
        "dns_endpoint_type",
        Some(account.word("/properties/dnsEndpointType").unwrap_or("Standard")),
    );
    if let Some((tier, replication)) = account.word("/sku/name").and_then(|name| name.split_once('_')) {
        object.put_text("account_tier", Some(tier));
        object.put_text("account_replication_type", Some(replication));
    }
    fill_block(object, "sas_policy", account.at("/properties/sasPolicy"), |block, policy| {
        block.put_text("expiration_action", policy.word("/expirationAction"));
        block.put_text("expiration_period", policy.word("/sasExpirationPeriod"));
    });
    let domain =
        account.at(DOMAIN).filter(|domain| domain.word("/name").is_some_and(|name| !name.is_empty()));
    // Whether the domain was verified by a name below it, the API doesn't tell.
    let is_below = object.item("custom_domain").and_then(|domain| domain.flag("use_subdomain"));
    fill_block(object, "custom_domain", domain, |block, domain| {
        block.put_text("name", domain.word("/name"));
        block.put_flag("use_subdomain", domain.switch("/useSubDomainName").or(is_below).or(Some(false)));
    });
    let lock = account.at(LOCK).filter(|lock| lock.switch("/enabled") == Some(true));
    fill_block(
        object,
        "immutability_policy",
        lock.and_then(|lock| lock.at("/immutabilityPolicy")),
        |block, policy| {
            let appends = policy.switch("/allowProtectedAppendWrites").unwrap_or(false);
            block.put_flag("allow_protected_append_writes", Some(appends));
            let days = policy.count("/immutabilityPeriodSinceCreationInDays");
            block.put_integer("period_since_creation_in_days", days);
            block.put_text("state", policy.word("/state"));
        },
    );
    // Routing as it is by default is none, unless it is written.
    let is_plain = account
        .word("/properties/routingPreference/routingChoice")
        .is_none_or(|word| word == "MicrosoftRouting")
        && PUBLISHED.iter().all(|(_, path)| account.switch(path) != Some(true));
    let routing = (!is_plain || object.item("routing").is_some()).then_some(account);
    fill_block(object, "routing", routing, |block, account| {
        let choice = account.word("/properties/routingPreference/routingChoice");
        block.put_text("choice", Some(choice.unwrap_or("MicrosoftRouting")));
        for (name, path) in PUBLISHED {
            block.put_flag(name, Some(account.switch(path).unwrap_or(false)));
        }
    });
}

/// A block that occurs at most once, from a document where there is one.
pub(crate) fn fill_block(
    object: &mut Object,
    name: &str,
    document: Option<&Json>,
    fill: impl FnOnce(&mut Object, &Json),
) {
    let block = document.map(|document| {
        let mut block = object.blank_item(name);
        fill(&mut block, document);
        block
    });
    object.put_items(name, block);
}
