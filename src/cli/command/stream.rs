//! The event stream of `-json` around what [`super::progress`] tells: version, plan, summary, outputs.

use super::Context;
use crate::document::events::{self, Operation};
use crate::outside;
use crate::screen::Screen;
use trueup_diff::Action;
use trueup_engine::ApplyOutcome;
use trueup_plan::{Part, Plan, PlanMode, Summary};

/// The first line.
pub(crate) fn begin(screen: &Screen) {
    if screen.is_events() {
        screen.line(&events::version(&outside::now_exact()));
    }
}

/// What a plan found and wants to do.
pub(crate) fn planned(screen: &Screen, plan: &Plan) {
    let now = outside::now_exact;
    let shown = |action| plan.mode == PlanMode::RefreshOnly || action != Action::NoOp;
    for change in plan.drift.iter().filter(|change| shown(change.change.action)) {
        screen.line(&events::drift(&now(), change));
    }
    for line in plan.changes.iter().filter_map(|change| events::planned(&now(), change)) {
        screen.line(&line);
    }
    screen.line(&events::summary(&now(), Operation::Plan, &plan.summary()));
    if !plan.errored {
        events::planned_outputs(&now(), &plan.outputs).iter().for_each(|line| screen.line(line));
    }
}

/// What was done. What can't be written as JSON is given back as a diagnostic.
pub(crate) fn applied(
    screen: &Screen,
    plan: &Plan,
    outcome: &ApplyOutcome,
    destroy: bool,
) -> Result<(), Box<trueup_diag::Diagnostic>> {
    let of = |part| outcome.done.get(&part).copied().unwrap_or(0);
    let summary = Summary {
        add: of(Part::Create),
        change: of(Part::Update),
        destroy: of(Part::Delete),
        import: plan.summary().import,
        forget: of(Part::Forget),
    };
    let operation = if destroy { Operation::Destroy } else { Operation::Apply };
    screen.line(&events::summary(&outside::now_exact(), operation, &summary));
    if !destroy {
        screen.line(&events::outputs(&outside::now_exact(), &outcome.outputs)?);
    }
    Ok(())
}

/// The same for a command without other options of the terminal.
pub(crate) fn events_screen(context: &Context, json: bool) -> Screen {
    let screen = context.screen_with(false, json);
    begin(&screen);
    screen
}

/// A screen for a command that can speak in events.
pub(crate) fn screen(context: &Context, terminal: &crate::arguments::Terminal, json: bool) -> Screen {
    let screen = context.screen_with(terminal.compact_warnings, json);
    begin(&screen);
    screen
}
