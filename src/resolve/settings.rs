//! `terraform` blocks.

use crate::body::opening;
use crate::expr::Body;
use crate::index::Declared;
use crate::program::{Backend, ProviderRef, ProviderRequirement, Settings};
use crate::report::Report;
use crate::unit::Unit;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use trueup_addr::Name;
use trueup_diag::{Diagnostic, Diagnostics, Span};
use trueup_parse::BodySchema;
use trueup_parse::ast::{Attribute, Block, ExprKind};

static TERRAFORM: LazyLock<BodySchema> = LazyLock::new(|| {
    BodySchema::default()
        .optional("required_version")
        .optional("experiments")
        .optional("language")
        .block("backend", &["type"])
        .block("cloud", &[])
        .block("required_providers", &[])
        .block("provider_meta", &["provider"])
});

/// What is read of the `terraform` blocks before it is put together.
#[derive(Default)]
struct Found<'b> {
    settings: Settings,
    /// What the backend's settings are written in: compiled when every name of the module is known.
    backend: Option<&'b Declared<'b>>,
    cloud: Option<Span>,
    required: Option<Span>,
    metas: BTreeMap<Name, Span>,
}

/// All `terraform` blocks of a module, those of override files last, and the one that the backend stands in: its body
/// is still to be compiled.
pub(crate) fn settings<'b>(
    blocks: &'b [Declared<'b>],
    report: &mut Report<'_>,
) -> (Settings, Option<&'b Declared<'b>>) {
    let mut found = Found::default();
    for declared in blocks {
        found.block(declared, report);
    }
    if let (Some(cloud), Some(backend)) = (found.cloud, &found.settings.backend) {
        let place = report.place(cloud);
        let detail =
            format!("State is kept in one place: either in this backend or in the cloud of {place}.");
        report.error("Both a backend and cloud configuration are present", detail, backend.span);
    }
    (found.settings, found.backend)
}

impl Unit<'_, '_> {
    /// The content of the backend block within a `terraform` block.
    pub(crate) fn backend(&mut self, backend: &mut Backend, declared: &Declared<'_>) {
        // What is wrong with the block itself was reported when it was read.
        let (content, _) = declared.block.body.content(&TERRAFORM);
        if let Some(block) = content.blocks("backend").find(|block| block.header_span == backend.span) {
            (backend.body, backend.problems) = self.early_body(&block.body, declared.json);
        }
    }
}

impl<'b> Found<'b> {
    fn block(&mut self, declared: &'b Declared<'b>, report: &mut Report<'_>) {
        let (content, found) = declared.block.body.content(&TERRAFORM);
        report.load.append(found);
        if let Some(attribute) = content.attribute("required_version") {
            if declared.overriding {
                self.settings.required_versions.clear();
            }
            self.required_version(attribute, report);
        }
        if let Some(attribute) = content.attribute("language") {
            language(attribute, report);
        }
        if let Some(attribute) = content.attribute("experiments") {
            let detail = "There are no experiments of the language in this version.";
            report.error("Module uses experimental features", detail, attribute.name.span);
        }
        for block in content.blocks("backend") {
            self.backend(block, declared, report);
        }
        for block in content.blocks("cloud") {
            if declared.overriding {
                self.settings.backend = None;
            }
            self.cloud = Some(block.header_span);
            self.settings.unsupported.push(("cloud".into(), block.header_span));
        }
        for block in content.blocks("required_providers") {
            self.required_providers(block, declared, report);
        }
        for block in content.blocks("provider_meta") {
            self.provider_meta(block, report);
        }
    }

    fn required_version(&mut self, attribute: &Attribute, report: &mut Report<'_>) {
        let text = match report.constant(&attribute.expr) {
            Ok(value) => trueup_value::convert(&value, &trueup_value::Type::String),
            Err(found) => return report.load.append(found),
        };
        let Some(text) = text.ok().as_ref().and_then(trueup_value::Value::as_str).map(str::to_owned) else {
            return report.error(
                "Invalid version constraint",
                "A string is needed here.",
                attribute.expr.span,
            );
        };
        if report.check_constraint(&text, attribute.expr.span) {
            self.settings.required_versions.push((text, attribute.span));
        }
    }

