//! `count` and `for_each`: from expressions to keys, from keys to instances.

use super::frame::{Called, Instances, Keys, Repetition};
use super::step::Outcome;
use super::{CellId, CellKind, CellState, FrameId, Mode, Sheet};
use crate::expression::{Cause, Evaluator};
use std::sync::Arc;
use trueup_addr::{InstanceKey, ResourceInstance, Target};
use trueup_diag::{Diagnostic, Span};
use trueup_resolve::Expr;
use trueup_resolve::program::Repetition as Repeats;
use trueup_value::{Marks, Name, Type, Value, convert};

/// More instances of one block than this are refused before memory is spent on them.
const COUNT_MAX: u64 = 1 << 21;

/// So many instances of modules, of all calls taken together: a few calls within one another multiply.
const MODULES_MAX: usize = 1 << 18;

/// So many cells, of which every instance, local value, variable and output is one.
const CELLS_MAX: usize = 1 << 23;

impl Sheet {
    pub(super) fn compute_resource_keys(&mut self, id: CellId, frame: FrameId, slot: u32) -> Outcome {
        let program = self.program.clone();
        let resource = &program.module(self.frame(frame).module).resources[slot as usize];
        let found = self.diagnostics.len();
        let (keys, wrong) = match self.keys(id, frame, resource.repetition.as_ref()) {
            Ok(keys) => (keys, false),
            // However many there will be, what the block says of each can be judged.
            Err(Outcome::Failed) if self.around.mode == Mode::Validate && self.diagnostics.len() > found => {
                (Keys::Abstract(matches!(resource.repetition, Some(Repeats::Count(_)))), true)
            }
            Err(outcome) => return outcome,
        };
        // What decides whether an instance is there at all is something that it depends on.
        let call = self.frame(frame).caller.as_ref().map(|(caller, call, _)| (*caller, *call));
        let call = call.map(|(caller, call)| self.frame(caller).module_keys(call as usize));
        self.cell_mut(id).depends.extend(call);
        if keys.len() > 1 && self.cells.len() + keys.len() > CELLS_MAX {
            self.report_crowd(resource.span);
            return Outcome::Failed;
        }
        let mut cells = Vec::with_capacity(keys.len());
        for index in 0..keys.len() {
            let index = u32::try_from(index).expect("counts are bounded when they are evaluated");
            let cell = self.add_cell(frame, CellKind::Instance(slot, index));
            self.cell_mut(cell).depends.push(id);
            cells.push(cell);
        }
        let first = cells.first().copied().unwrap_or(CellId(0));
        let count = u32::try_from(keys.len()).expect("counts are bounded when they are evaluated");
        self.frame_mut(frame).resources[slot as usize] = Some(Instances { keys, first });
        self.expect_instances(frame, slot, count);
        for cell in cells.into_iter().rev() {
            if self.is_wanted(cell) {
                self.request(cell);
            }
        }
        if wrong { Outcome::Failed } else { Outcome::Done(Value::from(true)) }
    }

    /// Reports that there would be more instances than can be worked with: once, because it stops nobody else.
    fn report_crowd(&mut self, span: Span) {
        if self.crowded {
            return;
        }
        self.crowded = true;
        let detail = format!(
            "With the instances of this block there would be more than {MODULES_MAX} instances of modules, or more than {CELLS_MAX} instances and values in all: more than can be planned together."
        );
        self.diagnostics.push(
            Diagnostic::error("Too many instances", detail).at(span).hint(
                "lower count or for_each here or in the calls around it, or split the configuration up",
            ),
        );
    }

    /// Whether an instance is among the targets; all are where there are none.
    fn is_wanted(&self, cell: CellId) -> bool {
        let Some(targets) = &self.targets else { return true };
        self.instance_of(cell)
            .is_some_and(|addr| targets.iter().any(|target: &Target| target.contains(&addr)))
    }

    pub(super) fn instance_addr(&self, frame: FrameId, slot: u32, index: u32) -> ResourceInstance {
        let frame = self.frame(frame);
        let resource = self.program.module(frame.module).resources[slot as usize].addr.clone();
        let key =
            frame.resources[slot as usize].as_ref().map_or(InstanceKey::None, |i| i.keys.key(index as usize));
        ResourceInstance { module: frame.addr.clone(), resource, key }
    }

