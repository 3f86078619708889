//! The settings of the command line itself: `.tofurc` or `.terraformrc`, the files beside them, tokens for hosts.
//!
//! In: the environment and files in the home directory. Out: [`Settings`], and what is wrong with them. What isn't
//! used by this program is still read, so that mistakes in it are found.

pub(crate) mod credentials;
mod document;
mod host;

pub(crate) use host::Host;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use trueup_diag::{Diagnostic, Diagnostics};

/// Where a provider's plugin may come from, in the order of `provider_installation`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Method {
    /// `direct`, `filesystem_mirror`, `network_mirror`, `oci_mirror` or `dev_overrides`.
    pub(crate) kind: String,
    /// The `path` or `url`, where it has one.
    pub(crate) place: Option<String>,
}

/// What the files and the environment say.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    /// Tokens by host, those of the environment over those of files. Never shown.
    pub(crate) tokens: BTreeMap<Host, String>,
    /// Hosts whose tokens stand in a file that people write.
    pub(crate) manual: Vec<Host>,
    /// A program that keeps tokens; it isn't run.
    pub(crate) helper: Option<String>,
    /// `plugin_cache_dir`; there are no plugins yet.
    pub(crate) plugin_cache_dir: Option<PathBuf>,
    /// `provider_installation`
    pub(crate) installation: Vec<Method>,
}

/// Settings with what is wrong with them.
#[derive(Default)]
pub(crate) struct Read {
    pub(crate) settings: Settings,
    pub(crate) diagnostics: Diagnostics,
}

/// The directory that holds the credentials that `login` writes; none without a home directory.
pub(crate) fn directory(environment: &BTreeMap<String, String>) -> Option<PathBuf> {
    home(environment).map(|home| home.join(".terraform.d"))
}

fn home(environment: &BTreeMap<String, String>) -> Option<PathBuf> {
    environment.get("HOME").filter(|home| !home.is_empty()).map(PathBuf::from)
}

/// Reads the settings that the environment leads to.
pub(crate) fn read(environment: &BTreeMap<String, String>) -> Read {
    let mut read = Read::default();
    let named = ["TF_CLI_CONFIG_FILE", "TERRAFORM_CONFIG"];
    let named = named.iter().find_map(|name| environment.get(*name)).filter(|path| !path.is_empty());
    match (named, home(environment)) {
        (Some(path), _) => read.named(Path::new(path)),
        (None, Some(home)) => read.usual(&home),
        (None, None) => {}
    }
    for (name, value) in environment {
        let Some(host) = name.strip_prefix("TF_TOKEN_").filter(|_| !value.is_empty()) else { continue };
        // Underscores stand for dots, two of them for a hyphen, which variables can't have.
        let host = host.replace("__", "-").replace('_', ".");
        match host.parse::<Host>() {
            Ok(host) => drop(read.settings.tokens.insert(host, value.clone())),
            Err(error) => read.diagnostics.push(Diagnostic::warning(
                "Token for an invalid host",
                format!("The variable {name} holds a token for {host:?}: {error}."),
            )),
        }
    }
    read
}

/// `NAME.tfrc`, `NAME.tfrc.json`
fn is_settings_file(name: &str) -> bool {
    [".tfrc", ".tfrc.json"].iter().any(|ending| name.ends_with(ending))
}

impl Read {
    fn named(&mut self, path: &Path) {
        if path.exists() {
            return self.file(path);
        }
        let detail =
            format!("The CLI configuration file at {:?} does not exist.", path.display().to_string());
        self.diagnostics.push(Diagnostic::warning("Unable to open CLI configuration file", detail));
    }

    fn usual(&mut self, home: &Path) {
        let own = [".tofurc", ".terraformrc"].map(|name| home.join(name));
        if let Some(path) = own.iter().find(|path| path.exists()) {
            self.file(path);
        }
        let directory = home.join(".terraform.d");
        let entries = std::fs::read_dir(&directory).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        for name in names.iter().filter(|name| is_settings_file(name)) {
            let manual = std::mem::take(&mut self.settings.manual);
            self.file(&directory.join(name));
            if name == credentials::FILE {
                self.settings.manual = manual;
            } else {
                self.settings.manual.splice(0..0, manual);
            }
        }
    }

