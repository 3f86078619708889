//! Characters that the language has no use for, with a word on what was probably meant.

use crate::syntax::{SyntaxKind as K, Token};
use trueup_diag::{Diagnostic, Diagnostics, Span};

const MULTI_LINE: &str = "A string in quotes must end in the line it starts in.";
const MULTI_LINE_HINT: &str = "Write \\n for a line end, or use a heredoc (<<EOT) for text of several lines.";

/// Reports the invalid tokens; most kinds only once, since who writes one writes many.
/// `locate` gives the text and place of a range of bytes.
pub(crate) fn check<'t>(tokens: &[Token], locate: impl Fn(u32, u32) -> (&'t str, Span)) -> Diagnostics {
    let mut found = Diagnostics::new();
    let mut told = Vec::new();
    for pair in tokens.windows(2) {
        let kind = pair[0].kind;
        if !is_invalid(kind) {
            continue;
        }
        let once = !matches!(kind, K::QuotedNewline | K::Invalid);
        if once && told.contains(&kind) {
            continue;
        }
        told.push(kind);
        let (written, span) = locate(pair[0].start, pair[1].start);
        found.push(diagnostic(kind, written).at(span));
    }
    found
}

fn is_bitwise(kind: K) -> bool {
    matches!(kind, K::BitAnd | K::BitOr | K::BitXor | K::BitNot)
}

fn is_invalid(kind: K) -> bool {
    is_bitwise(kind)
        || matches!(kind, K::QuotedNewline | K::Invalid | K::Apostrophe | K::Backtick | K::Semicolon)
}

fn diagnostic(kind: K, written: &str) -> Diagnostic {
    let bitwise = "There are no operators on bits.";
    match kind {
        K::BitAnd => Diagnostic::error("Unsupported operator", bitwise).hint("Did you mean \"&&\"?"),
        K::BitOr => Diagnostic::error("Unsupported operator", bitwise).hint("Did you mean \"||\"?"),
        K::BitNot => Diagnostic::error("Unsupported operator", bitwise).hint("Did you mean \"!\"?"),
        K::BitXor => Diagnostic::error("Unsupported operator", bitwise),
        K::Apostrophe => Diagnostic::error("Invalid character", "Single quotes can't be used for strings.")
            .hint("Use double quotes."),
        K::Backtick => Diagnostic::error("Invalid character", "Backticks can't be used for strings.")
            .hint("Use double quotes, or a heredoc (<<EOT) for text of several lines."),
        K::Semicolon => Diagnostic::error("Invalid character", "\";\" doesn't separate anything here.")
            .hint("Separate arguments and blocks with line ends, and the items of collections with commas."),
        K::QuotedNewline => Diagnostic::error("Invalid multi-line string", MULTI_LINE).hint(MULTI_LINE_HINT),
        _ if matches!(written, "\u{201c}" | "\u{201d}") => {
            Diagnostic::error("Invalid character", "Curly quotes can't be used for strings.")
                .hint("Use straight double quotes; a word processor may have changed them.")
        }
        _ => Diagnostic::error(
            "Invalid character",
            "This character can't be used outside of strings and comments.",
        ),
    }
}
