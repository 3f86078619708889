//! What `-format` asks for: a plan, or what drifted, as a document on standard output.

use super::Context;
use crate::arguments::{Writing, WrittenFormat};
use crate::screen::Screen;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_document::drift::Told;
use trueup_drift::Judged;
use trueup_engine::{NotOpened, Schemas};
use trueup_plan::Plan;
use trueup_resolve::Program;
use trueup_view::format::{BYTES_MIN, Format, Limits, Section, write};
use trueup_view::report::{Report, Scene, Subject};

impl Writing {
    /// Whether a document goes to standard output, and all else to standard error.
    pub(crate) fn is_document(&self) -> bool {
        self.format != WrittenFormat::Human
    }

    fn format(&self) -> Option<Format> {
        self.format.report()
    }

    /// Refuses options that have nothing to do with each other.
    pub(crate) fn refused(&self, reveal: bool) -> Result<(), Diagnostics> {
        if reveal && self.format().is_some() {
            let detail = "Reports are read by many, and never hold a sensitive value.";
            let wrong = Diagnostic::error("Option -show-sensitive with -format", detail);
            return Err(wrong.hint("leave one of them out").into());
        }
        let limited = self.format_limit.is_some() || self.format_link.is_some();
        if limited && self.format != WrittenFormat::Markdown {
            let detail = "Only Markdown is cut to a length.";
            let wrong = Diagnostic::error("Option -format-limit or -format-link without Markdown", detail);
            return Err(wrong.hint("add -format=markdown").into());
        }
        if self.format_limit.is_some_and(|bytes| bytes < BYTES_MIN) {
            let detail = format!("Nothing can be said in less than {BYTES_MIN} bytes.");
            return Err(Diagnostic::error("Invalid value for -format-limit", detail).into());
        }
        Ok(())
    }

    fn written(&self, report: &Report, format: Format) -> String {
        let limits =
            Limits { bytes_max: self.format_limit, link: self.format_link.as_deref(), ..Limits::default() };
        write(&[Section { stack: "", report }], format, limits)
    }
}

/// What a plan is read with.
pub(crate) struct Reading<'a> {
    pub(crate) program: &'a Program,
    pub(crate) sources: &'a Sources,
    pub(crate) schemas: &'a dyn Schemas,
}

/// A plan as a document, with what was reported while it was made.
pub(crate) fn plan(
    context: &Context,
    writing: &Writing,
    (plan, found): (&Plan, &Diagnostics),
    reading: &Reading<'_>,
) -> Result<String, Box<Diagnostic>> {
    let Reading { program, sources, schemas } = *reading;
    let Some(format) = writing.format() else {
        let text = trueup_document::plan::document(plan, program, schemas)?;
        return Ok(text.trim_end_matches('\n').to_owned() + "\n");
    };
    let directory = &*directory(context)?;
    let mut report = Report::of_plan(plan, &Scene { program, sources, schemas, directory })?;
    report.diagnose(found, (sources, directory));
    Ok(writing.written(&report, format))
}

/// What drifted as a document, with what was reported while it was compared; none where JSON is meant, which the command
/// has words of its own for.
pub(crate) fn drift(
    context: &Context,
    writing: &Writing,
    (told, judged, found): (&Told<'_>, &Judged, &Diagnostics),
    reading: &Reading<'_>,
) -> Result<Option<String>, Box<Diagnostic>> {
    let Reading { program, sources, schemas } = *reading;
    let Some(format) = writing.format() else { return Ok(None) };
    let directory = &*directory(context)?;
    let scene = Scene { program, sources, schemas, directory };
    let mut report = Report::of_drift(told, &scene)?;
    report.excuse(judged, &scene);
    report.diagnose(found, (sources, directory));
    Ok(Some(writing.written(&report, format)))
}

/// What could not be planned or compared at all: the document says so too, where it has the words.
pub(crate) fn not_opened(
    context: &Context,
    (screen, writing): (&Screen, &Writing),
    subject: Subject,
    not_opened: &NotOpened,
) {
    if let (Some(format), Ok(directory)) = (writing.format(), directory(context)) {
        let report = Report::failed(subject, &not_opened.diagnostics, (&not_opened.sources, &directory));
        screen.print(&writing.written(&report, format));
    }
}

/// Where the configuration lies in its repository.
fn directory(context: &Context) -> Result<String, Box<Diagnostic>> {
    let found = match context.tree() {
        Some(top) => trueup_source::below(&context.dir, &top),
        None => trueup_source::within(&context.dir),
    };
    found.map_err(|error| Box::new(error.diagnostic()))
}
