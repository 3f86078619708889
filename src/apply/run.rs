//! The driver: which step goes when, and what follows from how it ended.

use crate::calls::Calls;
use crate::ephemeral::Opened;
use crate::event::{Event, Interrupt};
use crate::journal::Journal;
use crate::prepare::{Prepared, keys_to_put_aside};
use crate::provision::{Provisioned, Told};
use crate::schedule::Schedule;
use crate::work::{Outcome, Stage, Work};
use async_trait::async_trait;
use futures::StreamExt;
use futures::future::BoxFuture;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::sync::watch;
use trueup_addr::{Mode, Name, ResourceInstance};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_diff::Action;
use trueup_evaluate::{Ask, InstanceAsk, ProviderAsk, Sheet};
use trueup_plan::{Node, Part, Plan, ResourceChange, Step};
use trueup_provider::Provider;
use trueup_provision::{Failure, Job};
use trueup_resolve::Program;
use trueup_resolve::program::ProviderBinding;
use trueup_schema::Schema;
use trueup_state::{CheckResult, State};
use trueup_value::Value;

/// What the applier is lent.
#[async_trait]
pub trait Hands: Send + Sync {
    /// A fresh provider for one configuration.
    fn provider(&self, binding: &ProviderBinding) -> Result<Arc<dyn Provider>, Diagnostics>;
    /// What is called for one instance, where that isn't the configured provider itself.
    fn stand_in(&self, _addr: &ResourceInstance, provider: &Arc<dyn Provider>) -> Arc<dyn Provider> {
        provider.clone()
    }
    /// The schema of a resource type or data source.
    fn schema(&self, binding: &ProviderBinding, data: bool, kind: &str) -> Option<Arc<Schema>>;
    /// Tells whoever watches.
    fn event(&self, event: Event);
    /// Runs a provisioner and tells its output line by line.
    async fn provision(&self, job: &Job, told: &Told) -> Result<(), Failure>;
}

/// What is applied and with what.
pub struct Apply<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The configuration.
    pub program: Arc<Program>,
    /// A sheet of it with nothing asked for yet.
    pub sheet: Sheet,
    /// Providers and schemas.
    pub hands: &'a dyn Hands,
    /// Where entries go.
    pub journal: &'a dyn Journal,
    /// How far a person wants to stop.
    pub interrupt: watch::Receiver<Interrupt>,
    /// How many steps are in flight at most.
    pub parallelism: usize,
}

/// What came of it.
pub struct Applied {
    /// The configuration with what came of it.
    pub sheet: Sheet,
    /// The state with everything that was done; serial and lineage are the caller's.
    pub state: State,
    /// Values of root outputs.
    pub outputs: BTreeMap<Name, Value>,
    /// How conditions came out.
    pub checks: Vec<CheckResult>,
    /// What went wrong.
    pub diagnostics: Diagnostics,
    /// Steps that were done, by part: created, updated, destroyed...
    pub done: BTreeMap<Part, usize>,
    /// The instances that these were steps of.
    pub finished: BTreeSet<ResourceInstance>,
    /// A person stopped it before its end.
    pub interrupted: bool,
    /// It was stopped with steps in flight: only the journal knows what became of them.
    pub cut: bool,
    /// Of some creation nobody knows whether it took effect. It has no end in the journal, which is to stay.
    pub open: bool,
}

pub(crate) enum Came {
    Configured(Box<ProviderAsk>, Option<Arc<dyn Provider>>, Diagnostics),
    Called(Stage),
    /// An ephemeral resource was opened, or not.
    Opened(Box<InstanceAsk>, Option<Value>, Option<Opened>, Diagnostics),
    /// An ephemeral resource was closed.
    Closed(Diagnostics),
    /// A provisioner came to its end; what is still to be done at this step.
    Provisioned(Box<Provisioned>, Result<(), Diagnostic>),
}

