//! The grammar of templates: quoted strings, heredocs and bare templates, as a flat row of pieces.

use crate::ast::{Expr, ExprKind, Name, TemplatePart};
use crate::parser::Parser;
use crate::syntax::SyntaxKind as K;
use crate::template_tree::nest;
use crate::text;
use std::borrow::Cow;
use trueup_diag::{Diagnostic, Span};

/// A piece of a template before directives are matched up.
pub(crate) struct Piece<'t> {
    pub(crate) kind: PieceKind<'t>,
    pub(crate) span: Span,
}

pub(crate) enum PieceKind<'t> {
    Text(Cow<'t, str>),
    Interpolation(Expr),
    If(Expr),
    Else,
    EndIf,
    For { key: Option<Name>, value: Name, collection: Expr },
    EndFor,
}

/// The directives of a template that wait for their end.
#[derive(Default)]
struct Directives {
    open: u32,
    /// Inside of one that is nested too deep: that one, and those inside of it.
    left_out: u32,
}

impl<'t> Parser<'t> {
    pub(crate) fn quoted_template(&mut self) -> Expr {
        let mark = self.mark();
        self.read();
        let pieces = self.pieces(K::CloseQuote);
        let end = self.template_end(K::CloseQuote);
        let span = self.node(K::Template, mark);
        self.template_expr(pieces, end, span)
    }

    pub(crate) fn heredoc(&mut self) -> Expr {
        let mark = self.mark();
        let flush = self.read().1.starts_with("<<-");
        let mut pieces = self.pieces(K::CloseHeredoc);
        let end = self.template_end(K::CloseHeredoc);
        if flush {
            flush_indentation(&mut pieces);
        }
        let span = self.node(K::Template, mark);
        self.template_expr(pieces, end, span)
    }

    /// The whole text as a template.
    pub(crate) fn bare_template(&mut self) -> Expr {
        let mark = self.mark();
        let pieces = self.pieces(K::End);
        let end = self.peek_span();
        let span = self.node(K::Template, mark);
        self.template_expr(pieces, end, span)
    }

    fn template_end(&mut self, end: K) -> Span {
        if self.peek() == end {
            return self.read().2;
        }
        let error = Diagnostic::error("Unterminated template string", "The string is not closed.");
        self.fail(error.at(self.peek_span()));
        self.recover(end)
    }

    fn template_expr(&mut self, mut pieces: Vec<Piece<'t>>, end: Span, span: Span) -> Expr {
        if pieces.len() == 1
            && let Some(Piece { kind: PieceKind::Interpolation(inner), .. }) =
                pieces.pop_if(|piece| matches!(piece.kind, PieceKind::Interpolation(_)))
        {
            return Expr { kind: ExprKind::TemplateWrap(Box::new(inner)), span };
        }
        if pieces.len() == 1
            && let Some(Piece { kind: PieceKind::Text(text), .. }) =
                pieces.pop_if(|piece| matches!(piece.kind, PieceKind::Text(_)))
        {
            let parts = if text.is_empty() { Vec::new() } else { vec![TemplatePart::Literal(text.into())] };
            return Expr { kind: ExprKind::Template(parts), span };
        }
        Expr { kind: ExprKind::Template(nest(self, pieces, end)), span }
    }

