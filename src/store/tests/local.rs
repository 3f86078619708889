//! The local store: what is written is read, whoever dies when; nobody works on a state at the same time as another,
//! be it a task, a process or Terraform.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use trueup_state::{Entry, Output, Record, Start, State, wire};
use trueup_store::{
    DEFAULT_WORKSPACE, ErrorKind, LocalPaths, LocalStore, LockInfo, Store, StoreError, Version, lock_waiting,
};
use trueup_value::Value;

/// Set for the processes that a test starts of itself.
const CHILD: &str = "TRUEUP_STORE_TEST_DIRECTORY";

fn store(directory: &Path) -> LocalStore {
    let paths = LocalPaths::new(directory, "terraform.tfstate".as_ref(), "terraform.tfstate.d".as_ref());
    LocalStore::new(paths, DEFAULT_WORKSPACE)
}

fn info(id: &str) -> LockInfo {
    LockInfo {
        id: id.into(),
        operation: "OperationTypeApply".into(),
        who: "me@here".into(),
        version: "1.11.4".into(),
        created: "2026-01-01T00:00:00.5Z".into(),
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
async fn states_are_read_as_written() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = store(directory.path());
    assert_eq!(store.read().await.expect("readable"), None);
    let first = store.write(&state(1), &Version::ABSENT).await.expect("written");
    let read = store.read().await.expect("readable").expect("there");
    assert_eq!((read.state, &read.version), (state(1), &first));
    let path = directory.path().join("terraform.tfstate");
    assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
    assert!(!directory.path().join("terraform.tfstate.backup").exists(), "there was nothing to keep");

    assert_eq!(kind(store.write(&state(2), &Version::ABSENT).await), ErrorKind::Conflict);
    let next = self::store(directory.path());
    let second = next.write(&state(20), &first).await.expect("written");
    next.write(&state(3), &second).await.expect("written");
    assert_eq!(kind(store.write(&state(4), &first).await), ErrorKind::Conflict);
    let backup = fs::read(directory.path().join("terraform.tfstate.backup")).expect("there");
    assert_eq!(wire::read(&backup).expect("a state"), state(1), "as it was before the first write");
    let left: Vec<_> = fs::read_dir(directory.path()).expect("readable").collect();
    assert_eq!(left.len(), 2, "nothing is left behind: {left:?}");
}

#[tokio::test]
async fn broken_files_are_told() {
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("terraform.tfstate"), "{\"version\": 4,").expect("written");
    let error = store(directory.path()).read().await.expect_err("broken");
    assert_eq!(error.kind, ErrorKind::Corrupt);
    assert!(error.to_string().contains("ends in the middle") && error.hint.is_some(), "{error}");
    let inside_a_file = directory.path().join("terraform.tfstate").join("deeper");
    let error = store(&inside_a_file).write(&state(1), &Version::ABSENT).await.expect_err("no directory");
    assert!(error.to_string().starts_with("could not write the state file terraform.tfstate: "), "{error}");
}

#[tokio::test]
async fn workspaces_lie_where_terraform_puts_them() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = store(directory.path());
    store.create_workspace("b", &State::default()).await.expect("made");
    let other = store.in_workspace("a").expect("a good name");
    other.write(&state(1), &Version::ABSENT).await.expect("written");
    assert!(directory.path().join("terraform.tfstate.d/a/terraform.tfstate").is_file());
    assert_eq!(store.workspaces().await.expect("listed"), ["default", "a", "b"]);
    store.delete_workspace("a").await.expect("deleted");
    assert_eq!(store.workspaces().await.expect("listed"), ["default", "b"]);
    assert_eq!(kind(store.delete_workspace("default").await), ErrorKind::Config);
    assert_eq!(kind(store.delete_workspace("../x").await), ErrorKind::Config);
}

