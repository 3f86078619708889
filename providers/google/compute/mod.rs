//! Compute Engine: what its types have in common.

pub(crate) mod address;
mod change;
pub(crate) mod disk;
pub(crate) mod firewall;
pub(crate) mod image;
pub(crate) mod instance;
pub(crate) mod instance_template;
mod machine;
pub(crate) mod network;
mod operation;
pub(crate) mod route;
pub(crate) mod router;
pub(crate) mod router_nat;
pub(crate) mod subnetwork;

use crate::account::Request;
use crate::account::site::Site;
use crate::codec::{self, Field};
use crate::compute::change::Change;
use crate::deletion::{import, is_left};
use crate::fault::found;
use crate::labels;
use crate::links;
use crate::places::{Collection, Place, Scope};
use async_trait::async_trait;
use futures::stream::{self, StreamExt};
use reqwest::Method;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use trueup_diag::Diagnostics;
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object, Planning, Readings, Resource, unread};
use uuid::Uuid;

pub(crate) static DISKS: Collection = Collection::zonal("disks");
pub(crate) static INSTANCES: Collection = Collection::zonal("instances");
pub(crate) static NETWORKS: Collection = Collection::global("networks");
pub(crate) static ROUTERS: Collection = Collection::regional("routers");
pub(crate) static SUBNETWORKS: Collection = Collection::regional("subnetworks");

/// Up to how many objects of a place are asked for one by one; beyond it all of the place are listed.
const SINGLE_MAX: usize = 3;
/// How many things are asked for at a time.
const GETS_MAX: usize = 8;
/// What request ids are made in.
const REQUESTS: Uuid = Uuid::from_u128(0x8d2c_70d6_4f0b_4a53_9d0b_6f1c_5ab7_1e90);

/// What is its own in a type.
#[async_trait]
pub(crate) trait Kind: Send + Sync {
    /// What it is one of.
    fn collection(&self) -> &'static Collection;

    /// What of it stands where in the JSON, but for what all types have.
    fn fields(&self) -> &'static [Field];

    /// Where labels stand in the JSON.
    fn labels_at(&self) -> &'static str {
        "labels"
    }

    /// What a new one is called.
    fn name(&self, call: &Call<'_, Site>, object: &Object) -> String {
        let _ = call;
        object.owned("name").unwrap_or_default()
    }

    /// How long writes may take where a `timeouts` block doesn't say.
    fn patience(&self) -> Duration {
        Duration::from_mins(20)
    }

    /// Judges a configuration beyond its schema; may see unknowns.
    fn validate(&self, config: &Object) -> Diagnostics {
        let _ = config;
        Diagnostics::new()
    }

    /// Adds to the plan what the common logic can't know.
    fn plan(&self, planning: &mut Planning<'_>) {
        let _ = planning;
    }

    /// Adds to the request that makes it what the table can't say.
    async fn body(&self, site: &Site, object: &Object, body: &mut Json) -> Result<(), Fault> {
        let _ = (site, object, body);
        Ok(())
    }

    /// What there is to do once it is made.
    async fn made(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let _ = (call, object);
        Ok(())
    }

    /// Changes it in place. Labels are seen to elsewhere.
    async fn update(&self, change: &Change<'_>) -> Result<(), Fault>;

    /// What there is to do before it is deleted.
    async fn unmake(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let _ = (call, object);
        Ok(())
    }

    /// Adds to what was found what takes calls of its own, for all at once.
    async fn gather(&self, site: &Site, found: &mut BTreeMap<String, Json>) -> Result<(), Fault> {
        let _ = (site, found);
        Ok(())
    }

    /// Takes over what the table can't say.
    fn fill(&self, object: &mut Object, json: &Json) {
        let _ = (object, json);
    }
}

/// A type of Compute as a type of resource.
pub(crate) struct Compute<T>(pub(crate) T);

#[async_trait]
impl<T: Kind> Resource<Site> for Compute<T> {
    fn is_legacy(&self) -> bool {
        true
    }

