//! `aws_availability_zones`: the zones of a region.

use crate::account::site::Site;
use crate::data::filters;
use crate::ec2::filter;
use crate::fault::Attempt;
use async_trait::async_trait;
use aws_sdk_ec2::types::AvailabilityZone;
use std::collections::BTreeSet;
use trueup_provider_kit::{DataSource, Fault, Fields, Object};

/// `aws_availability_zones`
pub(crate) struct AvailabilityZones;

#[async_trait]
impl DataSource<Site> for AvailabilityZones {
    async fn read(&self, site: &Site, object: &mut Object) -> Result<(), Fault> {
        let mut wanted = filters(object);
        wanted.extend(object.text("state").map(|state| filter("state", [state])));
        let request = site
            .ec2
            .describe_availability_zones()
            .set_all_availability_zones(object.flag("all_availability_zones"))
            .set_filters((!wanted.is_empty()).then_some(wanted));
        let answer = request.send().await.plain()?;
        let (names, ids) = (object.texts("exclude_names"), object.texts("exclude_zone_ids"));
        let is_wanted = |zone: &&AvailabilityZone| {
            let has = |list: &[String], item: Option<&str>| {
                list.iter().any(|excluded| Some(excluded.as_str()) == item)
            };
            !has(&names, zone.zone_name()) && !has(&ids, zone.zone_id())
        };
        let mut zones: Vec<&AvailabilityZone> =
            answer.availability_zones().iter().filter(is_wanted).collect();
        zones.sort_by_key(|zone| zone.zone_name());
        let groups: BTreeSet<&str> = zones.iter().filter_map(|zone| zone.group_name()).collect();
        object.put_texts("group_names", groups);
        object.put_text("id", Some(&site.region));
        object.put_texts("names", zones.iter().filter_map(|zone| zone.zone_name()));
        object.put_texts("zone_ids", zones.iter().filter_map(|zone| zone.zone_id()));
        Ok(())
    }
}
