//! `drift -adopt`: what others changed is taken into the configuration.

use crate::session::Session;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use trueup_addr::{Mode, ResourceInstance};
use trueup_diag::{FileId, Sources, Span};
use trueup_drift::{AttributeDrift, AttributeKind, DriftKind, ResourceDrift};
use trueup_edit::{Edit, Outcome, Reference, Refused, find_block, in_block, in_expression};
use trueup_evaluate::Input;
use trueup_parse::ast::{Attribute, Body};
use trueup_parse::parse_config;
use trueup_plan::Plan;
use trueup_resolve::program::{Module, NodeId, Program};
use trueup_schema::attribute_at;
use trueup_value::{Name, PathStep, Value};

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
    let written = Written::new(&session.program, &session.sources, &session.inputs);
    let mut wants: Vec<Want> = Vec::new();
    for resource in drifted {
        if resource.kind == DriftKind::Vanished {
            let why = "it is gone: take its block out, or correct it".into();
            let addr = resource.addr.clone();
            adoption.left.push(Unadopted { addr, attribute: None, why, at: None });
            continue;
        }
        for attribute in resource.attributes.iter().filter(|one| one.kind != AttributeKind::Unmanaged) {
            match want(session, &written, resource, attribute) {
                Ok(Some(want)) => wants.push(want),
                Ok(None) => {}
                Err(left) => adoption.left.push(*left),
            }
        }
    }
    let (fit, unfit) = shared(&wants, plan, &written);
    adoption.left.extend(unfit);
    let mut texts = written;
    for want in fit {
        match texts.change(&want.addr, &want.path, &want.value) {
            Ok(()) => adoption.adopted.push((want.addr.clone(), want.name.clone())),
            Err(refused) => adoption.left.push(want.left(refused.why, Some(refused.at))),
        }
    }
    let changed = texts
        .changed
        .iter()
        .map(|(file, text)| (session.world.dir.join(&*session.sources.file(*file).name), text.clone()));
    adoption.files = changed.collect();
    adoption
}

/// One attribute of one instance, and what it is to be.
struct Want {
    addr: ResourceInstance,
    name: String,
    path: Vec<PathStep>,
    value: Value,
    /// What does it in the files as they are.
    edit: Edit,
}

impl Want {
    fn left(&self, why: impl Into<String>, at: Option<Span>) -> Unadopted {
        let (addr, attribute) = (self.addr.clone(), Some(self.name.clone()));
        Unadopted { addr, attribute, why: why.into(), at }
    }
}

/// None where there is nothing to do.
fn want(
    session: &Session,
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
        AttributeKind::Unapplied | AttributeKind::Converged | AttributeKind::Unmanaged => return Ok(None),
    }
    if attribute.is_sensitive() {
        return left("it is sensitive, and would stand in a file for all to read", None);
    }
    let kind = &resource.addr.resource.kind;
    let schema = session.providers.resource(&resource.provider.provider, false, kind);
    let found = schema.as_deref().and_then(|schema| attribute_at(&schema.block, &attribute.path));
    if found.is_none() {
        return left("whole blocks are not written or removed", None);
    }
    let (path, value) = (attribute.path.0.clone(), attribute.cloud.without_marks());
    match written.place(&resource.addr, &path, &value) {
        Ok(edit) => Ok(Some(Want { addr: resource.addr.clone(), name: attribute.name(), path, value, edit })),
        Err(refused) => left(&refused.why, Some(refused.at)),
    }
}

