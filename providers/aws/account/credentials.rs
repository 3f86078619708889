//! Where credentials come from.

use crate::account::connect::profile_files;
use crate::account::settings::{Role, Settings, WebIdentity};
use crate::fault::Attempt;
use aws_config::SdkConfig;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds::Client as Metadata;
use aws_config::imds::client::EndpointMode;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_sts::types::{Credentials as Issued, PolicyDescriptorType, Tag};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use trueup_provider_kit::{Fault, FaultKind, duration};

/// The keys of the provider block, or else the first source that has some: the environment, the shared files, the
/// roles of pod, container and instance.
pub(crate) fn provider(
    settings: &Settings,
    http: &SharedHttpClient,
) -> Result<SharedCredentialsProvider, Fault> {
    if let Some(keys) = &settings.keys {
        let keys = Credentials::new(&keys.access, &keys.secret, keys.token.clone(), None, "provider block");
        return Ok(SharedCredentialsProvider::new(keys));
    }
    let config = ProviderConfig::without_region().with_http_client(http.clone());
    let config = config.with_region(settings.region.clone().map(aws_config::Region::new));
    let mut profile = ProfileFileCredentialsProvider::builder().configure(&config);
    if let Some(name) = &settings.profile {
        profile = profile.profile_name(name);
    }
    if let Some(files) = profile_files(settings) {
        profile = profile.profile_files(files);
    }
    let pod = WebIdentityTokenCredentialsProvider::builder().configure(&config);
    let mut chain =
        CredentialsProviderChain::first_try("Environment", EnvironmentVariableCredentialsProvider::new())
            .or_else("Profile", profile.build())
            .or_else("WebIdentityToken", pod.build())
            .or_else("EcsContainer", EcsCredentialsProvider::builder().build());
    if !settings.skips.metadata {
        chain = chain.or_else("Ec2InstanceMetadata", instance(settings)?);
    }
    Ok(SharedCredentialsProvider::new(chain))
}

/// The role of the instance, from its metadata.
fn instance(settings: &Settings) -> Result<ImdsCredentialsProvider, Fault> {
    let mut client = Metadata::builder();
    if let Some(url) = &settings.metadata_endpoint {
        client = client.endpoint(url).map_err(|_| {
            let message = format!("ec2_metadata_service_endpoint {url:?} is no address");
            Fault::new(FaultKind::Invalid, message).hint("Write it like http://169.254.169.254.")
        })?;
    }
    match settings.metadata_mode.as_deref() {
        Some("IPv6") => client = client.endpoint_mode(EndpointMode::IpV6),
        Some(_) => client = client.endpoint_mode(EndpointMode::IpV4),
        None => {}
    }
    Ok(ImdsCredentialsProvider::builder().imds_client(client.build()).build())
}

/// Takes on the roles of the provider block: first the one that a token opens, then the others one after the other.
pub(crate) fn with_roles(mut base: SdkConfig, settings: &Settings) -> SdkConfig {
    if base.region().is_none() {
        return base;
    }
    let assume = |base: &SdkConfig, grant: Grant| {
        let region = settings.endpoints.sts_region.clone().map(aws_config::Region::new);
        let mut config = aws_sdk_sts::config::Builder::from(base).region(region.or(base.region().cloned()));
        // Roles are assumed through the same endpoint as everything else of STS.
        if let Some(url) = settings.endpoints.of("sts") {
            config = config.endpoint_url(url);
        }
        let sts = aws_sdk_sts::Client::from_conf(config.build());
        let provider = SharedCredentialsProvider::new(Assumed { sts, grant });
        base.to_builder().credentials_provider(provider).build()
    };
    if let Some(identity) = &settings.web_identity {
        base = assume(&base, Grant::Token(identity.clone()));
    }
    for role in &settings.roles {
        base = assume(&base, Grant::Role(role.clone()));
    }
    base
}

/// What lets the caller take on a role.
#[derive(Debug)]
enum Grant {
    /// The credentials that the caller has already.
    Role(Role),
    /// A token of an identity provider.
    Token(WebIdentity),
}

/// The credentials of a role; the SDK keeps them until shortly before they expire.
#[derive(Debug)]
struct Assumed {
    sts: aws_sdk_sts::Client,
    grant: Grant,
}

impl ProvideCredentials for Assumed {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let issued = match &self.grant {
                Grant::Role(role) => self.with_credentials(role).await,
                Grant::Token(identity) => self.with_token(identity).await,
            };
            issued.map_err(CredentialsError::provider_error)
        })
    }
}

impl Assumed {
    async fn with_credentials(&self, role: &Role) -> Result<Credentials, Fault> {
        let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
        let tags: Result<Vec<Tag>, _> = role.tags.iter().map(tag).collect();
        let tags = tags.map_err(|e| Fault::new(FaultKind::Invalid, e.to_string()))?;
        let request = self
            .sts
            .assume_role()
            .role_arn(&role.arn)
            .role_session_name(role.session.as_deref().unwrap_or(SESSION))
            .set_duration_seconds(seconds(role.duration.as_deref()))
            .set_external_id(role.external_id.clone())
            .set_policy(role.policy.clone())
            .set_policy_arns(policies(&role.policy_arns))
            .set_source_identity(role.source_identity.clone())
            .set_tags(Some(tags).filter(|tags| !tags.is_empty()))
            .set_transitive_tag_keys(Some(role.transitive_tags.clone()).filter(|keys| !keys.is_empty()));
        let answer = request.send().await.attempt(&assuming(&role.arn))?;
        credentials(answer.credentials, &role.arn)
    }

    async fn with_token(&self, identity: &WebIdentity) -> Result<Credentials, Fault> {
        let role = &identity.role;
        let token = identity.token().map_err(|fault| fault.during(assuming(&role.arn)))?;
        let request = self
            .sts
            .assume_role_with_web_identity()
            .role_arn(&role.arn)
            .role_session_name(role.session.as_deref().unwrap_or(SESSION))
            .set_duration_seconds(seconds(role.duration.as_deref()))
            .set_policy(role.policy.clone())
            .set_policy_arns(policies(&role.policy_arns))
            .web_identity_token(token);
        let answer = request.send().await.attempt(&assuming(&role.arn))?;
        credentials(answer.credentials, &role.arn)
    }
}

/// The name of sessions that the provider block doesn't name.
const SESSION: &str = "trueup";
/// How failures of this begin.
pub(crate) const ASSUMING: &str = "assuming the role";

fn assuming(arn: &str) -> String {
    format!("{ASSUMING} {arn}")
}

fn seconds(text: Option<&str>) -> Option<i32> {
    i32::try_from(duration(text?)?.as_secs()).ok()
}

fn policies(arns: &[String]) -> Option<Vec<PolicyDescriptorType>> {
    let policy = |arn: &String| PolicyDescriptorType::builder().arn(arn).build();
    Some(arns.iter().map(policy).collect()).filter(|policies: &Vec<_>| !policies.is_empty())
}

fn credentials(issued: Option<Issued>, arn: &str) -> Result<Credentials, Fault> {
    let Some(issued) = issued else {
        let message = "the answer holds no credentials";
        return Err(Fault::new(FaultKind::Unauthenticated, message).during(assuming(arn)));
    };
    let expires = (*issued.expiration()).try_into().ok();
    let (key, secret, token) = (issued.access_key_id, issued.secret_access_key, issued.session_token);
    Ok(Credentials::new(key, secret, Some(token), expires, "assumed role"))
}
