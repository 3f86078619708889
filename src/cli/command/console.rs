//! `trueup console`

use super::Context;
use super::options::session_options;
use super::plan::complain;
use crate::arguments::{Console as Arguments, StateFiles};
use crate::entry::{Entered, Entry, Pending, Typed};
use crate::screen::Screen;
use std::io::BufRead;
use std::sync::Arc;
use trueup_diag::{Diagnostic, Sources};
use trueup_engine::{PlanOptions, Prompt, Said, Session, SessionOptions, Unobserved};
use trueup_evaluate::functions::table;
use trueup_view::value;

const HELP: &str = "\
Type an expression to see its value, such as

  var.region
  [for name in aws_subnet.all[*].id : upper(name)]
  type(local.settings)

An expression with open brackets goes on over the next lines; an empty line ends it.
Nothing is changed: values are those of the state, or planned ones with -plan.

  Tab           complete a name; twice: list what there is
  Up, Ctrl-R    what was typed before, until the console is left
  Ctrl-C        drop what is typed
  help          this text
  exit, Ctrl-D  leave
";

/// Reads expressions and prints their values, until the end of input or `exit`.
pub(crate) async fn run(context: &Context, args: Arguments) -> u8 {
    let screen = context.screen();
    let world = context.world(Arc::new(Unobserved));
    let options = session_options(
        context,
        "OperationTypeConsole",
        &args.variables,
        &args.locking,
        &StateFiles { state: args.state.clone(), ..StateFiles::default() },
    );
    let options = match options {
        Ok(options) => SessionOptions { valid: false, ..options },
        Err(diagnostics) => return complain(&screen, diagnostics, &Sources::default()),
    };
    let mut session = match Session::open(&world, options).await {
        Ok(session) => session,
        Err(not_opened) => return complain(&screen, not_opened.diagnostics, &not_opened.sources),
    };
    let code = plan_and_converse(&screen, &mut session, args.plan).await;
    let sources = std::mem::take(&mut session.sources);
    let closing = session.close().await;
    if closing.has_errors() { complain(&screen, closing, &sources) } else { code }
}

async fn plan_and_converse(screen: &Screen, session: &mut Session, plan: bool) -> u8 {
    let planned = if plan {
        let planned = session.plan(&PlanOptions::default()).await;
        if planned.diagnostics.has_errors() {
            return complain(screen, planned.diagnostics, &session.sources);
        }
        Some(planned.plan)
    } else {
        None
    };
    let mut prompt = Prompt::new(session, planned);
    if Screen::is_interactive() {
        screen.line("Type an expression, \"help\" or \"exit\". Tab completes names.");
        return match interact(screen, &mut prompt) {
            Ok(()) => 0,
            Err(diagnostic) => complain(screen, (*diagnostic).into(), &Sources::default()),
        };
    }
    let mut lines = std::io::stdin().lock().lines().map_while(Result::ok);
    answer_all(screen, &mut prompt, &mut lines)
}

/// With a person: wrong expressions are told and forgotten.
fn interact(screen: &Screen, prompt: &mut Prompt<'_>) -> Result<(), Box<Diagnostic>> {
    let failed = |error: &dyn std::fmt::Display| {
        let detail = format!("The terminal can't be read: {error}.");
        let diagnostic = Diagnostic::error("Failed to read from the terminal", detail);
        Box::new(diagnostic.hint("expressions can also be piped to \"trueup console\""))
    };
    let mut words = prompt.names();
    words.extend(function_names().map(|name| format!("{name}(")));
    let mut entry = Entry::new(words).map_err(|error| failed(&error))?;
    loop {
        match entry.read("> ").map_err(|error| failed(&error))? {
            Typed::Dropped => screen.line("(Ctrl-D or \"exit\" leaves)"),
            Typed::End => {
                screen.line("");
                return Ok(());
            }
            Typed::Text(text) => match Pending::whole(&text) {
                Entered::More | Entered::Nothing => {}
                Entered::Help => screen.print(HELP),
                Entered::Exit => return Ok(()),
                Entered::Expression(text) => {
                    answer(screen, prompt, &text);
                }
            },
        }
    }
}

/// The functions that a completion offers.
fn function_names() -> impl Iterator<Item = &'static str> {
    let of_language = table().iter().map(|function| function.name);
    of_language.filter(|name| !name.contains("::")).chain(["can", "try", "type"])
}

/// From a pipe: the first wrong expression ends it.
fn answer_all(screen: &Screen, prompt: &mut Prompt<'_>, lines: &mut dyn Iterator<Item = String>) -> u8 {
    let mut pending = Pending::default();
    loop {
        let line = lines.next();
        let entered = match &line {
            Some(line) => pending.enter(line),
            None => pending.take(),
        };
        match entered {
            Entered::Exit => return 0,
            Entered::Expression(text) if !answer(screen, prompt, &text) => return 1,
            Entered::Help => screen.print(HELP),
            Entered::More | Entered::Nothing | Entered::Expression(_) => {}
        }
        if line.is_none() {
            return 0;
        }
    }
}

/// Prints the value of an expression, or what is wrong with it; gives whether it has one.
fn answer(screen: &Screen, prompt: &mut Prompt<'_>, text: &str) -> bool {
    match prompt.say(text) {
        Said::Value(value, diagnostics) => {
            screen.diagnostics(diagnostics, prompt.sources());
            screen.line(&value::text(&value, 0));
            true
        }
        Said::Type(text, diagnostics) => {
            screen.diagnostics(diagnostics, prompt.sources());
            screen.line(&text);
            true
        }
        Said::Wrong(diagnostics) => {
            screen.diagnostics(diagnostics, prompt.sources());
            false
        }
    }
}