    pub(super) fn compute_module_keys(&mut self, id: CellId, frame: FrameId, slot: u32) -> Outcome {
        let program = self.program.clone();
        let call = &program.module(self.frame(frame).module).calls[slot as usize];
        let Some(node) = program.node(self.frame(frame).node).children[slot as usize] else {
            return Outcome::Failed;
        };
        let keys = match self.keys(id, frame, call.repetition.as_ref()) {
            Ok(keys) => keys,
            Err(outcome) => return outcome,
        };
        let call_around = self.frame(frame).caller.as_ref().map(|(caller, call, _)| (*caller, *call));
        let call_around = call_around.map(|(caller, call)| self.frame(caller).module_keys(call as usize));
        self.cell_mut(id).depends.extend(call_around);
        let mut waits_for = self.frame(frame).waits_for.clone();
        waits_for.extend(call.depends_on.iter().filter_map(|d| self.dependency_cell(frame, d.on)));
        if self.frames.len() + keys.len() > MODULES_MAX {
            self.report_crowd(call.span);
            return Outcome::Failed;
        }
        let addr = self.frame(frame).addr.clone();
        let mut frames = Vec::with_capacity(keys.len());
        for index in 0..keys.len() {
            let child = addr.child(&call.name, keys.key(index));
            let caller = (frame, slot, keys.repetition(index));
            frames.push(self.open_frame(node, child, Some(caller), waits_for.clone()));
        }
        if frames.is_empty() {
            self.expect_nothing(node);
        }
        self.frame_mut(frame).calls[slot as usize] = Some(Called { keys, frames: frames.clone() });
        for child in frames.into_iter().rev() {
            self.request_frame(child.0 as usize);
        }
        Outcome::Done(Value::from(true))
    }

    fn keys(&mut self, id: CellId, frame: FrameId, repeats: Option<&Repeats>) -> Result<Keys, Outcome> {
        let Some(repeats) = repeats else { return Ok(Keys::Single) };
        let caller: Option<Repetition> = None;
        let mode = self.around.mode;
        let attempt = self.attempt(frame, caller.as_ref(), None, |e| match repeats {
            Repeats::Count(expr) => count(e, expr, mode),
            Repeats::ForEach(expr) => for_each(e, expr, mode),
            Repeats::Enabled(expr) => enabled(e, expr, mode),
        });
        self.settle(id, attempt)?.ok_or(Outcome::Failed)
    }

    pub(super) fn compute_resource_whole(&mut self, id: CellId, frame: FrameId, slot: u32) -> Outcome {
        let keys_cell = self.frame(frame).resource_keys(slot as usize);
        if let Some(outcome) = self.need(id, &[keys_cell]) {
            return outcome;
        }
        let Some(instances) = self.frame(frame).resources[slot as usize].clone() else {
            return Outcome::Failed;
        };
        let count = u32::try_from(instances.keys.len()).expect("counts are bounded when they are evaluated");
        let cells: Vec<CellId> = (0..count).map(|i| CellId(instances.first.0 + i)).collect();
        if let Some(outcome) = self.need(id, &cells) {
            return outcome;
        }
        let values = cells.iter().map(|cell| self.value(*cell).cloned().expect("needed cells are computed"));
        Outcome::Done(gather(&instances.keys, values.collect()))
    }

    pub(super) fn compute_module_whole(&mut self, id: CellId, frame: FrameId, slot: u32) -> Outcome {
        let keys_cell = self.frame(frame).module_keys(slot as usize);
        if let Some(outcome) = self.need(id, &[keys_cell]) {
            return outcome;
        }
        let Some(called) = self.frame(frame).calls[slot as usize].clone() else { return Outcome::Failed };
        let mut cells = Vec::new();
        for child in &called.frames {
            let child = self.frame(*child);
            let outputs = self.program.module(child.module).outputs.len();
            cells.extend((0..outputs).map(|slot| child.output(slot)));
        }
        if let Some(outcome) = self.need(id, &cells) {
            return outcome;
        }
        if let Keys::Abstract(counted) = called.keys {
            return Outcome::Done(self.some_modules(called.frames.first().copied(), counted));
        }
        let objects = called.frames.iter().map(|child| self.outputs_object(*child)).collect();
        Outcome::Done(gather(&called.keys, objects))
    }

    /// A module of which nobody knows yet how many instances there are: only which outputs each has.
    fn some_modules(&self, frame: Option<FrameId>, counted: bool) -> Value {
        let Some(frame) = frame else { return Value::dynamic() };
        let outputs = &self.program.module(self.frame(frame).module).outputs;
        let each = Type::object(outputs.iter().map(|output| (output.name.clone(), Type::Dynamic)));
        Value::unknown(if counted { Type::list(each) } else { Type::map(each) })
    }