#[tokio::test]
async fn the_lock_is_held_by_one() {
    let directory = tempfile::tempdir().expect("a directory");
    let (one, two) = (store(directory.path()), store(directory.path()));
    let lock = one.lock(info("1")).await.expect("free");
    let error = two.lock(info("2")).await.expect_err("held");
    let ErrorKind::Locked(Some(holder)) = &error.kind else { panic!("{error:?}") };
    assert_eq!((holder.id.as_str(), holder.path.as_str()), ("1", "terraform.tfstate"));
    assert!(error.to_string().contains("OperationTypeApply by me@here since 2026-01-01"), "{error}");
    // Reading and writing through other stores must not end the lock.
    two.read().await.expect("readable");
    one.write(&state(1), &Version::ABSENT).await.expect("written");
    two.read_lock().await.expect("readable").expect("held");
    assert_eq!(kind(two.force_unlock("1").await), ErrorKind::Conflict);
    lock.check().await.expect("still ours");
    assert_eq!(child(directory.path(), "child_takes_the_lock").wait().expect("ended").code(), Some(101));
    lock.release().await.expect("released");
    assert_eq!(two.read_lock().await.expect("readable"), None);
    assert!(child(directory.path(), "child_takes_the_lock").wait().expect("ended").success());
    two.lock(info("3")).await.expect("free").release().await.expect("released");
}

#[tokio::test]
async fn a_lock_alone_leaves_nothing_behind() {
    let directory = tempfile::tempdir().expect("a directory");
    store(directory.path()).lock(info("1")).await.expect("free").release().await.expect("released");
    assert_eq!(fs::read_dir(directory.path()).expect("readable").count(), 0);
}

#[tokio::test]
async fn a_lost_lock_is_noticed() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = store(directory.path());
    store.write(&state(1), &Version::ABSENT).await.expect("written");
    let lock = store.lock(info("1")).await.expect("free");
    let path = directory.path().join("terraform.tfstate");
    fs::rename(&path, directory.path().join("moved")).expect("moved");
    fs::copy(directory.path().join("moved"), &path).expect("copied");
    assert_eq!(kind(lock.check().await), ErrorKind::Conflict);
    lock.release().await.expect("released");
}

/// A process of this test's own program that runs one ignored test.
fn child(directory: &Path, test: &str) -> Child {
    #[expect(clippy::disallowed_methods, reason = "the test is about processes")]
    let mut command = Command::new(std::env::current_exe().expect("it runs"));
    command.args(["--exact", test, "--ignored"]).env(CHILD, directory);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started")
}

#[expect(clippy::disallowed_methods, reason = "how the parent tells the child its directory")]
fn child_store() -> LocalStore {
    store(std::env::var(CHILD).expect("run by its parent").as_ref())
}

#[tokio::test]
#[ignore = "a part of other tests"]
async fn child_takes_the_lock() {
    child_store().lock(info("child")).await.expect("free").release().await.expect("released");
}

#[tokio::test]
#[ignore = "a part of other tests"]
async fn child_dies_with_the_lock() {
    let _lock = child_store().lock(info("dead")).await.expect("free");
    child_store().append(&[Entry::Start(Start::default())]).await.expect("written");
    std::future::pending::<()>().await;
}

#[tokio::test]
#[ignore = "a part of other tests"]
async fn child_counts() {
    for _ in 0..ROUNDS {
        let store = child_store();
        let lock =
            lock_waiting(&store, &info("child"), Duration::from_mins(1), |_| {}).await.expect("free in time");
        let (serial, version) = match store.read().await.expect("readable") {
            Some(read) => (read.state.serial, read.version),
            None => (0, Version::ABSENT),
        };
        lock.check().await.expect("still ours");
        store.write(&state(serial + 1), &version).await.expect("written");
        lock.release().await.expect("released");
    }
}

const ROUNDS: u64 = 10;

#[tokio::test]
async fn processes_take_turns() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut children: Vec<Child> = (0..4).map(|_| child(directory.path(), "child_counts")).collect();
    for child in &mut children {
        assert!(child.wait().expect("ended").success());
    }
    let read = store(directory.path()).read().await.expect("readable").expect("there");
    assert_eq!(read.state.serial, 4 * ROUNDS);
}

#[tokio::test]
async fn the_lock_of_a_killed_process_is_free() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut child = child(directory.path(), "child_dies_with_the_lock");
    let store = store(directory.path());
    let mut waited = 0;
    while store.journal().await.expect("readable").is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
        waited += 1;
        assert!(waited < 500, "the child never took the lock");
    }
    assert_eq!(store.read_lock().await.expect("readable").expect("held").id, "dead");
    assert!(matches!(kind(store.lock(info("1")).await), ErrorKind::Locked(Some(_))));
    child.kill().expect("it runs");
    child.wait().expect("ended");
    assert_eq!(store.read_lock().await.expect("readable"), None, "nobody holds it");
    assert_eq!(kind(store.force_unlock("other").await), ErrorKind::Conflict);
    store.force_unlock("dead").await.expect("removed");
    let lock = store.lock(info("1")).await.expect("free");
    assert_eq!(store.journal().await.expect("readable").len(), 1, "the journal is still there");
    lock.release().await.expect("released");
}

