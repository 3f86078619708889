//! From a path to the place in the text where its value is written.

use crate::Edit;
use crate::write;
use trueup_diag::Span;
use trueup_parse::ast::{Attribute, Block, Expr, ExprKind, ObjectItem, ObjectKey, Syntax, TemplatePart};
use trueup_value::{PathStep, Value};

/// What a value is written as.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is written out: this changes it.
    Edit(Edit),
    /// It is a reference and nothing else, at this place: the value is to be changed at this path inside of what it
    /// refers to.
    Follow(Reference, Vec<PathStep>, Span),
}

/// What an expression refers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reference {
    /// `var.NAME`
    Variable(String),
    /// `local.NAME`
    Local(String),
}

/// Why a value can't be changed in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// In words without a full stop.
    pub why: String,
    /// What stands in the way.
    pub at: Span,
}

fn refuse<T>(why: impl Into<String>, at: Span) -> Result<T, Refused> {
    Err(Refused { why: why.into(), at })
}

/// Changes what stands at a path in a block. A null takes it away.
pub fn in_block(text: &str, block: &Block, path: &[PathStep], value: &Value) -> Result<Outcome, Refused> {
    if block.body.syntax == Syntax::Json {
        return refuse("files in JSON are not changed", block.header_span);
    }
    let Some((PathStep::Attribute(name), rest)) = path.split_first() else {
        return refuse("it is no attribute of the block", block.header_span);
    };
    if let Some(attribute) = block.body.attributes.iter().find(|one| *one.name.text == **name) {
        if rest.is_empty() && value.is_null() {
            return remove(text, attribute.span);
        }
        return in_expression(text, &attribute.expr, rest, value);
    }
    let dynamic = |block: &&Block| {
        &*block.kind.text == "dynamic" && block.labels.first().is_some_and(|label| *label.text == **name)
    };
    if let Some(dynamic) = block.body.blocks.iter().find(dynamic) {
        return refuse("a dynamic block makes it", dynamic.header_span);
    }
    let nested: Vec<&Block> = block.body.blocks.iter().filter(|one| *one.kind.text == **name).collect();
    match (rest.split_first(), &nested[..]) {
        (None, []) if value.is_null() => refuse("nothing of it is written", block.header_span),
        (None, []) => Ok(Outcome::Edit(add_attribute(text, block, name, value))),
        (None, [first, ..]) => refuse("whole blocks are not written or removed", first.header_span),
        (Some(_), []) => refuse("the block that it is in is not written", block.header_span),
        (Some((PathStep::Attribute(_), _)), [only]) => in_block(text, only, rest, value),
        (Some((PathStep::Index(key), inner)), blocks) => match place(key).and_then(|at| blocks.get(at)) {
            Some(block) => in_block(text, block, inner, value),
            None => refuse("which of the blocks it is can't be told", blocks[0].header_span),
        },
        (Some(_), [first, ..]) => refuse("which of the blocks it is can't be told", first.header_span),
    }
}

/// Changes what stands at a path in an expression. A null takes an item of an object away.
pub fn in_expression(text: &str, expr: &Expr, path: &[PathStep], value: &Value) -> Result<Outcome, Refused> {
    if let Some((reference, span)) = reference(expr) {
        return Ok(Outcome::Follow(reference, path.to_vec(), span));
    }
    let Some((step, rest)) = path.split_first() else { return replace(text, expr, value) };
    match (&expr.kind, step) {
        (ExprKind::Paren(inner), _) => in_expression(text, inner, path, value),
        (ExprKind::Object(items), _) => {
            let Some(name) = key(step) else { return refuse("it has no place in an object", expr.span) };
            let found = items.iter().find(|item| item_name(item).as_deref() == Some(&*name));
            match found {
                Some(item) if rest.is_empty() && value.is_null() => remove_item(text, expr, item),
                Some(item) => in_expression(text, &item.value, rest, value),
                None if items.iter().any(|item| item_name(item).is_none()) => {
                    refuse("a key of the object is computed", expr.span)
                }
                None if rest.is_empty() && !value.is_null() => add_item(text, expr, items, (&name, value)),
                None => refuse("the object doesn't have it", expr.span),
            }
        }
        (ExprKind::Tuple(items), PathStep::Index(at)) => match place(at).and_then(|at| items.get(at)) {
            Some(item) => in_expression(text, item, rest, value),
            None => refuse("the list doesn't have it", expr.span),
        },
        _ => refuse(computed(expr), expr.span),
    }
}

