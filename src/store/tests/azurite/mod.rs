//! Azurite, Microsoft's own stand-in for Azure Blob Storage: installed with npm, started on a free port, asked what the
//! store doesn't ask, and reached through something where answers go wrong.

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::process::Command;
use trueup_loopback::{Answers, Reply, Request, send, serve};
use trueup_provider_walk::{Program, free_port};

/// The account that the server is given, with the key that Microsoft's documentation has for azurite.
pub(crate) const ACCOUNT: &str = "examplestate";
pub(crate) const KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// A running server; it ends with the value.
pub(crate) struct Azurite {
    pub(crate) endpoint: String,
    address: String,
    _program: Program,
}

/// Now, in seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the server compares clocks")]
pub(crate) fn seconds() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs()
}

impl Azurite {
    /// Starts one; `None`, said loudly, where it can't be had.
    pub(crate) async fn start() -> Option<Azurite> {
        let program =
            Program::in_node_package(env!("CARGO_TARGET_TMPDIR"), "azurite@3", "azurite-blob").await?;
        let port = free_port().await;
        let mut command = Command::new(program);
        command.args(["--blobHost", "127.0.0.1", "--blobPort", &port.to_string()]);
        command.args(["--skipApiVersionCheck", "--inMemoryPersistence", "--disableTelemetry", "--silent"]);
        command.env("AZURITE_ACCOUNTS", format!("{ACCOUNT}:{KEY}"));
        let program = Program::start(command, port).await;
        let address = format!("http://127.0.0.1:{port}");
        Some(Azurite { endpoint: format!("{address}/{ACCOUNT}"), address, _program: program })
    }

    /// A request of the test's own, signed; it has to succeed. `path` is escaped.
    pub(crate) async fn request(
        &self,
        method: &str,
        path: &str,
        query: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Reply {
        let expires = "2099-01-01T00%3A00%3A00Z";
        let mut text = String::new();
        for (name, value) in query {
            let _ = write!(text, "{name}={value}&");
        }
        let signature = Azurite::signature();
        assert!(signature.contains(expires), "{signature}");
        let request = Request {
            method: method.into(),
            path: format!("/{ACCOUNT}{path}"),
            query: format!("{text}{signature}"),
            headers: headers.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect(),
            body: Vec::new(),
        };
        let reply = send(&self.address, &request).await.expect("the server answers");
        assert!((200..300).contains(&reply.status), "{method} {path} {reply:?}");
        reply
    }

    /// A shared access signature of the account that allows everything ("Create an account SAS").
    pub(crate) fn signature() -> String {
        let (rights, services, types, expires) = ("rwdlacuptfxi", "b", "sco", "2099-01-01T00:00:00Z");
        let text =
            format!("{ACCOUNT}\n{rights}\n{services}\n{types}\n\n{expires}\n\nhttps,http\n2021-12-02\n\n");
        let key = STANDARD.decode(KEY).expect("base64");
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key of any length will do");
        mac.update(text.as_bytes());
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        let signature = signature.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        let expires = expires.replace(':', "%3A");
        format!(
            "sp={rights}&ss={services}&srt={types}&se={expires}&spr=https%2Chttp&sv=2021-12-02&sig={signature}"
        )
    }

    /// Another address of the server, where the first call of this method whose query begins like this goes wrong. With
    /// it comes how many are still to go wrong.
    pub(crate) async fn front(
        &self,
        method: &'static str,
        query: &'static str,
        mishap: Mishap,
    ) -> (String, Arc<AtomicUsize>) {
        let left = Arc::new(AtomicUsize::new(1));
        let front = Front { server: self.address.clone(), method, query, mishap, left: left.clone() };
        let mut address = String::new();
        serve(|own| {
            address = format!("{own}/{ACCOUNT}");
            Arc::new(front)
        })
        .await;
        (address, left)
    }
}

/// A way to the server for programs that only know Azure's own names.
pub(crate) struct Tunnel {
    /// What such programs are told in their environment.
    pub(crate) environment: Vec<(&'static str, String)>,
    _place: tempfile::TempDir,
    _program: Program,
}

impl Tunnel {
    /// `None`, said loudly, where there is no openssl to make a certificate.
    pub(crate) async fn to(server: &Azurite) -> Option<Tunnel> {
        let place = tempfile::tempdir().expect("a directory");
        let path = |name: &str| place.path().join(name).display().to_string();
        let name = format!("{ACCOUNT}.blob.core.windows.net");
        let mut command = Command::new("openssl");
        command.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test"]);
        command.args(["-addext", &format!("subjectAltName=DNS:{name}")]);
        command.args(["-keyout", &path("key.pem"), "-out", &path("cert.pem")]);
        if !command.output().await.is_ok_and(|output| output.status.success()) {
            use std::io::Write;
            let _ =
                writeln!(std::io::stderr(), "SKIPPED: terraform on azurite: openssl makes no certificate");
            return None;
        }
        let port = free_port().await;
        let own = port.to_string();
        let server = server.address.rsplit(':').next().expect("a port");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/azurite/tunnel.py");
        let (certificate, key) = (path("cert.pem"), path("key.pem"));
        let program = Program::listening("python3", &[script, &own, server, &certificate, &key], port).await;
        let environment =
            vec![("HTTPS_PROXY", format!("http://127.0.0.1:{port}")), ("SSL_CERT_FILE", path("cert.pem"))];
        Some(Tunnel { environment, _place: place, _program: program })
    }
}

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mishap {
    /// It never arrives.
    Cut,
    /// It is carried out, and the answer never arrives.
    Lost,
    /// It is refused for once.
    Status(u16),
}

struct Front {
    server: String,
    method: &'static str,
    query: &'static str,
    mishap: Mishap,
    left: Arc<AtomicUsize>,
}

#[async_trait]
impl Answers for Front {
    async fn answer(&self, request: &Request) -> Option<Reply> {
        let is_it = request.method == self.method
            && request.query.starts_with(self.query)
            && (!self.query.is_empty() || request.query.is_empty());
        let goes_wrong = is_it && self.left.swap(0, Ordering::SeqCst) == 1;
        match self.mishap {
            Mishap::Cut if goes_wrong => None,
            Mishap::Status(status) if goes_wrong => Some(Reply::empty(status).with("retry-after", "0")),
            Mishap::Lost if goes_wrong => {
                send(&self.server, request).await;
                None
            }
            _ => send(&self.server, request).await,
        }
    }
}
