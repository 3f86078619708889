//! Reading many objects: grouped by type and region, each group with as few calls as its API allows.

use crate::keep::kept;
use crate::notes::{self, IMPORTED};
use crate::{Cloud, Entry, Fault, Fields, Object, Resource, TagPolicy};
use futures::stream::{self, StreamExt};
use std::collections::BTreeMap;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider::{Private, ReadAnswer, ReadRequest};
use trueup_value::{Name, Value};

/// How many groups are read at a time.
const GROUPS_MAX: usize = 8;

/// The requests of one type in one region, each with its place among all.
type Group = Vec<(usize, ReadRequest)>;

/// Reads many objects of any types; answers in the order asked.
pub(crate) async fn read_many<C: Cloud>(cloud: &C, requests: Vec<ReadRequest>) -> Vec<ReadAnswer> {
    let mut groups: BTreeMap<(Name, Option<String>), Group> = BTreeMap::new();
    let count = requests.len();
    for (index, request) in requests.into_iter().enumerate() {
        let region = request.state.get("region").and_then(Value::as_str).filter(|region| !region.is_empty());
        let key = (request.kind.clone(), region.map(str::to_owned));
        groups.entry(key).or_default().push((index, request));
    }
    let mut answers: Vec<Option<ReadAnswer>> = Vec::new();
    answers.resize_with(count, || None);
    let groups = groups.into_iter().map(|((kind, region), group)| read_group(cloud, kind, region, group));
    let mut done = stream::iter(groups).buffer_unordered(GROUPS_MAX);
    while let Some(group) = done.next().await {
        for (index, answer) in group {
            answers[index] = Some(answer);
        }
    }
    answers.into_iter().map(|answer| answer.expect("each request stands in one group")).collect()
}

async fn read_group<C: Cloud>(
    cloud: &C,
    kind: Name,
    region: Option<String>,
    group: Group,
) -> Vec<(usize, ReadAnswer)> {
    let Some(entry) = C::catalog().resource(&kind) else {
        let answer = |(index, request)| (index, failed(request, unknown_kind(&kind)));
        return group.into_iter().map(answer).collect();
    };
    let site = match cloud.site(region.as_deref()) {
        Ok(site) => site,
        Err(fault) => {
            let fault = fault.during(reading_of(entry));
            return group
                .into_iter()
                .map(|(index, request)| (index, failed(request, fault.diagnostic())))
                .collect();
        }
    };
    let blank = entry.blank();
    let objects: Vec<Object> = group
        .iter()
        .map(|(_, request)| {
            let object = entry.object(&request.state).unwrap_or_else(|| blank.clone());
            object.noted(&request.private)
        })
        .collect();
    let readings = entry.code.read_many(&site, objects.clone()).await;
    assert_eq!(readings.len(), group.len(), "{kind} answers each object that it is asked for");
    let mut answers = Vec::with_capacity(group.len());
    for (((index, request), prior), reading) in group.into_iter().zip(objects).zip(readings) {
        let answer = match reading {
            Ok(None) => answered(entry.null(), request.private),
            Ok(Some(mut fresh)) => {
                let region = region.as_deref().or(cloud.region());
                let told = fresh.clone();
                finish(entry, &prior, &mut fresh, (cloud.tags(), region));
                if fresh.note(IMPORTED).is_some() {
                    tell_in_full(entry, &told, &mut fresh);
                    fresh.put_note(IMPORTED, None);
                }
                answered(fresh.value(), notes::write(&request.private, fresh.notes()))
            }
            Err(fault) => {
                let what = format!("{} ({})", reading_of(entry), prior.id_or_empty());
                failed(request, fault.during(what).diagnostic())
            }
        };
        answers.push((index, answer));
    }
    answers
}

/// Brings what was read into the form that the object had: own tags apart from default ones, zero values as they
/// were written.
pub(crate) fn finish<T: ?Sized>(
    entry: &Entry<T>,
    prior: &Object,
    fresh: &mut Object,
    (policy, region): (&TagPolicy, Option<&str>),
) {
    if fresh.has("tags_all") {
        let (own, all) = policy.split(fresh.map("tags_all"), &prior.map("tags"));
        fresh.put_map("tags", &own);
        fresh.put_map("tags_all", &all);
    }
    if fresh.has("region") && !fresh.is_set("region") {
        fresh.put_text("region", region);
    }
    let names: Vec<Name> = fresh.names().cloned().collect();
    for name in names {
        let (Some(before), Some(now)) = (prior.field(&name), fresh.field(&name)) else { continue };
        let kept = kept(&entry.schema.block, &entry.rules, &name, (before, now));
        fresh.put(&name, kept);
    }
}

/// Of an imported object nothing says how its zeros were written, or what was left to the cloud: numbers, and what the
/// cloud tells where nothing was said, are as it tells them. Flags that are off stay unset, as configurations mostly have
/// them.
fn tell_in_full<T: ?Sized>(entry: &Entry<T>, told: &Object, fresh: &mut Object) {
    let names: Vec<Name> = told.names().cloned().collect();
    for name in names {
        let has_word = entry.rules.get(&name).is_some_and(|rule| rule.unset.is_some());
        let is_told = |value: &&Value| value.as_number().is_some() || has_word;
        if let Some(value) = told.field(&name).filter(is_told) {
            fresh.put(&name, value.clone());
        }
    }
}

fn reading_of<T: ?Sized>(entry: &Entry<T>) -> String {
    format!("reading {}", entry.noun)
}

fn answered(state: Value, private: Private) -> ReadAnswer {
    ReadAnswer { state, private, diagnostics: Diagnostics::new() }
}

/// The object as last known, with what went wrong.
pub(crate) fn failed(request: ReadRequest, diagnostics: impl Into<Diagnostics>) -> ReadAnswer {
    ReadAnswer { state: request.state, private: request.private, diagnostics: diagnostics.into() }
}

/// Reads one object of known whereabouts.
pub(crate) async fn read_one<S: Send + Sync>(
    entry: &Entry<dyn Resource<S>>,
    site: &S,
    object: Object,
) -> Result<Option<Object>, Fault> {
    let mut readings = entry.code.read_many(site, vec![object]).await;
    assert_eq!(readings.len(), 1, "{} answers each object that it is asked for", entry.kind);
    readings.remove(0).map_err(|fault| fault.during(reading_of(entry)))
}

/// The complaint about a type that the cloud's table doesn't have.
pub(crate) fn unknown_kind(kind: &str) -> Diagnostic {
    Diagnostic::error(
        "Invalid resource type",
        format!("The embedded provider does not have the type {kind:?}."),
    )
    .hint("Use the provider plugin for configurations that need this type.")
}
