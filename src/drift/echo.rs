//! Maps that a provider makes of another one of the same object, such as `tags_all` of `tags`: what was changed in the one
//! is told once.

use crate::document::{AttributeDrift, AttributeKind};
use std::collections::BTreeMap;
use trueup_schema::Block;
use trueup_value::{Path, PathStep, Type};

/// Takes out what says of a map that the provider fills in what another attribute says of a map that Git has.
pub(crate) fn remove_echoes(attributes: &mut Vec<AttributeDrift>, block: &Block) {
    let mut voices: BTreeMap<String, Vec<AttributeDrift>> = BTreeMap::new();
    for one in attributes.iter().filter(|one| of_map(one, block) == Some(false)) {
        if one.kind != AttributeKind::Unmanaged {
            voices.entry(key(one)).or_default().push(one.clone());
        }
    }
    attributes.retain(|one| {
        let voices = voices.get(&key(one)).filter(|_| of_map(one, block) == Some(true));
        !voices.is_some_and(|voices| voices.iter().any(|voice| is_echo(one, voice)))
    });
}

/// Whether it stands in a map that the provider fills in; none where it stands in no map of its own.
fn of_map(one: &AttributeDrift, block: &Block) -> Option<bool> {
    let [PathStep::Attribute(name), PathStep::Index(_)] = &one.path.0[..] else { return None };
    let attribute = block.attributes.get(name)?;
    matches!(attribute.value_type(), Type::Map(_)).then_some(attribute.computed)
}

fn key(one: &AttributeDrift) -> String {
    Path(one.path.0.last().cloned().into_iter().collect()).to_string()
}

fn is_echo(one: &AttributeDrift, voice: &AttributeDrift) -> bool {
    let said = one.kind == AttributeKind::Unmanaged || one.git == voice.git;
    said && one.state == voice.state && one.cloud == voice.cloud
}
