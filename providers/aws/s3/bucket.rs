//! `aws_s3_bucket`: a bucket. What the deprecated blocks inside it say belongs to resources of their own.

use crate::account::site::Site;
use crate::fault::{Attempt, found};
use crate::names;
use crate::s3::locks::delete_versions;
use async_trait::async_trait;
use aws_sdk_s3::types::{
    BucketLocationConstraint, CreateBucketConfiguration, ObjectLockEnabled, Tag, Tagging,
};
use std::time::Duration;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object, Readings, Resource, Tags, each};

/// `aws_s3_bucket`
pub(crate) struct Bucket;

const NAME: (&str, &str) = ("bucket", "bucket_prefix");

/// Deprecated parts of the type; each has a resource of its own.
const ELSEWHERE: [(&str, &str); 13] = [
    ("acceleration_status", "aws_s3_bucket_accelerate_configuration"),
    ("acl", "aws_s3_bucket_acl"),
    ("cors_rule", "aws_s3_bucket_cors_configuration"),
    ("grant", "aws_s3_bucket_acl"),
    ("lifecycle_rule", "aws_s3_bucket_lifecycle_configuration"),
    ("logging", "aws_s3_bucket_logging"),
    ("object_lock_configuration", "aws_s3_bucket_object_lock_configuration"),
    ("policy", "aws_s3_bucket_policy"),
    ("replication_configuration", "aws_s3_bucket_replication_configuration"),
    ("request_payer", "aws_s3_bucket_request_payment_configuration"),
    ("server_side_encryption_configuration", "aws_s3_bucket_server_side_encryption_configuration"),
    ("versioning", "aws_s3_bucket_versioning"),
    ("website", "aws_s3_bucket_website_configuration"),
];

#[async_trait]
impl Resource<Site> for Bucket {
    fn validate(&self, config: &Object) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        for (name, elsewhere) in ELSEWHERE {
            if config.is_set(name)
                && (config.field(name).is_some_and(|v| v.as_sequence().is_none_or(|i| !i.is_empty())))
            {
                let detail = format!("The embedded aws provider does not honour {name:?} in aws_s3_bucket.");
                let diagnostic = Diagnostic::error("Unsupported argument", detail);
                diagnostics.push(diagnostic.hint(format!("Use {elsewhere}, or the provider plugin.")));
            }
        }
        diagnostics.extend(names::conflict(config, NAME));
        diagnostics
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        each(objects, |object| read(site, object)).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let name = names::made(object, NAME, call.token);
        let place = (call.site.region != "us-east-1").then(|| {
            let region = BucketLocationConstraint::from(call.site.region.as_str());
            CreateBucketConfiguration::builder().location_constraint(region).build()
        });
        let request = call.site.s3.create_bucket().bucket(&name).set_create_bucket_configuration(place);
        let request = request.set_object_lock_enabled_for_bucket(
            object.flag("object_lock_enabled").filter(|is_enabled| *is_enabled),
        );
        refuse_existing(call.site, &name).await?;
        // A bucket deleted a moment ago keeps its name for a while.
        let is_late = |fault: &Fault| fault.kind == FaultKind::InUse;
        let deadline = call.deadline.within(Duration::from_mins(2));
        deadline.retry(is_late, || async { request.clone().send().await.plain() }).await?;
        object.put_text("id", Some(&name));
        object.put_text("bucket", Some(&name));
        wait_exists(call, &name).await?;
        set_tags(call.site, &name, &object.map("tags_all"), &Tags::new()).await
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        set_tags(call.site, prior.id_or_empty(), &object.map("tags_all"), &prior.map("tags_all")).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let name = object.id_or_empty();
        loop {
            let outcome = call.site.s3.delete_bucket().bucket(name).send().await.plain();
            let Err(fault) = outcome else { return Ok(()) };
            if fault.code != "BucketNotEmpty" || call.deadline.is_past() {
                return Err(fault);
            }
            if object.flag("force_destroy") != Some(true) {
                return Err(
                    fault.hint("Empty the bucket, or set force_destroy and apply before destroying it.")
                );
            }
            let is_locked = object.flag("object_lock_enabled") == Some(true);
            delete_versions(call.site, name, None, is_locked).await?;
        }
    }

    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        object.put_text("id", Some(id));
        object.put_text("bucket", Some(id));
        Ok(())
    }

    /// A bucket of the name that this account owns and that nobody has given other tags is taken to be the one.
    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let name = names::made(object, NAME, call.token);
        let pages = call.site.s3.list_buckets().prefix(&name).into_paginator();
        let mut pages = pages.send();
        let mut is_own = false;
        while let Some(page) = pages.next().await {
            is_own |= page.plain()?.buckets().iter().any(|bucket| bucket.name() == Some(name.as_str()));
        }
        if !is_own {
            return Ok(false);
        }
        let there = tags(call.site, &name).await?;
        if !there.is_empty() && there != object.map("tags_all") {
            let message = format!("a bucket {name} with other tags is there; it may have been there before");
            return Err(
                Fault::new(FaultKind::Exists, message).hint("Look whose it is, then import or rename it.")
            );
        }
        object.put_text("id", Some(&name));
        object.put_text("bucket", Some(&name));
        Ok(true)
    }
}

