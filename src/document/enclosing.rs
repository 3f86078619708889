//! The block around a place, as people name it.

use std::cell::RefCell;
use std::sync::Arc;
use trueup_diag::{FileId, SourceFile, Span};
use trueup_parse::ast::{Block, Body, Expr, ExprKind, ObjectKey, TemplatePart};
use trueup_parse::{parse_config, parse_json_config};

/// The header of the outermost block that holds the place behind its first byte: `resource "aws_vpc" "main"` in native syntax,
/// `resource.aws_vpc.main` in JSON.
pub fn enclosing(file: &SourceFile, place: Span) -> Option<String> {
    let json = file.name.ends_with(".json");
    LAST.with_borrow_mut(|last| {
        if !last
            .as_ref()
            .is_some_and(|(text, was_json, _)| Arc::ptr_eq(text, &file.text) && *was_json == json)
        {
            let parse = if json { parse_json_config } else { parse_config };
            *last = Some((file.text.clone(), json, parse(FileId(0), &file.text).value));
        }
        let body = last.as_ref().map(|(_, _, body)| body)?;
        if json { in_json(body, place) } else { in_native(body, place) }
    })
}

thread_local! {
    /// The file that was asked about last, parsed: diagnostics come in the order of files, and there may be thousands.
    static LAST: RefCell<Option<(Arc<str>, bool, Body)>> = const { RefCell::new(None) };
}

fn in_native(body: &Body, place: Span) -> Option<String> {
    let block = body.blocks.iter().find(|block| {
        block.header_span.start < place.start && place.start <= block.span.end.max(block.body.span.end)
    });
    block.map(header)
}

fn header(block: &Block) -> String {
    let mut text = block.kind.text.to_string();
    for label in &block.labels {
        text.push_str(&format!(" \"{}\"", label.text));
    }
    text
}

fn in_json(body: &Body, place: Span) -> Option<String> {
    let holds = |expr: &Expr| expr.span.start <= place.start && place.start < expr.span.end;
    let attribute = body.attributes.iter().find(|attribute| holds(&attribute.expr))?;
    let kind = &attribute.name.text;
    let mut path = vec![kind.to_string()];
    let mut at = &attribute.expr;
    for _ in 0..labels(kind) {
        let ExprKind::Object(items) = &at.kind else { return None };
        let item = items.iter().find(|item| holds(&item.value))?;
        path.push(item_name(&item.key)?.to_owned());
        at = &item.value;
    }
    Some(path.join("."))
}

/// The text of a property's name; none where it isn't plain.
fn item_name(key: &ObjectKey) -> Option<&str> {
    let parts = match key {
        ObjectKey::Name(name) => return Some(&name.text),
        ObjectKey::Expr(Expr { kind: ExprKind::Template(parts), .. }) => parts,
        ObjectKey::Expr(_) => return None,
    };
    match &parts[..] {
        [TemplatePart::Literal(text)] => Some(text),
        _ => None,
    }
}

/// How many labels the blocks of a type have.
fn labels(kind: &str) -> usize {
    match kind {
        "resource" | "data" | "ephemeral" => 2,
        "variable" | "output" | "module" | "provider" | "check" => 1,
        _ => 0,
    }
}
