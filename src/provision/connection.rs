//! How another machine is reached: the `connection` block as settings.

use crate::{Failure, flag, text};
use std::fmt;
use std::time::Duration;
use trueup_value::{Number, Value, duration};

/// So long is tried where nothing else is said.
const TIMEOUT: Duration = Duration::from_mins(5);

/// One machine with what it lets in.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Machine {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) user: String,
    pub(crate) password: Option<String>,
    /// In a text format that OpenSSH or OpenSSL writes, without a passphrase.
    pub(crate) private_key: Option<String>,
    /// An OpenSSH certificate for the key.
    pub(crate) certificate: Option<String>,
    /// The only key that the machine may show, as a line of a `known_hosts` file has it.
    pub(crate) host_key: Option<String>,
}

/// A machine, and the way to it.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) machine: Machine,
    /// A machine that the way leads over.
    pub(crate) bastion: Option<Machine>,
    /// Ask the SSH agent for keys.
    pub(crate) agent: bool,
    /// The agent's key to be tried first: a part of its comment.
    pub(crate) agent_identity: Option<String>,
    pub(crate) timeout: Duration,
    /// Where scripts are put on the machine; `%RAND%` stands for digits that nobody else has.
    pub(crate) script_path: String,
    pub(crate) windows: bool,
}

impl Connection {
    /// Reads a connection; `agent` is whether there is an agent at all.
    pub(crate) fn read(kind: &str, value: Option<&Value>, agent: bool) -> Result<Connection, Failure> {
        let wrong = |detail: &str| Failure::new(kind, detail).discreetly(detail);
        let Some(value) = value else {
            return Err(wrong("Missing connection configuration for provisioner."));
        };
        let said = |name: &str| text(value, name).filter(|text| !text.is_empty()).map(str::to_owned);
        match said("type").as_deref() {
            None | Some("ssh") => {}
            Some("winrm") => {
                return Err(wrong(
                    "connection type 'winrm' is not supported: reach the machine over SSH, which Windows has a server for.",
                ));
            }
            Some(other) => return Err(wrong(&format!("connection type '{other}' not supported"))),
        }
        if said("proxy_host").is_some() {
            return Err(wrong("Connections over a proxy are not supported: use a bastion host."));
        }
        let host = said("host").ok_or_else(|| wrong("host for provisioner cannot be empty"))?;
        let windows = match said("target_platform").as_deref() {
            None | Some("unix") => false,
            Some("windows") => true,
            Some(_) => return Err(wrong("target_platform for provisioner has to be either windows or unix")),
        };
        let timeout = match said("timeout") {
            None => TIMEOUT,
            Some(text) => duration(&text)
                .filter(|timeout| !timeout.is_zero())
                .ok_or_else(|| wrong("The timeout of the connection is not a duration such as 30s or 5m."))?,
        };
        let script =
            if windows { "C:/windows/temp/terraform_%RAND%.cmd" } else { "/tmp/terraform_%RAND%.sh" };
        let machine = Machine {
            host,
            port: port(value, "port"),
            user: said("user").unwrap_or_else(|| "root".into()),
            password: said("password"),
            private_key: said("private_key"),
            certificate: said("certificate"),
            host_key: said("host_key"),
        };
        let bastion = said("bastion_host").map(|host| Machine {
            host,
            port: port(value, "bastion_port"),
            user: said("bastion_user").unwrap_or_else(|| machine.user.clone()),
            password: said("bastion_password").or_else(|| machine.password.clone()),
            private_key: said("bastion_private_key").or_else(|| machine.private_key.clone()),
            certificate: said("bastion_certificate"),
            host_key: said("bastion_host_key"),
        });
        Ok(Connection {
            machine,
            bastion,
            agent: agent && flag(value, "agent").unwrap_or(true),
            agent_identity: said("agent_identity"),
            timeout,
            script_path: said("script_path").unwrap_or_else(|| script.into()),
            windows,
        })
    }

    /// What is said before it is tried.
    pub(crate) fn described(&self) -> Vec<String> {
        let mut lines = vec!["Connecting to remote host via SSH...".to_owned()];
        lines.extend(self.machine.described(self.agent));
        lines.push(format!("  Target Platform: {}", if self.windows { "windows" } else { "unix" }));
        if let Some(bastion) = &self.bastion {
            lines.push("Using configured bastion host...".into());
            lines.extend(bastion.described(self.agent));
        }
        lines
    }
}

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}:{}", self.user, self.host, self.port)
    }
}

impl Machine {
    fn described(&self, agent: bool) -> Vec<String> {
        vec![
            format!("  Host: {}", self.host),
            format!("  User: {}", self.user),
            format!("  Password: {}", self.password.is_some()),
            format!("  Private key: {}", self.private_key.is_some()),
            format!("  Certificate: {}", self.certificate.is_some()),
            format!("  SSH Agent: {agent}"),
            format!("  Checking Host Key: {}", self.host_key.is_some()),
        ]
    }
}

fn port(value: &Value, name: &str) -> u16 {
    let number = value.get(name).and_then(Value::as_number).and_then(Number::to_u64);
    number.and_then(|number| u16::try_from(number).ok()).filter(|port| *port > 0).unwrap_or(22)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(pairs: &[(&str, Value)]) -> Value {
        Value::object(pairs.iter().map(|(name, value)| (*name, value.clone())))
    }

    #[test]
    fn what_a_connection_says() {
        let read = |pairs: &[(&str, Value)]| Connection::read("file", Some(&block(pairs)), true);
        let plain = read(&[("host", "h".into())]).expect("a host is enough");
        assert_eq!((plain.machine.port, plain.machine.user.as_str(), plain.agent), (22, "root", true));
        assert_eq!(plain.script_path, "/tmp/terraform_%RAND%.sh");
        let over = read(&[
            ("host", "h".into()),
            ("user", "u".into()),
            ("password", "p".into()),
            ("bastion_host", "b".into()),
            ("bastion_port", 2222.into()),
            ("agent", false.into()),
        ]);
        let over = over.expect("complete");
        let bastion = over.bastion.expect("it is named");
        assert_eq!((bastion.host.as_str(), bastion.port, bastion.user.as_str()), ("b", 2222, "u"));
        assert_eq!((bastion.password.as_deref(), over.agent), (Some("p"), false));
        let refused = |pairs: &[(&str, Value)], part: &str| {
            let failure = read(pairs).expect_err("it is refused");
            assert!(failure.detail.contains(part), "{failure}");
        };
        refused(&[("host", "".into())], "host for provisioner cannot be empty");
        refused(&[("host", "h".into()), ("type", "foo".into())], "connection type 'foo' not supported");
        refused(&[("host", "h".into()), ("type", "winrm".into())], "winrm");
        refused(&[("host", "h".into()), ("timeout", "soon".into())], "duration");
        refused(&[("host", "h".into()), ("target_platform", "vms".into())], "either windows or unix");
        refused(&[("host", "h".into()), ("proxy_host", "x".into())], "proxy");
        let missing = Connection::read("file", None, true).expect_err("nothing is said");
        assert_eq!(missing.detail, "Missing connection configuration for provisioner.");
    }
}
