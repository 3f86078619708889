//! The objects of the state: decoded, brought up to the schema's version, and read as they really are.

use super::PlanOptions;
use super::instance::dress;
use super::watched::shown_id;
use crate::bindings::{Bindings, gone, provider_addr};
use crate::providers::Providers;
use crate::selection::touches;
use crate::world::Refreshed;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trueup_addr::{InstanceKey, Mode, Name, ResourceInstance, Target};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_evaluate::{InstanceAsk, ProviderAsk};
use trueup_provider::{Private, Provider, RecoverAnswer, RecoverRequest, UpgradeRequest};
use trueup_refresh::{ObjectId, Observed, Prior, refresh};
use trueup_resolve::Program;
use trueup_resolve::program::ProviderBinding;
use trueup_schema::Schema;
use trueup_state::{Action, Begun, Change, Object, ObjectError, State, Status};
use trueup_value::{Marks, Path, Value, msgpack};

/// An object as it is.
#[derive(Clone, Debug)]
pub(crate) struct PriorObject {
    /// Marks included.
    pub(crate) value: Value,
    pub(crate) private: Private,
    pub(crate) status: Status,
}

/// A difference between what the state said and what is there.
#[derive(Clone, Debug)]
pub(crate) struct Drifted {
    pub(crate) id: ObjectId,
    pub(crate) before: Value,
    /// Null when it is gone.
    pub(crate) after: Value,
}

/// The state on its way to being what the plan stands on.
pub(crate) struct Objects {
    /// Moved and, as far as it has come, refreshed.
    pub(crate) state: State,
    pub(crate) moved_from: BTreeMap<ResourceInstance, ResourceInstance>,
    pub(crate) drifted: Vec<Drifted>,
    /// What was read and the state can't take: it would keep the attributes of before while the plan stands on the
    /// new ones.
    pub(crate) unstorable: Vec<Diagnostic>,
    known: BTreeMap<ObjectId, PriorObject>,
    read: BTreeSet<ObjectId>,
    bindings: Bindings,
    partial: bool,
    excludes: BTreeSet<Target>,
    /// What was read of objects that may turn out to be left out: it counts once it is clear that they are not.
    aside: BTreeMap<ObjectId, Seen>,
}

/// One object to be read.
pub(crate) struct Item {
    id: ObjectId,
    object: Object,
    schema: Arc<Schema>,
    /// Something stands in for its provider, so that there is nothing to be read.
    made_up: bool,
}

/// What is to be done when a provider is configured.
pub(crate) struct ProviderWork {
    items: Vec<Item>,
    refresh: bool,
    in_flight: Vec<(Begun, Arc<Schema>)>,
}

impl ProviderWork {
    /// Only the configuration.
    pub(crate) fn none() -> ProviderWork {
        ProviderWork { items: Vec::new(), refresh: false, in_flight: Vec::new() }
    }

    /// What is read.
    pub(crate) fn subjects(&self) -> Vec<Refreshed> {
        let items: &[Item] = if self.refresh { &self.items } else { &[] };
        let subject = |item: &Item| Refreshed {
            addr: item.id.addr.clone(),
            deposed: item.id.deposed.clone(),
            id: shown_id(&item.object, &item.schema),
        };
        items.iter().map(subject).collect()
    }
}

/// An object that was read.
pub(crate) struct Seen {
    id: ObjectId,
    object: Object,
    schema: Arc<Schema>,
    /// As the state had it, marks included.
    before: Value,
    observed: Observed,
}

impl Seen {
    /// An object that is just as it was first seen.
    pub(crate) fn unchanged(
        addr: ResourceInstance,
        object: Object,
        schema: Arc<Schema>,
        (value, private): (Value, trueup_provider::Private),
    ) -> Seen {
        let observed = Observed { value: value.clone(), private };
        Seen { id: ObjectId { addr, deposed: None }, object, schema, before: value, observed }
    }
}

/// What came of configuring a provider and reading its objects.
pub(crate) struct Readied {
    pub(crate) provider: Option<Arc<dyn Provider>>,
    pub(crate) observed: Vec<Seen>,
    pub(crate) recovered: Vec<Change>,
    pub(crate) diagnostics: Diagnostics,
}

impl Objects {
    pub(crate) fn new(
        state: State,
        moved_from: BTreeMap<ResourceInstance, ResourceInstance>,
        options: &PlanOptions,
    ) -> Objects {
        Objects {
            state,
            moved_from,
            drifted: Vec::new(),
            unstorable: Vec::new(),
            known: BTreeMap::new(),
            read: BTreeSet::new(),
            bindings: Bindings::default(),
            partial: options.is_partial(),
            excludes: options.excludes.clone(),
            aside: BTreeMap::new(),
        }
    }

