//! A temporary directory with a configuration in it, and programs run there.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// What a program did.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// The command line, for messages.
    line: String,
}

impl Outcome {
    /// Fails unless the program ended with this code.
    #[track_caller]
    pub(crate) fn code(self, expected: i32) -> Outcome {
        let Outcome { code, stdout, stderr, line } = &self;
        assert_eq!(*code, expected, "{line}\n--- stdout\n{stdout}\n--- stderr\n{stderr}");
        self
    }

    /// Fails unless the program printed this text, on either stream.
    #[track_caller]
    pub(crate) fn shows(self, text: &str) -> Outcome {
        let Outcome { stdout, stderr, line, .. } = &self;
        let found = unwrapped(stdout).contains(text) || unwrapped(stderr).contains(text);
        assert!(found, "{line}\ndoesn't show {text:?}\n--- stdout\n{stdout}\n--- stderr\n{stderr}");
        self
    }

    /// Fails if the program printed this text.
    #[track_caller]
    pub(crate) fn hides(self, text: &str) -> Outcome {
        let Outcome { stdout, stderr, line, .. } = &self;
        assert!(
            !stdout.contains(text) && !stderr.contains(text),
            "{line}\nshows {text:?}\n{stdout}\n{stderr}"
        );
        self
    }
}

/// The text with the line breaks and rulers of a diagnostic taken out, so that wrapping doesn't matter.
fn unwrapped(text: &str) -> String {
    let plain = text.replace(['│', '╷', '╵'], " ");
    format!("{text}\n{}", plain.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A temporary directory that goes away with the value.
pub(crate) struct Sandbox {
    directory: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

impl Sandbox {
    /// An empty directory.
    pub(crate) fn new() -> Sandbox {
        Sandbox { directory: tempfile::tempdir().expect("a temporary directory"), environment: Vec::new() }
    }

    /// A directory with these files, each a path and its text.
    pub(crate) fn with(files: &[(&str, &str)]) -> Sandbox {
        let sandbox = Sandbox::new();
        for (path, text) in files {
            sandbox.write(path, text);
        }
        sandbox
    }

    /// Sets a variable for every program run from now on.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.directory.path().join(relative)
    }

    pub(crate) fn write(&self, relative: &str, text: &str) {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    }

    pub(crate) fn read(&self, relative: &str) -> String {
        std::fs::read_to_string(self.path(relative)).unwrap_or_else(|cause| panic!("{relative}: {cause}"))
    }

    pub(crate) fn json(&self, relative: &str) -> serde_json::Value {
        serde_json::from_str(&self.read(relative)).unwrap_or_else(|cause| panic!("{relative}: {cause}"))
    }

    /// Runs trueup.
    pub(crate) fn trueup(&self, arguments: &[&str]) -> Outcome {
        self.run(Path::new(env!("CARGO_BIN_EXE_trueup")), arguments)
    }

    /// Runs Terraform; none where it isn't installed.
    pub(crate) fn terraform(&self, arguments: &[&str]) -> Option<Outcome> {
        find_program("terraform").map(|program| self.run(&program, arguments))
    }

    /// Starts trueup and leaves it running; the caller ends it.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(Path::new(env!("CARGO_BIN_EXE_trueup")), arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts")
    }

    /// Starts trueup and keeps what it says; the caller waits for its end.
    pub(crate) fn start_heard(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(Path::new(env!("CARGO_BIN_EXE_trueup")), arguments);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program starts")
    }

    /// A program in the directory with an environment of its own: nothing of the machine's but the path.
    #[expect(clippy::disallowed_methods, reason = "the tests run programs")]
    fn command(&self, program: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.path("")).args(arguments).env_clear().stdin(Stdio::null());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command
            .env("HOME", self.path(""))
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_CLI_CONFIG_FILE", "/dev/null");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a program in the directory to its end.
    pub(crate) fn run(&self, program: &Path, arguments: &[&str]) -> Outcome {
        let output = self.command(program, arguments).output().expect("the program starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Outcome {
            code: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
            line: format!("{} {}", program.display(), arguments.join(" ")),
        }
    }
}

/// Where a program is on the path.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|directory| directory.join(name)).find(|program| program.is_file())
}
