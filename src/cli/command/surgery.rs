//! `trueup state mv`, `rm`, `replace-provider` and `push`

use super::Context;
use super::apply::ask;
use super::options::lock_options;
use super::state::no_state;
use crate::arguments::{Operated, StateMv, StatePush, StateReplaceProvider, StateRm};
use crate::outside;
use crate::screen::Screen;
use std::io::Read;
use std::sync::Arc;
use trueup_addr::{ProviderAddr, Target};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_engine::{Holding, PushError, Surgery, SurgeryOptions, Unobserved, World};
use trueup_store::Backup;
use trueup_view::style::neutral;

/// What a command works on, by its arguments. `operation` is what the lock is told.
pub(crate) fn options(
    operation: &str,
    args: &Operated,
    backup: Backup,
) -> Result<SurgeryOptions, Diagnostics> {
    let given = args.backup.as_ref().map(|path| Backup::File(path.into()));
    Ok(SurgeryOptions {
        holding: Holding {
            operation: operation.into(),
            locking: lock_options(&args.locking)?,
            backup: given.unwrap_or(backup),
        },
        state: args.state.clone(),
        state_out: None,
        backup_out: Backup::None,
        is_local_only: args.backup.is_some(),
    })
}

/// Surgery keeps a backup of its own each time, named after the second.
fn timed() -> Backup {
    Backup::Suffix(format!(".{}.backup", outside::seconds()))
}

/// Tells what was refused, or gives the lock back and tells what went wrong with that.
async fn end(screen: &Screen, surgery: Surgery, done: Result<(), Diagnostics>) -> u8 {
    let closing = surgery.close().await;
    let code = match done {
        Ok(()) => 0,
        Err(diagnostics) => screen.refusal(diagnostics),
    };
    code.max(screen.refusal(closing))
}

/// Takes the states in hand; says so where there is nothing to work on.
async fn open(
    screen: &Screen,
    world: &World,
    options: Result<SurgeryOptions, Diagnostics>,
) -> Result<Surgery, u8> {
    let opened = match options {
        Ok(options) => Surgery::open(world, &options).await,
        Err(diagnostics) => Err(diagnostics.into()),
    };
    let surgery = opened.map_err(|diagnostics| screen.refusal(diagnostics))?;
    if surgery.exists() {
        return Ok(surgery);
    }
    no_state();
    Err(1.max(end(screen, surgery, Ok(())).await))
}

pub(crate) async fn mv(context: &Context, args: StateMv) -> u8 {
    let screen = context.screen();
    let world = context.world(Arc::new(Unobserved));
    let options = options("state-mv", &args.operated, timed()).map(|options| SurgeryOptions {
        state_out: args.state_out.clone(),
        backup_out: args.backup_out.as_ref().map_or_else(timed, |path| Backup::File(path.into())),
        is_local_only: options.is_local_only || args.backup_out.is_some(),
        ..options
    });
    let mut surgery = match open(&screen, &world, options).await {
        Ok(surgery) => surgery,
        Err(code) => return code,
    };
    let done = match surgery.moving(&args.source, &args.destination) {
        Ok(moved) => {
            let word = if args.dry_run { "Would move" } else { "Move" };
            for (from, to) in &moved.shown {
                screen.line(&neutral(&format!("{word} {from:?} to {to:?}")));
            }
            let count = moved.shown.len();
            let done = if args.dry_run { Ok(()) } else { surgery.carry_out(moved).await };
            if done.is_ok() && !args.dry_run {
                screen.line(&format!("Successfully moved {count} object(s)."));
            }
            done.map_err(|diagnostic| Diagnostics::from(*diagnostic))
        }
        Err(diagnostics) => Err(diagnostics),
    };
    end(&screen, surgery, done).await
}

pub(crate) async fn rm(context: &Context, args: StateRm) -> u8 {
    let screen = context.screen();
    let mut targets: Vec<Target> = Vec::new();
    for text in &args.addresses {
        match text.parse() {
            Ok(target) => targets.push(target),
            Err(error) => {
                let diagnostic = Diagnostic::error("Invalid target address", format!("{error}."));
                return screen.refusal(Box::new(diagnostic));
            }
        }
    }
    let world = context.world(Arc::new(Unobserved));
    let mut surgery = match open(&screen, &world, options("state-rm", &args.operated, timed())).await {
        Ok(surgery) => surgery,
        Err(code) => return code,
    };
    let done = remove(&screen, &mut surgery, &targets, args.dry_run).await;
    end(&screen, surgery, done).await
}

