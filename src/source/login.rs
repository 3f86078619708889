//! What the environment knows to log in with: `.netrc`, keys for S3, a token for Google Cloud Storage.

use crate::container_login;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// Everything that is known. Nothing of it is shown by `Debug`.
#[derive(Clone, Default)]
pub(crate) struct Logins {
    machines: Vec<Machine>,
    /// The keys of S3.
    pub(crate) keys: Option<Keys>,
    /// The access token of Google Cloud Storage.
    pub(crate) google: Option<String>,
    /// The files with logins to container registries.
    pub(crate) containers: Vec<PathBuf>,
}

#[derive(Clone)]
struct Machine {
    /// None for the entry that stands for all others.
    host: Option<String>,
    login: String,
    password: String,
}

/// Keys that sign requests to S3.
#[derive(Clone)]
pub(crate) struct Keys {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) session: Option<String>,
}

impl fmt::Debug for Logins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logins").field("machines", &self.machines.len()).finish_non_exhaustive()
    }
}

impl Logins {
    /// What these variables say, and the files that they lead to.
    pub(crate) fn of(environment: &BTreeMap<String, String>) -> Logins {
        let named = |name: &str| environment.get(name).filter(|value| !value.is_empty());
        let home = named("HOME").or_else(|| named("USERPROFILE")).map(PathBuf::from);
        let beside = |name: &str| home.as_ref().map(|home| home.join(name));
        let netrc = named("NETRC").map(PathBuf::from).or_else(|| beside(".netrc"));
        let machines = netrc.and_then(|path| text(&path)).map(|text| machines(&text)).unwrap_or_default();
        let given = named("AWS_ACCESS_KEY_ID").zip(named("AWS_SECRET_ACCESS_KEY"));
        let keys = given.map(|(id, secret)| Keys {
            id: id.clone(),
            secret: secret.clone(),
            session: named("AWS_SESSION_TOKEN").cloned(),
        });
        let shared =
            named("AWS_SHARED_CREDENTIALS_FILE").map(PathBuf::from).or_else(|| beside(".aws/credentials"));
        let profile = named("AWS_PROFILE").map_or("default", String::as_str);
        let keys = keys.or_else(|| profile_keys(&text(&shared?)?, profile));
        let google = named("GOOGLE_OAUTH_ACCESS_TOKEN").cloned();
        Logins { machines, keys, google, containers: container_login::files(environment) }
    }

    /// Name and password for a host.
    pub(crate) fn for_host(&self, host: &str) -> Option<(&str, &str)> {
        let exact = self.machines.iter().find(|machine| machine.host.as_deref() == Some(host));
        let machine = exact.or_else(|| self.machines.iter().find(|machine| machine.host.is_none()))?;
        Some((&machine.login, &machine.password))
    }
}

fn text(path: &Path) -> Option<String> {
    std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    std::fs::read_to_string(path).ok()
}

/// The entries of a netrc file; macros are left out.
fn machines(text: &str) -> Vec<Machine> {
    let mut found: Vec<Machine> = Vec::new();
    let mut in_macro = false;
    for line in text.lines() {
        if in_macro {
            in_macro = !line.trim().is_empty();
            continue;
        }
        let mut words = line.split_whitespace();
        while let Some(word) = words.next() {
            let empty = |host| Machine { host, login: String::new(), password: String::new() };
            match (word, found.last_mut()) {
                (comment, _) if comment.starts_with('#') => break,
                ("machine", _) => found.push(empty(words.next().map(str::to_owned))),
                ("default", _) => found.push(empty(None)),
                ("login", Some(last)) => words.next().unwrap_or_default().clone_into(&mut last.login),
                ("password", Some(last)) => words.next().unwrap_or_default().clone_into(&mut last.password),
                ("macdef", _) => {
                    in_macro = true;
                    break;
                }
                _ => {}
            }
        }
    }
    found
}

/// The keys of a profile in a shared credentials file.
fn profile_keys(text: &str, profile: &str) -> Option<Keys> {
    let header = format!("[{profile}]");
    let section = text.lines().map(str::trim).skip_while(|line| *line != header).skip(1);
    let settings: BTreeMap<&str, &str> = section
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.trim(), value.trim()))
        .collect();
    Some(Keys {
        id: (*settings.get("aws_access_key_id")?).to_owned(),
        secret: (*settings.get("aws_secret_access_key")?).to_owned(),
        session: settings.get("aws_session_token").map(|token| (*token).to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::{machines, profile_keys};

    #[test]
    fn netrc_is_read() {
        let text = "# mine\nmachine a.example login u password p # x\nmachine b.example\n  login v\n  password q\nmacdef init\nmachine no.example login x\n\ndefault login d password e\n";
        let found = machines(text).into_iter().map(|m| (m.host.unwrap_or_default(), m.login, m.password));
        let wanted = [("a.example", "u", "p"), ("b.example", "v", "q"), ("", "d", "e")];
        assert!(found.eq(wanted.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()))));
    }

    #[test]
    fn profiles_are_read() {
        let text =
            "[default]\naws_access_key_id = A\naws_secret_access_key=B\n\n[other]\naws_access_key_id = C\n";
        let keys = profile_keys(text, "default").unwrap();
        assert_eq!((keys.id.as_str(), keys.secret.as_str(), keys.session), ("A", "B", None));
        assert!(profile_keys(text, "other").is_none() && profile_keys(text, "x").is_none());
    }
}