    fn patience(&self) -> Duration {
        self.0.patience()
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        self.0.validate(config)
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        self.0.plan(planning);
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        let ids: BTreeSet<String> = objects.iter().map(|object| object.id_or_empty().to_owned()).collect();
        let mut there = match there(site, ids).await {
            Ok(there) => there,
            Err(fault) => return unread(&objects, &fault),
        };
        if let Err(fault) = self.0.gather(site, &mut there).await {
            return unread(&objects, &fault);
        }
        let read = |mut object: Object| {
            let json = there.get(object.id_or_empty());
            Ok(json.map(|json| {
                self.tell(&mut object, json);
                object
            }))
        };
        objects.into_iter().map(read).collect()
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let place = Place::of(object);
        let collection = self.0.collection();
        let name = self.0.name(call, object);
        object.put_text("name", Some(&name));
        let (parent, path) = (collection.parent(&place)?, collection.path(&place, &name)?);
        let operation = self.insert(call, object, (&place, &parent)).await?;
        object.put_text("id", Some(&path));
        if let Err(fault) = operation::finish(call, operation).await {
            let is_there = match fault.kind {
                // Something may come yet of what is under way still.
                FaultKind::TimedOut => true,
                // Who looks for it waits for its end, and goes on from there.
                FaultKind::Unanswered => false,
                // Where nothing came of it there is nothing to record.
                _ => !matches!(found(call.site.compute.get(&path).await), Ok(None)),
            };
            object.put_text("id", is_there.then_some(&path));
            return Err(fault);
        }
        self.complete(call, object).await
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        labels::complete(call.site, Some(prior), object);
        let change = Change { call, prior, object, fields: self.0.fields() };
        change.labels().await?;
        self.0.update(&change).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        if is_left(object)? {
            return Ok(());
        }
        self.0.unmake(call, object).await?;
        let operation = call.site.compute.put(Method::DELETE, object.id_or_empty(), None).await?;
        operation::finish(call, operation).await
    }

    async fn import(&self, site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        let collection = self.0.collection();
        let Some((place, name)) = collection.taken_apart(id, &site.place()) else {
            let message = format!("the import id {id:?} does not have one of the forms that it may have");
            return Err(
                Fault::new(FaultKind::Invalid, message).hint(format!("Write {}.", collection.forms()))
            );
        };
        object.put_text("id", Some(collection.path(&place, &name)?));
        object.put_text("name", Some(name));
        if object.has("deletion_policy") {
            import(&site.settings, object);
        }
        locate(object, collection, &place);
        Ok(())
    }

    /// The API knows a request again by its id: made once more it is not made twice, and what someone else has made
    /// under this name refuses it.
    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let place = Place::of(object);
        let name = self.0.name(call, object);
        object.put_text("name", Some(&name));
        let parent = self.0.collection().parent(&place)?;
        let path = self.0.collection().path(&place, &name)?;
        let id = request_id(call, &parent);
        operation::settled(call, &place, &id).await?;
        if found(call.site.compute.get(&path).await)?.is_none() {
            return Ok(false);
        }
        let operation = self.insert(call, object, (&place, &parent)).await?;
        operation::finish(call, operation).await?;
        object.put_text("id", Some(&path));
        self.complete(call, object).await?;
        Ok(true)
    }
}

