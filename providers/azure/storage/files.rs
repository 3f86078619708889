//! Who may open file shares by a directory's word: the block `azure_files_authentication`.

use crate::arm::document::Document;
use crate::storage::settings::fill_block;
use serde_json::{Value as Json, json};
use trueup_provider_kit::{Fields, Object};

const PLACE: &str = "/properties/azureFilesIdentityBasedAuthentication";
const DIRECTORY: &str = "/directoryServiceOptions";
const PERMISSION: &str = "/defaultSharePermission";
/// What an Active Directory of one's own is known by.
const DOMAIN: [(&str, &str); 6] = [
    ("domain_guid", "/activeDirectoryProperties/domainGuid"),
    ("domain_name", "/activeDirectoryProperties/domainName"),
    ("domain_sid", "/activeDirectoryProperties/domainSid"),
    ("forest_name", "/activeDirectoryProperties/forestName"),
    ("netbios_domain_name", "/activeDirectoryProperties/netBiosDomainName"),
    ("storage_sid", "/activeDirectoryProperties/azureStorageSid"),
];

/// The change that puts an end to a directory's word, where another is to follow: one doesn't go over into the other.
pub(super) fn ending(prior: &Object, object: &Object) -> Option<Json> {
    let kind = |object: &Object| {
        let block = object.item("azure_files_authentication")?;
        block.owned("directory_type")
    };
    let (before, after) = (kind(prior)?, kind(object)?);
    (before != after).then(|| {
        let mut body = json!({});
        body.set(&format!("{PLACE}{DIRECTORY}"), Some("None"));
        body
    })
}

/// Puts what the block says into a change.
pub(super) fn edit(object: &Object, prior: Option<&Object>, account: &mut Json) {
    let Some(block) = object.item("azure_files_authentication") else {
        if prior.is_some_and(|prior| prior.item("azure_files_authentication").is_some()) {
            account.set(&format!("{PLACE}{DIRECTORY}"), Some("None"));
        }
        return;
    };
    let mut out = json!({});
    out.set(DIRECTORY, block.text("directory_type"));
    out.set(PERMISSION, block.text("default_share_level_permission"));
    match block.item("active_directory") {
        Some(domain) => DOMAIN.iter().for_each(|(name, path)| out.set(path, domain.text(name))),
        // A change says that there is none: what it doesn't name stays.
        None => out.set("/activeDirectoryProperties", Some(Json::Null)),
    }
    account.set(PLACE, Some(out));
}

pub(super) fn fill(object: &mut Object, account: &Json) {
    let found = account.at(PLACE).filter(|found| found.word(DIRECTORY).is_some_and(|word| word != "None"));
    fill_block(object, "azure_files_authentication", found, |block, found| {
        block.put_text("directory_type", found.word(DIRECTORY));
        block.put_text("default_share_level_permission", Some(found.word(PERMISSION).unwrap_or("None")));
        // What is left of another directory means nothing to Entra's own.
        let may_have_domain = found.word(DIRECTORY) != Some("AADDS");
        let has_domain = may_have_domain && DOMAIN.iter().any(|(_, path)| found.word(path).is_some());
        fill_block(block, "active_directory", has_domain.then_some(found), |domain, found| {
            for (name, path) in DOMAIN {
                domain.put_text(name, found.word(path));
            }
        });
    });
}
