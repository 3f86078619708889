//! The command `import`: an object that exists comes into the state, without any plan. The resource's own block need
//! not be complete yet; the provider's configuration must be.

use crate::bindings::provider_addr;
use crate::ledger::Record;
use crate::planning::{Work, import, ready_provider};
use crate::prompt::{Prompt, as_stored};
use crate::session::Session;
use std::collections::BTreeMap;
use std::sync::Arc;
use trueup_addr::{ResourceInstance, Target};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_evaluate::{Ask, CellId, Mode, ProviderAsk, Sheet};
use trueup_plan::Importing;
use trueup_provider::Provider;
use trueup_resolve::NodeId;
use trueup_resolve::program::ProviderBinding;
use trueup_state::{Change, Output};
use trueup_value::{Name, Value};

impl Session {
    /// Takes the object with this id into the state as this instance. Gives its `id` attribute, where it may be shown.
    pub async fn import(&mut self, addr: &ResourceInstance, id: &str) -> Result<Option<String>, Diagnostics> {
        self.ledger.refuse_in_flight().map_err(|diagnostic| Diagnostics::from(*diagnostic))?;
        let binding = self.binding_of(addr)?;
        let ask = self.provider_for(addr, &binding)?;
        let binding = ask.binding.clone();
        if self.state().instance(addr).is_some() {
            let detail = format!("The state already has an object for {addr}.");
            return Err(Diagnostic::error("Resource already managed by Terraform", detail)
                .hint("forget that one first with \"trueup state rm\", if it is not the one you mean")
                .into());
        }
        let provider = self.providers.fresh(&binding)?;
        let readied = ready_provider(provider, self.program.clone(), &ask, Work::none()).await;
        let Some(provider) = readied.provider.filter(|_| !readied.diagnostics.has_errors()) else {
            return Err(readied.diagnostics);
        };
        self.take(addr, id, (&binding, provider)).await
    }

    async fn take(
        &mut self,
        addr: &ResourceInstance,
        id: &str,
        (binding, provider): (&ProviderBinding, Arc<dyn Provider>),
    ) -> Result<Option<String>, Diagnostics> {
        let kind = &addr.resource.kind;
        let schema = self.providers.resource(&binding.provider, false, kind).ok_or_else(|| {
            let detail =
                format!("The provider {} has no resource type \"{kind}\".", binding.provider.short());
            Diagnostics::from(Diagnostic::error("Invalid resource type", detail))
        })?;
        let (value, _, object) = import(&*provider, addr, &Importing::from(id), &schema).await?;
        let provider = provider_addr(&self.program, binding);
        let change = Change::Set { address: addr.clone(), deposed: None, provider, object };
        let before = self.ledger.state.clone();
        self.ledger.state.apply(&change).expect("an object can be set anywhere");
        let outputs = self.outputs_as_stored();
        self.ledger.state = before;
        let record = Record { changes: vec![change], outputs: Some(outputs) };
        let recorded = self.ledger.record(&self.world, "import", record).await;
        recorded.map_err(|diagnostic| Diagnostics::from(*diagnostic))?;
        let shown = value.get("id").filter(|id| !id.marks().is_sensitive());
        Ok(shown.and_then(Value::as_str).map(String::from))
    }

    /// The provider configuration that the configuration's block of an instance uses.
    fn binding_of(&self, addr: &ResourceInstance) -> Result<ProviderBinding, Diagnostics> {
        let Some(node) = self.program.node_at(addr.module.0.iter().map(|step| &step.name)) else {
            let detail = format!("The configuration has no {}.", addr.module);
            return Err(Diagnostic::error("Import to non-existent module", detail)
                .hint("write the module block before importing into it")
                .into());
        };
        let node = self.program.node(node);
        let module = self.program.module(node.module);
        let slot = module.names.resources.get(&addr.resource);
        let resource = slot.and_then(|slot| module.resources.get(*slot as usize));
        let binding = resource.and_then(|resource| node.providers.get(&resource.provider));
        binding.cloned().ok_or_else(|| {
            let place = if addr.module.path().is_root() {
                "the root module".into()
            } else {
                addr.module.path().to_string()
            };
            let (kind, name) = (&addr.resource.kind, &addr.resource.name);
            let summary =
                format!("resource address \"{}\" does not exist in the configuration.", addr.config());
            let detail = format!("An object can only be imported as a resource that {place} has.");
            Diagnostic::error(summary, detail)
                .hint(format!("write the block first; it may be empty: resource \"{kind}\" \"{name}\" {{}}"))
                .into()
        })
    }

    /// Makes sure that the configuration has the instance, and evaluates its provider's configuration.
    fn provider_for(
        &self,
        addr: &ResourceInstance,
        binding: &ProviderBinding,
    ) -> Result<Box<ProviderAsk>, Diagnostics> {
        let mut sheet = self.sheet(Mode::Plan, Some((self.world.clock)().into()), true);
        sheet.request_targets([Target::Instance(addr.clone())].into());
        // Which of several it is the instance itself says.
        let mut chosen = self.program.has_provider_key(binding).then(|| binding.clone());
        if let Some(binding) = &chosen {
            sheet.request_provider(binding);
        }
        let mut asked = BTreeMap::new();
        loop {
            let asks = sheet.ready();
            if asks.is_empty() {
                break;
            }
            for ask in asks {
                match ask {
                    Ask::Provider(ask) => {
                        sheet.fill(ask.cell, Some(Value::from(true)));
                        asked.insert(ask.binding.clone(), ask);
                    }
                    Ask::Instance(ask) => {
                        if ask.addr == *addr {
                            chosen.get_or_insert_with(|| ask.binding.clone());
                        }
                        sheet.fill(ask.cell, as_stored(self, &ask));
                    }
                }
            }
        }
        let exists = has_instance(&sheet, addr);
        let found = sheet.take_diagnostics();
        if !exists && !found.has_errors() {
            let detail = format!(
                "The configuration has no instance {addr}: its count or for_each makes others, or none."
            );
            return Err(Diagnostic::error("Configuration for import target does not exist", detail).into());
        }
        let asked = chosen.filter(|_| exists).and_then(|binding| asked.remove(&binding));
        let Some(ask) = asked else { return Err(found) };
        if ask.config.is_wholly_known() {
            return Ok(ask);
        }
        let detail = "A part of the provider's configuration depends on what is not known before an apply.";
        Err(Diagnostic::error("Invalid provider configuration", detail)
            .at_opt(ask.span)
            .hint("an import needs a provider configuration of variables and of what is in the state")
            .into())
    }

    /// The root outputs as they follow from the state; one that can't be told yet stays as it is.
    fn outputs_as_stored(&mut self) -> BTreeMap<Name, Output> {
        let program = self.program.clone();
        let mut outputs = self.state().outputs.clone();
        let mut prompt = Prompt::new(self, None);
        for output in program.module_at(NodeId::ROOT).outputs.iter().filter(|output| !output.ephemeral) {
            let Ok((value, _)) = prompt.evaluate(&output.expr) else { continue };
            if value.is_wholly_known() && !value.is_null() && !value.marks().is_ephemeral() {
                let sensitive = output.sensitive || value.marks().is_sensitive();
                outputs.insert(output.name.clone(), Output { value: value.without_marks(), sensitive });
            }
        }
        outputs
    }
}

fn has_instance(sheet: &Sheet, addr: &ResourceInstance) -> bool {
    let count = u32::try_from(sheet.len()).unwrap_or(u32::MAX);
    (0..count).any(|cell| sheet.instance_of(CellId(cell)).as_ref() == Some(addr))
}
