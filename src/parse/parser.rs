//! The cursor that the grammar moves over the tokens: which token counts, what was found wrong, how to get back in step.

use crate::ast::{Expr, ExprKind, Name};
use crate::invalid;
use crate::syntax::{NodeRange, SyntaxKind, Token, Tree};
use SyntaxKind as K;
use std::cell::OnceCell;
use trueup_diag::{Diagnostic, Diagnostics, FileId, Span};

/// How deep expressions, blocks and template directives may be nested.
pub const NESTING_MAX: u32 = 500;

/// So many errors are reported of one file: nobody reads more.
const ERRORS_MAX: usize = 1000;

/// A place a node can start at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    token: u32,
    /// The first byte, for spans.
    pub(crate) byte: u32,
}

/// How places in the text lead back into the file. The text is the whole file, or a string of a JSON file with its
/// escapes undone.
pub(crate) struct Origin<'t> {
    /// The whole file.
    pub(crate) source: &'t str,
    /// Where the text starts in it.
    pub(crate) base: u32,
    /// Where each byte of the text and its end stand, counted from the quote before the text; empty where each
    /// stands one behind the other from `base` on.
    pub(crate) places: Vec<u32>,
}

pub(crate) struct Parser<'t> {
    text: &'t str,
    pub(crate) origin: Origin<'t>,
    file: FileId,
    tokens: Vec<Token>,
    nodes: Vec<NodeRange>,
    /// Index of the next token that counts.
    next: usize,
    /// Index behind the last token read.
    behind: usize,
    /// Whether line ends count, innermost last.
    newlines: Vec<bool>,
    depth: u32,
    /// Where each line of the source ends, once somebody asked for a line.
    line_ends: OnceCell<Vec<usize>>,
    /// How many blocks are open.
    pub(crate) blocks: u32,
    /// Set by the first error of a body item: what follows in the item may only be its echo.
    pub(crate) recovering: bool,
    /// Set by the first error from which the parser had to find back: from then on only what can't be its echo is told.
    silent: bool,
    pub(crate) diagnostics: Diagnostics,
    /// What is wrong inside strings of the JSON syntax.
    pub(crate) templates: Diagnostics,
}

impl<'t> Parser<'t> {
    /// `newlines`: whether line ends count at the start.
    pub(crate) fn new(file: FileId, text: &'t str, tokens: Vec<Token>, newlines: bool) -> Parser<'t> {
        let nodes = Vec::with_capacity(tokens.len() / 2);
        let mut parser = Parser {
            text,
            origin: Origin { source: text, base: 0, places: Vec::new() },
            file,
            tokens,
            nodes,
            next: 0,
            behind: 0,
            newlines: vec![newlines],
            depth: 0,
            line_ends: OnceCell::new(),
            blocks: 0,
            recovering: false,
            silent: false,
            diagnostics: Diagnostics::new(),
            templates: Diagnostics::new(),
        };
        parser.settle();
        parser
    }

    pub(crate) fn set_origin(&mut self, origin: Origin<'t>) {
        self.origin = origin;
        self.line_ends = OnceCell::new();
    }

    /// Where in the file a byte of the text stands.
    fn place(&self, byte: u32) -> u32 {
        match self.origin.places.get(byte as usize) {
            Some(place) => self.origin.base - 1 + place,
            None => self.origin.base + byte,
        }
    }

    /// Reports the invalid tokens.
    pub(crate) fn check_invalid(&mut self) {
        let found = invalid::check(&self.tokens, |start, end| {
            (
                &self.text[start as usize..end as usize],
                Span::new(self.file, self.place(start), self.place(end)),
            )
        });
        self.diagnostics.append(found);
    }

    /// How many diagnostics there are, inside of strings and elsewhere.
    pub(crate) fn found(&self) -> (usize, usize) {
        (self.diagnostics.len(), self.templates.len())
    }

    /// Drops the diagnostics behind the first ones.
    pub(crate) fn forget_since(&mut self, (elsewhere, inside): (usize, usize)) {
        self.diagnostics = std::mem::take(&mut self.diagnostics).into_iter().take(elsewhere).collect();
        self.templates = std::mem::take(&mut self.templates).into_iter().take(inside).collect();
    }

    pub(crate) fn finish(self) -> (Tree, Diagnostics) {
        let mut diagnostics = self.diagnostics;
        if diagnostics.len() > ERRORS_MAX {
            diagnostics = diagnostics.into_iter().take(ERRORS_MAX).collect();
            let detail =
                format!("The file has more than {ERRORS_MAX} errors, and the rest of them isn't shown.");
            let end = Span::new(self.file, self.origin.base, self.origin.base);
            diagnostics.push(Diagnostic::error("Too many errors", detail).at(end));
        }
        (Tree::new(self.text, self.tokens, self.nodes), diagnostics)
    }

    /// Finds the next token that counts.
    fn settle(&mut self) {
        let newlines = self.newlines.last().copied().unwrap_or(true);
        self.next = self.behind;
        loop {
            match self.tokens[self.next].kind {
                K::Whitespace | K::LineComment | K::BlockComment | K::ByteOrderMark => self.next += 1,
                K::Newline if !newlines => self.next += 1,
                _ => return,
            }
        }
    }

    pub(crate) fn peek(&self) -> SyntaxKind {
        self.tokens[self.next].kind
    }

    pub(crate) fn peek_text(&self) -> &'t str {
        self.token_text(self.next)
    }

