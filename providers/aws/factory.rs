//! Starts the provider.

use crate::account::Account;
use std::sync::Arc;
use trueup_addr::ProviderAddr;
use trueup_provider::{Factory, Provider, StartError};
use trueup_provider_kit::Embedded;

/// Starts the embedded aws provider, under the names that both public registries give it.
#[derive(Clone, Copy, Debug, Default)]
pub struct AwsFactory;

const HOSTS: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];

impl Factory for AwsFactory {
    fn start(&self, addr: &ProviderAddr) -> Result<Arc<dyn Provider>, StartError> {
        if self.known().contains(addr) {
            return Ok(Arc::new(Embedded::<Account>::default()));
        }
        let reason = "the embedded aws provider is hashicorp/aws only; use the provider plugin".to_owned();
        Err(StartError { provider: addr.clone(), reason })
    }

    fn known(&self) -> Vec<ProviderAddr> {
        HOSTS.map(|host| ProviderAddr { host: host.into(), ..ProviderAddr::official("aws") }).to_vec()
    }
}
