//! When two texts mean the same: what an API answers in another form than it was told isn't a difference.
//!
//! A schema file names the meaning of an attribute with the key `meaning`. The state keeps the text as configured
//! for as long as the cloud's text means the same.

use crate::Rule;
use crate::plan::is_zero;
use serde_json::Value as Json;
use trueup_value::Value;

/// What sort of text an attribute holds.
#[derive(Clone, Copy, Debug)]
pub struct Meaning {
    /// How schema files name it.
    pub name: &'static str,
    /// Whether two texts mean the same.
    pub is_same: fn(&str, &str) -> bool,
    /// What is wrong with a text, to stand after `"policy" contains`; None where it is as it should be.
    pub complaint: fn(&str) -> Option<String>,
}

/// Any JSON: neither space nor the order of keys mean something.
pub(crate) const JSON: Meaning = Meaning { name: "json", is_same: is_same_json, complaint: json_complaint };

fn is_same_json(one: &str, other: &str) -> bool {
    let parse = |text| serde_json::from_str::<Json>(text);
    match (parse(one), parse(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

fn json_complaint(text: &str) -> Option<String> {
    let error = serde_json::from_str::<Json>(text).err()?;
    Some(format!("an invalid JSON: {error}"))
}

impl Rule {
    /// Whether two values of an attribute with this rule mean the same.
    pub(crate) fn means_same(&self, one: &Value, other: &Value) -> bool {
        let is_unset = |value: &Value| is_zero(value) || self.unset.as_ref() == Some(value);
        if self.unset.is_some() && is_unset(one) && is_unset(other) {
            return true;
        }
        match (&self.meaning, one.as_str(), other.as_str()) {
            (Some(meaning), Some(one), Some(other)) => (meaning.is_same)(one, other),
            _ => false,
        }
    }

    /// Whether texts of it, or of something inside it, have a meaning beyond their letters.
    pub(crate) fn has_meaning(&self) -> bool {
        self.meaning.is_some() || self.inside.iter().any(|(_, rule)| rule.has_meaning())
    }

    /// Complaints about texts that a configuration gives; unknown ones are left for later.
    pub(crate) fn complaints(&self, name: &str, value: &Value, out: &mut Vec<String>) {
        if let (Some(meaning), Some(text)) = (&self.meaning, value.as_str()) {
            let complaint = Some(text).filter(|text| !text.is_empty()).and_then(meaning.complaint);
            out.extend(complaint.map(|complaint| format!("{name:?} contains {complaint}")));
        }
        let blocks = value.as_sequence().unwrap_or(std::slice::from_ref(value));
        for (inner, rule) in self.inside.iter().filter(|(_, rule)| rule.has_meaning()) {
            for value in blocks.iter().filter_map(|block| block.get(inner)) {
                rule.complaints(inner, value, out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rules;

    fn rule() -> Rule {
        let mut inside = Rules::default();
        inside.add("text", Rule { meaning: Some(JSON), ..Rule::default() });
        Rule { inside, ..Rule::default() }
    }

    fn item(name: &str, text: &str) -> Value {
        Value::object([("name", Value::from(name)), ("text", Value::from(text))])
    }

    #[test]
    fn broken_texts_are_complained_about() {
        let mut complaints = Vec::new();
        let blocks = Value::list(item("", "").ty(), [item("a", "[1]"), item("b", "[1"), item("c", "")]);
        rule().complaints("blocks", &blocks, &mut complaints);
        assert_eq!(complaints.len(), 1);
        assert!(complaints[0].starts_with("\"text\" contains an invalid JSON: "), "{complaints:?}");
    }
}
