//! What a run over many stacks tells: of each stack at one stroke once it is done, errors at the end, then a table.

use super::apply::ask;
use super::progress::Progress;
use crate::outside;
use crate::screen::Screen;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_document::drift::{self as drift_document, Told};
use trueup_document::run::{Findings, document};
use trueup_drift::{Correction, Judged};
use trueup_engine::{Observer, Session};
use trueup_plan::Plan;
use trueup_run::{Event, Operation, Outcome, Question, Report, Reporter, Repository, StackReport};
use trueup_stacks::Stack;
use trueup_view::diagnostic::human;
use trueup_view::diff::Differ;
use trueup_view::plan::PlanView;
use trueup_view::{live, run as view};

/// What is told of.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) operation: Operation,
    /// A document at the end, and nothing else.
    pub(crate) json: bool,
    /// Without what Git has that was never applied.
    pub(crate) world_only: bool,
}

impl Asked {
    /// To be told of for people.
    pub(crate) fn of(operation: Operation) -> Asked {
        Asked { operation, json: false, world_only: false }
    }
}

/// Shows a run, or collects it for a document.
pub(crate) struct Telling {
    screen: Arc<Screen>,
    asked: Asked,
    /// How many stacks there are.
    count: usize,
    /// Stacks that were there before what was done since, and are gone.
    gone: Vec<Stack>,
    stacks: Mutex<BTreeMap<String, Tale>>,
}

/// What there is to tell of a stack.
#[derive(Default)]
struct Tale {
    /// When work on it began, while there is some.
    since: Option<Instant>,
    findings: Findings,
    /// For people: the plan and warnings, until they are shown.
    text: String,
    /// The hash of what was shown before: a plan that was made anew and came out the same is not shown again.
    shown: u64,
    errors: Vec<(Diagnostics, Sources)>,
    progress: Option<Arc<Progress>>,
    /// It is applied, and was planned before.
    applies: bool,
    ended: bool,
}

impl Telling {
    pub(crate) fn new(screen: Arc<Screen>, asked: Asked, count: usize) -> Telling {
        Telling { screen, asked, count, gone: Vec::new(), stacks: Mutex::default() }
    }

    /// The same, which tells in the end that stacks are gone.
    pub(crate) fn with_gone(self, gone: Vec<Stack>) -> Telling {
        Telling { gone, ..self }
    }

