//! Labels: those that the configuration gives, with the provider block's, and with those that others have set.

use crate::account::settings::{ATTRIBUTION, Attribution};
use crate::account::site::Site;
use crate::codec;
use serde_json::{Value as Json, json};
use trueup_provider_kit::{Fields, Object, Tags};

/// The attribute with all of them.
pub(crate) const ALL: &str = "effective_labels";
const OURS: &str = "terraform_labels";

/// Works out labels that the plan could not: those of the provider block weren't known then. `prior` is what was there.
pub(crate) fn complete(site: &Site, prior: Option<&Object>, object: &mut Object) {
    if !object.has(ALL) || !object.is_unknown(OURS) {
        return;
    }
    let mut ours = site.settings.labels.defaults.clone().unwrap_or_default();
    let is_attributed = match site.settings.attribution {
        Attribution::Never => false,
        Attribution::OnCreation => prior.is_none_or(|prior| prior.map(OURS).contains_key(ATTRIBUTION.0)),
        Attribution::Always => true,
    };
    if is_attributed {
        ours.insert(ATTRIBUTION.0.to_owned(), ATTRIBUTION.1.to_owned());
    }
    ours.extend(object.map("labels"));
    object.put_map(OURS, &ours);
    let others = prior.map(|prior| (prior.map(ALL), prior.map(OURS))).unwrap_or_default();
    let others = others.0.into_iter().filter(|(key, _)| !others.1.contains_key(key));
    let all: Tags = others.chain(ours).collect();
    object.put_map(ALL, &all);
}

/// Those of a new object.
pub(crate) fn body(object: &Object, body: &mut Json, at: &str) {
    let all = if object.has(ALL) { object.map(ALL) } else { Tags::new() };
    if !all.is_empty() {
        codec::set(body, at, json!(all));
    }
}

/// Takes over what the API tells: of each sort those that are of it already.
pub(crate) fn fill(object: &mut Object, labels: &Json) {
    if !object.has(ALL) {
        return;
    }
    let pairs = labels.as_object().into_iter().flatten();
    let all: Tags = pairs.filter_map(|(key, text)| Some((key.clone(), text.as_str()?.to_owned()))).collect();
    for name in ["labels", OURS] {
        let before = object.map(name);
        let now = all.iter().filter(|(key, _)| before.contains_key(*key));
        let now: Tags = now.map(|(key, text)| (key.clone(), text.clone())).collect();
        object.put_map(name, &now);
    }
    object.put_map(ALL, &all);
}
