//! The end of what a file made: destroyed in reverse, and what can't be is told and its state kept.

use super::Setting;
use super::file::Held;
use super::run::Last;
use crate::keeping::plain;
use crate::report::{Event, Left, RunStage};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::watch;
use trueup_addr::Mode;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_engine::{Interrupt, PlanOptions, Planned, Schemas, Session, World, apply};
use trueup_plan::PlanMode;
use trueup_state::{State, wire};
use trueup_store::Store;
use trueup_value::Value;

/// Destroys what the runs of a file made.
pub(crate) struct Cleaner<'a> {
    pub(crate) setting: &'a Setting<'a>,
    pub(crate) file: &'a str,
}

impl Cleaner<'_> {
    /// Destroys everything, what was made last first; whether nothing is left.
    pub(crate) async fn clean(&self, states: BTreeMap<String, Held>) -> bool {
        let mut made: Vec<(usize, Last, Arc<dyn Store>)> = states
            .into_values()
            .filter_map(|held| held.last.map(|(count, last)| (count, last, held.store)))
            .collect();
        made.sort_by_key(|(count, ..)| std::cmp::Reverse(*count));
        let mut world = self.setting.world.clone();
        world.interrupt = patient(&world.interrupt);
        let mut clean = true;
        for (_, last, store) in made {
            let (file, run, stage) = (self.file, &*last.run, RunStage::Teardown);
            self.setting.reporter.event(&Event::Run { file, run, stage, asserts: 0 });
            clean &= self.destroy(&world, &last, store).await;
        }
        clean
    }

    async fn destroy(&self, world: &World, last: &Last, store: Arc<dyn Store>) -> bool {
        let mut diagnostics = Diagnostics::new();
        let mut session = match Session::trial(world, last.trial(store)).await {
            Ok(session) => session,
            Err(found) => {
                diagnostics.append(found);
                self.setting.keeping.retain();
                self.tell(last, &diagnostics, &[], None);
                return false;
            }
        };
        let options = PlanOptions {
            mode: PlanMode::Destroy,
            parallelism: self.setting.options.parallelism,
            ..PlanOptions::default()
        };
        let Planned { plan, diagnostics: found } = session.plan(&options).await;
        let failed = found.has_errors();
        diagnostics.append(found);
        if !failed {
            let applied = apply(&mut session, &plan, "", self.setting.options.parallelism).await;
            diagnostics.append(applied.diagnostics);
        }
        let left = left(&session);
        if left.is_empty() && !diagnostics.has_errors() {
            return true;
        }
        let kept_in = if left.is_empty() { None } else { self.keep(last, session.state(), &mut diagnostics) };
        self.tell(last, &diagnostics, &left, kept_in.as_deref());
        false
    }

    fn tell(&self, last: &Last, diagnostics: &Diagnostics, left: &[Left], kept_in: Option<&str>) {
        let sources = self.setting.sources;
        let (file, run) = (self.file, &*last.run);
        let event = Event::Cleanup { file, run, diagnostics, sources, left, kept_in };
        self.setting.reporter.event(&event);
    }

    /// Writes a state to a file that nothing else has the name of.
    fn keep(&self, last: &Last, state: &State, diagnostics: &mut Diagnostics) -> Option<String> {
        let begin = format!("left-by-test-{}-{}", plain(self.file), plain(&last.run));
        let names = std::iter::once(format!("{begin}.tfstate"));
        let mut names = names.chain((2..).map(|number| format!("{begin}-{number}.tfstate")));
        loop {
            let name = names.next()?;
            match write_new(&self.setting.world.state_dir.join(&name), wire::v4::write(state).as_bytes()) {
                Ok(()) => return Some(name),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => {
                    let still = self.setting.keeping.retain().display();
                    let detail = format!(
                        "The state of what is left can't be written to {name}: {error}. It is in {still} still."
                    );
                    diagnostics.push(Diagnostic::error("Failed to keep the state of a test", detail));
                    return None;
                }
            }
        }
    }
}

/// A state holds secrets: only its owner reads it.
fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// What the state still has.
fn left(session: &Session) -> Vec<Left> {
    let state = session.state();
    let objects = state.objects().filter(|object| object.node.resource.mode == Mode::Managed);
    let described = objects.map(|object| {
        let provider = session.providers().schema(&object.provider.provider);
        let schema = provider.and_then(|provider| provider.resource(false, &object.node.resource.kind));
        let value = schema.and_then(|schema| object.object.decode(schema).ok());
        let id = value.as_ref().and_then(|value| value.get("id")).filter(|id| !id.marks().is_sensitive());
        Left {
            instance: object.address().to_string(),
            deposed: object.deposed.map(ToString::to_string),
            id: id.and_then(Value::as_str).map(String::from),
        }
    });
    described.collect()
}

/// Cleaning up goes on after a first interrupt; the second one stops it as the first one would have.
fn patient(interrupt: &watch::Receiver<Interrupt>) -> watch::Receiver<Interrupt> {
    let (sender, receiver) = watch::channel(Interrupt::None);
    let mut outer = interrupt.clone();
    tokio::spawn(async move {
        let wished = tokio::select! {
            wished = outer.wait_for(|wish| *wish == Interrupt::Immediate) => wished.is_ok(),
            () = sender.closed() => false,
        };
        if wished {
            sender.send_replace(Interrupt::Graceful);
        }
        sender.closed().await;
    });
    receiver
}
