//! Base64, alone and around gzip or character encodings.

use super::{Call, FunctionError, Outcome, charset, gzip};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use trueup_value::Value;

/// Padding is needed, but the bits that don't belong to a byte may be anything.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// The bytes of a Base64 argument; line breaks within are passed over.
fn decoded(call: &Call<'_>, index: usize) -> Result<Vec<u8>, String> {
    let joined: String = call.text(index).chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    LENIENT.decode(joined).map_err(|_| format!("{} isn't Base64", call.shown(index)))
}

fn text(bytes: Vec<u8>) -> Outcome {
    String::from_utf8(bytes)
        .map(Value::string)
        .map_err(|_| FunctionError::call("what was decoded isn't UTF-8"))
}

pub(super) fn base64decode(call: &Call<'_>) -> Outcome {
    Ok(text(decoded(call, 0).map_err(FunctionError::call)?)?.mark(call.value(0).marks()))
}

pub(super) fn base64encode(call: &Call<'_>) -> Outcome {
    Ok(Value::string(STANDARD.encode(call.text(0))))
}

pub(super) fn base64gzip(call: &Call<'_>) -> Outcome {
    Ok(Value::string(STANDARD.encode(gzip::compress(call.text(0).as_bytes()))))
}

pub(super) fn base64gunzip(call: &Call<'_>) -> Outcome {
    let compressed = decoded(call, 0).map_err(FunctionError::call)?;
    let bytes = gzip::decompress(&compressed)
        .map_err(|reason| FunctionError::call(format!("what was decoded isn't gzip: {reason}")))?;
    text(bytes)
}

fn encoding(call: &Call<'_>) -> Result<charset::Charset, FunctionError> {
    charset::find(call.text(1)).ok_or_else(|| {
        FunctionError::argument(
            1,
            format!("{} isn't the name of a supported encoding, as IANA has them", call.shown(1)),
        )
    })
}

pub(super) fn textencodebase64(call: &Call<'_>) -> Outcome {
    let encoding = encoding(call)?;
    let bytes = encoding.encode(call.text(0)).ok_or_else(|| {
        let message = format!("the string has characters that the encoding {} doesn't have", call.text(1));
        FunctionError::argument(0, message)
    })?;
    Ok(Value::string(STANDARD.encode(bytes)))
}

pub(super) fn textdecodebase64(call: &Call<'_>) -> Outcome {
    let encoding = encoding(call)?;
    let bytes = decoded(call, 0).map_err(|reason| FunctionError::argument(0, reason))?;
    let text = encoding.decode(&bytes).ok_or_else(|| {
        FunctionError::argument(
            0,
            format!("the bytes don't all stand for characters in the encoding {}", call.text(1)),
        )
    })?;
    Ok(Value::string(text))
}
