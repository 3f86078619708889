//! `check` blocks.

use crate::index::{Declared, Index, slot};
use crate::program::CheckBlock;
use crate::scope::Scope;
use crate::unit::Unit;
use std::sync::LazyLock;
use trueup_parse::BodySchema;
use trueup_parse::ast::Block;

static CHECK: LazyLock<BodySchema> =
    LazyLock::new(|| BodySchema::default().block("data", &["type", "name"]).block("assert", &[]));

impl Unit<'_, '_> {
    pub(crate) fn check(&mut self, at: usize, declared: &Declared<'_>, index: &Index<'_>) -> CheckBlock {
        let content = self.content(&declared.block.body, &CHECK);
        let mut data = content.blocks("data");
        if let (Some(first), Some(second)) = (data.next(), data.next()) {
            let place = self.report.place(first.header_span);
            let detail = format!("This check block has a data source already, in {place}.");
            self.report.error("Multiple data resource blocks", detail, second.header_span);
        }
        let own = slot(at);
        let scope = Scope { check: Some(own), ..Scope::default() };
        let asserts: Vec<&Block> = content.blocks("assert").collect();
        let asserts: Vec<_> =
            asserts.into_iter().filter_map(|block| self.condition(block, "assert", scope)).collect();
        if asserts.is_empty() {
            let detail = "A check block needs at least one \"assert\" block.";
            self.report.error("Zero assert blocks", detail, declared.header());
        }
        CheckBlock {
            name: declared.label(0).text.clone(),
            data: index.check_data.get(&own).copied(),
            asserts,
            span: declared.header(),
        }
    }
}