    /// Whether the next token is this word.
    pub(crate) fn at_word(&self, word: &str) -> bool {
        self.peek() == K::Ident && self.peek_text() == word
    }

    pub(crate) fn peek_span(&self) -> Span {
        self.token_span(self.next)
    }

    /// The token before the next one; its end is where the last one read ends.
    pub(crate) fn previous_span(&self) -> Span {
        self.token_span(self.behind.saturating_sub(1))
    }

    fn token_text(&self, index: usize) -> &'t str {
        &self.text[self.tokens[index].start as usize..self.token_end(index) as usize]
    }

    fn token_end(&self, index: usize) -> u32 {
        let end = self.tokens.get(index + 1).map(|token| token.start);
        end.unwrap_or(self.tokens[self.tokens.len() - 1].start)
    }

    fn token_span(&self, index: usize) -> Span {
        Span::new(self.file, self.place(self.tokens[index].start), self.place(self.token_end(index)))
    }

    /// Takes the next token; the end of the text stays where it is.
    pub(crate) fn read(&mut self) -> (SyntaxKind, &'t str, Span) {
        let token = (self.peek(), self.peek_text(), self.peek_span());
        if token.0 != K::End {
            self.behind = self.next + 1;
            self.settle();
        }
        token
    }

    /// Takes the next token if it is of this kind.
    pub(crate) fn eat(&mut self, kind: SyntaxKind) -> Option<Span> {
        (self.peek() == kind).then(|| self.read().2)
    }

    /// Takes the next token, which is an identifier.
    pub(crate) fn name(&mut self) -> Name {
        let (_, text, span) = self.read();
        Name { text: text.into(), span }
    }

    /// From here on line ends count, or don't, until [`Parser::pop_newlines`].
    pub(crate) fn push_newlines(&mut self, count: bool) {
        self.newlines.push(count);
        self.settle();
    }

    pub(crate) fn pop_newlines(&mut self) {
        self.newlines.pop();
        self.settle();
    }

    /// Where the next token starts.
    pub(crate) fn mark(&self) -> Mark {
        Mark { token: index_u32(self.next), byte: self.place(self.tokens[self.next].start) }
    }

    /// Notes a node from `mark` to the last token read and gives its span.
    pub(crate) fn node(&mut self, kind: SyntaxKind, mark: Mark) -> Span {
        let end = index_u32(self.behind);
        if end > mark.token {
            self.nodes.push(NodeRange { kind, start: mark.token, end });
        }
        self.span_from(mark)
    }

    /// From `mark` to the last token read.
    pub(crate) fn span_from(&self, mark: Mark) -> Span {
        Span::new(self.file, mark.byte, self.previous_span().end.max(mark.byte))
    }

    pub(crate) fn span(&self, start: u32, end: u32) -> Span {
        Span::new(self.file, start, end)
    }

    /// The line of a place, from 1.
    pub(crate) fn line(&self, span: Span) -> usize {
        let ends =
            self.line_ends.get_or_init(|| self.origin.source.match_indices('\n').map(|(at, _)| at).collect());
        ends.partition_point(|end| *end < span.start as usize) + 1
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reports unless it may be the echo of an earlier error.
    pub(crate) fn fail(&mut self, diagnostic: Diagnostic) {
        if !self.silent {
            self.diagnostics.push(diagnostic);
        }
        self.recovering = true;
        self.silent = true;
    }

    /// Reports whatever came before, and takes what follows for its echo.
    pub(crate) fn report_and_hush(&mut self, diagnostic: Diagnostic) {
        self.report(diagnostic);
        self.recovering = true;
        self.silent = true;
    }

    /// Reads up to and with the `end` of a sequence that can't stand in a label; the block around is told of as before.
    pub(crate) fn skip_sequence(&mut self, end: SyntaxKind) {
        let silent = self.silent;
        self.recover(end);
        self.recovering = false;
        self.silent = silent;
    }

    /// One level deeper; false, with an error, where that is too deep.
    pub(crate) fn enter(&mut self) -> bool {
        if self.depth >= NESTING_MAX {
            let detail = format!("The text is nested more than {NESTING_MAX} levels deep here.");
            let hint = "Split it up with local values or modules.";
            self.fail(Diagnostic::error("Nesting too deep", detail).at(self.peek_span()).hint(hint));
            return false;
        }
        self.depth += 1;
        true
    }

    pub(crate) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Several levels up.
    pub(crate) fn leave_all(&mut self, levels: u32) {
        self.depth -= levels;
    }

    /// Whether the next token is the brace that closes a block at the top of a file, by where it stands: at the start
    /// of its line. No recovery goes past it, or one missing bracket would swallow all the blocks that follow.
    fn at_block_end(&self) -> bool {
        let Token { kind, start } = self.tokens[self.next];
        kind == K::CloseBrace && self.blocks > 0 && self.text[..start as usize].ends_with('\n')
    }

    /// Reads up to and with the `end` that closes what is open now. Gives the span of the last token read.
    pub(crate) fn recover(&mut self, end: SyntaxKind) -> Span {
        self.recovering = true;
        self.silent = true;
        let start = opposite(end);
        let mut open = 0u32;
        loop {
            if self.at_block_end() {
                return self.peek_span();
            }
            let (kind, _, span) = self.read();
            match kind {
                K::End => return span,
                K::OpenDirective if end == K::CloseSequence => open += 1,
                kind if Some(kind) == start => open += 1,
                kind if kind == end && open == 0 => return span,
                kind if kind == end => open -= 1,
                _ => {}
            }
        }
    }

    /// Reads up to and with the line end behind this item, over everything that is opened on the way; in a block in
    /// one line only up to its closing brace.
    pub(crate) fn recover_item(&mut self, one_line: bool) {
        self.recovering = true;
        self.silent = true;
        let mut open: Vec<SyntaxKind> = Vec::new();
        self.push_newlines(true);
        loop {
            if self.at_block_end() || (one_line && self.peek() == K::CloseBrace && open.is_empty()) {
                break;
            }
            let kind = self.read().0;
            match kind {
                K::End => break,
                K::Newline if open.is_empty() => break,
                K::OpenDirective => open.push(K::OpenInterpolation),
                kind if closer_exists(kind) => open.push(kind),
                kind => close(&mut open, kind),
            }
        }
        self.pop_newlines();
    }
}

/// What stands for an expression that could not be read.
pub(crate) fn error_expr(span: Span) -> Expr {
    Expr { kind: ExprKind::Error, span }
}

fn closer_exists(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        K::OpenBrace | K::OpenBracket | K::OpenParen | K::OpenQuote | K::OpenHeredoc | K::OpenInterpolation
    )
}

/// Takes what `kind` closes, and what was left open inside of it, from the stack.
fn close(open: &mut Vec<SyntaxKind>, kind: SyntaxKind) {
    let Some(opener) = opposite(kind) else { return };
    if let Some(at) = open.iter().rposition(|o| *o == opener) {
        open.truncate(at);
    }
}

fn opposite(end: SyntaxKind) -> Option<SyntaxKind> {
    Some(match end {
        K::CloseBrace => K::OpenBrace,
        K::CloseBracket => K::OpenBracket,
        K::CloseParen => K::OpenParen,
        K::CloseQuote => K::OpenQuote,
        K::CloseHeredoc => K::OpenHeredoc,
        K::CloseSequence => K::OpenInterpolation,
        _ => return None,
    })
}

fn index_u32(index: usize) -> u32 {
    u32::try_from(index).expect("there are fewer tokens than bytes, of which there are under 4 GiB")
}
