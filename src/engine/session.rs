//! One run on one state: configuration read, store opened, lock held, state replayed.

use crate::backend::{choose_backend, local_only, state_file};
use crate::bindings::Bindings;
use crate::inputs::{Given, InputSources, VAR_OPTION, answers, read_inputs};
use crate::ledger::{Holding, Ledger, NotHeld};
use crate::load::{NotOpened, load, start_providers};
use crate::made::tell_made;
use crate::planning::{Circumstances, Finished, Objects, PlanOptions, Planner, reached};
use crate::providers::Providers;
use crate::retyped::{as_moved, retype};
use crate::selection;
use crate::trial::Kept;
use crate::validate::cwd;
use crate::world::{Wanted, World};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::watch;
use trueup_apply::Interrupt;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_diff::{Move, apply_moves, removed_still_declared};
use trueup_evaluate::{Input, Mode, Sheet, Surroundings};
use trueup_plan::{Plan, PlanMode, Snapshot, SnapshotInput};
use trueup_resolve::Program;
use trueup_resolve::program::{Module, Variable};
use trueup_state::{Action, Begun, Commit, State};
use trueup_store::{Backup, Store};
use trueup_value::{Name, Value};

/// What a run is about.
#[derive(Clone, Debug)]
pub struct SessionOptions {
    /// How the state is taken in hand.
    pub holding: Holding,
    /// Where values of variables come from.
    pub inputs: InputSources,
    /// A local state file named on the command line.
    pub state_path: Option<String>,
    /// Another one that the new state goes to; the first one stays as it is.
    pub state_out: Option<String>,
    /// The configuration and inputs of a saved plan, instead of those in the directory.
    pub saved: Option<Snapshot>,
    /// Refuse a configuration in which `validate` finds errors, before anything is read for it.
    pub valid: bool,
}

/// One run on one state.
pub struct Session {
    pub(crate) world: World,
    pub(crate) program: Arc<Program>,
    /// The texts, for diagnostics.
    pub sources: Sources,
    pub(crate) providers: Arc<Providers>,
    pub(crate) ledger: Ledger,
    /// A plan was made in this session without errors, so the ends of all interrupted steps are known.
    pub(crate) looked_into: bool,
    pub(crate) inputs: BTreeMap<Name, Input>,
    /// What was found on the way here, none of it an error; the next plan tells it.
    pub(crate) warnings: Diagnostics,
    pub(crate) commit: Option<Commit>,
    pub(crate) snapshot: Snapshot,
    pub(crate) workspace: Name,
    /// What the last plan or apply made of the configuration, where it is wanted afterwards.
    pub(crate) kept: Kept,
}

/// A configuration and its texts.
pub(crate) struct Configuration {
    program: Arc<Program>,
    snapshot: Snapshot,
    sources: Sources,
    providers: Arc<Providers>,
}

/// The values of root variables; a person is asked for those that are missing.
fn values(
    world: &World,
    (root, said): (&Module, &BTreeMap<Name, Input>),
    options: &SessionOptions,
    sources: &mut Sources,
) -> (BTreeMap<Name, Input>, Diagnostics) {
    let (mut inputs, mut diagnostics) = read_inputs(&world.dir, root, &options.inputs, sources);
    inputs.extend(said.clone());
    if options.saved.is_some() || diagnostics.has_errors() {
        return (inputs, diagnostics);
    }
    let asked = asked(world, root, &inputs);
    if !asked.given.is_empty() {
        let (answers, found) = answers(root, &asked, sources);
        inputs.extend(answers);
        diagnostics.append(found);
    }
    (inputs, diagnostics)
}

/// What a person says of the variables that have no value.
fn asked(world: &World, root: &Module, inputs: &BTreeMap<Name, Input>) -> InputSources {
    let mut asked = InputSources::default();
    for variable in root.variables.iter().filter(|v| v.default.is_none() && !inputs.contains_key(&v.name)) {
        let wanted = Wanted {
            name: &variable.name,
            description: &variable.description,
            sensitive: variable.sensitive,
        };
        let Some(answer) = world.observer.ask(&wanted) else { break };
        asked.given.push(Given::Var(format!("{}={answer}", variable.name)));
    }
    asked
}

/// What is said of all the providers that can't be started, before anything is planned with them.
fn locked_out(missing: Diagnostics) -> Option<Diagnostic> {
    let mut missing = missing.into_iter();
    let first = missing.next()?;
    let details = missing.fold(first.detail.clone(), |all, one| format!("{all}\n{}", one.detail));
    Some(Diagnostic { summary: "Inconsistent dependency lock file".into(), detail: details, ..first })
}

