//! Planning: the sheet asks, the providers answer, and what comes of each object is noted.
//!
//! One loop drives everything: what the sheet asks is put in flight, and each answer is filled in, which lets the
//! sheet ask more. A provider's objects are all read in one go right after it is configured.

mod changes;
mod data;
mod dependencies;
mod destroy;
mod ephemeral;
mod finish;
mod imports;
pub(crate) mod instance;
mod objects;
mod unchanged;
mod watched;

use crate::Observer;
use crate::providers::Providers;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use imports::Sought;
use instance::{Planned, Subject, plan_instance};
pub(crate) use objects::{Objects, ProviderWork as Work, ready_provider};
use objects::{ProviderWork, Readied};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::sync::Semaphore;
use trueup_addr::{ConfigResource, Mode, ResourceInstance, Target};
use trueup_apply::Opened;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_diff::{Change, Replace};
use trueup_evaluate::{Ask, CellId, InstanceAsk, ProviderAsk, Sheet};
use trueup_plan::{Importing, PlanMode, ResourceChange};
use trueup_refresh::ObjectId;
use trueup_resolve::Program;
use trueup_resolve::program::ProviderBinding;
use trueup_state::{Begun, Status};
use trueup_value::Value;
use watched::Watched;

pub(crate) use destroy::reached;
pub(crate) use finish::{Circumstances, Finished};
pub(crate) use imports::{accepted, id_named, identity_named, import};

/// What is asked of a plan.
#[derive(Clone, Debug)]
pub struct PlanOptions {
    /// Normal, destroy or refresh-only.
    pub mode: PlanMode,
    /// `-refresh`
    pub refresh: bool,
    /// `-target`
    pub targets: BTreeSet<Target>,
    /// `-exclude`: these and what depends on them are left as they are
    pub excludes: BTreeSet<Target>,
    /// Where set, only these may change: others stand as the state has them, for whatever refers to them.
    pub only: Option<BTreeSet<ResourceInstance>>,
    /// `-replace`
    pub replace: BTreeSet<ResourceInstance>,
    /// How many calls are in flight at most.
    pub parallelism: usize,
}

impl Default for PlanOptions {
    fn default() -> PlanOptions {
        PlanOptions {
            mode: PlanMode::Normal,
            refresh: true,
            targets: BTreeSet::new(),
            excludes: BTreeSet::new(),
            only: None,
            replace: BTreeSet::new(),
            parallelism: 10,
        }
    }
}

/// What came back from one call.
enum Answer {
    Provider(Box<ProviderAsk>, Box<Readied>),
    Planned(Box<InstanceAsk>, Option<Box<Planned>>, Diagnostics),
    Read(Box<InstanceAsk>, Option<Value>, Diagnostics),
    Observed(Box<InstanceAsk>, Box<Readied>),
    Imported(Box<InstanceAsk>, Box<Readied>),
    Opened(Box<InstanceAsk>, Option<Value>, Option<Opened>, Diagnostics),
}

/// A plan in the making.
pub(crate) struct Planner<'a> {
    program: Arc<Program>,
    providers: &'a Providers,
    sheet: Sheet,
    objects: Objects,
    options: PlanOptions,
    observer: &'a dyn Observer,
    permits: Arc<Semaphore>,
    /// Instances that the configuration has.
    cells: BTreeMap<ResourceInstance, CellId>,
    /// Those of them that change.
    changing: BTreeSet<CellId>,
    /// Where in `changes` each instance stands.
    noted: BTreeMap<CellId, usize>,
    /// Whether something a cell waits for changes; remembered.
    pending: BTreeMap<CellId, bool>,
    changes: Vec<ResourceChange>,
    /// Creations of an earlier run whose end is not known.
    in_flight: Vec<Begun>,
    /// What was found of them.
    recovered: Vec<trueup_state::Change>,
    /// Instances whose import waits for something, and how far the sheet was when they were last tried.
    held: Vec<InstanceAsk>,
    retried: usize,
    /// What the `import` blocks say.
    wanted: BTreeMap<ConfigResource, imports::Wanted>,
    /// What instances are imported with.
    importing: BTreeMap<ResourceInstance, Importing>,
    /// Ephemeral resources that are being opened. They are waited for also when planning is interrupted.
    opening: FuturesUnordered<BoxFuture<'a, Answer>>,
    /// Those that are open.
    opened: Vec<Opened>,
}

