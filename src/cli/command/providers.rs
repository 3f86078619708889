//! `trueup providers schema`

use super::Context;
use super::plan::complain;
use super::show::single;
use crate::arguments::Providers as Arguments;
use crate::document::schemas;
use std::sync::Arc;
use trueup_diag::Sources;
use trueup_engine::{Unobserved, load, providers_of, schemas_of};

/// Prints the schemas of the configuration's providers.
pub(crate) fn run(context: &Context, args: &Arguments) -> u8 {
    let Arguments::Schema(args) = args;
    let screen = context.screen();
    if !args.json {
        let detail = "Schemas are printed as JSON only: add the option -json.";
        return complain(&screen, single("The -json option is required", detail), &Sources::default());
    }
    let world = context.world(Arc::new(Unobserved));
    let loaded = load(&world, None);
    if loaded.diagnostics.has_errors() {
        return complain(&screen, loaded.diagnostics, &loaded.sources);
    }
    let used = providers_of(&world, &loaded.program).into_keys().collect();
    match schemas_of(&world, &loaded.program) {
        Ok(providers) => {
            screen.line(schemas::document(&used, &providers).trim_end());
            0
        }
        Err(diagnostics) => complain(&screen, diagnostics, &loaded.sources),
    }
}
