//! What a body holds, held against what it may hold.

use crate::ast::{Attribute, Block, Body, Syntax};
use crate::json_content;
use crate::similar::nearest;
use std::borrow::Cow;
use std::collections::BTreeSet;
use trueup_diag::{Diagnostic, Diagnostics, Span};

/// An argument that a body may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeSchema {
    /// Its name.
    pub name: Cow<'static, str>,
    /// Whether it must be there.
    pub required: bool,
}

/// A type of block that a body may have, any number of times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockSchema {
    /// The block type.
    pub kind: Cow<'static, str>,
    /// What its labels are called, such as "type" and "name"; as many must be given.
    pub labels: Vec<&'static str>,
}

/// What a body may hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BodySchema {
    /// Arguments.
    pub attributes: Vec<AttributeSchema>,
    /// Blocks.
    pub blocks: Vec<BlockSchema>,
}

impl BodySchema {
    /// Adds an argument that may be left out.
    pub fn optional(mut self, name: impl Into<Cow<'static, str>>) -> BodySchema {
        self.attributes.push(AttributeSchema { name: name.into(), required: false });
        self
    }

    /// Adds an argument that must be there.
    pub fn required(mut self, name: impl Into<Cow<'static, str>>) -> BodySchema {
        self.attributes.push(AttributeSchema { name: name.into(), required: true });
        self
    }

    /// Adds a block type with the names of its labels.
    pub fn block(mut self, kind: impl Into<Cow<'static, str>>, labels: &[&'static str]) -> BodySchema {
        self.blocks.push(BlockSchema { kind: kind.into(), labels: labels.to_vec() });
        self
    }

    pub(crate) fn attribute_names(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|attribute| &*attribute.name)
    }

    pub(crate) fn block_kinds(&self) -> impl Iterator<Item = &str> {
        self.blocks.iter().map(|block| &*block.kind)
    }

    pub(crate) fn block_schema(&self, kind: &str) -> Option<&BlockSchema> {
        self.blocks.iter().find(|block| block.kind == kind)
    }

    fn has_attribute(&self, name: &str) -> bool {
        self.attribute_names().any(|known| known == name)
    }
}

/// The part of a body that a schema knows, in source order.
#[derive(Clone, Debug, Default)]
pub struct Content<'b> {
    /// Arguments, each at most once.
    pub attributes: Vec<Cow<'b, Attribute>>,
    /// Blocks with as many labels as the schema says.
    pub blocks: Vec<Cow<'b, Block>>,
}

impl Content<'_> {
    /// The argument of this name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().map(AsRef::as_ref).find(|attribute| &*attribute.name.text == name)
    }

    /// The blocks of this type.
    pub fn blocks<'s>(&'s self, kind: &'s str) -> impl Iterator<Item = &'s Block> {
        self.blocks.iter().map(AsRef::as_ref).filter(move |block| &*block.kind.text == kind)
    }
}

impl Body {
    /// The arguments and blocks that `schema` names. Anything else in the body, a required argument that is missing,
    /// and a wrong number of labels are errors; what could be read is given all the same.
    pub fn content(&self, schema: &BodySchema) -> (Content<'_>, Diagnostics) {
        let (content, rest, mut diagnostics) = self.partial_content(schema);
        match self.syntax {
            Syntax::Native => unsupported(&rest, schema, &mut diagnostics),
            Syntax::Json => json_content::extraneous(&rest, schema, &mut diagnostics),
        }
        (content, diagnostics)
    }

    /// The arguments and blocks that `schema` names, and a body with the others, for another schema to read.
    pub fn partial_content(&self, schema: &BodySchema) -> (Content<'_>, Body, Diagnostics) {
        let (content, rest, mut diagnostics) = match self.syntax {
            Syntax::Native => self.native_content(schema),
            Syntax::Json => json_content::partial(self, schema),
        };
        let present: BTreeSet<&str> = content.attributes.iter().map(|a| &*a.name.text).collect();
        for wanted in schema.attributes.iter().filter(|wanted| wanted.required) {
            if !present.contains(&*wanted.name) {
                diagnostics.push(missing_argument(&wanted.name, self.missing_span()));
            }
        }
        (content, rest, diagnostics)
    }