/// What is written in one place holds for each instance that it is read for: all of them have to want the same.
fn shared<'w>(wants: &'w [Want], plan: &Plan, written: &Written<'_>) -> (Vec<&'w Want>, Vec<Unadopted>) {
    let mut fit = Vec::new();
    let mut left = Vec::new();
    let all: BTreeSet<&ResourceInstance> = plan
        .changes
        .iter()
        .filter(|one| one.addr.resource.mode == Mode::Managed)
        .map(|one| &one.addr)
        .collect();
    for want in wants {
        let other = |one: &&Want| {
            one.edit.span == want.edit.span
                && one.edit.text != want.edit.text
                && !written.sources.text(want.edit.span).trim_matches(['{', '}', ' ']).is_empty()
        };
        if let Some(other) = wants.iter().find(other) {
            let why =
                format!("it is written in the same place as that of {}, which has another value", other.addr);
            left.push(want.left(why, Some(want.edit.span)));
            continue;
        }
        let same = |addr: &&&ResourceInstance| {
            let place = || written.place(addr, &want.path, &want.value);
            addr.resource == want.addr.resource
                && !wants.iter().any(|one| one.addr == ***addr && one.path == want.path)
                && place().is_ok_and(|edit| edit.span == want.edit.span)
        };
        match all.iter().find(same) {
            Some(other) => {
                let why = format!("it is written for {other} as well, which is as Git says");
                left.push(want.left(why, Some(want.edit.span)));
            }
            None => fit.push(want),
        }
    }
    (fit, left)
}

/// The files, as they are and as they become.
struct Written<'s> {
    program: &'s Program,
    sources: &'s Sources,
    inputs: &'s BTreeMap<Name, Input>,
    changed: BTreeMap<FileId, String>,
    bodies: BTreeMap<FileId, Body>,
}

