//! `trueup plan`

use super::Context;
use super::options::{plan_options, session_options};
use super::progress::Progress;
use crate::arguments::Plan as Arguments;
use crate::screen::Screen;
use crate::view::diff::Differ;
use crate::view::plan::plan as view;
use std::sync::Arc;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_engine::{PlanOptions, Planned, Session, SessionOptions};

/// Plans, shows the plan, and saves it where asked to.
pub(crate) async fn run(context: &Context, args: Arguments) -> u8 {
    let screen = Arc::new(context.screen(args.planning.terminal.no_color));
    let options = match options(context, &args) {
        Ok(options) => options,
        Err(diagnostics) => return complain(&screen, diagnostics, &Sources::default()),
    };
    let world = context.world(Arc::new(Progress::new(screen.clone())));
    let mut session = match Session::open(&world, options.1).await {
        Ok(session) => session,
        Err(not_opened) => return complain(&screen, not_opened.diagnostics, &not_opened.sources),
    };
    let planned = session.plan(&options.0).await;
    let code = show(&screen, &session, planned, &args);
    let sources = std::mem::take(&mut session.sources);
    let closing = session.close().await;
    if closing.has_errors() { complain(&screen, closing, &sources) } else { code }
}

fn options(context: &Context, args: &Arguments) -> Result<(PlanOptions, SessionOptions), Diagnostics> {
    let planning = &args.planning;
    let plan = plan_options(planning, false)?;
    let session = session_options(
        context,
        "OperationTypePlan",
        &planning.variables,
        &planning.locking,
        args.state.as_ref(),
    )?;
    Ok((plan, session))
}

fn show(screen: &Screen, session: &Session, planned: Planned, args: &Arguments) -> u8 {
    let Planned { plan, mut diagnostics } = planned;
    let differ = Differ { style: screen.style, whole: false };
    screen.print(&view(&plan, &**session.providers(), differ));
    if let (Some(file), false) = (&args.out, diagnostics.has_errors()) {
        if let Err(diagnostic) = save(session, &plan, file) {
            diagnostics.push(*diagnostic);
        }
    }
    let failed = diagnostics.has_errors();
    if !failed {
        screen.print(&afterword(&plan, args, screen));
    }
    screen.diagnostics(diagnostics, &session.sources);
    match (failed, args.detailed_exitcode && plan.has_changes()) {
        (true, _) => 1,
        (false, true) => 2,
        (false, false) => 0,
    }
}

fn save(session: &Session, plan: &trueup_plan::Plan, file: &str) -> Result<(), Box<Diagnostic>> {
    let bytes =
        trueup_plan::file::write(plan, &session.snapshot()).map_err(|error| Box::new(error.diagnostic()))?;
    crate::files::write_private(file, &bytes).map_err(|error| {
        Box::new(Diagnostic::error(
            "Failed to write plan file",
            format!("The plan file {file} can't be written: {error}."),
        ))
    })
}

fn afterword(plan: &trueup_plan::Plan, args: &Arguments, screen: &Screen) -> String {
    if !plan.has_changes() {
        return String::new();
    }
    let rule = screen.style.dim(&"─".repeat(screen.style.width.min(77)));
    match &args.out {
        Some(file) => format!(
            "\n{rule}\n\nSaved the plan to: {file}\n\nTo perform exactly these actions, run:\n    trueup apply {}\n",
            crate::view::value::quote(file)
        ),
        None => format!(
            "\n{rule}\n\nNote: You didn't use the -out option to save this plan, so trueup can't\nguarantee to take exactly these actions if you run \"trueup apply\" now.\n"
        ),
    }
}

/// Shows what is wrong; gives the exit code for it.
pub(crate) fn complain(screen: &Screen, diagnostics: Diagnostics, sources: &Sources) -> u8 {
    let code = u8::from(diagnostics.has_errors());
    screen.diagnostics(diagnostics, sources);
    code
}
