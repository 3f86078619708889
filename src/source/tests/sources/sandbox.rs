//! A temporary directory with Git repositories in it.

use std::path::{Path, PathBuf};

/// A temporary directory that goes away with the value.
pub(crate) struct Sandbox {
    directory: tempfile::TempDir,
}

impl Sandbox {
    pub(crate) fn new() -> Sandbox {
        Sandbox { directory: tempfile::tempdir().expect("a temporary directory") }
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.directory.path().canonicalize().expect("it exists").join(relative)
    }

    /// Writes a file and the directories above it.
    pub(crate) fn write(&self, relative: &str, text: &str) {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    }

    pub(crate) fn read(&self, relative: &str) -> String {
        std::fs::read_to_string(self.path(relative)).unwrap_or_else(|cause| panic!("{relative}: {cause}"))
    }

    /// An empty repository on the branch `main`.
    pub(crate) fn init(&self, relative: &str) {
        std::fs::create_dir_all(self.path(relative)).expect("a directory");
        self.git(relative, &["init", "--quiet", "--initial-branch=main", "."]);
    }

    /// Commits everything and returns the commit.
    pub(crate) fn commit(&self, relative: &str, message: &str) -> String {
        self.git(relative, &["add", "--all"]);
        self.git(relative, &["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(relative, &["rev-parse", "HEAD"])
    }

    /// A repository with a module, a nested one and two versions: the tag `v1` and the branch `next`.
    pub(crate) fn module_repository(&self, relative: &str) -> (String, String) {
        self.init(relative);
        self.write(&format!("{relative}/main.tf"), "# first\n");
        self.write(&format!("{relative}/sub/deep/main.tf"), "# deep\n");
        let first = self.commit(relative, "first");
        self.git(relative, &["tag", "--annotate", "--message", "one", "v1"]);
        self.git(relative, &["checkout", "--quiet", "-b", "next"]);
        self.write(&format!("{relative}/main.tf"), "# second\n");
        let second = self.commit(relative, "second");
        self.git(relative, &["checkout", "--quiet", "main"]);
        (first, second)
    }

    /// Runs Git with no configuration but what is needed, and returns what it prints.
    pub(crate) fn git(&self, relative: &str, arguments: &[&str]) -> String {
        run_git(&self.path(relative), arguments)
    }
}

#[expect(clippy::disallowed_methods, reason = "the tests make repositories with Git itself")]
pub(crate) fn run_git(directory: &Path, arguments: &[&str]) -> String {
    let output = std::process::Command::new("git")
        .current_dir(directory)
        .args(["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "protocol.file.allow=always"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .expect("git is installed");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
