//! Cloud Storage: buckets, who may do what with them, and the objects in them.

pub(crate) mod bucket;
pub(crate) mod bucket_object;

use crate::account::Listing;
use crate::iam::grant::{Binding, Member};
use crate::iam::policy::Subject;

/// `google_storage_bucket_iam_binding`
pub(crate) static BUCKET_BINDING: Binding = Binding(Subject::Bucket);
/// `google_storage_bucket_iam_member`
pub(crate) static BUCKET_MEMBER: Member = Member(Subject::Bucket);

/// The lists of Cloud Storage.
const LISTING: Listing = Listing { items: "items", page: ("maxResults", "1000") };
/// How many things are asked for or deleted at a time.
const CALLS_MAX: usize = 16;
