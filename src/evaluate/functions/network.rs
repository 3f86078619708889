//! Functions on ranges of IP addresses.

use super::call::whole_number;
use super::cidr::{Prefix, host_mask, parse_address};
use super::definition::{BOOL, STRING, STRINGS};
use super::{Call, Function, FunctionError, Outcome, Parameter};
use num_bigint::BigInt;
use trueup_value::{Type, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new(
        "cidrcontains",
        &[Parameter::string("containing_prefix"), Parameter::string("contained_ip_or_prefix")],
        BOOL,
        cidrcontains,
        "Whether a range of addresses holds an address or the whole of another range.",
    ),
    Function::new(
        "cidrhost",
        &[PREFIX, Parameter::number("hostnum")],
        STRING,
        cidrhost,
        "The address of a number in a range, counted from the end if negative.",
    ),
    Function::new(
        "cidrnetmask",
        &[PREFIX],
        STRING,
        cidrnetmask,
        "The subnet mask of an IPv4 range as an address.",
    ),
    Function::new(
        "cidrsubnet",
        &[PREFIX, Parameter::number("newbits"), Parameter::number("netnum")],
        STRING,
        cidrsubnet,
        "The range of a number among those that a range is divided into by some more bits.",
    ),
    Function::new(
        "cidrsubnets",
        &[PREFIX],
        STRINGS,
        cidrsubnets,
        "Ranges one after the other within a range, each by its own number of more bits.",
    )
    .variadic(Parameter::number("newbits")),
];

const PREFIX: Parameter = Parameter::string("prefix");

fn prefix(call: &Call<'_>, index: usize) -> Result<Prefix, FunctionError> {
    Prefix::parse(call.text(index)).ok_or_else(|| {
        let message =
            format!("{} is not a range of addresses like 10.0.0.0/8 or fd00::/64", call.shown(index));
        FunctionError::call(message)
    })
}

fn big(call: &Call<'_>, index: usize) -> Result<BigInt, FunctionError> {
    call.number(index).to_bigint().ok_or_else(|| FunctionError::call("the value must be a whole number"))
}

fn cidrhost(call: &Call<'_>) -> Outcome {
    let prefix = prefix(call, 0)?;
    let number = big(call, 1)?;
    let most = BigInt::from(host_mask(prefix.bits, prefix.length));
    // -1 is the last address.
    let place = if number < BigInt::ZERO { &most + 1 + &number } else { number.clone() };
    let place = u128::try_from(&place).ok().filter(|_| place <= most).ok_or_else(|| {
        FunctionError::call(format!("a prefix of {} bits has no host of number {number}", prefix.length))
    })?;
    Ok(Value::string(prefix.address(prefix.base | place)))
}

fn cidrnetmask(call: &Call<'_>) -> Outcome {
    let prefix = prefix(call, 0)?;
    if prefix.bits != 32 {
        return Err(FunctionError::call("only IPv4 ranges have a netmask"));
    }
    Ok(Value::string(prefix.address(prefix.mask())))
}

fn cidrsubnet(call: &Call<'_>) -> Outcome {
    let prefix = prefix(call, 0)?;
    let more = call.whole(1)?;
    let number = big(call, 2)?;
    let more = u32::try_from(more)
        .map_err(|_| FunctionError::call("a prefix can't be extended by a negative number of bits"))?;
    let length =
        prefix.length.checked_add(more).filter(|length| *length <= prefix.bits).ok_or_else(|| {
            let message = format!(
                "a prefix of {} bits can't be extended by {more}: addresses have {}",
                prefix.length, prefix.bits
            );
            FunctionError::call(message)
        })?;
    let place = u128::try_from(&number)
        .ok()
        .filter(|place| *place <= host_mask(128, 128 - more))
        .ok_or_else(|| {
            FunctionError::call(format!("{more} more bits are not enough for a subnet of number {number}"))
        })?;
    let base = prefix.base | place.checked_shl(prefix.bits - length).unwrap_or(0);
    Ok(Value::string(Prefix { base, length, bits: prefix.bits }.to_string()))
}

fn cidrsubnets(call: &Call<'_>) -> Outcome {
    let whole = prefix(call, 0)?;
    let mut subnets: Vec<Prefix> = Vec::new();
    for (at, more) in call.rest(1).iter().enumerate() {
        let wrong = |message: String| FunctionError::argument(at + 1, message);
        let more = more.as_number().map_or(Ok(0), whole_number).map_err(wrong)?;
        let more = match more {
            ..1 => return Err(wrong("a prefix must be extended by at least one bit".into())),
            33.. => return Err(wrong("a prefix may not be extended by more than 32 bits".into())),
            _ => u32::try_from(more).unwrap_or(32),
        };
        let length = whole.length + more;
        let subnet = match subnets.last() {
            _ if length > whole.bits => None,
            Some(before) => before.next(length),
            None => Some(Prefix { length, ..whole }),
        };
        let subnet = subnet.filter(|subnet| whole.contains(subnet)).ok_or_else(|| {
            let after = subnets.last().map_or(String::new(), |before| format!(" after {before}"));
            wrong(format!("there is no room for a subnet with a prefix of {length} bits{after}"))
        })?;
        subnets.push(subnet);
    }
    Ok(Value::list(Type::String, subnets.iter().map(|subnet| Value::string(subnet.to_string()))))
}

fn cidrcontains(call: &Call<'_>) -> Outcome {
    let outer = prefix(call, 0)?;
    let inner = Prefix::parse(call.text(1)).or_else(|| {
        let (base, bits) = parse_address(call.text(1))?;
        Some(Prefix { base, length: bits, bits })
    });
    let inner = inner.ok_or_else(|| {
        FunctionError::call(format!("{} is neither an address nor a range of addresses", call.shown(1)))
    })?;
    if inner.bits != outer.bits {
        return Err(FunctionError::call("both must be IPv4 or both IPv6"));
    }
    Ok(outer.contains(&inner).into())
}
