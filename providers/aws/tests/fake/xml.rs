//! Trees as XML and back.

use serde_json::{Map, Value as Json};
use std::fmt::Write;

/// How the elements of a list are named.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Items {
    /// `<item>` inside the list's element, as EC2 does.
    Item,
    /// `<member>` inside the list's element, as IAM and STS do.
    Member,
    /// The list's own name again and again, as S3 does.
    Flat,
}

/// Writes an element; null is left out.
pub(crate) fn write(out: &mut String, name: &str, tree: &Json, items: Items) {
    let is_texts = |tree: &Json| tree.as_array().is_some_and(|list| list.iter().all(Json::is_string));
    let item = match items {
        // The one list of EC2 that calls its items otherwise.
        Items::Item if name == "groupSet" && is_texts(tree) => "groupId",
        Items::Item => "item",
        Items::Member => "member",
        Items::Flat => name,
    };
    match tree {
        Json::Null => {}
        Json::Array(list) if items == Items::Flat => {
            list.iter().for_each(|tree| write(out, item, tree, items));
        }
        Json::Array(list) => {
            let _ = write!(out, "<{name}>");
            list.iter().for_each(|tree| write(out, item, tree, items));
            let _ = write!(out, "</{name}>");
        }
        Json::Object(parts) => {
            let _ = write!(out, "<{name}>");
            parts.iter().for_each(|(name, tree)| write(out, name, tree, items));
            let _ = write!(out, "</{name}>");
        }
        Json::String(text) => {
            let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let _ = write!(out, "<{name}>{text}</{name}>");
        }
        other => {
            let _ = write!(out, "<{name}>{other}</{name}>");
        }
    }
}

/// The content of a document's root element: objects of elements, lists where a name occurs again, and texts.
/// None for what isn't well formed.
pub(crate) fn read(text: &str) -> Option<(String, Json)> {
    let mut rest = text.trim();
    if rest.starts_with("<?") {
        rest = rest.split_once("?>")?.1.trim_start();
    }
    let (name, tree, rest) = element(rest)?;
    rest.trim().is_empty().then_some((name, tree))
}

fn element(text: &str) -> Option<(String, Json, &str)> {
    let (tag, mut rest) = text.strip_prefix('<')?.split_once('>')?;
    let name = tag.split_whitespace().next()?.trim_end_matches('/').to_owned();
    if tag.ends_with('/') {
        return Some((name, Json::String(String::new()), rest));
    }
    let close = format!("</{name}>");
    let mut parts = Map::new();
    loop {
        let trimmed = rest.trim_start();
        if let Some(after) = trimmed.strip_prefix(close.as_str()) {
            let tree = if parts.is_empty() { Json::String(String::new()) } else { Json::Object(parts) };
            return Some((name, tree, after));
        }
        if !trimmed.starts_with('<') {
            let (text, after) = rest.split_once(close.as_str())?;
            let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
            let text = text.replace("&apos;", "'").replace("&amp;", "&");
            return parts.is_empty().then_some((name, Json::String(text), after));
        }
        let (inner, tree, after) = element(trimmed)?;
        match parts.get_mut(&inner) {
            Some(Json::Array(list)) => list.push(tree),
            Some(first) => *first = Json::Array(vec![first.take(), tree]),
            None => drop(parts.insert(inner, tree)),
        }
        rest = after;
    }
}
