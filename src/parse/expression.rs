//! The grammar of operators and terms.

use crate::ast::{BinaryOp, Expr, ExprKind, Name, UnaryOp};
use crate::parser::{Mark, Parser, error_expr};
use crate::syntax::SyntaxKind as K;
use trueup_diag::{Diagnostic, Span};

/// The operator of a token and how strongly it binds.
fn binary_operator(kind: K) -> Option<(BinaryOp, u8)> {
    Some(match kind {
        K::Or => (BinaryOp::Or, 1),
        K::And => (BinaryOp::And, 2),
        K::EqualEqual => (BinaryOp::Equal, 3),
        K::NotEqual => (BinaryOp::NotEqual, 3),
        K::Less => (BinaryOp::Less, 4),
        K::LessOrEqual => (BinaryOp::LessOrEqual, 4),
        K::Greater => (BinaryOp::Greater, 4),
        K::GreaterOrEqual => (BinaryOp::GreaterOrEqual, 4),
        K::Plus => (BinaryOp::Add, 5),
        K::Minus => (BinaryOp::Subtract, 5),
        K::Star => (BinaryOp::Multiply, 6),
        K::Slash => (BinaryOp::Divide, 6),
        K::Percent => (BinaryOp::Modulo, 6),
        _ => return None,
    })
}

/// Makes one expression of the last two operands and the last operator, again and again, as long as the operator
/// binds at least as strongly as `strength`.
fn reduce(operands: &mut Vec<Expr>, operators: &mut Vec<(BinaryOp, u8)>, strength: u8) {
    while let Some((op, _)) = operators.pop_if(|(_, s)| *s >= strength) {
        let right = operands.pop().expect("every operator has an operand behind it");
        let left = operands.pop().expect("every operator has an operand before it");
        let span = left.span.to(right.span);
        let kind = ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) };
        operands.push(Expr { kind, span });
    }
}

