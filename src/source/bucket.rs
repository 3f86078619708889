//! Archives in buckets: `s3::` and `gcs::` addresses, and the requests that get them.
//!
//! Requests to S3 are signed as "Signature Version 4" of the AWS documentation describes, where there are keys; without
//! keys they are sent as they are, which public objects answer.

use crate::checksum::hex;
use crate::error::SourceError;
use crate::login::Keys;
use sha2::{Digest, Sha256};

/// The URL of an object in Google Cloud Storage, from `https://www.googleapis.com/storage/v1/BUCKET/PATH`.
pub(crate) fn google_url(address: &str) -> Result<String, SourceError> {
    let path = address.split_once("/storage/v1/").map(|(_, path)| path);
    match path.filter(|path| path.split('/').filter(|part| !part.is_empty()).count() > 1) {
        Some(path) => Ok(format!("https://storage.googleapis.com/{path}")),
        None => Err(SourceError::invalid(
            "use the module source",
            address,
            "it names no bucket and object",
            "write \"gcs::https://www.googleapis.com/storage/v1/BUCKET/PATH/module.zip\"",
        )),
    }
}

/// An object in S3, as an address names it.
pub(crate) struct S3Object {
    /// The URL without what only this program reads.
    pub(crate) url: String,
    /// The region that the request is signed for.
    pub(crate) region: String,
    /// Keys inside of the address.
    pub(crate) keys: Option<Keys>,
}

/// Reads `https://s3-REGION.amazonaws.com/BUCKET/KEY` and its kin; `region`, `aws_access_key_id`,
/// `aws_access_key_secret` and `aws_access_token` of the query are for this program.
pub(crate) fn s3_object(address: &str) -> S3Object {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let mut found = S3Object { url: path.to_owned(), region: region_of(path), keys: None };
    let (mut id, mut secret, mut session) = (None, None, None);
    let mut rest = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        match key {
            "region" => value.clone_into(&mut found.region),
            "aws_access_key_id" => id = Some(value.to_owned()),
            "aws_access_key_secret" => secret = Some(value.to_owned()),
            "aws_access_token" => session = Some(value.to_owned()),
            "version" => rest.push(format!("versionId={value}")),
            _ => rest.push(pair.to_owned()),
        }
    }
    if !rest.is_empty() {
        found.url = format!("{path}?{}", rest.join("&"));
    }
    found.keys = id.zip(secret).map(|(id, secret)| Keys { id, secret, session });
    found
}

/// `s3-eu-west-1.amazonaws.com`, `bucket.s3.eu-west-1.amazonaws.com`, `s3.amazonaws.com`.
fn region_of(url: &str) -> String {
    let host = url.split("://").nth(1).unwrap_or_default().split('/').next().unwrap_or_default();
    let inner = host.strip_suffix(".amazonaws.com").unwrap_or_default();
    let last = inner.rsplit('.').next().unwrap_or_default();
    let region = last.strip_prefix("s3-").unwrap_or(last);
    if region.is_empty() || region == "s3" || inner.is_empty() { "us-east-1".into() } else { region.into() }
}

/// The headers that sign a `GET` of the object; `now` is RFC 3339 in UTC.
pub(crate) fn sign(object: &S3Object, keys: &Keys, now: &str) -> Vec<(&'static str, String)> {
    let stamp: String =
        now.split('.').next().unwrap_or_default().chars().filter(|c| !"-:Z".contains(*c)).collect();
    let (stamp, day) = (format!("{stamp}Z"), stamp.get(..8).unwrap_or_default().to_owned());
    let rest = object.url.split_once("://").map_or("", |(_, rest)| rest);
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).collect();
    pairs.sort_unstable();
    let empty = hex(&Sha256::digest(b""));
    let mut headers = vec![
        ("host", host.to_owned()),
        ("x-amz-content-sha256", empty.clone()),
        ("x-amz-date", stamp.clone()),
    ];
    headers.extend(keys.session.clone().map(|token| ("x-amz-security-token", token)));
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let written: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let canonical = format!("GET\n/{path}\n{}\n{written}\n{names}\n{empty}", pairs.join("&"));
    let scope = format!("{day}/{}/s3/aws4_request", object.region);
    let text = format!("AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{}", hex(&Sha256::digest(canonical.as_bytes())));
    let mut key = format!("AWS4{}", keys.secret).into_bytes();
    for part in [day.as_str(), &object.region, "s3", "aws4_request"] {
        key = hmac(&key, part.as_bytes());
    }
    let signature = hex(&hmac(&key, text.as_bytes()));
    let value = format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
        keys.id
    );
    headers.remove(0);
    headers.push(("authorization", value));
    headers
}

/// HMAC with SHA-256, after RFC 2104.
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    const BLOCK_BYTES: usize = 64;
    let mut block = if key.len() > BLOCK_BYTES { Sha256::digest(key).to_vec() } else { key.to_vec() };
    block.resize(BLOCK_BYTES, 0);
    let pad = |with: u8| -> Vec<u8> { block.iter().map(|byte| byte ^ with).collect() };
    let inner = Sha256::digest([&pad(0x36)[..], text].concat());
    Sha256::digest([&pad(0x5c)[..], &inner].concat()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::{google_url, hmac, s3_object, sign};
    use crate::checksum::hex;
    use crate::login::Keys;

    #[test]
    fn objects_are_found() {
        let cases = [
            ("https://s3.amazonaws.com/b/k.zip", "https://s3.amazonaws.com/b/k.zip", "us-east-1"),
            (
                "https://s3-eu-west-1.amazonaws.com/b/k.zip",
                "https://s3-eu-west-1.amazonaws.com/b/k.zip",
                "eu-west-1",
            ),
            (
                "https://b.s3.eu-west-1.amazonaws.com/k.zip",
                "https://b.s3.eu-west-1.amazonaws.com/k.zip",
                "eu-west-1",
            ),
            (
                "https://b.s3-eu-west-1.amazonaws.com/k.zip",
                "https://b.s3-eu-west-1.amazonaws.com/k.zip",
                "eu-west-1",
            ),
            (
                "http://127.0.0.1:9000/b/k.zip?region=x-1&aws_access_key_id=A&aws_access_key_secret=B&version=7",
                "http://127.0.0.1:9000/b/k.zip?versionId=7",
                "x-1",
            ),
        ];
        for (address, url, region) in cases {
            let found = s3_object(address);
            assert_eq!((found.url.as_str(), found.region.as_str()), (url, region), "{address}");
            assert_eq!(found.keys.is_some(), address.contains("key_id"), "{address}");
        }
        let url = google_url("https://www.googleapis.com/storage/v1/b/d/m.zip").unwrap();
        assert_eq!(url, "https://storage.googleapis.com/b/d/m.zip");
        google_url("https://www.googleapis.com/storage/v1/b").unwrap_err();
    }

    /// Test case 2 of RFC 4231, and one after the documentation of S3 ("GET Object", without its Range header).
    #[test]
    fn signatures_are_those_of_the_documents() {
        let mac = hex(&hmac(b"Jefe", b"what do ya want for nothing?"));
        assert_eq!(mac, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        let keys = Keys {
            id: "AKIAIOSFODNN7EXAMPLE".into(),
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
            session: None,
        };
        let object = s3_object("https://examplebucket.s3.amazonaws.com/?lifecycle=");
        let headers = sign(&object, &keys, "2013-05-24T00:00:00Z");
        let (_, signed) = headers.iter().find(|(name, _)| *name == "authorization").unwrap();
        let wanted = "Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543";
        assert!(signed.ends_with(wanted), "{signed}");
    }
}
