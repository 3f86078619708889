//! Progress of long work: a line a thing as Terraform words it, or an event a thing.

use crate::outside;
use crate::outside::unseen;
use crate::screen::Screen;
use std::collections::BTreeMap;
use std::io::BufRead;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use trueup_addr::ResourceInstance;
use trueup_apply::Event as Step;
use trueup_document::events::{self, Hook, duration};
use trueup_engine::{Event, Observer, Refreshed, Wanted};
use trueup_plan::Part;
use trueup_view::live;
use trueup_view::style::neutral;
use trueup_view::value::grouped;

/// More objects than this are read without a line for each.
const LINES_MAX: usize = 50;
/// Seconds between two lines about a step that is still going on, where a line can't be taken back.
const REMINDER: u64 = 10;
/// How often it is looked whether a reminder is due.
const BEAT: Duration = Duration::from_secs(1);
/// How often the line that says what goes on is drawn.
const BEAT_LIVE: Duration = Duration::from_millis(200);
/// Seconds that a run has to take for its time to be told.
const WORTH_TELLING: u64 = 2;

/// Writes to the screen as things happen.
pub(crate) struct Progress {
    screen: Arc<Screen>,
    /// What every line begins with, where several are at work.
    prefix: String,
    running: Mutex<BTreeMap<(ResourceInstance, Part), Running>>,
    /// The reading of many objects of a provider.
    batches: Mutex<BTreeMap<String, Batch>>,
    /// How many steps have ended.
    ended: AtomicUsize,
    since: Instant,
    /// How many objects were read, and in how many batches.
    read: [AtomicUsize; 2],
    /// Who has the lock that is waited for, and since when.
    waiting: Mutex<Option<(String, Instant)>>,
}

/// Many objects being read at once.
struct Batch {
    since: Instant,
    count: usize,
}

/// A step that is going on.
struct Running {
    since: Instant,
    name: String,
    id: Option<String>,
    /// How many reminders were given.
    told: u64,
}

/// How far a provisioner is.
#[derive(Clone, Copy, Debug)]
enum Provision<'l> {
    Begun,
    Said(&'l str),
    Over(bool),
}

/// How far a step is.
#[derive(Clone, Copy, Debug)]
enum Stage {
    Begun,
    Still(u64),
    Over(u64),
    Failed(u64),
}

impl Progress {
    /// Watches, and reminds of steps that take long.
    pub(crate) fn new(screen: Arc<Screen>) -> Arc<Progress> {
        Progress::of(screen, String::new())
    }

    /// The same for one of several at work, by name.
    pub(crate) fn named(screen: Arc<Screen>, name: &str) -> Arc<Progress> {
        Progress::of(screen, format!("[{name}] "))
    }

    fn of(screen: Arc<Screen>, prefix: String) -> Arc<Progress> {
        let is_live = screen.is_live() && prefix.is_empty();
        let progress = Arc::new(Progress {
            screen,
            prefix,
            running: Mutex::default(),
            batches: Mutex::default(),
            ended: AtomicUsize::default(),
            since: outside::instant(),
            read: Default::default(),
            waiting: Mutex::default(),
        });
        let pause = if is_live { BEAT_LIVE } else { BEAT };
        let watched = Arc::downgrade(&progress);
        tokio::spawn(async move {
            let mut beat = tokio::time::interval(pause);
            for turn in 0.. {
                beat.tick().await;
                match watched.upgrade() {
                    Some(progress) if is_live => progress.show(turn),
                    Some(progress) => progress.remind(),
                    None => return,
                }
            }
        });
        progress
    }

    /// Says in one line what goes on: that which takes longest first.
    fn show(&self, turn: usize) {
        let now = outside::instant();
        let seconds = |since: Instant| now.duration_since(since).as_secs();
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let batches = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
        let mut going: Vec<(u64, String)> =
            running.values().map(|one| (seconds(one.since), one.name.clone())).collect();
        going.extend(batches.iter().map(|(provider, batch)| {
            (seconds(batch.since), format!("{} objects of provider {provider}", grouped(batch.count)))
        }));
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        going.extend(waiting.iter().map(|(_, since)| (seconds(*since), "the lock on the state".to_owned())));
        drop((running, batches, waiting));
        going.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
        let ended = self.ended.load(Ordering::Relaxed);
        self.screen.status(&live::line(turn, ended, &going, self.screen.style));
    }

