//! Provisioners: after an object was made, and before it is destroyed.

use crate::event::Event;
use crate::run::{Came, Driver};
use crate::step::{carry_out, failed, finish};
use crate::work::{Made, Stage, Work};
use futures::future::BoxFuture;
use std::collections::VecDeque;
use trueup_addr::ResourceInstance;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_evaluate::Provisioning;
use trueup_plan::{Node, Part};
use trueup_provision::{Failure, Job};
use trueup_resolve::NodeId;
use trueup_resolve::expr::Body;
use trueup_resolve::program::Provisioner;
use trueup_value::Value;

/// Who is told what a provisioner puts out.
#[derive(Clone, Debug)]
pub struct Told {
    /// The instance.
    pub addr: ResourceInstance,
    /// What is said in place of each line of output, where that may not be shown.
    pub instead: Option<String>,
}

/// A step at which provisioners run.
pub(crate) struct Provisioned {
    work: Box<Work>,
    /// What was made; nothing before the end of an object.
    made: Option<Made>,
    /// The object that `self` is, marks included.
    itself: Value,
    running: Option<(Provisioner, Option<String>)>,
    left: VecDeque<Provisioner>,
    /// The module of the blocks, and the connection of the resource.
    node: NodeId,
    outer: Option<Body>,
    problems: Diagnostics,
}

impl<'a> Driver<'a> {
    /// Puts a step in flight.
    pub(crate) fn begin(&mut self, work: Box<Work>) -> BoxFuture<'a, Came> {
        match (self.end_of(&work), self.plan.steps.node(work.node)) {
            (Some((left, node, outer)), Node::Step(step)) => {
                let itself = self.plan.changes[step.change].change.before.clone();
                self.provision(Box::new(Provisioned {
                    work,
                    made: None,
                    itself,
                    running: None,
                    left,
                    node,
                    outer,
                    problems: Diagnostics::new(),
                }))
            }
            _ => self.call(work),
        }
    }

    fn call(&self, work: Box<Work>) -> BoxFuture<'a, Came> {
        let journal = self.journal;
        Box::pin(async move { Came::Called(carry_out(work, journal).await) })
    }

    /// Whether the block of an instance has provisioners for its creation.
    pub(crate) fn is_provisioned(&self, addr: &ResourceInstance) -> bool {
        self.asks.get(addr).is_some_and(|ask| {
            let block = &self.program.module_at(ask.node).resources[ask.slot as usize];
            block.provisioners.iter().any(|provisioner| !provisioner.destroy)
        })
    }

    /// The provisioners for the end of an object. One that was never whole and one that stepped aside for its
    /// replacement go without.
    fn end_of(&self, work: &Work) -> Option<(VecDeque<Provisioner>, NodeId, Option<Body>)> {
        if work.part != Part::Delete || work.deposed.is_some() || work.was_tainted {
            return None;
        }
        let (all, node, outer) =
            match (self.program.block_of(&work.addr), self.program.removed_by(&work.addr)) {
                (Some((node, block)), _) => (&block.provisioners, node, &block.connection),
                (None, Some((node, block))) => (&block.provisioners, node, &block.connection),
                (None, None) => return None,
            };
        let left: VecDeque<Provisioner> = all.iter().filter(|one| one.destroy).cloned().collect();
        if left.is_empty() { None } else { Some((left, node, outer.clone())) }
    }

    /// An object was made: its provisioners follow.
    pub(crate) fn made(&mut self, work: Box<Work>, made: Made) -> BoxFuture<'a, Came> {
        let ask = self.asks.get(&work.addr).expect("what is made was asked for");
        let block = &self.program.module_at(ask.node).resources[ask.slot as usize];
        let left = block.provisioners.iter().filter(|one| !one.destroy).cloned().collect();
        let (node, outer) = (ask.node, block.connection.clone());
        let itself = work.dressed(&made.state);
        let at = Provisioned {
            work,
            made: Some(made),
            itself,
            running: None,
            left,
            node,
            outer,
            problems: Diagnostics::new(),
        };
        self.provision(Box::new(at))
    }

    /// A provisioner came to its end.
    pub(crate) fn provisioned(
        &mut self,
        mut at: Box<Provisioned>,
        ended: Result<(), Diagnostic>,
    ) -> BoxFuture<'a, Came> {
        let Some((block, _)) = at.running.take() else { return self.provision(at) };
        let (addr, kind) = (at.work.addr.clone(), block.kind.clone());
        self.hands.event(Event::ProvisioningOver { addr, kind, good: ended.is_ok() });
        if let Err(problem) = ended
            && !block.continue_on_failure
        {
            at.problems.push(problem.at(block.span).on(at.work.addr.to_string()));
        }
        self.provision(at)
    }

    /// Goes on with the next provisioner, or where none is left or one failed, with the step.
    fn provision(&mut self, mut at: Box<Provisioned>) -> BoxFuture<'a, Came> {
        if at.problems.has_errors() {
            return self.leave(at);
        }
        let Some(block) = at.left.pop_front() else { return self.leave(at) };
        let ask = self.asks.get(&at.work.addr).filter(|_| at.made.is_some());
        let read = if let Some(ask) = ask {
            self.sheet.provisioning(ask.cell, &block, &at.itself)
        } else {
            let place = (at.node, &at.work.addr);
            self.sheet.provisioning_of_end(place, &block, at.outer.as_ref(), &at.itself)
        };
        match read {
            Ok(read) => self.run(at, block, &read),
            Err(found) => {
                at.problems.append(found);
                self.leave(at)
            }
        }
    }

    fn run(&self, mut at: Box<Provisioned>, block: Provisioner, read: &Provisioning) -> BoxFuture<'a, Came> {
        let told = Told { addr: at.work.addr.clone(), instead: hidden(&read.config) };
        let job = Job {
            kind: block.kind.clone(),
            config: read.config.without_marks(),
            connection: read.connection.as_ref().map(Value::without_marks),
        };
        self.hands.event(Event::Provisioning { addr: told.addr.clone(), kind: block.kind.clone() });
        at.running = Some((block, told.instead.clone()));
        let hands = self.hands;
        Box::pin(async move {
            let ended = hands.provision(&job, &told).await;
            let ended = ended.map_err(|failure| reported(failure, told.instead.is_some()));
            Came::Provisioned(at, ended)
        })
    }

    /// No provisioner is left, or one failed.
    fn leave(&mut self, at: Box<Provisioned>) -> BoxFuture<'a, Came> {
        let Provisioned { work, made, problems, .. } = *at;
        let journal = self.journal;
        match made {
            Some(mut made) => {
                made.diagnostics.append(problems);
                Box::pin(
                    async move { Came::Called(Stage::Over(Box::new(finish(&work, made, journal).await))) },
                )
            }
            None if problems.has_errors() => {
                let outcome = Box::new(failed(&work, problems));
                Box::pin(async move { Came::Called(Stage::Over(outcome)) })
            }
            None => self.call(work),
        }
    }
}

/// What is said in place of output that could disclose what the configuration holds.
fn hidden(config: &Value) -> Option<String> {
    let marks = config.deep_marks();
    let why = match (marks.is_sensitive(), marks.is_ephemeral()) {
        (true, true) => "sensitive, ephemeral",
        (true, false) => "sensitive",
        (false, true) => "ephemeral",
        (false, false) => return None,
    };
    Some(format!("(output suppressed due to {why} value in config)"))
}

fn reported(failure: Failure, discreet: bool) -> Diagnostic {
    let detail = if discreet { failure.discreet } else { failure.detail };
    Diagnostic::error(failure.summary, detail)
}
