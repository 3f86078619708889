//! Values of expressions in test files: what they can refer to, and what they can't yet.

use std::collections::{BTreeMap, BTreeSet};
use trueup_diag::{Diagnostic, Diagnostics, Span, nearest};
use trueup_engine::World;
use trueup_evaluate::{FunctionNames, children};
use trueup_parse::ast;
use trueup_resolve::expr::{Body, BodyBlock};
use trueup_resolve::{Expr, ExprKind, compile_template, compile_template_body};
use trueup_value::{Name, Value};

/// The symbol slot of `run`.
const RUN: u32 = 0;
/// The symbol slot of `var`.
const VAR: u32 = 1;

/// What expressions of a test file see.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sight {
    /// Outputs of runs that are over.
    pub(crate) runs: BTreeMap<Name, Value>,
    /// Values of variables.
    pub(crate) variables: BTreeMap<Name, Value>,
    /// All runs of the file.
    pub(crate) declared: Vec<Name>,
    /// The expression is judged after its run, not before it.
    pub(crate) asserting: bool,
}

impl Sight {
    /// The names of the first symbols.
    pub(crate) fn names() -> [Name; 2] {
        ["run".into(), "var".into()]
    }

    /// Their values.
    pub(crate) fn symbols(&self) -> Vec<Value> {
        let object = |values: &BTreeMap<Name, Value>| {
            Value::object(values.iter().map(|(name, value)| (name.clone(), value.clone())))
        };
        vec![object(&self.runs), object(&self.variables)]
    }

    /// What an expression refers to that is not there.
    pub(crate) fn missing(&self, expr: &Expr) -> Diagnostics {
        let mut found = Diagnostics::new();
        let mut stack = vec![expr];
        while let Some(next) = stack.pop() {
            match &next.kind {
                ExprKind::Symbol(RUN) => found.push(bare("run", next.span)),
                ExprKind::Symbol(VAR) => found.push(bare("var", next.span)),
                ExprKind::Attribute { on, name, .. } => match on.kind {
                    ExprKind::Symbol(RUN) => found.extend(self.missing_run(name, next.span)),
                    ExprKind::Symbol(VAR) => found.extend(self.missing_variable(name, next.span)),
                    _ => stack.push(on),
                },
                _ => stack.extend(children(next)),
            }
        }
        found
    }

    fn missing_run(&self, name: &Name, at: Span) -> Option<Diagnostic> {
        if self.runs.contains_key(name) {
            return None;
        }
        if !self.declared.contains(name) {
            let detail = format!("There is no run block \"{name}\" in this file.");
            let summary = if self.asserting {
                "Reference to undeclared run block"
            } else {
                "Reference to unknown run block"
            };
            let problem = Diagnostic::error(summary, detail).at(at);
            let near = nearest(name, self.declared.iter().map(|name| &**name));
            return Some(match near {
                Some(near) => problem.hint(format!("did you mean \"{near}\"?")),
                None => problem,
            });
        }
        let detail = format!(
            "The run block \"{name}\" has not been carried out before this one, so there are no outputs of it yet."
        );
        let summary = if self.asserting {
            "Reference to unevaluated run block"
        } else {
            "Reference to unavailable run block"
        };
        Some(
            Diagnostic::error(summary, detail)
                .at(at)
                .hint("refer to runs that stand above this one in the same file"),
        )
    }

    fn missing_variable(&self, name: &Name, at: Span) -> Option<Diagnostic> {
        if self.variables.contains_key(name) {
            return None;
        }
        let near = nearest(name, self.variables.keys().map(|name| &**name));
        let near = near.map(|near| format!("did you mean \"{near}\"?"));
        let (problem, hint) = if self.asserting {
            let detail =
                format!("Neither the module that is run nor the test file has a variable \"{name}\".");
            let hint = format!("declare it with a block: variable \"{name}\" {{}}");
            (Diagnostic::error("Reference to undeclared input variable", detail), hint)
        } else {
            let detail = format!(
                "The variable \"{name}\" has no value here: only values of the file's variables block and those given from outside can be referred to."
            );
            let hint = format!("give it a value in the file's variables block, or with -var '{name}=...'");
            (Diagnostic::error("Reference to unavailable variable", detail), hint)
        };
        Some(problem.at(at).hint(near.unwrap_or(hint)))
    }

    /// The value of an expression that stands in a test file, outside of assertions.
    pub(crate) fn value(&self, world: &World, expr: &ast::Expr, what: &str) -> (Option<Value>, Diagnostics) {
        let (compiled, mut found) = compile_template(expr, &Sight::names(), &FunctionNames::default());
        found = found.into_iter().map(|one| unseen(one, what)).collect();
        found.append(self.missing(&compiled));
        if found.has_errors() {
            return (None, found);
        }
        let (value, more) = world.value_with(&compiled, self.symbols());
        found.append(more);
        let good = !found.has_errors();
        (good.then_some(value), found)
    }

    /// A body whose arguments are replaced by their values.
    pub(crate) fn body(&self, world: &World, body: &ast::Body, what: &str) -> (Body, Diagnostics) {
        let (mut compiled, found) = compile_template_body(body, &Sight::names(), &FunctionNames::default());
        let mut found: Diagnostics = found.into_iter().map(|one| unseen(one, what)).collect();
        self.settle(world, &mut compiled, &mut found);
        (compiled, found)
    }

    fn settle(&self, world: &World, body: &mut Body, found: &mut Diagnostics) {
        for attribute in &mut body.attributes {
            let missing = self.missing(&attribute.expr);
            let mut value = Value::dynamic();
            if missing.has_errors() {
                found.append(missing);
            } else {
                let (settled, more) = world.value_with(&attribute.expr, self.symbols());
                found.append(more);
                value = settled;
            }
            attribute.expr = Expr { kind: ExprKind::Literal(value), span: attribute.expr.span };
        }
        for block in &mut body.blocks {
            found.extend(dynamic(block));
            self.settle(world, &mut block.body, found);
        }
    }
}

/// The names behind `root.` in an expression, such as those of the runs that it refers to.
pub(crate) fn named(root: &str, expr: &ast::Expr) -> BTreeSet<Name> {
    // Only this root counts here; what else the expression refers to is judged when it is evaluated.
    let (compiled, _) = compile_template(expr, &[root.into()], &FunctionNames::default());
    let mut found = BTreeSet::new();
    let mut stack = vec![&compiled];
    while let Some(next) = stack.pop() {
        if let ExprKind::Attribute { on, name, .. } = &next.kind
            && matches!(on.kind, ExprKind::Symbol(0))
        {
            found.insert(name.clone());
        }
        stack.extend(children(next));
    }
    found
}

fn dynamic(block: &BodyBlock) -> Option<Diagnostic> {
    block.dynamic.as_ref()?;
    let detail = "In a test file the blocks of a provider are written out one by one.";
    Some(Diagnostic::error("Dynamic block not supported", detail).at(block.span))
}

fn bare(root: &str, at: Span) -> Diagnostic {
    let detail = format!("\"{root}\" is no value by itself: it needs a dot and a name behind it.");
    Diagnostic::error("Invalid reference", detail).at(at)
}

/// Only runs and variables are seen from a test file.
fn unseen(diagnostic: Diagnostic, what: &str) -> Diagnostic {
    if diagnostic.summary != "Unknown variable" {
        return diagnostic;
    }
    let detail =
        format!("In {what} only earlier runs (run.NAME.OUTPUT) and variables (var.NAME) can be referred to.");
    Diagnostic { summary: "Invalid reference".into(), detail, ..diagnostic }
}
