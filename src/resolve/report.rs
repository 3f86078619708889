//! What is wrong with a module, by the step at which it is reported.

use trueup_diag::{Diagnostic, Diagnostics, Sources, Span};

/// Diagnostics of one module while it is read.
pub(crate) struct Report<'a> {
    sources: &'a Sources,
    /// Found while declarations are read.
    pub(crate) load: Diagnostics,
    /// Found while references are resolved.
    pub(crate) references: Diagnostics,
    /// Found when a plan is made.
    pub(crate) planning: Diagnostics,
}

impl<'a> Report<'a> {
    pub(crate) fn new(sources: &'a Sources) -> Report<'a> {
        Report {
            sources,
            load: Diagnostics::new(),
            references: Diagnostics::new(),
            planning: Diagnostics::new(),
        }
    }

    pub(crate) fn error(&mut self, summary: impl Into<String>, detail: impl Into<String>, at: Span) {
        self.load.push(Diagnostic::error(summary.into(), detail).at(at));
    }

    /// The texts, where a place is in a JSON file.
    pub(crate) fn json_of(&self, span: Span) -> Option<&'a Sources> {
        self.sources.file(span.file).name.ends_with(".json").then_some(self.sources)
    }

    /// A place in words: `main.tf, line 3`.
    pub(crate) fn place(&self, span: Span) -> String {
        let file = self.sources.file(span.file);
        format!("{}, line {}", file.name, file.position(span.start).line)
    }

    /// Whether `name` can be the name of something; reports `summary` if not.
    pub(crate) fn check_name(&mut self, name: &trueup_parse::ast::Name, summary: &'static str) {
        if !trueup_parse::is_identifier(&name.text) {
            let detail = format!(
                "\"{}\" can't be a name: names start with a letter or underscore and hold letters, digits, underscores and dashes.",
                name.text
            );
            self.load.push(Diagnostic::error(summary, detail).at(name.span));
        }
    }
}
