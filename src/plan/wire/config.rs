//! `config/manifest.json`: which module has which files, and what was given for root variables.

use super::types::{TypesIn, TypesOut};
use super::value::ValueWire;
use crate::snapshot::{Snapshot, SnapshotInput, SnapshotOrigin};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use trueup_addr::{ModulePath, Name};

/// A [`Snapshot`] without the texts, which stand beside it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ConfigWire {
    pub(crate) sources: Vec<SourceWire>,
    calls: Vec<CallWire>,
    types: Vec<Box<RawValue>>,
    inputs: BTreeMap<String, InputWire>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<OriginWire>,
}

/// The commit that the configuration was taken from.
#[derive(Debug, Serialize, Deserialize)]
struct OriginWire {
    address: String,
    backend: Vec<String>,
}

/// The files of one module source.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SourceWire {
    pub(crate) dir: String,
    pub(crate) files: Vec<FileWire>,
}

/// One file: its name as the loader gave it, and the entry in the archive with its text.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct FileWire {
    pub(crate) name: String,
    pub(crate) entry: String,
}

/// One module in the tree of calls.
#[derive(Debug, Serialize, Deserialize)]
struct CallWire {
    path: Vec<String>,
    source: usize,
}

#[derive(Debug, Serialize, Deserialize)]
struct InputWire {
    value: ValueWire,
    source: String,
}

impl ConfigWire {
    /// Writes the manifest. Inputs that are ephemeral are left out.
    pub(crate) fn write(snapshot: &Snapshot) -> Result<ConfigWire, String> {
        let mut types = TypesOut::default();
        let sources = snapshot.sources.iter().enumerate().map(|(index, source)| SourceWire {
            dir: source.dir.clone(),
            files: source
                .files
                .iter()
                .enumerate()
                .map(|(file, (name, _))| file_wire(index, file, name))
                .collect(),
        });
        let calls = snapshot.calls.iter().map(|(path, source)| CallWire {
            path: path.0.iter().map(ToString::to_string).collect(),
            source: *source,
        });
        let inputs = snapshot.inputs.iter().filter(|(_, input)| !input.value.deep_marks().is_ephemeral());
        let inputs = inputs.map(|(name, input)| {
            let value = ValueWire::write(&input.value, &mut types);
            let value = value.map_err(|reason| format!("the value given for variable {name}: {reason}"))?;
            Ok((name.to_string(), InputWire { value, source: input.source.clone() }))
        });
        Ok(ConfigWire {
            sources: sources.collect(),
            calls: calls.collect(),
            inputs: inputs.collect::<Result<_, String>>()?,
            types: types.into_texts(),
            origin: snapshot.origin.as_ref().map(|origin| OriginWire {
                address: origin.address.clone(),
                backend: origin.backend.clone(),
            }),
        })
    }

    /// Reads a manifest; the sources are left for the caller to fill in.
    pub(crate) fn read(&self) -> Result<Snapshot, String> {
        let types = TypesIn::read(&self.types)?;
        let origin = self.origin.as_ref();
        let origin = origin.map(|origin| SnapshotOrigin {
            address: origin.address.clone(),
            backend: origin.backend.clone(),
        });
        let mut snapshot = Snapshot { origin, ..Snapshot::default() };
        for call in &self.calls {
            if call.source >= self.sources.len() {
                return Err(format!(
                    "module {:?} has the files of a source that isn't there",
                    call.path.join(".")
                ));
            }
            let path = call.path.iter().map(|name| Name::from(name.as_str())).collect();
            snapshot.calls.insert(ModulePath(path), call.source);
        }
        if !snapshot.calls.contains_key(&ModulePath::root()) {
            return Err("the root module isn't there".into());
        }
        for (name, input) in &self.inputs {
            let value = input.value.read(&types);
            let value = value.map_err(|reason| format!("the value given for variable {name:?}: {reason}"))?;
            let input = SnapshotInput { value, source: input.source.clone() };
            snapshot.inputs.insert(name.as_str().into(), input);
        }
        Ok(snapshot)
    }
}

fn file_wire(source: usize, file: usize, name: &str) -> FileWire {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    FileWire { name: name.to_owned(), entry: format!("config/{source}/{file}-{base}") }
}
