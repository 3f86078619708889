//! One module while its declarations are compiled.

use crate::compile::Compiler;
use crate::expr::{Body, Expr, ExprKind, Reference};
use crate::program::{Condition, Dependency, OutputUse, ProviderRef, Repetition};
use crate::report::Report;
use crate::scope::{ModuleWorld, Scope, World};
use std::sync::LazyLock;
use trueup_diag::{Diagnostic, Diagnostics, Span};
use trueup_parse::ast::{self, Block};
use trueup_parse::{BodySchema, Content};
use trueup_value::PathStep;

static CONDITION: LazyLock<BodySchema> =
    LazyLock::new(|| BodySchema::default().required("condition").required("error_message"));

/// One module while its declarations are compiled: every name in it is known already.
pub(crate) struct Unit<'w, 'a> {
    pub(crate) world: &'w ModuleWorld<'w>,
    pub(crate) report: Report<'a>,
    /// Where outputs of called modules are used.
    pub(crate) output_uses: Vec<OutputUse>,
}

/// A declaration, and whether any part of it is in JSON, where an attribute may turn out to be blocks.
#[derive(Clone, Copy)]
pub(crate) struct Part<'b> {
    pub(crate) block: &'b Block,
    pub(crate) json: bool,
}

impl Unit<'_, '_> {
    /// What a block holds, held against a schema.
    pub(crate) fn content<'b>(&mut self, body: &'b ast::Body, schema: &BodySchema) -> Content<'b> {
        let (content, found) = body.content(schema);
        self.report.load.append(found);
        content
    }

    /// What a schema knows of a block, and the rest of it.
    pub(crate) fn partial_content<'b>(
        &mut self,
        body: &'b ast::Body,
        schema: &BodySchema,
    ) -> (Content<'b>, ast::Body) {
        let (content, rest, found) = body.partial_content(schema);
        self.report.load.append(found);
        (content, rest)
    }

    /// Lets `run` compile, and takes over what it reports.
    fn with_compiler<T>(&mut self, scope: Scope, run: impl FnOnce(&mut Compiler<'_>) -> T) -> T {
        let mut compiler = Compiler::new(World::Module(self.world), scope);
        let out = run(&mut compiler);
        self.report.references.append(undeclared_first(compiler.diagnostics));
        self.report.planning.append(compiler.planning);
        self.output_uses.append(&mut compiler.output_uses);
        out
    }

    pub(crate) fn expression(&mut self, expr: &ast::Expr, scope: Scope) -> Expr {
        self.with_compiler(scope, |compiler| compiler.expression(expr))
    }

    /// An expression, and every reference in it; `None` for those that aren't valid.
    pub(crate) fn with_references(
        &mut self,
        expr: &ast::Expr,
        scope: Scope,
    ) -> (Expr, Vec<Option<Reference>>) {
        self.with_compiler(scope, |compiler| {
            let expr = compiler.expression(expr);
            (expr, std::mem::take(&mut compiler.seen))
        })
    }

    /// Whether an expression refers to anything but the resource it stands in.
    pub(crate) fn refers_elsewhere(&mut self, expr: &ast::Expr, scope: Scope) -> bool {
        let mut compiler = Compiler::new(World::Module(self.world), scope);
        // What is wrong with the references is reported when the expression is compiled to stay.
        compiler.expression(expr);
        let elsewhere = |found: &&Option<Reference>| {
            matches!(
                found,
                None | Some(
                    Reference::Variable(_)
                        | Reference::Local(_)
                        | Reference::Resource(_)
                        | Reference::Module(_)
                )
            )
        };
        compiler.seen.iter().any(|found| elsewhere(&found))
    }

    pub(crate) fn body(&mut self, body: &ast::Body, json: bool, scope: Scope) -> Body {
        let mut compiler = Compiler::new(World::Module(self.world), scope);
        let out = compiler.body(body, json);
        // What a dynamic block walks is looked at before everything else.
        let dynamic = out.blocks.iter().any(|block| block.dynamic.is_some());
        let found = compiler.diagnostics;
        self.report.references.append(if dynamic { found } else { undeclared_first(found) });
        self.report.planning.append(compiler.planning);
        self.output_uses.append(&mut compiler.output_uses);
        out
    }

    /// `count`, `for_each` and `enabled`.
    pub(crate) fn repetition(&mut self, content: &Content<'_>, owner: Option<u32>) -> Option<Repetition> {
        let count = content.attribute("count");
        let for_each = content.attribute("for_each");
        if let (Some(_), Some(second)) = (count, for_each) {
            let detail = "\"count\" and \"for_each\" both say how many instances there are: only one of them can be set.";
            let summary = "Invalid combination of \"count\" and \"for_each\"";
            self.report.error(summary, detail, second.name.span);
        }
        let lifecycle = content.blocks("lifecycle").next();
        let enabled = lifecycle
            .and_then(|block| block.body.attributes.iter().find(|found| &*found.name.text == "enabled"));
        if let (Some(first), Some(enabled)) = (for_each.or(count), enabled) {
            let name = &first.name.text;
            let detail = format!(
                "\"{name}\" and \"enabled\" both say how many instances there are: only one of them can be set."
            );
            let summary = format!("Invalid combination of \"{name}\" and \"enabled\"");
            self.report.error(summary, detail, enabled.name.span);
        }
        let scope = Scope { owner, repetition: true, ..Scope::default() };
        match (count, for_each, enabled) {
            (_, Some(for_each), _) => Some(Repetition::ForEach(self.expression(&for_each.expr, scope))),
            (Some(count), None, _) => Some(Repetition::Count(self.expression(&count.expr, scope))),
            (None, None, Some(enabled)) => Some(Repetition::Enabled(self.expression(&enabled.expr, scope))),
            (None, None, None) => None,
        }
    }

    /// `depends_on`
    pub(crate) fn depends_on(
        &mut self,
        content: &Content<'_>,
        part: Part<'_>,
        scope: Scope,
    ) -> Vec<Dependency> {
        let Some(attribute) = content.attribute("depends_on") else { return Vec::new() };
        let mut out = Vec::new();
        for item in self.report.fixed_list(&attribute.expr) {
            let Some(unquoted) = self.report.unquoted(item, part.json) else { continue };
            if self.report.traversal_of(&unquoted).is_some() {
                out.extend(self.dependency(&unquoted, scope));
            }
        }
        // A block that waits for itself is never ready; Terraform passes over it too.
        out.retain(|found| scope.owner.is_none_or(|owner| found.on != Reference::Resource(owner)));
        out
    }

    fn dependency(&mut self, item: &ast::Expr, scope: Scope) -> Option<Dependency> {
        let scope = Scope { owner: None, ..scope };
        let expr = self.expression(item, scope);
        let mut steps = Vec::new();
        let mut at = &expr;
        let on = loop {
            match &at.kind {
                ExprKind::Reference(reference) => break *reference,
                ExprKind::Attribute { on, name_span, .. } => {
                    steps.push((false, Span { start: on.span.end.min(name_span.start), ..*name_span }));
                    at = on;
                }
                ExprKind::Index { on, .. } => {
                    steps.push((true, Span { start: on.span.end.min(at.span.end), ..at.span }));
                    at = on;
                }
                _ => return None,
            }
        };
        steps.reverse();
        let whole = match on {
            Reference::Resource(_) => steps.iter().find(|(index, _)| !*index),
            Reference::Module(_) => None,
            _ => steps.first(),
        };
        if let Some((_, span)) = whole {
            let detail =
                "Something is waited for as a whole: name the resource or module, not an attribute of it.";
            self.report.references.push(Diagnostic::error("Invalid depends_on reference", detail).at(*span));
            return None;
        }
        Some(Dependency { on, span: item.span })
    }

    /// A block with a condition and a message; `kind` is its type in messages.
    pub(crate) fn condition(&mut self, block: &Block, kind: &str, scope: Scope) -> Option<Condition> {
        let judged = self.condition_and_references(block, scope)?;
        if judged.references.is_empty() {
            let summary = format!("Invalid {kind} expression");
            self.report.error(summary, NO_REFERENCE, judged.condition.span);
            return None;
        }
        judged.finished()
    }

    pub(crate) fn condition_and_references(&mut self, block: &Block, scope: Scope) -> Option<Judged> {
        let content = self.content(&block.body, &CONDITION);
        let condition = content.attribute("condition")?;
        let (condition, references) = self.with_references(&condition.expr, scope);
        let message = content.attribute("error_message");
        let message = message.map(|message| self.expression(&message.expr, scope));
        Some(Judged { condition, references, message, span: block.header_span })
    }
}

