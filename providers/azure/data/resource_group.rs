//! `azurerm_resource_group`: one resource group.

use crate::account::site::Site;
use crate::arm::document::Document;
use crate::arm::tracked::fill_common;
use crate::data::there;
use crate::resources::resource_group::GROUP;
use async_trait::async_trait;
use trueup_provider_kit::{DataSource, Fault, Fields, Object};

/// `azurerm_resource_group`
pub(crate) struct ResourceGroupData;

#[async_trait]
impl DataSource<Site> for ResourceGroupData {
    async fn read(&self, site: &Site, object: &mut Object) -> Result<(), Fault> {
        let id = site.id(GROUP, object.text("name").unwrap_or_default(), &[]);
        let group = there(site, &id, "Resource Group").await?;
        fill_common(object, &id, &group);
        object.put_text("managed_by", group.word("/managedBy"));
        Ok(())
    }
}
