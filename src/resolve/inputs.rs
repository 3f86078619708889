//! What module calls set, held against what the called modules take.

use crate::program::{Module, ModuleCall};
use crate::tree::Resolution;
use trueup_diag::{Diagnostic, Diagnostics, nearest};

/// Checks the arguments of every call whose module could be loaded.
pub(crate) fn check_inputs(out: &mut Resolution) {
    let mut found = Diagnostics::new();
    for node in &out.program.nodes {
        let Some((parent, slot)) = node.parent else { continue };
        let call = &out.program.module_at(parent).calls[slot as usize];
        check_call(call, out.program.module(node.module), &mut found);
    }
    out.calls.append(found);
}

fn check_call(call: &ModuleCall, module: &Module, found: &mut Diagnostics) {
    for input in call.inputs.attributes.iter().filter(|a| !module.names.variables.contains_key(&a.name)) {
        let detail = format!("The module \"{}\" has no input variable \"{}\".", call.name, input.name);
        let error = Diagnostic::error("Unsupported argument", detail).at(input.name_span);
        let known = module.names.variables.keys().map(|name| &**name);
        found.push(match nearest(&input.name, known) {
            Some(near) => error.hint(format!("Did you mean \"{near}\"?")),
            None => error,
        });
    }
    for block in &call.inputs.blocks {
        let detail = format!("A module block has no blocks of type \"{}\".", block.kind);
        found.push(Diagnostic::error("Unsupported block type", detail).at(block.span));
    }
    let required = module.variables.iter().filter(|variable| variable.default.is_none());
    for variable in required {
        if call.inputs.attributes.iter().any(|input| input.name == variable.name) {
            continue;
        }
        let detail = format!(
            "The module \"{}\" needs a value of its input variable \"{}\", which has no default.",
            call.name, variable.name
        );
        found.push(Diagnostic::error("Missing required argument", detail).at(call.inputs.end_span));
    }
}
