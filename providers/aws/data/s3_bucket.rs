//! `aws_s3_bucket`: a bucket that is there.

use crate::account::site::Site;
use crate::fault::{Attempt, found};
use crate::s3::bucket::{domain_name, hosted_zone, regional_domain_name};
use async_trait::async_trait;
use aws_sdk_s3::error::SdkError;
use trueup_provider_kit::{DataSource, Fault, FaultKind, Fields, Object};

/// `aws_s3_bucket`
pub(crate) struct S3Bucket;

/// Regions whose website endpoints have a dash before the region (AWS General Reference, "Amazon S3 website endpoints").
const DASHED: [&str; 9] = [
    "ap-northeast-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "eu-west-1",
    "sa-east-1",
    "us-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

#[async_trait]
impl DataSource<Site> for S3Bucket {
    async fn read(&self, site: &Site, object: &mut Object) -> Result<(), Fault> {
        let name = object.text("bucket").unwrap_or_default().to_owned();
        let region = region(site, &name).await?;
        object.put_text("arn", Some(format!("arn:{}:s3:::{name}", site.partition())));
        object.put_text("bucket_domain_name", Some(domain_name(site, &name)));
        object.put_text("bucket_region", Some(&region));
        object.put_text("bucket_regional_domain_name", Some(regional_domain_name(site, &name, &region)));
        object.put_text("hosted_zone_id", hosted_zone(&region));
        object.put_text("id", Some(&name));
        // Only the bucket's own region tells whether it is a website.
        let is_here = region == site.region;
        let website = site.s3.get_bucket_website().bucket(&name);
        if is_here && found(website.send().await.attempt("reading the website of the bucket"))?.is_some() {
            let domain = website_domain(site, &region);
            object.put_text("website_endpoint", Some(format!("{name}.{domain}")));
            object.put_text("website_domain", Some(domain));
        }
        Ok(())
    }
}

/// Where the bucket is. Asked in another region, S3 refuses and says which it would be.
async fn region(site: &Site, name: &str) -> Result<String, Fault> {
    let outcome = site.s3.head_bucket().bucket(name).send().await;
    if let Err(SdkError::ServiceError(refused)) = &outcome
        && let Some(region) = refused.raw().headers().get("x-amz-bucket-region")
        && refused.raw().status().as_u16() == 301
    {
        return Ok(region.to_owned());
    }
    match outcome.plain() {
        Ok(head) => Ok(head.bucket_region().unwrap_or(&site.region).to_owned()),
        Err(fault) if fault.is_not_found() => {
            Err(Fault::new(FaultKind::NotFound, format!("there is no bucket {name}")))
        }
        Err(fault) => Err(fault),
    }
}

fn website_domain(site: &Site, region: &str) -> String {
    let separator = if DASHED.contains(&region) { '-' } else { '.' };
    format!("s3-website{separator}{region}.{}", site.domain())
}