    /// The pieces up to `end` or whatever else can't be in a template.
    fn pieces(&mut self, end: K) -> Vec<Piece<'t>> {
        let mut pieces = Vec::new();
        let mut trim_next = false;
        let mut directives = Directives::default();
        loop {
            match self.peek() {
                K::QuotedText | K::HeredocText => {
                    let mut piece = self.text_piece();
                    if let PieceKind::Text(text) = &mut piece.kind
                        && std::mem::take(&mut trim_next)
                    {
                        text::trim_start(text);
                    }
                    pieces.push(piece);
                }
                K::OpenInterpolation | K::OpenDirective => {
                    if self.peek_text().ends_with('~')
                        && let Some(Piece { kind: PieceKind::Text(text), .. }) = pieces.last_mut()
                    {
                        text::trim_end(text);
                    }
                    trim_next = false;
                    if self.peek() == K::OpenInterpolation {
                        self.interpolation(end, &mut pieces, &mut trim_next);
                    } else {
                        let read = self.directive(&mut trim_next);
                        pieces.extend(read.filter(|piece| self.count(&mut directives, &piece.kind)));
                    }
                }
                _ => {
                    self.leave_all(directives.open);
                    return pieces;
                }
            }
        }
    }

    /// Keeps count of the directives that are open, each of which is a level of nesting for what stands in it.
    /// False for one that is too deep, and for its end.
    fn count(&mut self, directives: &mut Directives, kind: &PieceKind<'_>) -> bool {
        match kind {
            PieceKind::If(_) | PieceKind::For { .. } if directives.left_out == 0 && self.enter() => {
                directives.open += 1;
            }
            PieceKind::If(_) | PieceKind::For { .. } => directives.left_out += 1,
            PieceKind::EndIf | PieceKind::EndFor if directives.left_out > 0 => {
                directives.left_out -= 1;
                return false;
            }
            PieceKind::EndIf | PieceKind::EndFor if directives.open > 0 => {
                directives.open -= 1;
                self.leave();
            }
            _ => {}
        }
        directives.left_out == 0
    }

    fn text_piece(&mut self) -> Piece<'t> {
        let (kind, raw, span) = self.read();
        let text =
            if kind == K::QuotedText { self.unescaped(raw, span) } else { text::unescape_markers(raw) };
        Piece { kind: PieceKind::Text(text), span }
    }

    fn unescaped(&mut self, raw: &'t str, span: Span) -> Cow<'t, str> {
        let mut errors = Vec::new();
        let text = text::unescape(raw, &mut errors);
        for error in errors {
            let offset = |at: usize| span.start + u32::try_from(at).expect("it is within the file");
            let at = self.span(offset(error.start), offset(error.end));
            self.report(Diagnostic::error("Invalid escape sequence", error.detail).at(at));
        }
        text
    }

    fn interpolation(&mut self, end: K, pieces: &mut Vec<Piece<'t>>, trim_next: &mut bool) {
        let mark = self.mark();
        let open = self.read().2;
        self.push_newlines(false);
        let expr = self.expression();
        if self.recovering || self.peek() != K::CloseSequence {
            let error = unclosed_interpolation(self.peek(), end, open, self.peek_span());
            if !self.recovering || error.subject == Some(open) {
                self.fail(error);
            }
            self.recover(K::CloseSequence);
        } else {
            *trim_next = self.read().1.len() == 2;
        }
        self.pop_newlines();
        let span = self.node(K::Interpolation, mark);
        pieces.push(Piece { kind: PieceKind::Interpolation(expr), span });
    }

    fn directive(&mut self, trim_next: &mut bool) -> Option<Piece<'t>> {
        let mark = self.mark();
        self.read();
        self.push_newlines(false);
        let kind = self.directive_content();
        let at_end = self.peek() == K::CloseSequence;
        if let Some((_, word)) = &kind
            && !self.recovering
            && !at_end
        {
            let detail = "The directive is complete, but something else stands before its closing brace.";
            let error = Diagnostic::error(format!("Extra characters in {word} marker"), detail);
            self.fail(error.at(self.peek_span()));
        }
        if at_end {
            *trim_next = self.read().1.len() == 2;
        } else {
            self.recover(K::CloseSequence);
        }
        self.pop_newlines();
        let span = self.node(K::Directive, mark);
        kind.map(|(kind, _)| Piece { kind, span })
    }

    /// What is between the braces of a directive, and its word; `None` once an error is reported.
    fn directive_content(&mut self) -> Option<(PieceKind<'t>, &'static str)> {
        if self.peek() != K::Ident {
            let detail = "A directive starts with one of the words if, else, endif, for and endfor.";
            self.fail(Diagnostic::error("Invalid template directive", detail).at(self.peek_span()));
            return None;
        }
        let (_, word, at) = self.read();
        Some(match word {
            "if" => (PieceKind::If(self.expression()), "if"),
            "else" => (PieceKind::Else, "else"),
            "endif" => (PieceKind::EndIf, "endif"),
            "for" => {
                let (key, value) = self.for_symbols("'for' directive")?;
                let collection = self.expression();
                (PieceKind::For { key, value, collection }, "for")
            }
            "endfor" => (PieceKind::EndFor, "endfor"),
            other => {
                self.fail(unknown_directive(other, at));
                return None;
            }
        })
    }

    /// A block label in quotes; its span takes in the quotes.
    pub(crate) fn quoted_label(&mut self) -> Name {
        let mark = self.mark();
        self.read();
        let mut label = String::new();
        loop {
            let (kind, raw, span) = self.read();
            match kind {
                K::QuotedText => label.push_str(&self.unescaped(raw, span)),
                K::CloseQuote => break,
                K::End => {
                    let error = Diagnostic::error("Unterminated string literal", "The label is not closed.");
                    self.report(error.at(span));
                    break;
                }
                K::QuotedNewline => {
                    self.report(bad_label(kind, span));
                    self.recover(K::CloseQuote);
                    // The quote of `kind label" {` was one that opens.
                    if label.ends_with('{') {
                        self.recover(K::CloseBrace);
                    }
                    break;
                }
                _ => {
                    self.report(bad_label(kind, span));
                    self.skip_sequence(K::CloseSequence);
                }
            }
        }
        Name { text: label.into(), span: self.span_from(mark) }
    }
}

