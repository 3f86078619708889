//! Tells people of what has changed since the last look: chats, webhooks and issues.

use super::Context;
use super::pr::forge_here;
use crate::arguments::Notifying;
use crate::outside;
use crate::screen::Screen;
use std::collections::BTreeMap;
use std::path::Path;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_forge::{Pace, ci};
use trueup_notify::{
    Channel, Condition, Issues, News, Post, Secret, SlackChannel, SlackWebhook, Standing, Teams, Webhook,
    tell_change,
};
use trueup_run::{Failure, Outcome, Report, StackReport};
use trueup_source::describe;
use trueup_store::write_private;
use trueup_view::format::{Format, Limits, Section, write};
use trueup_view::report::Report as Account;

/// How much is told in an issue or to a webhook: what every forge takes, with room for what stands beside it.
const DETAILS_BYTES_MAX: usize = 30_000;
const SLACK_API: &str = "https://slack.com/api";

/// What became of the stacks, and what there is to tell of each.
type Looked<'a> = (&'a Report, &'a BTreeMap<String, Account>);

/// Tells what differs from how things stood last, and keeps how they stand. What can't be told is a warning: the next look
/// tells it again.
pub(super) async fn notify(context: &Context, screen: &Screen, notifying: &Notifying, looked: Looked<'_>) {
    let Some(file) = &notifying.notify else { return };
    let found = match told(context, &context.beside(file), notifying, looked).await {
        Ok(found) => found,
        Err(problem) => (*problem).into(),
    };
    screen.aside("Not everybody was told of what changed:", found);
}

async fn told(
    context: &Context,
    file: &Path,
    notifying: &Notifying,
    (report, accounts): Looked<'_>,
) -> Result<Diagnostics, Box<Diagnostic>> {
    let mut standing = read(file)?;
    let channels = channels(context, notifying)?;
    let commit = describe(&context.dir).ok().flatten().and_then(|git| git.commit);
    let url = ci(&context.environment, None).ok().and_then(|ci| ci.run_url);
    let mut found = Diagnostics::new();
    for stack in &report.stacks {
        let Some(mut news) = news(stack) else { continue };
        news.commit.clone_from(&commit);
        news.url.clone_from(&url);
        if news.now != Condition::Ok {
            news.details =
                accounts.get(&*stack.name).map(|one| details(one, url.as_deref())).unwrap_or_default();
        }
        let failed = tell_change(&channels, &mut standing, &news).await;
        failed.iter().for_each(|error| found.push(error.diagnostic()));
    }
    write_private(file, standing.write().as_bytes()).map_err(|error| {
        let detail = format!("How things stand can't be written to {}: {error}.", file.display());
        Diagnostic::error("Failed to write file", detail).hint("give -notify a file that can be written to")
    })?;
    Ok(found)
}

fn read(file: &Path) -> Result<Standing, Box<Diagnostic>> {
    let unread = |why: String| {
        let detail = format!("{} can't be read: {why}.", file.display());
        let problem = Diagnostic::error("Failed to read how things stood last", detail);
        Box::new(problem.hint("delete the file to begin anew: what isn't fine is told once more then"))
    };
    match std::fs::read_to_string(file) {
        Ok(text) => Standing::read(&text).map_err(|error| unread(error.0)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Standing::default()),
        Err(error) => Err(unread(error.to_string())),
    }
}

/// What differs, or what went wrong, in Markdown.
fn details(account: &Account, link: Option<&str>) -> String {
    let limits = Limits { bytes_max: Some(DETAILS_BYTES_MAX), link, ..Limits::default() };
    write(&[Section { stack: "", report: account }], Format::Markdown, limits).trim_end().to_owned()
}

/// How a stack stands; nothing where that wasn't found out because of others.
fn news(stack: &StackReport) -> Option<News> {
    let (now, summary) = match &stack.outcome {
        Outcome::Drifted | Outcome::CorrectedInPart | Outcome::Denied => {
            let corrected = stack.correction.as_ref().map_or(0, |correction| correction.corrected.len());
            let left = stack.drift.saturating_sub(corrected);
            let objects = if left == 1 { "1 object was" } else { &format!("{left} objects were") };
            let besides = if corrected == 0 { "" } else { " and not brought back" };
            (Condition::Drift, format!("{objects} changed outside of Git{besides}."))
        }
        Outcome::Corrected => (Condition::Ok, "What was changed outside of Git was brought back.".to_owned()),
        Outcome::Unchanged | Outcome::Changes | Outcome::Applied => {
            (Condition::Ok, "Nothing was changed outside of Git.".to_owned())
        }
        Outcome::Failed(Failure::Error | Failure::Partly) => {
            (Condition::Failed, "It could not be compared or brought back; the run says why.".to_owned())
        }
        Outcome::Failed(Failure::Locked)
        | Outcome::LeftOut(_)
        | Outcome::Stopped
        | Outcome::Declined
        | Outcome::Deferred => return None,
    };
    Some(News {
        key: format!("drift/{}", stack.name),
        subject: stack.name.to_string(),
        now,
        before: None,
        summary,
        details: String::new(),
        url: None,
        commit: None,
        at: outside::now(),
    })
}

/// Those that variables name, and issues where they are asked for.
fn channels(context: &Context, notifying: &Notifying) -> Result<Vec<Box<dyn Channel>>, Box<Diagnostic>> {
    let get = |name: &str| context.environment.get(name).filter(|text| !text.is_empty());
    let secret = |name: &str| get(name).map(Secret::new);
    let post = Post::new(Pace::default()).map_err(|error| Box::new(error.diagnostic()))?;
    let mut channels: Vec<Box<dyn Channel>> = Vec::new();
    if let Some(url) = secret("TRUEUP_SLACK_URL") {
        channels.push(Box::new(SlackWebhook { post: post.clone(), url }));
    }
    if let Some((token, channel)) = secret("TRUEUP_SLACK_TOKEN").zip(get("TRUEUP_SLACK_CHANNEL")) {
        let (api, channel) = (SLACK_API.to_owned(), channel.clone());
        channels.push(Box::new(SlackChannel { post: post.clone(), api, token, channel }));
    }
    if let Some(url) = secret("TRUEUP_TEAMS_URL") {
        channels.push(Box::new(Teams { post: post.clone(), url }));
    }
    if let Some(url) = secret("TRUEUP_WEBHOOK_URL") {
        let (secret, now) = (secret("TRUEUP_WEBHOOK_SECRET"), outside::seconds());
        channels.push(Box::new(Webhook { post, url, secret, now }));
    }
    if notifying.issues {
        let (forge, _) = forge_here(context)?;
        channels.push(Box::new(Issues::new(forge)));
    }
    if channels.is_empty() {
        let detail = "There is nobody to tell: no variable names a chat or a webhook.";
        let problem = Diagnostic::error("No channel for notifications", detail);
        return Err(Box::new(problem.hint(
            "set TRUEUP_SLACK_URL, TRUEUP_SLACK_TOKEN and TRUEUP_SLACK_CHANNEL, TRUEUP_TEAMS_URL or TRUEUP_WEBHOOK_URL, or add -issues",
        )));
    }
    Ok(channels)
}
