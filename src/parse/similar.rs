//! "Did you mean ...?": which known name is close to a mistyped one.

use trueup_diag::edit_distance;

/// The nearest of `known` to `word` that is at most two changes away and shares more than it differs.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    known
        .into_iter()
        .map(|name| (edit_distance(word, name), name))
        .filter(|(distance, name)| *distance < 3 && *distance < length.max(name.chars().count()))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}
