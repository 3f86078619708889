//! `aws_internet_gateway`: the way from a VPC to the internet.

use crate::account::site::Site;
use crate::ec2::{PAGE_MAX, by_id, filter, mark_filter, marked, tags, unmark, update_tags};
use crate::fault::{Attempt, found};
use async_trait::async_trait;
use aws_sdk_ec2::types::{InternetGateway as Description, ResourceType};
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object, Readings, Resource, keyed};

/// `aws_internet_gateway`
pub(crate) struct InternetGateway;

#[async_trait]
impl Resource<Site> for InternetGateway {
    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        by_id(objects, |ids| describe(site, ids), |object, found| fill(site, object, found)).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let tags = marked(ResourceType::InternetGateway, object, call.token);
        let made =
            call.site.ec2.create_internet_gateway().set_tag_specifications(tags).send().await.plain()?;
        object.put_text("id", made.internet_gateway().and_then(Description::internet_gateway_id));
        let id = object.id_or_empty().to_owned();
        match object.text("vpc_id") {
            Some(vpc) => attach(call, &id, vpc).await,
            None => Ok(()),
        }
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let id = prior.id_or_empty();
        if object.differs(prior, "vpc_id") {
            if let Some(vpc) = prior.text("vpc_id") {
                detach(call, id, vpc).await?;
            }
            if let Some(vpc) = object.text("vpc_id") {
                attach(call, id, vpc).await?;
            }
        }
        update_tags(call.site, id, prior, object).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let id = object.id_or_empty();
        let attached = describe(call.site, vec![id.to_owned()]).await?;
        if let Some(vpc) = attached.first().and_then(|(_, gateway)| attachment(gateway)) {
            detach(call, id, vpc).await?;
        }
        call.site.ec2.delete_internet_gateway().internet_gateway_id(id).send().await.plain()?;
        Ok(())
    }

    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let request = call.site.ec2.describe_internet_gateways().filters(mark_filter(call.token));
        let made = request.send().await.plain()?;
        Ok(object.identify(made.internet_gateways().first().and_then(Description::internet_gateway_id)))
    }

    async fn settle(&self, site: &Site, object: &Object) -> Result<(), Fault> {
        unmark(site, object.id_or_empty()).await
    }
}

/// A VPC made a moment ago may not be known everywhere yet.
async fn attach(call: &Call<'_, Site>, id: &str, vpc: &str) -> Result<(), Fault> {
    let is_early = |fault: &Fault| fault.kind == FaultKind::NotFound;
    let deadline = call.deadline.within(std::time::Duration::from_mins(1));
    let attempt = || async {
        let request = call.site.ec2.attach_internet_gateway().internet_gateway_id(id).vpc_id(vpc);
        request.send().await.attempt(&format!("attaching the internet gateway to the VPC ({vpc})"))
    };
    deadline.retry(is_early, attempt).await?;
    Ok(())
}

/// Public addresses in the VPC keep the gateway busy until they are released.
async fn detach(call: &Call<'_, Site>, id: &str, vpc: &str) -> Result<(), Fault> {
    let is_busy = |fault: &Fault| fault.kind == FaultKind::InUse;
    let attempt = || async {
        let request = call.site.ec2.detach_internet_gateway().internet_gateway_id(id).vpc_id(vpc);
        let outcome =
            request.send().await.attempt(&format!("detaching the internet gateway from the VPC ({vpc})"));
        match outcome {
            Err(fault) if fault.code == "Gateway.NotAttached" => Ok(()),
            outcome => found(outcome).map(drop),
        }
    };
    call.deadline.retry(is_busy, attempt).await
}

async fn describe(site: &Site, ids: Vec<String>) -> Result<Vec<(String, Description)>, Fault> {
    let request = site.ec2.describe_internet_gateways().filters(filter("internet-gateway-id", ids));
    let pages = request.max_results(PAGE_MAX).into_paginator();
    let found: Vec<Description> = pages.items().send().collect::<Result<_, _>>().await.plain()?;
    Ok(keyed(found, |gateway| gateway.internet_gateway_id.clone()))
}

fn attachment(gateway: &Description) -> Option<&str> {
    gateway.attachments().first().and_then(|attachment| attachment.vpc_id())
}

fn fill(site: &Site, object: &mut Object, gateway: &Description) {
    let id = gateway.internet_gateway_id().unwrap_or_default();
    let owner = gateway.owner_id().unwrap_or_default();
    object.put_text("arn", Some(site.arn("ec2", owner, &format!("internet-gateway/{id}"))));
    object.put_text("owner_id", gateway.owner_id());
    object.put_text("vpc_id", attachment(gateway));
    object.put_map("tags_all", &tags(gateway.tags()));
}
