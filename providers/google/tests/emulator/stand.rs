//! A server of a test's own that stands in for Google Cloud: the fake, or cloudemu.

use crate::fake::World;
use async_trait::async_trait;
use std::sync::Arc;
use trueup_addr::ProviderAddr;
use trueup_provider::{Factory, Provider};
use trueup_provider_google::GoogleFactory;
use trueup_provider_walk::{Emulated, Emulator, Running, Server, Stand};

/// What the provider speaks to.
pub(crate) struct Google(pub(crate) Server<World>);

#[async_trait]
impl Stand for Google {
    type Fake = World;

    const FOLLOWS: &'static [(&'static str, &'static str)] = &[
        ("*", "etag"),
        ("*", "fingerprint"),
        ("*", "updated"),
        ("labels", "effective_labels"),
        ("labels", "label_fingerprint"),
        ("labels", "terraform_labels"),
    ];

    fn of(fake: Arc<Running<World>>) -> Google {
        Google(Server::Fake(fake))
    }

    fn url(&self) -> &str {
        self.0.url()
    }

    fn provider(_url: &str) -> Arc<dyn Provider> {
        GoogleFactory::default().start(&ProviderAddr::official("google")).expect("the factory knows google")
    }

    fn block(url: &str, more: &str) -> String {
        let comma = if more.is_empty() { "" } else { "," };
        format!(
            r#"{{"project": "my-project", "region": "us-central1", "zone": "us-central1-a", "access_token": "secret-token",
                "compute_custom_endpoint": "{url}/compute/v1/", "billing_custom_endpoint": "{url}/v1/",
                "cloud_resource_manager_custom_endpoint": "{url}/v1/", "iam_custom_endpoint": "{url}/v1/",
                "storage_custom_endpoint": "{url}/storage/v1/"{comma}{more}}}"#
        )
    }

    async fn tamper(&self, request: &str) -> String {
        self.0.meddle(request).await;
        String::new()
    }
}

impl Emulated for Google {
    const ARGUMENTS: &'static [&'static str] = &["--google", "--no-auth"];

    fn on(emulator: Arc<Emulator<World>>) -> Google {
        Google(Server::Emulator(emulator))
    }
}
