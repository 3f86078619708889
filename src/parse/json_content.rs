//! Blocks out of JSON properties: an object level for each label, then one object, or an array of them, for the body.

use crate::ast::{Attribute, Block, Body, Expr, ExprKind, Name, ObjectItem, ObjectKey, Syntax};
use crate::content::{BlockSchema, BodySchema, Content, hinted};
use crate::json::{COMMENT, attribute};
use crate::similar::nearest;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trueup_diag::{Diagnostic, Diagnostics, Span};

const WRONG_TYPE: &str = "Incorrect JSON value type";

/// The properties of `body` that `schema` names, as arguments and blocks, and a body with the others.
pub(crate) fn partial<'b>(body: &'b Body, schema: &BodySchema) -> (Content<'b>, Body, Diagnostics) {
    let mut content = Content::default();
    let mut diagnostics = Diagnostics::new();
    let mut rest = Body { attributes: Vec::new(), blocks: Vec::new(), ..*body };
    let names: BTreeSet<&str> = schema.attribute_names().collect();
    let mut seen = BTreeSet::new();
    for property in &body.attributes {
        let name = &*property.name.text;
        if names.contains(name) {
            if seen.insert(name) {
                duplicate_keys(&property.expr, &mut diagnostics);
                content.attributes.push(Cow::Borrowed(property));
            } else {
                diagnostics.push(duplicate("Duplicate argument", property));
            }
        } else if let Some(wanted) = schema.block_schema(name) {
            let mut blocks = Blocks { property, wanted, labels: Vec::new(), found: Vec::new(), diagnostics };
            blocks.labelled(&property.expr);
            content.blocks.extend(blocks.found.into_iter().map(Cow::Owned));
            diagnostics = blocks.diagnostics;
        } else {
            rest.attributes.push(property.clone());
        }
    }
    (content, rest, diagnostics)
}

/// Reports every property of `rest`, which no schema knows.
pub(crate) fn extraneous(rest: &Body, schema: &BodySchema, diagnostics: &mut Diagnostics) {
    for property in rest.attributes.iter().filter(|property| &*property.name.text != COMMENT) {
        let name = &*property.name.text;
        let detail = format!("There is no argument and no type of block \"{name}\" here.");
        let near = nearest(name, schema.attribute_names().chain(schema.block_kinds()));
        let hint = near.map(|near| format!("Did you mean \"{near}\"?"));
        let error = Diagnostic::error("Extraneous JSON object property", detail).at(property.name.span);
        diagnostics.push(hinted(error, hint));
    }
}

/// Every property as an argument.
pub(crate) fn just_attributes(body: &Body) -> (Vec<&Attribute>, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let mut seen = BTreeSet::new();
    let mut attributes = Vec::new();
    for property in body.attributes.iter().filter(|property| &*property.name.text != COMMENT) {
        if seen.insert(&*property.name.text) {
            duplicate_keys(&property.expr, &mut diagnostics);
            attributes.push(property);
        } else {
            diagnostics.push(duplicate("Duplicate attribute definition", property));
        }
    }
    (attributes, diagnostics)
}

fn duplicate(summary: &'static str, property: &Attribute) -> Diagnostic {
    let detail = format!("\"{}\" is set already, further up in the same object.", property.name.text);
    Diagnostic::error(summary, detail).at(property.name.span)
}

/// In an object that is a value, each key may stand only once.
fn duplicate_keys(expr: &Expr, diagnostics: &mut Diagnostics) {
    match &expr.kind {
        ExprKind::Tuple(items) => items.iter().for_each(|item| duplicate_keys(item, diagnostics)),
        ExprKind::Object(items) => {
            let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
            for item in items {
                if let ObjectKey::Name(name) = &item.key
                    && seen.insert(&name.text, name.span).is_some()
                {
                    let detail = format!("The object has a \"{}\" already.", name.text);
                    diagnostics.push(Diagnostic::error("Duplicate object attribute", detail).at(name.span));
                }
                duplicate_keys(&item.value, diagnostics);
            }
        }
        _ => {}
    }
}