    fn outputs_object(&self, frame: FrameId) -> Value {
        let frame = self.frame(frame);
        let outputs = &self.program.module(frame.module).outputs;
        Value::object(outputs.iter().enumerate().map(|(slot, output)| {
            let value = self.value(frame.output(slot)).cloned().expect("needed cells are computed");
            (output.name.clone(), value)
        }))
    }

    /// Everything in a call: its resources, outputs and calls, in all instances.
    pub(super) fn compute_module_closed(&mut self, id: CellId, frame: FrameId, slot: u32) -> Outcome {
        let keys_cell = self.frame(frame).module_keys(slot as usize);
        if let Some(outcome) = self.need(id, &[keys_cell]) {
            return outcome;
        }
        let Some(called) = self.frame(frame).calls[slot as usize].clone() else { return Outcome::Failed };
        let mut cells = Vec::new();
        for child in &called.frames {
            let child = self.frame(*child);
            let module = self.program.module(child.module);
            cells.extend((0..module.resources.len()).map(|slot| child.resource_whole(slot)));
            cells.extend((0..module.outputs.len()).map(|slot| child.output(slot)));
            cells.extend((0..module.calls.len()).map(|slot| child.module_closed(slot)));
        }
        match self.need(id, &cells) {
            Some(outcome) => outcome,
            None => Outcome::Done(Value::from(true)),
        }
    }

    /// What to do while cells that are needed aren't all there; nothing when they are.
    pub(super) fn need(&mut self, id: CellId, cells: &[CellId]) -> Option<Outcome> {
        let mut missing = Vec::new();
        let mut failed = false;
        for cell in cells {
            match self.cell(*cell).state {
                CellState::Done(_) => {}
                CellState::Failed => failed = true,
                _ => missing.push(*cell),
            }
        }
        if !missing.is_empty() {
            return Some(Outcome::Waiting(missing));
        }
        self.cell_mut(id).depends.extend_from_slice(cells);
        if failed { Some(Outcome::Failed) } else { None }
    }
}

/// All instances as one value: the only one, a tuple, or an object by key.
fn gather(keys: &Keys, mut values: Vec<Value>) -> Value {
    match keys {
        Keys::Single => values.remove(0),
        Keys::Count(_) => Value::tuple(values),
        Keys::ForEach(items) => Value::object(items.iter().map(|(name, _)| name.clone()).zip(values)),
        Keys::Abstract(_) => Value::dynamic(),
        Keys::Disabled => Value::null(Type::Dynamic),
    }
}

fn count(e: &mut Evaluator<'_>, expr: &Expr, mode: Mode) -> Option<Keys> {
    let (value, marks) = evaluated(e, expr)?.unmark();
    let wrong = |e: &mut Evaluator<'_>, detail: &str| {
        e.fail(expr, "Invalid count argument", detail);
        None
    };
    if marks.is_ephemeral() {
        return wrong(
            e,
            "The \"count\" value is ephemeral, so it can't decide how many instances there are.",
        );
    }
    if value.is_null() {
        return wrong(e, "The given \"count\" argument value is null. An integer is required.");
    }
    let Ok(number) = convert(&value, &Type::Number) else {
        let detail = format!(
            "The \"count\" argument is a number, and this is {}, which is none.",
            value.ty().friendly_name()
        );
        e.fail(expr, "Incorrect value type", detail);
        return None;
    };
    let Some(known) = number.as_number() else {
        if mode == Mode::Validate {
            return Some(Keys::Abstract(true));
        }
        let found = e.told(unknown_keys("count", expr.span), expr, Cause::Unknown);
        e.diagnostics.push(found);
        return None;
    };
    if *known < 0.into() {
        return wrong(
            e,
            "The given \"count\" argument value is unsuitable: must be greater than or equal to zero.",
        );
    }
    match known.to_u64() {
        Some(_) if mode == Mode::Validate => Some(Keys::Abstract(true)),
        Some(n) if n <= COUNT_MAX => Some(Keys::Count(n)),
        Some(_) => wrong(
            e,
            &format!(
                "The given \"count\" argument value is unsuitable: at most {COUNT_MAX} instances are possible."
            ),
        ),
        None => wrong(e, "The given \"count\" argument value is unsuitable: a whole number is required."),
    }
}

