//! Type constraints: `list(object({a = optional(string, "x")}))`.

use crate::fixed::{text, word};
use crate::report::Report;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trueup_diag::{Diagnostic, Span};
use trueup_parse::ast::{Expr, ExprKind, ObjectItem, ObjectKey};
use trueup_value::{Defaults, Name, ObjectType, Type, convert};

const INVALID: &str = "Invalid type specification";

/// A type with the defaults of its optional attributes.
type Constraint = (Type, Defaults);

impl Report<'_> {
    /// The constraint that `type = ...` gives; anything where it can't be read. JSON has it in quotes.
    pub(crate) fn constraint(&mut self, expr: &Expr, json: bool) -> Constraint {
        match text(expr) {
            Some(text) if json => {
                let parsed = trueup_parse::parse_expression(expr.span.file, &text);
                let faulty = parsed.diagnostics.has_errors();
                self.load.extend(parsed.diagnostics.into_iter().map(|found| found.at(expr.span)));
                if faulty {
                    return anything();
                }
                let mut inner = Reader { report: self, at: Some(expr.span), inside: false };
                inner.constraint(&parsed.value)
            }
            Some(text) => {
                self.load.push(quoted(&text, expr.span));
                anything()
            }
            None => Reader { report: self, at: None, inside: false }.constraint(expr),
        }
    }
}

fn anything() -> Constraint {
    (Type::Dynamic, Defaults::default())
}

fn quoted(text: &str, at: Span) -> Diagnostic {
    let (hint, known) = match text {
        "string" => ("Write string without quotes.", true),
        "list" => ("Write list(string), without quotes.", true),
        "map" => ("Write map(string), without quotes.", true),
        _ => ("Write the type itself, without quotes.", false),
    };
    let summary = if known { "Invalid quoted type constraints" } else { "Invalid legacy variable type hint" };
    Diagnostic::error(summary, "A type is no string: it is written without quotes.").at(at).hint(hint)
}

/// Reads one constraint.
struct Reader<'r, 'a> {
    report: &'r mut Report<'a>,
    /// Where to report everything, for a constraint in quotes.
    at: Option<Span>,
    /// Inside another type.
    inside: bool,
}

impl Reader<'_, '_> {
    fn fail(&mut self, detail: impl Into<String>, at: Span) -> Constraint {
        self.report.error(INVALID, detail, self.at.unwrap_or(at));
        anything()
    }

    fn constraint(&mut self, expr: &Expr) -> Constraint {
        if let Some(word) = keyword(expr) {
            return self.keyword(&word, expr.span);
        }
        match &expr.kind {
            ExprKind::Call { name, args, .. } => {
                let parens = Span { start: name.span.end, ..expr.span };
                self.constructor(&name.text, args, expr, parens)
            }
            ExprKind::Paren(inner) => self.constraint(inner),
            ExprKind::Error => self.fail("There is no type here.", expr.span),
            _ => self.fail(
                "A type is a word such as string, number or bool, or a constructor such as list(string).",
                expr.span,
            ),
        }
    }

    fn nested(&mut self, expr: &Expr) -> Constraint {
        let outer = std::mem::replace(&mut self.inside, true);
        let found = self.constraint(expr);
        self.inside = outer;
        found
    }

    fn keyword(&mut self, word: &str, at: Span) -> Constraint {
        let ty = match word {
            "bool" => Type::Bool,
            "string" => Type::String,
            "number" => Type::Number,
            "any" => Type::Dynamic,
            // Without an element type, from before there were any.
            "list" if !self.inside => Type::list(Type::Dynamic),
            "map" if !self.inside => Type::map(Type::Dynamic),
            "list" | "set" | "map" => {
                return self.fail(format!("{word} needs the type of its elements: {word}(string)."), at);
            }
            "object" => {
                return self.fail("object needs the types of its attributes: object({name = string}).", at);
            }
            "tuple" => {
                return self.fail("tuple needs the types of its elements: tuple([string, number]).", at);
            }
            _ => return self.fail(format!("There is no type \"{word}\"."), at),
        };
        (ty, Defaults::default())
    }

