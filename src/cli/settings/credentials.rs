//! The file in which `login` keeps tokens: JSON, for its owner alone. What else is in it stays.

use super::Host;
use serde_json::{Map, Value};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// Its name in the settings directory.
pub(crate) const FILE: &str = "credentials.tfrc.json";

/// Keeps a token for a host. An error says what went wrong with which file, and holds no token.
pub(crate) fn store(directory: &Path, host: &Host, token: &str) -> Result<(), String> {
    let path = directory.join(FILE);
    let mut document = load(&path)?;
    let hosts = document.entry("credentials").or_insert_with(|| Value::Object(Map::new()));
    let Value::Object(hosts) = hosts else { return Err(unreadable(&path, "\"credentials\" is no object")) };
    hosts.insert(host.to_string(), serde_json::json!({ "token": token }));
    save(directory, &path, &document)
}

/// Whether the file holds a token for a host.
pub(crate) fn holds(directory: &Path, host: &Host) -> Result<bool, String> {
    let document = load(&directory.join(FILE))?;
    Ok(document.get("credentials").and_then(|hosts| hosts.get(host.to_string())).is_some())
}

/// Takes a host's token out.
pub(crate) fn forget(directory: &Path, host: &Host) -> Result<(), String> {
    let path = directory.join(FILE);
    let mut document = load(&path)?;
    if let Some(Value::Object(hosts)) = document.get_mut("credentials") {
        hosts.remove(&host.to_string());
    }
    save(directory, &path, &document)
}

fn load(path: &Path) -> Result<Map<String, Value>, String> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Map::new()),
        Err(error) => return Err(unreadable(path, &error.to_string())),
    };
    match serde_json::from_str(&text) {
        Ok(Value::Object(document)) => Ok(document),
        Ok(_) => Err(unreadable(path, "it is no JSON object")),
        Err(error) => Err(unreadable(path, &format!("line {} is not JSON", error.line()))),
    }
}

fn unreadable(path: &Path, why: &str) -> String {
    format!("the credentials file {} can't be read: {why}", path.display())
}

fn save(directory: &Path, path: &Path, document: &Map<String, Value>) -> Result<(), String> {
    let failed =
        |error: std::io::Error| format!("the credentials file {} can't be written: {error}", path.display());
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(failed)?;
    let text = serde_json::to_string_pretty(document).map_err(|error| failed(error.into()))?;
    trueup_store::write_private(path, format!("{text}\n").as_bytes()).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::{FILE, forget, holds, store};
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn tokens_come_and_go_and_the_rest_stays() {
        let directory = tempfile::tempdir().expect("a directory");
        let place = directory.path().join("settings");
        let host = "example.com".parse().expect("a host");
        let other = "other.example:8443".parse().expect("a host");
        store(&place, &other, "y").expect("stored");
        let file = place.join(FILE);
        let text = std::fs::read_to_string(&file).expect("a file");
        std::fs::write(&file, text.replacen('{', "{\"more\": [1],", 1)).expect("written");
        store(&place, &host, "x").expect("stored");
        let mode = std::fs::metadata(&file).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!((holds(&place, &host), holds(&place, &other)), (Ok(true), Ok(true)));
        forget(&place, &host).expect("forgotten");
        let left: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&file).expect("a file")).expect("JSON");
        let wanted = serde_json::json!({"more": [1], "credentials": {"other.example:8443": {"token": "y"}}});
        assert_eq!(left, wanted);
    }

    #[test]
    fn what_is_no_credentials_file_is_left_alone() {
        let directory = tempfile::tempdir().expect("a directory");
        let host = "example.com".parse().expect("a host");
        for text in ["[]", "{", "{\"credentials\": 1}"] {
            std::fs::write(directory.path().join(FILE), text).expect("written");
            let said = store(directory.path(), &host, "secret").expect_err("refused");
            assert!(said.contains("can't be read") && !said.contains("secret"), "{said}");
            assert_eq!(std::fs::read_to_string(directory.path().join(FILE)).expect("a file"), text);
        }
    }
}
