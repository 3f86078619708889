//! The provider block as far as it is honoured, with what the environment says where it is silent.

use std::fmt;
use trueup_login::azure::{Block, SignIn};
use trueup_provider_kit::{Fault, FaultKind, Fields, Outside};
use trueup_value::Value;

/// How many further tenants calls may have tokens of (ARM reference, "Authenticate requests across tenants").
const AUXILIARY_MAX: usize = 3;

/// What the provider block says. Secrets stay out of its debug form.
pub(crate) struct Settings {
    pub(crate) login: SignIn,
    /// Further tenants whose tokens go with calls.
    pub(crate) auxiliary: Vec<String>,
    pub(crate) registrations: Registrations,
    pub(crate) is_correlated: bool,
    pub(crate) partner: Option<String>,
    pub(crate) features: Features,
    /// Something in the block isn't known yet.
    pub(crate) is_partial: bool,
}

/// Which resource providers may be registered with the subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Registrations {
    /// A named set: `none`, `core`, `extended`, `all` or `legacy`.
    pub(crate) set: String,
    /// Registered before anything else.
    pub(crate) named: Vec<String>,
}

/// What the block `features` says for the types here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Features {
    /// A resource group that holds something isn't deleted.
    pub(crate) keeps_full_groups: bool,
    /// Disks grow while machines have them, where Azure can do it.
    pub(crate) grows_disks_online: bool,
    /// With a machine goes the disk that its operating system is on.
    pub(crate) deletes_os_disks: bool,
    /// Machines are deleted by force, without being stopped before.
    pub(crate) deletes_by_force: bool,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("login", &self.login).finish_non_exhaustive()
    }
}

impl Settings {
    /// Reads the provider block; unknown parts read as not set and make it partial.
    pub(crate) fn of(config: &Value, outside: &Outside) -> Result<Settings, Fault> {
        let block = Block { config, outside };
        Ok(Settings {
            login: SignIn::of(&block)?,
            auxiliary: auxiliary(&block)?,
            registrations: registrations(&block),
            is_correlated: block.flag("disable_correlation_request_id", "ARM_DISABLE_CORRELATION_REQUEST_ID")
                != Some(true),
            partner: block.text("partner_id", &["ARM_PARTNER_ID"]),
            features: features(config),
            is_partial: !config.is_wholly_known(),
        })
    }
}

/// Further tenants; in the environment they stand with semicolons between.
fn auxiliary(block: &Block<'_>) -> Result<Vec<String>, Fault> {
    let mut all = block.config.texts("auxiliary_tenant_ids");
    if all.is_empty() {
        let variable = block.outside.variable("ARM_AUXILIARY_TENANT_IDS").unwrap_or_default();
        all = variable.split(';').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect();
    }
    if all.len() > AUXILIARY_MAX {
        let message =
            format!("auxiliary_tenant_ids names {} tenants; Azure takes {AUXILIARY_MAX}", all.len());
        return Err(Fault::new(FaultKind::Invalid, message)
            .hint("Keep those that the configuration refers to things of."));
    }
    Ok(all)
}

fn registrations(block: &Block<'_>) -> Registrations {
    let set = block.text("resource_provider_registrations", &["ARM_RESOURCE_PROVIDER_REGISTRATIONS"]);
    let is_skipped = block.flag("skip_provider_registration", "ARM_SKIP_PROVIDER_REGISTRATION") == Some(true);
    let set = match set {
        Some(set) => set,
        None if is_skipped => "none".into(),
        None => "legacy".into(),
    };
    Registrations { set, named: block.config.texts("resource_providers_to_register") }
}

fn features(config: &Value) -> Features {
    let features = config.item("features");
    let flag = |block: &str, name: &str| features?.item(block)?.flag(name);
    Features {
        keeps_full_groups: flag("resource_group", "prevent_deletion_if_contains_resources").unwrap_or(true),
        grows_disks_online: flag("managed_disk", "expand_without_downtime").unwrap_or(true),
        deletes_os_disks: flag("virtual_machine", "delete_os_disk_on_deletion").unwrap_or(true),
        deletes_by_force: flag("virtual_machine", "skip_shutdown_and_force_delete").unwrap_or(false),
    }
}