/// A plan and what was found on the way to it.
pub struct Planned {
    /// The plan; absent where not even a partial one could be made.
    pub plan: Plan,
    /// What was found.
    pub diagnostics: Diagnostics,
}

impl Session {
    /// Reads the configuration, opens and locks the store, and replays what an interrupted run left.
    pub async fn open(world: &World, options: SessionOptions) -> Result<Session, NotOpened> {
        let loaded = load(world, options.saved.as_ref());
        let mut sources = loaded.sources;
        let mut diagnostics = loaded.diagnostics;
        diagnostics.append(loaded.calls);
        let mut references = loaded.references;
        let judging = options.valid && options.saved.is_none();
        if !judging {
            diagnostics.append(std::mem::take(&mut references));
        }
        if !diagnostics.has_errors() {
            diagnostics.append(loaded.planning);
        }
        diagnostics.append(loaded.backend);
        if diagnostics.has_errors() {
            return Err(NotOpened { locked: false, sources, diagnostics });
        }
        let root = loaded.program.module_at(trueup_resolve::NodeId::ROOT);
        let (mut inputs, found) = values(world, (root, &loaded.answers), &options, &mut sources);
        diagnostics.append(found);
        if let Some(saved) = &options.saved {
            diagnostics.extend(given_again(root, &inputs, &options.inputs, saved));
            inputs.retain(|name, _| root.variables.iter().any(|v| v.name == *name && v.ephemeral));
            inputs.extend(saved.inputs.iter().map(|(name, input)| (name.clone(), restored(input))));
        }
        let selected = world.workspace();
        if let Err(problem) = &selected {
            diagnostics.push((**problem).clone());
        }
        let Some(workspace) = selected.ok().filter(|_| !diagnostics.has_errors()) else {
            return Err(NotOpened { locked: false, sources, diagnostics });
        };
        let ledger = match Session::open_ledger(world, &loaded.program, &options).await {
            Ok(ledger) => ledger,
            Err(NotHeld { locked, diagnostic }) => {
                diagnostics.push(*diagnostic);
                return Err(NotOpened { locked, sources, diagnostics });
            }
        };
        let moved = as_moved(&ledger.state, &loaded.program);
        let (providers, found) = start_providers(world, &loaded.program, Some(&moved), &ledger.in_flight);
        diagnostics.extend(locked_out(found));
        let providers = Arc::new(providers);
        if judging && !diagnostics.has_errors() {
            let (wrong, warnings): (Vec<_>, Vec<_>) = references.into_iter().partition(Diagnostic::is_error);
            let wrong = wrong.into_iter().collect();
            let found = crate::validate::judged(world, &loaded.program, &providers, wrong).await;
            diagnostics.extend(warnings);
            diagnostics.extend(found.into_iter().filter(Diagnostic::is_error));
        }
        if diagnostics.has_errors() {
            // The run fails for another reason, which is reported; a lock that stays is found by the next run.
            drop(ledger.close().await);
            return Err(NotOpened { locked: false, sources, diagnostics });
        }
        Ok(Session {
            world: world.clone(),
            program: loaded.program,
            sources,
            providers,
            ledger,
            looked_into: false,
            inputs,
            warnings: diagnostics,
            commit: world.commit(),
            snapshot: loaded.snapshot,
            workspace: workspace.into(),
            kept: Kept::Never,
        })
    }

    async fn open_ledger(
        world: &World,
        program: &Program,
        options: &SessionOptions,
    ) -> Result<Ledger, NotHeld> {
        let chosen = choose_backend(world, program, options.state_path.as_deref())?;
        let is_kept = matches!(options.holding.backup, Backup::File(_));
        if chosen.kind != "local" && (options.state_out.is_some() || is_kept) {
            return Err(local_only(&chosen.kind).into());
        }
        match &options.state_out {
            None => Ledger::open(world, &chosen, &options.holding).await,
            Some(out) => Ledger::open_elsewhere(world, &chosen, &state_file(out), &options.holding).await,
        }
    }

    /// Puts something between the run and its store, such as what counts or limits its writes.
    #[must_use]
    pub fn around_store(mut self, wrap: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Store>) -> Session {
        self.ledger.store = wrap(self.ledger.store);
        self
    }

    /// The configuration, to come back to.
    pub(crate) fn clone_configuration(&self) -> Configuration {
        Configuration {
            program: self.program.clone(),
            snapshot: self.snapshot.clone(),
            sources: self.sources.clone(),
            providers: self.providers.clone(),
        }
    }

    /// Comes back to a configuration.
    pub(crate) fn restore_configuration(&mut self, configuration: Configuration) {
        self.program = configuration.program;
        self.snapshot = configuration.snapshot;
        self.sources = configuration.sources;
        self.providers = configuration.providers;
    }

