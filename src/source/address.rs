//! Module source addresses: what stands in `source = "..."`, parsed and printed.

use crate::error::SourceError;
use crate::git_address;
use crate::redact::redact;
use crate::subdir;
use std::fmt;
use std::path::PathBuf;

/// Where a module's files come from.
///
/// `Display` leaves credentials out, for messages; [`ModuleSource::address`] is the whole address, as it
/// stands in `modules.json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModuleSource {
    /// A directory relative to the calling module's, such as `./network`; cleaned, and always starting with
    /// `./` or `../` (the parent itself is `./..`).
    Local(String),
    /// A Git repository.
    Git {
        /// What to clone: an `https`, `http`, `ssh` or `file` URL; of its query, `ref` and `depth` are left out.
        url: String,
        /// The branch, tag or commit to check out; the remote's `HEAD` where there is none.
        reference: Option<String>,
        /// The module's directory inside the repository.
        subdir: Option<String>,
        /// How many commits of history to fetch; 1 is enough for the files.
        depth: Option<u32>,
        /// The query as written, so that the address prints as Terraform prints it.
        query: Option<String>,
    },
    /// A directory of this machine outside of the configuration, by its absolute path; it is copied.
    Directory {
        /// The absolute path.
        path: PathBuf,
        /// The module's directory inside it.
        subdir: Option<String>,
    },
    /// A module in a registry.
    Registry {
        /// The registry's host name, `registry.terraform.io` where none is written.
        host: String,
        /// Who publishes it.
        namespace: String,
        /// The module's name.
        name: String,
        /// The system it is for, such as `aws`.
        provider: String,
        /// The module's directory inside the package.
        subdir: Option<String>,
    },
    /// An archive, or a page that names one, over HTTP.
    Archive {
        /// The URL.
        url: String,
        /// The module's directory inside the archive.
        subdir: Option<String>,
    },
    /// A package in a container registry, as `OpenTofu` has it.
    Container {
        /// `oci://REGISTRY/REPOSITORY`, with `?tag=` or `?digest=` behind it.
        url: String,
        /// The module's directory inside the package.
        subdir: Option<String>,
    },
    /// Another way that Terraform knows: Mercurial, S3 or Google Cloud Storage.
    Other {
        /// The way, such as `s3`.
        getter: String,
        /// The URL.
        url: String,
        /// The module's directory inside the package.
        subdir: Option<String>,
    },
}

const REGISTRY_HOST: &str = "registry.terraform.io";

impl ModuleSource {
    /// Parses an address as Terraform reads it. Sources that can't be fetched yet parse too; fetching says so.
    pub fn parse(text: &str) -> Result<ModuleSource, SourceError> {
        if text.trim().is_empty() {
            return Err(SourceError::invalid(
                "use the module source",
                "\"\"",
                "it is empty",
                "write a path that starts with \"./\", a Git address or a registry address",
            ));
        }
        if let Some(local) = parse_local(text) {
            return Ok(local);
        }
        if text.bytes().any(|byte| byte.is_ascii_control()) {
            return Err(unknown(text, text));
        }
        let (package, subdir) = subdir::split(text)?;
        if let Some(registry) = parse_registry(&package, subdir.as_ref()) {
            return Ok(registry);
        }
        parse_package(text, &package, subdir)
    }

    /// The whole address in its one normal form, with whatever credentials it was written with.
    pub fn address(&self) -> String {
        match self {
            ModuleSource::Local(path) => path.clone(),
            ModuleSource::Git { url, subdir, query, .. } => {
                let url = url.split('?').next().unwrap_or_default();
                format!("git::{url}{}{}", slashes(subdir.as_ref()), mark(query.as_ref()))
            }
            ModuleSource::Directory { path, subdir } => {
                format!("file://{}{}", path.display(), slashes(subdir.as_ref()))
            }
            ModuleSource::Registry { host, namespace, name, provider, subdir } => {
                format!("{host}/{namespace}/{name}/{provider}{}", slashes(subdir.as_ref()))
            }
            ModuleSource::Archive { url, subdir } | ModuleSource::Container { url, subdir } => {
                with_subdir(url, subdir.as_ref())
            }
            ModuleSource::Other { getter, url, subdir } => {
                format!("{getter}::{}", with_subdir(url, subdir.as_ref()))
            }
        }
    }

    /// The address without the subdirectory: the package that is fetched as a whole.
    pub fn package(&self) -> String {
        let mut package = self.clone();
        match &mut package {
            ModuleSource::Local(_) => {}
            ModuleSource::Git { subdir, .. }
            | ModuleSource::Directory { subdir, .. }
            | ModuleSource::Registry { subdir, .. }
            | ModuleSource::Archive { subdir, .. }
            | ModuleSource::Container { subdir, .. }
            | ModuleSource::Other { subdir, .. } => *subdir = None,
        }
        package.address()
    }
}

impl fmt::Display for ModuleSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&redact(&self.address()))
    }
}

