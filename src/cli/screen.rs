//! The only place that writes to standard output and standard error: data on the one, talk on the other.

use crate::outside;
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use trueup_diag::{Diagnostics, Sources};
use trueup_document::events;
use trueup_engine::NotOpened;
use trueup_view::diagnostic;
use trueup_view::style::{Style, neutral};

/// Columns where there is no terminal.
const WIDTH: usize = 78;

/// How a command wants to speak.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(crate) struct Look {
    /// No colours, even on a terminal.
    pub(crate) no_color: bool,
    /// Warnings are only listed, unless there are errors too.
    pub(crate) compact_warnings: bool,
    /// One JSON event a line, and nothing else on standard output.
    pub(crate) events: bool,
    /// A document goes to standard output, and nothing else.
    pub(crate) document: bool,
    /// The terminal can do more than print lines, and nobody asked for less.
    pub(crate) live: bool,
    /// Sensitive values are shown to people.
    pub(crate) reveal: bool,
    /// Questions may be asked.
    pub(crate) input: bool,
    /// Nobody reads what could be done next.
    pub(crate) automated: bool,
    /// Progress isn't told to people.
    pub(crate) concise: bool,
    /// Warnings and errors that are alike are told once and counted.
    pub(crate) consolidated: (bool, bool),
    /// Columns, where the environment says so.
    pub(crate) columns: Option<usize>,
}

/// Where a command writes.
pub(crate) struct Screen {
    /// For standard output.
    pub(crate) style: Style,
    /// For standard error.
    errors: Style,
    look: Look,
    /// A file that events go to besides.
    into: Option<Mutex<std::fs::File>>,
    /// Standard output is a terminal that takes a line back.
    live: bool,
    pen: Mutex<Pen>,
}

/// What stands on standard output.
#[derive(Default)]
struct Pen {
    /// A broken pipe is noticed once and then nothing more is written.
    closed: bool,
    /// What goes on, below all other lines: without a line end, and never longer than the terminal is wide.
    status: String,
}

/// To the start of the line, and what stands there taken away (ECMA-48, `EL`).
const CLEAR: &str = "\r\u{1b}[K";

impl Pen {
    fn write(&mut self, text: &str) {
        if !self.closed {
            let mut out = std::io::stdout().lock();
            self.closed = out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err();
        }
    }
}

impl Screen {
    pub(crate) fn new(look: Look) -> Screen {
        let width = look.columns.or_else(terminal_width).unwrap_or(WIDTH).clamp(20, 200);
        let style = |terminal: bool| Style {
            color: terminal && !look.no_color && !look.events,
            width,
            reveal: look.reveal,
            marked: false,
        };
        let (out, err) = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
        let live = out && !look.events && !look.concise && look.live;
        Screen { style: style(out), errors: style(err), look, into: None, live, pen: Mutex::default() }
    }

    /// For a command whose answer is a document: standard output is for that alone.
    pub(crate) fn for_document(self) -> Screen {
        let look = Look { document: true, concise: true, live: false, ..self.look };
        Screen { look, live: false, ..self }
    }

    /// Writes events to a file besides.
    pub(crate) fn into_file(self, file: std::fs::File) -> Screen {
        Screen { into: Some(Mutex::new(file)), ..self }
    }

    /// Whether a person is in front of it.
    pub(crate) fn is_interactive() -> bool {
        std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
    }

    /// Whether events are written instead of text.
    pub(crate) fn is_events(&self) -> bool {
        self.look.events
    }

    /// Whether anybody wants events, on standard output or in a file.
    pub(crate) fn tells_events(&self) -> bool {
        self.look.events || self.into.is_some()
    }

    /// Whether questions may be asked.
    pub(crate) fn asks(&self) -> bool {
        self.look.input && !self.look.events
    }

    /// Whether a program reads along, which needs no advice.
    pub(crate) fn is_automated(&self) -> bool {
        self.look.automated
    }

    /// Writes an event to wherever events go.
    pub(crate) fn event(&self, line: &str) {
        if self.look.events {
            self.line(line);
        }
        if let Some(file) = &self.into {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            // What can't be written there was asked for besides: the run goes on.
            let _ = file.write_all(format!("{line}\n").as_bytes());
        }
    }

