//! What is said about a faulty expression beside the words: its place, and what the references in it held.

use super::Evaluator;
use std::collections::BTreeMap;
use trueup_diag::{Diagnostic, ExpressionValue, Span};
use trueup_resolve::{Expr, ExprKind};
use trueup_value::{Kind, Value};

/// Where something is wrong, and which expression is to blame, if one is.
#[derive(Clone, Copy)]
pub(crate) struct Place<'e> {
    pub(crate) span: Span,
    about: Option<&'e Expr>,
}

impl Place<'_> {
    /// A place within an expression that is to blame as a whole.
    pub(crate) fn within(span: Span, about: &Expr) -> Place<'_> {
        Place { span, about: Some(about) }
    }
}

impl From<Span> for Place<'_> {
    fn from(span: Span) -> Self {
        Place { span, about: None }
    }
}

impl<'e> From<&'e Expr> for Place<'e> {
    fn from(expr: &'e Expr) -> Self {
        Place { span: expr.span, about: Some(expr) }
    }
}

/// Why a value is worth telling although it can't be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Neither.
    Plain,
    /// That something isn't known yet is what is wrong.
    Unknown,
    /// That something is sensitive is what is wrong.
    Sensitive,
}

impl Evaluator<'_> {
    /// Reports an error and gives the value that stands for it.
    pub(crate) fn fail<'e>(
        &mut self,
        place: impl Into<Place<'e>>,
        summary: &'static str,
        detail: impl Into<String>,
    ) -> Value {
        let place = place.into();
        let found = Diagnostic::error(summary, detail).at(place.span);
        let found = match place.about {
            Some(expr) => self.told(found, expr, Cause::Plain),
            None => found,
        };
        self.diagnostics.push(found);
        Value::dynamic()
    }

    /// The diagnostic with what the references in the expression held.
    pub(crate) fn told(&mut self, diagnostic: Diagnostic, expr: &Expr, cause: Cause) -> Diagnostic {
        if self.quiet > 0 {
            return diagnostic;
        }
        let mut told = BTreeMap::new();
        let mut open = vec![expr];
        while let Some(expr) = open.pop() {
            match self.traversal(expr) {
                Some(links) => {
                    if let Some((written, statement)) = self.longest(&links, cause) {
                        told.insert(written, statement);
                    }
                }
                None => open.extend(crate::special::children(expr)),
            }
        }
        let values = told.into_iter();
        let values = values.map(|(traversal, statement)| ExpressionValue { traversal, statement });
        diagnostic.with_values(values.collect())
    }

    /// A reference with the constant steps behind it, outermost first, each with the text up to it.
    fn traversal<'e>(&self, expr: &'e Expr) -> Option<Vec<(String, &'e Expr)>> {
        let mut steps = Vec::new();
        let mut at = expr;
        let root = loop {
            let (on, written) = match &at.kind {
                ExprKind::Attribute { on, name, .. } => (on, format!(".{name}")),
                ExprKind::Index { on, key } => (on, constant_key(key.as_literal()?)?),
                ExprKind::Reference(reference) => break self.scope.describe(*reference),
                _ => return None,
            };
            steps.push((written, at));
            at = on;
        };
        let mut text = root;
        let mut links = vec![(text.clone(), at)];
        for (written, step) in steps.into_iter().rev() {
            text.push_str(&written);
            links.push((text.clone(), step));
        }
        links.reverse();
        Some(links)
    }

    /// The longest beginning of a reference that has a value, with what is to be said about that.
    fn longest(&mut self, links: &[(String, &Expr)], cause: Cause) -> Option<(String, String)> {
        for (written, expr) in links {
            let (value, found) = self.quietly(|e| e.evaluate(expr));
            if !found.has_errors() {
                return statement(&value, cause).map(|statement| (written.clone(), statement));
            }
        }
        None
    }
}

fn constant_key(key: &Value) -> Option<String> {
    if let Some(text) = key.as_str() {
        return Some(format!("[{text:?}]"));
    }
    key.as_number().map(|number| format!("[{number}]"))
}

/// What is said of a value; nothing where it can't be shown and that isn't the cause.
fn statement(value: &Value, cause: Cause) -> Option<String> {
    if value.marks().is_sensitive() {
        return (cause == Cause::Sensitive).then(|| "has a sensitive value".to_owned());
    }
    if value.marks().is_ephemeral() {
        return None;
    }
    let ty = value.ty();
    if !value.is_known() {
        let untyped = ty == trueup_value::Type::Dynamic;
        return match (cause == Cause::Unknown, untyped) {
            (true, true) => Some("will be known only after apply".to_owned()),
            (true, false) => Some(format!("is a {}, known only after apply", ty.friendly_name())),
            (false, true) => None,
            (false, false) => Some(format!("is a {}", ty.friendly_name())),
        };
    }
    Some(format!("is {}", summary(value)))
}

/// A known value in a few words.
fn summary(value: &Value) -> String {
    let counted = |what: &str, many: usize| match many {
        0 => format!("empty {what}"),
        1 => format!("{what} with 1 element"),
        many => format!("{what} with {many} elements"),
    };
    match value.kind() {
        Kind::Null(_) => "null".to_owned(),
        Kind::Bool(value) => value.to_string(),
        Kind::Number(number) => number.to_string(),
        Kind::String(text) => format!("{text:?}"),
        Kind::Tuple(items) => counted("tuple", items.len()),
        Kind::Object(attributes) => match (attributes.len(), attributes.keys().next()) {
            (1, Some(name)) => format!("object with 1 attribute {name:?}"),
            (0, _) => "object with no attributes".to_owned(),
            (many, _) => format!("object with {many} attributes"),
        },
        _ => counted(&value.ty().friendly_name(), value.iter_elements().count()),
    }
}
