//! Identities: what names a real object for import, in place of an id. Shaped like the plugin protocol's
//! `ResourceIdentitySchema`.

use std::collections::BTreeMap;
use trueup_diag::nearest;
use trueup_value::{Name, Type, Value, convert};

/// What the identity of a resource type consists of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IdentitySchema {
    /// Rises when stored identities need an upgrade.
    pub version: u64,
    /// Its attributes.
    pub attributes: BTreeMap<Name, IdentityAttribute>,
}

/// One attribute of an identity.
#[derive(Clone, Debug, PartialEq)]
pub struct IdentityAttribute {
    /// Its type.
    pub ty: Type,
    /// An import must set it; others may be left to the provider.
    pub required_for_import: bool,
}

impl IdentitySchema {
    /// The identity that an import gives, with null where it leaves something to the provider; or all that is wrong
    /// with it. `given` must be wholly known.
    pub fn accept(&self, given: &Value) -> Result<Value, Vec<String>> {
        let Some(fields) = given.as_mapping() else {
            return Err(vec![format!("it must be an object, and it is {}", given.ty().friendly_name())]);
        };
        let mut wrong = Vec::new();
        for name in fields.keys().filter(|name| !self.attributes.contains_key(*name)) {
            let near = nearest(name, self.attributes.keys().map(|known| &**known));
            let near = near.map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default();
            wrong.push(format!("it has no attribute \"{name}\"{near}"));
        }
        let mut accepted = BTreeMap::new();
        for (name, attribute) in &self.attributes {
            let value = fields.get(name).filter(|value| !value.is_null());
            let value = match value.map(|value| convert(value, &attribute.ty)) {
                Some(Ok(value)) => value,
                Some(Err(error)) => {
                    wrong.push(format!("\"{name}\": {error}"));
                    continue;
                }
                None if attribute.required_for_import => {
                    wrong.push(format!("\"{name}\" must be set"));
                    continue;
                }
                None => Value::null(attribute.ty.clone()),
            };
            accepted.insert(name.clone(), value);
        }
        if wrong.is_empty() { Ok(Value::object(accepted)) } else { Err(wrong) }
    }
}

#[cfg(test)]
mod tests {
    use super::{IdentityAttribute, IdentitySchema};
    use trueup_value::{Type, Value};

    #[test]
    fn an_identity_is_held_to_its_schema() {
        let attribute = |ty, required_for_import| IdentityAttribute { ty, required_for_import };
        let attributes = [
            ("account".into(), attribute(Type::String, false)),
            ("id".into(), attribute(Type::String, true)),
            ("number".into(), attribute(Type::Number, false)),
        ];
        let schema = IdentitySchema { version: 0, attributes: attributes.into() };
        let check = |given: Value, wrong: &[&str]| {
            let found = schema.accept(&given).err().unwrap_or_default().join("\n");
            assert_eq!(found.is_empty(), wrong.is_empty(), "{given:?}: {found}");
            for word in wrong {
                assert!(found.contains(word), "{given:?}: {found}");
            }
        };
        check(Value::object([("id", Value::from("x"))]), &[]);
        check(Value::object([("id", Value::from("x")), ("number", Value::from("7"))]), &[]);
        check(Value::object([("number", Value::from("many"))]), &["\"id\" must be set", "\"number\""]);
        check(
            Value::object([("idd", Value::from("x"))]),
            &["no attribute \"idd\"", "did you mean \"id\"", "must be set"],
        );
        check(Value::object([("id", Value::null(Type::String))]), &["\"id\" must be set"]);
        check(Value::from("x"), &["must be an object"]);
        let accepted = schema.accept(&Value::object([("id", Value::from("x"))])).expect("it fits");
        assert!(accepted.get("account").is_some_and(Value::is_null));
    }
}
