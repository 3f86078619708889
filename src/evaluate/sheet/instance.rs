//! Resource instances and provider configurations: what the world is asked.

use super::condition::{Verdict, judge};
use super::frame::{Instances, Repetition};
use super::step::{Attempt, Outcome};
use super::{
    Absent, Ask, CellId, CellKind, CellState, FrameId, InstanceAsk, Mode, ProviderAsk, Sheet, Trigger,
};
use crate::expression::Evaluator;
use std::sync::Arc;
use trueup_addr::{Mode as ResourceMode, ProviderAddr};
use trueup_diag::{Diagnostic, Span};
use trueup_resolve::expr::BodyAttribute;
use trueup_resolve::program::{IgnoreChanges, ProviderBinding, ProviderConfig, Resource};
use trueup_resolve::{Expr, ExprKind, Reference};
use trueup_schema::{Attribute, Schema, sensitive_paths};
use trueup_state::CheckKind;
use trueup_value::{Kind, Marks, Name, Path, PathStep, Value};

impl Sheet {
    pub(super) fn compute_instance(&mut self, id: CellId, frame: FrameId, slot: u32, index: u32) -> Outcome {
        if !self.excluded.is_empty() && self.is_excluded(&self.instance_addr(frame, slot, index)) {
            return Outcome::Failed;
        }
        let program = self.program.clone();
        let node = self.frame(frame).node;
        let resource = &program.module_at(node).resources[slot as usize];
        let Some(binding) = program.node(node).providers.get(&resource.provider).cloned() else {
            return Outcome::Failed;
        };
        let binding = match self.keyed_binding(id, (frame, slot, index), resource, binding) {
            Ok(binding) => binding,
            Err(outcome) => return outcome,
        };
        let waits = self.waits(frame, resource);
        let mut needed = waits.clone();
        needed.push(self.provider_cell(&binding));
        if let Some(outcome) = self.need(id, &needed) {
            return outcome;
        }
        if let Err(outcome) = self.settle_guard(id, frame, resource) {
            return outcome;
        }
        let schema = match self.instance_schema(resource, &binding) {
            Ok(schema) => schema,
            Err(outcome) => return outcome,
        };
        let repetition = self.repetition(frame, slot, index);
        let before = self.judge_preconditions(id, frame, resource, &repetition);
        if let Some(outcome) = self.stops(&before) {
            return outcome;
        }
        let addr = self.instance_addr(frame, slot, index).to_string();
        let attempt = self.attempt(frame, Some(&repetition), None, |e| {
            let Some(schema) = &schema else { return e.body_without_schema(&resource.body) };
            configured(e, (resource, &addr), schema, index)
        });
        let config = self.settle(id, attempt);
        if let Some(outcome) = self.stops(&config) {
            return outcome;
        }
        let itself = schema.map_or_else(Value::dynamic, |schema| Value::unknown(schema.block.value_type()));
        let provisioners = self.need_for_provisioners(id, &repetition, resource, &itself);
        let config = match (before, config, provisioners) {
            (Ok(()), Ok(config), Ok(())) => config,
            (Err(outcome), _, _) | (_, Err(outcome), _) | (_, _, Err(outcome)) => return outcome,
        };
        let triggers = match self.triggers(id, frame, &repetition, &resource.lifecycle.replace_triggered_by) {
            Ok(triggers) => triggers,
            Err(outcome) => return outcome,
        };
        self.asks.push(Ask::Instance(Box::new(InstanceAsk {
            cell: id,
            addr: self.instance_addr(frame, slot, index),
            node,
            slot,
            binding,
            config,
            waits,
            triggers,
            span: resource.body.end_span,
        })));
        Outcome::Asked
    }

    /// What an instance comes to when a part of its block does; while a configuration is judged a part that failed
    /// doesn't stop the others from being judged.
    fn stops<T>(&self, part: &Result<T, Outcome>) -> Option<Outcome> {
        match part {
            Err(Outcome::Failed) if self.around.mode == Mode::Validate => None,
            Err(Outcome::Waiting(missing)) => Some(Outcome::Waiting(missing.clone())),
            Err(_) => Some(Outcome::Failed),
            Ok(_) => None,
        }
    }

