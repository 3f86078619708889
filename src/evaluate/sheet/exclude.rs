//! What a run leaves out, with all that depends on it.

use super::{CellId, CellState, FrameId, Sheet};
use std::collections::BTreeSet;
use trueup_addr::{ModuleStep, ResourceInstance, Target};

impl Sheet {
    /// Leaves the instances out that one of these names: they are never asked for, and whatever needs one of them is
    /// left out with it, without a word. To be called before anything is asked for.
    pub fn exclude(&mut self, excluded: BTreeSet<Target>) {
        self.excluded = excluded;
    }

    /// Whether an instance was left out, or could be one that was: what decides how many there are may be left out
    /// too. Everything must have been asked for, and there must not have been an error.
    pub fn is_left_out(&self, addr: &ResourceInstance) -> bool {
        if self.is_excluded(addr) {
            return true;
        }
        let mut frame = FrameId(0);
        for step in addr.module.0.iter() {
            match self.follow_step(frame, step) {
                Ok(Some(child)) => frame = child,
                Ok(None) => return false,
                Err(LeftOut) => return true,
            }
        }
        let frame = self.frame(frame);
        let module = self.program.module(frame.module);
        let Some(slot) = module.names.resources.get(&addr.resource) else { return false };
        if self.has_failed(frame.resource_keys(*slot as usize)) {
            return true;
        }
        let Some(instances) = &frame.resources[*slot as usize] else { return false };
        let index = (0..instances.keys.len()).find(|index| instances.keys.key(*index) == addr.key);
        let index = index.and_then(|index| u32::try_from(index).ok());
        index.is_some_and(|index| self.has_failed(CellId(instances.first.0 + index)))
    }

    pub(super) fn is_excluded(&self, addr: &ResourceInstance) -> bool {
        self.excluded.iter().any(|target| target.contains(addr))
    }

    /// The instance of a call within a frame; none where the configuration doesn't have it.
    fn follow_step(&self, frame: FrameId, step: &ModuleStep) -> Result<Option<FrameId>, LeftOut> {
        let frame = self.frame(frame);
        let module = self.program.module(frame.module);
        let Some(slot) = module.calls.iter().position(|call| call.name == step.name) else { return Ok(None) };
        if self.has_failed(frame.module_keys(slot)) {
            return Err(LeftOut);
        }
        let Some(called) = &frame.calls[slot] else { return Ok(None) };
        let index = (0..called.keys.len()).find(|index| called.keys.key(*index) == step.key);
        Ok(index.and_then(|index| called.frames.get(index).copied()))
    }

    fn has_failed(&self, cell: CellId) -> bool {
        matches!(self.cell(cell).state, CellState::Failed)
    }
}

/// Nobody knows which instances there are.
struct LeftOut;
