//! What judges drift and guards its correction: `trueup.hcl`, flags, a baseline.

use crate::arguments::Drift as Arguments;
use crate::command::Context;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_drift::{Baseline, Guards};
use trueup_engine::Unobserved;
use trueup_run::read_baseline;
use trueup_source::describe;
use trueup_stacks::{DriftSettings, drift_settings, find_root};

/// All of them.
pub(super) struct Rules {
    pub(super) settings: DriftSettings,
    pub(super) guards: Guards,
    pub(super) baseline: Option<Baseline>,
    /// Where a baseline is to be written.
    pub(super) save: Option<PathBuf>,
}

type Failed = (Diagnostics, Sources);

/// Reads them for the root module that the context is in.
pub(super) fn read(context: &Context, args: &Arguments) -> Result<Rules, Failed> {
    let failed = |diagnostic: Box<Diagnostic>| (Diagnostics::from(*diagnostic), Sources::default());
    let settings = settings(context)?;
    let guards = Guards {
        rules: settings.correct.clone(),
        asked: args.guarding.asked(),
        changes_max: args.guarding.changes_max(),
    };
    let file = args.baseline.as_ref().map(|path| context.beside(path));
    let baseline = file.map(|path| baseline(&path)).transpose().map_err(failed)?;
    let save = args.save_baseline.as_ref().map(|path| context.beside(path));
    Ok(Rules { settings, guards, baseline, save })
}

/// What `trueup.hcl` says: the one in the directory or the nearest above, inside of the repository.
fn settings(context: &Context) -> Result<DriftSettings, Failed> {
    let failed = |diagnostic: Diagnostic| (Diagnostics::from(diagnostic), Sources::default());
    let dir = context.dir.canonicalize().map_err(|error| {
        let detail = format!("The working directory can't be read: {error}.");
        failed(Diagnostic::error("Failed to look for stacks", detail))
    })?;
    let top = match context.tree() {
        Some(tree) => Some(tree),
        None => describe(&dir).map_err(|error| failed(error.diagnostic()))?.map(|git| git.root),
    };
    let root = find_root(&dir, top.as_deref());
    let directory = dir.strip_prefix(&root).unwrap_or(Path::new("")).to_string_lossy().into_owned();
    let workspace = context.world(Arc::new(Unobserved)).workspace().map_err(|problem| failed(*problem))?;
    drift_settings(&root, &directory, &workspace)
}

fn baseline(path: &Path) -> Result<Baseline, Box<Diagnostic>> {
    read_baseline(path)?.ok_or_else(|| {
        let detail = format!("There is no baseline {}.", path.display());
        Box::new(Diagnostic::error("Failed to read the baseline", detail).hint("-save-baseline writes one"))
    })
}