    fn judge_preconditions(
        &mut self,
        id: CellId,
        frame: FrameId,
        resource: &Resource,
        repetition: &Repetition,
    ) -> Result<(), Outcome> {
        if resource.lifecycle.preconditions.is_empty() {
            return Ok(());
        }
        let object = self.instance_of(id).map(|addr| addr.to_string()).unwrap_or_default();
        let report = |text| Diagnostic::error("Resource precondition failed", text).condition_of(&*object);
        let attempt = self.attempt(frame, Some(repetition), None, |e| {
            let conditions = resource.lifecycle.preconditions.iter();
            conditions.map(|c| judge(e, c, &report)).collect()
        });
        self.settle_conditions(id, attempt)
    }

    /// Takes down how conditions of an instance came out.
    fn settle_conditions(&mut self, id: CellId, attempt: Attempt<Vec<Verdict>>) -> Result<(), Outcome> {
        if attempt.missing.is_empty()
            && !attempt.failed
            && let Some(addr) = self.instance_of(id)
        {
            let (config, object) = (addr.resource.to_string(), format!("{}{}", addr.resource, addr.key));
            let of = (CheckKind::Resource, &*config, &*object);
            self.note_verdicts(self.cell(id).frame, of, attempt.value.clone());
        }
        self.settle(id, attempt).map(drop)
    }

    /// `depends_on`, of the block and of the calls around it.
    fn waits(&self, frame: FrameId, resource: &Resource) -> Vec<CellId> {
        let mut cells = self.frame(frame).waits_for.clone();
        cells.extend(resource.depends_on.iter().filter_map(|d| self.dependency_cell(frame, d.on)));
        cells
    }

    /// The schema of a block's type, none where the block is judged without; reports a type that can't be judged.
    fn instance_schema(
        &mut self,
        resource: &Resource,
        binding: &ProviderBinding,
    ) -> Result<Option<Arc<Schema>>, Outcome> {
        let schemas = self.around.schemas.clone();
        let (provider, kind) = (&binding.provider, &resource.addr.kind);
        let offered = schemas.schema(provider);
        let schema = offered.and_then(|offered| offered.of_mode(resource.addr.mode).get(kind));
        if let Some(schema) = schema {
            return Ok(Some(schema.clone()));
        }
        let near = match schemas.absent(provider, resource.addr.mode, kind) {
            Absent::Unseen => return Ok(None),
            Absent::Unavailable(diagnostic) => {
                self.diagnostics.push(diagnostic.at(resource.kind_span));
                return Err(Outcome::Failed);
            }
            Absent::Wrong { near } => near,
        };
        let known = offered.into_iter().flat_map(|offered| offered.of_mode(resource.addr.mode).keys());
        let near = near.or_else(|| trueup_diag::nearest(kind, known.map(|n| &**n)).map(str::to_owned));
        self.diagnostics.push(self.wrong_type(resource, provider, near).at(resource.kind_span));
        Err(Outcome::Failed)
    }

    /// That a provider has no such type.
    fn wrong_type(&self, resource: &Resource, provider: &ProviderAddr, near: Option<String>) -> Diagnostic {
        let (what, summary) = match resource.addr.mode {
            ResourceMode::Managed => ("resource type", "Invalid resource type"),
            ResourceMode::Data => ("data source", "Invalid data source"),
            ResourceMode::Ephemeral => ("ephemeral resource type", "Invalid ephemeral resource"),
        };
        let kind = &resource.addr.kind;
        let mut detail = format!("The provider {} does not support {what} \"{kind}\".", provider.short());
        let schemas = &self.around.schemas;
        let has = |mode| {
            let offered = schemas.schema(provider);
            offered.is_some_and(|offered| offered.of_mode(mode).contains_key(kind))
                || matches!(schemas.absent(provider, mode, kind), Absent::Unseen | Absent::Unavailable(_))
        };
        if let Some(near) = near {
            detail.push_str(&format!(" Did you mean \"{near}\"?"));
        } else if resource.addr.mode == ResourceMode::Managed && has(ResourceMode::Data) {
            detail.push_str(" There is a data source of that name, which a \"data\" block reads.");
        } else if resource.addr.mode == ResourceMode::Data && has(ResourceMode::Managed) {
            detail.push_str(" There is a resource type of that name, which a \"resource\" block declares.");
        }
        Diagnostic::error(summary, detail)
    }

