//! A cloud in memory and its provider, for tests of whoever drives providers.
//!
//! [`FakeCloud`] is the handle of the test: it tampers with objects, counts calls and makes them fail.
//! [`FakeFactory`] hands out the provider `trueup/fake`, which is strict: what breaks the provider protocol or
//! names an object that doesn't exist is an error. Same calls, same answers: ids follow from kind and name.

mod cloud;
mod fault;
mod file;
mod object;
mod provider;
mod schema;

pub use cloud::{Call, FakeCloud, FakeObject};
pub use fault::Effect;
pub use provider::{FakeFactory, FakeProvider};

#[cfg(test)]
mod tests;
