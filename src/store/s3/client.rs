//! The client that the settings describe.

use super::S3Settings;
use super::settings::AssumeRole;
use crate::{ErrorKind, StoreError};
use aws_config::retry::RetryConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{RequestChecksumCalculation, ResponseChecksumValidation};
use std::time::Duration;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Makes the client. Reads the environment and the files of the AWS tools, as they all do.
pub(super) async fn make(settings: &S3Settings) -> Result<Client, StoreError> {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(settings.patience / 2)
        .operation_timeout(settings.patience)
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard().with_max_attempts(settings.max_retries.saturating_add(1)));
    if let Some(region) = &settings.region {
        loader = loader.region(Region::new(region.clone()));
    }
    loader = with_credentials(loader, settings);
    let mut config = loader.load().await;
    if config.region().is_none() {
        let cause = "no region is set";
        return Err(StoreError::new(ErrorKind::Config, "open", "the backend \"s3\"", cause)
            .hint("Set region in the backend block, or AWS_REGION, or a region in the profile."));
    }
    if let Some(role) = &settings.assume_role {
        config = assume(config, role).await;
    }
    let mut builder = aws_sdk_s3::config::Builder::from(&config).force_path_style(settings.use_path_style);
    if let Some(endpoint) = &settings.endpoint {
        builder = builder.endpoint_url(endpoint);
    }
    // Servers other than Amazon's often don't know the newer checksums.
    if settings.skip_s3_checksum || settings.endpoint.is_some() {
        builder = builder
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
    }
    Ok(Client::from_conf(builder.build()))
}

fn with_credentials(mut loader: ConfigLoader, settings: &S3Settings) -> ConfigLoader {
    if let Some(profile) = &settings.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(files) = profile_files(settings) {
        loader = loader.profile_files(files);
    }
    if let (Some(key), Some(secret)) = (&settings.access_key, &settings.secret_key) {
        let token = settings.token.as_ref().map(|token| token.0.clone());
        let credentials = Credentials::new(key, &secret.0, token, None, "backend block");
        loader = loader.credentials_provider(credentials);
    }
    loader
}

#[expect(deprecated, reason = "the SDK re-exports no other name for the type its loader takes")]
fn profile_files(settings: &S3Settings) -> Option<aws_config::profile::profile_file::ProfileFiles> {
    use aws_config::profile::profile_file::{ProfileFileKind, ProfileFiles};
    if settings.shared_config_files.is_empty() && settings.shared_credentials_files.is_empty() {
        return None;
    }
    let mut files = ProfileFiles::builder();
    let config = &settings.shared_config_files;
    files = files.include_default_config_file(config.is_empty());
    files = config.iter().fold(files, |files, path| files.with_file(ProfileFileKind::Config, path));
    let credentials = &settings.shared_credentials_files;
    files = files.include_default_credentials_file(credentials.is_empty());
    Some(
        credentials
            .iter()
            .fold(files, |files, path| files.with_file(ProfileFileKind::Credentials, path))
            .build(),
    )
}

async fn assume(config: SdkConfig, role: &AssumeRole) -> SdkConfig {
    let mut builder = AssumeRoleProvider::builder(&role.arn)
        .configure(&config)
        .session_name(role.session_name.as_deref().unwrap_or("trueup"));
    if let Some(id) = &role.external_id {
        builder = builder.external_id(id);
    }
    if let Some(policy) = &role.policy {
        builder = builder.policy(policy);
    }
    let provider = builder.build().await;
    let credentials = aws_credential_types::provider::SharedCredentialsProvider::new(provider);
    config.into_builder().credentials_provider(credentials).build()
}
