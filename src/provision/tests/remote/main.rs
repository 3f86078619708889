//! Provisioners against a real SSH server, in this process.

mod host;

use host::{Seen, host_key, start, user_key};
use russh::keys::PrivateKey;
use russh::keys::ssh_key::LineEnding;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use trueup_provision::{Around, Failure, Job, Say, run};
use trueup_schema::{connection, provisioner};
use trueup_value::{Type, Value};

/// An object of a block with some of its attributes set.
fn block(schema: &trueup_schema::Block, set: &[(&str, Value)]) -> Value {
    let empty = schema.empty_value();
    let mut all = empty.as_mapping().expect("a block is an object").clone();
    for (name, value) in set {
        assert!(all.insert((*name).into(), value.clone()).is_some(), "{name} is in the schema");
    }
    Value::object(all)
}

fn around(dir: &Path) -> Around {
    let path = ("PATH".to_owned(), "/usr/bin:/bin".to_owned());
    Around {
        dir: dir.to_owned(),
        environment: Arc::new(BTreeMap::from([path])),
        random: Arc::new(|bytes| bytes.fill(7)),
        stop: Arc::new(|| Box::pin(std::future::pending())),
    }
}

type Ended = (Result<(), Failure>, Vec<String>);

async fn provision(kind: &str, config: &[(&str, Value)], over: Option<Value>, dir: &Path) -> Ended {
    let config = block(provisioner(kind).expect("a known type"), config);
    let job = Job { kind: kind.into(), config, connection: over };
    let lines = Arc::new(Mutex::new(Vec::new()));
    let heard = lines.clone();
    let say: Say = Arc::new(move |line: &str| heard.lock().expect("nobody panics").push(line.to_owned()));
    let ended = run(&job, &around(dir), &say).await;
    let lines = lines.lock().expect("nobody panics").clone();
    (ended, lines)
}

fn over(port: u16, more: &[(&str, Value)]) -> Value {
    let mut set = vec![
        ("host", Value::from("127.0.0.1")),
        ("port", i64::from(port).into()),
        ("user", "me".into()),
        ("timeout", "3s".into()),
    ];
    set.extend(more.iter().cloned());
    block(connection(), &set)
}

fn secret(key: &PrivateKey) -> Value {
    key.to_openssh(LineEnding::LF).expect("a key").as_str().into()
}

fn public(key: &PrivateKey) -> Value {
    key.public_key().to_openssh().expect("a key").into()
}

fn texts(items: &[&str]) -> Value {
    Value::list(Type::String, items.iter().map(|item| Value::from(*item)))
}

fn seen(seen: &Seen) -> Vec<String> {
    seen.lock().expect("nobody panics").drain(..).collect()
}

#[tokio::test]
async fn scripts_run_on_the_machine() {
    let dir = tempfile::tempdir().expect("a directory");
    let script = dir.path().join("there.sh");
    let at = [("password", Value::from("pw")), ("script_path", script.display().to_string().into())];
    let (port, _) = start().await;
    let inline = texts(&["echo one", "echo two >&2", "printf three"]);
    let (ended, lines) =
        provision("remote-exec", &[("inline", inline)], Some(over(port, &at)), dir.path()).await;
    assert_eq!(ended, Ok(()));
    assert_eq!(lines[0], "Connecting to remote host via SSH...");
    assert_eq!(lines[3], "  Password: true");
    assert_eq!(lines[9], "Connected!");
    // Nothing says in which order the two streams of the machine come.
    let mut said = lines[10..].to_vec();
    said.sort();
    assert_eq!(said, ["one", "three", "two"]);
    assert!(!script.exists(), "it is taken away again");

    std::fs::write(dir.path().join("mine"), "#!/bin/sh\necho $0; exit 3\n").expect("written");
    let (ended, _) =
        provision("remote-exec", &[("script", "mine".into())], Some(over(port, &at)), dir.path()).await;
    let detail = ended.expect_err("it ends with 3").detail;
    assert!(detail.ends_with("Process exited with status 3"), "{detail}");

    let missing = [("scripts", texts(&["mine", "other"]))];
    let (ended, lines) = provision("remote-exec", &missing, Some(over(port, &at)), dir.path()).await;
    assert!(ended.expect_err("other isn't there").detail.contains("Failed to open script 'other'"));
    assert!(lines.is_empty(), "nothing was begun");
}

#[tokio::test]
async fn files_come_over() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = |name: &str| dir.path().join(name).display().to_string();
    let (port, _) = start().await;
    let key = [("private_key", secret(&user_key()))];
    let copy = async |config: &[(&str, Value)]| {
        provision("file", config, Some(over(port, &key)), dir.path()).await.0
    };
    let text = "größe\n";
    let to = path("it's here");
    assert_eq!(copy(&[("content", text.into()), ("destination", to.as_str().into())]).await, Ok(()));
    assert_eq!(std::fs::read_to_string(&to).expect("it is there"), text);

    std::fs::create_dir_all(dir.path().join("tree/inner")).expect("made");
    std::fs::write(dir.path().join("tree/a"), "a").expect("written");
    std::fs::write(dir.path().join("tree/inner/b"), vec![b'x'; 100_000]).expect("written");
    std::fs::create_dir(dir.path().join("to")).expect("made");
    let whole = [("source", Value::from("tree")), ("destination", path("to").into())];
    assert_eq!(copy(&whole).await, Ok(()));
    assert_eq!(std::fs::read(dir.path().join("to/tree/inner/b")).expect("there").len(), 100_000);
    let contents = [("source", Value::from("tree/")), ("destination", path("to").into())];
    assert_eq!(copy(&contents).await, Ok(()));
    assert_eq!(std::fs::read_to_string(dir.path().join("to/a")).expect("there"), "a");

    let nowhere = [("content", Value::from("x")), ("destination", path("no/such/place").into())];
    assert!(copy(&nowhere).await.expect_err("no such directory").detail.starts_with("Upload failed: "));
    let nothing = [("source", Value::from("nope")), ("destination", path("x").into())];
    assert!(copy(&nothing).await.expect_err("no such file").detail.contains("nope can't be read"));
}

