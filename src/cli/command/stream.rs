//! The event stream of `-json` around what [`super::progress`] tells: version, plan, summary, outputs.

use super::Context;
use crate::arguments::{Events, Telling, Terminal};
use crate::outside;
use crate::screen::{Look, Screen};
use std::collections::BTreeMap;
use trueup_diag::Diagnostic;
use trueup_diff::Action;
use trueup_document::events::{self, Operation};
use trueup_engine::ApplyOutcome;
use trueup_plan::{Part, Plan, PlanMode, Summary};
use trueup_state::Output;
use trueup_value::Name;

/// The first line.
pub(crate) fn begin(screen: &Screen) {
    if screen.tells_events() {
        screen.event(&events::version(&outside::now_exact()));
    }
}

/// What a plan found and wants to do.
pub(crate) fn planned(screen: &Screen, plan: &Plan) {
    let now = outside::now_exact;
    let shown = |action| plan.mode == PlanMode::RefreshOnly || action != Action::NoOp;
    for change in plan.drift.iter().filter(|change| shown(change.change.action)) {
        screen.event(&events::drift(&now(), change));
    }
    for line in plan.changes.iter().filter_map(|change| events::planned(&now(), change)) {
        screen.event(&line);
    }
    screen.event(&events::summary(&now(), Operation::Plan, &plan.summary()));
    if !plan.errored {
        events::planned_outputs(&now(), &plan.outputs).iter().for_each(|line| screen.event(line));
    }
}

/// What was done. What can't be written as JSON is given back as a diagnostic.
pub(crate) fn applied(
    screen: &Screen,
    plan: &Plan,
    outcome: &ApplyOutcome,
    destroy: bool,
) -> Result<(), Box<Diagnostic>> {
    let of = |part| outcome.done.get(&part).copied().unwrap_or(0);
    let summary = Summary {
        add: of(Part::Create),
        change: of(Part::Update),
        destroy: of(Part::Delete),
        import: plan.summary().import,
        forget: of(Part::Forget),
    };
    let operation = if destroy { Operation::Destroy } else { Operation::Apply };
    screen.event(&events::summary(&outside::now_exact(), operation, &summary));
    if destroy { Ok(()) } else { outputs(screen, &outcome.outputs) }
}

/// The outputs of the root module. What can't be written as JSON is given back as a diagnostic.
pub(crate) fn outputs(screen: &Screen, outputs: &BTreeMap<Name, Output>) -> Result<(), Box<Diagnostic>> {
    if screen.tells_events() {
        screen.event(&events::outputs(&outside::now_exact(), outputs)?);
    }
    Ok(())
}

/// The same for a command without other options of the terminal.
pub(crate) fn events_screen(context: &Context, json: bool) -> Screen {
    let look = Look { events: json, consolidated: (true, false), ..Look::default() };
    let screen = context.screen_with(look);
    begin(&screen);
    screen
}

/// A screen for a command that takes long.
pub(crate) fn screen(
    context: &Context,
    terminal: &Terminal,
    telling: &Telling,
) -> Result<Screen, Box<(Screen, Diagnostic)>> {
    let look = Look { concise: telling.concise, reveal: telling.show_sensitive, ..super::look(terminal) };
    screen_like(context, &telling.events, look)
}

/// A screen for a command that can speak in events. A diagnostic says why the file for them can't be written.
pub(crate) fn screen_like(
    context: &Context,
    events: &Events,
    look: Look,
) -> Result<Screen, Box<(Screen, Diagnostic)>> {
    let look = Look { events: events.json, ..look };
    let mut screen = context.screen_with(look);
    if let Some(path) = &events.json_into {
        match crate::files::create_private(context.beside(path)) {
            Ok(file) => screen = screen.into_file(file),
            Err(error) => {
                let detail = format!("The file {path} given with -json-into can't be written: {error}.");
                return Err(Box::new((
                    screen,
                    Diagnostic::error("Failed to open the file for events", detail),
                )));
            }
        }
    }
    begin(&screen);
    Ok(screen)
}
