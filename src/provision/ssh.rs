//! A session with another machine: reached, let in, and asked to run commands.

use crate::connection::{Connection, Machine};
use crate::text::Lines;
use crate::{Around, Failure, Say};
use russh::client::{self, AuthResult, Handle, KeyboardInteractiveAuthResponse};
use russh::keys::agent::AgentIdentity;
use russh::keys::agent::client::AgentClient;
use russh::keys::{
    Certificate, PrivateKey, PrivateKeyWithHashAlg, PublicKey, PublicKeyOrCertificate, decode_secret_key,
};
use russh::{ChannelMsg, ChannelStream};
use std::sync::Arc;
use std::time::Duration;

/// Between two tries no more than this is waited.
const PAUSE_MAX: Duration = Duration::from_secs(20);
/// A connection over which nothing comes for so long is asked whether it is still there.
const KEEPALIVE: Duration = Duration::from_secs(15);
/// So many prompts of a keyboard-interactive login are answered at most.
const PROMPTS_MAX: usize = 10;

/// A session that is let in.
pub(crate) struct Session {
    handle: Handle<Guard>,
    /// The session that this one runs through.
    _bastion: Option<Handle<Guard>>,
}

/// Looks at the key that a machine shows.
struct Guard {
    expected: Option<PublicKey>,
}

impl client::Handler for Guard {
    type Error = russh::Error;

    /// Without a key to compare with any will do, as in Terraform. A certificate counts for the authority that
    /// signed it.
    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        let Some(expected) = &self.expected else { return Ok(true) };
        Ok(match shown {
            PublicKeyOrCertificate::PublicKey { key, .. } => key.key_data() == expected.key_data(),
            PublicKeyOrCertificate::Certificate(certificate) => {
                certificate.signature_key() == expected.key_data()
            }
        })
    }
}

/// What lets us into a machine, read once.
struct Keys {
    key: Option<(Arc<PrivateKey>, Option<Certificate>)>,
    host_key: Option<PublicKey>,
}

