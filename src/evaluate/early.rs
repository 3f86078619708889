//! Variables and local values before there is a sheet: for the sources of modules and the settings of a backend.
//!
//! Whatever an expression refers to must be known from the configuration and the values given for it alone, even where
//! a branch that refers to something else isn't taken.

use crate::expression::{Evaluator, Scope};
use crate::functions::World;
use crate::host::{Host, Language};
use crate::sheet::{Given, Input, mark_variable, settle_variable};
use crate::special::children;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trueup_diag::{Diagnostic, Diagnostics, Span};
use trueup_resolve::program::Variable;
use trueup_resolve::{EarlyQuestion, Expr, ExprKind, NodeId, Program, Reference};
use trueup_value::{Name, Value};

/// What surrounds the evaluation.
#[derive(Clone)]
pub struct EarlyAround {
    /// Values given for root variables.
    pub inputs: BTreeMap<Name, Input>,
    /// `terraform.workspace`; nothing where nobody can say which it is.
    pub workspace: Option<Name>,
    /// `path.cwd`: the absolute working directory.
    pub cwd: Arc<str>,
    /// Files, clock and randomness for functions.
    pub host: Arc<dyn Host>,
}

/// A variable or local value at one place in the tree of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cell {
    Variable(NodeId, u32),
    Local(NodeId, u32),
}

/// Values of variables and local values, each made when it is first needed.
pub struct EarlyValues {
    around: EarlyAround,
    /// `None` for what can't be known; why was said when it was found out.
    known: BTreeMap<Cell, Option<Value>>,
    missing: BTreeSet<Name>,
    diagnostics: Diagnostics,
}

/// A cell on the way to its value.
struct Open {
    cell: Cell,
    /// What it refers to is on the way too.
    entered: bool,
}

impl EarlyValues {
    /// Nothing is known yet but what is given.
    pub fn new(around: EarlyAround) -> EarlyValues {
        EarlyValues {
            around,
            known: BTreeMap::new(),
            missing: BTreeSet::new(),
            diagnostics: Diagnostics::new(),
        }
    }

    /// Root variables without a value that the last question needed.
    pub fn missing(&self) -> &BTreeSet<Name> {
        &self.missing
    }

    /// Takes further values for root variables; what could not be known without them is tried anew.
    pub fn give(&mut self, inputs: BTreeMap<Name, Input>) {
        self.around.inputs.extend(inputs);
        self.known.retain(|_, value| value.is_some());
    }

    /// The value of an expression; otherwise what is wrong.
    pub fn evaluate(&mut self, question: EarlyQuestion<'_>) -> Result<Value, Diagnostics> {
        self.missing.clear();
        self.diagnostics = Diagnostics::new();
        let EarlyQuestion { program, node, expr, what } = question;
        let needed = self.needed(program, node, expr, what);
        let ready = needed.is_some_and(|cells| self.make(program, &cells, what));
        let value = ready.then(|| self.value_of(program, node, expr));
        match value {
            Some(value) if !self.diagnostics.has_errors() => Ok(value),
            _ => {
                if !self.diagnostics.has_errors() {
                    let detail = format!("{what} needs a value that could not be made, as was said before.");
                    let found = Diagnostic::error("Unable to compute static value", detail);
                    self.diagnostics.push(found.at(expr.span));
                }
                Err(std::mem::take(&mut self.diagnostics))
            }
        }
    }

    /// Makes these cells and all that they refer to; whether that went well.
    fn make(&mut self, program: &Program, cells: &[Cell], what: &str) -> bool {
        let mut open: Vec<Open> = cells.iter().map(|cell| Open { cell: *cell, entered: false }).collect();
        let mut entered = BTreeSet::new();
        while let Some(last) = open.last_mut() {
            let cell = last.cell;
            if self.known.contains_key(&cell) {
                open.pop();
                continue;
            }
            if last.entered {
                let value = self.cell_value(program, cell, what);
                self.known.insert(cell, value);
                entered.remove(&cell);
                open.pop();
                continue;
            }
            last.entered = true;
            entered.insert(cell);
            match self.cells_within(program, cell, what) {
                None => drop(self.known.insert(cell, None)),
                Some(within) => {
                    if let Some(again) = within.iter().find(|one| self.is_open(**one, &entered)) {
                        self.report_circle(program, *again);
                        self.known.insert(cell, None);
                        continue;
                    }
                    open.extend(within.into_iter().map(|cell| Open { cell, entered: false }));
                }
            }
        }
        cells.iter().all(|cell| self.known.get(cell).is_some_and(Option::is_some))
    }

    fn is_open(&self, cell: Cell, entered: &BTreeSet<Cell>) -> bool {
        entered.contains(&cell) && !self.known.contains_key(&cell)
    }

