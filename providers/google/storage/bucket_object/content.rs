//! What an object holds: where it comes from, its checksums, and what follows from a change of it.

use crate::storage::bucket_object::{FOLLOWING, contexts};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use md5::{Digest, Md5};
use serde_json::Value as Json;
use std::io::Read;
use trueup_provider_kit::{Fault, FaultKind, Fields, Object, Planning};
use trueup_value::{Kind, Name, Type, Value};

/// How much of a file is looked at to tell text from anything else.
const LOOK_MAX: usize = 512;
/// How much of a file is read at a time.
const READ_MAX: usize = 1 << 20;
const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";

/// Where what an object holds comes from.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Held {
    /// The configuration itself.
    Content(String),
    /// A file, by its path.
    Source(String),
}

/// What is known of what an object holds without sending it.
pub(super) struct Digests {
    /// MD5 as Base64.
    pub(super) md5: String,
    /// What sort of content it is, where nothing says so.
    pub(super) content_type: &'static str,
}

impl Held {
    /// What the object is to hold.
    pub(super) fn of(object: &Object) -> Held {
        match object.text("source") {
            Some(path) => Held::Source(path.to_owned()),
            None => Held::Content(object.owned("content").unwrap_or_default()),
        }
    }

    /// Its digests, worked out where it doesn't hold up other things.
    pub(super) async fn digests(&self) -> Result<Digests, Fault> {
        let held = self.clone();
        let read = tokio::task::spawn_blocking(move || held.read()).await;
        read.map_err(|error| Fault::new(FaultKind::Other, format!("the content can't be read: {error}")))?
    }

    fn read(&self) -> Result<Digests, Fault> {
        match self {
            Held::Content(text) => Ok(Digests {
                md5: BASE64_STANDARD.encode(Md5::digest(text)),
                content_type: if text.is_empty() { BYTES } else { TEXT },
            }),
            Held::Source(path) => digests(path).map_err(|error| unreadable(path, &error)),
        }
    }
}

/// The file can't be read.
pub(super) fn unreadable(path: &str, error: &std::io::Error) -> Fault {
    let message = format!("the file {path:?} that source names can't be read: {error}");
    Fault::new(FaultKind::Invalid, message).hint(
        "Paths are taken from the working directory: write \"${path.module}/...\" for files of a module.",
    )
}

fn digests(path: &str) -> std::io::Result<Digests> {
    let mut file = std::fs::File::open(path)?;
    let (mut hash, mut buffer) = (Md5::new(), vec![0; READ_MAX]);
    let mut content_type = None;
    loop {
        let count = file.read(&mut buffer)?;
        content_type.get_or_insert_with(|| sort(&buffer[..count.min(LOOK_MAX)]));
        if count == 0 {
            break;
        }
        hash.update(&buffer[..count]);
    }
    Ok(Digests { md5: BASE64_STANDARD.encode(hash.finalize()), content_type: content_type.unwrap_or(BYTES) })
}

/// Text, or anything else, by its beginning.
fn sort(start: &[u8]) -> &'static str {
    let is_text = match std::str::from_utf8(start) {
        Ok(_) => true,
        // A letter may be cut in two at the end.
        Err(error) => error.error_len().is_none() && error.valid_up_to() > 0,
    };
    let is_plain = start.iter().all(|byte| *byte >= 0x20 || b"\t\n\r\x0c\x1b".contains(byte));
    if is_text && is_plain && !start.is_empty() { TEXT } else { BYTES }
}

/// What a plan knows of what the object is to hold: nothing while it isn't known, or its file isn't there yet.
fn planned_md5(config: &Object) -> Option<String> {
    let is_known = |name: &str| config.field(name).is_some_and(Value::is_known);
    if !is_known("content") || !is_known("source") {
        return None;
    }
    Held::of(config).read().ok().map(|digests| digests.md5)
}