fn enabled(e: &mut Evaluator<'_>, expr: &Expr, mode: Mode) -> Option<Keys> {
    let (value, marks) = evaluated(e, expr)?.unmark();
    let found = convert(&value, &Type::Bool);
    let wrong = if marks.contains(Marks::SENSITIVE) {
        "Whether there is an instance is shown, so the value can't be sensitive.".to_owned()
    } else if marks.is_ephemeral() {
        "The value is ephemeral, so it can't decide whether there is an instance.".into()
    } else if value.is_null() {
        "The value is null, and true or false is needed.".into()
    } else if found.is_err() {
        format!("The value is true or false, and this is {}.", value.ty().friendly_name())
    } else if mode == Mode::Validate {
        return Some(Keys::Single);
    } else if let Some(enabled) = found.ok().and_then(|found| found.as_bool()) {
        return Some(if enabled { Keys::Single } else { Keys::Disabled });
    } else {
        let found = e.told(unknown_keys("enabled", expr.span), expr, Cause::Unknown);
        e.diagnostics.push(found);
        return None;
    };
    e.fail(expr, "Invalid enabled argument", wrong);
    None
}

/// The value of an expression; none where that is an error, which nothing has to be added to.
fn evaluated(e: &mut Evaluator<'_>, expr: &Expr) -> Option<Value> {
    let value = e.whole(expr);
    (!e.diagnostics.has_errors()).then_some(value)
}

fn unknown_keys(argument: &str, span: Span) -> Diagnostic {
    let summary = match argument {
        "count" => "Invalid count argument",
        "enabled" => "Invalid enabled argument",
        _ => "Invalid for_each argument",
    };
    Diagnostic::error(
        summary,
        format!(
            "The \"{argument}\" value depends on resource attributes that cannot be determined until apply, so it can't be told how many instances there will be."
        ),
    )
    .at(span)
    .hint("apply what the value depends on first, with -target, or derive it from values that the configuration knows")
}

fn for_each(e: &mut Evaluator<'_>, expr: &Expr, mode: Mode) -> Option<Keys> {
    let (value, marks) = evaluated(e, expr)?.unmark();
    let wrong = |e: &mut Evaluator<'_>, detail: String| {
        e.fail(expr, "Invalid for_each argument", detail);
        None
    };
    if marks.contains(Marks::SENSITIVE) {
        let detail = "Sensitive values, or values derived from them, can't be for_each arguments: the keys would be disclosed.";
        let found = Diagnostic::error("Invalid for_each argument", detail).at(expr.span);
        let found = e.told(found, expr, Cause::Sensitive);
        e.diagnostics.push(found);
        return None;
    }
    if marks.is_ephemeral() {
        return wrong(
            e,
            "The \"for_each\" value is ephemeral, so it can't decide which instances there are.".into(),
        );
    }
    if value.is_null() {
        return wrong(
            e,
            "The given \"for_each\" argument value is null. A map, or set of strings is allowed.".into(),
        );
    }
    let ty = value.ty();
    let fits = match &ty {
        Type::Map(_) | Type::Object(_) | Type::Dynamic => true,
        Type::Set(element) => matches!(**element, Type::String | Type::Dynamic),
        _ => false,
    };
    if !fits {
        let detail = format!(
            "The given \"for_each\" argument value is unsuitable: it must be a map, or set of strings, and this is {}.",
            ty.friendly_name()
        );
        return wrong_keys(e, expr, &ty, detail);
    }
    let keys_known = match &ty {
        Type::Set(_) => value.is_wholly_known(),
        _ => value.is_known(),
    };
    if !keys_known && mode == Mode::Validate {
        return Some(Keys::Abstract(false));
    }
    if !keys_known {
        let found = e.told(unknown_keys("for_each", expr.span), expr, Cause::Unknown);
        e.diagnostics.push(found);
        return None;
    }
    let mut items: Vec<(Name, Value)> = Vec::new();
    for (key, item) in value.iter_elements() {
        let Some(text) = (if matches!(ty, Type::Set(_)) { item.as_str() } else { key.as_str() }) else {
            let detail = "The given \"for_each\" set holds null values: every element must be a string.";
            return wrong_keys(e, expr, &ty, detail.into());
        };
        items.push((text.into(), item));
    }
    if mode == Mode::Validate {
        return Some(Keys::Abstract(false));
    }
    items.sort_by(|a, b| a.0.cmp(&b.0));
    Some(Keys::ForEach(Arc::from(items)))
}

/// A collection that can't give keys: its kind, or its elements where it is a set.
fn wrong_keys(e: &mut Evaluator<'_>, expr: &Expr, ty: &Type, detail: String) -> Option<Keys> {
    let set = matches!(ty, Type::Set(_));
    let summary = if set { "Invalid for_each set argument" } else { "Invalid for_each argument" };
    e.fail(expr, summary, detail);
    None
}
