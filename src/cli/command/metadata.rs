//! `trueup metadata functions`

use super::Context;
use super::plan::complain;
use super::show::single;
use crate::arguments::Metadata as Arguments;
use trueup_diag::Sources;
use trueup_document::functions;

/// Prints the signatures of the language's functions.
pub(crate) fn run(context: &Context, args: &Arguments) -> u8 {
    let Arguments::Functions(args) = args;
    let screen = context.screen();
    if !args.json {
        let detail = "Signatures are printed as JSON only: add the option -json.";
        return complain(&screen, single("The -json option is required", detail), &Sources::default());
    }
    screen.line(functions::document().trim_end());
    0
}
