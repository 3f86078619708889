//! Private RSA keys in the containers that people keep them in: PKCS #1, PKCS #8 and OpenSSH, all as PEM.

use aws_lc_rs::rsa::{Pkcs1PrivateDecryptingKey, PrivateDecryptingKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use num_bigint::BigUint;

/// Reads a private key; the error says what is wrong without quoting it.
pub(super) fn read(pem: &str) -> Result<PrivateDecryptingKey, String> {
    let (label, content) = unwrap_pem(pem)?;
    let pkcs8 = match label.as_str() {
        "RSA PRIVATE KEY" => pkcs8_of(&content),
        "PRIVATE KEY" => content,
        "OPENSSH PRIVATE KEY" => pkcs8_of(&openssh(&content)?),
        other => return Err(format!("a {other:?} is not a private RSA key")),
    };
    PrivateDecryptingKey::from_pkcs8(&pkcs8)
        .map_err(|_| "the private key isn't a sound RSA key of 2048 to 8192 bits".to_owned())
}

/// Decrypts with PKCS #1 v1.5 padding.
pub(super) fn decrypt(key: &PrivateDecryptingKey, ciphertext: &[u8]) -> Result<Vec<u8>, String> {
    let wrong = |_| "the ciphertext wasn't encrypted for this key".to_owned();
    let key = Pkcs1PrivateDecryptingKey::new(key.clone()).map_err(wrong)?;
    let mut plain = vec![0; key.min_output_size()];
    let plain = key.decrypt(ciphertext, &mut plain).map_err(wrong)?;
    Ok(plain.to_vec())
}

/// The label and the bytes of a PEM block.
fn unwrap_pem(pem: &str) -> Result<(String, Vec<u8>), String> {
    let missing =
        || "the private key isn't PEM: a line like -----BEGIN RSA PRIVATE KEY----- must begin it".to_owned();
    let start = pem.find("-----BEGIN ").ok_or_else(missing)?;
    let after = &pem[start + "-----BEGIN ".len()..];
    let (label, body) = after.split_once("-----").ok_or_else(missing)?;
    let (body, _) = body.split_once("-----END ").ok_or_else(missing)?;
    if body.contains("ENCRYPTED") || label.contains("ENCRYPTED") {
        return Err("the private key is protected by a password".into());
    }
    let base64: String = body.chars().filter(|c| !c.is_whitespace()).collect();
    let content = STANDARD
        .decode(base64)
        .map_err(|_| "the private key isn't PEM: its content isn't Base64".to_owned())?;
    Ok((label.to_owned(), content))
}

/// PKCS #8 around the PKCS #1 form: version 0, the algorithm rsaEncryption, and the key (RFC 5208).
fn pkcs8_of(pkcs1: &[u8]) -> Vec<u8> {
    const VERSION_AND_ALGORITHM: &[u8] =
        &[2, 1, 0, 0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
    der(0x30, &[VERSION_AND_ALGORITHM, &der(4, pkcs1)].concat())
}

/// A DER element of a tag.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let significant = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    let header = match significant {
        [] => vec![tag, 0],
        [short @ ..128] => vec![tag, *short],
        long => [&[tag, 0x80 | u8::try_from(long.len()).unwrap_or(8)], long].concat(),
    };
    [&header, content].concat()
}

fn der_number(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_be();
    if bytes.first().is_some_and(|first| *first >= 0x80) {
        bytes.insert(0, 0);
    }
    der(2, &bytes)
}

/// The PKCS #1 form of an OpenSSH key that isn't encrypted (openssh/PROTOCOL.key).
fn openssh(content: &[u8]) -> Result<Vec<u8>, String> {
    let malformed = || "the OpenSSH private key is malformed".to_owned();
    let mut outer = Fields { rest: content.strip_prefix(b"openssh-key-v1\0").ok_or_else(malformed)? };
    if outer.field().ok_or_else(malformed)? != b"none" {
        return Err("the private key is protected by a password".into());
    }
    // The key derivation and its options, the number of keys, and the public key.
    (|| Some((outer.field()?, outer.field()?, outer.skip(4)?, outer.field()?)))().ok_or_else(malformed)?;
    let mut inner = Fields { rest: outer.field().ok_or_else(malformed)? };
    inner.skip(8).ok_or_else(malformed)?;
    if inner.field().ok_or_else(malformed)? != b"ssh-rsa" {
        return Err("the private key isn't an RSA key".into());
    }
    rsa_fields(&mut inner).ok_or_else(malformed)
}

/// The fields n, e, d, iqmp, p and q of an OpenSSH key, as PKCS #1 orders and completes them.
fn rsa_fields(fields: &mut Fields<'_>) -> Option<Vec<u8>> {
    let mut number = || fields.field().map(BigUint::from_bytes_be);
    let (modulus, public, private, coefficient, prime, other) =
        (number()?, number()?, number()?, number()?, number()?, number()?);
    let one = BigUint::from(1u32);
    if prime <= one || other <= one {
        return None;
    }
    let (dp, dq) = (&private % (&prime - &one), &private % (&other - &one));
    let numbers = [BigUint::ZERO, modulus, public, private, prime, other, dp, dq, coefficient];
    Some(der(0x30, &numbers.iter().flat_map(der_number).collect::<Vec<u8>>()))
}

/// Fields with their lengths before them, four bytes each.
struct Fields<'k> {
    rest: &'k [u8],
}

impl<'k> Fields<'k> {
    fn field(&mut self) -> Option<&'k [u8]> {
        let length = u32::from_be_bytes(self.skip(4)?.try_into().ok()?);
        self.skip(usize::try_from(length).ok()?)
    }

    fn skip(&mut self, count: usize) -> Option<&'k [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }
}
