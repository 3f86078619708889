//! Results of conditions, as they come: of variables, resources, outputs and `check` blocks.

use super::condition::{Verdict, judge};
use super::step::Outcome;
use super::{CellId, CellKind, FrameId, Mode, Sheet};
use crate::expression::Cause;
use std::collections::BTreeMap;
use trueup_addr::{ModuleInstance, ModulePath};
use trueup_diag::{Diagnostic, Severity};
use trueup_resolve::program::{CheckBlock, Module, Resource};
use trueup_resolve::{NodeId, Program};
use trueup_state::{CheckKind, CheckObject, CheckResult, CheckStatus};
use trueup_value::Value;

/// One object's conditions: how many there are, and how those came out that were judged.
#[derive(Clone, Debug, Default)]
struct Judged {
    expected: usize,
    verdicts: Vec<Verdict>,
}

/// What is known of all conditions of a program.
#[derive(Clone, Debug, Default)]
pub(super) struct Checked {
    results: BTreeMap<(CheckKind, String), Option<BTreeMap<String, Judged>>>,
    /// Data sources of check blocks that could not be read, and why.
    unread: BTreeMap<CellId, Vec<String>>,
}

impl Checked {
    /// Every block of a program that has conditions, nothing known of any.
    pub(super) fn new(program: &Program) -> Checked {
        let mut checked = Checked::default();
        for node in &program.nodes {
            for (kind, name) in conditioned(program.module(node.module)) {
                checked.results.insert((kind, within(&node.path, &name)), None);
            }
        }
        checked
    }

    fn objects(&mut self, kind: CheckKind, config: String) -> &mut BTreeMap<String, Judged> {
        self.results.entry((kind, config)).or_default().get_or_insert_default()
    }
}

/// Every declaration with conditions.
fn conditioned(module: &Module) -> Vec<(CheckKind, String)> {
    let variables = module.variables.iter().filter(|variable| !variable.validations.is_empty());
    let variables = variables.map(|variable| (CheckKind::Variable, format!("var.{}", variable.name)));
    let outputs = module.outputs.iter().filter(|output| !output.preconditions.is_empty());
    let outputs = outputs.map(|output| (CheckKind::Output, format!("output.{}", output.name)));
    let resources = module.resources.iter().filter(|resource| conditions(resource) > 0);
    let resources = resources.map(|resource| (CheckKind::Resource, resource.addr.to_string()));
    let checks = module.checks.iter().map(|check| (CheckKind::Check, format!("check.{}", check.name)));
    variables.chain(outputs).chain(resources).chain(checks).collect()
}

/// How many conditions a resource has.
pub(super) fn conditions(resource: &Resource) -> usize {
    resource.lifecycle.preconditions.len() + resource.lifecycle.postconditions.len()
}

fn within(path: &ModulePath, name: &str) -> String {
    if path.is_root() { name.to_owned() } else { format!("{path}.{name}") }
}

pub(super) fn inside(module: &ModuleInstance, name: &str) -> String {
    if module.is_root() { name.to_owned() } else { format!("{module}.{name}") }
}

impl Sheet {
    /// The results of all conditions, sorted by kind and address.
    pub fn check_results(&self) -> Vec<CheckResult> {
        let result =
            |((kind, config), objects): (&(CheckKind, String), &Option<BTreeMap<String, Judged>>)| {
                let object = |(addr, judged): (&String, &Judged)| (addr.clone(), summed(judged));
                CheckResult {
                    kind: *kind,
                    config: config.clone(),
                    objects: objects.as_ref().map(|objects| objects.iter().map(object).collect()),
                }
            };
        self.checked.results.iter().map(result).collect()
    }

    /// Whether a cell is the data source of a check block.
    pub fn is_in_check(&self, cell: CellId) -> bool {
        let CellKind::Instance(slot, _) = self.cell(cell).kind else { return false };
        let module = self.program.module(self.frame(self.cell(cell).frame).module);
        module.resources[slot as usize].check.is_some()
    }

    /// Reports what came of reading the data source of a check block. Errors are warnings there, and the check fails
    /// for them.
    pub fn report_unread(&mut self, cell: CellId, found: impl IntoIterator<Item = Diagnostic>) {
        let mut why = Vec::new();
        let object = self.check_of(cell);
        for diagnostic in found {
            if diagnostic.is_error() {
                why.push(format!("{}: {}", diagnostic.summary, diagnostic.detail));
            }
            let severity = Severity::Warning;
            self.diagnostics.push(Diagnostic { severity, condition_of: object.clone(), ..diagnostic });
        }
        if !why.is_empty() {
            self.checked.unread.insert(cell, why);
        }
    }

    /// The check block that a data source stands in.
    fn check_of(&self, cell: CellId) -> Option<String> {
        let CellKind::Instance(slot, _) = self.cell(cell).kind else { return None };
        let frame = self.frame(self.cell(cell).frame);
        let module = self.program.module(frame.module);
        let check = &module.checks[module.resources[slot as usize].check? as usize];
        Some(inside(&frame.addr, &format!("check.{}", check.name)))
    }

    /// Asks for all `check` blocks. To be called when everything else was answered: what they read must be as it is
    /// at the end.
    pub fn request_checks(&mut self) {
        let cells: Vec<CellId> = self
            .frames
            .iter()
            .flat_map(|frame| {
                let checks = self.program.module(frame.module).checks.len();
                (0..checks).map(|slot| frame.check(slot))
            })
            .collect();
        for cell in cells.into_iter().rev() {
            self.request(cell);
        }
    }

