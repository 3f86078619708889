//! Constants: expressions without references and functions, to values.

use crate::compile::Compiler;
use crate::expr::{Expr, ExprKind, For, Part};
use crate::report::Report;
use crate::scope::{Scope, World};
use std::collections::BTreeMap;
use trueup_diag::{Diagnostic, Diagnostics, Sources, Span};
use trueup_parse::ast::{self, BinaryOp, UnaryOp};
use trueup_value::{Name, Type, Value, convert, ops};

/// A constant to its value, or what is wrong with it; nothing where the parser has reported it. In JSON, whose
/// texts are in `json`, strings of constants hold no templates.
pub(crate) fn constant(expr: &ast::Expr, json: Option<&Sources>) -> Result<Value, Diagnostics> {
    let mut compiler = Compiler::new(World::Constant(json), Scope::default());
    let compiled = compiler.expression(expr);
    if compiler.diagnostics.has_errors() {
        return Err(compiler.diagnostics);
    }
    Folding::default().fold(&compiled).map_err(Diagnostics::from)
}

impl Report<'_> {
    /// A constant to its value, or what is wrong with it.
    pub(crate) fn constant(&self, expr: &ast::Expr) -> Result<Value, Diagnostics> {
        constant(expr, self.json_of(expr.span))
    }

    /// An argument whose value must be known while the declarations are read, converted to `ty`.
    pub(crate) fn fixed_value(&mut self, expr: &ast::Expr, ty: &Type) -> Option<Value> {
        let problem = match self.constant(expr) {
            Err(found) if found.is_empty() => return None,
            Err(found) => {
                self.load.append(found);
                "it must be known before anything is evaluated".to_owned()
            }
            Ok(value) if value.is_null() => "null can't stand here".to_owned(),
            Ok(value) => match convert(&value, ty) {
                Ok(value) => return Some(value),
                Err(error) => error.message,
            },
        };
        let detail = format!("The value doesn't fit: {problem}.");
        self.load.push(Diagnostic::error("Unsuitable value type", detail).at_head(expr.span));
        None
    }

    /// A bool that must be known while the declarations are read.
    pub(crate) fn fixed_bool(&mut self, expr: &ast::Expr) -> Option<bool> {
        self.fixed_value(expr, &Type::Bool)?.as_bool()
    }

    /// A string that must be known while the declarations are read.
    pub(crate) fn fixed_text(&mut self, expr: &ast::Expr) -> Option<String> {
        Some(self.fixed_value(expr, &Type::String)?.as_str()?.to_owned())
    }
}

/// Why there is no value.
enum Problem {
    /// The parser has reported it.
    Reported,
    /// It is this.
    Found(Box<Diagnostic>),
}

impl From<Problem> for Diagnostics {
    fn from(problem: Problem) -> Diagnostics {
        match problem {
            Problem::Reported => Diagnostics::new(),
            Problem::Found(diagnostic) => Diagnostics::from(*diagnostic),
        }
    }
}

type Folded = Result<Value, Problem>;
type Operator = fn(&Value) -> Result<Value, ops::OpError>;

/// A reason as a sentence.
fn sentence(reason: &str) -> String {
    let mut letters = reason.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str())
}

/// The values of the symbols around.
#[derive(Default)]
struct Folding {
    symbols: Vec<Value>,
}

fn error(summary: &'static str, detail: impl Into<String>, at: Span) -> Problem {
    Problem::Found(Box::new(Diagnostic::error(summary, detail).at(at)))
}

impl Folding {
    /// Chains, such as `a.b.c` and conditions behind conditions, are followed in a loop: they may have thousands of links.
    fn fold(&mut self, expr: &Expr) -> Folded {
        let mut links = Vec::new();
        let mut root = expr;
        while let ExprKind::Attribute { on: next, .. }
        | ExprKind::Index { on: next, .. }
        | ExprKind::Splat { on: next, .. }
        | ExprKind::Conditional { otherwise: next, .. } = &root.kind
        {
            links.push(root);
            root = next;
        }
        let mut value = self.fold_root(root)?;
        while let Some(link) = links.pop() {
            value = self.fold_link(link, value)?;
        }
        Ok(value)
    }

