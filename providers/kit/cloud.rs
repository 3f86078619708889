//! What a cloud crate writes: the cloud itself, its resources and its data sources.

use crate::{Audit, Audited, Catalog, Deadline, Fault, Object, Outside, Planning, Span, TagPolicy};
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;
use trueup_diag::Diagnostics;
use trueup_value::Value;

/// One cloud with one provider configuration.
#[async_trait]
pub trait Cloud: Send + Sync + Sized + 'static {
    /// Where calls go: the clients of one region.
    type Site: Send + Sync + 'static;

    /// Everything it offers; the same at each call.
    fn catalog() -> &'static Catalog<Self::Site>;

    /// What the environment says where the provider block doesn't: attributes of the block, each with the names of
    /// variables, the first of which that is set and not empty counts.
    fn variables() -> &'static [(&'static str, &'static [&'static str])] {
        &[]
    }

    /// Judges the provider block beyond its schema; may see unknowns.
    fn validate(config: &Value) -> Diagnostics;

    /// Takes the provider block, and what it doesn't say from `outside` where the cloud's clients don't do so. While it holds unknowns the answer can still plan creations.
    async fn connect(config: &Value, outside: &Outside) -> Result<Self, Diagnostics>;

    /// What the provider block says about tags.
    fn tags(&self) -> &TagPolicy;

    /// The region of objects that name none; None while it isn't known.
    fn region(&self) -> Option<&str>;

    /// Adds to plans of any type what the provider block says: what objects are in by default, labels. Comes before
    /// [`Resource::plan`].
    fn plan(&self, planning: &mut Planning<'_>) {
        let _ = planning;
    }

    /// Whether the provider block says all that calls take; where it doesn't, [`Cloud::site`] gives a fault.
    fn is_reachable(&self) -> bool {
        true
    }

    /// How many calls were made, those among them that were made again.
    fn calls(&self) -> u64;

    /// Looks in its audit log for writes to objects, in as few calls as the API allows. What can't be found out is told
    /// beside what can.
    async fn audit(&self, objects: &[Audited], span: &Span) -> Audit {
        let _ = (objects, span);
        Audit::default()
    }

    /// The clients of a region, those of the provider's own where None.
    fn site(&self, region: Option<&str>) -> Result<Arc<Self::Site>, Fault>;
}

/// A write under way.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a, S> {
    /// Where.
    pub site: &'a S,
    /// The same at each attempt of one step, different for all others.
    pub token: &'a str,
    /// When to give up.
    pub deadline: Deadline,
}

/// What was read, in the order asked: an object, nothing where it is gone, or why it can't be read.
pub type Readings = Vec<Result<Option<Object>, Fault>>;

/// One type of resource.
#[async_trait]
pub trait Resource<S: Send + Sync>: Send + Sync {
    /// Whether plans of it break the protocol's consistency rules in ways that its schema file doesn't show:
    /// attributes written as blocks, whose unset parts come back as zero values.
    fn is_legacy(&self) -> bool {
        false
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

    /// Attributes that cost a call for each object: reads may leave out those that the configuration leaves to the cloud
    /// ([`Object::is_left`]).
    fn costly(&self) -> &'static [&'static str] {
        &[]
    }

    /// Adds to the plan what the common logic can't know.
    fn plan(&self, planning: &mut Planning<'_>) {
        let _ = planning;
    }

    /// Reads objects of one region: each starts as last known and is brought up to date. Attributes that the API
    /// doesn't tell stay as they are. All tags found go to `tags_all`.
    async fn read_many(&self, site: &S, objects: Vec<Object>) -> Readings;

    /// Makes the object. Sets `id` (and what else is needed to read and delete it) as soon as it exists, so that
    /// nothing is lost when a later call fails; what else the API tells is read afterwards.
    async fn create(&self, call: &Call<'_, S>, object: &mut Object) -> Result<(), Fault>;

    /// Brings it from `prior` to `object` in place.
    async fn update(&self, call: &Call<'_, S>, prior: &Object, object: &mut Object) -> Result<(), Fault>;

    /// Deletes it; a missing one may fail as not found, which counts as done.
    async fn delete(&self, call: &Call<'_, S>, object: &Object) -> Result<(), Fault>;

    /// Takes apart an import id into what reading needs. The id itself unless the type has something else.
    async fn import(&self, site: &S, id: &str, object: &mut Object) -> Result<(), Fault> {
        let _ = site;
        object.put_text("id", Some(id));
        Ok(())
    }

    /// Looks for what a creation with this token and plan may have made; sets `id` and says true when it finds it.
    async fn recover(&self, call: &Call<'_, S>, object: &mut Object) -> Result<bool, Fault>;

    /// Takes away from an object what only `recover` needs. It is called once the creation's end is on record, and not
    /// before: a process may be killed between the two. Nothing to do where the API itself remembers tokens.
    async fn settle(&self, site: &S, object: &Object) -> Result<(), Fault> {
        let _ = (site, object);
        Ok(())
    }
}

/// One type of data source.
#[async_trait]
pub trait DataSource<S: Send + Sync>: Send + Sync {
    /// Judges a configuration beyond its schema; may see unknowns.
    fn validate(&self, config: &Object) -> Diagnostics {
        let _ = config;
        Diagnostics::new()
    }

    /// Reads it: the object starts as configured and is filled in.
    async fn read(&self, site: &S, object: &mut Object) -> Result<(), Fault>;
}
