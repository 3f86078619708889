//! The clouds of Azure: where their management API is and who signs in to them.

use super::{SignIn, success};
use crate::{Request, Traffic, address};
use reqwest::Method;
use serde_json::Value as Json;
use trueup_provider_kit::{Fault, FaultKind};

/// One cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Where people and programs sign in, without a slash at the end.
    pub login: String,
    /// The management API, without a slash at the end.
    pub manager: String,
    /// What tokens for the management API are made out to.
    pub audience: String,
    /// What the names of storage's hosts end in: `core.windows.net`. Empty where the cloud's metadata don't say.
    pub storage: String,
}

/// A cloud that is known by name: what blocks call it, what its metadata calls it, where one signs in, its
/// management API, and what the names of its storage end in.
struct Known {
    name: &'static str,
    metadata_name: &'static str,
    login: &'static str,
    manager: &'static str,
    storage: &'static str,
}

/// Azure documentation, "National clouds".
const KNOWN: [Known; 3] = [
    Known {
        name: "public",
        metadata_name: "AzureCloud",
        login: "https://login.microsoftonline.com",
        manager: "https://management.azure.com",
        storage: "core.windows.net",
    },
    Known {
        name: "usgovernment",
        metadata_name: "AzureUSGovernment",
        login: "https://login.microsoftonline.us",
        manager: "https://management.usgovcloudapi.net",
        storage: "core.usgovcloudapi.net",
    },
    Known {
        name: "china",
        metadata_name: "AzureChinaCloud",
        login: "https://login.chinacloudapi.cn",
        manager: "https://management.chinacloudapi.cn",
        storage: "core.chinacloudapi.cn",
    },
];

/// The names that blocks may give.
fn names() -> [&'static str; 3] {
    KNOWN.map(|known| known.name)
}

impl Environment {
    /// The cloud that the block names: one of the known, or what `metadata_host` tells. The variables
    /// `TRUEUP_AZURE_ENDPOINT` and `AZURE_AUTHORITY_HOST` lead to stand-ins.
    pub async fn of(settings: &SignIn, traffic: &Traffic) -> Result<Environment, Fault> {
        let mut environment = match &settings.metadata_host {
            Some(host) => told(host, &settings.environment, traffic).await?,
            None => known(&settings.environment)?,
        };
        if let Some(endpoint) = &settings.endpoint {
            address(endpoint, "TRUEUP_AZURE_ENDPOINT")?;
            endpoint.trim_end_matches('/').clone_into(&mut environment.manager);
            environment.login.clone_from(&environment.manager);
        }
        if let Some(login) = &settings.authority {
            address(login, "AZURE_AUTHORITY_HOST")?;
            login.trim_end_matches('/').clone_into(&mut environment.login);
        }
        Ok(environment)
    }
}

fn known(name: &str) -> Result<Environment, Fault> {
    let found = KNOWN.iter().find(|known| known.name == name).ok_or_else(|| {
        let message = format!("environment {name:?} is none of {}", names().join(", "));
        Fault::new(FaultKind::Invalid, message).hint("For other clouds name their metadata_host.")
    })?;
    let Known { login, manager, storage, .. } = *found;
    Ok(Environment {
        login: login.into(),
        manager: manager.into(),
        audience: manager.into(),
        storage: storage.into(),
    })
}

/// What the cloud's own metadata say (ARM reference, "Cloud metadata").
async fn told(host: &str, name: &str, traffic: &Traffic) -> Result<Environment, Fault> {
    let doing = format!("asking metadata_host {host} for its endpoints");
    let base = if host.contains("://") { host.to_owned() } else { format!("https://{host}") };
    let url = address(
        &format!("{}/metadata/endpoints?api-version=2022-09-01", base.trim_end_matches('/')),
        "metadata_host",
    )?;
    let answer = traffic.send(&Request::new(Method::GET, url)).await.and_then(success);
    let clouds = answer.and_then(|answer| answer.json()).map_err(|fault| fault.during(doing.clone()))?;
    let clouds: &[Json] = clouds.as_array().map(Vec::as_slice).unwrap_or_default();
    let metadata_name =
        KNOWN.iter().find(|known| known.name == name).map_or(name, |known| known.metadata_name);
    let is_it = |cloud: &&Json| word(cloud, "/name").is_some_and(|of| of.eq_ignore_ascii_case(metadata_name));
    let found = clouds.iter().find(is_it).and_then(|cloud| {
        let manager = word(cloud, "/resourceManager")?.trim_end_matches('/').to_owned();
        let login = word(cloud, "/authentication/loginEndpoint")?.trim_end_matches('/').to_owned();
        let audience = word(cloud, "/authentication/audiences/0")
            .map_or(manager.clone(), |text| text.trim_end_matches('/').to_owned());
        let storage = word(cloud, "/suffixes/storage").unwrap_or_default().to_owned();
        Some(Environment { login, manager, audience, storage })
    });
    found.ok_or_else(|| {
        let names: Vec<&str> = clouds.iter().filter_map(|cloud| word(cloud, "/name")).collect();
        let message = format!("it knows no cloud {metadata_name:?}, only: {}", names.join(", "));
        Fault::new(FaultKind::Invalid, message).during(doing).hint("Set environment to one of these.")
    })
}

fn word<'a>(cloud: &'a Json, pointer: &str) -> Option<&'a str> {
    cloud.pointer(pointer)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clouds_are_known_by_name() {
        assert_eq!(known("public").expect("known").audience, "https://management.azure.com");
        let complaint = known("moon").expect_err("there is none").message;
        assert_eq!(complaint, "environment \"moon\" is none of public, usgovernment, china");
    }
}