/// A process died at each point of a write: the state is the old or the new one, never something between.
#[tokio::test]
async fn a_write_that_broke_off_is_old_or_new() {
    let (old, new) = (wire::v4::write(&state(1)), wire::v4::write(&state(2)));
    let newer = wire::v4::write(&state(3));
    let half = format!("{}{}", &new[..new.len() / 2], &old[new.len() / 2..]);
    let cases = [
        ("", Some(&new[..9]), None),
        ("", Some(&new[..]), Some(2)),
        (&old[..], Some(&new[..new.len() / 2]), Some(1)),
        (&old[..], Some(&new[..]), Some(2)),
        (&new[..40], Some(&new[..]), Some(2)),
        (&new[..], Some(&new[..]), Some(2)),
        (&new[..], None, Some(2)),
        (&newer[..], Some(&new[..]), Some(3)),
        (&half[..half.len() - 3], Some(&new[..]), Some(2)),
    ];
    for (number, (main, next, wanted)) in cases.into_iter().enumerate() {
        let directory = tempfile::tempdir().expect("a directory");
        fs::write(directory.path().join("terraform.tfstate"), main).expect("written");
        if let Some(next) = next {
            fs::write(directory.path().join(".terraform.tfstate.trueup-next"), next).expect("written");
        }
        let store = store(directory.path());
        let read = store.read().await.expect("readable");
        assert_eq!(read.as_ref().map(|read| read.state.serial), wanted, "case {number}");
        let version = read.map_or(Version::ABSENT, |read| read.version);
        store.write(&state(9), &version).await.expect("written");
        let main = fs::read(directory.path().join("terraform.tfstate")).expect("there");
        assert_eq!(wire::read(&main).expect("a state").serial, 9);
        assert!(!directory.path().join(".terraform.tfstate.trueup-next").exists());
    }
}

#[tokio::test]
async fn journals_grow_from_what_is_whole() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join(".terraform.tfstate.trueup-journal");
    let start = Entry::Start(Start { run: "1".into(), ..Start::default() });
    let end = Entry::End { ok: true };
    store(directory.path()).append(&[start.clone(), end.clone()]).await.expect("written");
    assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
    let whole = fs::read(&path).expect("there");
    fs::write(&path, &whole[..whole.len() - 5]).expect("written");
    let after = store(directory.path());
    assert_eq!(after.journal().await.expect("readable"), std::slice::from_ref(&start));
    after.append(std::slice::from_ref(&end)).await.expect("written");
    after.append(std::slice::from_ref(&end)).await.expect("written");
    let entries = store(directory.path()).journal().await.expect("readable");
    assert_eq!(entries, [start, end.clone(), end]);
    let mut bytes = fs::read(&path).expect("there");
    bytes[20] ^= 1;
    fs::write(&path, bytes).expect("written");
    let error = store(directory.path()).journal().await.expect_err("damaged");
    assert_eq!(error.kind, ErrorKind::Corrupt);
    after.clear_journal().await.expect("cleared");
    after.clear_journal().await.expect("cleared twice");
    assert!(after.journal().await.expect("readable").is_empty() && !path.exists());
}

#[tokio::test]
async fn records_lie_beside_the_state() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("terraform.tfstate.trueup.json");
    let here = store(directory.path());
    assert_eq!(here.read_record().await.expect("none"), None);
    for serial in [1, 2] {
        let record = Record { lineage: "l".into(), serial, ..Record::default() };
        assert!(here.write_record(&record).await.expect("written"));
        assert_eq!(store(directory.path()).read_record().await.expect("readable"), Some(record));
    }
    assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(directory.path()).expect("readable").count(), 1, "no draft stays");
    fs::write(&path, "{").expect("written");
    let error = here.read_record().await.expect_err("damaged");
    assert!(error.kind == ErrorKind::Corrupt && error.hint.is_some());
}
