//! What is written, and what is refused, where the lock turns out to be lost.

use super::*;
use std::sync::Mutex;
use trueup_state::{Begun, Change, Start};
use trueup_store::{Held, LocalPaths, LocalStore, LockInfo};

/// A lock that says this each time it is looked at.
struct Says(Mutex<Option<ErrorKind>>);

#[async_trait]
impl Held for Says {
    async fn check(&self) -> Result<(), StoreError> {
        match self.0.lock().expect("no test panics with it").clone() {
            Some(kind) => Err(StoreError::new(kind, "keep", "the lock", "it is so in this test")),
            None => Ok(()),
        }
    }

    async fn release(self: Box<Self>) -> Result<(), StoreError> {
        Ok(())
    }
}

fn address() -> trueup_addr::ResourceInstance {
    "terraform_data.a".parse().expect("an address")
}

fn begin() -> Vec<Entry> {
    let begun = Begun {
        step: 2,
        address: address(),
        deposed: None,
        action: trueup_state::Action::Delete,
        token: "t".into(),
        provider: "provider[\"terraform.io/builtin/terraform\"]".parse().expect("an address"),
        schema_version: 0,
        planned: None,
        prior_present: true,
        dependencies: [].into(),
        create_before_destroy: false,
    };
    vec![changed(), Entry::Begin(begun)]
}

fn changed() -> Entry {
    Entry::Changed(Change::Remove { address: address(), deposed: None })
}

/// Whether each of these arrivals of one batch gets through, and how many entries the journal has then.
async fn check(says: Option<ErrorKind>, arrivals: Vec<(Vec<Entry>, bool)>) {
    let directory = tempfile::tempdir().expect("a directory");
    let paths =
        LocalPaths::new(directory.path(), "terraform.tfstate".as_ref(), "terraform.tfstate.d".as_ref());
    let store: Arc<dyn Store> = Arc::new(LocalStore::new(paths, "default"));
    let lock = Arc::new(Lock::new(LockInfo::default(), Box::new(Says(Mutex::new(says.clone())))));
    let journal = StoreJournal::new(store.clone(), Some(&lock));
    let through: Vec<bool> = arrivals.iter().map(|(_, through)| *through).collect();
    let kept = arrivals.iter().filter(|(_, through)| *through).flat_map(|(entries, _)| entries.clone());
    let kept: Vec<Entry> = kept.collect();
    let written = arrivals.into_iter().map(|(entries, _)| journal.append(entries));
    let written = futures::future::join_all(written).await;
    assert_eq!(written.iter().map(Result::is_ok).collect::<Vec<_>>(), through, "{says:?}: {written:?}");
    assert_eq!(store.journal().await.expect("readable"), kept, "{says:?}");
}

#[tokio::test]
async fn ends_of_steps_are_kept_where_nothing_may_begin() {
    let done = || vec![Entry::Done { step: 1, change: None }];
    let failed = || vec![Entry::Failed { step: 1, change: None, message: String::new() }];
    let start = || vec![Entry::Start(Start::default()), changed()];
    let end = || vec![Entry::Checks(None), Entry::End { ok: true }];
    let all = || [done(), begin(), failed(), start(), vec![changed()], end()];
    let with = |through: [bool; 6]| all().into_iter().zip(through).collect::<Vec<_>>();
    check(None, with([true; 6])).await;
    // Gone, or nobody knows: what happened is written down, and nothing begins or ends.
    for kind in [ErrorKind::Conflict, ErrorKind::Io, ErrorKind::Timeout] {
        check(Some(kind), with([true, false, true, false, true, false])).await;
    }
    // The journal is another run's by now.
    check(Some(ErrorKind::Locked(None)), with([false; 6])).await;
}
