//! Starts the provider.

use crate::account::Account;
use std::sync::Arc;
use trueup_addr::ProviderAddr;
use trueup_provider::{Factory, Provider, StartError};
use trueup_provider_kit::{Embedded, Outside};

/// Starts the embedded azurerm provider, under the names that both public registries give it.
#[derive(Clone, Debug, Default)]
pub struct AzureFactory {
    outside: Outside,
}

const HOSTS: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];

impl AzureFactory {
    /// One whose providers take from outside what their blocks don't say: `ARM_SUBSCRIPTION_ID` and its kin.
    pub fn within(outside: Outside) -> AzureFactory {
        AzureFactory { outside }
    }
}

impl Factory for AzureFactory {
    fn start(&self, addr: &ProviderAddr) -> Result<Arc<dyn Provider>, StartError> {
        if self.known().contains(addr) {
            return Ok(Arc::new(Embedded::<Account>::within(self.outside.clone())));
        }
        let reason =
            "the embedded azurerm provider is hashicorp/azurerm only; use the provider plugin".to_owned();
        Err(StartError { provider: addr.clone(), reason })
    }

    fn known(&self) -> Vec<ProviderAddr> {
        HOSTS.map(|host| ProviderAddr { host: host.into(), ..ProviderAddr::official("azurerm") }).to_vec()
    }
}
