//! The S3 store against a server of the tests' own: moto, where Python has it.
#![cfg(feature = "s3")]

mod manners;

use async_trait::async_trait;
use manners::Place;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use trueup_store::{Backup, ErrorKind, ObjectStore, Outside, S3Settings, Store, World, open, open_s3};
use trueup_value::Value;

/// A server that ends with the test.
struct Server {
    child: Child,
    endpoint: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[expect(clippy::disallowed_methods, reason = "the test starts its own server")]
fn start(port: u16) -> Option<Child> {
    let quiet = |mut command: Command| {
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()
    };
    let mut python = Command::new("python3");
    python.args(["-m", "moto.server"]);
    quiet(python).or_else(|| quiet(Command::new("moto_server")))
}

/// Starts a server with a bucket; says so where there is none.
async fn server() -> Option<Server> {
    let port =
        TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port();
    let mut child = start(port)?;
    for _ in 0..300 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if child.try_wait().is_ok_and(|ended| ended.is_some()) {
            break;
        }
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Some(Server { child, endpoint: format!("http://127.0.0.1:{port}") });
        }
    }
    drop(child.kill());
    drop(child.wait());
    let _ = writeln!(std::io::stderr(), "SKIPPED: there is no moto server (pip install 'moto[server]')");
    None
}

fn config(endpoint: &str, bucket: &str) -> Value {
    Value::object([
        ("bucket", Value::string(bucket)),
        ("key", Value::string("net/terraform.tfstate")),
        ("region", Value::string("us-east-1")),
        ("access_key", Value::string("test")),
        ("secret_key", Value::string("test")),
        ("endpoints", Value::object([("s3", Value::string(endpoint))])),
        ("use_path_style", Value::from(true)),
        ("use_lockfile", Value::from(true)),
        ("encrypt", Value::from(true)),
    ])
}

fn settings(endpoint: &str, bucket: &str) -> S3Settings {
    S3Settings::from_config(&config(endpoint, bucket)).expect("good settings")
}

async fn store(server: &Server) -> ObjectStore {
    open_s3(settings(&server.endpoint, "states"), "default").await.expect("opened")
}

/// Makes the bucket with a plain request, as moto lets anyone.
async fn bucket(server: &Server) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let address = server.endpoint.trim_start_matches("http://");
    let mut socket = tokio::net::TcpStream::connect(address).await.expect("it listens");
    let request = format!(
        "PUT /states HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\nConnection: close\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, \
         Signature=0\r\n\r\n"
    );
    socket.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn the_store_on_a_server() {
    let Some(server) = server().await else { return };
    let missing = store(&server).await.read().await.expect_err("no bucket");
    assert_eq!(missing.kind, ErrorKind::NotFound, "{missing}");
    assert!(missing.to_string().contains("there is no bucket \"states\"") && missing.hint.is_some());
    bucket(&server).await;
    manners::check(&server).await;
    beside_terraform(&server).await;
}

#[async_trait]
impl Place for Server {
    async fn store(&self) -> Arc<dyn Store> {
        let world = World {
            directory: ".".into(),
            workspace: "default".into(),
            backup: Backup::default(),
            outside: Outside::default(),
        };
        open("s3", &config(&self.endpoint, "states"), &world).await.expect("opened").into()
    }

    fn place_of_a(&self) -> &'static str {
        "s3://states/env:/a/net/terraform.tfstate"
    }

    fn locked(&self) -> &'static str {
        "states/net/terraform.tfstate"
    }
}

async fn beside_terraform(server: &Server) {
    let block = format!(
        r#"
          backend "s3" {{
            bucket = "states"
            key = "beside/terraform.tfstate"
            region = "us-east-1"
            access_key = "test"
            secret_key = "test"
            endpoints = {{ s3 = "{}" }}
            use_path_style = true
            use_lockfile = true
            skip_credentials_validation = true
            skip_requesting_account_id = true
            skip_metadata_api_check = true
          }}
        "#,
        server.endpoint
    );
    let mut settings = settings(&server.endpoint, "states");
    settings.key = "beside/terraform.tfstate".into();
    settings.workspace_key_prefix = "env:".into();
    let store = open_s3(settings, "default").await.expect("opened");
    Box::pin(manners::beside_terraform(&store, &block, &[])).await;
}

#[tokio::test]
async fn servers_that_do_not_answer_are_given_up() {
    // One that takes the connection and says nothing, and one that isn't there.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = |listener: &TcpListener| format!("http://{}", listener.local_addr().expect("bound"));
    let gone = endpoint(&TcpListener::bind("127.0.0.1:0").expect("a port"));
    for (endpoint, wanted) in [(endpoint(&silent), ErrorKind::Timeout), (gone, ErrorKind::Io)] {
        let mut settings = settings(&endpoint, "states");
        settings.patience = Duration::from_secs(3);
        settings.max_retries = 1;
        let store = open_s3(settings, "default").await.expect("opened");
        let error = store.read().await.expect_err("no answer");
        assert_eq!(error.kind, wanted, "{error}");
        assert!(error.to_string().contains(&endpoint) && error.hint.is_some(), "{error}");
    }
}

#[test]
fn settings_are_checked() {
    let with = |name: &'static str, value: Value| {
        let mut attributes = config("s3.example.com", "states").as_mapping().expect("an object").clone();
        attributes.insert(name.into(), value);
        S3Settings::from_config(&Value::object(attributes))
    };
    let cases = [
        ("dynamodb_table", Value::string("t"), "dynamodb_table is not supported"),
        ("bucket", Value::string(""), "bucket is not set"),
        ("key", Value::string("/a"), "start or end with a slash"),
        ("sse_customer_key", Value::string("AAAA"), "32 bytes"),
    ];
    for (name, value, wanted) in cases {
        let error = with(name, value).expect_err(name);
        assert_eq!(error.kind, ErrorKind::Config);
        assert!(error.to_string().contains(wanted), "{error}");
    }
    let good = with("workspace_key_prefix", Value::string("w/")).expect("good settings");
    assert_eq!(good.workspace_key_prefix, "w");
    assert_eq!(good.endpoint.as_deref(), Some("https://s3.example.com"));
    let shown = format!("{:?}", with("secret_key", Value::string("hush")).expect("good settings"));
    assert!(!shown.contains("hush"), "{shown}");
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the test can't say anything where credentials are set")]
async fn missing_credentials_and_regions_are_told() {
    if ["AWS_ACCESS_KEY_ID", "AWS_REGION"].iter().any(|name| std::env::var(name).is_ok()) {
        return;
    }
    let without = |names: &[&str]| {
        let mut attributes = config("", "states").as_mapping().expect("an object").clone();
        attributes.retain(|name, _| !names.contains(&&**name));
        attributes.insert("profile".into(), Value::string("no-such-profile"));
        let mut settings = S3Settings::from_config(&Value::object(attributes)).expect("good settings");
        settings.patience = Duration::from_secs(5);
        settings
    };
    let cases = [
        (&["access_key", "endpoints"][..], ErrorKind::Credentials),
        (&["region", "endpoints"][..], ErrorKind::Config),
    ];
    for (names, wanted) in cases {
        let error = match open_s3(without(names), "default").await {
            Ok(store) => store.read().await.expect_err("nothing to go by"),
            Err(error) => error,
        };
        assert_eq!(error.kind, wanted, "{error}");
        assert!(error.hint.is_some(), "{error}");
    }
}
