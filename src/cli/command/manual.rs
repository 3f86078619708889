//! `trueup man`: manual pages out of the table of commands.

use super::Context;
use super::plan::complain;
use crate::arguments::Manual as Arguments;
use crate::manual::page;
use crate::reference;
use trueup_diag::{Diagnostic, Sources};

/// Prints one page, or writes all of them into a directory.
pub(crate) fn run(context: &Context, args: &Arguments) -> u8 {
    let screen = context.screen();
    let Some(directory) = &args.out else {
        if reference::find(&args.command).is_none() {
            let detail = format!("There is no command \"{}\".", args.command.join(" "));
            let wrong = Diagnostic::error("Unknown command", detail).hint("\"trueup -help\" lists them");
            return complain(&screen, wrong.into(), &Sources::default());
        }
        screen.print(&page(&args.command));
        return 0;
    };
    let directory = context.beside(directory);
    for path in reference::all() {
        let names: Vec<&str> = std::iter::once("trueup").chain(path.iter().map(String::as_str)).collect();
        let file = directory.join(format!("{}.1", names.join("-")));
        let written = std::fs::create_dir_all(&directory).and_then(|()| std::fs::write(&file, page(&path)));
        if let Err(error) = written {
            let detail = format!("{} can't be written: {error}.", file.display());
            let wrong = Diagnostic::error("Failed to write a manual page", detail);
            return complain(&screen, wrong.into(), &Sources::default());
        }
    }
    0
}