impl<'a> Planner<'a> {
    pub(crate) fn new(
        program: Arc<Program>,
        (sheet, objects): (Sheet, Objects),
        options: PlanOptions,
        providers: &'a Providers,
        observer: &'a dyn Observer,
    ) -> Planner<'a> {
        let wanted = imports::wanted(&program);
        Planner {
            program,
            providers,
            sheet,
            objects,
            permits: Arc::new(Semaphore::new(options.parallelism.max(1))),
            options,
            observer,
            cells: BTreeMap::new(),
            changing: BTreeSet::new(),
            noted: BTreeMap::new(),
            pending: BTreeMap::new(),
            changes: Vec::new(),
            in_flight: Vec::new(),
            recovered: Vec::new(),
            held: Vec::new(),
            retried: 0,
            wanted,
            importing: BTreeMap::new(),
            opening: FuturesUnordered::new(),
            opened: Vec::new(),
        }
    }

    pub(crate) fn with_in_flight(mut self, in_flight: Vec<Begun>) -> Planner<'a> {
        self.in_flight = in_flight;
        self
    }

    /// Runs until nothing is asked any more.
    pub(crate) async fn run(&mut self) {
        self.request();
        let mut calls: FuturesUnordered<BoxFuture<'a, Answer>> = FuturesUnordered::new();
        let mut targeted = !self.options.targets.is_empty() && self.options.mode != PlanMode::Destroy;
        let mut unchecked = self.options.targets.is_empty() && self.options.mode != PlanMode::Destroy;
        loop {
            let asks = self.sheet.ready();
            if !asks.is_empty() {
                calls.extend(asks.into_iter().filter_map(|ask| self.start(ask)));
                continue;
            }
            if self.retry_held(&mut calls) {
                continue;
            }
            match self.next(&mut calls).await {
                Some(answer) => calls.extend(self.take(answer)),
                None if !self.held.is_empty() => self.give_up_held(),
                None if targeted => {
                    targeted = false;
                    self.sheet.request_reached_outputs();
                }
                None if unchecked => {
                    unchecked = false;
                    self.sheet.request_checks();
                }
                None => break,
            }
        }
    }

    fn request(&mut self) {
        let (bindings, missing) = self.objects.bindings(&self.program, &self.options);
        self.sheet.report(missing);
        let interrupted: Vec<_> = self
            .in_flight
            .iter()
            .filter_map(|begun| self.objects.find_binding(&self.program, &begun.provider))
            .collect();
        for binding in bindings.into_iter().chain(interrupted) {
            self.sheet.request_provider(&binding);
        }
        if self.options.mode == PlanMode::Destroy {
            return;
        }
        self.sheet.exclude(self.options.excludes.clone());
        if self.options.targets.is_empty() {
            self.sheet.request_all();
        } else {
            self.sheet.request_targets(self.options.targets.clone());
        }
    }

    /// Puts a call in flight, or answers at once where no call is needed.
    fn start(&mut self, ask: Ask) -> Option<BoxFuture<'a, Answer>> {
        match ask {
            Ask::Provider(ask) => Some(self.start_provider(ask)),
            Ask::Instance(ask) => {
                self.cells.insert(ask.addr.clone(), ask.cell);
                self.objects.include(&ObjectId { addr: ask.addr.clone(), deposed: None });
                match ask.addr.resource.mode {
                    Mode::Managed if self.objects.must_read(&ask.addr) => Some(self.start_observing(ask)),
                    Mode::Managed => self.start_managed(ask),
                    Mode::Data => self.start_data(ask),
                    Mode::Ephemeral => {
                        self.start_ephemeral(ask);
                        None
                    }
                }
            }
        }
    }

    fn start_provider(&mut self, ask: Box<ProviderAsk>) -> BoxFuture<'a, Answer> {
        let provider = self.providers.fresh(&ask.binding);
        let work = self.objects.work_of(&ask.binding, self.providers, &self.options, &self.in_flight);
        let watched = self.watched(&ask.binding, &work);
        let program = self.program.clone();
        let permits = self.permits.clone();
        Box::pin(async move {
            let _permit = permits.acquire().await;
            let readied = match provider {
                Ok(provider) => objects::ready_provider(provider, program, &ask, work).await,
                Err(diagnostics) => {
                    Readied { provider: None, observed: Vec::new(), recovered: Vec::new(), diagnostics }
                }
            };
            watched.over();
            Answer::Provider(ask, Box::new(readied))
        })
    }

    /// Tells what is about to be read.
    fn watched(&self, binding: &ProviderBinding, work: &ProviderWork) -> Watched<'a> {
        let provider = binding.provider.kind.to_string();
        Watched { observer: self.observer, provider, objects: work.subjects() }.begin()
    }

    /// With targets only what they need is read, when it turns out to be needed.
    fn start_observing(&mut self, ask: Box<InstanceAsk>) -> BoxFuture<'a, Answer> {
        let provider = self.providers.configured(&ask.binding);
        let reachable = provider.as_ref().is_some_and(|provider| provider.is_reachable());
        let refresh = self.options.refresh && reachable && !self.stays(&ask.addr);
        let work = self.objects.work_of_one(&ask, self.providers, refresh);
        let watched = self.watched(&ask.binding, &work);
        let permits = self.permits.clone();
        Box::pin(async move {
            let _permit = permits.acquire().await;
            let readied = objects::read_objects(provider, work).await;
            watched.over();
            Answer::Observed(ask, Box::new(readied))
        })
    }

    fn start_managed(&mut self, ask: Box<InstanceAsk>) -> Option<BoxFuture<'a, Answer>> {
        let prior = self.objects.prior(&ask.addr);
        if self.stays(&ask.addr) {
            self.hold(&ask, prior);
            return None;
        }
        if self.options.mode != PlanMode::Normal {
            self.keep(&ask, prior.map_or_else(|| Value::null(ask.config.ty()), |p| p.value));
            return None;
        }
        if prior.is_none() && !self.importing.contains_key(&ask.addr) {
            match self.sought(&ask.addr) {
                Sought::Nothing => {}
                Sought::Object(named) => return self.start_import(ask, named),
                Sought::NotYet => {
                    self.held.push(*ask);
                    return None;
                }
                Sought::Wrong => {
                    self.sheet.fill(ask.cell, None);
                    return None;
                }
            }
        }
        let subject = self.subject(&ask, prior)?;
        let permits = self.permits.clone();
        Some(Box::pin(async move {
            let _permit = permits.acquire().await;
            let (planned, diagnostics) = plan_instance(subject).await;
            Answer::Planned(ask, planned.map(Box::new), diagnostics)
        }))
    }

    fn subject(&mut self, ask: &InstanceAsk, prior: Option<objects::PriorObject>) -> Option<Subject> {
        let Some(provider) = self.providers.configured_for(&ask.binding, &ask.addr) else {
            self.sheet.fill(ask.cell, None);
            return None;
        };
        let schema = self.providers.resource(&ask.binding.provider, false, &ask.addr.resource.kind);
        let schema = schema.expect("the sheet asks only for types that have a schema");
        let resource = &self.program.module_at(ask.node).resources[ask.slot as usize];
        let replace = Replace {
            tainted: prior.as_ref().is_some_and(|p| p.status == Status::Tainted),
            requested: self.options.replace.contains(&ask.addr),
            triggered: self.is_triggered(ask),
        };
        let (value, private) = match prior {
            Some(prior) => (prior.value, prior.private),
            None => (Value::null(schema.block.value_type()), trueup_provider::Private::from([])),
        };
        Some(Subject {
            provider,
            schema,
            kind: ask.addr.resource.kind.clone(),
            prior: value,
            private,
            config: ask.config.clone(),
            ignore: resource.lifecycle.ignore_changes.clone(),
            replace,
        })
    }

    /// Whether something that `replace_triggered_by` names changes: the named attribute, or anything at all.
    fn is_triggered(&self, ask: &InstanceAsk) -> bool {
        ask.triggers.iter().any(|trigger| {
            trigger.instances.iter().any(|cell| {
                let Some(change) = self.change_of(*cell) else { return false };
                if trigger.path.0.is_empty() {
                    return change.action.is_change();
                }
                change.before.at_path(&trigger.path) != change.after.at_path(&trigger.path)
            })
        })
    }

    fn change_of(&self, cell: CellId) -> Option<&Change> {
        self.noted.get(&cell).map(|index| &self.changes[*index].change)
    }

    /// Takes an answer; gives the next call where one follows directly.
    fn take(&mut self, answer: Answer) -> Option<BoxFuture<'a, Answer>> {
        match answer {
            Answer::Provider(ask, readied) => self.take_provider(&ask, *readied),
            Answer::Observed(ask, readied) => {
                let failed = readied.diagnostics.has_errors();
                self.take_readied(*readied);
                if !failed {
                    return self.start_managed(ask);
                }
                self.sheet.fill(ask.cell, None);
            }
            Answer::Imported(ask, readied) => return self.take_imported(ask, *readied),
            Answer::Planned(ask, planned, diagnostics) => self.take_planned(&ask, planned, diagnostics),
            Answer::Opened(ask, value, opened, found) => self.take_opened(&ask, value, opened, found),
            Answer::Read(ask, value, diagnostics) => self.take_read(&ask, value, diagnostics),
        }
        None
    }

    fn take_provider(&mut self, ask: &ProviderAsk, mut readied: Readied) {
        let provider = readied.provider.take();
        let failed = readied.diagnostics.has_errors();
        self.take_readied(readied);
        match provider {
            Some(provider) if !failed => {
                self.providers.keep(&ask.binding, provider);
                self.sheet.fill(ask.cell, Some(Value::from(true)));
            }
            _ => self.sheet.fill(ask.cell, None),
        }
    }

    fn take_readied(&mut self, readied: Readied) {
        self.recovered.extend(readied.recovered.iter().cloned());
        self.objects.take(readied.observed, &readied.recovered);
        self.sheet.report(readied.diagnostics);
    }

    fn take_planned(&mut self, ask: &InstanceAsk, planned: Option<Box<Planned>>, diagnostics: Diagnostics) {
        let located = Self::located(ask, diagnostics);
        self.sheet.report(located);
        let Some(planned) = planned else {
            self.sheet.fill(ask.cell, None);
            return;
        };
        let resource = &self.program.module_at(ask.node).resources[ask.slot as usize];
        let guard = resource.lifecycle.prevent_destroy.clone();
        let guard = guard.filter(|_| planned.decision.action.is_replace());
        if let Some(found) = guard.and_then(|guard| self.prevents(&guard, &ask.addr)) {
            self.sheet.report([found]);
            self.sheet.fill(ask.cell, None);
            return;
        }
        let before = self.objects.prior(&ask.addr).map(|p| p.value);
        let change = Change {
            action: planned.decision.action,
            reason: planned.decision.reason,
            before: before.unwrap_or_else(|| Value::null(planned.after.ty())),
            after: planned.after.clone(),
            replace_paths: planned.decision.replace_paths,
            private: planned.private,
        };
        if change.action.is_change() {
            self.changing.insert(ask.cell);
        }
        self.note(ask, change);
        if let Some(last) = self.changes.last_mut() {
            last.marked = planned.marked;
        }
        self.sheet.fill(ask.cell, Some(planned.after));
    }

    pub(super) fn located(ask: &InstanceAsk, diagnostics: Diagnostics) -> Vec<Diagnostic> {
        let name = |d: Diagnostic| {
            let named = Diagnostic { address: d.address.clone().or_else(|| Some(ask.addr.to_string())), ..d };
            named.at_opt(Some(ask.span))
        };
        diagnostics.into_iter().map(name).collect()
    }
}
