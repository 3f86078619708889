//! Outputs of a run with targets: those for which everything that they are made from is there.

use super::{CellId, CellState, FrameId, Sheet};
use crate::special::children;
use std::collections::BTreeSet;
use trueup_resolve::{Expr, ExprKind, Reference};

/// What an expression is made from.
#[derive(Default)]
struct Made {
    /// Cells that were followed, each once.
    seen: BTreeSet<CellId>,
    /// A resource that is there was met.
    resources: bool,
    /// A resource that nobody asked for was met.
    missing: bool,
}

impl Sheet {
    /// Asks for the root outputs that are made from targeted resources and what they need alone. To be called once
    /// all that targets reach was answered.
    pub fn request_reached_outputs(&mut self) {
        let root = FrameId(0);
        let outputs = &self.program.module(self.frame(root).module).outputs;
        let reached = |slot: &usize| {
            let mut made = Made::default();
            self.follow(root, &outputs[*slot].expr, &mut made);
            made.resources && !made.missing
        };
        let wanted: Vec<CellId> =
            (0..outputs.len()).filter(reached).map(|slot| self.frame(root).output(slot)).collect();
        for cell in wanted {
            self.request(cell);
        }
    }

    fn follow(&self, frame: FrameId, expr: &Expr, made: &mut Made) {
        let mut stack = vec![expr];
        while let Some(next) = stack.pop() {
            match (&next.kind, output_of_call(next)) {
                (_, Some((slot, name))) => self.follow_call(frame, slot, Some(name), made),
                (ExprKind::Reference(reference), None) => self.follow_reference(frame, *reference, made),
                _ => stack.extend(children(next)),
            }
        }
    }

    fn follow_reference(&self, id: FrameId, reference: Reference, made: &mut Made) {
        let frame = self.frame(id);
        let module = self.program.module(frame.module);
        match reference {
            Reference::Local(slot) if made.seen.insert(frame.local(slot as usize)) => {
                self.follow(id, &module.locals[slot as usize].expr, made);
            }
            Reference::Variable(slot) => {
                let Some((caller, call, _)) = &frame.caller else { return };
                if !made.seen.insert(frame.variable(slot as usize)) {
                    return;
                }
                let name = &module.variables[slot as usize].name;
                let inputs = &self.program.module(self.frame(*caller).module).calls[*call as usize].inputs;
                if let Some(input) = inputs.attributes.iter().find(|a| a.name == *name) {
                    self.follow(*caller, &input.expr, made);
                }
            }
            Reference::Resource(slot) => {
                let there = frame.resources[slot as usize].as_ref().is_some_and(|instances| {
                    let count = u32::try_from(instances.keys.len()).unwrap_or(u32::MAX);
                    let mut cells = (0..count).map(|i| CellId(instances.first.0 + i));
                    cells.all(|cell| matches!(self.cell(cell).state, CellState::Done(_)))
                });
                made.resources |= there;
                made.missing |= !there;
            }
            Reference::Module(slot) => self.follow_call(id, slot, None, made),
            _ => {}
        }
    }

    /// One output of a call, or all of them.
    fn follow_call(&self, frame: FrameId, slot: u32, name: Option<&str>, made: &mut Made) {
        let Some(called) = &self.frame(frame).calls[slot as usize] else {
            made.missing = true;
            return;
        };
        for child in &called.frames {
            let outputs = &self.program.module(self.frame(*child).module).outputs;
            for (slot, output) in outputs.iter().enumerate() {
                let wanted = name.is_none_or(|name| *output.name == *name);
                if wanted && made.seen.insert(self.frame(*child).output(slot)) {
                    self.follow(*child, &output.expr, made);
                }
            }
        }
    }
}

/// `module.x.output` and `module.x[key].output` taken apart.
fn output_of_call(expr: &Expr) -> Option<(u32, &str)> {
    let ExprKind::Attribute { on, name, .. } = &expr.kind else { return None };
    let call = match &on.kind {
        ExprKind::Index { on, key } if matches!(key.kind, ExprKind::Literal(_)) => on,
        _ => on,
    };
    match call.kind {
        ExprKind::Reference(Reference::Module(slot)) => Some((slot, name)),
        _ => None,
    }
}
