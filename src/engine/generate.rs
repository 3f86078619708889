//! Configuration for objects that are imported without any: `-generate-config-out`.
//!
//! The configuration is planned with empty blocks for them first, so far as to configure their providers; what the
//! providers read becomes the blocks, and the plan is made with these.

mod write;

use crate::load::{load, start_providers};
use crate::planning::{PlanOptions, accepted, id_named, identity_named, import};
use crate::session::{Planned, Session};
use std::collections::BTreeMap;
use std::sync::Arc;
use trueup_addr::{InstanceKey, ModuleInstance, Name, ResourceInstance};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_evaluate::{Ask, Evaluated, Mode, Sheet};
use trueup_plan::{Importing, Plan, StepGraph};
use trueup_provider::Provider;
use trueup_resolve::NodeId;
use trueup_resolve::program::{Import, ProviderBinding};
use trueup_value::Value;
use write::Block;

/// What stands at the head of a generated file; tools look for the first line.
const HEAD: &str = "# __generated__ by Terraform\n# Please review these resources and move them into your main configuration files.\n";

type Live = BTreeMap<ProviderBinding, Arc<dyn Provider>>;

impl Session {
    /// Makes a plan, and before it writes the configuration of what is imported without any. Gives the text, where
    /// there is some; `file` is the name under which it becomes part of the configuration.
    pub async fn plan_generating(&mut self, options: &PlanOptions, file: &str) -> (Planned, Option<String>) {
        let program = self.program.clone();
        let root = program.module_at(NodeId::ROOT);
        let homeless: Vec<&Import> = root
            .imports
            .iter()
            .filter(|import| import.to.module.is_root() && import.key.is_none() && import.for_each.is_none())
            .filter(|import| !root.names.resources.contains_key(&import.to.resource))
            .collect();
        if homeless.is_empty() {
            return (self.plan(options).await, None);
        }
        let empty: String = homeless.iter().map(|import| write::empty(import)).collect();
        let before = self.clone_configuration();
        let found = self.with_generated(file, &empty);
        if found.has_errors() {
            let sources = self.sources.clone();
            self.restore_configuration(before);
            // What was found stands in the texts with the empty blocks.
            self.sources = sources;
            return (self.failed(options, found), None);
        }
        let (blocks, found) = self.read_imported(&homeless).await;
        if found.has_errors() {
            self.restore_configuration(before);
            return (self.failed(options, found), None);
        }
        let texts: Vec<String> = blocks.iter().map(Block::text).collect();
        let text = trueup_parse::fmt::format(&format!("{HEAD}\n{}", texts.join("\n")));
        self.restore_configuration(before);
        let found = self.with_generated(file, &text);
        let mut planned = self.plan(options).await;
        planned.plan.errored |= found.has_errors();
        planned.diagnostics.append(found);
        for change in &mut planned.plan.changes {
            let block = blocks.iter().find(|block| block.addr == change.addr);
            let text = block.map(|block| trueup_parse::fmt::format(&block.bare()));
            change.generated = text.map(|text| text.trim_end().to_owned());
        }
        (planned, Some(text))
    }

    /// A plan of nothing that can't be applied, with what went wrong.
    fn failed(&self, options: &PlanOptions, diagnostics: Diagnostics) -> Planned {
        let plan = Plan {
            mode: options.mode,
            changes: Vec::new(),
            steps: StepGraph::default(),
            outputs: BTreeMap::new(),
            drift: Vec::new(),
            checks: None,
            prior: self.ledger.document.clone(),
            variables: self.variables(),
            targets: options.targets.clone(),
            excludes: options.excludes.clone(),
            timestamp: (self.world.clock)().into(),
            commit: self.commit.clone(),
            workspace: self.workspace.clone(),
            errored: true,
        };
        Planned { plan, diagnostics }
    }

    /// Takes a file more into the root module.
    fn with_generated(&mut self, file: &str, text: &str) -> Diagnostics {
        let mut snapshot = self.snapshot();
        if let Some(root) = snapshot.sources.first_mut() {
            root.files.push((file.to_owned(), text.to_owned()));
        }
        let loaded = load(&self.world, Some(&snapshot));
        let mut diagnostics = loaded.diagnostics;
        diagnostics.append(loaded.calls);
        diagnostics.append(loaded.references);
        let (providers, found) =
            start_providers(&self.world, &loaded.program, Some(&self.ledger.state), &self.ledger.in_flight);
        diagnostics.append(found);
        self.program = loaded.program;
        self.sources = loaded.sources;
        self.snapshot = snapshot;
        self.providers = Arc::new(providers);
        diagnostics
    }

