//! HTTP on loopback, for tests. In: what answers requests. Out: a server on a free port, and a client for such servers.
//!
//! It speaks HTTP/1.1 as far as the clients of this house do, hides nothing of a request from who answers it, and can cut
//! a connection instead of answering.

mod git;

pub use git::GitServer;

use async_trait::async_trait;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request with its body whole.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `GET`, `PUT` and so on.
    pub method: String,
    /// The path as it was sent, from the slash to the question mark.
    pub path: String,
    /// What follows the question mark, as it was sent.
    pub query: String,
    /// Headers; their names are in small letters.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
}

/// An answer.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// Headers by name; the length needn't be among them.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What answers requests.
#[async_trait]
pub trait Answers: Send + Sync + 'static {
    /// Answers a request; None cuts the connection.
    async fn answer(&self, request: &Request) -> Option<Reply>;
}

/// Answers connections on a free port until the runtime ends; gives the address.
pub async fn serve(answers: impl FnOnce(String) -> Arc<dyn Answers>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let address = listener.local_addr().expect("a bound socket has an address");
    let answers = answers(format!("http://{address}"));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(connection(stream, answers.clone()));
        }
    });
}

/// Sends a request to a server on loopback; None where the connection is cut.
pub async fn send(url: &str, request: &Request) -> Option<Reply> {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.ok()?;
    let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
    let mut head = format!("{} {}{query} HTTP/1.1\r\n", request.method, request.path);
    let is_ours =
        |name: &str| ["connection", "content-length", "expect", "transfer-encoding"].contains(&name);
    for (name, text) in request.headers.iter().filter(|(name, _)| !is_ours(name)) {
        let _ = write!(head, "{name}: {text}\r\n");
    }
    if request.header("host").is_none() {
        let _ = write!(head, "host: {address}\r\n");
    }
    let _ = write!(head, "content-length: {}\r\nconnection: close\r\n\r\n", request.body.len());
    stream.write_all(head.as_bytes()).await.ok()?;
    stream.write_all(&request.body).await.ok()?;
    let mut buffer = Vec::new();
    let (first, headers) = read_head(&mut stream, &mut buffer).await?;
    let status = first.split(' ').nth(1)?.parse().ok()?;
    let body = if headers.get("transfer-encoding").is_some_and(|text| text == "chunked") {
        chunks(&mut stream, &mut buffer).await?
    } else {
        stream.read_to_end(&mut buffer).await.ok()?;
        buffer
    };
    let headers = headers.into_iter().filter(|(name, _)| !is_ours(name)).collect();
    Some(Reply { status, headers, body })
}

async fn connection(mut stream: TcpStream, answers: Arc<dyn Answers>) {
    let mut buffer = Vec::new();
    while let Some(request) = next(&mut stream, &mut buffer).await {
        let Some(reply) = answers.answer(&request).await else { return };
        let mut head = format!("HTTP/1.1 {} -\r\n", reply.status);
        for (name, text) in &reply.headers {
            let _ = write!(head, "{name}: {text}\r\n");
        }
        let has_length = reply.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-length"));
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

/// The first line of a request or an answer, and its headers by their names in small letters.
async fn read_head(
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
) -> Option<(String, BTreeMap<String, String>)> {
    let head_end = loop {
        if let Some(at) = find(buffer, b"\r\n\r\n") {
            break at;
        }
        more(stream, buffer).await?;
    };
    let head = String::from_utf8(buffer[..head_end].to_vec()).ok()?;
    buffer.drain(..head_end + 4);
    let mut lines = head.split("\r\n");
    let first = lines.next()?.to_owned();
    let header = |line: &str| {
        line.split_once(':').map(|(name, text)| (name.to_ascii_lowercase(), text.trim().to_owned()))
    };
    Some((first, lines.filter_map(header).collect()))
}

async fn next(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Request> {
    let (first, headers) = read_head(stream, buffer).await?;
    let mut first = first.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    if headers.get("expect").is_some_and(|text| text == "100-continue") {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await.ok()?;
    }
    let body = if headers.get("transfer-encoding").is_some_and(|text| text == "chunked") {
        chunks(stream, buffer).await?
    } else {
        let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
        take(stream, buffer, length).await?
    };
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    Some(Request { method, path: path.to_owned(), query: query.to_owned(), headers, body })
}

/// A body whose length its sender didn't know before.
async fn chunks(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = loop {
            if let Some(at) = find(buffer, b"\r\n") {
                break at;
            }
            more(stream, buffer).await?;
        };
        let line: Vec<u8> = buffer.drain(..end + 2).collect();
        let length = std::str::from_utf8(&line).ok()?.trim().split(';').next()?;
        let length = usize::from_str_radix(length, 16).ok()?;
        let mut chunk = take(stream, buffer, length + 2).await?;
        chunk.truncate(length);
        if chunk.is_empty() {
            return Some(body);
        }
        body.append(&mut chunk);
    }
}

async fn take(stream: &mut TcpStream, buffer: &mut Vec<u8>, length: usize) -> Option<Vec<u8>> {
    while buffer.len() < length {
        more(stream, buffer).await?;
    }
    Some(buffer.drain(..length).collect())
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
    /// The body, where it is text.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.body).ok()
    }

    /// The body, where it is JSON.
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// A header, by its name in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The parameters of the query, decoded, in the order sent.
    pub fn parameters(&self) -> Vec<(String, String)> {
        let pairs = self.query.split('&').filter(|pair| !pair.is_empty());
        let pair = |pair: &str| {
            let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(&name.replace('+', " ")), decoded(&text.replace('+', " ")))
        };
        pairs.map(pair).collect()
    }

    /// A parameter of the query, decoded.
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.parameters().into_iter().find(|(of, _)| of == name).map(|(_, text)| text)
    }

    /// The parts of the path, decoded.
    pub fn segments(&self) -> Vec<String> {
        self.path.split('/').filter(|part| !part.is_empty()).map(decoded).collect()
    }
}

impl Reply {
    /// An answer with nothing in it.
    pub fn empty(status: u16) -> Reply {
        Reply { status, ..Reply::default() }
    }

    /// An answer in JSON.
    pub fn json(status: u16, tree: &serde_json::Value) -> Reply {
        let kind = ("Content-Type".to_owned(), "application/json".to_owned());
        Reply { status, headers: vec![kind], body: tree.to_string().into_bytes() }
    }

    /// The same with one more header.
    pub fn with(mut self, name: &str, text: &str) -> Reply {
        self.headers.push((name.to_owned(), text.to_owned()));
        self
    }
}

/// `%41` is `A`.
fn decoded(text: &str) -> String {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| byte == b'%');
        let code = digits.and_then(|two| std::str::from_utf8(two).ok());
        if let Some(code) = code.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            out.push(code);
            rest = &after[2..];
        } else {
            out.push(byte);
            rest = after;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
