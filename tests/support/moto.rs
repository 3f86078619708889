//! An AWS emulator (moto) for one test: installed once below the build's directory, started on a free port.

use crate::support::sandbox::find_program;
use crate::support::skip::skip;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const PACKAGE: &str = "moto[server]==5.2.*";

/// A Python that has moto; installed on first use. None, said loudly, where that can't be done.
pub(crate) fn python(what: &str) -> Option<PathBuf> {
    match install() {
        Ok(python) => Some(python),
        Err(why) => {
            skip(what, &why);
            None
        }
    }
}

fn install() -> Result<PathBuf, String> {
    environment("moto-5.2", PACKAGE, ("python", &["-c", "import moto.server, boto3"]))
}

/// Installs a Python package into an environment that later runs find again; gives a program in it, which answers
/// to the arguments where all is well.
pub(crate) fn environment(
    name: &str,
    package: &str,
    (program, arguments): (&str, &[&str]),
) -> Result<PathBuf, String> {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let (python, program) = (place.join("bin/python"), place.join("bin").join(program));
    std::fs::create_dir_all(env!("CARGO_TARGET_TMPDIR")).map_err(|cause| cause.to_string())?;
    // One process installs; the others wait for it and then find what it made.
    let lock = std::fs::File::create(place.with_extension("lock")).map_err(|cause| cause.to_string())?;
    lock.lock().map_err(|cause| cause.to_string())?;
    if call(&program, arguments).is_ok() {
        return Ok(program);
    }
    let base = find_program("python3").ok_or("python3 isn't installed")?;
    let place = place.display().to_string();
    call(&base, &["-m", "venv", "--clear", &place])?;
    call(&python, &["-m", "pip", "install", "--quiet", "--disable-pip-version-check", package])?;
    Ok(program)
}

#[expect(clippy::disallowed_methods, reason = "the tests run programs")]
fn call(program: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|cause| format!("{} {arguments:?}: {cause}", program.display()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    Err(format!("{} {arguments:?} failed: {}", program.display(), stderr.trim()))
}

/// A running emulator; stopped with the value.
pub(crate) struct Moto {
    pub(crate) endpoint: String,
    place: tempfile::TempDir,
    python: PathBuf,
    server: Child,
}

impl Moto {
    /// Starts an emulator for what is to be tested. None, said loudly, where there can be none.
    #[expect(clippy::disallowed_methods, reason = "the tests run programs")]
    pub(crate) fn start(what: &str) -> Option<Moto> {
        let python = python(what)?;
        let port = free_port();
        let place = tempfile::tempdir().expect("a temporary directory");
        let log = std::fs::File::create(place.path().join("log")).expect("a log");
        let server = Command::new(&python)
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()])
            .stdin(Stdio::null())
            .current_dir(place.path())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the emulator starts");
        let mut moto = Moto { endpoint: format!("http://127.0.0.1:{port}"), place, python, server };
        moto.wait(port);
        Some(moto)
    }

    #[expect(clippy::disallowed_methods, reason = "nothing tells when the emulator is ready")]
    fn wait(&mut self, port: u16) {
        for _ in 0..600 {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return;
            }
            let ended = self.server.try_wait().expect("the emulator can be asked");
            assert!(ended.is_none(), "the emulator ended by itself: {ended:?}");
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("the emulator doesn't answer at {}", self.endpoint);
    }

    /// Where it listens on the loopback address.
    pub(crate) fn port(&self) -> u16 {
        let port = self.endpoint.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        port.expect("an endpoint ends in a port")
    }

    /// How many calls of EC2 and STS it has answered.
    pub(crate) fn calls(&self) -> usize {
        let log = std::fs::read_to_string(self.place.path().join("log")).expect("the emulator writes a log");
        log.lines().filter(|line| line.contains("\"POST / HTTP")).count()
    }

    /// Runs Python with `ec2`, `s3` and `sts` clients of the emulator and returns what it prints.
    #[track_caller]
    pub(crate) fn python(&self, script: &str) -> String {
        let prelude = format!(
            "import boto3, json, urllib.request\n\
             make = lambda name: boto3.client(name, endpoint_url='{0}', region_name='eu-central-1',\n\
             \x20   aws_access_key_id='test', aws_secret_access_key='test')\n\
             endpoint, ec2, s3, sts = '{0}', make('ec2'), make('s3'), make('sts')\n",
            self.endpoint
        );
        let script = format!("{prelude}{script}");
        call(&self.python, &["-c", &script]).unwrap_or_else(|why| panic!("{why}"))
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let killed = self.server.kill().and_then(|()| self.server.wait());
        assert!(killed.is_ok() || std::thread::panicking(), "the emulator can be stopped: {killed:?}");
    }
}

pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}
