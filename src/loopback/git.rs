//! Git over smart HTTP: `git http-backend` answers. <https://git-scm.com/docs/http-protocol>

#![expect(clippy::disallowed_methods, reason = "Git's own server program answers")]

use crate::{Answers, Reply, Request};
use async_trait::async_trait;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Serves every repository below a directory.
#[derive(Clone, Debug)]
pub struct GitServer {
    /// The directory.
    pub root: PathBuf,
    /// Whether pushes are taken.
    pub takes: bool,
}

#[async_trait]
impl Answers for GitServer {
    async fn answer(&self, request: &Request) -> Option<Reply> {
        let (server, request) = (self.clone(), request.clone());
        tokio::task::spawn_blocking(move || server.run(&request)).await.ok()
    }
}

impl GitServer {
    fn run(&self, request: &Request) -> Reply {
        let header = |name: &str| request.header(name).unwrap_or_default().to_owned();
        let takes = format!("http.receivepack={}", self.takes);
        let mut child = Command::new("git")
            .args(["-c", "safe.directory=*", "-c", "http.uploadpack=true", "-c", &takes, "http-backend"])
            .env("GIT_PROJECT_ROOT", &self.root)
            .env("GIT_HTTP_EXPORT_ALL", "1")
            .env("GIT_PROTOCOL", header("git-protocol"))
            .env("REQUEST_METHOD", &request.method)
            .env("PATH_INFO", &request.path)
            .env("QUERY_STRING", &request.query)
            .env("CONTENT_TYPE", header("content-type"))
            .env("CONTENT_LENGTH", request.body.len().to_string())
            .env("HTTP_CONTENT_ENCODING", header("content-encoding"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("git http-backend is installed");
        child.stdin.take().expect("piped").write_all(&request.body).expect("the backend reads");
        read(&child.wait_with_output().expect("the backend ends").stdout)
    }
}

/// The answer of a program behind the Common Gateway Interface.
fn read(output: &[u8]) -> Reply {
    let end = output.windows(4).position(|four| four == b"\r\n\r\n").expect("the backend writes headers");
    let head = String::from_utf8_lossy(&output[..end]).into_owned();
    let mut reply = Reply { status: 200, headers: Vec::new(), body: output[end + 4..].to_vec() };
    for (name, text) in head.lines().filter_map(|line| line.split_once(": ")) {
        if name == "Status" {
            let code = text.split(' ').next().and_then(|code| code.parse().ok());
            reply.status = code.expect("the backend writes a status");
        } else {
            reply.headers.push((name.to_owned(), text.to_owned()));
        }
    }
    reply
}
