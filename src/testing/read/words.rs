//! Expressions that are read as they are written: words, constants, addresses.

use super::Reader;
use std::borrow::Cow;
use std::str::FromStr;
use trueup_addr::InstanceKey;
use trueup_diag::Diagnostic;
use trueup_parse::ast::{Expr, ExprKind, TemplatePart};
use trueup_parse::parse_expression_in_string;
use trueup_resolve::compile_constant_as;
use trueup_resolve::program::ProviderRef;
use trueup_value::{Kind, Name, Type, Value};

/// The text of a string without placeholders.
pub(crate) fn text(expr: &Expr) -> Option<String> {
    let ExprKind::Template(parts) = &expr.kind else { return None };
    let texts = parts.iter().map(|part| match part {
        TemplatePart::Literal(text) => Some(&**text),
        _ => None,
    });
    texts.collect()
}

/// A reference in the form of an address, such as `module.a[0].terraform_data.b["x"]`.
pub(crate) fn address(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Variable(name) => Some(name.to_string()),
        ExprKind::Attribute { on, name } => Some(format!("{}.{}", address(on)?, name.text)),
        ExprKind::Index { on, key, .. } => {
            let key = match (&key.kind, text(key)) {
                (ExprKind::Number(digits), _) => format!("[{digits}]"),
                (_, Some(text)) => InstanceKey::Text(text.into()).to_string(),
                _ => return None,
            };
            Some(format!("{}{key}", address(on)?))
        }
        _ => None,
    }
}

impl Reader<'_> {
    /// A constant of a type; `None` after the report of what is wrong.
    pub(crate) fn constant(&mut self, expr: &Expr, ty: &Type) -> Option<Value> {
        let value = compile_constant_as(expr, ty, &mut self.diagnostics)?;
        if value.is_null() {
            self.fail("Unsuitable value type", "The value can't be null here.", expr.span);
            return None;
        }
        Some(value)
    }

    pub(crate) fn boolean(&mut self, expr: &Expr) -> Option<bool> {
        self.constant(expr, &Type::Bool)?.as_bool()
    }

    pub(crate) fn string(&mut self, expr: &Expr) -> Option<String> {
        match self.constant(expr, &Type::String)?.into_kind() {
            Kind::String(text) => Some(text.to_string()),
            _ => None,
        }
    }

    /// A word without quotes, or the same in quotes where the file is in JSON.
    pub(crate) fn word(&mut self, expr: &Expr) -> Option<Name> {
        match &expr.kind {
            ExprKind::Variable(name) => Some(name.clone()),
            _ if self.json => text(expr).map(Name::from),
            _ => None,
        }
    }

    /// The expression behind a reference in quotes, which JSON has no other way to write.
    pub(crate) fn unquoted<'e>(&mut self, expr: &'e Expr) -> Cow<'e, Expr> {
        let Some(text) = text(expr) else { return Cow::Borrowed(expr) };
        let parsed = parse_expression_in_string(expr.span, &text);
        if parsed.diagnostics.has_errors() {
            self.diagnostics.append(parsed.diagnostics);
            return Cow::Borrowed(expr);
        }
        if !self.json {
            let detail = "References are written without quotes; older versions of the language needed them.";
            let warning = Diagnostic::warning("Quoted references are deprecated", detail);
            self.diagnostics.push(warning.at(expr.span).hint("remove the quotes"));
        }
        Cow::Owned(parsed.value)
    }

    /// An address as written, or nothing after a report.
    pub(crate) fn address(&mut self, expr: &Expr) -> Option<String> {
        let unquoted = self.unquoted(expr);
        let found = address(&unquoted);
        if found.is_none() {
            let detail =
                "An address is needed here: names with dots between them, and constant keys in brackets.";
            self.fail("Invalid expression", detail, expr.span);
        }
        found
    }

    /// An address of some kind.
    pub(crate) fn parsed_address<T: FromStr<Err = trueup_addr::ParseError>>(
        &mut self,
        expr: &Expr,
        summary: &'static str,
    ) -> Option<T> {
        let text = self.address(expr)?;
        match text.parse() {
            Ok(parsed) => Some(parsed),
            Err(error) => {
                self.fail(summary, format!("{text} is no address that fits here: {error}."), expr.span);
                None
            }
        }
    }

    /// The items of a list in brackets.
    pub(crate) fn items<'e>(&mut self, expr: &'e Expr) -> &'e [Expr] {
        if let ExprKind::Tuple(items) = &expr.kind {
            return items;
        }
        let detail = "A list in brackets is needed here, not an expression that makes one.";
        self.fail("Invalid expression", detail, expr.span);
        &[]
    }

    /// `aws` or `aws.west`
    pub(crate) fn provider_ref(&mut self, expr: &Expr) -> Option<ProviderRef> {
        let text = self.address(expr)?;
        let mut parts = text.split('.');
        let (name, alias, more) = (parts.next()?, parts.next(), parts.next());
        if more.is_some() || text.contains('[') {
            let detail = format!(
                "{text} is no provider configuration: its name, and behind a dot an alias if it has one."
            );
            self.fail("Invalid provider configuration reference", detail, expr.span);
            return None;
        }
        Some(ProviderRef { name: name.into(), alias: alias.map(Name::from) })
    }
}
