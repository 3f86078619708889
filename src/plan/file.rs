//! The plan file: a zip archive of `plan.json`, `state` and `config/`. In: a plan and its configuration. Out: bytes,
//! and back.
//!
//! What is read may come from anywhere: nothing in it is believed before it was checked, and no more is unpacked
//! than a plan may take.

use crate::model::Plan;
use crate::snapshot::Snapshot;
use crate::wire::{ConfigWire, PlanWire, VERSION};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::io::{Cursor, Read, Write};
use trueup_diag::Diagnostic;
use trueup_resolve::{Files, Program};
use trueup_state::wire::v4;
use trueup_value::Value;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// All entries together may not be larger than this when they are unpacked.
const BYTES_MAX: u64 = 2 << 30;
/// An entry larger than [`RATIO_FREE_BYTES`] may not be this many times as large as it is in the archive.
const RATIO_MAX: u64 = 500;
/// Entries up to this size may be packed as tightly as they like.
const RATIO_FREE_BYTES: u64 = 16 << 20;
const ENTRIES_MAX: usize = 200_000;

const PLAN: &str = "plan.json";
const STATE: &str = "state";
const CONFIG: &str = "config/manifest.json";

const AGAIN: &str =
    "make the plan again with \"trueup plan -out=FILE\", and apply it with the same version of trueup";

/// Why a plan can't be written, or bytes are not a plan that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanFileError {
    /// One line, in Terraform's words where it has the case.
    pub summary: &'static str,
    /// What is wrong, and where.
    pub detail: String,
    /// What to do.
    pub hint: &'static str,
}

impl PlanFileError {
    fn invalid(detail: impl fmt::Display) -> PlanFileError {
        PlanFileError {
            summary: "Invalid plan file",
            detail: format!("The plan file can't be used: {detail}."),
            hint: AGAIN,
        }
    }

    fn unwritable(detail: impl fmt::Display) -> PlanFileError {
        PlanFileError {
            summary: "Failed to write plan file",
            detail: format!("The plan can't be saved: {detail}."),
            hint: "apply without a saved plan: \"trueup apply\"",
        }
    }

    /// As a diagnostic.
    pub fn diagnostic(&self) -> Diagnostic {
        Diagnostic::error(self.summary, self.detail.clone()).hint(self.hint)
    }
}

impl fmt::Display for PlanFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.summary, self.detail)
    }
}

impl std::error::Error for PlanFileError {}

/// The bytes of a plan file. The same plan and configuration give the same bytes. They hold sensitive values as
/// they are: the file is for its owner only.
pub fn write(plan: &Plan, config: &Snapshot) -> Result<Vec<u8>, PlanFileError> {
    let manifest = ConfigWire::write(config).map_err(PlanFileError::unwritable)?;
    let mut archive = Archive { zip: ZipWriter::new(Cursor::new(Vec::new())), bytes: 0 };
    archive.add(PLAN, &plan_json(plan)?)?;
    archive.add(STATE, v4::write(&plan.prior).as_bytes())?;
    archive.add(CONFIG, &json(&manifest)?)?;
    for (source, files) in manifest.sources.iter().zip(&config.sources) {
        for (file, (_, text)) in source.files.iter().zip(&files.files) {
            archive.add(&file.entry, text.as_bytes())?;
        }
    }
    archive.zip.finish().map(Cursor::into_inner).map_err(PlanFileError::unwritable)
}

/// SHA-256 of the plan in hexadecimal, the same before it is saved and after it is read. What it stands on is part
/// of it by the lineage and serial of the state.
pub fn hash(plan: &Plan) -> Result<String, PlanFileError> {
    Ok(hexadecimal(&plan_json(plan)?))
}