    /// An object with `expected` conditions is there.
    pub(super) fn expect_conditions(&mut self, frame: FrameId, of: (CheckKind, &str, &str), expected: usize) {
        if expected == 0 || self.around.mode == Mode::Validate {
            return;
        }
        let (kind, config, object) = of;
        let addr = &self.frame(frame).addr;
        let (config, object) = (within(&addr.path(), config), inside(addr, object));
        self.checked.objects(kind, config).entry(object).or_default().expected = expected;
    }

    /// Takes down how conditions of an object came out.
    pub(super) fn note_verdicts(
        &mut self,
        frame: FrameId,
        of: (CheckKind, &str, &str),
        verdicts: Vec<Verdict>,
    ) {
        if verdicts.is_empty() || self.around.mode == Mode::Validate {
            return;
        }
        let (kind, config, object) = of;
        let addr = &self.frame(frame).addr;
        let (config, object) = (within(&addr.path(), config), inside(addr, object));
        self.checked.objects(kind, config).entry(object).or_default().verdicts.extend(verdicts);
    }

    /// A call or a resource has no instances, so it is known that nothing within has objects either.
    pub(super) fn expect_nothing(&mut self, node: NodeId) {
        let program = self.program.clone();
        let mut nodes = vec![node];
        while let Some(node) = nodes.pop() {
            let here = program.node(node);
            for (kind, name) in conditioned(program.module(here.module)) {
                self.checked.objects(kind, within(&here.path, &name));
            }
            nodes.extend(here.children.iter().flatten());
        }
    }

    /// It is known which instances a resource has.
    pub(super) fn expect_instances(&mut self, frame: FrameId, slot: u32, count: u32) {
        let program = self.program.clone();
        let resource = &program.module(self.frame(frame).module).resources[slot as usize];
        let expected = conditions(resource);
        if expected == 0 || self.around.mode == Mode::Validate {
            return;
        }
        let config = within(&self.frame(frame).addr.path(), &resource.addr.to_string());
        let addrs = (0..count).map(|index| self.instance_addr(frame, slot, index).to_string());
        let addrs: Vec<String> = addrs.collect();
        let objects = self.checked.objects(CheckKind::Resource, config);
        objects.extend(addrs.into_iter().map(|addr| (addr, Judged { expected, verdicts: Vec::new() })));
    }

    pub(super) fn compute_check(&mut self, id: CellId, frame: FrameId, slot: u32) -> Outcome {
        let program = self.program.clone();
        let check = &program.module(self.frame(frame).module).checks[slot as usize];
        let name = format!("check.{}", check.name);
        let of = (CheckKind::Check, &*name, &*name);
        self.expect_conditions(frame, of, check.asserts.len());
        if let Some(data) = check.data {
            let whole = self.frame(frame).resource_whole(data as usize);
            if let Some(outcome) = self.need(id, &[whole]) {
                return outcome;
            }
            if let Some(why) = self.unread(frame, data) {
                let failed = why.into_iter().map(|why| Verdict::Fails(Some(why))).collect();
                self.note_verdicts(frame, of, failed);
                return Outcome::Done(Value::from(false));
            }
        }
        self.judge_asserts(id, frame, check, of)
    }

    fn unread(&self, frame: FrameId, data: u32) -> Option<Vec<String>> {
        let instances = self.frame(frame).resources[data as usize].as_ref()?;
        self.checked.unread.get(&instances.first).cloned()
    }

    /// Each assertion comes out on its own: one that is wrong doesn't keep the others from being judged.
    fn judge_asserts(
        &mut self,
        id: CellId,
        frame: FrameId,
        check: &CheckBlock,
        of: (CheckKind, &str, &str),
    ) -> Outcome {
        let planning = self.around.mode == Mode::Plan;
        let object = inside(&self.frame(frame).addr, of.2);
        let report = |text| Diagnostic::warning("Check block assertion failed", text).condition_of(&*object);
        let attempt = self.attempt(frame, None, None, |e| {
            let mut verdicts = Vec::with_capacity(check.asserts.len());
            for assert in &check.asserts {
                let verdict = judge(e, assert, &report);
                if planning && verdict == Verdict::Unknown {
                    let found = undecided().condition_of(&*object).at(assert.condition.span);
                    let found = e.told(found, &assert.condition, Cause::Plain);
                    e.diagnostics.push(found);
                }
                verdicts.push(verdict);
            }
            verdicts
        });
        if attempt.missing.is_empty() && !attempt.failed {
            self.note_verdicts(frame, of, attempt.value.clone());
        }
        match self.settle(id, attempt) {
            Ok(_) => Outcome::Done(Value::from(true)),
            Err(outcome) => outcome,
        }
    }
}

fn undecided() -> Diagnostic {
    Diagnostic::warning(
        "Check block assertion known after apply",
        "The condition depends on what only the apply will tell; it is judged when the plan is applied.",
    )
}

/// The worst of what is known, and what those say that don't hold.
fn summed(judged: &Judged) -> CheckObject {
    let mut object = CheckObject::default();
    if judged.verdicts.len() < judged.expected {
        object.status = CheckStatus::Unknown;
    }
    for verdict in &judged.verdicts {
        let status = match verdict {
            Verdict::Holds => CheckStatus::Pass,
            Verdict::Unknown => CheckStatus::Unknown,
            Verdict::Fails(_) => CheckStatus::Fail,
            Verdict::Wrong => CheckStatus::Error,
        };
        object.status = object.status.max(status);
        if let Verdict::Fails(Some(message)) = verdict {
            object.messages.push(message.clone());
        }
    }
    object
}
