//! `google_compute_zones`: the zones of a region.

use crate::account::site::Site;
use crate::data::project;
use crate::links::{self, segment};
use async_trait::async_trait;
use trueup_provider_kit::{DataSource, Fault, FaultKind, Fields, Object};

/// `google_compute_zones`
pub(crate) struct Zones;

#[async_trait]
impl DataSource<Site> for Zones {
    async fn read(&self, site: &Site, object: &mut Object) -> Result<(), Fault> {
        let project = project(site, object)?;
        let region = object.text("region").map(links::name).map(str::to_owned);
        let region = region.or_else(|| site.settings.region.clone()).ok_or_else(|| {
            Fault::new(FaultKind::Invalid, "region is needed and nothing sets it")
                .hint("Set region in the data source or in the provider block.")
        })?;
        let all = site.compute.list(&format!("projects/{}/zones", segment(&project)), &[]).await?;
        let status = object.text("status");
        let is_asked = |zone: &&serde_json::Value| {
            let is_there = zone["region"].as_str().is_some_and(|link| links::name(link) == region);
            is_there && status.is_none_or(|status| zone["status"] == status)
        };
        let names = all.iter().filter(is_asked).filter_map(|zone| zone["name"].as_str());
        let mut names: Vec<String> = names.map(str::to_owned).collect();
        names.sort();
        object.put_texts("names", names);
        object.put_text("id", Some(format!("projects/{project}/regions/{region}")));
        object.put_text("project", Some(project));
        object.put_text("region", Some(region));
        Ok(())
    }
}
