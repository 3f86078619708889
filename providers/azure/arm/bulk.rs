//! Reading many with few calls: those of one resource group with one list, a single one by its id.

use crate::account::site::Site;
use crate::arm::document::Document;
use crate::arm::id::{Id, Kind};
use futures::stream::{self, StreamExt};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use trueup_provider_kit::{Fault, FaultKind, Object, Readings};

/// How many calls are under way at a time.
const CALLS_MAX: usize = 8;
/// From so many resource groups on, all of the subscription are listed at once.
const GROUPS_MAX: usize = 16;

/// What was read of each id; nothing where it is gone.
pub(crate) type Found = BTreeMap<String, Result<Json, Fault>>;

/// Reads objects by their ids and fills them in. A thing that is gone, or on its way out, reads as nothing.
pub(crate) async fn read_many(
    site: &Site,
    kind: Kind,
    objects: Vec<Object>,
    fill: impl Fn(&mut Object, &Id, &Json),
) -> Readings {
    let ids = ids(kind, &objects);
    let found = documents(site, kind, ids.iter().flatten().cloned().collect()).await;
    filled(objects, ids, &found, fill)
}

/// The same for things that are part of others, which are listed with them in the array at `path`.
pub(crate) async fn read_parts(
    site: &Site,
    (kind, whole, path): (Kind, Kind, &str),
    objects: Vec<Object>,
    fill: impl Fn(&mut Object, &Id, &Json),
) -> Readings {
    let ids = ids(kind, &objects);
    let found = parts(site, (whole, path), ids.iter().flatten().cloned().collect()).await;
    filled(objects, ids, &found, fill)
}

fn ids(kind: Kind, objects: &[Object]) -> Vec<Option<Id>> {
    objects.iter().map(|object| kind.parse(object.id_or_empty())).collect()
}

fn filled(
    objects: Vec<Object>,
    ids: Vec<Option<Id>>,
    found: &Found,
    fill: impl Fn(&mut Object, &Id, &Json),
) -> Readings {
    let read = |(mut object, id): (Object, Option<Id>)| {
        let id = id.ok_or_else(|| bad_id(&object))?;
        let Some(document) = found.get(&id.key()) else { return Ok(None) };
        fill(&mut object, &id, document.as_ref().map_err(Clone::clone)?);
        Ok(Some(object))
    };
    objects.into_iter().zip(ids).map(read).collect()
}

/// The documents of parts by their keys: a single one is read by itself, several with what they are part of.
pub(crate) async fn parts(site: &Site, (whole, path): (Kind, &str), ids: Vec<Id>) -> Found {
    let keys: BTreeSet<String> = ids.iter().map(Id::key).collect();
    if keys.len() == 1 {
        return single(site, ids).await;
    }
    let wholes = documents(site, whole, ids.iter().map(|id| id.parent(whole)).collect()).await;
    let part = |id: &Id| {
        let document = match wholes.get(&id.parent(whole).key())? {
            Err(fault) => return Some((id.key(), Err(fault.clone()))),
            Ok(document) => document,
        };
        let is_it =
            |part: &&Json| part.word("/name").is_some_and(|name| crate::arm::id::is_same(name, id.name()));
        let part = document.array(path).iter().find(is_it)?;
        Some((id.key(), Ok(part.clone())))
    };
    let mut found: Found = ids.iter().filter_map(part).collect();
    found.retain(|_, document| !is_going(document));
    found
}

/// The documents of ids by their keys.
pub(crate) async fn documents(site: &Site, kind: Kind, ids: Vec<Id>) -> Found {
    let mut groups: BTreeMap<(String, String), Vec<Id>> = BTreeMap::new();
    for id in ids {
        let group = if kind.provider.is_empty() { String::new() } else { id.group.to_lowercase() };
        groups.entry((id.subscription.to_lowercase(), group)).or_default().push(id);
    }
    let is_many = groups.len() > GROUPS_MAX;
    if is_many {
        let mut whole: BTreeMap<(String, String), Vec<Id>> = BTreeMap::new();
        for ((subscription, _), ids) in groups {
            whole.entry((subscription, String::new())).or_default().extend(ids);
        }
        groups = whole;
    }
    let lists = groups.into_iter().map(|((subscription, group), ids)| async move {
        let keys: BTreeSet<String> = ids.iter().map(Id::key).collect();
        if keys.len() == 1 {
            return single(site, ids).await;
        }
        let path = if group.is_empty() {
            kind.list_of_subscription(&subscription)
        } else {
            kind.list_of_group(&subscription, &group)
        };
        listed(site, kind, &path, &ids).await
    });
    let all: Vec<Found> = stream::iter(lists).buffered(CALLS_MAX).collect().await;
    let mut all: Found = all.into_iter().flatten().collect();
    all.retain(|_, document| !is_going(document));
    all
}

async fn single(site: &Site, ids: Vec<Id>) -> Found {
    let Some(id) = ids.first() else { return Found::new() };
    let read = site.arm.get(id, id.kind.version).await.transpose();
    let mut found: Found = read.map(|document| (id.key(), document)).into_iter().collect();
    found.retain(|_, document| !is_going(document));
    found
}

/// Those of a list. What it doesn't show (it is new, or the caller may read it and not list what it is in) is asked for by
/// itself; where it shows nothing at all, there is nothing.
async fn listed(site: &Site, kind: Kind, path: &str, ids: &[Id]) -> Found {
    let items = match site.arm.list(path, kind.version).await {
        Ok(items) if items.is_empty() => return Found::new(),
        Ok(items) => items,
        Err(fault) if fault.kind == FaultKind::Denied => Vec::new(),
        Err(fault) => return ids.iter().map(|id| (id.key(), Err(fault.clone()))).collect(),
    };
    let keyed = |item: Json| Some((kind.parse(item.word("/id")?)?.key(), Ok(item)));
    let mut found: Found = items.into_iter().filter_map(keyed).collect();
    let missing: BTreeMap<String, Id> =
        ids.iter().map(|id| (id.key(), id.clone())).filter(|(key, _)| !found.contains_key(key)).collect();
    let asked = missing.into_values().map(|id| single(site, vec![id]));
    let singles: Vec<Found> = stream::iter(asked).buffered(CALLS_MAX).collect().await;
    found.extend(singles.into_iter().flatten());
    found
}

/// Whether a thing is being deleted: it is as good as gone.
pub(crate) fn is_going(document: &Result<Json, Fault>) -> bool {
    let state = document.as_ref().ok().and_then(|document| document.word("/properties/provisioningState"));
    state.is_some_and(|state| state.eq_ignore_ascii_case("Deleting"))
}

fn bad_id(object: &Object) -> Fault {
    Fault::new(FaultKind::Invalid, format!("{:?} is not an id of this type", object.id_or_empty()))
}
