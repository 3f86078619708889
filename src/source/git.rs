//! Runs `git` in a repository, with an index of its own.

#![expect(clippy::disallowed_methods, reason = "git is a process, and this room may start some")]

use crate::error::{SourceError, SourceErrorKind};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What would lead git to another repository than the one that it is started in; hooks set these.
const LEADS: [&str; 7] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
];

/// Git, in a repository.
pub(crate) struct Git<'r> {
    /// The top of the working tree.
    pub(crate) root: &'r Path,
    index: PathBuf,
}

impl Drop for Git<'_> {
    fn drop(&mut self) {
        // Nothing is lost if it stays.
        let _ = std::fs::remove_file(&self.index);
    }
}

impl<'r> Git<'r> {
    /// For the repository with this working tree.
    ///
    /// # Errors
    /// Git can't be run.
    pub(crate) fn new(root: &'r Path) -> Result<Git<'r>, SourceError> {
        let name = format!("trueup-proposal-{}", std::process::id());
        let mut git = Git { root, index: PathBuf::new() };
        let words = ["rev-parse", "--path-format=absolute", "--git-path", &name];
        git.index = git.line("find the directory of", &words)?.into();
        Ok(git)
    }

    /// What failed at the repository.
    pub(crate) fn fail(&self, verb: &'static str, cause: impl AsRef<str>) -> SourceError {
        let object = format!("the Git repository at {}", self.root.display());
        SourceError::new(SourceErrorKind::File, verb, object, cause)
    }

    /// Runs git, and gives what it prints.
    ///
    /// # Errors
    /// What git says.
    pub(crate) fn line(&self, verb: &'static str, words: &[&str]) -> Result<String, SourceError> {
        self.run(verb, words, None)
    }

    /// Runs git, and gives its answer to a question of yes and no.
    ///
    /// # Errors
    /// Git can't be run.
    pub(crate) fn says(&self, verb: &'static str, words: &[&str]) -> Result<bool, SourceError> {
        Ok(self.output(verb, words, None)?.status.success())
    }

    /// Runs git with something to read.
    ///
    /// # Errors
    /// What git says.
    pub(crate) fn run(
        &self,
        verb: &'static str,
        words: &[&str],
        input: Option<&str>,
    ) -> Result<String, SourceError> {
        let output = self.output(verb, words, input)?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let said: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        Err(self.fail(verb, if said.is_empty() { output.status.to_string() } else { said.join("; ") }))
    }

    fn output(&self, verb: &'static str, words: &[&str], input: Option<&str>) -> Result<Output, SourceError> {
        let mut command = Command::new("git");
        LEADS.iter().for_each(|name| {
            command.env_remove(name);
        });
        command.arg("-C").arg(self.root).args(words);
        if self.index.as_os_str().is_empty() {
            command.env_remove("GIT_INDEX_FILE");
        } else {
            command.env("GIT_INDEX_FILE", &self.index);
        }
        command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_EDITOR", "true");
        command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let unstarted = |error: std::io::Error| {
            self.fail(verb, format!("git can't be run: {error}")).hint("install git; it pushes the branch")
        };
        let mut child = command.spawn().map_err(unstarted)?;
        if let (Some(mut pipe), Some(input)) = (child.stdin.take(), input) {
            pipe.write_all(input.as_bytes()).map_err(unstarted)?;
        }
        child.wait_with_output().map_err(unstarted)
    }
}
