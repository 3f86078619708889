//! `module` blocks.

use crate::expr::Body;
use crate::index::Declared;
use crate::program::{EarlyCall, GivenProvider, ModuleCall, ProviderRef};
use crate::resource::repeated;
use crate::scope::Scope;
use crate::unit::{Part, Unit};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use trueup_diag::{Diagnostic, Span};
use trueup_parse::ast::{self, Attribute, ExprKind, ObjectItem, ObjectKey};
use trueup_parse::{BodySchema, Content};

static CALL: LazyLock<BodySchema> = LazyLock::new(|| {
    BodySchema::default()
        .required("source")
        .optional("version")
        .optional("count")
        .optional("for_each")
        .optional("depends_on")
        .optional("providers")
        .block("_", &[])
        .block("lifecycle", &[])
        .block("locals", &[])
        .block("provider", &["type"])
});

/// What else a lifecycle has makes no sense for a module.
static LIFECYCLE: LazyLock<BodySchema> = LazyLock::new(|| BodySchema::default().required("enabled"));

impl Unit<'_, '_> {
    pub(crate) fn call(&mut self, declared: &Declared<'_>) -> ModuleCall {
        let (content, mut rest) = self.partial_content(&declared.block.body, &CALL);
        let lifecycle = self.only_one(&content, "lifecycle", "module");
        let enabled =
            lifecycle.filter(|block| block.body.attributes.iter().any(|a| &*a.name.text == "enabled"));
        match enabled {
            Some(block) => drop(self.content(&block.body, &LIFECYCLE)),
            None => self.reserved_blocks(&content, &["lifecycle"], "module"),
        }
        self.reserved_blocks(&content, &["locals", "provider"], "module");
        if let Some(escaping) = self.only_one(&content, "_", "module") {
            rest.attributes.extend(escaping.body.attributes.iter().cloned());
        }
        let part = Part { block: &declared.block, json: declared.json };
        let repetition = self.repetition(&content, None);
        let scope = repeated(repetition.as_ref());
        let mut early = EarlyCall::default();
        let mut text = |unit: &mut Self, name: &str| {
            let attribute = content.attribute(name)?;
            match unit.early_expression(&attribute.expr, scope) {
                None => Some((unit.report.fixed_text(&attribute.expr)?, attribute.expr.span)),
                Some(expr) if name == "source" => {
                    early.source = Some(expr);
                    None
                }
                Some(expr) => {
                    early.version = Some(expr);
                    None
                }
            }
        };
        let source = text(self, "source").map(|(source, _)| source).unwrap_or_default();
        let version = text(self, "version")
            .and_then(|(version, at)| self.report.check_constraint(&version, at).then_some(version));
        let is_early = early.source.is_some() || early.version.is_some();
        ModuleCall {
            name: declared.label(0).text.clone(),
            source,
            source_span: content.attribute("source").map_or(declared.header(), |found| found.expr.span),
            version,
            early: is_early.then(|| Box::new(early)),
            inputs: self.inputs(&rest, declared.json, scope),
            providers: self.passed_providers(&content, declared.json, scope),
            depends_on: self.depends_on(&content, part, Scope::default()),
            repetition,
            span: declared.header(),
        }
    }

    /// The arguments of a call. Which instance of the module they are for isn't asked before a plan is made.
    fn inputs(&mut self, body: &ast::Body, json: bool, scope: Scope) -> Body {
        const OF_AN_INSTANCE: [&str; 3] = [
            "each.value cannot be used in this context",
            "Reference to \"each\" in context without for_each",
            "Reference to \"count\" in non-counted context",
        ];
        let before = std::mem::take(&mut self.report.references);
        let inputs = self.body(body, json, scope);
        for found in std::mem::replace(&mut self.report.references, before) {
            if OF_AN_INSTANCE.contains(&&*found.summary) {
                self.report.planning.push(found);
            } else {
                self.report.references.push(found);
            }
        }
        inputs
    }

    fn passed_providers(&mut self, content: &Content<'_>, json: bool, scope: Scope) -> Vec<GivenProvider> {
        let Some(attribute) = content.attribute("providers") else { return Vec::new() };
        let items = self.provider_items(attribute);
        let mut seen: BTreeMap<ProviderRef, Span> = BTreeMap::new();
        let mut out = Vec::new();
        for item in items {
            let value_span = item.value.span;
            let child = self.passed_name(&item.key, json);
            let parent = self.provider_with_key(&item.value, ("providers", json), scope);
            let (Some(child), Some((given, key))) = (child, parent) else { continue };
            if let Some(first) = seen.get(&child) {
                let place = self.report.place(*first);
                let detail = format!("The module is given a configuration \"{child}\" already, in {place}.");
                self.report.error("Duplicate provider address", detail, value_span);
                continue;
            }
            seen.insert(child.clone(), value_span);
            out.push(GivenProvider { child, given, key, span: key_span(&item.key).to(value_span) });
        }
        out
    }

    fn provider_items<'e>(&mut self, attribute: &'e Attribute) -> &'e [ObjectItem] {
        match &attribute.expr.kind {
            ExprKind::Object(items) => items,
            ExprKind::Error => &[],
            _ => {
                let detail = "The configurations are given in braces: { aws = aws.west }.";
                self.report
                    .load
                    .push(Diagnostic::error("Invalid expression", detail).at_head(attribute.expr.span));
                &[]
            }
        }
    }

    fn passed_name(&mut self, key: &ObjectKey, json: bool) -> Option<ProviderRef> {
        match key {
            ObjectKey::Name(name) if json && name.text.contains('.') => {
                let (name, alias) = name.text.split_once('.')?;
                Some(ProviderRef { name: name.into(), alias: Some(alias.into()) })
            }
            ObjectKey::Name(name) => Some(ProviderRef { name: name.text.clone(), alias: None }),
            ObjectKey::Expr(expr) => self.report.provider_ref(expr, "providers", json),
        }
    }
}

/// The place of an object's key.
pub(crate) fn key_span(key: &ObjectKey) -> Span {
    match key {
        ObjectKey::Name(name) => name.span,
        ObjectKey::Expr(expr) => expr.span,
    }
}