    /// The provider configurations that objects in the state need; those that are gone are reported.
    pub(crate) fn bindings(
        &mut self,
        program: &Program,
        options: &PlanOptions,
    ) -> (BTreeSet<ProviderBinding>, Diagnostics) {
        let mut all = BTreeSet::new();
        let mut diagnostics = Diagnostics::new();
        for (node, resource) in &self.state.resources {
            let managed = node.resource.mode == Mode::Managed;
            let is_about = |key: &InstanceKey| managed && options.is_about(&node.instance(key.clone()));
            let instances = resource.instances.iter().filter(|(key, _)| is_about(key));
            let (keyed, plain): (Vec<_>, Vec<_>) = instances.partition(|(_, one)| one.provider.is_some());
            let keyed =
                keyed.into_iter().filter_map(|(key, one)| Some((Some(key), one.provider.as_deref()?)));
            for (key, provider) in plain.first().map(|_| (None, &resource.provider)).into_iter().chain(keyed)
            {
                match (self.bindings.find(program, provider), key) {
                    (Some(binding), _) => drop(all.insert(binding)),
                    (None, None) => diagnostics.push(gone(node, provider)),
                    (None, Some(key)) => diagnostics.push(gone(&node.instance(key.clone()), provider)),
                }
            }
        }
        (all, diagnostics)
    }

    /// What is to be read with a provider configuration, and what a killed run may have made with it.
    pub(crate) fn work_of(
        &self,
        binding: &ProviderBinding,
        providers: &Providers,
        options: &PlanOptions,
        in_flight: &[Begun],
    ) -> ProviderWork {
        let items = self.state.objects().filter(|object| {
            object.node.resource.mode == Mode::Managed
                && self.bindings.known(object.provider) == Some(binding)
                && options.is_about(&object.address())
        });
        let items =
            items.filter_map(|object| self.item(object.address(), object.deposed, binding, providers));
        // An object that is in the state was made, and the journal says so: only its provisioners were cut short.
        let begun = in_flight.iter().filter(|begun| {
            begun.action == Action::Create
                && self.state.current(&begun.address).is_none()
                && self.bindings.known(&begun.provider).is_none_or(|b| b == binding)
                && begun.provider.provider == binding.provider
        });
        let in_flight = begun.filter_map(|begun| {
            let schema = providers.resource(&binding.provider, false, &begun.address.resource.kind)?;
            Some((begun.clone(), schema))
        });
        ProviderWork { items: items.collect(), refresh: options.refresh, in_flight: in_flight.collect() }
    }

    fn item(
        &self,
        addr: ResourceInstance,
        deposed: Option<&Name>,
        binding: &ProviderBinding,
        providers: &Providers,
    ) -> Option<Item> {
        let object = self.state.object(&addr, deposed.map(|d| &**d))?.clone();
        let schema = providers.resource(&binding.provider, false, &addr.resource.kind)?;
        let made_up = providers.is_stood_in(&addr);
        let id = ObjectId { addr, deposed: deposed.map(ToString::to_string) };
        Some(Item { id, object, schema, made_up })
    }

    /// Whether an instance has objects that were not read yet, as in a run about a part of the configuration.
    pub(crate) fn must_read(&self, addr: &ResourceInstance) -> bool {
        let id = ObjectId { addr: addr.clone(), deposed: None };
        self.partial && self.state.current(addr).is_some() && !self.read.contains(&id)
    }

    pub(crate) fn work_of_one(
        &self,
        ask: &InstanceAsk,
        providers: &Providers,
        refresh: bool,
    ) -> ProviderWork {
        let item = self.item(ask.addr.clone(), None, &ask.binding, providers);
        ProviderWork { items: item.into_iter().collect(), refresh, in_flight: Vec::new() }
    }

    /// Takes what was read: into what is known, into the state, and into what has drifted.
    pub(crate) fn take(&mut self, seen: Vec<Seen>, recovered: &[Change]) {
        for change in recovered {
            self.state.apply(change).expect("what was recovered goes where nothing is");
        }
        for one in seen {
            self.read.insert(one.id.clone());
            if touches(&self.excludes, &one.object.dependencies) {
                self.aside.insert(one.id.clone(), one);
            } else {
                self.take_one(one);
            }
        }
    }

    /// An object is not left out, so what was read of it counts.
    pub(crate) fn include(&mut self, id: &ObjectId) {
        if let Some(seen) = self.aside.remove(id) {
            self.take_one(seen);
        }
    }

