//! The console's side of the engine: expressions in the root module, on the state as it stands.

use crate::session::Session;
use std::collections::{BTreeMap, BTreeSet};
use trueup_addr::{Mode as ResourceMode, ResourceInstance};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_evaluate::{
    Ask, Evaluated, FunctionNames, InstanceAsk, Mode, Schemas, Sheet, type_argument, type_text,
};
use trueup_parse::parse_expression;
use trueup_resolve::{Expr, NodeId, Scope, compile_expression};
use trueup_schema::unknown_computed;
use trueup_value::Value;

/// What came of an expression.
#[derive(Debug)]
pub enum Said {
    /// A value, with warnings, and with errors in local values that it was made from.
    Value(Value, Diagnostics),
    /// The type that `type(...)` asked for, with the same.
    Type(String, Diagnostics),
    /// What is wrong.
    Wrong(Diagnostics),
}

/// Stands after the errors of local values that an expression was evaluated with all the same.
const FAULTY: &str = "Due to the problems above, some expressions may produce unexpected results.";

/// What is asked of a value.
enum Asked {
    Itself,
    Type,
    /// The type of its type, which is always `type`.
    TypeOfType,
}

impl Asked {
    /// Takes the calls of `type` off an expression.
    fn of(expr: &Expr) -> (&Expr, Asked) {
        let mut inner = expr;
        let mut asked = Asked::Itself;
        while let Some(argument) = type_argument(inner) {
            asked = if matches!(asked, Asked::Itself) { Asked::Type } else { Asked::TypeOfType };
            inner = argument;
        }
        (inner, asked)
    }

    fn said(self, value: Value, found: Diagnostics) -> Said {
        match self {
            Asked::Itself => Said::Value(value, found),
            Asked::Type => Said::Type(type_text(&value.ty()), found),
            Asked::TypeOfType => Said::Type("type".into(), found),
        }
    }
}

/// Evaluates expressions against one session.
pub struct Prompt<'a> {
    session: &'a mut Session,
    sheet: Sheet,
    /// With `-plan`: what each instance will be.
    planned: BTreeMap<ResourceInstance, Value>,
}

impl<'a> Prompt<'a> {
    /// A prompt on the session's state, or on what a plan makes of it.
    pub fn new(session: &'a mut Session, planned: Option<trueup_plan::Plan>) -> Prompt<'a> {
        let sheet = session.sheet(Mode::Plan, None, planned.is_some());
        let changes = planned.into_iter().flat_map(|plan| plan.changes).filter(|c| c.deposed.is_none());
        let planned = changes.map(|c| (c.addr, c.change.after)).collect();
        Prompt { session, sheet, planned }
    }

    /// The value of an expression.
    pub fn say(&mut self, text: &str) -> Said {
        let file = self.session.sources.add("<console-input>", text);
        let parsed = parse_expression(file, text);
        if parsed.diagnostics.has_errors() {
            return Said::Wrong(parsed.diagnostics);
        }
        let module = self.session.program.module_at(NodeId::ROOT);
        let (expr, mut found) =
            compile_expression(&parsed.value, module, &FunctionNames { console: true }, Scope::default());
        if found.has_errors() {
            return Said::Wrong(found);
        }
        let (expr, asked) = Asked::of(&expr);
        self.sheet.forgive_locals();
        match self.evaluate(expr) {
            Ok((value, more)) => {
                let faults = self.sheet.take_diagnostics();
                if faults.has_errors() {
                    found.push(Diagnostic::warning(FAULTY, String::new()));
                }
                found.append(faults);
                found.append(more);
                asked.said(value, found)
            }
            Err(more) => {
                found.append(more);
                Said::Wrong(found)
            }
        }
    }

    /// The value of an expression of the root module, with warnings.
    pub(crate) fn evaluate(&mut self, expr: &Expr) -> Result<(Value, Diagnostics), Diagnostics> {
        let mut completed = None;
        loop {
            match self.sheet.evaluate(expr) {
                Evaluated::Value(_, found) if found.has_errors() => return Err(found),
                Evaluated::Value(value, found) => return Ok((value, found)),
                Evaluated::Failed(mut found) => {
                    found.append(self.sheet.take_diagnostics());
                    return Err(found);
                }
                Evaluated::Waiting => {
                    let asks = self.sheet.ready();
                    let stuck = asks.is_empty() && completed == Some(self.sheet.completed());
                    if stuck {
                        return Err(self.sheet.take_diagnostics());
                    }
                    completed = Some(self.sheet.completed());
                    for ask in asks {
                        self.answer(ask);
                    }
                }
            }
        }
    }

    /// The names that expressions can use, in full: those of resources with their attributes.
    pub fn names(&self) -> BTreeSet<String> {
        let program = &self.session.program;
        let mut all: BTreeSet<String> =
            ["path.cwd", "path.module", "path.root", "terraform.workspace"].map(str::to_owned).into();
        if program.nodes.is_empty() {
            return all;
        }
        let node = program.node(NodeId::ROOT);
        let module = program.module_at(NodeId::ROOT);
        all.extend(module.variables.iter().map(|variable| format!("var.{}", variable.name)));
        all.extend(module.locals.iter().map(|local| format!("local.{}", local.name)));
        for (call, child) in module.calls.iter().zip(&node.children) {
            all.insert(format!("module.{}", call.name));
            let outputs = child.iter().flat_map(|child| &program.module_at(*child).outputs);
            all.extend(outputs.map(|output| format!("module.{}.{}", call.name, output.name)));
        }
        for resource in &module.resources {
            all.insert(resource.addr.to_string());
            let data = resource.addr.mode == ResourceMode::Data;
            let provider = node.providers.get(&resource.provider).map(|binding| &binding.provider);
            let schema = provider
                .and_then(|provider| self.session.providers.schema(provider))
                .and_then(|schema| schema.resource(data, &resource.addr.kind));
            let Some(schema) = schema else { continue };
            let names = schema.block.attributes.keys().chain(schema.block.blocks.keys());
            all.extend(names.map(|name| format!("{}.{name}", resource.addr)));
        }
        all
    }

    /// The texts so far, for diagnostics.
    pub fn sources(&self) -> &trueup_diag::Sources {
        &self.session.sources
    }

    /// Nothing is asked of the world: instances are as the state has them, or not known.
    fn answer(&mut self, ask: Ask) {
        let ask = match ask {
            Ask::Provider(ask) => return self.sheet.fill(ask.cell, Some(Value::from(true))),
            Ask::Instance(ask) => ask,
        };
        let planned = self.planned.get(&ask.addr).cloned();
        // What isn't there yet has no value; a plan would say what of it is known already.
        let stored = || {
            let there = self.session.state().current(&ask.addr).is_some();
            if there { as_stored(self.session, &ask) } else { Some(Value::dynamic()) }
        };
        let value = planned.or_else(stored);
        self.sheet.fill(ask.cell, value);
    }
}

/// An instance as the state has it, or as far as its configuration says.
pub(crate) fn as_stored(session: &Session, ask: &InstanceAsk) -> Option<Value> {
    let data = ask.addr.resource.mode == ResourceMode::Data;
    let schema = session
        .providers
        .schema(&ask.binding.provider)
        .and_then(|provider| provider.resource(data, &ask.addr.resource.kind))?;
    let stored = session.state().current(&ask.addr).and_then(|object| object.decode(schema).ok());
    stored.or_else(|| Some(unknown_computed(&schema.block, &ask.config)))
}
