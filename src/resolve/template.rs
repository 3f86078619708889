//! Templates to their compiled form.

use crate::compile::Compiler;
use crate::expr::{ExprKind, Part};
use trueup_parse::ast::TemplatePart;
use trueup_value::{Name, Value};

impl Compiler<'_> {
    /// A quoted or bare template; one without a placeholder is a constant.
    pub(crate) fn template(&mut self, parts: &[TemplatePart]) -> ExprKind {
        match parts {
            [] => return ExprKind::Literal(Value::string("")),
            [TemplatePart::Literal(text)] => return ExprKind::Literal(Value::string(text.clone())),
            _ => {}
        }
        let texts: Option<Vec<&str>> = parts.iter().map(literal_text).collect();
        match texts {
            Some(texts) => ExprKind::Literal(Value::string(texts.concat())),
            None => ExprKind::Template(self.parts(parts)),
        }
    }

    fn parts(&mut self, parts: &[TemplatePart]) -> Vec<Part> {
        parts.iter().map(|part| self.part(part)).collect()
    }

    fn part(&mut self, part: &TemplatePart) -> Part {
        match part {
            TemplatePart::Literal(text) => Part::Literal(text.clone()),
            TemplatePart::Interpolation(expr) => Part::Interpolation(self.expression(expr)),
            TemplatePart::If { condition, then, otherwise } => Part::If {
                condition: self.expression(condition),
                then: self.parts(then),
                otherwise: self.parts(otherwise),
            },
            TemplatePart::For { key, value, collection, body } => {
                let collection = self.expression(collection);
                let key = key.as_ref().map_or_else(|| Name::from(""), |name| name.text.clone());
                let key_slot = self.push_symbol(key);
                self.push_symbol(value.text.clone());
                let body = self.parts(body);
                self.pop_symbols(key_slot);
                Part::For { collection, key_slot, body }
            }
        }
    }
}

fn literal_text(part: &TemplatePart) -> Option<&str> {
    match part {
        TemplatePart::Literal(text) => Some(text),
        _ => None,
    }
}