    fn take_one(&mut self, seen: Seen) {
        let Seen { id, object, schema, before, observed } = seen;
        let deposed: Option<Name> = id.deposed.as_deref().map(Into::into);
        if observed.value != before {
            self.drifted.push(Drifted {
                id: id.clone(),
                before: before.clone(),
                after: observed.value.clone(),
            });
        }
        if observed.value.is_null() {
            let change = Change::Remove { address: id.addr.clone(), deposed };
            self.state.apply(&change).expect("removing always fits");
            return;
        }
        let changed = observed.value != before || object.schema_version != schema.version;
        match changed.then(|| Object::encode(&observed.value, &schema)) {
            Some(Ok(fresh)) => {
                let fresh = Object {
                    attributes: fresh.attributes,
                    schema_version: fresh.schema_version,
                    private: observed.private.clone(),
                    ..object.clone()
                };
                self.set(&id.addr, deposed, fresh);
            }
            Some(Err(error)) => self.unstorable.push(not_stored(&id.addr, &error)),
            None => {}
        }
        let prior = PriorObject { value: observed.value, private: observed.private, status: object.status };
        self.known.insert(id, prior);
    }

    fn set(&mut self, addr: &ResourceInstance, deposed: Option<Name>, object: Object) {
        let Some(provider) = self.state.provider(addr).cloned() else { return };
        let change = Change::Set { address: addr.clone(), deposed, provider, object };
        self.state.apply(&change).expect("setting always fits");
    }

    /// Takes a data source's result into the state.
    pub(crate) fn set_data(&mut self, program: &Program, ask: &InstanceAsk, value: &Value, schema: &Schema) {
        let object = match Object::encode(value, schema) {
            Ok(object) => object,
            Err(error) => return self.unstorable.push(not_stored(&ask.addr, &error)),
        };
        let provider = provider_addr(program, &ask.binding);
        let change = Change::Set { address: ask.addr.clone(), deposed: None, provider, object };
        self.state.apply(&change).expect("setting always fits");
    }

    /// The current object of an instance as it is.
    pub(crate) fn prior(&self, addr: &ResourceInstance) -> Option<PriorObject> {
        self.known.get(&ObjectId { addr: addr.clone(), deposed: None }).cloned()
    }

    /// Any object as it is.
    pub(crate) fn known(&self, id: &ObjectId) -> Option<&PriorObject> {
        self.known.get(id)
    }

    /// The binding of a provider configuration that a journal names.
    pub(crate) fn find_binding(
        &mut self,
        program: &Program,
        provider: &trueup_addr::ProviderConfigAddr,
    ) -> Option<ProviderBinding> {
        self.bindings.find(program, provider)
    }

    /// The binding of a provider configuration that the state names.
    pub(crate) fn binding(&self, provider: &trueup_addr::ProviderConfigAddr) -> Option<&ProviderBinding> {
        self.bindings.known(provider)
    }
}

/// Configures a provider, looks for what a killed run may have made, and reads its objects.
pub(crate) async fn ready_provider(
    provider: Arc<dyn Provider>,
    program: Arc<Program>,
    ask: &ProviderAsk,
    work: ProviderWork,
) -> Readied {
    let config = ask.config.without_marks();
    let mut diagnostics = provider.validate_config(&config).await;
    if !diagnostics.has_errors() {
        diagnostics.append(provider.configure(&config).await);
    }
    if diagnostics.has_errors() {
        let place = |d: Diagnostic| d.at_opt(ask.span);
        let diagnostics = diagnostics.into_iter().map(place).collect();
        return Readied { provider: None, observed: Vec::new(), recovered: Vec::new(), diagnostics };
    }
    if work.refresh && !work.items.is_empty() && !provider.is_reachable() {
        let detail = "Its configuration depends on what is not known before an apply, so the objects that were made with it are taken to be as the state has them.";
        let warning = Diagnostic::warning("Objects of a provider were not read", detail).at_opt(ask.span);
        diagnostics.push(warning.on(provider_addr(&program, &ask.binding).to_string()));
    }
    let work = ProviderWork { refresh: work.refresh && provider.is_reachable(), ..work };
    let (recovered, mut items, found) = recover(&*provider, &program, ask, &work.in_flight).await;
    diagnostics.append(found);
    items.extend(work.items);
    let work = ProviderWork { items, in_flight: Vec::new(), ..work };
    let mut readied = read_objects(Some(provider), work).await;
    readied.recovered = recovered;
    diagnostics.append(readied.diagnostics);
    Readied { diagnostics, ..readied }
}

type Recovery = (Vec<Change>, Vec<Item>, Diagnostics);

