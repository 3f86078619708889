//! Types of values, each written once however many values have it.

use serde_json::value::RawValue;
use std::collections::BTreeMap;
use trueup_value::{Type, json};

/// Collects types while values are written.
#[derive(Default)]
pub(crate) struct TypesOut {
    indexes: BTreeMap<Type, usize>,
    texts: Vec<Box<RawValue>>,
}

impl TypesOut {
    /// The index of a type in the table.
    pub(crate) fn index(&mut self, ty: &Type) -> usize {
        if let Some(index) = self.indexes.get(ty) {
            return *index;
        }
        let text = json::type_to_json(ty);
        self.texts.push(RawValue::from_string(text).expect("types are written as valid JSON"));
        self.indexes.insert(ty.clone(), self.texts.len() - 1);
        self.texts.len() - 1
    }

    /// The table as it goes into the file.
    pub(crate) fn into_texts(self) -> Vec<Box<RawValue>> {
        self.texts
    }
}

/// The table of types that values are read with.
pub(crate) struct TypesIn(Vec<Type>);

impl TypesIn {
    /// Reads the table.
    pub(crate) fn read(texts: &[Box<RawValue>]) -> Result<TypesIn, String> {
        let types = texts.iter().enumerate().map(|(index, text)| {
            json::type_from_json(text.get()).map_err(|error| format!("type {index}: {error}"))
        });
        Ok(TypesIn(types.collect::<Result<_, _>>()?))
    }

    /// A type by index.
    pub(crate) fn get(&self, index: usize) -> Result<&Type, String> {
        self.0.get(index).ok_or_else(|| format!("there is no type {index}, only {}", self.0.len()))
    }
}
