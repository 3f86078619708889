//! Bodies to their compiled form: what a schema of a provider will judge later.

use crate::compile::Compiler;
use crate::expr::{Body, BodyAttribute, BodyBlock, Dynamic, Expr};
use std::sync::LazyLock;
use trueup_diag::{Diagnostic, Diagnostics, Span};
use trueup_parse::ast::{self, Block, Syntax};
use trueup_parse::{BodySchema, Content};
use trueup_value::Name;

static DYNAMIC: LazyLock<BodySchema> = LazyLock::new(|| {
    BodySchema::default().required("for_each").optional("iterator").optional("labels").block("content", &[])
});
static DYNAMIC_ONLY: LazyLock<BodySchema> =
    LazyLock::new(|| BodySchema::default().block("dynamic", &["type"]));

/// What stands for a dynamic block that lacks a part, which is reported at its opening brace.
fn unfinished(label: &ast::Name, block: &Block, json: bool) -> BodyBlock {
    let at = opening(&block.body);
    let body = Body { attributes: Vec::new(), blocks: Vec::new(), json, span: at, end_span: at };
    BodyBlock { kind: label.text.clone(), labels: Vec::new(), body, dynamic: None, span: label.span }
}

/// Where to point when something is missing in a body: its opening brace.
pub(crate) fn opening(body: &ast::Body) -> Span {
    let start = body.span.at_start();
    if body.span.start == body.span.end { start } else { Span { end: start.end + 1, ..start } }
}

impl Compiler<'_> {
    /// A body; `json` where an attribute may turn out to be blocks.
    pub(crate) fn body(&mut self, body: &ast::Body, json: bool) -> Body {
        let mut out = Body {
            attributes: Vec::with_capacity(body.attributes.len()),
            blocks: Vec::with_capacity(body.blocks.len()),
            json,
            span: body.span,
            end_span: opening(body),
        };
        if body.syntax == Syntax::Json && body.attributes.iter().any(|a| &*a.name.text == "dynamic") {
            let (content, rest, found) = body.partial_content(&DYNAMIC_ONLY);
            self.diagnostics.append(found);
            self.body_items(&rest, json, &mut out);
            out.blocks.extend(content.blocks.iter().filter_map(|block| self.dynamic(block, json)));
        } else {
            self.body_items(body, json, &mut out);
        }
        out
    }

    fn body_items(&mut self, body: &ast::Body, json: bool, out: &mut Body) {
        for attribute in &body.attributes {
            if body.syntax == Syntax::Json && &*attribute.name.text == "//" {
                continue;
            }
            out.attributes.push(BodyAttribute {
                name: attribute.name.text.clone(),
                name_span: attribute.name.span,
                expr: self.expression_inside(&attribute.expr),
            });
        }
        for block in &body.blocks {
            if &*block.kind.text == "dynamic" {
                out.blocks.extend(self.dynamic(block, json));
            } else {
                out.blocks.push(self.block(block, json));
            }
        }
    }

    fn block(&mut self, block: &Block, json: bool) -> BodyBlock {
        BodyBlock {
            kind: block.kind.text.clone(),
            labels: block.labels.iter().map(|label| label.text.clone()).collect(),
            body: self.body(&block.body, json),
            dynamic: None,
            span: block.kind.span,
        }
    }

    /// `dynamic "kind" { for_each, iterator, labels, content {} }`; nothing after a report that its type is missing.
    fn dynamic(&mut self, block: &Block, json: bool) -> Option<BodyBlock> {
        let label = match block.labels.as_slice() {
            [label] => label,
            [] => {
                let detail = "A \"dynamic\" block needs the type of the blocks it makes as a label.";
                self.fail(Diagnostic::error("Missing type for dynamic", detail).at(opening(&block.body)));
                return None;
            }
            [_, extra, ..] => {
                let detail = "A \"dynamic\" block has one label, the type of the blocks it makes.";
                let error = Diagnostic::error("Extraneous label for dynamic", detail);
                self.fail(error.at(extra.span).within(block.header_span));
                return None;
            }
        };
        let (content, found) = block.body.content(&DYNAMIC);
        self.diagnostics.append(found);
        let Some(for_each) = content.attribute("for_each") else {
            return Some(unfinished(label, block, json));
        };
        let for_each = self.expression_inside(&for_each.expr);
        let slot = self.push_iterator(&content, label);
        let around = self.inside.replace(Diagnostics::new());
        let labels = content.attribute("labels").map(|labels| self.expression_inside(&labels.expr));
        let inner = self.dynamic_content(&content, block).map(|inner| self.body(&inner.body, json));
        let problems = std::mem::replace(&mut self.inside, around).unwrap_or_default();
        self.pop_symbols(slot);
        let Some(inner) = inner else { return Some(unfinished(label, block, json)) };
        Some(BodyBlock {
            kind: label.text.clone(),
            labels: Vec::new(),
            body: inner,
            dynamic: Some(Dynamic { for_each, slot, labels, problems }),
            span: label.span,
        })
    }

    /// An expression of a body, which is not looked at before there is a block that it is of.
    fn expression_inside(&mut self, expr: &ast::Expr) -> Expr {
        let before = std::mem::take(&mut self.diagnostics);
        let compiled = self.expression(expr);
        let found = std::mem::replace(&mut self.diagnostics, before);
        self.inside.as_mut().unwrap_or(&mut self.diagnostics).append(found);
        compiled
    }

    fn push_iterator(&mut self, content: &Content<'_>, label: &ast::Name) -> u32 {
        let Some(iterator) = content.attribute("iterator") else {
            return self.push_symbol(label.text.clone());
        };
        let name = crate::fixed::word(&iterator.expr);
        if name.is_none() {
            let detail = "The iterator of a dynamic block is a single name without quotes.";
            self.fail(Diagnostic::error("Invalid expression", detail).at(iterator.expr.span));
        }
        self.push_symbol(name.unwrap_or_else(|| Name::from("")))
    }

    fn dynamic_content<'c>(&mut self, content: &'c Content<'_>, block: &Block) -> Option<&'c Block> {
        let mut bodies = content.blocks("content");
        let Some(first) = bodies.next() else {
            let detail = "A dynamic block needs a nested block \"content\", the body of the blocks it makes.";
            self.fail(Diagnostic::error("Missing dynamic content block", detail).at(opening(&block.body)));
            return None;
        };
        if let Some(second) = bodies.next() {
            let detail = "A dynamic block has only one nested block \"content\".";
            self.fail(Diagnostic::error("Extraneous dynamic content block", detail).at(second.header_span));
        }
        Some(first)
    }
}