    /// Values of root variables as the plan notes them.
    pub(crate) fn variables(&self) -> BTreeMap<Name, Value> {
        let root = self.program.module_at(trueup_resolve::NodeId::ROOT);
        let given = root.variables.iter().filter(|variable| !variable.ephemeral).filter_map(|variable| {
            let value = match self.inputs.get(&variable.name) {
                Some(input) => input.value.clone(),
                None => variable.default.clone()?,
            };
            Some((variable.name.clone(), trueup_value::convert(&value, &variable.ty).unwrap_or(value)))
        });
        given.collect()
    }

    pub(crate) fn sheet(&self, mode: Mode, timestamp: Option<Arc<str>>, impure_unknown: bool) -> Sheet {
        let around = Surroundings {
            schemas: self.providers.clone(),
            host: self.world.host(timestamp, impure_unknown),
            inputs: self.inputs.clone(),
            workspace: self.workspace.clone(),
            cwd: cwd(&self.world),
            mode,
        };
        Sheet::new(self.program.clone(), around)
    }

    /// The state with all moves made, and what was found so far.
    async fn moved(&mut self) -> (State, Vec<Move>, Diagnostics) {
        let mut state = self.ledger.state.clone();
        let mut found = std::mem::take(&mut self.warnings);
        let (moves, problems) = apply_moves(&mut state, &self.program);
        found.append(problems);
        let around = (&*self.program, &*self.providers);
        found.append(retype(around, &mut state, &self.ledger.state, &moves).await);
        (state, moves, found)
    }

    /// Makes a plan.
    pub async fn plan(&mut self, options: &PlanOptions) -> Planned {
        let timestamp: Arc<str> = (self.world.clock)().into();
        let sheet = self.sheet(Mode::Plan, Some(timestamp.clone()), true);
        let (state, moves, mut diagnostics) = self.moved().await;
        diagnostics.append(removed_still_declared(&self.program));
        diagnostics.extend(selection::half_moved(&moves, options));
        let moved_from = moves.into_iter().map(|m| (m.to, m.from)).collect();
        let objects = Objects::new(state, moved_from, options);
        let world = self.world.clone();
        let mut reaching = options.clone();
        if options.mode == PlanMode::Destroy && !options.targets.is_empty() {
            reaching.targets = reached(&objects.state, &options.targets);
        }
        let mut planner =
            Planner::new(self.program.clone(), (sheet, objects), reaching, &self.providers, &*world.observer)
                .with_in_flight(self.ledger.in_flight.clone());
        let interrupted = tokio::select! {
            biased;
            () = wished(world.interrupt.clone(), Interrupt::Graceful) => Some(stopped_planning()),
            () = planner.run() => None,
        };
        tokio::select! {
            biased;
            () = wished(world.interrupt.clone(), Interrupt::Immediate) => {}
            () = planner.end_opening() => {}
        }
        planner.close_ephemeral().await;
        let token = self.world.clone();
        let around = Circumstances {
            timestamp,
            commit: self.commit.clone(),
            workspace: self.workspace.clone(),
            variables: self.variables(),
            token: Arc::new(move || token.token()),
        };
        let Finished { mut plan, recovered, diagnostics: found, sheet } =
            planner.finish(&self.ledger.state, around);
        match interrupted {
            // What a sheet says that was left half-way is of no use to anybody.
            Some(stopped) => diagnostics.push(stopped),
            None => diagnostics.append(found),
        }
        diagnostics.extend(self.out_of_reach());
        plan.errored |= diagnostics.has_errors();
        if !plan.errored {
            for change in &recovered {
                self.ledger.state.apply(change).expect("what was recovered goes where nothing is");
            }
            self.looked_into = true;
            if self.ledger.lock.is_some() {
                match self.settle().await {
                    Ok(found) => diagnostics.append(found),
                    Err(error) => {
                        diagnostics.push(*error);
                        plan.errored = true;
                    }
                }
            }
        }
        self.keep(sheet);
        plan.targets.clone_from(&options.targets);
        plan.prior.serial = self.ledger.document.serial;
        plan.prior.lineage.clone_from(&self.ledger.document.lineage);
        selection::warn(&mut diagnostics, options);
        Planned { plan, diagnostics }
    }

