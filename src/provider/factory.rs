//! How providers come to be.

use crate::Provider;
use std::fmt;
use std::sync::Arc;
use trueup_addr::ProviderAddr;

/// Makes unconfigured providers: one for each provider configuration.
pub trait Factory: Send + Sync {
    /// Starts the provider `addr`.
    fn start(&self, addr: &ProviderAddr) -> Result<Arc<dyn Provider>, StartError>;

    /// The providers it can start.
    fn known(&self) -> Vec<ProviderAddr>;
}

/// Several factories as one: the first that knows a provider starts it.
#[derive(Clone, Default)]
pub struct Factories(pub Vec<Arc<dyn Factory>>);

impl Factory for Factories {
    fn start(&self, addr: &ProviderAddr) -> Result<Arc<dyn Provider>, StartError> {
        match self.0.iter().find(|factory| factory.known().contains(addr)) {
            Some(factory) => factory.start(addr),
            None => Err(StartError::unknown(addr, &self.known())),
        }
    }

    /// In the order of the factories, each once.
    fn known(&self) -> Vec<ProviderAddr> {
        let mut known = Vec::new();
        for addr in self.0.iter().flat_map(|factory| factory.known()) {
            if !known.contains(&addr) {
                known.push(addr);
            }
        }
        known
    }
}

/// Why a provider could not be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartError {
    /// The provider.
    pub provider: ProviderAddr,
    /// Why, and what to do.
    pub reason: String,
}

impl StartError {
    /// A provider that isn't among those that can be started.
    pub fn unknown(provider: &ProviderAddr, known: &[ProviderAddr]) -> StartError {
        let known: Vec<String> = known.iter().map(ProviderAddr::short).collect();
        let known = if known.is_empty() {
            "none is available".into()
        } else {
            format!("available: {}", known.join(", "))
        };
        StartError {
            provider: provider.clone(),
            reason: format!("no such provider is part of this program ({known})"),
        }
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "provider {} can't be started: {}", self.provider, self.reason)
    }
}

impl std::error::Error for StartError {}
