//! Addresses from text, as command lines and state files write them.

use crate::{
    InstanceKey, Mode, ModuleInstance, ModulePath, ModuleStep, Name, ProviderAddr, ProviderConfigAddr,
    Resource, ResourceInstance, ResourceNode, Target,
};
use std::fmt;
use std::str::FromStr;

/// A text that isn't an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    text: String,
    reason: String,
}

impl ParseError {
    pub(crate) fn new(text: &str, reason: impl Into<String>) -> ParseError {
        ParseError { text: text.into(), reason: reason.into() }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" is not a valid address: {}", self.text, self.reason)
    }
}

impl std::error::Error for ParseError {}

/// A part of an address: a name, or a key in brackets.
#[derive(Clone, Debug, PartialEq)]
enum Part {
    Name(Name),
    Key(InstanceKey),
}

fn parts(text: &str) -> Result<Vec<Part>, ParseError> {
    let mut out = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(tail) = rest.strip_prefix('[') {
            let (key, tail) = bracket(text, tail)?;
            out.push(Part::Key(key));
            rest = tail;
        } else {
            if !out.is_empty() {
                rest = rest.strip_prefix('.').ok_or_else(|| ParseError::new(text, "a dot is missing"))?;
            }
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let word = &rest[..end];
            let good = word
                .chars()
                .enumerate()
                .all(|(i, c)| c.is_alphabetic() || c == '_' || (i > 0 && (c.is_alphanumeric() || c == '-')));
            if word.is_empty() || !good {
                return Err(ParseError::new(
                    text,
                    "a name is missing or has a character that names can't have",
                ));
            }
            out.push(Part::Name(word.into()));
            rest = &rest[end..];
        }
    }
    Ok(out)
}

fn bracket<'a>(text: &str, rest: &'a str) -> Result<(InstanceKey, &'a str), ParseError> {
    let unclosed = || ParseError::new(text, "a bracket isn't closed");
    let Some(quoted) = rest.strip_prefix('"') else {
        let end = rest.find(']').ok_or_else(unclosed)?;
        let number = rest[..end].parse();
        let number =
            number.map_err(|_| ParseError::new(text, "a key is a whole number or a quoted string"))?;
        return Ok((InstanceKey::Int(number), &rest[end + 1..]));
    };
    let mut key = String::new();
    let mut chars = quoted.char_indices();
    while let Some((i, c)) = chars.next() {
        match c {
            '"' => {
                let tail = quoted[i + 1..].strip_prefix(']').ok_or_else(unclosed)?;
                return Ok((InstanceKey::Text(key.into()), tail));
            }
            '\\' => key.push(escaped(text, &mut chars)?),
            '$' | '%' if quoted[i + 1..].starts_with(&format!("{c}{{")) => {
                chars.next();
                key.push(c);
            }
            c => key.push(c),
        }
    }
    Err(unclosed())
}

fn escaped(text: &str, chars: &mut std::str::CharIndices<'_>) -> Result<char, ParseError> {
    let bad = || ParseError::new(text, "an escape in a key isn't one of the language");
    let digits = match chars.next().ok_or_else(bad)?.1 {
        'n' => return Ok('\n'),
        'r' => return Ok('\r'),
        't' => return Ok('\t'),
        c @ ('"' | '\\') => return Ok(c),
        'u' => 4,
        'U' => 8,
        _ => return Err(bad()),
    };
    let hex: String = chars.by_ref().take(digits).map(|(_, c)| c).collect();
    u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32).ok_or_else(bad)
}

/// Takes `module.NAME[KEY]` steps from the front.
fn take_module(parts: &mut &[Part]) -> ModuleInstance {
    let mut steps = Vec::new();
    while let [Part::Name(word), Part::Name(name), tail @ ..] = *parts {
        if &**word != "module" {
            break;
        }
        let (key, tail) = match tail {
            [Part::Key(key), tail @ ..] => (key.clone(), tail),
            _ => (InstanceKey::None, tail),
        };
        steps.push(ModuleStep { name: name.clone(), key });
        *parts = tail;
    }
    ModuleInstance(steps.into())
}