    /// Every argument of a body that holds nothing else, such as `locals`; blocks are errors.
    pub fn just_attributes(&self) -> (Vec<&Attribute>, Diagnostics) {
        if self.syntax == Syntax::Json {
            return json_content::just_attributes(self);
        }
        let mut diagnostics = Diagnostics::new();
        if let Some(block) = self.blocks.first() {
            let summary = format!("Unexpected \"{}\" block", block.kind.text);
            let at = block.header_span;
            diagnostics.push(Diagnostic::error(summary, "Only arguments can stand here, not blocks.").at(at));
        }
        (self.attributes.iter().collect(), diagnostics)
    }

    /// Where to point when something is missing: the opening brace, as Terraform does.
    fn missing_span(&self) -> Span {
        let start = self.span.at_start();
        if self.span.start == self.span.end { start } else { Span { end: start.end + 1, ..start } }
    }

    fn native_content(&self, schema: &BodySchema) -> (Content<'_>, Body, Diagnostics) {
        let mut content = Content::default();
        let mut diagnostics = Diagnostics::new();
        let mut rest = Body { attributes: Vec::new(), blocks: Vec::new(), ..*self };
        for attribute in &self.attributes {
            if schema.has_attribute(&attribute.name.text) {
                content.attributes.push(Cow::Borrowed(attribute));
            } else {
                rest.attributes.push(attribute.clone());
            }
        }
        for block in &self.blocks {
            match schema.block_schema(&block.kind.text) {
                None => rest.blocks.push(block.clone()),
                Some(wanted) => match check_labels(block, wanted) {
                    Some(error) => diagnostics.push(error),
                    None => content.blocks.push(Cow::Borrowed(block)),
                },
            }
        }
        (content, rest, diagnostics)
    }
}

fn check_labels(block: &Block, wanted: &BlockSchema) -> Option<Diagnostic> {
    let kind = &block.kind.text;
    if let Some(extra) = block.labels.get(wanted.labels.len()) {
        let detail = match wanted.labels.as_slice() {
            [] => format!("A \"{kind}\" block has no labels."),
            [one] => format!("A \"{kind}\" block has one label, its {one}."),
            names => format!("A \"{kind}\" block has {} labels: {}.", names.len(), names.join(", ")),
        };
        let error = Diagnostic::error(format!("Extraneous label for {kind}"), detail);
        return Some(error.at(extra.span).within(block.header_span));
    }
    let missing = wanted.labels.get(block.labels.len())?;
    let detail = match wanted.labels.as_slice() {
        [one] => format!("A \"{kind}\" block needs its {one} as a label in quotes."),
        names => format!("A \"{kind}\" block needs {} labels in quotes: {}.", names.len(), names.join(", ")),
    };
    let error = Diagnostic::error(format!("Missing {missing} for {kind}"), detail);
    Some(error.at(block.body.missing_span()).within(block.header_span))
}

fn missing_argument(name: &str, at: Span) -> Diagnostic {
    let detail = format!("The argument \"{name}\" must be set here, but is not.");
    Diagnostic::error("Missing required argument", detail).at(at)
}

/// Reports everything in `rest`, which no schema knows.
fn unsupported(rest: &Body, schema: &BodySchema, diagnostics: &mut Diagnostics) {
    for attribute in &rest.attributes {
        let name = &*attribute.name.text;
        let detail = format!("There is no argument \"{name}\" here.");
        let hint = match nearest(name, schema.attribute_names()) {
            _ if schema.block_schema(name).is_some() => {
                Some(format!("\"{name}\" is a block: write it without the equals sign."))
            }
            near => near.map(|near| format!("Did you mean \"{near}\"?")),
        };
        diagnostics
            .push(hinted(Diagnostic::error("Unsupported argument", detail).at(attribute.name.span), hint));
    }
    for block in &rest.blocks {
        let kind = &*block.kind.text;
        let detail = format!("There are no blocks of type \"{kind}\" here.");
        let hint = if schema.has_attribute(kind) {
            Some(format!("\"{kind}\" is an argument: set it with an equals sign."))
        } else {
            nearest(kind, schema.block_kinds()).map(|near| format!("Did you mean \"{near}\"?"))
        };
        diagnostics
            .push(hinted(Diagnostic::error("Unsupported block type", detail).at(block.kind.span), hint));
    }
}

pub(crate) fn hinted(error: Diagnostic, hint: Option<String>) -> Diagnostic {
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}
