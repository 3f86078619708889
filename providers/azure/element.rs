//! Elements of attributes that are written as blocks: what isn't said in one stands as the zero value of its type, or as
//! what it is by default. States of the reference provider hold them so.

use trueup_value::{Kind, Name, Type, Value};

/// What elements hold where nothing is said, by attribute: anything but the zero value.
pub(crate) type Defaults = [(&'static str, bool)];

/// A set or list of elements with nothing left null.
pub(crate) fn normal(value: &Value, defaults: &Defaults) -> Value {
    let Some(items) = value.as_sequence() else { return value.clone() };
    let ty = value.ty();
    let Some(element) = ty.element() else { return value.clone() };
    let items = items.iter().map(|item| normal_item(item, defaults));
    match value.kind() {
        Kind::Set(_) => Value::set(element.clone(), items),
        _ => Value::list(element.clone(), items),
    }
}

fn normal_item(item: &Value, defaults: &Defaults) -> Value {
    let Some(fields) = item.as_mapping() else { return item.clone() };
    let part = |(name, value): (&Name, &Value)| {
        let default = defaults.iter().find(|(of, _)| **of == **name).map(|(_, flag)| Value::from(*flag));
        let value = if value.is_null() {
            default.unwrap_or_else(|| zero(&value.ty()))
        } else {
            // Objects inside have no defaults of their own.
            match value.ty().element() {
                Some(Type::Object(_)) => normal(value, &[]),
                _ => value.clone(),
            }
        };
        (name.clone(), value)
    };
    Value::object(fields.iter().map(part))
}

/// The element with one of its attributes replaced.
pub(crate) fn with(item: &Value, name: &str, value: &Value) -> Value {
    let Some(fields) = item.as_mapping() else { return item.clone() };
    let part =
        |(of, old): (&Name, &Value)| (of.clone(), if **of == *name { value.clone() } else { old.clone() });
    Value::object(fields.iter().map(part))
}

fn zero(ty: &Type) -> Value {
    match ty {
        Type::Bool => Value::from(false),
        Type::Number => Value::from(0),
        Type::String => Value::from(""),
        Type::List(inner) => Value::list((**inner).clone(), []),
        Type::Set(inner) => Value::set((**inner).clone(), []),
        Type::Map(inner) => Value::map::<&str>((**inner).clone(), []),
        other => Value::null(other.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_zero_or_default() {
        let item = Value::object([
            ("name", Value::from("a")),
            ("note", Value::null(Type::String)),
            ("on", Value::null(Type::Bool)),
            ("ports", Value::null(Type::set(Type::String))),
        ]);
        let set = Value::set(item.ty(), [item]);
        let found = normal(&set, &[("on", true)]);
        let found = found.as_sequence().expect("a set")[0].clone();
        assert_eq!(found.get("note"), Some(&Value::from("")));
        assert_eq!(found.get("on"), Some(&Value::from(true)));
        assert_eq!(found.get("ports").and_then(Value::as_sequence), Some(&[][..]));
        assert_eq!(with(&found, "name", &Value::from("b")).get("name"), Some(&Value::from("b")));
    }
}
