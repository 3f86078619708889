//! One provider block at work: its clients by region, its tags, its account.

mod audit;
mod connect;
mod credentials;
mod http;
pub(crate) mod partition;
mod settings;
pub(crate) mod site;
pub(crate) mod traffic;
mod validate;

use crate::account::credentials::ASSUMING;
use crate::account::settings::{SERVICES, Settings};
use crate::account::site::Site;
use crate::account::traffic::Traffic;
use crate::account::validate::validate;
use crate::fault::{Attempt, CREDENTIALS_HINT};
use crate::table::catalog;
use async_trait::async_trait;
use aws_config::SdkConfig;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Audit, Audited, Catalog, Cloud, Fault, FaultKind, Outside, Span, TagPolicy};
use trueup_value::Value;

/// A provider block at work.
pub(crate) struct Account {
    settings: Settings,
    region: Option<String>,
    /// None while the provider block holds unknowns: creations can be planned, nothing can be called.
    base: Option<SdkConfig>,
    /// What is under way, by service, in all regions together.
    traffic: BTreeMap<&'static str, Traffic>,
    sites: Mutex<BTreeMap<String, Arc<Site>>>,
    /// The id of the caller's account once it is known, empty where it isn't to be asked for.
    id: Arc<OnceLock<String>>,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("settings", &self.settings).finish_non_exhaustive()
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

    async fn connect(config: &Value, _outside: &Outside) -> Result<Account, Diagnostics> {
        let diagnostics = validate(config);
        if diagnostics.has_errors() {
            return Err(diagnostics);
        }
        let settings = Settings::of(config);
        if settings.is_partial {
            let region = settings.region.clone().filter(|_| !settings.is_region_unknown);
            let (base, traffic, id) = (None, BTreeMap::new(), Arc::default());
            return Ok(Account { settings, region, base, traffic, sites: Mutex::default(), id });
        }
        let http = http::client(&settings).map_err(|fault| fault.diagnostic())?;
        let base = connect::load(&settings, &http).await.map_err(|fault| fault.diagnostic())?;
        let region = base.region().map(|region| region.as_ref().to_owned());
        let region = region.ok_or_else(no_region)?;
        if !settings.skips.region && !is_region(&region) {
            return Err(bad_region(&region).into());
        }
        let id = if settings.skips.account { OnceLock::from(String::new()) } else { OnceLock::new() };
        let (base, region, traffic) = (Some(base), Some(region), Traffic::of(&SERVICES, &http));
        let account = Account { settings, region, base, traffic, sites: Mutex::default(), id: Arc::new(id) };
        account.check().await?;
        Ok(account)
    }

    fn tags(&self) -> &TagPolicy {
        &self.settings.tags
    }

    fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    fn is_reachable(&self) -> bool {
        self.base.is_some()
    }

    fn calls(&self) -> u64 {
        self.traffic.values().map(Traffic::calls).sum()
    }

    async fn audit(&self, objects: &[Audited], span: &Span) -> Audit {
        audit::audit(self, objects, span).await
    }

    fn site(&self, region: Option<&str>) -> Result<Arc<Site>, Fault> {
        let (Some(base), Some(region)) = (&self.base, region.or(self.region.as_deref())) else {
            let message = "the provider block holds values that aren't known yet";
            return Err(Fault::new(FaultKind::Invalid, message)
                .hint("Apply what those values come from first, with -target."));
        };
        let mut sites = self.sites.lock().expect("no holder of this lock panics");
        let open = || Arc::new(Site::new(base, region, &self.settings, &self.traffic, self.id.clone()));
        Ok(sites.entry(region.to_owned()).or_insert_with(open).clone())
    }
}

impl Account {
    /// Asks who the credentials belong to, and whether that account may be worked on.
    async fn check(&self) -> Result<(), Diagnostics> {
        let Settings { allowed_accounts, forbidden_accounts, skips, .. } = &self.settings;
        let has_lists = !allowed_accounts.is_empty() || !forbidden_accounts.is_empty();
        if skips.credentials && !has_lists {
            return Ok(());
        }
        let site = self.site(None).map_err(|fault| fault.diagnostic())?;
        let identity = site.sts.get_caller_identity().send().await.attempt("asking STS who the caller is");
        let identity = identity.map_err(|fault| self.explain(fault))?;
        let id = identity.account().unwrap_or_default();
        // Where it isn't to be asked for it stays empty.
        self.id.get_or_init(|| id.to_owned());
        let is_named = |ids: &[String]| ids.iter().any(|named| named == id);
        if is_named(forbidden_accounts) || (!allowed_accounts.is_empty() && !is_named(allowed_accounts)) {
            let detail =
                format!("The credentials belong to the account {id}, which the provider block excludes.");
            return Err(Diagnostic::error(format!("AWS account ID not allowed: {id}"), detail)
                .hint("Use credentials of another account, or change allowed_account_ids or forbidden_account_ids.")
                .into());
        }
        Ok(())
    }

    /// Says which credentials were tried.
    fn explain(&self, mut fault: Fault) -> Diagnostic {
        if let Some(at) = fault.message.find(ASSUMING) {
            let detail = format!("It failed {}.", &fault.message[at..]);
            return Diagnostic::error("Cannot assume IAM Role", detail)
                .hint("Check that the role exists, and that its trust policy names the caller or the identity provider.");
        }
        let tried = match (&self.settings.keys, &self.settings.profile) {
            (Some(_), _) => "the access_key and secret_key of the provider block".to_owned(),
            (None, Some(profile)) => format!("the profile {profile:?} and the SDK's other sources"),
            (None, None) => {
                "the environment, the shared files, and the roles of container and instance".to_owned()
            }
        };
        if fault.kind == FaultKind::Unauthenticated {
            fault.message = format!("{} (tried: {tried})", fault.message);
            fault = fault.hint(CREDENTIALS_HINT);
        }
        fault.diagnostic()
    }
}

fn is_region(word: &str) -> bool {
    let parts: Vec<&str> = word.split('-').collect();
    let is_word = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase());
    let (Some(last), Some(words)) = (parts.last(), parts.get(..parts.len() - 1)) else { return false };
    words.len() >= 2 && words.iter().all(is_word) && last.parse::<u32>().is_ok()
}

fn bad_region(region: &str) -> Diagnostic {
    Diagnostic::error(
        format!("invalid AWS Region: {region}"),
        format!("{region:?} does not have the form of a region's name, such as eu-central-1."),
    )
    .hint("Correct it, or set skip_region_validation in the provider block.")
}

fn no_region() -> Diagnostic {
    Diagnostic::error(
        "invalid AWS Region: ",
        "No region is set: neither the provider block nor AWS_REGION, AWS_DEFAULT_REGION nor the profile names one.",
    )
    .hint("Set region in the provider block, or AWS_REGION in the environment.")
}