/// Takes from every line the indentation that all of them have. A line counts where a line end stands before it, or
/// nothing; text that `~` has cut the line end from doesn't end a line.
fn flush_indentation(pieces: &mut [Piece<'_>]) {
    let mut lines = Vec::new();
    let mut smallest = usize::MAX;
    let mut at_start = true;
    for (index, piece) in pieces.iter().enumerate() {
        let text = match &piece.kind {
            PieceKind::Text(text) => Some(text),
            _ => None,
        };
        if at_start {
            match text.map(|text| text::indentation(text)) {
                Some(Some(count)) => {
                    lines.push(index);
                    smallest = smallest.min(count);
                }
                Some(None) => {}
                None => smallest = 0,
            }
        }
        at_start = text.is_some_and(|text| text.ends_with('\n'));
    }
    for index in lines {
        if let PieceKind::Text(text) = &mut pieces[index].kind {
            text::dedent(text, smallest);
        }
    }
}

fn unclosed_interpolation(kind: K, end: K, open: Span, at: Span) -> Diagnostic {
    let quote = matches!(kind, K::OpenQuote | K::CloseQuote) && end == K::CloseQuote;
    if kind == K::End || quote {
        let detail = "The closing brace of this interpolation is missing.";
        return Diagnostic::error("Unclosed template interpolation sequence", detail).at(open);
    }
    let detail = match kind {
        K::Colon => "A colon can't stand in an interpolation outside of a condition.",
        _ => "The value is complete, but something else stands before the closing brace.",
    };
    let hint = "If this is text of another language and not meant for this one, write \"$${\" for \"${\".";
    Diagnostic::error("Extra characters after interpolation expression", detail).at(at).hint(hint)
}

fn unknown_directive(word: &str, at: Span) -> Diagnostic {
    let detail =
        format!("\"{word}\" is not the word of a directive: they are if, else, endif, for and endfor.");
    let error = Diagnostic::error("Invalid template control keyword", detail).at(at);
    match crate::similar::nearest(word, ["if", "for", "else", "endif", "endfor"]) {
        Some(near) => error.hint(format!("Did you mean \"{near}\"?")),
        None => error,
    }
}

fn bad_label(kind: K, at: Span) -> Diagnostic {
    if matches!(kind, K::OpenInterpolation | K::OpenDirective) {
        let detail = "A label is plain text and can't hold template sequences.";
        let hint = "Write \"$${\" or \"%%{\" if the characters themselves are meant.";
        return Diagnostic::error("Invalid string literal", detail).at(at).hint(hint);
    }
    Diagnostic::error("Invalid string literal", "This can't stand in a label.").at(at)
}
