//! `aws_iam_policy`: a policy by its ARN or name.

use crate::account::site::Site;
use crate::fault::Attempt;
use crate::iam::policy::{get, text};
use crate::iam::{PAGE_MAX, tags};
use async_trait::async_trait;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{DataSource, Fault, FaultKind, Fields, Object};
use trueup_value::Value;

/// `aws_iam_policy`
pub(crate) struct IamPolicy;

#[async_trait]
impl DataSource<Site> for IamPolicy {
    fn validate(&self, config: &Object) -> Diagnostics {
        let is_given = |name: &str| config.field(name).is_some_and(|value| !value.is_null());
        let mut diagnostics = Diagnostics::new();
        if is_given("arn") && (is_given("name") || is_given("path_prefix")) {
            let detail = "The argument arn names one policy; name and path_prefix have nothing to add.";
            diagnostics.push(Diagnostic::error("Conflicting configuration arguments", detail));
        } else if !is_given("arn") && !is_given("name") {
            let detail = "One of the arguments arn and name must be given.";
            diagnostics.push(Diagnostic::error("Missing required argument", detail));
        }
        diagnostics
    }

    async fn read(&self, site: &Site, object: &mut Object) -> Result<(), Fault> {
        let arn = match object.owned("arn") {
            Some(arn) => arn,
            None => named(site, object).await?,
        };
        let Some(policy) = get(site, &arn).await? else { return Err(missing(object)) };
        let text = text(site, &arn, &policy).await?;
        object.put_text("arn", Some(&arn));
        object.put_integer("attachment_count", policy.attachment_count());
        object.put_text("description", policy.description());
        object.put_text("id", Some(&arn));
        object.put_text("name", policy.policy_name());
        object.put_text("path", policy.path());
        object.put_text("policy", text);
        object.put_text("policy_id", policy.policy_id());
        object.put_map("tags", &tags(policy.tags()));
        Ok(())
    }
}

/// The one policy of this name, the account's own and those that AWS keeps.
async fn named(site: &Site, object: &Object) -> Result<String, Fault> {
    let name = object.text("name");
    let request = site.iam.list_policies().max_items(PAGE_MAX).set_path_prefix(object.owned("path_prefix"));
    let mut pages = request.into_paginator().items().send();
    let mut arns = Vec::new();
    while let Some(policy) = pages.next().await {
        let policy = policy.attempt("listing the policies")?;
        if policy.policy_name() == name {
            arns.extend(policy.arn);
        }
    }
    match arns.len() {
        0 => Err(missing(object)),
        1 => Ok(arns.swap_remove(0)),
        _ => {
            let message =
                format!("several policies are called {:?}: {}", name.unwrap_or_default(), arns.join(", "));
            Err(Fault::new(FaultKind::Invalid, message).hint("Set arn to one of them, or path_prefix."))
        }
    }
}

fn missing(object: &Object) -> Fault {
    let criteria = ["arn", "name", "path_prefix"]
        .map(|name| format!("{name}: {}", object.field(name).and_then(Value::as_str).unwrap_or_default()));
    let message = format!("no IAM policy found matching criteria ({})", criteria.join(", "));
    Fault::new(FaultKind::NotFound, message)
        .hint("Check the criteria and the account that the credentials belong to.")
}
