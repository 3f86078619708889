//! Fields of answers, by JSON pointer.

use serde_json::Value as Json;

/// A field that isn't there or is something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gap(pub(crate) &'static str);

/// A text that has to be there.
pub(crate) fn text(json: &Json, at: &'static str) -> Result<String, Gap> {
    may_text(json, at).ok_or(Gap(at))
}

/// A text; None where there is none.
pub(crate) fn may_text(json: &Json, at: &str) -> Option<String> {
    json.pointer(at)?.as_str().map(str::to_owned)
}

/// A number that has to be there.
pub(crate) fn number(json: &Json, at: &'static str) -> Result<u64, Gap> {
    json.pointer(at).and_then(Json::as_u64).ok_or(Gap(at))
}

/// An id that is a number at some forges and a text at others.
pub(crate) fn id(json: &Json, at: &'static str) -> Result<String, Gap> {
    match json.pointer(at) {
        Some(Json::String(text)) => Ok(text.clone()),
        Some(Json::Number(number)) => Ok(number.to_string()),
        _ => Err(Gap(at)),
    }
}

/// Whether something is said to be so.
pub(crate) fn is(json: &Json, at: &str) -> bool {
    json.pointer(at).and_then(Json::as_bool).unwrap_or(false)
}

/// The items of a list; none where there is no list.
pub(crate) fn items<'a>(json: &'a Json, at: &str) -> &'a [Json] {
    json.pointer(at).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The texts at a place in each item of a list, sorted.
pub(crate) fn texts(json: &Json, at: &str, inside: &str) -> Vec<String> {
    let mut texts: Vec<String> = items(json, at).iter().filter_map(|item| may_text(item, inside)).collect();
    texts.sort();
    texts
}