/// The blocks that one property makes.
struct Blocks<'b> {
    property: &'b Attribute,
    wanted: &'b BlockSchema,
    /// The labels on the way to where we are.
    labels: Vec<Name>,
    found: Vec<Block>,
    diagnostics: Diagnostics,
}

impl Blocks<'_> {
    /// Takes off the next label, or reads the bodies once all labels are there.
    fn labelled(&mut self, value: &Expr) {
        let Some(label) = self.wanted.labels.get(self.labels.len()) else {
            return self.bodies(value);
        };
        let objects = match &value.kind {
            ExprKind::Tuple(items) => items.iter().collect(),
            ExprKind::Null => Vec::new(),
            _ => vec![value],
        };
        let mut any = false;
        for object in objects {
            match &object.kind {
                ExprKind::Object(items) => {
                    for item in items {
                        any = true;
                        self.labels.push(label_of(item));
                        self.labelled(&item.value);
                        self.labels.pop();
                    }
                }
                ExprKind::Error => {}
                _ => {
                    let detail = format!("An object is needed here, whose property names are the {label}.");
                    self.wrong_type(detail, object.span);
                }
            }
        }
        if !any && !matches!(value.kind, ExprKind::Error) {
            let kind = &self.wanted.kind;
            let detail =
                format!("An object is needed here whose property names are the {label} of the {kind}.");
            self.diagnostics.push(Diagnostic::error("Missing block label", detail).at(start_of(value)));
        }
    }

    /// One object is one block, an array has one in each of its items.
    fn bodies(&mut self, value: &Expr) {
        match &value.kind {
            ExprKind::Null | ExprKind::Error => {}
            ExprKind::Object(items) => self.block(items, value.span),
            ExprKind::Tuple(values) => values.iter().for_each(|value| self.array_item(value)),
            _ => {
                let kind = &self.wanted.kind;
                let detail = format!("The content of \"{kind}\" blocks is an object or an array of objects.");
                self.wrong_type(detail, value.span);
            }
        }
    }

    fn array_item(&mut self, value: &Expr) {
        match &value.kind {
            ExprKind::Object(items) => self.block(items, value.span),
            // An empty block, and so not the same as no block.
            ExprKind::Null => self.block(&[], value.span),
            // An array in the array: its objects together are one body.
            ExprKind::Tuple(values) => {
                let items: Vec<ObjectItem> = values.iter().flat_map(object_items).cloned().collect();
                self.block(&items, value.span);
            }
            ExprKind::Error => {}
            _ => {
                let detail = "The content of a block is an object.".to_owned();
                self.wrong_type(detail, value.span);
            }
        }
    }

    fn block(&mut self, items: &[ObjectItem], span: Span) {
        let attributes = items.iter().cloned().map(attribute).collect();
        let end_span = Span { start: span.end.saturating_sub(1).max(span.start), ..span };
        let body = Body { syntax: Syntax::Json, attributes, blocks: Vec::new(), span, end_span };
        let kind = Name { text: Arc::from(&*self.wanted.kind), span: self.property.name.span };
        let header_span = self.labels.last().map_or(kind.span, |label| label.span);
        self.found.push(Block { kind, labels: self.labels.clone(), body, header_span, span });
    }

    fn wrong_type(&mut self, detail: String, at: Span) {
        self.diagnostics.push(Diagnostic::error(WRONG_TYPE, detail).at(at));
    }
}

fn label_of(item: &ObjectItem) -> Name {
    attribute(ObjectItem {
        key: item.key.clone(),
        value: Expr { kind: ExprKind::Null, span: item.value.span },
    })
    .name
}

fn object_items(value: &Expr) -> &[ObjectItem] {
    match &value.kind {
        ExprKind::Object(items) => items,
        _ => &[],
    }
}

/// The opening brace or bracket; the whole of what has none.
fn start_of(value: &Expr) -> Span {
    match value.kind {
        ExprKind::Object(_) | ExprKind::Tuple(_) => Span { end: value.span.start + 1, ..value.span },
        _ => value.span,
    }
}
