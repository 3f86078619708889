//! What state and journal look like outside: statefile version 4 and journal lines.

mod change;
pub mod check;
mod error;
pub mod journal;
mod object;
mod path;
pub mod pretty;
pub mod record;
pub mod v4;

pub use error::StatefileError;

use crate::State;
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// The few members that tell the versions apart.
#[derive(Deserialize)]
struct Sniffed {
    version: Option<serde_json::Value>,
    terraform_version: Option<String>,
    encrypted_data: Option<serde::de::IgnoredAny>,
}

const FORMAT: &str = "Unsupported state file format";
const RESTORE: &str = "Restore the file from its backup (such as terraform.tfstate.backup), or from the backend's \
                       version history.";

/// Reads a statefile of any version that can be read. The bytes of an empty file are not a state.
pub fn read(bytes: &[u8]) -> Result<State, StatefileError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let detail = format!("The state file is not UTF-8 text: bad byte at offset {}.", error.valid_up_to());
        StatefileError::new(FORMAT, detail).hint(RESTORE)
    })?;
    let sniffed: Sniffed = serde_json::from_str(text).map_err(|error| not_json(text, &error))?;
    if sniffed.encrypted_data.is_some() {
        let detail = "The state file is encrypted by OpenTofu.";
        return Err(StatefileError::new(FORMAT, detail).hint(
            "Decrypt it with OpenTofu (a fallback to the method \"unencrypted\") before it is used here.",
        ));
    }
    let Some(version) = sniffed.version else {
        let detail = "The state file does not have a \"version\" attribute, which is required to identify the format \
                      version.";
        return Err(StatefileError::new(FORMAT, detail).hint(RESTORE));
    };
    let writer = sniffed.terraform_version.unwrap_or_else(|| "an unknown version".into());
    match version.as_u64() {
        Some(v4::VERSION) => v4::read(text),
        Some(old @ 1..v4::VERSION) => Err(StatefileError::new(
            FORMAT,
            format!("The state file uses format version {old}, written by Terraform {writer}; version 4 is needed."),
        )
        .hint("Upgrade it with Terraform 0.13 to 1.x: terraform apply -refresh-only rewrites it as version 4.")),
        Some(new) => Err(StatefileError::new(
            FORMAT,
            format!("The state file uses format version {new}, written by Terraform {writer}; version 4 is the newest known."),
        )
        .hint("Use a newer trueup.")),
        None => Err(StatefileError::new(
            FORMAT,
            format!("The version in the state file is {version}. A positive whole number is required."),
        )
        .hint(RESTORE)),
    }
}

fn not_json(text: &str, error: &serde_json::Error) -> StatefileError {
    if error.is_data() {
        let detail = format!("The state file is JSON but not a state: {error}.");
        return StatefileError::new(FORMAT, detail).hint(RESTORE);
    }
    let what = if error.is_eof() { "it ends in the middle" } else { "syntax error" };
    let detail = format!(
        "The state file could not be parsed as JSON: {what} at line {} column {} ({} bytes).",
        error.line(),
        error.column(),
        text.len()
    );
    StatefileError::new(FORMAT, detail).hint(RESTORE)
}

/// JSON text in the form that [`crate::Object::attributes`] is kept in: no space between tokens, and plain characters
/// for the escapes that Go's encoder puts in. The text must be valid JSON.
pub fn canonical(json: &str) -> String {
    pretty::compact(json)
}

/// SHA-256 in hexadecimal.
pub fn hex_digest(bytes: &[u8]) -> String {
    let digits = b"0123456789abcdef";
    let digest = Sha256::digest(bytes);
    let nibbles = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.map(|nibble| char::from(digits[usize::from(nibble)])).collect()
}