    fn constructor(&mut self, name: &str, args: &[Expr], expr: &Expr, parens: Span) -> Constraint {
        match name {
            "bool" | "string" | "number" | "any" => {
                self.fail(format!("{name} is complete by itself: nothing in parentheses follows it."), parens)
            }
            "list" | "set" | "map" => match args {
                [element] => self.collection(name, element),
                [] => self.fail(format!("{name} needs the type of its elements."), parens),
                [_, extra, ..] => {
                    let at = extra.span.to(args.last().unwrap_or(extra).span);
                    self.fail(format!("{name} has one argument, the type of its elements."), at)
                }
            },
            "object" => match args {
                [Expr { kind: ExprKind::Object(items), .. }] => self.object(items),
                [only] => {
                    let detail = "object needs its attributes in braces: object({name = string}).";
                    self.fail(detail, only.span)
                }
                _ => {
                    let at = args.get(1).map_or(parens, |extra| extra.span);
                    self.fail("object has one argument: the types of its attributes in braces.", at)
                }
            },
            "tuple" => match args {
                [Expr { kind: ExprKind::Tuple(items), .. }] => self.tuple(items),
                [only] => {
                    let detail = "tuple needs the types of its elements in brackets: tuple([string]).";
                    self.fail(detail, only.span)
                }
                _ => self.fail("tuple has one argument: the types of its elements in brackets.", parens),
            },
            "optional" => {
                let detail = "optional can only stand around the type of an attribute of an object.";
                self.fail(detail, Span { end: parens.start, ..expr.span })
            }
            _ => self.fail(format!("There is no constructor of types \"{name}\"."), expr.span),
        }
    }

    fn collection(&mut self, name: &str, element: &Expr) -> Constraint {
        let (ty, defaults) = self.nested(element);
        let ty = match name {
            "list" => Type::list(ty),
            "set" => Type::set(ty),
            _ => Type::map(ty),
        };
        let elements = if defaults.is_empty() { None } else { Some(Box::new(defaults)) };
        (ty, Defaults { elements, ..Defaults::default() })
    }

    fn tuple(&mut self, items: &[Expr]) -> Constraint {
        let mut types = Vec::new();
        let mut positions = BTreeMap::new();
        for (position, item) in items.iter().enumerate() {
            let (ty, defaults) = self.nested(item);
            types.push(ty);
            if !defaults.is_empty() {
                positions.insert(position, defaults);
            }
        }
        (Type::tuple(types), Defaults { positions, ..Defaults::default() })
    }

    fn object(&mut self, items: &[ObjectItem]) -> Constraint {
        let mut attributes = BTreeMap::new();
        let mut optional = BTreeSet::new();
        let mut defaults = Defaults::default();
        for item in items {
            let Some(name) = self.attribute_name(&item.key) else { continue };
            if attributes.contains_key(&name) {
                let at = crate::call::key_span(&item.key);
                self.fail(format!("An object has only one attribute \"{name}\"."), at);
                continue;
            }
            let value = match &item.value.kind {
                ExprKind::Call { name: called, args, .. } if &*called.text == "optional" => {
                    optional.insert(name.clone());
                    let parens = Span { start: called.span.end, ..item.value.span };
                    self.optional(&name, args, parens, &mut defaults)
                }
                _ => self.nested(&item.value),
            };
            if !value.1.is_empty() {
                defaults.attributes.insert(name.clone(), value.1);
            }
            attributes.insert(name, value.0);
        }
        (Type::Object(Arc::new(ObjectType { attributes, optional })), defaults)
    }

    fn attribute_name(&mut self, key: &ObjectKey) -> Option<Name> {
        match key {
            ObjectKey::Name(name) => Some(name.text.clone()),
            ObjectKey::Expr(expr) => {
                self.fail("The names of attributes are written as bare words.", expr.span);
                None
            }
        }
    }

    fn optional(&mut self, name: &Name, args: &[Expr], parens: Span, outer: &mut Defaults) -> Constraint {
        let (ty, default) = match args {
            [ty] => (ty, None),
            [ty, default] => (ty, Some(default)),
            [] => return self.fail("optional needs the type of the attribute.", parens),
            _ => return self.fail("optional has two arguments: the type and a default.", parens),
        };
        let (ty, inner) = self.nested(ty);
        if let Some(expr) = default {
            self.default(name, (&ty, &inner), expr, outer);
        }
        (ty, inner)
    }

    fn default(&mut self, name: &Name, of: (&Type, &Defaults), expr: &Expr, outer: &mut Defaults) {
        let at = self.at.unwrap_or(expr.span);
        let value = match self.report.constant(expr) {
            Ok(value) => value,
            Err(found) => {
                let place = self.at;
                self.report.load.extend(found.into_iter().map(|d| match place {
                    Some(at) => d.at(at),
                    None => d,
                }));
                return;
            }
        };
        match convert(&of.1.apply(&value), of.0) {
            Ok(value) => {
                outer.values.insert(name.clone(), value);
            }
            Err(error) => {
                let detail = format!("The default doesn't fit the type of the attribute: {error}.");
                self.report.error("Invalid default value for optional attribute", detail, at);
            }
        }
    }
}

/// A bare word; the literals are words here.
fn keyword(expr: &Expr) -> Option<Name> {
    match &expr.kind {
        ExprKind::Null => Some("null".into()),
        ExprKind::Bool(value) => Some(value.to_string().into()),
        _ => word(expr),
    }
}
