//! Drift. In: a plan that was made with a refresh, rules, a clock's value. Out: [`DriftDocument`], [`Judged`], [`Decision`].
//!
//! Nothing is read or changed here: what differs is compared, judged by the rules of `trueup.hcl` and a baseline, and
//! a decision is made what of it a correction may touch.

mod audit;
mod baseline;
mod cause;
mod compare;
mod correction;
mod decide;
mod document;
mod echo;
mod judge;
mod leaves;
mod left;
#[cfg(test)]
mod tests;
pub mod wire;

pub use audit::audit_span;
pub use baseline::{Baseline, Known};
pub use cause::{Cause, causes};
pub use compare::drift_document;
pub use correction::Correction;
pub use decide::{Circumstances, Decision, Guards, astray, decide, forbidden};
pub use document::{AttributeDrift, AttributeKind, DriftDocument, DriftKind, ResourceDrift};
pub use judge::{Hidden, Ignored, Judged, judge, moment};
pub use left::{Left, Refused};
pub use trueup_provider::Deed;
