//! The worksheet. In: a program and inputs. Out: asks to the world, and values when they are answered.
//!
//! Every variable, local, output, resource instance... is a cell. A cell that reads another that isn't there yet
//! waits for just that one and is computed again when it comes. No IO happens here: [`Sheet::ready`] hands out what
//! the world must answer, [`Sheet::fill`] takes the answer, [`Sheet::close`] says what is left and why.

mod checked;
mod condition;
mod cycle;
mod exclude;
mod expand;
mod frame;
mod guard;
mod instance;
mod keyed;
mod module;
mod provision;
mod scope;
mod step;
mod target;

use crate::expression::Cause;
use crate::host::{Host, Language};
use crate::problems::Problems;
use checked::Checked;
use frame::Frame;
pub(crate) use module::{Given, mark_variable, settle_variable};
pub use provision::Provisioning;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trueup_addr::{Mode as ResourceMode, ModuleInstance, ProviderAddr, ResourceInstance, Target};
use trueup_diag::{Diagnostic, Diagnostics, Span};
use trueup_resolve::program::ProviderBinding;
use trueup_resolve::{Expr, NodeId, Program};
use trueup_schema::ProviderSchema;
use trueup_value::{Name, Path, Value};

/// A cell of the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellId(pub u32);

/// One instance of one module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FrameId(pub(crate) u32);

/// What the sheet is computed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nothing is known but types: blocks are judged once each, however often they'd repeat.
    Validate,
    /// Values of variables are known; instances are answered with what is planned.
    Plan,
    /// Instances are answered with what was done.
    Apply,
}

/// A value given from outside for a root variable.
#[derive(Clone, Debug)]
pub struct Input {
    /// The value, not yet converted.
    pub value: Value,
    /// Where it came from, for messages: `-var`, a file's name, an environment variable's name.
    pub source: String,
    /// Its place, where it is in a file.
    pub span: Option<Span>,
}

/// Where schemas come from.
pub trait Schemas: Send + Sync {
    /// What a provider offers; `None` when it isn't there.
    fn schema(&self, provider: &ProviderAddr) -> Option<&ProviderSchema>;

    /// What is to be made of a type that [`Schemas::schema`] doesn't have.
    fn absent(&self, _provider: &ProviderAddr, _mode: ResourceMode, _kind: &str) -> Absent {
        Absent::Wrong { near: None }
    }

    /// Whether a function of a provider that isn't at hand is taken to be there. It is named as it is called.
    fn is_unseen_function(&self, _provider: &ProviderAddr, _name: &str, _at: Span) -> bool {
        false
    }
}

/// A type without a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Absent {
    /// The provider has no such type.
    Wrong {
        /// What it was probably meant to be, beside the types that there is a schema of.
        near: Option<String>,
    },
    /// The provider may well have it: its objects can't be worked with, and this says why.
    Unavailable(Diagnostic),
    /// The provider may well have it: only what its schema doesn't decide is judged, and its objects are unknown.
    Unseen,
}

/// What surrounds a sheet.
#[derive(Clone)]
pub struct Surroundings {
    /// Provider schemas.
    pub schemas: Arc<dyn Schemas>,
    /// Files, clock and randomness for functions.
    pub host: Arc<dyn Host>,
    /// Values for root variables.
    pub inputs: BTreeMap<Name, Input>,
    /// `terraform.workspace`
    pub workspace: Name,
    /// `path.cwd`: the absolute working directory.
    pub cwd: Arc<str>,
    /// What it is computed for.
    pub mode: Mode,
}

/// What the world is asked.
#[derive(Clone, Debug)]
pub enum Ask {
    /// Configure a provider; fill with anything when it is done.
    Provider(Box<ProviderAsk>),
    /// Plan, apply or read an instance; fill with the object.
    Instance(Box<InstanceAsk>),
}

/// Configure a provider.
#[derive(Clone, Debug)]
pub struct ProviderAsk {
    /// The cell to fill.
    pub cell: CellId,
    /// Which configuration.
    pub binding: ProviderBinding,
    /// Its value, marks included; may have unknowns while planning.
    pub config: Value,
    /// The block, where one is written.
    pub span: Option<Span>,
}

/// Plan, apply or read one instance.
#[derive(Clone, Debug)]
pub struct InstanceAsk {
    /// The cell to fill.
    pub cell: CellId,
    /// Its address.
    pub addr: ResourceInstance,
    /// The module in the tree of calls.
    pub node: NodeId,
    /// Slot of its block in that module's resources.
    pub slot: u32,
    /// The provider configuration it uses.
    pub binding: ProviderBinding,
    /// Its configuration as the schema's type, marks included.
    pub config: Value,
    /// What `depends_on` names, here and at the calls around.
    pub waits: Vec<CellId>,
    /// What `replace_triggered_by` names.
    pub triggers: Vec<Trigger>,
    /// The header's place.
    pub span: Span,
}

