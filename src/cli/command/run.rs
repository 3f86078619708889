//! `trueup run plan`, `run apply` and `run drift`

use super::Context;
use super::accounts::{Accounts, Kept, write_files};
use super::exit;
use super::notifying::notify;
use super::options::{CALLS, lock_options, parallelism};
use super::plan::complain;
use super::telling::{Asked, Telling};
use crate::arguments::{Run as Arguments, RunDrift, Running};
use std::collections::BTreeSet;
use std::sync::Arc;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_run::{Comparing, Correcting, Options, Refused, Repository};
use trueup_stacks::Stack;

/// Runs stacks, tells what becomes of each, and ends with a table.
pub(crate) async fn run(context: &Context, args: Arguments) -> u8 {
    let (operation, running, _) = args.parts();
    let screen = Arc::new(context.screen_for(&running.terminal));
    let options = match options(context, &args) {
        Ok(options) => options,
        Err(diagnostics) => return complain(&screen, diagnostics, &Sources::default()),
    };
    let (repository, chosen, gone) = match choose(context, running) {
        Ok(chosen) => chosen,
        Err(refused) => return complain(&screen, refused.0, &refused.1),
    };
    let is_kept = !args.reports().is_empty() || args.notifying().is_some_and(|one| one.notify.is_some());
    let world_only = options.comparing.world_only;
    let asked = Asked { operation, json: running.json, world_only };
    let kept = Arc::new(Kept {
        telling: Telling::new(screen.clone(), asked, chosen.len()).with_gone(gone),
        accounts: is_kept.then(|| Accounts::new(&repository, asked)),
    });
    if chosen.is_empty() && !running.json {
        let why = match &running.changed_since {
            Some(reference) => format!("Nothing that was done since {reference} touches a stack."),
            None => "There is no stack to run.".into(),
        };
        screen.line(&why);
    }
    let ran = trueup_run::run(repository.clone(), &chosen, context.ground(), options, kept.clone()).await;
    let report = match ran {
        Ok(report) => report,
        Err(diagnostics) => {
            kept.telling.errors();
            return complain(&screen, diagnostics, &repository.stacks.sources);
        }
    };
    kept.telling.end(&report, &repository);
    let reports = kept.accounts.as_ref().map(Accounts::reports).unwrap_or_default();
    if let Some(notifying) = args.notifying() {
        notify(context, &screen, notifying, (&report, &reports)).await;
    }
    let written = reports.iter().map(|(stack, report)| (stack.as_str(), report));
    let unwritten = write_files(context, args.reports(), written);
    if !unwritten.is_empty() {
        return complain(&screen, unwritten, &Sources::default());
    }
    exit::of(report.verdict(), args.is_detailed())
}

fn options(context: &Context, args: &Arguments) -> Result<Options, Diagnostics> {
    let (operation, running, out) = args.parts();
    if args.changes() && running.json && !args.is_approved() {
        let detail = "Nobody can be asked for approval when -json is set.";
        let wrong = Diagnostic::error("Auto-approve required", detail);
        return Err(wrong.hint("add -auto-approve, or leave -json out and answer").into());
    }
    if !running.is_chosen() {
        let detail = "Nothing says which stacks are meant.";
        let wrong = Diagnostic::error("No stacks chosen", detail);
        return Err(wrong
            .hint("add -all, -changed-since=REF, -stack=NAME or -tag=TAG; \"trueup stacks list\" shows what there is")
            .into());
    }
    Ok(Options {
        operation,
        at_once: parallelism(running.parallelism).map_err(|problem| Diagnostics::from(*problem))?,
        calls: CALLS,
        locking: lock_options(&running.locking)?,
        out: out.map(|directory| context.beside(directory)),
        approved: args.is_approved(),
        comparing: args.drift().map(|args| comparing(context, args)).unwrap_or_default(),
    })
}

fn comparing(context: &Context, args: &RunDrift) -> Comparing {
    let correcting = Correcting { asked: args.guarding.asked(), changes_max: args.guarding.changes_max() };
    Comparing {
        world_only: args.world,
        audit: args.audit,
        baselines: args.baseline.as_ref().map(|directory| context.beside(directory)),
        saved: args.save_baseline.as_ref().map(|directory| context.beside(directory)),
        correcting: args.correct.then_some(correcting),
    }
}

type Chosen = (Arc<Repository>, BTreeSet<String>, Vec<Stack>);

/// The stacks to run by their names, and those that are gone.
fn choose(context: &Context, running: &Running) -> Result<Chosen, Box<Refused>> {
    let repository = Repository::open(&context.dir)?;
    let refused = |found| Box::new((found, repository.stacks.sources.clone()));
    let selection = running.selection();
    let chosen = repository.choose(&selection).map_err(refused)?;
    let names = chosen.into_iter().map(|(stack, _)| stack.name.to_string()).collect();
    let gone = repository.gone(&selection).map_err(refused)?;
    Ok((Arc::new(repository), names, gone))
}
