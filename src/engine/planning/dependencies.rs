//! Which configured resource refers to which, all the way down.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trueup_addr::{ConfigResource, Mode, ResourceInstance};
use trueup_evaluate::{CellId, Sheet};
use trueup_state::State;

pub(crate) type Dependencies = BTreeMap<ConfigResource, BTreeSet<ConfigResource>>;

/// What each configured resource refers to, from the cells that its instances read; closed over references of
/// references, as state files have it.
pub(crate) fn configured(sheet: &Sheet, cells: &BTreeMap<ResourceInstance, CellId>) -> Dependencies {
    let mut walker = Walker { sheet, memory: BTreeMap::new() };
    let mut direct: Dependencies = BTreeMap::new();
    // What is ephemeral is stored nowhere, not even by name: what it came from is depended on in its place.
    for (addr, cell) in cells.iter().filter(|(addr, _)| addr.resource.mode != Mode::Ephemeral) {
        let found = walker.resources_behind(*cell);
        let own = addr.config();
        let entry = direct.entry(own.clone()).or_default();
        entry.extend(found.iter().filter(|resource| **resource != own).cloned());
    }
    close(&direct)
}

struct Walker<'a> {
    sheet: &'a Sheet,
    memory: BTreeMap<CellId, Arc<BTreeSet<ConfigResource>>>,
}

impl Walker<'_> {
    /// The address, where the cell is an instance that the state has.
    fn lasting(&self, cell: CellId) -> Option<ResourceInstance> {
        self.sheet.instance_of(cell).filter(|addr| addr.resource.mode != Mode::Ephemeral)
    }

    /// The resources that a cell read, through variables, locals and outputs.
    fn resources_behind(&mut self, start: CellId) -> Arc<BTreeSet<ConfigResource>> {
        let mut stack = vec![(start, 0)];
        while let Some((cell, next)) = stack.last().copied() {
            let dependencies = self.sheet.depends(cell);
            if let Some(dependency) = dependencies.get(next) {
                let top = stack.len() - 1;
                stack[top].1 += 1;
                let through = self.lasting(*dependency).is_none();
                if through && !self.memory.contains_key(dependency) {
                    stack.push((*dependency, 0));
                }
                continue;
            }
            let mut all = BTreeSet::new();
            for dependency in dependencies {
                match (self.lasting(*dependency), self.memory.get(dependency)) {
                    (Some(addr), _) => drop(all.insert(addr.config())),
                    (None, Some(more)) => all.extend(more.iter().cloned()),
                    (None, None) => {}
                }
            }
            self.memory.insert(cell, Arc::new(all));
            stack.pop();
        }
        self.memory.get(&start).cloned().unwrap_or_default()
    }
}

/// References of references.
fn close(direct: &Dependencies) -> Dependencies {
    let mut closed: Dependencies = BTreeMap::new();
    for resource in direct.keys() {
        let mut seen = BTreeSet::new();
        let mut stack: Vec<&ConfigResource> = direct[resource].iter().collect();
        while let Some(next) = stack.pop() {
            if next == resource || !seen.insert(next.clone()) {
                continue;
            }
            match closed.get(next) {
                Some(more) => seen.extend(more.iter().filter(|r| *r != resource).cloned()),
                None => stack.extend(direct.get(next).into_iter().flatten()),
            }
        }
        closed.insert(resource.clone(), seen);
    }
    closed
}

/// What each resource in the state depended on when it was written.
pub(crate) fn stored(state: &State) -> Dependencies {
    let mut all: Dependencies = BTreeMap::new();
    for object in state.objects() {
        let entry = all.entry(object.address().config()).or_default();
        entry.extend(object.object.dependencies.iter().cloned());
    }
    all
}
