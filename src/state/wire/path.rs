//! Paths as `sensitive_attributes` has them: attributes by name, indices as values with their types.

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use trueup_value::{Path, PathStep, Value, json};

/// One step.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct StepWire {
    #[serde(rename = "type")]
    kind: String,
    value: Box<RawValue>,
}

/// The key of an index step.
#[derive(Debug, Serialize, Deserialize)]
struct IndexWire {
    value: Box<RawValue>,
    #[serde(rename = "type")]
    ty: Box<RawValue>,
}

/// Reads a path.
pub(crate) fn read(steps: &[StepWire]) -> Result<Path, String> {
    steps.iter().map(read_step).collect::<Result<Vec<_>, _>>().map(Path)
}

fn read_step(step: &StepWire) -> Result<PathStep, String> {
    let text = step.value.get();
    match step.kind.as_str() {
        "get_attr" => {
            let name: String = serde_json::from_str(text)
                .map_err(|_| "the attribute name in a path is not a string".to_owned())?;
            Ok(PathStep::Attribute(name.into()))
        }
        "index" => {
            let index: IndexWire = serde_json::from_str(text)
                .map_err(|_| "the index in a path has no value and type".to_owned())?;
            let ty = json::type_from_json(index.ty.get()).map_err(|error| error.to_string())?;
            let value = json::decode(index.value.get(), &ty).map_err(|error| error.to_string())?;
            Ok(PathStep::Index(value))
        }
        other => Err(format!("\"{other}\" is not a kind of path step")),
    }
}

/// Writes a path. Its indices are known and can be written, as those of any stored value.
pub(crate) fn write(path: &Path) -> Vec<StepWire> {
    path.0.iter().map(write_step).collect()
}

fn write_step(step: &PathStep) -> StepWire {
    match step {
        PathStep::Attribute(name) => StepWire { kind: "get_attr".into(), value: raw(&**name) },
        PathStep::Index(key) => StepWire { kind: "index".into(), value: raw(&write_index(key)) },
    }
}

fn write_index(key: &Value) -> IndexWire {
    let key = key.without_marks();
    let ty = key.ty();
    let value = json::encode_typed(&key, &ty).expect("the index of a stored path is known");
    IndexWire { value: parsed(value), ty: parsed(json::type_to_json(&ty)) }
}

fn raw<T: Serialize + ?Sized>(value: &T) -> Box<RawValue> {
    to_raw_value(value).expect("strings and JSON texts can be serialized")
}

/// JSON text that our own encoders made.
pub(crate) fn parsed(text: String) -> Box<RawValue> {
    RawValue::from_string(text).expect("our encoders write valid JSON")
}
