//! `trueup plan`

use super::Context;
use super::from::{self, Needs};
use super::options::{plan_options, session_options};
use super::progress::Progress;
use super::report::{self, Reading};
use super::stream;
use crate::arguments::{Plan as Arguments, StateFiles};
use crate::screen::Screen;
use std::path::Path;
use std::sync::Arc;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_engine::{PlanOptions, Planned, Session, SessionOptions, generated_name};
use trueup_plan::{Plan, PlanMode};
use trueup_view::plan::{PlanView, commit};
use trueup_view::report::Subject;

/// Plans, shows the plan, and saves it where asked to.
pub(crate) async fn run(context: &Context, args: Arguments) -> u8 {
    let screen = match stream::screen(context, &args.planning.operating.terminal, &args.telling) {
        Ok(screen) if args.writing.is_document() => Arc::new(screen.for_document()),
        Ok(screen) => Arc::new(screen),
        Err(unopened) => {
            let (screen, diagnostic) = *unopened;
            return complain(&screen, diagnostic.into(), &Sources::default());
        }
    };
    let options = match options(context, &args) {
        Ok(options) => options,
        Err(diagnostics) => return complain(&screen, diagnostics, &Sources::default()),
    };
    let context = &match from::enter(context, &args.origin, Needs::State).await {
        Ok(entered) => entered,
        Err((diagnostics, sources)) => return complain(&screen, diagnostics, &sources),
    };
    let progress = Progress::new(screen.clone());
    let world = context.world(progress.clone());
    let mut session = match Session::open(&world, options.1).await {
        Ok(session) => session,
        Err(not_opened) => {
            let subject = Subject::Plan(PlanMode::Normal);
            report::not_opened(context, (&screen, &args.writing), subject, &not_opened);
            return complain(&screen, not_opened.diagnostics, &not_opened.sources);
        }
    };
    let planned = match &args.generate_config_out {
        None => session.plan(&options.0).await,
        Some(file) => generate(context, &mut session, &options.0, file).await,
    };
    let out = args.out.as_deref().map(|file| context.beside(file));
    let told = Told { context, screen: &screen, args: &args, out: out.as_deref() };
    let code = show(&told, &session, planned);
    progress.took(session.calls());
    let sources = std::mem::take(&mut session.sources);
    let closing = session.close().await;
    if closing.has_errors() { complain(&screen, closing, &sources) } else { code }
}

/// Plans, and writes the configuration of what is imported without any to a file that isn't there yet.
async fn generate(context: &Context, session: &mut Session, options: &PlanOptions, file: &str) -> Planned {
    let path = context.beside(file);
    if path.exists() {
        let mut planned = session.plan(options).await;
        planned.plan.errored = true;
        let detail =
            format!("{file} is there already, and generated configuration only goes into a new file.");
        let error = Diagnostic::error("Target generated file already exists", detail);
        planned.diagnostics.push(error.hint("name another file, or move this one out of the way"));
        return planned;
    }
    let (mut planned, text) = session.plan_generating(options, &generated_name(file)).await;
    let Some(text) = text else { return planned };
    match std::fs::write(&path, text) {
        Ok(()) => {
            let detail = format!(
                "The configuration of what is imported was written to {file}. It says all that can be said, so take out what goes without saying."
            );
            planned.diagnostics.push(Diagnostic::warning("Config generation is experimental", detail));
        }
        Err(error) => {
            planned.plan.errored = true;
            let detail = format!("The generated configuration can't be written to {file}: {error}.");
            planned.diagnostics.push(Diagnostic::error("Failed to create target generated file", detail));
        }
    }
    planned
}

fn options(context: &Context, args: &Arguments) -> Result<(PlanOptions, SessionOptions), Diagnostics> {
    let planning = &args.planning;
    args.writing.refused(args.telling.show_sensitive)?;
    let plan = plan_options(planning, false)?;
    let session = session_options(
        context,
        "OperationTypePlan",
        &planning.operating.variables,
        &planning.operating.locking,
        &StateFiles { state: args.state.clone(), ..StateFiles::default() },
    )?;
    Ok((plan, session))
}

/// Where and how a plan is told.
struct Told<'a> {
    context: &'a Context,
    screen: &'a Screen,
    args: &'a Arguments,
    /// The file that it is saved to.
    out: Option<&'a Path>,
}

fn show(told: &Told<'_>, session: &Session, planned: Planned) -> u8 {
    let Told { context, screen, args, out } = *told;
    let Planned { plan, mut diagnostics } = planned;
    if !args.writing.is_document() {
        show_plan(screen, session, &plan);
    }
    // A plan that stopped at an error is saved too, so that it can be looked at; it can't be applied.
    let saved = out.map(|file| save(session, &plan, file));
    if let Some(Err(diagnostic)) = saved {
        diagnostics.push(*diagnostic);
    }
    if args.writing.is_document() {
        let schemas = &**session.providers();
        let reading = Reading { program: session.program(), sources: &session.sources, schemas };
        match report::plan(context, &args.writing, (&plan, &diagnostics), &reading) {
            Ok(text) => screen.print(&text),
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
    let failed = diagnostics.has_errors();
    screen.diagnostics(diagnostics, &session.sources);
    if !failed && !screen.is_events() && !args.writing.is_document() {
        screen.print(&afterword(&plan, args, screen));
    }
    match (failed, args.detailed_exitcode && plan.has_changes()) {
        (true, _) => 1,
        (false, true) => 2,
        (false, false) => 0,
    }
}

/// Shows a plan as text or as events.
pub(crate) fn show_plan(screen: &Screen, session: &Session, plan: &Plan) {
    if screen.tells_events() {
        stream::planned(screen, plan);
    }
    if screen.is_events() {
        return;
    }
    let view = PlanView { plan, schemas: &**session.providers(), program: session.program() };
    screen.print(&view.text(screen.style));
}

fn save(session: &Session, plan: &Plan, file: &Path) -> Result<(), Box<Diagnostic>> {
    let bytes =
        trueup_plan::file::write(plan, &session.snapshot()).map_err(|error| Box::new(error.diagnostic()))?;
    trueup_store::write_private(file, &bytes).map_err(|error| {
        Box::new(
            Diagnostic::error(
                "Failed to write plan file",
                format!("The plan file {} can't be written: {error}.", file.display()),
            )
            .hint("give -out a path in a directory that exists and can be written to"),
        )
    })
}

/// What can be done with the plan, and which commit it is of.
fn afterword(plan: &Plan, args: &Arguments, screen: &Screen) -> String {
    let commit = commit(plan);
    if !plan.has_changes() || screen.is_automated() {
        return commit;
    }
    let rule = screen.style.dim(&"─".repeat(screen.style.width.min(77)));
    let words = match &args.out {
        Some(file) => format!(
            "Saved the plan to: {}\n\nTo perform exactly these actions, run the following command to apply:\n    trueup apply {}\n",
            trueup_view::style::neutral(file),
            trueup_view::value::quote(file)
        ),
        None => "Note: You didn't use the -out option to save this plan, so trueup can't\nguarantee to take exactly these actions if you run \"trueup apply\" now.\n".into(),
    };
    format!("{commit}\n{rule}\n\n{words}")
}

/// Shows what is wrong; gives the exit code for it.
pub(crate) fn complain(screen: &Screen, diagnostics: Diagnostics, sources: &Sources) -> u8 {
    let code = u8::from(diagnostics.has_errors());
    screen.diagnostics(diagnostics, sources);
    code
}
