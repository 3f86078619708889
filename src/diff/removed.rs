//! `removed` blocks whose object is still in the configuration.

use trueup_addr::{ConfigResource, ModulePath, Target};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_resolve::Program;
use trueup_resolve::program::Removed;

/// Errors for `removed` blocks about resources and modules that the configuration still declares.
pub fn removed_still_declared(program: &Program) -> Diagnostics {
    let mut found = Diagnostics::new();
    for node in &program.nodes {
        for removed in &program.module(node.module).removed {
            found.extend(still_declared(program, &node.path, removed));
        }
    }
    found
}

fn still_declared(program: &Program, path: &ModulePath, removed: &Removed) -> Option<Diagnostic> {
    let full = |inner: ModulePath| inner.0.iter().fold(path.clone(), |path, name| path.child(name));
    let (kind, what, span) = match &removed.from {
        Target::Module(module) => {
            let path = full(module.path());
            let (caller, call) = program.node(program.node_at(path.0.iter())?).parent?;
            ("module", path.to_string(), program.module_at(caller).calls[call as usize].span)
        }
        Target::Resource(_) | Target::Instance(_) => {
            let config = match &removed.from {
                Target::Resource(node) => node.config(),
                Target::Instance(instance) => instance.config(),
                Target::Module(_) => return None,
            };
            let path = full(config.module);
            let module = program.module_at(program.node_at(path.0.iter())?);
            let slot = module.names.resources.get(&config.resource)?;
            let resource = &module.resources[*slot as usize];
            let what = ConfigResource { module: path, resource: config.resource };
            ("resource", what.to_string(), resource.span)
        }
    };
    let detail = format!("A removed block lets go of {what}, and yet it is still declared here.");
    let error = Diagnostic::error(format!("Removed {kind} still exists"), detail).at(span);
    Some(error.hint("take the removed block out, or what it names"))
}