    /// Tells people how far work is.
    pub(crate) fn progress(&self, text: &str) {
        if !self.look.events && !self.look.concise {
            self.line(text);
        }
    }

    /// Writes text to standard output as it is.
    pub(crate) fn print(&self, text: &str) {
        let mut pen = self.pen.lock().unwrap_or_else(PoisonError::into_inner);
        if pen.status.is_empty() {
            return pen.write(text);
        }
        let all = format!("{CLEAR}{text}{}", if text.ends_with('\n') { &pen.status } else { "" });
        pen.write(&all);
    }

    /// Whether there can be a line that says what goes on.
    pub(crate) fn is_live(&self) -> bool {
        self.live
    }

    /// Says what goes on in a line below all others, in place of what it said before; nothing takes the line away.
    /// Stands down where there is no terminal.
    pub(crate) fn status(&self, text: &str) {
        if !self.live {
            return;
        }
        let mut pen = self.pen.lock().unwrap_or_else(PoisonError::into_inner);
        if pen.status != text {
            text.clone_into(&mut pen.status);
            pen.write(&format!("{CLEAR}{text}"));
        }
    }

    /// Writes text and a line end to standard output.
    pub(crate) fn line(&self, text: &str) {
        self.print(&format!("{text}\n"));
    }

    /// Warnings to standard output where no document goes there, errors to standard error, in the order of their
    /// places; as events all go to standard output.
    pub(crate) fn diagnostics(&self, diagnostics: Diagnostics, sources: &Sources) {
        let diagnostics = diagnostics.sorted();
        if self.tells_events() {
            let said = |one| events::diagnostic(&outside::now_exact(), one, sources);
            diagnostics.iter().for_each(|one| self.event(&said(one)));
        }
        if self.look.events {
            return;
        }
        if self.look.compact_warnings && !diagnostics.has_errors() {
            return self.warn(&diagnostic::compact(&diagnostics));
        }
        for one in diagnostic::consolidated(diagnostics, self.look.consolidated) {
            if one.is_error() {
                self.status("");
                outside::talk(&diagnostic::human(&one, sources, self.errors));
            } else {
                let style = if self.look.document { self.errors } else { self.style };
                self.warn(&diagnostic::human(&one, sources, style));
            }
        }
    }

    fn warn(&self, text: &str) {
        if self.look.document { outside::talk(text) } else { self.print(text) }
    }

    /// Warnings as they are written on standard output, for what is written at one stroke.
    pub(crate) fn warnings(&self, warnings: Diagnostics, sources: &Sources) -> String {
        let warnings = warnings.sorted();
        if self.look.compact_warnings {
            return diagnostic::compact(&warnings);
        }
        let told = diagnostic::consolidated(warnings, self.look.consolidated);
        told.iter().map(|one| diagnostic::human(one, sources, self.style)).collect()
    }

    /// Tells on standard error what is beside the matter, below a heading.
    pub(crate) fn aside(&self, heading: &str, diagnostics: Diagnostics) {
        if diagnostics.is_empty() {
            return;
        }
        outside::talk(&format!("{heading}\n"));
        for one in diagnostics.sorted() {
            outside::talk(&diagnostic::human(&one, &Sources::default(), self.errors));
        }
    }

    /// Errors of commands around the state: blocks of text on a terminal or where plain text was asked for, else a
    /// line each, for scripts.
    pub(crate) fn refusal(&self, refused: impl Into<NotOpened>) -> u8 {
        let NotOpened { diagnostics, sources, .. } = refused.into();
        let code = u8::from(diagnostics.has_errors());
        if self.errors.color || self.look.no_color {
            self.diagnostics(diagnostics, &sources);
            return code;
        }
        for one in diagnostics.sorted() {
            let hint = one.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
            outside::complain(&neutral(&format!("{}: {}{hint}", one.summary, one.detail)));
        }
        code
    }
}

fn terminal_width() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok()?;
    if size.ws_col > 0 { Some(usize::from(size.ws_col)) } else { None }
}
