//! Copies a directory of this machine that is used as a module package.

use crate::error::{SourceError, SourceErrorKind};
use std::path::Path;

const LEFT_OUT: [&str; 2] = [".git", ".terraform"];

/// Copies the files below `from` into the empty directory `into`.
///
/// Version control and installed modules stay behind. A symbolic link is followed if it leads to a place
/// below `from`; one that leads elsewhere is refused.
pub(crate) fn copy(from: &Path, into: &Path) -> Result<(), SourceError> {
    let root = from.canonicalize().ok().filter(|root| root.is_dir()).ok_or_else(|| {
        SourceError::new(
            SourceErrorKind::NotFound,
            "copy",
            from.display().to_string(),
            "it is not a directory",
        )
        .hint("check the path; one relative to the module starts with \"./\"")
    })?;
    let mut pending = vec![(root.clone(), into.to_owned(), 0_u32)];
    while let Some((source, target, depth)) = pending.pop() {
        if depth > DEPTH_MAX {
            let cause = "directories are nested too deeply, or a symbolic link leads back to a parent";
            return Err(SourceError::new(
                SourceErrorKind::Unsafe,
                "copy",
                source.display().to_string(),
                cause,
            ));
        }
        std::fs::create_dir_all(&target).map_err(|cause| SourceError::io("create", &target, &cause))?;
        for (child, name) in children(&source)? {
            let real = inside(&root, &child)?;
            let target = target.join(name);
            if real.is_dir() {
                pending.push((real, target, depth + 1));
            } else {
                std::fs::copy(&real, &target).map_err(|cause| SourceError::io("copy", &real, &cause))?;
            }
        }
    }
    Ok(())
}

const DEPTH_MAX: u32 = 64;

type Child = (std::path::PathBuf, std::ffi::OsString);

fn children(directory: &Path) -> Result<Vec<Child>, SourceError> {
    let failed = |cause: std::io::Error| SourceError::io("read", directory, &cause);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        if !LEFT_OUT.iter().any(|left_out| name == *left_out) {
            found.push((entry.path(), name));
        }
    }
    found.sort();
    Ok(found)
}

fn inside(root: &Path, path: &Path) -> Result<std::path::PathBuf, SourceError> {
    let real = path.canonicalize().map_err(|cause| SourceError::io("read", path, &cause))?;
    if real.starts_with(root) {
        return Ok(real);
    }
    let cause = "a symbolic link leads outside of the module package";
    Err(SourceError::new(SourceErrorKind::Unsafe, "copy", path.display().to_string(), cause)
        .hint("put the file into the package"))
}
