//! The operations: validate, plan, apply, destroy, drift, state surgery.
