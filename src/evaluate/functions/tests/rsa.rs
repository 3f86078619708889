//! A text encrypted for a key that was made for these tests, with the key in each of its containers.

use super::super::{ErrorKind, call, lookup};
use super::world::Fake;
use trueup_value::Value;

const CIPHERTEXT: &str = include_str!("cases/rsa_ciphertext.txt");
const KEYS: [&str; 3] = [
    include_str!("cases/rsa_pkcs1.pem"),
    include_str!("cases/rsa_pkcs8.pem"),
    include_str!("cases/rsa_openssh.pem"),
];

fn decrypt(ciphertext: &str, key: &str) -> Result<Value, ErrorKind> {
    let function = lookup("rsadecrypt").expect("it is in the table");
    let arguments = [Value::string(ciphertext), Value::string(key)];
    call(function, &arguments, &Fake::default()).map_err(|errors| errors[0].kind)
}

#[test]
fn every_container_of_the_key_opens() {
    for key in KEYS {
        assert_eq!(decrypt(CIPHERTEXT, key), Ok(Value::string("secret text")), "{}", &key[..30]);
    }
}

#[test]
fn what_is_wrong_is_told_by_argument() {
    let [pkcs1, _, openssh] = KEYS;
    let cut = &openssh[..openssh.len() / 2];
    for (ciphertext, key, wanted) in [
        ("not base64!", pkcs1, ErrorKind::Argument(0)),
        (CIPHERTEXT, "not a key", ErrorKind::Argument(1)),
        (
            CIPHERTEXT,
            "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----",
            ErrorKind::Argument(1),
        ),
        (CIPHERTEXT, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", ErrorKind::Argument(1)),
        (CIPHERTEXT, cut, ErrorKind::Argument(1)),
        ("aGVsbG8=", pkcs1, ErrorKind::Call),
    ] {
        assert_eq!(decrypt(ciphertext, key), Err(wanted));
    }
}
