//! `lifecycle` blocks.

use crate::Reference;
use crate::expr::Expr;
use crate::fixed::Traversal;
use crate::program::{Condition, Guard, IgnoreChanges, Lifecycle};
use crate::scope::Scope;
use crate::unit::Unit;
use std::sync::LazyLock;
use trueup_addr::{Mode, Resource as ResourceAddr};
use trueup_diag::Diagnostic;
use trueup_parse::ast::{self, Block};
use trueup_parse::{BodySchema, Content};
use trueup_value::{Path, PathStep};

static LIFECYCLE: LazyLock<BodySchema> = LazyLock::new(|| {
    BodySchema::default()
        .optional("enabled")
        .optional("create_before_destroy")
        .optional("prevent_destroy")
        .optional("ignore_changes")
        .optional("replace_triggered_by")
        .block("precondition", &[])
        .block("postcondition", &[])
});

impl Unit<'_, '_> {
    /// The lifecycle of a resource; `own` is what its expressions may refer to.
    pub(crate) fn lifecycle(
        &mut self,
        content: &Content<'_>,
        addr: &ResourceAddr,
        own: (Option<u32>, Scope),
        json: bool,
    ) -> Lifecycle {
        let Some(block) = self.only_one(content, "lifecycle", "resource") else {
            return Lifecycle::default();
        };
        let content = self.content(&block.body, &LIFECYCLE);
        if addr.mode != Mode::Managed {
            self.only_managed(&content, addr.mode);
        }
        let (owner, scope) = own;
        let managed = addr.mode == Mode::Managed;
        let bool_of = |unit: &mut Self, name| {
            let attribute = content.attribute(name).filter(|_| managed)?;
            Some((unit.report.fixed_bool(&attribute.expr)?, attribute.expr.span))
        };
        let create_before_destroy = bool_of(self, "create_before_destroy").is_some_and(|(value, _)| value);
        let prevent_destroy = if managed { self.prevent_destroy(&content, owner) } else { None };
        let preconditions = self.conditions(&content, "precondition", owner, scope);
        let postconditions =
            self.conditions(&content, "postcondition", owner, Scope { itself: true, ..scope });
        Lifecycle {
            create_before_destroy,
            prevent_destroy,
            ignore_changes: if managed { self.ignore_changes(&content, json) } else { IgnoreChanges::None },
            replace_triggered_by: if managed {
                self.replace_triggered_by(&content, scope, json)
            } else {
                Vec::new()
            },
            preconditions,
            postconditions,
        }
    }

    fn prevent_destroy(&mut self, content: &Content<'_>, owner: Option<u32>) -> Option<Guard> {
        let attribute = content.attribute("prevent_destroy")?;
        if let Some(expr) = self.early_expression(&attribute.expr, Scope { owner, ..Scope::default() }) {
            return Some(Guard::When(expr));
        }
        self.report.fixed_bool(&attribute.expr)?.then_some(Guard::Always(attribute.expr.span))
    }

    fn only_managed(&mut self, content: &Content<'_>, mode: Mode) {
        let what = if mode == Mode::Data { "data" } else { "ephemeral" };
        for attribute in content.attributes.iter().filter(|found| &*found.name.text != "enabled") {
            let name = &attribute.name;
            let detail = format!("Only \"resource\" blocks have \"{}\" in their lifecycle.", name.text);
            self.report.error(format!("Invalid {what} resource lifecycle argument"), detail, name.span);
        }
    }

    fn conditions(
        &mut self,
        content: &Content<'_>,
        kind: &'static str,
        owner: Option<u32>,
        scope: Scope,
    ) -> Vec<Condition> {
        let blocks: Vec<&Block> = content.blocks(kind).collect();
        let before = self.report.references.len();
        let found =
            blocks.into_iter().filter_map(|block| self.own_condition(block, kind, owner, scope)).collect();
        self.without_itself(before);
        found
    }

    /// A condition is evaluated whatever it refers to, so that what nothing is called is missed twice.
    pub(crate) fn without_itself(&mut self, since: usize) {
        let missing = self.report.references.iter().skip(since);
        let unknown = ["Invalid \"self\" reference", "Invalid reference"];
        let missing = missing.filter(|found| unknown.contains(&&*found.summary));
        let again: Vec<Diagnostic> = missing
            .map(|found| {
                let detail = "Nothing is called so where this condition is judged.";
                Diagnostic::error("Unknown variable", detail).at_opt(found.subject)
            })
            .collect();
        self.report.references.extend(again);
    }

