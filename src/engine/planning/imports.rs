//! `import` blocks: objects that exist already come under management.

use super::objects::{Readied, Seen, dressed};
use super::watched::Watched;
use super::{Answer, Planner};
use crate::Event;
use crate::bindings::provider_addr;
use crate::world::Refreshed;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use std::collections::BTreeMap;
use std::sync::Arc;
use trueup_addr::{ConfigResource, InstanceKey, ResourceInstance};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_evaluate::{Evaluated, InstanceAsk};
use trueup_plan::{Importing, PlanMode};
use trueup_provider::{ImportAnswer, Private, Provider, ReadRequest};
use trueup_resolve::program::Import;
use trueup_resolve::{Expr, NodeId, Program};
use trueup_schema::Schema;
use trueup_state::{Change, Object};
use trueup_value::{Kind, Value};

/// What the `import` blocks say of an instance.
pub(super) enum Sought {
    /// Nothing.
    Nothing,
    /// It can't be told before something else is there.
    NotYet,
    /// A block is wrong, which is reported.
    Wrong,
    /// What names the object.
    Object(Importing),
}

/// `each.key` and `each.value` of a block with `for_each`.
type Each = (Value, Value);

/// The keys of the modules and of the instance, and what they come from in a block with `for_each`.
type Element = (Vec<InstanceKey>, Option<Each>);

/// What the `import` blocks say about one resource, as far as it could be told: each block is read once.
#[derive(Default)]
pub(super) struct Wanted {
    /// Places of blocks that are still to be read.
    unread: Vec<usize>,
    /// How far the sheet was when they were last tried.
    tried: Option<usize>,
    /// Place of the block, and its element, by the keys of the modules and of the instance.
    found: BTreeMap<Vec<InstanceKey>, (usize, Option<Each>)>,
    /// A block is wrong, which is reported.
    wrong: bool,
}

/// The blocks by what they are about, none of them read yet.
pub(super) fn wanted(program: &Program) -> BTreeMap<ConfigResource, Wanted> {
    let mut all: BTreeMap<ConfigResource, Wanted> = BTreeMap::new();
    for (place, import) in program.module_at(NodeId::ROOT).imports.iter().enumerate() {
        all.entry(import.to.clone()).or_default().unread.push(place);
    }
    all
}

impl<'a> Planner<'a> {
    /// What is to be imported as an instance that the state doesn't have.
    pub(super) fn sought(&mut self, addr: &ResourceInstance) -> Sought {
        let resource = addr.config();
        let Some(mut wanted) = self.wanted.remove(&resource) else { return Sought::Nothing };
        self.read_blocks(&mut wanted);
        let keys = addr.module.0.iter().map(|step| &step.key).chain([&addr.key]);
        let keys: Vec<InstanceKey> = keys.cloned().collect();
        let sought = match wanted.found.get(&keys) {
            _ if wanted.wrong => Sought::Wrong,
            _ if !wanted.unread.is_empty() => Sought::NotYet,
            None => Sought::Nothing,
            Some((place, each)) => {
                self.named_by(*place, each.as_ref()).map_or_else(|other| other, Sought::Object)
            }
        };
        self.wanted.insert(resource, wanted);
        sought
    }

    /// Reads those blocks that can be, unless nothing has come since they were tried.
    fn read_blocks(&mut self, wanted: &mut Wanted) {
        let completed = Some(self.sheet.completed());
        if wanted.wrong || wanted.unread.is_empty() || wanted.tried == completed {
            return;
        }
        wanted.tried = completed;
        let program = self.program.clone();
        let imports = &program.module_at(NodeId::ROOT).imports;
        for place in std::mem::take(&mut wanted.unread) {
            match self.elements(&imports[place]) {
                Ok(elements) => {
                    for (keys, each) in elements {
                        wanted.found.entry(keys).or_insert((place, each));
                    }
                }
                Err(Sought::NotYet) => wanted.unread.push(place),
                Err(_) => wanted.wrong = true,
            }
        }
    }

    /// What a block imports: keys of modules and of the instance, and the element of its `for_each`.
    fn elements(&mut self, import: &Import) -> Result<Vec<Element>, Sought> {
        let Some(collection) = &import.for_each else {
            return Ok(vec![(self.keys(import, None)?, None)]);
        };
        let value = self.value_of(collection, None)?;
        let set = matches!(value.kind(), Kind::Set(_));
        let known = if set { value.is_wholly_known() } else { value.is_known() };
        if !known || value.is_null() || value.marks().is_sensitive() {
            let detail = "The for_each of an import block must be a map or set that is known, and not null or sensitive.";
            self.sheet.report([Diagnostic::error("Invalid for_each argument", detail).at(collection.span)]);
            return Err(Sought::Wrong);
        }
        let mut elements = Vec::new();
        for (key, item) in value.iter_elements() {
            let key = if set { item.clone() } else { key };
            let each = Some((key, item));
            elements.push((self.keys(import, each.as_ref())?, each));
        }
        Ok(elements)
    }

