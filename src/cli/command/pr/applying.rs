//! `trueup pr apply`

use super::gather::{Expected, Gather};
use super::site::{Site, options};
use super::{Stop, plain};
use crate::arguments::PrApply;
use crate::command::plan::complain;
use crate::command::telling::{Asked, Telling};
use crate::command::{Context, exit};
use crate::screen::Screen;
use std::collections::BTreeSet;
use std::sync::Arc;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_forge::{Details, Mark, State, Thread, find_comment, write_comment};
use trueup_pulls::{Refusal, Request, Shown, apply_key, judge, plan_key};
use trueup_run::{Failure, Operation, Outcome, Report, StackReport};
use trueup_stacks::PullRules;

/// Applies what was shown, or says why not.
pub(super) async fn apply(context: &Context, screen: &Arc<Screen>, args: &PrApply) -> Result<u8, Stop> {
    let site = Site::open(context, &args.pulling).await?;
    let shown = shown(&site, args).await?;
    let asks = |rules: &PullRules| rules.pulls.approvals > 0 || rules.pulls.require_stack_owners;
    let (reviews, contributors) = if site.rules.all.iter().any(asks) {
        (site.forge.reviews(&site.pull).await?, site.forge.contributors(&site.pull).await?)
    } else {
        Default::default()
    };
    let stacks = site.repository.stacks.stacks.iter();
    let spots = stacks.map(|stack| (stack.name.to_string(), stack.spot())).collect();
    let refusals = judge(&Request {
        pull: &site.pull,
        reviews: &reviews,
        contributors: &contributors,
        rules: &site.rules.all,
        branches: &site.rules.branches,
        shown: shown.as_ref().map(|shown| &shown.shown),
        spots: &spots,
        checkout: &site.checkout,
    });
    let Some(shown) = shown.filter(|_| refusals.is_empty()) else {
        return refuse((&site, screen), args, &refusals).await;
    };
    let there = |name: &&String| site.repository.stacks.get(name).is_some();
    let chosen: BTreeSet<String> = shown.shown.stacks.keys().filter(there).cloned().collect();
    let options = options(Operation::Apply, &args.pulling, None)?;
    let telling = Telling::new(screen.clone(), Asked::of(Operation::Apply), chosen.len());
    let gather = Arc::new(Gather::new(telling, &site.repository, Some(shown)));
    let ran =
        trueup_run::run(site.repository.clone(), &chosen, context.ground(), options, gather.clone()).await;
    let ran = ran.map_err(|found| (found, site.repository.stacks.sources.clone()))?;
    gather.telling().end(&ran, &site.repository);
    let refusals = gather.refusals();
    let is_untouched = !ran.stacks.iter().any(|stack| is_done(&stack.outcome));
    if is_untouched && !refusals.is_empty() {
        return refuse((&site, screen), args, &refusals).await;
    }
    // What was said of an apply before stays.
    if is_untouched && !ran.stacks.iter().any(StackReport::is_failure) {
        screen.line("There is nothing to apply any more.");
        return Ok(exit::of(ran.verdict(), false));
    }
    tell(&site, args, &ran, &refusals).await?;
    Ok(exit::of(ran.verdict(), false))
}

/// What the comment shows.
async fn shown(site: &Site, args: &PrApply) -> Result<Option<Expected>, Stop> {
    let key = plan_key(args.pulling.name.as_deref());
    let found = find_comment(&*site.forge, Thread::Pull(site.pull.number), &key).await;
    let Some((comment, mark)) = found? else { return Ok(None) };
    let shown = Shown::read(&mark.data).map_err(|error| {
        let detail = format!("The mark of the comment with the plans can't be read: {}.", error.0);
        let problem = Diagnostic::error("Pull request not applied", detail);
        problem.hint("plan again with \"trueup pr plan\" of the same version")
    })?;
    Ok(Some(Expected { shown, mark, comment, kind: site.forge.kind() }))
}

/// Says why nothing is applied, here and at the forge.
async fn refuse((site, screen): (&Site, &Screen), args: &PrApply, refusals: &[Refusal]) -> Result<u8, Stop> {
    let found: Diagnostics = refusals.iter().map(Refusal::diagnostic).collect();
    let lines: Vec<String> = refusals.iter().map(|one| format!("- {}", plain(&one.reason()))).collect();
    let text = format!("### Not applied\n\n{}\n", lines.join("\n"));
    match comment(site, args, &text).await {
        Ok(()) => {
            let code = complain(screen, found, &Sources::default());
            Ok(if refusals.iter().all(Refusal::is_of_rules) { exit::DENIED } else { code })
        }
        Err(Stop(mut failed)) => {
            failed.0.append(found);
            Err(Stop(failed))
        }
    }
}

/// Says what was applied.
async fn tell(site: &Site, args: &PrApply, ran: &Report, refusals: &[Refusal]) -> Result<(), Stop> {
    let is_applied = ran.stacks.iter().any(|stack| is_done(&stack.outcome));
    let title = match (is_applied, ran.stacks.iter().any(StackReport::is_failure)) {
        (true, false) => "Applied",
        (true, true) => "Applied in part",
        (false, _) => "Not applied",
    };
    let mut text = format!("### {title}\n\n{TABLE_HEAD}");
    ran.stacks.iter().for_each(|stack| text.push_str(&row(stack)));
    for refusal in refusals {
        text.push_str(&format!("\n- {}", plain(&refusal.reason())));
    }
    comment(site, args, &text).await?;
    for stack in &ran.stacks {
        let state = match &stack.outcome {
            Outcome::Failed(_) => State::Error,
            _ if stack.is_failure() => State::Failure,
            _ => State::Success,
        };
        let text = trueup_view::run::outcome(&stack.outcome);
        let details = Details { summary: counted(stack), text: String::new() };
        site.status(("apply", &args.pulling), (&stack.name, state, text), details).await?;
    }
    Ok(())
}

const TABLE_HEAD: &str =
    "| Stack | Outcome | Add | Change | Replace | Destroy |\n|---|---|--:|--:|--:|--:|\n";

fn row(stack: &StackReport) -> String {
    let (name, outcome) = (plain(&stack.name), plain(&trueup_view::run::outcome(&stack.outcome)));
    let counts = &stack.counts;
    let (add, change, replace, destroy) = (counts.add, counts.change, counts.replace, counts.destroy);
    format!("| {name} | {outcome} | {add} | {change} | {replace} | {destroy} |\n")
}

/// What became of one stack.
fn counted(stack: &StackReport) -> String {
    format!("{TABLE_HEAD}{}", row(stack))
}

async fn comment(site: &Site, args: &PrApply, text: &str) -> Result<(), Stop> {
    let mark = Mark { key: apply_key(args.pulling.name.as_deref()), data: String::new() };
    let written = write_comment(&*site.forge, Thread::Pull(site.pull.number), &mark, text).await;
    written?;
    Ok(())
}

/// Whether something was changed.
fn is_done(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Applied | Outcome::Failed(Failure::Partly))
}
