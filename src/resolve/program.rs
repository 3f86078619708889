//! The program: every declaration of every module, once for each source however many instances it gets.

pub use crate::binding::{GivenKey, GivenProvider, ProviderBinding, ProviderConfig, ProviderRef};
use crate::expr::{Body, Expr};
use std::collections::BTreeMap;
use std::sync::Arc;
use trueup_addr::{
    ConfigResource, InstanceKey, ModulePath, Name, ProviderAddr, Resource as ResourceAddr, Target,
};
use trueup_diag::{Diagnostics, Span};
use trueup_value::{Defaults, Type, Value};

/// A compiled module source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleId(pub u32);

/// A place in the tree of module calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

impl NodeId {
    /// The root module's place.
    pub const ROOT: NodeId = NodeId(0);
}

/// A whole configuration.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Compiled sources.
    pub modules: Vec<Module>,
    /// The tree of calls; the root first.
    pub nodes: Vec<Node>,
}

/// A module in the tree of calls (without instance keys).
#[derive(Clone, Debug)]
pub struct Node {
    /// Its path.
    pub path: ModulePath,
    /// Its source.
    pub module: ModuleId,
    /// The calling module, and the call's slot in it.
    pub parent: Option<(NodeId, u32)>,
    /// What the call has as `source` and `version`; empty for the root.
    pub called: Called,
    /// The called modules, by slot in [`Module::calls`]; `None` where a call could not be loaded.
    pub children: Vec<Option<NodeId>>,
    /// What each provider configuration used here means, by local name and alias.
    pub providers: BTreeMap<ProviderRef, ProviderBinding>,
    /// Which of several a call around gives, for names that it gives one of several for.
    pub given_keys: BTreeMap<ProviderRef, GivenKey>,
    /// Nobody wants to know what this module uses that is deprecated.
    pub quiet: bool,
    /// The instances of provider blocks with `for_each` by slot: keys, sorted, with what `each.value` is.
    pub provider_instances: BTreeMap<u32, Arc<[(Name, Value)]>>,
}

/// Where a call says that its module comes from, with the values of what it refers to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Called {
    /// `source`
    pub source: String,
    /// `version`
    pub version: Option<String>,
}

/// One compiled module source.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// Where its files are, as shown to people and as `path.module` gives it.
    pub dir: Arc<str>,
    /// `terraform` blocks.
    pub settings: Settings,
    /// `provider` blocks.
    pub provider_configs: Vec<ProviderConfig>,
    /// `variable` blocks.
    pub variables: Vec<Variable>,
    /// Each name in `locals` blocks.
    pub locals: Vec<Local>,
    /// `output` blocks.
    pub outputs: Vec<Output>,
    /// `resource`, `data` and `ephemeral` blocks.
    pub resources: Vec<Resource>,
    /// `module` blocks.
    pub calls: Vec<ModuleCall>,
    /// `moved` blocks.
    pub moved: Vec<Moved>,
    /// `removed` blocks.
    pub removed: Vec<Removed>,
    /// `import` blocks.
    pub imports: Vec<Import>,
    /// `check` blocks.
    pub checks: Vec<CheckBlock>,
    /// Where outputs of called modules are used by name.
    pub output_uses: Vec<OutputUse>,
    /// Slots by name.
    pub names: Names,
}

/// A reference to an output of a called module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputUse {
    /// The call's slot.
    pub call: u32,
    /// The output.
    pub name: Name,
    /// The reference's place.
    pub span: Span,
}

/// Slots of a module's declarations by name.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// In [`Module::variables`].
    pub variables: BTreeMap<Name, u32>,
    /// In [`Module::locals`].
    pub locals: BTreeMap<Name, u32>,
    /// In [`Module::outputs`].
    pub outputs: BTreeMap<Name, u32>,
    /// In [`Module::resources`].
    pub resources: BTreeMap<ResourceAddr, u32>,
    /// In [`Module::calls`].
    pub calls: BTreeMap<Name, u32>,
    /// In [`Module::removed`], by the module's path and the resource, where it isn't all of the module.
    pub removed: BTreeMap<(ModulePath, Option<ResourceAddr>), u32>,
}

/// What the `terraform` blocks of a module say.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `required_version`, each with its place.
    pub required_versions: Vec<(String, Span)>,
    /// `required_providers` by local name.
    pub providers: BTreeMap<Name, ProviderRequirement>,
    /// `backend "kind" {}`
    pub backend: Option<Backend>,
    /// Other settings kept by name with their place, such as `cloud` and `experiments`.
    pub unsupported: Vec<(Name, Span)>,
}