    pub(super) fn repetition(&self, frame: FrameId, slot: u32, index: u32) -> Repetition {
        let instances = self.frame(frame).resources[slot as usize].as_ref();
        instances.map(|i| i.keys.repetition(index as usize)).unwrap_or_default()
    }

    /// The cell that stands for all of what `depends_on` names.
    pub(super) fn dependency_cell(&self, frame: FrameId, on: Reference) -> Option<CellId> {
        let frame = self.frame(frame);
        match on {
            Reference::Variable(slot) => Some(frame.variable(slot as usize)),
            Reference::Local(slot) => Some(frame.local(slot as usize)),
            Reference::Output(slot) => Some(frame.output(slot as usize)),
            Reference::Resource(slot) => Some(frame.resource_whole(slot as usize)),
            Reference::Module(slot) => Some(frame.module_closed(slot as usize)),
            _ => None,
        }
    }

    /// The cell of a provider configuration, made when it is first needed.
    pub(super) fn provider_cell(&mut self, binding: &ProviderBinding) -> CellId {
        if let Some(cell) = self.providers.get(binding) {
            return *cell;
        }
        let frame = self.first_frames.get(&binding.node).copied().unwrap_or(FrameId(0));
        let cell = self.add_cell(frame, CellKind::Provider(Box::new(binding.clone())));
        self.providers.insert(binding.clone(), cell);
        cell
    }

    pub(super) fn compute_provider(
        &mut self,
        id: CellId,
        frame: FrameId,
        binding: &ProviderBinding,
    ) -> Outcome {
        let schemas = self.around.schemas.clone();
        let program = self.program.clone();
        let written =
            binding.config.map(|slot| &program.module_at(binding.node).provider_configs[slot as usize]);
        // What is stood in for has no configuration that a schema could judge.
        let written = written.filter(|written| !written.mocked);
        let Some(provider) = schemas.schema(&binding.provider) else {
            return self.provider_without_schema(id, frame, written);
        };
        let block = &provider.provider.block;
        let config = match written {
            None => block.empty_value(),
            Some(written) => {
                let repetition = self.provider_repetition(binding);
                let attempt =
                    self.attempt(frame, repetition.as_ref(), None, |e| e.body(&written.body, block));
                match self.settle(id, attempt) {
                    Ok(config) => config,
                    Err(outcome) => return outcome,
                }
            }
        };
        self.asks.push(Ask::Provider(Box::new(ProviderAsk {
            cell: id,
            binding: binding.clone(),
            config,
            span: written.map(|w| w.span),
        })));
        Outcome::Asked
    }

    /// Nobody is asked to configure what isn't there; while validating, the expressions are judged all the same.
    fn provider_without_schema(
        &mut self,
        id: CellId,
        frame: FrameId,
        written: Option<&ProviderConfig>,
    ) -> Outcome {
        if self.around.mode != Mode::Validate {
            return Outcome::Failed;
        }
        if let Some(written) = written {
            let attempt = self.attempt(frame, None, None, |e| e.body_without_schema(&written.body));
            if let Err(outcome) = self.settle(id, attempt) {
                return outcome;
            }
        }
        Outcome::Done(Value::from(true))
    }

    fn triggers(
        &mut self,
        id: CellId,
        frame: FrameId,
        repetition: &Repetition,
        exprs: &[Expr],
    ) -> Result<Vec<Trigger>, Outcome> {
        let mut triggers = Vec::new();
        for expr in exprs {
            let attempt = self.attempt(frame, Some(repetition), None, |e| e.whole(expr));
            self.settle(id, attempt)?;
            if let Some(trigger) = self.trigger(frame, repetition, expr) {
                triggers.push(trigger);
            }
        }
        Ok(triggers)
    }

