//! Moves: objects that got a new address in the configuration.

use std::collections::{BTreeMap, BTreeSet};
use trueup_addr::{
    ConfigResource, InstanceKey, ModuleInstance, ModulePath, ModuleStep, ResourceInstance, Target,
};
use trueup_diag::{Diagnostic, Diagnostics, Span};
use trueup_resolve::Program;
use trueup_resolve::program::{Moved, Node, Repetition};
use trueup_state::{Change, State};

/// One object's move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Where the state has it.
    pub from: ResourceInstance,
    /// Where the configuration wants it.
    pub to: ResourceInstance,
}

/// A chain of `moved` blocks longer than this is a circle.
const CHAIN_MAX: usize = 1000;

/// Moves objects as `moved` blocks say, and between `x` and `x[0]` where `count` came or went. Gives the moves that
/// were made; one whose target is taken is left where it was, with a warning.
pub fn apply_moves(state: &mut State, program: &Program) -> (Vec<Move>, Diagnostics) {
    let statements = Statements::of(program);
    let mut moves = Vec::new();
    let mut diagnostics = contradictions(&statements.all);
    if diagnostics.has_errors() {
        return (moves, diagnostics);
    }
    let addresses: Vec<ResourceInstance> = state
        .resources
        .iter()
        .flat_map(|(node, resource)| resource.instances.keys().map(|key| node.instance(key.clone())))
        .collect();
    let mut wanted: BTreeMap<ResourceInstance, ResourceInstance> = BTreeMap::new();
    for from in addresses {
        let to = implied(program, state, statements.follow(&from));
        if to != from {
            wanted.insert(from, to);
        }
    }
    // A target may itself be about to move away: moves are made in the order that frees their targets.
    let mut waiting: BTreeMap<ResourceInstance, Vec<ResourceInstance>> = BTreeMap::new();
    for (from, to) in wanted.iter().filter(|(_, to)| state.instance(to).is_some()) {
        waiting.entry(to.clone()).or_default().push(from.clone());
    }
    let mut free: BTreeSet<ResourceInstance> =
        wanted.iter().filter(|(_, to)| state.instance(to).is_none()).map(|(from, _)| from.clone()).collect();
    while let Some(from) = free.pop_first() {
        // Of two that want one address the first has taken it.
        let Some(to) = wanted.get(&from).filter(|to| state.instance(to).is_none()).cloned() else { continue };
        wanted.remove(&from);
        let change = Change::Move { from: from.clone(), to: to.clone() };
        state.apply(&change).expect("the source is there and the target is free");
        free.extend(waiting.remove(&from).unwrap_or_default());
        moves.push(Move { from, to });
    }
    for (from, to) in wanted {
        diagnostics.push(Diagnostic::warning(
            "Unresolved resource instance address changes",
            format!(
                "{from} should move to {to}, but there is already an object at that address, so it stays."
            ),
        ));
    }
    (moves, diagnostics)
}

/// Errors for `moved` blocks whose object is still in the configuration: `declared` are the instances it has.
pub fn moved_still_declared<T>(program: &Program, declared: &BTreeMap<ResourceInstance, T>) -> Diagnostics {
    let statements = Statements::of(program);
    let mut still: BTreeMap<usize, &ResourceInstance> = BTreeMap::new();
    for addr in declared.keys() {
        for index in statements.about(addr) {
            let (path, moved) = statements.all[index];
            if step(path, moved, addr).is_some_and(|to| to != *addr) {
                still.entry(index).or_insert(addr);
            }
        }
    }
    let errors = still.into_iter().map(|(index, addr)| {
        let moved = statements.all[index].1;
        let detail = format!("{} was moved to {}, and yet {addr} is still declared.", moved.from, moved.to);
        Diagnostic::error("Moved object still exists", detail)
            .at(moved.span)
            .hint("take the moved block out, or the declaration of what moved")
    });
    let mut found = Diagnostics::new();
    found.extend(errors);
    found
}

/// All `moved` blocks in order, and where to find those about an address.
struct Statements<'a> {
    all: Vec<(&'a ModulePath, &'a Moved)>,
    by_resource: BTreeMap<ConfigResource, Vec<usize>>,
    by_module: BTreeMap<ModulePath, Vec<usize>>,
}

