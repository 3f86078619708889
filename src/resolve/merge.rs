//! Override files: their blocks change the arguments of blocks in other files.

use crate::index::{Declared, Index};
use crate::report::Report;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;
use trueup_addr::{Mode, Name as AddrName, Resource as ResourceAddr};
use trueup_parse::BodySchema;
use trueup_parse::ast::{Block, Body, Name, Syntax};

/// The blocks that the language itself knows in blocks that can be overridden: JSON is read by them.
static KNOWN_BLOCKS: LazyLock<BodySchema> = LazyLock::new(|| {
    BodySchema::default()
        .block("lifecycle", &[])
        .block("connection", &[])
        .block("provisioner", &["type"])
        .block("validation", &[])
        .block("precondition", &[])
        .block("postcondition", &[])
        .block("dynamic", &["type"])
});

impl<'f> Index<'f> {
    /// Makes the change that a block of an override file says.
    pub(crate) fn change(&mut self, change: Declared<'f>, report: &mut Report<'_>) {
        match &*change.block.kind.text {
            "terraform" => self.terraform.push(change),
            "provider" => self.change_provider(change),
            "locals" => self.change_locals(&change, report),
            "resource" => self.change_resource(Mode::Managed, &change, report),
            "data" => self.change_resource(Mode::Data, &change, report),
            "ephemeral" => self.change_resource(Mode::Ephemeral, &change, report),
            "variable" => {
                let base = self.names.variables.get(&change.label(0).text).copied();
                let missing = ("Missing base variable declaration to override", "input variable");
                change_named(base.map(|at| &mut self.variables[at as usize]), &change, missing, report);
            }
            "output" => {
                let base = self.names.outputs.get(&change.label(0).text).copied();
                let missing = ("Missing base output definition to override", "output value");
                change_named(base.map(|at| &mut self.outputs[at as usize]), &change, missing, report);
            }
            "module" => {
                reject_depends_on(&change, report);
                let base = self.names.calls.get(&change.label(0).text).copied();
                let missing = ("Missing module call to override", "module block");
                change_named(base.map(|at| &mut self.calls[at as usize]), &change, missing, report);
            }
            "check" => reject(&change, "Can't override check blocks".into(), report),
            "import" => reject(&change, "Cannot override 'import' blocks".into(), report),
            kind => reject(&change, format!("Cannot override '{kind}' blocks"), report),
        }
    }

    /// A provider block changes the one of the same alias; without one it is added.
    fn change_provider(&mut self, change: Declared<'f>) {
        let alias = |declared: &Declared<'_>| {
            let alias = declared.block.body.attributes.iter().find(|a| &*a.name.text == "alias")?;
            crate::fixed::text(&alias.expr).map(Cow::into_owned)
        };
        let same = |base: &&mut Declared<'f>| {
            base.label(0).text == change.label(0).text && alias(base) == alias(&change)
        };
        match self.providers.iter_mut().find(same) {
            Some(base) => apply(base, &change),
            None => self.providers.push(change),
        }
    }

    fn change_locals(&mut self, change: &Declared<'f>, report: &mut Report<'_>) {
        let (attributes, found) = change.block.body.just_attributes();
        report.load.append(found);
        for attribute in attributes {
            if let Some(base) = self.names.locals.get(&attribute.name.text) {
                self.locals[*base as usize] = attribute.clone();
                continue;
            }
            let detail =
                format!("There is no local value \"{}\" that could be changed.", attribute.name.text);
            report.error("Missing base local value definition to override", detail, attribute.span);
        }
    }

    fn change_resource(&mut self, mode: Mode, change: &Declared<'f>, report: &mut Report<'_>) {
        reject_depends_on(change, report);
        let (kind, name) = (change.label(0).text.clone(), change.label(1).text.clone());
        let addr = ResourceAddr { mode, kind, name };
        if let Some(base) = self.names.resources.get(&addr) {
            apply(&mut self.resources[*base as usize].declared, change);
            return;
        }
        let summary = match mode {
            Mode::Managed => "Missing resource to override",
            Mode::Data => "Missing data resource to override",
            Mode::Ephemeral => "Missing ephemeral resource to override",
        };
        report.error(summary, format!("There is no {addr} that could be changed."), change.header());
    }
}

