//! `output -json`.

use super::state::OutputWire;
use super::{Failure, Json, encode, laid_out, text};
use serde::Serialize;
use std::collections::BTreeMap;
use trueup_state::Output;
use trueup_value::Name;

/// One output as `output -json` has it.
#[derive(Serialize)]
struct ListedWire {
    sensitive: bool,
    #[serde(rename = "type")]
    ty: Json,
    value: Json,
}

/// All outputs, over several lines. Sensitive values stand in it.
pub fn document(outputs: &BTreeMap<Name, Output>) -> Result<String, Failure> {
    let listed = outputs.iter().map(|(name, output)| {
        let ty = encode::of_type(&output.value.ty());
        let value = encode::known(&output.value)?;
        Ok((name.to_string(), ListedWire { sensitive: output.sensitive, ty, value }))
    });
    let listed = listed.collect::<Result<BTreeMap<_, _>, Failure>>()?;
    Ok(laid_out(&text(&listed)))
}

/// The value of one output alone, on one line.
pub fn value(output: &Output) -> Result<String, Failure> {
    Ok(encode::known(&output.value)?.get().to_owned())
}

/// Outputs as a state document has them.
pub(crate) fn stored_outputs(
    outputs: &BTreeMap<Name, Output>,
) -> Result<BTreeMap<String, OutputWire>, Failure> {
    let stored = outputs.iter().map(|(name, output)| {
        let wire = OutputWire {
            sensitive: output.sensitive,
            value: encode::known(&output.value)?,
            ty: encode::of_type(&output.value.ty()),
        };
        Ok((name.to_string(), wire))
    });
    stored.collect()
}
