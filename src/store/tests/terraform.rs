//! The local store beside a running Terraform: they keep each other out and read each other's states.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use trueup_store::{DEFAULT_WORKSPACE, ErrorKind, LocalPaths, LocalStore, LockInfo, Store, lock_waiting};

const CONFIGURATION: &str = r#"
resource "terraform_data" "a" {
  triggers_replace = timestamp()
  provisioner "local-exec" { command = "sleep 2" }
}
"#;

fn info() -> LockInfo {
    LockInfo {
        id: "00000000-0000-4000-8000-000000000001".into(),
        operation: "OperationTypeApply".into(),
        who: "me@here".into(),
        version: "1.11.4".into(),
        created: "2026-01-01T00:00:00.5Z".into(),
        ..LockInfo::default()
    }
}

fn terraform(directory: &Path, arguments: &[&str]) -> Option<Child> {
    #[expect(clippy::disallowed_methods, reason = "the test is about the real program")]
    let mut command = Command::new("terraform");
    command.current_dir(directory).args(arguments).arg("-no-color");
    command.env("TF_CLI_CONFIG_FILE", "/dev/null").env("CHECKPOINT_DISABLE", "1").env("TF_CLI_ARGS", "");
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().ok()
}

fn apply(directory: &Path, timeout: &str) -> Child {
    terraform(directory, &["apply", "-auto-approve", timeout]).expect("it is installed")
}

fn ended(child: Child) -> (bool, String) {
    let output = child.wait_with_output().expect("ended");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

#[tokio::test]
async fn terraform_and_the_store_keep_each_other_out() {
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("main.tf"), CONFIGURATION).expect("written");
    let Some(init) = terraform(directory.path(), &["init"]) else {
        let _ = writeln!(std::io::stderr(), "SKIPPED: terraform is not installed");
        return;
    };
    assert!(ended(init).0);
    let paths =
        LocalPaths::new(directory.path(), "terraform.tfstate".as_ref(), "terraform.tfstate.d".as_ref());
    let store = LocalStore::new(paths, DEFAULT_WORKSPACE);

    // Terraform works; the store is kept out, then waits.
    let running = apply(directory.path(), "-lock-timeout=0s");
    let mut waited = 0;
    while !directory.path().join(".terraform.tfstate.lock.info").exists() {
        tokio::time::sleep(Duration::from_millis(20)).await;
        waited += 1;
        assert!(waited < 1000, "terraform never took the lock");
    }
    let error = store.lock(info()).await.expect_err("terraform has it");
    let ErrorKind::Locked(Some(holder)) = error.kind else { panic!("{error:?}") };
    assert_eq!(holder.version, "1.11.4");
    let lock = lock_waiting(&store, &info(), Duration::from_secs(30), |_| {}).await.expect("free in time");
    let (worked, said) = ended(running);
    assert!(worked, "{said}");
    let read = store.read().await.expect("readable").expect("written by terraform");
    assert_eq!(read.state.objects().count(), 1);

    // The store works; terraform is kept out and told who works, or waits and finds what was written.
    let (worked, said) = ended(apply(directory.path(), "-lock-timeout=0s"));
    assert!(!worked && said.contains(&info().id), "{said}");
    let waiting = apply(directory.path(), "-lock-timeout=60s");
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut state = read.state.clone();
    state.serial += 100;
    store.write(&state, &read.version).await.expect("written");
    lock.check().await.expect("still ours");
    lock.release().await.expect("released");
    let (worked, said) = ended(waiting);
    assert!(worked, "{said}");
    let after = store.read().await.expect("readable").expect("there").state;
    assert!(after.serial > state.serial && after.lineage == state.lineage, "{}", after.serial);
}