fn slashes(subdir: Option<&String>) -> String {
    subdir.map(|subdir| format!("//{subdir}")).unwrap_or_default()
}

fn mark(query: Option<&String>) -> String {
    query.map(|query| format!("?{query}")).unwrap_or_default()
}

fn with_subdir(url: &str, subdir: Option<&String>) -> String {
    match url.split_once('?') {
        Some((path, query)) => format!("{path}{}?{query}", slashes(subdir)),
        None => format!("{url}{}", slashes(subdir)),
    }
}

fn parse_local(text: &str) -> Option<ModuleSource> {
    let starts = ["./", "../", ".\\", "..\\"];
    if !starts.iter().any(|start| text.starts_with(start)) {
        return None;
    }
    let mut ups = 0_usize;
    let mut parts: Vec<&str> = Vec::new();
    for part in text.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    ups += 1;
                }
            }
            part => parts.push(part),
        }
    }
    let mut all = vec![".."; ups];
    all.append(&mut parts);
    let path = if all.is_empty() { ".".to_owned() } else { all.join("/") };
    let path = if path.starts_with("../") { path } else { format!("./{path}") };
    Some(ModuleSource::Local(path))
}

fn parse_registry(package: &str, subdir: Option<&String>) -> Option<ModuleSource> {
    let parts: Vec<&str> = package.split('/').collect();
    let (host, names) = match parts.as_slice() {
        [namespace, name, provider] => (REGISTRY_HOST, [*namespace, *name, *provider]),
        [host, namespace, name, provider] => (*host, [*namespace, *name, *provider]),
        _ => return None,
    };
    let [namespace, name, provider] = names;
    let known_host = host.contains('.') && !["github.com", "bitbucket.org"].contains(&host) && is_host(host);
    let good =
        known_host && is_registry_name(namespace) && is_registry_name(name) && is_system_name(provider);
    good.then(|| ModuleSource::Registry {
        host: host.to_ascii_lowercase(),
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        provider: provider.to_owned(),
        subdir: subdir.cloned(),
    })
}

fn is_host(host: &str) -> bool {
    let (name, port) = host.split_once(':').unwrap_or((host, "443"));
    let label = |label: &str| {
        !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-') && !label.starts_with('-')
    };
    name.split('.').all(label) && port.parse::<u16>().is_ok()
}

fn is_registry_name(name: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let ends = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    name.len() <= 64 && name.bytes().all(inner) && ends(name.bytes().next()) && ends(name.bytes().last())
}

fn is_system_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// Everything but local paths and registries: `getter::address`, shorthands, URLs and absolute paths.
fn parse_package(text: &str, package: &str, subdir: Option<String>) -> Result<ModuleSource, SourceError> {
    let (getter, address) = match package.split_once("::") {
        Some((getter, address)) if getter.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            (Some(getter), address)
        }
        _ => (None, package),
    };
    if let Some(git) = git_address::detect(text, getter, address, subdir.as_ref())? {
        return Ok(git);
    }
    match getter {
        Some("git") | None => {}
        Some(getter @ ("hg" | "s3" | "gcs")) if address.contains("://") => {
            return Ok(ModuleSource::Other { getter: getter.to_owned(), url: address.to_owned(), subdir });
        }
        Some("http" | "https") if address.contains("://") => {
            return Ok(ModuleSource::Archive { url: address.to_owned(), subdir });
        }
        Some(_) => return Err(unknown(text, address)),
    }
    if getter.is_none()
        && let Some(found) = parse_bare(address, subdir)
    {
        return Ok(found);
    }
    Err(unknown(text, address))
}

/// An address without a getter that isn't Git's.
fn parse_bare(address: &str, subdir: Option<String>) -> Option<ModuleSource> {
    if address.starts_with('/') || address.starts_with("file:///") {
        let path = address.trim_start_matches("file://");
        return Some(ModuleSource::Directory { path: PathBuf::from(path), subdir });
    }
    if address.starts_with("https://") || address.starts_with("http://") {
        return Some(ModuleSource::Archive { url: address.to_owned(), subdir });
    }
    if address.starts_with("oci://") {
        return Some(ModuleSource::Container { url: address.to_owned(), subdir });
    }
    let host = address.split('/').next().unwrap_or_default();
    if host.ends_with(".amazonaws.com") && address.contains('/') {
        let url = format!("https://{address}");
        return Some(ModuleSource::Other { getter: "s3".to_owned(), url, subdir });
    }
    if address.starts_with("www.googleapis.com/storage/") {
        let url = format!("https://{address}");
        return Some(ModuleSource::Other { getter: "gcs".to_owned(), url, subdir });
    }
    None
}

fn unknown(text: &str, address: &str) -> SourceError {
    SourceError::invalid(
        "use the module source",
        format!("\"{}\"", text.escape_debug()),
        "it is neither a local path nor a known kind of remote address",
        &format!("if it is a path relative to this module, write \"./{}\"", address.escape_debug()),
    )
}
