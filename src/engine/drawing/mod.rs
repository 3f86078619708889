//! Graphs for drawings: what a configuration declares, what a state holds, what a plan does; an edge leads to what
//! comes first.

mod config;
mod read;
mod reduce;
mod steps;

pub(crate) use read::{Read, body as read_body, expression as read_expression};

use config::Extent;
use std::collections::{BTreeMap, BTreeSet};
use trueup_addr::{ConfigResource, Mode, ModulePath, ProviderConfigAddr};
use trueup_diff::Action;
use trueup_plan::Plan;
use trueup_resolve::Program;
use trueup_state::State;

/// Nodes and the edges between them.
#[derive(Clone, Debug, Default)]
pub struct Drawing {
    /// Sorted by name, each name once.
    pub nodes: Vec<DrawnNode>,
    /// Indexes of nodes: the first comes after the second.
    pub edges: BTreeSet<(usize, usize)>,
}

/// One node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawnNode {
    /// Its name in the drawing, such as `module.a.aws_vpc.main (expand)`.
    pub name: String,
    /// What it stands for: an address without instance keys.
    pub address: String,
    /// The module that it is in.
    pub module: ModulePath,
    /// What it is.
    pub kind: DrawnKind,
    /// With a plan: the instances of a resource with what becomes of them, by address.
    pub instances: BTreeMap<String, Action>,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DrawnKind {
    /// A managed resource, or one of its instances.
    Resource,
    /// A data source.
    Data,
    /// An ephemeral resource.
    Ephemeral,
    /// A provider configuration.
    Provider,
    /// A variable of the root module.
    Variable,
    /// A variable of another module, a local value, an output, a validation.
    Value,
    /// The beginning or the end of a module.
    Module,
    /// A check block.
    Check,
    /// What follows everything.
    Root,
}

impl DrawnKind {
    fn of(mode: Mode) -> DrawnKind {
        match mode {
            Mode::Managed => DrawnKind::Resource,
            Mode::Data => DrawnKind::Data,
            Mode::Ephemeral => DrawnKind::Ephemeral,
        }
    }

    /// Whether it is a block with instances.
    pub fn is_resource(self) -> bool {
        matches!(self, DrawnKind::Resource | DrawnKind::Data | DrawnKind::Ephemeral)
    }
}

/// Which graph with all its values, modules and providers is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrawnType {
    /// That of planning.
    Plan,
    /// That of planning with `-refresh-only`.
    PlanRefreshOnly,
    /// That of planning a destruction.
    PlanDestroy,
    /// That of an apply without a plan.
    Apply,
}

impl Drawing {
    /// The resources of a configuration and of a state alone, each edge over whatever values lie between.
    pub fn resources(program: &Program, state: &State) -> Drawing {
        let mut sketch = config::whole(program, Extent::PLAN);
        for node in state.resources.keys() {
            let resource = node.config();
            sketch.resource(&resource, &resource.to_string());
        }
        sketch.drawing().contracted()
    }

    /// The resources of a configuration and of a plan, with what becomes of their instances.
    pub fn planned(program: &Program, plan: &Plan) -> Drawing {
        let mut sketch = config::whole(program, Extent::PLAN);
        let alive: BTreeSet<ConfigResource> = plan.changes.iter().map(|one| one.addr.config()).collect();
        for change in &plan.changes {
            let index = sketch.resource(&change.addr.config(), &change.addr.config().to_string());
            let deposed = change.deposed.as_ref().map(|key| format!(" (deposed object {key})"));
            let name = format!("{}{}", change.addr, deposed.unwrap_or_default());
            sketch.nodes[index].instances.insert(name, change.change.action);
            // What is destroyed has no block that would refer to anything.
            let gone = change.change.action == Action::Delete;
            for dependency in gone.then(|| change.dependencies.list()).iter().flat_map(|list| list.iter()) {
                if alive.contains(dependency) {
                    let before = sketch.resource(dependency, &dependency.to_string());
                    sketch.edge(index, before);
                }
            }
        }
        sketch.drawing().contracted()
    }

    /// The graph of one type, with all that is walked.
    pub fn full(program: &Program, state: &State, kind: DrawnType) -> Drawing {
        let extent = match kind {
            DrawnType::PlanDestroy => return steps::destruction(program, state).finished(),
            DrawnType::Plan => Extent::PLAN,
            DrawnType::PlanRefreshOnly => Extent::REFRESH,
            DrawnType::Apply => return config::whole(program, Extent::APPLY).finished(),
        };
        let mut sketch = config::whole(program, extent);
        steps::orphans(&mut sketch, program, state);
        sketch.finished()
    }

