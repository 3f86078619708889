//! Hashes of text and of files.

use super::definition::STRING;
use super::{Call, Function, FunctionError, Outcome, Parameter, filesystem};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use trueup_value::Value;

pub(super) static FUNCTIONS: &[Function] = &[
    of_text(
        "base64sha256",
        |call| base64_of::<Sha256>(&text(call)),
        "The SHA-256 hash of a string in Base64.",
    ),
    of_text(
        "base64sha512",
        |call| base64_of::<Sha512>(&text(call)),
        "The SHA-512 hash of a string in Base64.",
    ),
    of_file(
        "filebase64sha256",
        |call| base64_of::<Sha256>(&content(call)?),
        "The SHA-256 hash of a file in Base64.",
    ),
    of_file(
        "filebase64sha512",
        |call| base64_of::<Sha512>(&content(call)?),
        "The SHA-512 hash of a file in Base64.",
    ),
    of_file(
        "filemd5",
        |call| hexadecimal_of::<Md5>(&content(call)?),
        "The MD5 hash of a file in hexadecimal.",
    ),
    of_file(
        "filesha1",
        |call| hexadecimal_of::<Sha1>(&content(call)?),
        "The SHA-1 hash of a file in hexadecimal.",
    ),
    of_file(
        "filesha256",
        |call| hexadecimal_of::<Sha256>(&content(call)?),
        "The SHA-256 hash of a file in hexadecimal.",
    ),
    of_file(
        "filesha512",
        |call| hexadecimal_of::<Sha512>(&content(call)?),
        "The SHA-512 hash of a file in hexadecimal.",
    ),
    of_text("md5", |call| hexadecimal_of::<Md5>(&text(call)), "The MD5 hash of a string in hexadecimal."),
    of_text("sha1", |call| hexadecimal_of::<Sha1>(&text(call)), "The SHA-1 hash of a string in hexadecimal."),
    of_text(
        "sha256",
        |call| hexadecimal_of::<Sha256>(&text(call)),
        "The SHA-256 hash of a string in hexadecimal.",
    ),
    of_text(
        "sha512",
        |call| hexadecimal_of::<Sha512>(&text(call)),
        "The SHA-512 hash of a string in hexadecimal.",
    ),
];

const fn of_text(name: &'static str, body: fn(&Call<'_>) -> Outcome, doc: &'static str) -> Function {
    const STR: &[Parameter] = &[Parameter::string("str")];
    Function::new(name, STR, STRING, body, doc)
}

const fn of_file(name: &'static str, body: fn(&Call<'_>) -> Outcome, doc: &'static str) -> Function {
    const PATH: &[Parameter] = &[Parameter::string("path")];
    Function::new(name, PATH, STRING, body, doc)
}

fn text(call: &Call<'_>) -> Vec<u8> {
    call.text(0).as_bytes().to_vec()
}

fn content(call: &Call<'_>) -> Result<Vec<u8>, FunctionError> {
    filesystem::read_bytes(call, 0).map_err(|error| FunctionError::call(error.message))
}

fn hexadecimal_of<D: Digest>(bytes: &[u8]) -> Outcome {
    Ok(Value::string(hexadecimal(&D::digest(bytes))))
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
}

fn base64_of<D: Digest>(bytes: &[u8]) -> Outcome {
    Ok(Value::string(STANDARD.encode(D::digest(bytes))))
}
