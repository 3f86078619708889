//! The graph of a configuration: every declaration with what it reads.

use super::read::{self, Read};
use super::{DrawnKind, Sketch};
use crate::bindings::provider_addr;
use std::collections::BTreeSet;
use trueup_addr::ConfigResource;
use trueup_resolve::program::{Condition, Dependency, ProviderBinding, Resource};
use trueup_resolve::{NodeId, Program, Reference};

/// What of a configuration is walked only in some graphs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    /// The places that the data sources of checks report to.
    pub(super) reports: bool,
    /// What import blocks read.
    pub(super) imports: bool,
}

impl Extent {
    pub(super) const PLAN: Extent = Extent { reports: true, imports: true };
    pub(super) const REFRESH: Extent = Extent { reports: true, imports: false };
    pub(super) const APPLY: Extent = Extent { reports: false, imports: false };
}

/// Everything that a configuration declares.
pub(super) fn whole(program: &Program, extent: Extent) -> Sketch {
    let reports = extent.reports;
    let mut writer = Writer { program, sketch: Sketch::default(), used: BTreeSet::new(), reports };
    for index in 0..program.nodes.len() {
        if let Ok(index) = u32::try_from(index) {
            writer.module(NodeId(index));
        }
    }
    if extent.imports {
        writer.imports();
    }
    writer.providers();
    writer.sketch
}

struct Writer<'p> {
    program: &'p Program,
    sketch: Sketch,
    used: BTreeSet<ProviderBinding>,
    reports: bool,
}

