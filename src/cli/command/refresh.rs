//! `trueup refresh`: what a refresh-only plan finds is written down without a question.

use super::Context;
use super::options::{plan_options, session_options};
use super::plan::complain;
use super::progress::Progress;
use crate::arguments::{Planning, Refresh as Arguments};
use crate::view::state as state_view;
use std::sync::Arc;
use trueup_diag::Sources;
use trueup_engine::{Planned, Session, apply};

/// Reads the real objects and writes what it finds into the state.
pub(crate) async fn run(context: &Context, args: Arguments) -> u8 {
    let screen = Arc::new(context.screen_with(args.operating.terminal.compact_warnings, false));
    let planning = Planning { refresh_only: true, ..Planning::usual(&args.operating) };
    let opened = plan_options(&planning, false).and_then(|plan| {
        let (variables, locking) = (&args.operating.variables, &args.operating.locking);
        let state = args.state.as_ref();
        Ok((plan, session_options(context, "OperationTypeRefresh", variables, locking, state)?))
    });
    let (options, session_options) = match opened {
        Ok(options) => options,
        Err(diagnostics) => return complain(&screen, diagnostics, &Sources::default()),
    };
    let world = context.world(Progress::new(screen.clone()));
    let mut session = match Session::open(&world, session_options).await {
        Ok(session) => session,
        Err(not_opened) => return complain(&screen, not_opened.diagnostics, &not_opened.sources),
    };
    let Planned { plan, mut diagnostics } = session.plan(&options).await;
    let mut outputs = None;
    let mut interrupted = false;
    if !diagnostics.has_errors() {
        match trueup_plan::file::hash(&plan) {
            Ok(hash) => {
                let outcome = apply(&mut session, &plan, &hash, options.parallelism).await;
                diagnostics.append(outcome.diagnostics);
                interrupted = outcome.interrupted;
                outputs = Some(outcome.outputs);
            }
            Err(error) => diagnostics.push(error.diagnostic()),
        }
    }
    let sources = std::mem::take(&mut session.sources);
    let failed = interrupted || diagnostics.has_errors();
    diagnostics.append(session.close().await);
    if let (Some(outputs), false) = (outputs.filter(|outputs| !outputs.is_empty()), failed) {
        let heading = screen.style.bold(&screen.style.green("Outputs:"));
        screen.print(&format!("\n{heading}\n\n{}", state_view::outputs(&outputs)));
    }
    let code = complain(&screen, diagnostics, &sources);
    if failed { code.max(1) } else { code }
}
