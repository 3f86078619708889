//! `moved`, `removed` and `import` blocks.

use crate::expr::Expr;
use crate::fixed::Traversal;
use crate::index::Declared;
use crate::program::{Import, Moved, Removed};
use crate::scope::Scope;
use crate::unit::{Part, Unit};
use std::sync::LazyLock;
use trueup_addr::{ConfigResource, InstanceKey, Mode, ModulePath, Resource as ResourceAddr, Target};
use trueup_diag::{Diagnostic, Span};
use trueup_parse::BodySchema;
use trueup_parse::ast::{self, Attribute, Block, ExprKind};
use trueup_value::{Name, PathStep};

static MOVED: LazyLock<BodySchema> = LazyLock::new(|| BodySchema::default().required("from").required("to"));
static REMOVED: LazyLock<BodySchema> = LazyLock::new(|| {
    BodySchema::default()
        .required("from")
        .block("lifecycle", &[])
        .block("connection", &[])
        .block("provisioner", &["type"])
});
static REMOVED_LIFECYCLE: LazyLock<BodySchema> = LazyLock::new(|| BodySchema::default().optional("destroy"));
static IMPORT: LazyLock<BodySchema> = LazyLock::new(|| {
    BodySchema::default()
        .required("to")
        .optional("id")
        .optional("identity")
        .optional("for_each")
        .optional("provider")
});

const INVALID: &str = "Invalid address";
/// First words of references that aren't addresses, and those that are kept for later.
const RESERVED: [&str; 10] =
    ["var", "local", "path", "each", "count", "self", "terraform", "template", "lazy", "arg"];

impl Unit<'_, '_> {
    pub(crate) fn moved(&mut self, declared: &Declared<'_>) -> Option<Moved> {
        let content = self.content(&declared.block.body, &MOVED);
        let from = self.target(content.attribute("from"), declared.json);
        let to = self.target(content.attribute("to"), declared.json);
        let fits = [&from, &to]
            .map(|end| end.as_ref().is_none_or(|(_, written)| self.may_begin(&written.root, written.span)));
        let (from, to) = (from?.0, to?.0);
        if fits.contains(&false) {
            return None;
        }
        if matches!(from, Target::Module(_)) != matches!(to, Target::Module(_)) {
            let detail = "A resource can only become a resource, and a module a module.";
            self.report.error("Invalid \"moved\" addresses", detail, declared.header());
            return None;
        }
        Some(Moved { from, to, span: declared.header() })
    }

    fn target(&mut self, attribute: Option<&Attribute>, json: bool) -> Option<(Target, Traversal)> {
        let expr = &attribute?.expr;
        let unquoted = if json { self.report.unquoted(expr, true)?.into_owned() } else { expr.clone() };
        let mut found = self.report.traversal_of(&unquoted)?;
        found.drop_prefix();
        if let Ok(target) = found.text().parse::<Target>() {
            return Some((target, found));
        }
        let (summary, detail, at) = misfit(&found);
        self.report.error(summary, detail, at);
        None
    }

    /// Whether an address may begin with a word; the first words of other references can't be types of resources.
    fn may_begin(&mut self, word: &str, at: Span) -> bool {
        let reserved = RESERVED.contains(&word);
        if reserved {
            let detail = format!("\"{word}\" has a meaning of its own and can't be the type of a resource.");
            let error = Diagnostic::error(INVALID, detail).at(at);
            let hint = format!("If there is such a type, write \"resource.{word}\".");
            self.report.load.push(error.hint(hint));
        }
        !reserved
    }