impl<'s> Written<'s> {
    fn new(program: &'s Program, sources: &'s Sources, inputs: &'s BTreeMap<Name, Input>) -> Written<'s> {
        let native = |name: &str| Path::new(name).extension().is_none_or(|kind| kind != "json");
        let files = sources.files().filter(|(_, file)| native(&file.name));
        let bodies = files.map(|(id, file)| (id, parse_config(id, &file.text).value)).collect();
        Written { program, sources, inputs, changed: BTreeMap::new(), bodies }
    }

    fn text(&self, file: FileId) -> &str {
        self.changed.get(&file).map_or(&self.sources.file(file).text, String::as_str)
    }

    fn body(&self, at: Span) -> Result<&Body, Refused> {
        self.bodies.get(&at.file).ok_or_else(|| Refused { why: "files in JSON are not changed".into(), at })
    }

    /// Writes a value in its place.
    fn change(&mut self, addr: &ResourceInstance, path: &[PathStep], value: &Value) -> Result<(), Refused> {
        let edit = self.place(addr, path, value)?;
        let file = edit.span.file;
        let text = trueup_edit::apply(self.text(file), &[edit]);
        self.bodies.insert(file, parse_config(file, &text).value);
        self.changed.insert(file, text);
        Ok(())
    }

    /// What writes a value in its place, which may be that of a variable or a local value.
    fn place(&self, addr: &ResourceInstance, path: &[PathStep], value: &Value) -> Result<Edit, Refused> {
        /// References lead on and on only where they go round, which nothing does that was planned.
        const STEPS_MAX: usize = 64;
        let nodes = self.program.nodes.iter().zip(0..);
        let module_path = addr.module.path();
        let found = nodes.into_iter().find(|(node, _)| node.path == module_path);
        let nowhere =
            || Refused { why: "it isn't in the configuration".into(), at: Span::new(FileId(0), 0, 0) };
        let (_, number) = found.ok_or_else(nowhere)?;
        let mut node = NodeId(number);
        let module = self.program.module_at(node);
        let resource = module.resources.iter().find(|one| one.addr == addr.resource).ok_or_else(nowhere)?;
        let labels = [&*addr.resource.kind, &*addr.resource.name];
        self.own(node, resource.span)?;
        self.overridden(module, &labels, resource.span)?;
        let body = self.body(resource.span)?;
        let block = find_block(body, "resource", &labels).ok_or_else(nowhere)?;
        let mut outcome = in_block(self.text(resource.span.file), block, path, value)?;
        for _ in 0..STEPS_MAX {
            match outcome {
                Outcome::Edit(edit) => return Ok(edit),
                Outcome::Follow(reference, rest) => {
                    outcome = self.follow(&mut node, &reference, (&rest, value), resource.span)?;
                }
            }
        }
        Err(nowhere())
    }

    /// The module's files are part of the configuration, not fetched from elsewhere.
    fn own(&self, mut node: NodeId, at: Span) -> Result<(), Refused> {
        while let Some((parent, _)) = self.program.node(node).parent {
            let source = &self.program.node(node).called.source;
            if !source.starts_with("./") && !source.starts_with("../") {
                let why = format!("the files of {} are fetched from elsewhere", self.program.node(node).path);
                return Err(Refused { why, at });
            }
            node = parent;
        }
        Ok(())
    }

    /// No override file says something else of the resource.
    fn overridden(&self, module: &Module, labels: &[&str], at: Span) -> Result<(), Refused> {
        let is_override = |name: &str| {
            let (dir, file) = name.rsplit_once('/').unwrap_or((".", name));
            let stem = file.split('.').next().unwrap_or_default();
            let here = dir.trim_start_matches("./") == module.dir.trim_start_matches("./");
            (stem == "override" || stem.ends_with("_override")) && (here || dir == &*module.dir)
        };
        let mut files = self.sources.files().filter(|(_, file)| is_override(&file.name));
        let says = |id: FileId| {
            self.bodies.get(&id).is_none_or(|body| find_block(body, "resource", labels).is_some())
        };
        match files.find(|(id, _)| says(*id)) {
            Some(_) => Err(Refused { why: "an override file says something else of it".into(), at }),
            None => Ok(()),
        }
    }

    fn follow(
        &self,
        node: &mut NodeId,
        reference: &Reference,
        (rest, value): (&[PathStep], &Value),
        at: Span,
    ) -> Result<Outcome, Refused> {
        let module = self.program.module_at(*node);
        self.own(*node, at)?;
        let name = match reference {
            Reference::Local(name) => {
                let local = module.locals.iter().find(|one| *one.name == **name);
                let span = local.map(|one| one.span).ok_or_else(|| lost(name, at))?;
                let blocks = self.body(span)?.blocks.iter().filter(|block| &*block.kind.text == "locals");
                let attribute = blocks.flat_map(|block| &block.body.attributes).find(named(name));
                return self.inside(attribute, (rest, value), lost(name, span));
            }
            Reference::Variable(name) => name,
        };
        let variable =
            module.variables.iter().find(|one| *one.name == **name).ok_or_else(|| lost(name, at))?;
        if let Some((parent, slot)) = self.program.node(*node).parent {
            let call = &self.program.module_at(parent).calls[slot as usize];
            let block = find_block(self.body(call.span)?, "module", &[&call.name]);
            let attribute = block.and_then(|block| block.body.attributes.iter().find(named(name)));
            if attribute.is_some() {
                *node = parent;
                return self.inside(attribute, (rest, value), lost(name, call.span));
            }
        } else if let Some(input) = self.inputs.get(&variable.name) {
            let Some(span) = input.span else {
                let why = format!("the variable {name} has its value from {}", input.source);
                return Err(Refused { why, at });
            };
            let attribute = self.body(span)?.attributes.iter().find(named(name));
            return self.inside(attribute, (rest, value), lost(name, span));
        }
        let block = find_block(self.body(variable.span)?, "variable", &[name]);
        let attribute = block.and_then(|block| block.body.attributes.iter().find(named("default")));
        self.inside(attribute, (rest, value), lost(name, variable.span))
    }

    fn inside(
        &self,
        attribute: Option<&Attribute>,
        (rest, value): (&[PathStep], &Value),
        lost: Refused,
    ) -> Result<Outcome, Refused> {
        let attribute = attribute.ok_or(lost)?;
        in_expression(self.text(attribute.span.file), &attribute.expr, rest, value)
    }
}

fn named(name: &str) -> impl Fn(&&Attribute) -> bool + '_ {
    move |attribute| *attribute.name.text == *name
}

fn lost(name: &str, at: Span) -> Refused {
    Refused { why: format!("where the value of {name} is written can't be told"), at }
}
