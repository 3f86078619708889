//! How requests get out: proxies and trusted certificates.

use crate::account::settings::Settings;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use trueup_provider_kit::{Fault, FaultKind};

/// Hosts inside a machine or container: credentials come from there, never through a proxy.
const METADATA_HOSTS: &str = "169.254.169.254,169.254.170.2,169.254.170.23,[fd00:ec2::254],[fd00:ec2::23]";

/// The client that the provider block asks for: its proxies, else those of the environment; its certificates, else
/// those of the system.
pub(crate) fn client(settings: &Settings) -> Result<SharedHttpClient, Fault> {
    let context = tls(settings)?;
    let plain = proxy(settings.http_proxy.as_deref(), settings)?;
    // Where only http_proxy is set it serves both, as in the Terraform provider.
    let secure = settings.https_proxy.as_deref().or(settings.http_proxy.as_deref());
    let secure = proxy(secure, settings)?;
    Ok(SharedHttpClient::new(Ways { plain: build(plain, context.clone()), secure: build(secure, context) }))
}

fn build(proxy: ProxyConfig, context: TlsContext) -> SharedHttpClient {
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder().proxy_config(proxy.clone());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.tls_provider(Provider::Rustls(CryptoMode::AwsLc)).tls_context(context.clone()).build()
    })
}

fn proxy(url: Option<&str>, settings: &Settings) -> Result<ProxyConfig, Fault> {
    let Some(url) = url else { return Ok(ProxyConfig::from_env()) };
    // The reason may hold the address and with it a password.
    let proxy = ProxyConfig::all(url).map_err(|_| {
        Fault::new(FaultKind::Invalid, "http_proxy or https_proxy of the provider block is no address of a proxy")
            .hint("Write it like http://proxy.example.com:3128, with user:password@ before the host where it needs them.")
    })?;
    let direct = settings.no_proxy.as_deref().map(|hosts| format!("{METADATA_HOSTS},{hosts}"));
    Ok(proxy.no_proxy(direct.as_deref().unwrap_or(METADATA_HOSTS)))
}

/// The certificates of `custom_ca_bundle` take the place of the system's.
fn tls(settings: &Settings) -> Result<TlsContext, Fault> {
    let Some(path) = &settings.ca_bundle else { return Ok(TlsContext::default()) };
    let bad = |reason: String| {
        let message = format!("custom_ca_bundle {path} can't be used: {reason}");
        Fault::new(FaultKind::Invalid, message).hint("Name a file that holds certificates in PEM form.")
    };
    let bytes = std::fs::read(path).map_err(|e| bad(e.to_string()))?;
    if !bytes.windows(11).any(|window| window == b"-----BEGIN ") {
        return Err(bad("it holds no certificate".into()));
    }
    let store = TrustStore::empty().with_pem_certificate(bytes);
    TlsContext::builder().with_trust_store(store).build().map_err(|e| bad(e.to_string()))
}

/// Requests in clear and encrypted ones may go through different proxies.
#[derive(Debug)]
struct Ways {
    plain: SharedHttpClient,
    secure: SharedHttpClient,
}

#[derive(Debug)]
struct Way {
    plain: SharedHttpConnector,
    secure: SharedHttpConnector,
}

impl HttpClient for Ways {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let plain = self.plain.http_connector(settings, components);
        let secure = self.secure.http_connector(settings, components);
        SharedHttpConnector::new(Way { plain, secure })
    }
}

impl HttpConnector for Way {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let is_plain = request.uri().starts_with("http://");
        if is_plain { self.plain.call(request) } else { self.secure.call(request) }
    }
}