    pub(crate) fn removed(&mut self, declared: &Declared<'_>) -> Option<Removed> {
        let content = self.content(&declared.block.body, &REMOVED);
        let lifecycle = self.only_one(&content, "lifecycle", "removed block");
        let destroy = lifecycle.and_then(|block| {
            let content = self.content(&block.body, &REMOVED_LIFECYCLE);
            self.report.fixed_bool(&content.attribute("destroy")?.expr)
        });
        let from = self.target(content.attribute("from"), declared.json);
        let of_resource = matches!(from, Some((Target::Resource(_) | Target::Instance(_), _)));
        if !of_resource {
            self.only_of_resources(&content);
        }
        let blocks: Vec<&Block> = content.blocks("provisioner").collect();
        let provisioners = blocks.into_iter().filter_map(|block| {
            let part = Part { block, json: declared.json };
            let found =
                self.provisioner(part, Scope { itself: true, count: true, each: true, ..Scope::default() })?;
            if found.destroy || !of_resource {
                return Some(found);
            }
            let error = Diagnostic::error(
                "Invalid provisioner block",
                "A removed block is about the end of a resource: its provisioners run when it is destroyed.",
            );
            self.report.load.push(error.at(block.header_span).hint("Add when = destroy to it."));
            None
        });
        let provisioners = provisioners.collect();
        let scope = Scope { itself: true, count: true, each: true, ..Scope::default() };
        let connection = self.only_one(&content, "connection", "removed block");
        let connection = connection.map(|block| self.body(&block.body, declared.json, scope));
        let (from, traversal) = from?;
        if !self.is_whole(&from, &traversal) {
            return None;
        }
        let (destroy, span) = (destroy.unwrap_or(true), declared.header());
        Some(Removed { from, destroy, provisioners, connection, span })
    }

    /// Reports what only a removed block that names a resource can have.
    fn only_of_resources(&mut self, content: &trueup_parse::Content<'_>) {
        for kind in ["connection", "provisioner"] {
            if let Some(block) = content.blocks(kind).next() {
                let detail = "Only a removed block that names a resource can run something at its end.";
                self.report.error(format!("Invalid {kind} block"), detail, block.header_span);
            }
        }
    }

    /// Only whole resources and modules can be removed, and no data sources.
    fn is_whole(&mut self, from: &Target, traversal: &Traversal) -> bool {
        let key = traversal.steps.iter().position(|(step, _)| matches!(step, PathStep::Index(_)));
        if let Some(key) = key {
            let last = key + 1 == traversal.steps.len();
            let what = if last && !matches!(from, Target::Module(_)) { "Resource" } else { "Module" };
            let detail = "A removed block is about all instances: there is no key in its address.";
            self.report.error(format!("{what} instance keys not allowed"), detail, traversal.steps[key].1);
            return false;
        }
        let data = match from {
            Target::Resource(node) => node.resource.mode == Mode::Data,
            _ => false,
        };
        if data {
            let detail = "Nothing real stands behind a data source that could be destroyed.";
            let error = Diagnostic::error("Data source address not allowed", detail).at(traversal.span);
            self.report.load.push(error.hint("Just remove the data block."));
        }
        !data
    }

    pub(crate) fn import(&mut self, declared: &Declared<'_>) -> Option<Import> {
        let content = self.content(&declared.block.body, &IMPORT);
        let id = content.attribute("id");
        let identity = content.attribute("identity");
        if id.is_none() && identity.is_none() {
            let detail = "The argument \"id\" must be set here, but is not.";
            let at = crate::body::opening(&declared.block.body);
            self.report.error("Missing required argument", detail, at);
            return None;
        }
        if let (Some(_), Some(identity)) = (id, identity) {
            let detail = "An import block names its object by \"id\" or by \"identity\", not by both.";
            self.report.error("Invalid import block", detail, identity.span);
        }
        let for_each =
            content.attribute("for_each").map(|found| self.expression(&found.expr, Scope::default()));
        let scope = Scope { each: for_each.is_some(), ..Scope::default() };
        let id = id.map(|found| self.expression(&found.expr, scope));
        let identity = identity.map(|found| self.expression(&found.expr, scope));
        let provider = content.attribute("provider");
        let attribute = content.attribute("to")?;
        let address = self.import_address(attribute, scope, declared.json);
        let Some(address) = address.filter(|address| address.to.resource.mode == Mode::Managed) else {
            let detail =
                "Only a resource block can take over an object: name it, with its key if it has one.";
            self.report.error("Invalid import address", detail, attribute.span);
            return None;
        };
        let provider_ref =
            provider.and_then(|found| self.report.provider_ref(&found.expr, "provider", declared.json));
        if let Some(found) = provider
            && address.to.module.is_root()
            && self.world.names.resources.contains_key(&address.to.resource)
        {
            let detail = "The resource block that is imported to says which provider configuration it uses.";
            self.report.error("Invalid import provider argument", detail, found.span);
        }
        let ImportAddress { to, module_keys, key } = address;
        Some(Import {
            to,
            module_keys,
            key,
            id,
            identity,
            for_each,
            provider: provider_ref,
            to_span: attribute.expr.span,
            span: declared.header(),
        })
    }