    /// Says at the end how long it took and for how much, where that is worth a line.
    pub(crate) fn took(&self, calls: u64) {
        let seconds = outside::instant().duration_since(self.since).as_secs();
        if seconds < WORTH_TELLING {
            return;
        }
        let [objects, batches] = [0, 1].map(|index: usize| self.read[index].load(Ordering::Relaxed));
        let several = |count: usize, one: &str, many: &str| {
            format!("{} {}", grouped(count), if count == 1 { one } else { many })
        };
        let mut parts = Vec::new();
        if objects > 0 {
            let batches = several(batches, "batch", "batches");
            parts.push(format!("{} read in {batches}", several(objects, "object", "objects")));
        }
        let steps = self.ended.load(Ordering::Relaxed);
        if steps > 0 {
            parts.push(several(steps, "step", "steps"));
        }
        if calls > 0 {
            let calls = usize::try_from(calls).unwrap_or(usize::MAX);
            parts.push(several(calls, "call", "calls"));
        }
        let parts = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
        self.screen.progress(&self.screen.style.dim(&format!("Took {}{parts}.", duration(seconds))));
    }

    /// Whoever has the lock is told once, however often it is tried.
    fn waiting(&self, who: &str) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let since = waiting.as_ref().map(|(_, since)| *since);
        if waiting.as_ref().is_none_or(|(told, _)| told != who) {
            *waiting = Some((who.to_owned(), since.unwrap_or_else(outside::instant)));
            drop(waiting);
            self.remark(&format!("Waiting for the state lock: {who}"));
        }
    }

    fn remind(&self) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        for ((addr, part), one) in running.iter_mut() {
            let elapsed = outside::instant().duration_since(one.since).as_secs();
            if elapsed / REMINDER > one.told {
                one.told = elapsed / REMINDER;
                self.tell(addr, &one.name, (*part, Stage::Still(one.told * REMINDER)), one.id.as_deref());
            }
        }
    }

    fn begin(&self, addr: &ResourceInstance, deposed: Option<&str>, part: Part, id: Option<&str>) {
        let name = name(addr, deposed);
        self.tell(addr, &name, (part, Stage::Begun), id);
        let one = Running { since: outside::instant(), name, id: id.map(String::from), told: 0 };
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.insert((addr.clone(), part), one);
    }

    fn end(&self, addr: &ResourceInstance, part: Part, id: Option<&str>, good: bool) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let one = running.remove(&(addr.clone(), part));
        drop(running);
        self.ended.fetch_add(1, Ordering::Relaxed);
        let now = outside::instant();
        let seconds = one.as_ref().map_or(0, |one| now.duration_since(one.since).as_secs());
        let name = one.map_or_else(|| addr.to_string(), |one| one.name);
        let stage = if good { Stage::Over(seconds) } else { Stage::Failed(seconds) };
        self.tell(addr, &name, (part, stage), id);
    }

    fn tell(&self, addr: &ResourceInstance, name: &str, (part, stage): (Part, Stage), id: Option<&str>) {
        if self.screen.tells_events() {
            let timestamp = outside::now_exact();
            let hook = Hook { timestamp: &timestamp, addr, id };
            let line = match stage {
                Stage::Begun => hook.apply_start(part),
                Stage::Still(seconds) => hook.apply_progress(part, seconds),
                Stage::Over(seconds) => hook.apply_complete(part, seconds),
                Stage::Failed(seconds) => hook.apply_errored(part, seconds),
            };
            line.iter().for_each(|line| self.screen.event(line));
        }
        if let Some(text) = text(part, stage, id) {
            self.say(&format!("{name}: {text}"));
        }
    }

    fn refreshing(&self, provider: &str, objects: &[Refreshed]) {
        self.hooks(objects, true);
        if objects.len() > LINES_MAX {
            let mut batches = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
            let count = objects.len();
            batches.insert(provider.into(), Batch { since: outside::instant(), count });
            drop(batches);
            let count = grouped(count);
            return self.say(&format!("Refreshing state of {count} objects of provider {provider}..."));
        }
        for one in objects {
            let name = name(&one.addr, one.deposed.as_deref());
            self.say(&format!("{name}: Refreshing state...{}", id_note(one.id.as_deref())));
        }
    }

    fn refreshed(&self, provider: &str, objects: &[Refreshed]) {
        self.read[0].fetch_add(objects.len(), Ordering::Relaxed);
        self.read[1].fetch_add(1, Ordering::Relaxed);
        self.hooks(objects, false);
        let mut batches = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
        if let (true, Some(batch)) = (objects.len() > LINES_MAX, batches.remove(provider)) {
            drop(batches);
            let count = grouped(objects.len());
            let seconds = duration(outside::instant().duration_since(batch.since).as_secs());
            self.say(&format!("Refreshed state of {count} objects of provider {provider} in {seconds}"));
        }
    }

    fn hooks(&self, objects: &[Refreshed], begins: bool) {
        for one in objects.iter().filter(|_| self.screen.tells_events()) {
            let timestamp = outside::now_exact();
            let hook = Hook { timestamp: &timestamp, addr: &one.addr, id: one.id.as_deref() };
            self.screen.event(&if begins { hook.refresh_start() } else { hook.refresh_complete() });
        }
    }

    fn step(&self, step: &Step) {
        match step {
            Step::Started { addr, deposed, part, id } => {
                self.begin(addr, deposed.as_deref(), *part, id.as_deref());
            }
            Step::Finished { addr, part, id, .. } => self.end(addr, *part, id.as_deref(), true),
            Step::Failed { addr, part } => self.end(addr, *part, None, false),
            Step::Ephemeral { addr, closing, over } => self.ephemeral(addr, *closing, *over),
            Step::Provisioning { addr, kind } => self.provision(addr, kind, Provision::Begun),
            Step::Provisioned { addr, kind, line } => self.provision(addr, kind, Provision::Said(line)),
            Step::ProvisioningOver { addr, kind, good } => self.provision(addr, kind, Provision::Over(*good)),
            Step::Skipped { addr, part } if *part != Part::Forget => {
                self.remark(&format!(
                    "{addr}: Skipped: something it depends on failed, or the run was stopped"
                ));
            }
            Step::Skipped { .. } => {}
        }
    }

    fn ephemeral(&self, addr: &ResourceInstance, closing: bool, over: bool) {
        let key = (addr.clone(), if closing { Part::Delete } else { Part::Read });
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let now = outside::instant();
        let (going, done) = if closing { ("Closing...", "Closing") } else { ("Opening...", "Opening") };
        let text = if over {
            let since = running.remove(&key).map_or(now, |one| one.since);
            format!("{addr}: {done} complete after {}", duration(now.duration_since(since).as_secs()))
        } else {
            let one = Running { since: now, name: addr.to_string(), id: None, told: 0 };
            running.insert(key, one);
            format!("{addr}: {going}")
        };
        drop(running);
        self.remark(&text);
    }

    fn provision(&self, addr: &ResourceInstance, kind: &str, what: Provision<'_>) {
        if self.screen.tells_events() {
            let timestamp = outside::now_exact();
            let hook = Hook { timestamp: &timestamp, addr, id: None };
            self.screen.event(&match what {
                Provision::Begun => hook.provision_start(kind),
                Provision::Said(line) => hook.provision_progress(kind, line),
                Provision::Over(good) => hook.provision_over(kind, good),
            });
        }
        match what {
            Provision::Begun => self.say(&format!("{addr}: Provisioning with '{kind}'...")),
            Provision::Said(line) => {
                let name = self.screen.style.bold(&neutral(&format!("{}{addr} ({kind}):", self.prefix)));
                self.screen.progress(&format!("{name} {}", neutral(line)));
            }
            Provision::Over(_) => {}
        }
    }

    /// What Terraform has no event for.
    fn remark(&self, text: &str) {
        if self.screen.tells_events() {
            self.screen.event(&events::log(&outside::now_exact(), text));
        }
        self.say(text);
    }

    fn say(&self, line: &str) {
        self.screen.progress(&self.screen.style.bold(&neutral(&format!("{}{line}", self.prefix))));
    }
}

