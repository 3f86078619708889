//! Stored objects of other schema versions.

use crate::{Entry, Object};
use serde_json::Value as Json;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider::{UpgradeAnswer, UpgradeRequest};
use trueup_value::{Number, Type, Value};

/// Reads a stored object. Attributes that older versions had and this one lacks are left behind; those that are
/// new start as null. An object of a newer version is taken when nothing in it is foreign.
pub(crate) fn upgrade<T: ?Sized>(entry: &Entry<T>, request: &UpgradeRequest<'_>) -> UpgradeAnswer {
    UpgradeAnswer { state: read(entry, request) }
}

fn read<T: ?Sized>(entry: &Entry<T>, request: &UpgradeRequest<'_>) -> Result<Value, Diagnostics> {
    let bad = |detail: String| {
        Diagnostic::error("Failed to decode resource from state", format!("{}: {detail}.", request.kind))
    };
    let json: Json = serde_json::from_str(request.json).map_err(|e| bad(e.to_string()))?;
    let Json::Object(fields) = json else {
        return Err(bad("the stored object is not an object".into()).into());
    };
    let mut object: Object = entry.blank();
    for (name, json) in &fields {
        if !object.has(name) {
            if request.version > entry.schema.version {
                return Err(newer(request, name).into());
            }
            continue;
        }
        if json.is_null() {
            continue;
        }
        let ty = object.type_of(name).clone();
        let value = value(json, &ty).ok_or_else(|| bad(format!("{name} is not a {ty}")))?;
        object.put(name, value);
    }
    Ok(object.value())
}

fn newer(request: &UpgradeRequest<'_>, name: &str) -> Diagnostic {
    let UpgradeRequest { kind, version, .. } = request;
    Diagnostic::error(
        "Resource instance managed by newer provider version",
        format!(
            "A {kind} was stored with schema version {version}, whose attribute {name:?} this provider lacks."
        ),
    )
    .hint("Use the provider plugin of the version that wrote the state.")
}

/// A JSON value as a value of a type; objects may lack attributes and have others.
fn value(json: &Json, ty: &Type) -> Option<Value> {
    if json.is_null() {
        return Some(Value::null(ty.clone()));
    }
    let items =
        |element: &Type| json.as_array()?.iter().map(|item| value(item, element)).collect::<Option<Vec<_>>>();
    Some(match (ty, json) {
        (Type::Bool, Json::Bool(flag)) => Value::from(*flag),
        (Type::Bool, Json::String(text)) => Value::from(text.parse::<bool>().ok()?),
        (Type::Number, Json::Number(number)) => Value::from(Number::parse(&number.to_string())?),
        (Type::Number, Json::String(text)) => Value::from(Number::parse(text)?),
        (Type::String, Json::String(text)) => Value::from(text.as_str()),
        (Type::String, Json::Bool(_) | Json::Number(_)) => Value::from(json.to_string()),
        (Type::List(element), _) => Value::list((**element).clone(), items(element)?),
        (Type::Set(element), _) => Value::set((**element).clone(), items(element)?),
        (Type::Map(element), Json::Object(fields)) => {
            let fields = fields.iter().map(|(name, json)| Some((name.as_str(), value(json, element)?)));
            Value::map((**element).clone(), fields.collect::<Option<Vec<_>>>()?)
        }
        (Type::Object(object), Json::Object(fields)) => {
            let part = |(name, ty): (&trueup_value::Name, &Type)| {
                Some((name.clone(), value(fields.get(&**name).unwrap_or(&Json::Null), ty)?))
            };
            Value::object(object.attributes.iter().map(part).collect::<Option<Vec<_>>>()?)
        }
        _ => return None,
    })
}
