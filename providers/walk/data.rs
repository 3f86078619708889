//! Data sources: what they answer, and what they refuse.

use crate::names::at;
use crate::{Cloud, DataCase, Names, Stand};
use trueup_value::json;

/// Reads every case, and panics where an answer is another.
pub async fn read_data<S: Stand>(cloud: &Cloud<S>, cases: impl Iterator<Item = &DataCase>) {
    for (number, case) in cases.enumerate() {
        let mut names = Names::numbered(number);
        for (name, kind, config) in case.setup {
            let made = cloud.create(kind, &names.filled(config)).await;
            names.put(name, made);
        }
        reads(cloud, case, &names).await;
        for (config, words) in case.refused {
            let (_, told) = cloud.data(case.kind, &names.filled(config)).await;
            let told = format!("{told:?}");
            assert!(told.contains(words), "{} {config} is refused with {words:?}: {told}", case.kind);
        }
        for (name, kind, _) in case.setup.iter().rev() {
            cloud.delete(kind, names.object(name)).await;
        }
    }
}

/// Panics where a data source of the provider has no case.
pub fn assert_every_data_source_has_a_case<S: Stand>(cases: &[&DataCase]) {
    let provider = S::provider("");
    let is_read = |kind: &str| cases.iter().any(|case| case.kind == kind);
    let kinds = provider.schema().data_sources.keys().map(|kind| &**kind);
    let missing: Vec<&str> = kinds.filter(|kind| !is_read(kind)).collect();
    assert!(missing.is_empty(), "no case for the data sources {}", missing.join(", "));
}

async fn reads<S: Stand>(cloud: &Cloud<S>, case: &DataCase, names: &Names) {
    let kind = case.kind;
    let (found, told) = cloud.data(kind, &names.filled(case.config)).await;
    assert!(told.is_empty(), "data {kind}: {told:#?}");
    assert!(found.is_wholly_known(), "data {kind}: {found:?}");
    for (path, expected) in case.expected {
        let text = names.filled(expected);
        let expected =
            json::decode_implied(&text).unwrap_or_else(|e| panic!("data {kind} {path} {text}: {e}"));
        let value = at(&found, path).unwrap_or_else(|| panic!("data {kind} has no {path}: {found:?}"));
        let shown = json::encode(value).unwrap_or_else(|e| panic!("data {kind} {path}: {e}"));
        let wanted = json::encode(&expected).unwrap_or_else(|e| panic!("data {kind} {path}: {e}"));
        assert_eq!(shown, wanted, "data {kind}: {path}");
    }
    for (name, attributes) in case.same {
        for attribute in *attributes {
            let object = names.object(name);
            assert_eq!(at(&found, attribute), at(object, attribute), "data {kind}: {attribute} of {name}");
        }
    }
}