/// One entry of `required_providers`.
#[derive(Clone, Debug)]
pub struct ProviderRequirement {
    /// `source`, or what the name means.
    pub provider: ProviderAddr,
    /// `version`, as written.
    pub version: Option<String>,
    /// `configuration_aliases`
    pub aliases: Vec<ProviderRef>,
    /// Its place.
    pub span: Span,
}

/// `backend "kind" { body }`; in a resolved program its body has no references, but their values.
#[derive(Clone, Debug)]
pub struct Backend {
    /// The type.
    pub kind: Name,
    /// The content.
    pub body: Body,
    /// What is wrong with the content: to be reported when the backend is set up.
    pub problems: Diagnostics,
    /// Its place.
    pub span: Span,
}

/// A `variable` block.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an argument of the block")]
pub struct Variable {
    /// The name.
    pub name: Name,
    /// `type`; dynamic where it isn't written.
    pub ty: Type,
    /// `type` is written.
    pub typed: bool,
    /// Defaults of optional attributes.
    pub defaults: Option<Defaults>,
    /// `default`, already converted.
    pub default: Option<Value>,
    /// `nullable`
    pub nullable: bool,
    /// `sensitive`
    pub sensitive: bool,
    /// `ephemeral`
    pub ephemeral: bool,
    /// `const`, where it is written: whether what is needed before a plan may be made of it.
    pub constant: Option<bool>,
    /// `deprecated`: what its users should know; empty where it isn't.
    pub deprecated: Arc<str>,
    /// `description`
    pub description: Arc<str>,
    /// `validation` blocks.
    pub validations: Vec<Condition>,
    /// Its place.
    pub span: Span,
}

/// `condition` with its `error_message`.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The condition.
    pub condition: Expr,
    /// The message.
    pub message: Expr,
    /// The block's place.
    pub span: Span,
}

/// One local value.
#[derive(Clone, Debug)]
pub struct Local {
    /// The name.
    pub name: Name,
    /// The value.
    pub expr: Expr,
    /// Its place.
    pub span: Span,
}

/// An `output` block.
#[derive(Clone, Debug)]
pub struct Output {
    /// The name.
    pub name: Name,
    /// `value`
    pub expr: Expr,
    /// `sensitive`
    pub sensitive: bool,
    /// `ephemeral`
    pub ephemeral: bool,
    /// `deprecated`: what its users should know; empty where it isn't.
    pub deprecated: Arc<str>,
    /// `description`
    pub description: Arc<str>,
    /// `depends_on`
    pub depends_on: Vec<Dependency>,
    /// `precondition` blocks.
    pub preconditions: Vec<Condition>,
    /// Its place.
    pub span: Span,
}

/// One entry of `depends_on`.
#[derive(Clone, Copy, Debug)]
pub struct Dependency {
    /// What is waited for, all of it.
    pub on: crate::Reference,
    /// Its place.
    pub span: Span,
}

/// A `resource`, `data` or `ephemeral` block.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Mode, type and name.
    pub addr: ResourceAddr,
    /// The provider configuration it uses, as its module names it.
    pub provider: ProviderRef,
    /// Which of several it is.
    pub provider_key: Option<Expr>,
    /// `count` or `for_each`
    pub repetition: Option<Repetition>,
    /// The content without meta-arguments.
    pub body: Body,
    /// `depends_on`
    pub depends_on: Vec<Dependency>,
    /// `lifecycle`
    pub lifecycle: Lifecycle,
    /// `provisioner` blocks, in order.
    pub provisioners: Vec<Provisioner>,
    /// `connection`
    pub connection: Option<Body>,
    /// The check block that it stands in: its slot in [`Module::checks`].
    pub check: Option<u32>,
    /// The header's place.
    pub span: Span,
    /// The place of the type.
    pub kind_span: Span,
}

/// How a block repeats.
#[derive(Clone, Debug)]
pub enum Repetition {
    /// `count`
    Count(Expr),
    /// `for_each`
    ForEach(Expr),
    /// `enabled` in `lifecycle`: there is one instance, or none.
    Enabled(Expr),
}

/// `prevent_destroy`
#[derive(Clone, Debug)]
pub enum Guard {
    /// It is true, here.
    Always(Span),
    /// It is what this comes to.
    When(Expr),
}