    /// A condition of a resource; it can't refer to the resource by its name.
    fn own_condition(
        &mut self,
        block: &Block,
        kind: &'static str,
        owner: Option<u32>,
        scope: Scope,
    ) -> Option<Condition> {
        let judged = self.condition_and_references(block, scope)?;
        let (at, references) = (judged.condition.span, &judged.references);
        if references.is_empty() {
            self.report.error(format!("Invalid {kind} expression"), crate::unit::NO_REFERENCE, at);
            return None;
        }
        if owner.is_some_and(|owner| references.contains(&Some(Reference::Resource(owner)))) {
            let error = Diagnostic::error(
                format!("Invalid reference in {kind}"),
                "The condition refers to the resource that it belongs to by its name.",
            );
            let hint = match kind {
                "postcondition" => "Write \"self\" for the resource.",
                _ => "Make it a postcondition, in which \"self\" is the resource.",
            };
            self.report.load.push(error.at(at).hint(hint));
            return None;
        }
        judged.finished()
    }

    fn ignore_changes(&mut self, content: &Content<'_>, json: bool) -> IgnoreChanges {
        let Some(attribute) = content.attribute("ignore_changes") else { return IgnoreChanges::None };
        let expr = &attribute.expr;
        if crate::fixed::word(expr).is_some_and(|word| &*word == "all") {
            return IgnoreChanges::All;
        }
        if json && crate::fixed::text(expr).is_some_and(|text| text == "all") {
            return IgnoreChanges::All;
        }
        let mut paths = Vec::new();
        for item in self.report.fixed_list(expr) {
            if crate::fixed::text(item).is_some_and(|text| text == "*") {
                let detail = "A star in the list is no longer understood.";
                let error = Diagnostic::error("Invalid ignore_changes wildcard", detail).at(expr.span);
                self.report.load.push(error.hint("Write ignore_changes = all."));
                continue;
            }
            if let Some(found) = self.report.traversal(item, json) {
                paths.push((path(found), item.span));
            }
        }
        if paths.is_empty() { IgnoreChanges::None } else { IgnoreChanges::Paths(paths) }
    }

    fn replace_triggered_by(&mut self, content: &Content<'_>, scope: Scope, json: bool) -> Vec<Expr> {
        let Some(attribute) = content.attribute("replace_triggered_by") else { return Vec::new() };
        let mut out = Vec::new();
        for item in self.report.fixed_list(&attribute.expr) {
            if !json && crate::fixed::text(item).is_some() {
                let detail = "A resource or an attribute of one is needed here, written without quotes.";
                self.report.error("Invalid replace_triggered_by expression", detail, item.span);
                break;
            }
            let Some(unquoted) = self.report.unquoted(item, json) else { continue };
            if !self.is_trigger(&unquoted) {
                break;
            }
            out.push(self.expression(&unquoted, scope));
        }
        out
    }

    /// Whether an expression is a resource or a part of one, whose keys are constants, `count.index` or `each.key`.
    fn is_trigger(&mut self, item: &ast::Expr) -> bool {
        let mut keys = Vec::new();
        let mut at = item;
        let root = loop {
            match &at.kind {
                ast::ExprKind::Attribute { on, .. } => at = on,
                ast::ExprKind::Index { on, key, .. } => {
                    keys.push(&**key);
                    at = on;
                }
                _ => break crate::fixed::word(at),
            }
        };
        let resource = root.as_deref().is_some_and(|word| !NOT_RESOURCES.contains(&word));
        let misfit = (root.is_some() && !resource) || !keys.into_iter().all(is_trigger_key);
        if misfit {
            let detail =
                "Only resources, and count.index and each.key as their keys, can be referred to here.";
            self.report.error("Invalid reference in replace_triggered_by expression", detail, item.span);
        }
        if !resource && !matches!(at.kind, ast::ExprKind::Error) {
            let detail = "A resource or an attribute of one is needed here.";
            self.report.error("Invalid replace_triggered_by expression", detail, item.span);
        }
        resource && !misfit
    }
}

/// First words of references to what isn't a resource.
const NOT_RESOURCES: [&str; 10] =
    ["var", "local", "module", "path", "terraform", "tofu", "count", "each", "self", "output"];

fn is_trigger_key(key: &ast::Expr) -> bool {
    match &key.kind {
        ast::ExprKind::Attribute { on, name } => {
            let word = crate::fixed::word(on);
            matches!((word.as_deref(), &*name.text), (Some("count"), "index") | (Some("each"), "key"))
        }
        ast::ExprKind::Number(_) => true,
        _ => crate::fixed::text(key).is_some(),
    }
}

/// The path from the resource inwards.
fn path(found: Traversal) -> Path {
    let root = PathStep::Attribute(found.root);
    Path(std::iter::once(root).chain(found.steps.into_iter().map(|(step, _)| step)).collect())
}
