//! `trueup pr plan`

use super::Stop;
use super::gather::{Gather, Gathered};
use super::site::{Site, options};
use crate::arguments::PrPlan;
use crate::command::accounts::write_files;
use crate::command::telling::{Asked, Telling};
use crate::command::{Context, exit};
use crate::screen::Screen;
use std::collections::BTreeMap;
use std::sync::Arc;
use trueup_diag::Diagnostic;
use trueup_forge::{Details, Mark, State, Thread, find_comment, write_comment};
use trueup_pulls::{Refusal, Shown, ShownStack, plan_key, room_beside};
use trueup_run::{Operation, Outcome, Report as Ran};
use trueup_stacks::Forks;
use trueup_view::format::{BYTES_MIN, Format, Limits, Section, write};
use trueup_view::report::Report;

/// What a check run of GitHub takes at most.
const DETAILS_BYTES_MAX: usize = 65_535;

/// Plans what the pull request touches, and says so at the forge.
pub(super) async fn plan(context: &Context, screen: &Arc<Screen>, args: &PrPlan) -> Result<u8, Stop> {
    let site = Site::open(context, &args.pulling).await?;
    if let Some(why) = fork_refused(context, &site).await? {
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
    let chosen = site.touched()?;
    if chosen.is_empty() {
        return untouched(&site, screen, args).await;
    }
    let out = args.out.as_deref().map(|directory| context.beside(directory));
    let options = options(Operation::Plan, &args.pulling, out)?;
    let telling = Telling::new(screen.clone(), Asked::of(Operation::Plan), chosen.len());
    let gather = Arc::new(Gather::new(telling, &site.repository, None));
    let ran =
        trueup_run::run(site.repository.clone(), &chosen, context.ground(), options, gather.clone()).await;
    let ran = ran.map_err(|found| (found, site.repository.stacks.sources.clone()))?;
    gather.telling().end(&ran, &site.repository);
    let gathered = gather.take();
    let reports = gathered.iter().filter_map(|(name, one)| Some((name.as_str(), one.report.as_ref()?)));
    let unwritten = write_files(context, &args.reporting.report, reports);
    tell(&site, args, &gathered, &ran).await?;
    if !unwritten.is_empty() {
        return Err(unwritten.into());
    }
    Ok(exit::of(ran.verdict(), args.detailed_exitcode))
}

/// Why a pull request out of a fork isn't planned. Anybody can open one, into any branch: what that says of forks counts
/// only where pull requests into it are applied.
async fn fork_refused(context: &Context, site: &Site) -> Result<Option<String>, Stop> {
    if !site.pull.head.is_fork {
        return Ok(None);
    }
    if site.rules.pulls.forks == Forks::Refused {
        let why = "\"forks\" in the block pulls of trueup.hcl in the base branch says so.";
        return Ok(Some(why.to_owned()));
    }
    let branches = site.branches(context).await?;
    let base = &site.pull.base_branch;
    let why = || format!("It goes into {base}, and only what goes into {} is.", branches.texts().join(", "));
    Ok((!branches.include(base)).then(why))
}

/// Writes the comment and the statuses.
async fn tell(
    site: &Site,
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
    let shown = Shown {
        commit: site.pull.head.commit.clone(),
        base: site.pull.base_branch.clone(),
        stacks: stacks.collect(),
    };
    let mark = Mark { key: plan_key(args.pulling.name.as_deref()), data: shown.write() };
    let text = text(site, args, gathered, &mark)?;
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
    let limits = Limits { bytes_max: Some(DETAILS_BYTES_MAX), link: link(site, args), folds: true };
    let text = section.map(|section| write(&[section], Format::Markdown, limits)).unwrap_or_default();
    Details { summary: planned_at(site), text }
}

fn planned_at(site: &Site) -> String {
    let short: String = site.pull.head.commit.chars().take(12).collect();
    format!("Planned at commit {short}. `trueup pr apply` applies exactly this.")
}

/// Where the whole can be read.
fn link<'a>(site: &'a Site, args: &'a PrPlan) -> Option<&'a str> {
    args.link.as_deref().or(site.ci.run_url.as_deref())
}

/// The comment without its mark, as long as the forge takes it.
fn text(
    site: &Site,
    args: &PrPlan,
    gathered: &BTreeMap<String, Gathered>,
    mark: &Mark,
) -> Result<String, Stop> {
    let sections: Vec<Section<'_>> = gathered
        .iter()
        .filter_map(|(name, one)| Some(Section { stack: name, report: one.report.as_ref()? }))
        .collect();
    let foot = format!("\n\n{}\n", planned_at(site));
    let kind = site.forge.kind();
    let room = room_beside(mark, kind).saturating_sub(foot.len());
    if room < BYTES_MIN {
        let detail = format!("{} stacks leave no room in a comment of {}.", sections.len(), kind.name());
        let problem = Diagnostic::error("Too many stacks in one pull request", detail);
        return Err(problem.hint("split the pull request").into());
    }
    let limits = Limits { bytes_max: Some(room), link: link(site, args), folds: kind.folds() };
    Ok(write(&sections, Format::Markdown, limits).trim_end().to_owned() + &foot)
}

/// A comment that a former push left says that there is nothing any more.
async fn untouched(site: &Site, screen: &Screen, args: &PrPlan) -> Result<u8, Stop> {
    let says = "Nothing that the pull request changes touches a stack.";
    screen.line(says);
    let thread = Thread::Pull(site.pull.number);
    let key = plan_key(args.pulling.name.as_deref());
    let found = find_comment(&*site.forge, thread, &key).await?;
    if found.is_some() {
        let shown = Shown {
            commit: site.pull.head.commit.clone(),
            base: site.pull.base_branch.clone(),
            stacks: BTreeMap::new(),
        };
        let mark = Mark { key, data: shown.write() };
        write_comment(&*site.forge, thread, &mark, says).await?;
    }
    Ok(0)
}
