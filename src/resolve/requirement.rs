//! Entries of `required_providers`, and version constraints.

use crate::call::key_span;
use crate::fixed::text;
use crate::program::ProviderRequirement;
use crate::report::Report;
use crate::settings::aliases;
use trueup_addr::ProviderAddr;
use trueup_diag::{Diagnostic, Span};
use trueup_parse::ast::{Attribute, Expr, ExprKind, ObjectItem, ObjectKey};
use trueup_value::{Type, Value, convert};

const CONSTRAINT: &str = "Invalid version constraint";
const OBJECT: &str = "Invalid required_providers object";
const SOURCE: &str = "Invalid provider source string";

impl Report<'_> {
    /// One entry; `None` after a report that it can't be used at all.
    pub(crate) fn requirement(&mut self, attribute: &Attribute, json: bool) -> Option<ProviderRequirement> {
        let version = match &attribute.expr.kind {
            ExprKind::Error => return None,
            ExprKind::Object(_) => None,
            // Before there were sources an entry was a version.
            _ => self.constant(&attribute.expr).ok().and_then(|value| convert(&value, &Type::String).ok()),
        };
        let version = version.as_ref().and_then(Value::as_str);
        if !self.check_local_name(attribute, version.is_some()) {
            if let Some(version) = version {
                self.check_constraint(version, attribute.expr.span);
            }
            return None;
        }
        let name = &attribute.name.text;
        let mut out = ProviderRequirement {
            provider: if &**name == "terraform" {
                ProviderAddr::builtin()
            } else {
                ProviderAddr::official(name)
            },
            version: None,
            aliases: Vec::new(),
            span: attribute.span,
        };
        match &attribute.expr.kind {
            ExprKind::Object(items) => {
                for item in items {
                    self.requirement_item(attribute, item, json, &mut out);
                }
            }
            _ => {
                if let Some(version) = version {
                    let good = self.check_constraint(version, attribute.expr.span);
                    out.version = good.then(|| version.to_owned());
                } else {
                    let detail = "An entry of required_providers is an object with a \"source\" and a \"version\", or a version alone.";
                    self.error(OBJECT, detail, attribute.expr.span);
                }
            }
        }
        Some(out)
    }

    /// Whether the name of an entry can be one; `bare` where the entry is only a version, as it was in old days.
    fn check_local_name(&mut self, attribute: &Attribute, bare: bool) -> bool {
        let name = &attribute.name.text;
        if name.contains('_') || name.starts_with('-') || name.ends_with('-') {
            let detail = "The name of a provider has letters, digits and dashes, and no dash at its ends.";
            let summary = if bare { "Invalid provider name" } else { "Invalid provider local name" };
            self.error(summary, detail, attribute.expr.span);
            return false;
        }
        let lower = name.to_lowercase();
        if lower != **name && !bare {
            let detail = format!("Names of providers are written in lower case: \"{lower}\".");
            self.error("Invalid provider local name", detail, attribute.expr.span);
            return false;
        }
        true
    }

    fn requirement_item(
        &mut self,
        attribute: &Attribute,
        item: &ObjectItem,
        json: bool,
        out: &mut ProviderRequirement,
    ) {
        let key = match &item.key {
            ObjectKey::Name(name) => Some(name.text.to_string()),
            ObjectKey::Expr(expr) => text(expr).map(|text| text.to_string()),
        };
        match key.as_deref() {
            Some("source") => {
                if let Some(provider) = self.provider_source(&item.value) {
                    out.provider = provider;
                }
            }
            Some("version") => out.version = self.version(&item.value),
            Some("configuration_aliases") => {
                out.aliases = aliases(&item.value, &attribute.name.text, json, self);
            }
            _ => {
                let detail = "An entry of required_providers has a \"source\", a \"version\" and \"configuration_aliases\".";
                self.error(OBJECT, detail, key_span(&item.key));
            }
        }
    }

    fn provider_source(&mut self, expr: &Expr) -> Option<ProviderAddr> {
        let Some(source) = text(expr) else {
            self.error(
                "Invalid source",
                "The source of a provider is a string without references.",
                expr.span,
            );
            return None;
        };
        if let Some((summary, detail)) = source_problem(&source) {
            self.error(summary, detail, expr.span);
            return None;
        }
        let provider = ProviderAddr::parse(&source).ok();
        if provider.is_none() {
            let detail = format!("\"{source}\" is not of the form [HOSTNAME/]NAMESPACE/TYPE.");
            self.error(SOURCE, detail, expr.span);
        }
        provider
    }

    fn version(&mut self, expr: &Expr) -> Option<String> {
        let Some(value) = text(expr) else {
            self.error(CONSTRAINT, "The version of a provider is a string without references.", expr.span);
            return None;
        };
        self.check_constraint(&value, expr.span).then(|| value.into_owned())
    }

    /// Whether a text is a list of version constraints; reports it if not.
    pub(crate) fn check_constraint(&mut self, constraint: &str, at: Span) -> bool {
        let problem = constraint_problem(constraint, at);
        let good = problem.is_none();
        self.load.extend(problem);
        good
    }
}

