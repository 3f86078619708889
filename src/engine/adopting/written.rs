//! The files of a configuration, as they are and as they become.

use super::Want;
use std::collections::BTreeMap;
use std::path::Path;
use trueup_addr::{ConfigResource, ModulePath};
use trueup_diag::{FileId, Sources, Span};
use trueup_edit::{Edit, Outcome, Reference, Refused, Use, in_block, in_expression, uses};
use trueup_evaluate::Input;
use trueup_parse::ast::{Attribute, Block, Body};
use trueup_parse::parse_config;
use trueup_resolve::program::{Module, NodeId, Program};
use trueup_value::{Name, PathStep, Value};

/// Where a value is written.
pub(super) struct Place {
    /// The block, or the attribute of a variable or a local value, that it is written in.
    pub(super) anchor: Span,
    /// The way to it from there.
    pub(super) path: Vec<String>,
    /// What stands there now.
    pub(super) span: Span,
    /// The variables and local values on the way.
    pub(super) trail: Vec<Followed>,
}

/// A variable or a local value on the way to where a value is written.
pub(super) struct Followed {
    /// Which.
    pub(super) reference: Reference,
    /// The directory of the module that it is one of.
    pub(super) directory: String,
    /// The way to the value from there.
    pub(super) rest: Vec<String>,
    /// Where it was read.
    pub(super) at: Span,
    /// The block that declares it: what is read in there, such as by the validation of a variable, is no use of it.
    pub(super) own: Span,
}

/// Blocks by kind and labels: where in the body of a file each stands. Edits change no blocks.
type Blocks = BTreeMap<(FileId, String), usize>;

