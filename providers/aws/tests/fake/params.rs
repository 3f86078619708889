//! The parameters of a call in the Query protocol, taken one by one: what is left over is refused.

use super::world::{Outcome, refuse};
use std::collections::{BTreeMap, BTreeSet};

/// Parameters by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Params(BTreeMap<String, String>);

impl Params {
    /// From a form or the query of a URL.
    pub(crate) fn of_form(form: &str) -> Params {
        let pairs = form.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        Params(pairs.map(|(name, text)| (decode(name), decode(text))).collect())
    }

    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }

    /// Adds one unless it is there.
    pub(crate) fn or(&mut self, name: &str, text: &str) {
        self.0.entry(name.to_owned()).or_insert_with(|| text.to_owned());
    }

    pub(crate) fn need(&mut self, name: &str) -> Outcome<String> {
        let missing = || refuse("MissingParameter", format!("The request must contain the parameter {name}"));
        self.take(name).filter(|text| !text.is_empty()).ok_or_else(missing)
    }

    pub(crate) fn flag(&mut self, name: &str) -> Outcome<Option<bool>> {
        match self.take(name).as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(other) => Err(invalid(name, other)),
        }
    }

    pub(crate) fn number(&mut self, name: &str) -> Outcome<Option<i64>> {
        let number = |text: String| text.parse().map_err(|_| invalid(name, &text));
        self.take(name).map(number).transpose()
    }

    /// One of these words.
    pub(crate) fn word(&mut self, name: &str, words: &[&str]) -> Outcome<Option<String>> {
        match self.take(name) {
            Some(word) if !words.contains(&word.as_str()) => Err(invalid(name, &word)),
            word => Ok(word),
        }
    }

    /// `Name.1`, `Name.2` and so on.
    pub(crate) fn list(&mut self, name: &str) -> Outcome<Vec<String>> {
        self.items(name)?.into_iter().map(|mut item| item.need("")).collect()
    }

    /// The parameters below `Name.1.`, `Name.2.` and so on; the item's own value is called "".
    pub(crate) fn items(&mut self, name: &str) -> Outcome<Vec<Params>> {
        let prefix = format!("{name}.");
        let mut items: BTreeMap<usize, Params> = BTreeMap::new();
        let names: Vec<String> = self.0.keys().filter(|key| key.starts_with(&prefix)).cloned().collect();
        for key in names {
            let rest = &key[prefix.len()..];
            let (index, inner) = rest.split_once('.').unwrap_or((rest, ""));
            let index = index.parse().map_err(|_| invalid(&key, "is not part of a list"))?;
            let text = self.0.remove(&key).unwrap_or_default();
            items.entry(index).or_default().0.insert(inner.to_owned(), text);
        }
        if !items.keys().copied().eq(1..=items.len()) {
            return Err(refuse("InvalidParameter", format!("The numbers of {name} have gaps")));
        }
        Ok(items.into_values().collect())
    }

    /// The parameters below `Name.`.
    pub(crate) fn inner(&mut self, name: &str) -> Option<Params> {
        let prefix = format!("{name}.");
        let names: BTreeSet<String> = self.0.keys().filter(|key| key.starts_with(&prefix)).cloned().collect();
        let moved = names.into_iter().filter_map(|key| {
            let text = self.0.remove(&key)?;
            Some((key[prefix.len()..].to_owned(), text))
        });
        let inner = Params(moved.collect());
        (!inner.0.is_empty()).then_some(inner)
    }

    /// Refuses what nobody took.
    pub(crate) fn done(&self) -> Outcome<()> {
        match self.0.keys().next() {
            Some(name) => Err(refuse("UnknownParameter", format!("The parameter {name} is not recognized"))),
            None => Ok(()),
        }
    }
}

/// The refusal of a value.
pub(crate) fn invalid(name: &str, value: &str) -> super::world::Refusal {
    refuse("InvalidParameterValue", format!("Invalid value '{value}' for {name}"))
}

/// Takes percent encoding away.
pub(crate) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16)).unwrap_or_default();
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => u8::try_from(digit() * 16 + digit()).expect("two hexadecimal digits"),
            other => other,
        });
    }
    String::from_utf8(bytes).expect("the SDK writes UTF-8")
}

/// Takes base64 away; None for what isn't the base64 of a text.
pub(crate) fn decode_base64(text: &str) -> Option<String> {
    String::from_utf8(aws_smithy_types::base64::decode(text).ok()?).ok()
}
