//! Documents of the management API: reading and setting what stands at a path such as `/properties/addressPrefix`.

use serde_json::{Map, Value as Json};
use trueup_provider_kit::Tags;

/// Typed access to a JSON document by JSON pointers (RFC 6901).
pub(crate) trait Document {
    /// What stands there; None for null too.
    fn at(&self, path: &str) -> Option<&Json>;

    /// A string.
    fn word(&self, path: &str) -> Option<&str> {
        self.at(path)?.as_str()
    }

    /// A bool.
    fn switch(&self, path: &str) -> Option<bool> {
        self.at(path)?.as_bool()
    }

    /// A whole number.
    fn count(&self, path: &str) -> Option<i64> {
        self.at(path)?.as_i64()
    }

    /// The items of an array; none where there is no array.
    fn array(&self, path: &str) -> &[Json] {
        self.at(path).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    /// The strings of an array.
    fn words(&self, path: &str) -> Vec<String> {
        self.array(path).iter().filter_map(Json::as_str).map(str::to_owned).collect()
    }

    /// The strings at a path in each item of an array, such as the ids of references.
    fn words_in(&self, path: &str, inner: &str) -> Vec<String> {
        self.array(path).iter().filter_map(|item| item.word(inner)).map(str::to_owned).collect()
    }

    /// The strings of an object.
    fn tags(&self, path: &str) -> Tags {
        let fields = self.at(path).and_then(Json::as_object).into_iter().flatten();
        fields.filter_map(|(key, text)| Some((key.clone(), text.as_str()?.to_owned()))).collect()
    }

    /// Sets what stands there, with the objects around it where they are missing; None takes it away.
    fn set<T: Into<Json>>(&mut self, path: &str, value: Option<T>);
}

impl Document for Json {
    fn at(&self, path: &str) -> Option<&Json> {
        self.pointer(path).filter(|value| !value.is_null())
    }

    fn set<T: Into<Json>>(&mut self, path: &str, value: Option<T>) {
        let (parents, last) = path.rsplit_once('/').expect("a path begins with a slash");
        let Some(value) = value else {
            if let Some(Json::Object(fields)) = self.pointer_mut(parents) {
                fields.remove(last);
            }
            return;
        };
        let mut place = self;
        for name in parents.split('/').skip(1) {
            place = fields(place).entry(name).or_insert_with(|| Json::Object(Map::new()));
        }
        fields(place).insert(last.to_owned(), value.into());
    }
}

/// The fields of an object; what is none is replaced by one, for null is as good as absent.
fn fields(place: &mut Json) -> &mut Map<String, Json> {
    if !place.is_object() {
        *place = Json::Object(Map::new());
    }
    place.as_object_mut().expect("it was made one")
}

/// `{"id": …}`, as documents refer to other resources.
pub(crate) fn reference(id: Option<&str>) -> Option<Json> {
    id.map(|id| serde_json::json!({"id": id}))
}

/// The same for several.
pub(crate) fn references(ids: &[String]) -> Json {
    ids.iter().filter_map(|id| reference(Some(id))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_set_is_found_and_what_is_taken_away_is_not() {
        let mut document = json!({"properties": {"a": null, "kept": 1}});
        document.set("/properties/a/b", Some("x"));
        document.set("/tags", Some(json!({"k": "v", "n": 1})));
        assert_eq!(document.word("/properties/a/b"), Some("x"));
        assert_eq!(document.tags("/tags"), Tags::from([("k".into(), "v".into())]));
        document.set("/properties/a/b", None::<&str>);
        document.set("/none/at/all", None::<&str>);
        assert_eq!(document, json!({"properties": {"a": {}, "kept": 1}, "tags": {"k": "v", "n": 1}}));
        let items = json!({"l": [{"id": "1"}, {"id": null}, {"id": "2"}], "w": ["a", 1]});
        assert_eq!(items.words_in("/l", "/id"), ["1", "2"]);
        assert_eq!(items.words("/w"), ["a"]);
        assert!(items.array("/none").is_empty());
    }
}