/// One reference of `replace_triggered_by`.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// The instances it names.
    pub instances: Vec<CellId>,
    /// The attribute within them; empty for any change.
    pub path: Path,
}

/// The state of one cell.
#[derive(Clone, Debug)]
enum CellState {
    /// Nobody asked for it yet.
    Idle,
    /// On the list of work.
    Queued,
    /// Waits for cells; `left` of them are still to come.
    Waiting { on: Vec<CellId>, left: usize },
    /// The world was asked.
    Asked,
    /// The world answered; postconditions are still to be judged.
    Filled(Value),
    /// Computed.
    Done(Value),
    /// It, or something it needs, failed; reported where it did.
    Failed,
}

/// What a cell computes.
#[derive(Clone, Debug)]
enum CellKind {
    Variable(u32),
    Local(u32),
    Output(u32),
    /// `count` or `for_each` of a resource.
    ResourceKeys(u32),
    /// All instances of a resource as one value.
    ResourceWhole(u32),
    /// One instance: slot and index among the keys.
    Instance(u32, u32),
    /// `count` or `for_each` of a module call.
    ModuleKeys(u32),
    /// All outputs of all instances of a call.
    ModuleWhole(u32),
    /// Everything in all instances of a call, for `depends_on`.
    ModuleClosed(u32),
    /// The configuration of a provider.
    Provider(Box<ProviderBinding>),
    /// The assertions of a `check` block.
    Check(u32),
}

#[derive(Clone, Debug)]
struct Cell {
    frame: FrameId,
    kind: CellKind,
    state: CellState,
    waiters: Vec<CellId>,
    depends: Vec<CellId>,
}

/// The worksheet.
pub struct Sheet {
    program: Arc<Program>,
    around: Surroundings,
    world: Language,
    frames: Vec<Frame>,
    cells: Vec<Cell>,
    work: Vec<CellId>,
    asks: Vec<Ask>,
    providers: BTreeMap<ProviderBinding, CellId>,
    first_frames: BTreeMap<NodeId, FrameId>,
    targets: Option<BTreeSet<Target>>,
    /// What is left out, with all that depends on it.
    excluded: BTreeSet<Target>,
    completed: usize,
    checked: Checked,
    diagnostics: Diagnostics,
    /// What is wrong with references, where they are still to be judged.
    problems: Option<Problems>,
    /// There would be too many instances, and that was reported.
    crowded: bool,
    /// Faulty local values keep what is left of them.
    forgiving: bool,
    /// Places whose use of something deprecated was told.
    told: BTreeSet<(trueup_diag::FileId, u32)>,
}

/// What is left of a sheet when the world has answered everything.
#[derive(Debug)]
pub struct Closed {
    /// Root outputs that have a value.
    pub outputs: BTreeMap<Name, Value>,
    /// Everything found, cycles included.
    pub diagnostics: Diagnostics,
}

impl Sheet {
    /// A sheet with the root module opened and nothing asked for.
    pub fn new(program: Arc<Program>, around: Surroundings) -> Sheet {
        let mut sheet = Sheet {
            checked: Checked::new(&program),
            program,
            world: Language::new(around.host.clone()),
            around,
            frames: Vec::new(),
            cells: Vec::new(),
            work: Vec::new(),
            asks: Vec::new(),
            providers: BTreeMap::new(),
            first_frames: BTreeMap::new(),
            targets: None,
            excluded: BTreeSet::new(),
            completed: 0,
            diagnostics: Diagnostics::new(),
            problems: None,
            crowded: false,
            forgiving: false,
            told: BTreeSet::new(),
        };
        sheet.open_root();
        sheet
    }

    /// From now on a local value that is wrong is reported, and what is left of it goes on: for whoever looks for the
    /// fault in a console.
    pub fn forgive_locals(&mut self) {
        self.forgiving = true;
    }

    /// Reports these problems where it evaluates the references that they are about.
    #[must_use]
    pub fn with_problems(self, problems: Problems) -> Sheet {
        Sheet { problems: Some(problems), ..self }
    }

    /// Asks for everything that the configuration declares.
    pub fn request_all(&mut self) {
        for index in (0..self.frames.len()).rev() {
            self.request_frame(index);
        }
    }

    /// Asks only for instances that a target names and what they need, found as modules and resources expand.
    pub fn request_targets(&mut self, targets: BTreeSet<Target>) {
        self.targets = Some(targets);
        self.request_all();
    }

    /// Asks for the configuration of a provider, as destroying what no block declares any more needs.
    pub fn request_provider(&mut self, binding: &ProviderBinding) -> CellId {
        let cell = self.provider_cell(binding);
        self.request(cell);
        cell
    }

    /// Computes as far as it goes and hands out what the world must answer now.
    pub fn ready(&mut self) -> Vec<Ask> {
        while let Some(id) = self.work.pop() {
            self.step(id);
        }
        std::mem::take(&mut self.asks)
    }