impl Parser<'_> {
    /// Any expression. Conditions that follow one another behind the colon are a loop, not a recursion.
    pub(crate) fn expression(&mut self) -> Expr {
        if !self.enter() {
            return error_expr(self.peek_span().at_start());
        }
        let mark = self.mark();
        let first = self.operation();
        let expr = if self.peek() == K::Question { self.conditional(mark, first) } else { first };
        self.leave();
        expr
    }

    fn conditional(&mut self, mark: Mark, mut condition: Expr) -> Expr {
        let mut arms = Vec::new();
        while !self.recovering && self.eat(K::Question).is_some() {
            let then = self.expression();
            if self.recovering {
                break;
            }
            if self.eat(K::Colon).is_none() {
                let detail = "A condition needs a value for true and, behind a colon, one for false.";
                let at = self.peek_span();
                self.report(Diagnostic::error("Missing false expression in conditional", detail).at(at));
                break;
            }
            arms.push((condition, then));
            condition = self.operation();
        }
        self.node(K::Conditional, mark);
        arms.into_iter().rfold(condition, |otherwise, (condition, then)| {
            let span = condition.span.to(otherwise.span);
            let kind = ExprKind::Conditional {
                condition: Box::new(condition),
                then: Box::new(then),
                otherwise: Box::new(otherwise),
            };
            Expr { kind, span }
        })
    }

    /// Operands with binary operators between them.
    fn operation(&mut self) -> Expr {
        let mark = self.mark();
        let first = self.operand();
        if binary_operator(self.peek()).is_none() {
            return first;
        }
        let mut operands = vec![first];
        let mut operators = Vec::new();
        while let Some((op, strength)) = binary_operator(self.peek()) {
            if self.recovering {
                break;
            }
            self.read();
            reduce(&mut operands, &mut operators, strength);
            operators.push((op, strength));
            operands.push(self.operand());
        }
        reduce(&mut operands, &mut operators, 0);
        self.node(K::Operation, mark);
        operands.pop().expect("reducing leaves one operand")
    }

    /// A term with the operators before it and the steps behind it.
    fn operand(&mut self) -> Expr {
        match self.peek() {
            K::Minus => return self.unary(UnaryOp::Negate),
            K::Bang => return self.unary(UnaryOp::Not),
            _ => {}
        }
        let mark = self.mark();
        let term = self.term();
        if !matches!(self.peek(), K::Dot | K::OpenBracket) {
            return term;
        }
        let expr = self.steps(mark, term);
        self.node(K::Traversal, mark);
        expr
    }

    fn unary(&mut self, op: UnaryOp) -> Expr {
        let mark = self.mark();
        if !self.enter() {
            return error_expr(self.peek_span().at_start());
        }
        self.read();
        let operand = Box::new(self.operand());
        self.leave();
        let span = self.node(K::Unary, mark);
        Expr { kind: ExprKind::Unary { op, operand }, span }
    }

    fn term(&mut self) -> Expr {
        match self.peek() {
            K::Ident => self.word(),
            K::Number => self.number(),
            K::OpenQuote => self.quoted_template(),
            K::OpenHeredoc => self.heredoc(),
            K::OpenParen => self.paren(),
            K::OpenBracket => self.tuple(),
            K::OpenBrace => self.object(),
            kind => {
                let at = self.peek_span();
                self.fail(missing_expression(kind, at));
                error_expr(at)
            }
        }
    }

    fn word(&mut self) -> Expr {
        let mark = self.mark();
        let name = self.name();
        if matches!(self.peek(), K::OpenParen | K::ColonColon) {
            return self.call(mark, name);
        }
        let (kind, node) = match &*name.text {
            "true" => (ExprKind::Bool(true), K::Literal),
            "false" => (ExprKind::Bool(false), K::Literal),
            "null" => (ExprKind::Null, K::Literal),
            _ => (ExprKind::Variable(name.text), K::Variable),
        };
        self.node(node, mark);
        Expr { kind, span: name.span }
    }

    pub(crate) fn number(&mut self) -> Expr {
        let mark = self.mark();
        let (_, text, span) = self.read();
        self.node(K::Literal, mark);
        if !is_number(text) {
            let detail = format!("\"{text}\" is not a number.");
            self.report(Diagnostic::error("Invalid number literal", detail).at(span));
            return error_expr(span);
        }
        // `1.e5` is a number to Terraform and to few others.
        let text = if text.contains(['e', 'E']) {
            text.replace(".e", "e").replace(".E", "E").into()
        } else {
            text.into()
        };
        Expr { kind: ExprKind::Number(text), span }
    }

    fn paren(&mut self) -> Expr {
        let mark = self.mark();
        self.read();
        self.push_newlines(false);
        let inner = self.expression();
        if self.recovering {
            self.recover(K::CloseParen);
        } else if self.eat(K::CloseParen).is_none() {
            let detail = "This expression was opened with a parenthesis, which is not closed behind it.";
            self.fail(Diagnostic::error("Unbalanced parentheses", detail).at(self.peek_span()));
        }
        self.pop_newlines();
        let span = self.node(K::Paren, mark);
        Expr { kind: ExprKind::Paren(Box::new(inner)), span }
    }

    /// A function call, from behind the first word of its name on.
    fn call(&mut self, mark: Mark, mut name: Name) -> Expr {
        if self.peek() == K::ColonColon {
            let Some(whole) = self.namespaced(&name) else {
                let span = self.node(K::Call, mark);
                return error_expr(span);
            };
            name = whole;
        }
        self.read();
        let open = self.span_from(mark);
        self.push_newlines(false);
        let (args, expand_last) = self.arguments(open);
        self.pop_newlines();
        let span = self.node(K::Call, mark);
        Expr { kind: ExprKind::Call { name, args, expand_last }, span }
    }

    /// The rest of `a::b::c`, which must be followed by a parenthesis.
    fn namespaced(&mut self, first: &Name) -> Option<Name> {
        let mut text = first.text.to_string();
        let mut span = first.span;
        while self.eat(K::ColonColon).is_some() {
            if self.peek() != K::Ident {
                let detail = "A name must stand behind the \"::\" in the name of a function.";
                self.fail(Diagnostic::error("Missing function name", detail).at(self.peek_span()));
                return None;
            }
            let part = self.name();
            text.push_str("::");
            text.push_str(&part.text);
            span = span.to(part.span);
        }
        if self.peek() != K::OpenParen {
            let detail =
                format!("\"{text}\" can only be a function, so its arguments must follow in parentheses.");
            self.fail(Diagnostic::error("Missing open parenthesis", detail).at(self.peek_span()));
            return None;
        }
        Some(Name { text: text.into(), span })
    }

    /// The arguments up to and with the closing parenthesis, and whether the last is expanded.
    fn arguments(&mut self, open: Span) -> (Vec<Expr>, bool) {
        let mut args = Vec::new();
        while self.eat(K::CloseParen).is_none() {
            args.push(self.expression());
            if self.recovering {
                self.recover(K::CloseParen);
                break;
            }
            match self.peek() {
                K::CloseParen => {}
                K::Comma => {
                    self.read();
                }
                K::Ellipsis => {
                    self.expansion_end();
                    return (args, true);
                }
                kind => {
                    let at = self.peek_span();
                    self.fail(argument_separator(kind, at, open));
                    self.recover(K::CloseParen);
                    break;
                }
            }
        }
        (args, false)
    }

    fn expansion_end(&mut self) {
        let (_, _, ellipsis) = self.read();
        if self.eat(K::CloseParen).is_some() {
            return;
        }
        let detail = "The closing parenthesis must stand right behind an argument expanded with \"...\".";
        self.fail(Diagnostic::error("Missing closing parenthesis", detail).at(ellipsis));
        self.recover(K::CloseParen);
    }
}

/// Digits, perhaps a point and digits, perhaps an exponent.
fn is_number(text: &str) -> bool {
    let mantissa = text.split(['e', 'E']).next().unwrap_or(text);
    text.matches(['e', 'E']).count() <= 1
        && mantissa.matches('.').count() <= 1
        && !text[mantissa.len()..].contains('.')
}

pub(crate) fn missing_expression(kind: K, at: Span) -> Diagnostic {
    if kind == K::End {
        return Diagnostic::error("Missing expression", "The text ends where a value should start.").at(at);
    }
    let detail = match kind {
        K::Newline => "A value should start here, but the line ends.",
        _ => "A value should start here, but nothing that could be one does.",
    };
    Diagnostic::error("Invalid expression", detail).at(at)
}

fn argument_separator(kind: K, at: Span, open: Span) -> Diagnostic {
    if kind == K::End {
        let detail =
            "The file ends before the parenthesis is closed that opens the arguments of this function.";
        return Diagnostic::error("Unterminated function call", detail).at(open);
    }
    let detail = "The arguments of a function are separated by commas.";
    Diagnostic::error("Missing argument separator", detail).at(at)
}