/// A condition that was read, with or without its message.
pub(crate) struct Judged {
    pub(crate) condition: Expr,
    /// Every reference in the condition; `None` for those that aren't valid.
    pub(crate) references: Vec<Option<Reference>>,
    message: Option<Expr>,
    span: Span,
}

impl Judged {
    /// Nothing where the message is missing, which is reported.
    pub(crate) fn finished(self) -> Option<Condition> {
        Some(Condition { condition: self.condition, message: self.message?, span: self.span })
    }
}

/// What is left to say of one place: as long as it refers to resources or modules that aren't there, its other names
/// aren't looked up.
fn undeclared_first(found: Diagnostics) -> Diagnostics {
    const STATIC: [&str; 5] = [
        "Invalid \"self\" reference",
        "Reference to undeclared resource",
        "Reference to undeclared module",
        "Unexpected resource instance key",
        "Missing resource instance key",
    ];
    const LATER: [&str; 9] = [
        "each.value cannot be used in this context",
        "Reference to undeclared input variable",
        "Reference to undeclared local value",
        "Reference to \"each\" in context without for_each",
        "Reference to \"count\" in non-counted context",
        "Invalid \"path\" attribute",
        "Invalid \"terraform\" attribute",
        "Invalid \"count\" attribute",
        "Invalid \"each\" attribute",
    ];
    if !found.iter().any(|one| STATIC.contains(&&*one.summary)) {
        return found;
    }
    found.into_iter().filter(|one| !LATER.contains(&&*one.summary)).collect()
}