    fn file(&mut self, path: &Path) {
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let name = path.display().to_string();
                document::read(&name, &text, self);
            }
            Err(error) => {
                let detail = format!("The CLI configuration file {} can't be read: {error}.", path.display());
                self.diagnostics.push(Diagnostic::warning("Unable to open CLI configuration file", detail));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Method, Read, read};
    use std::collections::BTreeMap;
    use std::path::Path;

    fn read_in(home: &Path, variables: &[(&str, &str)]) -> Read {
        let mut environment: BTreeMap<String, String> =
            variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        environment.insert("HOME".into(), home.display().to_string());
        read(&environment)
    }

    #[test]
    fn files_and_variables_hold_tokens() {
        let home = tempfile::tempdir().expect("a directory");
        let write = |name: &str, text: &str| {
            std::fs::create_dir_all(home.path().join(".terraform.d")).expect("a directory");
            std::fs::write(home.path().join(name), text).expect("written");
        };
        write(".terraformrc", "credentials \"A.example\" {\n  token = \"1\"\n}\n");
        write(".terraform.d/credentials.tfrc.json", "{\"credentials\":{\"b.example\":{\"token\":\"2\"}}}");
        let tokens = |read: &Read| -> Vec<String> {
            read.settings.tokens.iter().map(|(host, token)| format!("{host}={token}")).collect()
        };
        let found = read_in(home.path(), &[("TF_TOKEN_my__c_example", "3"), ("TF_TOKEN_b_example", "4")]);
        assert_eq!(tokens(&found), ["a.example=1", "b.example=4", "my-c.example=3"]);
        assert_eq!(found.settings.manual.iter().map(ToString::to_string).collect::<Vec<_>>(), ["a.example"]);
        assert!(found.diagnostics.is_empty(), "{:?}", found.diagnostics);
        write(".tofurc", "");
        assert_eq!(tokens(&read_in(home.path(), &[])), ["b.example=2"]);
        let named = home.path().join("missing").display().to_string();
        let found = read_in(home.path(), &[("TF_CLI_CONFIG_FILE", &named)]);
        assert!(tokens(&found).is_empty());
        assert_eq!(found.diagnostics.len(), 1);
    }

    #[test]
    fn mistakes_are_told_without_the_lines_they_stand_on() {
        let home = tempfile::tempdir().expect("a directory");
        let check = |text: &str, summary: &str, detail: &str| {
            std::fs::write(home.path().join(".tofurc"), text).expect("written");
            let found = read_in(home.path(), &[]).diagnostics.sorted();
            let one = found.iter().next().unwrap_or_else(|| panic!("{text}: nothing is said"));
            assert!(one.summary.contains(summary) && one.detail.contains(detail), "{one:?}");
            assert!(!format!("{one:?}").contains("secret") && one.subject.is_none(), "{one:?}");
        };
        check("plugin_cach_dir = \"x\"", "Unknown CLI configuration setting", "line 1");
        check("plugin_cache_dir = \"/not there\"", "plugin cache dir /not there cannot be opened", "line 1");
        check("\ncredentials \"a..b\" { token = \"secret\" }", "has an invalid hostname", "line 2");
        check("credentials { token = \"secret\" }", "Invalid credentials block", "line 1");
        check("provider_installation {\n wat {}\n}", "Invalid provider_installation method", "line 2");
        check("credentials \"a\" { token = \"secret }", "", "line 1");
    }

    #[test]
    fn installation_methods_keep_their_order() {
        let home = tempfile::tempdir().expect("a directory");
        let text = "provider_installation {\n network_mirror {\n url = \"https://m.example/\"\n }\n direct {}\n}\nhost \"a\" {}\ndisable_checkpoint = true\ncredentials_helper \"store\" {}\n";
        std::fs::write(home.path().join(".terraformrc"), text).expect("written");
        let found = read_in(home.path(), &[]);
        let method =
            |kind: &str, place: Option<&str>| Method { kind: kind.into(), place: place.map(Into::into) };
        assert_eq!(
            found.settings.installation,
            [method("network_mirror", Some("https://m.example/")), method("direct", None)]
        );
        assert_eq!(found.settings.helper.as_deref(), Some("store"));
        assert!(found.diagnostics.is_empty(), "{:?}", found.diagnostics);
    }
}
