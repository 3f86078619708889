//! Names of hosts that services are asked of: `app.terraform.io`, `registry.example.com:8443`.

use std::fmt;
use std::str::FromStr;

/// A host's name in its canonical form: lower case, without the port that goes without saying.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Host(String);

/// Why a text is no host's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InvalidHost {
    /// A part between dots is empty.
    EmptyLabel,
    /// Something other than letters, digits and hyphens.
    Character(char),
    /// What follows the colon is no port.
    Port,
}

impl fmt::Display for InvalidHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InvalidHost::EmptyLabel => f.write_str("hostname contains empty label (a dot too many)"),
            InvalidHost::Character(c) if c.is_ascii() => write!(f, "it can't contain {c:?}"),
            InvalidHost::Character(_) => f.write_str("write it in its ASCII form, which begins with xn--"),
            InvalidHost::Port => f.write_str("the port must be a number from 1 to 65535"),
        }
    }
}

impl FromStr for Host {
    type Err = InvalidHost;

    fn from_str(text: &str) -> Result<Host, InvalidHost> {
        let (name, port) = match text.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (text, None),
        };
        if name.split('.').any(str::is_empty) {
            return Err(InvalidHost::EmptyLabel);
        }
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        if let Some(wrong) = name.chars().find(|c| !fits(*c)) {
            return Err(InvalidHost::Character(wrong));
        }
        let port =
            port.map(|port| port.parse::<u16>().ok().filter(|port| *port > 0).ok_or(InvalidHost::Port));
        let name = name.to_ascii_lowercase();
        Ok(match port.transpose()? {
            None | Some(443) => Host(name),
            Some(port) => Host(format!("{name}:{port}")),
        })
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Host, InvalidHost};

    #[test]
    fn hosts_have_one_form() {
        let check = |text: &str, wanted: Result<&str, InvalidHost>| {
            let found = text.parse::<Host>();
            assert_eq!(
                found.as_ref().map(ToString::to_string),
                wanted.as_ref().map(ToString::to_string),
                "{text}"
            );
        };
        check("app.terraform.io", Ok("app.terraform.io"));
        check("Example.COM:443", Ok("example.com"));
        check("localhost:8080", Ok("localhost:8080"));
        check("a..b", Err(InvalidHost::EmptyLabel));
        check("", Err(InvalidHost::EmptyLabel));
        check("a/b", Err(InvalidHost::Character('/')));
        check("bücher.example", Err(InvalidHost::Character('ü')));
        check("a:0", Err(InvalidHost::Port));
        check("a:b", Err(InvalidHost::Port));
    }
}
