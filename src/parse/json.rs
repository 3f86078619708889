//! The JSON syntax: every property becomes an attribute, every string a template. Which properties are blocks only
//! a schema says (see [`crate::content`]).

use crate::ast::{Attribute, Body, Expr, ExprKind, Name, ObjectItem, ObjectKey, Syntax};
use crate::json_text::{self, Decoded};
use crate::lexer::{self, Start};
use crate::parser::{Mark, Origin, Parser, error_expr};
use crate::similar::nearest;
use crate::syntax::SyntaxKind as K;
use trueup_diag::{Diagnostic, Span};

/// The key whose value is a comment where a body stands.
pub(crate) const COMMENT: &str = "//";

impl Parser<'_> {
    /// A whole file: an object, or an array of objects that together make the body.
    pub(crate) fn json_file(&mut self) -> Body {
        let root = self.json_value();
        let end = self.peek_span();
        if !self.recovering && self.peek() != K::End {
            let detail = "The value is complete, but something else follows it.";
            self.fail(Diagnostic::error("Extraneous data after value", detail).at(end));
        }
        let span = root.span;
        let mut body =
            Body { syntax: Syntax::Json, attributes: Vec::new(), blocks: Vec::new(), span, end_span: end };
        let (summary, objects) = match root.into_kind() {
            ExprKind::Tuple(items) => ("Incorrect JSON value type", items),
            kind => ("Root value must be object", vec![Expr { kind, span }]),
        };
        for object in objects {
            let span = object.span;
            match object.into_kind() {
                ExprKind::Object(items) => body.attributes.extend(items.into_iter().map(attribute)),
                ExprKind::Error if self.recovering => {}
                _ => {
                    let detail = "A configuration in JSON is an object, or an array of objects.";
                    self.report(Diagnostic::error(summary, detail).at(span));
                }
            }
        }
        body
    }

    fn json_value(&mut self) -> Expr {
        let mark = self.mark();
        let at = self.peek_span();
        if !self.enter() {
            return error_expr(at.at_start());
        }
        let expr = match self.peek() {
            K::OpenBrace => self.json_object(mark),
            K::OpenBracket => self.json_array(mark),
            K::QuotedText => self.json_string(mark),
            K::Number => self.json_number(mark),
            K::Ident => self.json_keyword(mark),
            kind => {
                self.fail(missing_value(kind, at));
                error_expr(at)
            }
        };
        self.leave();
        expr
    }

    fn json_number(&mut self, mark: Mark) -> Expr {
        let (_, text, span) = self.read();
        self.node(K::Literal, mark);
        if json_text::is_number(text) {
            return Expr { kind: ExprKind::Number(text.into()), span };
        }
        let detail = format!("\"{text}\" is not a number by the rules of JSON.");
        self.report(Diagnostic::error("Invalid JSON number", detail).at(span));
        error_expr(span)
    }

    fn json_keyword(&mut self, mark: Mark) -> Expr {
        let (_, text, span) = self.read();
        self.node(K::Literal, mark);
        let kind = match text {
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "null" => ExprKind::Null,
            other => {
                let error =
                    Diagnostic::error("Invalid JSON keyword", format!("JSON has no word \"{other}\"."));
                let near = nearest(other, ["true", "false", "null"]);
                let hint = near
                    .map_or("Write text in double quotes.".to_owned(), |n| format!("Did you mean \"{n}\"?"));
                self.report(error.at(span).hint(hint));
                ExprKind::Error
            }
        };
        Expr { kind, span }
    }

    fn json_string(&mut self, mark: Mark) -> Expr {
        let (decoded, span) = self.json_text();
        self.node(K::Template, mark);
        match decoded {
            Some(decoded) => self.json_template(decoded, span),
            None => error_expr(span),
        }
    }

    /// A string token with its escapes undone; `None` with an error where they are faulty.
    fn json_text(&mut self) -> (Option<Decoded>, Span) {
        let (_, token, span) = self.read();
        match json_text::decode(token) {
            Ok(decoded) => (Some(decoded), span),
            Err(at) => {
                let start = span.start + u32::try_from(at).expect("it is within the file");
                let detail =
                    "The string is not closed in its line, or holds a faulty escape or a control character.";
                self.report(Diagnostic::error("Invalid JSON string", detail).at(self.span(start, start)));
                (None, span)
            }
        }
    }

    /// The string as a template, whose places lead back into the file.
    fn json_template(&mut self, decoded: Decoded, span: Span) -> Expr {
        if !decoded.text.contains("${") && !decoded.text.contains("%{") {
            return literal(&decoded.text, span);
        }
        let tokens = lexer::lex(&decoded.text, Start::Template);
        let origin = Origin { source: self.origin.source, base: span.start + 1, places: decoded.places };
        let mut inner = Parser::new(span.file, &decoded.text, tokens, true);
        inner.set_origin(origin);
        inner.check_invalid();
        let expr = inner.bare_template();
        let (_, found) = inner.finish();
        self.templates.append(found);
        Expr { kind: expr.into_kind(), span }
    }

    fn json_array(&mut self, mark: Mark) -> Expr {
        let open = self.read().2;
        let mut items = Vec::new();
        let mut last = K::OpenBracket;
        while self.eat(K::CloseBracket).is_none() {
            if last == K::Comma && self.peek() == K::CloseBracket {
                break;
            }
            items.push(self.json_value());
            if !self.json_separator("array", K::CloseBracket, open) {
                break;
            }
            last = K::Comma;
        }
        let span = self.node(K::Tuple, mark);
        Expr { kind: ExprKind::Tuple(items), span }
    }

    fn json_object(&mut self, mark: Mark) -> Expr {
        let open = self.read().2;
        let mut items = Vec::new();
        while self.eat(K::CloseBrace).is_none() {
            items.extend(self.json_property());
            if !self.json_separator("object", K::CloseBrace, open) {
                break;
            }
        }
        let span = self.node(K::Object, mark);
        Expr { kind: ExprKind::Object(items), span }
    }

    /// What stands behind an item: a comma and another item, or the end, which is left to be read. False once the
    /// rest was given up.
    fn json_separator(&mut self, what: &str, end: K, open: Span) -> bool {
        if self.recovering {
            self.recover(end);
            return false;
        }
        let at = self.peek_span();
        match self.peek() {
            kind if kind == end => return true,
            K::Comma => {
                self.read();
                if self.peek() == end {
                    let summary = format!("Trailing comma in {what}");
                    self.report(Diagnostic::error(summary, "JSON has no comma behind the last item.").at(at));
                }
                return true;
            }
            kind => {
                let error = bad_separator(kind, what, if kind == K::End { open } else { at });
                self.fail(error);
            }
        }
        self.recover(end);
        false
    }

    fn json_property(&mut self) -> Option<ObjectItem> {
        let mark = self.mark();
        let at = self.peek_span();
        if self.peek() != K::QuotedText {
            let detail = "The name of a property is a string in double quotes.";
            self.fail(Diagnostic::error("Invalid object property name", detail).at(at));
            return None;
        }
        let (decoded, span) = self.json_text();
        if self.eat(K::Colon).is_none() {
            let detail = match self.peek() {
                K::Equal => "JSON has a colon between the name and the value, not an equals sign.",
                _ => "A colon must stand between the name and the value of a property.",
            };
            self.fail(Diagnostic::error("Missing property value colon", detail).at(self.peek_span()));
            return None;
        }
        let before = self.found();
        let value = self.json_value();
        self.node(K::ObjectItem, mark);
        let decoded = decoded?;
        if decoded.text == COMMENT && !self.recovering {
            self.forget_since(before);
        }
        let key = if decoded.text.contains("${") || decoded.text.contains("%{") {
            ObjectKey::Expr(self.json_template(decoded, span))
        } else {
            ObjectKey::Name(Name { text: decoded.text.into(), span })
        };
        Some(ObjectItem { key, value })
    }
}