/// SHA-256 of what is planned, in hexadecimal: the same when it is planned again on the same state, at another time or in
/// another checkout. The lineage of a state that nothing was written of yet is anybody's.
///
/// It may be shown to anybody, who might guess at what it was made from. The lineage, which nobody is shown, keeps them
/// from trying; where there is none yet, nothing that is hidden goes into it.
///
/// The texts of the configuration are part of it, for they say what becomes of the values that aren't known yet. Where its
/// files lie isn't.
pub fn fingerprint(plan: &Plan, config: &Snapshot) -> Result<String, PlanFileError> {
    let open = (plan.prior.serial == 0).then(|| without_hidden(plan));
    let wire = PlanWire::write(open.as_ref().unwrap_or(plan)).map_err(PlanFileError::unwritable)?;
    let texts = |source: &usize| config.sources.get(*source).map(|files| &files.files);
    let config: BTreeMap<String, Option<&Vec<(String, String)>>> =
        config.calls.iter().map(|(module, source)| (module.to_string(), texts(source))).collect();
    // The end of either can be told from what it is.
    Ok(hexadecimal(&[json(&wire.without_occasion())?, json(&config)?].concat()))
}

/// The plan without sensitive values, values of variables, which don't say whether they are, and what providers keep.
fn without_hidden(plan: &Plan) -> Plan {
    let mut plan = plan.clone();
    plan.variables.clear();
    for one in plan.changes.iter_mut().chain(&mut plan.drift) {
        let change = &mut one.change;
        (change.before, change.after) = (open(&change.before), open(&change.after));
        change.private = Vec::new().into();
    }
    for output in plan.outputs.values_mut() {
        let part = |value: &Value| if output.sensitive { blank(value) } else { open(value) };
        (output.before, output.after) = (part(&output.before), part(&output.after));
    }
    plan
}