impl<'a> Statements<'a> {
    fn of(program: &'a Program) -> Statements<'a> {
        let moved =
            |node: &'a Node| program.module(node.module).moved.iter().map(move |one| (&node.path, one));
        let all: Vec<_> = program.nodes.iter().flat_map(moved).collect();
        let mut statements =
            Statements { all: Vec::new(), by_resource: BTreeMap::new(), by_module: BTreeMap::new() };
        for (index, (path, moved)) in all.iter().enumerate() {
            let full = |inner: &ModuleInstance| {
                inner.0.iter().fold((*path).clone(), |path, step| path.child(&step.name))
            };
            match (&moved.from, parts(&moved.from)) {
                (_, Some((module, resource, _))) => {
                    let resource = ConfigResource { module: full(module), resource: resource.clone() };
                    statements.by_resource.entry(resource).or_default().push(index);
                }
                (Target::Module(module), _) => {
                    statements.by_module.entry(full(module)).or_default().push(index);
                }
                _ => {}
            }
        }
        Statements { all, ..statements }
    }

    /// The statements that may be about an address, in order.
    fn about(&self, addr: &ResourceInstance) -> Vec<usize> {
        if self.all.is_empty() {
            return Vec::new();
        }
        let config = addr.config();
        let modules = (1..=config.module.0.len()).map(|depth| ModulePath(config.module.0[..depth].into()));
        let mut found: Vec<usize> =
            modules.filter_map(|module| self.by_module.get(&module)).flatten().copied().collect();
        found.extend(self.by_resource.get(&config).into_iter().flatten());
        found.sort_unstable();
        found
    }

    /// Where an address leads through all statements.
    fn follow(&self, from: &ResourceInstance) -> ResourceInstance {
        let mut at = from.clone();
        for _ in 0..CHAIN_MAX {
            let next = self.about(&at).into_iter().find_map(|index| {
                let (path, moved) = self.all[index];
                step(path, moved, &at).filter(|next| *next != at)
            });
            match next {
                Some(next) if next != *from => at = next,
                _ => break,
            }
        }
        at
    }
}

/// What no order of moves can do: circles, and two ways for one object or to one address.
fn contradictions(statements: &[(&ModulePath, &Moved)]) -> Diagnostics {
    let mut found = Diagnostics::new();
    let mut by_from: BTreeMap<String, (String, Span)> = BTreeMap::new();
    let mut by_to: BTreeMap<String, String> = BTreeMap::new();
    for (path, moved) in statements {
        let full =
            |target: &Target| if path.0.is_empty() { target.to_string() } else { format!("{path}.{target}") };
        let (from, to) = (full(&moved.from), full(&moved.to));
        if from == to {
            let detail = format!("The block moves {from} to where it is already.");
            found.push(Diagnostic::error("Redundant move statement", detail).at(moved.span));
            continue;
        }
        let other = by_from.get(&from).map(|(other, _)| other).filter(|other| **other != to);
        if let Some(other) = other {
            let detail = format!("{from} would move both to {other} and to {to}.");
            found.push(Diagnostic::error("Ambiguous move statements", detail).at(moved.span));
            continue;
        }
        if let Some(other) = by_to.get(&to).filter(|other| **other != from) {
            let detail = format!("Both {other} and {from} would move to {to}.");
            found.push(Diagnostic::error("Ambiguous move statements", detail).at(moved.span));
            continue;
        }
        by_to.insert(to.clone(), from.clone());
        by_from.insert(from, (to, moved.span));
    }
    found.append(circles(&by_from));
    found
}

/// One error for each circle of moves.
fn circles(moves: &BTreeMap<String, (String, Span)>) -> Diagnostics {
    let mut found = Diagnostics::new();
    let mut seen: BTreeSet<&String> = BTreeSet::new();
    for (start, (_, span)) in moves {
        let mut way = vec![start];
        let mut on_way = BTreeSet::from([start]);
        let mut at = start;
        while let Some((next, _)) = moves.get(at) {
            if next == start {
                let names: Vec<&str> = way.iter().map(|name| name.as_str()).collect();
                let detail = format!("Following the moved blocks leads in a circle: {}.", names.join(", "));
                found.push(Diagnostic::error("Cyclic dependency in move statements", detail).at(*span));
                break;
            }
            if seen.contains(next) || !on_way.insert(next) {
                break;
            }
            way.push(next);
            at = next;
        }
        seen.extend(way);
    }
    found
}

/// Where one statement puts an address; `None` when it isn't about it.
fn step(path: &ModulePath, moved: &Moved, addr: &ResourceInstance) -> Option<ResourceInstance> {
    let depth = path.0.len();
    let outer = addr.module.0.get(..depth)?;
    if outer.iter().zip(path.0.iter()).any(|(step, name)| step.name != *name) {
        return None;
    }
    let inner = &addr.module.0[depth..];
    let (module, resource, key) = match (&moved.from, &moved.to) {
        (Target::Module(from), Target::Module(to)) => {
            let module = rename_module(from, to, inner)?;
            (module, addr.resource.clone(), addr.key.clone())
        }
        (from, to) => {
            let (from_module, from_resource, from_key) = parts(from)?;
            let (to_module, to_resource, to_key) = parts(to)?;
            let same_module = inner.len() == from_module.0.len()
                && inner.iter().zip(from_module.0.iter()).all(|(i, f)| i == f);
            if !same_module || *from_resource != addr.resource {
                return None;
            }
            let key = match (from_key, to_key) {
                (None, None) => addr.key.clone(),
                (from_key, to_key) => {
                    let from_key = from_key.cloned().unwrap_or_default();
                    if from_key != addr.key {
                        return None;
                    }
                    to_key.cloned().unwrap_or_default()
                }
            };
            (to_module.0.to_vec(), to_resource.clone(), key)
        }
    };
    let steps: Vec<ModuleStep> = outer.iter().cloned().chain(module).collect();
    Some(ResourceInstance { module: ModuleInstance(steps.into()), resource, key })
}

fn parts(target: &Target) -> Option<(&ModuleInstance, &trueup_addr::Resource, Option<&InstanceKey>)> {
    match target {
        Target::Module(_) => None,
        Target::Resource(node) => Some((&node.module, &node.resource, None)),
        Target::Instance(instance) => Some((&instance.module, &instance.resource, Some(&instance.key))),
    }
}

/// Renames the front of a module path. A last step without a key stands for all instances where both ends have
/// none, and for the one without a key where only one has.
fn rename_module(
    from: &ModuleInstance,
    to: &ModuleInstance,
    inner: &[ModuleStep],
) -> Option<Vec<ModuleStep>> {
    let front = inner.get(..from.0.len())?;
    let (from_last, to_last) = (from.0.last()?, to.0.last()?);
    let whole = from_last.key.is_none() && to_last.key.is_none();
    let last = front.len() - 1;
    for (i, (step, wanted)) in front.iter().zip(from.0.iter()).enumerate() {
        let any_key = i == last && whole;
        if step.name != wanted.name || (!any_key && step.key != wanted.key) {
            return None;
        }
    }
    let mut renamed: Vec<ModuleStep> = to.0.to_vec();
    if whole {
        renamed.last_mut()?.key = front[last].key.clone();
    }
    renamed.extend_from_slice(&inner[from.0.len()..]);
    Some(renamed)
}

/// `x` and `x[0]` are each other when `count` came or went.
fn implied(program: &Program, state: &State, addr: ResourceInstance) -> ResourceInstance {
    let Some(node) = program.node_at(addr.module.0.iter().map(|step| &step.name)) else { return addr };
    let module = program.module_at(node);
    let Some(slot) = module.names.resources.get(&addr.resource) else { return addr };
    let key = match (&module.resources[*slot as usize].repetition, &addr.key) {
        (Some(Repetition::Count(_)), InstanceKey::None) => InstanceKey::Int(0),
        (None | Some(Repetition::Enabled(_)), InstanceKey::Int(0)) => InstanceKey::None,
        _ => return addr,
    };
    let to = ResourceInstance { key, ..addr.clone() };
    if state.instance(&to).is_some() { addr } else { to }
}