async fn recover(
    provider: &dyn Provider,
    program: &Program,
    ask: &ProviderAsk,
    in_flight: &[(Begun, Arc<Schema>)],
) -> Recovery {
    let mut changes = Vec::new();
    let mut items = Vec::new();
    let mut diagnostics = Diagnostics::new();
    for (begun, schema) in in_flight {
        let planned =
            begun.planned.as_ref().and_then(|bytes| msgpack::decode(bytes, &schema.block.value_type()).ok());
        let Some(planned) = planned else {
            diagnostics.push(unreadable(begun));
            continue;
        };
        let kind = begun.address.resource.kind.clone();
        let request = RecoverRequest { kind, planned, token: begun.token.clone() };
        match provider.recover(request).await {
            RecoverAnswer::Absent => {}
            RecoverAnswer::Unknown(found) => {
                diagnostics.extend(found.into_iter().map(|d| d.on(begun.address.to_string())));
            }
            RecoverAnswer::Found(value, private) => match Object::encode(&value, schema) {
                Ok(object) => {
                    let object = Object {
                        private,
                        dependencies: begun.dependencies.clone(),
                        create_before_destroy: begun.create_before_destroy,
                        ..object
                    };
                    let id = ObjectId { addr: begun.address.clone(), deposed: None };
                    items.push(Item { id, object: object.clone(), schema: schema.clone(), made_up: false });
                    changes.push(Change::Set {
                        address: begun.address.clone(),
                        deposed: None,
                        provider: provider_addr(program, &ask.binding),
                        object,
                    });
                }
                Err(error) => diagnostics.push(
                    Diagnostic::error("Object of an interrupted run can't be stored", format!("{error}."))
                        .on(begun.address.to_string()),
                ),
            },
        }
    }
    (changes, items, diagnostics)
}

fn not_stored(addr: &ResourceInstance, error: &ObjectError) -> Diagnostic {
    let detail = format!("What the provider read of {addr} can't be stored: {error}.");
    Diagnostic::error("Object can't be stored", detail)
        .on(addr.to_string())
        .hint("this is a defect of the provider: report it there")
}

fn unreadable(begun: &Begun) -> Diagnostic {
    Diagnostic::error(
        "Interrupted creation can't be looked into",
        format!(
            "An earlier run began to create {} and did not learn how that ended, and what it had planned can't be read.",
            begun.address
        ),
    )
    .on(begun.address.to_string())
    .hint("look in the cloud whether the object was made; if so, import it, or delete it there")
}

/// Decodes and reads objects, all in one call to the provider.
pub(crate) async fn read_objects(provider: Option<Arc<dyn Provider>>, work: ProviderWork) -> Readied {
    let mut diagnostics = Diagnostics::new();
    let Some(live) = provider.clone() else {
        return Readied { provider, observed: Vec::new(), recovered: Vec::new(), diagnostics };
    };
    let mut decoded = Vec::with_capacity(work.items.len());
    for item in work.items {
        match decode(&*live, &item).await {
            Ok(value) => decoded.push((item, value)),
            Err(found) => diagnostics.extend(found.into_iter().map(|d| d.on(item.id.addr.to_string()))),
        }
    }
    let mut observed = BTreeMap::new();
    if work.refresh {
        let real = decoded.iter().filter(|(item, _)| !item.made_up);
        let priors: Vec<Prior> = real.map(|(item, value)| prior_of(item, value)).collect();
        let (found, problems) = refresh(&*live, &priors).await;
        observed = found;
        diagnostics.append(problems);
    }
    let seen = decoded.into_iter().filter_map(|(item, before)| {
        let observed = if work.refresh && !item.made_up {
            let raw = observed.remove(&item.id)?;
            Observed { value: redress(&item, &raw.value), private: raw.private }
        } else {
            Observed { value: before.clone(), private: item.object.private.clone() }
        };
        Some(Seen { id: item.id, object: item.object, schema: item.schema, before, observed })
    });
    Readied { provider, observed: seen.collect(), recovered: Vec::new(), diagnostics }
}

fn prior_of(item: &Item, value: &Value) -> Prior {
    Prior { id: item.id.clone(), value: value.without_marks(), private: item.object.private.clone() }
}

/// What the state keeps marked and what the schema marks, on a value without marks.
fn redress(item: &Item, value: &Value) -> Value {
    let marks: Vec<(Path, Marks)> =
        item.object.sensitive.iter().map(|path| (path.clone(), Marks::SENSITIVE)).collect();
    dress(&item.schema, value, &marks)
}

/// A value with what its schema marks.
pub(crate) fn dressed(schema: &Schema, value: &Value) -> Value {
    dress(schema, value, &[])
}

async fn decode(provider: &dyn Provider, item: &Item) -> Result<Value, Diagnostics> {
    if let Ok(value) = item.object.decode(&item.schema) {
        return Ok(redress(item, &value.without_marks()));
    }
    let kind = &item.id.addr.resource.kind;
    if item.object.schema_version > item.schema.version {
        return Err(Diagnostic::error(
            "Resource instance managed by newer provider version",
            format!(
                "The object was stored with schema version {} of {kind}, and this provider has version {}.",
                item.object.schema_version, item.schema.version
            ),
        )
        .hint("use a version of the provider that is at least as new")
        .into());
    }
    let request = UpgradeRequest { kind, version: item.object.schema_version, json: &item.object.attributes };
    let value = provider.upgrade(request).await.state?;
    Ok(redress(item, &value))
}