pub(crate) const NO_REFERENCE: &str =
    "The condition refers to nothing: it has the same result always, and so it checks nothing.";

impl Unit<'_, '_> {
    /// `aws`, `aws.west` or `aws.by_region[KEY]`; `what` is the argument in messages.
    pub(crate) fn provider_with_key(
        &mut self,
        expr: &ast::Expr,
        (what, json): (&str, bool),
        scope: Scope,
    ) -> Option<(ProviderRef, Option<Expr>)> {
        let unquoted = self.report.unquoted(expr, json)?;
        if let ast::ExprKind::Index { on, key, .. } = &unquoted.kind
            && matches!(on.kind, ast::ExprKind::Attribute { .. })
        {
            let found = self.report.provider_ref(on, what, false)?;
            return Some((found, Some(self.expression(key, scope))));
        }
        Some((self.report.provider_ref(&unquoted, what, false)?, None))
    }
}

impl Report<'_> {
    /// `aws` or `aws.west`; `what` is the argument in messages.
    pub(crate) fn provider_ref(&mut self, expr: &ast::Expr, what: &str, json: bool) -> Option<ProviderRef> {
        const SUMMARY: &str = "Invalid provider configuration reference";
        if matches!(expr.kind, ast::ExprKind::Error) {
            return None;
        }
        let wanted = format!(
            "The {what} argument names a provider configuration: the provider's name, and behind a dot an alias if it has one."
        );
        let unquoted = self.unquoted(expr, json)?;
        let Some(found) = crate::fixed::traversal(&unquoted) else {
            self.error(SUMMARY, wanted, expr.span);
            return None;
        };
        match found.steps.as_slice() {
            [] => Some(ProviderRef { name: found.root, alias: None }),
            [(PathStep::Attribute(alias), _)] => {
                Some(ProviderRef { name: found.root, alias: Some(alias.clone()) })
            }
            [(PathStep::Index(_), at)] => {
                self.error(SUMMARY, wanted, *at);
                None
            }
            _ => {
                self.error(SUMMARY, wanted, expr.span);
                None
            }
        }
    }
}