    fn tales(&self) -> MutexGuard<'_, BTreeMap<String, Tale>> {
        self.stacks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, stack: &str, change: impl FnOnce(&mut Tale)) {
        change(self.tales().entry(stack.to_owned()).or_default());
    }

    /// Says which stacks are at work, and for how long.
    fn status(&self) {
        if self.asked.json || !self.screen.is_live() {
            return;
        }
        let now = outside::instant();
        let tales = self.tales();
        let mut going: Vec<(u64, String)> = tales
            .iter()
            .filter_map(|(name, tale)| Some((now.duration_since(tale.since?).as_secs(), name.clone())))
            .collect();
        let ended = tales.values().filter(|tale| tale.ended).count();
        drop(tales);
        going.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
        let line = if going.is_empty() || ended >= self.count {
            String::new()
        } else {
            live::line(ended, ended, &going, self.screen.style)
        };
        self.screen.status(&line);
    }

    fn planned(&self, stack: &str, session: &Session, (plan, drift): (&Plan, Option<&Judged>)) {
        if self.asked.json {
            drift.into_iter().for_each(|judged| self.compared(stack, (judged, plan), None));
            return;
        }
        let style = self.screen.style;
        let text = match drift {
            // The table says so, and of two hundred stacks nobody wants to read it one by one.
            Some(judged) if judged.is_silent() && !plan.errored => String::new(),
            None if !plan.has_changes() && plan.drift.is_empty() && !plan.errored => String::new(),
            Some(judged) => {
                let differ = Differ { style, whole: false };
                trueup_view::drift::judged(judged, self.asked.world_only, differ)
            }
            None => {
                let schemas = &**session.providers();
                PlanView { plan, schemas, program: session.program() }.text(style)
            }
        };
        self.change(stack, |tale| tale.text.push_str(&text));
    }

    /// Keeps the document of a comparison, in place of one that was made before.
    fn compared(&self, stack: &str, (judged, plan): (&Judged, &Plan), correction: Option<&Correction>) {
        let world_only = self.asked.world_only;
        let told = Told { document: &judged.document, plan, world_only, correction, reported: None };
        let made = drift_document::judged(&told, judged);
        self.change(stack, |tale| match made {
            Ok(text) => tale.findings.compared(text),
            Err(problem) => tale.findings.add(&(*problem).into(), &Sources::default()),
        });
    }

    /// What is about to be brought back, and what is left.
    fn correcting(&self, stack: &str, session: &Session, (plan, correction): (Option<&Plan>, &Correction)) {
        if self.asked.json {
            return;
        }
        let style = self.screen.style;
        let mut text = String::new();
        if !correction.left.is_empty() {
            text.push_str(&trueup_view::drift::left(&correction.left));
        }
        if let Some(why) = &correction.refused {
            text.push_str(&trueup_view::drift::refused(why, style));
        }
        if let Some(plan) = plan {
            let differ = Differ { style, whole: false };
            text.push_str(&trueup_view::plan::correction(plan, &**session.providers(), differ));
        }
        self.change(stack, |tale| tale.text.push_str(&text));
    }

    fn found(&self, stack: &str, found: &Diagnostics, sources: &Sources) {
        if self.asked.json {
            return self.change(stack, |tale| tale.findings.add(found, sources));
        }
        let (errors, warnings): (Vec<_>, Vec<_>) =
            found.iter().cloned().partition(trueup_diag::Diagnostic::is_error);
        let text = self.screen.warnings(warnings.into_iter().collect(), sources);
        self.change(stack, |tale| {
            tale.text.push_str(&text);
            if !errors.is_empty() {
                tale.errors.push((errors.into_iter().collect(), sources.clone()));
            }
        });
    }

    /// What stands in the way of a plan is told with the stack: it goes away with what comes before.
    fn deferred(&self, stack: &str, found: &Diagnostics, sources: &Sources) {
        let style = self.screen.style;
        let errors = found.iter().filter(|one| one.is_error());
        let why: String = errors.map(|one| human(one, sources, style)).collect();
        let text = format!(
            "\nThis stack can't be planned before those that it depends on are applied. It is planned then. Now:\n{why}"
        );
        self.change(stack, |tale| tale.text.push_str(&text));
    }

    fn step(&self, stack: &str, event: &trueup_engine::Event) {
        use trueup_engine::Event::{Step, Waiting};
        if self.asked.json || !matches!(event, Step(_) | Waiting(_)) {
            return;
        }
        // A plan that was made anew comes before what is done by it.
        self.show(stack, "");
        let progress = {
            let mut tales = self.tales();
            let tale = tales.entry(stack.to_owned()).or_default();
            tale.progress.get_or_insert_with(|| Progress::named(self.screen.clone(), stack)).clone()
        };
        progress.event(event);
    }

    /// Shows what there is of a stack, all of it at once.
    fn show(&self, stack: &str, closing: &str) {
        let text = {
            let mut tales = self.tales();
            let Some(tale) = tales.get_mut(stack) else { return };
            let text = std::mem::take(&mut tale.text);
            let mut hash = DefaultHasher::new();
            text.hash(&mut hash);
            let before = std::mem::replace(&mut tale.shown, hash.finish());
            if before == tale.shown { String::new() } else { text }
        };
        let is_empty = text.is_empty() && closing.is_empty();
        if !self.asked.json && !is_empty {
            let heading = view::heading(stack, self.screen.style);
            self.screen.print(&format!("{heading}{text}{closing}"));
        }
    }

    fn ended(&self, stack: &str, report: &StackReport) {
        let now = outside::instant();
        let mut applies = false;
        self.change(stack, |tale| {
            tale.findings.took += tale.since.take().map_or(Duration::ZERO, |since| now - since);
            tale.progress = None;
            tale.ended = true;
            applies = std::mem::replace(&mut tale.applies, true);
        });
        if self.asked.json {
            return;
        }
        let style = self.screen.style;
        let word = view::outcome(&report.outcome);
        let closing = match &report.outcome {
            Outcome::Failed(_) => {
                format!("\n{}\n", style.bold(&style.red(&format!("Stack {stack}: {word}."))))
            }
            Outcome::Applied => {
                format!("\n{}\n", style.bold(&style.green(&format!("Stack {stack}: applied."))))
            }
            Outcome::Corrected => {
                format!("\n{}\n", style.bold(&style.green(&format!("Stack {stack}: corrected."))))
            }
            Outcome::LeftOut(_) | Outcome::Stopped | Outcome::Declined | Outcome::CorrectedInPart => {
                format!("\nStack {stack}: {word}.\n")
            }
            _ => String::new(),
        };
        if applies || matches!(report.outcome, Outcome::LeftOut(_) | Outcome::Stopped) {
            // Its plan was shown, or there is none.
            self.show(stack, "");
            self.screen.print(closing.trim_start_matches('\n'));
        } else {
            self.show(stack, &closing);
        }
        self.status();
    }

    /// What went wrong, stack by stack.
    pub(crate) fn errors(&self) {
        self.screen.status("");
        let tales = std::mem::take(&mut *self.tales());
        let mut kept = BTreeMap::new();
        for (stack, mut tale) in tales {
            let errors = std::mem::take(&mut tale.errors);
            if !errors.is_empty() {
                outside::talk(&view::heading(&stack, self.screen.style));
            }
            for (found, sources) in errors {
                self.screen.diagnostics(found, &sources);
            }
            kept.insert(stack, tale);
        }
        *self.tales() = kept;
    }

    /// Ends with errors and a table, or with the document.
    pub(crate) fn end(&self, report: &Report, repository: &Repository) {
        self.errors();
        let mut tales = std::mem::take(&mut *self.tales());
        if self.asked.json {
            let names: BTreeSet<&str> = report.stacks.iter().map(|stack| &*stack.name).collect();
            let stacks = repository.stacks.stacks.iter().filter(|stack| names.contains(&*stack.name));
            let found = stacks.map(|stack| {
                (stack, tales.remove(&*stack.name).map(|tale| tale.findings).unwrap_or_default())
            });
            return self.screen.line(&document(self.asked.operation, report, found.collect(), &self.gone));
        }
        let gone: Diagnostics = self.gone.iter().map(trueup_run::gone).collect();
        self.screen.diagnostics(gone, &Sources::default());
        if !report.stacks.is_empty() {
            let took = tales.into_iter().map(|(name, tale)| (name, tale.findings.took)).collect();
            self.screen.print(&view::table(report, &took));
            self.screen.print(&view::left(report));
        }
    }
}

