//! What a baseline looks like outside: `schemas/documents/baseline.json`.

use crate::baseline::{Baseline, Known};
use serde::{Deserialize, Serialize};

const VERSION: &str = "1.0";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BaselineWire {
    trueup_baseline_format_version: String,
    known: Vec<KnownWire>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KnownWire {
    address: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attribute: Option<String>,
    hash: String,
}

/// The file's text.
pub fn write(baseline: &Baseline) -> String {
    let wire = |one: &Known| KnownWire {
        address: one.address.clone(),
        attribute: one.attribute.clone(),
        hash: one.hash.clone(),
    };
    let known = baseline.known.iter().map(wire).collect();
    let whole = BaselineWire { trueup_baseline_format_version: VERSION.into(), known };
    let mut text = serde_json::to_string_pretty(&whole).expect("texts alone can always be written");
    text.push('\n');
    text
}

/// Reads the file's text; the error says what is wrong with it.
pub fn read(text: &str) -> Result<Baseline, String> {
    let wire: BaselineWire = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let version = &wire.trueup_baseline_format_version;
    if version.split('.').next() != VERSION.split('.').next() {
        return Err(format!("its format is {version}, and {VERSION} is the one that is known"));
    }
    let known = |one: KnownWire| Known { address: one.address, attribute: one.attribute, hash: one.hash };
    Ok(Baseline { known: wire.known.into_iter().map(known).collect() })
}
