//! What every store on objects does alike.

use async_trait::async_trait;
use std::future::Future;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use trueup_state::{Entry, Output, Record, Start, State};
use trueup_store::{ErrorKind, LockInfo, Store, StoreError, Version};
use trueup_value::Value;

/// A place that is empty at first and gives another client of itself each time.
#[async_trait]
pub(crate) trait Place: Sync {
    /// The store of the default workspace.
    async fn store(&self) -> Arc<dyn Store>;

    /// How the state of the workspace `a` is called at its end.
    fn place_of_a(&self) -> &str;

    /// What a lock of the default workspace says that it locks.
    fn locked(&self) -> &str;
}

/// Ids as runs make them.
pub(crate) const IDS: [&str; 3] = [
    "11111111-0000-4000-8000-000000000001",
    "11111111-0000-4000-8000-000000000002",
    "11111111-0000-4000-8000-000000000003",
];

pub(crate) fn info(id: &str) -> LockInfo {
    LockInfo {
        id: id.into(),
        who: "me@here".into(),
        created: "2026-01-01T00:00:00Z".into(),
        ..LockInfo::default()
    }
}

pub(crate) fn state(serial: u64) -> State {
    let number = i64::try_from(serial).expect("small");
    let outputs = [("n".into(), Output { value: Value::from(number), sensitive: false })];
    State { serial, outputs: outputs.into(), ..State::new("1f0bb7e9-3c9b-4c39-9a5c-000000000001") }
}

pub(crate) fn kind<T: std::fmt::Debug>(outcome: Result<T, StoreError>) -> ErrorKind {
    outcome.expect_err("it must fail").kind
}

/// All of them, one after the other.
pub(crate) async fn check(place: &dyn Place) {
    documents(place).await;
    workspaces(place).await;
    Box::pin(locks(place)).await;
    Box::pin(locked_writes(place)).await;
    races(place).await;
    journals(place).await;
}

async fn documents(place: &dyn Place) {
    let store = place.store().await;
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

async fn workspaces(place: &dyn Place) {
    let store = place.store().await;
    store.create_workspace("b", &state(0)).await.expect("made");
    assert_eq!(kind(store.create_workspace("b", &state(0)).await), ErrorKind::Conflict);
    let other = store.in_workspace("a").expect("a good name");
    assert!(other.describe().contains(place.place_of_a()), "{}", other.describe());
    other.write(&state(7), &Version::ABSENT).await.expect("written");
    other.append(&[Entry::Done { step: 0, change: None }]).await.expect("written");
    let record = Record { serial: 7, ..Record::default() };
    assert_eq!(other.read_record().await.expect("none"), None);
    assert!(other.write_record(&record).await.expect("written"));
    assert_eq!(other.read_record().await.expect("readable"), Some(record));
    assert_eq!(store.workspaces().await.expect("listed"), ["default", "a", "b"]);
    // Whoever deletes it holds its lock, which goes with it.
    let lock = other.lock(info(IDS[0])).await.expect("free");
    assert_eq!(store.workspaces().await.expect("listed"), ["default", "a", "b"]);
    store.delete_workspace("a").await.expect("deleted");
    lock.release().await.expect("gone or given back");
    assert_eq!(store.workspaces().await.expect("listed"), ["default", "b"]);
    assert_eq!(other.read().await.expect("readable"), None);
    assert_eq!(other.read_record().await.expect("readable"), None);
    assert!(other.journal().await.expect("readable").is_empty());
}

async fn locks(place: &dyn Place) {
    let (one, two) = (place.store().await, place.store().await);
    let lock = one.lock(info(IDS[0])).await.expect("free");
    let error = two.lock(info(IDS[1])).await.expect_err("held");
    let ErrorKind::Locked(Some(holder)) = &error.kind else { panic!("{error:?}") };
    assert_eq!((&holder.id, holder.path.as_str()), (&lock.info().id, place.locked()));
    assert_eq!(two.read_lock().await.expect("readable").as_ref(), Some(&**holder));
    lock.check().await.expect("still ours");
    assert_eq!(kind(two.force_unlock(IDS[2]).await), ErrorKind::Conflict);
    two.force_unlock(&lock.info().id).await.expect("broken");
    assert_eq!(kind(lock.check().await), ErrorKind::Conflict);
    let again = two.lock(info(IDS[1])).await.expect("free");
    assert!(matches!(kind(lock.check().await), ErrorKind::Locked(Some(_))));
    assert_eq!(kind(lock.release().await), ErrorKind::Conflict);
    assert_eq!(one.read_lock().await.expect("readable").expect("held").id, again.info().id);
    again.release().await.expect("released");
    assert_eq!(one.read_lock().await.expect("readable"), None);
    assert_eq!(kind(one.force_unlock(IDS[1]).await), ErrorKind::Conflict);
}

/// A state that isn't there yet is locked, written twice and read by others; the lock changes nothing of it.
async fn locked_writes(place: &dyn Place) {
    let store = place.store().await.in_workspace("locked").expect("a good name");
    let lock = store.lock(info(IDS[0])).await.expect("free");
    assert_eq!(store.read().await.expect("readable"), None);
    let first = store.write(&state(1), &Version::ABSENT).await.expect("written");
    let second = store.write(&state(2), &first).await.expect("written");
    lock.check().await.expect("still ours");
    let other = place.store().await.in_workspace("locked").expect("a good name");
    assert_eq!(other.read_lock().await.expect("readable").expect("held").id, lock.info().id);
    lock.release().await.expect("released");
    let read = other.read().await.expect("readable").expect("there");
    assert_eq!((read.state, read.version), (state(2), second.clone()));
    let lock = other.lock(info(IDS[1])).await.expect("free");
    other.write(&state(3), &second).await.expect("locks are nothing of the document");
    lock.release().await.expect("released");
    store.delete_workspace("locked").await.expect("deleted");
}

async fn all<T: Send + 'static>(
    tasks: impl Iterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let tasks: Vec<_> = tasks.map(tokio::spawn).collect();
    let mut done = Vec::new();
    for task in tasks {
        done.push(task.await.expect("no panic"));
    }
    done
}

