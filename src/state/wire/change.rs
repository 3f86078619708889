//! Changes and outputs as journal lines have them.

use super::object::{ObjectWire, Seen};
use crate::Change;
use serde::{Deserialize, Serialize};
use trueup_addr::ParseError;

/// [`Change`], addresses as text.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChangeWire {
    Set {
        address: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deposed: Option<String>,
        provider: String,
        object: Box<ObjectWire>,
    },
    Remove {
        address: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deposed: Option<String>,
    },
    Depose {
        address: String,
        key: String,
    },
    Restore {
        address: String,
        key: String,
    },
    Move {
        from: String,
        to: String,
    },
}

impl ChangeWire {
    pub(crate) fn write(change: &Change) -> ChangeWire {
        match change {
            Change::Set { address, deposed, provider, object } => ChangeWire::Set {
                address: address.to_string(),
                deposed: deposed.as_deref().map(Into::into),
                provider: provider.to_string(),
                object: Box::new(ObjectWire::write(object)),
            },
            Change::Remove { address, deposed } => ChangeWire::Remove {
                address: address.to_string(),
                deposed: deposed.as_deref().map(Into::into),
            },
            Change::Depose { address, key } => {
                ChangeWire::Depose { address: address.to_string(), key: key.to_string() }
            }
            Change::Restore { address, key } => {
                ChangeWire::Restore { address: address.to_string(), key: key.to_string() }
            }
            Change::Move { from, to } => ChangeWire::Move { from: from.to_string(), to: to.to_string() },
        }
    }

    pub(crate) fn read(self) -> Result<Change, String> {
        let bad = |error: ParseError| error.to_string();
        Ok(match self {
            ChangeWire::Set { address, deposed, provider, object } => Change::Set {
                address: address.parse().map_err(bad)?,
                deposed: deposed.map(Into::into),
                provider: provider.parse().map_err(bad)?,
                object: object.read(&mut Seen::new())?,
            },
            ChangeWire::Remove { address, deposed } => {
                Change::Remove { address: address.parse().map_err(bad)?, deposed: deposed.map(Into::into) }
            }
            ChangeWire::Depose { address, key } => {
                Change::Depose { address: address.parse().map_err(bad)?, key: key.into() }
            }
            ChangeWire::Restore { address, key } => {
                Change::Restore { address: address.parse().map_err(bad)?, key: key.into() }
            }
            ChangeWire::Move { from, to } => {
                Change::Move { from: from.parse().map_err(bad)?, to: to.parse().map_err(bad)? }
            }
        })
    }
}