/// A `lifecycle` block.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    /// `create_before_destroy`
    pub create_before_destroy: bool,
    /// `prevent_destroy`, unless it is false.
    pub prevent_destroy: Option<Guard>,
    /// `ignore_changes`
    pub ignore_changes: IgnoreChanges,
    /// `replace_triggered_by`: expressions that are references to resources or attributes of them.
    pub replace_triggered_by: Vec<Expr>,
    /// `precondition` blocks.
    pub preconditions: Vec<Condition>,
    /// `postcondition` blocks.
    pub postconditions: Vec<Condition>,
}

/// `ignore_changes`
#[derive(Clone, Debug, Default, PartialEq)]
pub enum IgnoreChanges {
    /// Nothing.
    #[default]
    None,
    /// `all`
    All,
    /// These attributes, each with its place.
    Paths(Vec<(trueup_value::Path, Span)>),
}

/// A `provisioner` block.
#[derive(Clone, Debug)]
pub struct Provisioner {
    /// `local-exec`, `remote-exec`, `file`
    pub kind: Name,
    /// `when = destroy`
    pub destroy: bool,
    /// `on_failure = continue`
    pub continue_on_failure: bool,
    /// The content.
    pub body: Body,
    /// Its own `connection`.
    pub connection: Option<Body>,
    /// Its place.
    pub span: Span,
}

/// A `module` block.
#[derive(Clone, Debug)]
pub struct ModuleCall {
    /// The name.
    pub name: Name,
    /// `source`; empty where it is wrong or in `early`.
    pub source: String,
    /// The place of `source`.
    pub source_span: Span,
    /// `version`
    pub version: Option<String>,
    /// What of them refers to variables and local values, so that each place in the tree of calls has its own.
    pub early: Option<Box<EarlyCall>>,
    /// `count` or `for_each`
    pub repetition: Option<Repetition>,
    /// Input values.
    pub inputs: Body,
    /// `providers`
    pub providers: Vec<GivenProvider>,
    /// `depends_on`
    pub depends_on: Vec<Dependency>,
    /// The header's place.
    pub span: Span,
}

/// Arguments of a call that are evaluated before the called module is known.
#[derive(Clone, Debug, Default)]
pub struct EarlyCall {
    /// `source`
    pub source: Option<Expr>,
    /// `version`
    pub version: Option<Expr>,
}

/// A `moved` block; both ends as written, relative to the module.
#[derive(Clone, Debug)]
pub struct Moved {
    /// From.
    pub from: Target,
    /// To.
    pub to: Target,
    /// Its place.
    pub span: Span,
}

/// A `removed` block.
#[derive(Clone, Debug)]
pub struct Removed {
    /// What is no longer managed, relative to the module.
    pub from: Target,
    /// `lifecycle { destroy }`
    pub destroy: bool,
    /// Destroy-time provisioners.
    pub provisioners: Vec<Provisioner>,
    /// `connection`
    pub connection: Option<Body>,
    /// Its place.
    pub span: Span,
}

/// An `import` block.
#[derive(Clone, Debug)]
pub struct Import {
    /// `to`: the resource, relative to the module, and its key where it has one.
    pub to: ConfigResource,
    /// The keys of the module instance of `to`: one for each step of its path.
    pub module_keys: Vec<Option<Expr>>,
    /// The key of `to`.
    pub key: Option<Expr>,
    /// `id`
    pub id: Option<Expr>,
    /// `identity`
    pub identity: Option<Expr>,
    /// `for_each`
    pub for_each: Option<Expr>,
    /// `provider`
    pub provider: Option<ProviderRef>,
    /// The place of the address.
    pub to_span: Span,
    /// Its place.
    pub span: Span,
}

/// A `check` block.
#[derive(Clone, Debug)]
pub struct CheckBlock {
    /// The name.
    pub name: Name,
    /// Slot of its scoped data source in [`Module::resources`].
    pub data: Option<u32>,
    /// `assert` blocks.
    pub asserts: Vec<Condition>,
    /// Its place.
    pub span: Span,
}

impl Program {
    /// A compiled source.
    pub fn module(&self, id: ModuleId) -> &Module {
        &self.modules[id.0 as usize]
    }

    /// A place in the tree.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// Whether a provider configuration has the key of a binding: none where there is one alone.
    pub fn has_provider_key(&self, binding: &ProviderBinding) -> bool {
        let instances = binding.config.and_then(|slot| self.node(binding.node).provider_instances.get(&slot));
        match (instances, &binding.key) {
            (None, key) => key.is_none(),
            (Some(known), InstanceKey::Text(key)) => known.iter().any(|(name, _)| name == key),
            (Some(_), _) => false,
        }
    }

    /// The source at a place in the tree.
    pub fn module_at(&self, id: NodeId) -> &Module {
        self.module(self.node(id).module)
    }
}
