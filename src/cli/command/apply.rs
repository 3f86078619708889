//! `trueup apply` and `trueup destroy`

use super::Context;
use super::from::{self, Needs};
use super::options::{plan_options, session_options};
use super::plan::{complain, show_plan};
use super::progress::Progress;
use super::stream;
use crate::arguments::{Apply as Arguments, Origin};
use crate::screen::Screen;
use std::io::BufRead;
use std::sync::Arc;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_engine::{ApplyOutcome, PlanOptions, Planned, Session, SessionOptions, apply};
use trueup_plan::{Part, Plan, PlanMode, Snapshot};
use trueup_view::plan::commit;
use trueup_view::state as state_view;
use trueup_view::style::neutral;

/// Applies a saved plan, or makes one, shows it, asks, and applies it.
pub(crate) async fn run(context: &Context, args: Arguments, destroy: bool) -> u8 {
    let screen = match stream::screen(context, &args.planning.operating.terminal, &args.telling) {
        Ok(screen) => Arc::new(screen),
        Err(unopened) => {
            let (screen, diagnostic) = *unopened;
            return complain(&screen, diagnostic.into(), &Sources::default());
        }
    };
    let (plan_options, mut session_options) = match options(context, &args, destroy) {
        Ok(options) => options,
        Err(diagnostics) => return complain(&screen, diagnostics, &Sources::default()),
    };
    let saved = match args.plan.as_deref().map(|file| fitting_plan(file, &args)).transpose() {
        Ok(saved) => saved,
        Err(diagnostics) => return complain(&screen, diagnostics, &Sources::default()),
    };
    session_options.saved = saved.as_ref().map(|(_, snapshot)| snapshot.clone());
    let context = &match from::enter(context, &origin(saved.as_ref()), Needs::State).await {
        Ok(entered) => entered,
        Err((diagnostics, sources)) => return complain(&screen, diagnostics, &sources),
    };
    let progress = Progress::new(screen.clone());
    let world = context.world(progress.clone());
    let mut session = match Session::open(&world, session_options).await {
        Ok(session) => session,
        Err(not_opened) => return complain(&screen, not_opened.diagnostics, &not_opened.sources),
    };
    let work = Work { screen: &screen, args: &args, destroy, parallelism: plan_options.parallelism };
    let code = match saved {
        Some((plan, _)) => work.carry_out(&mut session, &plan).await,
        None => work.plan_and_apply(&mut session, &plan_options).await,
    };
    progress.took(session.calls());
    let sources = std::mem::take(&mut session.sources);
    let closing = session.close().await;
    if closing.has_errors() { complain(&screen, closing, &sources) } else { code }
}

/// The commit that a saved plan was made of, where it wasn't made in a working directory.
fn origin(saved: Option<&(Plan, Snapshot)>) -> Origin {
    let origin = saved.and_then(|(_, snapshot)| snapshot.origin.clone());
    origin.map_or_else(Origin::default, |origin| Origin {
        from: Some(origin.address),
        backend_config: origin.backend,
    })
}

fn options(
    context: &Context,
    args: &Arguments,
    destroy: bool,
) -> Result<(PlanOptions, SessionOptions), Diagnostics> {
    let planning = &args.planning;
    let refused = |summary: &'static str, detail: &str| Err(Diagnostic::error(summary, detail).into());
    if args.plan.is_some() && destroy {
        return refused(
            "Destroy can't be called with a plan file",
            "A saved plan says itself whether it destroys; apply it with \"trueup apply\".",
        );
    }
    if args.telling.events.json && args.plan.is_none() && !args.auto_approve {
        return refused(
            "Plan file or auto-approve required",
            "Nobody can be asked for approval when -json is set. Apply a saved plan file, or give the -auto-approve option.",
        );
    }
    let plan = plan_options(planning, destroy)?;
    let variables = &planning.operating.variables;
    let session =
        session_options(context, "OperationTypeApply", variables, &planning.operating.locking, &args.files)?;
    Ok((plan, session))
}

/// A saved plan that the other arguments don't contradict.
fn fitting_plan(file: &str, args: &Arguments) -> Result<(Plan, Snapshot), Diagnostics> {
    let (plan, snapshot) = read_plan(file).map_err(|error| {
        let mut found = Diagnostics::from(*error);
        // Terraform tells of a file that isn't there twice, the second time with nothing but what the system says.
        if !std::path::Path::new(file).exists() {
            let summary = format!("stat {file}: no such file or directory");
            found.push(Diagnostic::error(summary, String::new()));
        }
        found
    })?;
    if args.planning.destroy && plan.mode != PlanMode::Destroy {
        let detail =
            format!("The saved plan {file} doesn't destroy everything; -destroy can't be added to it.");
        let diagnostic = Diagnostic::error("Destroy can't be called with a plan file", detail);
        return Err(diagnostic.hint("make the plan with \"trueup plan -destroy\"").into());
    }
    Ok((plan, snapshot))
}

/// A plan file with the configuration in it.
pub(crate) fn read_plan(file: &str) -> Result<(Plan, Snapshot), Box<Diagnostic>> {
    let bytes = std::fs::read(file).map_err(|error| {
        Box::new(Diagnostic::error(
            format!("Failed to load \"{file}\" as a plan file"),
            format!("The plan file {file} can't be read: {error}."),
        ))
    })?;
    trueup_plan::file::read(&bytes).map_err(|error| Box::new(error.diagnostic()))
}

struct Work<'a> {
    screen: &'a Screen,
    args: &'a Arguments,
    destroy: bool,
    parallelism: usize,
}

