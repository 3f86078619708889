//! `variable`, `locals` and `output` blocks.

use crate::Reference;
use crate::index::{Declared, slot};
use crate::program::{Condition, Local, Output, Variable};
use crate::scope::Scope;
use crate::unit::{NO_REFERENCE, Part, Unit};
use std::sync::{Arc, LazyLock};
use trueup_diag::Diagnostic;
use trueup_parse::ast::{Attribute, Block};
use trueup_parse::{BodySchema, Content};
use trueup_value::{Defaults, Type, Value, convert};

static VARIABLE: LazyLock<BodySchema> = LazyLock::new(|| {
    BodySchema::default()
        .optional("description")
        .optional("default")
        .optional("type")
        .optional("sensitive")
        .optional("ephemeral")
        .optional("nullable")
        .optional("const")
        .optional("deprecated")
        .block("validation", &[])
});
static OUTPUT: LazyLock<BodySchema> = LazyLock::new(|| {
    BodySchema::default()
        .optional("description")
        .required("value")
        .optional("depends_on")
        .optional("sensitive")
        .optional("ephemeral")
        .optional("deprecated")
        .block("precondition", &[])
        .block("postcondition", &[])
});

/// Names that mean something else in the module block that would set them.
const RESERVED: [&str; 8] =
    ["source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"];

impl Unit<'_, '_> {
    pub(crate) fn variable(&mut self, at: usize, declared: &Declared<'_>) -> Variable {
        let label = declared.label(0);
        if RESERVED.contains(&&*label.text) {
            let detail = format!(
                "\"{}\" has a meaning of its own in module blocks, where the variable is set.",
                label.text
            );
            self.report.error("Invalid variable name", detail, label.span);
        }
        let content = self.content(&declared.block.body, &VARIABLE);
        let written = content.attribute("type");
        let before = self.report.load.len();
        let (ty, defaults) = match written {
            Some(attribute) => self.report.constraint(&attribute.expr, declared.json),
            None => (Type::Dynamic, Defaults::default()),
        };
        // A type that can't be read is none that a default could miss.
        let broken = self.report.load.len() > before;
        let (ty, defaults) = if broken { (Type::Dynamic, Defaults::default()) } else { (ty, defaults) };
        let nullable = self.flag(&content, "nullable").unwrap_or(true);
        let default = content.attribute("default");
        let default = default.and_then(|attribute| self.default(attribute, (&ty, &defaults), nullable));
        let sensitive = self.flag(&content, "sensitive").unwrap_or(false);
        let ephemeral = self.flag(&content, "ephemeral").unwrap_or(false);
        let constant = self.flag(&content, "const");
        self.check_constant(constant, &content, (sensitive, ephemeral));
        let deprecated = self.deprecated(&content);
        let description = self.description(&content);
        let validations: Vec<&Block> = content.blocks("validation").collect();
        let validations =
            validations.into_iter().filter_map(|block| self.validation(block, at, &label.text)).collect();
        Variable {
            name: label.text.clone(),
            ty,
            typed: written.is_some(),
            defaults: if defaults.is_empty() { None } else { Some(defaults) },
            default,
            nullable,
            sensitive,
            ephemeral,
            constant,
            deprecated,
            description,
            validations,
            span: declared.header(),
        }
    }

    fn flag(&mut self, content: &Content<'_>, name: &str) -> Option<bool> {
        let attribute = content.attribute(name)?;
        self.report.fixed_bool(&attribute.expr)
    }

    fn description(&mut self, content: &Content<'_>) -> Arc<str> {
        let text = content.attribute("description").and_then(|found| self.report.fixed_text(&found.expr));
        Arc::from(text.unwrap_or_default())
    }

    /// What is constant is written down, which secrets and what passes can't be.
    fn check_constant(
        &mut self,
        constant: Option<bool>,
        content: &Content<'_>,
        (sensitive, ephemeral): (bool, bool),
    ) {
        let word = match (sensitive, ephemeral) {
            (true, _) => "sensitive",
            (_, true) => "ephemeral",
            _ => return,
        };
        if let (Some(true), Some(attribute)) = (constant, content.attribute("const")) {
            let detail = format!(
                "A variable with const = true may decide where modules come from, which is written down: it can't be {word}."
            );
            self.report.error("Invalid variable configuration", detail, attribute.name.span);
        }
    }