    /// Takes a reference apart: which instances, and the attribute within them.
    fn trigger(&self, frame: FrameId, repetition: &Repetition, expr: &Expr) -> Option<Trigger> {
        let mut steps = Vec::new();
        let mut root = expr;
        while let ExprKind::Attribute { on, .. } | ExprKind::Index { on, .. } = &root.kind {
            steps.push(root);
            root = on;
        }
        let ExprKind::Reference(Reference::Resource(slot)) = root.kind else { return None };
        let instances = self.frame(frame).resources[slot as usize].as_ref()?;
        let key = |key: &Expr| self.attempt(frame, Some(repetition), None, |e| e.evaluate(key)).value;
        let mut only = None;
        if let Some(ExprKind::Index { key: expr, .. }) = steps.last().map(|s| &s.kind) {
            only = instances.keys.find(&key(expr));
            steps.pop();
        }
        let path = steps.iter().rev().map(|step| match &step.kind {
            ExprKind::Attribute { name, .. } => PathStep::Attribute(name.clone()),
            ExprKind::Index { key: expr, .. } => PathStep::Index(key(expr)),
            _ => unreachable!("only attributes and indexes are steps"),
        });
        Some(Trigger { instances: instance_cells(instances, only), path: Path(path.collect()) })
    }

    /// Takes an answer: marks what the schema calls sensitive and, for instances, judges postconditions.
    pub(super) fn filled(&mut self, cell: CellId, value: Value) {
        let CellKind::Instance(slot, _) = self.cell(cell).kind else {
            return self.complete(cell, CellState::Done(value));
        };
        let program = self.program.clone();
        let node = self.frame(self.cell(cell).frame).node;
        let resource = &program.module_at(node).resources[slot as usize];
        let value = self.mark_sensitive(resource, node, value);
        if resource.lifecycle.postconditions.is_empty() || value.is_null() {
            return self.complete(cell, CellState::Done(value));
        }
        self.cell_mut(cell).state = CellState::Filled(value);
        self.work.push(cell);
    }

    fn mark_sensitive(&self, resource: &Resource, node: trueup_resolve::NodeId, value: Value) -> Value {
        let binding = self.program.node(node).providers.get(&resource.provider);
        let offered = binding.and_then(|b| self.around.schemas.schema(&b.provider));
        let schema = offered.and_then(|offered| offered.of_mode(resource.addr.mode).get(&resource.addr.kind));
        let Some(schema) = schema else { return value };
        if !schema.block.has_sensitive() || matches!(value.kind(), Kind::Null(_)) {
            return value;
        }
        let paths = sensitive_paths(&schema.block, &value);
        let marks: Vec<(Path, Marks)> = paths.into_iter().map(|path| (path, Marks::SENSITIVE)).collect();
        value.mark_paths(&marks)
    }

    pub(super) fn judge_filled(&mut self, id: CellId, value: Value) -> Outcome {
        let CellKind::Instance(slot, index) = self.cell(id).kind else { return Outcome::Done(value) };
        let frame = self.cell(id).frame;
        let program = self.program.clone();
        let resource = &program.module(self.frame(frame).module).resources[slot as usize];
        let repetition = self.repetition(frame, slot, index);
        let object = self.instance_of(id).map(|addr| addr.to_string()).unwrap_or_default();
        let report = |text| Diagnostic::error("Resource postcondition failed", text).condition_of(&*object);
        let attempt = self.attempt(frame, Some(&repetition), Some(&value), |e| {
            let conditions = resource.lifecycle.postconditions.iter();
            conditions.map(|c| judge(e, c, &report)).collect()
        });
        match self.settle_conditions(id, attempt) {
            Ok(()) => Outcome::Done(value),
            Err(outcome) => outcome,
        }
    }
}

