//! One provider block at work: its cloud, its credentials, its subscription.

mod audit;
mod settings;
pub(crate) mod site;
mod validate;

use crate::account::settings::Settings;
use crate::account::site::Site;
use crate::account::validate::validate;
use crate::arm::Arm;
use crate::arm::document::Document;
use crate::arm::id::is_same;
use crate::storage::Accounts;
use crate::table::catalog;
use async_trait::async_trait;
use std::fmt;
use std::sync::Arc;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_login::Traffic;
use trueup_login::azure::{Environment, Tokens};
use trueup_provider_kit::{
    Audit, Audited, Catalog, Cloud, Fault, FaultKind, Outside, Span, SwitchedOff, TagPolicy,
};
use trueup_value::Value;

/// The version of the API of subscriptions and resource providers.
pub(crate) const VERSION: &str = "2022-12-01";

/// A provider block at work.
pub(crate) struct Account {
    /// None while the provider block holds unknowns: creations can be planned, nothing can be called.
    site: Option<Arc<Site>>,
    tags: TagPolicy,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("site", &self.site).finish_non_exhaustive()
    }
}

#[async_trait]
impl Cloud for Account {
    type Site = Site;

    fn catalog() -> &'static Catalog<Site> {
        catalog()
    }

    fn validate(config: &Value) -> Diagnostics {
        validate(config)
    }

    async fn connect(config: &Value, outside: &Outside) -> Result<Account, Diagnostics> {
        let diagnostics = validate(config);
        if diagnostics.has_errors() {
            return Err(diagnostics);
        }
        let settings = Settings::of(config, outside).map_err(|fault| fault.diagnostic())?;
        let tags =
            TagPolicy { ignored_prefixes: vec![crate::arm::mark::STEP_TAG.into()], ..TagPolicy::none() };
        if settings.is_partial {
            return Ok(Account { site: None, tags });
        }
        let site = open(&settings, outside).await?;
        Ok(Account { site: Some(Arc::new(site)), tags })
    }

    fn tags(&self) -> &TagPolicy {
        &self.tags
    }

    fn region(&self) -> Option<&str> {
        None
    }

    fn is_reachable(&self) -> bool {
        self.site.is_some()
    }

    fn calls(&self) -> u64 {
        self.site.as_ref().map_or(0, |site| site.arm.calls())
    }

    async fn audit(&self, objects: &[Audited], span: &Span) -> Audit {
        match &self.site {
            Some(site) => audit::audit(site, objects, span).await,
            None => Audit::default(),
        }
    }

    fn site(&self, _region: Option<&str>) -> Result<Arc<Site>, Fault> {
        self.site.clone().ok_or_else(|| {
            let message = "the provider block holds values that aren't known yet";
            Fault::new(FaultKind::Invalid, message)
                .hint("Apply what those values come from first, with -target.")
        })
    }
}

/// Signs in and looks at the subscription.
async fn open(settings: &Settings, outside: &Outside) -> Result<Site, Diagnostics> {
    let subscription = settings.login.subscription.clone().ok_or_else(no_subscription)?;
    let failed = |fault: Fault| fault.diagnostic();
    let traffic = Traffic::new(&agent(settings)).map_err(failed)?;
    let environment = Environment::of(&settings.login, &traffic).await.map_err(failed)?;
    let tokens = Tokens::of(&settings.login, &environment, (&traffic, outside.seconds)).map_err(failed)?;
    let mut arm = Arm::new(&environment, traffic, tokens).map_err(failed)?;
    if settings.is_correlated {
        arm.correlate(&uuid::Uuid::new_v4().to_string());
    }
    arm.vouch_in(&settings.auxiliary);
    arm.may_register(&settings.registrations.set);
    let site = Site {
        arm,
        subscription,
        features: settings.features,
        accounts: Accounts::default(),
        switched_off: SwitchedOff::default(),
    };
    check(&site, settings).await?;
    for provider in &settings.registrations.named {
        site.arm.register(&site.subscription, provider).await.map_err(failed)?;
    }
    Ok(site)
}

/// Whether the subscription is there, and in the tenant that the provider block names.
async fn check(site: &Site, settings: &Settings) -> Result<(), Diagnostics> {
    let subscription = &site.subscription;
    let doing = format!("looking at the subscription {subscription}");
    let path = format!("/subscriptions/{subscription}");
    let found = site.arm.get(&path, VERSION).await.map_err(|fault| fault.during(doing).diagnostic())?;
    let Some(found) = found else { return Err(unknown_subscription(subscription).into()) };
    let tenant = found.word("/tenantId").unwrap_or_default();
    // Tenants that manage a subscription of another sign in as themselves.
    let mut tenants = found.words_in("/managedByTenants", "/tenantId");
    tenants.push(tenant.to_owned());
    let is_its = |wanted: &&str| tenant.is_empty() || tenants.iter().any(|tenant| is_same(wanted, tenant));
    if let Some(wanted) = settings.login.tenant.as_deref().filter(|wanted| !is_its(wanted)) {
        let detail =
            format!("The subscription {subscription} belongs to the tenant {tenant}, not to {wanted}.");
        return Err(Diagnostic::error(
            format!("Azure tenant not that of the subscription: {wanted}"),
            detail,
        )
        .hint("Correct tenant_id or subscription_id.")
        .into());
    }
    if let Some(state) = found.word("/state").filter(|state| ["Disabled", "Deleted"].contains(state)) {
        let detail = format!(
            "The subscription {subscription} is {}: nothing can be written to it.",
            state.to_lowercase()
        );
        return Err(Diagnostic::error("Azure subscription not usable", detail)
            .hint("Reactivate it in the portal, or use another.")
            .into());
    }
    Ok(())
}

/// How calls introduce themselves; a partner's id stands in it as Azure's usage attribution asks for.
fn agent(settings: &Settings) -> String {
    let agent = concat!("trueup/", env!("CARGO_PKG_VERSION"));
    match &settings.partner {
        Some(partner) => format!("{agent} pid-{partner}"),
        None => agent.to_owned(),
    }
}

fn no_subscription() -> Diagnostic {
    Diagnostic::error(
        "No Azure subscription to work in",
        "Neither the provider block nor ARM_SUBSCRIPTION_ID names a subscription.",
    )
    .hint("Set subscription_id in the provider block; `az account show --query id` tells that of the Azure CLI.")
}

fn unknown_subscription(subscription: &str) -> Diagnostic {
    Diagnostic::error(
        format!("Azure subscription not found: {subscription}"),
        "The API does not know it, or the credentials may not see it.",
    )
    .hint(
        "Check subscription_id in the provider block or ARM_SUBSCRIPTION_ID, and the roles of the identity.",
    )
}
