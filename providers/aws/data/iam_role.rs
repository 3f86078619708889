//! `aws_iam_role`: a role by its name.

use crate::account::site::Site;
use crate::iam::role::get;
use crate::iam::{document, tags, time};
use async_trait::async_trait;
use trueup_provider_kit::{DataSource, Fault, FaultKind, Fields, Object};
use trueup_value::{Type, Value};

/// `aws_iam_role`
pub(crate) struct IamRole;

#[async_trait]
impl DataSource<Site> for IamRole {
    async fn read(&self, site: &Site, object: &mut Object) -> Result<(), Fault> {
        let name = object.owned("name").unwrap_or_default();
        let Some(role) = get(site, &name).await? else {
            let fault = Fault::new(FaultKind::NotFound, format!("no role is called {name:?}"));
            return Err(fault.hint("Check the name and the account that the credentials belong to."));
        };
        let boundary = role.permissions_boundary().and_then(|boundary| boundary.permissions_boundary_arn());
        object.put_text("arn", Some(role.arn()));
        let trusted = document(role.assume_role_policy_document().unwrap_or_default());
        object.put_text("assume_role_policy", Some(trusted));
        object.put_text("create_date", time(role.create_date()));
        object.put_text("description", role.description());
        object.put_text("id", Some(role.role_name()));
        object.put_integer("max_session_duration", role.max_session_duration());
        object.put_text("path", Some(role.path()));
        object.put_text("permissions_boundary", boundary);
        object.put_map("tags", &tags(role.tags()));
        object.put_text("unique_id", Some(role.role_id()));
        let text = |text: Option<String>| {
            text.map_or_else(|| Value::null(Type::String), |text| Value::from(text.as_str()))
        };
        let used = role.role_last_used().map(|used| {
            let date = text(used.last_used_date().and_then(time));
            Value::object([("last_used_date", date), ("region", text(used.region().map(str::to_owned)))])
        });
        let element = object.type_of("role_last_used").element().expect("it is a list").clone();
        object.put("role_last_used", Value::list(element, used));
        Ok(())
    }
}