/// The files, as they are and as they become.
pub(super) struct Written<'s> {
    program: &'s Program,
    sources: &'s Sources,
    inputs: &'s BTreeMap<Name, Input>,
    changed: BTreeMap<FileId, String>,
    bodies: BTreeMap<FileId, Body>,
    blocks: Blocks,
    nodes: BTreeMap<&'s ModulePath, NodeId>,
    /// Files that override others, with their directories.
    overrides: Vec<(FileId, &'s str)>,
    /// Files in JSON, with their directories.
    json: Vec<(FileId, &'s str)>,
    /// Who reads what, by directory.
    uses: BTreeMap<(&'s str, Reference), Vec<Use>>,
}

impl<'s> Written<'s> {
    pub(super) fn new(
        program: &'s Program,
        sources: &'s Sources,
        inputs: &'s BTreeMap<Name, Input>,
    ) -> Written<'s> {
        let is_json = |name: &str| Path::new(name).extension().is_some_and(|kind| kind == "json");
        let native = sources.files().filter(|(_, file)| !is_json(&file.name));
        let bodies: BTreeMap<FileId, Body> =
            native.map(|(id, file)| (id, parse_config(id, &file.text).value)).collect();
        let mut blocks = Blocks::new();
        let mut read: BTreeMap<(&str, Reference), Vec<Use>> = BTreeMap::new();
        for (id, body) in &bodies {
            for (at, block) in body.blocks.iter().enumerate() {
                let labels: Vec<&str> = block.labels.iter().map(|label| &*label.text).collect();
                blocks.entry((*id, called(&block.kind.text, &labels))).or_insert(at);
            }
            let directory = directory(&sources.file(*id).name);
            uses(body)
                .into_iter()
                .for_each(|one| read.entry((directory, one.reference.clone())).or_default().push(one));
        }
        let placed = |wanted: fn(&str) -> bool| {
            let files = sources.files().filter(move |(_, file)| wanted(&file.name));
            files.map(|(id, file)| (id, directory(&file.name))).collect()
        };
        let nodes = program.nodes.iter().zip(0..).map(|(node, at)| (&node.path, NodeId(at)));
        Written {
            nodes: nodes.collect(),
            overrides: placed(is_override),
            json: placed(is_json),
            program,
            sources,
            inputs,
            changed: BTreeMap::new(),
            bodies,
            blocks,
            uses: read,
        }
    }

    /// The files that changed.
    pub(super) fn into_changed(self) -> impl Iterator<Item = (FileId, String)> {
        self.changed.into_iter()
    }

    /// Where a variable or a local value of the module in a directory is read by something that isn't excused.
    pub(super) fn reading(
        &self,
        directory: &str,
        reference: &Reference,
        excused: impl Fn(&Use) -> bool,
    ) -> Option<Span> {
        let native = self.uses.get(&(directory, reference.clone())).into_iter().flatten();
        let in_native = native.into_iter().find(|one| !excused(one)).map(|one| one.span);
        let in_json = || {
            let text = told(reference);
            let here = self.json.iter().filter(|(_, place)| *place == directory);
            let found = |file: FileId| Some((file, self.sources.file(file).text.find(&text)?));
            let (file, at) = here.into_iter().find_map(|(file, _)| found(*file))?;
            let at = u32::try_from(at).expect("source files are smaller than 4 GiB");
            Some(Span::new(file, at, at))
        };
        in_native.or_else(in_json)
    }

    /// Writes values in their places, and says of each whether that went well. As many as don't touch one another are
    /// written at once.
    pub(super) fn change(&mut self, wants: &[&Want]) -> Vec<Result<(), Refused>> {
        let mut done: Vec<Result<(), Refused>> = wants.iter().map(|_| Ok(())).collect();
        let mut open: Vec<usize> = (0..wants.len()).collect();
        while !open.is_empty() {
            let mut edits: Vec<(Edit, usize)> = Vec::new();
            for at in std::mem::take(&mut open) {
                let Want { addr, path, value, .. } = wants[at];
                match self.route(&addr.config(), path, value).and_then(|(_, edit)| edit) {
                    Ok(edit) => edits.push((edit, at)),
                    Err(refused) => done[at] = Err(refused),
                }
            }
            edits.sort();
            let mut taken: BTreeMap<FileId, Vec<Edit>> = BTreeMap::new();
            for (edit, at) in edits {
                let before = taken.entry(edit.span.file).or_default();
                match before.last() {
                    Some(last) if *last == edit => {}
                    Some(last) if !follows(last, &edit) => open.push(at),
                    _ => before.push(edit),
                }
            }
            taken.into_iter().for_each(|(file, edits)| self.write(file, &edits));
        }
        done
    }

    fn write(&mut self, file: FileId, edits: &[Edit]) {
        let text = trueup_edit::apply(self.text(file), edits);
        self.bodies.insert(file, parse_config(file, &text).value);
        self.changed.insert(file, text);
    }

    fn text(&self, file: FileId) -> &str {
        self.changed.get(&file).map_or(&self.sources.file(file).text, String::as_str)
    }

    fn body(&self, at: Span) -> Result<&Body, Refused> {
        self.bodies.get(&at.file).ok_or_else(|| Refused { why: "files in JSON are not changed".into(), at })
    }

    /// The block of a kind with these labels in the file of a place.
    fn block(&self, at: Span, kind: &str, labels: &[&str]) -> Result<Option<&Block>, Refused> {
        let body = self.body(at)?;
        Ok(self.blocks.get(&(at.file, called(kind, labels))).map(|place| &body.blocks[*place]))
    }

    /// The way to where a value is written, which may be that of a variable or a local value, and what writes another
    /// one there.
    pub(super) fn route(
        &self,
        block: &ConfigResource,
        path: &[PathStep],
        value: &Value,
    ) -> Result<(Place, Result<Edit, Refused>), Refused> {
        /// References lead on and on only where they go round, which nothing does that was planned.
        const STEPS_MAX: usize = 64;
        let nowhere =
            || Refused { why: "it isn't in the configuration".into(), at: Span::new(FileId(0), 0, 0) };
        let mut node = *self.nodes.get(&block.module).ok_or_else(nowhere)?;
        let module = self.program.module_at(node);
        let slot = module.names.resources.get(&block.resource).ok_or_else(nowhere)?;
        let span = module.resources[*slot as usize].span;
        let labels = [&*block.resource.kind, &*block.resource.name];
        self.own(node, span)?;
        self.overridden(module, &labels, span)?;
        let found = self.block(span, "resource", &labels)?.ok_or_else(nowhere)?;
        let mut place = Place { anchor: found.span, path: steps(path), span, trail: Vec::new() };
        let mut outcome = in_block(self.text(span.file), found, path, value);
        for _ in 0..STEPS_MAX {
            match outcome {
                Ok(Outcome::Edit(edit)) => {
                    place.span = edit.span;
                    return Ok((place, Ok(edit)));
                }
                Err(refused) => return Ok((place, Err(refused))),
                Ok(Outcome::Follow(reference, rest, at)) => {
                    let directory = self.program.module_at(node).dir.trim_start_matches("./");
                    let directory = if directory.is_empty() { "." } else { directory }.to_owned();
                    let (attribute, own) = self.follow(&mut node, &reference, span)?;
                    place.anchor = attribute.span;
                    place.path = steps(&rest);
                    place.trail.push(Followed { reference, directory, rest: steps(&rest), at, own });
                    let text = self.text(attribute.span.file);
                    outcome = in_expression(text, &attribute.expr, &rest, value);
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
        let home = module.dir.trim_start_matches("./");
        let here = |dir: &str| dir == &*module.dir || dir.trim_start_matches("./") == home;
        let mut files = self.overrides.iter().filter(|(_, dir)| here(dir));
        let says = |id: FileId| {
            !self.bodies.contains_key(&id) || self.blocks.contains_key(&(id, called("resource", labels)))
        };
        match files.find(|(id, _)| says(*id)) {
            Some(_) => Err(Refused { why: "an override file says something else of it".into(), at }),
            None => Ok(()),
        }
    }

    /// What gives a variable or a local value its value, and the block that declares it.
    fn follow(
        &self,
        node: &mut NodeId,
        reference: &Reference,
        at: Span,
    ) -> Result<(&Attribute, Span), Refused> {
        let module = self.program.module_at(*node);
        self.own(*node, at)?;
        let name = match reference {
            Reference::Local(name) => {
                let local = module.locals.iter().find(|one| *one.name == **name);
                let span = local.map(|one| one.span).ok_or_else(|| lost(name, at))?;
                let blocks = self.body(span)?.blocks.iter().filter(|block| &*block.kind.text == "locals");
                let attribute = blocks.flat_map(|block| &block.body.attributes).find(named(name));
                return Ok((attribute.ok_or_else(|| lost(name, span))?, span));
            }
            Reference::Variable(name) => name,
        };
        let variable =
            module.variables.iter().find(|one| *one.name == **name).ok_or_else(|| lost(name, at))?;
        let declared = self.block(variable.span, "variable", &[name])?;
        let own = declared.map_or(variable.span, |block| block.span);
        if let Some((parent, slot)) = self.program.node(*node).parent {
            let call = &self.program.module_at(parent).calls[slot as usize];
            let block = self.block(call.span, "module", &[&call.name])?;
            if let Some(attribute) = block.and_then(|block| block.body.attributes.iter().find(named(name))) {
                *node = parent;
                return Ok((attribute, own));
            }
        } else if let Some(input) = self.inputs.get(&variable.name) {
            let Some(span) = input.span else {
                let why = format!("the variable {name} has its value from {}", input.source);
                return Err(Refused { why, at });
            };
            let attribute = self.body(span)?.attributes.iter().find(named(name));
            return Ok((attribute.ok_or_else(|| lost(name, span))?, own));
        }
        let attribute = declared.and_then(|block| block.body.attributes.iter().find(named("default")));
        Ok((attribute.ok_or_else(|| lost(name, variable.span))?, own))
    }
}

/// `var.x`, `local.x`
pub(super) fn told(reference: &Reference) -> String {
    match reference {
        Reference::Variable(name) => format!("var.{name}"),
        Reference::Local(name) => format!("local.{name}"),
    }
}

/// A path in words: names, keys and numbers.
pub(super) fn steps(path: &[PathStep]) -> Vec<String> {
    let step = |step: &PathStep| match step {
        PathStep::Attribute(name) => name.to_string(),
        PathStep::Index(key) => match key.as_str() {
            Some(text) => text.to_owned(),
            None => key.as_number().map_or_else(|| "*".into(), ToString::to_string),
        },
    };
    path.iter().map(step).collect()
}

/// One edit is well behind another, or both put lines in at the same place.
fn follows(last: &Edit, next: &Edit) -> bool {
    let puts_lines = |edit: &Edit| edit.span.start == edit.span.end && edit.text.ends_with('\n');
    next.span.start > last.span.end || (last.span == next.span && puts_lines(last) && puts_lines(next))
}

fn called(kind: &str, labels: &[&str]) -> String {
    labels.iter().fold(kind.to_owned(), |name, label| format!("{name} {label:?}"))
}

/// The directory of a file, as its module calls it.
fn directory(name: &str) -> &str {
    let name = name.trim_start_matches("./");
    name.rsplit_once('/').map_or(".", |(directory, _)| directory)
}

fn is_override(name: &str) -> bool {
    let file = name.rsplit_once('/').map_or(name, |(_, file)| file);
    let stem = file.split('.').next().unwrap_or_default();
    stem == "override" || stem.ends_with("_override")
}

fn named(name: &str) -> impl Fn(&&Attribute) -> bool + '_ {
    move |attribute| *attribute.name.text == *name
}

fn lost(name: &str, at: Span) -> Refused {
    Refused { why: format!("where the value of {name} is written can't be told"), at }
}
