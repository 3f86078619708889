//! Cycles: cells that wait for each other.

use super::{CellId, CellKind, CellState, Mode, Sheet};
use std::collections::BTreeSet;
use trueup_diag::{Diagnostic, Span};

impl Sheet {
    /// Reports each cycle among the cells that still wait, and names its members.
    pub(super) fn report_cycles(&mut self) {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        for index in 0..self.cells.len() {
            let start = CellId(u32::try_from(index).expect("fewer than 2^32 cells"));
            if let Some(cycle) = self.cycle_from(start, &mut seen) {
                found.push(cycle);
            }
        }
        for cycle in found {
            if self.is_self_reference(&cycle) {
                self.report_self_reference(cycle[0]);
                continue;
            }
            let mut names: Vec<String> = cycle.iter().map(|cell| self.cell_name(*cell)).collect();
            names.sort();
            names.dedup();
            let place = cycle.iter().find_map(|cell| self.cell_span(*cell));
            let detail = "Each of these needs another one of them first, so none can be evaluated. Break the circle by taking one reference out.";
            self.diagnostics
                .push(Diagnostic::error(format!("Cycle: {}", names.join(", ")), detail).at_opt(place));
        }
    }

    /// Whether a cycle stays within one resource.
    fn is_self_reference(&self, cycle: &[CellId]) -> bool {
        let resource = |cell: &CellId| match self.cell(*cell).kind {
            CellKind::Instance(slot, _) | CellKind::ResourceWhole(slot) => {
                Some((self.cell(*cell).frame, slot))
            }
            _ => None,
        };
        let first = cycle.first().and_then(resource);
        first.is_some() && cycle.iter().all(|cell| resource(cell) == first)
    }

    /// A plan fails on a resource that reads itself; `validate` lets it be, as it does not know the instances.
    fn report_self_reference(&mut self, cell: CellId) {
        if self.around.mode == Mode::Validate {
            return;
        }
        let name = self.cell_name(cell);
        let detail =
            format!("The configuration of {name} reads {name} itself, which is not there before it.");
        let place = self.cell_span(cell);
        self.diagnostics.push(
            Diagnostic::error("Self-referential block", detail)
                .at_opt(place)
                .hint("self is what a postcondition or a provisioner reads its own object with"),
        );
    }

    /// Follows what cells wait for; the part of the way that closes is a cycle.
    fn cycle_from(&self, start: CellId, seen: &mut BTreeSet<CellId>) -> Option<Vec<CellId>> {
        let mut way: Vec<(CellId, usize)> = vec![(start, 0)];
        let mut on_way = BTreeSet::from([start]);
        if !seen.insert(start) {
            return None;
        }
        while let Some((cell, next)) = way.last_mut() {
            let CellState::Waiting { on, .. } = &self.cell(*cell).state else {
                on_way.remove(cell);
                way.pop();
                continue;
            };
            let Some(target) = on.get(*next).copied() else {
                on_way.remove(cell);
                way.pop();
                continue;
            };
            *next += 1;
            if on_way.contains(&target) {
                let from = way.iter().position(|(cell, _)| *cell == target)?;
                return Some(way[from..].iter().map(|(cell, _)| *cell).collect());
            }
            if seen.insert(target) {
                on_way.insert(target);
                way.push((target, 0));
            }
        }
        None
    }

    /// The name of a cell as error messages have it.
    pub(super) fn cell_name(&self, id: CellId) -> String {
        let cell = self.cell(id);
        let frame = self.frame(cell.frame);
        let module = self.program.module(frame.module);
        let at = |slot: u32| slot as usize;
        let local = match &cell.kind {
            CellKind::Variable(slot) => format!("var.{} (expand)", module.variables[at(*slot)].name),
            CellKind::Local(slot) => format!("local.{} (expand)", module.locals[at(*slot)].name),
            CellKind::Output(slot) => format!("output.{} (expand)", module.outputs[at(*slot)].name),
            CellKind::ResourceKeys(slot) | CellKind::ResourceWhole(slot) => {
                module.resources[at(*slot)].addr.to_string()
            }
            CellKind::Instance(slot, index) => {
                return self.instance_addr(cell.frame, *slot, *index).to_string();
            }
            CellKind::ModuleKeys(slot) | CellKind::ModuleWhole(slot) => {
                format!("module.{} (expand)", module.calls[at(*slot)].name)
            }
            CellKind::ModuleClosed(slot) => format!("module.{} (close)", module.calls[at(*slot)].name),
            CellKind::Check(slot) => format!("check.{} (expand)", module.checks[at(*slot)].name),
            CellKind::Provider(binding) => return format!("provider[\"{}\"]", binding.provider),
        };
        if frame.addr.is_root() { local } else { format!("{}.{local}", frame.addr) }
    }

    fn cell_span(&self, id: CellId) -> Option<Span> {
        let cell = self.cell(id);
        let module = self.program.module(self.frame(cell.frame).module);
        let at = |slot: u32| slot as usize;
        match &cell.kind {
            CellKind::Variable(slot) => Some(module.variables[at(*slot)].span),
            CellKind::Local(slot) => Some(module.locals[at(*slot)].span),
            CellKind::Output(slot) => Some(module.outputs[at(*slot)].span),
            CellKind::ResourceKeys(slot) | CellKind::ResourceWhole(slot) | CellKind::Instance(slot, _) => {
                Some(module.resources[at(*slot)].span)
            }
            CellKind::ModuleKeys(slot) | CellKind::ModuleWhole(slot) | CellKind::ModuleClosed(slot) => {
                Some(module.calls[at(*slot)].span)
            }
            CellKind::Check(slot) => Some(module.checks[at(*slot)].span),
            CellKind::Provider(_) => None,
        }
    }
}
