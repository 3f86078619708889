//! `trueup completion`: the script by which a shell asks what can follow.

use super::Context;
use super::plan::complain;
use crate::arguments::Completion as Arguments;
use crate::completion::script::script;
use trueup_diag::{Diagnostic, Sources};

/// Prints the script of a shell.
pub(crate) fn run(context: &Context, args: &Arguments) -> u8 {
    let screen = context.screen();
    if let Some(script) = script(&args.shell) {
        screen.print(script);
        return 0;
    }
    let detail = format!("There is no script for {:?}.", args.shell);
    complain(&screen, Diagnostic::error("Unknown shell", detail).into(), &Sources::default())
}