/// Adds to the plan what follows from what the object is to hold.
pub(super) fn plan(planning: &mut Planning<'_>) {
    const DETECT: &str = "detect_md5hash";
    let wanted = planned_md5(planning.config);
    // It isn't read, so that it is what the configuration says and nothing else.
    if planning.config.field("content").is_some_and(Value::is_null) {
        planning.planned.put_null("content");
    }
    let Some(prior) = planning.prior else { return };
    let there = prior.text("md5hash");
    let is_same = match (&wanted, there) {
        (Some(wanted), Some(there)) => wanted == there,
        // Composite objects have no MD5: only another wish changes them.
        (Some(_), None) => !["content", "source"].iter().any(|name| planning.changes(name)),
        (None, _) => false,
    };
    let is_left = planning.config.field(DETECT).is_some_and(Value::is_null);
    if is_left && prior.is_set(DETECT) {
        // A state of the reference provider has the MD5 here whether it is asked for or not.
        let hash = if is_same { prior.owned(DETECT) } else { wanted };
        planning.planned.put_text(DETECT, hash);
    }
    let is_asked_for = planning.changes("source_md5hash") || (!is_left && planning.changes(DETECT));
    if !is_same || is_asked_for {
        for name in FOLLOWING {
            planning.planned.put_unknown(name);
        }
    }
}

/// Whether what an object holds is to be written again.
pub(super) async fn is_changed(prior: &Object, object: &Object) -> Result<bool, Fault> {
    if prior.differs(object, "source_md5hash") {
        return Ok(true);
    }
    let is_wished = ["content", "detect_md5hash", "source"].iter().any(|name| prior.differs(object, name));
    match prior.text("md5hash") {
        Some(there) => Ok(Held::of(object).digests().await?.md5 != there),
        None => Ok(is_wished || object.is_unknown("generation")),
    }
}

/// Times of contexts that change are known after that only.
pub(super) fn unsettle_contexts(planning: &mut Planning<'_>) {
    let Some(prior) = planning.prior else { return };
    if contexts(prior) == contexts(&planning.planned) && !planning.planned.is_unknown("generation") {
        return;
    }
    let items = planning.planned.items("contexts").to_vec();
    let Some(block) = items.first() else { return };
    let part = |(name, value): (&Name, &Value)| {
        let value = match value.kind() {
            Kind::List(list) => Value::list(list.ty.clone(), list.items.iter().map(untimed)),
            _ => value.clone(),
        };
        (name.clone(), value)
    };
    let Some(fields) = block.as_mapping() else { return };
    let block = Value::object(fields.iter().map(part));
    planning.planned.put("contexts", Value::list(block.ty(), [block]));
}

fn untimed(item: &Value) -> Value {
    let fields = item.as_mapping().into_iter().flatten();
    Value::object(fields.map(|(name, value)| {
        let is_time = ["create_time", "update_time"].contains(&&**name);
        (name.clone(), if is_time { Value::unknown(Type::String) } else { value.clone() })
    }))
}

/// Takes over contexts, in the order that the configuration has them in.
pub(super) fn tell_contexts(object: &mut Object, before: &Object, json: &Json) {
    let Some(told) = json["contexts"]["custom"].as_object().filter(|told| !told.is_empty()) else {
        object.put_items("contexts", []);
        return;
    };
    let written = before.item("contexts").map(|block| block.items("custom")).unwrap_or_default();
    let order: Vec<String> = written.iter().filter_map(|item| item.owned("key")).collect();
    let others = told.keys().filter(|key| !order.contains(key));
    let mut block = object.blank_item("contexts");
    let items = order.iter().filter(|key| told.contains_key(*key)).chain(others).map(|key| {
        let mut item = block.blank_item("custom");
        item.put_text("key", Some(key));
        item.put_text("value", told[key]["value"].as_str());
        item.put_text("create_time", told[key]["createTime"].as_str());
        item.put_text("update_time", told[key]["updateTime"].as_str());
        item
    });
    let items: Vec<Object> = items.collect();
    block.put_items("custom", items);
    object.put_items("contexts", [block]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_told_from_anything_else() {
        let cases: [(&[u8], &str); 6] = [
            (b"words\n", TEXT),
            ("W\u{f6}rter".as_bytes(), TEXT),
            (b"\x00\x01", BYTES),
            (b"\xff\xfe", BYTES),
            (b"cut \xc3", TEXT),
            (b"", BYTES),
        ];
        for (start, expected) in cases {
            assert_eq!(sort(start), expected, "{start:?}");
        }
    }
}
