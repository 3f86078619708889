//! `apply`: a plan carried out on a session's state.

use crate::journal::StoreJournal;
use crate::ledger::{Journal as Ending, read_state};
use crate::providers::Providers;
use crate::rescue::rescue;
use crate::session::Session;
use crate::world::{Event, Observer};
use async_trait::async_trait;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::sync::watch;
use trueup_addr::{Name, ResourceInstance};
use trueup_apply::{Applied, Apply, Hands, Interrupt, Journal, Told};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_evaluate::Mode;
use trueup_plan::{Part, Plan, PlanMode};
use trueup_provider::Provider;
use trueup_provision::{Around, Failure, Job, Say, Stop};
use trueup_resolve::program::ProviderBinding;
use trueup_schema::Schema;
use trueup_state::{Begun, Change, Entry, Output, Start, State};
use trueup_value::Value;

/// What came of an apply.
pub struct ApplyOutcome {
    /// Steps that were done, by part.
    pub done: BTreeMap<Part, usize>,
    /// The instances that these were steps of.
    pub finished: BTreeSet<ResourceInstance>,
    /// Root outputs as they are now.
    pub outputs: BTreeMap<Name, Output>,
    /// What went wrong.
    pub diagnostics: Diagnostics,
    /// A person stopped it.
    pub interrupted: bool,
}

struct SessionHands {
    providers: Arc<Providers>,
    observer: Arc<dyn Observer>,
    around: Around,
}

#[async_trait]
impl Hands for SessionHands {
    fn provider(&self, binding: &ProviderBinding) -> Result<Arc<dyn Provider>, Diagnostics> {
        self.providers.fresh(binding)
    }

    fn stand_in(&self, addr: &ResourceInstance, provider: &Arc<dyn Provider>) -> Arc<dyn Provider> {
        self.providers.stand_in(addr, provider)
    }

    fn schema(&self, binding: &ProviderBinding, data: bool, kind: &str) -> Option<Arc<Schema>> {
        self.providers.resource(&binding.provider, data, kind)
    }

    fn event(&self, event: trueup_apply::Event) {
        self.observer.event(&Event::Step(event));
    }

    async fn provision(&self, job: &Job, told: &Told) -> Result<(), Failure> {
        let (observer, told, kind) = (self.observer.clone(), told.clone(), job.kind.clone());
        let say: Say = Arc::new(move |line: &str| {
            let line = told.instead.clone().unwrap_or_else(|| line.to_owned());
            let (addr, kind) = (told.addr.clone(), kind.clone());
            observer.event(&Event::Step(trueup_apply::Event::Provisioned { addr, kind, line }));
        });
        trueup_provision::run(job, &self.around, &say).await
    }
}

