//! `modules.json`: which directory holds the module of which key, in the shape Terraform keeps it in.

use crate::error::{SourceError, SourceErrorKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::Path;

/// One installed module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ManifestEntry {
    /// The module's path of call names, such as `network.subnets`; empty for the root module.
    pub key: String,
    /// The source address in its normal form.
    #[serde(default)]
    pub source: String,
    /// The version that was chosen, for a module from a registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The module's directory, relative to the root module's, with forward slashes.
    pub dir: String,
}

/// All installed modules, by key. Pure: [`Manifest::load`] and [`Manifest::save`] are the only file access.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    entries: BTreeMap<String, ManifestEntry>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    modules: Vec<ManifestEntry>,
}

/// More than any manifest has.
const BYTES_MAX: u64 = 64 << 20;

/// The text of the file, which anybody may have put there.
fn read_small(path: &Path) -> std::io::Result<String> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(std::io::Error::other("it is not a regular file"));
    }
    let mut text = String::new();
    std::fs::File::open(path)?.take(BYTES_MAX).read_to_string(&mut text)?;
    Ok(text)
}

impl Manifest {
    /// Reads the text of a `modules.json`.
    pub fn parse(text: &str) -> Result<Manifest, String> {
        let document: Document = serde_json::from_str(text).map_err(|cause| cause.to_string())?;
        let entries = document.modules.into_iter().map(|entry| (entry.key.clone(), entry)).collect();
        Ok(Manifest { entries })
    }

    /// The text of `modules.json`: one line, sorted by key, with `&`, `<` and `>` escaped as Terraform does.
    pub fn print(&self) -> String {
        let document = Document { modules: self.entries.values().cloned().collect() };
        let text = serde_json::to_string(&document).expect("strings always serialize");
        text.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e")
    }

    /// The entry of a key such as `network.subnets`.
    pub fn get(&self, key: &str) -> Option<&ManifestEntry> {
        self.entries.get(key)
    }

    /// Adds an entry, or replaces the one of the same key.
    pub fn insert(&mut self, entry: ManifestEntry) {
        self.entries.insert(entry.key.clone(), entry);
    }

    /// Every entry, sorted by key.
    pub fn entries(&self) -> impl Iterator<Item = &ManifestEntry> {
        self.entries.values()
    }

    /// Reads the manifest of a data directory; an empty one where there is no file.
    pub fn load(path: &Path) -> Result<Manifest, SourceError> {
        let text = match read_small(path) {
            Ok(text) => text,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(Manifest::default()),
            Err(cause) => return Err(SourceError::io("read", path, &cause)),
        };
        Manifest::parse(&text).map_err(|cause| {
            SourceError::new(SourceErrorKind::File, "read", path.display().to_string(), cause)
                .hint("delete the file and run init again")
        })
    }

    /// Writes the manifest in one step: a reader sees the old file or the new one.
    pub fn save(&self, path: &Path) -> Result<(), SourceError> {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|cause| SourceError::io("create", parent, &cause))?;
        }
        let fresh = path.with_extension("json.trueup-new");
        let written = std::fs::File::create(&fresh).and_then(|mut file| {
            file.write_all(self.print().as_bytes())?;
            file.sync_all()
        });
        written.map_err(|cause| SourceError::io("write", &fresh, &cause))?;
        std::fs::rename(&fresh, path).map_err(|cause| SourceError::io("write", path, &cause))
    }
}

#[cfg(test)]
mod tests {
    use super::{Manifest, ManifestEntry};
    use proptest::prelude::*;

    const FROM_TERRAFORM: &str = concat!(
        r#"{"Modules":[{"Key":"","Source":"","Dir":"."},"#,
        r#"{"Key":"b","Source":"git::file:///srv/repo//sub/deep?ref=v1\u0026depth=1","Dir":".terraform/modules/b/sub/deep"},"#,
        r#"{"Key":"b.c","Source":"registry.terraform.io/a/b/c","Version":"1.2.3","Dir":".terraform/modules/b.c"}]}"#
    );

    #[test]
    fn a_file_of_terraforms_comes_back_byte_for_byte() {
        let manifest = Manifest::parse(FROM_TERRAFORM).expect("it is a manifest");
        assert_eq!(manifest.print(), FROM_TERRAFORM);
        let entry = manifest.get("b.c").expect("it is listed");
        assert_eq!(entry.version.as_deref(), Some("1.2.3"));
        assert_eq!(
            manifest.get("b").expect("it is listed").source,
            "git::file:///srv/repo//sub/deep?ref=v1&depth=1"
        );
        assert!(manifest.get("c").is_none());
    }

    #[test]
    fn what_is_no_manifest_is_refused() {
        for text in ["", "[]", "{}", r#"{"Modules":[{}]}"#, r#"{"Modules":[{"Key":1,"Dir":"."}]}"#] {
            assert!(Manifest::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_manifest_survives_printing(rows in prop::collection::vec((".{0,12}", ".{0,30}", prop::option::of("[0-9.]{1,8}"), ".{0,20}"), 0..8)) {
            let mut manifest = Manifest::default();
            for (key, source, version, dir) in rows {
                manifest.insert(ManifestEntry { key, source, version, dir });
            }
            prop_assert_eq!(Manifest::parse(&manifest.print()).expect("own output"), manifest);
        }
    }
}
