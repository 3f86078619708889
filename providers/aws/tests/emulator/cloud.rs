//! The provider under test, and how its block is written for an endpoint.

use crate::moto::Moto;
use std::sync::Arc;
use trueup_addr::ProviderAddr;
use trueup_provider::{Factory, Provider};
use trueup_provider_aws::AwsFactory;
pub(crate) use trueup_provider_walk::{configure, text, token, value};

/// A provider that speaks to a moto server, or to the fake.
pub(crate) type Cloud = trueup_provider_walk::Cloud<Moto>;

/// The services that the emulator stands in for.
const SERVICES: [&str; 6] = ["cloudtrail", "dynamodb", "ec2", "iam", "s3", "sts"];

/// A provider block for an endpoint; `more` are further arguments as JSON members.
pub(crate) fn provider_block(url: &str, more: &str) -> String {
    let comma = if more.is_empty() { "" } else { "," };
    format!(
        r#"{{"region": "us-east-1", "access_key": "mock", "secret_key": "mock", "s3_use_path_style": true,
            "endpoints": [{{{}}}]{comma}{more}}}"#,
        SERVICES.map(|service| format!("\"{service}\": \"{url}\"")).join(", ")
    )
}

/// An unconfigured provider.
pub(crate) fn start() -> Arc<dyn Provider> {
    AwsFactory.start(&ProviderAddr::official("aws")).expect("the factory knows aws")
}
