//! The S3 store against a server of the tests' own: moto, where Python has it.
#![cfg(feature = "s3")]

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use trueup_state::{Entry, Output, Record, Start, State};
use trueup_store::{
    Backup, ErrorKind, LockInfo, S3Settings, S3Store, Store, StoreError, Version, World, open,
};
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

async fn store(server: &Server) -> S3Store {
    S3Store::open(settings(&server.endpoint, "states"), "default").await.expect("opened")
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

fn info(id: &str) -> LockInfo {
    LockInfo {
        id: id.into(),
        who: "me@here".into(),
        created: "2026-01-01T00:00:00Z".into(),
        ..LockInfo::default()
    }
}

fn state(serial: u64) -> State {
    let number = i64::try_from(serial).expect("small");
    let outputs = [("n".into(), Output { value: Value::from(number), sensitive: false })];
    State { serial, outputs: outputs.into(), ..State::new("1f0bb7e9-3c9b-4c39-9a5c-000000000001") }
}

fn kind<T: std::fmt::Debug>(outcome: Result<T, StoreError>) -> ErrorKind {
    outcome.expect_err("it must fail").kind
}

#[tokio::test]
async fn the_store_on_a_server() {
    let Some(server) = server().await else { return };
    let missing = store(&server).await.read().await.expect_err("no bucket");
    assert_eq!(missing.kind, ErrorKind::NotFound, "{missing}");
    assert!(missing.to_string().contains("there is no bucket \"states\"") && missing.hint.is_some());
    bucket(&server).await;
    documents(&server).await;
    workspaces(&server).await;
    Box::pin(locks(&server)).await;
    races(&server).await;
    journals(&server).await;
    Box::pin(beside_terraform(&server)).await;
}

async fn documents(server: &Server) {
    let store = store(server).await;
    assert_eq!(store.read().await.expect("readable"), None);
    let first = store.write(&state(1), &Version::ABSENT).await.expect("written");
    let read = store.read().await.expect("readable").expect("there");
    assert_eq!((read.state, &read.version), (state(1), &first));
    assert_eq!(kind(store.write(&state(2), &Version::ABSENT).await), ErrorKind::Conflict);
    let second = store.write(&state(2), &first).await.expect("written");
    assert_eq!(kind(store.write(&state(3), &first).await), ErrorKind::Conflict);
    // What a put finds that was sent twice because its first answer got lost.
    assert_eq!(store.write(&state(2), &first).await.expect("already there"), second);
}

async fn workspaces(server: &Server) {
    let world = World { directory: ".".into(), workspace: "default".into(), backup: Backup::default() };
    let store = open("s3", &config(&server.endpoint, "states"), &world).await.expect("opened");
    store.create_workspace("b", &state(0)).await.expect("made");
    let other = store.in_workspace("a").expect("a good name");
    assert!(other.describe().ends_with("s3://states/env:/a/net/terraform.tfstate"), "{}", other.describe());
    other.write(&state(7), &Version::ABSENT).await.expect("written");
    let record = Record { serial: 7, ..Record::default() };
    assert_eq!(other.read_record().await.expect("none"), None);
    assert!(other.write_record(&record).await.expect("written"));
    assert_eq!(other.read_record().await.expect("readable"), Some(record));
    assert_eq!(store.workspaces().await.expect("listed"), ["default", "a", "b"]);
    store.delete_workspace("a").await.expect("deleted");
    assert_eq!(store.workspaces().await.expect("listed"), ["default", "b"]);
    assert_eq!(other.read().await.expect("readable"), None);
    assert_eq!(other.read_record().await.expect("readable"), None);
}

async fn locks(server: &Server) {
    let (one, two) = (store(server).await, store(server).await);
    let lock = one.lock(info("1")).await.expect("free");
    let error = two.lock(info("2")).await.expect_err("held");
    let ErrorKind::Locked(Some(holder)) = &error.kind else { panic!("{error:?}") };
    assert_eq!((holder.id.as_str(), holder.path.as_str()), ("1", "states/net/terraform.tfstate"));
    lock.check().await.expect("still ours");
    assert_eq!(kind(two.force_unlock("3").await), ErrorKind::Conflict);
    two.force_unlock("1").await.expect("broken");
    assert_eq!(kind(lock.check().await), ErrorKind::Conflict);
    let again = two.lock(info("2")).await.expect("free");
    assert_eq!(kind(lock.release().await), ErrorKind::Conflict);
    assert_eq!(one.read_lock().await.expect("readable").expect("held").id, "2");
    again.release().await.expect("released");
    assert_eq!(one.read_lock().await.expect("readable"), None);
}

async fn races(server: &Server) {
    let shared = Arc::new(store(server).await);
    for round in 0..3 {
        let tasks: Vec<_> = (0..16)
            .map(|number| {
                let shared = shared.clone();
                tokio::spawn(async move { shared.lock(info(&format!("{round}-{number}"))).await })
            })
            .collect();
        let mut winners = Vec::new();
        for task in tasks {
            match task.await.expect("no panic") {
                Ok(lock) => winners.push(lock),
                Err(error) => assert!(matches!(error.kind, ErrorKind::Locked(_)), "{error:?}"),
            }
        }
        assert_eq!(winners.len(), 1);
        for lock in winners {
            lock.release().await.expect("released");
        }
    }
    let base = shared.read().await.expect("readable").expect("there").version;
    let writes = (0..16).map(|number| {
        let (shared, base) = (shared.clone(), base.clone());
        tokio::spawn(async move { shared.write(&state(100 + number), &base).await })
    });
    let tasks: Vec<_> = writes.collect();
    let mut winners = 0;
    for task in tasks {
        match task.await.expect("no panic") {
            Ok(_) => winners += 1,
            Err(error) => assert_eq!(error.kind, ErrorKind::Conflict, "{error}"),
        }
    }
    assert_eq!(winners, 1);
}

async fn journals(server: &Server) {
    let started = Entry::Start(Start { run: "run-1".into(), ..Start::default() });
    let step = |step: u32| Entry::Done { step, change: None };
    let first = store(server).await;
    first.append(&[started.clone(), step(0)]).await.expect("written");
    first.append(&[step(1)]).await.expect("written");
    let second = store(server).await;
    second.append(&[step(2)]).await.expect("written");
    // Its place is taken: two writers are told apart.
    assert_eq!(kind(first.append(&[step(9)]).await), ErrorKind::Conflict);
    let wanted = vec![started, step(0), step(1), step(2)];
    assert_eq!(first.journal().await.expect("readable"), wanted);
    first.clear_journal().await.expect("cleared");
    assert!(second.journal().await.expect("readable").is_empty());
    first.append(&[step(0)]).await.expect("written");
    assert_eq!(second.journal().await.expect("readable"), [step(0)]);
    second.clear_journal().await.expect("cleared");
    let last = store(server).await;
    for number in 0..20 {
        last.append(&[step(number)]).await.expect("written");
    }
    let entries = second.journal().await.expect("readable");
    assert_eq!(entries, (0..20).map(step).collect::<Vec<_>>());
    last.clear_journal().await.expect("cleared");
}

#[expect(clippy::disallowed_methods, reason = "the test compares with the real program")]
fn terraform(directory: &Path, arguments: &[&str]) -> Option<(bool, String)> {
    let mut command = Command::new("terraform");
    command.current_dir(directory).args(arguments).arg("-no-color");
    command.env("TF_CLI_CONFIG_FILE", "/dev/null").env("CHECKPOINT_DISABLE", "1").env("TF_CLI_ARGS", "");
    let output = command.output().ok()?;
    let said = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
}

/// Terraform's own backend reads and writes the same objects and respects the same lock.
async fn beside_terraform(server: &Server) {
    let directory = tempfile::tempdir().expect("a directory");
    let configuration = format!(
        r#"
        terraform {{
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
        }}
        resource "terraform_data" "a" {{ input = "x" }}
        "#,
        server.endpoint
    );
    std::fs::write(directory.path().join("main.tf"), configuration).expect("written");
    let Some((worked, said)) = terraform(directory.path(), &["init"]) else {
        let _ = writeln!(std::io::stderr(), "SKIPPED: terraform is not installed");
        return;
    };
    assert!(worked, "{said}");
    let (worked, said) = terraform(directory.path(), &["apply", "-auto-approve"]).expect("it is installed");
    assert!(worked, "{said}");
    let mut settings = settings(&server.endpoint, "states");
    settings.key = "beside/terraform.tfstate".into();
    let store = S3Store::open(settings, "default").await.expect("opened");
    let read = store.read().await.expect("readable").expect("written by terraform");
    assert_eq!(read.state.objects().count(), 1);
    let lock = store.lock(info("00000000-0000-4000-8000-000000000001")).await.expect("free");
    let (worked, said) = terraform(directory.path(), &["apply", "-auto-approve"]).expect("it is installed");
    assert!(!worked && said.contains(&lock.info().id), "{said}");
    let mut state = read.state.clone();
    state.outputs.insert("o".into(), Output { value: Value::string("ours"), sensitive: false });
    state.finish(&read.state);
    store.write(&state, &read.version).await.expect("written");
    lock.release().await.expect("released");
    let (worked, said) = terraform(directory.path(), &["output"]).expect("it is installed");
    assert!(worked && said.contains("o = \"ours\""), "{said}");
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
        let store = S3Store::open(settings, "default").await.expect("opened");
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
        let error = match S3Store::open(without(names), "default").await {
            Ok(store) => store.read().await.expect_err("nothing to go by"),
            Err(error) => error,
        };
        assert_eq!(error.kind, wanted, "{error}");
        assert!(error.hint.is_some(), "{error}");
    }
}
