//! `aws_ami`: a machine image.

use crate::account::site::Site;
use crate::data::filters;
use crate::ec2::tags;
use crate::fault::Attempt;
use async_trait::async_trait;
use aws_sdk_ec2::types::{BlockDeviceMapping, EbsBlockDevice, Image};
use regex_lite::Regex;
use std::collections::BTreeMap;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{DataSource, Fault, FaultKind, Fields, Object, Tags};

/// `aws_ami`
pub(crate) struct Ami;

#[async_trait]
impl DataSource<Site> for Ami {
    fn validate(&self, config: &Object) -> Diagnostics {
        let Some(pattern) = config.text("name_regex") else { return Diagnostics::new() };
        match Regex::new(pattern) {
            Ok(_) => Diagnostics::new(),
            Err(e) => Diagnostic::error("Invalid regular expression", format!("name_regex: {e}.")).into(),
        }
    }

    async fn read(&self, site: &Site, object: &mut Object) -> Result<(), Fault> {
        let wanted = filters(object);
        let some = |texts: Vec<String>| (!texts.is_empty()).then_some(texts);
        let request = site
            .ec2
            .describe_images()
            .set_executable_users(some(object.texts("executable_users")))
            .set_filters((!wanted.is_empty()).then_some(wanted))
            .set_include_deprecated(object.flag("include_deprecated"))
            .set_owners(some(object.texts("owners")));
        let pages = request.into_paginator();
        let mut images: Vec<Image> = pages.items().send().collect::<Result<_, _>>().await.plain()?;
        if let Some(pattern) = object.text("name_regex") {
            let pattern = Regex::new(pattern).map_err(|e| Fault::new(FaultKind::Invalid, e.to_string()))?;
            images.retain(|image| image.name().is_some_and(|name| pattern.is_match(name)));
        }
        let image = choose(images, object.flag("most_recent") == Some(true))?;
        fill(site, object, &image);
        Ok(())
    }
}

fn choose(mut images: Vec<Image>, takes_newest: bool) -> Result<Image, Fault> {
    // Dates are ISO 8601 in UTC: their order is that of their text. Ids break ties, so that the choice is stable.
    images.sort_by(|a, b| (a.creation_date(), a.image_id()).cmp(&(b.creation_date(), b.image_id())));
    let count = images.len();
    match images.pop() {
        Some(image) if count == 1 || takes_newest => Ok(image),
        Some(_) => Err(Fault::new(FaultKind::Invalid, format!("the query matches {count} images"))
            .hint("Make the query more exact, or set most_recent.")),
        None => Err(Fault::new(FaultKind::NotFound, "the query matches no image")
            .hint("Check owners, filters and name_regex, and that the region is the right one.")),
    }
}

fn fill(site: &Site, object: &mut Object, image: &Image) {
    let id = image.image_id().unwrap_or_default();
    object.put_text("arn", Some(site.arn("ec2", "", &format!("image/{id}"))));
    object.put_text("id", Some(id));
    object.put_text("image_id", Some(id));
    object.put_text("architecture", image.architecture());
    object.put_text("boot_mode", image.boot_mode());
    object.put_text("creation_date", image.creation_date());
    object.put_text("deprecation_time", image.deprecation_time());
    object.put_text("description", image.description());
    object.put_flag("ena_support", image.ena_support());
    object.put_text("hypervisor", image.hypervisor());
    object.put_text("image_location", image.image_location());
    object.put_text("image_owner_alias", image.image_owner_alias());
    object.put_text("image_type", image.image_type());
    object.put_text("imds_support", image.imds_support());
    object.put_text("kernel_id", image.kernel_id());
    object.put_text("last_launched_time", image.last_launched_time());
    object.put_text("name", image.name());
    object.put_text("owner_id", image.owner_id());
    object.put_text("platform", image.platform());
    object.put_text("platform_details", image.platform_details());
    object.put_flag("public", image.public());
    object.put_text("ramdisk_id", image.ramdisk_id());
    object.put_text("root_device_name", image.root_device_name());
    object.put_text("root_device_type", image.root_device_type());
    object.put_text("root_snapshot_id", root_snapshot(image));
    object.put_text("sriov_net_support", image.sriov_net_support());
    object.put_text("state", image.state());
    object.put_text("tpm_support", image.tpm_support());
    object.put_text("usage_operation", image.usage_operation());
    object.put_text("virtualization_type", image.virtualization_type());
    object.put_map("tags", &tags(image.tags()));
    let reason = image.state_reason();
    let reason = [("code", reason.and_then(|r| r.code())), ("message", reason.and_then(|r| r.message()))];
    let reason: Tags =
        reason.iter().map(|(k, v)| ((*k).to_owned(), v.unwrap_or("UNSET").to_owned())).collect();
    object.put_map("state_reason", &reason);
    fill_lists(object, image);
}

fn fill_lists(object: &mut Object, image: &Image) {
    let codes = image.product_codes().iter().map(|code| {
        let mut item = object.blank_item("product_codes");
        item.put_text("product_code_id", code.product_code_id());
        item.put_text("product_code_type", code.product_code_type());
        item
    });
    let codes: Vec<Object> = codes.collect();
    object.put_items("product_codes", codes);
    let devices = image.block_device_mappings().iter().map(|mapping| {
        let mut item = object.blank_item("block_device_mappings");
        item.put_text("device_name", mapping.device_name());
        item.put_text("no_device", mapping.no_device());
        item.put_text("virtual_name", mapping.virtual_name());
        item.put_map("ebs", &mapping.ebs().map(ebs).unwrap_or_default());
        item
    });
    let devices: Vec<Object> = devices.collect();
    object.put_items("block_device_mappings", devices);
}

fn ebs(ebs: &EbsBlockDevice) -> Tags {
    let number = |number: Option<i32>| number.unwrap_or(0).to_string();
    BTreeMap::from([
        ("delete_on_termination".to_owned(), ebs.delete_on_termination().unwrap_or(false).to_string()),
        ("encrypted".to_owned(), ebs.encrypted().unwrap_or(false).to_string()),
        ("iops".to_owned(), number(ebs.iops())),
        ("snapshot_id".to_owned(), ebs.snapshot_id().unwrap_or_default().to_owned()),
        ("throughput".to_owned(), number(ebs.throughput())),
        ("volume_size".to_owned(), number(ebs.volume_size())),
        (
            "volume_type".to_owned(),
            ebs.volume_type().map(aws_sdk_ec2::types::VolumeType::as_str).unwrap_or_default().to_owned(),
        ),
    ])
}

fn root_snapshot(image: &Image) -> Option<&str> {
    let is_root = |mapping: &&BlockDeviceMapping| mapping.device_name() == image.root_device_name();
    image.block_device_mappings().iter().find(is_root)?.ebs()?.snapshot_id()
}