impl FromStr for Target {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Target, ParseError> {
        let all = parts(text)?;
        let mut rest = &all[..];
        let module = take_module(&mut rest);
        if rest.is_empty() && !module.is_root() {
            return Ok(Target::Module(module));
        }
        let (mode, rest) = match rest {
            [Part::Name(word), tail @ ..] if &**word == "data" => (Mode::Data, tail),
            [Part::Name(word), tail @ ..] if &**word == "ephemeral" => (Mode::Ephemeral, tail),
            _ => (Mode::Managed, rest),
        };
        match rest {
            [Part::Name(kind), Part::Name(name)] => {
                let resource = Resource { mode, kind: kind.clone(), name: name.clone() };
                Ok(Target::Resource(ResourceNode { module, resource }))
            }
            [Part::Name(kind), Part::Name(name), Part::Key(key)] => {
                let resource = Resource { mode, kind: kind.clone(), name: name.clone() };
                Ok(Target::Instance(ResourceInstance { module, resource, key: key.clone() }))
            }
            _ => Err(ParseError::new(text, "expected TYPE.NAME with an optional key, or a module")),
        }
    }
}

impl FromStr for ResourceInstance {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<ResourceInstance, ParseError> {
        match text.parse()? {
            Target::Instance(instance) => Ok(instance),
            Target::Resource(node) => Ok(node.instance(InstanceKey::None)),
            Target::Module(_) => Err(ParseError::new(text, "a module was named where a resource is needed")),
        }
    }
}

impl FromStr for ModuleInstance {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<ModuleInstance, ParseError> {
        let all = parts(text)?;
        let mut rest = &all[..];
        let module = take_module(&mut rest);
        if rest.is_empty() { Ok(module) } else { Err(ParseError::new(text, "expected a module")) }
    }
}

impl FromStr for ProviderConfigAddr {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<ProviderConfigAddr, ParseError> {
        let all = parts(text)?;
        let mut rest = &all[..];
        let module = take_module(&mut rest);
        if module.0.iter().any(|step| !step.key.is_none()) {
            return Err(ParseError::new(text, "a provider configuration's module has no keys"));
        }
        let path = ModulePath(module.0.iter().map(|step| step.name.clone()).collect());
        let (source, alias, key) = match rest {
            [Part::Name(word), Part::Key(InstanceKey::Text(source))] if &**word == "provider" => {
                (source, None, InstanceKey::None)
            }
            [Part::Name(word), Part::Key(InstanceKey::Text(source)), Part::Name(alias)]
                if &**word == "provider" =>
            {
                (source, Some(alias.clone()), InstanceKey::None)
            }
            [Part::Name(word), Part::Key(InstanceKey::Text(source)), Part::Name(alias), Part::Key(key)]
                if &**word == "provider" =>
            {
                (source, Some(alias.clone()), key.clone())
            }
            _ => return Err(ParseError::new(text, "expected provider[\"SOURCE\"] with an optional alias")),
        };
        Ok(ProviderConfigAddr { module: path, provider: ProviderAddr::parse(source)?, alias, key })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: FromStr<Err = ParseError> + fmt::Display>(texts: &[&str]) {
        for text in texts {
            match text.parse::<T>() {
                Ok(parsed) => assert_eq!(&parsed.to_string(), text),
                Err(error) => panic!("{text}: {error}"),
            }
        }
    }

    #[test]
    fn addresses_print_as_they_parse() {
        check::<Target>(&[
            "module.a",
            "module.a[0].module.b[\"x\"]",
            "aws_vpc.main",
            "module.a.data.aws_ami.x[\"a.b[0]\"]",
            "aws_vpc.main[\"q\\\"$${x}\\n\"]",
            "ephemeral.random.x[3]",
        ]);
        check::<ProviderConfigAddr>(&[
            "provider[\"registry.terraform.io/hashicorp/aws\"]",
            "module.a.module.b.provider[\"terraform.io/builtin/terraform\"].west",
            "provider[\"registry.terraform.io/hashicorp/aws\"].by_region[\"us-west-2\"]",
        ]);
    }

    #[test]
    fn nonsense_is_refused() {
        for text in
            ["", "a", "a..b", "a.b[", "a.b[\"x]", "a.b.c", "0a.b", "module", "a.b[-1]", "a.b[\"\\q\"]"]
        {
            assert!(text.parse::<Target>().is_err(), "{text} should not parse");
        }
    }

    #[test]
    fn targets_without_keys_cover_all_instances() {
        let instance: ResourceInstance = "module.a[1].aws_vpc.x[2]".parse().expect("an address");
        for (target, inside) in [
            ("module.a", true),
            ("module.a[1]", true),
            ("module.a[0]", false),
            ("module.a.aws_vpc.x", true),
            ("module.a[1].aws_vpc.x[1]", false),
            ("aws_vpc.x", false),
        ] {
            let parsed: Target = target.parse().expect("an address");
            assert_eq!(parsed.contains(&instance), inside, "{target}");
        }
    }
}