    fn deprecated(&mut self, content: &Content<'_>) -> Arc<str> {
        let Some(attribute) = content.attribute("deprecated") else { return Arc::from("") };
        let text = self.report.fixed_text(&attribute.expr).unwrap_or_default();
        if text.trim().is_empty() {
            let detail = "It says what to do in place of using this: an empty text doesn't.";
            let warning = Diagnostic::warning("Invalid `deprecated` value", detail);
            self.report.load.push(warning.at(attribute.expr.span));
        }
        Arc::from(text)
    }

    fn default(&mut self, attribute: &Attribute, of: (&Type, &Defaults), nullable: bool) -> Option<Value> {
        let at = attribute.expr.span;
        let value = match self.report.constant(&attribute.expr) {
            Ok(value) => value,
            Err(found) => {
                self.report.load.append(found);
                return None;
            }
        };
        if value.is_null() && !nullable {
            let detail =
                "The variable can't be null, since it has nullable = false, and so its default can't be.";
            self.report.error("Invalid default value for variable", detail, at);
            return None;
        }
        match convert(&of.1.apply(&value), of.0) {
            Ok(value) => Some(value),
            Err(error) => {
                let detail = format!("The default doesn't fit the type of the variable: {error}.");
                self.report.error("Invalid default value for variable", detail, at);
                None
            }
        }
    }

    fn validation(&mut self, block: &Block, at: usize, name: &str) -> Option<Condition> {
        let judged = self.condition_and_references(block, Scope::default())?;
        let (span, references) = (judged.condition.span, &judged.references);
        if references.is_empty() {
            self.report.error("Invalid validation expression", NO_REFERENCE, span);
        }
        if !references.contains(&Some(Reference::Variable(slot(at)))) {
            let detail = format!("The condition doesn't refer to var.{name}, and so it doesn't check it.");
            self.report.error("Invalid variable validation condition", detail, span);
            return None;
        }
        judged.finished()
    }

    pub(crate) fn local(&mut self, attribute: &Attribute) -> Local {
        let own = self.world.names.locals.get(&attribute.name.text).copied();
        Local {
            name: attribute.name.text.clone(),
            expr: self.expression(&attribute.expr, Scope { local: own, ..Scope::default() }),
            span: attribute.span,
        }
    }

    pub(crate) fn output(&mut self, declared: &Declared<'_>) -> Output {
        let content = self.content(&declared.block.body, &OUTPUT);
        let scope = Scope::default();
        let expr = match content.attribute("value") {
            Some(attribute) => self.expression(&attribute.expr, scope),
            None => crate::Expr { kind: crate::ExprKind::Error, span: declared.header() },
        };
        let part = Part { block: &declared.block, json: declared.json };
        let preconditions: Vec<&Block> = content.blocks("precondition").collect();
        for block in content.blocks("postcondition") {
            let detail = "An output value has no object of its own that could be judged afterwards: it has preconditions.";
            self.report.error("Postconditions are not allowed", detail, block.header_span);
        }
        let before = self.report.references.len();
        let preconditions = preconditions
            .into_iter()
            .filter_map(|block| self.condition(block, "precondition", scope))
            .collect();
        self.without_itself(before);
        Output {
            name: declared.label(0).text.clone(),
            expr,
            sensitive: self.flag(&content, "sensitive").unwrap_or(false),
            ephemeral: self.flag(&content, "ephemeral").unwrap_or(false),
            deprecated: self.deprecated(&content),
            description: self.description(&content),
            depends_on: self.depends_on(&content, part, scope),
            preconditions,
            span: declared.header(),
        }
    }

    /// Reports every block behind the first of its kind.
    pub(crate) fn only_one<'c>(
        &mut self,
        content: &'c Content<'_>,
        kind: &'static str,
        owner: &str,
    ) -> Option<&'c Block> {
        let mut found = content.blocks(kind);
        let first = found.next()?;
        for extra in found {
            let place = self.report.place(first.header_span);
            let detail = format!("This {owner} has a {kind} block already, in {place}.");
            let error = Diagnostic::error(format!("Duplicate {kind} block"), detail);
            self.report.load.push(error.at(extra.header_span));
        }
        Some(first)
    }

    /// Reports blocks whose types are kept for later versions of the language.
    pub(crate) fn reserved_blocks(&mut self, content: &Content<'_>, kinds: &[&str], owner: &str) {
        let reserved = content.blocks.iter().filter(|block| kinds.contains(&&*block.kind.text));
        for block in reserved {
            let summary = format!("Reserved block type name in {owner} block");
            let detail = format!("\"{}\" is kept for a later version of the language.", block.kind.text);
            self.report.error(summary, detail, block.kind.span);
        }
    }
}
