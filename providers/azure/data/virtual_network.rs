//! `azurerm_virtual_network`: one virtual network.

use crate::account::site::Site;
use crate::arm::document::Document;
use crate::arm::tracked::fill_common;
use crate::data::there;
use crate::network::virtual_network::{NETWORK, RANGES};
use async_trait::async_trait;
use trueup_provider_kit::{DataSource, Fault, Fields, Object, Tags};

/// `azurerm_virtual_network`
pub(crate) struct VirtualNetworkData;

const PEERINGS: &str = "/properties/virtualNetworkPeerings";

#[async_trait]
impl DataSource<Site> for VirtualNetworkData {
    async fn read(&self, site: &Site, object: &mut Object) -> Result<(), Fault> {
        let name = |name| object.text(name).unwrap_or_default();
        let id = site.id(NETWORK, name("resource_group_name"), &[name("name")]);
        let network = there(site, &id, "Virtual Network").await?;
        fill_common(object, &id, &network);
        object.put_texts("address_space", network.words(RANGES));
        object.put_texts("dns_servers", network.words("/properties/dhcpOptions/dnsServers"));
        object.put_text("guid", network.word("/properties/resourceGuid"));
        object.put_texts("subnets", network.words_in("/properties/subnets", "/name"));
        let peerings = network.array(PEERINGS).iter();
        let peerings: Tags = peerings
            .filter_map(|one| {
                let remote = one.word("/properties/remoteVirtualNetwork/id")?;
                Some((one.word("/name")?.to_owned(), remote.to_owned()))
            })
            .collect();
        object.put_map("vnet_peerings", &peerings);
        let remote = "/properties/remoteAddressSpace/addressPrefixes";
        let addresses = network.array(PEERINGS).iter().flat_map(|one| one.words(remote));
        object.put_texts("vnet_peerings_addresses", addresses);
        Ok(())
    }
}
