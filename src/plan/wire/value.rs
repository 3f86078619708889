//! Values: msgpack in base64 beside the index of their type; marks as paths.

use super::types::{TypesIn, TypesOut};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use trueup_value::{Marks, Path, PathStep, Value, msgpack};

/// A value with its sensitive parts.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ValueWire {
    #[serde(rename = "type")]
    ty: usize,
    value: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sensitive: Vec<PathWire>,
}

/// A value without marks.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct BareWire {
    #[serde(rename = "type")]
    ty: usize,
    value: String,
}

/// Steps from the outside in.
pub(crate) type PathWire = Vec<StepWire>;

/// One step into a value.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StepWire {
    /// An attribute of an object.
    Name(String),
    /// A position in a sequence.
    At(u64),
    /// A key of a map.
    Key(String),
    /// An element of a set, or any other index.
    Item(BareWire),
}

impl ValueWire {
    /// Writes a value. One that is ephemeral, in whole or in part, is refused.
    pub(crate) fn write(value: &Value, types: &mut TypesOut) -> Result<ValueWire, String> {
        let (bare, marks) = value.unmark_deep();
        if let Some((path, _)) = marks.iter().find(|(_, marks)| marks.is_ephemeral()) {
            return Err(format!("the value{path} is ephemeral, which a plan file can't hold"));
        }
        let sensitive = marks.iter().filter(|(_, marks)| marks.is_sensitive());
        let sensitive = sensitive.map(|(path, _)| write_path(path, types)).collect::<Result<_, _>>()?;
        let BareWire { ty, value } = BareWire::write(&bare, types)?;
        Ok(ValueWire { ty, value, sensitive })
    }

    /// Reads a value.
    pub(crate) fn read(&self, types: &TypesIn) -> Result<Value, String> {
        let bare = decode(self.ty, &self.value, types)?;
        if self.sensitive.is_empty() {
            return Ok(bare);
        }
        let marks = self.sensitive.iter().map(|path| Ok((read_path(path, types)?, Marks::SENSITIVE)));
        Ok(bare.mark_paths(&marks.collect::<Result<Vec<_>, String>>()?))
    }
}

impl BareWire {
    fn write(value: &Value, types: &mut TypesOut) -> Result<BareWire, String> {
        let ty = value.ty();
        let bytes = msgpack::encode(value, &ty).map_err(|error| error.to_string())?;
        Ok(BareWire { ty: types.index(&ty), value: STANDARD.encode(bytes) })
    }

    fn read(&self, types: &TypesIn) -> Result<Value, String> {
        decode(self.ty, &self.value, types)
    }
}

fn decode(ty: usize, value: &str, types: &TypesIn) -> Result<Value, String> {
    let bytes = STANDARD.decode(value).map_err(|error| format!("a value is not base64: {error}"))?;
    msgpack::decode(&bytes, types.get(ty)?).map_err(|error| format!("a value can't be decoded: {error}"))
}

/// Writes a path.
pub(crate) fn write_path(path: &Path, types: &mut TypesOut) -> Result<PathWire, String> {
    path.0.iter().map(|step| write_step(step, types)).collect()
}

fn write_step(step: &PathStep, types: &mut TypesOut) -> Result<StepWire, String> {
    let index = match step {
        PathStep::Attribute(name) => return Ok(StepWire::Name(name.to_string())),
        PathStep::Index(index) => index.without_marks(),
    };
    if let Some(position) = index.as_number().and_then(trueup_value::Number::to_u64) {
        return Ok(StepWire::At(position));
    }
    match index.as_str() {
        Some(key) => Ok(StepWire::Key(key.to_owned())),
        None => Ok(StepWire::Item(BareWire::write(&index, types)?)),
    }
}

/// Reads a path.
pub(crate) fn read_path(path: &PathWire, types: &TypesIn) -> Result<Path, String> {
    let steps = path.iter().map(|step| {
        Ok(match step {
            StepWire::Name(name) => PathStep::Attribute(name.as_str().into()),
            StepWire::At(position) => PathStep::Index(Value::from(trueup_value::Number::from_u64(*position))),
            StepWire::Key(key) => PathStep::Index(key.as_str().into()),
            StepWire::Item(item) => PathStep::Index(item.read(types)?),
        })
    });
    Ok(Path(steps.collect::<Result<_, String>>()?))
}
