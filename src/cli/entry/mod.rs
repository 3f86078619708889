//! What a person types at a prompt: with editing, completion, and what was typed before. That is kept in memory
//! alone, since secrets are typed too.

mod open;
mod words;

pub(crate) use open::{Entered, Pending};

use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Context, Editor, Helper};
use std::collections::BTreeSet;

/// What came of asking for a line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Typed {
    /// One line, or several that belong together.
    Text(String),
    /// Ctrl-C: what was typed is dropped.
    Dropped,
    /// Ctrl-D on an empty line.
    End,
}

/// A prompt on the terminal.
pub(crate) struct Entry {
    editor: Editor<Guide, MemHistory>,
}

impl Entry {
    /// `words`: what can be completed, dotted names in full, functions with their bracket.
    pub(crate) fn new(words: BTreeSet<String>) -> Result<Entry, ReadlineError> {
        let config = Config::builder().completion_type(CompletionType::List).auto_add_history(true).build();
        let history = MemHistory::with_config(&config);
        let mut editor = Editor::with_history(config, history)?;
        editor.set_helper(Some(Guide { words }));
        Ok(Entry { editor })
    }

    /// Waits for a line and all that belongs to it.
    pub(crate) fn read(&mut self, prompt: &str) -> Result<Typed, ReadlineError> {
        match self.editor.readline(prompt) {
            Ok(text) => Ok(Typed::Text(text)),
            Err(ReadlineError::Interrupted) => Ok(Typed::Dropped),
            Err(ReadlineError::Eof) => Ok(Typed::End),
            Err(error) => Err(error),
        }
    }
}

/// Says what a name may go on with, and when a text is complete.
struct Guide {
    words: BTreeSet<String>,
}

impl Completer for Guide {
    type Candidate = Pair;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> Result<(usize, Vec<Pair>), ReadlineError> {
        let (start, found) = words::complete(&self.words, line.get(..at).unwrap_or(line));
        Ok((start, found.into_iter().map(|word| Pair { display: word.clone(), replacement: word }).collect()))
    }
}

impl Validator for Guide {
    fn validate(&self, typed: &mut ValidationContext<'_>) -> Result<ValidationResult, ReadlineError> {
        let open = Pending::is_open(typed.input());
        Ok(if open { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

impl Hinter for Guide {
    type Hint = String;
}

impl Highlighter for Guide {}

impl Helper for Guide {}
