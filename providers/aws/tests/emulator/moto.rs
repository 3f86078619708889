//! A server of a test's own that stands in for AWS (moto, or ministack as a second opinion), and a proxy that counts
//! what goes to it.

use crate::cloud::{provider_block, start};
use crate::fake::{Fake, World};
use async_trait::async_trait;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use trueup_provider::Provider;
use trueup_provider_walk::{Program, Stand, free_port};

/// Where programs are installed: the build directory.
const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");

/// A running moto server; it ends with this value.
pub(crate) struct Moto {
    _program: Option<Program>,
    /// The fake that stands in for the server.
    fake: Option<Arc<Fake>>,
    pub(crate) url: String,
    requests: Arc<AtomicUsize>,
}

impl Moto {
    /// Starts ministack, which gets some things right that moto doesn't.
    pub(crate) async fn second_opinion() -> Moto {
        let program = Program::of_python(FOLDER, "ministack", &["ministack"]).await;
        let port = free_port().await;
        let mut command = Command::new(program);
        command.env("BIND_HOST", "127.0.0.1").env("GATEWAY_PORT", port.to_string());
        Moto::run(command, port).await
    }

    async fn run(command: Command, port: u16) -> Moto {
        let program = Program::start(command, port).await;
        let requests = Arc::new(AtomicUsize::new(0));
        let front = front(port, requests.clone()).await;
        Moto { _program: Some(program), fake: None, url: format!("http://127.0.0.1:{front}"), requests }
    }

    /// How many requests have been made since this was last asked.
    pub(crate) fn requests(&self) -> usize {
        self.requests.swap(0, Ordering::SeqCst)
    }
}

#[async_trait]
impl Stand for Moto {
    type Fake = World;

    const FOLLOWS: &'static [(&'static str, &'static str)] = &[("tags", "tags_all")];

    async fn start() -> Moto {
        let name = "moto_server";
        let program = if Program::is_there(name).await {
            name.to_owned()
        } else {
            Program::of_python(FOLDER, name, &["moto[server]==5.2.*"]).await
        };
        let port = free_port().await;
        let mut command = Command::new(program);
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        Moto::run(command, port).await
    }

    fn of(fake: Arc<Fake>) -> Moto {
        Moto { _program: None, url: fake.url.clone(), fake: Some(fake), requests: Arc::default() }
    }

    fn url(&self) -> &str {
        &self.url
    }

    fn provider(_url: &str) -> Arc<dyn Provider> {
        start()
    }

    fn block(url: &str, more: &str) -> String {
        provider_block(url, more)
    }

    /// Makes a request behind the provider's back: `ACTION&PARAMETERS` of EC2, `METHOD /path [body]` of S3,
    /// `iam:ACTION&PARAMETERS` of IAM, or `dynamodb:OPERATION json` of `DynamoDB`. What begins with `moto:` is for the
    /// emulator alone, where it leaves something undone that AWS does by itself.
    async fn tamper(&self, request: &str) -> String {
        let request = match request.strip_prefix("moto:") {
            Some(_) if self.fake.is_some() => return String::new(),
            Some(request) => request,
            None => request,
        };
        let (method, path, body) = match request.split_once(" /") {
            Some((method, rest)) if ["DELETE", "POST", "PUT"].contains(&method) => {
                let (path, body) = rest.split_once(' ').unwrap_or((rest, ""));
                (method, path, body)
            }
            _ => ("POST", "", request),
        };
        let form = |version: &str, action: &str| {
            ("application/x-www-form-urlencoded", format!("Version={version}&Action={action}"), String::new())
        };
        let (service, (kind, body, more)) = match body.split_once(':') {
            Some(("iam", action)) => ("iam", form("2010-05-08", action)),
            Some(("dynamodb", call)) => {
                let (operation, json) = call.split_once(' ').expect("an operation and its JSON");
                let target = format!("X-Amz-Target: DynamoDB_20120810.{operation}\r\n");
                ("dynamodb", ("application/x-amz-json-1.0", json.to_owned(), target))
            }
            _ if path.is_empty() => ("ec2", form("2016-11-15", body)),
            _ => ("s3", ("text/plain", body.to_owned(), String::new())),
        };
        let address = self.url.trim_start_matches("http://");
        let text = format!(
            "{method} /{path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n{more}\
             Authorization: AWS4-HMAC-SHA256 Credential=mock/20260101/us-east-1/{service}/aws4_request, \
             SignedHeaders=host, Signature=0\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(address).await.expect("moto listens");
        stream.write_all(text.as_bytes()).await.expect("moto takes requests");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("moto answers");
        assert!(answer.starts_with("HTTP/1.1 2"), "{request}: {answer}");
        // Who meddles waits for it, so that what is read next is the outcome.
        if let Some(fake) = &self.fake {
            fake.let_time_pass();
        }
        answer
    }
}

/// Forwards connections and counts the requests in them by their first lines.
async fn front(port: u16, requests: Arc<AtomicUsize>) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let front = listener.local_addr().expect("a bound socket has an address").port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(forward(client, port, requests.clone()));
        }
    });
    front
}

async fn forward(client: TcpStream, port: u16, requests: Arc<AtomicUsize>) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let up = async move {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(count @ 1..) = from_client.read(&mut buffer).await {
            let methods: [&[u8]; 5] = [b"POST /", b"GET /", b"PUT /", b"DELETE /", b"HEAD /"];
            if methods.iter().any(|method| buffer[..count].starts_with(method)) {
                requests.fetch_add(1, Ordering::SeqCst);
            }
            if to_server.write_all(&buffer[..count]).await.is_err() {
                return;
            }
        }
        let _ = to_server.shutdown().await;
    };
    let down = async move {
        let _ = tokio::io::copy(&mut from_server, &mut to_client).await;
        let _ = to_client.shutdown().await;
    };
    tokio::join!(up, down);
}
