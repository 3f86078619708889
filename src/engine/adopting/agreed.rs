//! What may be written although others read it too: all of them have to want the same.

use super::Want;
use super::written::{Followed, Place, Written, steps, told};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use trueup_addr::{ConfigResource, Mode, Resource, ResourceInstance};
use trueup_diag::Span;
use trueup_plan::Plan;

/// Why something isn't written, and where that can be seen.
pub(super) type Unfit = (String, Span);

/// Wants by the place where they are written, as positions in their list.
type Places<'w> = BTreeMap<(Span, &'w [String]), Vec<usize>>;

/// The blocks whose attribute is written in a place.
type Reached = BTreeMap<(Span, Vec<String>), BTreeSet<ConfigResource>>;

/// For each want why it isn't written, where it isn't: what is written in one place holds for each instance that it is
/// read for, and for whatever else reads it.
pub(super) fn unfit(wants: &[Want], plan: &Plan, written: &Written<'_>) -> Vec<Option<Unfit>> {
    let mut places = Places::new();
    for (at, want) in wants.iter().enumerate() {
        places.entry((want.place.anchor, &want.place.path)).or_default().push(at);
    }
    let mut instances: BTreeMap<ConfigResource, BTreeSet<&ResourceInstance>> = BTreeMap::new();
    let managed = plan.changes.iter().filter(|one| one.addr.resource.mode == Mode::Managed);
    for one in managed {
        instances.entry(one.addr.config()).or_default().insert(&one.addr);
    }
    let reached = reached(wants, &instances, written);
    let mut all: Vec<Option<Unfit>> = wants.iter().map(|_| None).collect();
    for (key, members) in &places {
        let group: Vec<&Want> = members.iter().map(|at| &wants[*at]).collect();
        let shared = || as_git_says(&group, &reached, &instances).or_else(|| read_elsewhere(&group, written));
        let others = at_odds(key, &group, &places, wants);
        let why = if others.is_some() { None } else { shared() };
        for (at, want) in members.iter().zip(&group) {
            let odd = others.as_ref().map(|(one, other)| {
                let other = if want.value == one.value { other } else { one };
                let same = "it is written in the same place as that of";
                (format!("{same} {}, which has another value", other.addr), want.place.span)
            });
            all[*at] = odd.or_else(|| why.clone());
        }
    }
    all
}

/// Two wants that one place can't fulfil: the first of a group, and one that isn't of the same value.
fn at_odds<'w>(
    key: &(Span, &[String]),
    group: &[&'w Want],
    places: &Places<'_>,
    wants: &'w [Want],
) -> Option<(&'w Want, &'w Want)> {
    let first = *group.first()?;
    if let Some(other) = group.iter().find(|other| other.value != first.value) {
        return Some((first, other));
    }
    let (anchor, path) = key;
    let around = (0..path.len()).find_map(|length| places.get(&(*anchor, &path[..length])));
    let mut behind = places.range((Bound::Excluded(*key), Bound::Unbounded));
    let inside = behind.next().filter(|(next, _)| next.0 == *anchor && next.1.starts_with(path));
    let other = around.or(inside.map(|(_, members)| members))?;
    Some((first, &wants[*other.first()?]))
}

/// Follows each attribute that is wanted from all blocks that have it: a module may be called several times.
fn reached(
    wants: &[Want],
    instances: &BTreeMap<ConfigResource, BTreeSet<&ResourceInstance>>,
    written: &Written<'_>,
) -> Reached {
    let mut blocks: BTreeMap<&Resource, Vec<&ConfigResource>> = BTreeMap::new();
    instances.keys().for_each(|block| blocks.entry(&block.resource).or_default().push(block));
    let mut reached = Reached::new();
    let mut seen = BTreeSet::new();
    for want in wants {
        if !seen.insert((&want.addr.resource, steps(&want.path))) {
            continue;
        }
        for block in blocks.get(&want.addr.resource).into_iter().flatten() {
            if let Ok((place, _)) = written.route(block, &want.path, &want.value) {
                reached.entry((place.anchor, place.path)).or_default().insert((*block).clone());
            }
        }
    }
    reached
}

/// An instance that it is written for as well and that didn't change.
fn as_git_says(
    group: &[&Want],
    reached: &Reached,
    instances: &BTreeMap<ConfigResource, BTreeSet<&ResourceInstance>>,
) -> Option<Unfit> {
    let Place { anchor, path, span, .. } = &group.first()?.place;
    let wanting: BTreeSet<&ResourceInstance> = group.iter().map(|want| &want.addr).collect();
    let blocks = reached.get(&(*anchor, path.clone())).into_iter().flatten();
    let all = blocks.filter_map(|block| instances.get(block)).flatten();
    let other = all.into_iter().find(|addr| !wanting.contains(*addr))?;
    Some((format!("it is written for {other} as well, which is as Git says"), *span))
}

/// Something else that reads a variable or a local value on the way.
fn read_elsewhere(group: &[&Want], written: &Written<'_>) -> Option<Unfit> {
    let trail = || group.iter().flat_map(|want| &want.place.trail);
    let known: BTreeSet<Span> = trail().map(|one| one.at).collect();
    let mut seen = BTreeSet::new();
    let mut followed = trail().filter(|one| seen.insert((&one.directory, &one.reference, &one.rest)));
    followed.find_map(|one| {
        let Followed { directory, reference, rest, own, .. } = one;
        let at = written.reading(directory, reference, |reading| {
            let apart = reading.path.iter().zip(rest).any(|(one, other)| one != other);
            let within = reading.span.file == own.file && (own.start..own.end).contains(&reading.span.start);
            apart || within || known.contains(&reading.span)
        })?;
        Some((format!("{} is read elsewhere as well", told(reference)), at))
    })
}
