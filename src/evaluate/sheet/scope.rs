//! What the expressions of one cell can see: the other cells.

use super::frame::{Called, Keys, Repetition};
use super::{CellId, CellState, FrameId, Mode, Sheet};
use crate::expression::Scope;
use crate::functions::World;
use trueup_diag::Span;
use trueup_resolve::Reference;
use trueup_value::{Marks, Type, Value};

/// Reads cells for one evaluation and notes which, which are missing, and whether one failed.
pub(super) struct CellScope<'s> {
    sheet: &'s Sheet,
    frame: FrameId,
    repetition: Option<&'s Repetition>,
    itself: Option<&'s Value>,
    missing: Vec<CellId>,
    depends: Vec<CellId>,
    failed: bool,
}

impl<'s> CellScope<'s> {
    pub(super) fn new(
        sheet: &'s Sheet,
        frame: FrameId,
        repetition: Option<&'s Repetition>,
        itself: Option<&'s Value>,
    ) -> CellScope<'s> {
        CellScope {
            sheet,
            frame,
            repetition,
            itself,
            missing: Vec::new(),
            depends: Vec::new(),
            failed: false,
        }
    }

    pub(super) fn finish(self) -> (Vec<CellId>, bool, Vec<CellId>) {
        (self.missing, self.failed, self.depends)
    }

    /// The cell's value if it is there; the evaluation goes on with an unknown where it isn't.
    fn read(&mut self, id: CellId) -> Option<Value> {
        self.depends.push(id);
        match &self.sheet.cell(id).state {
            CellState::Done(value) => return Some(value.clone()),
            CellState::Failed => self.failed = true,
            _ => self.missing.push(id),
        }
        None
    }

    fn read_or_unknown(&mut self, id: CellId) -> Value {
        self.read(id).unwrap_or_else(Value::dynamic)
    }

    /// `path.module`: as Terraform gives it, relative to the working directory.
    fn module_dir(&self) -> Value {
        let module = self.sheet.program.module(self.sheet.frame(self.frame).module);
        Value::string(module.dir.clone())
    }

    fn repeated(&self, pick: impl Fn(&Repetition) -> Option<Value>) -> Value {
        self.repetition.and_then(pick).unwrap_or_else(Value::dynamic)
    }
}

impl Scope for CellScope<'_> {
    fn reference(&mut self, reference: Reference) -> Value {
        let frame = self.sheet.frame(self.frame);
        let at = |slot: u32| slot as usize;
        match reference {
            Reference::Variable(slot) => self.read_or_unknown(frame.variable(at(slot))),
            Reference::Local(slot) => self.read_or_unknown(frame.local(at(slot))),
            Reference::Output(slot) => self.read_or_unknown(frame.output(at(slot))),
            Reference::Resource(slot) => self.read_or_unknown(frame.resource_whole(at(slot))),
            Reference::Module(slot) => self.read_or_unknown(frame.module_whole(at(slot))),
            Reference::PathModule => self.module_dir(),
            Reference::PathRoot => Value::string("."),
            Reference::PathCwd => Value::string(self.sheet.around.cwd.clone()),
            Reference::Workspace => Value::string(self.sheet.around.workspace.clone()),
            Reference::Applying => match self.sheet.around.mode {
                Mode::Validate => Value::unknown(Type::Bool),
                mode => Value::from(mode == Mode::Apply),
            }
            .mark(Marks::EPHEMERAL),
            Reference::CountIndex => self.repeated(|r| r.count.clone()),
            Reference::EachKey => self.repeated(|r| r.each.as_ref().map(|(key, _)| key.clone())),
            Reference::EachValue => self.repeated(|r| r.each.as_ref().map(|(_, value)| value.clone())),
            Reference::Itself => self.itself.cloned().unwrap_or_else(Value::dynamic),
        }
    }

    fn resource_instance(&mut self, slot: u32, key: &Value) -> Option<Value> {
        let frame = self.sheet.frame(self.frame);
        self.read(frame.resource_keys(slot as usize));
        let Some(instances) = &frame.resources[slot as usize] else { return Some(Value::dynamic()) };
        if self.sheet.targets.is_some() {
            // As Terraform does: what one targeted instance needs is all instances of what it refers to.
            self.read(frame.resource_whole(slot as usize));
        }
        if let Keys::Abstract(_) = instances.keys {
            return Some(self.read_or_unknown(instances.first));
        }
        let index = instances.keys.find(key)?;
        let cell = CellId(instances.first.0 + u32::try_from(index).ok()?);
        Some(self.read_or_unknown(cell).mark(key.marks()))
    }

    fn module_output(&mut self, slot: u32, key: Option<&Value>, name: &str) -> Option<Value> {
        let frame = self.sheet.frame(self.frame);
        self.read(frame.module_keys(slot as usize));
        if let Some(Called { keys: Keys::Abstract(_), .. }) = &frame.calls[slot as usize] {
            return None;
        }
        let Some(called) = &frame.calls[slot as usize] else { return Some(Value::dynamic()) };
        let index = match (&called.keys, key) {
            (Keys::Single, None) => 0,
            (keys, Some(key)) => keys.find(key)?,
            (_, None) => return None,
        };
        let child = self.sheet.frame(*called.frames.get(index)?);
        let output = *self.sheet.program.module(child.module).names.outputs.get(name)?;
        let value = self.read_or_unknown(child.output(output as usize));
        Some(value.mark(key.map(Value::marks).unwrap_or_default()))
    }

    fn describe(&self, reference: Reference) -> String {
        let module = self.sheet.program.module(self.sheet.frame(self.frame).module);
        let at = |slot: u32| slot as usize;
        match reference {
            Reference::Variable(slot) => format!("var.{}", module.variables[at(slot)].name),
            Reference::Local(slot) => format!("local.{}", module.locals[at(slot)].name),
            Reference::Output(slot) => format!("output.{}", module.outputs[at(slot)].name),
            Reference::Resource(slot) => module.resources[at(slot)].addr.to_string(),
            Reference::Module(slot) => format!("module.{}", module.calls[at(slot)].name),
            Reference::PathModule => "path.module".into(),
            Reference::PathRoot => "path.root".into(),
            Reference::PathCwd => "path.cwd".into(),
            Reference::Workspace => "terraform.workspace".into(),
            Reference::Applying => "terraform.applying".into(),
            Reference::CountIndex => "count.index".into(),
            Reference::EachKey => "each.key".into(),
            Reference::EachValue => "each.value".into(),
            Reference::Itself => "self".into(),
        }
    }

    fn world(&self) -> &dyn World {
        &self.sheet.world
    }

    fn is_unseen_function(&self, name: &str, at: Span) -> bool {
        let module = self.sheet.program.module(self.sheet.frame(self.frame).module);
        let local = name.strip_prefix("provider::").and_then(|rest| rest.split_once("::"));
        let requirement = local.and_then(|(local, _)| module.settings.providers.get(local));
        let schemas = &self.sheet.around.schemas;
        requirement.is_some_and(|required| schemas.is_unseen_function(&required.provider, name, at))
    }
}
