//! Frames: one for each instance of each module, with its cells in a row.

use super::{Cell, CellId, CellKind, CellState, FrameId, Sheet};
use std::sync::Arc;
use trueup_addr::{InstanceKey, ModuleInstance, Target};
use trueup_resolve::{ModuleId, NodeId, Program};
use trueup_value::{Name, Type, Value};

/// One instance of one module.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) node: NodeId,
    pub(super) module: ModuleId,
    pub(super) addr: ModuleInstance,
    /// The calling frame, the call's slot in it, and which instance of the call this is.
    pub(super) caller: Option<(FrameId, u32, Repetition)>,
    /// Cells whose completion everything in here waits for: `depends_on` of the calls.
    pub(super) waits_for: Vec<CellId>,
    /// Expansions of resources by slot.
    pub(super) resources: Vec<Option<Instances>>,
    /// Expansions of calls by slot.
    pub(super) calls: Vec<Option<Called>>,
    first: u32,
    locals: u32,
    outputs: u32,
    keys: u32,
    wholes: u32,
    call_keys: u32,
    call_wholes: u32,
    call_closed: u32,
    checks: u32,
}

/// Which instance: what `count.index`, `each.key` and `each.value` are.
#[derive(Clone, Debug, Default)]
pub(super) struct Repetition {
    pub(super) count: Option<Value>,
    pub(super) each: Option<(Value, Value)>,
}

/// The keys of a repeated block.
#[derive(Clone, Debug)]
pub(super) enum Keys {
    /// Neither `count` nor `for_each`.
    Single,
    /// `count`
    Count(u64),
    /// `for_each`, sorted by key.
    ForEach(Arc<[(Name, Value)]>),
    /// Repeated, but judged once with unknown keys; `true` for `count`.
    Abstract(bool),
    /// `enabled` is false.
    Disabled,
}

/// The instances of a resource: cells in a row in the order of the keys.
#[derive(Clone, Debug)]
pub(super) struct Instances {
    pub(super) keys: Keys,
    pub(super) first: CellId,
}

/// The instances of a module call in the order of the keys.
#[derive(Clone, Debug)]
pub(super) struct Called {
    pub(super) keys: Keys,
    pub(super) frames: Vec<FrameId>,
}

impl Keys {
    pub(super) fn len(&self) -> usize {
        match self {
            Keys::Single | Keys::Abstract(_) => 1,
            Keys::Count(n) => usize::try_from(*n).expect("counts are bounded when they are evaluated"),
            Keys::ForEach(items) => items.len(),
            Keys::Disabled => 0,
        }
    }

    pub(super) fn key(&self, index: usize) -> InstanceKey {
        match self {
            Keys::Single | Keys::Abstract(_) | Keys::Disabled => InstanceKey::None,
            Keys::Count(_) => InstanceKey::Int(index as u64),
            Keys::ForEach(items) => InstanceKey::Text(items[index].0.clone()),
        }
    }

    pub(super) fn repetition(&self, index: usize) -> Repetition {
        match self {
            Keys::Single | Keys::Disabled => Repetition::default(),
            Keys::Count(_) => {
                let index = i64::try_from(index).expect("counts are bounded when they are evaluated");
                Repetition { count: Some(Value::from(index)), each: None }
            }
            Keys::ForEach(items) => {
                let (name, value) = &items[index];
                Repetition { count: None, each: Some((Value::string(name.clone()), value.clone())) }
            }
            Keys::Abstract(true) => Repetition { count: Some(Value::unknown(Type::Number)), each: None },
            Keys::Abstract(false) => {
                Repetition { count: None, each: Some((Value::unknown(Type::String), Value::dynamic())) }
            }
        }
    }

    /// The index of the instance that an index value names.
    pub(super) fn find(&self, key: &Value) -> Option<usize> {
        match self {
            Keys::Count(n) => {
                let index = key.as_number()?.to_u64()?;
                if index < *n { usize::try_from(index).ok() } else { None }
            }
            Keys::ForEach(items) => {
                let text = key.as_str()?;
                items.binary_search_by(|(name, _)| (**name).cmp(text)).ok()
            }
            Keys::Single | Keys::Abstract(_) | Keys::Disabled => None,
        }
    }
}

impl Frame {
    pub(super) fn variable(&self, slot: usize) -> CellId {
        cell_at(self.first, slot)
    }

    pub(super) fn local(&self, slot: usize) -> CellId {
        cell_at(self.locals, slot)
    }

    pub(super) fn output(&self, slot: usize) -> CellId {
        cell_at(self.outputs, slot)
    }

    pub(super) fn resource_keys(&self, slot: usize) -> CellId {
        cell_at(self.keys, slot)
    }

    pub(super) fn resource_whole(&self, slot: usize) -> CellId {
        cell_at(self.wholes, slot)
    }

    pub(super) fn module_keys(&self, slot: usize) -> CellId {
        cell_at(self.call_keys, slot)
    }

    pub(super) fn module_whole(&self, slot: usize) -> CellId {
        cell_at(self.call_wholes, slot)
    }

    pub(super) fn module_closed(&self, slot: usize) -> CellId {
        cell_at(self.call_closed, slot)
    }

    pub(super) fn check(&self, slot: usize) -> CellId {
        cell_at(self.checks, slot)
    }
}

