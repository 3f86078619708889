//! `trueup validate`

use super::Context;
use super::from::{self, Needs};
use super::options::input_sources;
use crate::arguments::{Origin, Validate as Arguments};
use std::sync::Arc;
use trueup_engine::Unobserved;

/// Judges the configuration.
pub(crate) async fn run(context: &Context, args: Arguments) -> u8 {
    let screen = context.screen();
    let origin = Origin { from: args.from.clone(), backend_config: Vec::new() };
    let (sources, diagnostics) = match from::enter(context, &origin, Needs::Modules).await {
        Ok(context) => {
            let inputs = input_sources(&context, &args.variables);
            let world = context.world(Arc::new(Unobserved));
            let (mut sources, mut found) = trueup_engine::validate(&world, &inputs).await;
            if !args.no_tests {
                found.append(trueup_testing::validate(&world, &args.test_directory, &mut sources));
            }
            (sources, found)
        }
        Err((diagnostics, sources)) => (sources, diagnostics),
    };
    let failed = diagnostics.has_errors();
    if args.json {
        let text = trueup_document::validate::document(&diagnostics, &sources);
        screen.line(text.trim_end_matches('\n'));
        return u8::from(failed);
    }
    let warned = !diagnostics.is_empty();
    screen.diagnostics(diagnostics, &sources);
    if !failed {
        let note = if warned { ", but there were some\nvalidation warnings as shown above." } else { "." };
        let good = screen.style.bold(&screen.style.green("Success!"));
        screen.line(&format!("{good} The configuration is valid{note}\n"));
    }
    u8::from(failed)
}
