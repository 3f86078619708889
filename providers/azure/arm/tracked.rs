//! What types have in common whose things Azure tracks by themselves: they have a name in a resource group (or are one),
//! a location and tags ("tracked resources" in the documentation of Azure Resource Manager).

use crate::account::site::Site;
use crate::arm::bulk::read_many;
use crate::arm::document::Document;
use crate::arm::id::{Id, Kind};
use crate::arm::mark::{self, marked, tags, unmark};
use crate::arm::place::{edge_zone, fill_names, plan_location};
use crate::arm::write::{HALF_HOUR, change, create, delete};
use async_trait::async_trait;
use serde_json::{Value as Json, json};
use std::time::Duration;
use trueup_diag::Diagnostics;
use trueup_provider_kit::{Call, Fault, Fields, Object, Planning, Readings, Resource};

/// What is its own in a type.
#[async_trait]
pub(crate) trait Tracked: Send + Sync {
    /// What it is one of.
    fn kind(&self) -> Kind;

    /// How long writes may take where a `timeouts` block doesn't say.
    fn patience(&self) -> Duration {
        HALF_HOUR
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

    /// The document that makes it, but for location, edge zone and tags.
    fn body(&self, object: &Object) -> Result<Json, Fault> {
        let _ = object;
        Ok(json!({}))
    }

    /// Brings a document to what the attributes say that can be changed in place, but for tags. It may be called anew
    /// with what others have written in between.
    fn edit(&self, prior: &Object, object: &Object, document: &mut Json) {
        let _ = (prior, object, document);
    }

    /// Changes it in place.
    async fn update(
        &self,
        call: &Call<'_, Site>,
        id: &Id,
        (prior, object): (&Object, &mut Object),
    ) -> Result<(), Fault> {
        let edit = |document: &mut Json| {
            self.edit(prior, object, document);
            document.set("/tags", Some(json!(object.map("tags"))));
            Ok(())
        };
        change(call, id, edit).await.map(drop)
    }

    /// What there is to do before it is deleted.
    async fn unmake(&self, call: &Call<'_, Site>, id: &Id, object: &Object) -> Result<(), Fault> {
        let _ = (call, id, object);
        Ok(())
    }

    /// Takes over what the document tells, but for id, name, group, location, edge zone and tags.
    fn fill(&self, object: &mut Object, document: &Json);
}

/// A tracked type as a type of resource.
pub(crate) struct Tracking<T>(pub(crate) T);

#[async_trait]
impl<T: Tracked> Resource<Site> for Tracking<T> {
    /// Parts that are attributes written as blocks come back as zero values where they are unset.
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
        plan_location(planning);
        self.0.plan(planning);
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        let fill = |object: &mut Object, id: &Id, document: &Json| {
            fill_common(object, id, document);
            self.0.fill(object, document);
        };
        read_many(site, self.0.kind(), objects, fill).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let id = self.id(call.site, object);
        let mut body = self.0.body(object)?;
        body.set("/location", object.text("location"));
        body.set("/extendedLocation", edge_zone(object));
        body.set("/tags", Some(marked(object, call.token)));
        create(call, &id, object, &body).await.map(drop)
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let id = self.0.kind().given(prior.id_or_empty())?;
        self.0.update(call, &id, (prior, object)).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let id = self.0.kind().given(object.id_or_empty())?;
        self.0.unmake(call, &id, object).await?;
        delete(call, &id).await
    }

    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        object.put_text("id", Some(self.0.kind().given(id)?.to_string()));
        Ok(())
    }

    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        mark::recover(call, &self.id(call.site, object), object).await
    }

    async fn settle(&self, site: &Site, object: &Object) -> Result<(), Fault> {
        unmark(site, &self.0.kind().given(object.id_or_empty())?).await
    }
}

impl<T: Tracked> Tracking<T> {
    /// The id that its attributes name: a group is named by its name alone.
    fn id(&self, site: &Site, object: &Object) -> Id {
        let kind = self.0.kind();
        let name = |name| object.text(name).unwrap_or_default();
        if kind.is_group() {
            return site.id(kind, name("name"), &[]);
        }
        site.id(kind, name("resource_group_name"), &[name("name")])
    }
}

/// Fills in what all tracked things have: id, name, group, location, edge zone and tags.
pub(crate) fn fill_common(object: &mut Object, id: &Id, document: &Json) {
    fill_names(object, id, document);
    object.put_text("location", document.word("/location"));
    if object.has("edge_zone") {
        object.put_text("edge_zone", document.word("/extendedLocation/name"));
    }
    object.put_map("tags", &tags(document));
}
