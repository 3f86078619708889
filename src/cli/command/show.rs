//! `trueup show`

use super::Context;
use super::apply::read_plan;
use super::from::{self, Needs};
use super::plan::complain;
use super::report::{self, Reading};
use crate::arguments::{Show as Arguments, WrittenFormat};
use crate::screen::Screen;
use std::io::Read;
use std::sync::Arc;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_document as document;
use trueup_engine::{Schemas, StateView, Unobserved, load_saved, open_state, read_state_file};
use trueup_plan::{Plan, Snapshot};
use trueup_view::diff::Differ;
use trueup_view::{plan as plan_view, state as state_view};

/// Shows a saved plan, a state file, or the current state.
pub(crate) async fn run(context: &Context, args: Arguments) -> u8 {
    let screen = context.screen_revealing(args.reveal);
    if let (Some(file), Some(_)) = (&args.file, &args.origin.from) {
        let detail = format!(
            "The file {file} says itself what it shows; -from names the commit whose state is shown."
        );
        let wrong = Diagnostic::error("Option -from with a file", detail).hint("leave one of them out");
        return complain(&screen, wrong.into(), &Sources::default());
    }
    if let Err(wrong) = args.writing.refused(args.reveal) {
        return complain(&screen, wrong, &Sources::default());
    }
    let screen = if args.writing.is_document() { screen.for_document() } else { screen };
    let json = args.json || args.writing.format == WrittenFormat::Json;
    let context = &match from::enter(context, &args.origin, Needs::State).await {
        Ok(entered) => entered,
        Err((diagnostics, sources)) => return complain(&screen, diagnostics, &sources),
    };
    let world = context.world(Arc::new(Unobserved));
    let view = match args.file.as_ref().or(args.plan.as_ref()) {
        Some(file) if args.plan.is_some() || is_plan(file) => {
            return match read_plan(file) {
                Ok(saved) if args.writing.is_document() => write_plan(context, &screen, saved, &args),
                Ok(saved) => show_plan(&screen, &world, saved, json),
                Err(diagnostic) => complain(&screen, (*diagnostic).into(), &Sources::default()),
            };
        }
        Some(file) => read_state_file(&world, file),
        None => open_state(&world, None).await,
    };
    if args.writing.is_document() && !json {
        let detail = "What becomes of objects is told in this format, and a state only says what they are.";
        let wrong = Diagnostic::error("No report of a state", detail);
        let wrong = wrong.hint("name a plan file, or use -format=json");
        return complain(&screen, wrong.into(), &Sources::default());
    }
    match view {
        Ok(view) => show_state(&screen, &view, json),
        Err(refused) => complain(&screen, refused.diagnostics, &refused.sources),
    }
}

/// Plan files are archives; state files are JSON.
fn is_plan(file: &str) -> bool {
    let mut start = [0; 2];
    let read = std::fs::File::open(file).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start == *b"PK"
}

fn show_plan(
    screen: &Screen,
    world: &trueup_engine::World,
    (plan, snapshot): (Plan, Snapshot),
    json: bool,
) -> u8 {
    let (loaded, providers) = match load_saved(world, &snapshot, &plan) {
        Ok(loaded) => loaded,
        Err((diagnostics, sources)) => return complain(screen, diagnostics, &sources),
    };
    if json {
        return print_document(screen, document::plan::document(&plan, &loaded.program, &providers));
    }
    let view = plan_view::PlanView { plan: &plan, schemas: &providers, program: &loaded.program };
    screen.print(&view.text(screen.style));
    screen.print(&plan_view::commit(&plan));
    0
}

/// The plan in the format that is asked for.
fn write_plan(
    context: &Context,
    screen: &Screen,
    (plan, snapshot): (Plan, Snapshot),
    args: &Arguments,
) -> u8 {
    let world = context.world(Arc::new(Unobserved));
    let (loaded, schemas) = match load_saved(&world, &snapshot, &plan) {
        Ok(loaded) => loaded,
        Err((diagnostics, sources)) => return complain(screen, diagnostics, &sources),
    };
    let reading = Reading { program: &loaded.program, sources: &loaded.sources, schemas: &schemas };
    match report::plan(context, &args.writing, (&plan, &Diagnostics::new()), &reading) {
        Ok(text) => {
            screen.print(&text);
            0
        }
        Err(diagnostic) => complain(screen, (*diagnostic).into(), &Sources::default()),
    }
}

fn show_state(screen: &Screen, view: &StateView, json: bool) -> u8 {
    let schemas: &dyn Schemas = &view.providers;
    if json {
        return print_document(screen, document::state::document(&view.state, schemas));
    }
    if !view.exists {
        screen.line("No state.");
        return 0;
    }
    let differ = Differ { style: screen.style, whole: true };
    screen.print(&state_view::state(&view.state, schemas, differ));
    if let Some(commit) = &view.commit {
        screen.line(&format!(
            "\nLast journalled at {}.",
            trueup_view::style::neutral(&trueup_view::commit(commit))
        ));
    }
    0
}

/// Prints a JSON document, or says why it can't be made.
pub(crate) fn print_document(screen: &Screen, document: Result<String, Box<Diagnostic>>) -> u8 {
    match document {
        Ok(text) => {
            screen.line(text.trim_end_matches('\n'));
            0
        }
        Err(diagnostic) => complain(screen, (*diagnostic).into(), &Sources::default()),
    }
}

/// A diagnostic alone.
pub(crate) fn single(summary: &'static str, detail: impl Into<String>) -> Diagnostics {
    Diagnostic::error(summary, detail).into()
}
