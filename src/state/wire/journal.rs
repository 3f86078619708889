//! Journal lines: one JSON object each with a version and a checksum, so that a torn end is told from damage.

use super::change::ChangeWire;
use super::object::{Seen, dependency};
use super::path::parsed;
use super::v4::{OutputWire, read_output, write_output};
use super::{hex_digest, pretty};
use crate::{Action, Begun, Checkpoint, Commit, Entry, Start};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use std::collections::BTreeMap;
use std::fmt;

/// The version of the lines that are written.
pub const VERSION: u32 = 1;

/// What a journal's bytes hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Journal {
    /// The entries that are whole.
    pub entries: Vec<Entry>,
    /// The length in bytes of what is whole: more entries may be put here.
    pub length: usize,
    /// Something behind that is torn and was left out: a process died while it wrote.
    pub torn: bool,
}

/// A line that is damaged, or not known, before lines that are whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} of the journal: {}", self.line, self.reason)
    }
}

impl std::error::Error for JournalError {}

#[derive(Serialize, Deserialize)]
struct LineWire {
    v: u32,
    sum: String,
    entry: Box<RawValue>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EntryWire {
    Start(StartWire),
    Begin(Box<BegunWire>),
    Done { step: u32, change: Option<ChangeWire> },
    Failed { step: u32, change: Option<ChangeWire>, message: String },
    Changed(ChangeWire),
    Outputs(BTreeMap<String, OutputWire>),
    Checks { results: Option<Box<RawValue>> },
    Checkpoint { serial: u64, digest: String },
    End { ok: bool },
}

#[derive(Serialize, Deserialize)]
struct StartWire {
    run: String,
    operation: String,
    lineage: String,
    serial: u64,
    plan_hash: String,
    commit: Option<CommitWire>,
    time: String,
}

#[derive(Serialize, Deserialize)]
struct CommitWire {
    hash: String,
    branch: Option<String>,
    dirty: bool,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ActionWire {
    Create,
    Update,
    Delete,
    Read,
    Forget,
    Import,
}

#[derive(Serialize, Deserialize)]
struct BegunWire {
    step: u32,
    address: String,
    deposed: Option<String>,
    action: ActionWire,
    token: String,
    provider: String,
    schema_version: u64,
    planned: Option<String>,
    prior_present: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    dependencies: Vec<String>,
    #[serde(default)]
    create_before_destroy: bool,
}

/// Writes entries, a line each.
pub fn write(entries: &[Entry]) -> String {
    let mut out = String::new();
    for entry in entries {
        let entry = to_raw_value(&write_entry(entry)).expect("strings and JSON texts can be serialized");
        let line = LineWire { v: VERSION, sum: sum(entry.get()), entry };
        out.push_str(&serde_json::to_string(&line).expect("strings and JSON texts can be serialized"));
        out.push('\n');
    }
    out
}

/// Reads a journal. Torn lines at its end are left out; damage before whole lines is an error.
pub fn read(bytes: &[u8]) -> Result<Journal, JournalError> {
    let mut journal = Journal { entries: Vec::new(), length: 0, torn: false };
    let mut bad: Option<JournalError> = None;
    let mut offset = 0;
    for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        offset += line.len();
        match (read_line(line), &bad) {
            (Ok(_), Some(error)) => return Err(error.clone()),
            (Ok(entry), None) => {
                journal.entries.push(entry);
                journal.length = offset;
            }
            (Err(Fault::Newer(version)), _) => {
                let reason = format!("it has version {version}, which a newer trueup wrote");
                return Err(JournalError { line: index + 1, reason });
            }
            (Err(Fault::Damaged(reason)), None) => bad = Some(JournalError { line: index + 1, reason }),
            (Err(Fault::Damaged(_)), Some(_)) => {}
        }
    }
    journal.torn = bad.is_some();
    Ok(journal)
}

enum Fault {
    Damaged(String),
    Newer(u32),
}

fn read_line(line: &[u8]) -> Result<Entry, Fault> {
    let damaged = |reason: String| Fault::Damaged(reason);
    let Some(line) = line.strip_suffix(b"\n") else { return Err(damaged("its end is missing".into())) };
    let line: LineWire =
        serde_json::from_slice(line).map_err(|error| damaged(format!("it is not an entry: {error}")))?;
    if sum(line.entry.get()) != line.sum {
        return Err(damaged("its checksum is wrong".into()));
    }
    if line.v > VERSION {
        return Err(Fault::Newer(line.v));
    }
    let wire = serde_json::from_str(line.entry.get()).map_err(|error| damaged(error.to_string()))?;
    read_entry(wire).map_err(damaged)
}

/// Enough of a SHA-256 to tell a torn line.
fn sum(text: &str) -> String {
    let mut digest = hex_digest(text.as_bytes());
    digest.truncate(16);
    digest
}

fn write_entry(entry: &Entry) -> EntryWire {
    match entry {
        Entry::Start(start) => EntryWire::Start(write_start(start)),
        Entry::Begin(begun) => EntryWire::Begin(Box::new(write_begun(begun))),
        Entry::Done { step, change } => {
            EntryWire::Done { step: *step, change: change.as_ref().map(ChangeWire::write) }
        }
        Entry::Failed { step, change, message } => EntryWire::Failed {
            step: *step,
            change: change.as_ref().map(ChangeWire::write),
            message: message.clone(),
        },
        Entry::Changed(change) => EntryWire::Changed(ChangeWire::write(change)),
        Entry::Outputs(outputs) => {
            let wires = outputs.iter().map(|(name, output)| (name.to_string(), write_output(output)));
            EntryWire::Outputs(wires.collect())
        }
        Entry::Checks(checks) => {
            EntryWire::Checks { results: checks.as_ref().map(|json| parsed(json.to_string())) }
        }
        Entry::Checkpoint(point) => {
            EntryWire::Checkpoint { serial: point.serial, digest: point.digest.clone() }
        }
        Entry::End { ok } => EntryWire::End { ok: *ok },
    }
}

fn read_entry(wire: EntryWire) -> Result<Entry, String> {
    let change = |wire: Option<ChangeWire>| wire.map(ChangeWire::read).transpose();
    Ok(match wire {
        EntryWire::Start(start) => Entry::Start(read_start(start)),
        EntryWire::Begin(begun) => Entry::Begin(read_begun(*begun)?),
        EntryWire::Done { step, change: wire } => Entry::Done { step, change: change(wire)? },
        EntryWire::Failed { step, change: wire, message } => {
            Entry::Failed { step, change: change(wire)?, message }
        }
        EntryWire::Changed(wire) => Entry::Changed(wire.read()?),
        EntryWire::Outputs(wires) => {
            let outputs = wires.into_iter().map(|(name, wire)| Ok((name.into(), read_output(&wire)?)));
            Entry::Outputs(outputs.collect::<Result<_, String>>()?)
        }
        EntryWire::Checks { results } => {
            Entry::Checks(results.map(|json| pretty::compact(json.get()).into()))
        }
        EntryWire::Checkpoint { serial, digest } => Entry::Checkpoint(Checkpoint { serial, digest }),
        EntryWire::End { ok } => Entry::End { ok },
    })
}

fn write_start(start: &Start) -> StartWire {
    let start = start.clone();
    let commit = start.commit.map(|c| CommitWire { hash: c.hash, branch: c.branch, dirty: c.dirty });
    StartWire {
        run: start.run,
        operation: start.operation,
        lineage: start.lineage,
        serial: start.serial,
        plan_hash: start.plan_hash,
        commit,
        time: start.time,
    }
}

fn read_start(wire: StartWire) -> Start {
    let commit = wire.commit.map(|c| Commit { hash: c.hash, branch: c.branch, dirty: c.dirty });
    Start {
        run: wire.run,
        operation: wire.operation,
        lineage: wire.lineage,
        serial: wire.serial,
        plan_hash: wire.plan_hash,
        commit,
        time: wire.time,
    }
}

fn write_begun(begun: &Begun) -> BegunWire {
    BegunWire {
        step: begun.step,
        address: begun.address.to_string(),
        deposed: begun.deposed.as_deref().map(Into::into),
        action: match begun.action {
            Action::Create => ActionWire::Create,
            Action::Update => ActionWire::Update,
            Action::Delete => ActionWire::Delete,
            Action::Read => ActionWire::Read,
            Action::Forget => ActionWire::Forget,
            Action::Import => ActionWire::Import,
        },
        token: begun.token.to_string(),
        provider: begun.provider.to_string(),
        schema_version: begun.schema_version,
        planned: begun.planned.as_ref().map(|bytes| STANDARD.encode(bytes)),
        prior_present: begun.prior_present,
        dependencies: begun.dependencies.iter().map(ToString::to_string).collect(),
        create_before_destroy: begun.create_before_destroy,
    }
}

fn read_begun(wire: BegunWire) -> Result<Begun, String> {
    let planned = wire.planned.map(|text| STANDARD.decode(text)).transpose();
    let mut seen = Seen::default();
    let dependencies = wire.dependencies.into_iter().map(|name| dependency(name, &mut seen));
    Ok(Begun {
        step: wire.step,
        address: wire.address.parse().map_err(|error: trueup_addr::ParseError| error.to_string())?,
        deposed: wire.deposed.map(Into::into),
        action: match wire.action {
            ActionWire::Create => Action::Create,
            ActionWire::Update => Action::Update,
            ActionWire::Delete => Action::Delete,
            ActionWire::Read => Action::Read,
            ActionWire::Forget => Action::Forget,
            ActionWire::Import => Action::Import,
        },
        token: wire.token.into(),
        provider: wire.provider.parse().map_err(|error: trueup_addr::ParseError| error.to_string())?,
        schema_version: wire.schema_version,
        planned: planned.map_err(|_| "the planned object is not base64".to_owned())?.map(Into::into),
        prior_present: wire.prior_present,
        dependencies: dependencies.collect::<Result<_, String>>()?,
        create_before_destroy: wire.create_before_destroy,
    })
}