pub(crate) struct Driver<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) program: Arc<Program>,
    pub(crate) sheet: Sheet,
    pub(crate) hands: &'a dyn Hands,
    pub(crate) journal: &'a dyn Journal,
    schedule: Schedule<'a>,
    pub(crate) state: State,
    pub(crate) providers: BTreeMap<ProviderBinding, Option<Arc<dyn Provider>>>,
    changes: BTreeMap<ResourceInstance, usize>,
    pub(crate) asks: BTreeMap<ResourceInstance, Box<InstanceAsk>>,
    /// Steps whose turn has come but whose configuration or provider hasn't.
    held: BTreeSet<usize>,
    pub(crate) put_aside: BTreeMap<usize, String>,
    running: usize,
    parallelism: usize,
    stop: Interrupt,
    done: BTreeMap<Part, usize>,
    finished: BTreeSet<ResourceInstance>,
    cut: bool,
    open: bool,
    /// `check` blocks are still to be judged, which is the last thing.
    unchecked: bool,
    /// Ephemeral resources that are open.
    pub(crate) opened: Vec<Opened>,
}

impl Apply<'_> {
    /// Carries the plan out.
    pub async fn run(self) -> Applied {
        let index = |(i, c): (usize, &ResourceChange)| c.deposed.is_none().then(|| (c.addr.clone(), i));
        let mut driver = Driver {
            plan: self.plan,
            program: self.program,
            sheet: self.sheet,
            hands: self.hands,
            journal: self.journal,
            schedule: Schedule::new(&self.plan.steps),
            state: self.plan.prior.clone(),
            providers: BTreeMap::new(),
            changes: self.plan.changes.iter().enumerate().filter_map(index).collect(),
            asks: BTreeMap::new(),
            held: BTreeSet::new(),
            put_aside: keys_to_put_aside(self.plan),
            running: 0,
            parallelism: self.parallelism.max(1),
            stop: Interrupt::None,
            done: BTreeMap::new(),
            finished: BTreeSet::new(),
            cut: false,
            open: false,
            unchecked: self.plan.targets.is_empty() && self.plan.mode != trueup_plan::PlanMode::Destroy,
            opened: Vec::new(),
        };
        driver.request();
        driver.drive(self.interrupt).await;
        driver.close()
    }
}

impl<'a> Driver<'a> {
    fn request(&mut self) {
        let bindings: BTreeSet<&ProviderBinding> =
            self.plan.changes.iter().filter(|c| c.change.action.is_change()).map(|c| &c.binding).collect();
        for binding in bindings {
            self.sheet.request_provider(binding);
        }
        if self.plan.mode == trueup_plan::PlanMode::Destroy {
            return;
        }
        self.sheet.exclude(self.plan.excludes.clone());
        if self.plan.targets.is_empty() {
            self.sheet.request_all();
        } else {
            self.sheet.request_targets(self.plan.targets.clone());
        }
    }

    async fn drive(&mut self, mut interrupt: watch::Receiver<Interrupt>) {
        self.stop = *interrupt.borrow_and_update();
        let mut calls = Calls::new(self.parallelism);
        loop {
            self.pump(&mut calls);
            if calls.under_way.is_empty() {
                if std::mem::take(&mut self.unchecked) && self.stop == Interrupt::None {
                    self.sheet.request_checks();
                    continue;
                }
                calls.extend(self.close_ephemeral());
                if calls.under_way.is_empty() {
                    return;
                }
            }
            tokio::select! {
                came = calls.under_way.next() => calls.extend(came.and_then(|came| self.take(came))),
                wish = stronger(&mut interrupt, self.stop) => {
                    self.stop = wish;
                    if wish == Interrupt::Immediate {
                        self.cut = self.running > 0;
                        return;
                    }
                }
            }
        }
    }

    /// Does all that can be done without waiting, and puts calls in flight.
    fn pump(&mut self, calls: &mut Calls<'a>) {
        loop {
            let asks = self.sheet.ready();
            let mut moved = !asks.is_empty();
            for ask in asks {
                calls.extend(self.asked(ask));
            }
            for node in self.schedule.take() {
                moved = true;
                match self.plan.steps.node(node) {
                    Node::Junction => {
                        let good = !self.schedule.is_cut_off(node);
                        self.schedule.done(node, good);
                    }
                    Node::Step(_) => drop(self.held.insert(node)),
                }
            }
            moved |= self.launch(calls);
            if !moved {
                return;
            }
        }
    }

