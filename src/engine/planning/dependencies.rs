//! Which configured resource refers to which.

use std::collections::{BTreeMap, BTreeSet};
use trueup_addr::{Mode, ResourceInstance};
use trueup_evaluate::{CellId, Sheet};
use trueup_plan::{References, Stored};
use trueup_state::State;

/// A cell between resources that leads to no more than so many nodes is passed over: those who read it lead there.
const PASSED_OVER_MAX: usize = 16;

/// Notes what each configured resource refers to, from the cells that its instances read.
pub(crate) fn note_configured(
    references: &mut References,
    sheet: &Sheet,
    cells: &BTreeMap<ResourceInstance, CellId>,
) {
    let mut walker = Walker { sheet, references, memory: BTreeMap::new(), between: BTreeMap::new() };
    // What is ephemeral is stored nowhere, not even by name: what it came from is depended on in its place.
    for (addr, cell) in cells.iter().filter(|(addr, _)| addr.resource.mode != Mode::Ephemeral) {
        let node = walker.references.resource(addr.config());
        walker.memory.insert(*cell, Some(node));
        let found = walker.nodes_behind(*cell);
        walker.references.refer(node, found);
    }
}

struct Walker<'a> {
    sheet: &'a Sheet,
    references: &'a mut References,
    /// The node of each cell that is an instance which the state has; none for all others.
    memory: BTreeMap<CellId, Option<usize>>,
    /// Where the others lead.
    between: BTreeMap<CellId, BTreeSet<usize>>,
}

impl Walker<'_> {
    /// The node, where the cell is an instance that the state has.
    fn lasting(&mut self, cell: CellId) -> Option<usize> {
        let (sheet, references) = (self.sheet, &mut *self.references);
        *self.memory.entry(cell).or_insert_with(|| {
            let addr = sheet.instance_of(cell).filter(|addr| addr.resource.mode != Mode::Ephemeral);
            addr.map(|addr| references.resource(addr.config()))
        })
    }

    /// The nodes that a cell leads to, through variables, locals and outputs.
    fn nodes_behind(&mut self, start: CellId) -> BTreeSet<usize> {
        let mut stack = vec![(start, 0)];
        while let Some((cell, next)) = stack.last().copied() {
            let dependencies = self.sheet.depends(cell);
            if let Some(dependency) = dependencies.get(next) {
                let top = stack.len() - 1;
                stack[top].1 += 1;
                if self.lasting(*dependency).is_none() && !self.between.contains_key(dependency) {
                    stack.push((*dependency, 0));
                }
                continue;
            }
            let mut all = BTreeSet::new();
            for dependency in dependencies {
                match (self.lasting(*dependency), self.between.get(dependency)) {
                    (Some(node), _) => drop(all.insert(node)),
                    (None, Some(more)) => all.extend(more),
                    (None, None) => {}
                }
            }
            stack.pop();
            if stack.is_empty() {
                return all;
            }
            if all.len() > PASSED_OVER_MAX {
                all = BTreeSet::from([self.references.between(all)]);
            }
            self.between.insert(cell, all);
        }
        BTreeSet::new()
    }
}

/// What each resource in the state depended on when it was written.
pub(crate) fn stored(state: &State) -> Stored {
    let mut all = Stored::new();
    for object in state.objects() {
        all.entry(object.address().config()).or_default().push(object.object.dependencies.clone());
    }
    all
}
