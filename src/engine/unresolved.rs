//! Where expressions stand that are evaluated when a configuration is judged. In: a program. Out: which of the
//! problems with references its evaluation will come across.

use trueup_diag::{Diagnostics, Span};
use trueup_resolve::Program;
use trueup_resolve::expr::Body;
use trueup_resolve::program::{Condition, Module, Provisioner, Repetition, Resource};

/// The places of a program's expressions.
pub(crate) struct Unresolved {
    /// Those that are judged whenever their block is.
    places: Vec<Span>,
    /// Those in configurations of providers and in connections that nothing uses, which nobody judges.
    unused: Vec<Span>,
}

impl Unresolved {
    pub(crate) fn of(program: &Program) -> Unresolved {
        let mut out = Unresolved { places: Vec::new(), unused: Vec::new() };
        for module in &program.modules {
            out.module(module);
        }
        for (index, module) in program.modules.iter().enumerate() {
            for (slot, config) in module.provider_configs.iter().enumerate() {
                let is_used = program.nodes.iter().any(|node| {
                    let bindings = program.module(node.module).resources.iter();
                    let mut bindings = bindings.filter_map(|resource| node.providers.get(&resource.provider));
                    bindings.any(|binding| {
                        let owner = program.node(binding.node).module;
                        owner.0 as usize == index && binding.config.is_some_and(|own| own as usize == slot)
                    })
                });
                let into = if is_used { &mut out.places } else { &mut out.unused };
                body(&config.body, into);
            }
        }
        out
    }

    /// What is wrong within expressions that are judged, and the rest; what nobody judges is in neither.
    pub(crate) fn split(&self, found: Diagnostics) -> (Diagnostics, Diagnostics) {
        let within = |places: &[Span], at: Option<Span>| {
            let inside = |at: Span, place: &Span| {
                place.file == at.file && place.start <= at.start && at.end <= place.end
            };
            at.is_some_and(|at| places.iter().any(|place| inside(at, place)))
        };
        let judged = found.into_iter().filter(|one| !within(&self.unused, one.subject));
        let (inside, outside): (Vec<_>, Vec<_>) =
            judged.partition(|one| one.is_error() && within(&self.places, one.subject));
        (inside.into_iter().collect(), outside.into_iter().collect())
    }

    fn module(&mut self, module: &Module) {
        self.places.extend(module.locals.iter().map(|local| local.expr.span));
        for variable in &module.variables {
            self.conditions(&variable.validations);
        }
        for output in &module.outputs {
            self.places.push(output.expr.span);
            self.conditions(&output.preconditions);
        }
        for call in &module.calls {
            self.places.extend(call.inputs.attributes.iter().map(|input| input.expr.span));
            self.repetition(call.repetition.as_ref());
        }
        for check in &module.checks {
            self.conditions(&check.asserts);
        }
        module.resources.iter().for_each(|one| self.resource(one));
    }

    fn resource(&mut self, resource: &Resource) {
        body(&resource.body, &mut self.places);
        self.repetition(resource.repetition.as_ref());
        self.conditions(&resource.lifecycle.preconditions);
        self.conditions(&resource.lifecycle.postconditions);
        self.places.extend(resource.lifecycle.replace_triggered_by.iter().map(|expr| expr.span));
        if let Some(connection) = &resource.connection {
            let unread = resource.provisioners.is_empty();
            body(connection, if unread { &mut self.unused } else { &mut self.places });
        }
        resource.provisioners.iter().for_each(|one| self.provisioner(one));
    }

    fn provisioner(&mut self, provisioner: &Provisioner) {
        body(&provisioner.body, &mut self.places);
        if let Some(connection) = &provisioner.connection {
            body(connection, &mut self.places);
        }
    }

    fn repetition(&mut self, repetition: Option<&Repetition>) {
        if let Some(Repetition::Count(expr) | Repetition::ForEach(expr)) = repetition {
            self.places.push(expr.span);
        }
    }

    fn conditions(&mut self, conditions: &[Condition]) {
        self.places.extend(conditions.iter().flat_map(|one| [one.condition.span, one.message.span]));
    }
}

fn body(from: &Body, out: &mut Vec<Span>) {
    out.extend(from.attributes.iter().map(|attribute| attribute.expr.span));
    for block in &from.blocks {
        out.push(block.body.end_span);
        if let Some(dynamic) = &block.dynamic {
            out.push(dynamic.for_each.span);
            out.extend(dynamic.labels.iter().map(|labels| labels.span));
        }
        body(&block.body, out);
    }
}