    /// Configures the providers of the imports, and reads the objects with them.
    async fn read_imported(&self, imports: &[&Import]) -> (Vec<Block>, Diagnostics) {
        let mut blocks = Vec::new();
        let mut diagnostics = Diagnostics::new();
        let mut sheet = self.sheet(Mode::Plan, None, true);
        let mut live = Live::new();
        for import in imports {
            match self.read_one(import, &mut sheet, &mut live).await {
                Ok(block) => blocks.push(block),
                Err(found) => {
                    let name = import.to.to_string();
                    diagnostics
                        .extend(found.into_iter().map(|d| d.at_opt(Some(import.span)).on(name.clone())));
                }
            }
        }
        (blocks, diagnostics)
    }

    async fn read_one(
        &self,
        wanted: &Import,
        sheet: &mut Sheet,
        live: &mut Live,
    ) -> Result<Block, Diagnostics> {
        let named = named(wanted, sheet)?;
        let root = self.program.module_at(NodeId::ROOT);
        let slot = root.names.resources.get(&wanted.to.resource).copied();
        let block = slot.map(|slot| &root.resources[slot as usize]);
        let binding = block.and_then(|block| self.program.node(NodeId::ROOT).providers.get(&block.provider));
        let binding = binding.cloned().ok_or_else(Diagnostics::new)?;
        self.configure(&binding, sheet, live).await?;
        let provider = live.get(&binding).cloned().ok_or_else(Diagnostics::new)?;
        let kind = &wanted.to.resource.kind;
        let Some(schema) = self.providers.resource(&binding.provider, false, kind) else {
            let detail = format!("The provider {} has no resource type {kind}.", binding.provider.short());
            return Err(Diagnostic::error("Invalid resource type", detail).into());
        };
        let addr = ResourceInstance {
            module: ModuleInstance::root(),
            resource: wanted.to.resource.clone(),
            key: InstanceKey::None,
        };
        let named = accepted(&*provider, kind, named)?;
        let (value, _, _) = import(&*provider, &addr, &named, &schema).await?;
        Ok(Block { addr, named, provider: wanted.provider.clone(), schema, value })
    }

    /// Configures a provider unless it is already; its configuration may not need any resource.
    async fn configure(
        &self,
        binding: &ProviderBinding,
        sheet: &mut Sheet,
        live: &mut Live,
    ) -> Result<(), Diagnostics> {
        if live.contains_key(binding) {
            return Ok(());
        }
        sheet.request_provider(binding);
        let mut found = Diagnostics::new();
        for ask in sheet.ready() {
            match ask {
                Ask::Provider(ask) => {
                    let provider = self.providers.fresh(&ask.binding)?;
                    found.append(provider.configure(&ask.config.without_marks()).await);
                    live.insert(ask.binding.clone(), provider);
                    sheet.fill(ask.cell, Some(Value::from(true)));
                }
                Ask::Instance(ask) => {
                    let detail = format!(
                        "The provider that is imported with is configured from {}, which is not known before the plan.",
                        ask.addr
                    );
                    found.push(Diagnostic::error("Configuration can't be generated", detail));
                    sheet.fill(ask.cell, None);
                }
            }
        }
        found.append(sheet.take_diagnostics());
        if found.has_errors() { Err(found) } else { Ok(()) }
    }
}

/// What an import names, which must be known before anything is planned.
fn named(import: &Import, sheet: &mut Sheet) -> Result<Importing, Diagnostics> {
    let unknown = |argument: &str| {
        let detail = format!(
            "Configuration can only be generated for an {argument} that is known before anything is planned."
        );
        Diagnostics::from(Diagnostic::error(format!("Invalid import {argument} argument"), detail))
    };
    let (expr, argument, read): (_, _, fn(&Value) -> Option<Importing>) = match (&import.id, &import.identity)
    {
        (Some(expr), _) => (expr, "id", id_named),
        (None, Some(expr)) => (expr, "identity", identity_named),
        (None, None) => return Err(unknown("id")),
    };
    for _ in 0..2 {
        match sheet.evaluate(expr) {
            Evaluated::Value(value, found) if !found.has_errors() => {
                return read(&value).ok_or_else(|| unknown(argument));
            }
            Evaluated::Value(_, found) | Evaluated::Failed(found) => return Err(found),
            // Variables and locals are computed on the spot; whatever else it waits for is not there yet.
            Evaluated::Waiting => drop(sheet.ready()),
        }
    }
    Err(unknown(argument))
}

/// What a name on the command line becomes within the module.
pub fn generated_name(path: &str) -> Name {
    let base = path.rsplit(['/', '\\']).next().unwrap_or(path);
    if std::path::Path::new(base).extension().is_some_and(|ending| ending == "tf") {
        base.into()
    } else {
        format!("{base}.tf").into()
    }
}
