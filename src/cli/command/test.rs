//! `trueup test`

use super::Context;
use super::options::input_sources;
use super::plan::complain;
use super::stream;
use crate::arguments::Test as Arguments;
use crate::outside;
use crate::screen::Screen;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_document::events::test as events;
use trueup_engine::Unobserved;
use trueup_testing::{Event, Options, Reporter, RunStage, Status, SuiteOptions, read_suite};
use trueup_view::diff::Differ;
use trueup_view::junit::{Case, Junit};
use trueup_view::plan::PlanView;
use trueup_view::{state as state_view, test as view};

/// Runs the tests of the configuration.
pub(crate) async fn run(context: &Context, args: Arguments) -> u8 {
    let screen = Arc::new(stream::events_screen(context, args.json));
    let world = context.world(Arc::new(Unobserved));
    let wanted = SuiteOptions { directory: args.directory.clone(), filter: args.filter.clone() };
    let mut suite = read_suite(&world, &wanted);
    let found = std::mem::take(&mut suite.diagnostics);
    let broken = found.has_errors();
    if complain(&screen, found, &suite.sources) != 0 || broken {
        return 1;
    }
    let options = Options {
        inputs: input_sources(context, &args.variables),
        verbose: args.verbose,
        parallelism: args.parallelism,
    };
    let report = Report { screen: screen.clone(), junit: Mutex::default(), running: Mutex::default() };
    let totals = trueup_testing::run(&world, suite, &options, &report).await;
    let good = matches!(totals.status, Status::Pass | Status::Skip | Status::Pending);
    let written = args.junit_xml.as_deref().map(|file| report.write(context, file));
    if let Some(Err(problem)) = written {
        return complain(&screen, (*problem).into(), &Sources::default());
    }
    u8::from(!good)
}

type Key = (String, String);

/// Shows what happens, and collects it for a file.
struct Report {
    screen: Arc<Screen>,
    junit: Mutex<Junit>,
    running: Mutex<BTreeMap<Key, (Instant, String)>>,
}

impl Reporter for Report {
    fn event(&self, event: &Event<'_>) {
        self.collect(event);
        if self.screen.is_events() { self.tell(event) } else { self.show(event) }
    }
}

impl Report {
    fn show(&self, event: &Event<'_>) {
        let style = self.screen.style;
        let differ = Differ { style, whole: false };
        match event {
            Event::File { file, stage } => self.screen.line(&view::file(file, *stage, style)),
            Event::Run { run, stage: RunStage::Complete(status), .. } => {
                self.screen.line(&view::run(run, *status, style));
            }
            Event::Abstract(_) | Event::Run { .. } => {}
            Event::Plan { plan, program, providers, .. } => {
                let view = PlanView { plan, schemas: &***providers, program };
                self.screen.line(&view.text(style));
            }
            Event::State { state, providers, .. } => {
                self.screen.line(&format!("\n{}", state_view::state(state, &***providers, differ)));
            }
            Event::Diagnostics { diagnostics, sources, .. } => {
                let warned = diagnostics.iter().any(|one| !one.is_error());
                self.screen.diagnostics((*diagnostics).clone(), sources);
                // Warnings stand between the lines of runs.
                if warned {
                    self.screen.line("");
                }
            }
            Event::Cleanup { file, run, diagnostics, sources, left, kept_in } => {
                outside::complain(&view::not_destroyed(file, run));
                self.screen.diagnostics((*diagnostics).clone(), sources);
                outside::complain(&view::left(file, run, left, *kept_in));
            }
            Event::Summary(totals) => self.screen.line(&format!("\n{}", view::summary(totals, style))),
        }
    }

    fn tell(&self, event: &Event<'_>) {
        let now = outside::now_exact();
        match event {
            Event::Diagnostics { file, run, diagnostics, sources } => {
                self.found(diagnostics, sources, (*file, *run));
            }
            Event::Cleanup { file, run, diagnostics, sources, .. } => {
                self.lines(events::lines(&now, event));
                self.found(diagnostics, sources, (Some(file), Some(run)));
            }
            _ => self.lines(events::lines(&now, event)),
        }
    }

    fn found(&self, found: &Diagnostics, sources: &Sources, place: (Option<&str>, Option<&str>)) {
        for one in found.clone().sorted() {
            self.screen.line(&events::diagnostic(&outside::now_exact(), &one, sources, place));
        }
    }

    fn lines(&self, lines: Result<Vec<String>, Box<Diagnostic>>) {
        match lines {
            Ok(lines) => lines.iter().for_each(|line| self.screen.line(line)),
            Err(problem) => self.screen.diagnostics((*problem).into(), &Sources::default()),
        }
    }

    /// For the file of results.
    fn collect(&self, event: &Event<'_>) {
        let mut junit = self.junit.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Abstract(files) => files.keys().for_each(|file| junit.begin(file)),
            Event::Run { file, run, stage: RunStage::Starting, .. } => {
                let key = ((*file).to_owned(), (*run).to_owned());
                let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
                running.insert(key, (outside::instant(), outside::now()));
            }
            Event::Run { file, run, stage: RunStage::Complete(status), asserts } => {
                let key = ((*file).to_owned(), (*run).to_owned());
                let began = self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
                let took = began.map(|(since, at)| (outside::instant().duration_since(since), at));
                let name = (*run).to_owned();
                junit.add(file, Case { name, status: *status, asserts: *asserts, took, found: Vec::new() });
            }
            Event::Diagnostics { file: Some(file), run: Some(run), diagnostics, sources }
            | Event::Cleanup { file, run, diagnostics, sources, .. } => {
                junit.found((file, run), diagnostics, sources);
            }
            _ => {}
        }
    }

    fn write(&self, context: &Context, file: &str) -> Result<(), Box<Diagnostic>> {
        let text = self.junit.lock().unwrap_or_else(PoisonError::into_inner).text();
        std::fs::write(context.beside(file), text).map_err(|error| {
            let detail = format!("The results can't be written to {file}: {error}.");
            Box::new(
                Diagnostic::error("Failed to write the JUnit XML file", detail)
                    .hint("give -junit-xml a path in a directory that exists and can be written to"),
            )
        })
    }
}
