//! Names and passwords of container registries, where other programs keep them: the files that `docker login` and
//! `podman login` write.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How Docker's file calls Docker's own registry.
const DOCKER: (&str, &str) = ("docker.io", "https://index.docker.io/v1/");

#[derive(Default, Deserialize)]
struct File {
    #[serde(default)]
    auths: BTreeMap<String, Entry>,
}

#[derive(Default, Deserialize)]
struct Entry {
    #[serde(default)]
    auth: String,
}

/// The files that may hold credentials, the first that has an entry counts.
pub(crate) fn files(environment: &BTreeMap<String, String>) -> Vec<PathBuf> {
    let named = |name: &str| environment.get(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = named("HOME").or_else(|| named("USERPROFILE"));
    let beside = |name: &str| home.as_ref().map(|home| home.join(name));
    let configuration = named("XDG_CONFIG_HOME").or_else(|| beside(".config"));
    let all = [
        named("REGISTRY_AUTH_FILE"),
        named("XDG_RUNTIME_DIR").map(|dir| dir.join("containers/auth.json")),
        configuration.map(|dir| dir.join("containers/auth.json")),
        named("DOCKER_CONFIG").or_else(|| beside(".docker")).map(|dir| dir.join("config.json")),
    ];
    all.into_iter().flatten().collect()
}

/// Name and password for a repository; of several entries the one with the longest address counts.
pub(crate) fn find(files: &[PathBuf], registry: &str, repository: &str) -> Option<(String, String)> {
    files.iter().find_map(|path| within(&read(path)?, registry, repository))
}

fn read(path: &Path) -> Option<String> {
    std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    std::fs::read_to_string(path).ok()
}

fn within(text: &str, registry: &str, repository: &str) -> Option<(String, String)> {
    let file: File = serde_json::from_str(text).ok()?;
    let whole = format!("{registry}/{repository}");
    let fits = |address: &str| {
        let plain = address.trim_start_matches("https://").trim_end_matches('/');
        let docker = registry == DOCKER.0 && address == DOCKER.1;
        let inside = whole.strip_prefix(plain).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        docker || inside
    };
    let found = file.auths.iter().filter(|(address, _)| fits(address));
    let (_, entry) = found.max_by_key(|(address, _)| address.len())?;
    let plain = String::from_utf8(STANDARD.decode(&entry.auth).ok()?).ok()?;
    let (name, password) = plain.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{files, within};
    use std::collections::BTreeMap;

    #[test]
    fn the_nearest_entry_counts() {
        // u:p, v:q:r, w:x
        let text = r#"{"auths":{"ghcr.io":{"auth":"dTpw"},"ghcr.io/team":{"auth":"djpxOnI="},"https://index.docker.io/v1/":{"auth":"dzp4"},"empty.example":{}},"credsStore":"desktop"}"#;
        for (registry, repository, wanted) in [
            ("ghcr.io", "other/x", Some(("u", "p"))),
            ("ghcr.io", "team/x", Some(("v", "q:r"))),
            ("ghcr.io", "teams/x", Some(("u", "p"))),
            ("docker.io", "library/x", Some(("w", "x"))),
            ("empty.example", "x", None),
            ("io", "x", None),
            ("other.example", "x", None),
        ] {
            let wanted = wanted.map(|(name, password)| (name.to_owned(), password.to_owned()));
            assert_eq!(within(text, registry, repository), wanted, "{registry}/{repository}");
        }
        assert_eq!(within("nonsense", "ghcr.io", "x"), None);
    }

    #[test]
    fn files_are_looked_for_where_programs_put_them() {
        let environment = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let shown = |pairs: &[(&str, &str)]| -> Vec<String> {
            files(&environment(pairs)).iter().map(|path| path.to_string_lossy().into_owned()).collect()
        };
        assert_eq!(shown(&[("HOME", "/h")]), ["/h/.config/containers/auth.json", "/h/.docker/config.json"]);
        assert_eq!(
            shown(&[("DOCKER_CONFIG", "/d"), ("XDG_RUNTIME_DIR", "/r"), ("REGISTRY_AUTH_FILE", "/a")]),
            ["/a", "/r/containers/auth.json", "/d/config.json"]
        );
    }
}
