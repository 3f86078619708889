//! Expressions to their compiled form.

use crate::expr::{Expr, ExprKind, For, PROVIDER_FUNCTION, Reference, UNKNOWN_FUNCTION};
use crate::program::OutputUse;
use crate::scope::{Scope, World};
use trueup_diag::{Diagnostic, Diagnostics, Span};
use trueup_parse::ast::{self, ObjectKey, UnaryOp};
use trueup_value::{Name, Number, Type, Value};

/// Compiles the expressions of one place.
pub(crate) struct Compiler<'a> {
    pub(crate) world: World<'a>,
    pub(crate) scope: Scope,
    /// Symbols from the outside in; an empty name is a slot that nothing can refer to.
    pub(crate) symbols: Vec<Name>,
    /// Slots of the splats around.
    splats: Vec<u32>,
    /// Every reference that was met; `None` for one that isn't valid.
    pub(crate) seen: Vec<Option<Reference>>,
    /// Where outputs of called modules are used.
    pub(crate) output_uses: Vec<OutputUse>,
    /// A function is called.
    pub(crate) calls: bool,
    /// What is wrong with the expressions inside the `dynamic` block around, where there is one.
    pub(crate) inside: Option<Diagnostics>,
    /// What is wrong.
    pub(crate) diagnostics: Diagnostics,
    /// What is wrong, but only reported once a plan is made.
    pub(crate) planning: Diagnostics,
}

