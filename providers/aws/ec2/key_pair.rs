//! `aws_key_pair`: a public key that instances let in.

use crate::account::site::Site;
use crate::ec2::{by_id, filter, has_planned_tags, tagged, tags, update_tags};
use crate::fault::Attempt;
use crate::names;
use async_trait::async_trait;
use aws_sdk_ec2::primitives::Blob;
use aws_sdk_ec2::types::{KeyPairInfo, ResourceType};
use std::time::Duration;
use trueup_diag::Diagnostics;
use trueup_provider_kit::{Call, Fault, Fields, Meaning, Object, Readings, Resource, keyed};

/// `aws_key_pair`
pub(crate) struct KeyPair;

/// A key and the account that asked: keys don't say whose they are.
struct Found {
    key: KeyPairInfo,
    account: String,
}

/// The meaning of attributes that hold a public key: the same may be written with another comment or line ending.
pub(crate) const PUBLIC_KEY: Meaning = Meaning { name: "public_key", is_same: is_same_key, complaint };

/// The attributes of the name and of its beginning.
const NAME: (&str, &str) = ("key_name", "key_name_prefix");

#[async_trait]
impl Resource<Site> for KeyPair {
    fn patience(&self) -> Duration {
        Duration::from_mins(5)
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        names::conflict(config, NAME).into_iter().collect()
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        by_id(objects, |ids| describe(site, ids), |object, found| fill(site, object, found)).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let name = names::made(object, NAME, call.token);
        let key = object.text("public_key").unwrap_or_default().trim();
        let request = call
            .site
            .ec2
            .import_key_pair()
            .key_name(&name)
            .public_key_material(Blob::new(key))
            .set_tag_specifications(tagged(ResourceType::KeyPair, object));
        request.send().await.plain()?;
        object.put_text("id", Some(&name));
        Ok(())
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        update_tags(call.site, prior.text("key_pair_id").unwrap_or_default(), prior, object).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        call.site.ec2.delete_key_pair().key_name(object.id_or_empty()).send().await.plain()?;
        Ok(())
    }

    /// Names are unique in a region.
    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let name = names::made(object, NAME, call.token);
        let found = describe(call.site, vec![name]).await?;
        let wanted = object.text("public_key").unwrap_or_default();
        let is_ours = |key: &KeyPairInfo| {
            has_planned_tags(object, key.tags())
                && key.public_key().is_none_or(|key| !is_open_ssh(wanted) || is_same_key(key, wanted))
        };
        let ours = found.into_iter().find(|(_, found)| is_ours(&found.key));
        Ok(object.identify(ours.map(|(name, _)| name)))
    }
}

async fn describe(site: &Site, names: Vec<String>) -> Result<Vec<(String, Found)>, Fault> {
    let request = site.ec2.describe_key_pairs().filters(filter("key-name", names)).include_public_key(true);
    let keys = request.send().await.plain()?.key_pairs.unwrap_or_default();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let account = site.account().await?;
    let found = keys.into_iter().map(|key| Found { key, account: account.to_owned() });
    Ok(keyed(found, |found| found.key.key_name.clone()))
}

fn fill(site: &Site, object: &mut Object, found: &Found) {
    let key = &found.key;
    let name = key.key_name().unwrap_or_default();
    // The API tells keys in OpenSSH format: one written otherwise stays as long as the fingerprint does.
    let is_untold = object.text("public_key").is_some_and(|key| !is_open_ssh(key))
        && (!object.is_set("fingerprint") || object.text("fingerprint") == key.key_fingerprint());
    if !is_untold && let Some(text) = key.public_key() {
        object.put_text("public_key", Some(text.trim()));
    }
    object.put_text("arn", Some(site.arn("ec2", &found.account, &format!("key-pair/{name}"))));
    object.put_text("fingerprint", key.key_fingerprint());
    object.put_text("key_name", Some(name));
    object.put_text("key_name_prefix", names::prefix(name));
    object.put_text("key_pair_id", key.key_pair_id());
    object.put_text("key_type", key.key_type());
    object.put_map("tags_all", &tags(key.tags()));
}

/// Whether two texts hold the same key: in OpenSSH format the kind and the key itself count, not the comment.
fn is_same_key(one: &str, other: &str) -> bool {
    let parts = |text: &str| -> Vec<String> {
        let count = if is_open_ssh(text) { 2 } else { usize::MAX };
        text.split_whitespace().take(count).map(str::to_owned).collect()
    };
    parts(one) == parts(other)
}

/// The API judges keys: three formats are many.
fn complaint(_: &str) -> Option<String> {
    None
}

/// Whether a key is written as in `authorized_keys`: kind, key and comment.
fn is_open_ssh(text: &str) -> bool {
    text.trim_start().starts_with("ssh-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_key_may_be_written_differently() {
        let cases = [
            ("ssh-rsa AAAB me@here", "ssh-rsa AAAB", true),
            ("ssh-rsa AAAB me@here\n", "ssh-rsa AAAB name", true),
            ("ssh-rsa AAAB me", "ssh-rsa AAAC me", false),
            ("ssh-ed25519 AAAB", "ssh-rsa AAAB", false),
            ("MIIBIjAN\nBgkq", "MIIBIjAN\r\nBgkq\n", true),
            ("MIIBIjAN BgkqX Z", "MIIBIjAN BgkqX Y", false),
            ("---- BEGIN SSH2 PUBLIC KEY ----\nAAAB", "ssh-rsa AAAB", false),
        ];
        for (one, other, expected) in cases {
            assert_eq!(is_same_key(one, other), expected, "{one:?} {other:?}");
        }
    }
}
