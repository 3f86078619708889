//! The key that an account is encrypted with where it isn't Azure's own: the block `customer_managed_key`.

use crate::arm::document::Document;
use crate::storage::settings::fill_block;
use reqwest::Url;
use serde_json::{Value as Json, json};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Fields, Object};

/// How a key is named: by its id in a vault, or in a managed HSM.
const KEYS: [&str; 2] = ["key_vault_key_id", "managed_hsm_key_id"];
const SOURCE: &str = "/properties/encryption/keySource";
const KEY: &str = "/properties/encryption/keyvaultproperties";
const IDENTITY: &str = "/properties/encryption/identity/userAssignedIdentity";

/// A key: its vault, its name, and its version where one is told.
type Key = (String, String, Option<String>);

/// What is wrong with the block.
pub(super) fn validate(config: &Object) -> Diagnostics {
    let mut out = Diagnostics::new();
    let Some(block) = config.item("customer_managed_key") else { return out };
    let is_open = KEYS.iter().any(|name| block.is_unknown(name));
    if !is_open && KEYS.iter().filter(|name| block.is_set(name)).count() != 1 {
        let [one, other] = KEYS;
        let detail = format!("A customer_managed_key needs either {one} or {other}, and only one of them.");
        out.push(Diagnostic::error("Invalid combination of arguments", detail));
    }
    for name in KEYS {
        if let Some(id) = block.text(name).filter(|id| parts(id).is_none()) {
            let detail = format!("{name} is {id:?}, which is not the id of a key.");
            out.push(Diagnostic::error("Invalid id", detail).hint(
                "Write https://VAULT.vault.azure.net/keys/NAME, with /VERSION where one version is meant.",
            ));
        }
    }
    out
}

/// Puts what the block says into a change.
pub(super) fn edit(object: &Object, prior: Option<&Object>, account: &mut Json) {
    let Some(block) = object.item("customer_managed_key") else {
        if prior.is_some_and(|prior| prior.item("customer_managed_key").is_some()) {
            account.set(SOURCE, Some("Microsoft.Storage"));
        }
        return;
    };
    let Some((vault, name, version)) = KEYS.iter().find_map(|name| parts(block.text(name)?)) else { return };
    account.set(SOURCE, Some("Microsoft.Keyvault"));
    // Without a version the newest counts, and goes on to count.
    let version = version.unwrap_or_default();
    account.set(KEY, Some(json!({"keyvaulturi": vault, "keyname": name, "keyversion": version})));
    account.set(IDENTITY, block.text("user_assigned_identity_id"));
}

pub(super) fn fill(object: &mut Object, account: &Json) {
    let is_own = account.word(SOURCE).is_some_and(|source| source.eq_ignore_ascii_case("Microsoft.Keyvault"));
    let key = account.at(KEY).filter(|_| is_own);
    fill_block(object, "customer_managed_key", key, |block, key| {
        let vault = key.word("/keyvaulturi").unwrap_or_default().trim_end_matches('/');
        let version = key.word("/keyversion").filter(|version| !version.is_empty());
        let version = version.map(|version| format!("/{version}")).unwrap_or_default();
        let id = format!("{vault}/keys/{}{version}", key.word("/keyname").unwrap_or_default());
        let [in_vault, in_module] = KEYS;
        block.put_text(if vault.contains(".managedhsm.") { in_module } else { in_vault }, Some(id));
        block.put_text("user_assigned_identity_id", account.word(IDENTITY));
    });
}

/// `https://VAULT/keys/NAME/VERSION`, the version left out at times.
fn parts(id: &str) -> Option<Key> {
    let url = Url::parse(id).ok().filter(|url| url.scheme() == "https")?;
    let vault = format!("https://{}/", url.host_str()?);
    let words: Vec<&str> = url.path_segments()?.filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        ["keys", name] => Some((vault, (*name).to_owned(), None)),
        ["keys", name, version] => Some((vault, (*name).to_owned(), Some((*version).to_owned()))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_keys_are_taken_apart() {
        let cases = [
            ("https://v.vault.azure.net/keys/k", Some(("https://v.vault.azure.net/", "k", None))),
            ("https://v.vault.azure.net/keys/k/1", Some(("https://v.vault.azure.net/", "k", Some("1")))),
            ("https://v.vault.azure.net/secrets/k", None),
            ("https://v.vault.azure.net/keys/k/1/2", None),
            ("keys/k", None),
        ];
        for (id, expected) in cases {
            let found = parts(id);
            let found = found
                .as_ref()
                .map(|(vault, name, version)| (vault.as_str(), name.as_str(), version.as_deref()));
            assert_eq!(found, expected, "{id}");
        }
    }
}