    fn backend(&mut self, block: &Block, declared: &'b Declared<'b>, report: &mut Report<'_>) {
        if declared.overriding {
            self.cloud = None;
        } else if let Some(first) = &self.settings.backend {
            let place = report.place(first.span);
            let detail =
                format!("State is kept in one place, and a backend is configured already, in {place}.");
            report.error("Duplicate backend configuration", detail, block.header_span);
            return;
        }
        let span = block.body.span;
        let body = Body {
            attributes: Vec::new(),
            blocks: Vec::new(),
            json: declared.json,
            span,
            end_span: opening(&block.body),
        };
        let kind = block.labels[0].text.clone();
        let problems = Diagnostics::new();
        self.settings.backend = Some(Backend { kind, body, problems, span: block.header_span });
        self.backend = Some(declared);
    }

    fn provider_meta(&mut self, block: &Block, report: &mut Report<'_>) {
        let name = block.labels[0].text.clone();
        if let Some(first) = self.metas.get(&name) {
            let place = report.place(*first);
            let detail = format!("There is a provider_meta block for \"{name}\" already, in {place}.");
            report.error("Duplicate provider_meta block", detail, block.header_span);
            return;
        }
        self.metas.insert(name, block.header_span);
        let (attributes, found) = block.body.just_attributes();
        report.load.append(found);
        for attribute in attributes {
            if let Err(found) = report.constant(&attribute.expr) {
                report.load.append(found);
            }
        }
        self.settings.unsupported.push(("provider_meta".into(), block.header_span));
    }

    fn required_providers(&mut self, block: &Block, declared: &Declared<'_>, report: &mut Report<'_>) {
        if let (Some(first), false) = (self.required, declared.overriding) {
            let place = report.place(first);
            let detail = format!("A module has one required_providers block, and it stands in {place}.");
            report.error("Duplicate required providers configuration", detail, block.header_span);
            return;
        }
        if !declared.overriding {
            self.required = Some(block.header_span);
        }
        let (attributes, found) = block.body.just_attributes();
        report.load.append(found);
        for attribute in attributes {
            if let Some(requirement) = report.requirement(attribute, declared.json) {
                self.add_requirement(attribute, requirement, report);
            }
        }
    }

    fn add_requirement(&mut self, attribute: &Attribute, new: ProviderRequirement, report: &mut Report<'_>) {
        let name = &attribute.name.text;
        let same =
            |known: &(&Name, &ProviderRequirement)| known.1.provider == new.provider && known.0 != name;
        if let Some((first, _)) = self.settings.providers.iter().find(same) {
            let detail = format!("{} is required as \"{first}\" already.", new.provider.short());
            let warning = Diagnostic::warning("Duplicate required provider", detail);
            report.references.push(warning.at(attribute.expr.span));
        }
        self.settings.providers.insert(name.clone(), new);
    }
}

/// `language`: there is one edition so far.
fn language(attribute: &Attribute, report: &mut Report<'_>) {
    let at = attribute.expr.span;
    let word = match &attribute.expr.kind {
        ExprKind::Null => Some("null".into()),
        _ => crate::fixed::word(&attribute.expr),
    };
    match word {
        Some(word) if &*word == "TF2021" => {}
        Some(word) => {
            let detail = format!("There is no edition {word} of the language; the only one is TF2021.");
            report.error("Unsupported language edition", detail, at);
        }
        None => {
            let detail = "The edition of the language is a word without quotes, and the only one is TF2021.";
            report.error("Invalid language edition", detail, at);
        }
    }
}

/// The configurations that an entry of `required_providers` declares to be given by the calling module.
pub(crate) fn aliases(
    expr: &trueup_parse::ast::Expr,
    name: &Name,
    json: bool,
    report: &mut Report<'_>,
) -> Vec<ProviderRef> {
    let mut out = Vec::new();
    for item in report.fixed_list(expr) {
        let found = if json { report.traversal(item, true) } else { report.traversal_of(item) };
        let Some(found) = found else { continue };
        if found.root != *name {
            let detail = format!(
                "Each alias starts with the provider's name \"{name}\", this one with \"{}\".",
                found.root
            );
            report.error("Invalid configuration_aliases value", detail, expr.span);
            continue;
        }
        match found.steps.as_slice() {
            // The configuration without an alias is given anyway.
            [] => {}
            [(trueup_value::PathStep::Attribute(alias), _)] => {
                out.push(ProviderRef { name: found.root, alias: Some(alias.clone()) });
            }
            _ => {
                let detail = "A single reference is needed here: the provider's name, a dot and the alias.";
                report.error("Invalid expression", detail, item.span);
            }
        }
    }
    out
}
