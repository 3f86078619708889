//! Submodules of a Git repository: fetched to where they belong, each at the commit that the repository names.

use crate::address::ModuleSource;
use crate::clone::{self, Wanted};
use crate::error::{SourceError, SourceErrorKind};
use std::collections::BTreeMap;
use std::path::Path;

/// A submodule as the tree of a commit has it.
pub(crate) struct Submodule {
    /// Where it belongs, with forward slashes.
    pub(crate) path: String,
    /// The commit, as hexadecimal digits.
    pub(crate) commit: String,
}

/// Repositories in one another more than this are a circle.
const DEPTH_MAX: u32 = 8;

/// Fetches the submodules of the repository `outer`, whose files are in `files`, and theirs. `addresses` is the text
/// of its `.gitmodules`.
pub(crate) fn fetch_all(
    outer: &Wanted<'_>,
    submodules: &[Submodule],
    addresses: &str,
    scratch: &Path,
    files: &Path,
) -> Result<(), SourceError> {
    let addresses = read(addresses);
    for (at, Submodule { path, commit }) in submodules.iter().enumerate() {
        let failed = |kind, cause: &str| SourceError::new(kind, "fetch the submodule", path, cause);
        if outer.within >= DEPTH_MAX {
            let cause = format!("more than {DEPTH_MAX} repositories are submodules of one another");
            return Err(failed(SourceErrorKind::Unsafe, &cause));
        }
        let address = addresses.get(path).ok_or_else(|| {
            failed(SourceErrorKind::NotFound, "the repository's .gitmodules doesn't say where it comes from")
        })?;
        let url = resolve(outer.url, address)?;
        let target = files.join(path);
        std::fs::create_dir_all(&target).map_err(|cause| SourceError::io("create", &target, &cause))?;
        let real = |path: &Path| path.canonicalize().map_err(|cause| SourceError::io("read", path, &cause));
        if !real(&target)?.starts_with(real(files)?) {
            return Err(failed(SourceErrorKind::Unsafe, "its path leads outside of the repository"));
        }
        let wanted =
            Wanted { url: &url, reference: Some(commit), depth: outer.depth, within: outer.within + 1 };
        clone::fetch(&wanted, &scratch.with_extension(format!("{}-{at}", outer.within)), &target)?;
    }
    Ok(())
}

/// Addresses by path, from the text of a `.gitmodules`.
fn read(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let (mut path, mut url) = (None, None);
    for line in text.lines().chain(["["]) {
        let line = line.trim();
        if line.starts_with('[') {
            if let (Some(path), Some(url)) = (path.take(), url.take()) {
                found.insert(path, url);
            }
            (path, url) = (None, None);
        } else if let Some((key, value)) = line.split_once('=') {
            let value = value.trim().trim_matches('"').to_owned();
            match key.trim().to_ascii_lowercase().as_str() {
                "path" => path = Some(value),
                "url" => url = Some(value),
                _ => {}
            }
        }
    }
    found
}

/// The address of a submodule: one that starts with `./` or `../` goes on from that of its repository. A repository of
/// the network can't name one of this machine, and none can name an option of a program.
fn resolve(outer: &str, address: &str) -> Result<String, SourceError> {
    let joined = if address.starts_with("./") || address.starts_with("../") {
        join(outer, address)
    } else {
        address.to_owned()
    };
    let parsed = ModuleSource::parse(&format!("git::{joined}"))?;
    match parsed {
        ModuleSource::Git { url, .. } if outer.starts_with("file://") || !url.starts_with("file:") => Ok(url),
        _ => {
            let cause = "the address of a submodule may not lead there";
            Err(SourceError::new(SourceErrorKind::Unsafe, "fetch the submodule", joined, cause))
        }
    }
}

fn join(outer: &str, relative: &str) -> String {
    let (scheme, rest) = outer.split_once("://").unwrap_or(("https", outer));
    let rest = rest.split('?').next().unwrap_or_default().trim_end_matches('/');
    let mut parts: Vec<&str> = rest.split('/').collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            // The host stays.
            ".." => parts.truncate((parts.len() - 1).max(1)),
            part => parts.push(part),
        }
    }
    format!("{scheme}://{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{read, resolve};

    #[test]
    fn addresses_go_on_from_the_repositorys() {
        let outer = "https://h.example/a/b.git";
        let cases = [
            (outer, "../c.git", Some("https://h.example/a/c.git")),
            (outer, "./c", Some("https://h.example/a/b.git/c")),
            (outer, "../../../../c", Some("https://h.example/c")),
            (outer, "https://other.example/c", Some("https://other.example/c")),
            (outer, "git@other.example:x/c", Some("ssh://git@other.example/x/c")),
            ("file:///srv/a", "../c", Some("file:///srv/c")),
            (outer, "file:///srv/secret", None),
            (outer, "/srv/secret", None),
            (outer, "ext::sh -c touch% x", None),
            (outer, "--upload-pack=touch x", None),
            (outer, "ssh://-oProxyCommand=x/y", None),
        ];
        for (outer, address, wanted) in cases {
            assert_eq!(resolve(outer, address).ok().as_deref(), wanted, "{outer} + {address}");
        }
    }

    #[test]
    fn sections_are_read() {
        let text = "[submodule \"x\"]\n\tpath = a/b\n\turl = ../c\n[submodule \"y\"]\n url = \"../d\"\n path=e\n[other]\n";
        let found: Vec<(String, String)> = read(text).into_iter().collect();
        assert_eq!(found, [("a/b".into(), "../c".into()), ("e".into(), "../d".into())]);
    }
}
