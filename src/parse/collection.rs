//! The grammar of tuples, objects and `for` expressions.

use crate::ast::{Expr, ExprKind, ForExpr, Name, ObjectItem, ObjectKey};
use crate::parser::{Mark, Parser, error_expr};
use crate::syntax::SyntaxKind as K;
use trueup_diag::{Diagnostic, Span};

impl Parser<'_> {
    pub(crate) fn tuple(&mut self) -> Expr {
        let mark = self.mark();
        let open = self.read().2;
        self.push_newlines(false);
        if self.at_word("for") {
            return self.for_expression(mark, K::CloseBracket);
        }
        let mut items = Vec::new();
        while self.eat(K::CloseBracket).is_none() {
            items.push(self.expression());
            if self.recovering {
                self.recover(K::CloseBracket);
                break;
            }
            if self.peek() != K::CloseBracket && self.eat(K::Comma).is_none() {
                let at = self.peek_span();
                self.fail(if self.peek() == K::End { unterminated_tuple(open) } else { item_separator(at) });
                self.recover(K::CloseBracket);
                break;
            }
        }
        self.pop_newlines();
        let span = self.node(K::Tuple, mark);
        Expr { kind: ExprKind::Tuple(items), span }
    }

    pub(crate) fn object(&mut self) -> Expr {
        let mark = self.mark();
        let open = self.read().2;
        self.push_newlines(false);
        if self.at_word("for") {
            return self.for_expression(mark, K::CloseBrace);
        }
        self.pop_newlines();
        self.push_newlines(true);
        let mut items = Vec::new();
        while self.eat(K::CloseBrace).is_none() {
            if self.eat(K::Newline).is_some() {
                continue;
            }
            let item = self.object_item(open);
            items.extend(item);
            if !self.recovering && !matches!(self.peek(), K::CloseBrace | K::Newline | K::Comma) {
                let at = self.peek_span();
                self.fail(if self.peek() == K::End {
                    unterminated_object(open)
                } else {
                    attribute_separator(at)
                });
            }
            if self.recovering {
                self.recover(K::CloseBrace);
                break;
            }
            if self.peek() != K::CloseBrace {
                self.read();
            }
        }
        self.pop_newlines();
        let span = self.node(K::Object, mark);
        Expr { kind: ExprKind::Object(items), span }
    }

    fn object_item(&mut self, open: Span) -> Option<ObjectItem> {
        let mark = self.mark();
        let key_text = self.peek_text();
        let key = self.expression();
        if self.recovering {
            return None;
        }
        if !matches!(self.peek(), K::Equal | K::Colon) {
            let at = self.peek_span();
            let error = match self.peek() {
                K::End => unterminated_object(open),
                kind => missing_value(kind, at),
            };
            self.fail(error);
            return None;
        }
        self.read();
        let value = self.expression();
        self.node(K::ObjectItem, mark);
        Some(ObjectItem { key: object_key(key, key_text), value })
    }

    /// From the word `for` on; line ends don't count.
    fn for_expression(&mut self, mark: Mark, end: K) -> Expr {
        let entered = self.enter();
        let expr = if entered { self.for_parts(end) } else { None };
        if entered {
            self.leave();
        }
        if expr.is_none() {
            self.recover(end);
        }
        self.pop_newlines();
        let span = self.node(K::For, mark);
        match expr {
            Some(expr) => Expr { kind: ExprKind::For(Box::new(expr)), span },
            None => error_expr(span),
        }
    }

    /// `None` where it can't be read on; the error is reported then.
    fn for_parts(&mut self, end: K) -> Option<ForExpr> {
        self.read();
        let (key, value) = self.for_symbols("'for' expression")?;
        let collection = self.expression();
        if self.recovering {
            return None;
        }
        if self.eat(K::Colon).is_none() {
            return self.bad_for("A colon must stand between what is walked and what is made of it.");
        }
        let mut result = self.expression();
        let mut result_key = None;
        if !self.recovering && self.eat(K::FatArrow).is_some() {
            result_key = Some(std::mem::replace(&mut result, error_expr(self.peek_span())));
            result = self.expression();
        }
        let group = if self.recovering { None } else { self.eat(K::Ellipsis) };
        let mut condition = None;
        if !self.recovering && self.at_word("if") {
            self.read();
            condition = Some(self.expression());
        }
        if self.recovering {
            return None;
        }
        if self.eat(end).is_none() {
            return self.bad_for(
                "The 'for' expression is complete, but something else follows before its bracket is closed.",
            );
        }
        self.check_for(end, result_key.as_ref(), &result, group);
        Some(ForExpr { key, value, collection, result_key, result, condition, group: group.is_some() })
    }

    fn bad_for<T>(&mut self, detail: &'static str) -> Option<T> {
        self.fail(Diagnostic::error("Invalid 'for' expression", detail).at(self.peek_span()));
        None
    }

    /// A key and `...` make sense only in objects, which need the key.
    fn check_for(&mut self, end: K, key: Option<&Expr>, result: &Expr, group: Option<Span>) {
        let (at, detail) = match (end, key, group) {
            (K::CloseBracket, Some(key), _) => {
                (key.span, "A 'for' expression in brackets makes a tuple, whose elements have no keys.")
            }
            (K::CloseBracket, None, Some(group)) => {
                (group, "Values can be grouped with \"...\" only when an object is made, not a tuple.")
            }
            (K::CloseBrace, None, _) => (
                result.span,
                "A 'for' expression in braces makes an object and needs a key, \"=>\" and a value.",
            ),
            _ => return,
        };
        self.report(Diagnostic::error("Invalid 'for' expression", detail).at(at));
    }

    /// `v in` or `k, v in`, in an expression or a directive, which `what` names.
    pub(crate) fn for_symbols(&mut self, what: &str) -> Option<(Option<Name>, Name)> {
        let mut names = Vec::new();
        let detail = loop {
            if self.peek() != K::Ident {
                break match names.len() {
                    0 => "A symbol must stand behind 'for'.",
                    _ => "A second symbol must stand behind the comma.",
                };
            }
            names.push(self.name());
            if names.len() == 1 && self.eat(K::Comma).is_some() {
                continue;
            }
            if self.at_word("in") {
                self.read();
                let value = names.pop()?;
                return Some((names.pop(), value));
            }
            break "The word 'in' must stand behind the symbols of a 'for'.";
        };
        self.fail(Diagnostic::error(format!("Invalid {what}"), detail).at(self.peek_span()));
        None
    }
}

