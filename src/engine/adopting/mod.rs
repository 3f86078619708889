//! `drift -adopt`: what others changed is taken into the configuration.

mod agreed;
mod written;

use crate::session::Session;
use std::collections::BTreeMap;
use std::path::PathBuf;
use trueup_addr::ResourceInstance;
use trueup_diag::Span;
use trueup_drift::{AttributeDrift, AttributeKind, DriftKind, ResourceDrift};
use trueup_plan::{Plan, Secrets};
use trueup_schema::attribute_at;
use trueup_value::{PathStep, Value};
use written::{Place, Written};

/// What comes of taking drift into the configuration. Nothing is written yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Adoption {
    /// The new texts of the files that change.
    pub files: BTreeMap<PathBuf, String>,
    /// What they take over: the instance, and the attribute's name.
    pub adopted: Vec<(ResourceInstance, String)>,
    /// What they don't.
    pub left: Vec<Unadopted>,
}

/// Something that isn't taken over.
#[derive(Clone, Debug, PartialEq)]
pub struct Unadopted {
    /// The instance.
    pub addr: ResourceInstance,
    /// The attribute; none for the instance as a whole.
    pub attribute: Option<String>,
    /// Why, in words without a full stop.
    pub why: String,
    /// Where in the session's sources.
    pub at: Option<Span>,
}

/// Takes what the world changed into the files of the configuration.
pub fn adopt(session: &Session, plan: &Plan, drifted: &[&ResourceDrift]) -> Adoption {
    let mut adoption = Adoption::default();
    let mut written = Written::new(&session.program, &session.sources, &session.inputs);
    let taking = Taking { session, secrets: Secrets::of(plan, &session.program) };
    let mut wants: Vec<Want> = Vec::new();
    for resource in drifted {
        if resource.kind == DriftKind::Vanished {
            let why = "it is gone: take its block out, or correct it".into();
            let addr = resource.addr.clone();
            adoption.left.push(Unadopted { addr, attribute: None, why, at: None });
            continue;
        }
        for attribute in resource.attributes.iter().filter(|one| one.kind != AttributeKind::Unmanaged) {
            match taking.want(&written, resource, attribute) {
                Ok(Some(want)) => wants.push(want),
                Ok(None) => {}
                Err(left) => adoption.left.push(*left),
            }
        }
    }
    let unfit = agreed::unfit(&wants, plan, &written);
    let mut fit = Vec::with_capacity(wants.len());
    for (want, unfit) in wants.iter().zip(unfit) {
        match unfit {
            Some((why, at)) => adoption.left.push(want.left(why, Some(at))),
            None => fit.push(want),
        }
    }
    for (want, changed) in fit.iter().zip(written.change(&fit)) {
        match changed {
            Ok(()) => adoption.adopted.push((want.addr.clone(), want.name.clone())),
            Err(refused) => adoption.left.push(want.left(refused.why, Some(refused.at))),
        }
    }
    let named = |(file, text)| (session.world.dir.join(&*session.sources.file(file).name), text);
    adoption.files = written.into_changed().map(named).collect();
    adoption
}

/// One attribute of one instance, and what it is to be.
struct Want {
    addr: ResourceInstance,
    name: String,
    path: Vec<PathStep>,
    value: Value,
    /// Where it is written in the files as they are.
    place: Place,
}

impl Want {
    fn left(&self, why: impl Into<String>, at: Option<Span>) -> Unadopted {
        let (addr, attribute) = (self.addr.clone(), Some(self.name.clone()));
        Unadopted { addr, attribute, why: why.into(), at }
    }
}

/// What says what may be taken over.
struct Taking<'s> {
    session: &'s Session,
    secrets: Secrets,
}

impl Taking<'_> {
    /// None where there is nothing to do.
    fn want(
        &self,
        written: &Written<'_>,
        resource: &ResourceDrift,
        attribute: &AttributeDrift,
    ) -> Result<Option<Want>, Box<Unadopted>> {
        let left = |why: &str, at| {
            let (addr, attribute) = (resource.addr.clone(), Some(attribute.name()));
            Err(Box::new(Unadopted { addr, attribute, why: why.into(), at }))
        };
        match attribute.kind {
            AttributeKind::Changed => {}
            AttributeKind::Conflicting => {
                return left("Git has a change of its own that was never applied", None);
            }
            AttributeKind::Unapplied | AttributeKind::Converged | AttributeKind::Unmanaged => {
                return Ok(None);
            }
        }
        // What providers copy isn't marked.
        let all = [&attribute.git, &attribute.state, &attribute.cloud];
        let is_copy = || all.into_iter().any(|value| self.secrets.veiled(value).deep_marks().is_sensitive());
        if attribute.is_sensitive() || is_copy() {
            return left("it is sensitive, and would stand in a file for all to read", None);
        }
        let kind = &resource.addr.resource.kind;
        let schema = self.session.providers.resource(&resource.provider.provider, false, kind);
        let found = schema.as_deref().and_then(|schema| attribute_at(&schema.block, &attribute.path));
        if found.is_none() {
            return left("whole blocks are not written or removed", None);
        }
        let (path, value) = (attribute.path.0.clone(), attribute.cloud.without_marks());
        let route = written.route(&resource.addr.config(), &path, &value);
        match route.and_then(|(place, edit)| edit.map(|_| place)) {
            Ok(place) => {
                Ok(Some(Want { addr: resource.addr.clone(), name: attribute.name(), path, value, place }))
            }
            Err(refused) => left(&refused.why, Some(refused.at)),
        }
    }
}
