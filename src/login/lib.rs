//! Signs in to clouds. In: the arguments of a block and the environment. Out: tokens, and calls that carry them.
//!
//! The providers of the clouds and the backends that keep states there sign in in the same ways: what a block leaves
//! out is taken from the same variables, files, programs and machines.

mod address;
#[cfg(feature = "azure")]
pub mod azure;
#[cfg(feature = "google")]
pub mod google;
mod traffic;

pub use address::address;
pub use reqwest::{Method, Url};
pub use traffic::{Answer, Patience, Request, Traffic, chain, is_late};