/// In us-east-1 creating a bucket that the account already owns succeeds; taking it over must be asked for by import.
async fn refuse_existing(site: &Site, name: &str) -> Result<(), Fault> {
    if site.region != "us-east-1" || found(site.s3.head_bucket().bucket(name).send().await.plain())?.is_none()
    {
        return Ok(());
    }
    let message = format!("the bucket {name} is there already");
    Err(Fault { code: "BucketAlreadyOwnedByYou".into(), ..Fault::new(FaultKind::Exists, message) })
}

async fn wait_exists(call: &Call<'_, Site>, name: &str) -> Result<(), Fault> {
    let state = || async {
        let head = call.site.s3.head_bucket().bucket(name).send().await.plain();
        Ok(found(head)?.map(drop))
    };
    call.deadline.until("the bucket to appear", state).await
}

async fn set_tags(site: &Site, name: &str, wanted: &Tags, before: &Tags) -> Result<(), Fault> {
    if wanted == before {
        return Ok(());
    }
    if wanted.is_empty() {
        site.s3
            .delete_bucket_tagging()
            .bucket(name)
            .send()
            .await
            .attempt("removing the tags of the bucket")?;
        return Ok(());
    }
    let tags: Result<Vec<Tag>, _> =
        wanted.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
    let tagging = tags.and_then(|tags| Tagging::builder().set_tag_set(Some(tags)).build());
    let tagging = tagging.map_err(|e| Fault::new(FaultKind::Invalid, e.to_string()))?;
    site.s3
        .put_bucket_tagging()
        .bucket(name)
        .tagging(tagging)
        .send()
        .await
        .attempt("setting the tags of the bucket")?;
    Ok(())
}

async fn tags(site: &Site, name: &str) -> Result<Tags, Fault> {
    match site.s3.get_bucket_tagging().bucket(name).send().await.attempt("reading the tags of the bucket") {
        Ok(found) => {
            Ok(found.tag_set().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect())
        }
        Err(fault) if fault.code == "NoSuchTagSet" => Ok(Tags::new()),
        Err(fault) => Err(fault),
    }
}

