//! Attributes as the APIs' JSON has them, and back: one table a type says what stands where.

use crate::links;
use crate::places::{Collection, Place};
use serde_json::{Map, Value as Json};
use trueup_provider_kit::{Fields, Object};
use trueup_value::{Kind, Name, Number, Type, Value};

/// Where an attribute or block stands in the JSON.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    name: &'static str,
    /// Names with points between; the attribute's own name in camel case where empty.
    at: &'static str,
    form: Form,
    inside: &'static [Field],
}

#[derive(Clone, Copy, Debug)]
enum Form {
    /// As it is; of blocks a list.
    Plain,
    /// A link; a bare name is one of this collection.
    Link(&'static Collection),
    /// A link in the JSON and a bare name here.
    Short(&'static Collection),
    /// A block that is there at most once: an object in the JSON.
    One,
    /// Sent and never told.
    Sent,
    /// Told and never sent.
    Told,
}

impl Field {
    /// An attribute that the JSON has under the same name.
    pub(crate) const fn new(name: &'static str) -> Field {
        Field { name, at: "", form: Form::Plain, inside: &[] }
    }

    /// Blocks.
    pub(crate) const fn many(name: &'static str, inside: &'static [Field]) -> Field {
        Field { inside, ..Field::new(name) }
    }

    /// A block that is there at most once.
    pub(crate) const fn one(name: &'static str, inside: &'static [Field]) -> Field {
        Field { form: Form::One, inside, ..Field::new(name) }
    }

    /// Under another name, or further inside.
    pub(crate) const fn at(self, at: &'static str) -> Field {
        Field { at, ..self }
    }

    /// It names one of these.
    pub(crate) const fn link(self, to: &'static Collection) -> Field {
        Field { form: Form::Link(to), ..self }
    }

    /// It names one of these, by its name alone.
    pub(crate) const fn short(self, to: &'static Collection) -> Field {
        Field { form: Form::Short(to), ..self }
    }

    /// The API takes it and doesn't tell it.
    pub(crate) const fn sent(self) -> Field {
        Field { form: Form::Sent, ..self }
    }

    /// Only the API says it.
    pub(crate) const fn told(self) -> Field {
        Field { form: Form::Told, ..self }
    }

    /// The attribute's name.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    fn path(&self) -> String {
        if self.at.is_empty() { camel(self.name) } else { self.at.to_owned() }
    }
}

/// The table's line for an attribute.
///
/// # Panics
///
/// When there is none: tables are part of the program.
pub(crate) fn field(fields: &'static [Field], name: &str) -> &'static Field {
    fields.iter().find(|field| field.name == name).unwrap_or_else(|| panic!("the table has no line {name:?}"))
}

/// What a new object's request says.
pub(crate) fn body(object: &Object, fields: &[Field], place: &Place) -> Json {
    let mut out = Json::Object(Map::new());
    for field in fields.iter().filter(|field| !matches!(field.form, Form::Told)) {
        if let Some(json) = object.field(field.name).and_then(|value| encoded(value, field, place)) {
            set(&mut out, &field.path(), json);
        }
    }
    out
}

/// What of a request differs between two objects; what is to be cleared is false, an empty
/// text or list, or null. None where nothing
/// differs.
pub(crate) fn changes(prior: &Object, object: &Object, fields: &[Field], place: &Place) -> Option<Json> {
    let mut out = Json::Object(Map::new());
    for field in fields.iter().filter(|field| !matches!(field.form, Form::Told)) {
        let Some(value) = object.field(field.name).filter(|value| value.is_known()) else { continue };
        let before = prior.field(field.name).and_then(|before| encoded(before, field, place));
        let wanted = encoded(value, field, place);
        if before == wanted {
            continue;
        }
        let mut wanted = wanted.unwrap_or_else(|| cleared(before.as_ref()));
        if let Some(before) = &before {
            clear(before, &mut wanted);
        }
        set(&mut out, &field.path(), wanted);
    }
    out.as_object().is_some_and(|out| !out.is_empty()).then_some(out)
}

/// Says of the parts that were there and are no more that they are to go: what isn't said stays as it is.
fn clear(before: &Json, wanted: &mut Json) {
    let (Json::Object(before), Json::Object(wanted)) = (before, wanted) else { return };
    for (name, before) in before {
        match wanted.get_mut(name) {
            Some(wanted) => clear(before, wanted),
            None => drop(wanted.insert(name.clone(), cleared(Some(before)))),
        }
    }
}

/// What takes something away.
fn cleared(before: Option<&Json>) -> Json {
    match before {
        Some(Json::Array(_)) => Json::Array(Vec::new()),
        Some(Json::String(_)) => Json::String(String::new()),
        Some(Json::Bool(_)) => Json::Bool(false),
        _ => Json::Null,
    }
}

/// Takes over what the API tells.
pub(crate) fn fill(object: &mut Object, json: &Json, fields: &[Field]) {
    for field in fields.iter().filter(|field| !matches!(field.form, Form::Sent)) {
        let ty = object.type_of(field.name).clone();
        let before = object.field(field.name).cloned();
        let value = decoded(&ty, at(json, &field.path()), field, before.as_ref());
        object.put(field.name, value);
    }
}

/// What stands at a path.
pub(crate) fn at<'a>(json: &'a Json, path: &str) -> &'a Json {
    path.split('.').fold(json, |json, name| &json[name])
}

