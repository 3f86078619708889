//! `resource`, `data` and `ephemeral` blocks.

use crate::index::{DeclaredResource, slot};
use crate::program::{ProviderRef, Provisioner, Repetition, Resource};
use crate::scope::Scope;
use crate::unit::{Part, Unit};
use std::sync::LazyLock;
use trueup_addr::{Mode, Name};
use trueup_parse::ast::{self, Block};
use trueup_parse::{BodySchema, Content};

/// What every kind of resource has.
fn common() -> BodySchema {
    BodySchema::default()
        .optional("count")
        .optional("for_each")
        .optional("provider")
        .optional("depends_on")
        .block("lifecycle", &[])
        .block("locals", &[])
        .block("_", &[])
}

static MANAGED: LazyLock<BodySchema> =
    LazyLock::new(|| common().block("connection", &[]).block("provisioner", &["type"]));
static OTHER: LazyLock<BodySchema> = LazyLock::new(common);
static PROVISIONER: LazyLock<BodySchema> = LazyLock::new(|| {
    BodySchema::default()
        .optional("when")
        .optional("on_failure")
        .block("connection", &[])
        .block("lifecycle", &[])
        .block("_", &[])
});

/// Provisioners that Terraform had and dropped.
const REMOVED: [&str; 4] = ["chef", "habitat", "puppet", "salt-masterless"];

/// What a repetition lets expressions refer to.
pub(crate) fn repeated(repetition: Option<&Repetition>) -> Scope {
    Scope {
        count: matches!(repetition, Some(Repetition::Count(_))),
        each: matches!(repetition, Some(Repetition::ForEach(_))),
        ..Scope::default()
    }
}

/// The provider of a resource that doesn't say one: the first word of its type.
pub(crate) fn implied_provider(kind: &str) -> Name {
    Name::from(kind.split('_').next().unwrap_or(kind))
}

impl Unit<'_, '_> {
    pub(crate) fn resource(&mut self, at: usize, resource: &DeclaredResource<'_>) -> Resource {
        let declared = &resource.declared;
        let addr = resource.addr.clone();
        let managed = addr.mode == Mode::Managed;
        let schema = if managed { &MANAGED } else { &OTHER };
        let (content, mut rest) = self.partial_content(&declared.block.body, schema);
        self.reserved_blocks(&content, &["locals"], &declared.block.kind.text);
        self.unescape(&content, &mut rest);
        let part = Part { block: &declared.block, json: declared.json };
        if resource.check.is_some() {
            self.scoped_data(&content);
        }
        let owner = Some(slot(at));
        let repetition = self.repetition(&content, owner);
        let own = Scope { check: resource.check, ..repeated(repetition.as_ref()) };
        let (provider, provider_key) = content
            .attribute("provider")
            .and_then(|provider| self.provider_with_key(&provider.expr, ("provider", declared.json), own))
            .unwrap_or_else(|| (ProviderRef { name: implied_provider(&addr.kind), alias: None }, None));
        let provisioned = Scope { itself: true, ..own };
        let connection = self.only_one(&content, "connection", "resource");
        let connection = connection.map(|block| self.body(&block.body, declared.json, provisioned));
        let provisioners: Vec<&Block> = content.blocks("provisioner").collect();
        Resource {
            provider,
            provider_key,
            repetition,
            body: self.body(&rest, declared.json, Scope { owner, ..own }),
            depends_on: self.depends_on(
                &content,
                part,
                Scope { owner, check: resource.check, ..Scope::default() },
            ),
            lifecycle: self.lifecycle(&content, &addr, (owner, own), declared.json),
            provisioners: provisioners
                .into_iter()
                .filter_map(|block| self.provisioner(Part { block, json: declared.json }, provisioned))
                .collect(),
            connection,
            check: resource.check,
            span: declared.header(),
            kind_span: declared.label(0).span,
            addr,
        }
    }

    /// A block `_` holds arguments whose names have a meaning of the language otherwise.
    fn unescape(&mut self, content: &Content<'_>, rest: &mut ast::Body) {
        let Some(escaping) = self.only_one(content, "_", "block") else { return };
        rest.attributes.extend(escaping.body.attributes.iter().cloned());
        rest.blocks.extend(escaping.body.blocks.iter().cloned());
    }

    /// A data source in a check block can't repeat and has no lifecycle.
    fn scoped_data(&mut self, content: &Content<'_>) {
        for name in ["count", "for_each"] {
            if let Some(attribute) = content.attribute(name) {
                let detail = "A data source in a check block has exactly one instance.";
                self.report.error(format!("Invalid \"{name}\" attribute"), detail, attribute.name.span);
            }
        }
        for block in content.blocks("lifecycle") {
            let detail = "A data source in a check block has no lifecycle of its own.";
            self.report.error("Invalid lifecycle block", detail, block.kind.span);
        }
    }

    /// `provisioner "kind" { ... }`
    pub(crate) fn provisioner(&mut self, part: Part<'_>, scope: Scope) -> Option<Provisioner> {
        let block = part.block;
        let kind = &block.labels[0];
        if REMOVED.contains(&&*kind.text) {
            let summary = format!("The \"{}\" provisioner has been removed", kind.text);
            self.report.error(summary, "The language has it no longer.", kind.span);
            return None;
        }
        let (content, mut rest) = self.partial_content(&block.body, &PROVISIONER);
        self.reserved_blocks(&content, &["lifecycle"], "provisioner");
        self.unescape(&content, &mut rest);
        let destroy = self.choice(&content, "when", ["create", "destroy"], part.json) == Some(1);
        let continues = self.choice(&content, "on_failure", ["fail", "continue"], part.json) == Some(1);
        let connection = self.only_one(&content, "connection", "provisioner");
        if destroy {
            self.check_destroy_time(&rest, scope);
            if let Some(connection) = connection {
                self.check_destroy_time(&connection.body, scope);
            }
        }
        let connection = connection.map(|block| self.body(&block.body, part.json, scope));
        Some(Provisioner {
            kind: kind.text.clone(),
            destroy,
            continue_on_failure: continues,
            body: self.body(&rest, part.json, scope),
            connection,
            span: block.header_span,
        })
    }

    /// Which of two words an argument is.
    fn choice(&mut self, content: &Content<'_>, name: &str, words: [&str; 2], json: bool) -> Option<usize> {
        let attribute = content.attribute(name)?;
        let word = self.report.fixed_word(&attribute.expr, json);
        let found = word.and_then(|word| words.iter().position(|known| *known == &*word));
        if found.is_none() {
            let detail = format!("\"{name}\" is one of the words {} and {}.", words[0], words[1]);
            self.report.error(format!("Invalid \"{name}\" keyword"), detail, attribute.expr.span);
        }
        found
    }

    /// When a resource is destroyed others may be gone already: only the resource itself can be referred to.
    fn check_destroy_time(&mut self, body: &ast::Body, scope: Scope) {
        for attribute in &body.attributes {
            if self.refers_elsewhere(&attribute.expr, scope) {
                let detail = "What runs when the resource is destroyed can only refer to it: self, count.index and each.key. Others may be gone by then.";
                let summary = "Invalid reference from destroy provisioner";
                self.report.error(summary, detail, attribute.expr.span);
            }
        }
        for block in &body.blocks {
            self.check_destroy_time(&block.body, scope);
        }
    }
}
