//! `trueup console`

use super::Context;
use super::options::session_options;
use super::plan::complain;
use crate::arguments::{Console as Arguments, StateFiles};
use crate::screen::Screen;
use crate::view::value;
use std::io::BufRead;
use std::sync::Arc;
use trueup_diag::Sources;
use trueup_engine::{PlanOptions, Prompt, Said, Session, SessionOptions, Unobserved};

const HELP: &str = "\
Type an expression to see its value, such as

  var.region
  [for name in aws_subnet.all[*].id : upper(name)]
  type(local.settings)

An expression with open brackets goes on over the next lines; an empty line ends it.
Nothing is changed: values are those of the state, or planned ones with -plan.

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
    let mut lines = std::io::stdin().lock().lines().map_while(Result::ok);
    if Screen::is_interactive() {
        screen.line("Type an expression, \"help\" or \"exit\".");
        interact(screen, &mut prompt, &mut lines);
        return 0;
    }
    answer_all(screen, &mut prompt, &mut lines)
}

/// What a line, with those still open before it, asks for.
#[derive(Debug, PartialEq, Eq)]
enum Entered {
    /// More lines belong to it.
    More,
    Nothing,
    Help,
    Exit,
    Expression(String),
}

/// Lines on their way to being an expression.
#[derive(Debug, Default)]
struct Pending(String);

impl Pending {
    fn enter(&mut self, line: &str) -> Entered {
        let ends = line.trim().is_empty() && !heredoc_is_open(&self.0);
        self.0.push_str(line);
        self.0.push('\n');
        if !ends && (brackets_are_open(&self.0) || heredoc_is_open(&self.0)) {
            return Entered::More;
        }
        self.take()
    }

    fn take(&mut self) -> Entered {
        let text = std::mem::take(&mut self.0);
        // A heredoc needs the line end after its marker.
        let whole = if text.contains("<<") { text.trim_start() } else { text.trim() };
        match text.trim() {
            "" => Entered::Nothing,
            "help" => Entered::Help,
            "exit" | "quit" => Entered::Exit,
            _ => Entered::Expression(whole.to_owned()),
        }
    }
}

/// With a person: wrong expressions are told and forgotten.
fn interact(screen: &Screen, prompt: &mut Prompt<'_>, lines: &mut dyn Iterator<Item = String>) {
    let mut pending = Pending::default();
    loop {
        screen.print(if pending.0.is_empty() { "> " } else { ": " });
        let Some(line) = lines.next() else {
            screen.line("");
            return;
        };
        match pending.enter(&line) {
            Entered::More | Entered::Nothing => {}
            Entered::Help => screen.print(HELP),
            Entered::Exit => return,
            Entered::Expression(text) => {
                answer(screen, prompt, &text);
            }
        }
    }
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

/// Whether brackets are open; those in strings, comments and heredocs don't count.
fn brackets_are_open(text: &str) -> bool {
    let mut depth = 0i64;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        depth += depth_of(line);
        if let Some(marker) = heredoc_marker(line) {
            // The heredoc's own lines are passed over, to its end marker or to the end.
            let _ = lines.find(|line| line.trim() == marker);
        }
    }
    depth > 0
}

/// How many more brackets a line opens than it closes.
fn depth_of(line: &str) -> i64 {
    let mut depth = 0;
    let mut quoted = false;
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' if quoted => drop(rest.next()),
            '"' => quoted = !quoted,
            '#' if !quoted => return depth,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            _ => {}
        }
    }
    depth
}

fn heredoc_marker(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("<<")?;
    let rest = rest.trim_start_matches('-');
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    if end > 0 { Some(&rest[..end]) } else { None }
}

fn heredoc_is_open(text: &str) -> bool {
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(marker) = heredoc_marker(line) else { continue };
        if !lines.any(|line| line.trim() == marker) {
            return true;
        }
    }
    false
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

#[cfg(test)]
mod tests {
    use super::{Entered, Pending};

    #[test]
    fn lines_belong_together_while_something_is_open() {
        let check = |lines: &[&str], wanted: &[Entered]| {
            let mut pending = Pending::default();
            let got: Vec<Entered> = lines.iter().map(|line| pending.enter(line)).collect();
            assert_eq!(got, wanted, "{lines:?}");
        };
        let expression = |text: &str| Entered::Expression(text.into());
        check(&["1 + 1"], &[expression("1 + 1")]);
        check(&["[1,", "2]"], &[Entered::More, expression("[1,\n2]")]);
        check(&["{", "", "1"], &[Entered::More, expression("{"), expression("1")]);
        check(&["\"(\""], &[expression("\"(\"")]);
        check(&["\"\\\"(\""], &[expression("\"\\\"(\"")]);
        check(&["[ # (", "]"], &[Entered::More, expression("[ # (\n]")]);
        check(
            &["<<EOT", "(", "", "EOT"],
            &[Entered::More, Entered::More, Entered::More, expression("<<EOT\n(\n\nEOT\n")],
        );
        check(
            &["", " exit ", "help", "quit"],
            &[Entered::Nothing, Entered::Exit, Entered::Help, Entered::Exit],
        );
    }
}
