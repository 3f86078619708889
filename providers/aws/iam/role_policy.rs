//! `aws_iam_role_policy`: a policy that is part of a role.

use crate::account::site::Site;
use crate::fault::{Attempt, found};
use crate::iam::{MANY, PATIENCE, details, document, seen};
use crate::{names, policy};
use async_trait::async_trait;
use aws_sdk_iam::types::EntityType;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use trueup_diag::Diagnostics;
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object, Readings, Resource, each, unread};

/// `aws_iam_role_policy`
pub(crate) struct RolePolicy;

/// Texts of policies by role and name.
type Texts = BTreeMap<(String, String), String>;

#[async_trait]
impl Resource<Site> for RolePolicy {
    fn patience(&self) -> Duration {
        PATIENCE
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        names::conflict(config, names::NAME).into_iter().collect()
    }

    /// One call for each, or, where there are many roles, a few for all of the account.
    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        match texts(site, &objects).await {
            Ok(Some(texts)) => {
                let text = |object: &Object| texts.get(&key(object)).cloned();
                objects
                    .into_iter()
                    .map(|object| Ok(text(&object).map(|text| filled(object, &text))))
                    .collect()
            }
            Ok(None) => each(objects, |object| read(site, object)).await,
            Err(fault) => unread(&objects, &fault),
        }
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let name = names::made(object, names::NAME, call.token);
        put(call, &name, object).await?;
        identify(object, &name);
        Ok(())
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        put(call, prior.text("name").unwrap_or_default(), object).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let (role, name) = key(object);
        call.site.iam.delete_role_policy().role_name(role).policy_name(name).send().await.plain()?;
        Ok(())
    }

    /// `role:name`
    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        let parts = id.split_once(':').filter(|(role, name)| !role.is_empty() && !name.is_empty());
        let Some((role, name)) = parts else {
            let message = format!("{id:?} doesn't name a role and a policy");
            return Err(Fault::new(FaultKind::Invalid, message).hint("Write ROLE:such as web:read."));
        };
        object.put_text("role", Some(role));
        identify(object, name);
        Ok(())
    }

    /// Setting it twice does no harm: one of this name that says the same is the one.
    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let name = names::made(object, names::NAME, call.token);
        let there = get(call.site, object.text("role").unwrap_or_default(), &name).await?;
        let wanted = object.text("policy").unwrap_or_default();
        let is_own = there.is_some_and(|text| policy::is_same(&text, wanted));
        if is_own {
            identify(object, &name);
        }
        Ok(is_own)
    }
}

fn key(object: &Object) -> (String, String) {
    (object.owned("role").unwrap_or_default(), object.owned("name").unwrap_or_default())
}

fn identify(object: &mut Object, name: &str) {
    let id = format!("{}:{name}", object.text("role").unwrap_or_default());
    object.put_text("id", Some(id));
    object.put_text("name", Some(name));
}

async fn put(call: &Call<'_, Site>, name: &str, object: &Object) -> Result<(), Fault> {
    let request = call
        .site
        .iam
        .put_role_policy()
        .set_role_name(object.owned("role"))
        .policy_name(name)
        .set_policy_document(object.owned("policy"));
    seen(call, || async { request.clone().send().await.plain() }).await?;
    Ok(())
}

/// All inline policies of all roles where that costs less than asking for each; None where it doesn't or isn't
/// allowed.
async fn texts(site: &Site, objects: &[Object]) -> Result<Option<Texts>, Fault> {
    let wanted: BTreeSet<(String, String)> = objects.iter().map(key).collect();
    if wanted.len() < MANY {
        return Ok(None);
    }
    let Some(details) = details(site, EntityType::Role).await? else { return Ok(None) };
    let mut texts = Texts::new();
    for role in details.roles {
        let name = role.role_name.clone().unwrap_or_default();
        for policy in role.role_policy_list() {
            let key = (name.clone(), policy.policy_name().unwrap_or_default().to_owned());
            texts.insert(key, document(policy.policy_document().unwrap_or_default()));
        }
    }
    Ok(Some(texts))
}

async fn get(site: &Site, role: &str, name: &str) -> Result<Option<String>, Fault> {
    let request = site.iam.get_role_policy().role_name(role).policy_name(name);
    let answer = found(request.send().await.plain())?;
    Ok(answer.map(|answer| document(answer.policy_document())))
}

async fn read(site: &Site, object: Object) -> Result<Option<Object>, Fault> {
    let (role, name) = key(&object);
    Ok(get(site, &role, &name).await?.map(|text| filled(object, &text)))
}

fn filled(mut object: Object, text: &str) -> Object {
    let name = object.owned("name").unwrap_or_default();
    object.put_text("name_prefix", names::prefix(&name));
    object.put_text("policy", Some(text));
    object
}