    /// Takes the world's answer to an ask; `None` when it failed, which the asker has reported.
    pub fn fill(&mut self, cell: CellId, answer: Option<Value>) {
        debug_assert!(matches!(self.cell(cell).state, CellState::Asked), "only what was asked is filled");
        match answer {
            Some(value) => self.filled(cell, value),
            None => self.complete(cell, CellState::Failed),
        }
    }

    /// The value of a cell that is computed.
    pub fn value(&self, cell: CellId) -> Option<&Value> {
        match &self.cell(cell).state {
            CellState::Done(value) => Some(value),
            _ => None,
        }
    }

    /// The cells that a computed cell read, each once.
    pub fn depends(&self, cell: CellId) -> &[CellId] {
        &self.cell(cell).depends
    }

    /// The address, where the cell is a resource instance.
    pub fn instance_of(&self, cell: CellId) -> Option<ResourceInstance> {
        match self.cell(cell).kind {
            CellKind::Instance(slot, index) => Some(self.instance_addr(self.cell(cell).frame, slot, index)),
            _ => None,
        }
    }

    /// The provider configuration, where the cell is one.
    pub fn provider_of(&self, cell: CellId) -> Option<&ProviderBinding> {
        match &self.cell(cell).kind {
            CellKind::Provider(binding) => Some(binding),
            _ => None,
        }
    }

    /// The module instances that there are, the root among them.
    pub fn module_instances(&self) -> impl Iterator<Item = &ModuleInstance> {
        self.frames.iter().map(|frame| &frame.addr)
    }

    /// How many cells there are.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is no cell at all.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The value of an expression in the root module, or the cells it still waits for. With errors in the
    /// expression: the diagnostics.
    pub fn evaluate(&mut self, expr: &Expr) -> Evaluated {
        self.evaluate_each(expr, None)
    }

    /// The same where `each.key` and `each.value` may be known.
    pub fn evaluate_each(&mut self, expr: &Expr, each: Option<(Value, Value)>) -> Evaluated {
        let repetition = frame::Repetition { count: None, each };
        let attempt = self.attempt(FrameId(0), Some(&repetition), None, |e| e.evaluate(expr));
        self.evaluated(attempt)
    }

    /// The same where the first symbol slots hold these values.
    pub fn evaluate_with(&mut self, expr: &Expr, symbols: &[Value]) -> Evaluated {
        let attempt = self.attempt(FrameId(0), None, None, |e| e.with_first(symbols, expr));
        self.evaluated(attempt)
    }

    /// The diagnostic with what the references in an expression hold, which was evaluated before.
    pub fn told(&self, diagnostic: Diagnostic, expr: &Expr) -> Diagnostic {
        self.attempt(FrameId(0), None, None, |e| e.told(diagnostic, expr, Cause::Plain)).value
    }

    fn evaluated(&mut self, attempt: step::Attempt<Value>) -> Evaluated {
        if !attempt.missing.is_empty() {
            for cell in &attempt.missing {
                self.request(*cell);
            }
            return Evaluated::Waiting;
        }
        if attempt.failed {
            return Evaluated::Failed(attempt.diagnostics);
        }
        Evaluated::Value(attempt.value, attempt.diagnostics)
    }

    /// Root outputs and diagnostics; what still waits is a cycle, unless something it waits for was never answered.
    pub fn close(mut self) -> Closed {
        self.conclude()
    }

    /// The same of a sheet that is kept, so that expressions can be evaluated on what it came to.
    pub fn conclude(&mut self) -> Closed {
        self.report_cycles();
        let root = &self.frames[0];
        let module = self.program.module(root.module);
        let mut outputs = BTreeMap::new();
        for (slot, output) in module.outputs.iter().enumerate() {
            if let Some(value) = self.value(root.output(slot)) {
                outputs.insert(output.name.clone(), value.clone());
            }
        }
        Closed { outputs, diagnostics: std::mem::take(&mut self.diagnostics) }
    }

    /// Adds what the asker found, so that all is reported together.
    pub fn report(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        self.diagnostics.extend(diagnostics);
    }

    /// What was found so far, taken out.
    pub fn take_diagnostics(&mut self) -> Diagnostics {
        std::mem::take(&mut self.diagnostics)
    }

    /// How many cells have come to their end; rises as long as there is progress.
    pub fn completed(&self) -> usize {
        self.completed
    }

    /// Whether an error was reported.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.has_errors()
    }

    fn cell(&self, id: CellId) -> &Cell {
        &self.cells[id.0 as usize]
    }

    fn cell_mut(&mut self, id: CellId) -> &mut Cell {
        &mut self.cells[id.0 as usize]
    }
}

/// The outcome of [`Sheet::evaluate`].
#[derive(Debug)]
pub enum Evaluated {
    /// A value, and warnings or errors found on the way.
    Value(Value, Diagnostics),
    /// Answer what is ready, then try again.
    Waiting,
    /// Something it needs failed.
    Failed(Diagnostics),
}
