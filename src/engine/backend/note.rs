//! The note that `init` leaves in the data directory, in the form Terraform leaves its own: either program can go on
//! where the other stopped.

use super::Chosen;
use crate::files::read_text;
use crate::world::World;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use trueup_diag::Diagnostic;
use trueup_schema::Block;
use trueup_value::{Kind, Value, json, quoted};

/// The version of the note's form.
const VERSION: u64 = 3;

#[derive(Debug, Serialize, Deserialize)]
struct Note {
    version: u64,
    #[serde(default)]
    terraform_version: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    backend: Option<NotedBackend>,
}

/// The backend that was set up.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct NotedBackend {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    config: serde_json::Value,
    /// Of what the configuration alone says, without `-backend-config`.
    #[serde(default)]
    pub(crate) hash: u64,
}

impl NotedBackend {
    /// Its settings, where they fit the schema.
    pub(crate) fn settings(&self, block: &Block) -> Option<Value> {
        json::decode(&self.config.to_string(), &block.value_type()).ok()
    }
}

fn path(world: &World) -> PathBuf {
    world.data_dir.join("terraform.tfstate")
}

/// The backend that the last `init` set up.
pub(crate) fn read(world: &World) -> Result<Option<NotedBackend>, Box<Diagnostic>> {
    let path = path(world);
    let text = match read_text(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(&path, &error.to_string())),
    };
    let note: Note = serde_json::from_str(&text).map_err(|error| unreadable(&path, &error.to_string()))?;
    Ok(note.backend)
}

fn unreadable(path: &Path, why: &str) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::error("Backend note can't be read", format!("{} can't be read: {why}.", path.display()))
            .hint("remove it and run \"trueup init\" to write it anew; the state itself is not in it"),
    )
}

/// Notes a backend, or that there is none any more. `hash` is [`hash`] of what the configuration alone says.
pub(crate) fn write(
    world: &World,
    chosen: Option<(&Chosen, &Block)>,
    hash: u64,
) -> Result<(), Box<Diagnostic>> {
    let path = path(world);
    let failed = |error: &dyn std::fmt::Display| {
        Box::new(Diagnostic::error(
            "Backend note can't be written",
            format!("{} can't be written: {error}.", path.display()),
        ))
    };
    let noted = |(chosen, block): (&Chosen, &Block)| {
        let text = json::encode_typed(&chosen.config, &block.value_type()).map_err(|error| failed(&error))?;
        let config = serde_json::from_str(&text).map_err(|error| failed(&error))?;
        Ok::<_, Box<Diagnostic>>(NotedBackend { kind: chosen.kind.clone(), config, hash })
    };
    let note = Note {
        version: VERSION,
        terraform_version: trueup_state::TERRAFORM_VERSION.into(),
        backend: chosen.map(noted).transpose()?,
    };
    std::fs::create_dir_all(&world.data_dir).map_err(|error| failed(&error))?;
    let text = serde_json::to_string_pretty(&note).map_err(|error| failed(&error))?;
    // Settings may hold secrets.
    trueup_store::write_private(&path, text.as_bytes()).map_err(|error| failed(&error))
}

/// What Terraform notes of a backend block, so that it sees whether the block was changed: the CRC-32 of its type and
/// settings, written the way sets order their elements.
pub(crate) fn hash(chosen: &Chosen) -> u64 {
    let mut text = String::from("<");
    text.push_str(&quoted(&chosen.kind));
    text.push(';');
    spell(&chosen.config, &mut text);
    text.push_str(";>");
    u64::from(crc32fast::hash(text.as_bytes()))
}

fn spell(value: &Value, out: &mut String) {
    let each = |open: char, close: char, items: &mut dyn Iterator<Item = &Value>, out: &mut String| {
        out.push(open);
        for item in items {
            spell(item, out);
            out.push(';');
        }
        out.push(close);
    };
    if value.is_null() {
        return out.push('~');
    }
    match value.kind() {
        Kind::Bool(true) => out.push('T'),
        Kind::Bool(false) => out.push('F'),
        Kind::Number(number) => out.push_str(&number.to_string()),
        Kind::String(text) => out.push_str(&quoted(text)),
        Kind::Object(_) => each('<', '>', &mut value.as_mapping().into_iter().flat_map(|m| m.values()), out),
        Kind::Tuple(_) => each('<', '>', &mut value.as_sequence().unwrap_or_default().iter(), out),
        Kind::Map(_) => {
            out.push('{');
            for (name, item) in value.as_mapping().into_iter().flatten() {
                out.push_str(&quoted(name));
                out.push(':');
                spell(item, out);
                out.push(';');
            }
            out.push('}');
        }
        _ => each('[', ']', &mut value.as_sequence().unwrap_or_default().iter(), out),
    }
}

#[cfg(test)]
mod tests {
    use super::{Chosen, hash};
    use trueup_value::{Type, Value};

    fn schema_type(kind: &str, name: &str) -> Type {
        trueup_store::schema(kind).expect("a backend").attributes[name].constraint()
    }

    /// Hashes that Terraform 1.11.4 noted.
    #[test]
    fn hashes_are_terraforms() {
        let check = |kind: &str, settings: &[(&str, Value)], wanted: u64| {
            let block = trueup_store::schema(kind).expect("a backend");
            let mut config = block.empty_value().as_mapping().cloned().expect("an object");
            for (name, value) in settings {
                assert!(config.insert((*name).into(), value.clone()).is_some(), "{kind} has {name}");
            }
            assert_eq!(hash(&Chosen::new(kind, Value::object(config))), wanted, "{settings:?}");
        };
        check("local", &[("path", "one.tfstate".into())], 427_796_062);
        check("local", &[("path", "two.tfstate".into())], 1_214_197_412);
        let account = [
            ("storage_account_name", "acct".into()),
            ("container_name", "states".into()),
            ("key", "a.tfstate".into()),
            (
                "access_key",
                "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZg=="
                    .into(),
            ),
        ];
        check("azurerm", &account, 449_219_681);
        let bucket = [
            ("bucket", "states".into()),
            ("prefix", "net/x".into()),
            ("access_token", "t".into()),
            ("storage_custom_endpoint", "http://127.0.0.1:14443/storage/v1/b".into()),
        ];
        check("gcs", &bucket, 1_431_033_158);
        let lock = ("use_lockfile", Value::from(true));
        check("s3", &[("key", "env/terraform.tfstate".into()), lock], 4_285_108_605);
        let role = trueup_value::json::decode(
            r#"{"role_arn":"arn:aws:iam::123456789012:role/x","tags":{"a":"b","c":"d"},"session_name":"ab","duration":"1h",
                "external_id":null,"policy":null,"policy_arns":null,"source_identity":null,"transitive_tag_keys":null}"#,
            &schema_type("s3", "assume_role"),
        );
        let endpoints = trueup_value::json::decode(
            r#"{"s3":"http://127.0.0.1:5901","sts":"http://127.0.0.1:5901","dynamodb":null,"iam":null,"sso":null}"#,
            &schema_type("s3", "endpoints"),
        );
        let files = Value::set(Type::String, ["zz".into(), "aa".into()]);
        let settings = [
            ("key", Value::from("env/terraform.tfstate")),
            ("max_retries", Value::from(3)),
            ("shared_credentials_files", files),
            ("endpoints", endpoints.expect("it fits")),
            ("assume_role", role.expect("it fits")),
        ];
        check("s3", &settings, 3_995_054_765);
    }
}