/// Which element.
fn place(key: &Value) -> Option<usize> {
    key.as_number()?.to_string().parse().ok()
}

fn key(step: &PathStep) -> Option<String> {
    match step {
        PathStep::Attribute(name) => Some(name.to_string()),
        PathStep::Index(key) => key.as_str().map(str::to_owned),
    }
}

/// The name of an item, where it is written out.
fn item_name(item: &ObjectItem) -> Option<String> {
    match &item.key {
        ObjectKey::Name(name) => Some(name.text.to_string()),
        ObjectKey::Expr(expr) => literal_text(expr),
    }
}

fn key_span(item: &ObjectItem) -> Span {
    match &item.key {
        ObjectKey::Name(name) => name.span,
        ObjectKey::Expr(expr) => expr.span,
    }
}

fn literal_text(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Template(parts) => match &parts[..] {
            [] => Some(String::new()),
            [TemplatePart::Literal(text)] => Some(text.to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// `var.x` and `local.x`, in a template of their own or not.
fn reference(expr: &Expr) -> Option<(Reference, Span)> {
    match &expr.kind {
        ExprKind::TemplateWrap(inner) | ExprKind::Paren(inner) => reference(inner),
        ExprKind::Attribute { on, name } => Some((root(on, &name.text)?, expr.span)),
        _ => None,
    }
}

/// What a name behind `var` or `local` refers to.
pub(crate) fn root(on: &Expr, name: &str) -> Option<Reference> {
    match &on.kind {
        ExprKind::Variable(root) if &**root == "var" => Some(Reference::Variable(name.to_owned())),
        ExprKind::Variable(root) if &**root == "local" => Some(Reference::Local(name.to_owned())),
        _ => None,
    }
}

/// Nothing in it is computed.
fn is_literal(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) => true,
        ExprKind::Template(_) => literal_text(expr).is_some(),
        ExprKind::Unary { operand, .. } => matches!(operand.kind, ExprKind::Number(_)),
        ExprKind::Paren(inner) => is_literal(inner),
        ExprKind::Tuple(items) => items.iter().all(is_literal),
        ExprKind::Object(items) => {
            items.iter().all(|item| item_name(item).is_some() && is_literal(&item.value))
        }
        _ => false,
    }
}

fn computed(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Call { name, .. } => format!("the function {} computes it", name.text),
        ExprKind::Template(_) => "it is a template with values of others".into(),
        ExprKind::For(_) => "a for expression computes it".into(),
        ExprKind::Conditional { .. } => "a condition chooses it".into(),
        ExprKind::Attribute { .. }
        | ExprKind::Index { .. }
        | ExprKind::Variable(_)
        | ExprKind::Splat { .. } => "it is that of something else".into(),
        _ => "it is computed".into(),
    }
}

fn of(text: &str, span: Span) -> &str {
    &text[span.start as usize..span.end as usize]
}

/// Where the line begins, and how far it is indented.
fn line(text: &str, at: u32) -> (u32, usize) {
    let start = text[..at as usize].rfind('\n').map_or(0, |newline| newline + 1);
    let indent = text[start..].len() - text[start..].trim_start_matches([' ', '\t']).len();
    (u32::try_from(start).unwrap_or(at), indent)
}

fn replace(text: &str, expr: &Expr, value: &Value) -> Result<Outcome, Refused> {
    if !is_literal(expr) {
        return refuse(computed(expr), expr.span);
    }
    let before = of(text, expr.span);
    let many = matches!(expr.kind, ExprKind::Tuple(_) | ExprKind::Object(_));
    if many && ["#", "//", "/*"].iter().any(|comment| before.contains(comment)) {
        return refuse("there are comments in it, which would be lost", expr.span);
    }
    let written = || write::expression(value, line(text, expr.span.start).1);
    let new = match value.as_str().filter(|_| before.starts_with("<<")) {
        Some(lines) => {
            let newline = if before.ends_with('\n') { "\n" } else { "" };
            write::heredoc(lines).unwrap_or_else(written) + newline
        }
        None => written(),
    };
    Ok(Outcome::Edit(Edit { span: expr.span, text: new }))
}

