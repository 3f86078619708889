//! `provider` blocks.

use crate::index::Declared;
use crate::program::{ProviderConfig, ProviderRef, Settings};
use crate::scope::Scope;
use crate::unit::Unit;
use std::fmt;
use std::sync::LazyLock;
use trueup_addr::{Name, ProviderAddr};
use trueup_diag::Diagnostic;
use trueup_parse::BodySchema;

static PROVIDER: LazyLock<BodySchema> = LazyLock::new(|| {
    BodySchema::default()
        .optional("version")
        .optional("alias")
        .optional("count")
        .optional("depends_on")
        .optional("for_each")
        .optional("source")
        .block("_", &[])
        .block("lifecycle", &[])
        .block("locals", &[])
});
const RESERVED: [&str; 3] = ["count", "depends_on", "source"];

/// `aws` or `aws.west`
impl fmt::Display for ProviderRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match &self.alias {
            Some(alias) => write!(f, ".{alias}"),
            None => Ok(()),
        }
    }
}

/// What a local name of a provider means in a module.
pub fn provider_of(settings: &Settings, local: &str) -> ProviderAddr {
    match settings.providers.get(local) {
        Some(requirement) => requirement.provider.clone(),
        None if local == "terraform" => ProviderAddr::builtin(),
        None => ProviderAddr::official(local),
    }
}

/// Whether a word can be the local name of a provider.
fn is_provider_name(name: &str) -> bool {
    let allowed = |c: char| c == '-' || (c.is_alphanumeric() && !c.is_uppercase());
    !name.is_empty() && name.chars().all(allowed) && !name.starts_with('-') && !name.ends_with('-')
}

impl Unit<'_, '_> {
    pub(crate) fn provider_config(&mut self, declared: &Declared<'_>) -> ProviderConfig {
        let label = declared.label(0);
        if !is_provider_name(&label.text) {
            let detail = format!("\"{}\" can't be the name of a provider.", label.text);
            self.report.error("Invalid provider local name", detail, declared.header());
        }
        let (content, mut rest) = self.partial_content(&declared.block.body, &PROVIDER);
        for name in RESERVED {
            if let Some(attribute) = content.attribute(name) {
                let detail = format!("\"{name}\" is kept for a later version of the language.");
                self.report.error("Reserved argument name in provider block", detail, attribute.name.span);
            }
        }
        self.reserved_blocks(&content, &["lifecycle", "locals"], "provider");
        if let Some(escaping) = self.only_one(&content, "_", "provider") {
            rest.attributes.extend(escaping.body.attributes.iter().cloned());
            rest.blocks.extend(escaping.body.blocks.iter().cloned());
        }
        let alias = content.attribute("alias").and_then(|attribute| {
            let text = self.report.fixed_text(&attribute.expr).unwrap_or_default();
            if trueup_parse::is_identifier(&text) {
                return Some(Name::from(text));
            }
            let detail = "An alias is a name: a letter or underscore, and letters, digits, underscores and dashes behind it.";
            self.report.error("Invalid provider configuration alias", detail, attribute.expr.span);
            None
        });
        let for_each = content.attribute("for_each").and_then(|attribute| {
            if alias.is_none() {
                let detail = "Several configurations are told apart by a key behind their alias, so there must be one.";
                let error = Diagnostic::error("Alias required when using \"for_each\"", detail);
                let hint = "Add one, such as alias = \"by_region\", and refer to NAME.by_region[KEY].";
                self.report.load.push(error.at(attribute.name.span).hint(hint));
                return None;
            }
            Some(self.known_early(&attribute.expr, Scope { repetition: true, ..Scope::default() }))
        });
        let scope = Scope { each: for_each.is_some(), ..Scope::default() };
        let version = content.attribute("version").and_then(|attribute| {
            let text = self.report.fixed_text(&attribute.expr)?;
            let warning = Diagnostic::warning(
                "Version constraints inside provider configuration blocks are deprecated",
                "A provider's version is no business of one of its configurations.",
            );
            let hint = "Move the version to the provider's entry in required_providers.";
            self.report.load.push(warning.at(attribute.expr.span).hint(hint));
            self.report.check_constraint(&text, attribute.expr.span).then_some(text)
        });
        ProviderConfig {
            name: ProviderRef { name: label.text.clone(), alias },
            provider: provider_of(self.world.settings, &label.text),
            version,
            for_each,
            body: self.body(&rest, declared.json, scope),
            mocked: false,
            span: declared.header(),
        }
    }

    /// Reports configurations of the same provider and alias.
    pub(crate) fn check_duplicate_providers(&mut self, configs: &[ProviderConfig]) {
        let mut seen = std::collections::BTreeMap::new();
        for config in configs {
            let Some(first) = seen.insert(config.name.clone(), config.span) else { continue };
            let place = self.report.place(first);
            let detail = format!("The provider \"{}\" is configured already, in {place}.", config.name);
            let error = Diagnostic::error("Duplicate provider configuration", detail).at(config.span);
            let hint = "Give each further configuration of the same provider an alias of its own.";
            self.report.load.push(error.hint(hint));
        }
    }
}