    fn keys(&mut self, import: &Import, each: Option<&Each>) -> Result<Vec<InstanceKey>, Sought> {
        let written = import.module_keys.iter().chain([&import.key]);
        let key = |expr: &Option<Expr>| match expr {
            None => Ok(InstanceKey::None),
            Some(expr) => Ok(instance_key(&self.value_of(expr, each)?)),
        };
        written.map(key).collect()
    }

    /// What names the object is read only for an instance that is imported: that of another may wait for this one.
    fn named_by(&mut self, place: usize, each: Option<&Each>) -> Result<Importing, Sought> {
        let program = self.program.clone();
        let import = &program.module_at(NodeId::ROOT).imports[place];
        match (&import.id, &import.identity) {
            (Some(expr), _) => {
                let value = self.value_of(expr, each)?;
                self.named(id_named(&value).ok_or((expr, NO_ID)))
            }
            (None, Some(expr)) => {
                let value = self.value_of(expr, each)?;
                self.named(identity_named(&value).ok_or((expr, NO_IDENTITY)))
            }
            (None, None) => Err(Sought::Wrong),
        }
    }

    fn named(
        &mut self,
        named: Result<Importing, (&Expr, (&'static str, &'static str))>,
    ) -> Result<Importing, Sought> {
        named.map_err(|(expr, (summary, detail))| {
            self.sheet.report([Diagnostic::error(summary, detail).at(expr.span)]);
            Sought::Wrong
        })
    }

    fn value_of(&mut self, expr: &Expr, each: Option<&Each>) -> Result<Value, Sought> {
        match self.sheet.evaluate_each(expr, each.cloned()) {
            Evaluated::Waiting => Err(Sought::NotYet),
            Evaluated::Failed(found) => {
                self.sheet.report(found);
                Err(Sought::Wrong)
            }
            Evaluated::Value(value, found) => {
                let failed = found.has_errors();
                self.sheet.report(found);
                if failed { Err(Sought::Wrong) } else { Ok(value) }
            }
        }
    }

    pub(super) fn start_import(
        &mut self,
        ask: Box<InstanceAsk>,
        named: Importing,
    ) -> Option<BoxFuture<'a, Answer>> {
        let provider = self.providers.configured(&ask.binding);
        let schema = self.providers.resource(&ask.binding.provider, false, &ask.addr.resource.kind);
        let (Some(provider), Some(schema)) = (provider, schema) else {
            self.sheet.fill(ask.cell, None);
            return None;
        };
        if !provider.is_reachable() {
            let detail = format!(
                "The provider that {} is imported with is configured from values that are not known before an apply.",
                ask.addr
            );
            let error = Diagnostic::error("Invalid provider configuration", detail).on(ask.addr.to_string());
            let hint = "apply what those values come from first, with -target";
            self.sheet.report([error.at(ask.span).hint(hint)]);
            self.sheet.fill(ask.cell, None);
            return None;
        }
        let named = match accepted(&*provider, &ask.addr.resource.kind, named) {
            Ok(named) => named,
            Err(found) => {
                self.sheet.report(Self::located(&ask, found));
                self.sheet.fill(ask.cell, None);
                return None;
            }
        };
        let permits = self.permits.clone();
        let config = provider_addr(&self.program, &ask.binding);
        self.importing.insert(ask.addr.clone(), named.clone());
        let observer = self.observer;
        let (addr, id) = (ask.addr.clone(), named.id().map(String::from));
        let subject = Refreshed { addr: addr.clone(), deposed: None, id: id.clone() };
        let name = ask.binding.provider.kind.to_string();
        Some(Box::pin(async move {
            let _permit = permits.acquire().await;
            observer.event(&Event::Importing { addr, id });
            let watched = Watched { observer, provider: name, objects: vec![subject] }.begin();
            let mut readied = Readied {
                provider: None,
                observed: Vec::new(),
                recovered: Vec::new(),
                diagnostics: Diagnostics::new(),
            };
            match import(&*provider, &ask.addr, &named, &schema).await {
                Ok((value, private, object)) => {
                    readied.recovered.push(Change::Set {
                        address: ask.addr.clone(),
                        deposed: None,
                        provider: config,
                        object: object.clone(),
                    });
                    readied.observed.push(Seen::unchanged(
                        ask.addr.clone(),
                        object,
                        schema,
                        (value, private),
                    ));
                }
                Err(found) => readied.diagnostics = found,
            }
            watched.over();
            Answer::Imported(ask, Box::new(readied))
        }))
    }

    /// Takes an imported object as one that the state had all along, and plans from there.
    pub(super) fn take_imported(
        &mut self,
        ask: Box<InstanceAsk>,
        readied: Readied,
    ) -> Option<BoxFuture<'a, Answer>> {
        let failed = readied.diagnostics.has_errors();
        let located = Self::located(&ask, readied.diagnostics);
        self.sheet.report(located);
        if failed {
            self.sheet.fill(ask.cell, None);
            return None;
        }
        self.objects.take(readied.observed, &readied.recovered);
        self.start_managed(ask)
    }

    /// Tries instances again whose import waits for something, if anything has come since.
    pub(super) fn retry_held(&mut self, calls: &mut FuturesUnordered<BoxFuture<'a, Answer>>) -> bool {
        if self.held.is_empty() || self.retried == self.sheet.completed() {
            return false;
        }
        self.retried = self.sheet.completed();
        let held = std::mem::take(&mut self.held);
        calls.extend(held.into_iter().filter_map(|ask| self.start_managed(Box::new(ask))));
        true
    }

    /// Instances whose import waits for something that never comes, since it needs them itself.
    pub(super) fn give_up_held(&mut self) {
        for ask in std::mem::take(&mut self.held) {
            let detail =
                format!("What the import block of {} says depends on {} itself.", ask.addr, ask.addr);
            self.sheet.report([Diagnostic::error("Invalid import id argument", detail).at(ask.span)]);
            self.sheet.fill(ask.cell, None);
        }
    }

    /// Errors for imports as resources that the configuration doesn't have.
    pub(super) fn report_homeless_imports(&mut self) {
        if self.options.mode != PlanMode::Normal {
            return;
        }
        let program = self.program.clone();
        for import in &program.module_at(NodeId::ROOT).imports {
            let node = program.node_at(import.to.module.0.iter());
            let known = node.is_some_and(|node| {
                program.module_at(node).names.resources.contains_key(&import.to.resource)
            });
            if !known {
                let detail = format!("The configuration has no {} to import an object as.", import.to);
                self.sheet.report([Diagnostic::error(
                    "Configuration for import target does not exist",
                    detail,
                )
                .at(import.to_span)
                .hint("write the resource block, have it written with -generate-config-out=FILE, or take the import block out")]);
            }
        }
    }
}