/// A step in words; none where there is nothing to say.
fn text(part: Part, stage: Stage, id: Option<&str>) -> Option<String> {
    let (going, still, over) = match part {
        Part::Create => ("Creating...", "Still creating...", "Creation complete"),
        Part::Update => ("Modifying...", "Still modifying...", "Modifications complete"),
        Part::Read => ("Reading...", "Still reading...", "Read complete"),
        Part::Delete => ("Destroying...", "Still destroying...", "Destruction complete"),
        Part::Forget => return matches!(stage, Stage::Over(_)).then(|| "No longer managed".into()),
    };
    Some(match stage {
        Stage::Begun => format!("{going}{}", id_note(id)),
        Stage::Still(seconds) => {
            let id = id.map(|id| format!("id={id}, ")).unwrap_or_default();
            format!("{still} [{id}{} elapsed]", duration(seconds))
        }
        Stage::Over(seconds) => {
            let id = if part == Part::Delete { String::new() } else { id_note(id) };
            format!("{over} after {}{id}", duration(seconds))
        }
        Stage::Failed(_) => return None,
    })
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

impl Drop for Progress {
    fn drop(&mut self) {
        if self.prefix.is_empty() {
            self.screen.status("");
        }
    }
}

impl Observer for Progress {
    fn event(&self, event: &Event) {
        if !matches!(event, Event::Waiting(_)) {
            *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        match event {
            Event::Refreshing { provider, objects } => self.refreshing(provider, objects),
            Event::Refreshed { provider, objects } => self.refreshed(provider, objects),
            Event::Importing { addr, id } => {
                self.say(&format!("{addr}: Preparing import...{}", id_note(id.as_deref())));
            }
            Event::Imported { addr, id } => {
                self.say(&format!("{addr}: Import complete{}", id_note(id.as_deref())));
            }
            Event::Reading(addr) => self.begin(addr, None, Part::Read, None),
            Event::Read { addr, id, good } => self.end(addr, Part::Read, id.as_deref(), *good),
            Event::Waiting(who) => self.waiting(who),
            Event::Step(step) => self.step(step),
        }
    }

    fn ask(&self, wanted: &Wanted<'_>) -> Option<String> {
        if !self.screen.asks() {
            return None;
        }
        self.screen.status("");
        let style = self.screen.style;
        let description = match wanted.description {
            "" => String::new(),
            text => format!("  {}\n\n", neutral(text).replace('\n', "\n  ")),
        };
        let heading = style.bold(&format!("var.{}", wanted.name));
        self.screen.print(&format!("{heading}\n{description}  {} ", style.bold("Enter a value:")));
        let answer = if wanted.sensitive { unseen(read_line) } else { read_line() };
        self.screen.line("");
        answer
    }
}

fn read_line() -> Option<String> {
    let mut line = String::new();
    match std::io::stdin().lock().read_line(&mut line) {
        Ok(1..) => Some(line.trim_end_matches(['\n', '\r']).to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Stage, text};
    use trueup_plan::Part;

    #[test]
    fn steps_are_worded_as_terraform_words_them() {
        let check = |part, stage, id, wanted: Option<&str>| {
            assert_eq!(text(part, stage, id).as_deref(), wanted, "{part:?} {stage:?}");
        };
        let id = Some("i-1");
        check(Part::Create, Stage::Begun, None, Some("Creating..."));
        check(Part::Create, Stage::Still(70), None, Some("Still creating... [1m10s elapsed]"));
        check(Part::Create, Stage::Over(9), id, Some("Creation complete after 9s [id=i-1]"));
        check(Part::Update, Stage::Begun, id, Some("Modifying... [id=i-1]"));
        check(Part::Delete, Stage::Still(10), id, Some("Still destroying... [id=i-1, 10s elapsed]"));
        check(Part::Delete, Stage::Over(0), id, Some("Destruction complete after 0s"));
        check(Part::Read, Stage::Over(0), None, Some("Read complete after 0s"));
        check(Part::Create, Stage::Failed(3), None, None);
        check(Part::Forget, Stage::Begun, None, None);
        check(Part::Forget, Stage::Over(0), None, Some("No longer managed"));
    }
}
