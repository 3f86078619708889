//! `aws_caller_identity`: who the credentials belong to.

use crate::account::site::Site;
use crate::fault::Attempt;
use async_trait::async_trait;
use trueup_provider_kit::{DataSource, Fault, Object};

/// `aws_caller_identity`
pub(crate) struct CallerIdentity;

#[async_trait]
impl DataSource<Site> for CallerIdentity {
    async fn read(&self, site: &Site, object: &mut Object) -> Result<(), Fault> {
        let identity = site.sts.get_caller_identity().send().await.plain()?;
        object.put_text("account_id", identity.account());
        object.put_text("arn", identity.arn());
        object.put_text("id", identity.account());
        object.put_text("user_id", identity.user_id());
        Ok(())
    }
}