fn cell_at(base: u32, slot: usize) -> CellId {
    CellId(base + u32::try_from(slot).expect("a module declares fewer than 2^32 things"))
}

impl Sheet {
    pub(super) fn open_root(&mut self) {
        self.open_frame(NodeId::ROOT, ModuleInstance::root(), None, Vec::new());
    }

    /// Opens one instance of a module: makes its cells, asks for none.
    pub(super) fn open_frame(
        &mut self,
        node: NodeId,
        addr: ModuleInstance,
        caller: Option<(FrameId, u32, Repetition)>,
        waits_for: Vec<CellId>,
    ) -> FrameId {
        let program: Arc<Program> = self.program.clone();
        let module = program.module_at(node);
        let id = FrameId(u32::try_from(self.frames.len()).expect("fewer than 2^32 module instances"));
        let first = self.row(id, module.variables.len(), CellKind::Variable);
        let locals = self.row(id, module.locals.len(), CellKind::Local);
        let outputs = self.row(id, module.outputs.len(), CellKind::Output);
        let keys = self.row(id, module.resources.len(), CellKind::ResourceKeys);
        let wholes = self.row(id, module.resources.len(), CellKind::ResourceWhole);
        let call_keys = self.row(id, module.calls.len(), CellKind::ModuleKeys);
        let call_wholes = self.row(id, module.calls.len(), CellKind::ModuleWhole);
        let call_closed = self.row(id, module.calls.len(), CellKind::ModuleClosed);
        let checks = self.row(id, module.checks.len(), CellKind::Check);
        self.frames.push(Frame {
            node,
            module: program.node(node).module,
            addr,
            caller,
            waits_for,
            resources: vec![None; module.resources.len()],
            calls: vec![None; module.calls.len()],
            first,
            locals,
            outputs,
            keys,
            wholes,
            call_keys,
            call_wholes,
            call_closed,
            checks,
        });
        self.first_frames.entry(node).or_insert(id);
        id
    }

    fn row(&mut self, frame: FrameId, len: usize, kind: impl Fn(u32) -> CellKind) -> u32 {
        let first = self.cells.len();
        for slot in 0..len {
            self.add_cell(
                frame,
                kind(u32::try_from(slot).expect("a module declares fewer than 2^32 things")),
            );
        }
        u32::try_from(first).expect("fewer than 2^32 cells")
    }

    pub(super) fn add_cell(&mut self, frame: FrameId, kind: CellKind) -> CellId {
        let id = CellId(u32::try_from(self.cells.len()).expect("fewer than 2^32 cells"));
        self.cells.push(Cell {
            frame,
            kind,
            state: CellState::Idle,
            waiters: Vec::new(),
            depends: Vec::new(),
        });
        id
    }

    pub(super) fn frame(&self, id: FrameId) -> &Frame {
        &self.frames[id.0 as usize]
    }

    pub(super) fn frame_mut(&mut self, id: FrameId) -> &mut Frame {
        &mut self.frames[id.0 as usize]
    }

    /// Asks for everything in one frame; calls ask for their own frames when they have expanded.
    pub(super) fn request_frame(&mut self, index: usize) {
        let frame = &self.frames[index];
        let module = self.program.module(frame.module);
        let targeted = self.targets.is_some();
        let mut wanted = Vec::new();
        let calls = (0..module.calls.len()).filter(|slot| self.may_hold_target(frame, *slot));
        wanted.extend(calls.map(|slot| frame.module_keys(slot)));
        let resources = (0..module.resources.len()).filter(|slot| self.may_be_target(frame, *slot));
        wanted.extend(resources.map(|slot| frame.resource_keys(slot)));
        if !targeted {
            wanted.extend((0..module.variables.len()).map(|slot| frame.variable(slot)));
            wanted.extend((0..module.locals.len()).map(|slot| frame.local(slot)));
            wanted.extend((0..module.outputs.len()).map(|slot| frame.output(slot)));
        }
        // The list of work is a stack: pushed in reverse, it is worked in the order of the source.
        for cell in wanted.into_iter().rev() {
            self.request(cell);
        }
    }

    /// Whether a target may name something in a call, before its instances are known.
    fn may_hold_target(&self, frame: &Frame, slot: usize) -> bool {
        let Some(targets) = &self.targets else { return true };
        let name = &self.program.module(frame.module).calls[slot].name;
        let path = frame.addr.path().child(name);
        targets.iter().any(|target| {
            let module = match target {
                Target::Module(module) => module.path(),
                Target::Resource(node) => node.module.path(),
                Target::Instance(instance) => instance.module.path(),
            };
            module.0.starts_with(&path.0)
                || (matches!(target, Target::Module(_)) && path.0.starts_with(&module.0))
        })
    }

    /// Whether a target may name an instance of a resource, before its instances are known.
    fn may_be_target(&self, frame: &Frame, slot: usize) -> bool {
        let Some(targets) = &self.targets else { return true };
        let resource = &self.program.module(frame.module).resources[slot].addr;
        let path = frame.addr.path();
        targets.iter().any(|target| match target {
            Target::Module(module) => path.0.starts_with(&module.path().0),
            Target::Resource(node) => node.resource == *resource && node.module.path() == path,
            Target::Instance(instance) => instance.resource == *resource && instance.module.path() == path,
        })
    }
}
