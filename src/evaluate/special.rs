//! The calls that aren't functions of values, and the names of all that can be called.

use crate::functions;
use trueup_resolve::expr::Part;
use trueup_resolve::{Expr, ExprKind};
use trueup_value::Type;

/// Calls that look at their argument's expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Special {
    /// `try(a, b...)`
    Try,
    /// `can(a)`
    Can,
    /// `type(a)`, only in the console.
    Type,
}

const SPECIALS: [(&str, Special); 3] =
    [("try", Special::Try), ("can", Special::Can), ("type", Special::Type)];
/// Slots from here on are specials, far above any table of functions.
const FIRST: u32 = 1 << 16;

impl Special {
    pub(crate) fn of(function: u32) -> Option<Special> {
        let index = function.checked_sub(FIRST)?;
        SPECIALS.get(index as usize).map(|(_, special)| *special)
    }
}

/// The names that configurations can call.
#[derive(Clone, Copy, Debug, Default)]
pub struct FunctionNames {
    /// `type` exists: in the console.
    pub console: bool,
}

impl trueup_resolve::Functions for FunctionNames {
    fn find(&self, name: &str) -> Option<u32> {
        let short = name.strip_prefix("core::").unwrap_or(name);
        // The console has no plan whose time it could give.
        if self.console && short == "plantimestamp" {
            return None;
        }
        let special = SPECIALS
            .iter()
            .position(|(known, special)| *known == short && (self.console || *special != Special::Type));
        let special = special.and_then(|i| u32::try_from(i).ok()).map(|i| FIRST + i);
        special.or_else(|| position(short).and_then(|i| u32::try_from(i).ok()))
    }
}

/// Where a function stands in the table, which is in order of name.
fn position(name: &str) -> Option<usize> {
    functions::table().binary_search_by_key(&name, |function| function.name).ok()
}

/// The expressions directly inside one.
pub fn children(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::Reference(_) | ExprKind::Symbol(_) | ExprKind::Error => Vec::new(),
        ExprKind::Template(parts) => part_children(parts),
        ExprKind::Attribute { on, .. } => vec![on],
        ExprKind::Index { on, key } => vec![on, key],
        ExprKind::Splat { on, each, .. } => vec![on, each],
        ExprKind::Call { args, .. } => args.iter().collect(),
        ExprKind::Tuple(items) => items.iter().collect(),
        ExprKind::Object(items) => items.iter().flat_map(|(k, v)| [k, v]).collect(),
        ExprKind::For(inner) => [
            Some(&inner.collection),
            inner.result_key.as_ref(),
            Some(&inner.result),
            inner.condition.as_ref(),
        ]
        .into_iter()
        .flatten()
        .collect(),
        ExprKind::Conditional { condition, then, otherwise } => vec![condition, then, otherwise],
        ExprKind::Binary { left, right, .. } => vec![left, right],
        ExprKind::Unary { operand, .. } => vec![operand],
    }
}

fn part_children(parts: &[Part]) -> Vec<&Expr> {
    let mut out = Vec::new();
    for part in parts {
        match part {
            Part::Literal(_) => {}
            Part::Interpolation(expr) => out.push(expr),
            Part::If { condition, then, otherwise } => {
                out.push(condition);
                out.extend(part_children(then));
                out.extend(part_children(otherwise));
            }
            Part::For { collection, body, .. } => {
                out.push(collection);
                out.extend(part_children(body));
            }
        }
    }
    out
}

/// A type as the console prints it: objects and tuples over several lines, and what holds them too.
pub fn type_text(ty: &Type) -> String {
    let mut out = String::new();
    write_type(ty, 0, &mut out);
    out
}

fn write_type(ty: &Type, depth: usize, out: &mut String) {
    match ty {
        Type::List(inner) => write_collection("list", inner, depth, out),
        Type::Set(inner) => write_collection("set", inner, depth, out),
        Type::Map(inner) => write_collection("map", inner, depth, out),
        Type::Tuple(items) if items.is_empty() => out.push_str("tuple([])"),
        Type::Tuple(items) => {
            out.push_str("tuple([\n");
            items.iter().for_each(|item| write_line("", item, depth + 1, out));
            out.push_str(&"    ".repeat(depth));
            out.push_str("])");
        }
        Type::Object(object) if object.attributes.is_empty() => out.push_str("object({})"),
        Type::Object(object) => {
            out.push_str("object({\n");
            for (name, inner) in &object.attributes {
                write_line(&format!("{name}: "), inner, depth + 1, out);
            }
            out.push_str(&"    ".repeat(depth));
            out.push_str("})");
        }
        primitive => out.push_str(&primitive.to_string().replace("any", "dynamic")),
    }
}

fn write_line(label: &str, ty: &Type, depth: usize, out: &mut String) {
    out.push_str(&"    ".repeat(depth));
    out.push_str(label);
    write_type(ty, depth, out);
    out.push_str(",\n");
}

fn write_collection(word: &str, element: &Type, depth: usize, out: &mut String) {
    out.push_str(word);
    out.push('(');
    if matches!(element, Type::Object(_) | Type::Tuple(_)) {
        out.push('\n');
        write_line("", element, depth + 1, out);
        out.push_str(&"    ".repeat(depth));
    } else {
        write_type(element, depth, out);
    }
    out.push(')');
}

/// The argument, where the whole expression is a call of the console's `type`.
pub fn type_argument(expr: &Expr) -> Option<&Expr> {
    match &expr.kind {
        ExprKind::Call { function, args, .. } if Special::of(*function) == Some(Special::Type) => {
            args.first().filter(|_| args.len() == 1)
        }
        _ => None,
    }
}
