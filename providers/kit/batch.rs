//! Many objects with few calls.

use crate::{Fault, Object, Readings};
use futures::stream::{self, StreamExt};
use std::collections::BTreeMap;
use std::future::Future;

/// How many calls of one batch are under way at a time.
const CALLS_MAX: usize = 8;

/// Reads each object with calls of its own, a few at a time.
pub async fn each<F>(objects: Vec<Object>, read: impl Fn(Object) -> F) -> Readings
where
    F: Future<Output = Result<Option<Object>, Fault>>,
{
    stream::iter(objects).map(read).buffered(CALLS_MAX).collect().await
}

/// Describes objects by their ids, `chunk` ids a call, and answers what was found by id. Ids are asked for once
/// however often they occur. `describe` must leave out what it doesn't find.
pub async fn described<T, F>(
    ids: impl IntoIterator<Item = String>,
    chunk: usize,
    describe: impl Fn(Vec<String>) -> F,
) -> Result<BTreeMap<String, T>, Fault>
where
    F: Future<Output = Result<Vec<(String, T)>, Fault>>,
{
    let mut ids: Vec<String> = ids.into_iter().collect();
    ids.sort();
    ids.dedup();
    let chunks: Vec<Vec<String>> = ids.chunks(chunk).map(<[String]>::to_vec).collect();
    let mut answers = stream::iter(chunks).map(describe).buffered(CALLS_MAX);
    let mut found = BTreeMap::new();
    while let Some(answer) = answers.next().await {
        found.extend(answer?);
    }
    Ok(found)
}

/// Reads objects of an API that describes many by their ids: each object is filled in from what was found under its
/// key. A key that wasn't found is an object that is gone.
pub async fn lookup<T, F>(
    objects: Vec<Object>,
    chunk: usize,
    key: impl Fn(&Object) -> String,
    describe: impl Fn(Vec<String>) -> F,
    fill: impl Fn(&mut Object, &T),
) -> Readings
where
    F: Future<Output = Result<Vec<(String, T)>, Fault>>,
{
    let keys: Vec<String> = objects.iter().map(key).collect();
    let asked = keys.iter().filter(|key| !key.is_empty()).cloned();
    let found = match described(asked, chunk, describe).await {
        Ok(found) => found,
        Err(fault) => return unread(&objects, &fault),
    };
    let read = |(mut object, key): (Object, String)| {
        Ok(found.get(&key).map(|description| {
            fill(&mut object, description);
            object
        }))
    };
    objects.into_iter().zip(keys).map(read).collect()
}

/// The answer for objects of which what they have in common could not be read.
pub fn unread(objects: &[Object], fault: &Fault) -> Readings {
    objects.iter().map(|_| Err(fault.clone())).collect()
}

/// What was described, by the key that it is asked for with; what has none is left out.
pub fn keyed<T>(items: impl IntoIterator<Item = T>, key: impl Fn(&T) -> Option<String>) -> Vec<(String, T)> {
    items.into_iter().filter_map(|item| Some((key(&item)?, item))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn ids_are_asked_for_once_and_in_chunks() {
        let calls = AtomicUsize::new(0);
        let ids = (0..1000).map(|n| format!("id-{n}")).chain(["id-1".into(), "gone".into()]);
        let found = described(ids, 200, |ids| {
            calls.fetch_add(1, Ordering::Relaxed);
            async move { Ok(ids.into_iter().filter(|id| id != "gone").map(|id| (id, ())).collect()) }
        });
        let found = found.await.expect("no call fails");
        assert_eq!((found.len(), calls.into_inner()), (1000, 6));
    }
}
