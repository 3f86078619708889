//! `trueup get`

use super::Context;
use super::plan::complain;
use crate::arguments::Get as Arguments;
use std::sync::Arc;
use trueup_engine::{Unobserved, install_modules};

/// Fetches the modules that the configuration calls.
pub(crate) fn run(context: &Context, args: &Arguments) -> u8 {
    let screen = context.screen();
    let world = context.world(Arc::new(Unobserved));
    let tests = trueup_testing::test_modules(&world, &args.test_directory);
    match tests.and_then(|tests| install_modules(&world, args.update, &tests)) {
        Ok(lines) => {
            lines.iter().for_each(|line| screen.line(&format!("- {line}")));
            0
        }
        Err((diagnostics, sources)) => complain(&screen, diagnostics, &sources),
    }
}