async fn remove(
    screen: &Screen,
    surgery: &mut Surgery,
    targets: &[Target],
    dry_run: bool,
) -> Result<(), Diagnostics> {
    let instances = surgery.named(targets);
    if dry_run {
        for addr in &instances {
            screen.line(&neutral(&format!("Would remove {addr}")));
        }
        if instances.is_empty() {
            screen.line("Would have removed nothing.");
        }
        return Ok(());
    }
    if instances.is_empty() {
        let detail = "No matching objects found: no instance in the state is at or within these addresses.";
        return Err(Diagnostic::error("Invalid target address", detail)
            .hint("\"trueup state list\" lists the addresses there are")
            .into());
    }
    surgery.forget(&instances).await.map_err(|diagnostic| Diagnostics::from(*diagnostic))?;
    for addr in &instances {
        screen.line(&neutral(&format!("Removed {addr}")));
    }
    screen.line(&format!("Successfully removed {} resource instance(s).", instances.len()));
    Ok(())
}

pub(crate) async fn replace_provider(context: &Context, args: StateReplaceProvider) -> u8 {
    let screen = context.screen();
    let parse = |word: &str, text: &str| {
        ProviderAddr::parse(text).map_err(|error| {
            let detail = format!("Invalid provider type: {error}.");
            Diagnostics::from(Diagnostic::error(format!("Invalid \"{word}\" provider \"{text}\""), detail))
        })
    };
    let parsed = parse("from", &args.from).and_then(|from| Ok((from, parse("to", &args.to)?)));
    let (from, to) = match parsed {
        Ok(parsed) => parsed,
        Err(diagnostics) => return screen.refusal(diagnostics),
    };
    let world = context.world(Arc::new(Unobserved));
    let options = options("state-replace-provider", &args.operated, timed());
    let mut surgery = match open(&screen, &world, options).await {
        Ok(surgery) => surgery,
        Err(code) => return code,
    };
    let done = hand_over(&screen, &mut surgery, (&from, &to), args.auto_approve).await;
    end(&screen, surgery, done).await
}

async fn hand_over(
    screen: &Screen,
    surgery: &mut Surgery,
    (from, to): (&ProviderAddr, &ProviderAddr),
    approved: bool,
) -> Result<(), Diagnostics> {
    let resources = surgery.looked_after_by(from);
    if resources.is_empty() {
        screen.line("No matching resources found.");
        return Ok(());
    }
    screen.line(&format!(
        "trueup will perform the following actions:\n\n  ~ Updating provider:\n    - {from}\n    + {to}\n\nChanging {} resources:\n",
        resources.len()
    ));
    for resource in &resources {
        screen.line(&neutral(&format!("  {resource}")));
    }
    if !approved {
        let note = "Only 'yes' will be accepted to continue.";
        let answer = ask(screen, "Do you want to make these changes?", note);
        if !answer.map_err(|diagnostic| Diagnostics::from(*diagnostic))? {
            screen.line("Cancelled replacing providers.");
            return Ok(());
        }
    }
    surgery.replace_provider(from, to).await.map_err(|diagnostic| Diagnostics::from(*diagnostic))?;
    screen.line(&format!("\nSuccessfully replaced provider for {} resources.", resources.len()));
    Ok(())
}

pub(crate) async fn push(context: &Context, args: StatePush) -> u8 {
    let screen = context.screen();
    let bytes = if args.path == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(&args.path)
    };
    let refused = |text: String| {
        outside::complain(&neutral(&text));
        1
    };
    let bytes = match bytes {
        Ok(bytes) if bytes.is_empty() => {
            return refused(format!("Error reading source state {:?}: no state", args.path));
        }
        Ok(bytes) => bytes,
        Err(error) => return refused(format!("The state file {} can't be read: {error}", args.path)),
    };
    let state = match trueup_state::wire::read(&bytes) {
        Ok(state) => state,
        Err(error) => return refused(format!("Error reading source state {:?}: {error}", args.path)),
    };
    let world = context.world(Arc::new(Unobserved));
    let locking = match lock_options(&args.locking) {
        Ok(locking) => locking,
        Err(diagnostics) => return screen.refusal(diagnostics),
    };
    match trueup_engine::push(&world, state, args.force, locking).await {
        Ok(()) => 0,
        Err(PushError::Unfit(why)) => {
            let hint = "Compare it with \"trueup state pull\"; -force pushes it whatever is there.";
            refused(format!("Failed to write state: {why}\n\n{hint}"))
        }
        Err(PushError::Failed(diagnostics)) => screen.refusal(diagnostics),
    }
}
