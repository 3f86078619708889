//! What is kept beside an object's state: short texts that reads need and that no attribute holds. They stand in the
//! private data, under a name of their own in a JSON object, so that what other providers of the type keep there stays
//! and theirs can read it.

use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use trueup_provider::Private;

/// Texts by name.
pub(crate) type Notes = BTreeMap<String, String>;

/// The note that lists what the configuration leaves to the cloud.
pub(crate) const LEFT: &str = "left";
/// The note of an object that was imported and not read yet.
pub(crate) const IMPORTED: &str = "imported";

const KEY: &str = "trueup";

/// The notes among private data.
pub(crate) fn read(private: &[u8]) -> Notes {
    let own = parsed(private).and_then(|mut all| all.remove(KEY));
    let Some(Json::Object(own)) = own else { return Notes::new() };
    own.into_iter().filter_map(|(name, text)| Some((name, text.as_str()?.to_owned()))).collect()
}

/// Private data with these notes in place of those that are there.
pub(crate) fn write(private: &Private, notes: &Notes) -> Private {
    if read(private) == *notes {
        return private.clone();
    }
    let mut all = parsed(private).unwrap_or_default();
    all.remove(KEY);
    if !notes.is_empty() {
        let own: Map<String, Json> =
            notes.iter().map(|(name, text)| (name.clone(), text.as_str().into())).collect();
        all.insert(KEY.into(), Json::Object(own));
    }
    if all.is_empty() {
        return Private::from([]);
    }
    Json::Object(all).to_string().into_bytes().into()
}

fn parsed(private: &[u8]) -> Option<Map<String, Json>> {
    serde_json::from_slice(private).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_stand_among_what_others_keep() {
        let cases = [
            ("", "a=1", r#"{"trueup":{"a":"1"}}"#),
            (r#"{"schema_version":"1"}"#, "a=1", r#"{"schema_version":"1","trueup":{"a":"1"}}"#),
            (r#"{"schema_version":"1","trueup":{"a":"1"}}"#, "", r#"{"schema_version":"1"}"#),
            (r#"{"trueup":{"a":"1"}}"#, "", ""),
            (r#"{ "trueup": {"a": "1"} }"#, "a=1", r#"{ "trueup": {"a": "1"} }"#),
            ("not JSON", "", "not JSON"),
        ];
        for (private, notes, expected) in cases {
            let pair =
                |pair: &str| pair.split_once('=').map(|(name, text)| (name.to_owned(), text.to_owned()));
            let notes: Notes = notes.split_whitespace().filter_map(pair).collect();
            let written = write(&private.as_bytes().into(), &notes);
            assert_eq!(std::str::from_utf8(&written), Ok(expected));
            assert_eq!(read(&written), notes, "{private}");
        }
    }
}
