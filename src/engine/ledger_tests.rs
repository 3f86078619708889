//! A state that is read while runs begin and end.

use super::*;
use async_trait::async_trait;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use trueup_store::{LocalPaths, LocalStore, Snapshot};

/// What somebody else does to the store.
type Meddling = Box<dyn FnOnce() -> futures::future::BoxFuture<'static, ()> + Send>;

/// A store where something happens after the first thing that is read of it.
struct Meddled {
    inner: Arc<LocalStore>,
    meddling: Mutex<Option<Meddling>>,
    /// So many readings of the journal find a piece of it gone.
    torn: AtomicUsize,
}

impl Meddled {
    async fn after<T>(&self, read: T) -> T {
        let meddling = self.meddling.lock().expect("no test panics with it").take();
        if let Some(meddling) = meddling {
            meddling().await;
        }
        read
    }
}

#[async_trait]
impl Store for Meddled {
    fn describe(&self) -> String {
        self.inner.describe()
    }

    fn workspace(&self) -> &str {
        self.inner.workspace()
    }

    async fn read(&self) -> Result<Option<Snapshot>, StoreError> {
        self.after(self.inner.read().await).await
    }

    async fn write(&self, state: &State, expected: &Version) -> Result<Version, StoreError> {
        self.inner.write(state, expected).await
    }

    async fn lock(&self, info: LockInfo) -> Result<Lock, StoreError> {
        self.inner.lock(info).await
    }

    async fn read_lock(&self) -> Result<Option<LockInfo>, StoreError> {
        self.inner.read_lock().await
    }

    async fn force_unlock(&self, id: &str) -> Result<(), StoreError> {
        self.inner.force_unlock(id).await
    }

    async fn append(&self, entries: &[Entry]) -> Result<(), StoreError> {
        self.inner.append(entries).await
    }

    async fn journal(&self) -> Result<Vec<Entry>, StoreError> {
        let gone = self.torn.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        if gone.is_ok() {
            let cause = "it was there and is gone";
            return Err(StoreError::new(ErrorKind::Corrupt, "replay", self.describe(), cause));
        }
        self.after(self.inner.journal().await).await
    }

    async fn clear_journal(&self) -> Result<(), StoreError> {
        self.inner.clear_journal().await
    }

    async fn read_record(&self) -> Result<Option<trueup_state::Record>, StoreError> {
        self.inner.read_record().await
    }

    async fn write_record(&self, record: &trueup_state::Record) -> Result<bool, StoreError> {
        self.inner.write_record(record).await
    }

    async fn workspaces(&self) -> Result<Vec<String>, StoreError> {
        self.inner.workspaces().await
    }

    fn in_workspace(&self, name: &str) -> Result<Box<dyn Store>, StoreError> {
        self.inner.in_workspace(name)
    }

    async fn create_workspace(&self, name: &str, empty: &State) -> Result<(), StoreError> {
        self.inner.create_workspace(name, empty).await
    }

    async fn delete_workspace(&self, name: &str) -> Result<(), StoreError> {
        self.inner.delete_workspace(name).await
    }
}

fn state(serial: u64) -> State {
    let output = Output { value: i64::try_from(serial).expect("small").into(), sensitive: false };
    State { serial, outputs: [("n".into(), output)].into(), ..State::new("lineage") }
}

/// The first entries of a run on the state of this serial, which makes it the next one.
fn begun(serial: u64) -> Vec<Entry> {
    let start = Start { run: format!("run {serial}"), lineage: "lineage".into(), serial, ..Start::default() };
    vec![Entry::Start(start), Entry::Outputs(state(serial + 1).outputs)]
}

/// A run on serial 1 that is under way, or over but for its journal.
async fn stage(torn: usize) -> (tempfile::TempDir, Arc<LocalStore>, Meddled) {
    let directory = tempfile::tempdir().expect("a directory");
    let paths =
        LocalPaths::new(directory.path(), "terraform.tfstate".as_ref(), "terraform.tfstate.d".as_ref());
    let inner = Arc::new(LocalStore::new(paths, "default"));
    inner.write(&state(1), &Version::ABSENT).await.expect("written");
    inner.append(&begun(1)).await.expect("written");
    let meddled = Meddled { inner: inner.clone(), meddling: Mutex::new(None), torn: AtomicUsize::new(torn) };
    (directory, inner, meddled)
}

fn outputs(read: Result<(State, Version, Replayed), Box<Diagnostic>>) -> Result<Option<i64>, String> {
    let (_, _, replayed) = read.map_err(|diagnostic| diagnostic.detail)?;
    let output = replayed.state.outputs.get("n").map(|output| output.value.clone());
    Ok(output.and_then(|value| value.as_number()?.to_i64()))
}

#[tokio::test]
async fn who_reads_while_runs_end_and_begin_gets_what_was_true() {
    // How far others get between the two readings: the run ends, the next begins, and that ends as well.
    for far in 0..=3 {
        let (_directory, inner, meddled) = stage(0).await;
        let work = inner.clone();
        *meddled.meddling.lock().expect("no test panics with it") = Some(Box::new(move || {
            Box::pin(async move {
                let version = work.read().await.expect("readable").expect("there").version;
                if far >= 1 {
                    let checkpoint = Entry::Checkpoint(Checkpoint::of(&state(2)));
                    work.append(&[checkpoint]).await.expect("written");
                    work.write(&state(2), &version).await.expect("written");
                }
                if far >= 2 {
                    work.clear_journal().await.expect("cleared");
                    work.append(&begun(2)).await.expect("written");
                }
                if far >= 3 {
                    let version = work.read().await.expect("readable").expect("there").version;
                    work.write(&state(3), &version).await.expect("written");
                    work.clear_journal().await.expect("cleared");
                }
            })
        }));
        let store: Arc<dyn Store> = Arc::new(meddled);
        let expected = if far >= 2 { 3 } else { 2 };
        assert_eq!(outputs(read_state(&store).await), Ok(Some(expected)), "{far}");
    }
}

/// Pieces of a journal that are deleted while it is read are no damage; what is damaged for good is told.
#[tokio::test]
async fn a_journal_that_is_cleared_while_it_is_read_is_read_again() {
    for (torn, expected) in [(1, Ok(Some(2))), (3, Ok(Some(2)))] {
        let (_directory, _inner, meddled) = stage(torn).await;
        let store: Arc<dyn Store> = Arc::new(meddled);
        assert_eq!(outputs(read_state(&store).await), expected, "{torn}");
    }
    let (_directory, _inner, meddled) = stage(usize::MAX).await;
    let store: Arc<dyn Store> = Arc::new(meddled);
    assert!(outputs(read_state(&store).await).is_err_and(|why| why.contains("is gone")));
    let (_directory, inner, meddled) = stage(0).await;
    inner.append(&begun(7)).await.expect("written");
    let store: Arc<dyn Store> = Arc::new(meddled);
    assert!(outputs(read_state(&store).await).is_err_and(|why| why.contains("stands on serial 7")));
}
