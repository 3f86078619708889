//! The record beside a state as JSON: `schemas/documents/record.json`.

use crate::{AppliedCommit, Commit, Corrected, Record};
use serde::{Deserialize, Serialize};

const VERSION: &str = "1.0";

#[derive(Serialize, Deserialize)]
struct RecordWire {
    trueup_record_format_version: String,
    lineage: String,
    serial: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    applied: Option<AppliedWire>,
    #[serde(default)]
    corrections: Vec<CorrectedWire>,
}

#[derive(Serialize, Deserialize)]
struct AppliedWire {
    commit: String,
    branch: Option<String>,
    dirty: bool,
    time: String,
    whole: bool,
}

#[derive(Serialize, Deserialize)]
struct CorrectedWire {
    address: String,
    time: String,
}

/// The document's text.
pub fn write(record: &Record) -> String {
    let applied = record.applied.as_ref().map(|applied| AppliedWire {
        commit: applied.commit.hash.clone(),
        branch: applied.commit.branch.clone(),
        dirty: applied.commit.dirty,
        time: applied.time.clone(),
        whole: applied.whole,
    });
    let correction =
        |one: &Corrected| CorrectedWire { address: one.address.to_string(), time: one.time.clone() };
    let wire = RecordWire {
        trueup_record_format_version: VERSION.into(),
        lineage: record.lineage.clone(),
        serial: record.serial,
        applied,
        corrections: record.corrections.iter().map(correction).collect(),
    };
    let mut text = serde_json::to_string_pretty(&wire).expect("texts and numbers can always be written");
    text.push('\n');
    text
}

/// Reads the document; the error says what is wrong with it.
pub fn read(bytes: &[u8]) -> Result<Record, String> {
    let wire: RecordWire = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let version = &wire.trueup_record_format_version;
    if version.split('.').next() != VERSION.split('.').next() {
        return Err(format!("its format is {version}, and {VERSION} is the one that is known"));
    }
    let applied = wire.applied.map(|applied| AppliedCommit {
        commit: Commit { hash: applied.commit, branch: applied.branch, dirty: applied.dirty },
        time: applied.time,
        whole: applied.whole,
    });
    let corrections = wire.corrections.into_iter().map(|one| {
        let address = one.address.parse().map_err(|_| format!("{} is no address", one.address))?;
        Ok(Corrected { address, time: one.time })
    });
    let corrections = corrections.collect::<Result<_, String>>()?;
    Ok(Record { lineage: wire.lineage, serial: wire.serial, applied, corrections })
}