/// Takes whole lines away.
fn remove(text: &str, span: Span) -> Result<Outcome, Refused> {
    let (start, _) = line(text, span.start);
    let before = &text[start as usize..span.start as usize];
    let length = text[span.end as usize..].find('\n');
    let ends = of(text, span).ends_with('\n');
    let end =
        if ends { span.end } else { span.end + length.map_or(0, |at| u32::try_from(at + 1).unwrap_or(0)) };
    let after = &text[span.end as usize..end as usize];
    let alone = after.trim_start().trim_start_matches(',').trim_start();
    if !before.trim().is_empty() || !(ends || alone.is_empty() || alone.starts_with(['#', '/'])) {
        return refuse("it doesn't stand on lines of its own", span);
    }
    Ok(Outcome::Edit(Edit { span: Span { start, end, ..span }, text: String::new() }))
}

fn remove_item(text: &str, object: &Expr, item: &ObjectItem) -> Result<Outcome, Refused> {
    let span = key_span(item).to(item.value.span);
    if of(text, object.span).contains('\n') {
        return remove(text, span);
    }
    let inside = &text[span.end as usize..object.span.end as usize];
    if let Some(rest) = inside.trim_start().strip_prefix(',') {
        let end = object.span.end - u32::try_from(rest.trim_start().len()).unwrap_or(0);
        return Ok(Outcome::Edit(Edit { span: Span { end, ..span }, text: String::new() }));
    }
    let before = text[object.span.start as usize..span.start as usize].trim_end();
    let kept = before.trim_end_matches(',').len();
    let start = object.span.start
        + u32::try_from(if before.len() == kept { before.len() } else { kept }).unwrap_or(0);
    Ok(Outcome::Edit(Edit { span: Span { start, ..span }, text: String::new() }))
}

fn add_item(
    text: &str,
    object: &Expr,
    items: &[ObjectItem],
    (name, value): (&str, &Value),
) -> Result<Outcome, Refused> {
    let quoting = items.first().is_some_and(|first| matches!(first.key, ObjectKey::Expr(_)));
    let written = |indent| format!("{} = {}", write::key(name, quoting), write::expression(value, indent));
    let Some(last) = items.last() else {
        if of(text, object.span).contains(['#', '/']) {
            return refuse("there are comments in it, which would be lost", object.span);
        }
        let new = format!("{{ {} }}", written(line(text, object.span.start).1));
        return Ok(Outcome::Edit(Edit { span: object.span, text: new }));
    };
    let behind = &text[last.value.span.end as usize..object.span.end as usize];
    if !of(text, object.span).contains('\n') {
        let comma = if behind.trim_start().starts_with(',') { " " } else { ", " };
        let skipped = behind.find(',').map_or(0, |at| u32::try_from(at + 1).unwrap_or(0));
        let at =
            Span { start: last.value.span.end + skipped, end: last.value.span.end + skipped, ..object.span };
        return Ok(Outcome::Edit(Edit { span: at, text: format!("{comma}{}", written(0)) }));
    }
    let (_, indent) = line(text, key_span(last).start);
    let heredoc = of(text, last.value.span).ends_with('\n');
    let Some(newline) = (if heredoc { Some(0) } else { behind.find('\n').map(|at| at + 1) }) else {
        return refuse("its last item and its end are on one line", object.span);
    };
    let start = last.value.span.end + u32::try_from(newline).unwrap_or(0);
    let new = format!("{}{}\n", " ".repeat(indent), written(indent));
    Ok(Outcome::Edit(Edit { span: Span { start, end: start, ..object.span }, text: new }))
}

/// Puts an attribute behind the last one, or at the beginning of the block.
fn add_attribute(text: &str, block: &Block, name: &str, value: &Value) -> Edit {
    let (_, outer) = line(text, block.span.start);
    let indent = outer + 2;
    let written = format!("{}{name} = {}\n", " ".repeat(indent), write::expression(value, indent));
    let body = of(text, block.body.span);
    if !body.contains('\n') {
        let inner = body.trim_start_matches('{').trim_end_matches('}').trim();
        let kept = if inner.is_empty() { String::new() } else { format!("{}{inner}\n", " ".repeat(indent)) };
        let new = format!("{{\n{kept}{written}{}}}", " ".repeat(outer));
        return Edit { span: block.body.span, text: new };
    }
    let behind = |end: u32| {
        let ended = text[..end as usize].ends_with('\n');
        let newline = text[end as usize..].find('\n').map_or(0, |at| u32::try_from(at + 1).unwrap_or(0));
        if ended { end } else { end + newline }
    };
    let last: Option<&Attribute> = block.body.attributes.iter().max_by_key(|one| one.span.end);
    let start = behind(last.map_or(block.body.span.start, |last| last.span.end));
    Edit { span: Span { start, end: start, ..block.span }, text: written }
}