fn instance_cells(instances: &Instances, only: Option<usize>) -> Vec<CellId> {
    let all = match only {
        Some(index) => index..index + 1,
        None => 0..instances.keys.len(),
    };
    all.filter_map(|i| Some(CellId(instances.first.0 + u32::try_from(i).ok()?))).collect()
}

/// The paths of `ignore_changes` that lead to nothing the type has.
fn ignored_unknown(resource: &Resource, schema: &Schema) -> Vec<(Name, Span)> {
    let IgnoreChanges::Paths(paths) = &resource.lifecycle.ignore_changes else { return Vec::new() };
    let first = |(path, span): &(Path, Span)| match path.0.first() {
        Some(PathStep::Attribute(name))
            if !schema.block.attributes.contains_key(name) && !schema.block.blocks.contains_key(name) =>
        {
            Some((name.clone(), *span))
        }
        _ => None,
    };
    paths.iter().filter_map(first).collect()
}

/// Warnings for attributes in `ignore_changes` that no configuration can say anything of.
fn ignored_for_nothing(resource: &Resource, schema: &Schema) -> Vec<Diagnostic> {
    let IgnoreChanges::Paths(paths) = &resource.lifecycle.ignore_changes else { return Vec::new() };
    let names = paths.iter().filter_map(|(path, _)| match path.0.first() {
        Some(PathStep::Attribute(name)) => Some(name),
        _ => None,
    });
    let read_only = |name: &&Name| schema.block.attributes.get(*name).is_some_and(Attribute::is_read_only);
    let warnings = names.filter(read_only).map(|name| {
        let detail = format!(
            "The provider alone decides on {name}, so the configuration has no value for it whose changes could be ignored."
        );
        Diagnostic::warning("Redundant ignore_changes element", detail)
            .at(resource.kind_span)
            .hint(format!("take {name} out of ignore_changes"))
    });
    warnings.collect()
}

/// The configuration of an instance; what its lifecycle names is held against the schema.
fn configured(
    e: &mut Evaluator<'_>,
    (resource, addr): (&Resource, &str),
    schema: &Schema,
    index: u32,
) -> Value {
    let config = e.body(&resource.body, &schema.block);
    if e.diagnostics.has_errors() {
        return config;
    }
    for (path, span) in ignored_unknown(resource, schema) {
        let kind = &resource.addr.kind;
        let detail = format!(
            "{path} is not an argument, a block or an attribute of {kind}, so ignore_changes can't name it."
        );
        e.fail(span, "Unsupported attribute", detail);
    }
    if index == 0 {
        e.diagnostics.extend(ignored_for_nothing(resource, schema));
    }
    refuse_ephemeral(e, (resource, addr), schema, &config);
    config
}

/// Objects are stored, so nothing ephemeral may get into them but through write-only arguments.
fn refuse_ephemeral(
    e: &mut Evaluator<'_>,
    (resource, addr): (&Resource, &str),
    schema: &Schema,
    config: &Value,
) {
    if resource.addr.mode == ResourceMode::Ephemeral || !config.deep_marks().is_ephemeral() {
        return;
    }
    let (_, marks) = config.unmark_deep();
    let write_only = |path: &Path| match path.0.first() {
        Some(PathStep::Attribute(name)) => {
            schema.block.attributes.get(name).is_some_and(|attribute| attribute.write_only)
        }
        _ => false,
    };
    for (path, _) in marks.iter().filter(|(path, marks)| marks.is_ephemeral() && !write_only(path)) {
        let detail =
            format!("The value of {path} is ephemeral, and the object is stored, so it can't hold it.");
        let written = |attribute: &&BodyAttribute| match path.0.first() {
            Some(PathStep::Attribute(name)) => attribute.name == *name,
            _ => false,
        };
        let place = resource.body.attributes.iter().find(written).map(|attribute| attribute.expr.span);
        let found = Diagnostic::error("Invalid use of ephemeral value", detail);
        e.diagnostics.push(found.at(place.unwrap_or(resource.span)).on(addr));
    }
}