/// What is wrong with a text that should be a list of version constraints.
pub(crate) fn constraint_problem(constraint: &str, at: Span) -> Option<Diagnostic> {
    if constraint.split(',').all(is_constraint) {
        return None;
    }
    let detail =
        format!("\"{constraint}\" is no version constraint, such as \">= 1.2, < 2.0\" or \"~> 1.2\".");
    Some(Diagnostic::error(CONSTRAINT, detail).at(at))
}

/// What is wrong with the source of a provider, which is `[HOSTNAME/]NAMESPACE/TYPE`.
fn source_problem(source: &str) -> Option<(&'static str, String)> {
    let parts: Vec<&str> = source.split('/').collect();
    if parts.len() > 3 || parts.iter().any(|part| part.is_empty()) {
        return Some((SOURCE, format!("\"{source}\" is not of the form [HOSTNAME/]NAMESPACE/TYPE.")));
    }
    let word = |part: &&str| {
        let letters = part.chars().all(|c| c.is_alphanumeric() || c == '-');
        letters && !part.starts_with('-') && !part.ends_with('-') && !part.contains("--")
    };
    let mut backwards = parts.iter().rev();
    let kind = backwards.next()?;
    if !word(kind) {
        let detail =
            format!("\"{kind}\" can't be the type of a provider: it has letters, digits and dashes.");
        return Some(("Invalid provider type", detail));
    }
    if let Some(short) = kind.strip_prefix("terraform-provider-") {
        let detail = format!("The type of a provider is written without its prefix: \"{short}\".");
        return Some(("Invalid provider type", detail));
    }
    let namespace = backwards.next()?;
    if !word(namespace) {
        let detail = format!("\"{namespace}\" can't be a namespace: it has letters, digits and dashes.");
        return Some(("Invalid provider namespace", detail));
    }
    let host = backwards.next()?;
    let good = host.chars().all(|c| c.is_alphanumeric() || "-.:".contains(c));
    let detail = || format!("\"{host}\" can't be the name of a host.");
    (!good).then(|| ("Invalid provider source hostname", detail()))
}

fn is_constraint(part: &str) -> bool {
    let part = part.trim();
    let operators = ["~>", ">=", "<=", "!=", "=", ">", "<"];
    let version = operators.iter().find_map(|operator| part.strip_prefix(operator)).unwrap_or(part).trim();
    let version = version.strip_prefix('v').unwrap_or(version);
    let (version, metadata) = version.split_once('+').unwrap_or((version, "0"));
    let (numbers, prerelease) = version.split_once('-').unwrap_or((version, "0"));
    let word = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '~'))
    };
    let number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    numbers.split('.').all(number) && word(prerelease) && word(metadata)
}

#[cfg(test)]
mod tests {
    use super::is_constraint;

    #[test]
    fn constraints_have_an_operator_and_a_version() {
        for (text, good) in [
            ("1", true),
            (">= 1.2", true),
            ("~>1.2.3", true),
            (" != 1.0.0-beta.1+build5 ", true),
            ("v1.2", true),
            ("", false),
            ("x", false),
            ("=> 1", false),
            (">= 1..2", false),
            ("1.x", false),
            ("1.0-", false),
        ] {
            assert_eq!(is_constraint(text), good, "{text}");
        }
    }
}