#[tokio::test]
async fn who_is_let_in() {
    let dir = tempfile::tempdir().expect("a directory");
    let (port, watched) = start().await;
    let (outer, outside) = start().await;
    let attempt = async |more: &[(&str, Value)]| {
        let inline = [("inline", texts(&["true"]))];
        provision("remote-exec", &inline, Some(over(port, more)), dir.path()).await.0
    };
    let (password, key) = (("password", Value::from("pw")), ("private_key", secret(&user_key())));
    assert_eq!(attempt(&[key.clone(), password.clone()]).await, Ok(()));
    assert_eq!(seen(&watched)[0], "key true");
    let known = ("host_key", public(&host_key()));
    assert_eq!(attempt(&[password.clone(), known]).await, Ok(()));
    let (bastion, way) = (("bastion_host", "127.0.0.1".into()), ("bastion_port", i64::from(outer).into()));
    assert_eq!(attempt(&[password.clone(), bastion, way]).await, Ok(()));
    assert_eq!(seen(&outside), ["password true", "tunnel"]);

    let refused = async |more: &[(&str, Value)], part: &str| {
        let failure = attempt(more).await.expect_err("it isn't let in");
        assert!(failure.detail.contains(part), "{failure}");
        assert!(!failure.discreet.contains("wrong"), "no password is told");
    };
    refused(&[("password", "wrong".into())], "SSH authentication failed (me@127.0.0.1").await;
    refused(&[password.clone(), ("host_key", public(&user_key()))], "another key").await;
    refused(&[password.clone(), ("host_key", "x".into())], "host key").await;
    refused(&[("private_key", "x".into())], "Failed to read ssh private key").await;
}

#[tokio::test]
async fn programs_here_end_with_what_they_started() {
    let dir = tempfile::tempdir().expect("a directory");
    let command = "(sleep 60; touch late) & echo $! > pid; touch started; wait";
    let config = block(provisioner("local-exec").expect("a known type"), &[("command", command.into())]);
    let job = Job { kind: "local-exec".into(), config, connection: None };
    let say: Say = Arc::new(|_| {});
    let started = async || {
        while !dir.path().join("started").exists() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let is_gone = async || {
        let pid = std::fs::read_to_string(dir.path().join("pid")).expect("it was written");
        let process = Path::new("/proc").join(pid.trim());
        // A process that nobody has waited for yet is still listed, without a command line.
        while std::fs::read(process.join("cmdline")).is_ok_and(|line| !line.is_empty()) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        std::fs::remove_file(dir.path().join("started")).expect("it is there");
    };

    let around = around(dir.path());
    tokio::select! {
        ended = run(&job, &around, &say) => panic!("it goes on: {ended:?}"),
        () = started() => {}
    }
    is_gone().await;

    let stop = Arc::new(tokio::sync::Notify::new());
    let told = stop.clone();
    let stop_of = move || -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
        let told = told.clone();
        Box::pin(async move { told.notified().await })
    };
    let around = Around { stop: Arc::new(stop_of), ..around };
    let (ended, ()) = tokio::join!(run(&job, &around, &say), async {
        started().await;
        stop.notify_one();
    });
    assert!(ended.expect_err("it was interrupted").detail.contains("signal"));
    is_gone().await;
}

#[tokio::test]
async fn programs_here() {
    let dir = tempfile::tempdir().expect("a directory");
    let local = async |config: &[(&str, Value)]| provision("local-exec", config, None, dir.path()).await;
    let variables = Value::map(Type::String, [("A", "x".into()), ("B", Value::null(Type::String))]);
    let (ended, lines) =
        local(&[("command", "echo $A$B; echo err >&2; printf end".into()), ("environment", variables)]).await;
    assert_eq!(ended, Ok(()));
    let wanted = r#"Executing: ["/bin/sh" "-c" "echo $A$B; echo err >&2; printf end"]"#;
    assert_eq!(lines, [wanted, "x", "err", "end"]);

    let (ended, lines) = local(&[("command", "pwd; exit 4".into()), ("quiet", true.into())]).await;
    let failure = ended.expect_err("it ends with 4");
    assert!(failure.detail.starts_with("Error running command 'pwd; exit 4': exit status 4. Output: /"));
    assert!(!failure.discreet.contains("pwd") && failure.discreet.contains("exit status 4"));
    assert_eq!(lines[0], "local-exec: Executing: Suppressed by quiet=true");
    assert!(lines[1].ends_with(&*dir.path().file_name().expect("it has one").to_string_lossy()));

    let (ended, _) = local(&[("command", "".into())]).await;
    assert_eq!(ended.expect_err("no command").summary, "Invalid local-exec provisioner command");
    let (ended, _) = local(&[("command", "x".into()), ("interpreter", texts(&["no-such-program"]))]).await;
    assert!(ended.expect_err("no program").detail.contains("\"no-such-program\" can't be started"));
    let (ended, _) = local(&[("command", "x".into()), ("working_dir", "nope".into())]).await;
    assert!(ended.expect_err("no directory").detail.contains("in nope"));
}
