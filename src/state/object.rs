//! Objects: what one instance stands for, attributes kept as the text they are stored in.

use crate::wire;
use std::fmt;
use std::sync::Arc;
use trueup_addr::ConfigResource;
use trueup_schema::Schema;
use trueup_value::{Marks, Path, Value, json};

/// Whether an object is fit for use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It is.
    #[default]
    Ready,
    /// It was not completely made, or a person says so; the next plan replaces it.
    Tainted,
}

/// One real object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    /// Whether it is fit for use.
    pub status: Status,
    /// The version of the schema that `attributes` follow.
    pub schema_version: u64,
    /// A JSON object, compact and without needless escapes ([`wire::canonical`]), in the codec that knows the type ([`json::encode_typed`]). Needs a schema to be read.
    pub attributes: Arc<str>,
    /// Which attributes must not be shown.
    pub sensitive: Arc<[Path]>,
    /// What the provider keeps beside it; empty where it keeps nothing.
    pub private: Arc<[u8]>,
    /// What it needs to be destroyed before: resources that its configuration led to, directly or not.
    pub dependencies: Arc<[ConfigResource]>,
    /// Its replacement is made before it is destroyed.
    pub create_before_destroy: bool,
    /// Its identity as compact JSON, where the provider gives one.
    pub identity: Option<Arc<str>>,
    /// The version of the identity's schema.
    pub identity_schema_version: Option<u64>,
}

/// Why an object and a value can't be turned into one another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObjectError {
    /// It was stored with another version of the schema: the provider has to upgrade it first.
    Version {
        /// The version it was stored with.
        stored: u64,
        /// The version of the schema.
        schema: u64,
    },
    /// The attributes don't follow the schema: the provider has to upgrade it first.
    Attributes(String),
    /// A value that is ephemeral, or not known, can't be stored.
    Unstorable(String),
}

impl fmt::Display for ObjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ObjectError::Version { stored, schema } => write!(
                f,
                "the object was stored with schema version {stored}, the provider has version {schema}"
            ),
            ObjectError::Attributes(reason) => {
                write!(f, "the stored attributes don't follow the provider's schema: {reason}")
            }
            ObjectError::Unstorable(reason) => write!(f, "the value can't be stored: {reason}"),
        }
    }
}

impl std::error::Error for ObjectError {}

impl Object {
    /// The value, its sensitive parts marked. Needs the schema version it was stored with.
    pub fn decode(&self, schema: &Schema) -> Result<Value, ObjectError> {
        if self.schema_version != schema.version {
            return Err(ObjectError::Version { stored: self.schema_version, schema: schema.version });
        }
        let value = json::decode(&self.attributes, &schema.block.value_type())
            .map_err(|error| ObjectError::Attributes(error.to_string()))?;
        if self.sensitive.is_empty() {
            return Ok(value);
        }
        let marks: Vec<_> = self.sensitive.iter().map(|path| (path.clone(), Marks::SENSITIVE)).collect();
        Ok(value.mark_paths(&marks))
    }

    /// The object for a wholly known value of the schema's type: sensitive marks become paths. The other fields
    /// are left for the caller to fill in.
    pub fn encode(value: &Value, schema: &Schema) -> Result<Object, ObjectError> {
        let (bare, marks) = value.unmark_deep();
        if let Some((path, _)) = marks.iter().find(|(_, marks)| marks.is_ephemeral()) {
            return Err(ObjectError::Unstorable(format!("{path} is ephemeral")));
        }
        if !bare.is_wholly_known() {
            return Err(ObjectError::Unstorable("a part of it is not known yet".into()));
        }
        let attributes = json::encode_typed(&bare, &schema.block.value_type())
            .map_err(|error| ObjectError::Unstorable(error.to_string()))?;
        let mut sensitive: Vec<Path> =
            marks.into_iter().filter(|(_, marks)| marks.is_sensitive()).map(|(path, _)| path).collect();
        sensitive.sort_by_key(ToString::to_string);
        Ok(Object {
            schema_version: schema.version,
            attributes: wire::canonical(&attributes).into(),
            sensitive: sensitive.into(),
            ..Object::default()
        })
    }

    /// Whether the next plan replaces it.
    pub fn is_tainted(&self) -> bool {
        self.status == Status::Tainted
    }
}
