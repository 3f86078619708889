//! `init`'s part of the backend: set up what the configuration says, and bring the state along where it was elsewhere.

use super::migrate::{Approval, migrate};
use super::{
    BackendSettings, Chosen, DEFAULT_PATH, NotedBackend, local, merge, note, open_store, schema, written,
};
use crate::ledger::store_diagnostic;
use crate::world::World;
use trueup_diag::{Diagnostic, Sources, Span};
use trueup_resolve::Program;
use trueup_store::Backup;

/// What came of setting the backend up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Initialized {
    /// There is no backend block, and there was none.
    Local,
    /// The backend of this type was set up before and is as it was.
    Kept(String),
    /// The backend of this type is set up now.
    Configured(String),
    /// The backend of this type is no longer used: the state is a local file.
    Unset(String),
}

/// Sets the backend up: merges what was given, copies the state where that is asked for, and leaves the note.
pub async fn initialize_backend(
    world: &World,
    program: &Program,
    settings: &BackendSettings,
    sources: &mut Sources,
    approval: &dyn Approval,
) -> Result<Initialized, Box<Diagnostic>> {
    let noted = note::read(world)?;
    let Some((written, span)) = written(world, program)? else {
        if !settings.given.is_empty() {
            approval.warn(Diagnostic::warning(
                "Missing backend configuration",
                "-backend-config was used, but the configuration has no backend block to complete. Nothing was done with it.",
            ));
        }
        return unset(world, noted, settings, approval).await;
    };
    let block = schema(&written.kind, span)?;
    let config = merge(world, &written.config, &block, settings, sources)?;
    let chosen = Chosen::new(&written.kind, config);
    let hash = note::hash(&written);
    let before = noted.as_ref().filter(|_| !settings.reconfigure);
    if let Some(kept) = before.and_then(|noted| unchanged(noted, &chosen, (hash, settings), &block)) {
        open_store(world, &kept, &Backup::Beside).await?;
        note::write(world, Some((&kept, &block)), hash)?;
        return Ok(Initialized::Kept(kept.kind));
    }
    let from = match before {
        Some(noted) => Some(noted_before(noted, settings, span)?),
        None if settings.reconfigure => None,
        None => Some(local(DEFAULT_PATH)),
    };
    let store = open_store(world, &chosen, &Backup::Beside).await?;
    store.read().await.map_err(|error| store_diagnostic(&error))?;
    if let Some(from) = from {
        if before.is_some() {
            approval.tell(&changed_words(&from.kind, &chosen.kind));
        }
        migrate(world, (&from, before.is_none()), &chosen, settings.locking, approval).await?;
    }
    note::write(world, Some((&chosen, &block)), hash)?;
    Ok(Initialized::Configured(chosen.kind))
}

/// What was noted, where it is what is asked for now.
fn unchanged(
    noted: &NotedBackend,
    chosen: &Chosen,
    (hash, settings): (u64, &BackendSettings),
    block: &trueup_schema::Block,
) -> Option<Chosen> {
    let kept = noted.settings(block).filter(|_| noted.kind == chosen.kind)?;
    let same = kept == chosen.config || (settings.given.is_empty() && noted.hash == hash);
    same.then(|| Chosen::new(&noted.kind, kept))
}

fn noted_before(
    noted: &NotedBackend,
    settings: &BackendSettings,
    span: Span,
) -> Result<Chosen, Box<Diagnostic>> {
    if !settings.migrate {
        return Err(Box::new(changed().at(span)));
    }
    chosen_before(noted)
}

fn chosen_before(noted: &NotedBackend) -> Result<Chosen, Box<Diagnostic>> {
    let settings = trueup_store::schema(&noted.kind).and_then(|block| noted.settings(&block));
    settings.map(|config| Chosen::new(&noted.kind, config)).ok_or_else(|| {
        let detail = format!(
            "The backend \"{}\" that was set up before is not one that can be read here.",
            noted.kind
        );
        Box::new(
            Diagnostic::error("Unsupported backend type", detail).hint(
                "migrate its state with the program that wrote it, or leave it behind with -reconfigure",
            ),
        )
    })
}

fn changed() -> Diagnostic {
    Diagnostic::error(
        "Backend configuration changed",
        "The backend was set up with other settings before, and the state there would be left behind.",
    )
    .hint("\"trueup init -migrate-state\" copies the state, \"trueup init -reconfigure\" uses the new settings as they are")
}

fn changed_words(from: &str, to: &str) -> String {
    if from == to {
        "Backend configuration changed!\n\nIts settings are not those that were set up before. Looking for state in both places.\n".into()
    } else {
        format!("The backend type changed from \"{from}\" to \"{to}\".\n")
    }
}

/// Without a backend block the state is a local file.
async fn unset(
    world: &World,
    noted: Option<NotedBackend>,
    settings: &BackendSettings,
    approval: &dyn Approval,
) -> Result<Initialized, Box<Diagnostic>> {
    let Some(noted) = noted else { return Ok(Initialized::Local) };
    if !settings.reconfigure {
        if !settings.migrate {
            return Err(Box::new(changed()));
        }
        approval.tell(&format!("The backend \"{}\" is no longer configured.\n", noted.kind));
        let from = chosen_before(&noted)?;
        migrate(world, (&from, false), &local(DEFAULT_PATH), settings.locking, approval).await?;
    }
    note::write(world, None, 0)?;
    Ok(Initialized::Unset(noted.kind))
}
