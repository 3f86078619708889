//! Everything the provider offers: one line a type.

use crate::account::site::Site;
use crate::compute::Compute;
use crate::compute::address::{Address, GlobalAddress};
use crate::compute::disk::Disk;
use crate::compute::firewall::Firewall;
use crate::compute::instance::Instance;
use crate::compute::instance_template::InstanceTemplate;
use crate::compute::network::Network;
use crate::compute::route::Route;
use crate::compute::router::Router;
use crate::compute::router_nat::RouterNat;
use crate::compute::subnetwork::Subnetwork;
use crate::data::client_config::ClientConfig;
use crate::data::image::Image;
use crate::data::project::Project;
use crate::data::zones::Zones;
use crate::iam::policy::MEMBER;
use crate::iam::service_account::ServiceAccount;
use crate::links::{BUCKET, CASELESS, IMAGE, KEY, LINK, TIME};
use crate::resource_manager::PROJECT_MEMBER;
use crate::storage::bucket::Bucket;
use crate::storage::bucket_object::BucketObject;
use crate::storage::{BUCKET_BINDING, BUCKET_MEMBER};
use std::sync::OnceLock;
use trueup_provider_kit::{Catalog, DataSource, Offer, Resource};

macro_rules! schema {
    ($name:literal) => {
        include_str!(concat!("../../schemas/google/", $name, ".json"))
    };
}

static RESOURCES: &[Offer<dyn Resource<Site>>] = &[
    Offer {
        kind: "google_compute_address",
        noun: "Compute Address",
        schema: schema!("google_compute_address"),
        code: &Compute(Address),
    },
    Offer {
        kind: "google_compute_disk",
        noun: "Compute Disk",
        schema: schema!("google_compute_disk"),
        code: &Compute(Disk),
    },
    Offer {
        kind: "google_compute_firewall",
        noun: "Compute Firewall",
        schema: schema!("google_compute_firewall"),
        code: &Compute(Firewall),
    },
    Offer {
        kind: "google_compute_global_address",
        noun: "Compute Global Address",
        schema: schema!("google_compute_global_address"),
        code: &Compute(GlobalAddress),
    },
    Offer {
        kind: "google_compute_instance",
        noun: "Compute Instance",
        schema: schema!("google_compute_instance"),
        code: &Compute(Instance),
    },
    Offer {
        kind: "google_compute_instance_template",
        noun: "Compute Instance Template",
        schema: schema!("google_compute_instance_template"),
        code: &Compute(InstanceTemplate),
    },
    Offer {
        kind: "google_compute_network",
        noun: "Compute Network",
        schema: schema!("google_compute_network"),
        code: &Compute(Network),
    },
    Offer {
        kind: "google_compute_route",
        noun: "Compute Route",
        schema: schema!("google_compute_route"),
        code: &Compute(Route),
    },
    Offer {
        kind: "google_compute_router",
        noun: "Compute Router",
        schema: schema!("google_compute_router"),
        code: &Compute(Router),
    },
    Offer {
        kind: "google_compute_router_nat",
        noun: "Compute Router NAT",
        schema: schema!("google_compute_router_nat"),
        code: &RouterNat,
    },
    Offer {
        kind: "google_compute_subnetwork",
        noun: "Compute Subnetwork",
        schema: schema!("google_compute_subnetwork"),
        code: &Compute(Subnetwork),
    },
    Offer {
        kind: "google_project_iam_member",
        noun: "Project IAM Member",
        schema: schema!("google_project_iam_member"),
        code: &PROJECT_MEMBER,
    },
    Offer {
        kind: "google_service_account",
        noun: "Service Account",
        schema: schema!("google_service_account"),
        code: &ServiceAccount,
    },
    Offer {
        kind: "google_storage_bucket",
        noun: "Storage Bucket",
        schema: schema!("google_storage_bucket"),
        code: &Bucket,
    },
    Offer {
        kind: "google_storage_bucket_iam_binding",
        noun: "Storage Bucket IAM Binding",
        schema: schema!("google_storage_bucket_iam_binding"),
        code: &BUCKET_BINDING,
    },
    Offer {
        kind: "google_storage_bucket_iam_member",
        noun: "Storage Bucket IAM Member",
        schema: schema!("google_storage_bucket_iam_member"),
        code: &BUCKET_MEMBER,
    },
    Offer {
        kind: "google_storage_bucket_object",
        noun: "Storage Bucket Object",
        schema: schema!("google_storage_bucket_object"),
        code: &BucketObject,
    },
];

static DATA: &[Offer<dyn DataSource<Site>>] = &[
    Offer {
        kind: "google_client_config",
        noun: "Client Configuration",
        schema: schema!("data_google_client_config"),
        code: &ClientConfig,
    },
    Offer {
        kind: "google_compute_image",
        noun: "Compute Image",
        schema: schema!("data_google_compute_image"),
        code: &Image,
    },
    Offer {
        kind: "google_compute_zones",
        noun: "Compute Zones",
        schema: schema!("data_google_compute_zones"),
        code: &Zones,
    },
    Offer { kind: "google_project", noun: "Project", schema: schema!("data_google_project"), code: &Project },
];

/// The catalog, its schema files read when it is first needed.
pub(crate) fn catalog() -> &'static Catalog<Site> {
    static CATALOG: OnceLock<Catalog<Site>> = OnceLock::new();
    CATALOG.get_or_init(|| {
        Catalog::new(
            schema!("provider"),
            RESOURCES,
            DATA,
            &[BUCKET, CASELESS, IMAGE, KEY, LINK, MEMBER, TIME],
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_stand_in_order_and_are_documented() {
        assert!(RESOURCES.iter().map(|offer| offer.kind).is_sorted());
        assert!(DATA.iter().map(|offer| offer.kind).is_sorted());
        trueup_provider_walk::assert_documented(&catalog().schema);
    }
}