impl<T: Kind> Compute<T> {
    /// Does what there is to do once it is made. It is no fault without an answer that comes of it in the end, after which
    /// a look could find the thing as it was planned, but for that.
    async fn complete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let is_unanswered = |fault: &Fault| fault.kind == FaultKind::Unanswered;
        let made = call.deadline.retry(is_unanswered, || self.0.made(call, object)).await;
        made.map_err(|fault| {
            let kind = if is_unanswered(&fault) { FaultKind::Other } else { fault.kind };
            Fault { kind, ..fault }
        })
    }

    /// Asks for it to be made; asked again it answers the operation that the first request has begun.
    async fn insert(
        &self,
        call: &Call<'_, Site>,
        object: &mut Object,
        (place, parent): (&Place, &str),
    ) -> Result<Json, Fault> {
        labels::complete(call.site, None, object);
        let body = self.request(call.site, object, place).await?;
        let id = request_id(call, parent);
        let query = [("requestId", id.as_str())];
        let request = Request { query: &query, body: Some(&body), ..Request::of(Method::POST, parent) };
        call.deadline.retry(is_not_ready, || call.site.compute.send(&request)).await
    }

    /// The request that makes it.
    async fn request(&self, site: &Site, object: &Object, place: &Place) -> Result<Json, Fault> {
        let mut body = codec::body(object, self.0.fields(), place);
        codec::set(&mut body, "name", object.text("name").into());
        labels::body(object, &mut body, self.0.labels_at());
        self.0.body(site, object, &mut body).await?;
        Ok(body)
    }

    /// Takes over what the API tells.
    fn tell(&self, object: &mut Object, json: &Json) {
        let path = path_of(json).unwrap_or_else(|| object.id_or_empty().to_owned());
        let collection = self.0.collection();
        if let Some((place, name)) = collection.taken_apart(&path, &Place::default()) {
            locate(object, collection, &place);
            object.put_text("name", Some(name));
        }
        object.put_text("id", Some(&path));
        if object.has("self_link") {
            object.put_text("self_link", json["selfLink"].as_str());
        }
        codec::fill(object, json, self.0.fields());
        labels::fill(object, codec::at(json, self.0.labels_at()));
        self.0.fill(object, json);
    }
}

/// The things at these paths, as far as they are there: one by one where they are few, and else all of their place. What a
/// list doesn't show (it is new, or the caller may not list) is asked for itself; where it shows nothing, there is nothing.
async fn there(site: &Site, paths: BTreeSet<String>) -> Result<BTreeMap<String, Json>, Fault> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for path in paths.iter().filter(|path| !path.is_empty()) {
        *counts.entry(parent(path)).or_default() += 1;
    }
    let (mut found_all, mut singles) = (BTreeMap::new(), Vec::new());
    for (place, count) in counts {
        if count <= SINGLE_MAX {
            singles.extend(paths.iter().filter(|path| parent(path) == place).cloned());
            continue;
        }
        let listed = match found(site.compute.list(place, &[]).await) {
            Err(fault) if fault.kind == FaultKind::Denied => Some(Vec::new()),
            listed => listed?.filter(|listed| !listed.is_empty()),
        };
        let Some(listed) = listed else { continue };
        let listed = listed.into_iter().filter_map(|json| Some((path_of(&json)?, json)));
        found_all.extend(listed.filter(|(path, _)| paths.contains(path)));
        let is_missing = |path: &&String| parent(path) == place && !found_all.contains_key(*path);
        singles.extend(paths.iter().filter(is_missing).cloned());
    }
    let get =
        |path: String| async move { Ok::<_, Fault>((path.clone(), found(site.compute.get(&path).await)?)) };
    let mut answers = stream::iter(singles).map(get).buffered(GETS_MAX);
    while let Some(answer) = answers.next().await {
        let (path, json) = answer?;
        found_all.extend(json.map(|json| (path, json)));
    }
    Ok(found_all)
}

/// Says where an object is.
fn locate(object: &mut Object, collection: &Collection, place: &Place) {
    object.put_text("project", Some(&place.project));
    if object.has("region") && collection.scope == Scope::Region {
        object.put_text("region", Some(&place.region));
    }
    if object.has("zone") {
        object.put_text("zone", Some(&place.zone));
    }
}

/// What the API knows a write again by: the same at each attempt.
fn request_id(call: &Call<'_, Site>, what: &str) -> String {
    Uuid::new_v5(&REQUESTS, format!("{}/{what}", call.token).as_bytes()).to_string()
}

/// Whether something that is referred to isn't ready yet: it soon will be.
pub(crate) fn is_not_ready(fault: &Fault) -> bool {
    ["resourceNotReady", "RESOURCE_NOT_READY"].contains(&fault.code.as_str())
}

/// `projects/p/global/networks`
fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn path_of(json: &Json) -> Option<String> {
    Some(links::path(json["selfLink"].as_str()?).to_owned())
}
