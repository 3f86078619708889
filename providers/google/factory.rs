//! Starts the provider.

use crate::account::Account;
use std::collections::BTreeMap;
use std::sync::Arc;
use trueup_addr::ProviderAddr;
use trueup_provider::{Factory, Provider, StartError};
use trueup_provider_kit::{Embedded, Outside};

/// Starts the embedded google provider, under the names that both public registries give it.
#[derive(Clone, Debug, Default)]
pub struct GoogleFactory {
    outside: Outside,
}

const HOSTS: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];

impl GoogleFactory {
    /// Provider blocks are completed from these environment variables.
    pub fn within(environment: BTreeMap<String, String>) -> GoogleFactory {
        GoogleFactory { outside: Outside { environment, ..Outside::default() } }
    }
}

impl Factory for GoogleFactory {
    fn start(&self, addr: &ProviderAddr) -> Result<Arc<dyn Provider>, StartError> {
        if self.known().contains(addr) {
            return Ok(Arc::new(Embedded::<Account>::within(self.outside.clone())));
        }
        let reason =
            "the embedded google provider is hashicorp/google only; use the provider plugin".to_owned();
        Err(StartError { provider: addr.clone(), reason })
    }

    fn known(&self) -> Vec<ProviderAddr> {
        HOSTS.map(|host| ProviderAddr { host: host.into(), ..ProviderAddr::official("google") }).to_vec()
    }
}
