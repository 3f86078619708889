//! Expressions as short text, so that tables of cases stay readable.

use trueup_parse::ast::{Body, Expr, ExprKind, ForExpr, Name, ObjectKey, TemplatePart};

/// The expression in prefix form.
pub(crate) fn expr(e: &Expr) -> String {
    match &e.kind {
        ExprKind::Null => "null".into(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Number(text) => text.to_string(),
        ExprKind::Template(parts) => template(parts),
        ExprKind::TemplateWrap(inner) => format!("wrap({})", expr(inner)),
        ExprKind::Variable(name) => name.to_string(),
        ExprKind::Attribute { on, name } => format!("{}.{}", expr(on), name.text),
        ExprKind::Index { on, key, legacy } => {
            format!("{}{}[{}]", expr(on), if *legacy { "." } else { "" }, expr(key))
        }
        ExprKind::Splat { on, each } => format!("splat({}, {})", expr(on), expr(each)),
        ExprKind::SplatItem => "@".into(),
        ExprKind::Call { name, args, expand_last } => {
            format!("{}({}{})", name.text, all(args), if *expand_last { "..." } else { "" })
        }
        ExprKind::Tuple(items) => format!("[{}]", all(items)),
        ExprKind::Object(items) => {
            let items: Vec<String> = items
                .iter()
                .map(|item| match &item.key {
                    ObjectKey::Name(name) => format!("{}: {}", name.text, expr(&item.value)),
                    ObjectKey::Expr(key) => format!("<{}>: {}", expr(key), expr(&item.value)),
                })
                .collect();
            format!("{{{}}}", items.join(", "))
        }
        ExprKind::For(parts) => for_expr(parts),
        ExprKind::Conditional { condition, then, otherwise } => {
            format!("(? {} {} {})", expr(condition), expr(then), expr(otherwise))
        }
        ExprKind::Binary { op, left, right } => format!("({op:?} {} {})", expr(left), expr(right)),
        ExprKind::Unary { op, operand } => format!("({op:?} {})", expr(operand)),
        ExprKind::Paren(inner) => format!("paren({})", expr(inner)),
        ExprKind::Error => "ERROR".into(),
    }
}

fn all(items: &[Expr]) -> String {
    items.iter().map(expr).collect::<Vec<_>>().join(", ")
}

fn symbols(key: Option<&Name>, value: &Name) -> String {
    key.map_or(value.text.to_string(), |key| format!("{} {}", key.text, value.text))
}

fn for_expr(parts: &ForExpr) -> String {
    let ForExpr { key, value, collection, result_key, result, condition, group } = parts;
    let mut text = format!("for({} in {}: ", symbols(key.as_ref(), value), expr(collection));
    if let Some(key) = result_key {
        text += &format!("{} => ", expr(key));
    }
    text += &expr(result);
    text += if *group { "..." } else { "" };
    if let Some(condition) = condition {
        text += &format!(" if {}", expr(condition));
    }
    text + ")"
}

/// The parts of a template in quotes.
fn template(parts: &[TemplatePart]) -> String {
    format!("{:?}", parts.iter().map(part).collect::<String>())
}

fn part(part: &TemplatePart) -> String {
    let inside = |parts: &[TemplatePart]| parts.iter().map(self::part).collect::<String>();
    match part {
        TemplatePart::Literal(text) => text.to_string(),
        TemplatePart::Interpolation(inner) => format!("<{}>", expr(inner)),
        TemplatePart::If { condition, then, otherwise } => {
            format!("<if {}: {}|{}>", expr(condition), inside(then), inside(otherwise))
        }
        TemplatePart::For { key, value, collection, body } => {
            format!("<for {} in {}: {}>", symbols(key.as_ref(), value), expr(collection), inside(body))
        }
    }
}

/// A body in one line.
pub(crate) fn body(body: &Body) -> String {
    let attributes = body.attributes.iter().map(|a| format!("{} = {}", a.name.text, expr(&a.expr)));
    let blocks = body.blocks.iter().map(|b| {
        let labels = b.labels.iter().map(|label| format!(" {:?}", label.text)).collect::<Vec<_>>().concat();
        format!("{}{labels} {{ {} }}", b.kind.text, self::body(&b.body))
    });
    attributes.chain(blocks).collect::<Vec<_>>().join("; ")
}
