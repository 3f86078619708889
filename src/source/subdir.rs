//! The part of a module address after `//`: which directory inside the package is the module.

use crate::address::ModuleSource;
use crate::error::{SourceError, SourceErrorKind};
use std::path::{Component, Path, PathBuf};

/// Splits `package//subdir?query` into the package with its query, and the subdirectory.
///
/// The `//` of a scheme (`https://`) doesn't count.
pub(crate) fn split(address: &str) -> Result<(String, Option<String>), SourceError> {
    let (path, query) = match address.find('?') {
        Some(at) => address.split_at(at),
        None => (address, ""),
    };
    let scheme_end = path.find("://").filter(|at| is_scheme(&path[..*at])).map_or(0, |at| at + 3);
    let Some(at) = path[scheme_end..].find("//").map(|at| at + scheme_end) else {
        return Ok((address.to_owned(), None));
    };
    let package = format!("{}{query}", &path[..at]);
    Ok((package, checked(address, &path[at + 2..])?))
}

/// The cleaned path of a subdirectory, none where it is the package itself; an error where it leads outside.
pub(crate) fn checked(address: &str, path: &str) -> Result<Option<String>, SourceError> {
    let subdir = clean(path).ok_or_else(|| {
        SourceError::invalid(
            "use the module source",
            address,
            format!("the subdirectory path \"{path}\" leads outside of the module package"),
            "name a directory inside the package",
        )
    })?;
    Ok((!subdir.is_empty()).then_some(subdir))
}

/// Whether text in front of `://` can be a getter and a scheme, such as `git::https`.
fn is_scheme(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.:".contains(&byte))
}

/// The path without `.`, empty parts and inner `..`; none where it leads outside.
pub(crate) fn clean(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The subdirectory as a path below `package`, after looking that it is a directory there and nowhere else.
pub(crate) fn resolve(
    package: &Path,
    subdir: Option<&str>,
    source: &ModuleSource,
) -> Result<PathBuf, SourceError> {
    let Some(subdir) = subdir else { return Ok(PathBuf::new()) };
    let relative = PathBuf::from(subdir);
    let plain =
        relative.components().all(|part| matches!(part, Component::Normal(name) if !is_git_dir(name)));
    if !plain {
        return Err(outside(subdir, source));
    }
    let root = package.canonicalize().map_err(|cause| SourceError::io("read", package, &cause))?;
    let found = package.join(&relative).canonicalize().map_err(|_| missing(subdir, source))?;
    if !found.starts_with(&root) {
        return Err(outside(subdir, source));
    }
    if found.is_dir() { Ok(relative) } else { Err(missing(subdir, source)) }
}

fn is_git_dir(name: &std::ffi::OsStr) -> bool {
    name.eq_ignore_ascii_case(".git")
}

fn outside(subdir: &str, source: &ModuleSource) -> SourceError {
    let cause = format!("the subdirectory \"{subdir}\" leads outside of the module package");
    SourceError::new(SourceErrorKind::Unsafe, "use", source.to_string(), cause)
        .hint("name a directory inside the package after \"//\"")
}

fn missing(subdir: &str, source: &ModuleSource) -> SourceError {
    let cause = format!("the package has no directory \"{subdir}\"");
    SourceError::new(SourceErrorKind::NotFound, "use", source.to_string(), cause)
        .hint("check the path after \"//\" and the reference after \"?ref=\"")
}
