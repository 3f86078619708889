//! Expressions to values. In: a compiled expression and the [`Scope`] it stands in. Out: a value.
//!
//! An error is pushed as a diagnostic and stands as an unknown value of unknown type, so that the rest of the
//! expression is still judged.

mod access;
mod blame;
pub(crate) mod bounds;
mod call;
mod construct;
mod operator;
mod template;
#[cfg(test)]
mod tests;

pub(crate) use blame::{Cause, Place};

use crate::functions::World;
use crate::problems::Problems;
use trueup_diag::{Diagnostic, Diagnostics, Span};
use trueup_resolve::{Expr, ExprKind, Reference};
use trueup_value::Value;

/// What an expression can see.
pub trait Scope {
    /// The value of something declared. What isn't there yet is noted by the scope and stands as unknown.
    fn reference(&mut self, reference: Reference) -> Value;

    /// One instance of a resource, so that only it is waited for; `None` where the whole has to be asked.
    fn resource_instance(&mut self, slot: u32, key: &Value) -> Option<Value>;

    /// One output of one instance of a module; `None` where the whole has to be asked.
    fn module_output(&mut self, slot: u32, key: Option<&Value>, name: &str) -> Option<Value>;

    /// How a person writes the reference.
    fn describe(&self, reference: Reference) -> String;

    /// Files, clock and randomness for functions.
    fn world(&self) -> &dyn World;

    /// Whether a function of a provider, named as it is called, is taken to be there though nobody can call it.
    fn is_unseen_function(&self, _name: &str, _at: Span) -> bool {
        false
    }
}

/// Evaluates expressions in one scope.
pub struct Evaluator<'a> {
    /// What references mean.
    pub scope: &'a mut dyn Scope,
    /// What went wrong so far.
    pub diagnostics: Diagnostics,
    /// What is wrong with references in the program; reported where they are evaluated.
    pub(crate) problems: Option<&'a Problems>,
    symbols: Vec<Value>,
    used: bounds::Used,
    /// How many of the attempts around will forget what they find.
    quiet: u32,
    /// Bodies are held against their schemas and their expressions are left alone.
    pub(crate) shape_only: bool,
}

impl<'a> Evaluator<'a> {
    /// An evaluator without symbols.
    pub fn new(scope: &'a mut dyn Scope) -> Evaluator<'a> {
        Evaluator::with_symbols(scope, Vec::new())
    }

    /// An evaluator whose first symbol slots hold these values, as templates see their variables.
    pub fn with_symbols(scope: &'a mut dyn Scope, symbols: Vec<Value>) -> Evaluator<'a> {
        Evaluator {
            scope,
            diagnostics: Diagnostics::new(),
            problems: None,
            symbols,
            used: bounds::Used::default(),
            quiet: 0,
            shape_only: false,
        }
    }

    /// The value of an expression whose first symbol slots hold these values.
    pub fn with_first(&mut self, symbols: &[Value], expr: &Expr) -> Value {
        let before = std::mem::replace(&mut self.symbols, symbols.to_vec());
        let value = self.evaluate(expr);
        self.symbols = before;
        value
    }

    /// Reports what is wrong with the references within a place; whether nothing is.
    pub(crate) fn resolved(&mut self, place: Span) -> bool {
        let Some(problems) = self.problems else { return true };
        let mut good = true;
        for problem in problems.within(place) {
            good &= !problem.is_error();
            self.diagnostics.push(Diagnostic::clone(problem));
        }
        good
    }

    /// The value of an expression that stands alone. Where not all of its references are good, the others are read
    /// all the same, for what depends on something wrong is not to be judged.
    pub(crate) fn whole(&mut self, expr: &Expr) -> Value {
        if self.resolved(expr.span) {
            return self.evaluate(expr);
        }
        let (value, _) = self.quietly(|e| e.evaluate(expr));
        Value::dynamic().mark(value.marks())
    }

    /// The value of an expression; unknown of unknown type where there is an error.
    pub fn evaluate(&mut self, expr: &Expr) -> Value {
        match &expr.kind {
            ExprKind::Literal(value) => value.clone(),
            ExprKind::Template(parts) => self.template(parts),
            ExprKind::Reference(reference) => self.scope.reference(*reference),
            ExprKind::Symbol(slot) => self.symbol(*slot),
            ExprKind::Attribute { .. } | ExprKind::Index { .. } => self.access(expr),
            ExprKind::Splat { on, slot, each } => {
                let made = self.splat(on, *slot, each);
                self.bounded(made, expr.span)
            }
            ExprKind::Call { .. } => {
                let made = self.call(expr);
                self.bounded(made, expr.span)
            }
            ExprKind::Tuple(items) => {
                let made = Value::tuple(items.iter().map(|item| self.evaluate(item)).collect::<Vec<_>>());
                self.bounded(made, expr.span)
            }
            ExprKind::Object(items) => {
                let made = self.object(items);
                self.bounded(made, expr.span)
            }
            ExprKind::For(for_expr) => {
                let made = self.for_expr(for_expr, expr.span);
                self.bounded(made, expr.span)
            }
            ExprKind::Conditional { .. } => self.conditional(expr),
            ExprKind::Binary { .. } => self.binary(expr),
            ExprKind::Unary { op, operand } => self.unary(*op, operand, expr),
            ExprKind::Error => Value::dynamic(),
        }
    }

    /// Runs `work` with `value` in symbol slot `slot`; slots above it are free again afterwards.
    pub fn with_symbol<T>(&mut self, slot: u32, value: Value, work: impl FnOnce(&mut Self) -> T) -> T {
        self.set_symbol(slot, value);
        let result = work(self);
        self.symbols.truncate(slot as usize);
        result
    }

    fn set_symbol(&mut self, slot: u32, value: Value) {
        debug_assert!(slot as usize <= self.symbols.len(), "symbol slots are filled from the bottom");
        self.symbols.truncate(slot as usize);
        self.symbols.push(value);
    }

    fn symbol(&self, slot: u32) -> Value {
        self.symbols.get(slot as usize).expect("the compiler gives each symbol a slot that is filled").clone()
    }

    /// Runs `work` on the side: gives its result and whether it failed, and forgets its diagnostics.
    fn attempt<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> (T, Diagnostics) {
        let before = std::mem::take(&mut self.diagnostics);
        let result = work(self);
        let found = std::mem::replace(&mut self.diagnostics, before);
        (result, found)
    }

    /// The same, where nobody will read the diagnostics.
    pub(crate) fn quietly<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> (T, Diagnostics) {
        self.quiet += 1;
        let result = self.attempt(work);
        self.quiet -= 1;
        result
    }
}