impl Work<'_> {
    async fn plan_and_apply(&self, session: &mut Session, options: &PlanOptions) -> u8 {
        let Planned { plan, diagnostics } = session.plan(options).await;
        show_plan(self.screen, session, &plan);
        if diagnostics.has_errors() {
            return complain(self.screen, diagnostics, &session.sources);
        }
        self.screen.diagnostics(diagnostics, &session.sources);
        if !self.screen.is_events() {
            self.screen.print(&commit(&plan));
        }
        if !plan.has_changes() || self.args.auto_approve {
            return self.carry_out(session, &plan).await;
        }
        match self.approved(&plan) {
            Ok(true) => self.carry_out(session, &plan).await,
            Ok(false) => {
                let word = if self.destroy { "Destroy" } else { "Apply" };
                self.screen.line(&format!("\n{word} cancelled."));
                1
            }
            Err(diagnostic) => complain(self.screen, (*diagnostic).into(), &session.sources),
        }
    }

    fn approved(&self, plan: &Plan) -> Result<bool, Box<Diagnostic>> {
        let (question, note) = match plan.mode {
            PlanMode::Destroy => (
                "Do you really want to destroy all resources?",
                "trueup will destroy everything that is shown above.\n  There is no undo. Only 'yes' will be accepted to confirm.",
            ),
            PlanMode::RefreshOnly => (
                "Would you like to update the state to reflect these detected changes?",
                "trueup will write these changes to the state without modifying any real\n  infrastructure. Only 'yes' will be accepted to confirm.",
            ),
            PlanMode::Normal => (
                "Do you want to perform these actions?",
                "trueup will perform the actions described above.\n  Only 'yes' will be accepted to approve.",
            ),
        };
        ask(self.screen, question, note)
    }

    async fn carry_out(&self, session: &mut Session, plan: &Plan) -> u8 {
        let hash = match trueup_plan::file::hash(plan) {
            Ok(hash) => hash,
            Err(error) => return complain(self.screen, error.diagnostic().into(), &session.sources),
        };
        let mut outcome = apply(session, plan, &hash, self.parallelism).await;
        let diagnostics = std::mem::take(&mut outcome.diagnostics);
        let failed = diagnostics.has_errors() || outcome.interrupted;
        self.screen.diagnostics(diagnostics, &session.sources);
        if failed {
            self.unfinished(&outcome);
            return 1;
        }
        if self.screen.tells_events()
            && let Err(diagnostic) = stream::applied(self.screen, plan, &outcome, self.destroy)
        {
            return complain(self.screen, (*diagnostic).into(), &session.sources);
        }
        if !self.screen.is_events() {
            self.finished(plan, &outcome);
        }
        0
    }

    /// Says how far it came, where it came anywhere.
    fn unfinished(&self, outcome: &ApplyOutcome) {
        let done: usize = outcome.done.values().sum();
        if self.screen.is_events() || (done == 0 && !outcome.interrupted) {
            return;
        }
        let counts = counts(outcome, 0, false);
        self.screen.line(&format!("\nApply did not finish. What was done is in the state: {counts}."));
    }

    fn finished(&self, plan: &Plan, outcome: &ApplyOutcome) {
        let word = if self.destroy { "Destroy" } else { "Apply" };
        let counts = counts(outcome, plan.summary().import, self.destroy);
        let line = format!("{word} complete! Resources: {counts}.");
        let style = self.screen.style;
        self.screen.line(&format!("\n{}", style.bold(&style.green(&line))));
        if let Some(path) = &self.args.files.state_out {
            self.screen.line(&neutral(&format!("State path: {path}")));
        }
        if !outcome.outputs.is_empty() && !self.destroy {
            let heading = style.bold(&style.green("Outputs:"));
            self.screen.print(&format!("\n{heading}\n\n{}", state_view::outputs(&outcome.outputs, style)));
        }
    }
}

/// Asks a person; only `yes` is a yes.
pub(crate) fn ask(screen: &Screen, question: &str, note: &str) -> Result<bool, Box<Diagnostic>> {
    let unasked = |summary: &'static str, detail: &str| {
        let hint = "give -auto-approve, or save a plan with \"trueup plan -out=FILE\" and apply that";
        Err(Box::new(Diagnostic::error(summary, detail).hint(hint)))
    };
    // As in Terraform, -input=false and TF_INPUT are about values that are missing; a script may still pipe its yes.
    if screen.is_events() {
        return unasked(
            "error asking for approval: EOF",
            "What is planned needs approval, and events can't ask.",
        );
    }
    screen.print(&format!(
        "\n{}\n  {note}\n\n  {} ",
        screen.style.bold(question),
        screen.style.bold("Enter a value:")
    ));
    let mut answer = String::new();
    match std::io::stdin().lock().read_line(&mut answer) {
        Ok(0) => {
            screen.line("");
            unasked("error asking for approval: EOF", "Standard input ended before there was an answer.")
        }
        Ok(_) => Ok(answer.trim() == "yes"),
        Err(error) => {
            unasked("error asking for approval", &format!("Standard input can't be read: {error}."))
        }
    }
}

/// `1 added, 0 changed, 0 destroyed`
fn counts(outcome: &ApplyOutcome, imported: usize, destroy: bool) -> String {
    let of = |part| outcome.done.get(&part).copied().unwrap_or(0);
    if destroy {
        return format!("{} destroyed", of(Part::Delete));
    }
    let imported = if imported > 0 { format!("{imported} imported, ") } else { String::new() };
    let forgotten = match of(Part::Forget) {
        0 => String::new(),
        n => format!(", {n} forgotten"),
    };
    let (added, changed, destroyed) = (of(Part::Create), of(Part::Update), of(Part::Delete));
    format!("{imported}{added} added, {changed} changed, {destroyed} destroyed{forgotten}")
}
