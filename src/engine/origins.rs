//! Which resources an argument comes from, by the text of the configuration alone.

use crate::drawing::{Read, read_body, read_expression};
use std::collections::BTreeSet;
use trueup_addr::ConfigResource;
use trueup_resolve::{NodeId, Program, Reference};

/// The resources that an argument or the blocks of one type of a resource refer to, directly or through values and
/// modules, but not those that these come from in turn.
pub fn origins(program: &Program, resource: &ConfigResource, argument: &str) -> BTreeSet<ConfigResource> {
    let found = program.nodes.iter().position(|node| node.path == resource.module);
    let Some(id) = found.and_then(|index| u32::try_from(index).ok()).map(NodeId) else {
        return BTreeSet::new();
    };
    let module = program.module_at(id);
    let Some(slot) = module.names.resources.get(&resource.resource) else { return BTreeSet::new() };
    let body = &module.resources[*slot as usize].body;
    let mut reads = Vec::new();
    let attributes = body.attributes.iter().filter(|attribute| &*attribute.name == argument);
    attributes.for_each(|attribute| read_expression(&attribute.expr, &mut reads));
    for block in body.blocks.iter().filter(|block| &*block.kind == argument) {
        block.dynamic.iter().for_each(|dynamic| read_expression(&dynamic.for_each, &mut reads));
        read_body(&block.body, &mut reads);
    }
    let mut tracer = Tracer { program, seen: BTreeSet::new(), found: BTreeSet::new() };
    tracer.follow(id, reads);
    tracer.found.remove(resource);
    tracer.found
}

struct Tracer<'p> {
    program: &'p Program,
    /// Values that were followed, so that circles end: the module's place, what kind, which slot.
    seen: BTreeSet<(NodeId, Reference)>,
    found: BTreeSet<ConfigResource>,
}

impl Tracer<'_> {
    fn follow(&mut self, start: NodeId, reads: Vec<Read>) {
        let mut work: Vec<(NodeId, Read)> = reads.into_iter().map(|read| (start, read)).collect();
        while let Some((id, read)) = work.pop() {
            let program = self.program;
            let node = program.node(id);
            let module = program.module_at(id);
            let mut further = Vec::new();
            let at = match read {
                Read::Whole(Reference::Resource(slot)) => {
                    let resource = module.resources[slot as usize].addr.clone();
                    self.found.insert(ConfigResource { module: node.path.clone(), resource });
                    continue;
                }
                Read::Whole(reference) if !self.seen.insert((id, reference)) => continue,
                Read::Whole(Reference::Local(slot)) => {
                    read_expression(&module.locals[slot as usize].expr, &mut further);
                    id
                }
                Read::Whole(Reference::Variable(slot)) => {
                    let Some((parent, call)) = node.parent else { continue };
                    let name = &module.variables[slot as usize].name;
                    let inputs = &program.module_at(parent).calls[call as usize].inputs;
                    let given = inputs.attributes.iter().filter(|attribute| attribute.name == *name);
                    given.for_each(|attribute| read_expression(&attribute.expr, &mut further));
                    parent
                }
                Read::Whole(Reference::Module(slot)) => {
                    let Some(child) = node.children[slot as usize] else { continue };
                    let outputs = &program.module_at(child).outputs;
                    outputs.iter().for_each(|output| read_expression(&output.expr, &mut further));
                    child
                }
                Read::Output(slot, name) => {
                    let Some(child) = node.children[slot as usize] else { continue };
                    let module = program.module_at(child);
                    let Some(output) = module.names.outputs.get(&name) else { continue };
                    if !self.seen.insert((child, Reference::Output(*output))) {
                        continue;
                    }
                    read_expression(&module.outputs[*output as usize].expr, &mut further);
                    child
                }
                Read::Whole(_) => continue,
            };
            work.extend(further.into_iter().map(|read| (at, read)));
        }
    }
}
