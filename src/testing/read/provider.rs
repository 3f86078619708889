//! `provider` blocks.

use super::Reader;
use crate::file::{ProviderKind, TestFile, TestProvider};
use std::sync::LazyLock;
use trueup_diag::Span;
use trueup_parse::BodySchema;
use trueup_parse::ast::Block;
use trueup_resolve::program::ProviderRef;
use trueup_value::Name;

static PROVIDER: LazyLock<BodySchema> =
    LazyLock::new(|| BodySchema::default().optional("version").optional("alias"));

impl Reader<'_> {
    pub(crate) fn provider(&mut self, block: &Block) -> Option<TestProvider> {
        let (content, rest, found) = block.body.partial_content(&PROVIDER);
        self.diagnostics.append(found);
        let alias = match content.attribute("alias") {
            Some(attribute) => Some(Name::from(self.string(&attribute.expr)?)),
            None => None,
        };
        let name = ProviderRef { name: block.labels[0].text.clone(), alias };
        Some(TestProvider { name, kind: ProviderKind::Real(Box::new(rest)), span: block.header_span })
    }

    /// Every configuration stands in the file once.
    pub(super) fn check_providers(&mut self, file: &TestFile) {
        for (at, provider) in file.providers.iter().enumerate() {
            if let Some(first) = file.providers[..at].iter().find(|known| known.name == provider.name) {
                self.duplicate_provider(&provider.name, first.span, provider.span);
            }
        }
    }

    fn duplicate_provider(&mut self, name: &ProviderRef, first: Span, at: Span) {
        let detail = format!("A provider for {name} stands in this file already, in {}.", self.place(first));
        self.fail("Duplicate provider block", detail, at);
    }
}
