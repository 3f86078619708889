//! From settings to clients.

use crate::account::credentials::{provider, with_roles};
use crate::account::settings::Settings;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use std::time::Duration;
use trueup_provider_kit::Fault;

/// How often a call is tried in all, where the provider block doesn't say.
const ATTEMPTS_MAX: u32 = 10;
/// How long a connection may take, and the first byte of an answer, and all attempts of a call together.
const CONNECT_MAX: Duration = Duration::from_secs(5);
const ANSWER_MAX: Duration = Duration::from_secs(30);
/// Waiting for its turn counts, where a cloud throttles.
const CALL_MAX: Duration = Duration::from_mins(10);
/// The same for STS, whose calls come first and are small: a dead endpoint shows soon.
const IDENTITY_ANSWER_MAX: Duration = Duration::from_secs(8);
const IDENTITY_CALL_MAX: Duration = Duration::from_secs(25);
/// The same for S3, whose answers come after uploads; uploads that stall fail by themselves.
const UPLOAD_ANSWER_MAX: Duration = Duration::from_mins(5);
const UPLOAD_CALL_MAX: Duration = Duration::from_hours(1);

/// Loads what all clients share: region, credentials, retries and timeouts, from the provider block first, then
/// from the environment and the shared files as the SDK does.
pub(crate) async fn load(settings: &Settings, http: &SharedHttpClient) -> Result<SdkConfig, Fault> {
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        // By which CloudTrail tells what this program did.
        .app_name(AppName::new("trueup").expect("letters may stand in it"))
        .http_client(http.clone())
        .credentials_provider(provider(settings, http)?)
        .retry_config(retries(settings))
        .timeout_config(timeouts(ANSWER_MAX, CALL_MAX))
        .use_fips(settings.is_fips)
        .use_dual_stack(settings.is_dual_stack);
    if let Some(region) = &settings.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &settings.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(files) = profile_files(settings) {
        loader = loader.profile_files(files);
    }
    Ok(with_roles(loader.load().await, settings))
}

fn retries(settings: &Settings) -> RetryConfig {
    let config = if settings.is_adaptive { RetryConfig::adaptive() } else { RetryConfig::standard() };
    let attempts = settings.max_retries.map_or(ATTEMPTS_MAX, |retries| retries.saturating_add(1));
    config.with_max_attempts(attempts).with_max_backoff(Duration::from_secs(20))
}

fn timeouts(answer: Duration, call: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECT_MAX).read_timeout(answer).operation_timeout(call).build()
}

/// For STS.
pub(crate) fn identity_timeouts() -> TimeoutConfig {
    timeouts(IDENTITY_ANSWER_MAX, IDENTITY_CALL_MAX)
}

/// For S3.
pub(crate) fn upload_timeouts() -> TimeoutConfig {
    timeouts(UPLOAD_ANSWER_MAX, UPLOAD_CALL_MAX)
}

/// The shared files that the provider block names; None where it names none.
pub(crate) fn profile_files(settings: &Settings) -> Option<EnvConfigFiles> {
    if settings.config_files.is_empty() && settings.credentials_files.is_empty() {
        return None;
    }
    let mut files = EnvConfigFiles::builder();
    for path in &settings.config_files {
        files = files.with_file(EnvConfigFileKind::Config, path);
    }
    for path in &settings.credentials_files {
        files = files.with_file(EnvConfigFileKind::Credentials, path);
    }
    files = files
        .include_default_config_file(settings.config_files.is_empty())
        .include_default_credentials_file(settings.credentials_files.is_empty());
    Some(files.build())
}
