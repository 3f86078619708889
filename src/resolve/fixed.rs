//! Expressions that are read as they are written and not evaluated: words, lists, and references without a
//! calculation.

use crate::report::Report;
use std::borrow::Cow;
use trueup_addr::InstanceKey;
use trueup_diag::{Diagnostic, Span};
use trueup_parse::ast::{Expr, ExprKind, TemplatePart};
use trueup_value::{Name, Number, PathStep, Value};

const INVALID: &str = "Invalid expression";

/// A reference as it is written: `a.b[0]["c"]`.
#[derive(Clone, Debug)]
pub(crate) struct Traversal {
    pub(crate) root: Name,
    pub(crate) steps: Vec<(PathStep, Span)>,
    pub(crate) span: Span,
}

impl Traversal {
    /// Takes off the word `resource`, which may stand before the type of a resource.
    pub(crate) fn drop_prefix(&mut self) {
        if let (true, Some((PathStep::Attribute(name), _))) = (&*self.root == "resource", self.steps.first())
        {
            self.root = name.clone();
            self.steps.remove(0);
        }
    }

    /// In the form of an address.
    pub(crate) fn text(&self) -> String {
        let mut out = self.root.to_string();
        for (step, _) in &self.steps {
            match step {
                PathStep::Attribute(name) => out.push_str(&format!(".{name}")),
                PathStep::Index(key) => {
                    let text = key.as_str().map(|text| InstanceKey::Text(text.into()).to_string());
                    let number = key.as_number().map(|number| format!("[{number}]"));
                    out.push_str(&text.or(number).expect("keys are numbers or strings"));
                }
            }
        }
        out
    }
}

/// A single bare word. Where nothing is evaluated, the words for constants are names like any other: a provider may be
/// called `null`.
pub(crate) fn word(expr: &Expr) -> Option<Name> {
    match &expr.kind {
        ExprKind::Variable(name) => Some(name.clone()),
        ExprKind::Null => Some("null".into()),
        ExprKind::Bool(value) => Some(if *value { "true" } else { "false" }.into()),
        _ => None,
    }
}

/// The text of a string without placeholders.
pub(crate) fn text(expr: &Expr) -> Option<Cow<'_, str>> {
    let ExprKind::Template(parts) = &expr.kind else { return None };
    match parts.as_slice() {
        [] => Some(Cow::Borrowed("")),
        [TemplatePart::Literal(text)] => Some(Cow::Borrowed(text)),
        parts => {
            let texts = parts.iter().map(|part| match part {
                TemplatePart::Literal(text) => Some(&**text),
                _ => None,
            });
            Some(Cow::Owned(texts.collect::<Option<Vec<_>>>()?.concat()))
        }
    }
}

impl Report<'_> {
    /// The items of a list in brackets.
    pub(crate) fn fixed_list<'e>(&mut self, expr: &'e Expr) -> &'e [Expr] {
        match &expr.kind {
            ExprKind::Tuple(items) => items,
            ExprKind::Error => &[],
            _ => {
                let detail = "A list in brackets is needed here, not an expression that makes one.";
                self.load.push(Diagnostic::error(INVALID, detail).at_head(expr.span));
                &[]
            }
        }
    }

    /// A word such as `all`; in quotes as older configurations have it, with a warning unless it is JSON.
    pub(crate) fn fixed_word(&mut self, expr: &Expr, json: bool) -> Option<Name> {
        if let Some(name) = word(expr) {
            return Some(name);
        }
        let text = text(expr)?;
        if !json {
            let detail = "Keywords are written without quotes; older versions of the language needed them.";
            let warning = Diagnostic::warning("Quoted keywords are deprecated", detail);
            self.load.push(warning.at(expr.span).hint("Remove the quotes."));
        }
        Some(Name::from(text))
    }

    /// The expression behind a reference in quotes, which JSON has no other way to write.
    pub(crate) fn unquoted<'e>(&mut self, expr: &'e Expr, json: bool) -> Option<Cow<'e, Expr>> {
        let Some(text) = text(expr) else { return Some(Cow::Borrowed(expr)) };
        let parsed = trueup_parse::parse_expression(expr.span.file, &text);
        if parsed.diagnostics.has_errors() {
            self.load.extend(parsed.diagnostics.into_iter().map(|found| found.at(expr.span)));
            return None;
        }
        if !json {
            let detail =
                "References are written without quotes here; older versions of the language needed them.";
            let warning = Diagnostic::warning("Quoted references are deprecated", detail);
            self.load.push(warning.at(expr.span).hint("Remove the quotes."));
        }
        Some(Cow::Owned(moved_to(parsed.value, expr.span)))
    }

    /// A reference without a calculation, or a report that it is none.
    pub(crate) fn traversal(&mut self, expr: &Expr, json: bool) -> Option<Traversal> {
        let unquoted = self.unquoted(expr, json)?;
        self.traversal_of(&unquoted)
    }

    /// A reference without a calculation, already without quotes, or a report that it is none.
    pub(crate) fn traversal_of(&mut self, expr: &Expr) -> Option<Traversal> {
        let found = traversal(expr);
        if found.is_none() && !matches!(expr.kind, ExprKind::Error) {
            let detail = "A single reference is needed here, such as a.b or a.b[0]: no calculation, function call or template.";
            self.load.push(Diagnostic::error(INVALID, detail).at(expr.span));
        }
        found
    }
}

/// The reference that an expression is, if it is one and its keys are constants.
pub(crate) fn traversal(expr: &Expr) -> Option<Traversal> {
    let mut steps = Vec::new();
    let mut at = expr;
    let root = loop {
        match &at.kind {
            ExprKind::Attribute { on, name } => {
                let span = if name.span.file == on.span.file && on.span.end <= name.span.start {
                    Span { start: on.span.end, ..name.span }
                } else {
                    name.span
                };
                steps.push((PathStep::Attribute(name.text.clone()), span));
                at = on;
            }
            ExprKind::Index { on, key, .. } => {
                let span = Span { start: on.span.end.min(at.span.end), ..at.span };
                steps.push((PathStep::Index(key_value(key)?), span));
                at = on;
            }
            _ => break word(at)?,
        }
    };
    steps.reverse();
    Some(Traversal { root, steps, span: expr.span })
}

fn key_value(key: &Expr) -> Option<Value> {
    match &key.kind {
        ExprKind::Number(text) => Number::parse(text).map(Value::from),
        _ => text(key).map(|text| Value::string(text.as_ref())),
    }
}

/// The same reference with every place in it at `span`: what was in quotes has no places of its own.
fn moved_to(mut expr: Expr, span: Span) -> Expr {
    let mut at = &mut expr;
    loop {
        at.span = span;
        at = match &mut at.kind {
            ExprKind::Attribute { on, name } => {
                name.span = span;
                on
            }
            ExprKind::Index { on, key, .. } => {
                let inner = std::mem::replace(&mut **key, Expr { kind: ExprKind::Error, span });
                **key = moved_to(inner, span);
                on
            }
            _ => break,
        };
    }
    expr
}
