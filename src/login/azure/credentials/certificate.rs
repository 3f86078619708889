//! Applications that sign in with a certificate: what proves who they are is a short-lived token of their own, signed
//! with the certificate's key (Microsoft identity platform, "Application authentication certificate credentials").
//! Certificate and key come in one file, as PKCS #12 (RFC 7292) has them.

use super::entra::Client;
use super::{Fault, FaultKind};
use crate::azure::settings::Bundle;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PSS_SHA256;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p12_keystore::{KeyStore, Pkcs12ImportPolicy};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// How long a token of this sort is good, in seconds, and how far clocks may differ.
const LIFE: u64 = 600;
const SKEW: u64 = 60;

/// A certificate with its key.
pub(super) struct Certificate {
    key: KeyPair,
    /// By which Entra finds it among those of the application.
    thumbprint: String,
}

impl Certificate {
    /// Opens the file.
    pub(super) fn of(bundle: &Bundle) -> Result<Certificate, Fault> {
        let store = KeyStore::from_pkcs12(&bundle.bytes, &bundle.password, Pkcs12ImportPolicy::Strict)
            .map_err(|error| {
                bad(format!("the client certificate can't be opened: {error}")).hint(
                    "It has to be a file in the form of PKCS #12 (.pfx, .p12), and client_certificate_password its password.",
                )
            })?;
        let chain = store.private_key_chain().map(|(_, chain)| chain);
        let found = chain.and_then(|chain| Some((chain.key().as_der(), chain.certs().first()?)));
        let (key, certificate) = found.ok_or_else(|| {
            bad("the file of the client certificate holds no key with a certificate of it".to_owned())
        })?;
        let key = KeyPair::from_pkcs8(key).map_err(|_| {
            bad("the key of the client certificate is none of RSA".to_owned())
                .hint("Entra takes certificates with RSA keys alone.")
        })?;
        let thumbprint = URL_SAFE_NO_PAD.encode(digest(&SHA256, certificate.as_der()));
        Ok(Certificate { key, thumbprint })
    }

    /// A token that says who the client is, good from now on, in seconds since 1970.
    pub(super) fn assertion(&self, client: &Client, now: u64) -> Result<String, Fault> {
        let header = json!({"alg": "PS256", "typ": "JWT", "x5t#S256": self.thumbprint});
        let claims = json!({
            "aud": client.url()?.as_str(),
            "exp": now + LIFE,
            "iat": now,
            "iss": client.id,
            "jti": Uuid::new_v4().to_string(),
            "nbf": now.saturating_sub(SKEW),
            "sub": client.id,
        });
        let part = |json: &Json| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(&RSA_PSS_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(|_| bad("the key of the client certificate is too short to sign with".to_owned()))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

fn bad(message: String) -> Fault {
    Fault::new(FaultKind::Invalid, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_old_and_new_programs_are_opened() {
        let (new, old) = ("tests/certificate/client.p12", "tests/certificate/legacy.p12");
        let thumbprint = "_E63UlAa5M5DwfUfsKKTPTo1PUYD_3ZiIbNe9rtgj6A";
        let cases = [
            (new, "secret-word", thumbprint),
            (old, "", thumbprint),
            (new, "another", "the client certificate can't be opened"),
            ("tests/certificate/curve.p12", "", "none of RSA"),
            ("tests/certificate/public.der", "", "the client certificate can't be opened"),
        ];
        for (path, password, expected) in cases {
            let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
            let bundle = Bundle { bytes: std::fs::read(path).expect("a file"), password: password.into() };
            let found = Certificate::of(&bundle);
            let told = found.map_or_else(|fault| fault.message, |certificate| certificate.thumbprint);
            assert!(told.contains(expected) && !told.contains("word"), "{told}");
        }
    }
}
