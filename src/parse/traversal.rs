//! The grammar of the steps behind a term: attributes, indexes and splats.

use crate::ast::{Expr, ExprKind};
use crate::parser::{Mark, Parser, error_expr};
use crate::syntax::SyntaxKind as K;
use trueup_diag::{Diagnostic, Span};

impl Parser<'_> {
    /// All the steps that follow `base`, which starts at `mark`.
    pub(crate) fn steps(&mut self, mark: Mark, mut base: Expr) -> Expr {
        loop {
            base = match self.peek() {
                K::Dot => self.dot(mark, base),
                K::OpenBracket => self.bracket(mark, base),
                _ => break,
            };
        }
        base
    }

    fn dot(&mut self, mark: Mark, base: Expr) -> Expr {
        self.read();
        match self.peek() {
            K::Ident => self.attribute_step(mark, base),
            K::Number => self.legacy_index(mark, base),
            K::Star => self.attribute_splat(mark, base),
            _ => {
                self.unnamed();
                base
            }
        }
    }

    fn unnamed(&mut self) {
        self.report(missing_name(self.peek_span()));
        self.recovering = true;
    }

    fn attribute_step(&mut self, mark: Mark, base: Expr) -> Expr {
        let name = self.name();
        Expr { kind: ExprKind::Attribute { on: Box::new(base), name }, span: self.span_from(mark) }
    }

    /// `.0`; digits alone, since `.0.1` reads as one number.
    fn legacy_index(&mut self, mark: Mark, base: Expr) -> Expr {
        let key = self.number();
        let span = self.span_from(mark);
        match &key.kind {
            ExprKind::Number(text) if text.contains('.') => {
                let detail = "Two numbers behind dots can't follow one another.";
                let hint = format!("Write the indexes in brackets: [{}].", text.replace('.', "]["));
                let error = Diagnostic::error("Invalid legacy index syntax", detail);
                self.report(error.at(key.span).hint(hint));
                error_expr(span)
            }
            _ => {
                Expr { kind: ExprKind::Index { on: Box::new(base), key: Box::new(key), legacy: true }, span }
            }
        }
    }

    /// `.*` and the attributes and numbers behind it, which are taken from each element.
    fn attribute_splat(&mut self, mark: Mark, base: Expr) -> Expr {
        let star = self.mark();
        let (_, _, span) = self.read();
        let mut each = Expr { kind: ExprKind::SplatItem, span };
        while self.peek() == K::Dot {
            self.read();
            each = match self.peek() {
                K::Ident => self.attribute_step(star, each),
                K::Number => self.legacy_index(star, each),
                K::Star => {
                    let detail = "A splat written \".*\" can't hold another splat.";
                    let hint = "Write the splats with brackets: [*].";
                    let error = Diagnostic::error("Nested splat expression not allowed", detail);
                    self.fail(error.at(self.peek_span()).hint(hint));
                    each
                }
                _ => {
                    self.unnamed();
                    each
                }
            };
        }
        self.splat(mark, base, each)
    }

    fn bracket(&mut self, mark: Mark, base: Expr) -> Expr {
        self.read();
        if self.peek() == K::Star {
            return self.full_splat(mark, base);
        }
        self.push_newlines(false);
        self.index(mark, base)
    }

    fn index(&mut self, mark: Mark, base: Expr) -> Expr {
        let key = self.expression();
        if self.recovering {
            self.recover(K::CloseBracket);
        } else if self.eat(K::CloseBracket).is_none() {
            let detail = "An index is closed with a bracket behind its key.";
            let at = self.recover(K::CloseBracket);
            self.report(Diagnostic::error("Missing close bracket on index", detail).at(at));
        }
        self.pop_newlines();
        let kind = ExprKind::Index { on: Box::new(base), key: Box::new(key), legacy: false };
        Expr { kind, span: self.span_from(mark) }
    }

    /// `[*]` and every step behind it, which are taken on each element.
    fn full_splat(&mut self, mark: Mark, base: Expr) -> Expr {
        let item = self.mark();
        self.read();
        if self.eat(K::CloseBracket).is_none() {
            let detail = "The star of a splat stands alone between its brackets.";
            let at = self.recover(K::CloseBracket);
            self.report(Diagnostic::error("Missing close bracket on splat index", detail).at(at));
        }
        let mut each = Expr { kind: ExprKind::SplatItem, span: self.span_from(item) };
        if self.enter() {
            each = self.steps(item, each);
            self.leave();
        }
        self.splat(mark, base, each)
    }

    fn splat(&mut self, mark: Mark, base: Expr, each: Expr) -> Expr {
        let kind = ExprKind::Splat { on: Box::new(base), each: Box::new(each) };
        Expr { kind, span: self.span_from(mark) }
    }
}

fn missing_name(at: Span) -> Diagnostic {
    Diagnostic::error("Invalid attribute name", "The name of an attribute must follow the dot.").at(at)
}
