//! `run` blocks.

use super::Reader;
use crate::file::{Assert, Command, Expected, Run, RunModule, RunOptions};
use std::sync::LazyLock;
use trueup_addr::ResourceInstance;
use trueup_diag::Span;
use trueup_evaluate::FunctionNames;
use trueup_parse::BodySchema;
use trueup_parse::ast::{Block, Expr, ExprKind, ObjectKey};
use trueup_plan::PlanMode;
use trueup_resolve::compile_template;
use trueup_resolve::program::ProviderRef;

static RUN: LazyLock<BodySchema> = LazyLock::new(|| {
    BodySchema::default()
        .optional("command")
        .optional("providers")
        .optional("expect_failures")
        .optional("state_key")
        .optional("parallel")
        .block("plan_options", &[])
        .block("assert", &[])
        .block("variables", &[])
        .block("module", &[])
        .block("override_resource", &[])
        .block("override_data", &[])
        .block("override_module", &[])
});
static OPTIONS: LazyLock<BodySchema> = LazyLock::new(|| {
    BodySchema::default().optional("mode").optional("refresh").optional("replace").optional("target")
});
static ASSERT: LazyLock<BodySchema> =
    LazyLock::new(|| BodySchema::default().required("condition").required("error_message"));
static MODULE: LazyLock<BodySchema> =
    LazyLock::new(|| BodySchema::default().optional("source").optional("version"));

