//! `aws_region`: a region by its name or endpoint, or that of the provider block.

use crate::account::partition::{Partition, description, regions};
use crate::account::site::Site;
use async_trait::async_trait;
use trueup_diag::nearest;
use trueup_provider_kit::{DataSource, Fault, FaultKind, Fields, Object};

/// `aws_region`
pub(crate) struct Region;

#[async_trait]
impl DataSource<Site> for Region {
    async fn read(&self, site: &Site, object: &mut Object) -> Result<(), Fault> {
        let region = match (object.text("name").or(object.text("region")), object.text("endpoint")) {
            (None, None) => site.region.clone(),
            (name, endpoint) => choose(name, endpoint)?.to_owned(),
        };
        object.put_text("description", description(&region));
        object.put_text("endpoint", Some(endpoint(&region)));
        for name in ["id", "name", "region"] {
            object.put_text(name, Some(&region));
        }
        Ok(())
    }
}

/// The region with this name and this endpoint.
fn choose(name: Option<&str>, of: Option<&str>) -> Result<&'static str, Fault> {
    let is_it = |region: &&str| {
        name.is_none_or(|name| name == *region) && of.is_none_or(|host| host == endpoint(region))
    };
    regions().find(is_it).ok_or_else(|| {
        let asked: Vec<&str> = [name, of].into_iter().flatten().collect();
        let fault = Fault::new(FaultKind::NotFound, format!("no region is called {}", asked.join(" with ")));
        let near = name.and_then(|name| nearest(name, regions().filter(|region| *region != name)));
        match near {
            Some(near) => fault.hint(format!("Did you mean {near:?}?")),
            None => fault.hint(
                "Write a name such as eu-central-1, or an endpoint such as ec2.eu-central-1.amazonaws.com.",
            ),
        }
    })
}

/// `ec2.eu-central-1.amazonaws.com`
fn endpoint(region: &str) -> String {
    format!("ec2.{region}.{}", Partition::of(region).domain)
}
