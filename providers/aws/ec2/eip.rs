//! `aws_eip`: an Elastic IP address, and what it leads to.

use crate::account::site::Site;
use crate::ec2::{PAGE_MAX, by_id, filter, mark_filter, marked, tags, unmark, update_tags};
use crate::fault::{Attempt, found};
use async_trait::async_trait;
use aws_sdk_ec2::types::{Address, AddressAttribute, AddressAttributeName, DomainType, ResourceType};
use std::collections::BTreeMap;
use std::time::Duration;
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object, Planning, Readings, Resource};

/// `aws_eip`
pub(crate) struct Eip;

/// An address and the host name that reverse DNS answers for it.
struct Found {
    address: Address,
    reverse: Option<String>,
    /// The account that asked: addresses don't say whose they are.
    account: String,
}

/// What the address leads to.
const TARGET: [&str; 3] = ["associate_with_private_ip", "instance", "network_interface"];

#[async_trait]
impl Resource<Site> for Eip {
    fn patience(&self) -> Duration {
        Duration::from_mins(5)
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        if planning.changes_any(&TARGET) {
            let told = ["association_id", "instance", "network_interface", "private_dns", "private_ip"];
            planning.unsettle(&told);
        }
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        by_id(objects, |ids| describe(site, ids), |object, found| fill(site, object, found)).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let site = call.site;
        let request = site
            .ec2
            .allocate_address()
            .set_address(object.owned("address"))
            .set_customer_owned_ipv4_pool(object.owned("customer_owned_ipv4_pool"))
            .set_domain(object.text("domain").map(DomainType::from))
            .set_ipam_pool_id(object.owned("ipam_pool_id"))
            .set_network_border_group(object.owned("network_border_group"))
            .set_public_ipv4_pool(object.owned("public_ipv4_pool"))
            .set_tag_specifications(marked(ResourceType::ElasticIp, object, call.token));
        let made = request.send().await.plain()?;
        object.put_text("id", made.allocation_id());
        let id = object.id_or_empty().to_owned();
        associate(call, &id, object).await
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let id = prior.id_or_empty();
        if object.differs_in(prior, &TARGET) {
            disassociate(call.site, id).await?;
            associate(call, id, object).await?;
        }
        update_tags(call.site, id, prior, object).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let id = object.id_or_empty();
        disassociate(call.site, id).await?;
        let request = call.site.ec2.release_address().allocation_id(id);
        request.set_network_border_group(object.owned("network_border_group")).send().await.plain()?;
        Ok(())
    }

    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let request = call.site.ec2.describe_addresses().filters(mark_filter(call.token));
        let made = request.send().await.plain()?;
        Ok(object.identify(made.addresses().first().and_then(Address::allocation_id)))
    }

    async fn settle(&self, site: &Site, object: &Object) -> Result<(), Fault> {
        unmark(site, object.id_or_empty()).await
    }
}

/// Leads the address to the instance or interface that the object names, where it names one.
async fn associate(call: &Call<'_, Site>, id: &str, object: &Object) -> Result<(), Fault> {
    let (instance, interface) = (object.owned("instance"), object.owned("network_interface"));
    let Some(target) = instance.as_ref().or(interface.as_ref()) else { return Ok(()) };
    // Neither address nor target may be known everywhere yet; an instance may still be starting.
    let is_early = |fault: &Fault| fault.kind == FaultKind::NotFound || fault.code == "InvalidInstanceID";
    let deadline = call.deadline.within(Duration::from_mins(2));
    let attempt = || async {
        let request = call
            .site
            .ec2
            .associate_address()
            .allocation_id(id)
            .set_instance_id(instance.clone())
            .set_network_interface_id(interface.clone())
            .set_private_ip_address(object.owned("associate_with_private_ip"));
        request.send().await.attempt(&format!("associating the address with {target}"))
    };
    deadline.retry(is_early, attempt).await?;
    let leads = || async {
        let found = addresses(call.site, vec![id.to_owned()]).await?;
        Ok(found.first().and_then(Address::association_id).map(drop))
    };
    call.deadline.until("the address to be associated", leads).await
}

/// Takes the address from what it leads to now, which others may have changed.
async fn disassociate(site: &Site, id: &str) -> Result<(), Fault> {
    for address in addresses(site, vec![id.to_owned()]).await? {
        if let Some(association) = address.association_id() {
            let request = site.ec2.disassociate_address().association_id(association);
            found(request.send().await.attempt("taking the address from what it leads to"))?;
        }
    }
    Ok(())
}

async fn addresses(site: &Site, ids: Vec<String>) -> Result<Vec<Address>, Fault> {
    let request = site.ec2.describe_addresses().filters(filter("allocation-id", ids));
    Ok(request.send().await.plain()?.addresses.unwrap_or_default())
}

