//! Role definitions: their ids and names, at a scope.

use crate::account::site::Site;
use crate::arm::document::Document;
use crate::arm::id::is_same;
use trueup_provider_kit::{Fault, FaultKind};

/// The version of the API of role definitions.
const VERSION: &str = "2022-04-01";

/// The id of the role of a name.
pub(super) async fn id_of(site: &Site, scope: &str, name: &str) -> Result<String, Fault> {
    let quoted = name.replace('\'', "''");
    let path = format!("{scope}/providers/Microsoft.Authorization/roleDefinitions");
    let filter = format!("roleName eq '{quoted}'");
    let found = site.arm.list(path, (VERSION, &[("$filter", filter.as_str())][..])).await?;
    let is_it = |role: &&serde_json::Value| {
        role.word("/properties/roleName").is_some_and(|found| is_same(found, name))
    };
    found.iter().find(is_it).and_then(|role| role.word("/id")).map(str::to_owned).ok_or_else(|| {
        Fault::new(FaultKind::NotFound, format!("no role is called {name:?} at the scope {scope}"))
            .hint("`az role definition list --query '[].roleName'` tells the names of roles.")
    })
}

/// The name of a role by its id; None where it isn't there any more.
pub(super) async fn name_of(site: &Site, id: &str) -> Result<Option<String>, Fault> {
    let found = site.arm.get(id, VERSION).await?;
    Ok(found.as_ref().and_then(|role| role.word("/properties/roleName")).map(str::to_owned))
}