    /// The address that is imported to; unlike in other addresses its keys may be expressions.
    fn import_address(&mut self, attribute: &Attribute, scope: Scope, json: bool) -> Option<ImportAddress> {
        let expr = &attribute.expr;
        let unquoted = if json { self.report.unquoted(expr, true)?.into_owned() } else { expr.clone() };
        let Some(steps) = steps(&unquoted) else {
            if !matches!(expr.kind, ExprKind::Error) {
                let detail =
                    "The address of a resource is needed here: no calculation, function call or template.";
                self.report.error("Invalid expression", detail, expr.span);
            }
            return None;
        };
        let mut rest = steps.as_slice();
        let mut module = ModulePath::root();
        let mut module_keys = Vec::new();
        while let [Step::Name(word), Step::Name(name), tail @ ..] = rest
            && &**word == "module"
        {
            module = module.child(name);
            let (key, tail) = take_key(tail);
            module_keys.push(key.map(|key| self.expression(key, scope)));
            rest = tail;
        }
        let (mode, tail) = match rest {
            [Step::Name(word), tail @ ..] if &**word == "data" => (Mode::Data, tail),
            _ => (Mode::Managed, rest),
        };
        if let [Step::Name(word), ..] = rest
            && !self.may_begin(word, expr.span)
        {
            return None;
        }
        let [Step::Name(kind), Step::Name(name), tail @ ..] = tail else {
            let detail = "The address of a resource is its type and its name, and its key if it has one.";
            self.report.error(INVALID, detail, expr.span);
            return None;
        };
        let (key, tail) = take_key(tail);
        if !tail.is_empty() {
            self.report.error(INVALID, "Something follows the address of the resource.", expr.span);
            return None;
        }
        let key = key.map(|key| self.expression(key, scope));
        let resource = ResourceAddr { mode, kind: kind.clone(), name: name.clone() };
        Some(ImportAddress { to: ConfigResource { module, resource }, module_keys, key })
    }
}

struct ImportAddress {
    to: ConfigResource,
    module_keys: Vec<Option<Expr>>,
    key: Option<Expr>,
}

enum Step<'e> {
    Name(Name),
    Key(&'e ast::Expr),
}

fn take_key<'s, 'e>(steps: &'s [Step<'e>]) -> (Option<&'e ast::Expr>, &'s [Step<'e>]) {
    match steps {
        [Step::Key(key), tail @ ..] => (Some(*key), tail),
        _ => (None, steps),
    }
}

fn steps(expr: &ast::Expr) -> Option<Vec<Step<'_>>> {
    let mut out = Vec::new();
    let mut at = expr;
    loop {
        match &at.kind {
            ExprKind::Variable(name) => {
                out.push(Step::Name(name.clone()));
                out.reverse();
                return Some(out);
            }
            ExprKind::Attribute { on, name } => {
                out.push(Step::Name(name.text.clone()));
                at = on;
            }
            ExprKind::Index { on, key, .. } => {
                out.push(Step::Key(key));
                at = on;
            }
            _ => return None,
        }
    }
}

/// Why a reference isn't an address, and where: summary and detail.
fn misfit(found: &Traversal) -> (&'static str, &'static str, Span) {
    let module = |step: &PathStep| matches!(step, PathStep::Attribute(name) if &**name == "module");
    match found.steps.last() {
        Some((last, at)) if module(last) => ("Invalid address operator", MODULE, *at),
        None if &*found.root == "module" => ("Invalid address operator", MODULE, found.span),
        _ => {
            let key = found.steps.iter().position(|(step, _)| matches!(step, PathStep::Index(_)));
            match key.and_then(|key| found.steps.get(key + 1)) {
                Some((_, at)) if &*found.root != "module" => (INVALID, "Something follows the address.", *at),
                _ => (INVALID, "The address of a resource is its type and its name.", found.span),
            }
        }
    }
}

const MODULE: &str = "Behind \"module\" comes the name of a module call.";

/// The key of an import that is a constant, as an instance key.
pub fn constant_key(key: &Expr) -> Option<InstanceKey> {
    let value = key.as_literal()?;
    match value.as_number() {
        Some(number) => number.to_u64().map(InstanceKey::Int),
        None => value.as_str().map(|text| InstanceKey::Text(text.into())),
    }
}