async fn races(place: &dyn Place) {
    let shared = place.store().await;
    for round in 0..3 {
        let outcomes =
            all(
                (0..16).map(|number| {
                    let shared = shared.clone();
                    async move {
                        shared.lock(info(&format!("22222222-0000-4000-8000-{round:06}{number:06}"))).await
                    }
                }),
            );
        let mut winners = Vec::new();
        for outcome in outcomes.await {
            match outcome {
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
    let outcomes = all((0..16).map(|number| {
        let (shared, base) = (shared.clone(), base.clone());
        async move { shared.write(&state(100 + number), &base).await }
    }));
    let mut winners = 0;
    for outcome in outcomes.await {
        match outcome {
            Ok(_) => winners += 1,
            Err(error) => assert_eq!(error.kind, ErrorKind::Conflict, "{error}"),
        }
    }
    assert_eq!(winners, 1);
}

async fn journals(place: &dyn Place) {
    let started = Entry::Start(Start { run: "run-1".into(), ..Start::default() });
    let step = |step: u32| Entry::Done { step, change: None };
    let first = place.store().await;
    first.append(&[started.clone(), step(0)]).await.expect("written");
    first.append(&[step(1)]).await.expect("written");
    let second = place.store().await;
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
    let last = place.store().await;
    for number in 0..20 {
        last.append(&[step(number)]).await.expect("written");
    }
    let entries = second.journal().await.expect("readable");
    assert_eq!(entries, (0..20).map(step).collect::<Vec<_>>());
    last.clear_journal().await.expect("cleared");
}

/// Runs Terraform; `None` where it isn't installed.
#[expect(clippy::disallowed_methods, reason = "the test compares with the real program")]
pub(crate) fn terraform(
    directory: &Path,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Option<(bool, String)> {
    let mut command = Command::new("terraform");
    command.current_dir(directory).args(arguments).arg("-no-color");
    command.env("TF_CLI_CONFIG_FILE", "/dev/null").env("CHECKPOINT_DISABLE", "1").env("TF_CLI_ARGS", "");
    command.envs(environment.iter().copied());
    let output = command.output().ok()?;
    let said = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
}

/// Terraform's own backend reads and writes the same objects and respects the same lock, and the other way round.
/// `store` is of the default workspace of what the block in `backend` describes.
pub(crate) async fn beside_terraform(store: &dyn Store, backend: &str, environment: &[(&str, &str)]) {
    let directory = tempfile::tempdir().expect("a directory");
    let run = |arguments: &[&str]| terraform(directory.path(), arguments, environment);
    let resource = "resource \"terraform_data\" \"a\" { input = \"x\" }";
    let configuration = format!("terraform {{\n{backend}\n}}\n{resource}\n");
    std::fs::write(directory.path().join("main.tf"), configuration).expect("written");
    let Some((worked, said)) = run(&["init"]) else {
        use std::io::Write;
        let _ = writeln!(std::io::stderr(), "SKIPPED: terraform is not installed");
        return;
    };
    assert!(worked, "{said}");
    let succeed = |arguments: &[&str]| {
        let (worked, said) = run(arguments).expect("it is installed");
        assert!(worked, "{arguments:?}: {said}");
        said
    };
    succeed(&["apply", "-auto-approve"]);
    let read = store.read().await.expect("readable").expect("written by terraform");
    assert_eq!(read.state.objects().count(), 1);
    assert_eq!(store.read_lock().await.expect("readable"), None);
    let lock = store.lock(info(IDS[0])).await.expect("free");
    let (worked, said) = run(&["apply", "-auto-approve"]).expect("it is installed");
    let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let holder = ["me@here", &lock.info().id, &lock.info().path];
    assert!(!worked && holder.iter().all(|word| flat.contains(word)), "{holder:?}: {said}");
    let mut state = read.state.clone();
    state.outputs.insert("o".into(), Output { value: Value::string("ours"), sensitive: false });
    state.finish(&read.state);
    store.write(&state, &read.version).await.expect("written");
    lock.release().await.expect("released");
    assert!(succeed(&["output"]).contains("o = \"ours\""));
    // Workspaces are the same, and what only we keep is none.
    let other = store.in_workspace("ours").expect("a good name");
    other.write(&state, &Version::ABSENT).await.expect("written");
    other.write_record(&Record::default()).await.expect("written");
    other.append(&[Entry::Done { step: 0, change: None }]).await.expect("written");
    succeed(&["workspace", "new", "theirs"]);
    let listed = succeed(&["workspace", "list"]);
    let listed: Vec<&str> = listed.lines().map(|line| line.trim_start_matches(['*', ' '])).collect();
    assert_eq!(listed.join(" ").trim(), "default ours theirs");
    assert_eq!(store.workspaces().await.expect("listed"), ["default", "ours", "theirs"]);
    other.clear_journal().await.expect("cleared");
    // A lock of ours that was left behind is taken away by them, and one of theirs by us.
    let left = store.lock(info(IDS[1])).await.expect("free");
    succeed(&["workspace", "select", "default"]);
    succeed(&["force-unlock", "-force", &left.info().id]);
    assert_eq!(kind(left.check().await), ErrorKind::Conflict);
    store.in_workspace("theirs").expect("a good name").delete_workspace("theirs").await.expect("deleted");
    assert!(!succeed(&["workspace", "list"]).contains("theirs"));
}
