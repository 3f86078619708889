//! Functions that encrypt, decrypt or make identifiers.

use super::definition::STRING;
use super::{Call, Function, FunctionError, Outcome, Parameter, rsa_key};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use trueup_value::Value;
use uuid::Uuid;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new(
        "bcrypt",
        &[Parameter::string("str")],
        STRING,
        bcrypt,
        "The bcrypt hash of a string, for password files.",
    )
    .variadic(Parameter::number("cost")),
    Function::new(
        "rsadecrypt",
        &[Parameter::string("ciphertext"), Parameter::string("privatekey")],
        STRING,
        rsadecrypt,
        "Decrypts a text that was encrypted for an RSA key with PKCS #1 v1.5 padding.",
    ),
    Function::new("uuid", &[], STRING, uuid, "A new random UUID with every call, known when applying."),
    Function::new(
        "uuidv5",
        &[Parameter::string("namespace"), Parameter::string("name")],
        STRING,
        uuidv5,
        "The UUID of a name in a namespace: dns, url, oid, x500 or a UUID.",
    ),
];

const COST_DEFAULT: u32 = 10;
const PASSWORD_MAX_BYTES: usize = 72;

fn bcrypt(call: &Call<'_>) -> Outcome {
    let cost = match call.rest(1) {
        [] => COST_DEFAULT,
        [_] => cost(call)?,
        _ => return Err(FunctionError::call("one or two arguments are taken")),
    };
    let password = call.text(0);
    if password.len() > PASSWORD_MAX_BYTES {
        return Err(FunctionError::argument(0, format!("bcrypt takes at most {PASSWORD_MAX_BYTES} bytes")));
    }
    if call.world.impure_unknown() {
        return Ok(call.unknown());
    }
    let mut salt = [0; 16];
    call.world.random(&mut salt);
    let hashed = ::bcrypt::hash_with_salt(password, cost, salt)
        .map_err(|error| FunctionError::call(format!("the string can't be hashed: {error}")))?;
    Ok(Value::string(hashed.format_for_version(::bcrypt::Version::TwoA)))
}

/// A cost that is too low means the default.
fn cost(call: &Call<'_>) -> Result<u32, FunctionError> {
    match call.whole(1)? {
        ..4 => Ok(COST_DEFAULT),
        cost @ 4..=31 => Ok(u32::try_from(cost).unwrap_or(COST_DEFAULT)),
        cost => Err(FunctionError::argument(1, format!("the cost is from 4 to 31, not {cost}"))),
    }
}

fn rsadecrypt(call: &Call<'_>) -> Outcome {
    let ciphertext = STANDARD
        .decode(call.text(0))
        .map_err(|_| FunctionError::argument(0, format!("the ciphertext {} isn't Base64", call.shown(0))))?;
    let key = rsa_key::read(call.text(1)).map_err(|reason| FunctionError::argument(1, reason))?;
    let plain = rsa_key::decrypt(&key, &ciphertext).map_err(FunctionError::call)?;
    let text = String::from_utf8(plain).map_err(|_| FunctionError::call("what was decrypted isn't UTF-8"))?;
    Ok(Value::string(text))
}

fn uuid(call: &Call<'_>) -> Outcome {
    if call.world.impure_unknown() {
        return Ok(call.unknown());
    }
    let mut bytes = [0; 16];
    call.world.random(&mut bytes);
    let uuid = uuid::Builder::from_random_bytes(bytes).into_uuid();
    Ok(Value::string(uuid.hyphenated().to_string()))
}

fn uuidv5(call: &Call<'_>) -> Outcome {
    let namespace = match call.text(0) {
        "dns" => Uuid::NAMESPACE_DNS,
        "url" => Uuid::NAMESPACE_URL,
        "oid" => Uuid::NAMESPACE_OID,
        "x500" => Uuid::NAMESPACE_X500,
        other => Uuid::parse_str(other).map_err(|_| {
            FunctionError::call(format!(
                "the namespace {} is neither dns, url, oid, x500 nor a UUID",
                call.shown(0)
            ))
        })?,
    };
    let uuid = Uuid::new_v5(&namespace, call.text(1).as_bytes());
    Ok(Value::string(uuid.hyphenated().to_string()))
}
