//! `trueup stacks list`

use super::Context;
use super::plan::complain;
use crate::arguments::{Stacks as Arguments, StacksList};
use trueup_document as document;
use trueup_run::{Refused, Repository, Selection};
use trueup_stacks::{Reason, Stack};
use trueup_view::stacks as view;

/// Works with the stacks of the repository.
pub(crate) fn run(context: &Context, args: &Arguments) -> u8 {
    let screen = context.screen();
    let Arguments::List(args) = args;
    match list(context, args) {
        Ok(text) => {
            screen.print(&text);
            0
        }
        Err(refused) => complain(&screen, refused.0, &refused.1),
    }
}

fn list(context: &Context, args: &StacksList) -> Result<String, Box<Refused>> {
    let repository = Repository::open(&context.dir)?;
    let selection =
        Selection { changed_since: args.changed_since.clone(), names: Vec::new(), tags: args.tag.clone() };
    let chosen = repository
        .choose(&selection)
        .map_err(|found| Box::new((found, repository.stacks.sources.clone())))?;
    let chosen: Vec<(&Stack, Option<&Reason>)> =
        chosen.iter().map(|(stack, reason)| (*stack, reason.as_ref())).collect();
    Ok(if args.json {
        document::stacks::document(&chosen)
    } else {
        view::list(&chosen, args.changed_since.as_deref())
    })
}
