//! Providers and their configurations.

use crate::{InstanceKey, ModulePath, Name, ParseError};
use std::fmt;

/// Where a provider comes from: `registry.terraform.io/hashicorp/aws`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderAddr {
    /// The registry's host, lower case.
    pub host: Name,
    /// Who publishes it, lower case.
    pub namespace: Name,
    /// What it is called, lower case.
    pub kind: Name,
}

/// The host that a source address without one means.
pub const DEFAULT_HOST: &str = "registry.terraform.io";
const BUILTIN_HOST: &str = "terraform.io";

impl ProviderAddr {
    /// `registry.terraform.io/hashicorp/KIND`: what a configuration without `required_providers` means.
    pub fn official(kind: &str) -> ProviderAddr {
        ProviderAddr { host: DEFAULT_HOST.into(), namespace: "hashicorp".into(), kind: kind.into() }
    }

    /// `terraform.io/builtin/terraform`, part of the program.
    pub fn builtin() -> ProviderAddr {
        ProviderAddr { host: BUILTIN_HOST.into(), namespace: "builtin".into(), kind: "terraform".into() }
    }

    /// Whether it is part of the program.
    pub fn is_builtin(&self) -> bool {
        &*self.host == BUILTIN_HOST && &*self.namespace == "builtin"
    }

    /// Parses `KIND`, `NAMESPACE/KIND` or `HOST/NAMESPACE/KIND`.
    pub fn parse(source: &str) -> Result<ProviderAddr, ParseError> {
        let parts: Vec<&str> = source.split('/').collect();
        let bad = || ParseError::new(source, "a provider source is [HOSTNAME/]NAMESPACE/TYPE");
        let word = |w: &str| -> Result<Name, ParseError> {
            let good = !w.is_empty()
                && w.chars().all(|c| c.is_alphanumeric() || "-_.:".contains(c))
                && !w.starts_with('-')
                && !w.ends_with('-');
            if good { Ok(w.to_lowercase().into()) } else { Err(bad()) }
        };
        match parts[..] {
            ["terraform"] => Ok(ProviderAddr::builtin()),
            [kind] => Ok(ProviderAddr { kind: word(kind)?, ..ProviderAddr::official("") }),
            [namespace, kind] => {
                Ok(ProviderAddr { host: DEFAULT_HOST.into(), namespace: word(namespace)?, kind: word(kind)? })
            }
            [host, namespace, kind] => {
                Ok(ProviderAddr { host: word(host)?, namespace: word(namespace)?, kind: word(kind)? })
            }
            _ => Err(bad()),
        }
    }

    /// As people write it: without the default host.
    pub fn short(&self) -> String {
        if &*self.host == DEFAULT_HOST {
            format!("{}/{}", self.namespace, self.kind)
        } else {
            self.to_string()
        }
    }
}

impl fmt::Display for ProviderAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.host, self.namespace, self.kind)
    }
}

/// One configuration of a provider, as state files name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderConfigAddr {
    /// The module whose block it is.
    pub module: ModulePath,
    /// The provider.
    pub provider: ProviderAddr,
    /// `alias`, if any.
    pub alias: Option<Name>,
    /// Which of several, where the block has `for_each`.
    pub key: InstanceKey,
}

impl ProviderConfigAddr {
    /// The whole block, whichever of several it is.
    #[must_use]
    pub fn block(&self) -> ProviderConfigAddr {
        ProviderConfigAddr { key: InstanceKey::None, ..self.clone() }
    }
}

/// `module.a.provider["registry.terraform.io/hashicorp/aws"].alias["key"]`
impl fmt::Display for ProviderConfigAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dot = if self.module.is_root() { "" } else { "." };
        write!(f, "{}{dot}provider[\"{}\"]", self.module, self.provider)?;
        if let Some(alias) = &self.alias {
            write!(f, ".{alias}")?;
        }
        write!(f, "{}", self.key)
    }
}
