//! `azurerm_subnet`: one subnet.

use crate::account::site::Site;
use crate::arm::document::Document;
use crate::arm::place::fill_names;
use crate::data::there;
use crate::network::subnet::{SUBNET, fill_settings, prefixes};
use async_trait::async_trait;
use trueup_provider_kit::{DataSource, Fault, Fields, Object};

/// `azurerm_subnet`
pub(crate) struct SubnetData;

#[async_trait]
impl DataSource<Site> for SubnetData {
    async fn read(&self, site: &Site, object: &mut Object) -> Result<(), Fault> {
        let name = |name| object.text(name).unwrap_or_default();
        let names = [name("virtual_network_name"), name("name")];
        let id = site.id(SUBNET, name("resource_group_name"), &names);
        let subnet = there(site, &id, "Subnet").await?;
        fill_names(object, &id, &subnet);
        fill_settings(object, &subnet);
        object.put_text("address_prefix", prefixes(&subnet).first());
        let group = subnet.word("/properties/networkSecurityGroup/id");
        object.put_text("network_security_group_id", group);
        object.put_text("route_table_id", subnet.word("/properties/routeTable/id"));
        let services = subnet.words_in("/properties/serviceEndpoints", "/service");
        object.put_texts("service_endpoints", services);
        Ok(())
    }
}
