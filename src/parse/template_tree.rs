//! Matches up the directives of a template: a flat row of pieces becomes nested parts.

use crate::ast::{Expr, Name, TemplatePart};
use crate::parser::Parser;
use crate::template::{Piece, PieceKind};
use std::borrow::Cow;
use trueup_diag::{Diagnostic, Span};

/// A directive that waits for its end.
struct Open {
    kind: OpenKind,
    span: Span,
    /// The parts that stood before it.
    before: Vec<TemplatePart>,
}

enum OpenKind {
    If { condition: Expr, then: Option<Vec<TemplatePart>> },
    For { key: Option<Name>, value: Name, collection: Expr },
}

impl Open {
    fn word(&self) -> &'static str {
        match self.kind {
            OpenKind::If { .. } => "if",
            OpenKind::For { .. } => "for",
        }
    }

    /// The finished part with what stood before it.
    fn close(self, inside: Vec<TemplatePart>) -> Vec<TemplatePart> {
        let mut parts = self.before;
        parts.push(match self.kind {
            OpenKind::If { condition, then: Some(then) } => {
                TemplatePart::If { condition, then, otherwise: inside }
            }
            OpenKind::If { condition, then: None } => {
                TemplatePart::If { condition, then: inside, otherwise: Vec::new() }
            }
            OpenKind::For { key, value, collection } => {
                TemplatePart::For { key, value, collection, body: inside }
            }
        });
        parts
    }
}

/// Literals that touch are joined and empty ones left out.
struct Nesting<'p, 't> {
    parser: &'p mut Parser<'t>,
    open: Vec<Open>,
    parts: Vec<TemplatePart>,
    text: Cow<'t, str>,
}

/// The parts that `pieces` make; `end` is the token behind the last.
pub(crate) fn nest<'t>(parser: &mut Parser<'t>, pieces: Vec<Piece<'t>>, end: Span) -> Vec<TemplatePart> {
    let mut nesting = Nesting { parser, open: Vec::new(), parts: Vec::new(), text: Cow::Borrowed("") };
    for piece in pieces {
        nesting.piece(piece);
    }
    nesting.flush_text();
    while let Some(open) = nesting.open.pop() {
        let word = open.word();
        let detail = format!(
            "The \"{word}\" directive in line {} has no \"end{word}\".",
            nesting.parser.line(open.span)
        );
        nesting.parser.report(Diagnostic::error("Unexpected end of template", detail).at(end));
        let inside = std::mem::take(&mut nesting.parts);
        nesting.parts = open.close(inside);
    }
    nesting.parts
}

impl<'t> Nesting<'_, 't> {
    fn piece(&mut self, piece: Piece<'t>) {
        let Piece { kind, span } = piece;
        if let PieceKind::Text(text) = kind {
            if self.text.is_empty() {
                self.text = text;
            } else {
                self.text.to_mut().push_str(&text);
            }
            return;
        }
        self.flush_text();
        match kind {
            PieceKind::Text(_) => {}
            PieceKind::Interpolation(expr) => self.parts.push(TemplatePart::Interpolation(expr)),
            PieceKind::If(condition) => self.begin(OpenKind::If { condition, then: None }, span),
            PieceKind::For { key, value, collection } => {
                self.begin(OpenKind::For { key, value, collection }, span);
            }
            PieceKind::Else => self.otherwise(span),
            PieceKind::EndIf => self.end("if", span),
            PieceKind::EndFor => self.end("for", span),
        }
    }

    fn flush_text(&mut self) {
        let text = std::mem::take(&mut self.text);
        if !text.is_empty() {
            self.parts.push(TemplatePart::Literal(text.into()));
        }
    }

    fn begin(&mut self, kind: OpenKind, span: Span) {
        self.open.push(Open { kind, span, before: std::mem::take(&mut self.parts) });
    }

    fn otherwise(&mut self, span: Span) {
        if let Some(Open { kind: OpenKind::If { then, .. }, .. }) = self.open.last_mut()
            && then.is_none()
        {
            *then = Some(std::mem::take(&mut self.parts));
            return;
        }
        self.unexpected("else", span);
    }

    fn end(&mut self, word: &str, span: Span) {
        match self.open.pop_if(|open| open.word() == word) {
            Some(open) => self.parts = open.close(std::mem::take(&mut self.parts)),
            None => self.unexpected(if word == "if" { "endif" } else { "endfor" }, span),
        }
    }

    /// The innermost open directive is given up, so that one slip isn't reported at every directive behind it.
    fn unexpected(&mut self, word: &str, span: Span) {
        let open = self.open.pop();
        let detail = match &open {
            None => format!("No directive is open that \"{word}\" could belong to."),
            Some(open) if open.word() == "if" && word == "else" => {
                format!("The \"if\" in line {} has an \"else\" already.", self.parser.line(open.span))
            }
            Some(open) => format!(
                "The \"{0}\" in line {1} is open here and needs its \"end{0}\" first.",
                open.word(),
                self.parser.line(open.span)
            ),
        };
        self.parser.report(Diagnostic::error(format!("Unexpected {word} directive"), detail).at(span));
        if let Some(open) = open {
            self.parts = open.close(std::mem::take(&mut self.parts));
        }
    }
}
