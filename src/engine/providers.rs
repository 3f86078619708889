//! The providers of a run: started once for their schemas, and once for each configuration.

use crate::offers::{Offers, not_started};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use trueup_addr::{Mode, ProviderAddr, ResourceInstance};
use trueup_diag::{Diagnostic, Diagnostics, Span};
use trueup_evaluate::{Absent, Schemas};
use trueup_provider::{Factory, Provider};
use trueup_resolve::program::ProviderBinding;
use trueup_schema::{ProviderSchema, Schema};

/// What stands in for providers, as tests have it.
pub trait StandIns: Send + Sync {
    /// What is started for a configuration, given the real provider.
    fn provider(&self, binding: &ProviderBinding, real: Arc<dyn Provider>) -> Arc<dyn Provider>;

    /// Whether something is called for one instance in place of its configured provider.
    fn replaces(&self, addr: &ResourceInstance) -> bool;

    /// What is called for such an instance.
    fn instance(&self, addr: &ResourceInstance, configured: &Arc<dyn Provider>) -> Arc<dyn Provider>;
}

/// Providers that were started.
pub struct Providers {
    stand_ins: Option<Arc<dyn StandIns>>,
    offers: Offers,
    factory: Arc<dyn Factory>,
    started: BTreeMap<ProviderAddr, Arc<dyn Provider>>,
    configured: Mutex<BTreeMap<ProviderBinding, Arc<dyn Provider>>>,
}

impl Providers {
    /// Starts every provider of `addrs`; those that can't be started are reported and left out.
    pub(crate) fn start(
        factory: Arc<dyn Factory>,
        addrs: &BTreeSet<ProviderAddr>,
        offers: Offers,
    ) -> (Providers, Diagnostics) {
        let mut started = BTreeMap::new();
        let mut diagnostics = Diagnostics::new();
        for addr in addrs {
            match factory.start(addr) {
                Ok(provider) => {
                    started.insert(addr.clone(), provider);
                }
                Err(error) => diagnostics.push(not_started(&error)),
            }
        }
        (Providers { stand_ins: None, offers, factory, started, configured: Mutex::default() }, diagnostics)
    }

    /// What is known of what no schema is at hand of.
    pub(crate) fn offers(&self) -> &Offers {
        &self.offers
    }

    /// Whether blocks of a type are judged without a schema.
    pub(crate) fn is_unseen(&self, provider: &ProviderAddr, mode: Mode, kind: &str) -> bool {
        let schema = self.schema(provider).and_then(|offered| offered.of_mode(mode).get(kind));
        schema.is_none() && self.absent(provider, mode, kind) == Absent::Unseen
    }

    /// A fresh provider for one configuration.
    pub(crate) fn fresh(&self, binding: &ProviderBinding) -> Result<Arc<dyn Provider>, Diagnostics> {
        let real = self.factory.start(&binding.provider).map_err(|error| {
            Diagnostics::from(Diagnostic::error("Provider not available", format!("{error}.")))
        })?;
        Ok(match &self.stand_ins {
            Some(stand_ins) => stand_ins.provider(binding, real),
            None => real,
        })
    }

    /// Has something stand in for providers from now on.
    pub(crate) fn with_stand_ins(self, stand_ins: Arc<dyn StandIns>) -> Providers {
        Providers { stand_ins: Some(stand_ins), ..self }
    }

    /// What is called for an instance, given its configured provider.
    pub(crate) fn stand_in(
        &self,
        addr: &ResourceInstance,
        provider: &Arc<dyn Provider>,
    ) -> Arc<dyn Provider> {
        match &self.stand_ins {
            Some(stand_ins) if stand_ins.replaces(addr) => stand_ins.instance(addr, provider),
            _ => provider.clone(),
        }
    }

    /// Whether something stands in for the provider of an instance: there is nothing to be read then.
    pub(crate) fn is_stood_in(&self, addr: &ResourceInstance) -> bool {
        self.stand_ins.as_ref().is_some_and(|stand_ins| stand_ins.replaces(addr))
    }

    /// What is called for an instance.
    pub(crate) fn configured_for(
        &self,
        binding: &ProviderBinding,
        addr: &ResourceInstance,
    ) -> Option<Arc<dyn Provider>> {
        Some(self.stand_in(addr, &self.configured(binding)?))
    }

    /// Keeps a provider that was configured.
    pub(crate) fn keep(&self, binding: &ProviderBinding, provider: Arc<dyn Provider>) {
        self.configured.lock().unwrap_or_else(PoisonError::into_inner).insert(binding.clone(), provider);
    }

    /// How many calls the configured providers have made, as far as they count them.
    pub(crate) fn calls(&self) -> u64 {
        let configured = self.configured.lock().unwrap_or_else(PoisonError::into_inner);
        configured.values().filter_map(|provider| provider.calls()).sum()
    }

    /// The configured provider behind a binding.
    pub(crate) fn configured(&self, binding: &ProviderBinding) -> Option<Arc<dyn Provider>> {
        self.configured.lock().unwrap_or_else(PoisonError::into_inner).get(binding).cloned()
    }

    /// The unconfigured provider, for what needs no configuration: validation and upgrades of stored objects.
    pub(crate) fn plain(&self, addr: &ProviderAddr) -> Option<&Arc<dyn Provider>> {
        self.started.get(addr)
    }

    /// The schema of an ephemeral resource type.
    pub(crate) fn ephemeral(&self, addr: &ProviderAddr, kind: &str) -> Option<Arc<Schema>> {
        self.started.get(addr)?.schema().ephemeral.get(kind).cloned()
    }

    /// The schema of a resource type or data source.
    pub(crate) fn resource(&self, addr: &ProviderAddr, data: bool, kind: &str) -> Option<Arc<Schema>> {
        self.started.get(addr)?.schema().resource(data, kind).cloned()
    }
}

impl Schemas for Providers {
    fn schema(&self, provider: &ProviderAddr) -> Option<&ProviderSchema> {
        self.started.get(provider).map(|p| p.schema())
    }

    fn absent(&self, provider: &ProviderAddr, mode: Mode, kind: &str) -> Absent {
        self.offers.absent(provider, mode, kind, self.started.contains_key(provider))
    }

    fn is_unseen_function(&self, provider: &ProviderAddr, name: &str, at: Span) -> bool {
        self.offers.is_unseen_function(provider, name, at)
    }
}