    /// Creations of an interrupted run whose provider configuration is gone, so that nobody can say how they ended.
    fn out_of_reach(&self) -> Vec<Diagnostic> {
        let mut bindings = Bindings::default();
        let ledger = &self.ledger;
        let creations = ledger.in_flight.iter().filter(|begun| begun.action == Action::Create);
        let open = creations.filter(|begun| ledger.state.current(&begun.address).is_none());
        let lost = open.filter(|begun| bindings.find(&self.program, &begun.provider).is_none());
        lost.map(|begun| {
            Diagnostic::error(
                "Provider configuration not present",
                format!(
                    "An earlier run began to create {} and did not learn how that ended. To find out whether the object was made, its provider configuration {} is needed, but it is no longer in the configuration.",
                    begun.address, begun.provider
                ),
            )
            .on(begun.address.to_string())
            .hint("put the provider block back until a plan has found out")
        })
        .collect()
    }

    /// Writes what an interrupted run left, now that a plan has found out how it ended, and clears its journal.
    pub(crate) async fn settle(&mut self) -> Result<Diagnostics, Box<Diagnostic>> {
        let ended = self.ledger.settle(&self.world).await?;
        Ok(self.tell(ended).await)
    }

    /// Tells the providers of those steps that created something which is on record now.
    pub(crate) async fn tell(&self, ended: Vec<Begun>) -> Diagnostics {
        let creations = ended.into_iter().filter(|begun| begun.action == Action::Create).collect();
        tell_made(&self.program, &self.providers, self.state(), creations).await
    }

    /// Gives the lock back.
    pub async fn close(self) -> Diagnostics {
        self.ledger.close().await
    }

    /// The configuration and inputs, for a plan file.
    pub fn snapshot(&self) -> Snapshot {
        let root = self.program.module_at(trueup_resolve::NodeId::ROOT);
        let lasting = |name: &Name| !root.variables.iter().any(|v| v.name == *name && v.ephemeral);
        let inputs = self.inputs.iter().filter(|(name, _)| lasting(name)).map(|(name, input)| {
            (name.clone(), SnapshotInput { value: input.value.clone(), source: input.source.clone() })
        });
        let origin = self.world.taken_from.as_ref().map(|taken| taken.origin.clone());
        Snapshot { inputs: inputs.collect(), origin, ..self.snapshot.clone() }
    }

    /// How many calls were made to clouds whose providers count them.
    pub fn calls(&self) -> u64 {
        self.providers.calls()
    }

    /// Whether the values of all root variables are known, so that a plan made with them can be applied later.
    pub fn is_wholly_given(&self) -> bool {
        self.inputs.values().all(|input| input.value.is_wholly_known())
    }

    /// The program, for views.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// The providers, for views.
    pub fn providers(&self) -> &Arc<Providers> {
        &self.providers
    }

    /// The state as it stands in the store, with an interrupted run's journal replayed.
    pub fn state(&self) -> &State {
        &self.ledger.state
    }

    /// Where an interrupted run was working.
    pub fn in_flight(&self) -> &[Begun] {
        &self.ledger.in_flight
    }
}

/// Variables that the command line sets to something else than a saved plan has; ephemeral ones are in no plan.
fn given_again(
    root: &Module,
    inputs: &BTreeMap<Name, Input>,
    from: &InputSources,
    saved: &Snapshot,
) -> Vec<Diagnostic> {
    let on_command_line = |source: &str| {
        from.given.iter().any(|given| match given {
            Given::Var(_) => source == VAR_OPTION,
            Given::File(file) => source == file,
            Given::Value { source: from, .. } => source == from,
        })
    };
    let differs = |variable: &&Variable| {
        let given = inputs.get(&variable.name).filter(|input| on_command_line(&input.source));
        let before = saved.inputs.get(&variable.name).map(|input| &input.value);
        let (Some(given), Some(before)) = (given, before.or(variable.default.as_ref())) else {
            return given.is_some();
        };
        let converted = |value| trueup_value::convert(value, &variable.ty).ok();
        converted(&given.value) != converted(before)
    };
    let lasting = root.variables.iter().filter(|variable| !variable.ephemeral);
    let names: Vec<String> = lasting.filter(differs).map(|v| format!("\"{}\"", v.name)).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let detail = format!(
        "A saved plan holds the values it was made with, and the command line sets {} to something else.",
        names.join(", ")
    );
    vec![
        Diagnostic::error("Can't change variable when applying a saved plan", detail)
            .hint("leave out -var and -var-file here, or make a new plan with other values"),
    ]
}

fn restored(input: &SnapshotInput) -> Input {
    Input { value: input.value.clone(), source: input.source.clone(), span: None }
}

/// Comes when a person wants to stop, at least so urgently.
async fn wished(mut interrupt: watch::Receiver<Interrupt>, least: Interrupt) {
    // Whoever could interrupt may be gone; then nobody does any more.
    if interrupt.wait_for(|wish| *wish >= least).await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn stopped_planning() -> Diagnostic {
    Diagnostic::error(
        "Operation canceled",
        "Planning was interrupted before it came to its end. Nothing was changed.",
    )
}
