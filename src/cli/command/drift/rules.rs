//! What judges drift and guards its correction: `trueup.hcl`, flags, a baseline.

use crate::arguments::{Drift as Arguments, Guarding};
use crate::command::Context;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_drift::{Baseline, DriftKind, Guards, Judged, wire};
use trueup_engine::Unobserved;
use trueup_source::describe;
use trueup_stacks::{DriftSettings, Measure, drift_settings, find_root};

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
        asked: asked(&args.guarding),
        changes_max: args.guarding.max_changes.and_then(|max| usize::try_from(max).ok()),
    };
    let file = args.baseline.as_ref().map(|path| context.beside(path));
    let baseline = file.map(|path| baseline(&path)).transpose().map_err(failed)?;
    let save = args.save_baseline.as_ref().map(|path| context.beside(path));
    Ok(Rules { settings, guards, baseline, save })
}

fn asked(guarding: &Guarding) -> BTreeSet<Measure> {
    let flags = [
        (guarding.allow_create, Measure::Create),
        (guarding.allow_delete, Measure::Delete),
        (guarding.allow_replace, Measure::Replace),
    ];
    flags.into_iter().filter(|(set, _)| *set).map(|(_, measure)| measure).collect()
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
    let failed = |why: String| {
        let detail = format!("The baseline {} can't be read: {why}.", path.display());
        Box::new(Diagnostic::error("Failed to read the baseline", detail).hint("-save-baseline writes one"))
    };
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    wire::read(&text).map_err(failed)
}

/// What is known once this is saved.
pub(super) fn known(judged: &Judged, world_only: bool, lineage: &str) -> Baseline {
    let counts = |kind: DriftKind| match kind {
        DriftKind::Changed | DriftKind::Vanished => true,
        DriftKind::Unapplied => !world_only,
        DriftKind::Unmanaged => false,
    };
    let alarming = judged.document.resources.iter().filter(|one| counts(one.kind));
    Baseline::of(alarming.chain(&judged.known), lineage)
}

pub(super) fn save(path: &Path, baseline: &Baseline) -> Result<(), Box<Diagnostic>> {
    std::fs::write(path, wire::write(baseline)).map_err(|error| {
        let detail = format!("The baseline {} can't be written: {error}.", path.display());
        Box::new(Diagnostic::error("Failed to write the baseline", detail))
    })
}
