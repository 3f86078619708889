//! What a test file says, as far as it can be told without evaluating anything.

use std::collections::BTreeMap;
use std::sync::Arc;
use trueup_addr::{ResourceInstance, Target};
use trueup_diag::Span;
use trueup_parse::ast;
use trueup_plan::PlanMode;
use trueup_resolve::program::ProviderRef;
use trueup_value::Name;

/// A test file.
#[derive(Clone, Debug, Default)]
pub struct TestFile {
    /// Its path, relative to the configuration.
    pub name: String,
    /// `variables`
    pub variables: Vec<Assigned>,
    /// `provider` and `mock_provider` blocks.
    pub providers: Vec<TestProvider>,
    /// `override_resource`, `override_data` and `override_module`.
    pub overrides: Vec<Override>,
    /// `run` blocks, in order.
    pub runs: Vec<Run>,
}

/// A value given to a variable.
#[derive(Clone, Debug)]
pub struct Assigned {
    /// The variable.
    pub name: Name,
    /// The value.
    pub expr: ast::Expr,
}

/// A provider configuration of a test file.
#[derive(Clone, Debug)]
pub struct TestProvider {
    /// Its name and alias.
    pub name: ProviderRef,
    /// Real or not.
    pub kind: ProviderKind,
    /// Its place.
    pub span: Span,
}

/// Whether a provider is called.
#[derive(Clone, Debug)]
pub enum ProviderKind {
    /// `provider`: its arguments.
    Real(Box<ast::Body>),
    /// `mock_provider`
    Mock(Arc<Mock>),
}

/// `mock_provider`
#[derive(Clone, Debug, Default)]
pub struct Mock {
    /// What is made up is known while planning.
    pub during_plan: bool,
    /// Values for types of resources.
    pub resources: BTreeMap<Name, MockDefaults>,
    /// Values for types of data sources.
    pub data: BTreeMap<Name, MockDefaults>,
    /// Values for single objects of the provider.
    pub overrides: Vec<Override>,
}

/// `mock_resource` and `mock_data`
#[derive(Clone, Debug)]
pub struct MockDefaults {
    /// `defaults`
    pub values: Option<ast::Expr>,
    /// `override_during`, where it is written.
    pub during_plan: Option<bool>,
    /// Its place.
    pub span: Span,
}

/// What an override is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverrideKind {
    /// `override_resource`
    Resource,
    /// `override_data`
    Data,
    /// `override_module`
    Module,
}

impl OverrideKind {
    /// The type of its block.
    pub fn block(self) -> &'static str {
        match self {
            OverrideKind::Resource => "override_resource",
            OverrideKind::Data => "override_data",
            OverrideKind::Module => "override_module",
        }
    }
}

/// Values in place of what an object or a module would have.
#[derive(Clone, Debug)]
pub struct Override {
    /// What it is about.
    pub kind: OverrideKind,
    /// What is overridden; keys that it leaves out mean all instances.
    pub target: Target,
    /// The place of the target.
    pub target_span: Span,
    /// `values` or `outputs`.
    pub values: Option<ast::Expr>,
    /// `override_during`, where it is written.
    pub during_plan: Option<bool>,
    /// Its place.
    pub span: Span,
}

/// What a run does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Command {
    /// Only a plan.
    Plan,
    /// A plan, which is applied.
    #[default]
    Apply,
}

/// A `run` block.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its name.
    pub name: Name,
    /// `command`
    pub command: Command,
    /// `plan_options`
    pub options: RunOptions,
    /// `variables`
    pub variables: Vec<Assigned>,
    /// `module`
    pub module: Option<RunModule>,
    /// `providers`: the module's name of a configuration, and the test file's. `None`: all of the file's.
    pub providers: Option<Vec<(ProviderRef, ProviderRef, Span)>>,
    /// `assert`
    pub asserts: Vec<Assert>,
    /// `expect_failures`
    pub expect_failures: Vec<Expected>,
    /// Overrides for this run.
    pub overrides: Vec<Override>,
    /// `state_key`
    pub state_key: Option<String>,
    /// It may go on beside others that do not need it, and do not share its state.
    pub parallel: bool,
    /// The header's place.
    pub span: Span,
}

/// `plan_options`
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// `mode`
    pub mode: PlanMode,
    /// `refresh`
    pub refresh: bool,
    /// `target`
    pub targets: Vec<Target>,
    /// `replace`
    pub replace: Vec<ResourceInstance>,
}

impl Default for RunOptions {
    fn default() -> RunOptions {
        RunOptions { mode: PlanMode::Normal, refresh: true, targets: Vec::new(), replace: Vec::new() }
    }
}

/// `module`: another module than the one that is tested.
#[derive(Clone, Debug)]
pub struct RunModule {
    /// `source`
    pub source: String,
    /// `version`
    pub version: Option<String>,
    /// The place of `source`.
    pub span: Span,
}

/// `assert`
#[derive(Clone, Debug)]
pub struct Assert {
    /// `condition`
    pub condition: ast::Expr,
    /// `error_message`
    pub message: ast::Expr,
}

/// An object whose condition should not hold.
#[derive(Clone, Debug)]
pub struct Expected {
    /// Its address, such as `var.name` or `aws_vpc.main[0]`.
    pub object: String,
    /// Its place.
    pub span: Span,
}
