//! A block from an object: every argument that a configuration may set.

use hcl::structure::{Attribute as HclAttribute, Block as HclBlock, BlockLabel, Body};
use hcl::{Expression, Identifier, Number as HclNumber};
use std::sync::Arc;
use trueup_addr::ResourceInstance;
use trueup_plan::Importing;
use trueup_resolve::program::{Import, ProviderRef};
use trueup_schema::{Attribute, Nesting, Schema};
use trueup_value::{Kind, Value};

/// A block to be written.
pub(super) struct Block {
    pub(super) addr: ResourceInstance,
    pub(super) named: Importing,
    pub(super) provider: Option<ProviderRef>,
    pub(super) schema: Arc<Schema>,
    /// The object as it is, marks included.
    pub(super) value: Value,
}

/// The block of an import without any argument.
pub(super) fn empty(import: &Import) -> String {
    let resource = &import.to.resource;
    let provider = import.provider.as_ref().map(provider_line).unwrap_or_default();
    format!("resource \"{}\" \"{}\" {{\n{provider}}}\n", resource.kind, resource.name)
}

fn provider_line(provider: &ProviderRef) -> String {
    format!("  provider = {}\n", provider_name(provider))
}

fn provider_name(provider: &ProviderRef) -> String {
    let alias = provider.alias.as_ref().map(|alias| format!(".{alias}")).unwrap_or_default();
    format!("{}{alias}", provider.name)
}

impl Block {
    /// Its text, with a line that says where it comes from.
    pub(super) fn text(&self) -> String {
        let named = match &self.named {
            Importing::Id(id) => quoted(id),
            identity @ Importing::Identity(_) => identity.to_string(),
        };
        format!("# __generated__ by Terraform from {named}\n{}", self.bare())
    }

    /// The block alone. What is sensitive is left out.
    pub(super) fn bare(&self) -> String {
        let resource = &self.addr.resource;
        let body = body(&self.schema.block, &self.value);
        let labels = vec![
            BlockLabel::String(resource.kind.to_string()),
            BlockLabel::String(resource.name.to_string()),
        ];
        let block = HclBlock { identifier: Identifier::sanitized("resource"), labels, body };
        let text = hcl::format::to_string(&block).expect("a block is always text");
        let text = text.replace(&format!("= {SENSITIVE}"), "= null # sensitive");
        match &self.provider {
            Some(provider) => text.replacen("{\n", &format!("{{\n{}", provider_line(provider)), 1),
            None => text,
        }
    }
}

/// Stands for a sensitive value until the text is there, since a comment is no expression; no other expression
/// reads like it.
const SENSITIVE: &str = "trueup_sensitive_value";

fn quoted(text: &str) -> String {
    hcl::format::to_string(&Expression::String(escaped(text))).expect("a string is always text")
}

fn body(schema: &trueup_schema::Block, value: &Value) -> Body {
    let mut body = Body::builder();
    for (name, attribute) in &schema.attributes {
        if !attribute.required && !attribute.optional {
            continue;
        }
        let inner = value.get(name).cloned().unwrap_or_else(|| Value::null(attribute.value_type()));
        let known_by_provider = attribute.computed && inner.is_null();
        if known_by_provider || (&**name == "id" && attribute.computed) || attribute.deprecated {
            continue;
        }
        body = body.add_attribute(HclAttribute::new(&**name, argument(attribute, &inner)));
    }
    for (name, nested) in &schema.blocks {
        let Some(whole) = value.get(name) else { continue };
        for (key, item) in items(nested.nesting, whole) {
            let labels = key.map(BlockLabel::String).into_iter().collect();
            let body_of = self::body(&nested.block, &item);
            body = body.add_block(HclBlock {
                identifier: Identifier::sanitized(&**name),
                labels,
                body: body_of,
            });
        }
    }
    body.build()
}

fn argument(attribute: &Attribute, value: &Value) -> Expression {
    let hidden = attribute.sensitive || value.deep_marks().is_sensitive();
    if hidden && !value.is_null() {
        return Expression::Variable(hcl::expr::Variable::unchecked(SENSITIVE));
    }
    expression(value)
}

fn items(nesting: Nesting, whole: &Value) -> Vec<(Option<String>, Value)> {
    if whole.is_null() {
        return Vec::new();
    }
    match nesting {
        // A group is there even where nothing of it is written.
        Nesting::Group if whole.as_mapping().is_some_and(|all| all.values().all(Value::is_null)) => {
            Vec::new()
        }
        Nesting::Single | Nesting::Group => vec![(None, whole.clone())],
        Nesting::Map => {
            let all = whole.as_mapping().into_iter().flatten();
            all.map(|(key, item)| (Some(key.to_string()), item.clone())).collect()
        }
        Nesting::List | Nesting::Set => whole.iter_elements().map(|(_, item)| (None, item)).collect(),
    }
}

fn expression(value: &Value) -> Expression {
    match value.kind() {
        Kind::Bool(flag) => Expression::Bool(*flag),
        Kind::String(text) => Expression::String(escaped(text)),
        Kind::Number(number) => number_expression(&number.to_string()),
        Kind::Map(_) | Kind::Object(_) => {
            let all = value.as_mapping().into_iter().flatten();
            let pair = |(name, value): (&trueup_value::Name, &Value)| {
                let key = match Identifier::new(name.to_string()) {
                    Ok(identifier) => hcl::ObjectKey::Identifier(identifier),
                    Err(_) => hcl::ObjectKey::Expression(Expression::String(escaped(name))),
                };
                (key, expression(value))
            };
            Expression::Object(all.map(pair).collect())
        }
        Kind::List(_) | Kind::Set(_) | Kind::Tuple(_) => {
            Expression::Array(value.iter_elements().map(|(_, item)| expression(&item)).collect())
        }
        _ => Expression::Null,
    }
}

/// Numbers keep all of their digits; one that no number of the format holds is written as text, which converts.
fn number_expression(text: &str) -> Expression {
    if let Ok(whole) = text.parse::<i64>() {
        return Expression::Number(HclNumber::from(whole));
    }
    match text.parse::<f64>().ok().filter(|float| float.to_string() == text).and_then(HclNumber::from_f64) {
        Some(number) => Expression::Number(number),
        None => Expression::String(text.to_owned()),
    }
}

/// What would begin a directive of a template is said to be text; hcl-rs does that for interpolations alone.
fn escaped(text: &str) -> String {
    text.replace("%{", "%%{")
}

#[cfg(test)]
mod tests {
    use super::*;
    use trueup_value::Type;

    #[test]
    fn expressions_read_back_as_they_were() {
        let check = |value: Value, wanted: &str| {
            let text = hcl::format::to_string(&expression(&value)).expect("text");
            assert_eq!(text, wanted, "{value:?}");
        };
        check(Value::null(Type::String), "null");
        check("a \"b\"\n\\".into(), r#""a \"b\"\n\\""#);
        check("${x} %{if} $".into(), r#""$${x} %%{if} $""#);
        check(7.into(), "7");
        check(Value::list(Type::String, ["a".into(), "b".into()]), "[\n  \"a\",\n  \"b\"\n]");
        check(Value::object([("a", 1.into()), ("b c", true.into())]), "{\n  a = 1\n  \"b c\" = true\n}");
    }
}