impl Writer<'_> {
    fn module(&mut self, id: NodeId) {
        let module = self.program.module_at(id);
        self.boundaries(id);
        for slot in 0..module.variables.len() {
            self.variable(id, slot);
        }
        for local in &module.locals {
            let index = self.value(id, &format!("local.{}", local.name));
            let mut reads = Vec::new();
            read::expression(&local.expr, &mut reads);
            self.reads(index, id, &reads);
        }
        for output in &module.outputs {
            let index = self.value(id, &format!("output.{}", output.name));
            let mut reads = Vec::new();
            read::expression(&output.expr, &mut reads);
            read::conditions(&output.preconditions, &mut reads);
            depended(&output.depends_on, &mut reads);
            self.reads(index, id, &reads);
        }
        for resource in &module.resources {
            self.resource(id, resource);
        }
        for check in &module.checks {
            let index = self.within(id, &format!("check.{} (expand)", check.name), DrawnKind::Check);
            let mut reads = Vec::new();
            read::conditions(&check.asserts, &mut reads);
            reads.extend(check.data.map(|slot| Read::Whole(Reference::Resource(slot))));
            self.reads(index, id, &reads);
            if let (Some(slot), true) = (check.data, self.reports) {
                let report = self.plain(id, &format!("check.{} (report)", check.name), DrawnKind::Check);
                let data = self.resource_node(id, slot);
                self.sketch.edge(data, report);
            }
        }
    }

    /// The beginning of a module waits for what its call waits for, its end for all that is in it.
    fn boundaries(&mut self, id: NodeId) {
        let Some((parent, slot)) = self.program.node(id).parent else { return };
        let call = &self.program.module_at(parent).calls[slot as usize];
        let (begin, end) = (self.begin(id), self.end(id));
        self.sketch.edge(end, begin);
        if self.program.node(parent).parent.is_some() {
            let (outer_begin, outer_end) = (self.begin(parent), self.end(parent));
            self.sketch.edge(begin, outer_begin);
            self.sketch.edge(outer_end, end);
        }
        let mut reads = Vec::new();
        read::repetition(call.repetition.as_ref(), &mut reads);
        depended(&call.depends_on, &mut reads);
        self.reads(begin, parent, &reads);
    }

    fn variable(&mut self, id: NodeId, slot: usize) {
        let variable = &self.program.module_at(id).variables[slot];
        let index = self.variable_node(id, slot);
        if let Some((parent, call)) = self.program.node(id).parent {
            let inputs = &self.program.module_at(parent).calls[call as usize].inputs;
            let mut reads = Vec::new();
            let given = inputs.attributes.iter().find(|attribute| attribute.name == variable.name);
            given.iter().for_each(|attribute| read::expression(&attribute.expr, &mut reads));
            self.reads(index, parent, &reads);
        }
        if !variable.validations.is_empty() {
            let judged = self.validation_node(id, slot);
            self.sketch.edge(judged, index);
            let mut reads = Vec::new();
            read::conditions(&variable.validations, &mut reads);
            let itself = u32::try_from(slot).map(Reference::Variable).map(Read::Whole).ok();
            reads.retain(|one| Some(one) != itself.as_ref());
            self.reads(judged, id, &reads);
        }
    }

    fn resource(&mut self, id: NodeId, resource: &Resource) {
        let index = self.resource_at(id, resource);
        self.in_module(id, index);
        let mut reads = Vec::new();
        read::body(&resource.body, &mut reads);
        read::repetition(resource.repetition.as_ref(), &mut reads);
        depended(&resource.depends_on, &mut reads);
        let lifecycle = &resource.lifecycle;
        let all: [&[Condition]; 2] = [&lifecycle.preconditions, &lifecycle.postconditions];
        all.iter().for_each(|conditions| read::conditions(conditions, &mut reads));
        lifecycle.replace_triggered_by.iter().for_each(|expr| read::expression(expr, &mut reads));
        let provisioners = resource.provisioners.iter().map(|one| (&one.body, one.connection.as_ref()));
        for (body, connection) in provisioners {
            read::body(body, &mut reads);
            connection.iter().for_each(|body| read::body(body, &mut reads));
        }
        resource.connection.iter().for_each(|body| read::body(body, &mut reads));
        self.reads(index, id, &reads);
        if let Some(binding) = self.program.node(id).providers.get(&resource.provider) {
            self.used.insert(binding.clone());
            self.sketch.uses(index, &provider_addr(self.program, binding));
        }
    }

    /// What is imported waits for what its id is made of.
    fn imports(&mut self) {
        for (index, node) in self.program.nodes.iter().enumerate() {
            let Ok(id) = u32::try_from(index).map(NodeId) else { continue };
            for import in &self.program.module(node.module).imports {
                let mut reads = Vec::new();
                let keys = import.module_keys.iter().flatten();
                let own = [&import.key, &import.id, &import.identity, &import.for_each];
                keys.chain(own.into_iter().flatten()).for_each(|expr| read::expression(expr, &mut reads));
                let to = &import.to;
                let module = to.module.0.iter().fold(node.path.clone(), |path, name| path.child(name));
                let to = ConfigResource { module, resource: to.resource.clone() };
                let imported = self.sketch.resource(&to, &to.to_string());
                self.reads(imported, id, &reads);
            }
        }
    }

    /// Provider configurations that something uses, with what they read.
    fn providers(&mut self) {
        for binding in std::mem::take(&mut self.used) {
            let index = self.sketch.provider(&provider_addr(self.program, &binding));
            self.in_module(binding.node, index);
            let Some(slot) = binding.config else { continue };
            let config = &self.program.module_at(binding.node).provider_configs[slot as usize];
            let mut reads = Vec::new();
            read::body(&config.body, &mut reads);
            self.reads(index, binding.node, &reads);
        }
    }

    fn reads(&mut self, index: usize, id: NodeId, reads: &[Read]) {
        for one in reads {
            if let Some(before) = self.target(id, one) {
                self.sketch.edge(index, before);
            }
        }
    }

    /// The node of what is read.
    fn target(&mut self, id: NodeId, one: &Read) -> Option<usize> {
        let module = self.program.module_at(id);
        let child = |slot: &u32| self.program.node(id).children.get(*slot as usize).copied().flatten();
        Some(match one {
            Read::Output(slot, name) => {
                let child = child(slot)?;
                self.program.module_at(child).names.outputs.get(name)?;
                self.value(child, &format!("output.{name}"))
            }
            Read::Whole(Reference::Module(slot)) => {
                let child = child(slot)?;
                self.end(child)
            }
            Read::Whole(Reference::Resource(slot)) => self.resource_node(id, *slot),
            Read::Whole(Reference::Local(slot)) => {
                let name = format!("local.{}", module.locals[*slot as usize].name);
                self.value(id, &name)
            }
            Read::Whole(Reference::Variable(slot)) => {
                let slot = *slot as usize;
                if module.variables[slot].validations.is_empty() {
                    self.variable_node(id, slot)
                } else {
                    self.validation_node(id, slot)
                }
            }
            Read::Whole(_) => return None,
        })
    }

    fn begin(&mut self, id: NodeId) -> usize {
        self.boundary(id, "expand")
    }

    fn end(&mut self, id: NodeId) -> usize {
        self.boundary(id, "close")
    }

    fn boundary(&mut self, id: NodeId, which: &str) -> usize {
        let path = self.program.node(id).path.clone();
        self.sketch.node(&format!("{path} ({which})"), &path.to_string(), &path, DrawnKind::Module)
    }

    fn resource_node(&mut self, id: NodeId, slot: u32) -> usize {
        let resource = &self.program.module_at(id).resources[slot as usize];
        self.resource_at(id, resource)
    }

    fn resource_at(&mut self, id: NodeId, resource: &Resource) -> usize {
        let module = self.program.node(id).path.clone();
        let addr = ConfigResource { module, resource: resource.addr.clone() };
        self.sketch.resource(&addr, &addr.to_string())
    }

    fn variable_node(&mut self, id: NodeId, slot: usize) -> usize {
        let name = format!("var.{}", self.program.module_at(id).variables[slot].name);
        if id == NodeId::ROOT { self.within(id, &name, DrawnKind::Variable) } else { self.value(id, &name) }
    }

    fn validation_node(&mut self, id: NodeId, slot: usize) -> usize {
        let name = format!("var.{} (validation)", self.program.module_at(id).variables[slot].name);
        self.within(id, &name, DrawnKind::Value)
    }

    fn value(&mut self, id: NodeId, name: &str) -> usize {
        self.within(id, &format!("{name} (expand)"), DrawnKind::Value)
    }

    /// A node between the beginning of its module and the end.
    fn within(&mut self, id: NodeId, name: &str, kind: DrawnKind) -> usize {
        let index = self.plain(id, name, kind);
        self.in_module(id, index);
        index
    }

    fn plain(&mut self, id: NodeId, name: &str, kind: DrawnKind) -> usize {
        let path = self.program.node(id).path.clone();
        let name = if path.is_root() { name.to_owned() } else { format!("{path}.{name}") };
        let address = name.split(" (").next().unwrap_or(&name).to_owned();
        self.sketch.node(&name, &address, &path, kind)
    }

    fn in_module(&mut self, id: NodeId, index: usize) {
        if id != NodeId::ROOT {
            let (begin, end) = (self.begin(id), self.end(id));
            self.sketch.edge(index, begin);
            if self.sketch.nodes[index].kind != DrawnKind::Provider {
                self.sketch.edge(end, index);
            }
        }
    }
}

fn depended(on: &[Dependency], out: &mut Vec<Read>) {
    out.extend(on.iter().map(|dependency| Read::Whole(dependency.on)));
}