async fn read(site: &Site, mut object: Object) -> Result<Option<Object>, Fault> {
    let name = object.id_or_empty().to_owned();
    let Some(tags) = found(tags(site, &name).await)? else { return Ok(None) };
    if object.flag("object_lock_enabled") != Some(false) {
        let is_locked = is_locked(site, &name).await?;
        object.put_flag("object_lock_enabled", Some(is_locked));
    }
    object.put_text("bucket", Some(&name));
    object.put_text("arn", Some(format!("arn:{}:s3:::{name}", site.partition())));
    object.put_text("bucket_domain_name", Some(domain_name(site, &name)));
    let regional = regional_domain_name(site, &name, &site.region);
    object.put_text("bucket_regional_domain_name", Some(regional));
    object.put_text("bucket_region", Some(&site.region));
    object.put_text("hosted_zone_id", hosted_zone(&site.region));
    object.put_text("bucket_prefix", names::prefix(&name));
    object.put_map("tags_all", &tags);
    Ok(Some(object))
}

/// `bucket.s3.amazonaws.com`
pub(crate) fn domain_name(site: &Site, name: &str) -> String {
    format!("{name}.s3.{}", site.domain())
}

/// `bucket.s3.eu-central-1.amazonaws.com`
pub(crate) fn regional_domain_name(site: &Site, name: &str, region: &str) -> String {
    format!("{name}.s3.{region}.{}", site.domain())
}

/// A bucket that never had a lock has no configuration of it.
async fn is_locked(site: &Site, name: &str) -> Result<bool, Fault> {
    let request = site.s3.get_object_lock_configuration().bucket(name);
    let outcome = request.send().await.attempt("reading the object lock of the bucket");
    match outcome {
        Err(fault)
            if fault.code == "ObjectLockConfigurationNotFoundError" || fault.code == "MethodNotAllowed" =>
        {
            Ok(false)
        }
        outcome => {
            let lock = outcome?.object_lock_configuration;
            Ok(lock.and_then(|lock| lock.object_lock_enabled) == Some(ObjectLockEnabled::Enabled))
        }
    }
}

/// Route 53 zones of S3 website endpoints (AWS General Reference, "Amazon S3 endpoints and quotas").
pub(crate) fn hosted_zone(region: &str) -> Option<&'static str> {
    ZONES.iter().find(|(of, _)| *of == region).map(|(_, zone)| *zone)
}

const ZONES: [(&str, &str); 27] = [
    ("af-south-1", "Z83WF9RJE8B12"),
    ("ap-east-1", "ZNB98KWMFR0R6"),
    ("ap-northeast-1", "Z2M4EHUR26P7ZW"),
    ("ap-northeast-2", "Z3W03O7B5YMIYP"),
    ("ap-northeast-3", "Z2YQB5RD63NC85"),
    ("ap-south-1", "Z11RGJOFQNVJUP"),
    ("ap-south-2", "Z02976202B4EZMXIPMXF7"),
    ("ap-southeast-1", "Z3O0J2DXBE1FTB"),
    ("ap-southeast-2", "Z1WCIGYICN2BYD"),
    ("ap-southeast-3", "Z01846753K324LI26A3VV"),
    ("ap-southeast-4", "Z0312387243XT5FE14WFO"),
    ("ca-central-1", "Z1QDHH18159H29"),
    ("eu-central-1", "Z21DNDUVLTQW6Q"),
    ("eu-central-2", "Z030506016YDQGETNASS"),
    ("eu-north-1", "Z3BAZG2TWCNX0D"),
    ("eu-south-1", "Z30OZKI7KPW7MI"),
    ("eu-south-2", "Z0081959F7139GRJC19J"),
    ("eu-west-1", "Z1BKCTXD74EZPE"),
    ("eu-west-2", "Z3GKZC51ZF0DB4"),
    ("eu-west-3", "Z3R1K369G5AVDG"),
    ("me-central-1", "Z06143092I8HRXZRUZROF"),
    ("me-south-1", "Z1MPMWCPA7YB62"),
    ("sa-east-1", "Z7KQH4QJS55SO"),
    ("us-east-1", "Z3AQBSTGFYJSTF"),
    ("us-east-2", "Z2O1EMRO9K5GLX"),
    ("us-west-1", "Z2F56UZL2M1ACD"),
    ("us-west-2", "Z3BJ6K6RIION7M"),
];
