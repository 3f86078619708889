//! `mock_provider` and overrides.

use super::{Reader, parse};
use crate::file::{Mock, MockDefaults, Override, OverrideKind, ProviderKind, TestProvider};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use trueup_addr::{Mode, Target};
use trueup_diag::{Diagnostic, Span};
use trueup_parse::ast::{Attribute, Block, Expr, ExprKind};
use trueup_parse::{BodySchema, Content};
use trueup_resolve::program::ProviderRef;
use trueup_value::Name;

static MOCK_PROVIDER: LazyLock<BodySchema> =
    LazyLock::new(|| mock_blocks().optional("alias").optional("source").optional("override_during"));
static MOCK_FILE: LazyLock<BodySchema> = LazyLock::new(mock_blocks);
static MOCK: LazyLock<BodySchema> =
    LazyLock::new(|| BodySchema::default().optional("defaults").optional("override_during"));
static OVERRIDE: LazyLock<BodySchema> =
    LazyLock::new(|| BodySchema::default().optional("target").optional("values").optional("override_during"));
static OVERRIDE_MODULE: LazyLock<BodySchema> = LazyLock::new(|| {
    BodySchema::default().optional("target").optional("outputs").optional("override_during")
});

fn mock_blocks() -> BodySchema {
    BodySchema::default()
        .block("mock_resource", &["type"])
        .block("mock_data", &["type"])
        .block("override_resource", &[])
        .block("override_data", &[])
}