    fn report_circle(&mut self, program: &Program, cell: Cell) {
        let (name, span) = named(program, cell);
        let detail = format!("{name} is needed for its own value.");
        self.diagnostics.push(Diagnostic::error("Circular reference", detail).at(span));
    }

    /// What the value of a cell is made of; `None` after a report.
    fn cells_within(&mut self, program: &Program, cell: Cell, what: &str) -> Option<Vec<Cell>> {
        match cell {
            Cell::Local(node, slot) => {
                let local = &program.module_at(node).locals[slot as usize];
                self.needed(program, node, &local.expr, what)
            }
            Cell::Variable(node, slot) => match given_by_call(program, node, slot) {
                Some((parent, expr)) => self.needed(program, parent, expr, what),
                None => Some(Vec::new()),
            },
        }
    }

    fn cell_value(&mut self, program: &Program, cell: Cell, what: &str) -> Option<Value> {
        let before = self.diagnostics.len();
        let value = match cell {
            Cell::Local(node, slot) => {
                let local = &program.module_at(node).locals[slot as usize];
                self.ready(program, cell, what)?;
                Some(self.value_of(program, node, &local.expr))
            }
            Cell::Variable(node, slot) => {
                self.ready(program, cell, what)?;
                let variable = &program.module_at(node).variables[slot as usize];
                let given = self.given(program, (node, slot), what)?;
                match settle_variable(variable, given) {
                    Ok(value) => Some(mark_variable(variable, value)),
                    Err(problem) => {
                        self.diagnostics.push(*problem);
                        None
                    }
                }
            }
        };
        value.filter(|_| !self.diagnostics.iter().skip(before).any(Diagnostic::is_error))
    }

    /// Whether everything that a cell is made of has a value.
    fn ready(&mut self, program: &Program, cell: Cell, what: &str) -> Option<()> {
        let within = self.cells_within(program, cell, what)?;
        within.iter().all(|one| self.known.get(one).is_some_and(Option::is_some)).then_some(())
    }

    /// What a variable is given; `None` after a report that it has no value.
    fn given(&mut self, program: &Program, (node, slot): (NodeId, u32), what: &str) -> Option<Given> {
        let variable = &program.module_at(node).variables[slot as usize];
        let nothing = |span: Span| Given { value: None, span: Some(span), source: String::new() };
        if let Some((parent, expr)) = given_by_call(program, node, slot) {
            let value = self.value_of(program, parent, expr);
            return Some(Given { value: Some(value), span: Some(expr.span), source: String::new() });
        }
        if node == NodeId::ROOT
            && let Some(input) = self.around.inputs.get(&variable.name)
        {
            let Input { value, source, span } = input.clone();
            return Some(Given { value: Some(value), span, source });
        }
        if variable.default.is_some() {
            return Some(nothing(variable.span));
        }
        self.report_missing(node, variable, what);
        None
    }

    fn report_missing(&mut self, node: NodeId, variable: &Variable, what: &str) {
        let name = &variable.name;
        let detail = format!("{what} depends on var.{name}, which is not set and has no default.");
        let problem = Diagnostic::error("Unable to compute static value", detail).at(variable.span);
        self.diagnostics.push(if node == NodeId::ROOT {
            self.missing.insert(name.clone());
            problem.hint(format!(
                "set it with -var '{name}=...', in a .tfvars file, or in the environment as TF_VAR_{name}: init and all other commands take it"
            ))
        } else {
            problem.hint("set it in the module block")
        });
    }

    /// The variables and local values that an expression refers to; `None` after a report that it refers to what isn't
    /// known early.
    fn needed(&mut self, program: &Program, node: NodeId, expr: &Expr, what: &str) -> Option<Vec<Cell>> {
        let before = self.diagnostics.len();
        let mut cells = Vec::new();
        for (reference, span) in references(expr) {
            match reference {
                Reference::Variable(slot) => {
                    let variable = &program.module_at(node).variables[slot as usize];
                    if variable.constant == Some(false) {
                        let detail = format!("{what} needs var.{}, which has const = false.", variable.name);
                        let summary = "Unable to use variable in static context";
                        self.diagnostics.push(Diagnostic::error(summary, detail).at(span));
                    }
                    cells.push(Cell::Variable(node, slot));
                }
                Reference::Local(slot) => cells.push(Cell::Local(node, slot)),
                Reference::PathModule | Reference::PathRoot | Reference::PathCwd => {}
                Reference::Workspace if self.around.workspace.is_some() => {}
                Reference::Module(_) => {
                    let detail =
                        format!("{what} needs an output of a module, and these are known only in a plan.");
                    let summary = "Module output not supported in static context";
                    self.diagnostics.push(Diagnostic::error(summary, detail).at(span));
                }
                _ => {
                    let name = describe(program, node, reference);
                    let detail = format!(
                        "Unable to use {name} in static context, which is required by {what}: it is not known before anything is planned."
                    );
                    let problem = Diagnostic::error("Dynamic value in static context", detail).at(span);
                    self.diagnostics.push(
                        problem.hint(
                            "variables, local values made of them, path and functions can be used there",
                        ),
                    );
                }
            }
        }
        let broken = self.diagnostics.iter().skip(before).any(Diagnostic::is_error);
        (!broken).then_some(cells)
    }

