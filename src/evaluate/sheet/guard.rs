//! `prevent_destroy` that depends on other values.

use super::step::Outcome;
use super::{CellId, Evaluated, FrameId, Sheet};
use trueup_addr::ModuleInstance;
use trueup_resolve::Expr;
use trueup_resolve::program::{Guard, Resource};

impl Sheet {
    /// The value of an expression in one instance of a module, whether its cells were asked for before or not. Nothing
    /// more can be answered by the world: what needs that is still waiting.
    pub fn evaluate_in(&mut self, module: &ModuleInstance, expr: &Expr) -> Evaluated {
        let Some(frame) = self.opened(module) else { return Evaluated::Waiting };
        let attempt = self.attempt(frame, None, None, |e| e.evaluate(expr));
        match self.evaluated(attempt) {
            Evaluated::Waiting => {
                // Variables and local values are computed on the spot; nobody takes what else is asked for.
                drop(self.ready());
                let attempt = self.attempt(frame, None, None, |e| e.evaluate(expr));
                self.evaluated(attempt)
            }
            found => found,
        }
    }

    /// Waits for what the `prevent_destroy` of an instance is made of, so that it can be told when that is needed.
    pub(super) fn settle_guard(
        &mut self,
        id: CellId,
        frame: FrameId,
        resource: &Resource,
    ) -> Result<(), Outcome> {
        let Some(Guard::When(expr)) = &resource.lifecycle.prevent_destroy else { return Ok(()) };
        let attempt = self.attempt(frame, None, None, |e| e.evaluate(expr));
        self.settle(id, attempt).map(drop)
    }

    /// The frame of a module instance, made on the way where its calls can be expanded.
    fn opened(&mut self, module: &ModuleInstance) -> Option<FrameId> {
        let mut frame = FrameId(0);
        for depth in 1..=module.0.len() {
            let (steps, step) = (&module.0[..depth], &module.0[depth - 1]);
            let slot = *self.program.module(self.frame(frame).module).names.calls.get(&step.name)?;
            if self.frame(frame).calls[slot as usize].is_none() {
                let keys = self.frame(frame).module_keys(slot as usize);
                self.request(keys);
                drop(self.ready());
            }
            let called = self.frame(frame).calls[slot as usize].as_ref()?;
            frame = *called.frames.iter().find(|child| *self.frame(**child).addr.0 == *steps)?;
        }
        Some(frame)
    }
}
