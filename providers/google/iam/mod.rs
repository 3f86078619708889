//! Identity and Access Management: service accounts, and the policies that say who may do what with a thing.
//!
//! google-cloud-storage and its siblings speak gRPC here, which can't be sent to another address of plain HTTP: accounts and
//! policies go by the one client for all JSON APIs.

pub(crate) mod grant;
pub(crate) mod policy;
pub(crate) mod service_account;