/// Puts something at a path.
pub(crate) fn set(json: &mut Json, path: &str, value: Json) {
    let mut slot = json;
    for name in path.split('.') {
        slot = &mut slot[name];
    }
    *slot = value;
}

/// `autoCreateSubnetworks`
fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut letters = part.chars();
        out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        out.push_str(letters.as_str());
    }
    out
}

fn encoded(value: &Value, field: &Field, place: &Place) -> Option<Json> {
    match value.kind() {
        Kind::Bool(flag) => Some(Json::Bool(*flag)),
        Kind::Number(number) => number_json(number),
        Kind::String(text) if text.is_empty() => None,
        Kind::String(text) => Some(Json::String(match field.form {
            Form::Link(to) | Form::Short(to) => to.linked(place, text),
            _ => text.to_string(),
        })),
        Kind::List(items) | Kind::Set(items) => {
            if matches!(field.form, Form::One) {
                return items.items.first().and_then(|item| encoded(item, field, place));
            }
            let all: Vec<Json> = items.items.iter().filter_map(|item| encoded(item, field, place)).collect();
            (!all.is_empty()).then_some(Json::Array(all))
        }
        Kind::Map(map) if map.1.is_empty() => None,
        Kind::Map(map) => {
            let all = map.1.iter().filter_map(|(key, v)| Some((key.to_string(), v.as_str()?.into())));
            Some(Json::Object(all.collect()))
        }
        Kind::Object(_) => {
            let mut out = Json::Object(Map::new());
            for inner in field.inside.iter().filter(|inner| !matches!(inner.form, Form::Told)) {
                if let Some(json) = value.get(inner.name).and_then(|value| encoded(value, inner, place)) {
                    set(&mut out, &inner.path(), json);
                }
            }
            Some(out)
        }
        _ => None,
    }
}

fn number_json(number: &Number) -> Option<Json> {
    match number.to_i64() {
        Some(whole) => Some(Json::from(whole)),
        None => serde_json::Number::from_f64(number.to_f64()).map(Json::Number),
    }
}

fn decoded(ty: &Type, json: &Json, field: &Field, before: Option<&Value>) -> Value {
    match ty {
        Type::Bool => Value::from(json.as_bool().unwrap_or(false)),
        Type::Number => number(json).map_or_else(|| Value::null(Type::Number), Value::from),
        Type::String => text(json, field).map_or_else(|| Value::null(Type::String), Value::from),
        Type::Map(inner) => {
            let all = json.as_object().into_iter().flatten();
            Value::map(
                (**inner).clone(),
                all.map(|(key, json)| (key.as_str(), decoded(inner, json, field, None))),
            )
        }
        Type::List(inner) => {
            let old = |index: usize| before.and_then(Value::as_sequence).and_then(|items| items.get(index));
            let all = items(json).into_iter().enumerate();
            Value::list((**inner).clone(), all.map(|(index, json)| decoded(inner, json, field, old(index))))
        }
        Type::Set(inner) if matches!(field.form, Form::Link(_)) && **inner == Type::String => {
            Value::set(Type::String, items(json).into_iter().filter_map(|link| kept_link(link, before)))
        }
        Type::Set(inner) => Value::set(
            (**inner).clone(),
            items(json).into_iter().map(|json| decoded(inner, json, field, None)),
        ),
        Type::Object(object) => Value::object(
            object.attributes.iter().map(|(name, ty)| (name.clone(), part(name, ty, json, (field, before)))),
        ),
        _ => Value::null(ty.clone()),
    }
}

/// One attribute of a block; what the API doesn't tell stays as it was.
fn part(name: &Name, ty: &Type, json: &Json, (field, before): (&Field, Option<&Value>)) -> Value {
    let before = before.and_then(|before| before.get(name));
    let line = field.inside.iter().find(|inner| inner.name == &**name);
    let is_of_objects = matches!(ty.element(), Some(Type::Object(_)));
    let is_absent = |inner: &&Field| items(at(json, &inner.path())).is_empty();
    if line.as_ref().is_some_and(is_absent) && ty.element().is_some() && !is_of_objects {
        return Value::null(ty.clone());
    }
    match line.filter(|inner| !matches!(inner.form, Form::Sent)) {
        Some(inner) => decoded(ty, at(json, &inner.path()), inner, before),
        None => before.cloned().unwrap_or_else(|| Value::null(ty.clone())),
    }
}

/// A link in the form that it had.
fn kept_link(link: &Json, before: Option<&Value>) -> Option<Value> {
    let link = link.as_str()?;
    let mut old = before.and_then(Value::as_sequence).into_iter().flatten().filter_map(Value::as_str);
    let same = old.find(|old| links::is_same_link(old, link));
    Some(Value::from(same.unwrap_or(link)))
}

