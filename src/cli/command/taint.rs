//! `trueup taint` and `trueup untaint`

use super::Context;
use super::surgery::options;
use crate::arguments::Taint as Arguments;
use crate::outside;
use crate::screen::Screen;
use std::sync::Arc;
use trueup_addr::{Mode, ResourceInstance};
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_engine::{Mark, Surgery, Unobserved};
use trueup_store::Backup;
use trueup_view::style::neutral;

/// Marks an instance, or takes the mark off it.
pub(crate) async fn run(context: &Context, args: Arguments, mark: Mark) -> u8 {
    let screen = context.screen();
    let refused = |diagnostics: Diagnostics| screen.refusal(diagnostics);
    let address: ResourceInstance = match args.address.parse() {
        Ok(address) => address,
        Err(error) => return refused(Diagnostic::error("Invalid address", format!("{error}.")).into()),
    };
    if address.resource.mode != Mode::Managed && mark == Mark::Taint {
        outside::complain(&neutral(&format!("Resource instance {address} cannot be tainted")));
        return 1;
    }
    let operation = if mark == Mark::Taint { "taint" } else { "untaint" };
    let world = context.world(Arc::new(Unobserved));
    let opened = match options(operation, &args.operated, Backup::Beside) {
        Ok(options) => Surgery::open(&world, &options).await,
        Err(diagnostics) => Err(diagnostics.into()),
    };
    let mut surgery = match opened {
        Ok(surgery) => surgery,
        Err(reason) => return screen.refusal(reason),
    };
    let marked = surgery.mark(&address, mark).await;
    let missing = surgery.unmarkable(&address);
    let mut found = surgery.close().await;
    match marked {
        Ok(Some(())) => {
            let word = if mark == Mark::Taint { "marked as tainted" } else { "successfully untainted" };
            screen.line(&neutral(&format!("Resource instance {address} has been {word}.")));
        }
        Ok(None) if args.allow_missing => say_missing(&screen, &address),
        Ok(None) => found.push(missing),
        Err(diagnostic) => found.push(*diagnostic),
    }
    refused(found)
}

fn say_missing(screen: &Screen, address: &ResourceInstance) {
    let detail =
        format!("Resource instance {address} was not found, and -allow-missing says that this is no error.");
    screen.diagnostics(Diagnostic::warning("No such resource instance", detail).into(), &Sources::default());
}
