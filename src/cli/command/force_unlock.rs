//! `trueup force-unlock`

use super::Context;
use super::apply::ask;
use crate::arguments::ForceUnlock as Arguments;
use crate::outside;
use std::sync::Arc;
use trueup_engine::{Unobserved, force_unlock};
use trueup_view::style::neutral;

/// Takes a lock away that a process left behind.
pub(crate) async fn run(context: &Context, args: Arguments) -> u8 {
    let screen = context.screen();
    let world = context.world(Arc::new(Unobserved));
    if !args.force {
        let note = "The lock goes, and others can change the state, even if somebody still works on it.\n  Only 'yes' will be accepted to confirm.";
        match ask(&screen, "Do you really want to force-unlock?", note) {
            Ok(true) => {}
            Ok(false) => {
                screen.line("force-unlock cancelled.");
                return 1;
            }
            Err(diagnostic) => return screen.refusal(diagnostic),
        }
    }
    match force_unlock(&world, &args.id).await {
        Ok(Ok(())) => {
            let style = screen.style;
            screen.line(&style.bold(&style.green("The state has been successfully unlocked!")));
            0
        }
        Ok(Err(error)) => {
            let hint = error.hint.as_ref().map(|hint| format!("\n\n{hint}")).unwrap_or_default();
            outside::complain(&neutral(&format!("Failed to unlock state: {error}{hint}")));
            1
        }
        Err(diagnostics) => screen.refusal(diagnostics),
    }
}