    /// The value of an expression whose references are all known.
    fn value_of(&mut self, program: &Program, node: NodeId, expr: &Expr) -> Value {
        let world = Language::new(self.around.host.clone());
        let mut scope = EarlyScope { program, values: self, node, world };
        let mut evaluator = Evaluator::new(&mut scope);
        let value = evaluator.evaluate(expr);
        let found = evaluator.diagnostics;
        self.diagnostics.append(found);
        value
    }
}

/// The argument of the call around that sets a variable, and the module that it stands in.
fn given_by_call(program: &Program, node: NodeId, slot: u32) -> Option<(NodeId, &Expr)> {
    let (parent, call) = program.node(node).parent?;
    let name = &program.module_at(node).variables[slot as usize].name;
    let inputs = &program.module_at(parent).calls[call as usize].inputs.attributes;
    inputs.iter().find(|input| input.name == *name).map(|input| (parent, &input.expr))
}

fn named(program: &Program, cell: Cell) -> (String, Span) {
    match cell {
        Cell::Local(node, slot) => {
            let local = &program.module_at(node).locals[slot as usize];
            (format!("local.{}", local.name), local.span)
        }
        Cell::Variable(node, slot) => {
            let variable = &program.module_at(node).variables[slot as usize];
            (format!("var.{}", variable.name), variable.span)
        }
    }
}

fn describe(program: &Program, node: NodeId, reference: Reference) -> String {
    let module = program.module_at(node);
    match reference {
        Reference::Resource(slot) => module.resources[slot as usize].addr.to_string(),
        Reference::CountIndex => "count.index".into(),
        Reference::EachKey => "each.key".into(),
        Reference::EachValue => "each.value".into(),
        Reference::Applying => "terraform.applying".into(),
        Reference::Workspace => "terraform.workspace".into(),
        Reference::Itself => "self".into(),
        _ => "this".into(),
    }
}

/// Every reference in an expression with its place, in order.
fn references(expr: &Expr) -> Vec<(Reference, Span)> {
    let mut stack = vec![expr];
    let mut out = Vec::new();
    while let Some(next) = stack.pop() {
        if let ExprKind::Reference(reference) = next.kind {
            out.push((reference, next.span));
        }
        stack.extend(children(next).into_iter().rev());
    }
    out
}

/// Reads what was made.
struct EarlyScope<'e> {
    program: &'e Program,
    values: &'e EarlyValues,
    node: NodeId,
    world: Language,
}

impl Scope for EarlyScope<'_> {
    fn reference(&mut self, reference: Reference) -> Value {
        let known =
            |cell: Cell| self.values.known.get(&cell).cloned().flatten().unwrap_or_else(Value::dynamic);
        match reference {
            Reference::Variable(slot) => known(Cell::Variable(self.node, slot)),
            Reference::Local(slot) => known(Cell::Local(self.node, slot)),
            Reference::PathModule => Value::string(self.program.module_at(self.node).dir.clone()),
            Reference::PathRoot => Value::string("."),
            Reference::PathCwd => Value::string(self.values.around.cwd.clone()),
            Reference::Workspace => match &self.values.around.workspace {
                Some(name) => Value::string(name.clone()),
                None => Value::dynamic(),
            },
            _ => Value::dynamic(),
        }
    }

    fn resource_instance(&mut self, _slot: u32, _key: &Value) -> Option<Value> {
        None
    }

    fn module_output(&mut self, _slot: u32, _key: Option<&Value>, _name: &str) -> Option<Value> {
        None
    }

    fn describe(&self, reference: Reference) -> String {
        match reference {
            Reference::Variable(slot) => named(self.program, Cell::Variable(self.node, slot)).0,
            Reference::Local(slot) => named(self.program, Cell::Local(self.node, slot)).0,
            Reference::PathModule => "path.module".into(),
            Reference::PathRoot => "path.root".into(),
            Reference::PathCwd => "path.cwd".into(),
            other => describe(self.program, self.node, other),
        }
    }

    fn world(&self) -> &dyn World {
        &self.world
    }
}
