//! From a backend block to a store.

use crate::local::{LocalPaths, LocalStore};
use crate::{ErrorKind, Store, StoreError, azurerm_schema, gcs_schema, s3_schema};
use std::path::PathBuf;
use trueup_provider_kit::Outside;
use trueup_schema::{Attribute, Block};
use trueup_value::{Type, Value};

/// The backends there are.
pub const KINDS: [&str; 4] = ["azurerm", "gcs", "local", "s3"];

/// What a store needs to know of the world around it.
#[derive(Clone, Debug)]
pub struct World {
    /// What relative paths start from: the working directory.
    pub directory: PathBuf,
    /// The workspace.
    pub workspace: String,
    /// Where a local backend keeps the state as it was before the first write.
    pub backup: Backup,
    /// Environment and clock, for backends whose clients don't read them for themselves.
    pub outside: Outside,
}

/// Where a local backend keeps the state as it was before the first write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Backup {
    /// Beside the state, with `.backup` behind its name.
    #[default]
    Beside,
    /// Beside the state, with this suffix behind its name.
    Suffix(String),
    /// In this file, relative to the directory.
    File(PathBuf),
    /// Nowhere.
    None,
}

/// What the block of this backend may hold; `None` for a backend that isn't there.
pub fn schema(kind: &str) -> Option<Block> {
    match kind {
        "azurerm" => Some(azurerm_schema::block()),
        "gcs" => Some(gcs_schema::block()),
        "local" => Some(local_schema()),
        "s3" => Some(s3_schema::block()),
        _ => None,
    }
}

/// Opens the store that a backend block describes. `config` follows [`schema`]; it may be null for `local`.
pub async fn open(kind: &str, config: &Value, world: &World) -> Result<Box<dyn Store>, StoreError> {
    check_workspace(&world.workspace)?;
    match kind {
        #[cfg(feature = "azurerm")]
        "azurerm" => {
            let settings = crate::azurerm::AzurermSettings::from_config(config, &world.outside)?;
            Ok(Box::new(crate::azurerm::open(settings, &world.workspace).await?))
        }
        #[cfg(feature = "gcs")]
        "gcs" => {
            let settings = crate::gcs::GcsSettings::from_config(config, &world.outside)?;
            Ok(Box::new(crate::gcs::open(settings, &world.workspace).await?))
        }
        "local" => Ok(Box::new(open_local(config, world))),
        #[cfg(feature = "s3")]
        "s3" => {
            let settings = crate::s3::S3Settings::from_config(config)?;
            Ok(Box::new(crate::s3::open(settings, &world.workspace).await?))
        }
        other => Err(unopened(other)),
    }
}

/// Why there is no store of this type.
fn unopened(kind: &str) -> StoreError {
    let failure =
        |cause: String| StoreError::new(ErrorKind::Config, "open", format!("the backend \"{kind}\""), cause);
    if KINDS.contains(&kind) {
        return failure("this build is without it".into())
            .hint(format!("Use a build with the feature \"{kind}\"."));
    }
    failure(format!("there is no backend of this type; there are {}", KINDS.join(", ")))
}

fn local_schema() -> Block {
    let names = ["path", "workspace_dir"];
    let attributes = names.into_iter().map(|name| (name.into(), optional(Type::String))).collect();
    Block { attributes, ..Block::default() }
}

pub(crate) fn optional(ty: Type) -> Attribute {
    Attribute { optional: true, ..Attribute::new(ty) }
}

fn open_local(config: &Value, world: &World) -> LocalStore {
    let text = |name: &str| config.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let path = text("path").unwrap_or("terraform.tfstate");
    let workspaces = text("workspace_dir").unwrap_or("terraform.tfstate.d");
    let paths = LocalPaths::new(&world.directory, path.as_ref(), workspaces.as_ref());
    LocalStore::new(paths, &world.workspace).backing_up(&world.backup, &world.directory)
}

/// Whether a workspace may have this name: it becomes part of paths and stands unescaped in a URL's path.
pub fn is_workspace_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.~$&+:=@".contains(c);
    !name.is_empty() && name != "." && name != ".." && name.chars().all(plain)
}

pub(crate) fn check_workspace(name: &str) -> Result<(), StoreError> {
    if is_workspace_name(name) {
        return Ok(());
    }
    let cause =
        "the name must hold only letters, digits, and characters that stand unescaped in a URL's path";
    Err(StoreError::new(ErrorKind::Config, "use", format!("the workspace \"{name}\""), cause))
}
