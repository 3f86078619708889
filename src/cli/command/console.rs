//! `trueup console`

use super::Context;
use super::options::session_options;
use super::plan::complain;
use crate::arguments::Console as Arguments;
use crate::screen::Screen;
use crate::view::value;
use std::io::BufRead;
use std::sync::Arc;
use trueup_diag::Sources;
use trueup_engine::{PlanOptions, Prompt, Said, Session, Unobserved};

/// Reads expressions and prints their values, until the end of input or `exit`.
pub(crate) async fn run(context: &Context, args: Arguments) -> u8 {
    let screen = context.screen(args.no_color);
    let world = context.world(Arc::new(Unobserved));
    let options =
        session_options(context, "OperationTypeConsole", &args.variables, &args.locking, args.state.as_ref());
    let options = match options {
        Ok(options) => options,
        Err(diagnostics) => return complain(&screen, diagnostics, &Sources::default()),
    };
    let mut session = match Session::open(&world, options).await {
        Ok(session) => session,
        Err(not_opened) => return complain(&screen, not_opened.diagnostics, &not_opened.sources),
    };
    let planned = if args.plan {
        let planned = session.plan(&PlanOptions::default()).await;
        if planned.diagnostics.has_errors() {
            return complain(&screen, planned.diagnostics, &session.sources);
        }
        Some(planned.plan)
    } else {
        None
    };
    let code = converse(&screen, &mut session, planned);
    let sources = std::mem::take(&mut session.sources);
    let closing = session.close().await;
    if closing.has_errors() { complain(&screen, closing, &sources) } else { code }
}

fn converse(screen: &Screen, session: &mut Session, planned: Option<trueup_plan::Plan>) -> u8 {
    let interactive = Screen::is_interactive();
    let mut prompt = Prompt::new(session, planned);
    let mut pending = String::new();
    let mut code = 0;
    loop {
        if interactive {
            screen.print(if pending.is_empty() { "> " } else { ": " });
        }
        let mut line = String::new();
        if !std::io::stdin().lock().read_line(&mut line).is_ok_and(|count| count > 0) {
            if !pending.trim().is_empty() {
                code |= answer(screen, &mut prompt, &pending);
            }
            return code;
        }
        pending.push_str(&line);
        if is_open(&pending) {
            continue;
        }
        let text = std::mem::take(&mut pending);
        match text.trim() {
            "" => {}
            "exit" | "quit" => return code,
            text => code |= answer(screen, &mut prompt, text),
        }
    }
}

/// Whether brackets or a heredoc are still open, so that more lines belong to the expression.
fn is_open(text: &str) -> bool {
    let mut depth = 0i64;
    let mut quoted = false;
    let mut escaped = false;
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            _ => {}
        }
    }
    depth > 0 || heredoc_is_open(text)
}

fn heredoc_is_open(text: &str) -> bool {
    let Some(start) = text.find("<<") else { return false };
    let rest = text[start + 2..].trim_start_matches('-');
    let marker: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    !marker.is_empty() && !text[start..].lines().skip(1).any(|line| line.trim() == marker)
}

fn answer(screen: &Screen, prompt: &mut Prompt<'_>, text: &str) -> u8 {
    match prompt.say(text) {
        Said::Value(value, diagnostics) => {
            screen.diagnostics(diagnostics, prompt.sources());
            screen.line(&value::text(&value, 0));
            0
        }
        Said::Type(text) => {
            screen.line(&text);
            0
        }
        Said::Wrong(diagnostics) => {
            screen.diagnostics(diagnostics, prompt.sources());
            1
        }
    }
}
