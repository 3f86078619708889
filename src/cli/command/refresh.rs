//! `trueup refresh`: what a refresh-only plan finds is written down without a question.

use super::Context;
use super::options::{plan_options, session_options};
use super::plan::complain;
use super::progress::Progress;
use super::stream;
use crate::arguments::{Planning, Refresh as Arguments};
use std::sync::Arc;
use trueup_diag::Sources;
use trueup_engine::{Planned, Session, apply};
use trueup_view::state as state_view;

/// Reads the real objects and writes what it finds into the state.
pub(crate) async fn run(context: &Context, args: Arguments) -> u8 {
    let screen = match stream::screen(context, &args.operating.terminal, &args.telling) {
        Ok(screen) => Arc::new(screen),
        Err(unopened) => {
            let (screen, diagnostic) = *unopened;
            return complain(&screen, diagnostic.into(), &Sources::default());
        }
    };
    let planning = Planning { refresh_only: true, ..Planning::usual(&args.operating) };
    let opened = plan_options(&planning, false).and_then(|plan| {
        let (variables, locking) = (&args.operating.variables, &args.operating.locking);
        Ok((plan, session_options(context, "OperationTypeRefresh", variables, locking, &args.files)?))
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
    if let (Some(outputs), false) = (outputs, failed) {
        if let Err(diagnostic) = stream::outputs(&screen, &outputs) {
            diagnostics.push(*diagnostic);
        }
        if !screen.is_events() && !outputs.is_empty() {
            let heading = screen.style.bold(&screen.style.green("Outputs:"));
            screen.print(&format!("\n{heading}\n\n{}", state_view::outputs(&outputs, screen.style)));
        }
    }
    let code = complain(&screen, diagnostics, &sources);
    if failed { code.max(1) } else { code }
}
