//! `trueup pr plan` and `trueup pr apply`

mod applying;
mod gather;
mod page;
mod planning;
mod rules;
mod site;

pub(crate) use site::forge_here;

use super::Context;
use super::plan::complain;
use crate::arguments::Pr as Arguments;
use crate::screen::Screen;
use std::sync::Arc;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_forge::ForgeError;
use trueup_run::Refused;
use trueup_source::SourceError;

/// Plans or applies a pull request.
pub(crate) async fn run(context: &Context, args: Arguments) -> u8 {
    let pulling = match &args {
        Arguments::Plan(args) => &args.pulling,
        Arguments::Apply(args) => &args.pulling,
    };
    let screen: Arc<Screen> = Arc::new(context.screen_for(&pulling.terminal));
    let outcome = match &args {
        Arguments::Plan(args) => planning::plan(context, &screen, args).await,
        Arguments::Apply(args) => applying::apply(context, &screen, args).await,
    };
    match outcome {
        Ok(code) => code,
        Err(Stop(refused)) => complain(&screen, refused.0, &refused.1),
    }
}

/// Why it goes no further.
struct Stop(Box<Refused>);

impl From<Box<Refused>> for Stop {
    fn from(refused: Box<Refused>) -> Stop {
        Stop(refused)
    }
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Stop {
        Stop(Box::new(refused))
    }
}

impl From<Diagnostics> for Stop {
    fn from(found: Diagnostics) -> Stop {
        (found, Sources::default()).into()
    }
}

impl From<Diagnostic> for Stop {
    fn from(problem: Diagnostic) -> Stop {
        Diagnostics::from(problem).into()
    }
}

impl From<Box<Diagnostic>> for Stop {
    fn from(problem: Box<Diagnostic>) -> Stop {
        (*problem).into()
    }
}

impl From<ForgeError> for Stop {
    fn from(error: ForgeError) -> Stop {
        error.diagnostic().into()
    }
}

impl From<SourceError> for Stop {
    fn from(error: SourceError) -> Stop {
        Diagnostic { summary: "Failed to read the history of Git".into(), ..error.diagnostic() }.into()
    }
}

fn unplaced(what: &str, hint: &str) -> Stop {
    Diagnostic::error("No pull request to work on", what).hint(hint).into()
}

/// Text in which nothing is Markdown, a mention or a tag.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            '#' => out.push_str("&#35;"),
            c if c.is_control() => out.push(' '),
            c if "\\`*_[]|!~".contains(c) => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