impl<'a> Compiler<'a> {
    pub(crate) fn new(world: World<'a>, scope: Scope) -> Compiler<'a> {
        Compiler {
            world,
            scope,
            symbols: Vec::new(),
            splats: Vec::new(),
            seen: Vec::new(),
            output_uses: Vec::new(),
            calls: false,
            inside: None,
            diagnostics: Diagnostics::new(),
            planning: Diagnostics::new(),
        }
    }

    pub(crate) fn fail(&mut self, diagnostic: Diagnostic) -> ExprKind {
        self.diagnostics.push(diagnostic);
        ExprKind::Error
    }

    /// Adds a symbol and gives its slot.
    pub(crate) fn push_symbol(&mut self, name: Name) -> u32 {
        let slot = u32::try_from(self.symbols.len()).expect("nesting is bounded by the parser");
        self.symbols.push(name);
        slot
    }

    pub(crate) fn pop_symbols(&mut self, first: u32) {
        self.symbols.truncate(first as usize);
    }

    /// Compiles one expression. Chains are walked, not recursed into: their length has no bound.
    pub(crate) fn expression(&mut self, expr: &ast::Expr) -> Expr {
        let mut links = Vec::new();
        let mut at = expr;
        while let Some(next) = link(at) {
            links.push(at);
            at = next;
        }
        let mut out = match &at.kind {
            ast::ExprKind::Variable(name) => self.variable(name, at.span, &mut links),
            _ => Expr { kind: self.leaf(at), span: at.span },
        };
        while let Some(link) = links.pop() {
            out = self.wrap(link, out);
        }
        out
    }

    /// The compiled form of one link of a chain, `on` being the rest of it.
    fn wrap(&mut self, link: &ast::Expr, on: Expr) -> Expr {
        let on = Box::new(on);
        let kind = match &link.kind {
            ast::ExprKind::Attribute { name, .. } => {
                ExprKind::Attribute { on, name: name.text.clone(), name_span: name.span }
            }
            ast::ExprKind::Index { key, .. } => ExprKind::Index { on, key: Box::new(self.expression(key)) },
            ast::ExprKind::Splat { each, .. } => {
                let slot = self.push_symbol(Name::from(""));
                self.splats.push(slot);
                let each = Box::new(self.expression(each));
                self.splats.pop();
                self.pop_symbols(slot);
                ExprKind::Splat { on, slot, each }
            }
            ast::ExprKind::Binary { op, right, .. } => {
                ExprKind::Binary { op: *op, left: on, right: Box::new(self.expression(right)) }
            }
            ast::ExprKind::Conditional { condition, then, .. } => ExprKind::Conditional {
                condition: Box::new(self.expression(condition)),
                then: Box::new(self.expression(then)),
                otherwise: on,
            },
            _ => unreachable!("link() stops at anything else"),
        };
        Expr { kind, span: link.span }
    }

    /// Anything that isn't a link of a chain.
    fn leaf(&mut self, expr: &ast::Expr) -> ExprKind {
        match &expr.kind {
            ast::ExprKind::Null => ExprKind::Literal(Value::null(Type::Dynamic)),
            ast::ExprKind::Bool(value) => ExprKind::Literal(Value::from(*value)),
            ast::ExprKind::Number(text) => self.number(text, expr.span),
            ast::ExprKind::Template(_) | ast::ExprKind::TemplateWrap(_) if self.raw_text(expr).is_some() => {
                ExprKind::Literal(self.raw_text(expr).expect("it was just there"))
            }
            ast::ExprKind::Template(parts) => self.template(parts),
            ast::ExprKind::TemplateWrap(inner) | ast::ExprKind::Paren(inner) => {
                self.expression(inner).into_kind()
            }
            ast::ExprKind::SplatItem => match self.splats.last() {
                Some(slot) => ExprKind::Symbol(*slot),
                None => unreachable!("the parser makes splat items only inside splats"),
            },
            ast::ExprKind::Call { name, args, expand_last } => self.call(expr, name, args, *expand_last),
            ast::ExprKind::Tuple(items) => {
                ExprKind::Tuple(items.iter().map(|item| self.expression(item)).collect())
            }
            ast::ExprKind::Object(items) => {
                ExprKind::Object(items.iter().map(|item| self.object_item(item)).collect())
            }
            ast::ExprKind::For(inner) => self.for_expression(inner),
            ast::ExprKind::Unary { op, operand } => self.unary(*op, operand),
            ast::ExprKind::Error => ExprKind::Error,
            ast::ExprKind::Variable(_)
            | ast::ExprKind::Attribute { .. }
            | ast::ExprKind::Index { .. }
            | ast::ExprKind::Splat { .. }
            | ast::ExprKind::Binary { .. }
            | ast::ExprKind::Conditional { .. } => unreachable!("chains are walked in expression()"),
        }
    }

    /// The text of a string in JSON where strings are no templates.
    fn raw_text(&self, expr: &ast::Expr) -> Option<Value> {
        let World::Constant(Some(sources)) = self.world else { return None };
        trueup_value::json::decode(sources.text(expr.span), &Type::String).ok()
    }

    fn number(&mut self, text: &str, span: Span) -> ExprKind {
        if let Some(number) = Number::parse(text) {
            return ExprKind::Literal(Value::from(number));
        }
        let detail = format!("\"{text}\" can't be read as a number.");
        self.fail(Diagnostic::error("Invalid number literal", detail).at(span))
    }

    fn unary(&mut self, op: UnaryOp, operand: &ast::Expr) -> ExprKind {
        let operand = self.expression(operand);
        if let (UnaryOp::Negate, Some(number)) = (op, operand.as_literal().and_then(Value::as_number)) {
            return ExprKind::Literal(Value::from(number.neg()));
        }
        ExprKind::Unary { op, operand: Box::new(operand) }
    }

    fn object_item(&mut self, item: &ast::ObjectItem) -> (Expr, Expr) {
        let key = match &item.key {
            ObjectKey::Name(name) => Expr::literal(Value::string(name.text.clone()), name.span),
            ObjectKey::Expr(expr) => self.object_key(expr),
        };
        (key, self.expression(&item.value))
    }

    /// A key that is more than a word. A reference must stand in parentheses, or it looks like a name with dots.
    fn object_key(&mut self, expr: &ast::Expr) -> Expr {
        let reference = crate::fixed::traversal(expr).is_some_and(|found| !found.steps.is_empty());
        if !reference {
            return self.expression(expr);
        }
        let detail = "A key with dots in it is either a reference or a name, and nothing tells which.";
        let error = Diagnostic::error("Ambiguous attribute key", detail).at(expr.span);
        let kind = self.fail(error.hint("Put parentheses around a reference, and quotes around a name."));
        Expr { kind, span: expr.span }
    }

    fn for_expression(&mut self, inner: &ast::ForExpr) -> ExprKind {
        let collection = self.expression(&inner.collection);
        let key = inner.key.as_ref().map_or_else(|| Name::from(""), |name| name.text.clone());
        let key_slot = self.push_symbol(key);
        let value_slot = self.push_symbol(inner.value.text.clone());
        let result_key = inner.result_key.as_ref().map(|expr| self.expression(expr));
        let result = self.expression(&inner.result);
        let condition = inner.condition.as_ref().map(|expr| self.expression(expr));
        self.pop_symbols(key_slot);
        let group = inner.group;
        ExprKind::For(Box::new(For {
            collection,
            key_slot,
            value_slot,
            result_key,
            result,
            condition,
            group,
        }))
    }

    fn call(
        &mut self,
        expr: &ast::Expr,
        name: &ast::Name,
        args: &[ast::Expr],
        expand_last: bool,
    ) -> ExprKind {
        if matches!(self.world, World::Constant(_)) {
            let detail = "Only a constant can stand here, which no function helps to make.";
            return self.fail(Diagnostic::error("Function calls not allowed", detail).at(expr.span));
        }
        self.calls = true;
        let args = args.iter().map(|arg| self.expression(arg)).collect();
        let Some(function) = self.function(name) else { return ExprKind::Error };
        ExprKind::Call { function, name: name.text.clone(), name_span: name.span, args, expand_last }
    }

    fn function(&mut self, name: &ast::Name) -> Option<u32> {
        let (functions, settings) = match self.world {
            World::Module(module) => (module.functions, Some(module.settings)),
            World::Template(functions) => (functions, None),
            World::Constant(_) => return None,
        };
        if let Some(slot) = functions.find(&name.text) {
            return Some(slot);
        }
        if let Some((namespace, rest)) = name.text.split_once("::") {
            let local = rest.split_once("::").map(|(local, _)| local);
            if namespace == "provider"
                && local.zip(settings).is_some_and(|(l, s)| s.providers.contains_key(l))
            {
                return Some(PROVIDER_FUNCTION);
            }
            let unknown = unknown_provider_function(&name.text, namespace, local.unwrap_or(rest));
            self.diagnostics.push(unknown.at(name.span));
            return None;
        }
        Some(UNKNOWN_FUNCTION)
    }
}

fn unknown_provider_function(name: &str, namespace: &str, local: &str) -> Diagnostic {
    let summary = "Unknown provider function";
    if namespace != "provider" {
        let detail = format!(
            "\"{namespace}\" is not a namespace of functions: those of providers are called provider::NAME::FUNCTION."
        );
        return Diagnostic::error(summary, detail);
    }
    let detail = format!("There is no function \"{name}\".");
    let hint = format!("Declare the provider \"{local}\" in the required_providers of this module.");
    Diagnostic::error(summary, detail).hint(hint)
}

/// The part through which a chain goes on, where there is one.
fn link(expr: &ast::Expr) -> Option<&ast::Expr> {
    match &expr.kind {
        ast::ExprKind::Binary { left: next, .. }
        | ast::ExprKind::Attribute { on: next, .. }
        | ast::ExprKind::Index { on: next, .. }
        | ast::ExprKind::Splat { on: next, .. }
        | ast::ExprKind::Conditional { otherwise: next, .. } => Some(next),
        _ => None,
    }
}