impl Reader<'_> {
    pub(crate) fn run(&mut self, block: &Block, parallel: bool) -> Run {
        self.checked_name(block, "run");
        let content = self.content(&block.body, &RUN);
        let mut run = Run {
            name: block.labels[0].text.clone(),
            command: Command::Apply,
            options: RunOptions::default(),
            variables: Vec::new(),
            module: None,
            providers: None,
            asserts: Vec::new(),
            expect_failures: Vec::new(),
            overrides: Vec::new(),
            state_key: None,
            parallel,
            span: block.header_span,
        };
        let mut variables = None;
        for inner in &content.blocks {
            match &*inner.kind.text {
                "plan_options" => run.options = self.plan_options(inner),
                "assert" => run.asserts.extend(self.assertion(inner)),
                "variables" => self.variables(inner, ("run block", &mut variables), &mut run.variables),
                "module" => self.module(inner, &mut run.module),
                _ => run.overrides.extend(self.override_block(inner)),
            }
        }
        self.check_overrides(&run.overrides);
        if let Some(attribute) = content.attribute("command") {
            run.command = self.command(&attribute.expr);
        }
        if let Some(attribute) = content.attribute("providers") {
            run.providers = Some(self.passed_providers(&attribute.expr));
        }
        if let Some(attribute) = content.attribute("expect_failures") {
            let items = self.items(&attribute.expr).iter();
            run.expect_failures = items.filter_map(|item| self.expected(item)).collect();
        }
        if let Some(attribute) = content.attribute("state_key") {
            run.state_key = self.string(&attribute.expr);
        }
        if let Some(attribute) = content.attribute("parallel") {
            run.parallel = self.boolean(&attribute.expr).unwrap_or(parallel);
        }
        run
    }

    fn command(&mut self, expr: &Expr) -> Command {
        match self.word(expr).as_deref() {
            Some("plan") => Command::Plan,
            Some("apply") => Command::Apply,
            _ => {
                let detail = "The argument \"command\" is one of the words apply and plan, without quotes.";
                self.fail("Invalid \"command\" keyword", detail, expr.span);
                Command::Apply
            }
        }
    }

    fn plan_options(&mut self, block: &Block) -> RunOptions {
        let content = self.content(&block.body, &OPTIONS);
        let mut options = RunOptions::default();
        if let Some(attribute) = content.attribute("mode") {
            options.mode = self.mode(&attribute.expr);
        }
        if let Some(attribute) = content.attribute("refresh") {
            options.refresh = self.boolean(&attribute.expr).unwrap_or(true);
        }
        if let Some(attribute) = content.attribute("target") {
            let items = self.items(&attribute.expr).iter();
            options.targets = items.filter_map(|item| self.parsed_address(item, "Invalid target")).collect();
        }
        if let Some(attribute) = content.attribute("replace") {
            let items = self.items(&attribute.expr).iter();
            let summary = "Invalid force-replace address";
            options.replace =
                items.filter_map(|item| self.parsed_address::<ResourceInstance>(item, summary)).collect();
        }
        if options.mode == PlanMode::RefreshOnly && !options.refresh {
            let detail = "A run that only refreshes has nothing to do when refreshing is off.";
            self.fail("Incompatible plan options", detail, block.header_span);
        }
        options
    }

    fn mode(&mut self, expr: &Expr) -> PlanMode {
        match self.word(expr).as_deref() {
            Some("normal") => PlanMode::Normal,
            Some("refresh-only") => PlanMode::RefreshOnly,
            _ => {
                let detail =
                    "The argument \"mode\" is one of the words normal and refresh-only, without quotes.";
                self.fail("Invalid \"mode\" keyword", detail, expr.span);
                PlanMode::Normal
            }
        }
    }

    fn assertion(&mut self, block: &Block) -> Option<Assert> {
        let content = self.content(&block.body, &ASSERT);
        let condition = content.attribute("condition")?.expr.clone();
        let message = content.attribute("error_message")?.expr.clone();
        if refers(&condition) {
            return Some(Assert { condition, message });
        }
        let detail =
            "The condition refers to nothing: it has the same result always, and so it checks nothing.";
        self.fail("Invalid assert expression", detail, condition.span);
        None
    }

    fn module(&mut self, block: &Block, module: &mut Option<RunModule>) {
        let content = self.content(&block.body, &MODULE);
        if module.is_some() {
            let detail = "This run block says already which module is run.";
            self.fail("Multiple \"module\" blocks", detail, block.header_span);
            return;
        }
        let Some(source) = content.attribute("source") else {
            let detail = "A module block in a run must have a source: it names the module that is run.";
            self.fail("Missing \"source\" attribute for module block", detail, block.header_span);
            return;
        };
        let version = content.attribute("version").and_then(|attribute| self.string(&attribute.expr));
        let span = source.expr.span;
        if let Some(source) = self.string(&source.expr) {
            *module = Some(RunModule { source, version, span });
        }
    }

    /// `providers = { aws.west = aws.mocked }`
    fn passed_providers(&mut self, expr: &Expr) -> Vec<(ProviderRef, ProviderRef, Span)> {
        let ExprKind::Object(items) = &expr.kind else {
            let detail =
                "An object in braces is needed here: the module's names of configurations, and the file's.";
            self.fail("Invalid expression", detail, expr.span);
            return Vec::new();
        };
        let mut out = Vec::new();
        for item in items {
            let key = match &item.key {
                ObjectKey::Name(name) => Some(ProviderRef { name: name.text.clone(), alias: None }),
                ObjectKey::Expr(key) => self.provider_ref(key),
            };
            if let (Some(key), Some(value)) = (key, self.provider_ref(&item.value)) {
                out.push((key, value, item.value.span));
            }
        }
        out
    }

    fn expected(&mut self, expr: &Expr) -> Option<Expected> {
        let object = self.address(expr)?;
        let checkable = ["var.", "output.", "check."].iter().any(|prefix| object.starts_with(prefix))
            || object.parse::<ResourceInstance>().is_ok_and(|addr| addr.module.is_root());
        let other = ["local.", "path.", "terraform.", "run.", "each.", "count."];
        if checkable && !other.iter().any(|prefix| object.starts_with(prefix)) {
            return Some(Expected { object, span: expr.span });
        }
        let detail = format!(
            "{object} has no conditions that could fail. Input variables, outputs, check blocks, resources and data sources of the module that is run can have some."
        );
        self.fail("Invalid `expect_failures` reference", detail, expr.span);
        None
    }
}

/// Whether an expression refers to anything: where nothing has a name, each reference is an error.
fn refers(expr: &Expr) -> bool {
    let (_, found) = compile_template(expr, &[], &FunctionNames::default());
    found.iter().any(|one| one.summary == "Unknown variable") || matches!(expr.kind, ExprKind::Error)
}
