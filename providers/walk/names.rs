//! What is set up for a case, by name, and templates filled in from it.

use std::collections::BTreeMap;
use trueup_value::Value;

/// Objects by the names that a case gives them, and its number.
#[derive(Clone, Debug, Default)]
pub struct Names {
    objects: BTreeMap<String, Value>,
    number: usize,
}

impl Names {
    /// None yet, with a number for `${n}` that no other case on the same server has.
    pub fn numbered(number: usize) -> Names {
        Names { objects: BTreeMap::new(), number }
    }

    /// Gives an object a name.
    pub fn put(&mut self, name: &str, object: Value) {
        self.objects.insert(name.to_owned(), object);
    }

    /// The object of this name; panics where there is none.
    pub fn object(&self, name: &str) -> &Value {
        self.objects.get(name).unwrap_or_else(|| panic!("{name} is not set up"))
    }

    /// Puts `${name.attribute}` and `${n}` in.
    pub fn filled(&self, template: &str) -> String {
        let mut out = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("${") {
            let (reference, after) = after.split_once('}').expect("a reference ends");
            out.push_str(before);
            match reference.split_once('.') {
                Some((name, path)) => out.push_str(&text_at(self.object(name), path)),
                None if reference == "n" => out.push_str(&self.number.to_string()),
                None => panic!("${{{reference}}} is neither ${{name.attribute}} nor ${{n}}"),
            }
            rest = after;
        }
        out + rest
    }
}

/// What is at a path in an object: `name`, or `name.0.part` for a part of the first in a list or set.
pub(crate) fn at<'a>(object: &'a Value, path: &str) -> Option<&'a Value> {
    let step = |value: Option<&'a Value>, step: &str| match step.parse::<usize>() {
        Ok(index) => value?.as_sequence()?.get(index),
        Err(_) => value?.get(step),
    };
    path.split('.').fold(Some(object), step)
}

/// The same as text, where it is text or a number.
fn text_at(object: &Value, path: &str) -> String {
    let found = at(object, path);
    let text = found.and_then(|value| match value.as_number() {
        Some(number) => Some(number.to_string()),
        None => value.as_str().map(str::to_owned),
    });
    text.unwrap_or_else(|| panic!("no text is at {path} in {object:?}"))
}