    fn asked(&mut self, ask: Ask) -> Option<BoxFuture<'a, Came>> {
        match ask {
            Ask::Provider(ask) => Some(self.configure(ask)),
            Ask::Instance(ask) if ask.addr.resource.mode == Mode::Ephemeral => self.open(ask),
            Ask::Instance(ask) => {
                let index = self.changes.get(&ask.addr).copied();
                let change = index.map(|i| &self.plan.changes[i].change);
                let waits = change
                    .is_some_and(|c| !matches!(c.action, Action::NoOp | Action::Delete | Action::Forget));
                match change {
                    Some(_) if waits => drop(self.asks.insert(ask.addr.clone(), ask)),
                    // What goes is still what it was to the configurations of providers that it goes with.
                    Some(change) if change.after.is_null() => {
                        self.sheet.fill(ask.cell, Some(change.before.clone()));
                    }
                    Some(change) => self.sheet.fill(ask.cell, Some(change.after.clone())),
                    None => self.fill_unplanned(&ask),
                }
                None
            }
        }
    }

    /// An instance that is not in the plan: with targets, or in a refresh-only plan, it stands as the state has it.
    fn fill_unplanned(&mut self, ask: &InstanceAsk) {
        let data = ask.addr.resource.mode == Mode::Data;
        let schema = self.hands.schema(&ask.binding, data, &ask.addr.resource.kind);
        let stored = self.state.current(&ask.addr).zip(schema.as_ref()).and_then(|(o, s)| o.decode(s).ok());
        let value = stored.unwrap_or_else(|| Value::null(ask.config.ty()));
        self.sheet.fill(ask.cell, Some(value));
    }

    fn configure(&mut self, ask: Box<ProviderAsk>) -> BoxFuture<'a, Came> {
        let provider = self.hands.provider(&ask.binding);
        Box::pin(async move {
            let provider = match provider {
                Ok(provider) => provider,
                Err(diagnostics) => return Came::Configured(ask, None, diagnostics),
            };
            let config = ask.config.without_marks();
            let diagnostics = provider.configure(&config).await;
            let good = !diagnostics.has_errors();
            Came::Configured(ask, good.then_some(provider), diagnostics)
        })
    }

    /// Puts held steps in flight whose provider and configuration are there.
    fn launch(&mut self, calls: &mut Calls<'a>) -> bool {
        let mut moved = false;
        let mut from = 0;
        while let Some(node) = self.held.range(from..).next().copied() {
            from = node + 1;
            let Node::Step(step) = self.plan.steps.node(node) else { continue };
            if self.schedule.is_cut_off(node) || self.stop != Interrupt::None {
                self.skip(node, step);
                moved = true;
                continue;
            }
            if self.running >= self.parallelism {
                break;
            }
            match self.prepare(node, step) {
                Prepared::Ready(work) => {
                    self.held.remove(&node);
                    self.running += 1;
                    self.announce(&work);
                    calls.extend([self.begin(work)]);
                    moved = true;
                }
                Prepared::NotYet => {}
                Prepared::Never => {
                    self.skip(node, step);
                    moved = true;
                }
            }
        }
        moved
    }

    fn announce(&self, work: &Work) {
        self.hands.event(Event::Started {
            addr: work.addr.clone(),
            deposed: work.deposed.clone(),
            part: work.part,
            id: id_of(&work.prior),
        });
    }

    fn skip(&mut self, node: usize, step: &Step) {
        self.held.remove(&node);
        let change = &self.plan.changes[step.change];
        self.hands.event(Event::Skipped { addr: change.addr.clone(), part: step.part });
        if let Some(ask) = self.asks.remove(&change.addr) {
            self.sheet.fill(ask.cell, None);
        }
        self.schedule.done(node, false);
    }

    /// Takes what came back; gives the next call where one follows directly.
    fn take(&mut self, came: Came) -> Option<BoxFuture<'a, Came>> {
        match came {
            Came::Configured(ask, provider, diagnostics) => {
                self.sheet.report(diagnostics.into_iter().map(|d| d.at_opt(ask.span)));
                let good = provider.is_some();
                self.providers.insert(ask.binding.clone(), provider);
                self.sheet.fill(ask.cell, good.then(|| Value::from(true)));
            }
            Came::Opened(ask, value, opened, found) => {
                self.sheet.report(found);
                if let Some(opened) = opened {
                    self.tell_ephemeral(&opened.addr, false, true);
                    self.opened.push(opened);
                }
                self.sheet.fill(ask.cell, value);
            }
            Came::Closed(found) => self.sheet.report(found),
            Came::Called(Stage::Over(outcome)) => self.stepped(*outcome),
            Came::Called(Stage::Made(work, made)) => return Some(self.made(work, *made)),
            Came::Provisioned(at, ended) => return Some(self.provisioned(at, ended)),
        }
        None
    }

    fn stepped(&mut self, outcome: Outcome) {
        self.running -= 1;
        self.open |= outcome.open;
        let Node::Step(step) = self.plan.steps.node(outcome.node) else { return };
        let change = &self.plan.changes[step.change];
        for one in &outcome.changes {
            if let Err(error) = self.state.apply(one) {
                self.sheet.report([Diagnostic::error("State can't take a change", format!("{error}."))
                    .on(change.addr.to_string())]);
            }
        }
        let scoped = self.asks.get(&change.addr).map(|ask| ask.cell);
        let scoped = scoped.filter(|cell| step.part == Part::Read && self.sheet.is_in_check(*cell));
        match scoped {
            Some(cell) => self.sheet.report_unread(cell, outcome.diagnostics),
            None => self.sheet.report(outcome.diagnostics),
        }
        let event = if outcome.good {
            *self.done.entry(step.part).or_default() += 1;
            self.finished.insert(change.addr.clone());
            let id = id_of(&outcome.value);
            Event::Finished {
                addr: change.addr.clone(),
                deposed: change.deposed.clone(),
                part: step.part,
                id,
            }
        } else {
            Event::Failed { addr: change.addr.clone(), part: step.part }
        };
        self.hands.event(event);
        let forward = matches!(step.part, Part::Create | Part::Update | Part::Read);
        if forward && let Some(ask) = self.asks.remove(&change.addr) {
            // A check whose data source can't be read fails; nothing else does.
            let planned = || scoped.map(|_| change.change.after.clone());
            self.sheet.fill(ask.cell, if outcome.good { Some(outcome.value) } else { planned() });
        }
        self.schedule.done(outcome.node, outcome.good || scoped.is_some());
    }

    fn close(mut self) -> Applied {
        let interrupted = self.stop != Interrupt::None;
        if !self.plan.targets.is_empty() && self.plan.mode != trueup_plan::PlanMode::Destroy {
            self.sheet.request_reached_outputs();
            let asks = self.sheet.ready();
            debug_assert!(asks.is_empty(), "outputs that are wholly reached need nothing more");
        }
        let checks = self.sheet.check_results();
        let closed = self.sheet.conclude();
        Applied {
            checks,
            sheet: self.sheet,
            state: self.state,
            outputs: closed.outputs,
            diagnostics: closed.diagnostics,
            done: self.done,
            finished: self.finished,
            interrupted,
            cut: self.cut,
            open: self.open,
        }
    }
}

/// Comes when a person wants to stop more urgently than before.
async fn stronger(interrupt: &mut watch::Receiver<Interrupt>, than: Interrupt) -> Interrupt {
    if let Ok(wish) = interrupt.wait_for(|wish| *wish > than).await {
        return *wish;
    }
    // Whoever could interrupt is gone; what is in flight still ends.
    std::future::pending().await
}

pub(crate) fn id_of(value: &Value) -> Option<String> {
    value.get("id").filter(|id| !id.marks().is_sensitive()).and_then(Value::as_str).map(String::from)
}
