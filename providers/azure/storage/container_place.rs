//! Where a container is. Its id is that of the management API where the configuration names the account by its id, and
//! its address (`https://ACCOUNT.blob.core.windows.net/NAME`) where it names the account by its name.

use crate::account::site::Site;
use crate::arm::document::Document;
use crate::arm::id::{Id, Kind, is_same};
use crate::storage::VERSION;
use crate::storage::storage_account::ACCOUNT;
use reqwest::Url;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;
use tokio::sync::Mutex;
use trueup_provider_kit::{Deadline, Fault, FaultKind, Fields, Object};

/// Containers of blobs.
pub(super) const CONTAINER: Kind = Kind {
    provider: "Microsoft.Storage",
    path: &["storageAccounts", "blobServices", "containers"],
    version: VERSION,
};

/// How long a new account may be missing from the list of them.
const EARLY: Duration = Duration::from_secs(10);

/// The storage accounts of a subscription by their names, which are nobody else's in all of Azure, with their addresses for
/// blobs. They are listed when one is asked for that isn't among them, by one at a time: those who wait find what came.
#[derive(Default)]
pub(crate) struct Accounts {
    listed: Mutex<BTreeMap<String, (Id, String)>>,
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Accounts")
    }
}

impl Accounts {
    /// Leaves out one that is going: another of its name may be in another group.
    pub(crate) async fn forget(&self, name: &str) {
        self.listed.lock().await.remove(&name.to_lowercase());
    }

    /// An account by its name.
    async fn named(&self, site: &Site, name: &str) -> Result<Option<(Id, String)>, Fault> {
        let name = name.to_lowercase();
        let mut listed = self.listed.lock().await;
        if let Some(found) = listed.get(&name) {
            return Ok(Some(found.clone()));
        }
        let all = site.arm.list(ACCOUNT.list_of_subscription(&site.subscription), ACCOUNT.version).await?;
        let known = all.iter().filter_map(|account| {
            let id = ACCOUNT.parse(account.word("/id")?)?;
            Some((
                id.name().to_lowercase(),
                (id, account.word("/properties/primaryEndpoints/blob")?.to_owned()),
            ))
        });
        *listed = known.collect();
        Ok(listed.get(&name).cloned())
    }
}

/// A container.
pub(super) struct Place {
    pub(super) id: Id,
    /// Its address, where that is what the object is known by.
    pub(super) address: Option<String>,
}

impl Place {
    /// Where a new one is to be.
    pub(super) async fn wanted(site: &Site, object: &Object, deadline: Deadline) -> Result<Place, Fault> {
        let name = object.text("name").unwrap_or_default();
        if let Some(account) = object.text("storage_account_id") {
            return Ok(Place { id: inside(&ACCOUNT.given(account)?, name), address: None });
        }
        let account = object.text("storage_account_name").unwrap_or_default();
        let is_missing = |fault: &Fault| fault.is_not_found();
        let attempt =
            || async { site.accounts.named(site, account).await?.ok_or_else(|| unknown(site, account)) };
        let (account, endpoint) = deadline.within(EARLY).retry(is_missing, attempt).await?;
        let address = format!("{}/{name}", endpoint.trim_end_matches('/'));
        Ok(Place { id: inside(&account, name), address: Some(address) })
    }

    /// Where one is that is on record; None where its account is gone.
    pub(super) async fn known(site: &Site, object: &Object) -> Result<Option<Id>, Fault> {
        let text = object.id_or_empty();
        let Some((account, name)) = parts(text) else { return CONTAINER.given(text).map(Some) };
        let told = object.text("resource_manager_id").and_then(|id| CONTAINER.parse(id));
        let is_it = |id: &Id| is_same(id.parent(ACCOUNT).name(), &account) && is_same(id.name(), &name);
        if let Some(id) = told.filter(is_it) {
            return Ok(Some(id));
        }
        Ok(site.accounts.named(site, &account).await?.map(|(account, _)| inside(&account, &name)))
    }
}

/// Account and container in an address; None where it is none.
pub(super) fn parts(address: &str) -> Option<(String, String)> {
    let url = Url::parse(address).ok().filter(|url| ["http", "https"].contains(&url.scheme()))?;
    let (account, rest) = url.host_str()?.split_once('.')?;
    let name = url.path().trim_matches('/');
    let is_it = rest.split('.').any(|label| label == "blob") && !name.is_empty() && !name.contains('/');
    is_it.then(|| (account.to_owned(), name.to_owned()))
}

/// The id of a container in an account.
fn inside(account: &Id, name: &str) -> Id {
    CONTAINER.id(&account.subscription, &account.group, &[account.name(), "default", name])
}

fn unknown(site: &Site, account: &str) -> Fault {
    let message = format!(
        "there is no storage account {account:?} with blobs in the subscription {}",
        site.subscription
    );
    Fault::new(FaultKind::NotFound, message)
        .hint("Check storage_account_name, or name the account by its id: storage_account_id.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        let cases = [
            ("https://acct.blob.core.windows.net/name", Some(("acct", "name"))),
            ("https://acct.z12.blob.storage.azure.net/name/", Some(("acct", "name"))),
            ("https://acct.blob.core.windows.net/$root", Some(("acct", "$root"))),
            ("https://acct.queue.core.windows.net/name", None),
            ("https://acct.blob.core.windows.net/", None),
            ("https://acct.blob.core.windows.net/name/blob", None),
            ("/subscriptions/s", None),
            ("name", None),
        ];
        for (address, expected) in cases {
            let found = parts(address);
            let found = found.as_ref().map(|(account, name)| (account.as_str(), name.as_str()));
            assert_eq!(found, expected, "{address}");
        }
    }
}