    /// One link of a chain, with the value of what it hangs on.
    fn fold_link(&mut self, link: &Expr, on: Value) -> Folded {
        match &link.kind {
            ExprKind::Attribute { name, name_span, .. } => on
                .attribute(name)
                .map_err(|cause| error("Unsupported attribute", sentence(&cause.to_string()), *name_span)),
            ExprKind::Index { key, .. } => {
                let index = self.fold(key)?;
                on.index(&index)
                    .map_err(|cause| error("Invalid index", sentence(&cause.to_string()), key.span))
            }
            ExprKind::Splat { each, .. } => self.splat(on, each),
            ExprKind::Conditional { condition, then, .. } => {
                let (yes, no) = (self.fold(then)?, on);
                let ty = trueup_value::unify(&[yes.ty(), no.ty()]).ok_or_else(|| {
                    let detail = "Both results must have one type.";
                    error("Inconsistent conditional result types", detail, link.span)
                })?;
                let chosen = if self.bool(condition)? { yes } else { no };
                convert(&chosen, &ty)
                    .map_err(|cause| error("Unsuitable value type", sentence(&cause.to_string()), link.span))
            }
            _ => unreachable!("only the links of a chain come here"),
        }
    }

    fn fold_root(&mut self, expr: &Expr) -> Folded {
        match &expr.kind {
            ExprKind::Literal(value) => Ok(value.clone()),
            ExprKind::Template(parts) => {
                let mut text = String::new();
                self.template(parts, &mut text)?;
                Ok(Value::string(text))
            }
            ExprKind::Symbol(slot) => Ok(self.symbols[*slot as usize].clone()),
            ExprKind::Tuple(items) => {
                let items: Result<Vec<Value>, Problem> = items.iter().map(|item| self.fold(item)).collect();
                Ok(Value::tuple(items?))
            }
            ExprKind::Object(items) => self.object(items),
            ExprKind::For(inner) => self.for_each(inner),
            ExprKind::Binary { .. } => self.binary(expr),
            ExprKind::Unary { op, operand } => self.unary(*op, operand),
            ExprKind::Error => Err(Problem::Reported),
            ExprKind::Reference(_) | ExprKind::Call { .. } => {
                unreachable!("the compiler reports these where a constant is needed")
            }
            ExprKind::Attribute { .. }
            | ExprKind::Index { .. }
            | ExprKind::Splat { .. }
            | ExprKind::Conditional { .. } => unreachable!("the links of chains are taken off first"),
        }
    }