async fn describe(site: &Site, ids: Vec<String>) -> Result<Vec<(String, Found)>, Fault> {
    let addresses = addresses(site, ids).await?;
    let ids: Vec<String> = addresses.iter().filter_map(|a| a.allocation_id().map(str::to_owned)).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let account = site.account().await?;
    let mut reverse = reverse(site, ids).await?;
    let named = |address: Address| {
        let id = address.allocation_id.clone()?;
        let reverse = reverse.remove(&id);
        Some((id, Found { address, reverse, account: account.to_owned() }))
    };
    Ok(addresses.into_iter().filter_map(named).collect())
}

/// Host names of reverse DNS by allocation. The call takes ids and no filter: an address released meanwhile fails it for
/// all, so that each is asked for by itself then.
async fn reverse(site: &Site, ids: Vec<String>) -> Result<BTreeMap<String, String>, Fault> {
    if let Some(names) = found(names(site, ids.clone()).await)? {
        return Ok(names);
    }
    let mut all = BTreeMap::new();
    for id in ids {
        all.extend(found(names(site, vec![id]).await)?.unwrap_or_default());
    }
    Ok(all)
}

async fn names(site: &Site, ids: Vec<String>) -> Result<BTreeMap<String, String>, Fault> {
    let request = site.ec2.describe_addresses_attribute().attribute(AddressAttributeName::DomainName);
    let pages = request.set_allocation_ids(Some(ids)).max_results(PAGE_MAX).into_paginator();
    let found: Vec<AddressAttribute> = pages
        .items()
        .send()
        .collect::<Result<_, _>>()
        .await
        .attempt("reading the reverse DNS of addresses")?;
    let named = |name: AddressAttribute| Some((name.allocation_id?, name.ptr_record?));
    Ok(found.into_iter().filter_map(named).collect())
}

fn fill(site: &Site, object: &mut Object, found: &Found) {
    let address = &found.address;
    let id = address.allocation_id().unwrap_or_default();
    object.put_text("allocation_id", Some(id));
    object.put_text("arn", Some(site.arn("ec2", &found.account, &format!("elastic-ip/{id}"))));
    object.put_text("association_id", address.association_id());
    object.put_text("carrier_ip", address.carrier_ip());
    object.put_text("customer_owned_ip", address.customer_owned_ip());
    object.put_text("customer_owned_ipv4_pool", address.customer_owned_ipv4_pool());
    object.put_text("domain", address.domain());
    object.put_text("instance", address.instance_id());
    object.put_text("network_border_group", address.network_border_group());
    object.put_text("network_interface", address.network_interface_id());
    object.put_text("private_ip", address.private_ip_address());
    object.put_text("ptr_record", found.reverse.as_deref());
    object.put_text("public_ip", address.public_ip());
    object.put_text("public_ipv4_pool", address.public_ipv4_pool());
    let private = address.private_ip_address().map(|ip| private_name(&site.region, ip));
    object.put_text("private_dns", private);
    let public = address.public_ip().map(|ip| public_name(&site.region, site.domain(), ip));
    object.put_text("public_dns", public);
    object.put_map("tags_all", &tags(address.tags()));
    // Where it isn't asked for, any address of the target does.
    if object.is_set("associate_with_private_ip") {
        object.put_text("associate_with_private_ip", address.private_ip_address());
    }
}

/// Host names as the VPC user guide has them ("DNS attributes for your VPC"); the API doesn't tell them.
fn private_name(region: &str, ip: &str) -> String {
    let host = ip.replace('.', "-");
    match region {
        "us-east-1" => format!("ip-{host}.ec2.internal"),
        _ => format!("ip-{host}.{region}.compute.internal"),
    }
}

fn public_name(region: &str, domain: &str, ip: &str) -> String {
    let host = ip.replace('.', "-");
    match region {
        "us-east-1" => format!("ec2-{host}.compute-1.{domain}"),
        _ => format!("ec2-{host}.{region}.compute.{domain}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_names_follow_the_region() {
        let cases = [
            (
                "us-east-1",
                "amazonaws.com",
                "ip-10-0-0-5.ec2.internal",
                "ec2-10-0-0-5.compute-1.amazonaws.com",
            ),
            (
                "eu-west-1",
                "amazonaws.com",
                "ip-10-0-0-5.eu-west-1.compute.internal",
                "ec2-10-0-0-5.eu-west-1.compute.amazonaws.com",
            ),
            (
                "cn-north-1",
                "amazonaws.com.cn",
                "ip-10-0-0-5.cn-north-1.compute.internal",
                "ec2-10-0-0-5.cn-north-1.compute.amazonaws.com.cn",
            ),
        ];
        for (region, domain, private, public) in cases {
            assert_eq!(private_name(region, "10.0.0.5"), private);
            assert_eq!(public_name(region, domain, "10.0.0.5"), public);
        }
    }
}
