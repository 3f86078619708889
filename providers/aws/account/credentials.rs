//! Where credentials come from when the SDK's own chain isn't to decide.

use crate::account::connect::profile_files;
use crate::account::settings::{Role, Settings};
use aws_config::SdkConfig;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::sts::AssumeRoleProvider;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use trueup_provider_kit::{Fault, FaultKind, parse_duration};

/// The credentials that the provider block asks for; None leaves it to the SDK's chain.
pub(crate) async fn provider(settings: &Settings) -> Option<SharedCredentialsProvider> {
    if let Some(keys) = &settings.keys {
        let keys = Credentials::new(&keys.access, &keys.secret, keys.token.clone(), None, "provider block");
        return Some(SharedCredentialsProvider::new(keys));
    }
    if !settings.skips.metadata {
        return None;
    }
    // The SDK's chain without its last link, the metadata of the instance.
    let mut profile = ProfileFileCredentialsProvider::builder();
    if let Some(name) = &settings.profile {
        profile = profile.profile_name(name);
    }
    if let Some(files) = profile_files(settings) {
        profile = profile.profile_files(files);
    }
    let chain =
        CredentialsProviderChain::first_try("Environment", EnvironmentVariableCredentialsProvider::new())
            .or_else("Profile", profile.build())
            .or_else("WebIdentityToken", WebIdentityTokenCredentialsProvider::builder().build())
            .or_else("EcsContainer", EcsCredentialsProvider::builder().build());
    Some(SharedCredentialsProvider::new(chain))
}

/// Assumes the roles of the provider block, one after the other.
pub(crate) async fn with_roles(
    mut base: SdkConfig,
    settings: &Settings,
    sts: Option<&String>,
) -> Result<SdkConfig, Fault> {
    for role in &settings.roles {
        let caller = match sts {
            Some(url) => base.to_builder().endpoint_url(url).build(),
            None => base.clone(),
        };
        let assumed = builder(role)?.configure(&caller).build().await;
        base = base.to_builder().credentials_provider(SharedCredentialsProvider::new(assumed)).build();
    }
    Ok(base)
}

fn builder(role: &Role) -> Result<aws_config::sts::AssumeRoleProviderBuilder, Fault> {
    let session = role.session.as_deref().unwrap_or("trueup");
    let mut builder = AssumeRoleProvider::builder(&role.arn).session_name(session);
    if let Some(id) = &role.external_id {
        builder = builder.external_id(id);
    }
    if let Some(policy) = &role.policy {
        builder = builder.policy(policy);
    }
    if !role.policy_arns.is_empty() {
        builder = builder.policy_arns(role.policy_arns.clone());
    }
    if !role.tags.is_empty() {
        builder = builder.tags(role.tags.clone());
    }
    if let Some(text) = &role.duration {
        let span = parse_duration(text).ok_or_else(|| {
            Fault::new(FaultKind::Invalid, format!("the duration {text:?} of assume_role is not a duration"))
                .hint("Write durations as numbers with units, such as 30m or 1h.")
        })?;
        builder = builder.session_length(span);
    }
    Ok(builder)
}