/// Waits for the wish to stop; for ever where nobody can have it any more.
fn stop_of(interrupt: &watch::Receiver<Interrupt>) -> Stop {
    let interrupt = interrupt.clone();
    Arc::new(move || {
        let mut interrupt = interrupt.clone();
        Box::pin(async move {
            if interrupt.wait_for(|wish| *wish != Interrupt::None).await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    })
}

/// What a plan is carried out for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To have what the configuration says.
    Plan,
    /// To have some objects again as they were applied: nothing else of the configuration is taken up.
    Correction,
}

/// Carries a plan out, journals every step, and writes the state.
pub async fn apply(session: &mut Session, plan: &Plan, plan_hash: &str, parallelism: usize) -> ApplyOutcome {
    carry_out(session, plan, (plan_hash, parallelism), Purpose::Plan).await
}

/// The same, for a purpose.
pub(crate) async fn carry_out(
    session: &mut Session,
    plan: &Plan,
    (plan_hash, parallelism): (&str, usize),
    purpose: Purpose,
) -> ApplyOutcome {
    if let Some(problem) = unfit(session, plan) {
        return refused(session, problem);
    }
    if let Err(problem) = session.ledger.take_over(&session.world).await {
        return refused(session, *problem);
    }
    // Without a lock the plan left this to whoever goes on to change things.
    let told = match session.settle().await {
        Ok(told) => told,
        Err(problem) => return refused(session, *problem),
    };
    let journal = StoreJournal::new(session.ledger.store.clone(), session.ledger.lock.as_ref());
    let opening = opening(session, plan, plan_hash);
    session.ledger.unsettled = true;
    if let Err(problem) = journal.append(opening).await {
        return refused(session, *problem);
    }
    tell_imported(session, plan);
    let world = &session.world;
    let around = Around {
        dir: world.dir.clone(),
        environment: world.environment.clone(),
        random: world.random.clone(),
        stop: stop_of(&world.interrupt),
    };
    let hands =
        SessionHands { providers: session.providers.clone(), observer: world.observer.clone(), around };
    let mut applied = Apply {
        plan,
        program: session.program.clone(),
        sheet: session.sheet(Mode::Apply, Some(plan.timestamp.clone()), false),
        hands: &hands,
        journal: &journal,
        interrupt: session.world.interrupt.clone(),
        parallelism,
    }
    .run()
    .await;
    applied.diagnostics.append(told);
    if applied.cut {
        cut_off(session, &journal, applied).await
    } else {
        close(session, (plan, purpose), &journal, applied).await
    }
}

/// The journal has what the plan found: objects that were imported are in the state with it.
fn tell_imported(session: &Session, plan: &Plan) {
    for change in &plan.changes {
        if let Some(named) = &change.importing {
            let (addr, id) = (change.addr.clone(), named.id().map(String::from));
            session.world.observer.event(&Event::Imported { addr, id });
        }
    }
}

/// Nothing was begun.
fn refused(session: &Session, problem: Diagnostic) -> ApplyOutcome {
    ApplyOutcome {
        done: BTreeMap::new(),
        finished: BTreeSet::new(),
        outputs: session.ledger.state.outputs.clone(),
        diagnostics: problem.into(),
        interrupted: false,
    }
}

/// A plan stands on one state: the same lineage and serial, and nothing in the journal that it doesn't know of.
fn unfit(session: &Session, plan: &Plan) -> Option<Diagnostic> {
    if plan.errored {
        return Some(Diagnostic::error(
            "Cannot apply incomplete plan",
            "Planning stopped at an error, so this plan can be shown but not applied.",
        ));
    }
    // A plan that was made before there was a state is of no other one: a state that is there now makes it stale.
    let first = plan.prior.lineage.is_empty();
    if !first && plan.prior.lineage != session.ledger.document.lineage {
        let named = |lineage: &str| {
            if lineage.is_empty() {
                "no state at all".into()
            } else {
                format!("the state of lineage \"{lineage}\"")
            }
        };
        let detail = format!(
            "The plan was made on {}, and here is {}.",
            named(&plan.prior.lineage),
            named(&session.ledger.document.lineage)
        );
        return Some(
            Diagnostic::error("Saved plan does not match the given state", detail)
                .hint("make a new plan here, or apply this one where it was made"),
        );
    }
    let stale = |why: String| {
        Some(
            Diagnostic::error("Saved plan is stale", why)
                .hint("make a new plan: something else has changed the state since"),
        )
    };
    if first && !session.ledger.document.lineage.is_empty() {
        return stale("The plan was made when there was no state, and there is one now.".into());
    }
    if plan.prior.serial != session.ledger.document.serial {
        return stale(format!(
            "The plan was made on serial {} of the state, and the state is at serial {} now.",
            plan.prior.serial, session.ledger.document.serial
        ));
    }
    if session.ledger.unsettled && !session.looked_into {
        return stale("A run that was stopped half-way has left a journal since the plan was made.".into());
    }
    None
}

fn opening(session: &mut Session, plan: &Plan, plan_hash: &str) -> Vec<Entry> {
    if session.ledger.state.lineage.is_empty() {
        session.ledger.state.lineage = session.world.uuid();
    }
    let start = Entry::Start(Start {
        run: session.world.uuid(),
        operation: match plan.mode {
            PlanMode::Normal => "apply".into(),
            PlanMode::Destroy => "destroy".into(),
            PlanMode::RefreshOnly => "refresh".into(),
        },
        lineage: session.ledger.state.lineage.clone(),
        serial: session.ledger.document.serial,
        plan_hash: plan_hash.into(),
        commit: plan.commit.clone(),
        time: (session.world.clock)(),
    });
    let seen = differences(&session.ledger.state, &plan.prior).into_iter().map(Entry::Changed);
    std::iter::once(start).chain(seen).collect()
}

/// What leads from one state to another, as changes.
fn differences(from: &State, to: &State) -> Vec<Change> {
    let mut changes = Vec::new();
    for object in from.objects() {
        let deposed = object.deposed.cloned();
        if to.object(&object.address(), deposed.as_deref()).is_none() {
            changes.push(Change::Remove { address: object.address(), deposed });
        }
    }
    for object in to.objects() {
        let address = object.address();
        let deposed = object.deposed.cloned();
        let same = from.object(&address, deposed.as_deref()) == Some(object.object)
            && from.provider(&address) == Some(object.provider);
        if !same {
            let (provider, object) = (object.provider.clone(), object.object.clone());
            changes.push(Change::Set { address, deposed, provider, object });
        }
    }
    changes
}

async fn close(
    session: &mut Session,
    (plan, purpose): (&Plan, Purpose),
    journal: &StoreJournal,
    applied: Applied,
) -> ApplyOutcome {
    let mut diagnostics = applied.diagnostics;
    let mut state = applied.state;
    session.keep(applied.sheet);
    let failed = diagnostics.has_errors() || applied.interrupted;
    state.lineage.clone_from(&session.ledger.state.lineage);
    match purpose {
        Purpose::Plan => {
            crate::selection::warn_applied(&mut diagnostics, plan);
            state.outputs = outputs(&session.ledger.state.outputs, &applied.outputs, plan, failed);
            state.checks = trueup_state::wire::check::write(&applied.checks);
        }
        Purpose::Correction => {
            state.outputs.clone_from(&session.ledger.state.outputs);
            state.checks.clone_from(&session.ledger.state.checks);
        }
    }
    let last = vec![
        Entry::Outputs(state.outputs.clone()),
        Entry::Checks(state.checks.clone()),
        Entry::End { ok: !failed },
    ];
    let outputs = state.outputs.clone();
    let ending = if applied.open { Ending::Stays } else { Ending::Ends };
    let untold = if failed { unended(session).await } else { Vec::new() };
    let journalled = journal.append(last).await;
    let complete = journalled.is_ok() && untold.is_empty();
    let written = match journalled {
        Ok(()) => session.ledger.write(&session.world, state.clone(), ending).await,
        Err(problem) => Err(problem),
    };
    match written {
        Ok(_) => {
            if purpose == Purpose::Plan {
                diagnostics.extend(crate::record::note_applied(session, plan, !failed).await);
            }
            session.ledger.unsettled = applied.open;
            if applied.open {
                session.looked_into = false;
                session.ledger.in_flight.clone_from(&untold);
            }
            diagnostics.append(session.tell(untold).await);
        }
        Err(problem) => {
            let kept = rescue(&session.world, &session.ledger, state, (*problem, complete));
            diagnostics.append(kept);
        }
    }
    let (done, finished) = (applied.done, applied.finished);
    ApplyOutcome { done, finished, outputs, diagnostics, interrupted: applied.interrupted }
}

/// Steps without an end in the journal: creations of which nobody knows whether they took effect, and those whose end
/// the journal could not take. Of these the document has what they made all the same.
async fn unended(session: &Session) -> Vec<Begun> {
    match read_state(&session.ledger.store).await {
        Ok((_, _, replayed)) => replayed.in_flight,
        // Objects keep marks that nothing shows; why the store doesn't answer is told where it is written to.
        Err(_) => Vec::new(),
    }
}

/// The run was stopped with steps in flight. What the journal says of them is the truth: some may have ended after
/// the applier stopped looking. The document is written from it, and it stays for the next run.
async fn cut_off(session: &mut Session, journal: &StoreJournal, applied: Applied) -> ApplyOutcome {
    let mut diagnostics = applied.diagnostics;
    let journalled = journal.append(vec![Entry::End { ok: false }]).await;
    let complete = journalled.is_ok();
    let written = match journalled {
        Ok(()) => write_replayed(session).await,
        Err(problem) => Err(problem),
    };
    if let Err(problem) = written {
        let state = State {
            outputs: session.ledger.state.outputs.clone(),
            lineage: session.ledger.state.lineage.clone(),
            ..applied.state
        };
        diagnostics.append(rescue(&session.world, &session.ledger, state, (*problem, complete)));
    }
    let outputs = session.ledger.state.outputs.clone();
    let (done, finished) = (applied.done, applied.finished);
    ApplyOutcome { done, finished, outputs, diagnostics, interrupted: true }
}

async fn write_replayed(session: &mut Session) -> Result<(), Box<Diagnostic>> {
    let (_, _, replayed) = read_state(&session.ledger.store).await?;
    let ending = if replayed.in_flight.is_empty() { Ending::Ends } else { Ending::Stays };
    session.ledger.in_flight = replayed.in_flight;
    session.looked_into = false;
    session.ledger.write(&session.world, replayed.state, ending).await?;
    session.ledger.unsettled = ending == Ending::Stays;
    Ok(())
}

/// The outputs that are stored: what was evaluated, and after errors what was there before.
fn outputs(
    before: &BTreeMap<Name, Output>,
    after: &BTreeMap<Name, Value>,
    plan: &Plan,
    failed: bool,
) -> BTreeMap<Name, Output> {
    if plan.mode == PlanMode::Destroy && !plan.is_partial() && !failed {
        return BTreeMap::new();
    }
    let mut outputs = BTreeMap::new();
    for name in before.keys().chain(after.keys()) {
        let Some(value) = after.get(name).filter(|v| v.is_wholly_known() && !v.marks().is_ephemeral()) else {
            let kept =
                before.get(name).filter(|_| failed || plan.is_partial() || plan.mode == PlanMode::Destroy);
            outputs.extend(kept.map(|output| (name.clone(), output.clone())));
            continue;
        };
        if value.is_null() {
            continue;
        }
        let sensitive = value.marks().is_sensitive();
        outputs.insert(name.clone(), Output { value: value.without_marks(), sensitive });
    }
    outputs
}
