//! Progress of long work, a line a thing, as Terraform words it.

use crate::outside;
use crate::screen::Screen;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use trueup_addr::ResourceInstance;
use trueup_apply::Event as Step;
use trueup_engine::{Event, Observer};
use trueup_plan::Part;

/// Writes lines to the screen as things happen.
pub(crate) struct Progress {
    screen: Arc<Screen>,
    started: Mutex<BTreeMap<(ResourceInstance, Part), Instant>>,
}

impl Progress {
    pub(crate) fn new(screen: Arc<Screen>) -> Progress {
        Progress { screen, started: Mutex::new(BTreeMap::new()) }
    }

    fn step(&self, step: &Step) {
        match step {
            Step::Started { addr, deposed, part, id } => {
                let mut started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
                started.insert((addr.clone(), *part), outside::instant());
                let doing = match part {
                    Part::Create => "Creating...",
                    Part::Update => "Modifying...",
                    Part::Read => "Reading...",
                    Part::Delete => "Destroying...",
                    Part::Forget => return,
                };
                self.say(&format!("{}: {doing}{}", name(addr, deposed.as_deref()), id_note(id.as_deref())));
            }
            Step::Finished { addr, deposed, part, id } => {
                let mut started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
                let since = started.remove(&(addr.clone(), *part));
                let seconds = since.map_or(0, |since| outside::instant().duration_since(since).as_secs());
                let done = match part {
                    Part::Create => "Creation complete after",
                    Part::Update => "Modifications complete after",
                    Part::Read => "Read complete after",
                    Part::Delete => "Destruction complete after",
                    Part::Forget => return self.say(&format!("{addr}: No longer managed")),
                };
                let note = if *part == Part::Delete { String::new() } else { id_note(id.as_deref()) };
                self.say(&format!("{}: {done} {seconds}s{note}", name(addr, deposed.as_deref())));
            }
            Step::Failed { .. } => {}
            Step::Skipped { addr, part } => {
                if *part != Part::Forget {
                    self.say(&format!(
                        "{addr}: Skipped: something it depends on failed, or the run was stopped"
                    ));
                }
            }
        }
    }

    fn say(&self, line: &str) {
        self.screen.line(&crate::view::style::neutral(line));
    }
}

fn name(addr: &ResourceInstance, deposed: Option<&str>) -> String {
    match deposed {
        Some(key) => format!("{addr} (deposed object {key})"),
        None => addr.to_string(),
    }
}

fn id_note(id: Option<&str>) -> String {
    id.map(|id| format!(" [id={id}]")).unwrap_or_default()
}

impl Observer for Progress {
    fn event(&self, event: &Event) {
        match event {
            Event::Refreshing(addr) => self.say(&format!("{addr}: Refreshing state...")),
            Event::Reading(addr) => self.say(&format!("{addr}: Reading...")),
            Event::Waiting(who) => self.say(&format!("Waiting for the state lock: {who}")),
            Event::Step(step) => self.step(step),
        }
    }
}
