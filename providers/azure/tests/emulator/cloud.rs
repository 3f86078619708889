//! How the provider is started for a server.

use crate::fake::{SUBSCRIPTION, TENANT, World};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::Arc;
use trueup_addr::ProviderAddr;
use trueup_provider::{Factory, Provider};
use trueup_provider_azure::{AzureFactory, Outside};
use trueup_provider_walk::{Emulated, Emulator, Running, Server, Stand};

/// Azure, as far as it stands on this machine.
pub(crate) struct Azure {
    pub(crate) server: Server<World>,
}

pub(crate) type Cloud = trueup_provider_walk::Cloud<Azure>;

/// A provider that finds these variables in its environment.
pub(crate) fn within(variables: &[(&str, &str)]) -> Arc<dyn Provider> {
    let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
    let environment: BTreeMap<String, String> = variables.iter().map(owned).collect();
    let factory = AzureFactory::within(Outside { environment, ..Outside::default() });
    factory.start(&ProviderAddr::official("azurerm")).expect("it is known")
}

#[async_trait]
impl Stand for Azure {
    type Fake = World;

    fn of(fake: Arc<Running<World>>) -> Azure {
        Azure { server: Server::Fake(fake) }
    }

    fn url(&self) -> &str {
        self.server.url()
    }

    fn provider(url: &str) -> Arc<dyn Provider> {
        within(&[("TRUEUP_AZURE_ENDPOINT", url), ("ARM_CLIENT_SECRET", "s")])
    }

    fn block(_url: &str, more: &str) -> String {
        let comma = if more.is_empty() { "" } else { ", " };
        format!(
            r#"{{"features": [{{}}], "subscription_id": "{SUBSCRIPTION}", "tenant_id": "{TENANT}", "client_id": "c"{comma}{more}}}"#
        )
    }

    async fn tamper(&self, request: &str) -> String {
        self.server.meddle(request).await;
        String::new()
    }
}

impl Emulated for Azure {
    const ARGUMENTS: &'static [&'static str] = &["--azure", "--retry-after", "0"];

    fn on(emulator: Arc<Emulator<World>>) -> Azure {
        Azure { server: Server::Emulator(emulator) }
    }
}
