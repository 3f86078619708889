//! One region: its clients and what ARNs need.

use crate::account::connect::{identity_timeouts, upload_timeouts};
use crate::account::partition::Partition;
use crate::account::settings::Settings;
use crate::account::traffic::{Guard, Traffic};
use crate::fault::Attempt;
use aws_config::SdkConfig;
use aws_sdk_sts::config::retry::{RetryPartition, TokenBucket};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};
use trueup_provider_kit::{Fault, SwitchedOff};

/// The clients of one region.
pub(crate) struct Site {
    pub(crate) cloudtrail: aws_sdk_cloudtrail::Client,
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    pub(crate) ec2: aws_sdk_ec2::Client,
    pub(crate) iam: aws_sdk_iam::Client,
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) sts: aws_sdk_sts::Client,
    pub(crate) region: String,
    pub(crate) switched_off: SwitchedOff,
    account: Arc<OnceLock<String>>,
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Site({})", self.region)
    }
}

impl Site {
    /// `account` is shared by the regions of a provider block: the id of the caller's account once it is known.
    pub(crate) fn new(
        base: &SdkConfig,
        region: &str,
        settings: &Settings,
        traffic: &BTreeMap<&'static str, Traffic>,
        account: Arc<OnceLock<String>>,
    ) -> Site {
        let endpoints = &settings.endpoints;
        let place = aws_config::Region::new(region.to_owned());
        let sts_region = endpoints.sts_region.clone().map_or(place.clone(), aws_config::Region::new);
        let mut cloudtrail = aws_sdk_cloudtrail::config::Builder::from(base).region(place.clone());
        let mut dynamodb = aws_sdk_dynamodb::config::Builder::from(base).region(place.clone());
        let mut ec2 = aws_sdk_ec2::config::Builder::from(base).region(place.clone());
        let mut iam = aws_sdk_iam::config::Builder::from(base).region(place.clone());
        let mut s3 = aws_sdk_s3::config::Builder::from(base)
            .region(place)
            .force_path_style(settings.is_path_style)
            .timeout_config(upload_timeouts());
        let mut sts =
            aws_sdk_sts::config::Builder::from(base).region(sts_region).timeout_config(identity_timeouts());
        // An endpoint of the provider block wins over those of the environment, which are in `base`.
        macro_rules! prepare {
            ($($service:ident),+) => {
                $(
                    $service = $service
                        .http_client(traffic[stringify!($service)].clone())
                        .interceptor(Guard)
                        .retry_classifier(Guard)
                        .retry_partition(retries(stringify!($service), settings));
                    if let Some(url) = endpoints.of(stringify!($service)) {
                        $service = $service.endpoint_url(url);
                    }
                )+
            };
        }
        prepare!(cloudtrail, dynamodb, ec2, iam, s3, sts);
        Site {
            cloudtrail: aws_sdk_cloudtrail::Client::from_conf(cloudtrail.build()),
            dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb.build()),
            ec2: aws_sdk_ec2::Client::from_conf(ec2.build()),
            iam: aws_sdk_iam::Client::from_conf(iam.build()),
            s3: aws_sdk_s3::Client::from_conf(s3.build()),
            sts: aws_sdk_sts::Client::from_conf(sts.build()),
            region: region.to_owned(),
            switched_off: SwitchedOff::default(),
            account,
        }
    }

    /// The id of the account that the credentials belong to; empty where the provider block says not to ask.
    pub(crate) async fn account(&self) -> Result<&str, Fault> {
        if let Some(id) = self.account.get() {
            return Ok(id);
        }
        let identity = self.sts.get_caller_identity().send().await.attempt("asking STS who the caller is")?;
        Ok(self.account.get_or_init(|| identity.account().unwrap_or_default().to_owned()))
    }

    /// The partition that the region belongs to.
    pub(crate) fn partition(&self) -> &'static str {
        Partition::of(&self.region).name
    }

    /// The domain of the partition's endpoints.
    pub(crate) fn domain(&self) -> &'static str {
        Partition::of(&self.region).domain
    }

    /// `arn:aws:ec2:us-east-1:123456789012:vpc/vpc-1`
    pub(crate) fn arn(&self, service: &str, account: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{account}:{resource}", self.partition(), self.region)
    }
}

/// How many retries the calls of a service may have saved up together; without end where the provider block doesn't
/// say.
fn retries(service: &'static str, settings: &Settings) -> RetryPartition {
    let tokens = settings.retry_tokens.map_or_else(TokenBucket::unlimited, TokenBucket::new);
    RetryPartition::custom(service).token_bucket(tokens).build()
}