const NO_ID: (&str, &str) = (
    "Invalid import id argument",
    "The id of an import block must be a string that is known, and not empty, null or sensitive.",
);
const NO_IDENTITY: (&str, &str) = (
    "Invalid import identity argument",
    "The identity of an import block must be an object that is known, and not null or sensitive.",
);

/// The id, where a value can be one.
pub(crate) fn id_named(value: &Value) -> Option<Importing> {
    let text = value.as_str().filter(|text| !text.is_empty() && value.marks().is_empty())?;
    Some(Importing::Id(text.to_owned()))
}

/// The identity, where a value can be one.
pub(crate) fn identity_named(value: &Value) -> Option<Importing> {
    let usable = value.is_wholly_known() && !value.is_null() && value.deep_marks().is_empty();
    usable.then(|| Importing::Identity(value.clone()))
}

/// Holds an identity to what the provider says of it.
pub(crate) fn accepted(
    provider: &dyn Provider,
    kind: &str,
    named: Importing,
) -> Result<Importing, Diagnostics> {
    let Importing::Identity(given) = named else { return Ok(named) };
    let Some(schema) = provider.identity(kind) else {
        return Err(ImportAnswer::without_identity(kind).diagnostics);
    };
    schema.accept(&given).map(Importing::Identity).map_err(|wrong| {
        let detail = format!("The identity doesn't name an object of the type {kind}: {}.", wrong.join("; "));
        Diagnostic::error("Invalid import identity argument", detail).into()
    })
}

fn instance_key(value: &Value) -> InstanceKey {
    match (value.as_str(), value.as_number().and_then(trueup_value::Number::to_u64)) {
        (Some(text), _) => InstanceKey::Text(text.into()),
        (None, Some(index)) => InstanceKey::Int(index),
        (None, None) => InstanceKey::None,
    }
}

/// Asks the provider for the object, and reads all of it.
pub(crate) async fn import(
    provider: &dyn Provider,
    addr: &ResourceInstance,
    named: &Importing,
    schema: &Arc<Schema>,
) -> Result<(Value, Private, Object), Diagnostics> {
    let kind = &addr.resource.kind;
    let answer = match named {
        Importing::Id(id) => provider.import(kind, id).await,
        Importing::Identity(identity) => provider.import_by_identity(kind, identity).await,
    };
    if answer.diagnostics.has_errors() {
        return Err(answer.diagnostics);
    }
    let absent =
        || {
            let detail = format!("While {addr} was imported, the provider found no {kind} with {named}.");
            Diagnostics::from(Diagnostic::error("Cannot import non-existent remote object", detail).hint(
                "check it, and that the provider is configured for the account and region of the object",
            ))
        };
    let found = answer.objects.into_iter().find(|object| object.kind == *kind).ok_or_else(absent)?;
    let request = ReadRequest { kind: kind.clone(), state: found.state, private: found.private };
    let read = provider.read(request).await;
    if read.diagnostics.has_errors() {
        return Err(read.diagnostics);
    }
    if read.state.is_null() {
        return Err(absent());
    }
    let value = dressed(schema, &read.state);
    let object = Object::encode(&value, schema)
        .map_err(|error| Diagnostic::error("Imported object can't be stored", format!("{error}.")))?;
    let object = Object { private: read.private.clone(), ..object };
    Ok((value, read.private, object))
}
