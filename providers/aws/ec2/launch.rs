//! What instances and launch templates say alike.

use crate::time::parsed;
use aws_sdk_ec2::types::CapacityReservationTarget;
use aws_smithy_types::DateTime;
use trueup_provider_kit::{Fault, FaultKind, Fields};
use trueup_value::Value;

/// The reservation that a `capacity_reservation_specification` block names.
pub(super) fn capacity_target(block: &Value) -> Option<CapacityReservationTarget> {
    let target = block.item("capacity_reservation_target")?;
    let group = target.owned("capacity_reservation_resource_group_arn");
    let builder = CapacityReservationTarget::builder()
        .set_capacity_reservation_id(target.owned("capacity_reservation_id"))
        .set_capacity_reservation_resource_group_arn(group);
    Some(builder.build())
}

/// When the request of a `spot_options` block ends.
pub(super) fn valid_until(block: &Value) -> Result<Option<DateTime>, Fault> {
    let Some(text) = block.text("valid_until") else { return Ok(None) };
    parsed(text).map(Some).ok_or_else(|| {
        Fault::new(FaultKind::Invalid, format!("valid_until {text:?} is not a moment"))
            .hint("Write it as in 2030-01-02T03:04:05Z.")
    })
}
