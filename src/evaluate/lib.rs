//! Programs to values. In: a [`trueup_resolve::Program`] and inputs. Out: a [`Sheet`] that asks the world what it
//! must, and desired objects.
//!
//! No IO happens here, and no provider is known here: the world answers what the sheet asks.

mod body;
mod early;
pub mod expression;
pub mod functions;
mod host;
mod problems;
pub mod sheet;
mod special;

pub use early::{EarlyAround, EarlyValues};
pub use expression::{Evaluator, Scope};
pub use host::{Host, Language, constant_body, value_with};
pub use problems::Problems;
pub use sheet::{
    Absent, Ask, CellId, Evaluated, Input, InstanceAsk, Mode, ProviderAsk, Provisioning, Schemas, Sheet,
    Surroundings, Trigger,
};
pub use special::{FunctionNames, children, type_argument, type_text};
