//! Key pairs, which requests call by their names.

use super::{describe, done, specified};
use crate::fake::Call;
use crate::fake::params::decode_base64;
use crate::fake::world::{Outcome, refuse};
use serde_json::{Value as Json, json};

pub(super) fn import(call: &mut Call<'_>) -> Outcome<Json> {
    let name = call.params.need("KeyName")?;
    let material = decode_base64(&call.params.need("PublicKeyMaterial")?).unwrap_or_default();
    let tags = specified(&mut call.params, "key-pair")?;
    call.params.done()?;
    let mut parts = material.split_whitespace();
    let (Some(kind), Some(key)) = (parts.next(), parts.next()) else {
        return Err(refuse("InvalidKey.Format", "Key is not in valid OpenSSH public key format"));
    };
    if !["ssh-ed25519", "ssh-rsa"].contains(&kind) {
        return Err(refuse("InvalidKey.Format", "Key is not in valid OpenSSH public key format"));
    }
    if call.world.all("key-pair", call.region).any(|(_, pair)| pair.text("keyName") == name) {
        return Err(refuse("InvalidKeyPair.Duplicate", format!("The keypair '{name}' already exists.")));
    }
    let body = |id: &str| {
        json!({"keyPairId": id, "keyName": name, "keyType": kind.trim_start_matches("ssh-"),
            "keyFingerprint": crate::cloud::token("fingerprint", key), "publicKey": material.trim()})
    };
    let id = call.made("key-pair", body, tags);
    describe::one(call, &id)
}

pub(super) fn describe(call: &mut Call<'_>) -> Outcome<Json> {
    let is_told = call.params.flag("IncludePublicKey")?.unwrap_or(false);
    let mut answer = describe::things(call, &describe::KEYS)?;
    for pair in answer["keySet"].as_array_mut().expect("a list").iter_mut().filter(|_| !is_told) {
        pair["publicKey"] = Json::Null;
    }
    Ok(answer)
}

/// Deleting a key that isn't there is no error.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome<Json> {
    let name = call.params.need("KeyName")?;
    call.params.done()?;
    let found = call.world.all("key-pair", call.region).find(|(_, pair)| pair.text("keyName") == name);
    if let Some(id) = found.map(|(id, _)| id.clone()) {
        call.world.remove(&id);
    }
    Ok(done())
}
