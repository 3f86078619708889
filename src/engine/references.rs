//! Which resource refers to which, from the text alone: for drawings.

use std::collections::{BTreeMap, BTreeSet};
use trueup_addr::ConfigResource;
use trueup_evaluate::walk_references;
use trueup_resolve::expr::Body;
use trueup_resolve::{Expr, NodeId, Program, Reference};

/// Names of resources with the names of those they refer to, locals and module inputs and outputs followed.
pub fn references(program: &Program) -> BTreeMap<String, BTreeSet<String>> {
    let mut walker = Walker { program, open: BTreeSet::new() };
    let mut out = BTreeMap::new();
    for (index, node) in program.nodes.iter().enumerate() {
        let Ok(index) = u32::try_from(index) else { continue };
        for resource in &program.module(node.module).resources {
            let mut found = BTreeSet::new();
            let id = NodeId(index);
            let mut seen = Vec::new();
            body(&resource.body, &mut seen);
            match &resource.repetition {
                Some(
                    trueup_resolve::program::Repetition::Count(e)
                    | trueup_resolve::program::Repetition::ForEach(e)
                    | trueup_resolve::program::Repetition::Enabled(e),
                ) => {
                    seen.push(e);
                }
                None => {}
            }
            for expr in seen {
                walker.expr(id, expr, &mut found);
            }
            for dependency in &resource.depends_on {
                walker.reference(id, dependency.on, &mut found);
            }
            let own =
                ConfigResource { module: node.path.clone(), resource: resource.addr.clone() }.to_string();
            found.remove(&own);
            out.insert(own, found);
        }
    }
    out
}

fn body<'b>(from: &'b Body, out: &mut Vec<&'b Expr>) {
    out.extend(from.attributes.iter().map(|attribute| &attribute.expr));
    for block in &from.blocks {
        out.extend(block.dynamic.iter().map(|dynamic| &dynamic.for_each));
        body(&block.body, out);
    }
}

struct Walker<'p> {
    program: &'p Program,
    /// What is being followed, so that circles end.
    open: BTreeSet<(NodeId, Reference)>,
}

impl Walker<'_> {
    fn expr(&mut self, node: NodeId, expr: &Expr, out: &mut BTreeSet<String>) {
        for reference in walk_references(expr) {
            self.reference(node, reference, out);
        }
    }

    fn reference(&mut self, node: NodeId, reference: Reference, out: &mut BTreeSet<String>) {
        if !self.open.insert((node, reference)) {
            return;
        }
        let program = self.program;
        let module = program.module_at(node);
        match reference {
            Reference::Resource(slot) => {
                let resource = module.resources[slot as usize].addr.clone();
                out.insert(ConfigResource { module: program.node(node).path.clone(), resource }.to_string());
            }
            Reference::Local(slot) => self.expr(node, &module.locals[slot as usize].expr, out),
            Reference::Output(slot) => self.expr(node, &module.outputs[slot as usize].expr, out),
            Reference::Module(slot) => {
                if let Some(child) = program.node(node).children[slot as usize] {
                    for output in &program.module_at(child).outputs {
                        self.expr(child, &output.expr, out);
                    }
                }
            }
            Reference::Variable(slot) => {
                if let Some((parent, call)) = program.node(node).parent {
                    let name = &module.variables[slot as usize].name;
                    let inputs = &program.module_at(parent).calls[call as usize].inputs;
                    if let Some(input) = inputs.attributes.iter().find(|a| a.name == *name) {
                        self.expr(parent, &input.expr, out);
                    }
                }
            }
            _ => {}
        }
        self.open.remove(&(node, reference));
    }
}
