//! One step: compute a cell, wait, or complete it.

use super::frame::Repetition;
use super::scope::CellScope;
use super::{CellId, CellKind, CellState, FrameId, Sheet};
use crate::expression::Evaluator;
use trueup_diag::Diagnostics;
use trueup_value::Value;

/// What came of an evaluation.
pub(super) struct Attempt<T> {
    pub(super) value: T,
    /// Cells that were read and aren't there yet; while there are any, the value means nothing.
    pub(super) missing: Vec<CellId>,
    /// A cell that was read failed.
    pub(super) failed: bool,
    pub(super) depends: Vec<CellId>,
    pub(super) diagnostics: Diagnostics,
}

/// What a cell came to.
pub(super) enum Outcome {
    Done(Value),
    Asked,
    Failed,
    Waiting(Vec<CellId>),
}

impl Sheet {
    /// Evaluates in a frame, as one instance, with `self` where it is known.
    pub(super) fn attempt<T>(
        &self,
        frame: FrameId,
        repetition: Option<&Repetition>,
        itself: Option<&Value>,
        work: impl FnOnce(&mut Evaluator<'_>) -> T,
    ) -> Attempt<T> {
        let mut scope = CellScope::new(self, frame, repetition, itself);
        let mut evaluator = Evaluator::new(&mut scope);
        evaluator.problems = self.problems.as_ref();
        let value = work(&mut evaluator);
        let diagnostics = evaluator.diagnostics;
        let (missing, failed, mut depends) = scope.finish();
        depends.sort_unstable();
        depends.dedup();
        Attempt { value, missing, failed, depends, diagnostics }
    }

    /// Turns an attempt into an outcome: waits, fails in silence where a dependency has failed, or reports.
    pub(super) fn settle<T>(&mut self, cell: CellId, attempt: Attempt<T>) -> Result<T, Outcome> {
        if !attempt.missing.is_empty() {
            return Err(Outcome::Waiting(attempt.missing));
        }
        self.cell_mut(cell).depends.extend(attempt.depends);
        if attempt.failed {
            return Err(Outcome::Failed);
        }
        let wrong = attempt.diagnostics.has_errors();
        self.diagnostics.append(attempt.diagnostics);
        if wrong { Err(Outcome::Failed) } else { Ok(attempt.value) }
    }

    /// Puts a cell on the list of work unless it is on its way already.
    pub(super) fn request(&mut self, id: CellId) {
        if matches!(self.cell(id).state, CellState::Idle) {
            self.cell_mut(id).state = CellState::Queued;
            self.work.push(id);
        }
    }

    pub(super) fn step(&mut self, id: CellId) {
        let outcome = match &self.cell(id).state {
            CellState::Queued => self.compute(id),
            CellState::Filled(value) => {
                let value = value.clone();
                self.judge_filled(id, value)
            }
            _ => return,
        };
        match outcome {
            Outcome::Done(value) => self.complete(id, CellState::Done(value)),
            Outcome::Failed => self.complete(id, CellState::Failed),
            Outcome::Asked => self.cell_mut(id).state = CellState::Asked,
            Outcome::Waiting(missing) => self.wait(id, missing),
        }
    }

    fn compute(&mut self, id: CellId) -> Outcome {
        let frame = self.cell(id).frame;
        match self.cell(id).kind.clone() {
            CellKind::Variable(slot) => self.compute_variable(id, frame, slot),
            CellKind::Local(slot) => self.compute_local(id, frame, slot),
            CellKind::Output(slot) => self.compute_output(id, frame, slot),
            CellKind::ResourceKeys(slot) => self.compute_resource_keys(id, frame, slot),
            CellKind::ResourceWhole(slot) => self.compute_resource_whole(id, frame, slot),
            CellKind::Instance(slot, index) => self.compute_instance(id, frame, slot, index),
            CellKind::ModuleKeys(slot) => self.compute_module_keys(id, frame, slot),
            CellKind::ModuleWhole(slot) => self.compute_module_whole(id, frame, slot),
            CellKind::ModuleClosed(slot) => self.compute_module_closed(id, frame, slot),
            CellKind::Provider(binding) => self.compute_provider(id, frame, &binding),
            CellKind::Check(slot) => self.compute_check(id, frame, slot),
        }
    }

    fn wait(&mut self, id: CellId, mut missing: Vec<CellId>) {
        missing.sort_unstable();
        missing.dedup();
        for cell in missing.iter().rev() {
            self.cell_mut(*cell).waiters.push(id);
            self.request(*cell);
        }
        let filled = matches!(self.cell(id).state, CellState::Filled(_));
        if !filled {
            let left = missing.len();
            self.cell_mut(id).state = CellState::Waiting { on: missing, left };
        }
    }

    pub(super) fn complete(&mut self, id: CellId, state: CellState) {
        self.completed += 1;
        let cell = self.cell_mut(id);
        cell.state = state;
        cell.depends.sort_unstable();
        cell.depends.dedup();
        let waiters = std::mem::take(&mut cell.waiters);
        for waiter in waiters {
            self.wake(waiter);
        }
    }

    /// One of the cells that `waiter` waits for is there; when it was the last, the waiter goes on.
    fn wake(&mut self, waiter: CellId) {
        match &mut self.cell_mut(waiter).state {
            CellState::Waiting { left, .. } => {
                *left -= 1;
                if *left == 0 {
                    self.cell_mut(waiter).state = CellState::Queued;
                    self.work.push(waiter);
                }
            }
            CellState::Filled(_) => self.work.push(waiter),
            _ => {}
        }
    }
}
