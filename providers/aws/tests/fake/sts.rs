//! STS: who calls.

use super::world::ACCOUNT;
use super::{Operation, params::Params};
use serde_json::json;

pub(crate) const OPERATIONS: &[Operation] = &[("GetCallerIdentity", |call| {
    Params::done(&call.params)?;
    let arn = format!("arn:aws:iam::{ACCOUNT}:user/fake");
    Ok(json!({"Account": ACCOUNT, "Arn": arn, "UserId": "AIDAFAKE"}))
})];