fn change_named(
    base: Option<&mut Declared<'_>>,
    change: &Declared<'_>,
    (summary, what): (&'static str, &str),
    report: &mut Report<'_>,
) {
    if let Some(base) = base {
        return apply(base, change);
    }
    let detail = format!("There is no {what} \"{}\" that could be changed.", change.label(0).text);
    report.error(summary, detail, change.header());
}

fn reject(change: &Declared<'_>, summary: String, report: &mut Report<'_>) {
    let detail = format!("A \"{}\" block can't stand in an override file.", change.block.kind.text);
    report.error(summary, detail, change.header());
}

fn reject_depends_on(change: &Declared<'_>, report: &mut Report<'_>) {
    let found = change.block.body.attributes.iter().find(|a| &*a.name.text == "depends_on");
    let Some(attribute) = found else { return };
    if let trueup_parse::ast::ExprKind::Tuple(items) = &attribute.expr.kind
        && let Some(first) = items.first()
    {
        let detail = "An override file can't change what something depends on.";
        report.error("Unsupported override", detail, first.span);
    }
}

/// Changes `base` as `change` says.
fn apply(base: &mut Declared<'_>, change: &Declared<'_>) {
    let mut overlay = change.block.body.clone();
    if base.json || change.json {
        base.block.to_mut().body = native(&base.block.body);
        overlay = native(&overlay);
    }
    base.json |= change.json;
    overlay_body(&mut base.block.to_mut().body, overlay);
}

/// Arguments replace those of the same name, nested blocks all those of the same type. What `lifecycle` holds is
/// changed argument by argument.
fn overlay_body(base: &mut Body, overlay: Body) {
    let mut replaced: BTreeSet<AddrName> = overlay.attributes.iter().map(|a| a.name.text.clone()).collect();
    replaced.extend(overlay.blocks.iter().map(block_type));
    if replaced.contains("count") || replaced.contains("for_each") {
        replaced.extend(["count".into(), "for_each".into()]);
    }
    let lifecycle = overlay.blocks.iter().find(|block| &*block.kind.text == "lifecycle").cloned();
    let merged = lifecycle.and_then(|changed| {
        let base = base.blocks.iter().find(|block| &*block.kind.text == "lifecycle")?;
        let mut merged = base.clone();
        overlay_body(&mut merged.body, changed.body);
        Some(merged)
    });
    base.attributes.retain(|attribute| !replaced.contains(&attribute.name.text));
    base.blocks.retain(|block| !replaced.contains(&block_type(block)));
    base.attributes.extend(overlay.attributes);
    for block in overlay.blocks {
        match &merged {
            Some(merged) if &*block.kind.text == "lifecycle" => base.blocks.push(merged.clone()),
            _ => base.blocks.push(block),
        }
    }
}

/// The type of the blocks that a block is or, if it is dynamic, makes.
fn block_type(block: &Block) -> AddrName {
    match block.labels.first() {
        Some(Name { text, .. }) if &*block.kind.text == "dynamic" => text.clone(),
        _ => block.kind.text.clone(),
    }
}

/// A body in the native form: of JSON, what the language itself calls blocks become blocks.
fn native(body: &Body) -> Body {
    if body.syntax == Syntax::Native {
        return body.clone();
    }
    let (content, rest, _) = body.partial_content(&KNOWN_BLOCKS);
    let blocks = content.blocks.into_iter().map(Cow::into_owned);
    let blocks = blocks.map(|block| Block { body: native(&block.body), ..block });
    Body { syntax: Syntax::Native, attributes: rest.attributes, blocks: blocks.collect(), ..*body }
}
