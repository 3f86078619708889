//! The tree of a commit in a directory of its own, which goes away with the value.

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use trueup_diag::Diagnostic;
use trueup_engine::{Random, TakenFrom, has_configuration};
use trueup_plan::SnapshotOrigin;
use trueup_source::{SourceError, fetch_commit, redact};
use trueup_state::Commit;

/// The tree of a commit.
#[derive(Debug)]
pub struct Checkout {
    directory: PathBuf,
    /// The root module's directory in it.
    pub dir: PathBuf,
    taken: TakenFrom,
}

impl Drop for Checkout {
    fn drop(&mut self) {
        // It lies among temporary files: nothing is lost if it stays.
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

impl Checkout {
    /// Writes the tree of the commit that `address` names into a new directory in `temporary`. Addresses are those of
    /// [`fetch_commit`], relative to `working`; `backend` is what `-backend-config` gave. Blocks while it fetches.
    ///
    /// # Errors
    /// Why it can't be fetched or written, or that there is no configuration where the address points.
    pub fn take(
        address: &str,
        backend: &[String],
        working: &Path,
        (temporary, random): (&Path, &Random),
    ) -> Result<Checkout, Box<Diagnostic>> {
        let directory = temporary.join(name(random));
        std::fs::DirBuilder::new().mode(0o700).create(&directory).map_err(|error| {
            let detail = format!("Cannot create {}: {error}.", directory.display());
            let failed = Diagnostic::error("Failed to take the configuration from Git", detail);
            Box::new(failed.hint("TMPDIR names the directory for temporary files"))
        })?;
        let commit = Commit { hash: String::new(), branch: None, dirty: false };
        let origin = SnapshotOrigin { address: String::new(), backend: backend.to_vec() };
        let dir = directory.clone();
        let mut checkout = Checkout { directory, dir, taken: TakenFrom { commit, origin } };
        let tree =
            fetch_commit(address, working, &checkout.tree()).map_err(|error| Box::new(unfetched(&error)))?;
        if !has_configuration(&tree.dir) {
            return Err(empty(address, &tree.commit));
        }
        checkout.dir = tree.dir;
        checkout.taken.commit.hash = tree.commit;
        checkout.taken.commit.branch = tree.branch;
        checkout.taken.origin.address = tree.pinned;
        Ok(checkout)
    }

    /// The top of the commit's tree.
    pub fn tree(&self) -> PathBuf {
        self.directory.join("tree")
    }

    /// What the engine is told of it.
    pub fn taken(&self) -> TakenFrom {
        self.taken.clone()
    }
}

fn name(random: &Random) -> String {
    let mut bytes = [0; 8];
    random(&mut bytes);
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("trueup-{digits}")
}

fn unfetched(error: &SourceError) -> Diagnostic {
    Diagnostic { summary: "Failed to take the configuration from Git".into(), ..error.diagnostic() }
}

fn empty(address: &str, commit: &str) -> Box<Diagnostic> {
    let detail = format!(
        "The directory that {} names has no configuration files in commit {commit}.",
        redact(address)
    );
    Box::new(
        Diagnostic::error("No configuration files", detail).hint(
            "name the directory of the root module after \"//\", such as \"//environments/production\"",
        ),
    )
}