/// A bare word is its own name, and so is a keyword; `text` is the first token of the key.
fn object_key(mut key: Expr, text: &str) -> ObjectKey {
    match &mut key.kind {
        ExprKind::Variable(name) => ObjectKey::Name(Name { text: name.clone(), span: key.span }),
        ExprKind::Bool(_) | ExprKind::Null => ObjectKey::Name(Name { text: text.into(), span: key.span }),
        _ => ObjectKey::Expr(key),
    }
}

fn unterminated_tuple(open: Span) -> Diagnostic {
    let detail = "The file ends before this bracket is closed.";
    Diagnostic::error("Unterminated tuple constructor expression", detail).at(open)
}

fn unterminated_object(open: Span) -> Diagnostic {
    let detail = "The file ends before this brace is closed.";
    Diagnostic::error("Unterminated object constructor expression", detail).at(open)
}

fn item_separator(at: Span) -> Diagnostic {
    Diagnostic::error("Missing item separator", "The items of a tuple are separated by commas.").at(at)
}

fn attribute_separator(at: Span) -> Diagnostic {
    let detail = "The attributes of an object are separated by commas or line ends.";
    Diagnostic::error("Missing attribute separator", detail).at(at)
}

fn missing_value(kind: K, at: Span) -> Diagnostic {
    if matches!(kind, K::Newline | K::Comma) {
        let detail = "An equals sign and a value must follow the key, in the same line.";
        return Diagnostic::error("Missing attribute value", detail).at(at);
    }
    let detail = "An equals sign must stand between the key and its value.";
    Diagnostic::error("Missing key/value separator", detail).at(at)
}
