//! `trueup pr plan`

use super::gather::{Gather, Gathered};
use super::site::{Site, Touched, options};
use super::{Stop, page};
use crate::arguments::PrPlan;
use crate::command::accounts::write_files;
use crate::command::telling::{Asked, Telling};
use crate::command::{Context, exit};
use crate::screen::Screen;
use std::collections::BTreeMap;
use std::sync::Arc;
use trueup_diag::{Diagnostic, Sources};
use trueup_forge::{Details, State, Thread, find_comment, write_comment};
use trueup_pulls::{Refusal, Shown, ShownStack};
use trueup_run::{Operation, Outcome, Report as Ran};
use trueup_stacks::{Forks, Stack};
use trueup_view::format::{Format, Limits, Section, write};
use trueup_view::report::Report;

/// What a check run of GitHub takes at most.
const DETAILS_BYTES_MAX: usize = 65_535;

/// Plans what the pull request touches, and says so at the forge.
pub(super) async fn plan(context: &Context, screen: &Arc<Screen>, args: &PrPlan) -> Result<u8, Stop> {
    let site = Site::open(context, &args.pulling).await?;
    if let Some(why) = fork_refused(&site) {
        screen.line(&format!(
            "Pull request {} comes out of a fork and is not planned. {why}",
            site.pull.number
        ));
        return Ok(exit::FINE);
    }
    if !site.checkout.holds(&site.pull.head.commit) {
        let here = site.checkout.commit.clone().unwrap_or_else(|| "nothing".into());
        let refusal = Refusal::OtherCheckout { here, wanted: site.pull.head.commit.clone() };
        return Err(Diagnostic { summary: "Pull request not planned".into(), ..refusal.diagnostic() }.into());
    }
    let Touched { stacks: chosen, gone } = site.touched()?;
    if chosen.is_empty() {
        return untouched(&site, screen, (args, &gone)).await;
    }
    let out = args.out.as_deref().map(|directory| context.beside(directory));
    let options = options(Operation::Plan, &args.pulling, out)?;
    let asked = Asked::of(Operation::Plan);
    let telling = Telling::new(screen.clone(), asked, chosen.len()).with_gone(gone.clone());
    let gather = Arc::new(Gather::new(telling, &site.repository, None));
    let ran =
        trueup_run::run(site.repository.clone(), &chosen, context.ground(), options, gather.clone()).await;
    let ran = ran.map_err(|found| (found, site.repository.stacks.sources.clone()))?;
    gather.telling().end(&ran, &site.repository);
    let gathered = gather.gathered();
    let reports = gathered.iter().filter_map(|(name, one)| Some((name.as_str(), one.report.as_ref()?)));
    let unwritten = write_files(context, &args.reporting.report, reports);
    tell((&site, &gone), args, &gathered, &ran).await?;
    if !unwritten.is_empty() {
        return Err(unwritten.into());
    }
    Ok(exit::of(ran.verdict(), args.detailed_exitcode))
}

/// Why a pull request out of a fork isn't planned. Anybody can open one, into any branch: what that says of forks counts
/// only where pull requests into it are applied.
fn fork_refused(site: &Site) -> Option<String> {
    if !site.pull.head.is_fork {
        return None;
    }
    let (base, branches) = (&site.pull.base_branch, &site.rules.branches);
    if !branches.include(base) {
        return Some(format!(
            "It goes into {base}, and only what goes into {} is.",
            branches.texts().join(", ")
        ));
    }
    let is_refused = site.rules.all.iter().any(|rules| rules.pulls.forks == Forks::Refused);
    let why = "\"forks\" in the block pulls of trueup.hcl in the base branch or the default branch says so.";
    is_refused.then(|| why.to_owned())
}

/// Writes the comment and the statuses.
async fn tell(
    (site, gone): (&Site, &[Stack]),
    args: &PrPlan,
    gathered: &BTreeMap<String, Gathered>,
    ran: &Ran,
) -> Result<(), Stop> {
    let unplanned = || ShownStack { serial: 0, state: String::new(), plan: None, changes: false };
    let stacks = ran.stacks.iter().map(|stack| {
        let name = stack.name.to_string();
        let planned = gathered.get(&name).and_then(|one| one.stack.clone());
        let planned = planned.filter(|_| !stack.is_failure()).unwrap_or_else(unplanned);
        (name, planned)
    });
    let shown = Shown { stacks: stacks.collect(), ..shown(site, args, gone) };
    let mark = page::mark(&shown, args.pulling.name.as_deref());
    let text = page::text(site.forge.kind(), (&shown, &mark), gathered)?;
    let thread = Thread::Pull(site.pull.number);
    write_comment(&*site.forge, thread, &mark, &text).await?;
    for stack in &ran.stacks {
        let headline = gathered.get(&*stack.name).and_then(|one| one.report.as_ref()).map(Report::headline);
        let (state, text) = match &stack.outcome {
            Outcome::Failed(_) => (State::Error, headline.unwrap_or_else(|| "Planning failed".into())),
            Outcome::LeftOut(_) | Outcome::Stopped | Outcome::Declined => {
                (State::Error, "Not planned, since others failed".into())
            }
            _ => (State::Success, headline.unwrap_or_default()),
        };
        let details = details(site, args, gathered.get(&*stack.name).map(|one| (&*stack.name, one)));
        site.status(("plan", &args.pulling), (&stack.name, state, text), details).await?;
    }
    Ok(())
}

/// A stack's plan alone, for forges that have room for it beside its status.
fn details(site: &Site, args: &PrPlan, planned: Option<(&str, &Gathered)>) -> Details {
    let section = planned.and_then(|(stack, one)| Some(Section { stack, report: one.report.as_ref()? }));
    let link = link(site, args);
    let limits = Limits { bytes_max: Some(DETAILS_BYTES_MAX), link: link.as_deref(), folds: true };
    let text = section.map(|section| write(&[section], Format::Markdown, limits)).unwrap_or_default();
    Details { summary: page::planned_at(&site.pull.head.commit), text }
}

/// Where the whole can be read.
fn link(site: &Site, args: &PrPlan) -> Option<String> {
    args.link.clone().or_else(|| site.ci.run_url.clone())
}

/// A comment that a former push left says that there is nothing any more. That stacks are gone is said in any case.
async fn untouched(site: &Site, screen: &Screen, (args, gone): (&PrPlan, &[Stack])) -> Result<u8, Stop> {
    screen.diagnostics(gone.iter().map(trueup_run::gone).collect(), &Sources::default());
    screen.line(page::UNTOUCHED);
    let shown = shown(site, args, gone);
    let mark = page::mark(&shown, args.pulling.name.as_deref());
    let thread = Thread::Pull(site.pull.number);
    let found = find_comment(&*site.forge, thread, &mark.key).await?;
    if found.is_some() || !gone.is_empty() {
        let text = page::text(site.forge.kind(), (&shown, &mark), &BTreeMap::new())?;
        write_comment(&*site.forge, thread, &mark, &text).await?;
    }
    Ok(0)
}

/// What is shown of a pull request, without stacks.
fn shown(site: &Site, args: &PrPlan, gone: &[Stack]) -> Shown {
    Shown {
        commit: site.pull.head.commit.clone(),
        base: site.pull.base_branch.clone(),
        link: link(site, args),
        gone: gone.iter().map(|stack| stack.name.to_string()).collect(),
        stacks: BTreeMap::new(),
    }
}