/// The elements of an array; an object stands for the only one.
fn items(json: &Json) -> Vec<&Json> {
    match json {
        Json::Array(all) => all.iter().collect(),
        Json::Null => Vec::new(),
        one => vec![one],
    }
}

/// Numbers of 64 bits are texts in the JSON.
fn number(json: &Json) -> Option<Number> {
    match json {
        Json::Number(number) => Number::parse(&number.to_string()),
        Json::String(text) => Number::parse(text),
        _ => None,
    }
}

fn text(json: &Json, field: &Field) -> Option<String> {
    let text = match json {
        Json::String(text) => text.clone(),
        Json::Number(number) => number.to_string(),
        Json::Bool(flag) => flag.to_string(),
        _ => return None,
    };
    let text = if matches!(field.form, Form::Short(_)) { links::name(&text).to_owned() } else { text };
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use trueup_value::ObjectType;

    static NETWORKS: Collection = Collection::global("networks");
    static TYPES: Collection = Collection::zonal("diskTypes");
    static FIELDS: &[Field] = &[
        Field::new("allow_all").at("rules.allowAll"),
        Field::new("disk_type").short(&TYPES),
        Field::new("ip_version"),
        Field::new("network").link(&NETWORKS),
        Field::new("number").told(),
        Field::one("options", &[Field::new("names"), Field::new("secret").sent(), Field::new("size_gb")]),
        Field::new("ranges"),
    ];

    fn blank() -> Object {
        let options = Type::object([
            ("names", Type::set(Type::String)),
            ("secret", Type::String),
            ("size_gb", Type::Number),
        ]);
        let ty = Type::object([
            ("allow_all", Type::Bool),
            ("disk_type", Type::String),
            ("ip_version", Type::String),
            ("network", Type::String),
            ("number", Type::Number),
            ("options", Type::list(options)),
            ("ranges", Type::list(Type::String)),
        ]);
        let Type::Object(ty) = ty else { unreachable!("it is an object") };
        let ty: std::sync::Arc<ObjectType> = ty;
        Object::blank(&ty)
    }

    fn full() -> Object {
        let mut object = blank();
        object.put_flag("allow_all", Some(false));
        object.put_text("disk_type", Some("pd-ssd"));
        object.put_text("network", Some("default"));
        object.put_integer("number", Some(7));
        object.put_texts("ranges", ["10.0.0.0/8"]);
        let mut options = object.blank_item("options");
        options.put_texts("names", ["b", "a"]);
        options.put_text("secret", Some("s3cret"));
        options.put_integer("size_gb", Some(10));
        object.put_items("options", [options]);
        object
    }

    fn place() -> Place {
        Place { project: "p".into(), region: "r".into(), zone: "r-a".into() }
    }

    #[test]
    fn requests_say_what_is_known() {
        let expected = json!({
            "rules": {"allowAll": false}, "diskType": "projects/p/zones/r-a/diskTypes/pd-ssd",
            "network": "projects/p/global/networks/default", "ranges": ["10.0.0.0/8"],
            "options": {"names": ["a", "b"], "secret": "s3cret", "sizeGb": 10},
        });
        assert_eq!(body(&full(), FIELDS, &place()), expected);
        assert_eq!(body(&blank(), FIELDS, &place()), json!({}));
    }

    #[test]
    fn changes_say_what_is_to_go() {
        let mut now = full();
        now.put_texts::<&str>("ranges", []);
        now.put_null("network");
        let mut options = now.blank_item("options");
        options.put_integer("size_gb", Some(20));
        now.put_items("options", [options]);
        let expected = json!({
            "network": "", "ranges": [], "options": {"names": [], "secret": "", "sizeGb": 20},
        });
        assert_eq!(changes(&full(), &now, FIELDS, &place()), Some(expected));
        assert_eq!(changes(&full(), &full(), FIELDS, &place()), None);
        let gone = changes(&full(), &blank(), FIELDS, &place()).expect("all of it goes");
        assert_eq!((&gone["options"], &gone["rules"]["allowAll"]), (&Json::Null, &json!(false)));
    }

    #[test]
    fn answers_are_taken_over() {
        let answer = json!({
            "rules": {"allowAll": true}, "diskType": "https://x/compute/v1/projects/p/zones/r-a/diskTypes/pd-ssd",
            "ipVersion": "IPV4", "network": "https://x/compute/v1/projects/p/global/networks/default",
            "number": "9007199254740993", "options": {"sizeGb": "10", "secret": "hidden"},
        });
        let mut object = full();
        fill(&mut object, &answer, FIELDS);
        assert_eq!(object.flag("allow_all"), Some(true));
        assert_eq!(object.text("disk_type"), Some("pd-ssd"));
        assert_eq!(object.text("ip_version"), Some("IPV4"), "also where it was not said");
        assert_eq!(object.integer("number"), Some(9_007_199_254_740_993), "no digit is lost");
        let options = object.item("options").expect("it is there");
        assert_eq!((options.integer("size_gb"), options.text("secret")), (Some(10), Some("s3cret")));
        assert!(options.field("names").is_some_and(Value::is_null) && object.items("ranges").is_empty());
    }
}