    /// The graph that applying a plan walks, its steps among the blocks they come from.
    pub fn applied(program: &Program, plan: &Plan) -> Drawing {
        steps::applied(program, plan).finished()
    }

    /// The same without the edges that others imply. One with circles stays as it is.
    #[must_use]
    pub fn reduced(mut self) -> Drawing {
        if self.circles().is_empty() {
            self.edges = reduce::reduced(self.nodes.len(), &self.edges);
        }
        self
    }

    /// The groups of nodes that lead back to themselves, by index.
    pub fn circles(&self) -> Vec<Vec<usize>> {
        reduce::circles(self.nodes.len(), &self.edges)
    }

    /// Resources alone; an edge goes over whatever lay between.
    fn contracted(self) -> Drawing {
        let kept: Vec<usize> =
            (0..self.nodes.len()).filter(|index| self.nodes[*index].kind.is_resource()).collect();
        let edges = reduce::contracted(self.nodes.len(), &self.edges, &kept);
        let nodes = kept.iter().map(|index| self.nodes[*index].clone());
        let nodes = nodes.map(|node| DrawnNode { name: node.address.clone(), ..node }).collect();
        Drawing { nodes, edges }
    }
}

/// A drawing in the making: nodes are found by name.
#[derive(Default)]
pub(crate) struct Sketch {
    nodes: Vec<DrawnNode>,
    by_name: BTreeMap<String, usize>,
    edges: BTreeSet<(usize, usize)>,
}

impl Sketch {
    /// The node of this name, made where it isn't there yet.
    fn node(&mut self, name: &str, address: &str, module: &ModulePath, kind: DrawnKind) -> usize {
        if let Some(index) = self.by_name.get(name) {
            return *index;
        }
        let index = self.nodes.len();
        self.by_name.insert(name.to_owned(), index);
        self.nodes.push(DrawnNode {
            name: name.to_owned(),
            address: address.to_owned(),
            module: module.clone(),
            kind,
            instances: BTreeMap::new(),
        });
        index
    }

    /// A resource, or one of its instances, under this name.
    fn resource(&mut self, resource: &ConfigResource, name: &str) -> usize {
        // The block's own node stands for it, where there is one.
        let name = if name == resource.to_string() { format!("{name} (expand)") } else { name.to_owned() };
        self.node(&name, &resource.to_string(), &resource.module, DrawnKind::of(resource.resource.mode))
    }

    fn provider(&mut self, provider: &ProviderConfigAddr) -> usize {
        let name = provider.to_string();
        self.node(&name, &name, &provider.module, DrawnKind::Provider)
    }

    /// What waits for everything that uses a provider.
    fn provider_end(&mut self, provider: &ProviderConfigAddr) -> usize {
        let name = provider.to_string();
        let end = self.node(&format!("{name} (close)"), &name, &provider.module, DrawnKind::Module);
        let begin = self.provider(provider);
        self.edge(end, begin);
        end
    }

    /// A node that uses a provider.
    fn uses(&mut self, index: usize, provider: &ProviderConfigAddr) {
        let begin = self.provider(provider);
        let end = self.provider_end(provider);
        self.edge(index, begin);
        self.edge(end, index);
    }

    fn edge(&mut self, after: usize, before: usize) {
        if after != before {
            self.edges.insert((after, before));
        }
    }

    /// Adds what follows everything that nothing else follows.
    fn finished(mut self) -> Drawing {
        let followed: BTreeSet<usize> = self.edges.iter().map(|(_, before)| *before).collect();
        let ends: Vec<usize> = (0..self.nodes.len()).filter(|index| !followed.contains(index)).collect();
        if !ends.is_empty() {
            let root = self.node("root", "root", &ModulePath::root(), DrawnKind::Root);
            ends.into_iter().for_each(|end| self.edge(root, end));
        }
        self.drawing()
    }

    /// Sorted by name.
    fn drawing(self) -> Drawing {
        let mut order: Vec<usize> = (0..self.nodes.len()).collect();
        order.sort_by(|a, b| {
            let key = |index: usize| (&self.nodes[index].module, &self.nodes[index].name);
            key(*a).cmp(&key(*b))
        });
        let mut place = vec![0; order.len()];
        order.iter().enumerate().for_each(|(new, old)| place[*old] = new);
        let edges = self.edges.iter().map(|(a, b)| (place[*a], place[*b])).collect();
        Drawing { nodes: order.iter().map(|index| self.nodes[*index].clone()).collect(), edges }
    }
}
