//! What a configuration may say and this program can't do yet: refused before anything is planned, never passed over.

use trueup_diag::{Diagnostic, Diagnostics, Span};
use trueup_resolve::Program;

/// Everything in the program that would be passed over in silence otherwise.
pub(crate) fn unsupported(program: &Program) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for module in &program.modules {
        for resource in &module.resources {
            for provisioner in &resource.provisioners {
                diagnostics.push(refusal(
                    "Provisioners",
                    "what it is there for would not be done",
                    provisioner.span,
                ));
            }
        }
    }
    diagnostics
}

fn refusal(what: &str, consequence: &str, place: Span) -> Diagnostic {
    Diagnostic::error(
        format!("{what} are not supported yet"),
        format!("This block can't be carried out, and going on without it would be wrong: {consequence}."),
    )
    .at(place)
    .hint("take the block out, or use Terraform for this configuration until it is supported")
}