    fn template(&mut self, parts: &[Part], text: &mut String) -> Result<(), Problem> {
        for part in parts {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Interpolation(expr) => {
                    text.push_str(&self.text(expr, "Invalid template interpolation value")?);
                }
                Part::If { condition, then, otherwise } => {
                    let chosen = if self.bool(condition)? { then } else { otherwise };
                    self.template(chosen, text)?;
                }
                Part::For { collection, body, .. } => {
                    for (key, value) in self.items(collection)? {
                        self.symbols.extend([key, value]);
                        let written = self.template(body, text);
                        self.symbols.truncate(self.symbols.len() - 2);
                        written?;
                    }
                }
            }
        }
        Ok(())
    }

    fn text(&mut self, expr: &Expr, summary: &'static str) -> Result<String, Problem> {
        let value = self.fold(expr)?;
        let converted = convert(&value, &Type::String)
            .map_err(|cause| error(summary, sentence(&cause.to_string()), expr.span))?;
        converted
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| error(summary, "Null can't be part of a text.", expr.span))
    }

    fn bool(&mut self, expr: &Expr) -> Result<bool, Problem> {
        let value = self.operand(expr, &Type::Bool)?;
        value.as_bool().ok_or_else(|| error("Null condition", "A condition can't be null.", expr.span))
    }

    fn operand(&mut self, expr: &Expr, ty: &Type) -> Folded {
        let value = self.fold(expr)?;
        convert(&value, ty).map_err(|cause| error("Invalid operand", sentence(&cause.to_string()), expr.span))
    }

    fn splat(&mut self, value: Value, each: &Expr) -> Folded {
        let items = match value.as_sequence() {
            Some(items) => items.to_vec(),
            None if value.is_null() => Vec::new(),
            None => vec![value],
        };
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            self.symbols.push(item);
            let result = self.fold(each);
            self.symbols.pop();
            out.push(result?);
        }
        Ok(Value::tuple(out))
    }

    fn object(&mut self, items: &[(Expr, Expr)]) -> Folded {
        let mut out: BTreeMap<Name, Value> = BTreeMap::new();
        for (key, value) in items {
            let name = self.text(key, "Incorrect key type")?;
            out.insert(name.into(), self.fold(value)?);
        }
        Ok(Value::object(out))
    }

    fn items(&mut self, collection: &Expr) -> Result<Vec<(Value, Value)>, Problem> {
        let value = self.fold(collection)?;
        if value.as_sequence().is_none() && value.as_mapping().is_none() {
            let detail = "A \"for\" walks a list, set, tuple, map or object.";
            return Err(error("Iteration over non-iterable value", detail, collection.span));
        }
        Ok(value.iter_elements().collect())
    }

    fn for_each(&mut self, inner: &For) -> Folded {
        let mut list = Vec::new();
        let mut object: BTreeMap<Name, Vec<Value>> = BTreeMap::new();
        for (key, value) in self.items(&inner.collection)? {
            self.symbols.extend([key, value]);
            let item = self.for_item(inner);
            self.symbols.truncate(self.symbols.len() - 2);
            match item? {
                None => {}
                Some((None, value)) => list.push(value),
                Some((Some(name), value)) => object.entry(name).or_default().push(value),
            }
        }
        let Some(result_key) = &inner.result_key else { return Ok(Value::tuple(list)) };
        if inner.group {
            return Ok(Value::object(object.into_iter().map(|(name, values)| (name, Value::tuple(values)))));
        }
        if let Some((name, _)) = object.iter().find(|(_, values)| values.len() > 1) {
            let detail = format!("Two items have the key \"{name}\".");
            return Err(error("Duplicate object key", detail, result_key.span));
        }
        Ok(Value::object(
            object.into_iter().flat_map(|(name, values)| values.into_iter().map(move |v| (name.clone(), v))),
        ))
    }

    fn for_item(&mut self, inner: &For) -> Result<Option<(Option<Name>, Value)>, Problem> {
        if let Some(condition) = &inner.condition
            && !self.bool(condition)?
        {
            return Ok(None);
        }
        let key = match &inner.result_key {
            Some(key) => Some(Name::from(self.text(key, "Invalid object key")?)),
            None => None,
        };
        Ok(Some((key, self.fold(&inner.result)?)))
    }

    fn unary(&mut self, op: UnaryOp, operand: &Expr) -> Folded {
        let (ty, apply): (Type, Operator) = match op {
            UnaryOp::Negate => (Type::Number, ops::negate),
            UnaryOp::Not => (Type::Bool, ops::not),
        };
        let value = self.operand(operand, &ty)?;
        apply(&value).map_err(|cause| failed(cause, operand.span))
    }

    /// A chain of operators, from its left end to the right.
    fn binary(&mut self, expr: &Expr) -> Folded {
        let mut links = Vec::new();
        let mut at = expr;
        while let ExprKind::Binary { op, left, right } = &at.kind {
            links.push((*op, right, at.span, left.span));
            at = left;
        }
        let mut value = self.fold(at)?;
        while let Some((op, right, span, left)) = links.pop() {
            let ty = operand_type(op);
            let left = convert(&value, &ty)
                .map_err(|cause| error("Invalid operand", sentence(&cause.to_string()), left))?;
            let right = self.operand(right, &ty)?;
            value = apply(op, &left, &right).map_err(|cause| failed(cause, span))?;
        }
        Ok(value)
    }
}

fn operand_type(op: BinaryOp) -> Type {
    match op {
        BinaryOp::Or | BinaryOp::And => Type::Bool,
        BinaryOp::Equal | BinaryOp::NotEqual => Type::Dynamic,
        _ => Type::Number,
    }
}

fn failed(cause: ops::OpError, at: Span) -> Problem {
    error("Operation failed", format!("The operator has no result: {cause}."), at)
}

fn apply(op: BinaryOp, left: &Value, right: &Value) -> Result<Value, ops::OpError> {
    match op {
        BinaryOp::Or => ops::or(left, right),
        BinaryOp::And => ops::and(left, right),
        BinaryOp::Equal => Ok(ops::equals(left, right)),
        BinaryOp::NotEqual => Ok(ops::not_equals(left, right)),
        BinaryOp::Less => ops::less(left, right),
        BinaryOp::LessOrEqual => ops::less_or_equal(left, right),
        BinaryOp::Greater => ops::greater(left, right),
        BinaryOp::GreaterOrEqual => ops::greater_or_equal(left, right),
        BinaryOp::Add => ops::add(left, right),
        BinaryOp::Subtract => ops::subtract(left, right),
        BinaryOp::Multiply => ops::multiply(left, right),
        BinaryOp::Divide => ops::divide(left, right),
        BinaryOp::Modulo => ops::modulo(left, right),
    }
}
