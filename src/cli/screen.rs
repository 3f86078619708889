//! The only place that writes to standard output and standard error: data on the one, talk on the other.

use crate::view::diagnostic;
use crate::view::style::Style;
use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::sync::PoisonError;
use trueup_diag::{Diagnostics, Sources};

/// Where a command writes.
pub(crate) struct Screen {
    pub(crate) style: Style,
    /// A broken pipe is noticed once and then nothing more is written.
    closed: Mutex<bool>,
}

impl Screen {
    pub(crate) fn new(no_color: bool, columns: Option<usize>) -> Screen {
        let terminal = std::io::stdout().is_terminal();
        let width = columns.or_else(terminal_width).unwrap_or(78).clamp(20, 200);
        Screen { style: Style { color: terminal && !no_color, width }, closed: Mutex::new(false) }
    }

    /// Whether a person is in front of it.
    pub(crate) fn is_interactive() -> bool {
        std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
    }

    /// Writes text to standard output as it is.
    pub(crate) fn print(&self, text: &str) {
        let mut closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        if !*closed {
            let mut out = std::io::stdout().lock();
            *closed = out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err();
        }
    }

    /// Writes text and a line end to standard output.
    pub(crate) fn line(&self, text: &str) {
        self.print(&format!("{text}\n"));
    }

    /// Writes text to standard error as it is.
    pub(crate) fn talk(&self, text: &str) {
        let mut out = std::io::stderr().lock();
        // Nothing can be said about standard error being closed.
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    /// Warnings to standard output, errors to standard error, in the order of their places.
    pub(crate) fn diagnostics(&self, diagnostics: Diagnostics, sources: &Sources) {
        for one in diagnostics.sorted() {
            let text = diagnostic::human(&one, sources, self.style);
            if one.is_error() { self.talk(&text) } else { self.print(&text) }
        }
    }
}

fn terminal_width() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok()?;
    if size.ws_col > 0 { Some(usize::from(size.ws_col)) } else { None }
}