/// Tries to reach a machine until it lets us in or the time is over.
pub(crate) async fn connect(
    kind: &str,
    connection: &Connection,
    around: &Around,
    say: &Say,
) -> Result<Session, Failure> {
    let keys = Keys::read(kind, &connection.machine)?;
    let bastion = connection.bastion.as_ref().map(|machine| Keys::read(kind, machine)).transpose()?;
    let mut last = String::from("nothing was tried");
    let trying = async {
        let mut pause = Duration::from_secs(1);
        loop {
            connection.described().iter().for_each(|line| say(line));
            match attempt(connection, (&keys, bastion.as_ref()), around).await {
                Ok(session) => return session,
                Err(why) => last = why,
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    };
    let reached = tokio::time::timeout(connection.timeout, trying).await;
    let Ok(session) = reached else {
        let detail = format!("timeout - last error: {last}");
        return Err(Failure::new(kind, detail.clone()).discreetly(detail));
    };
    say("Connected!");
    Ok(session)
}

async fn attempt(
    connection: &Connection,
    (keys, bastion_keys): (&Keys, Option<&Keys>),
    around: &Around,
) -> Result<Session, String> {
    let config = Arc::new(client::Config {
        keepalive_interval: Some(KEEPALIVE),
        nodelay: true,
        ..client::Config::default()
    });
    let machine = &connection.machine;
    let place = (machine.host.as_str(), machine.port);
    let guard = keys.guard();
    let unreached = |what: &str, machine: &Machine, cause: russh::Error| {
        format!("Error connecting to {what}{}:{}: {}", machine.host, machine.port, explained(&cause))
    };
    let (mut handle, bastion) = match (&connection.bastion, bastion_keys) {
        (Some(through), Some(keys)) => {
            let place = (through.host.as_str(), through.port);
            let reached = client::connect(config.clone(), place, keys.guard()).await;
            let mut outer = reached.map_err(|cause| unreached("bastion ", through, cause))?;
            let_in(&mut outer, through, keys, (connection, around)).await?;
            let tunnel =
                outer.channel_open_direct_tcpip(&machine.host, u32::from(machine.port), "127.0.0.1", 0).await;
            let tunnel = tunnel.map_err(|cause| unreached("", machine, cause))?.into_stream();
            (client::connect_stream(config, tunnel, guard).await, Some(outer))
        }
        _ => (client::connect(config, place, guard).await, None),
    }
    .pair()
    .map_err(|cause| unreached("", machine, cause))?;
    let_in(&mut handle, machine, keys, (connection, around)).await?;
    Ok(Session { handle, _bastion: bastion })
}

/// A result beside something else, turned inside out.
trait Pair<T, E, B> {
    fn pair(self) -> Result<(T, B), E>;
}

impl<T, E, B> Pair<T, E, B> for (Result<T, E>, B) {
    fn pair(self) -> Result<(T, B), E> {
        let (result, beside) = self;
        result.map(|value| (value, beside))
    }
}

fn explained(cause: &russh::Error) -> String {
    match cause {
        russh::Error::UnknownKey => "the machine shows another key than the one that is expected".into(),
        other => other.to_string(),
    }
}

impl Keys {
    fn read(kind: &str, machine: &Machine) -> Result<Keys, Failure> {
        let wrong = |detail: String| Failure::new(kind, detail.clone()).discreetly(detail);
        let key = match &machine.private_key {
            None => None,
            Some(text) => {
                let key = decode_secret_key(text, None)
                    .map_err(|cause| wrong(format!("Failed to read ssh private key: {cause}")))?;
                let certificate = machine.certificate.as_deref().map(Certificate::from_openssh);
                let certificate = certificate
                    .transpose()
                    .map_err(|cause| wrong(format!("Failed to read ssh certificate: {cause}")))?;
                Some((Arc::new(key), certificate))
            }
        };
        let host_key = machine.host_key.as_deref().map(host_key).transpose();
        let host_key = host_key
            .map_err(|cause| wrong(format!("The host key of the connection can't be read: {cause}")))?;
        Ok(Keys { key, host_key })
    }

    fn guard(&self) -> Guard {
        Guard { expected: self.host_key.clone() }
    }
}

/// `ssh-ed25519 AAAA...`, also with a host's name before it.
fn host_key(text: &str) -> Result<PublicKey, String> {
    let text = text.trim();
    let read = PublicKey::from_openssh(text).map_err(|cause| cause.to_string());
    let behind = || text.split_once(' ').map(|(_, rest)| rest.trim());
    match (read, behind()) {
        (Ok(key), _) => Ok(key),
        (Err(cause), Some(rest)) => PublicKey::from_openssh(rest).map_err(|_| cause),
        (Err(cause), None) => Err(cause),
    }
}

type With<'a> = (&'a Connection, &'a Around);

/// Tries everything that the connection has: its key, the agent's keys, the password.
async fn let_in(
    handle: &mut Handle<Guard>,
    machine: &Machine,
    keys: &Keys,
    (connection, around): With<'_>,
) -> Result<(), String> {
    let mut tried = Vec::new();
    if let Some((key, certificate)) = &keys.key {
        tried.push("private key");
        if by_key(handle, &machine.user, (key, certificate.as_ref())).await.unwrap_or(false) {
            return Ok(());
        }
    }
    if connection.agent
        && let Some(socket) = around.environment.get("SSH_AUTH_SOCK")
    {
        tried.push("SSH agent");
        if by_agent(handle, &machine.user, socket, connection.agent_identity.as_deref()).await {
            return Ok(());
        }
    }
    if let Some(password) = &machine.password {
        tried.push("password");
        if by_password(handle, &machine.user, password).await.unwrap_or(false) {
            return Ok(());
        }
    }
    if tried.is_empty() {
        tried.push("nothing");
        if handle.authenticate_none(&machine.user).await.is_ok_and(|result| result.success()) {
            return Ok(());
        }
    }
    Err(format!(
        "SSH authentication failed ({}@{}:{}): attempted methods: {}",
        machine.user,
        machine.host,
        machine.port,
        tried.join(", ")
    ))
}

async fn by_key(
    handle: &mut Handle<Guard>,
    user: &str,
    (key, certificate): (&Arc<PrivateKey>, Option<&Certificate>),
) -> Result<bool, russh::Error> {
    if let Some(certificate) = certificate {
        let result = handle.authenticate_openssh_cert(user, key.clone(), certificate.clone()).await?;
        return Ok(result.success());
    }
    let hash = handle.best_supported_rsa_hash().await?.flatten();
    let key = PrivateKeyWithHashAlg::new(key.clone(), hash);
    Ok(handle.authenticate_publickey(user, key).await?.success())
}

/// The keys of the agent, the preferred one first.
async fn by_agent(handle: &mut Handle<Guard>, user: &str, socket: &str, preferred: Option<&str>) -> bool {
    let Ok(mut agent) = AgentClient::connect_uds(socket).await else { return false };
    let Ok(mut identities) = agent.request_identities().await else { return false };
    let comment = |identity: &AgentIdentity| match identity {
        AgentIdentity::PublicKey { comment, .. } | AgentIdentity::Certificate { comment, .. } => {
            comment.clone()
        }
    };
    identities.sort_by_key(|identity| !preferred.is_some_and(|part| comment(identity).contains(part)));
    let hash = handle.best_supported_rsa_hash().await.ok().flatten().flatten();
    for identity in identities {
        let result = match identity {
            AgentIdentity::PublicKey { key, .. } => {
                handle.authenticate_publickey_with(user, key, hash, &mut agent).await
            }
            AgentIdentity::Certificate { certificate, .. } => {
                handle.authenticate_certificate_with(user, certificate, hash, &mut agent).await
            }
        };
        if result.is_ok_and(|result| result.success()) {
            return true;
        }
    }
    false
}

/// By password, and where the machine would rather ask for it, by answering each question with it.
async fn by_password(handle: &mut Handle<Guard>, user: &str, password: &str) -> Result<bool, russh::Error> {
    if let AuthResult::Success = handle.authenticate_password(user, password).await? {
        return Ok(true);
    }
    let mut answer = handle.authenticate_keyboard_interactive_start(user, None).await?;
    for _ in 0..PROMPTS_MAX {
        answer = match answer {
            KeyboardInteractiveAuthResponse::Success => return Ok(true),
            KeyboardInteractiveAuthResponse::Failure { .. } => return Ok(false),
            KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => {
                let answers = prompts.iter().map(|_| password.to_owned()).collect();
                handle.authenticate_keyboard_interactive_respond(answers).await?
            }
        };
    }
    Ok(false)
}

impl Session {
    /// Runs a command and says its output; gives its exit status, none where it ended otherwise.
    pub(crate) async fn run(&self, command: &str, say: &Say) -> Result<Option<u32>, russh::Error> {
        let mut channel = self.handle.channel_open_session().await?;
        channel.exec(true, command).await?;
        let mut status = None;
        let (mut out, mut err) = (Lines::default(), Lines::default());
        while let Some(message) = channel.wait().await {
            match message {
                ChannelMsg::Data { data } => out.push(&data).iter().for_each(|line| say(line)),
                ChannelMsg::ExtendedData { data, .. } => err.push(&data).iter().for_each(|line| say(line)),
                ChannelMsg::ExitStatus { exit_status } => status = Some(exit_status),
                _ => {}
            }
        }
        [out.end(), err.end()].iter().flatten().for_each(|line| say(line));
        Ok(status)
    }

    /// Starts a command and gives its input and output.
    pub(crate) async fn stream(&self, command: &str) -> Result<ChannelStream<client::Msg>, russh::Error> {
        let channel = self.handle.channel_open_session().await?;
        channel.exec(true, command).await?;
        Ok(channel.into_stream())
    }
}