impl Reporter for Telling {
    fn event(&self, stack: &str, event: &Event<'_>) {
        match event {
            Event::Began => {
                self.change(stack, |tale| {
                    tale.since = Some(outside::instant());
                    tale.ended = false;
                });
                self.status();
            }
            Event::Planned { plan, session, drift } => self.planned(stack, session, (plan, *drift)),
            Event::Found(found, sources) => self.found(stack, found, sources),
            Event::Deferred(found, sources) if !self.asked.json => self.deferred(stack, found, sources),
            Event::Correcting { plan, session, correction } => {
                self.correcting(stack, session, (*plan, correction));
            }
            Event::Corrected { correction, judged, plan } if self.asked.json => {
                self.compared(stack, (judged, plan), Some(correction));
            }
            Event::Deferred(..) | Event::Applied(_) | Event::Corrected { .. } => {}
            Event::Step(event) => self.step(stack, event),
            Event::Ended(report) => self.ended(stack, report),
        }
    }

    fn approve(&self, question: Question<'_>) -> Result<bool, Box<Diagnostic>> {
        self.screen.status("");
        let only = "Only 'yes' will be accepted to approve.";
        match question {
            Question::All(reports) => {
                self.errors();
                let report = Report { stacks: reports.to_vec() };
                self.screen.print(&view::table(&report, &BTreeMap::new()));
                let note = format!("trueup will apply the plans that are shown above.\n  {only}");
                ask(&self.screen, "Do you want to apply these stacks?", &note)
            }
            Question::Anew(stack) => {
                self.show(stack, "");
                let note = format!(
                    "It was planned anew, since stacks that it depends on were applied, and this plan does other\n  things than were shown before. {only}"
                );
                ask(&self.screen, &format!("Do you want to apply the stack {stack} like this?"), &note)
            }
            Question::Correct(stack) => {
                self.show(stack, "");
                let question =
                    format!("Do you want to bring these of the stack {stack} back to what Git says?");
                ask(&self.screen, &question, only)
            }
        }
    }
}