fn literal(text: &str, span: Span) -> Expr {
    let parts =
        if text.is_empty() { Vec::new() } else { vec![crate::ast::TemplatePart::Literal(text.into())] };
    Expr { kind: ExprKind::Template(parts), span }
}

/// A property of a body.
pub(crate) fn attribute(item: ObjectItem) -> Attribute {
    let name = match item.key {
        ObjectKey::Name(name) => name,
        // A name can't be computed; this one fits no schema and is reported there.
        ObjectKey::Expr(expr) => Name { text: "${...}".into(), span: expr.span },
    };
    let span = name.span.to(item.value.span);
    Attribute { name, expr: item.value, span }
}

fn missing_value(kind: K, at: Span) -> Diagnostic {
    match kind {
        K::End => Diagnostic::error("Missing value", "The text ends where a value should start.").at(at),
        K::Equal | K::Colon | K::Comma | K::CloseBrace | K::CloseBracket => {
            Diagnostic::error("Missing JSON value", "A value should start here.").at(at)
        }
        _ => {
            Diagnostic::error("Invalid start of value", "No value of JSON starts with this character.").at(at)
        }
    }
}

fn bad_separator(kind: K, what: &str, at: Span) -> Diagnostic {
    match (kind, what) {
        (K::End, "object") => {
            Diagnostic::error("Unclosed object", "The text ends before this object is closed.")
        }
        (K::End, _) => Diagnostic::error("Unclosed array", "The text ends before this array is closed."),
        (K::CloseBrace, _) => Diagnostic::error("Mismatched brackets", "An array is closed with a bracket."),
        (K::CloseBracket, _) => Diagnostic::error("Mismatched braces", "An object is closed with a brace."),
        _ => Diagnostic::error(
            "Missing attribute seperator comma",
            format!("A comma must stand between the items of an {what}."),
        ),
    }
    .at(at)
}
