//! The fake cloud on disk.

use super::cloud::{FakeObject, State};
use super::schema::SCHEMA;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use trueup_value::json;

#[derive(Default, Serialize, Deserialize)]
struct Document {
    objects: Vec<Entry>,
    created: BTreeMap<String, u64>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    kind: String,
    id: String,
    token: String,
    value: Box<RawValue>,
}

/// Reads the cloud; empty when there is no file.
pub(super) fn load(path: &Path) -> io::Result<State> {
    let document: Document = match fs::read_to_string(path) {
        Ok(text) => serde_json::from_str(&text)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Document::default(),
        Err(error) => return Err(error),
    };
    let mut state = State { created: document.created, ..State::default() };
    for entry in document.objects {
        let object = entry.read()?;
        state.objects.insert((object.kind.clone(), object.id.clone()), object);
    }
    Ok(state)
}

/// Writes the cloud: beside the file first, then in its place, so that a killed process leaves the old or the new.
pub(super) fn save(path: &Path, state: &State) -> io::Result<()> {
    let objects = state.objects.values().map(Entry::of).collect::<io::Result<_>>()?;
    let document = Document { objects, created: state.created.clone() };
    let beside = path.with_extension("new");
    fs::write(&beside, serde_json::to_vec_pretty(&document)?)?;
    fs::rename(&beside, path)
}

impl Entry {
    fn read(self) -> io::Result<FakeObject> {
        let schema = SCHEMA.resources.get(self.kind.as_str()).ok_or_else(|| broken(&self.kind))?;
        let value = trueup_schema::read_stored(&schema.block, self.value.get());
        Ok(FakeObject {
            value: value.map_err(|errors| broken(&errors[0].to_string()))?,
            kind: self.kind.into(),
            id: self.id.into(),
            token: self.token.into(),
        })
    }

    fn of(object: &FakeObject) -> io::Result<Entry> {
        let schema = SCHEMA.resources.get(&object.kind).ok_or_else(|| broken(&object.kind))?;
        let text = json::encode_typed(&object.value, &schema.block.value_type());
        Ok(Entry {
            kind: object.kind.to_string(),
            id: object.id.to_string(),
            token: object.token.to_string(),
            value: RawValue::from_string(text.map_err(|error| broken(&error.to_string()))?)?,
        })
    }
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the fake cloud's file can't hold this: {what}"))
}
