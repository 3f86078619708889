//! HTTP as far as the SDK speaks it to a server on loopback.

use super::Fake;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request with its body whole. Header names are in small letters.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

/// An answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// Answers connections until the runtime ends.
pub(crate) async fn serve(listener: TcpListener, fake: Arc<Fake>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(connection(stream, fake.clone()));
    }
}

async fn connection(mut stream: TcpStream, fake: Arc<Fake>) {
    let mut buffer = Vec::new();
    while let Some(request) = next(&mut stream, &mut buffer).await {
        // None: the connection is cut.
        let Some(reply) = fake.answer(&request) else { return };
        let mut head = format!("HTTP/1.1 {} -\r\n", reply.status);
        for (name, text) in &reply.headers {
            let _ = write!(head, "{name}: {text}\r\n");
        }
        let has_length = reply.headers.iter().any(|(name, _)| name == "Content-Length");
        if !has_length && reply.status != 204 {
            let _ = write!(head, "Content-Length: {}\r\n", reply.body.len());
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        if request.method != "HEAD" {
            bytes.extend(reply.body);
        }
        let is_last = request.header("connection") == Some("close");
        if stream.write_all(&bytes).await.is_err() || is_last {
            return;
        }
    }
}

async fn next(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Request> {
    let head_end = loop {
        if let Some(at) = find(buffer, b"\r\n\r\n") {
            break at;
        }
        more(stream, buffer).await?;
    };
    let head = String::from_utf8(buffer[..head_end].to_vec()).ok()?;
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let header = |line: &str| {
        line.split_once(':').map(|(name, text)| (name.to_ascii_lowercase(), text.trim().to_owned()))
    };
    let headers: BTreeMap<String, String> = lines.filter_map(header).collect();
    let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    if headers.get("expect").is_some_and(|text| text == "100-continue") {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await.ok()?;
    }
    buffer.drain(..head_end + 4);
    while buffer.len() < length {
        more(stream, buffer).await?;
    }
    let body = buffer.drain(..length).collect();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    Some(Request { method, path: path.to_owned(), query: query.to_owned(), headers, body })
}

async fn more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<()> {
    match stream.read_buf(buffer).await {
        Ok(1..) => Some(()),
        _ => None,
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

impl Request {
    /// The region and the service that it is signed for.
    pub(crate) fn scope(&self) -> Option<(&str, &str)> {
        let credential = self.headers.get("authorization")?.split("Credential=").nth(1)?;
        let mut parts = credential.split(',').next()?.split('/').skip(2);
        Some((parts.next()?, parts.next()?))
    }

    pub(crate) fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.body).ok()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}