impl Reader<'_> {
    pub(crate) fn mock_provider(&mut self, block: &Block) -> Option<TestProvider> {
        let content = self.content(&block.body, &MOCK_PROVIDER);
        let alias = match content.attribute("alias") {
            Some(attribute) => Some(Name::from(self.string(&attribute.expr)?)),
            None => None,
        };
        let during_plan = self.during_plan(content.attribute("override_during")).unwrap_or_default();
        let mut mock = Mock { during_plan, ..Mock::default() };
        self.mock_content(&content, &mut mock);
        if let Some(source) = content.attribute("source") {
            self.mock_source(source, &mut mock);
        }
        self.check_overrides(&mock.overrides);
        let name = ProviderRef { name: block.labels[0].text.clone(), alias };
        Some(TestProvider { name, kind: ProviderKind::Mock(Arc::new(mock)), span: block.header_span })
    }

    fn mock_content(&mut self, content: &Content<'_>, mock: &mut Mock) {
        for block in &content.blocks {
            match &*block.kind.text {
                "mock_resource" => self.mock_type(block, &mut mock.resources),
                "mock_data" => self.mock_type(block, &mut mock.data),
                _ => mock.overrides.extend(self.override_block(block)),
            }
        }
    }

    fn mock_type(&mut self, block: &Block, known: &mut BTreeMap<Name, MockDefaults>) {
        let kind = block.labels[0].text.clone();
        let what = block.kind.text.clone();
        let content = self.content(&block.body, &MOCK);
        if let Some(first) = known.get(&kind) {
            let place = self.place(first.span);
            let detail = format!("There is a {what} block for {kind} already, in {place}.");
            self.fail(format!("Duplicate {what} block"), detail, block.header_span);
            return;
        }
        let during_plan = self.during_plan(content.attribute("override_during"));
        let values = content.attribute("defaults").map(|attribute| attribute.expr.clone());
        let values = self.object(values, &what, "defaults");
        known.insert(kind, MockDefaults { values, during_plan, span: block.header_span });
    }

    /// What the mock files of a directory say, where the block itself says nothing.
    fn mock_source(&mut self, source: &Attribute, mock: &mut Mock) {
        let Some(dir) = self.string(&source.expr) else { return };
        let files = match self.files.mock_files(&dir) {
            Ok(files) => files,
            Err(error) => {
                let detail = format!("The directory {dir} with mock files can't be read: {error}.");
                let problem = Diagnostic::error("Failed to load mock data", detail).at(source.expr.span);
                self.diagnostics.push(problem.hint("give a path that is relative to the configuration"));
                return;
            }
        };
        for (name, text) in files {
            let more = read_mock_file(self, &name, &text);
            for (kind, defaults) in more.resources {
                mock.resources.entry(kind).or_insert(defaults);
            }
            for (kind, defaults) in more.data {
                mock.data.entry(kind).or_insert(defaults);
            }
            let known = |one: &Override| mock.overrides.iter().any(|own| own.target == one.target);
            let more: Vec<Override> = more.overrides.into_iter().filter(|one| !known(one)).collect();
            mock.overrides.extend(more);
        }
    }

    /// `override_resource`, `override_data` or `override_module`.
    pub(crate) fn override_block(&mut self, block: &Block) -> Option<Override> {
        let (kind, schema, argument) = match &*block.kind.text {
            "override_resource" => (OverrideKind::Resource, &*OVERRIDE, "values"),
            "override_data" => (OverrideKind::Data, &*OVERRIDE, "values"),
            _ => (OverrideKind::Module, &*OVERRIDE_MODULE, "outputs"),
        };
        let content = self.content(&block.body, schema);
        let during_plan = self.during_plan(content.attribute("override_during"));
        let values = content.attribute(argument).map(|attribute| attribute.expr.clone());
        let values = self.object(values, kind.block(), argument);
        let Some(target) = content.attribute("target") else {
            let detail = format!("An {} block must say what it overrides: target = ADDRESS.", kind.block());
            self.fail("Missing target attribute", detail, block.header_span);
            return None;
        };
        let target_span = target.expr.span;
        let target = self.override_target(kind, &target.expr)?;
        Some(Override { kind, target, target_span, values, during_plan, span: block.header_span })
    }

    fn override_target(&mut self, kind: OverrideKind, expr: &Expr) -> Option<Target> {
        let target: Target = self.parsed_address(expr, "Invalid override target")?;
        let (fits, wanted) = match (&target, kind) {
            (Target::Module(_), OverrideKind::Module) => (true, "modules"),
            (_, OverrideKind::Module) => (false, "modules"),
            (Target::Module(_), OverrideKind::Resource) => (false, "resources"),
            (Target::Module(_), OverrideKind::Data) => (false, "data sources"),
            (_, OverrideKind::Resource) => (mode(&target) == Some(Mode::Managed), "resources"),
            (_, OverrideKind::Data) => (mode(&target) == Some(Mode::Data), "data sources"),
        };
        if !fits {
            let detail = format!(
                "The target of an {} block can only be one of the {wanted}, and {target} is not.",
                kind.block()
            );
            self.fail("Invalid override target", detail, expr.span);
            return None;
        }
        if let Target::Module(module) = &target
            && module.0.iter().any(|step| !step.key.is_none())
        {
            let detail =
                format!("All instances of a module are overridden together, and {target} names one of them.");
            let problem = Diagnostic::error("Invalid override target", detail).at(expr.span);
            self.diagnostics.push(problem.hint(format!("name the module without a key: {}", module.path())));
            return None;
        }
        Some(target)
    }

    /// `override_during`: whether it is `plan`.
    fn during_plan(&mut self, attribute: Option<&Attribute>) -> Option<bool> {
        let attribute = attribute?;
        match self.word(&attribute.expr).as_deref() {
            Some("plan") => Some(true),
            Some("apply") => Some(false),
            _ => {
                let detail = "The argument \"override_during\" is one of the words plan and apply.";
                self.fail("Invalid override_during value", detail, attribute.expr.span);
                None
            }
        }
    }

    /// Values are an object: what is plainly something else is found before anything is run.
    fn object(&mut self, expr: Option<Expr>, block: &str, argument: &str) -> Option<Expr> {
        let expr = expr?;
        let constant = matches!(
            expr.kind,
            ExprKind::Null
                | ExprKind::Bool(_)
                | ExprKind::Number(_)
                | ExprKind::Template(_)
                | ExprKind::Tuple(_)
        );
        if !constant {
            return Some(expr);
        }
        let detail = format!("The argument \"{argument}\" of a block \"{block}\" must be an object.");
        self.fail(format!("Invalid {argument} attribute"), detail, expr.span);
        None
    }

    /// Each object is overridden once in one place.
    pub(crate) fn check_overrides(&mut self, overrides: &[Override]) {
        for (at, one) in overrides.iter().enumerate() {
            let first = overrides[..at].iter().find(|known| known.target == one.target);
            if let Some(first) = first {
                self.duplicate_override(one, first.span);
            }
        }
    }

    fn duplicate_override(&mut self, one: &Override, first: Span) {
        let block = one.kind.block();
        let detail = format!("{} is overridden already, in {}.", one.target, self.place(first));
        self.fail(format!("Duplicate {block} block"), detail, one.span);
    }
}

fn mode(target: &Target) -> Option<Mode> {
    match target {
        Target::Module(_) => None,
        Target::Resource(node) => Some(node.resource.mode),
        Target::Instance(instance) => Some(instance.resource.mode),
    }
}

/// What a `.tfmock.hcl` file says.
fn read_mock_file(reader: &mut Reader<'_>, name: &str, text: &str) -> Mock {
    let (body, found) = parse(name, text, reader.sources);
    reader.diagnostics.append(found);
    let mut mock = Mock::default();
    let content = reader.content(&body, &MOCK_FILE);
    reader.mock_content(&content, &mut mock);
    mock
}