/// A value with nothing where it is sensitive.
fn open(value: &Value) -> Value {
    let changed = value.transform(&mut |_, part| {
        Ok::<Value, Infallible>(if part.marks().is_sensitive() { blank(&part) } else { part })
    });
    match changed {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

fn blank(value: &Value) -> Value {
    Value::null(value.ty()).mark(value.marks())
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let nibbles = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.filter_map(|nibble| char::from_digit(u32::from(nibble), 16)).collect()
}

fn plan_json(plan: &Plan) -> Result<Vec<u8>, PlanFileError> {
    json(&PlanWire::write(plan).map_err(PlanFileError::unwritable)?)
}

fn json<T: serde::Serialize>(wire: &T) -> Result<Vec<u8>, PlanFileError> {
    serde_json::to_vec(wire).map_err(PlanFileError::unwritable)
}

struct Archive {
    zip: ZipWriter<Cursor<Vec<u8>>>,
    bytes: u64,
}

impl Archive {
    fn add(&mut self, name: &str, content: &[u8]) -> Result<(), PlanFileError> {
        self.bytes += content.len() as u64;
        if self.bytes > BYTES_MAX {
            return Err(PlanFileError::unwritable(format!("it is larger than {BYTES_MAX} bytes")));
        }
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .unix_permissions(0o600);
        self.zip.start_file(name, options).map_err(PlanFileError::unwritable)?;
        self.zip.write_all(content).map_err(PlanFileError::unwritable)
    }
}

/// The plan and the configuration in the bytes of a plan file.
pub fn read(bytes: &[u8]) -> Result<(Plan, Snapshot), PlanFileError> {
    let mut reader = Reader::open(bytes)?;
    let text = reader.entry(PLAN)?;
    check_version(&text)?;
    let plan: PlanWire = parsed(PLAN, &text)?;
    drop(text);
    let state = reader.entry(STATE)?;
    let state = trueup_state::wire::read(&state).map_err(PlanFileError::invalid)?;
    let plan = plan.read(state).map_err(PlanFileError::invalid)?;
    let manifest: ConfigWire = parsed(CONFIG, &reader.entry(CONFIG)?)?;
    let mut snapshot = manifest.read().map_err(PlanFileError::invalid)?;
    for source in manifest.sources {
        let mut files = Vec::with_capacity(source.files.len());
        for file in source.files {
            let text = String::from_utf8(reader.entry(&file.entry)?);
            let text =
                text.map_err(|_| PlanFileError::invalid(format!("{} is not UTF-8 text", file.name)))?;
            files.push((file.name, text));
        }
        snapshot.sources.push(Files { dir: source.dir, files });
    }
    Ok((plan, snapshot))
}

/// Whether the plan's provider configurations are those of the program that its configuration compiled to: to be
/// asked before a plan that was read is applied.
pub fn verify(plan: &Plan, program: &Program) -> Result<(), PlanFileError> {
    for change in plan.changes.iter().chain(&plan.drift) {
        let binding = &change.binding;
        let node = program.nodes.get(binding.node.0 as usize);
        let module = node.and_then(|node| program.modules.get(node.module.0 as usize));
        let fits = module.is_some_and(|module| match binding.config {
            None => true,
            Some(slot) => module.provider_configs.get(slot as usize).is_some_and(|config| {
                config.provider == binding.provider
                    && config.name.alias == binding.alias
                    && program.has_provider_key(binding)
            }),
        });
        if !fits {
            let reason = format!("the configuration in it has no provider configuration for {}", change.addr);
            return Err(PlanFileError::invalid(reason));
        }
    }
    Ok(())
}

/// The version is looked at first, so that a newer file is called that and not broken.
fn check_version(text: &[u8]) -> Result<(), PlanFileError> {
    #[derive(Deserialize)]
    struct Sniffed {
        trueup_plan_version: u64,
    }
    let sniffed: Sniffed = parsed(PLAN, text)?;
    if sniffed.trueup_plan_version == VERSION {
        return Ok(());
    }
    let found = sniffed.trueup_plan_version;
    Err(PlanFileError::invalid(format!(
        "it has format version {found}, and version {VERSION} is the one known"
    )))
}

fn parsed<T: DeserializeOwned>(name: &str, text: &[u8]) -> Result<T, PlanFileError> {
    serde_json::from_slice(text).map_err(|error| PlanFileError::invalid(format!("{name}: {error}")))
}

struct Reader<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    bytes_left: u64,
}

impl<'a> Reader<'a> {
    fn open(bytes: &'a [u8]) -> Result<Reader<'a>, PlanFileError> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| {
            let detail = if bytes.starts_with(b"PK") {
                format!("it is cut short or damaged: {error}")
            } else {
                "it isn't a plan file at all".to_owned()
            };
            PlanFileError::invalid(detail)
        })?;
        if zip.len() > ENTRIES_MAX {
            return Err(PlanFileError::invalid(format!("it has more than {ENTRIES_MAX} entries")));
        }
        if zip.index_for_name(PLAN).is_none() && zip.index_for_name("tfplan").is_some() {
            let detail =
                "it was saved by Terraform, whose plan files only the same version of Terraform can use";
            return Err(PlanFileError::invalid(detail));
        }
        Ok(Reader { zip, bytes_left: BYTES_MAX })
    }

    /// Unpacks an entry. Its size is measured, not believed.
    fn entry(&mut self, name: &str) -> Result<Vec<u8>, PlanFileError> {
        let file =
            self.zip.by_name(name).map_err(|error| PlanFileError::invalid(format!("{name}: {error}")))?;
        let tight = file.compressed_size().saturating_mul(RATIO_MAX).max(RATIO_FREE_BYTES);
        let limit = self.bytes_left.min(tight);
        let mut content = Vec::new();
        let size = file.take(limit + 1).read_to_end(&mut content);
        let size = size.map_err(|error| PlanFileError::invalid(format!("{name}: {error}")))? as u64;
        if size > limit {
            return Err(PlanFileError::invalid(format!("{name} unpacks to more than {limit} bytes")));
        }
        self.bytes_left -= size;
        Ok(content)
    }
}
