//! Bodies to values, as a schema says.

use crate::expression::Evaluator;
use std::collections::BTreeMap;
use trueup_diag::{Diagnostic, nearest};
use trueup_resolve::Body;
use trueup_resolve::expr::{BodyAttribute, BodyBlock, Dynamic};
use trueup_resolve::{Expr, ExprKind};
use trueup_schema::{Attribute, Block, NestedBlock, Nesting};
use trueup_value::{Kind, Name, Type, Value, convert};

/// The blocks of one type as they were found: values, and whether more may come that can't be told yet.
#[derive(Default)]
struct Found {
    items: Vec<(Option<Name>, Value)>,
    unknown: bool,
}

/// What was gathered from a body: values of arguments, and blocks by type.
#[derive(Default)]
struct Gathered {
    values: BTreeMap<Name, Value>,
    blocks: BTreeMap<Name, Found>,
}

impl Evaluator<'_> {
    /// The object that `body` describes under `block`: of exactly the block's type, null where nothing is set.
    pub fn body(&mut self, body: &Body, block: &Block) -> Value {
        if self.body_resolved(body, block) {
            return self.filled(body, block);
        }
        let (value, _) = self.quietly(|e| e.filled(body, block));
        Value::unknown(block.value_type()).mark(value.marks())
    }

    /// Reports what is wrong with the references of whatever the schema knows; whether nothing is.
    fn body_resolved(&mut self, body: &Body, block: &Block) -> bool {
        if self.problems.is_none() {
            return true;
        }
        let mut good = true;
        for attribute in &body.attributes {
            let nested = body.json && block.blocks.contains_key(&attribute.name);
            if nested || block.attributes.contains_key(&attribute.name) {
                good &= self.resolved(attribute.expr.span);
            }
        }
        for nested in &body.blocks {
            let as_blocks = block.attributes.get(&nested.kind).and_then(blocks_of_attribute);
            let Some(schema) = block.blocks.get(&nested.kind).or(as_blocks.as_ref()) else { continue };
            good &= self.resolved(nested.body.end_span);
            if let Some(dynamic) = &nested.dynamic {
                good &= self.resolved(dynamic.for_each.span);
                good &= dynamic.labels.as_ref().is_none_or(|labels| self.resolved(labels.span));
            }
            good &= self.body_resolved(&nested.body, &schema.block);
        }
        good
    }

    fn filled(&mut self, body: &Body, block: &Block) -> Value {
        let mut gathered = Gathered::default();
        for attribute in &body.attributes {
            self.body_attribute(body, attribute, block, &mut gathered);
        }
        let Gathered { values: mut out, blocks: mut found } = gathered;
        for nested in &body.blocks {
            self.body_block(nested, block, &mut found);
        }
        for (name, attribute) in &block.attributes {
            match found.remove(name) {
                Some(blocks) => {
                    out.insert(name.clone(), attribute_blocks(attribute, blocks));
                }
                None if out.contains_key(name) => {}
                None => {
                    if attribute.required {
                        self.missing_argument(name, body);
                    }
                    out.insert(name.clone(), Value::null(attribute.value_type()));
                }
            }
        }
        for (name, nested) in &block.blocks {
            let blocks = found.remove(name).unwrap_or_default();
            let value = self.nested(name, nested, blocks, body);
            out.insert(name.clone(), value);
        }
        Value::object(out)
    }

    /// Judges the expressions of a body of which no schema is at hand; what it describes is unknown. As where there
    /// is one, what a `dynamic` block repeats is judged for every element, and not at all while they are unknown.
    pub fn body_without_schema(&mut self, body: &Body) -> Value {
        for attribute in &body.attributes {
            self.whole(&attribute.expr);
        }
        for nested in &body.blocks {
            let Some(dynamic) = &nested.dynamic else {
                self.body_without_schema(&nested.body);
                continue;
            };
            let collection = self.whole(&dynamic.for_each);
            let items = self.dynamic_items(&collection, &dynamic.for_each).unwrap_or_default();
            self.report_inside(dynamic, &items);
            for (key, value) in items {
                let iterator = Value::object([("key", key), ("value", value)]);
                self.with_symbol(dynamic.slot, iterator, |e| {
                    dynamic.labels.as_ref().and_then(|labels| e.label(labels));
                    e.body_without_schema(&nested.body);
                });
            }
        }
        Value::dynamic()
    }

    fn missing_argument(&mut self, name: &str, body: &Body) {
        let detail = format!("The argument \"{name}\" is required, but no definition was found.");
        self.fail(body.end_span, "Missing required argument", detail);
    }

    fn body_attribute(
        &mut self,
        body: &Body,
        attribute: &BodyAttribute,
        block: &Block,
        gathered: &mut Gathered,
    ) {
        let Some(schema) = block.attributes.get(&attribute.name) else {
            if let (true, Some(nested)) = (body.json, block.blocks.get(&attribute.name)) {
                let blocks = gathered.blocks.entry(attribute.name.clone()).or_default();
                self.json_blocks(&attribute.expr, nested, blocks);
                return;
            }
            self.unsupported_argument(attribute, block);
            return;
        };
        let value = if self.shape_only { Value::dynamic() } else { self.evaluate(&attribute.expr) };
        if schema.is_read_only() && !value.is_null() {
            let detail = format!(
                "Can't configure a value for \"{}\": its value will be decided automatically based on the result of applying this configuration.",
                attribute.name
            );
            self.fail(attribute.name_span, "Value for unconfigurable attribute", detail);
        }
        let ty = schema.value_type();
        let converted = match convert(&value, &ty) {
            Ok(converted) => converted,
            Err(error) => {
                let detail = format!("Inappropriate value for attribute \"{}\": {error}.", attribute.name);
                self.fail(&attribute.expr, "Incorrect attribute value type", detail);
                Value::unknown(ty)
            }
        };
        if schema.required && converted.is_null() {
            let detail =
                format!("The argument \"{}\" is required, and its value here is null.", attribute.name);
            self.fail(attribute.expr.span, "Missing required argument", detail);
        }
        gathered.values.insert(attribute.name.clone(), converted);
    }

    fn unsupported_argument(&mut self, attribute: &BodyAttribute, block: &Block) {
        let name = &attribute.name;
        let mut diagnostic = Diagnostic::error(
            "Unsupported argument",
            format!("An argument named \"{name}\" is not expected here."),
        )
        .at(attribute.name_span);
        if block.blocks.contains_key(name) {
            diagnostic.detail.push_str(&format!(" Did you mean to define a block of type \"{name}\"?"));
        } else if let Some(near) = nearest(name, block.attributes.keys().map(|n| &**n)) {
            diagnostic.detail.push_str(&format!(" Did you mean \"{near}\"?"));
        }
        self.diagnostics.push(diagnostic);
    }

    fn body_block(&mut self, nested: &BodyBlock, block: &Block, found: &mut BTreeMap<Name, Found>) {
        let as_blocks = block.attributes.get(&nested.kind).and_then(blocks_of_attribute);
        let Some(schema) = block.blocks.get(&nested.kind).or(as_blocks.as_ref()) else {
            self.unsupported_block(nested, block);
            return;
        };
        let blocks = found.entry(nested.kind.clone()).or_default();
        let Some(dynamic) = &nested.dynamic else {
            let value = self.filled(&nested.body, &schema.block);
            blocks.items.push((nested.labels.first().cloned(), value));
            return;
        };
        let collection = if self.shape_only { Value::dynamic() } else { self.evaluate(&dynamic.for_each) };
        let Some(items) = self.dynamic_items(&collection, &dynamic.for_each) else {
            blocks.unknown = true;
            // However many there will be, what is written in them is the same.
            let before = std::mem::replace(&mut self.shape_only, true);
            self.filled(&nested.body, &schema.block);
            self.shape_only = before;
            return;
        };
        self.report_inside(dynamic, &items);
        let marks = collection.marks();
        for (key, value) in items {
            let iterator = Value::object([("key", key), ("value", value)]);
            let item = self.with_symbol(dynamic.slot, iterator, |e| {
                let label = dynamic.labels.as_ref().and_then(|labels| e.label(labels));
                (label, e.filled(&nested.body, &schema.block).mark(marks))
            });
            blocks.items.push(item);
        }
    }

    /// Reports what was found wrong inside when it was compiled, now that there are blocks of it.
    fn report_inside(&mut self, dynamic: &Dynamic, items: &[(Value, Value)]) {
        if !items.is_empty() {
            self.diagnostics.append(dynamic.problems.clone());
        }
    }

    fn label(&mut self, labels: &Expr) -> Option<Name> {
        let value = self.evaluate(labels);
        let first = value.as_sequence()?.first()?.clone();
        match convert(&first, &Type::String).ok()?.into_kind() {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    fn unsupported_block(&mut self, nested: &BodyBlock, block: &Block) {
        let kind = &nested.kind;
        let mut detail = format!("Blocks of type \"{kind}\" are not expected here.");
        if block.attributes.contains_key(kind) {
            detail.push_str(&format!(
                " Did you mean to define argument \"{kind}\"? If so, use the equals sign to assign it a value."
            ));
        } else if let Some(near) = nearest(kind, block.blocks.keys().map(|n| &**n)) {
            detail.push_str(&format!(" Did you mean \"{near}\"?"));
        }
        self.fail(nested.span, "Unsupported block type", detail);
    }

    /// What a `dynamic` block walks; `None` when it isn't known yet or after a report.
    fn dynamic_items(&mut self, collection: &Value, expr: &Expr) -> Option<Vec<(Value, Value)>> {
        let wrong = "Invalid dynamic for_each value";
        if collection.is_null() {
            self.fail(expr, wrong, "Cannot use a null value in for_each.");
            return None;
        }
        if !collection.is_compound() && !collection.is_untyped() {
            let detail = format!(
                "Cannot use a {} value in for_each. An iterable collection is required.",
                collection.ty().friendly_name()
            );
            self.fail(expr, wrong, detail);
            return None;
        }
        if !collection.is_known() {
            return None;
        }
        Some(collection.clone().unmark().0.iter_elements().collect())
    }

    /// In JSON a block type's property is one object, or an array of them.
    fn json_blocks(&mut self, expr: &Expr, nested: &NestedBlock, blocks: &mut Found) {
        match &expr.kind {
            ExprKind::Tuple(items) => items.iter().for_each(|item| self.json_blocks(item, nested, blocks)),
            ExprKind::Object(items) if nested.nesting == Nesting::Map => {
                for (key, value) in items {
                    let Some(label) = self.evaluate(key).as_str().map(Name::from) else { continue };
                    let value = self.json_body(value, &nested.block);
                    blocks.items.push((Some(label), value));
                }
            }
            _ => {
                let value = self.json_body(expr, &nested.block);
                blocks.items.push((None, value));
            }
        }
    }

    fn json_body(&mut self, expr: &Expr, block: &Block) -> Value {
        let ExprKind::Object(items) = &expr.kind else {
            let detail = "A JSON object is needed here, to define the arguments of the block.";
            return self.fail(expr, "Incorrect JSON value type", detail);
        };
        let attributes = items.iter().filter_map(|(key, value)| {
            let ExprKind::Literal(name) = &key.kind else { return None };
            let Kind::String(name) = name.kind() else { return None };
            Some(BodyAttribute { name: name.clone(), name_span: key.span, expr: value.clone() })
        });
        let body = Body {
            attributes: attributes.filter(|a| &*a.name != "//").collect(),
            blocks: Vec::new(),
            json: true,
            span: expr.span,
            end_span: expr.span.at_end(),
        };
        self.filled(&body, block)
    }

    fn nested(&mut self, name: &str, nested: &NestedBlock, blocks: Found, body: &Body) -> Value {
        let count = blocks.items.len() as u64;
        let one = matches!(nested.nesting, Nesting::Single | Nesting::Group);
        let items_max = if one { 1 } else { nested.items_max };
        if !blocks.unknown && count < nested.items_min {
            let detail = format!(
                "At least {} \"{name}\" blocks are required, and {count} are written.",
                nested.items_min
            );
            self.diagnostics
                .push(Diagnostic::error(format!("Insufficient {name} blocks"), detail).at(body.end_span));
        }
        if items_max > 0 && count > items_max {
            let detail =
                format!("No more than {items_max} \"{name}\" blocks are allowed, and {count} are written.");
            self.diagnostics.push(Diagnostic::error(format!("Too many {name} blocks"), detail).at(body.span));
        }
        if blocks.unknown {
            return Value::unknown(nested.value_type());
        }
        let item_type = nested.block.value_type();
        let mut items = blocks.items.into_iter();
        match nested.nesting {
            Nesting::Single | Nesting::Group => {
                items.next().map_or_else(|| nested.empty_value(), |(_, value)| value)
            }
            Nesting::List if item_type.has_dynamic() => {
                Value::tuple(items.map(|(_, v)| v).collect::<Vec<_>>())
            }
            Nesting::List => Value::list(item_type, items.map(|(_, v)| v)),
            Nesting::Set => Value::set(item_type, items.map(|(_, v)| v)),
            Nesting::Map => {
                let labelled = items.filter_map(|(label, v)| Some((label?, v)));
                if item_type.has_dynamic() {
                    Value::object(labelled)
                } else {
                    Value::map(item_type, labelled)
                }
            }
        }
    }
}

/// An attribute that is a list or set of objects may be written as blocks, as old configurations do.
fn blocks_of_attribute(attribute: &Attribute) -> Option<NestedBlock> {
    let ty = attribute.value_type();
    let (nesting, element) = match &ty {
        Type::List(element) => (Nesting::List, element),
        Type::Set(element) => (Nesting::Set, element),
        _ => return None,
    };
    let Type::Object(object) = &**element else { return None };
    let argument = |ty: &Type| Attribute { optional: true, ..Attribute::new(ty.clone()) };
    let attributes = object.attributes.iter().map(|(name, ty)| (name.clone(), argument(ty))).collect();
    let block = Block { attributes, ..Block::default() };
    Some(NestedBlock { nesting, block, items_min: 0, items_max: 0 })
}

fn attribute_blocks(attribute: &Attribute, blocks: Found) -> Value {
    let ty = attribute.value_type();
    if blocks.unknown {
        return Value::unknown(ty);
    }
    let items = blocks.items.into_iter().map(|(_, value)| value);
    match &ty {
        Type::Set(element) => Value::set((**element).clone(), items),
        ty => Value::list(ty.element().cloned().unwrap_or(Type::Dynamic), items),
    }
}
