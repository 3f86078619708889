//! What an account or a machine itself signs in as: the block `identity`.

use crate::arm::document::Document;
use crate::arm::id::is_same;
use crate::element::with;
use crate::storage::settings::fill_block;
use serde_json::{Map, Value as Json, json};
use trueup_provider_kit::{Fields, Object, Planning};
use trueup_value::{Type, Value};

const USERS: &str = "/identity/userAssignedIdentities";

/// Puts what the block says into a change; `prior` has the identities that are to go.
pub(super) fn edit(object: &Object, prior: Option<&Object>, account: &mut Json) {
    let had = prior.and_then(|prior| prior.item("identity"));
    let Some(identity) = object.item("identity") else {
        if had.is_some() {
            account.set("/identity/type", Some("None"));
        }
        return;
    };
    account.set("/identity/type", identity.text("type").map(|word| word.replace(' ', "")));
    let wanted = identity.texts("identity_ids");
    let gone = had.map(|had| had.texts("identity_ids")).unwrap_or_default();
    let is_gone = |id: &String| !wanted.iter().any(|kept| is_same(kept, id));
    let mut users: Map<String, Json> = wanted.iter().map(|id| (id.clone(), json!({}))).collect();
    users.extend(gone.into_iter().filter(is_gone).map(|id| (id, Json::Null)));
    account.set(USERS, Some(Json::Object(users)).filter(|users| users != &json!({})));
}

/// With an identity of its own an account gets a service principal, and without one it has none.
pub(crate) fn plan(planning: &mut Planning<'_>) {
    let Some(item) = planning.planned.item("identity") else { return };
    let before = planning.prior.and_then(|prior| prior.item("identity"));
    if before.is_some_and(|before| before.field("type") == item.field("type")) {
        return;
    }
    let unknown = Value::unknown(Type::String);
    let item = with(&with(item, "principal_id", &unknown), "tenant_id", &unknown);
    planning.planned.put("identity", Value::list(item.ty(), [item]));
}

pub(crate) fn fill(object: &mut Object, account: &Json) {
    let known = object.item("identity").map(|identity| identity.texts("identity_ids")).unwrap_or_default();
    let kind = account.word("/identity/type").filter(|word| *word != "None");
    fill_block(object, "identity", kind.and(account.at("/identity")), |block, identity| {
        let kind = kind.map(|word| word.replace(' ', "").replace(',', ", "));
        block.put_text("type", kind);
        block.put_text("principal_id", identity.word("/principalId"));
        block.put_text("tenant_id", identity.word("/tenantId"));
        // Ids come back in another case at times.
        let users = identity.at("/userAssignedIdentities").and_then(Json::as_object).into_iter().flatten();
        let ids = users.map(|(id, _)| known.iter().find(|of| is_same(of, id)).unwrap_or(id));
        block.put_texts("identity_ids", ids);
    });
}
