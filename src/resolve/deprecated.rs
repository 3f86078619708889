//! Outputs that their modules call deprecated, where others use them.

use crate::program::{NodeId, Program};
use std::collections::BTreeSet;
use trueup_diag::{Diagnostic, Diagnostics};

/// A warning for each place that uses a deprecated output by name, but in modules that are quiet.
pub fn deprecated_outputs(program: &Program) -> Diagnostics {
    let mut found = Diagnostics::new();
    let mut told = BTreeSet::new();
    for node in program.nodes.iter().filter(|node| !node.quiet) {
        let module = program.module(node.module);
        for one in &module.output_uses {
            let child: Option<NodeId> = node.children.get(one.call as usize).copied().flatten();
            let Some(called) = child.map(|child| program.module_at(child)) else { continue };
            let output = called.names.outputs.get(&one.name).map(|slot| &called.outputs[*slot as usize]);
            let Some(output) = output.filter(|output| !output.deprecated.is_empty()) else { continue };
            if !told.insert((one.span.file, one.span.start, one.span.end)) {
                continue;
            }
            let name = &module.calls[one.call as usize].name;
            let detail = format!(
                "This value is derived from module.{name}.{}, which is deprecated with the following message:\n\n{}",
                one.name, output.deprecated
            );
            found.push(Diagnostic::warning("Value derived from a deprecated source", detail).at(one.span));
        }
    }
    found
}
