//! The project's own files, as a clone has them.

use std::path::{Path, PathBuf};

/// A text file of the project.
pub(crate) struct ProjectFile {
    /// Relative to the project's root, with forward slashes.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Directories that hold nothing of the project.
const NOT_OURS: &[&str] = &[".git", ".terraform", "target", "__pycache__", "proptest-regressions"];

/// The project's root.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the project is"))
}

/// A file's text.
pub(crate) fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|cause| panic!("{path}: {cause}"))
}

/// Every path of the project, sorted.
pub(crate) fn paths() -> Vec<String> {
    let mut found = Vec::new();
    collect(&root(), "", &mut found);
    found.sort();
    found
}

fn collect(directory: &Path, prefix: &str, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(directory).expect("the project can be read").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if NOT_OURS.contains(&name.as_str()) {
            continue;
        }
        let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        if entry.file_type().expect("a file type").is_dir() {
            collect(&entry.path(), &path, found);
        } else {
            found.push(path);
        }
    }
}

/// Whether a path is that of Rust source.
pub(crate) fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

/// The text files whose path is wanted.
pub(crate) fn files(wanted: impl Fn(&str) -> bool) -> Vec<ProjectFile> {
    let wanted = paths().into_iter().filter(|path| wanted(path));
    wanted
        .map(|path| {
            let text = read(&path);
            ProjectFile { path, text }
        })
        .collect()
}

/// What `cargo metadata` says about the crates of the workspace.
#[expect(clippy::disallowed_methods, reason = "the tests ask cargo about the workspace")]
pub(crate) fn cargo_metadata() -> serde_json::Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = std::process::Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo writes JSON")
}
